"""Rules about what real frameworks gave, as machines recorded it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.base import Base
from checker.nouns import Finding, Outcome


def records_can_be_read(base: Base) -> Iterator[Finding]:
    """A file in ``_recorded`` is as ``checker record`` writes it; nobody edits it by hand."""
    for path in sorted((base.folder / "_recorded").glob("*.json")):
        file = (Path(base.folder.name) / path.relative_to(base.folder)).as_posix()
        tip = "record it again"
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            yield Finding(file, error.lineno, error.colno, f"this must be JSON: {error.msg}", tip)
        except (OSError, ValueError, RecursionError):
            yield Finding(file, 1, 1, "this file must be JSON in UTF-8", tip)
        else:
            for missing in _missing(record):
                yield Finding(file, 1, 1, f"a record must have {missing}", tip)


def _missing(record: Any) -> Iterator[str]:
    """What a record does not have; only the first thing for each claim."""
    if not isinstance(record, dict) or not isinstance(record.get("claims"), dict):
        yield "claims, by their ids"
        return
    for key in ("version", "date"):
        if not isinstance(record.get(key), str):
            yield f"a {key}"
    for id_, outcomes in record["claims"].items():
        if not isinstance(outcomes, dict) or not isinstance(outcomes.get("digest"), str):
            yield f"the digest of {id_!r}"
        elif not isinstance(outcomes.get("trials"), list):
            yield f"the trials of {id_!r}"
        elif not all(_is_trial(trial) for trial in outcomes["trials"]):
            yield f"a setting and an outcome in each trial of {id_!r}"


def _is_trial(trial: Any) -> bool:
    words = {outcome.value for outcome in Outcome}
    is_record = isinstance(trial, dict) and isinstance(trial.get("setting"), dict)
    return is_record and trial.get("outcome") in words
