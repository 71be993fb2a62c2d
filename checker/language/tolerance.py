"""When two numbers count as equal, and when they are too near to call.

Tolerances are in units of the rounding of the numbers that are compared.  Between "equal but for
rounding" and "really different" lies a zone in which no outcome may be relied on; a comparison
that falls into it is marked *near*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from checker.language.values import ExperimentError


@dataclass(frozen=True)
class Precision:
    """How finely numbers are computed: up to ``rounding`` they are equal, from ``slack`` on not."""

    epsilon: float
    rounding: float  # what a run of some dozen steps loses
    slack: float  # smaller than any difference that we want to see


DOUBLE = Precision(2.0**-52, 2.0**-40, 2.0**-26)  # 2e-16, 9e-13, 1.5e-8
SINGLE = Precision(2.0**-23, 2.0**-16, 2.0**-10)  # 1e-7, 1.5e-5, 1e-3


@dataclass
class Comparisons:
    """The comparisons of one trial: whether one was near, and what was compared."""

    precision: Precision = DOUBLE
    near_because: str = ""
    tied: bool = False  # two numbers whose order was asked for are equal but for rounding
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def near(self) -> bool:
        """Whether a comparison that mattered was too near to call."""
        return bool(self.near_because)

    def too_near(self, distance: float, what: str = "a difference") -> None:
        """Mark the trial: its outcome rests on something between rounding and clear."""
        self.near_because = f"{what} of {distance:.1e} is neither rounding nor clear"

    def locate(self, expression: str) -> None:
        """Say which expression was too near to call, once."""
        if self.near_because and ": " not in self.near_because:
            self.near_because = f"{expression}: {self.near_because}"

    def some_differ(self, pairs: Iterable[tuple[Any, Any]]) -> bool:
        """Whether some entry really differs; near only where no other entry clearly does."""
        largest = max(float(np.max(distances(left, right))) for left, right in pairs)
        if self.precision.rounding < largest <= self.precision.slack:
            self.too_near(largest)
        return largest > self.precision.rounding

    def all_differ(self, pairs: Iterable[tuple[Any, Any]]) -> bool:
        """Whether every entry really differs; near only where no other entry is equal."""
        smallest = min(float(np.min(distances(left, right))) for left, right in pairs)
        if self.precision.rounding < smallest <= self.precision.slack:
            self.too_near(smallest)
        return smallest > self.precision.rounding

    def above(self, left: Any, right: Any) -> np.ndarray:
        """Where left > right by more than rounding, entry by entry.

        The scale is that of each pair, so that small figures can be compared with one another;
        next to an exact 0, or where both are as small as rounding, they are too near to call.
        Raises ExperimentError where an entry is not finite.
        """
        left, right = finite(left), finite(right)
        distance = np.abs(left - right)
        scale = np.maximum(np.abs(left), np.abs(right))
        p = self.precision
        tiny = (scale > 0) & (scale <= np.where(left * right == 0, 64 * p.rounding, 64 * p.epsilon))
        between = (distance > p.rounding * scale) & ((distance <= p.slack * scale) | tiny)
        if np.any(between):
            self.too_near(float(np.max(distance[between])))
        self.tied = self.tied or bool(np.any(distance <= p.rounding * scale))
        return np.asarray((left > right) & (distance > p.rounding * scale))

    def touched(self, left: Any, right: Any) -> None:
        """Mark the trial where a bound that is to be kept strictly is reached, or all but reached.

        A gate that is all but open rounds to 1: that is no evidence against "below 1".
        """
        left, right = finite(left), finite(right)
        scale = np.maximum(np.abs(left), np.abs(right))
        if np.any(np.abs(left - right) <= self.precision.rounding * scale):
            self.near_because = "a bound is reached, but perhaps only by rounding: use <= or >="

    def equal(self, left: float, right: float) -> bool:
        """Whether two numbers are equal but for rounding.

        Next to an exact 0 nothing tells rounding from a small number, so that is too near to call.
        """
        if 0 in (left, right) and left != right and abs(left - right) <= self.precision.slack:
            self.too_near(abs(left - right))
            return False
        return not self.some_differ([(left, right)])


def distances(left: Any, right: Any) -> np.ndarray:
    """How far entries are apart, in units of the larger of both, or of 1 where both are smaller.

    Raises ExperimentError where an entry is not finite.
    """
    left, right = finite(left), finite(right)
    scale = np.maximum(1.0, np.maximum(np.abs(left), np.abs(right)))
    return np.asarray(np.abs(left - right) / scale)


def finite(value: Any) -> np.ndarray:
    """The value as floats; ExperimentError where an entry is infinite or not a number."""
    numbers = np.asarray(value, dtype=np.float64)
    if not np.all(np.isfinite(numbers)):
        raise ExperimentError("a number is not finite")
    return numbers
