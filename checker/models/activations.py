"""What a gate, a candidate or an output passes, entry by entry; named as in Keras.

All work on complex numbers to first order in the imaginary part, which is what a complex step
needs, and stay finite where they are saturated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

Activation = Callable[[np.ndarray], np.ndarray]


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-z))."""
    s: np.ndarray = 1 / (1 + np.exp(-z.real))
    return s + 1j * z.imag * s * (1 - s) if np.iscomplexobj(z) else s


def hard_sigmoid(z: np.ndarray) -> np.ndarray:
    """z / 6 + 1/2, cut to [0, 1]: Keras 3's ``hard_sigmoid``, PyTorch's ``Hardsigmoid``."""
    line = z / 6 + 0.5
    return np.where(line.real < 0, 0 * z, np.where(line.real > 1, 0 * z + 1, line))


def relu(z: np.ndarray) -> np.ndarray:
    """z where it is positive, else 0."""
    return np.where(z.real > 0, z, 0 * z)


def linear(z: np.ndarray) -> np.ndarray:
    """z itself."""
    return z


def tanh(z: np.ndarray) -> np.ndarray:
    """The hyperbolic tangent."""
    squashed: np.ndarray = np.tanh(z)
    return squashed


ACTIVATIONS: Mapping[str, Activation] = {
    "tanh": tanh,
    "sigmoid": sigmoid,
    "hard_sigmoid": hard_sigmoid,
    "relu": relu,
    "linear": linear,
}


def unusual(activation: str, recurrent_activation: str) -> dict[str, str]:
    """Both by the name of the option, where they are not those of the papers."""
    both = {"activation": activation, "recurrent_activation": recurrent_activation}
    usual = {"activation": "tanh", "recurrent_activation": "sigmoid"}
    return {option: name for option, name in both.items() if name != usual[option]}
