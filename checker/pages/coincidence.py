"""Where a wrong claim happens to hold, said as one condition if there is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from checker.pages.escape import code
from checker.pages.words import Data


def coincidence(trials: Sequence[Data]) -> str:
    """The condition under which the test holds and without which it fails; "" if none is found."""
    held = [trial["outcome"] == "yes" for trial in trials]
    settings = [trial["setting"] for trial in trials]
    if all(held) or not any(held):
        return ""
    names = list(settings[0])
    for words, holds in _conditions(names, settings):
        if holds == held:
            return words
    return ""


def _conditions(names: list[str], settings: list[Data]) -> Iterator[tuple[str, list[bool]]]:
    """Conditions that a person would think of, the plainest first, and where each is fulfilled."""
    for name in names:
        for value in sorted({s[name] for s in settings}, key=str):
            words = f"{code(name)} is {code(value)}"
            yield words, [s[name] == value for s in settings]
    for a, b in combinations(names, 2):
        yield f"{code(a)} and {code(b)} are equal", [s[a] == s[b] for s in settings]
