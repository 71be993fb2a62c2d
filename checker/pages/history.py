"""When verdicts came to be: read out of git, where each file says what came out.

A check passes only where the verdict is the expected one, so whenever a verdict changed, a line
``expected:`` changed in a commit.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_COMMIT, _FILE = re.compile(r"\0(\d{4}-\d{2}-\d{2})"), re.compile(r"\+\+\+ b/.*?([a-z0-9-]+)\.yml")
_LINE = re.compile(r"\+(?:expected: *(correct|wrong|depends|undecided)|(untestable): .*) *")


class Event(NamedTuple):
    """On a day (YYYY-MM-DD) a claim got a verdict, in place of another one or of none ("")."""

    date: str
    claim: str
    before: str
    now: str


def history(claims: Path) -> list[Event]:
    """All events of a folder of claims, the oldest first; none where git cannot tell all of them.

    A clone that was cut off (``--depth``) would make every claim look new.
    """
    if _git(claims, "rev-parse", "--is-shallow-repository").strip() != "false":
        return []
    look_for = "-G^(expected|untestable):"
    shown = ("--reverse", "--date=short", "--format=%x00%ad", "--patch", "--unified=0", "-M")
    log = _git(claims, "log", *shown, look_for, "--", ".")
    return list(events(log.split("\n")))


def events(log: Iterable[str]) -> Iterator[Event]:
    """What happened, out of the lines of a log with patches."""
    date, claim = "", ""
    known: dict[str, str] = {}
    for line in log:
        if commit := _COMMIT.fullmatch(line):
            date, claim = commit[1], ""
        elif line.startswith("+++ "):
            file = _FILE.fullmatch(line)
            claim = file[1] if file else ""
        elif claim and (said := _LINE.fullmatch(line)):
            now = said[1] or "not-testable"
            before = known.get(claim, "")
            if now != before:
                known[claim] = now
                yield Event(date, claim, before, now)


def _git(folder: Path, *arguments: str) -> str:
    """What git prints; nothing where it is missing, or the folder is in no repository."""
    command = ["git", "-C", str(folder), "--no-pager", *arguments]
    try:
        return subprocess.run(
            command, capture_output=True, check=True, text=True, errors="replace", timeout=60
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
