"""Rules about the expressions and models of a claim's test."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from checker.base import Base
from checker.language.functions import FUNCTIONS
from checker.language.observables import OBSERVABLES
from checker.language.parse import ExpressionError, nearest, parse, unknown_names
from checker.lint.references import finding
from checker.loading import Keys
from checker.models.registry import KINDS, OPTIONS
from checker.nouns import SIZES, Claim, Control, Finding, RunSpec, Test

Spot = tuple[Keys, Any, Collection[str]]
"""Where an expression stands, its text, and the names that it may use."""


def expressions_can_be_read(base: Base) -> Iterator[Finding]:
    """Every expression is in the claim language and uses names that exist."""
    for claim in base.claims.values():
        if not isinstance(claim.trial, Test):
            continue
        for path, text, names in _spots(claim.trial):
            yield from _unreadable(base, claim, path, text, names)


def models_can_be_built(base: Base) -> Iterator[Finding]:
    """Models, options, sizes and runs that a test names exist."""
    for claim in base.claims.values():
        test = claim.trial
        if not isinstance(test, Test):
            continue
        for path, model in _models(test):
            yield from _bad_options(base, claim, path, model)
        for name in {*test.runs} & {*SIZES, *OBSERVABLES, *FUNCTIONS, *test.at, "it", "seed"}:
            yield finding(base, claim, ("runs", name), f"{name!r} cannot be the name of a run")
        for path, run in _runs(test):
            if run.start is not None and run.start not in test.runs:
                tip = nearest(run.start, test.runs)
                yield finding(base, claim, (*path, "from"), f"no run {run.start!r}", tip)
        for name in (test.control or Control()).runs:
            if name not in test.runs:
                tip = nearest(name, test.runs)
                yield finding(base, claim, ("control", "runs", name), f"no run {name!r}", tip)


def _spots(test: Test) -> Iterator[Spot]:
    sizes = {*SIZES, *test.at, "seed"}
    everything = {*sizes, *test.runs, *OBSERVABLES}
    yield ("test",), test.expression, everything
    if test.where is not None:
        yield ("where",), test.where, sizes
    for path, run in _runs(test):
        yield from _spots_of(path, run.setting, run.put, run.change, everything)
    if test.control is not None:
        control = test.control
        yield from _spots_of(("control",), control.setting, control.put, control.change, everything)


def _spots_of(
    path: Keys,
    setting: Mapping[str, Any],
    put: Mapping[str, Any],
    change: Collection[str],
    names: Collection[str],
) -> Iterator[Spot]:
    for name, text in setting.items():
        yield (*path, "setting", name), text, names
    for place, text in put.items():
        yield (*path, "set", place), place, names
        yield (*path, "set", place), text, {*names, "it"}
    for place in change:
        yield (*path, "change"), place, names


def _runs(test: Test) -> Iterator[tuple[Keys, RunSpec]]:
    for name, run in test.runs.items():
        yield ("runs", name), run
    for name, run in (test.control or Control()).runs.items():
        yield ("control", "runs", name), run


def _models(test: Test) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    yield ("model",), test.model
    if test.control is not None:
        yield ("control", "model"), {**test.model, **test.control.model}
    for path, run in _runs(test):
        yield (*path, "model"), {**test.model, **run.model}


def _unreadable(
    base: Base, claim: Claim, path: Keys, text: Any, names: Collection[str]
) -> Iterator[Finding]:
    try:
        for error in unknown_names(parse(str(text)), names, FUNCTIONS):
            raise error
    except ExpressionError as error:
        document = base.documents[f"claim/{claim.id}"]
        place = document.places.get(path) or document.place(path)
        column = place.column + error.column
        yield Finding(place.file, place.line, column, error.message, error.tip)


def _bad_options(
    base: Base, claim: Claim, path: Keys, model: Mapping[str, Any]
) -> Iterator[Finding]:
    kind = model.get("kind", "lstm")
    if kind not in KINDS:
        tip = nearest(str(kind), KINDS) or f"known are {', '.join(KINDS)}"
        yield finding(base, claim, (*path, "kind"), f"no kind of model {kind!r}", tip)
        return
    known = inspect.signature(KINDS[kind]).parameters
    for name, value in model.items():
        if name == "kind":
            continue
        if name not in known:
            tip = nearest(name, known) or f"known are {', '.join(known)}"
            yield finding(base, claim, (*path, name), f"{kind} has no option {name!r}", tip)
        elif OPTIONS[name].type is bool and not isinstance(value, bool | str):
            yield finding(base, claim, (*path, name), f"{name} is true or false")
