"""The LSTM, forwards and back through time.

All weights of a layer stand in one matrix for each model, (models, 4 units, features + units + 1):
rows are o, i, f, j, units each, so that the three gates are one slice, and so are the three that
act on the cell state; columns are those of the input, of the hidden state, and of the bias.
The constant ``forget_bias`` of TensorFlow is a part of the bias that training starts from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from checker.training.arena import Empty
from checker.training.layers import DInputs, Shapes, over_all_steps, read_at_each_step


def shapes(features: int, units: int) -> Shapes:
    """Rows and columns of each matrix of weights."""
    return {"weights": (4 * units, features + units + 1)}


def forward(
    weights: Mapping[str, np.ndarray], inputs: np.ndarray, empty: Empty = np.empty
) -> tuple[np.ndarray, Any]:
    """Outputs (timesteps, models, units, batch), and what ``backward`` needs.

    Shapes: inputs (timesteps, models, features, batch); both states start at 0.
    """
    W = weights["weights"]  # a matrix
    timesteps, models, features, batch = inputs.shape
    n = W.shape[1] // 4
    read = read_at_each_step(inputs, n, empty)  # x, h and 1 of each step
    gates = empty((timesteps, models, 4 * n, batch), W.dtype)
    cells = empty((timesteps + 1, models, n, batch), W.dtype)
    squashed = empty((timesteps, models, n, batch), W.dtype)  # tanh of the cell state
    added = empty((models, n, batch), W.dtype)
    cells[0] = 0
    # One exp serves all four blocks: sigmoid(z) = 1 / (1 + exp(-z)), tanh(z) = 2 sigmoid(2z) - 1.
    folded = -W
    folded[:, 3 * n :] *= 2
    for t in range(timesteps):
        z = np.matmul(folded, read[t], out=gates[t])  # (models, 4 units, batch)
        np.exp(z, out=z)
        z += 1
        np.reciprocal(z, out=z)
        o, i, f, j = (z[:, k * n : (k + 1) * n] for k in range(4))
        j *= 2
        j -= 1
        np.multiply(f, cells[t], out=cells[t + 1])
        cells[t + 1] += np.multiply(i, j, out=added)
        np.tanh(cells[t + 1], out=squashed[t])
        np.multiply(o, squashed[t], out=read[t + 1, :, features:-1])
    return read[1:, :, features:-1], (W, read, gates, cells, squashed)


def backward(
    kept: Any, d_outputs: np.ndarray, empty: Empty = np.empty
) -> tuple[dict[str, np.ndarray], DInputs]:
    """Gradients of all weights from those of the outputs, and a function that gives the inputs'.

    Shapes as in ``forward``.
    """
    W, read, gates, cells, squashed = kept
    timesteps, models, units4, batch = gates.shape
    n, features = units4 // 4, W.shape[2] - units4 // 4 - 1
    _, i, f, j = (gates[:, :, k * n : (k + 1) * n] for k in range(4))
    # How far z moves what it acts on: o the output, the other three the cell state.
    d_z = empty(gates.shape, W.dtype)
    sigmoids = d_z[:, :, : 3 * n]
    np.subtract(1, gates[:, :, : 3 * n], out=sigmoids)
    sigmoids *= gates[:, :, : 3 * n]  # s (1 - s)
    d_z[:, :, :n] *= squashed
    d_z[:, :, n : 2 * n] *= j
    d_z[:, :, 2 * n : 3 * n] *= cells[:-1]
    tanhs = np.multiply(j, j, out=d_z[:, :, 3 * n :])
    np.subtract(1, tanhs, out=tanhs)
    tanhs *= i
    to_cell = np.multiply(squashed, squashed, out=empty(squashed.shape, W.dtype))
    np.subtract(1, to_cell, out=to_cell)
    to_cell *= gates[:, :, :n]
    # From the last step to the first, what the loss makes of h and c.
    links = np.ascontiguousarray(W[:, :, features:-1].transpose(0, 2, 1))  # (models, n, 4 n)
    d_h, d_c = np.array(d_outputs[-1]), np.zeros((models, n, batch), W.dtype)
    through_h = empty(d_c.shape, W.dtype)
    for t in reversed(range(timesteps)):
        d_c += np.multiply(d_h, to_cell[t], out=through_h)
        d_z[t, :, :n] *= d_h
        on_cell = d_z[t, :, n:].reshape(models, 3, n, batch)  # a view
        on_cell *= d_c[:, None]
        if t:
            d_c *= f[t]
            np.matmul(links, d_z[t], out=d_h)
            d_h += d_outputs[t - 1]
    gradients = {"weights": over_all_steps(d_z, read[:-1], empty)}
    return gradients, lambda: W[:, :, :features].transpose(0, 2, 1) @ d_z
