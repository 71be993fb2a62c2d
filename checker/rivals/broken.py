"""Models broken at large.  They only show that a test is not empty, and never carry a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from checker.language.values import Array
from checker.models.protocol import Arrays, Axes, Cell, Model, Sizes, Trace

Lengths = np.ndarray | None


def constant(model: Model) -> Model:
    """Whatever is fed in, everything that comes out is 1."""
    return _altered(model, np.ones_like)


def shuffled(model: Model) -> Model:
    """Everything that comes out is in the wrong order and scaled."""
    return _altered(
        model, lambda data: 3 * np.flip(data) + np.arange(data.size).reshape(data.shape)
    )


def misshapen(model: Model) -> Model:
    """Every axis of everything is one entry longer than it should be."""

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        return {
            n: {a: s + 1 for a, s in axes.items()} for n, axes in model.parameters(sizes).items()
        }

    def unroll(
        cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: Lengths
    ) -> Trace:
        def cut(array: np.ndarray) -> np.ndarray:
            return array[tuple(slice(0, -1) for _ in array.shape)]

        trace = model.unroll(
            cell, {n: cut(p) for n, p in parameters.items()}, inputs, before, lengths
        )
        return {n: Array(np.pad(a.data, [(0, 1)] * a.data.ndim), a.axes) for n, a in trace.items()}

    return replace(model, parameters=parameters, unroll=unroll)


def rigid(model: Model) -> Model:
    """Every axis of everything has two entries, whatever the sizes are."""

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        return {n: dict.fromkeys(axes, 2) for n, axes in model.parameters(sizes).items()}

    def unroll(
        cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: Lengths
    ) -> Trace:
        moving = Array(np.ones((2, 2, 2)), ("batch", "timesteps", "units"))
        still = Array(np.ones((2, 2)), ("batch", "units"))
        trace = {"outputs": moving} | {f"after.{name}": still for name in before}
        return trace | {f"{g}.{name}": moving for g in ("entering", "leaving") for name in before}

    return replace(model, parameters=parameters, unroll=unroll)


BROKEN = (constant, shuffled, misshapen, rigid)


def _altered(model: Model, alter: Callable[[np.ndarray], np.ndarray]) -> Model:
    def unroll(
        cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: Lengths
    ) -> Trace:
        trace = model.unroll(cell, parameters, inputs, before, lengths)
        return {n: Array(alter(a.data), a.axes) for n, a in trace.items()}

    return replace(model, unroll=unroll)
