"""The functions of the claim language.  Each docstring is shown to contributors."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from checker.language.tolerance import finite
from checker.language.values import (
    Array,
    ExperimentError,
    Group,
    described,
    elementwise,
    leaves,
    memberwise,
    numeric,
    same_shape,
)


@dataclass(frozen=True)
class Function:
    """A function of the language; ``takes`` tells what it gets: values, places in a run, or
    the unevaluated expression."""

    run: Callable[..., Any]
    takes: str

    def call(self, world: Any, arguments: Sequence[Any]) -> Any:
        """Call it; ExperimentError where the number of arguments does not fit."""
        try:
            inspect.signature(self.run).bind(world, *arguments)
        except TypeError:
            raise ExperimentError(f"say {self.usage}") from None
        return self.run(world, *arguments)

    @property
    def usage(self) -> str:
        """The first line of the docstring: how it is written."""
        return (self.run.__doc__ or "").split("\n", 1)[0].split(": ")[0]


FUNCTIONS: dict[str, Function] = {}


def _function(takes: str = "values") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS[run.__name__.rstrip("_")] = Function(run, takes)
        return run

    return register


def _array(value: Any) -> Array:
    if isinstance(value, Array):
        return value
    if isinstance(value, Group):
        raise ExperimentError(f"an array is needed, not {described(value)}: name one of them")
    if not isinstance(value, bool | np.bool_ | int | float):
        raise ExperimentError(f"an array is needed, not {described(value)}")
    return Array(np.asarray(value), ())


def _truths(value: Any) -> np.ndarray:
    data = _array(value).data
    if data.dtype != np.bool_:
        raise ExperimentError("all(…) and any(…) need comparisons inside")
    if data.size == 0:
        raise ExperimentError("a comparison of nothing")
    return data


def _pairs(left: Any, right: Any) -> list[tuple[Array, Array]]:
    """Arrays to compare, member by member; shapes must be equal."""
    found: list[tuple[Array, Array]] = []

    def add(a: Any, b: Any) -> None:
        pair = (_array(a), _array(b))
        same_shape(*pair)
        found.append(pair)

    memberwise(add, left, right)
    return found


def _differences(world: Any, left: Any, right: Any) -> list[np.ndarray]:
    pairs = _pairs(left, right)
    largest = max(float(np.max(np.abs(finite(a.data) - finite(b.data)))) for a, b in pairs)
    evidence = world.comparisons.evidence
    evidence["largest difference"] = max(largest, evidence.get("largest difference", 0.0))
    return [world.comparisons.differ(a.data, b.data) for a, b in pairs]


@_function()
def close(world: Any, left: Any, right: Any) -> bool:
    """close(a, b): every entry equal, but for rounding; shapes must be equal."""
    return not any(bool(np.any(d)) for d in _differences(world, left, right))


@_function()
def changed(world: Any, left: Any, right: Any) -> bool:
    """changed(a, b): some entry really differs; shapes must be equal."""
    return any(bool(np.any(d)) for d in _differences(world, left, right))


@_function()
def all_changed(world: Any, left: Any, right: Any) -> bool:
    """all_changed(a, b): every entry really differs; shapes must be equal."""
    return all(bool(np.all(d)) for d in _differences(world, left, right))


@_function()
def all_(world: Any, truths: Any) -> bool:
    """all(comparison): the comparison is true in every entry."""
    return bool(np.all(_truths(truths)))


@_function()
def any_(world: Any, truths: Any) -> bool:
    """any(comparison): the comparison is true in some entry."""
    return bool(np.any(_truths(truths)))


@_function()
def sum_(world: Any, array: Any) -> int | float:
    """sum(array): the sum of all entries; of a comparison, how many are true."""
    total = np.sum(_array(array).data)
    return int(total) if np.issubdtype(total.dtype, np.integer) else float(total)


@_function()
def max_(world: Any, array: Any) -> float:
    """max(array): the largest entry."""
    return float(np.max(_some(array)))


@_function()
def min_(world: Any, array: Any) -> float:
    """min(array): the smallest entry."""
    return float(np.min(_some(array)))


@_function()
def abs_(world: Any, array: Any) -> Any:
    """abs(array): every entry without its sign."""
    return memberwise(lambda a: elementwise(lambda b, _: abs(b), numeric(a), 0), array)


@_function()
def count(world: Any, array: Any) -> int:
    """count(array): how many entries an array or all members of a group have."""
    return sum(int(a.data.size) for a in leaves(_counted(array)).values())


@_function()
def join(world: Any, first: Any, second: Any) -> Any:
    """join(a, b): both side by side along the last axis; groups member by member."""

    def side_by_side(a: Any, b: Any) -> Array:
        left, right = _array(a), _array(b)
        if left.shape[:-1] != right.shape[:-1] or not left.shape:
            raise ExperimentError(f"shapes {left.shape} and {right.shape} cannot be joined")
        return Array(np.concatenate([left.data, right.data], axis=-1), left.axes)

    return memberwise(side_by_side, first, second)


@_function()
def stack(world: Any, first: Any, second: Any) -> Any:
    """stack(a, b): b below a along the first axis; groups member by member."""

    def below(a: Any, b: Any) -> Array:
        left, right = _array(a), _array(b)
        if left.shape[1:] != right.shape[1:] or not left.shape:
            raise ExperimentError(f"shapes {left.shape} and {right.shape} cannot be stacked")
        return Array(np.concatenate([left.data, right.data], axis=0), left.axes)

    return memberwise(below, first, second)


@_function()
def diagonal(world: Any, matrix: Any) -> Any:
    """diagonal(matrix): the square matrix with every entry off its diagonal set to 0."""
    return memberwise(
        lambda m: Array(_square(m).data * np.eye(_square(m).shape[0]), _square(m).axes), matrix
    )


@_function()
def is_diagonal(world: Any, matrix: Any) -> bool:
    """is_diagonal(matrix): every entry off the diagonal of the square matrix is 0."""
    data = _square(matrix).data
    return not bool(np.any(world.comparisons.differ(data, data * np.eye(len(data)))))


@_function()
def next_diagonal(world: Any, matrix: Any) -> Array:
    """next_diagonal(matrix): the entries right of the diagonal: from each to the next."""
    square = _square(matrix)
    return Array(np.diagonal(square.data, offset=1), square.axes[-1:])


@_function()
def rank(world: Any, matrix: Any) -> int:
    """rank(matrix): how many independent directions its rows have.

    Singular values are told from rounding at 1e-12 of the largest; one within a factor of 100 of
    that is too near to call.
    """
    data = finite(_array(matrix).data)
    if data.ndim != 2 or data.size == 0:
        raise ExperimentError(f"rank(…) needs a matrix, not {described(_array(matrix))}")
    values = np.linalg.svd(data, compute_uv=False)
    if values[0] == 0:
        return 0
    relative = values / values[0]
    world.comparisons.near |= bool(np.any((relative > 1e-14) & (relative < 1e-10)))
    return int(np.sum(relative > 1e-12))


@_function("paths")
def influence(world: Any, source: Any, target: Any) -> Any:
    """influence(source, target): how far the target moves when the source is nudged.

    Without an axis, all of the source is nudged at once and the largest movement is the result.
    With an axis, ``influence(before.h.units, after.h.units)`` nudges one unit after the other and
    gives a matrix: row = what was nudged, column = what moved.  The rest of the run stays as it is.
    An exact 0 means: no influence at all.
    """
    return world.influence(source, target)


@_function("paths")
def jacobian(world: Any, source: Any, target: Any) -> Array:
    """jacobian(source, target): derivatives of each target entry (rows) by each source entry.

    Exact but for rounding (complex step).  Index to keep it small: ``jacobian(before.h[0], …)``.
    """
    derivatives: Array = world.jacobian(source, target)
    return derivatives


@_function("expression")
def share(world: Any, condition: Any) -> Any:
    """share(condition): in how many of the seeds 0 to 19 the condition is true.

    Compare it with a number: ``share(…) > 0.5``.  An exact binomial test at error level 0.01
    decides; short of that the outcome is undecided.
    """
    return world.share(condition)


def _counted(value: Any) -> Array | Group:
    return value if isinstance(value, Group) else _array(value)


def _some(value: Any) -> np.ndarray:
    data = finite(_array(value).data)
    if data.size == 0:
        raise ExperimentError("the largest or smallest of nothing")
    return data


def _square(value: Any) -> Array:
    array = _array(value)
    if array.data.ndim != 2 or array.shape[0] != array.shape[1]:
        raise ExperimentError(f"a square matrix is needed, not shape {array.shape}")
    return array
