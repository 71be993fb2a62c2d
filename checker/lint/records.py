"""Rules about what real frameworks gave, as machines recorded it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from checker.base import Base
from checker.nouns import Finding
from checker.records import FOLDER, missing


def records_can_be_read(base: Base) -> Iterator[Finding]:
    """A file in ``_recorded`` is as ``checker record`` writes it; nobody edits it by hand."""
    for path in sorted((base.folder / FOLDER).glob("*.json")):
        file = (Path(base.folder.name) / path.relative_to(base.folder)).as_posix()
        tip = "record it again"
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError as error:
            yield Finding(file, error.lineno, error.colno, f"this must be JSON: {error.msg}", tip)
        except (OSError, ValueError, RecursionError):
            yield Finding(file, 1, 1, "this file must be JSON in UTF-8", tip)
        else:
            for absent in missing(record):
                yield Finding(file, 1, 1, f"a record must have {absent}", tip)
