"""All generated pages: the one place that says which there are and where they lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from checker.pages import language, lists, reference
from checker.pages.badge_picture import badge_picture
from checker.pages.claim import broken_page, claim_page, redirect_page
from checker.pages.feed import feed
from checker.pages.fidelity import fidelity_page
from checker.pages.for_machines import as_json
from checker.pages.history import Event
from checker.pages.look_up import Site, has_page
from checker.pages.question import question_page, short_answer
from checker.pages.side_by_side import side_by_side
from checker.pages.source import source_page
from checker.pages.unrolled import QUESTION, unrolled

FOLDERS = ("claims", "frameworks", "questions", "reference", "sources")
"""Below ``docs``: what lies there is made here, and nothing else stays there."""


def pages(
    found: Mapping[str, Any],
    offered: Mapping[str, Any],
    address: str = "",
    repository: str = "",
    history: Sequence[Event] = (),
) -> dict[str, str]:
    """The content of results.json to {path below ``docs``: text}; the same for the same results.

    ``offered`` is what files and language offer, see :func:`checker.reference.reference`;
    ``history`` is what happened to verdicts, the oldest first.
    """
    site = Site(found, address, repository, history=history)
    made = {
        f"claims/{old}.md": redirect_page(site, claim)
        for claim in site.claims.values()
        for old in claim["formerly"]
        if has_page(old)
    }
    made |= {f"claims/{id_}.md": broken_page(site, b) for id_, b in site.broken.items()}
    made |= {f"claims/{id_}.md": claim_page(site, c) for id_, c in site.claims.items()}
    made |= {f"questions/{id_}.md": question_page(site, q) for id_, q in site.questions.items()}
    made |= {f"sources/{id_}.md": source_page(site, s) for id_, s in site.sources.items()}
    made["claims/index.md"] = lists.all_claims(site)
    made["questions/index.md"] = lists.all_questions(site)
    made["questions/misreadings.md"] = lists.misreadings(site)
    made["sources/index.md"] = lists.all_sources(site)
    made["frameworks/index.md"] = side_by_side(site)
    made["frameworks/fidelity.md"] = fidelity_page(site)
    made["reference/keys.md"] = reference.keys(offered)
    made["reference/language.md"] = reference.names(offered)
    made["reference/models.md"] = reference.models(offered)
    made["reference/training.md"] = reference.training(offered)
    made["reference/rules.md"] = reference.rules(offered)
    made |= as_json(site)
    for id_, claim in site.claims.items():
        pictured = (name for name in (id_, *claim["formerly"]) if has_page(name))
        picture = f"{badge_picture(claim)}\n"
        made |= {f"claims/{name}.svg": picture for name in pictured}
    if told := feed(site, history):
        made["claims/feed.xml"] = told
    return made | _parts(replace(site, up=""), offered)


def _parts(site: Site, offered: Mapping[str, Any]) -> dict[str, str]:
    """What hand-written pages include; they lie one folder higher, hence no ``up``."""
    made = {
        "claims/_parts/counts.md": lists.counts(site.found),
        "claims/_parts/questions.md": lists.questions(site),
        "claims/_parts/sources.md": lists.sources(site),
        "claims/_parts/observables.md": language.observables(offered["observables"]),
        "claims/_parts/functions.md": language.functions(offered["functions"]),
    }
    if QUESTION in site.questions:
        made[f"claims/_parts/picture-{QUESTION}.md"] = unrolled()
    for id_, question in site.questions.items():
        made[f"claims/_parts/answer-{id_}.md"] = "\n\n".join(short_answer(site, question))
    return {path: f"{part}\n" for path, part in made.items()}
