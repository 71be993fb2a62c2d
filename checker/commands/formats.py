"""What ``checker check`` prints, in each of its formats, all from the same results."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from checker.commands.naming import UsageError
from checker.commands.output import out, paint, tell
from checker.report import github, json, junit, markdown, text
from checker.report.changes import Changes
from checker.report.standing import clashes, told_of_clash

FORMATS = ("text", "json", "junit", "github", "markdown")


def print_results(
    form: str,
    found: dict[str, Any],
    claims: Sequence[str],
    changes: Changes | None,
    folder: Path,
) -> None:
    """Print results; ``claims`` are those that were named, ``changes`` tells what is new."""
    match form:
        case "json":
            out(json.report(found).rstrip())
        case "junit":
            out(junit.report(found).rstrip())
        case "github":
            out(*github.report(found, _in_repository(folder), changes))
            _add_to_summary(markdown.report(found, changes))
        case "markdown":
            out(markdown.report(found, changes).rstrip())
        case _:
            told = _in_full(found) if claims else text.summary(found, paint())
            tell(*told, *_not_tried(found, claims))


def _in_full(found: dict[str, Any]) -> Iterator[str]:
    for claim in found["claims"]:
        yield from (claim["id"], *text.evidence(claim, paint()), "")
    yield from (f"✗ {told_of_clash(pair)}" for pair in clashes(found))
    yield text.counts(found)


def _not_tried(found: dict[str, Any], claims: Sequence[str]) -> Iterator[str]:
    """The claims that were to be tried and have findings instead of a verdict."""
    for claim in found["broken"]:
        if not claims or claim["id"] in claims:
            yield f"{claim['id']} was not tried: its file must be mended first"


def _in_repository(folder: Path) -> str:
    """Where the folder of claims lies in the repository; "" for its root, or where that is open."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    above = folder.resolve().parent
    inside = above.relative_to(root) if above.is_relative_to(root) else Path()
    return "" if inside == Path() else inside.as_posix()


def _add_to_summary(words: str) -> None:
    """Append to the summary of the job, where GitHub names a file for it."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8") as summary:
            summary.write(words)
    except OSError as error:
        message = f"the summary {file} (GITHUB_STEP_SUMMARY) cannot be written: {error.strerror}"
        raise UsageError(message) from None
