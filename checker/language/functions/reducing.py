"""Functions from many numbers to one, or to one for each entry along an axis; and single ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from checker.language.functions.registry import as_array, function
from checker.language.tolerance import finite
from checker.language.values import Array, ExperimentError, Group, leaves, memberwise, numeric

Reduce = Callable[..., Any]


@function()
def all_(world: Any, truths: Any, axis: str = "") -> Any:
    """all(comparison): the comparison is true in every entry; all(…, "units") along that axis."""
    return _reduced(np.all, _truths(truths), axis)


@function()
def any_(world: Any, truths: Any, axis: str = "") -> Any:
    """any(comparison): the comparison is true in some entry; any(…, "units") along that axis."""
    return _reduced(np.any, _truths(truths), axis)


@function()
def sum_(world: Any, array: Any, axis: str = "") -> Any:
    """sum(array): the sum of all entries, of a comparison how many are true; or along an axis."""
    return _reduced(np.sum, as_array(array), axis)


@function()
def max_(world: Any, array: Any, axis: Any = "") -> Any:
    """max(array): the largest entry, or the largest along an axis: max(outputs, "timesteps").

    Of two numbers the larger one: max(units, features).
    """
    return (
        max(array, axis) if _both_numbers(array, axis) else _reduced(np.max, _numbers(array), axis)
    )


@function()
def min_(world: Any, array: Any, axis: Any = "") -> Any:
    """min(array): the smallest entry, or the smallest along an axis: min(outputs, "timesteps").

    Of two numbers the smaller one: min(units, features).
    """
    return (
        min(array, axis) if _both_numbers(array, axis) else _reduced(np.min, _numbers(array), axis)
    )


@function()
def mean(world: Any, array: Any, axis: str = "") -> Any:
    """mean(array): the mean of all entries, or along an axis: mean(outputs, "timesteps")."""
    return _reduced(np.mean, _numbers(array), axis)


@function()
def norm(world: Any, array: Any) -> float:
    """norm(array): the root of the sum of all squares, of an array or of all members of a group."""
    parts = leaves(array if isinstance(array, Group) else as_array(array)).values()
    return float(np.sqrt(sum(np.sum(finite(part.data) ** 2) for part in parts)))


@function()
def count(world: Any, array: Any) -> int:
    """count(array): how many entries an array or all members of a group have."""
    parts = leaves(array if isinstance(array, Group) else as_array(array)).values()
    return sum(int(part.data.size) for part in parts)


@function()
def abs_(world: Any, array: Any) -> Any:
    """abs(array): every entry without its sign."""
    return _each(np.abs, array)


@function()
def tanh(world: Any, array: Any) -> Any:
    """tanh(array): the hyperbolic tangent of every entry."""
    return _each(np.tanh, array)


@function()
def sigmoid(world: Any, array: Any) -> Any:
    """sigmoid(array): 1 / (1 + exp(-x)) of every entry."""
    return _each(lambda x: 1 / (1 + np.exp(-np.asarray(x))), array)


def _both_numbers(first: Any, second: Any) -> bool:
    return all(isinstance(n, int | float) and not isinstance(n, bool) for n in (first, second))


def _each(operation: Reduce, array: Any) -> Any:
    def one(value: Any) -> Any:
        number = numeric(value)
        if isinstance(number, Array):
            return Array(np.asarray(operation(number.data)), number.axes)
        return np.asarray(operation(number)).item()

    return memberwise(one, array)


def _reduced(reduce: Reduce, array: Array, axis: Any) -> Any:
    """A number, or an array without the named axis; ExperimentError where there is nothing."""
    if array.data.size == 0:
        raise ExperimentError("nothing to look at: the array has no entries")
    if axis == "":
        return reduce(array.data).item()
    if not isinstance(axis, str):
        raise ExperimentError('an axis is named by a word in quotes, such as "timesteps"')
    array.size_of(axis)
    along = array.axes.index(axis)
    return Array(reduce(array.data, axis=along), array.axes[:along] + array.axes[along + 1 :])


def _truths(value: Any) -> Array:
    array = as_array(value)
    if array.data.dtype != np.bool_:
        raise ExperimentError("all(…) and any(…) need comparisons inside")
    return array


def _numbers(value: Any) -> Array:
    array = as_array(value)
    finite(array.data)
    return array
