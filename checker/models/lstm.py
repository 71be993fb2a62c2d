"""The LSTM as TensorFlow 1 computes it: one kernel for four blocks, in the order i, j, f, o.

Equations: Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000; options as in
Sak et al. 2014 (projection) and Gers & Schmidhuber 2000 (peepholes).
Layout: ``BasicLSTMCell`` and ``LSTMCell`` in TensorFlow's ``rnn_cell_impl.py``; recorded traces of
them in :mod:`checker.traces` are compared with this file in every test run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from checker.models.activations import ACTIVATIONS, Activation, sigmoid, tanh, unusual
from checker.models.protocol import Arrays, Axes, Model, Sizes, Step, unroll

BLOCKS = ("i", "j", "f", "o")  # input gate, candidate, forget gate, output gate


def lstm_step(
    kernel: np.ndarray,
    bias: np.ndarray,
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    *,
    forget_bias: float = 1.0,
    peephole: Arrays | None = None,
    projection: np.ndarray | None = None,
    cell_clip: float | None = None,
    projection_clip: float | None = None,
    activation: Activation = tanh,
    recurrent_activation: Activation = sigmoid,
) -> tuple[np.ndarray, np.ndarray, Arrays]:
    """One step of BasicLSTMCell, and of LSTMCell where peepholes, a projection or clips are given.

    Shapes: kernel (features + hidden, 4 units), bias (4 units,), x (batch, features),
    h (batch, hidden), c (batch, units), peephole (units,) each, projection (units, hidden);
    hidden = units without a projection.  Returns the new h, the new c and the gates as applied.
    """
    z = np.concatenate([x, h], axis=1) @ kernel + bias  # (batch, 4 units)
    i, j, f, o = (z[:, k * c.shape[1] : (k + 1) * c.shape[1]] for k in range(4))  # (batch, units)
    if peephole:
        i, f = i + peephole["i"] * c, f + peephole["f"] * c  # these see the old c
    i, j, f = recurrent_activation(i), activation(j), recurrent_activation(f + forget_bias)
    c = clip(f * c + i * j, cell_clip)
    if peephole:
        o = o + peephole["o"] * c  # this one sees the new c
    o = recurrent_activation(o)
    h = o * activation(c)
    if projection is not None:
        h = clip(h @ projection, projection_clip)  # (batch, hidden)
    return h, c, {"i": i, "j": j, "f": f, "o": o}


def clip(values: np.ndarray, limit: float | None) -> np.ndarray:
    """Cut real parts to [-limit, limit]; derivatives beyond the limit are 0."""
    if limit is None:
        return values
    return np.where(np.abs(values.real) > limit, np.sign(values.real) * limit, values)


def pack(parameters: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Per-gate parameters to TensorFlow's one kernel and one bias, input rows above state rows.

    Where a layout has a second bias, as PyTorch's, both are added up.
    """
    blocks = [
        np.concatenate([parameters[f"kernel.{g}"], parameters[f"recurrent.{g}"]]) for g in BLOCKS
    ]
    bias = np.concatenate(
        [parameters[f"bias.{g}"] + parameters.get(f"recurrent_bias.{g}", 0) for g in BLOCKS]
    )
    return np.concatenate(blocks, axis=1), bias  # (features + hidden, 4 units), (4 units,)


def unpack(kernel: np.ndarray, bias: np.ndarray, features: int) -> dict[str, np.ndarray]:
    """TensorFlow's one kernel and one bias to per-gate parameters; the way back from pack."""
    parameters: dict[str, np.ndarray] = {}
    for g, block, b in zip(BLOCKS, np.split(kernel, 4, axis=1), np.split(bias, 4), strict=True):
        parameters |= {f"kernel.{g}": block[:features], f"recurrent.{g}": block[features:]}
        parameters[f"bias.{g}"] = b
    return parameters


def lstm(
    forget_bias: float = 1.0,
    projection: int | None = None,
    peepholes: bool = False,
    cell_clip: float | None = None,
    projection_clip: float | None = None,
    biases: int = 1,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
) -> Model:
    """The LSTM layer: BasicLSTMCell by default, LSTMCell with any of the other options.

    ``activation`` is that of the candidate and of the output, ``recurrent_activation`` that of the
    gates, as Keras names them.
    """
    given: Mapping[str, Any] = {
        "forget_bias": forget_bias,
        "projection": projection,
        "peepholes": peepholes,
        "cell_clip": cell_clip,
        "projection_clip": projection_clip,
        "biases": biases,
        **unusual(activation, recurrent_activation),
    }

    def hidden(sizes: Sizes) -> int:
        return projection or sizes["units"]

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        d, n, p = sizes["features"], sizes["units"], hidden(sizes)
        shapes: dict[str, Axes] = {}
        for g in BLOCKS:
            shapes[f"kernel.{g}"] = {"features": d, "units": n}
            shapes[f"recurrent.{g}"] = {"hidden": p, "units": n}
            shapes[f"bias.{g}"] = {"units": n}
            if biases == 2:
                shapes[f"recurrent_bias.{g}"] = {"units": n}
        if peepholes:
            shapes |= {f"peephole.{g}": {"units": n} for g in ("i", "f", "o")}
        if projection:
            shapes["projection"] = {"units": n, "hidden": p}
        return shapes

    def state(sizes: Sizes) -> dict[str, Axes]:
        batch = sizes["batch"]
        return {
            "h": {"batch": batch, "units": hidden(sizes)},
            "c": {"batch": batch, "units": sizes["units"]},
        }

    def cell(parameters: Arrays) -> Step:
        kernel, bias = pack(parameters)
        peephole = {g: parameters[f"peephole.{g}"] for g in ("i", "f", "o") if peepholes}

        def step(x: np.ndarray, state: Arrays) -> tuple[np.ndarray, Arrays, Arrays]:
            h, c, gates = lstm_step(
                kernel,
                bias,
                x,
                state["h"],
                state["c"],
                forget_bias=forget_bias,
                peephole=peephole,
                projection=parameters.get("projection"),
                cell_clip=cell_clip,
                projection_clip=projection_clip,
                activation=ACTIVATIONS[activation],
                recurrent_activation=ACTIVATIONS[recurrent_activation],
            )
            return h, {"h": h, "c": c}, gates

        return step

    options = {name: value for name, value in given.items() if value is not None}
    return Model("lstm", parameters, state, cell, unroll, options)
