"""What a page shows of one trial, as plain data: what was compared, and what each run gave."""

from __future__ import annotations

from typing import Any

import numpy as np

from checker.experiments.run import Run
from checker.experiments.world import World
from checker.language.values import Array

DIGITS = 6


def evidence(world: World) -> dict[str, Any]:
    """Values and matrices by the expression that gave them, and runs by name."""
    compared = world.comparisons.evidence
    return {
        "values": {text: plain(v) for text, v in compared.items() if not isinstance(v, Array)},
        "matrices": {
            text: {"axes": list(value.axes), "entries": plain(value)}
            for text, value in compared.items()
            if isinstance(value, Array)
        },
        "runs": {name: _run(run) for name, run in world.runs.items()},
    }


def _run(run: Run) -> dict[str, Any]:
    outputs = run.observed["outputs"]
    first_row = outputs.data[0]
    return {
        "model": {"kind": run.model.kind, **run.model.options},
        "sizes": {name: int(size) for name, size in run.sizes.items()},
        "outputs_shape": list(outputs.shape),
        "outputs": plain(first_row) if first_row.ndim == 2 else None,
    }


def plain(value: Any) -> Any:
    """Numbers and arrays as JSON knows them, with six digits that count."""
    if isinstance(value, Array):
        return plain(value.data)
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(f"{float(value):.{DIGITS}g}")
    return value if value is None or isinstance(value, str) else str(value)
