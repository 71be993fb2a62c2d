"""The GRU, forwards and back through time, with both ways to apply the reset gate.

Weights: for each model one matrix for the input, (3 units, features + 1), and one for the hidden
state, (3 units, units), with a bias of its own where the reset comes after the product.
Rows are r, z, n, units each; the last column is the bias.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from checker.training.arena import Empty
from checker.training.layers import DInputs, Shapes, over_all_steps, with_ones


def shapes(features: int, units: int, reset: str = "after") -> Shapes:
    """Rows and columns of each matrix of weights."""
    second_bias = int(reset == "after")
    return {"kernel": (3 * units, features + 1), "recurrent": (3 * units, units + second_bias)}


def forward(
    weights: Mapping[str, np.ndarray],
    inputs: np.ndarray,
    empty: Empty = np.empty,
    reset: str = "after",
) -> tuple[np.ndarray, Any]:
    """Outputs (timesteps, models, units, batch), and what ``backward`` needs.

    Shapes: inputs (timesteps, models, features, batch); the state starts at 0.
    """
    K, R = weights["kernel"], weights["recurrent"]
    timesteps, models, _, batch = inputs.shape
    n = K.shape[1] // 3
    read = with_ones(inputs, empty)  # x and 1 of each step
    gates = empty((timesteps, models, 3 * n, batch), K.dtype)
    np.matmul(K, read, out=gates)
    states = empty((timesteps + 1, models, n + 1, batch), K.dtype)  # h and 1
    states[0] = 0
    states[:, :, n] = 1
    inner = empty((timesteps, models, n, batch), K.dtype)  # what the reset acts on, or makes
    for t in range(timesteps):
        r, z, c = (gates[t, :, k * n : (k + 1) * n] for k in range(3))
        h = states[t, :, :n]
        if reset == "after":
            u = R @ states[t]
            _sigmoid(gates[t, :, : 2 * n], u[:, : 2 * n])
            inner[t] = u[:, 2 * n :]
            c += r * inner[t]
        else:
            _sigmoid(gates[t, :, : 2 * n], R[:, : 2 * n] @ h)
            inner[t] = r * h
            c += R[:, 2 * n :] @ inner[t]
        np.tanh(c, out=c)
        states[t + 1, :, :n] = z * h + (1 - z) * c
    return states[1:, :, :n], (K, R, read, gates, states, inner, reset)


def backward(
    kept: Any, d_outputs: np.ndarray, empty: Empty = np.empty
) -> tuple[dict[str, np.ndarray], DInputs]:
    """Gradients of all weights from those of the outputs, and a function that gives the inputs'."""
    K, R, read, gates, states, inner, reset = kept
    timesteps, models, _, batch = gates.shape
    n = K.shape[1] // 3
    r, z, c = (gates[:, :, k * n : (k + 1) * n] for k in range(3))
    h = states[:-1, :, :n]
    d_z = empty(gates.shape, K.dtype)  # of what gates and candidate pass through their function
    d_u = empty(gates.shape, K.dtype)  # of the recurrent products alone
    links = R[:, :, :n].transpose(0, 2, 1)  # (models, units, 3 units)
    d_h = np.zeros((models, n, batch), K.dtype)
    for t in reversed(range(timesteps)):
        d_h = d_h + d_outputs[t]
        d_c = d_h * (1 - z[t]) * (1 - c[t] * c[t])
        d_z[t, :, n : 2 * n] = d_h * (h[t] - c[t]) * z[t] * (1 - z[t])
        d_z[t, :, 2 * n :] = d_c
        d_u[t] = d_z[t]
        if reset == "after":
            d_u[t, :, 2 * n :] = d_c * r[t]
            d_r, through_reset = d_c * inner[t], links[:, :, 2 * n :] @ d_u[t, :, 2 * n :]
        else:
            d_inner = links[:, :, 2 * n :] @ d_c
            d_r, through_reset = d_inner * h[t], d_inner * r[t]
        d_z[t, :, :n] = d_u[t, :, :n] = d_r * r[t] * (1 - r[t])
        d_h = d_h * z[t] + through_reset + links[:, :, : 2 * n] @ d_u[t, :, : 2 * n]
    if reset == "after":
        d_R = over_all_steps(d_u, states[:-1], empty)
    else:
        d_gates = over_all_steps(d_u[:, :, : 2 * n], h, empty)
        d_R = np.concatenate([d_gates, over_all_steps(d_u[:, :, 2 * n :], inner, empty)], axis=1)
    gradients = {"kernel": over_all_steps(d_z, read, empty), "recurrent": d_R}
    return gradients, lambda: K[:, :, :-1].transpose(0, 2, 1) @ d_z


def _sigmoid(a: np.ndarray, b: np.ndarray) -> None:
    """Replace a by the sigmoid of a + b."""
    a += b
    np.negative(a, out=a)
    np.exp(a, out=a)
    a += 1
    np.reciprocal(a, out=a)
