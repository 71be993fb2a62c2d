"""Recurrent layers on top of each other with a dense head: scores, loss and gradient.

The weights of one model are one row, (models, weights), so that an optimiser sees one array; the
matrices that layers work on are views of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from checker.training import gru, lstm, rnn
from checker.training.arena import Empty
from checker.training.layers import DInputs, Shapes, over_all_steps, with_ones
from checker.training.losses import cross_entropy, squared_error

Forward = Callable[[Mapping[str, np.ndarray], np.ndarray, Empty], tuple[np.ndarray, Any]]
Backward = Callable[[Any, np.ndarray, Empty], tuple[dict[str, np.ndarray], DInputs]]


@dataclass(frozen=True)
class Layer:
    """The shapes of a kind of layer's weights at given sizes, and its two functions."""

    shapes: Callable[[int, int], Shapes]
    forward: Forward
    backward: Backward


def layer_of(kind: str, reset: str = "after") -> Layer:
    """The layer of a kind; ``reset`` says where a GRU applies its reset gate."""
    if kind == "gru":
        shapes, forward = partial(gru.shapes, reset=reset), partial(gru.forward, reset=reset)
        return Layer(shapes, forward, gru.backward)
    known = {"lstm": lstm, "rnn": rnn}[kind]
    return Layer(known.shapes, known.forward, known.backward)


@dataclass(frozen=True)
class Network:
    """Layers with ``units`` each, and a head that gives ``answers`` × ``classes`` scores.

    The head reads the last output, or with ``every_step`` each output for the answer of that step.
    With one class the answers are numbers, and the loss is the squared error.
    """

    layer: Layer
    features: int
    units: int
    answers: int
    classes: int
    layers: int = 1
    every_step: bool = False

    @cached_property
    def shapes(self) -> Mapping[str, tuple[int, int]]:
        """Rows and columns of every matrix, in the order in which they stand in the weights."""
        found = {}
        for number in range(self.layers):
            below = self.units if number else self.features
            for name, shape in self.layer.shapes(below, self.units).items():
                found[f"layer{number}.{name}"] = shape
        rows = self.classes * (1 if self.every_step else self.answers)
        return {**found, "head": (rows, self.units + 1)}

    @property
    def size(self) -> int:
        """How many weights a model has."""
        return sum(rows * columns for rows, columns in self.shapes.values())

    def split(self, weights: np.ndarray) -> dict[str, np.ndarray]:
        """The matrices, (models, rows, columns) each, as views of all weights."""
        found, start = {}, 0
        for name, (rows, columns) in self.shapes.items():
            part = weights[:, start : start + rows * columns]
            found[name] = part.reshape(len(weights), rows, columns)
            start += rows * columns
        return found

    def run(
        self,
        weights: np.ndarray,
        inputs: np.ndarray,
        masks: Sequence[np.ndarray] = (),
        empty: Empty = np.empty,
    ) -> tuple[np.ndarray, np.ndarray, Any]:
        """Scores (models, answers, classes, batch), outputs of the top layer, and what is kept.

        Shapes: inputs (timesteps, models, features, batch); masks, one for each layer, as its
        outputs, which they multiply: dropout.
        """
        matrices, kept, outputs = self.split(weights), [], inputs
        for number in range(self.layers):
            outputs, own = self.layer.forward(_of_layer(matrices, number), outputs, empty)
            kept.append(own)
            if masks:
                outputs = outputs * masks[number]
        read = with_ones(outputs if self.every_step else outputs[-1], empty)
        scores = matrices["head"] @ read  # ([timesteps,] models, rows, batch)
        if self.every_step:
            scores = scores.transpose(1, 0, 2, 3)
        else:
            scores = scores.reshape(len(weights), self.answers, self.classes, -1)
        return scores, outputs, (matrices, kept, read, outputs.shape, masks, empty)

    def loss(self, scores: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The loss of each model, (models,), and its derivative by the scores."""
        return (squared_error if self.classes == 1 else cross_entropy)(scores, targets)

    def gradient(self, kept: Any, d_scores: np.ndarray) -> np.ndarray:
        """The derivative of the loss by all weights, (models, weights)."""
        matrices, layers, read, shape, masks, empty = kept
        across = matrices["head"][:, :, :-1].transpose(0, 2, 1)  # (models, units, rows)
        if self.every_step:
            d_scores = d_scores.transpose(1, 0, 2, 3)  # (timesteps, models, classes, batch)
            d_outputs = across @ d_scores
            found = {"head": over_all_steps(d_scores, read, empty)}
        else:
            d_scores = d_scores.reshape(*read.shape[:1], -1, read.shape[-1])
            d_outputs = np.zeros(shape, d_scores.dtype)
            d_outputs[-1] = across @ d_scores
            found = {"head": d_scores @ read.transpose(0, 2, 1)}
        for number in reversed(range(self.layers)):
            if masks:
                d_outputs = d_outputs * masks[number]
            own, d_inputs = self.layer.backward(layers[number], d_outputs, empty)
            found |= {f"layer{number}.{name}": g for name, g in own.items()}
            if number:
                d_outputs = d_inputs()
        return np.concatenate([found[n].reshape(len(found[n]), -1) for n in self.shapes], axis=1)

    def multiply_adds(self, timesteps: int) -> int:
        """Of one example in one update: every weight once forwards, and twice back."""
        *layers, (rows, columns) = self.shapes.values()
        steps = timesteps * sum(r * c for r, c in layers)
        return 3 * (steps + rows * columns * (timesteps if self.every_step else 1))


def _of_layer(matrices: Mapping[str, np.ndarray], number: int) -> dict[str, np.ndarray]:
    return dict(_named(matrices, f"layer{number}."))


def _named(matrices: Mapping[str, np.ndarray], start: str) -> Iterator[tuple[str, np.ndarray]]:
    for name, matrix in matrices.items():
        if name.startswith(start):
            yield name.removeprefix(start), matrix
