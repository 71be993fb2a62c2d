"""A question's page: the short answer, the claims by badge, the competing answers."""

from __future__ import annotations

from collections.abc import Iterator

from checker.pages.competing import competing
from checker.pages.escape import front_matter, text
from checker.pages.look_up import Site
from checker.pages.unrolled import QUESTION, unrolled
from checker.pages.words import (
    BADGES,
    UNTESTABLE,
    Data,
    badge,
    counted,
    listed,
    many,
    outcome,
)


def question_page(site: Site, question: Data) -> str:
    """Answer first, then claims by badge, the competing answers, and what nobody can decide."""
    claims = [c for c in site.claims.values() if c["question"] == question["id"]]
    tried = [c for c in claims if not c["untestable"]]
    broken = [b for b in site.broken.values() if b["question"] == question["id"]]
    parts = [
        front_matter(
            title=question["title"], description=question["description"], hide=["navigation"]
        ),
        f"# {text(question['title'])}",
        *short_answer(site, question),
        unrolled() if question["id"] == QUESTION else "",
        *_by_badge(site, tried, broken),
        *competing(site, question["id"], tried),
        *_untestable(site, [c for c in claims if c["untestable"]]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def short_answer(site: Site, question: Data) -> Iterator[str]:
    """Each sentence with the claims that it rests on; one that rests on too little says so."""
    for sentence in question["answer"]:
        cited = listed([_cited(site, id_) for id_ in sentence["because"]])
        mark = "" if sentence["holds"] else " <strong>Not all of these are correct:</strong>"
        yield (
            f"{text(sentence['says'])}{mark}\n"
            f'<span class="because">because {cited}</span>\n{{: .answer }}'
        )


def _cited(site: Site, id_: str) -> str:
    if id_ not in site.claims:
        return site.claim_link(id_)
    claim = site.claims[id_]
    sign = "" if claim["verdict"] == "correct" else f"{badge(outcome(claim))} "
    return f"{sign}[{text(claim['claim'].rstrip('.'))}]({site.up}claims/{id_}.md)"


def _by_badge(site: Site, claims: list[Data], broken: list[Data]) -> Iterator[str]:
    yield f"## What people say: {many(len(claims), 'claim')} that can be tried"
    if claims:
        yield f"{counted(claims).capitalize()}."
    for kind, sign in BADGES.items():
        same = [claim["id"] for claim in claims if outcome(claim) == kind]
        same += [b["id"] for b in broken] if kind == "broken" else []
        if same:
            yield f"### {sign.word} {{: .by-badge }}"
            yield "\n".join(f"- {site.claim_link(id_)}" for id_ in same)


def _untestable(site: Site, claims: list[Data]) -> Iterator[str]:
    """What is no matter of experiment, counted apart from what is."""
    if claims:
        yield f"## What no experiment can decide: {many(len(claims), 'claim')}"
    for kind, words in UNTESTABLE.items():
        same = [claim["id"] for claim in claims if claim["untestable"] == kind]
        if same:
            yield f"{words}:"
            yield "\n".join(f"- {site.claim_link(id_)}" for id_ in same)
