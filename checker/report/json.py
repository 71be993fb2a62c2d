"""Results as JSON, for machines; ``checker/results.schema.json`` says what stands in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def report(found: Mapping[str, Any]) -> str:
    """The results as text: the same bytes for the same results."""
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
