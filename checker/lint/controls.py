"""Rules about what a test varies: names it enumerates, its control, its condition."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from checker.base import Base
from checker.experiments.options import options_of_runs
from checker.language.parse import ExpressionError, parse
from checker.language.shapes import orders_numbers
from checker.language.values import ExperimentError
from checker.lint.models import tests
from checker.lint.references import finding
from checker.lint.spots import spots
from checker.loading import Keys
from checker.models.registry import OPTIONS, build
from checker.nouns import SIZES, Control, Finding, RunSpec, Test, Value


def enumerated_names_are_used(base: Base) -> Iterator[Finding]:
    """A name under ``at`` is a size or stands in an expression; options go under ``model``.

    Refused:
        at: {step: 0..2}
        test: outputs.timesteps == units
    Passes:
        at: {step: 0..2}
        where: step < timesteps
        test: close(outputs[:, step], leaving.h[:, step])
    """
    for claim, test in tests(base):
        used = _names(test, leave_out="control") | {*SIZES, "seed"}
        for name in test.at:
            if name in OPTIONS and name not in test.named:
                tip = f"model: {{{name}: […]}}"
                yield finding(base, claim, ("at", name), f"{name} is an option of the model", tip)
            elif name not in used and name not in test.named:
                yield finding(base, claim, ("at", name), f"nothing in the test uses {name}")


def a_control_changes_what_is_run(base: Base) -> Iterator[Finding]:
    """A control differs from the claim; a setting of it is a size, or what a run takes from it.

    Refused:
        expected: undecided
        at: {width: 1..3}
        test: outputs.units == width
        control: {setting: {width: 5}}
    Passes:
        expected: undecided
        at: {width: 1..3}
        test: outputs.units == width
        control: {setting: {units: width}}
    """
    for claim, test in tests(base):
        if test.control is None:
            continue
        if _is_as_before(test, test.control):
            message = "this control changes nothing, so the test comes out as before"
            yield finding(base, claim, ("control",), message, "such as {change: parameters}")
        used = _names(test, leave_out="test") | {*SIZES}
        for name in test.control.setting:
            if name not in used:
                message = f"no run depends on {name}, so another value is no control"
                yield finding(base, claim, ("control", "setting", name), message)


def _is_as_before(test: Test, control: Control) -> bool:
    """Whether every run is on the same model, and is given and set what it was."""
    first = RunSpec(setting=control.setting, put=control.put, change=control.change)
    for name, run in [(next(iter(test.runs)), first), *control.runs.items()]:
        set_before = test.runs[name].put if name in test.runs else {}
        set_now = any(str(v) != "it" or place in set_before for place, v in run.put.items())
        if run.setting or run.change or run.start or run.lengths or set_now:
            return False
    try:
        own, other = _models(test, None), _models(test, control)
    except ExperimentError:
        return False  # it is said where the option is
    return own == other


def _models(test: Test, control: Control | None) -> list[Mapping[str, Value]]:
    """The options of each run's model, those that are not named included, if they can be told."""
    named = options_of_runs(test, control).values()
    enumerated = {*test.at}
    if any(enumerated & {*map(str, options.values())} for options in named):
        return [*named]
    return [{"kind": options.get("kind", "lstm"), **build(options).options} for options in named]


def a_correct_claim_has_no_other_size_as_control(base: Base) -> Iterator[Finding]:
    """Where a correct claim fails at another size, it is not correct at every size.

    Refused:
        expected: correct
        test: outputs.timesteps == timesteps
        control: {setting: {timesteps: 7}}
    Passes:
        expected: correct
        runs: {run: {}, longer: {setting: {timesteps: timesteps + 2}}}
        test: close(longer.outputs[:, :timesteps], run.outputs)
        control: {runs: {longer: {change: parameters}}}
    """
    for claim, test in tests(base):
        if claim.expected != "correct" or test.some or test.control is None:
            continue
        for name in test.control.setting:
            if name in SIZES and name not in test.at and test.where is None:
                tip = "change the model, a run, or what is set"
                message = f"a correct claim holds at every size, so no other {name} is its control"
                yield finding(base, claim, ("control", "setting", name), message, tip)


def a_control_is_no_case_of_the_claim(base: Base) -> Iterator[Finding]:
    """A correct claim of which number is larger holds for all values that its run leaves free.

    Refused:
        expected: correct
        test: all(outputs < 1)
        control: {set: {before.c: 100}}
    Passes:
        expected: correct
        runs: {run: {set: {before: 0}}}
        test: all(outputs < 1)
        control: {set: {before.c: 100}}
    """
    for claim, test in tests(base):
        if claim.expected != "correct" or test.some or not _orders_numbers(test):
            continue
        path = _only_free_values(test)
        if path:
            message = "this control is itself a case of the claim, so it refutes it"
            tip = "if the claim is meant for other values only, say so with set in the run"
            yield finding(base, claim, path, message, tip)


def a_condition_is_not_its_own_test(base: Base) -> Iterator[Finding]:
    """What ``exactly_when`` names is not named in the test; it needs no ``for`` and no control.

    Refused:
        expected: depends
        model: {peepholes: [false, true]}
        test: not peepholes
        exactly_when: not peepholes
    Passes:
        expected: depends
        model: {peepholes: [false, true]}
        test: count(parameters) == 4 * units * (features + units + 1)
        exactly_when: not peepholes
    """
    for claim, test in tests(base):
        if test.exactly_when is None:
            continue
        for name in _read(test.exactly_when) & _read(test.expression) & {*test.named}:
            message = f"{name} stands in exactly_when, so the test must measure it, not name it"
            yield finding(base, claim, ("test",), message)
        for key in [k for k, given in (("for", test.some), ("control", test.control)) if given]:
            yield finding(base, claim, (key,), f"{key} has no part in a claim with exactly_when")


def _orders_numbers(test: Test) -> bool:
    try:
        tree = parse(test.expression).tree
    except ExpressionError:
        return False
    return orders_numbers(tree, frozenset({*SIZES, *test.at, "seed"}))


def _only_free_values(test: Test) -> Keys | None:
    """Where a control stands that only sets or changes what the first run leaves free.

    What a later run takes over belongs to the claim: given anew, it is no case of it any more.
    """
    control, first = test.control, next(iter(test.runs))
    if control is None or {*control.runs} - {first}:
        return None
    spec = control.runs.get(first, RunSpec())
    if control.model or control.setting or spec.model or spec.setting or spec.lengths:
        return None
    fixed = [*test.runs[first].put, *test.runs[first].change]
    places = [*control.put, *control.change, *spec.put, *spec.change]
    if not places or any(_overlap(place, one) for place in places for one in fixed):
        return None
    return ("control",)


def _overlap(place: str, other: str) -> bool:
    """Whether two places have entries in common, as far as their names without an index tell."""
    names, others = (text.split("[")[0].strip().split(".") for text in (place, other))
    shorter = min(len(names), len(others))
    return names[:shorter] == others[:shorter]


def _names(test: Test, leave_out: str) -> set[str]:
    found = {str(value) for value in test.model.values()}
    for spot in spots(test):
        if spot.path[0] != leave_out:
            found |= _read(spot.text)
    return found


def _read(text: str) -> set[str]:
    try:
        return {n.id for n in ast.walk(parse(text).tree) if isinstance(n, ast.Name)}
    except ExpressionError:
        return set()
