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
    return not any(bool(np.any(d)) for d in _differences(world, left, right))


@function()
def changed(world: Any, left: Any, right: Any) -> bool:
    """changed(a, b): some entry really differs; shapes must be equal, a number fits all."""
    return any(bool(np.any(d)) for d in _differences(world, left, right))


@function()
def all_changed(world: Any, left: Any, right: Any) -> bool:
    """all_changed(a, b): every entry really differs; shapes must be equal, a number fits all."""
    return all(bool(np.all(d)) for d in _differences(world, left, right))


def _pairs(left: Any, right: Any) -> list[tuple[Array, Array]]:
    """Arrays to compare, member by member; shapes must be equal, a number stands for all."""
    found: list[tuple[Array, Array]] = []

    def add(a: Any, b: Any) -> None:
        left, right = _alike(a, b), _alike(b, a)
        same_shape(left, right)
        found.append((left, right))

    memberwise(add, left, right)
    return found


def _differences(world: Any, left: Any, right: Any) -> list[np.ndarray]:
    pairs = _pairs(left, right)
    largest = max(float(np.max(np.abs(finite(a.data) - finite(b.data)))) for a, b in pairs)
    evidence = world.comparisons.evidence
    evidence["largest difference"] = max(largest, evidence.get("largest difference", 0.0))
    return [world.comparisons.differ(a.data, b.data) for a, b in pairs]


def _alike(value: Any, other: Any) -> Array:
    """The array itself; a number stands for an array of it, in the other one's shape."""
    if isinstance(other, Array) and not isinstance(value, Array):
        number = numeric(as_array(value).data.item())
        return Array(np.full(other.shape, float(number)), other.axes)
    return as_array(value)
