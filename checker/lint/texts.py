"""Rules about the prose in files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from checker.base import Base
from checker.lint.references import finding
from checker.loading import Document, Keys, short
from checker.nouns import Finding, Place

_PROSE = (
    *("claim", "said_by", "asked_by", "covers", "taken_as", "because", "depends", "fact", "reply"),
    *("question", "description", "answer", "title", "author", "date", "licence", "read", "note"),
)
"""Keys whose texts are sentences or names; after an expression a comment is a comment."""


def texts_are_not_cut_off(base: Base) -> Iterator[Finding]:
    """A text without quotes ends before `` #``, which starts a comment, and nobody notices.

    Refused:
        fact: The answer is the one marked #1 on the page.
    Passes:
        fact: "The answer is the one marked #1 on the page."
    """
    for document in base.documents.values():
        for path, place in document.places.items():
            value = _value(document.data, path) if path and path[0] in _PROSE else None
            comment = _comment_after(value, document, place) if isinstance(value, str) else None
            if comment:
                tip = "put the text into quotes, or the comment into a line of its own"
                message = "what follows ' #' is a comment, not a part of the text"
                yield Finding(comment.file, comment.line, comment.column, message, tip)


_VERDICT = re.compile(
    r"it(?: is|'s)(?: simply| just)? (?:wrong|false|untrue|incorrect|correct|true|right|not true"
    r"|an? (?:myth|mistake|error|misconception|fact))"
    r"(?: to (?:say|think|claim|believe))? that\b"
    r"|(?:wrong|false|incorrect|correct|true|right|myth|fact|wrongly|correctly) ?[:—–-] "
    r"|contrary to\b",
    re.IGNORECASE,
)
_VERDICT_AFTER = re.compile(
    r"(?:\((?:wrong|false|incorrect|correct|true|right)!?\)"
    r"|, which is (?:wrong|false|incorrect|correct|true|right|not true))[.!]?$",
    re.IGNORECASE,
)


def statements_carry_no_verdict(base: Base) -> Iterator[Finding]:
    """A statement says what a page says, and leaves to the test whether that is right.

    Refused:
        claim: It is wrong that num_units is the length of the sequence.
    Passes:
        claim: num_units is the length of the sequence.
    """
    for claim in (*base.claims.values(), *base.drafts.values()):
        said = _VERDICT.match(claim.statement) or _VERDICT_AFTER.search(claim.statement)
        if said:
            message = "a statement carries no verdict of its own"
            tip = f"say it without {short(said[0].strip())!r}, and put what you think into expected"
            yield finding(base, claim, ("claim",), message, tip)


def _value(data: Any, path: Keys) -> Any:
    """What stands at a path; nothing where another key of the same name has taken its place."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _comment_after(text: str, document: Document, place: Place) -> Place | None:
    """Where a comment starts behind a text without quotes, which may go over several lines."""
    lines = document.lines[place.line - 1 :]
    if not any("#" in line for line in lines):
        return None
    raw = "\n".join([lines[0][place.column - 1 :], *lines[1:]]) if lines else ""
    words = r"\s+".join(re.escape(word) for word in text.split())
    found = re.match(rf"{words}[ \t]+(?=#)", raw) if words else None
    if found is None:
        return None  # it starts with a quote, or something else follows
    *above, last = found[0].split("\n")
    column = len(last) + (1 if above else place.column)
    return Place(place.file, place.line + len(above), column)
