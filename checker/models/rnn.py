"""The plain recurrent layer: h' = tanh(x K + h R + b); Elman 1990.

As TensorFlow 1's ``BasicRNNCell``, Keras's ``SimpleRNN`` and PyTorch's ``RNN`` (two biases).
"""

from __future__ import annotations

import numpy as np

from checker.models.activations import ACTIVATIONS
from checker.models.protocol import Arrays, Axes, Model, Sizes, Step, unroll
from checker.nouns import Value


def rnn(activation: str = "tanh", biases: int = 1) -> Model:
    """The plain recurrent layer; ``activation`` is what its output passes, ``biases`` 1 or 2."""

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        d, n = sizes["features"], sizes["units"]
        shapes: dict[str, Axes] = {
            "kernel": {"features": d, "units": n},
            "recurrent": {"hidden": n, "units": n},
            "bias": {"units": n},
        }
        return shapes | ({"recurrent_bias": {"units": n}} if biases == 2 else {})

    def state(sizes: Sizes) -> dict[str, Axes]:
        return {"h": {"batch": sizes["batch"], "units": sizes["units"]}}

    def cell(parameters: Arrays) -> Step:
        kernel, recurrent = parameters["kernel"], parameters["recurrent"]
        bias = parameters["bias"] + parameters.get("recurrent_bias", 0)

        def step(x: np.ndarray, state: Arrays) -> tuple[np.ndarray, Arrays, Arrays]:
            h = ACTIVATIONS[activation](x @ kernel + state["h"] @ recurrent + bias)
            return h, {"h": h}, {}  # h (batch, units)

        return step

    options: dict[str, Value] = {"activation": activation, "biases": biases}
    return Model("rnn", parameters, state, cell, unroll, options)
