"""Adam: Kingma & Ba 2015, algorithm 1, with the division as PyTorch has it."""

from __future__ import annotations

import numpy as np

FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8


class Adam:
    """The two running means, for weights of any shape; ``step`` changes the weights in place."""

    def __init__(self, weights: np.ndarray, learning_rate: float):
        self.learning_rate = learning_rate
        self.updates = 0
        self.mean = np.zeros_like(weights)
        self.square = np.zeros_like(weights)

    def step(self, weights: np.ndarray, gradient: np.ndarray) -> None:
        """One update of the weights."""
        self.updates += 1
        self.mean += (1 - FIRST) * (gradient - self.mean)
        self.square += (1 - SECOND) * (gradient * gradient - self.square)
        root = np.sqrt(self.square)
        root /= np.sqrt(1 - SECOND**self.updates)
        root += EPSILON
        weights -= self.learning_rate / (1 - FIRST**self.updates) * self.mean / root
