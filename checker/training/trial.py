"""One try of a claim about training: all arms on all seeds, and the test on what came of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from checker.experiments.evidence import plain
from checker.language.evaluate import truth
from checker.language.parse import Expression, parse
from checker.language.statistics import SEEDS, Share, UndecidedError, error_level
from checker.language.tolerance import Comparisons, Precision
from checker.language.values import Array, ExperimentError, Group, leaves
from checker.nouns import Outcome, Setting, Trial, Value
from checker.training.fit import Fitted, fit
from checker.training.measures import MEASURES, SAME_AT_ALL_SEEDS
from checker.training.spec import Spec, resolve
from checker.training.tasks import TASKS

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
        with error_level(max(1, _decisions(expression.tree))):
            outcome = Outcome.YES if truth(expression, world) else Outcome.NO
    except UndecidedError as error:
        evidence = _shown(expression.tree, world) if keep else {}
        return Trial(ALL, Outcome.UNDECIDED, str(error), False, evidence)
    except ExperimentError as error:
        return Trial(ALL, Outcome.ERROR, str(error))
    except Exception as error:  # a crash of any kind must never pass for an outcome
        return Trial(ALL, Outcome.ERROR, f"{type(error).__name__}: {error}")
    near = world.comparisons.near_because
    return Trial(ALL, outcome, near, bool(near), _shown(expression.tree, world) if keep else {})


def shares(tree: ast.expr) -> Iterator[ast.Call]:
    """The calls of share(…) in a test, in the order in which they stand there."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: node.col_offset):
        if getattr(call.func, "id", "") == "share":
            yield call


def measures_in(tree: ast.expr) -> list[str]:
    """What a test measures, in the order of the list that contributors see."""
    nodes = list(ast.walk(tree))
    named = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    named |= {node.id for node in nodes if isinstance(node, ast.Name)}
    return [name for name in MEASURES if name in named]


def _decisions(tree: ast.expr) -> int:
    """How many comparisons of shares a test makes: the error level is for all of them."""
    return sum(
        isinstance(node, ast.Compare) and any(True for _ in shares(node)) for node in ast.walk(tree)
    )


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


def _shown(tree: ast.expr, world: _World) -> dict[str, Any]:
    """What a page shows: the shares with their intervals, and each arm's figures and curves."""
    measured = {
        text: plain(value)
        for text, value in world.comparisons.evidence.items()
        if not isinstance(value, Share)
    }
    counted = {ast.unparse(call.args[0]): world.share(call.args[0]) for call in shares(tree)}
    return {
        "values": measured | {f"share({text})": str(share) for text, share in counted.items()},
        "matrices": {},
        "runs": {},
        "training": {
            "shares": [
                {
                    "condition": text,
                    "successes": share.successes,
                    "tries": share.tries,
                    "interval": [plain(end) for end in share.interval()],
                }
                for text, share in counted.items()
            ],
            "arms": {
                name: _arm(spec, fit(spec), measures_in(tree)) for name, spec in world.arms.items()
            },
        },
    }


def _arm(spec: Spec, fitted: Fitted, measures: list[str]) -> dict[str, Any]:
    """The keys of an arm, a figure for each seed of what was measured, and its curves."""
    return {
        "about": TASKS[spec.task].doc,
        "keys": _keys(spec),
        "figures": {
            name: [plain(figure) for figure in fitted.figures[name]]
            for name in measures
            if name in fitted.figures
        },
        "updates": list(fitted.updates),
        "curves": {name: [_spread(row) for row in rows] for name, rows in fitted.curves.items()},
    }


def _spread(row: np.ndarray) -> list[Any]:
    """Lowest, median and highest of all seeds."""
    return [plain(float(f)) for f in (row.min(), np.median(row), row.max())]


def _keys(spec: Spec) -> dict[str, Value]:
    """What an arm is, for readers: everything that was trained with."""
    names = ("task", "examples", "batch", "updates", "learning_rate", "kind", "layers", "units",
             "dropout", "label_noise", "start", "read")  # fmt: skip
    return {**{name: getattr(spec, name) for name in names}, **dict(spec.of_task)}
