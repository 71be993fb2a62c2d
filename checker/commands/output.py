"""Where commands print: all at once, to a reader who may have gone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any, TextIO


def out(*lines: Any) -> None:
    """Print lines to the standard output."""
    _write(sys.stdout, lines)


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
