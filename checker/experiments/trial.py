"""One trial: a test, at one setting, on one model, gives one outcome.

A crash is never a "no": whatever goes wrong on the reference is an error, and on any other model
means that the test does not apply to it.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from checker.experiments.draws import DRAWS
from checker.experiments.evidence import evidence
from checker.experiments.grid import MAX_SETTINGS, all_distinct, settings
from checker.experiments.options import options_of_runs
from checker.experiments.run import CrashError, Run
from checker.experiments.world import Make, World, reference
from checker.language.evaluate import evaluate, truth
from checker.language.parse import Expression, ExpressionError, parse
from checker.language.shapes import identity_or_order, only_shapes
from checker.language.statistics import UndecidedError
from checker.language.tolerance import Comparisons
from checker.language.values import ExperimentError
from checker.models.protocol import Model
from checker.models.registry import build
from checker.nouns import SIZES, Control, Outcome, Setting, Test, Trial, Value

SIZED = ("projection", "layers", "head")
"""The options of a model that are sizes."""

Alter = Callable[[Model], Model | None]
"""A model to one with a changed belief; None where the belief says nothing about it."""


class DoesNotFitError(Exception):
    """A rival says nothing about this kind of model, or a framework has no such model."""


def grid(test: Test) -> list[Setting]:
    """All settings of a test in the order in which they are tried.

    Raises ExperimentError where ``where`` leaves none, or where they are too many.
    """
    everything = settings(test.at, large=of_shapes(test))
    if test.where is not None:
        condition = parse(test.where)
        everything = [setting for setting in everything if fulfils(condition, setting)]
    if not everything:
        raise ExperimentError("the grid is empty: no setting fulfils where")
    if len(everything) > MAX_SETTINGS:
        raise ExperimentError(f"the grid has {len(everything)} settings, above {MAX_SETTINGS}")
    return [*everything, *_drawn_otherwise(test, everything)]


def _drawn_otherwise(test: Test, everything: Sequence[Setting]) -> list[Setting]:
    """Further settings of a claim that has to hold for weights of any size: other draws."""
    try:
        tree = parse(test.expression).tree
    except ExpressionError:
        return []
    if not identity_or_order(tree, frozenset({*SIZES, *test.at, "seed"})):
        return []
    telling = [setting for setting in everything if distinct(test, setting)][:3]
    return [{**setting, "draw": way} for setting in telling for way in list(DRAWS)[1:]]


def of_shapes(test: Test) -> bool:
    """Whether a test looks at shapes and counts alone; a test that cannot be read does not."""
    try:
        return only_shapes(parse(test.expression).tree, frozenset({*SIZES, *test.at, "seed"}))
    except ExpressionError:
        return False


def fulfils(condition: Expression, setting: Setting) -> bool:
    """Whether a condition on settings holds at one."""
    return truth(condition, _Settings(setting))


def distinct(test: Test, setting: Setting) -> bool:
    """Whether no two sizes of a test coincide at a setting, those of its models included."""
    models = options_of_runs(test).values()
    named = {(name, model[name]) for model in models for name in SIZED if name in model}
    sizes = [_at(setting, value) for _, value in sorted(named, key=str)]
    return all_distinct(setting, [size for size in sizes if isinstance(size, int) and size])


def _at(setting: Setting, value: Value) -> Any:
    """An option's value at a setting; None where it is no expression over settings."""
    try:
        return evaluate(parse(value), _Settings(setting)) if isinstance(value, str) else value
    except (ExpressionError, ExperimentError):
        return None


def alterations(test: Test) -> list[tuple[str, ...]]:
    """Which runs a rival replaces together: those with the same model, one group at a time."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for name, options in options_of_runs(test).items():
        groups.setdefault(tuple(sorted(options.items())), []).append(name)
    return [tuple(names) for names in groups.values()]


def reference_trial(test: Test, setting: Setting, keep: bool = False) -> Trial:
    """The test on our own model; ``keep`` adds the evidence that a page shows."""
    return _trial(test, setting, None, reference, Outcome.ERROR, keep)


def control_trial(test: Test, setting: Setting, control: Control, keep: bool = False) -> Trial:
    """The same test under the claim's control."""
    return _trial(test, setting, control, reference, Outcome.ERROR, keep)


def altered_trial(
    test: Test, setting: Setting, alter: Alter, runs: tuple[str, ...], keep: bool = False
) -> Trial:
    """The same test with the named runs on an altered model."""

    def make(name: str, options: Mapping[str, Value]) -> Model:
        if name not in runs:
            return build(options)
        levels: list[Model | None] = []

        def altered(model: Model) -> Model:
            levels.append(alter(model))
            return levels[-1] or model

        model = build(options, altered)
        if not any(levels):
            raise DoesNotFitError
        return model

    return _trial(test, setting, None, make, Outcome.NOT_APPLICABLE, keep)


def made_trial(test: Test, setting: Setting, make: Make) -> Trial:
    """The same test with every run on a model that ``make`` builds, such as a framework's.

    DoesNotFitError in ``make`` says why the claim does not apply; a crash is an error, never a no.
    """
    return _trial(test, setting, None, make, Outcome.NOT_APPLICABLE, False, Outcome.ERROR)


def repeats_a_run(test: Test, setting: Setting) -> bool:
    """Whether two runs that the test names are given the very same: comparing them says nothing."""
    try:
        world = World(test, setting, reference, None)
    except ExperimentError:
        return False
    tree = parse(test.expression).tree
    named = [n for n in world.runs if any(getattr(x, "id", "") == n for x in ast.walk(tree))]
    return any(
        world.options[a] == world.options[b] and _same(world.runs[a], world.runs[b])
        for a, b in combinations(named, 2)
    )


def _same(one: Run, other: Run) -> bool:
    return one.given.keys() == other.given.keys() and all(
        array.shape == other.given[path].shape
        and np.array_equal(array.data, other.given[path].data)
        for path, array in one.given.items()
    )


def _trial(
    test: Test,
    setting: Setting,
    control: Control | None,
    make: Make,
    on_error: Outcome,
    keep: bool,
    on_crash: Outcome | None = None,
) -> Trial:
    try:
        with warnings.catch_warnings():
            # A lost imaginary part would be a lost derivative; frameworks warn of other things.
            warnings.simplefilter("ignore" if on_crash else "error")
            world = World(test, setting, make, control)
            outcome = Outcome.YES if truth(parse(test.expression), world) else Outcome.NO
            shown = evidence(world) if keep else {}
    except DoesNotFitError as misfit:
        reason = str(misfit) or "it says nothing about this kind of model"
        return Trial(setting, Outcome.NOT_APPLICABLE, reason)
    except UndecidedError as error:
        return Trial(setting, Outcome.UNDECIDED, str(error))
    except ExperimentError as error:
        return Trial(setting, on_error, str(error))
    except CrashError as crash:
        return Trial(setting, on_crash or on_error, str(crash))
    except Exception as error:  # a crash of any kind must never pass for an outcome
        return Trial(setting, on_crash or on_error, f"{type(error).__name__}: {error}")
    near = world.comparisons.near_because
    if outcome is Outcome.NO and world.comparisons.tied and "draw" in setting:
        near = near or "saturated numbers are equal but for rounding"
    return Trial(setting, outcome, near, bool(near), shown)


class _Settings:
    """A world without runs: a condition on settings sees settings only."""

    def __init__(self, setting: Setting):
        self.comparisons = Comparisons()
        self._setting = setting

    def look_up(self, name: str) -> Any:
        if name not in self._setting:
            raise ExperimentError(f"where sees settings only, not {name!r}")
        return self._setting[name]

    def influence(self, source: Any, target: Any) -> Any:
        raise ExperimentError("where sees settings only")

    jacobian = influence

    def share(self, condition: Any) -> Any:
        raise ExperimentError("where sees settings only")
