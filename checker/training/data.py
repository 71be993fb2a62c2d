"""The examples of several seeds as arrays with an axis of models, and the order they come in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from checker.experiments.draws import stream
from checker.training.spec import Spec
from checker.training.tasks import TASKS

SLICE = 100
"""Examples that are looked at together where nothing is learned from them."""


@dataclass(frozen=True)
class Part:
    """Examples of several seeds: inputs (timesteps, models, features, batch), targets
    (models, answers, batch)."""

    inputs: np.ndarray
    targets: np.ndarray

    def take(self, chosen: Sequence[np.ndarray]) -> Part:
        """For each model the examples of its own indices."""
        inputs = [self.inputs[:, m, :, rows] for m, rows in enumerate(chosen)]  # (batch, T, d)
        targets = [self.targets[m][:, rows] for m, rows in enumerate(chosen)]
        return Part(np.stack(inputs, axis=1).transpose(2, 1, 3, 0).copy(), np.stack(targets))

    def slices(self) -> Iterator[Part]:
        """All examples, a few at a time."""
        for first in range(0, self.targets.shape[2], SLICE):
            some = slice(first, first + SLICE)
            yield Part(self.inputs[..., some], self.targets[..., some])


def examples_of(spec: Spec, seeds: Sequence[int], part: str, examples: int) -> Part:
    """The examples of each seed; with label noise some training answers are another example's."""
    inputs, targets = [], []
    for seed in seeds:
        found = TASKS[spec.task].make(dict(spec.of_task), seed, part, examples)
        answers = found.targets
        if part == "train" and spec.label_noise:
            noise = stream("train.label_noise", (), seed)
            wrong = noise.random(examples) < spec.label_noise
            drawn = answers[noise.integers(examples, size=examples)]
            answers = np.where(wrong[:, None], drawn, answers)
        inputs.append(found.inputs)
        targets.append(answers)
    stacked = np.stack(inputs, axis=1).transpose(2, 1, 3, 0)  # (timesteps, models, features, ·)
    asked = np.stack(targets).transpose(0, 2, 1)
    if spec.classes == 1:
        asked = asked.astype(np.float32)
    return Part(np.ascontiguousarray(stacked, np.float32), np.ascontiguousarray(asked))


def batches(spec: Spec, seeds: Sequence[int], train: Part) -> Iterator[Part]:
    """The examples of one update after the other, without end.

    Each pass takes them in a new order; what is too little for a batch waits for the next pass.
    """
    if spec.full_batch:
        while True:
            yield train
    orders = [stream("train.order", (), seed) for seed in seeds]
    while True:
        shuffled = [order.permutation(spec.examples) for order in orders]
        for first in range(0, spec.examples - spec.batch + 1, spec.batch):
            yield train.take([rows[first : first + spec.batch] for rows in shuffled])


def masks(spec: Spec, seeds: Sequence[int]) -> Iterator[list[np.ndarray]]:
    """For each update what every layer's outputs are multiplied by: 0, or 1 / (1 - dropout)."""
    kept = 1 - spec.dropout
    shape = (spec.layers, spec.timesteps, spec.units, spec.batch)
    drawn = [stream("train.dropout", shape, seed) for seed in seeds]
    while True:
        if not spec.dropout:
            yield []
            continue
        chances = np.stack([one.random(shape, np.float32) for one in drawn], axis=2)
        yield list((chances < kept).astype(np.float32) / np.float32(kept))
