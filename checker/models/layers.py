"""Layers made of layers: both directions, several on top of each other, a dense head.

Names get the layer and the direction in front: ``parameters.layer1.forward.kernel.i``.
As in PyTorch's ``num_layers`` and ``bidirectional``, Keras's ``Bidirectional`` with its merge
modes, and TensorFlow 1's ``MultiRNNCell``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from checker.language.values import Array
from checker.models.protocol import Arrays, Axes, Cell, Model, Sizes, Trace, part_of

MERGES: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "concat": lambda a, b: np.concatenate([a, b], axis=-1),
    "sum": np.add,
    "mul": np.multiply,
    "ave": lambda a, b: (a + b) / 2,
}


Shape = tuple[int, ...]
Order = Callable[[Shape, np.ndarray | None], np.ndarray]
"""Shape (batch, timesteps), lengths → which timestep is read when, (batch, timesteps)."""

Feed = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Inputs of the stack, outputs of the layer below → what a layer reads."""

Read = Callable[[Trace, np.ndarray], np.ndarray]
"""Trace of the layer below, lengths (batch,) → what a head reads, (batch, units)."""


def backwards(shape: Shape, lengths: np.ndarray | None) -> np.ndarray:
    """For each sequence the timesteps in reverse, (batch, timesteps); padding stays in place."""
    batch, timesteps = shape
    steps = np.arange(timesteps)
    ends = np.full(batch, timesteps) if lengths is None else lengths
    return np.where(steps < ends[:, None], ends[:, None] - 1 - steps, steps)


def turned_about(shape: Shape, lengths: np.ndarray | None) -> np.ndarray:
    """As :func:`backwards`, but padding is in reverse, too, as with Flax's ``flip_sequences``."""
    batch, timesteps = shape
    ends = np.full((batch, 1), timesteps) if lengths is None else lengths[:, None]
    return np.asarray((timesteps - 1 - np.arange(timesteps) + ends) % timesteps)


def from_below(_: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """A layer of a stack reads every output of the layer below."""
    return outputs


def last_output(trace: Trace, lengths: np.ndarray) -> np.ndarray:
    """A head reads the output at the last real step of each sequence."""
    outputs = trace["outputs"].data  # (batch, timesteps, units)
    last: np.ndarray = outputs[np.arange(len(outputs)), lengths - 1]
    return last


def last_of_both(merge: str) -> Read:
    """A head reads what each direction gave last, merged: the backward one at the first step.

    As Keras's ``Bidirectional`` with ``return_sequences=False``.
    """

    def read(trace: Trace, _: np.ndarray) -> np.ndarray:
        top = [path for path in trace if path.startswith("after.") and path.endswith("forward.h")][
            -1
        ]
        last = [trace[top].data, trace[top.replace("forward", "backward")].data]
        return MERGES[merge](*last)

    return read


def bidirectional(layer: Model, merge: str = "concat", order: Order = backwards) -> Model:
    """Two layers with parameters of their own, one of which reads the sequence backwards.

    Outputs (batch, timesteps, units) of both are merged: concat (twice as wide), sum, mul or ave.
    """

    def run(
        _: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: np.ndarray | None
    ) -> Trace:
        turned = order(inputs.shape[:2], lengths)
        traces = {}
        for direction in ("forward", "backward"):
            given = inputs if direction == "forward" else in_order(inputs, turned)
            trace = layer.run(
                part_of(parameters, direction), given, part_of(before, direction), lengths
            )
            if direction == "backward":
                trace = {n: _turned(array, turned) for n, array in trace.items()}
            traces[direction] = trace
        merged = MERGES[merge](*(trace["outputs"].data for trace in traces.values()))
        named = {
            _below(path, direction): array
            for direction, trace in traces.items()
            for path, array in trace.items()
            if path != "outputs"
        }
        return {"outputs": Array(merged, traces["forward"]["outputs"].axes)} | named

    both = _composed(layer, ("forward", "backward"), lambda _, sizes: sizes, run)
    return replace(both, level="directions", compose=partial(bidirectional, layer, merge))


def stacked(layer: Model, layers: int, feed: Feed = from_below) -> Model:
    """Layers of the same width on top of each other; each reads the outputs of the one below."""
    names = [f"layer{number}" for number in range(layers)]

    def sizes_of(name: str, sizes: Sizes) -> Sizes:
        if name == "layer0":
            return sizes
        inputs, outputs = np.zeros((1, 1, sizes["features"])), np.zeros((1, 1, width(layer, sizes)))
        return {**sizes, "features": feed(inputs, outputs).shape[-1]}

    def run(
        _: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: np.ndarray | None
    ) -> Trace:
        named: dict[str, Array] = {}
        outputs = Array(inputs, ("batch", "timesteps", "units"))
        for name in names:
            read = inputs if name == "layer0" else feed(inputs, outputs.data)
            trace = layer.run(part_of(parameters, name), read, part_of(before, name), lengths)
            outputs = trace["outputs"]
            named |= {_below(path, name): array for path, array in trace.items()
                      if path != "outputs"}  # fmt: skip
        return {"outputs": outputs} | named

    stack = _composed(layer, names, sizes_of, run)
    return replace(stack, level="stack", compose=partial(stacked, layer, layers))


def holding(layer: Model) -> Model:
    """Beyond a sequence's length the last output is repeated, as Keras does, instead of 0."""

    def run(
        cell: Cell,
        parameters: Arrays,
        inputs: np.ndarray,
        before: Arrays,
        lengths: np.ndarray | None,
    ) -> Trace:
        trace = layer.unroll(cell, parameters, inputs, before, lengths)
        if lengths is None:
            return trace
        outputs = trace["outputs"]
        steps = np.minimum(np.arange(outputs.shape[1]), lengths[:, None] - 1)  # (batch, timesteps)
        return {**trace, "outputs": Array(in_order(outputs.data, steps), outputs.axes)}

    return replace(layer, unroll=run)


def running_on(layer: Model) -> Model:
    """Beyond a sequence's length outputs are what the layer makes of the padding, as in Flax.

    The state after the sequence is the one at its last real step all the same.
    """

    def run(
        cell: Cell,
        parameters: Arrays,
        inputs: np.ndarray,
        before: Arrays,
        lengths: np.ndarray | None,
    ) -> Trace:
        trace = layer.unroll(cell, parameters, inputs, before, lengths)
        if lengths is None:
            return trace
        return {**trace, "outputs": layer.unroll(cell, parameters, inputs, before, None)["outputs"]}

    return replace(layer, unroll=run)


def lacking(layer: Model, names: tuple[str, ...]) -> Model:
    """The same layer without some of its parameters, which its step counts as 0."""

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        return {n: axes for n, axes in layer.parameters(sizes).items() if n not in names}

    return replace(layer, parameters=parameters) if names else layer


def with_head(layer: Model, classes: int, reads: Read = last_output) -> Model:
    """A dense layer on the last output: scores (batch, classes) = output @ kernel + bias."""

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        head = {"head.kernel": {"units": width(layer, sizes), "classes": classes},
                "head.bias": {"classes": classes}}  # fmt: skip
        return layer.parameters(sizes) | head

    def run(
        _: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: np.ndarray | None
    ) -> Trace:
        trace = layer.run(parameters, inputs, before, lengths)
        ends = np.full(len(inputs), inputs.shape[1]) if lengths is None else lengths
        read = reads(trace, ends)  # (batch, units)
        scores = read @ parameters["head.kernel"] + parameters["head.bias"]  # (batch, classes)
        return {**trace, "scores": Array(scores, ("batch", "classes"))}

    again = partial(with_head, layer, classes)
    return replace(layer, parameters=parameters, unroll=run, level="head", compose=again)


def width(layer: Model, sizes: Sizes) -> int:
    """How many entries an output of the layer has: found by running one step on zeros."""
    one = {**sizes, "batch": 1, "timesteps": 1}
    zeros = {n: np.zeros(tuple(a.values())) for n, a in layer.parameters(one).items()}
    before = {n: np.zeros(tuple(a.values())) for n, a in layer.state(one).items()}
    return layer.run(zeros, np.zeros((1, 1, one["features"])), before)["outputs"].shape[-1]


def in_order(values: np.ndarray, order: np.ndarray) -> np.ndarray:
    """The timesteps of (batch, timesteps, ·) in the given order."""
    ordered: np.ndarray = values[np.arange(len(order))[:, None], order]
    return ordered


def _turned(array: Array, order: np.ndarray) -> Array:
    return Array(in_order(array.data, order), array.axes) if "timesteps" in array.axes else array


def _below(path: str, name: str) -> str:
    slot, part = path.split(".", 1)
    return f"{slot}.{name}.{part}"


def _composed(
    layer: Model, names: tuple[str, ...] | list[str],
    sizes_of: Callable[[str, Sizes], Sizes], run: Callable[..., Trace],
) -> Model:  # fmt: skip
    def parameters(sizes: Sizes) -> dict[str, Axes]:
        return {f"{name}.{part}": axes for name in names
                for part, axes in layer.parameters(sizes_of(name, sizes)).items()}  # fmt: skip

    def state(sizes: Sizes) -> dict[str, Axes]:
        return {f"{name}.{part}": axes for name in names
                for part, axes in layer.state(sizes).items()}  # fmt: skip

    return replace(layer, parameters=parameters, state=state, unroll=run)
