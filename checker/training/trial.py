"""One try of a claim about training: all arms on all seeds, and the test on what came of them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from checker.language.evaluate import truth
from checker.language.parse import Expression, parse
from checker.language.statistics import SEEDS, Share, UndecidedError, error_level
from checker.language.tolerance import Comparisons, Precision
from checker.language.values import Array, ExperimentError, Group, leaves
from checker.nouns import Outcome, Setting, Trial
from checker.training.fit import Fitted, fit
from checker.training.measures import MEASURES, SAME_AT_ALL_SEEDS
from checker.training.reading import decisions, shares
from checker.training.shown import shown
from checker.training.spec import Spec, resolve

Arms = Mapping[str, Mapping[str, Any]]
"""Name → all keys of an arm, as they stand in the file."""

ALL: Setting = {"seeds": len(SEEDS)}
"""The one setting of a claim about training."""

_MEASURED = Precision(0.0, 2.0**-40, 2.0**-40)
"""Figures of training are as they are: nothing lies between rounding and a difference."""


def training_trial(test: str, arms: Arms, keep: bool = False) -> Trial:
    """Train all arms and try the test; ``keep`` adds the evidence that a page shows.

    A crash, an overflow or a loss that is not finite is an error, never a no.
    """
    try:
        expression = parse(test)
        world = _World({name: resolve(keys) for name, keys in arms.items()})
        with error_level(max(1, decisions(expression.tree))):
            outcome = Outcome.YES if truth(expression, world) else Outcome.NO
    except UndecidedError as error:
        evidence = _evidence(expression.tree, world) if keep else {}
        return Trial(ALL, Outcome.UNDECIDED, str(error), False, evidence)
    except ExperimentError as error:
        return Trial(ALL, Outcome.ERROR, str(error))
    except Exception as error:  # a crash of any kind must never pass for an outcome
        return Trial(ALL, Outcome.ERROR, f"{type(error).__name__}: {error}")
    near = world.comparisons.near_because
    return Trial(ALL, outcome, near, bool(near), _evidence(expression.tree, world) if keep else {})


class _World:
    """What a test sees: arms, of which it counts the seeds."""

    def __init__(self, arms: Mapping[str, Spec]):
        self.arms = arms
        self.comparisons: Comparisons = _Plain(_MEASURED)

    def look_up(self, name: str) -> Any:
        return self._values(name, None)

    def at_seed(self, name: str, seed: int) -> Any:
        return self._values(name, seed)

    def share(self, condition: ast.expr) -> Share:
        """See :func:`checker.language.functions.share`."""
        expression = Expression(ast.unparse(condition), condition)
        truths = tuple(truth(expression, _AtSeed(self, seed)) for seed in SEEDS)
        return Share(sum(truths), len(SEEDS), truths)

    def influence(self, source: Any, target: Any) -> Any:
        raise ExperimentError("influence belongs to a test of runs, not of training")

    jacobian = influence

    def _values(self, name: str, seed: int | None) -> Any:
        if name in self.arms:
            return _Arm(name, fit(self.arms[name]), seed)
        if len(self.arms) == 1 and name in MEASURES:
            [(only, spec)] = self.arms.items()
            return _Arm(only, fit(spec), seed).figure(name)
        raise ExperimentError(f"no name {name!r} here, only {', '.join((*self.arms, *MEASURES))}")


class _AtSeed:
    """The same at one seed."""

    def __init__(self, world: _World, seed: int):
        self.comparisons: Comparisons = _Plain(_MEASURED)
        self._world, self._seed = world, seed
        self.influence = self.jacobian = world.influence

    def look_up(self, name: str) -> Any:
        return self._world.at_seed(name, self._seed)

    def share(self, condition: Any) -> Share:
        raise ExperimentError("share(…) does not stand inside share(…)")


class _Plain(Comparisons):
    """Comparisons of figures that may well be equal to a bound: 0.9 is not above 0.9."""

    def touched(self, left: Any, right: Any) -> None:
        """Nothing: no rounding lies between a share of right answers and a bound."""


class _Arm(Group):
    """An arm as a group of measures, at one seed or, where that makes no difference, at all."""

    def __init__(self, name: str, fitted: Fitted, seed: int | None):
        figures = fitted.figures
        super().__init__({n: Array(np.asarray(figures[n][seed or 0]), ()) for n in figures})
        self._name, self._seed, self._known = name, seed, {*figures}

    def figure(self, measure: str) -> float:
        """One measure, for an arm that needs no name."""
        [array] = leaves(self[measure]).values()
        return float(array.data)

    def __getitem__(self, measure: str) -> Array | Group:
        if measure in MEASURES and measure not in self._known:
            raise ExperimentError(f"{self._name} has no {measure}: its answers are numbers")
        if self._seed is None and measure not in SAME_AT_ALL_SEEDS:
            condition = f"share({self._name}.{measure} > …)"
            raise ExperimentError(f"{measure} differs from seed to seed: count them, {condition}")
        return super().__getitem__(measure)


def _evidence(tree: ast.expr, world: _World) -> dict[str, Any]:
    """Also of shares that the test did not come to, because another part had decided it."""
    counted = {ast.unparse(call.args[0]): world.share(call.args[0]) for call in shares(tree)}
    return shown(tree, world.arms, world.comparisons.evidence, counted)
