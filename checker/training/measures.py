"""What can be observed of a trained model; the words are shown to contributors."""

from __future__ import annotations

import numpy as np

MEASURES = {
    "train_loss": "mean loss on the training examples in the end: cross-entropy in nats, or squared"
    " error where the answers are numbers",
    "test_loss": "the same on examples that the model was not trained on",
    "train_accuracy": "share of the training examples' answers that are right in the end",
    "test_accuracy": "the same on examples that the model was not trained on",
    "lowest_test_loss": "the lowest test_loss of the learning curve, as if training had been "
    "stopped there",
    "memorised_at": "after how many updates all training answers were right for the first time; "
    "updates + 1 if they never were",
    "multiply_adds": "multiply-adds of one update: each weight once forwards and twice back, for "
    "each example and timestep; no clock is read",
    "spread": "how far the units' outputs are apart on the test examples: root mean square of "
    "highest minus lowest",
    "dimensions": "how many dimensions the units' outputs fill there: the participation ratio of "
    "their covariance, from 1 to units",
}

SAME_AT_ALL_SEEDS = ("multiply_adds",)
"""What need not be counted over the seeds."""

CURVES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
"""What is followed while a model learns."""


def spread(outputs: np.ndarray) -> np.ndarray:
    """Of each model, (models,); outputs (timesteps, models, units, batch)."""
    apart = outputs.max(axis=2) - outputs.min(axis=2)
    found: np.ndarray = np.sqrt((apart.astype(np.float64) ** 2).mean(axis=(0, 2)))
    return found


def dimensions(outputs: np.ndarray) -> np.ndarray:
    """(sum of eigenvalues)² / sum of their squares, of each model's covariance, (models,).

    Outputs that never change fill no dimension: 0.
    """
    timesteps, models, units, batch = outputs.shape
    signals = outputs.transpose(1, 2, 0, 3).reshape(models, units, -1).astype(np.float64)
    signals -= signals.mean(axis=2, keepdims=True)
    covariance = signals @ signals.transpose(0, 2, 1) / (timesteps * batch)
    total = np.trace(covariance, axis1=1, axis2=2) ** 2
    squares = (covariance**2).sum(axis=(1, 2))
    return np.asarray(np.divide(total, squares, out=np.zeros(models), where=squares > 0))
