"""The competing answers to a question, what speaks against each, and what nothing tells apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from checker.pages.escape import text
from checker.pages.look_up import Site
from checker.pages.words import Data, many

MOST = 4
"""Tests against one answer that are shown at once; more are folded."""

OURS = "our model"

Against = Mapping[str, list[str]]
"""For each rival, the claims whose test comes out the other way on it."""


def competing(site: Site, question: str, claims: list[Data]) -> Iterator[str]:
    """Each misreading that belongs to the question, with the tests that speak against it."""
    about = {name for claim in claims for name in claim["linked"]}
    rivals = [
        rival
        for rival in site.rivals.values()
        if rival["name"] in about
        or site.claims.get(rival["makes_true"], {}).get("question") == question
    ]
    if not rivals:
        return
    yield "## Which experiment speaks against which answer"
    yield (
        "Each of these misreadings is built as a model in which it is true and which is otherwise "
        "like ours. A test speaks against it if it comes out the other way on that model: "
        "whoever shares the misreading has to explain the claims listed with it."
    )
    here = {rival["name"]: turned_by(site, rival, claims) for rival in rivals}
    anywhere = {r["name"]: turned_by(site, r, list(site.claims.values())) for r in rivals}
    for rival in rivals:
        yield f"### {text(in_words(rival['name']))}"
        yield f"{text(rival['belief'])} With it, this would be right:"
        yield f"- {site.claim_link(rival['makes_true'])}"
        yield from _tests(site, rival, here, anywhere)
    yield "### What is not told apart"
    yield "\n".join(_not_apart(here, anywhere))


def in_words(name: str) -> str:
    """The name of a rival as a heading."""
    return name.replace("-", " ").capitalize()


def turned_by(site: Site, rival: Data, claims: list[Data]) -> list[str]:
    """The claims whose test comes out the other way on a rival, in whatever run it was put."""
    return [
        claim["id"]
        for claim in claims
        if any(o["turned"] and site.rival(o["name"]) is rival for o in claim["rivals"])
    ]


def _tests(site: Site, rival: Data, here: Against, anywhere: Against) -> Iterator[str]:
    """The other tests against one answer; first those that come out so on no answer beside it."""
    name = rival["name"]
    others = {id_ for other, found in here.items() if other != name for id_ in found}
    tests = [id_ for id_ in here[name] if id_ != rival["makes_true"]]
    lines = [
        f"- {site.claim_link(id_)}{' (on this one alone)' if id_ not in others else ''}"
        for id_ in sorted(tests, key=lambda id_: (id_ in others, id_))
    ]
    if lines:
        yield f"Against it {'speaks' if len(lines) == 1 else 'speak'} {many(len(lines), 'test')}:"
        yield "\n".join(lines[:MOST])
    else:
        yield "No further test of this question speaks against it."
    if lines[MOST:]:
        more = "\n".join(lines[MOST:])
        summary = f"<summary>{len(lines) - MOST} more</summary>"
        yield f'<details markdown="1">\n{summary}\n\n{more}\n\n</details>'
    elsewhere = {*anywhere[name]} - {*here[name], rival["makes_true"]}
    if elsewhere:
        also = "Also" if lines else "But"
        yield f"{also} [{many(len(elsewhere), 'test')} of other questions](misreadings.md#{name})."


def _not_apart(here: Against, anywhere: Against) -> Iterator[str]:
    """Pairs, with our model as one more, on which every test of this question comes out alike."""
    pairs = [
        (a, b) for a, b in combinations([OURS, *here], 2) if here.get(a, []) == here.get(b, [])
    ]
    for a, b in pairs:
        if anywhere.get(a, []) == anywhere.get(b, []):
            so_far = "**Nothing that was tried does yet.**"
        else:
            so_far = "Tests of other questions do."
        yield f"- No test of this question tells {_quoted(a)} from {_quoted(b)}. {so_far}"
    if not pairs:
        yield "Nothing: each of these misreadings is told from our model and from every other one."


def _quoted(name: str) -> str:
    return name if name == OURS else f"“{text(in_words(name))}”"
