"""Functions that compare arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from checker.language.functions.registry import as_array, function
from checker.language.tolerance import finite
from checker.language.values import Array, memberwise, numeric, same_shape


@function()
def close(world: Any, left: Any, right: Any) -> bool:
    """close(a, b): every entry equal, but for rounding; shapes must be equal, a number fits all."""
    return not world.comparisons.some_differ(_pairs(world, left, right))


@function()
def changed(world: Any, left: Any, right: Any) -> bool:
    """changed(a, b): some entry really differs; shapes must be equal, a number fits all."""
    return bool(world.comparisons.some_differ(_pairs(world, left, right)))


@function()
def all_changed(world: Any, left: Any, right: Any) -> bool:
    """all_changed(a, b): every entry really differs; shapes must be equal, a number fits all."""
    return bool(world.comparisons.all_differ(_pairs(world, left, right)))


def _pairs(world: Any, left: Any, right: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Arrays to compare, member by member; shapes must be equal, a number stands for all."""
    found: list[tuple[np.ndarray, np.ndarray]] = []

    def add(a: Any, b: Any) -> None:
        left, right = _alike(a, b), _alike(b, a)
        same_shape(left, right)
        found.append((finite(left.data), finite(right.data)))

    memberwise(add, left, right)
    largest = max(float(np.max(np.abs(a - b))) for a, b in found)
    evidence = world.comparisons.evidence
    evidence["largest difference"] = max(largest, evidence.get("largest difference", 0.0))
    return found


def _alike(value: Any, other: Any) -> Array:
    """The array itself; a number stands for an array of it, in the other one's shape."""
    if isinstance(other, Array) and not isinstance(value, Array):
        number = numeric(as_array(value).data.item())
        return Array(np.full(other.shape, float(number)), other.axes)
    return as_array(value)
