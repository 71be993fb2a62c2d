"""The claims on real frameworks, side by side: claims down, frameworks across."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checker.pages.escape import front_matter, plain, text
from checker.pages.frameworks import ANCHOR, STATES, decides, record_of, sign, state, tried_itself
from checker.pages.look_up import Site
from checker.pages.words import Data, many

DIFFER = '<span class="differ">frameworks differ</span>'


def side_by_side(site: Site) -> str:
    """The whole page: what was run where, how it came out in numbers, and then every claim."""
    claims = [claim for claim in site.claims.values() if tried_itself(claim)]
    parts = [
        front_matter(
            title="The claims on real frameworks",
            description="What the test of each claim gave on TensorFlow, Keras, PyTorch and others",
            hide=["navigation", "toc"],
            search={"exclude": True},
        ),
        "# The claims on real frameworks",
        "Each claim's file was run, unchanged, on the layers of real frameworks. "
        "A cell says what the claim's test gave there; it leads to the details. "
        "A wrong claim fails, so a row of ✗ beside *Wrong* is agreement.",
        "\n".join(_made(about, claims) for about in site.found["frameworks"]),
        *_legend(site, claims),
        *_differing(site, claims),
    ]
    for id_ in site.questions:
        of_it = [claim for claim in claims if claim["question"] == id_]
        if of_it:
            parts += [f"## {site.question_link(id_)}", _table(site, of_it)]
    without = len(site.claims) - len(claims)
    if without:
        parts.append(
            f"Without a row: {many(without, 'claim')} that cannot be tested, depend on others, "
            "or are tried by an experiment that runs on our own model alone."
        )
    parts.append("How near our own model is to these layers has [a page of its own](fidelity.md).")
    return "\n\n".join(parts) + "\n"


def differs(claim: Data) -> bool:
    """Whether the test of a claim holds on one framework and fails on another."""
    return {"holds", "fails"} <= {state(claim, record["name"]) for record in claim["frameworks"]}


def _made(about: Data, claims: list[Data]) -> str:
    """With which version of a framework, when, and how many claims it decides."""
    found = [record_of(claim, about["name"]) for claim in claims]
    records = [record for record in found if record is not None]
    if not records:
        return f"- **{text(about['title'])}**: not recorded yet"
    versions = ", ".join(sorted({plain(record["version"]) for record in records}))
    dates = sorted({plain(record["date"]) for record in records})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    number = sum(decides(claim, about["name"]) for claim in claims)
    return (
        f"- **{text(about['title'])}** {versions}, recorded {when}: "
        f"decides {number} of {many(len(claims), 'claim')}"
    )


def _legend(site: Site, claims: list[Data]) -> Iterator[str]:
    """What the signs mean, with how often each framework has them."""
    abouts = site.found["frameworks"]
    counts = [Counter(state(claim, about["name"]) for claim in claims) for about in abouts]
    rows = [
        f"| {sign(kind)} **{sort.word}**: {sort.meaning} | "
        + " | ".join(str(count[kind]) for count in counts)
        + " |"
        for kind, sort in STATES.items()
    ]
    yield _across(site, "Sign", rows)
    yield (
        "A ≠ in a cell says that the framework disagrees with our model at the same setting; "
        "such a claim has no verdict."
    )


def _differing(site: Site, claims: list[Data]) -> Iterator[str]:
    """The claims that one framework cannot answer for another, before all others."""
    rows = [f"- {site.claim_link(claim['id'])}" for claim in claims if differs(claim)]
    if rows:
        yield f"On {many(len(rows), 'claim')} frameworks differ, and the row is marked:"
        yield "\n".join(rows)
    else:
        yield "No claim holds on one framework and fails on another."


def _table(site: Site, claims: list[Data]) -> str:
    rows = []
    for claim in claims:
        mark = f" {DIFFER}" if differs(claim) else ""
        cells = [_cell(site, claim, about) for about in site.found["frameworks"]]
        rows.append(f"| {site.claim_link(claim['id'])}{mark} | {' | '.join(cells)} |")
    return _across(site, "Claim", rows)


def _cell(site: Site, claim: Data, about: Data) -> str:
    """A sign that leads to the claim's section; its word is for ears, its title for a pointer."""
    record = record_of(claim, about["name"])
    kind = state(claim, about["name"])
    unlike = record is not None and record["disagrees"]
    word = f"{STATES[kind].word}{', unlike our model' if unlike else ''}"
    made = f" {record['version']}, {record['date']}" if record else ""
    title = plain(f"{about['title']}{made}: {word}")
    shown = f'{sign(kind)}{"≠" if unlike else ""}<span class="heard">{word}</span>'
    return f'[{shown}]({site.up}claims/{claim["id"]}.md#{ANCHOR} "{title}")'


def _across(site: Site, first: str, rows: list[str]) -> str:
    names = [f'<span class="name">{text(a["title"])}</span>' for a in site.found["frameworks"]]
    head = [f"| {first} | {' | '.join(names)} |", f"| --- |{' :-: |' * len(names)}"]
    return '<div class="across" markdown="1">\n\n' + "\n".join([*head, *rows]) + "\n\n</div>"
