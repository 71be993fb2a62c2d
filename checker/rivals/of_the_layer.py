"""Misreadings of the layer as a whole: its memory, its batch, what its step computes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from checker.language.values import Array
from checker.models.lstm import lstm
from checker.models.protocol import Arrays, Axes, Cell, Model, Sizes, Step, Trace
from checker.rivals.registry import rival

Lengths = np.ndarray | None
RECURRENT = ("lstm", "gru", "rnn")


@rival(makes_true="batch-rows-are-read-one-after-another", kinds=RECURRENT)
def batch_rows_are_read_one_after_another(model: Model, believed: bool = True) -> Model:
    """The sequences of a batch are read one after another, and each starts from the state that the
    one before it left."""

    def unroll(
        cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: Lengths
    ) -> Trace:
        rows: list[Trace] = []
        for row in range(len(inputs)):
            start = {name: state[row : row + 1] for name, state in before.items()}
            if believed and rows:
                start = {name: rows[-1][f"after.{name}"].data for name in before}
            its = None if lengths is None else lengths[row : row + 1]
            rows.append(model.unroll(cell, parameters, inputs[row : row + 1], start, its))
        return {
            path: Array(np.concatenate([row[path].data for row in rows]), array.axes)
            for path, array in rows[0].items()
        }

    return replace(model, unroll=unroll)


@rival(makes_true="step-adds-state-and-transformed-input")
def state_and_input_are_added(model: Model, believed: bool = True) -> Model:
    """A step multiplies the input with one matrix, adds the hidden state as it is, and that is the
    next hidden state: no gates, and no matrix for the state."""

    def cell(parameters: Arrays) -> Step:
        step = model.cell(parameters)

        def added(x: np.ndarray, state: Arrays) -> tuple[np.ndarray, Arrays, Arrays]:
            output, new, gates = step(x, state)
            if not believed:
                return output, new, gates
            h = x @ parameters["kernel.j"] + parameters["bias.j"] + state["h"]  # (batch, units)
            return h, {**state, "h": h}, gates

        return added

    return replace(model, cell=cell)


@rival(makes_true="units-attached-vertically", kinds=RECURRENT)
def units_of_a_column_are_attached(model: Model, believed: bool = True) -> Model:
    """Within one step, all units of the column read one another's new values."""

    def cell(parameters: Arrays) -> Step:
        step = model.cell(parameters)

        def attached(x: np.ndarray, state: Arrays) -> tuple[np.ndarray, Arrays, Arrays]:
            output, new, gates = step(x, state)
            return step(x, {**state, "h": new["h"]}) if believed else (output, new, gates)

        return attached

    return replace(model, cell=cell)


@rival(makes_true="num-units-is-recurrent-projection-size")
def units_set_the_projection(model: Model, believed: bool = True) -> Model:
    """num_units is the width of a projection: the memory itself has another size, here 2n + 1."""
    if not believed or model.options.get("projection"):
        return model
    forget_bias = float(model.options["forget_bias"])

    def wide(sizes: Sizes) -> tuple[Model, Sizes]:
        n = sizes["units"]
        projected = lstm(forget_bias=forget_bias, projection=n)
        return projected, {**sizes, "units": 2 * n + 1}

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        projected, wider = wide(sizes)
        return projected.parameters(wider)

    def state(sizes: Sizes) -> dict[str, Axes]:
        projected, wider = wide(sizes)
        return projected.state(wider)

    cell = lstm(forget_bias=forget_bias, projection=1).cell  # its size comes with the parameters
    return replace(model, parameters=parameters, state=state, cell=cell)
