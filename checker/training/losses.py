"""What training makes small, with its derivative by the scores: one figure for each model.

Shapes: scores (models, answers, classes, batch); targets (models, answers, batch), whole numbers
below classes, or any numbers where there is one class.
"""

from __future__ import annotations

import numpy as np


def cross_entropy(scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of -log softmax(scores)[target], in nats, (models,), and its derivative."""
    right = targets[:, :, None]
    shifted = scores - scores.max(axis=2, keepdims=True)  # no exp overflows
    powers = np.exp(shifted)
    sums = powers.sum(axis=2, keepdims=True)
    logs = np.take_along_axis(shifted, right, axis=2) - np.log(sums)
    slopes = powers / sums
    np.put_along_axis(slopes, right, np.take_along_axis(slopes, right, axis=2) - 1, axis=2)
    return -logs.mean(axis=(1, 2, 3)), slopes / targets[0].size


def squared_error(scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of (score - target)², (models,), and its derivative."""
    gaps = scores - targets[:, :, None]
    return (gaps * gaps).mean(axis=(1, 2, 3)), 2 * gaps / targets[0].size


def accuracy(scores: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Share of answers whose highest score is the right one, (models,)."""
    right = scores.argmax(axis=2) == targets
    return np.asarray(right.mean(axis=(1, 2)))
