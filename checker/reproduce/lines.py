"""Long lines of generated Python to several short ones, broken at brackets and operators."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

WIDTH = 96
_WORDS = re.compile(r""""[^"]*"|'([^'"]*)'""")
_OPEN, _CLOSE = "([{", ")]}"


def code(node: ast.AST) -> str:
    """The text of a syntax tree, with words in double quotes."""
    text = ast.unparse(node)
    return _WORDS.sub(lambda m: m[0] if m[1] is None else f'"{m[1]}"', text)


def broken(text: str, indent: int = 0, end: str = "") -> list[str]:
    """A statement as lines; inside its last bracket there is one line for each part."""
    start = " " * indent
    whole = f"{start}{text}{end}"
    if len(whole) <= WIDTH:
        return [whole]
    pair = next((p for p in reversed([*_brackets(text)]) if p[1] - p[0] > 12), None)
    if pair is None:
        return [whole]
    opening, closing = pair
    parts = _parts(text[opening + 1 : closing])
    lines = [f"{start}{text[: opening + 1]}"]
    for number, part in enumerate(parts):
        comma = "," if len(parts) > 1 or _is_call(text, opening, part) else ""
        last = number == len(parts) - 1 and part.startswith("*") and text[opening] == "("
        lines += broken(part, indent + 4, "" if last else comma)
    return [*lines, f"{start}{text[closing:]}{end}"]


def fitted(line: str) -> list[str]:
    """A line inside brackets, or an indented statement, as several; first broken before a sign."""
    text = line.lstrip(" ")
    indent = len(line) - len(text)
    signs = [
        place
        for place, depth, _ in _deep(text)
        if depth == 0 and re.match(r" (==|!=|<=?|>=?) ", text[place : place + 4])
    ]
    if len(line) <= WIDTH or not signs or not indent:
        return broken(text, indent)
    head, tail = text[: signs[0]], text[signs[0] + 1 :]
    return [*broken(head, indent), *broken(tail, indent)]


def _is_call(text: str, opening: int, part: str) -> bool:
    """Whether a comma may follow the only part: not in a comprehension, and not in an index."""
    called = text[opening] == "(" and opening > 0 and (text[opening - 1].isalnum())
    return called and " for " not in part


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """Where the outermost brackets open and close."""
    start = 0
    for place, depth, character in _deep(text):
        if depth == 0 and character in _OPEN:
            start = place
        elif depth == 0 and character in _CLOSE:
            yield start, place


def _parts(text: str) -> list[str]:
    """What stands between the outermost commas; a comprehension is one part."""
    found = [(place, c) for place, depth, c in _deep(text) if depth == 0]
    if any(text[place : place + 5] == " for " for place, _ in found):
        return [text.strip()]
    cuts = [place for place, character in found if character == ","]
    bounds = [-1, *cuts, len(text)]
    parts = [text[a + 1 : b].strip() for a, b in pairwise(bounds)]
    return [part for part in parts if part]


def _deep(text: str) -> Iterator[tuple[int, int, str]]:
    """Every character outside quotes, with its place and how deep in brackets it stands."""
    depth = 0
    for place, character in _outside_words(text):
        depth -= character in _CLOSE
        yield place, depth, character
        depth += character in _OPEN


def _outside_words(text: str) -> Iterator[tuple[int, str]]:
    """Every character that is not inside quotes, with its place."""
    quote = ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        else:
            yield place, character
