"""What all layers share: what a step reads, and gradients summed over all steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from checker.training.arena import Empty

Shapes = Mapping[str, tuple[int, int]]
"""Rows and columns of each matrix of weights, by name; the last column may be a bias."""

DInputs = Callable[[], np.ndarray]
"""Gives the gradient of a layer's inputs, shaped as they; the lowest layer is never asked."""


def read_at_each_step(inputs: np.ndarray, units: int, empty: Empty) -> np.ndarray:
    """Input, hidden state and 1 of each step, (timesteps + 1, models, features + units + 1, batch).

    The hidden state is 0 at the first step and to be filled in afterwards.
    """
    timesteps, models, features, batch = inputs.shape
    read = empty((timesteps + 1, models, features + units + 1, batch), inputs.dtype)
    read[:-1, :, :features] = inputs
    read[0, :, features:-1] = 0
    read[:, :, -1] = 1
    return read


def with_ones(values: np.ndarray, empty: Empty) -> np.ndarray:
    """One row of 1 below, for the bias: (…, rows + 1, batch)."""
    *front, rows, batch = values.shape
    whole = empty((*front, rows + 1, batch), values.dtype)
    whole[..., :-1, :] = values
    whole[..., -1, :] = 1
    return whole


def over_all_steps(d_z: np.ndarray, read: np.ndarray, empty: Empty) -> np.ndarray:
    """The sum of d_z @ read^T over all timesteps, as one product: (models, rows, columns).

    Shapes: d_z (timesteps, models, rows, batch), read (timesteps, models, columns, batch).
    """
    timesteps, models, rows, batch = d_z.shape
    columns = read.shape[2]
    left = empty((models, rows, timesteps, batch), d_z.dtype)
    right = empty((models, timesteps, batch, columns), read.dtype)
    left[:] = d_z.transpose(1, 2, 0, 3)
    right[:] = read.transpose(1, 0, 3, 2)
    return left.reshape(models, rows, -1) @ right.reshape(models, -1, columns)
