"""The words that readers meet: badges, reasons, settings, and what a control changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from checker.pages.escape import code, plain

Data = Mapping[str, Any]


class Badge(NamedTuple):
    """An icon, a word, and the class that colours both; the word alone says everything."""

    icon: str
    word: str
    kind: str


BADGES = {
    "correct": Badge("✓", "Correct", "correct"),
    "wrong": Badge("✗", "Wrong", "wrong"),
    "depends": Badge("◐", "Depends", "depends"),
    "undecided": Badge("?", "Not settled (undecided)", "open"),
    "unproven": Badge("?", "Not settled (unproven)", "open"),
    "disputed": Badge("?", "Not settled (disputed)", "open"),
    "unrecorded": Badge("?", "Not settled (unrecorded)", "open"),
    "error": Badge("?", "Not settled (could not be run)", "open"),
    "broken": Badge("?", "Not settled (its file must be mended)", "open"),
    "not-testable": Badge("–", "Not testable", "untestable"),
}

WHY_NOT = {
    "undecided": "The figures stay short of the margin that the claim's file names, "
    "so they are neither a yes nor a no.",
    "unproven": "The test was run, but nothing that was tried made it come out the other way. "
    "A test that could not have failed has shown nothing.",
    "disputed": "A real framework gave something else than our model. "
    "Until somebody knows why, there is no verdict.",
    "sides": "It is said to depend on something, and its sides did not come out as it says.",
    "unrecorded": "Only a real framework decides it, and nobody has run this test there yet.",
    "error": "The test could not be run. A crash says nothing about a claim.",
}

UNTESTABLE = {
    "opinion": "It is a matter of opinion",
    "history": "It is about what happened",
    "wording": "It is about wording",
    "unseen": "It is about something that nobody can see",
}


def outcome(claim: Data) -> str:
    """The verdict, or why there is none."""
    return str(claim["verdict"] or claim["why_not"])


def badge(kind: str) -> str:
    """A badge as HTML: an icon for the eye, a word for everybody."""
    icon, word, css = BADGES[kind]
    return f'<span class="badge {css}"><span aria-hidden="true">{icon}</span> {word}</span>'


def grid(claim: Data) -> str:
    """What the whole grid gave, in one sentence."""
    hold, fail, settings = claim["hold"], claim["fail"], claim["settings"]
    some = claim["tried"].get("for") == "some setting"
    if claim["verdict"] == "depends" and exactly_when(claim):
        held = f"Holds at {hold} and fails at {fail} of {many(settings, 'setting')}"
        return f"{held}: right exactly where `{exactly_when(claim)}`."
    if claim["verdict"] == "depends":
        return f"It comes out differently in its {len(claim['depends'])} cases."
    if "train" in claim["tried"]:
        return trainings(claim)
    if not settings or claim["why_not"] in ("error", "not-testable"):
        return ""
    if claim["verdict"] is None:
        return f"The test held at {hold} and failed at {fail} of {many(settings, 'setting')}."
    if some and claim["verdict"] == "correct":
        return f"Holds at {hold} of {many(settings, 'setting')}; one is enough."
    if some:
        return f"Holds at none of {many(settings, 'setting')}."
    if claim["verdict"] == "correct":
        return f"No counter-example in {many(settings, 'setting')}."
    return f"Fails at {fail} of {many(settings, 'setting')}."


def trainings(claim: Data) -> str:
    """What was counted in a claim about training, in one sentence; "" where nothing was."""
    found = claim["shown"]["training"] if claim["shown"] else {"shares": [], "arms": {}}
    counts = [f"{share['successes']} of {share['tries']}" for share in found["shares"]]
    if not counts:
        return ""
    arms, tries = len(found["arms"]), found["shares"][0]["tries"]
    each = f" of each of {arms} arms" if arms > 1 else ""
    return f"{many(tries, 'training')}{each}; counted: {listed(counts)}."


def exactly_when(claim: Data) -> str:
    """The condition on options under which a claim is right, if its file names one."""
    return str(claim["tried"].get("exactly_when", ""))


def setting(values: Data) -> str:
    """A setting in words."""
    return ", ".join(f"{plain(name)} {value(values[name])}" for name in names_of(values))


def names_of(values: Data) -> list[str]:
    """The names of a setting in the order in which people say them."""
    usual = [name for name in ("batch", "timesteps", "features", "units") if name in values]
    return [*usual, *(name for name in values if name not in usual)]


def value(found: Any) -> str:
    """A measured value as text: truth values as words, shapes in brackets, four digits."""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, list):
        return f"({', '.join(value(entry) for entry in found)})"
    if isinstance(found, float):
        return f"{found:.4g}".replace("-", "−")
    return plain(found)


def many(number: int, noun: str) -> str:
    """A number with its noun: 1 claim, 2 claims."""
    return f"{number} {noun if number == 1 else f'{noun}s'}"


def listed(words: list[str], last: str = "and") -> str:
    """One, two and three."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def counted(claims: list[Data]) -> str:
    """How many claims came out how, never a percentage: 5 correct, 3 wrong, 1 not testable."""
    kinds = [BADGES[outcome(claim)].word.lower() for claim in claims]
    words = dict.fromkeys(badge.word.lower() for badge in BADGES.values())
    return ", ".join(f"{kinds.count(word)} {word}" for word in words if word in kinds)


def control(keys: Data) -> Iterator[str]:
    """What a control changes, a phrase each; keys of training come as they stand in the file."""
    others = ("setting", "model", "set", "call", "change", "lengths", "from", "runs", "arms")
    for name, to in keys.items():
        if name not in others:
            yield f"with {code(f'{name}: {value(to)}')}"
    for name, arm in keys.get("arms", {}).items():
        yield f"in the arm {code(name)} {listed(list(control(arm)))}"
    for name, to in keys.get("setting", {}).items():
        yield f"with {code(f'{name} = {to}')}"
    for option, to in keys.get("model", {}).items():
        yield f"on a model with {code(f'{option}: {value(to)}')}"
    for place, to in keys.get("set", {}).items():
        yield f"with {code(place)} set to {code(to)}"
    if keys.get("call"):
        yield f"with the call {code(keys['call'])}"
    changed = keys.get("change", [])
    for place in [changed] if isinstance(changed, str) else changed:
        yield f"with other random numbers in {code(place)}"
    if keys.get("lengths"):
        yield f"with sequences of length {code(keys['lengths'])}"
    if keys.get("from"):
        yield f"starting from {code(keys['from'])}"
    for name, run in keys.get("runs", {}).items():
        yield f"in the run {code(name)}: {'; '.join(control(run))}"
