"""What results keep of a training, for pages and reports: shares, figures and curves."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from checker.experiments.evidence import plain
from checker.language.statistics import Share
from checker.nouns import Value
from checker.training.fit import Fitted, fit
from checker.training.reading import measures_in
from checker.training.spec import Spec
from checker.training.tasks import TASKS


def shown(
    tree: ast.expr,
    arms: Mapping[str, Spec],
    measured: Mapping[str, Any],
    counted: Mapping[str, Share],
) -> dict[str, Any]:
    """The evidence of one trial, as plain data.

    ``measured`` is what the test compared, ``counted`` are its shares by their conditions.
    """
    values = {t: plain(value) for t, value in measured.items() if not isinstance(value, Share)}
    return {
        "values": values | {f"share({text})": str(share) for text, share in counted.items()},
        "matrices": {},
        "runs": {},
        "training": {
            "shares": [
                {
                    "condition": text,
                    "successes": share.successes,
                    "tries": share.tries,
                    "interval": [plain(end) for end in share.interval()],
                }
                for text, share in counted.items()
            ],
            "arms": {name: _arm(spec, fit(spec), measures_in(tree)) for name, spec in arms.items()},
        },
    }


def _arm(spec: Spec, fitted: Fitted, measures: list[str]) -> dict[str, Any]:
    """The keys of an arm, a figure for each seed of what was measured, and its curves."""
    return {
        "about": TASKS[spec.task].doc,
        "keys": _keys(spec),
        "figures": {
            name: [plain(figure) for figure in fitted.figures[name]]
            for name in measures
            if name in fitted.figures
        },
        "updates": list(fitted.updates),
        "curves": {name: [_spread(row) for row in rows] for name, rows in fitted.curves.items()},
    }


def _spread(row: np.ndarray) -> list[Any]:
    """Lowest, median and highest of all seeds."""
    return [plain(float(f)) for f in (row.min(), np.median(row), row.max())]


def _keys(spec: Spec) -> dict[str, Value]:
    """What an arm is, for readers: everything that was trained with."""
    names = ("task", "examples", "batch", "updates", "learning_rate", "kind", "layers", "units",
             "dropout", "label_noise", "start", "read")  # fmt: skip
    return {**{name: getattr(spec, name) for name in names}, **dict(spec.of_task)}
