"""A question's page: the short answer, the claims, and which experiment separates which answers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from checker.pages.escape import front_matter, text
from checker.pages.look_up import Site
from checker.pages.words import BADGES, Data, badge, counted, listed, many, outcome


def question_page(site: Site, question: Data) -> str:
    """Answer first, then every claim by its badge, then the competing answers."""
    claims = [c for c in site.claims.values() if c["question"] == question["id"]]
    broken = [b for b in site.broken.values() if b["question"] == question["id"]]
    parts = [
        front_matter(
            title=question["title"], description=question["description"], hide=["navigation"]
        ),
        f"# {text(question['title'])}",
        *short_answer(site, question),
        *_by_badge(site, claims, broken),
        *_competing(site, question["id"], claims),
    ]
    return "\n\n".join(parts) + "\n"


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
    yield f"## What people say: {many(len(claims), 'claim')}"
    if claims:
        yield f"{counted(claims).capitalize()}."
    for kind, sign in BADGES.items():
        same = [claim["id"] for claim in claims if outcome(claim) == kind]
        same += [b["id"] for b in broken] if kind == "broken" else []
        if same:
            yield f"### {sign.word} {{: .by-badge }}"
            yield "\n".join(f"- {site.claim_link(id_)}" for id_ in same)


def _competing(site: Site, question: str, claims: list[Data]) -> Iterator[str]:
    """Rivals that claims of this question are about × the tests that come out otherwise on them."""
    about = {name for claim in claims for name in claim["linked"]}
    rivals = [
        rival
        for rival in site.rivals.values()
        if rival["name"] in about
        or site.claims.get(rival["makes_true"], {}).get("question") == question
    ]
    if not rivals:
        return
    turned = {r["name"]: [c["id"] for c in claims if _turns(site, r, c)] for r in rivals}
    yield "## Which experiment tells which answers apart"
    yield (
        "Each number is a misreading, built as a model in which it is true and otherwise like "
        "ours. A ✓ says that the test of this claim comes out the other way on that model."
    )
    numbers = {rival["name"]: str(n) for n, rival in enumerate(rivals, 1)}
    yield "\n".join(f"{numbers[r['name']]}. {text(r['belief'])}" for r in rivals)
    yield _table(site, numbers, turned)
    yield from _not_apart(numbers, turned)


def _turns(site: Site, rival: Data, claim: Data) -> bool:
    return any(o["turned"] and site.rival(o["name"]) is rival for o in claim["rivals"])


def _table(site: Site, numbers: dict[str, str], turned: dict[str, list[str]]) -> str:
    rows = [
        f"| The claim whose test it is | {' | '.join(numbers.values())} |",
        f"| --- |{' :-: |' * len(numbers)}",
    ]
    for id_ in sorted({id_ for found in turned.values() for id_ in found}):
        marks = ["✓" if id_ in turned[name] else " " for name in numbers]
        rows.append(f"| {site.claim_link(id_)} | {' | '.join(marks)} |")
    return '<div class="apart" markdown="1">\n\n' + "\n".join(rows) + "\n\n</div>"


def _not_apart(numbers: dict[str, str], turned: dict[str, list[str]]) -> Iterator[str]:
    """What nothing yet tells apart: from our model, or from one another."""
    unseen = [numbers[name] for name, found in turned.items() if not found]
    alike = [
        f"{numbers[a]} from {numbers[b]}"
        for a, b in combinations(turned, 2)
        if turned[a] == turned[b] and turned[a]
    ]
    if unseen:
        yield f"**No test here tells {listed(unseen)} from our model yet.**"
    if alike:
        yield f"**No test here tells {listed(alike)} yet.**"
    if not unseen and not alike:
        yield "Every misreading is told from our model, and from every other one."
