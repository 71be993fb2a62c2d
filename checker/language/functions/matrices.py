"""Functions that put arrays together, and that look at matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from checker.language.functions.registry import as_array, function
from checker.language.tolerance import finite
from checker.language.values import Array, ExperimentError, described, memberwise

MAX_SIZE = 1024


@function()
def join(world: Any, first: Any, second: Any) -> Any:
    """join(a, b): both side by side along the last axis; groups member by member."""

    def side_by_side(a: Any, b: Any) -> Array:
        left, right = as_array(a), as_array(b)
        if left.shape[:-1] != right.shape[:-1] or not (left.shape and right.shape):
            raise ExperimentError(f"shapes {left.shape} and {right.shape} cannot be joined")
        return Array(np.concatenate([left.data, right.data], axis=-1), left.axes)

    return memberwise(side_by_side, first, second)


@function()
def stack(world: Any, first: Any, second: Any) -> Any:
    """stack(a, b): b below a along the first axis; groups member by member."""

    def below(a: Any, b: Any) -> Array:
        left, right = as_array(a), as_array(b)
        if left.shape[1:] != right.shape[1:] or not (left.shape and right.shape):
            raise ExperimentError(f"shapes {left.shape} and {right.shape} cannot be stacked")
        return Array(np.concatenate([left.data, right.data], axis=0), left.axes)

    return memberwise(below, first, second)


@function()
def diagonal(world: Any, matrix: Any) -> Any:
    """diagonal(matrix): the square matrix with every entry off its diagonal set to 0."""
    return memberwise(
        lambda m: Array(_square(m).data * np.eye(_square(m).shape[0]), _square(m).axes), matrix
    )


@function()
def identity(world: Any, size: Any) -> Array:
    """identity(n): the n × n matrix with 1 on its diagonal and 0 elsewhere."""
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MAX_SIZE:
        raise ExperimentError(f"identity(…) takes a whole number from 1 to {MAX_SIZE}")
    return Array(np.eye(size), ("row", "column"))


@function()
def swapped(world: Any, array: Any, first: Any, second: Any) -> Any:
    """swapped(array, "batch", "timesteps"): both axes exchanged; groups member by member."""

    def exchange(one: Any) -> Array:
        whole = as_array(one)
        whole.size_of(first)
        whole.size_of(second)
        a, b = whole.axes.index(first), whole.axes.index(second)
        names = {first: second, second: first}
        axes = tuple(names.get(axis, axis) for axis in whole.axes)
        return Array(np.swapaxes(whole.data, a, b), axes)

    return memberwise(exchange, array)


@function()
def is_diagonal(world: Any, matrix: Any) -> bool:
    """is_diagonal(matrix): every entry off the diagonal of the square matrix is 0."""
    data = finite(_square(matrix).data)
    others = np.abs(data[~np.eye(len(data), dtype=bool)])
    largest = float(others.max(initial=0.0))
    precision = world.comparisons.precision
    if largest <= 4 * precision.epsilon * float(np.max(np.abs(data))):
        return True
    if largest <= 64 * precision.rounding:
        world.comparisons.too_near(largest, "an entry off the diagonal")
    return False


@function()
def next_diagonal(world: Any, matrix: Any) -> Array:
    """next_diagonal(matrix): the entries right of the diagonal: from each to the next."""
    square = _square(matrix)
    return Array(np.diagonal(square.data, offset=1), square.axes[-1:])


@function()
def rank(world: Any, matrix: Any) -> int:
    """rank(matrix): how many independent directions its rows have.

    Singular values are told from rounding at about 1e-12 of the largest, in single precision at
    5e-4; one within a factor of 100 of that is too near to call.
    """
    data = finite(as_array(matrix).data)
    if data.ndim != 2 or data.size == 0:
        raise ExperimentError(f"rank(…) needs a matrix, not {described(as_array(matrix))}")
    values = np.linalg.svd(data, compute_uv=False)
    if values[0] == 0:
        return 0
    precision = world.comparisons.precision
    if values[0] <= precision.rounding:
        world.comparisons.too_near(float(values[0]), "a largest singular value")
    relative = values / values[0]
    cut = 2**12 * precision.epsilon
    between = (relative > cut / 100) & (relative < cut * 100)
    if np.any(between):
        world.comparisons.too_near(float(np.max(relative[between])), "a relative singular value")
    return int(np.sum(relative > cut))


def _square(value: Any) -> Array:
    array = as_array(value)
    if array.data.ndim != 2 or array.shape[0] != array.shape[1]:
        raise ExperimentError(f"a square matrix is needed, not shape {array.shape}")
    return array
