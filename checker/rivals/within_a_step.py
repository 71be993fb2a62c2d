"""Misreadings of what happens inside one step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from checker.models.activations import sigmoid
from checker.models.protocol import Arrays, Axes, Model, Sizes, Step
from checker.rivals.registry import rival


@rival(makes_true="single-unit-is-independent-structure", kinds=("lstm", "gru", "rnn"))
def units_are_separate_cells(model: Model, believed: bool = True) -> Model:
    """Each unit is a cell by itself and reads no hidden state but its own."""

    def cell(parameters: Arrays) -> Step:
        cut = {
            name: value * np.eye(*value.shape)
            if believed and name.split(".")[0] == "recurrent"
            else value
            for name, value in parameters.items()
        }
        return model.cell(cut)

    return replace(model, cell=cell)


@rival(makes_true="units-pass-filtered-info-to-next-unit", kinds=("lstm", "gru", "rnn"))
def each_unit_feeds_the_next(model: Model, believed: bool = True) -> Model:
    """Within one step, each unit reads the new value of the unit before it in the column."""

    def cell(parameters: Arrays) -> Step:
        step = model.cell(parameters)

        def chained(x: np.ndarray, state: Arrays) -> tuple[np.ndarray, Arrays, Arrays]:
            h = state["h"]  # (batch, units)
            output, new, gates = step(x, state)
            for unit in range(1, h.shape[1] if believed else 0):
                seen = h.copy().astype(output.dtype)
                seen[:, unit - 1] = new["h"][:, unit - 1]
                _, fresh, fresh_gates = step(x, {**state, "h": seen})
                new = {n: _with_unit(v, fresh[n], unit) for n, v in new.items()}
                gates = {n: _with_unit(v, fresh_gates[n], unit) for n, v in gates.items()}
            return new["h"], new, gates

        return chained

    return replace(model, cell=cell)


@rival(makes_true="step-receives-only-hidden-state-and-input")
def only_h_is_carried(model: Model, believed: bool = True) -> Model:
    """A step receives the input and the hidden state; there is no cell state to receive."""

    def cell(parameters: Arrays) -> Step:
        step = model.cell(parameters)
        kept = 0 if believed else 1
        return lambda x, state: step(x, {**state, "c": kept * state["c"]})

    return replace(model, cell=cell)


@rival(makes_true="units-are-the-gates")
def units_are_the_gates(model: Model, believed: bool = True) -> Model:
    """num_units counts the gates of the cell: the first three are input, forget and output gate,
    a missing one stays open, and each further one also gates the output."""
    if not believed:
        return model

    def names(units: int) -> list[str]:
        return ["i", "f", "o", *(f"o{extra}" for extra in range(2, units - 1))][:units]

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        d, n = sizes["features"], sizes["units"]
        shapes: dict[str, Axes] = {}
        for g in ("j", *names(n)):
            shapes[f"kernel.{g}"] = {"features": d, "units": n}
            shapes[f"recurrent.{g}"] = {"hidden": n, "units": n}
            shapes[f"bias.{g}"] = {"units": n}
        return shapes

    def cell(parameters: Arrays) -> Step:
        def step(x: np.ndarray, state: Arrays) -> tuple[np.ndarray, Arrays, Arrays]:
            h, c = state["h"], state["c"]  # (batch, units) each
            z = {n.removeprefix("bias."): parameters[n] for n in parameters if "bias" in n}
            z = {
                g: x @ parameters[f"kernel.{g}"] + h @ parameters[f"recurrent.{g}"] + b
                for g, b in z.items()
            }
            shift = {"f": float(model.options["forget_bias"])}
            gates = {g: sigmoid(v + shift.get(g, 0)) for g, v in z.items() if g != "j"}
            j = np.tanh(z["j"])
            c = gates.get("f", 1) * c + gates.get("i", 1) * j
            h = np.tanh(c)
            for name, gate in gates.items():
                h = h * gate if name.startswith("o") else h
            return h, {"h": h, "c": c}, {**gates, "j": j}

        return step

    return replace(model, parameters=parameters, cell=cell)


def _with_unit(old: np.ndarray, new: np.ndarray, unit: int) -> np.ndarray:
    merged = old.astype(np.result_type(old, new))
    merged[:, unit] = new[:, unit]
    return merged
