"""The GRU, with both ways to apply the reset gate.

Equations: Cho et al. 2014 (reset before the product, as TensorFlow 1's ``GRUCell``) and the
variant of cuDNN (reset after it, as PyTorch and, by default, Keras).
Traces of both are recorded in :mod:`checker.traces`.
"""

from __future__ import annotations

import numpy as np

from checker.models.activations import ACTIVATIONS, Activation, sigmoid, tanh, unusual
from checker.models.protocol import Arrays, Axes, Model, Sizes, Step, unroll

BLOCKS = ("r", "z", "n")  # reset gate, update gate, candidate


def gru_step(
    parameters: Arrays, x: np.ndarray, h: np.ndarray, reset: str,
    activation: Activation = tanh, recurrent_activation: Activation = sigmoid,
) -> tuple[np.ndarray, Arrays]:  # fmt: skip
    """One step: the new h (batch, units) and the gates as applied.

    Shapes: kernel.* (features, units), recurrent.* (units, units), bias.* (units,), and
    recurrent_bias.* (units,) where the layout has a second bias; x (batch, features),
    h (batch, units).  The update gate z keeps the old state where it is 1.
    """
    a = {g: x @ parameters[f"kernel.{g}"] + parameters[f"bias.{g}"] for g in BLOCKS}
    b = {g: parameters.get(f"recurrent_bias.{g}", 0) for g in BLOCKS}
    R = {g: parameters[f"recurrent.{g}"] for g in BLOCKS}  # a matrix
    r = recurrent_activation(a["r"] + h @ R["r"] + b["r"])  # (batch, units), as all below
    z = recurrent_activation(a["z"] + h @ R["z"] + b["z"])
    if reset == "before":
        n = activation(a["n"] + (r * h) @ R["n"] + b["n"])
    else:
        n = activation(a["n"] + r * (h @ R["n"] + b["n"]))
    return z * h + (1 - z) * n, {"r": r, "z": z, "n": n}


def gru(
    reset: str = "after", biases: int | None = None, activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
) -> Model:  # fmt: skip
    """The GRU layer; ``reset`` is ``before`` or ``after`` the product, ``biases`` 1 or 2.

    Unless told otherwise there is a second bias where the reset comes after, as in Keras.
    """
    biases = biases or (1 if reset == "before" else 2)

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        d, n = sizes["features"], sizes["units"]
        shapes: dict[str, Axes] = {}
        for g in BLOCKS:
            shapes[f"kernel.{g}"] = {"features": d, "units": n}
            shapes[f"recurrent.{g}"] = {"hidden": n, "units": n}
            shapes[f"bias.{g}"] = {"units": n}
            if biases == 2:
                shapes[f"recurrent_bias.{g}"] = {"units": n}
        return shapes

    def state(sizes: Sizes) -> dict[str, Axes]:
        return {"h": {"batch": sizes["batch"], "units": sizes["units"]}}

    def cell(parameters: Arrays) -> Step:
        def step(x: np.ndarray, state: Arrays) -> tuple[np.ndarray, Arrays, Arrays]:
            passed = (ACTIVATIONS[activation], ACTIVATIONS[recurrent_activation])
            h, gates = gru_step(parameters, x, state["h"], reset, *passed)
            return h, {"h": h}, gates

        return step

    named = unusual(activation, recurrent_activation)
    return Model(
        "gru", parameters, state, cell, unroll, {"reset": reset, "biases": biases, **named}
    )
