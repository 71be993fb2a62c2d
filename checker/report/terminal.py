"""Text for a terminal: verdicts in colour, and no line wider than the window."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from unicodedata import combining, east_asian_width

Paint = Callable[[str, str], str]
"""Gives a text in the colour of what it tells: a verdict, or ``trouble``."""

_COLOURS = {
    "correct": "32",  # green
    "wrong": "31",  # red
    "depends": "36",  # cyan
    "not-testable": "2",  # faint
    "trouble": "1;31",  # bold and red
}
_OPEN = "33"  # yellow: whatever is not settled
_COMMAND = re.compile(r"\x1b\[[0-9;]*m")


def plain(_: str, text: str) -> str:
    """A text as it is: for files, pipes and whoever wants no colour."""
    return text


def painted(kind: str, text: str) -> str:
    """A text in colour, as nearly every terminal understands it."""
    return f"\x1b[{_COLOURS.get(kind, _OPEN)}m{text}\x1b[0m"


def wants_colour(environment: Mapping[str, str], terminal: bool) -> bool:
    """Whether to paint: on terminals, unless NO_COLOR says no or FORCE_COLOR says yes."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return terminal and environment.get("TERM") != "dumb"


def wrapped(line: str, width: int) -> Iterator[str]:
    """A line in pieces that fit; they are indented below the first, and words stay whole."""
    indent = " " * (len(line) - len(line.lstrip(" ")))
    piece, used = "", 0
    for word in re.findall(r" *[^ ]+", line):
        if piece and used + _columns(word) > width:
            yield piece
            word = indent + "    " + word.lstrip(" ")
            piece, used = "", 0
        piece, used = piece + word, used + _columns(word)
    yield piece


def _columns(text: str) -> int:
    """How wide a terminal shows a text: colours take no room, and Chinese characters two places."""
    shown = _COMMAND.sub("", text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in shown)
