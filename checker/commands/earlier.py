"""``--against``: an earlier results file, to tell what a change does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from checker.commands.naming import UsageError
from checker.results_schema import Earlier

COMPARED = ("github", "markdown")
"""The formats that tell what a change does."""


def earlier(file: Path | None, claims: Sequence[str], form: str) -> dict[str, Any] | None:
    """The results in a file, or nothing where no file is named; UsageError where it holds none."""
    if file is None:
        return None
    if form not in COMPARED:
        raise UsageError(f"--against goes with --format {' or '.join(COMPARED)}")
    if claims:
        raise UsageError("--against compares all claims: name none")
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        Earlier.model_validate(found)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except (ValidationError, ValueError, RecursionError):
        tip = "checker check --format json > results.json makes one"
        raise UsageError(f"{file} must be a results file ({tip})") from None
    return found
