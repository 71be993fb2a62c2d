"""The plain recurrent layer, forwards and back through time: h' = tanh(W [x; h; 1]).

Weights: one matrix for each model, (models, units, features + units + 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from checker.training.arena import Empty
from checker.training.layers import DInputs, Shapes, over_all_steps, read_at_each_step


def shapes(features: int, units: int) -> Shapes:
    """Rows and columns of each matrix of weights."""
    return {"weights": (units, features + units + 1)}


def forward(
    weights: Mapping[str, np.ndarray], inputs: np.ndarray, empty: Empty = np.empty
) -> tuple[np.ndarray, Any]:
    """Outputs (timesteps, models, units, batch), and what ``backward`` needs.

    Shapes: inputs (timesteps, models, features, batch); the state starts at 0.
    """
    W = weights["weights"]  # a matrix
    timesteps, _, features, _ = inputs.shape
    read = read_at_each_step(inputs, W.shape[1], empty)  # x, h and 1 of each step
    for t in range(timesteps):
        read[t + 1, :, features:-1] = np.tanh(W @ read[t])
    return read[1:, :, features:-1], (W, read)


def backward(
    kept: Any, d_outputs: np.ndarray, empty: Empty = np.empty
) -> tuple[dict[str, np.ndarray], DInputs]:
    """Gradients of all weights from those of the outputs, and a function that gives the inputs'."""
    W, read = kept
    features = W.shape[2] - W.shape[1] - 1
    h = read[1:, :, features:-1]
    links = W[:, :, features:-1].transpose(0, 2, 1)
    d_z = 1 - h * h  # the slope of tanh
    for t in reversed(range(len(h))):
        d_z[t] *= d_outputs[t] if t == len(h) - 1 else d_outputs[t] + links @ d_z[t + 1]
    gradients = {"weights": over_all_steps(d_z, read[:-1], empty)}
    return gradients, lambda: W[:, :, :features].transpose(0, 2, 1) @ d_z
