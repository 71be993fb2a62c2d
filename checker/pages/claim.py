"""A claim's page: the verdict first, then why anybody should believe it."""

from __future__ import annotations

from collections.abc import Iterator

from checker.pages.apart import could_it_have_failed
from checker.pages.escape import code, front_matter, text
from checker.pages.evidence import evidence
from checker.pages.folded import folded, paste
from checker.pages.frameworks import frameworks, what_the_call_gave
from checker.pages.look_up import Site, unexpected
from checker.pages.review import review
from checker.pages.said import who_says_it
from checker.pages.training import training
from checker.pages.tried import run_it_yourself
from checker.pages.words import (
    BADGES,
    UNTESTABLE,
    WHY_NOT,
    Data,
    badge,
    exactly_when,
    grid,
    outcome,
    told,
)

LONG = 200
"""A reason with more characters is folded: it names everything that was tried."""


def claim_page(site: Site, claim: Data) -> str:
    """The whole page of one claim, in the order in which a reader with a doubt would ask."""
    parts = [
        *_top(site, claim),
        *_no_verdict(claim),
        *_conditions(site, claim),
        training(claim) or evidence(claim),
        what_the_call_gave(site, claim),
        *_leads_on(site, claim),
        *who_says_it(site, claim),
        *could_it_have_failed(site, claim),
        *frameworks(site, claim),
        *run_it_yourself(claim),
        *folded(site, claim),
        paste(site, claim),
    ]
    word = BADGES[outcome(claim)].word
    reviewed = review(site, claim)
    head = front_matter(
        title=f"{word}: {claim['claim']}",
        description=f"{word}. {told(claim)}".strip(),
        hide=["navigation"],
        **({"review": reviewed} if reviewed else {}),
    )
    return "\n\n".join([head, *(part for part in parts if part)]) + "\n"


def broken_page(site: Site, broken: Data) -> str:
    """The page of a claim whose file cannot be used: it says so, and what must be mended."""
    id_ = broken["id"]
    findings = [f for f in site.found["findings"] if f["file"].endswith(f"/{id_}.yml")]
    lines = [
        f"- {code('{file}:{line}:{column}'.format(**f))} {text(f['message'])}"
        + (f" ({text(f['tip'])})" if f["tip"] else "")
        for f in findings
    ]
    head = front_matter(title=f"Not settled: {id_}", hide=["navigation"], search={"exclude": True})
    return "\n\n".join(
        [
            head,
            f"{badge('broken')} {site.question_link(broken['question'])}\n{{: .top }}",
            f"# {code(id_)} {{: .statement }}",
            "This claim has no verdict: something in its file must be mended first.",
            "\n".join(lines) or "The findings are listed on [the page of all claims](index.md).",
        ]
    )


def redirect_page(site: Site, claim: Data) -> str:
    """The page at an earlier address of a claim: it leads on, with and without a browser's help."""
    head = front_matter(
        title="Moved", redirect=f"../{claim['id']}/", hide=["navigation"], search={"exclude": True}
    )
    return f"{head}\n# Moved\n\nThis claim has a new address: {site.claim_link(claim['id'])}\n"


def _top(site: Site, claim: Data) -> Iterator[str]:
    mark = unexpected(claim)
    yield f"{badge(outcome(claim))}{mark} {site.question_link(claim['question'])}\n{{: .top }}"
    yield f"# “{text(claim['claim'])}” {{: .statement }}"
    if claim["fact"] and claim["why_not"] in (None, "not-testable"):  # else nobody has tried it
        lead = "**In fact:** " if claim["verdict"] == "wrong" else ""
        yield f"{lead}{text(claim['fact'])}\n{{: .fact }}"
    if grid(claim):
        yield f"{text(grid(claim))}\n{{: .outcome }}"
    if not claim["as_expected"]:
        yield (
            '<div class="admonition warning" markdown="1">\n'
            f"**Do not rely on this yet.** {_why_not_yet(claim)} "
            "Until that is mended or understood, this is a finding and not an answer.\n</div>"
        )


def _why_not_yet(claim: Data) -> str:
    if claim["told_apart_by"] == "unrelated-rival":
        return "Only a model that has nothing to do with the claim turns its test."
    expected = claim["expected"] or "nothing"
    return f"Before the run, *{text(expected)}* was expected, and something else came out."


def _no_verdict(claim: Data) -> Iterator[str]:
    kind = claim["why_not"]
    if kind == "not-testable":
        yield f"{UNTESTABLE[claim['untestable']]}, so no experiment can decide it."
        yield text(claim["reason"])
    elif kind:
        sides = kind == "unproven" and (claim["depends"] or exactly_when(claim))
        yield WHY_NOT["sides" if sides else kind]
        if len(claim["reason"]) > LONG:
            folded_reason = f"<summary>What was found</summary>\n\n{text(claim['reason'])}"
            yield f'<details markdown="1">\n{folded_reason}\n\n</details>'
        elif claim["reason"]:
            yield f"What was found: {text(claim['reason'])}"


def _conditions(site: Site, claim: Data) -> Iterator[str]:
    """Both sides of a conditional claim, each with its own verdict."""
    rows = [f"| {text(on)} | {site.claim_link(id_)} |" for on, id_ in claim["depends"].items()]
    if claim["verdict"] == "depends" and exactly_when(claim):
        inside = f"| {code(exactly_when(claim))} | {badge('correct')} at every setting there |"
        rows = [inside, f"| otherwise | {badge('wrong')} at a setting of every other choice |"]
    if rows:
        yield "\n".join(["| If … | then this decides |", "| --- | --- |", *rows])


def _leads_on(site: Site, claim: Data) -> Iterator[str]:
    if claim["instead"] and claim["verdict"] == "wrong":
        yield f"**Right instead:** {site.claim_link(claim['instead'])}\n{{: .instead }}"
