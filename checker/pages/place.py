"""Where on a page something is said: from the words of a place to its part, and its order there."""

from __future__ import annotations

import re

_TENTHS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_TEENS = "eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth"
_NUMBERS = {word: str(n) for n, word in enumerate(f"{_TENTHS} {_TEENS}".split(), 1)}
_NUMBERED = 1
# In the order of a page; the last pattern but one takes whatever the others leave.
_PARTS = (r"title", r".*\bquote\b", r"question", r".*comments? under the question",
          r"people also ask", r"(?!references|side note)", r"")  # fmt: skip
_PEOPLE, _ASKED = 4, "Title and question"
# What stands where within a part, the first that fits; a number alone is a sentence or the like.
_WITHIN = ((r"heading|title|quot", 0), (r"comment", 6), (r"last", 5), (r"side note", 4),
           (r"list|item", 2), (r"\d", _NUMBERED), (r"", 3))  # fmt: skip

Step = tuple[int, int, int]
"""The kind of a step into a page, the last number that it names, and minus the first."""


def part(place: str) -> str:
    """The part of its page that a place belongs to: comments to what they stand under."""
    rank, first = _top(_pieces(place)[0])
    if rank < _PEOPLE:
        return _ASKED
    return "People also ask" if rank == _PEOPLE else first.capitalize()


def in_order(place: str) -> tuple[int, list[Step], str]:
    """A key that sorts "answer 2, third sentence" as its page does.

    What spans several sentences stands where the last of them ends, and a sentence of no paragraph
    belongs to the first one.
    """
    first, *pieces = _pieces(place)
    steps = [_step(first, _NUMBERED)] if _numbers(first) else []
    paragraph = "paragraph" in first
    for piece in pieces:
        if "sentence" in piece and _kind(piece) == _NUMBERED and not paragraph:
            steps.append((_NUMBERED, 1, -1))
        paragraph = paragraph or "paragraph" in piece
        steps.append(_step(piece, _kind(piece)))
    return _top(first)[0], steps, place


def _pieces(place: str) -> list[str]:
    """Its words, with figures for numbers, from the largest part to the smallest."""
    words = re.sub(r"\w+", lambda word: _NUMBERS.get(word[0], word[0]), place.lower())
    words = re.sub(r"^((?:\d+ )?comments?) under (?!the question)([^,]*)", r"\2, \1", words)
    return re.sub(r", (\d+), (?=\d+ and)", r", \1 ", words).split(", ")


def _top(first: str) -> tuple[int, str]:
    return next((n, first) for n, start in enumerate(_PARTS) if re.match(start, first))


def _kind(piece: str) -> int:
    return next(kind for pattern, kind in _WITHIN if re.search(pattern, piece))


def _numbers(piece: str) -> list[int]:
    """What it names; a comment without a number is the first."""
    found = [int(n) for n in re.findall(r"\b\d+\b", piece)]
    return found or ([1] if "comment" in piece else [])


def _step(piece: str, kind: int) -> Step:
    numbers = _numbers(piece) or [0]
    return kind, numbers[-1], -numbers[0]
