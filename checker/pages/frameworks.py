"""What real frameworks gave on a claim: a state for each, and the section on the claim's page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from checker.pages.escape import code, plain, text
from checker.pages.look_up import Site
from checker.pages.words import Data, listed, many, setting, value

HEADING = "The real frameworks"
ANCHOR = "the-real-frameworks"


class State(NamedTuple):
    """A sign, a word for everybody, and what it means; the word alone says everything."""

    sign: str
    word: str
    meaning: str


STATES = {
    "holds": State("✓", "holds", "the claim's test holds on it"),
    "fails": State("✗", "fails", "the claim's test fails on it, at one setting or more"),
    "not-applicable": State("–", "does not apply", "it has no such thing, or does not show it"),
    "undecided": State("~", "decides nothing", "what it could be shown settles nothing"),
    "error": State("!", "could not be run", "the run broke off, which says nothing"),
    "stale": State("↻", "stale", "run before the test was last changed, so it says nothing now"),
    "missing": State("·", "not recorded", "nobody has run it there yet"),
}


def named(claim: Data) -> str:
    """The framework that alone decides a claim about one of its calls; "" for any other claim."""
    return str(claim["tried"].get("framework", ""))


def tried_itself(claim: Data) -> bool:
    """Whether a claim has a test of its own, and so a section on frameworks."""
    tested = claim["settings"] or claim["frameworks"] or named(claim)
    return bool(tested) and not {"experiment", "train"} & {*claim["tried"]}


def record_of(claim: Data, framework: str) -> Data | None:
    """What was recorded of a claim on a framework; None where nothing was."""
    return next((r for r in claim["frameworks"] if r["name"] == framework), None)


def state(claim: Data, framework: str) -> str:
    """What a framework says of a claim, as a key of STATES.

    Only a record of the test as it stands now, and which decides something, holds or fails.
    """
    record = record_of(claim, framework)
    if named(claim) not in ("", framework):
        return "not-applicable"
    if record is None:
        return "missing"
    if record["stale"]:
        return "stale"
    said = str(record["outcome"])
    if said in ("holds", "fails") and not named(claim):
        return said if record["decides"] and not _misses_it(claim, record) else "undecided"
    return said if said in STATES else "undecided"


def _misses_it(claim: Data, record: Data) -> bool:
    """Whether a framework agrees everywhere, but was shown nothing that settles the claim.

    So it is where it offers only settings at which a wrong claim happens to hold.
    """
    some = claim["tried"].get("for") == "some setting"
    witnessed = claim["hold"] if some else claim["fail"]
    ours = "holds" if bool(witnessed) == some else "fails"
    conditional = "exactly_when" in claim["tried"]
    return not conditional and not record["disagrees"] and record["outcome"] != ours


def decides(claim: Data, framework: str) -> bool:
    """Whether a framework says something about the claim as it stands now."""
    return state(claim, framework) in ("holds", "fails")


def sign(kind: str) -> str:
    """A state as HTML: a sign for the eye alone."""
    return f'<span class="state {kind}" aria-hidden="true">{STATES[kind].sign}</span>'


def what_the_call_gave(site: Site, claim: Data) -> str:
    """The evidence for a claim about a call, as HTML without a blank line; "" for other claims."""
    record = record_of(claim, named(claim))
    if record is None or record["stale"] or not record["values"]:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{code(name)}</th><td>{value(found) or "empty"}</td></tr>'
        for name, found in record["values"].items()
    )
    where = f"{plain(record['title'])} {plain(record['version'])}, {plain(record['date'])}"
    caption = f"<strong>What {code(claim['tried']['call'])} gave</strong> in {where}."
    table = f'<table class="values"><tbody>{rows}</tbody></table>'
    return f'<div class="evidence"><p>{caption}</p>{table}</div>'


def frameworks(site: Site, claim: Data) -> Iterator[str]:
    """A row for each framework, and on which of them the verdict rests."""
    if not tried_itself(claim):
        return
    yield f"## {HEADING}"
    abouts = [a for a in site.found["frameworks"] if named(claim) in ("", a["name"])]
    if named(claim):
        yield (
            "The test is about one call of one framework, so only that framework decides it. "
            "Our own model has no part in it."
        )
    else:
        yield _what_was_run(site, claim)
        yield from _rests_on(site, claim)
    rows = [_row(claim, about) for about in abouts]
    table = "\n".join(["| Framework | What this claim's test gave there |", "| --- | --- |", *rows])
    yield f'<div class="frameworks" markdown="1">\n\n{table}\n\n</div>'
    yield f"[All claims on all frameworks]({site.up}frameworks/index.md)"


def _what_was_run(site: Site, claim: Data) -> str:
    near = f"[measured in every test run]({site.up}frameworks/fidelity.md)"
    proves = claim["verdict"] == "wrong" and claim["tried"].get("for") != "some setting"
    example = "smallest counter-example" if proves else "example"
    shown = f", and the {example} above" if claim["shown"] else ""
    counts = [r["decides"] for r in claim["frameworks"] if decides(claim, r["name"])]
    ran = "these settings" if claim["settings"] in counts else "a sample of these settings"
    return (
        f"Our model, in numpy, gave the outcome at {many(claim['settings'], 'setting')}{shown}. "
        f"How near it is to the real layers is {near}. "
        f"A framework runs the same file, unchanged, at {ran}. "
        "Where one disagrees, there is no verdict."
    )


def _rests_on(site: Site, claim: Data) -> Iterator[str]:
    """On what the verdict rests, where our model does not settle it or nothing else did."""
    abouts = site.found["frameworks"]
    deciding = [text(about["title"]) for about in abouts if decides(claim, about["name"])]
    if claim["echo"] and deciding:
        yield (
            "The test looks at shapes and counts alone, and in our model those are what our own "
            f"loop makes them. So the verdict rests on **{listed(deciding)}**."
        )
    elif claim["echo"]:
        yield (
            '<div class="admonition note" markdown="1">\n'
            "**No framework has decided this.** The test looks at shapes and counts alone. "
            "Until a framework that decides it is recorded, it rests on our own loop alone.\n</div>"
        )
    elif claim["verdict"] and not deciding:
        yield "**No framework has decided this claim.** Its verdict rests on our model alone."


def _row(claim: Data, about: Data) -> str:
    record = record_of(claim, about["name"])
    made = f"{plain(record['version'])}, {plain(record['date'])}" if record else ""
    below = f'<span class="made">{made}</span>' if made else ""
    kind = state(claim, about["name"])
    return f"| {text(about['title'])}{below} | {sign(kind)} {_outcome(claim, record, kind)} |"


def _outcome(claim: Data, record: Data | None, kind: str) -> str:
    if record is None:
        return "not recorded yet"
    if kind == "stale":
        return "**stale**: run before the test was last changed, so it says nothing now"
    settings = many(record["decides"], "setting")
    if record["disagrees"]:
        first = setting(record["disagrees"][0])
        return f"**disagrees** at {len(record['disagrees'])} of {settings}, first at {first}"
    if named(claim) and kind in ("holds", "fails"):
        return f"the test **{kind}**"
    if kind in ("holds", "fails"):
        return f"**agrees** with our model: the test {kind}, decided at {settings}"
    if kind == "undecided" and _misses_it(claim, record):
        return f"**{STATES[kind].word}**: it agrees at {settings}, but none of them settles it"
    why = f": {text(record['why'])}" if record["why"] else ""
    return f"**{STATES[kind].word}**{why}"
