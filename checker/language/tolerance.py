"""When two numbers count as equal, and when they are too near to call.

Tolerances are in units of the rounding of float64.  Between "equal but for rounding" and
"really different" lies a zone in which no outcome may be relied on; a comparison that falls
into it is marked *near*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from checker.language.values import ExperimentError

EPSILON = float(np.finfo(np.float64).eps)
ROUNDING = 2**12 * EPSILON  # about 9e-13: what a run of some dozen steps loses
SLACK = 2**26 * EPSILON  # about 1.5e-8: smaller than any difference that we want to see


@dataclass
class Comparisons:
    """The comparisons of one trial: whether one was near, and what was compared."""

    near: bool = False
    evidence: dict[str, Any] = field(default_factory=dict)

    def differ(self, left: Any, right: Any) -> np.ndarray:
        """Where two arrays of numbers really differ; scale is that of the larger array.

        Raises ExperimentError where an entry is not finite.
        """
        left, right = finite(left), finite(right)
        scale = max(1.0, float(np.max(np.abs(left))), float(np.max(np.abs(right))))
        distance = np.abs(left - right) / scale
        self.near |= bool(np.any((distance > ROUNDING) & (distance <= SLACK)))
        return np.asarray(distance > ROUNDING)

    def above(self, left: Any, right: Any) -> np.ndarray:
        """Where left > right by more than rounding, entry by entry.

        The scale is that of each pair, so that small figures can be compared with one another.
        Raises ExperimentError where an entry is not finite.
        """
        left, right = finite(left), finite(right)
        distance = left - right
        scale = np.maximum(np.abs(left), np.abs(right))
        rounding = np.maximum(ROUNDING * scale, ROUNDING)
        slack = np.maximum(SLACK * scale, 64 * ROUNDING)
        self.near |= bool(np.any((np.abs(distance) > rounding) & (np.abs(distance) <= slack)))
        return np.asarray(distance > rounding)


def finite(value: Any) -> np.ndarray:
    """The value as floats; ExperimentError where an entry is infinite or not a number."""
    numbers = np.asarray(value, dtype=np.float64)
    if not np.all(np.isfinite(numbers)):
        raise ExperimentError("a number is not finite")
    return numbers
