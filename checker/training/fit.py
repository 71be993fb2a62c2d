"""Train one arm for all seeds at once, and say what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from checker.experiments.draws import stream
from checker.language.statistics import SEEDS
from checker.language.values import ExperimentError
from checker.training import start
from checker.training.adam import Adam
from checker.training.arena import Arena
from checker.training.losses import accuracy
from checker.training.measures import CURVES, dimensions, spread
from checker.training.spec import POINTS, Spec
from checker.training.tasks import TASKS, TESTS

TOGETHER = 3 * 10**6
"""Numbers in the gates of all models that are trained at once: more no longer fit a cache."""

SLICE = 100
"""Examples that are looked at together where nothing is learned from them."""


@dataclass(frozen=True)
class Fitted:
    """What came of one arm: a figure for each seed by name, and learning curves.

    ``updates`` are the points of the curves, (points,); each curve is (points, seeds).
    """

    figures: Mapping[str, tuple[float, ...]]
    updates: tuple[int, ...]
    curves: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class _Part:
    """Examples of several seeds: inputs (timesteps, models, features, batch), targets
    (models, answers, batch)."""

    inputs: np.ndarray
    targets: np.ndarray

    def take(self, chosen: Sequence[np.ndarray]) -> _Part:
        """For each model the examples of its own indices."""
        inputs = [self.inputs[:, m, :, rows] for m, rows in enumerate(chosen)]  # (batch, T, d)
        targets = [self.targets[m][:, rows] for m, rows in enumerate(chosen)]
        return _Part(np.stack(inputs, axis=1).transpose(2, 1, 3, 0).copy(), np.stack(targets))

    def slices(self) -> Iterator[_Part]:
        """All examples, a few at a time."""
        for first in range(0, self.targets.shape[2], SLICE):
            some = slice(first, first + SLICE)
            yield _Part(self.inputs[..., some], self.targets[..., some])


@lru_cache(maxsize=200)
def fit(spec: Spec) -> Fitted:
    """Train the arm once for each seed; the same spec is trained once.

    ExperimentError where a loss is no longer finite.
    """
    gates = 4 * spec.timesteps * spec.units * spec.layers * max(spec.batch, SLICE)
    models = max(1, min(len(SEEDS), TOGETHER // gates))
    groups = [SEEDS[first : first + models] for first in range(0, len(SEEDS), models)]
    with np.errstate(all="ignore"):  # what is not finite is refused
        parts = [_Run(spec, seeds).run() for seeds in groups]
    figures = {
        name: tuple(f for part in parts for f in part.figures[name]) for name in parts[0].figures
    }
    curves = {
        n: np.concatenate([part.curves[n] for part in parts], axis=1) for n in parts[0].curves
    }
    for name, found in figures.items():
        if not np.all(np.isfinite(found)):
            raise ExperimentError(f"training went astray: {name} is not finite")
    return Fitted(figures, parts[0].updates, curves)


class _Run:
    """The models of some seeds while they are trained."""

    def __init__(self, spec: Spec, seeds: Sequence[int]):
        self.spec, self.seeds, self.network = spec, seeds, spec.network
        self.weights = start.weights(spec, seeds)
        self.train = _examples(spec, seeds, "train", spec.examples)
        self.test = _examples(spec, seeds, "test", TESTS)
        self.updates = sorted({round(spec.updates * k / POINTS) for k in range(POINTS + 1)})
        self.curves: dict[str, list[np.ndarray]] = {name: [] for name in CURVES}
        self.memorised = np.full(len(seeds), spec.updates + 1)
        self.arena = Arena()

    def run(self) -> Fitted:
        """All updates, and the figures after the last one."""
        adam, spec = Adam(self.weights, self.spec.learning_rate), self.spec
        batches, masks = self._batches(), self._masks()
        outputs = self._look(0)
        for update in range(1, spec.updates + 1):
            if spec.learning_rate:
                self._update(adam, next(batches), next(masks), update)
            if update in self.updates:
                outputs = self._look(update)
        curves = {name: np.array(rows) for name, rows in self.curves.items() if rows}
        figures = {name: rows[-1] for name, rows in curves.items()}
        figures["lowest_test_loss"] = curves["test_loss"].min(axis=0)
        if spec.classes > 1:
            figures["memorised_at"] = self.memorised
        per_update = spec.batch * self.network.multiply_adds(spec.timesteps)
        figures["multiply_adds"] = np.full(len(self.seeds), per_update)
        figures |= {"spread": spread(outputs), "dimensions": dimensions(outputs)}
        plain = {name: tuple(found.tolist()) for name, found in figures.items()}
        return Fitted(plain, tuple(self.updates), curves)

    def _update(self, adam: Adam, batch: _Part, masks: Sequence[np.ndarray], update: int) -> None:
        """Move all weights once; a whole batch also tells what was memorised before."""
        spec = self.spec
        self.arena.restart()
        scores, _, kept = self.network.run(self.weights, batch.inputs, masks, self.arena.empty)
        if spec.full_batch and not spec.dropout and spec.classes > 1:
            self._note_memorised(accuracy(scores, batch.targets), update - 1)
        _, d_scores = self.network.loss(scores, batch.targets)
        adam.step(self.weights, self.network.gradient(kept, d_scores))

    def _look(self, update: int) -> np.ndarray:
        """Add a point to the curves; returns the outputs of all units on the test examples."""
        for name, part in (("train", self.train), ("test", self.test)):
            found, outputs = self._seen(part)
            for what, values in found.items():
                self.curves[f"{name}_{what}"].append(values)
            if name == "train" and "accuracy" in found:
                self._note_memorised(found["accuracy"], update)
        return outputs

    def _seen(self, part: _Part) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Loss and accuracy of each model, (models,), and the outputs of its units."""
        found: dict[str, np.ndarray] = {}
        seen = []
        for some in part.slices():
            scores, outputs, _ = self.network.run(self.weights, some.inputs)
            seen.append(outputs)
            values = {"loss": self.network.loss(scores, some.targets)[0].astype(np.float64)}
            if self.spec.classes > 1:
                values["accuracy"] = accuracy(scores, some.targets)
            for name, value in values.items():
                found[name] = found.get(name, 0) + value * some.targets[0].size
        found = {name: total / part.targets[0].size for name, total in found.items()}
        return found, np.concatenate(seen, axis=3)

    def _note_memorised(self, accuracies: np.ndarray, update: int) -> None:
        first = (accuracies == 1) & (self.memorised > update)
        self.memorised[first] = update

    def _batches(self) -> Iterator[_Part]:
        """The examples of one update after the other; each pass takes all in a new order."""
        if self.spec.full_batch:
            while True:
                yield self.train
        orders = [stream("train.order", (), seed) for seed in self.seeds]
        while True:
            shuffled = [order.permutation(self.spec.examples) for order in orders]
            for first in range(0, self.spec.examples - self.spec.batch + 1, self.spec.batch):
                yield self.train.take([rows[first : first + self.spec.batch] for rows in shuffled])

    def _masks(self) -> Iterator[list[np.ndarray]]:
        """For each update what every layer's outputs are multiplied by: 0, or 1 / (1 - dropout)."""
        spec, kept = self.spec, 1 - self.spec.dropout
        shape = (spec.layers, spec.timesteps, spec.units, spec.batch)
        drawn = [stream("train.dropout", shape, seed) for seed in self.seeds]
        while True:
            if not spec.dropout:
                yield []
                continue
            chances = np.stack([one.random(shape, np.float32) for one in drawn], axis=2)
            yield list((chances < kept).astype(np.float32) / np.float32(kept))


def _examples(spec: Spec, seeds: Sequence[int], part: str, examples: int) -> _Part:
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
    return _Part(np.ascontiguousarray(stacked, np.float32), np.ascontiguousarray(asked))
