"""What YAML's parser complains about, in words that say what must hold and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

_KEY = re.compile(r"(?P<indent> *)(?P<key>[\w.\-]+|'[^']*'|\"[^\"]*\"):(?P<rest>$| +[^ #].*| *$)")


@dataclass(frozen=True)
class _Complaint:
    """A part of the parser's words, our words for it, and whether the trouble starts earlier."""

    pattern: str
    message: str
    tip: str = ""
    at_start: bool = False  # point at what is being read, not at where the parser gave up


_COMPLAINTS = (
    _Complaint(
        r"unexpected end of stream",
        "a quote that opens must be closed",
        "inside single quotes, write ' twice",
        at_start=True,
    ),
    _Complaint(
        r"expected ',' or ']'",
        "a list that opens with [ must be closed with ]",
        "put an entry that contains a comma or a bracket into quotes",
        at_start=True,
    ),
    _Complaint(
        r"expected ',' or '}'",
        "what opens with { must be closed with }",
        "put a text that contains a comma or a bracket into quotes",
        at_start=True,
    ),
    _Complaint(
        r"could not find expected ':'",
        "a key must be followed by a colon and a space",
        "indent the further lines of a text",
        at_start=True,
    ),
    _Complaint(
        r"mapping values are not allowed",
        "a key and its colon cannot stand here",
        "put a text that contains ': ' into quotes; keys of one level start in one column",
    ),
    _Complaint(
        r"sequence entries are not allowed",
        "a list cannot start here",
        "start it in the next line, or put a text that starts with '- ' into quotes",
    ),
    _Complaint(
        r"expected key|expected <block end>",
        "a key must stand here, in one column with the others",
        "a text that starts with a quote ends with it: put the whole text into quotes",
    ),
    _Complaint(
        r"expected '-' indicator",
        "each entry of a list starts with '- ', in one column with the others",
    ),
    _Complaint(
        r"expected (the )?node content",
        "a value must stand here",
        "put a text that starts with a bracket or a comma into quotes",
    ),
    _Complaint(
        r"alphabetic or numeric character",
        "* and & start no text",
        "put a text that starts with * or & into quotes",
    ),
    _Complaint(
        r"comment or (a )?line break",
        "a text after | or > starts in the next line",
    ),
    _Complaint(
        r"unknown escape character",
        "in double quotes, \\ starts an escape such as \\n",
        "use single quotes for a text with \\",
    ),
)


def explained(error: yaml.MarkedYAMLError, text: str) -> tuple[Any, str, str]:
    """The mark of the trouble, what must hold, and a tip."""
    problem = str(error.problem)
    mark = error.problem_mark or error.context_mark
    character = _at(mark, text)
    trap = _trap(problem, error, mark, split_lines(text))
    if trap:
        return trap
    if character == "\t":
        return mark, "lines are indented with spaces, not with tabs", ""
    if "cannot start any token" in problem:
        tip = f"put a text that starts with {character} into quotes" if character else ""
        return mark, "a word or a quote must start here", tip
    for complaint in _COMPLAINTS:
        if re.search(complaint.pattern, problem):
            start = (error.context_mark or mark) if complaint.at_start else mark
            return start, complaint.message, complaint.tip
    return mark, problem, ""


def _trap(
    problem: str, error: yaml.MarkedYAMLError, mark: Any, lines: list[str]
) -> tuple[Any, str, str] | None:
    """What the lines tell better than the parser, who has lost count of them by then."""
    start = error.context_mark
    if re.search("expected ',' or '[]}]'", problem) and mark and start:
        whole = lines[mark.line] if mark.line < len(lines) else ""
        key = _KEY.match(whole)
        if whole[mark.column :][:1] == ":" and not (key and key.end("key") == mark.column):
            return mark, "a text that contains ': ' must be in quotes", ""
        return _cut_off(lines, range(start.line, mark.line))
    if re.search("mapping values|expected key|document start", problem) and mark:
        return _uneven(lines, mark.line) or _cut_off(lines, range(mark.line - 1, mark.line))
    return None


def _cut_off(lines: list[str], numbers: range) -> tuple[Any, str, str] | None:
    """A comment in what would be read well without it, were it meant for one."""
    for number in numbers:
        cut = re.search(r"\s#", lines[number]) if number >= 0 else None
        if cut:
            tip = "put a text that contains ' #' into quotes"
            return _Mark(number, cut.end() - 1), "what follows ' #' is a comment", tip
    return None


@dataclass(frozen=True)
class _Mark:
    line: int
    column: int


def _uneven(lines: list[str], number: int) -> tuple[Any, str, str] | None:
    """A key that stands in no column of the keys above it, which it must belong to."""
    own = _KEY.match(lines[number]) if number < len(lines) else None
    open_columns: list[int] = []
    above = None
    for line in lines[:number]:
        key = _KEY.match(line)
        if key:
            above = key
            column = len(key["indent"])
            open_columns = [*(c for c in open_columns if c < column), column]
    if own is None or above is None:
        return None
    column = len(own["indent"])
    deeper = column > open_columns[-1] and not above["rest"]
    if column in open_columns or deeper:
        return None
    columns = " or ".join(str(c + 1) for c in open_columns)
    message = f"keys of one level start in one column: this one starts in column {column + 1}"
    return _Mark(number, column), message, f"those above it in {columns}"


def _at(mark: Any, text: str) -> str:
    lines = split_lines(text)
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    return line[mark.column : mark.column + 1] if line else ""


def split_lines(text: str) -> list[str]:
    """Lines as YAML counts them."""
    return re.split("\r\n|[\n\r\x85\u2028\u2029]", text)
