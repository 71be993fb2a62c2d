"""Train one arm for all seeds at once, and say what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from checker.language.statistics import SEEDS
from checker.language.values import ExperimentError
from checker.training import start
from checker.training.adam import Adam
from checker.training.arena import Arena
from checker.training.data import SLICE, Part, batches, examples_of, masks
from checker.training.losses import accuracy
from checker.training.measures import CURVES, dimensions, spread
from checker.training.spec import POINTS, Spec
from checker.training.tasks import TESTS

TOGETHER = 3 * 10**6
"""Numbers in the gates of all models that are trained at once: more no longer fit a cache."""


@dataclass(frozen=True)
class Fitted:
    """What came of one arm: a figure for each seed by name, and learning curves.

    ``updates`` are the points of the curves, (points,); each curve is (points, seeds).
    """

    figures: Mapping[str, tuple[float, ...]]
    updates: tuple[int, ...]
    curves: Mapping[str, np.ndarray]


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
    for name, found in [*figures.items(), *curves.items()]:
        if not np.all(np.isfinite(np.asarray(found))):
            raise ExperimentError(f"training went astray: {name} is not finite")
    return Fitted(figures, parts[0].updates, curves)


class _Run:
    """The models of some seeds while they are trained."""

    def __init__(self, spec: Spec, seeds: Sequence[int]):
        self.spec, self.seeds, self.network = spec, seeds, spec.network
        self.weights = start.weights(spec, seeds)
        self.train = examples_of(spec, seeds, "train", spec.examples)
        self.test = examples_of(spec, seeds, "test", TESTS)
        self.updates = sorted({round(spec.updates * k / POINTS) for k in range(POINTS + 1)})
        self.curves: dict[str, list[np.ndarray]] = {name: [] for name in CURVES}
        self.memorised = np.full(len(seeds), spec.updates + 1)
        self.arena = Arena()

    def run(self) -> Fitted:
        """All updates, and the figures after the last one."""
        adam, spec = Adam(self.weights, self.spec.learning_rate), self.spec
        order, dropped = batches(spec, self.seeds, self.train), masks(spec, self.seeds)
        outputs = self._look(0)
        for update in range(1, spec.updates + 1):
            if spec.learning_rate:
                self._update(adam, next(order), next(dropped), update)
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

    def _update(self, adam: Adam, batch: Part, masks: Sequence[np.ndarray], update: int) -> None:
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

    def _seen(self, part: Part) -> tuple[dict[str, np.ndarray], np.ndarray]:
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
