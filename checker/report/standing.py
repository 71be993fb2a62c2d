"""How each claim stands: one answer for every report, and for the exit code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any


class Standing(StrEnum):
    """What became of a claim that was to be tried."""

    AS_EXPECTED = "as expected"
    OTHERWISE = "not as expected"
    NOT_RUN = "could not be run"
    LEFT_OPEN = "left open"  # nothing can be tried, or no framework has been recorded on it yet


def standing(claim: Mapping[str, Any]) -> Standing:
    """How one claim of the results stands."""
    if claim["why_not"] == "error":
        return Standing.NOT_RUN
    if not claim["as_expected"]:
        return Standing.OTHERWISE
    if claim["why_not"] in ("not-testable", "unrecorded"):
        return Standing.LEFT_OPEN
    return Standing.AS_EXPECTED


def failing_answers(found: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Questions with a sentence of their short answer that rests on a claim that is not correct.

    A sentence is left out where a claim that it cites was not tried, or waits for a framework.
    """
    tried = {claim["id"] for claim in found["claims"]}
    stand = {claim["id"] for claim in found["claims"]
             if claim["verdict"] == "correct" or claim["why_not"] == "unrecorded"}  # fmt: skip
    for question in found["questions"]:
        for sentence in question["answer"]:
            if tried.issuperset(sentence["because"]) and not stand.issuperset(sentence["because"]):
                yield question["id"], sentence


def clashes(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Claims that contradict each other, and came out correct both; each pair once."""
    correct = {c["id"]: c["contradicts"] for c in found["claims"] if c["verdict"] == "correct"}
    for id_, others in correct.items():
        yield from ((id_, other) for other in others if other in correct and id_ < other)


def told_of_clash(pair: tuple[str, str]) -> str:
    """What such a pair means: the link is wrong, or a test does not say what its claim says."""
    return (
        f"{pair[0]} and {pair[1]} contradict each other and both came out correct: look at both "
        "tests, then mend one or take the link away"
    )


def file_of_broken(found: Mapping[str, Any], broken: Mapping[str, Any]) -> str:
    """The file of a claim that could not be tried, as its findings name it."""
    ending = f"{broken['question']}/{broken['id']}.yml"
    files = (finding["file"] for finding in found["findings"])
    return next((file for file in files if file.endswith(ending)), ending)
