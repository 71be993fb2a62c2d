"""Where commands print: all at once, to a reader who may have gone."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from checker.report.terminal import Paint, painted, plain, wants_colour, wrapped


def out(*lines: Any) -> None:
    """Print lines to the standard output as they are."""
    _write(sys.stdout, lines)


def tell(*lines: str) -> None:
    """Print text for people: on a terminal no line is wider than it is."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        whole = (line for text in lines for line in text.split("\n"))
        out(*(piece for line in whole for piece in wrapped(line, width)))
    else:
        out(*lines)


def paint() -> Paint:
    """How the standard output shows verdicts: in colour on a terminal, unless told otherwise."""
    return painted if wants_colour(os.environ, sys.stdout.isatty()) else plain


def err(*lines: Any) -> None:
    """Print lines, such as findings, to the standard error."""
    _write(sys.stderr, lines)


def _write(stream: TextIO, lines: Iterable[Any]) -> None:
    """Print; where the reader of a pipe has seen enough, the exit code is still to be told."""
    try:
        stream.write("".join(f"{line}\n" for line in lines))
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
