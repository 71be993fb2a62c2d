"""Rules about the models and runs of a claim's test."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from keyword import iskeyword
from typing import Any

from checker.base import Base
from checker.experiments.options import options_of_runs, over
from checker.experiments.run import MAX_SIZE
from checker.key_errors import key_of_a_run
from checker.language.functions import FUNCTIONS
from checker.language.observables import OBSERVABLES
from checker.language.parse import nearest, offered
from checker.language.values import ExperimentError
from checker.lint.references import finding
from checker.lint.spots import is_truth_word, runs
from checker.loading import Keys
from checker.models.registry import KINDS, OPTIONS, check_option, options_of
from checker.nouns import SIZES, Claim, Finding, Test

_Problem = tuple[Keys, str, str]
"""The keys that lead to what is wrong, what must hold, and a tip."""

_TYPES = {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}


def models_can_be_built(base: Base) -> Iterator[Finding]:
    """Models are of a known kind, with options that the kind has and values that make sense.

    Refused:
        model: {kind: gru, peepholes: true}
    Passes:
        model: {kind: lstm, peepholes: true}
    """
    for question in base.questions.values():
        for path, message, tip in _model_problems(question.model, question.model, {}):
            place = base.place("question", question.id, ("model", *path))
            yield Finding(place.file, place.line, place.column, message, tip)
    for claim, test in tests(base):
        for path, named, whole in _models(test):
            for inner, message, tip in _model_problems(named, whole, test.at):
                keys = (*path, *inner)
                yield finding(base, claim, keys, message, key_of_a_run(keys) or tip)


def runs_start_from_what_stands_above(base: Base) -> Iterator[Finding]:
    """Runs have names of their own, start from earlier ones, and change sizes that exist.

    Refused:
        runs:
          rest: {from: begin}
          begin: {change: parameters}
        test: changed(rest.outputs, begin.outputs)
    Passes:
        runs:
          begin: {}
          rest: {from: begin, change: parameters}
        test: changed(rest.outputs, begin.outputs)
    """
    for claim, test in tests(base):
        for name in {*test.runs} & {*SIZES, *OBSERVABLES, *FUNCTIONS, *test.at, "it", "seed"}:
            message = f"{name!r} has another meaning and cannot be the name of a run"
            yield finding(base, claim, ("runs", name), message)
        for name in filter(iskeyword, test.runs):
            message = f"{name!r} is a word of expressions and cannot be the name of a run"
            yield finding(base, claim, ("runs", name), message)
        for name in test.control.runs if test.control else ():
            if name not in test.runs:
                path: Keys = ("control", "runs", name)
                message = f"there is no run {name!r}"
                yield finding(base, claim, path, message, offered(name, test.runs))
        for path, name, run in runs(test):
            yield from _bad_start(base, claim, (*path, "from"), test, name, run.start)
            yield from _bad_setting(base, claim, (*path, "setting"), run.setting, SIZES)
        if test.control is not None:
            known = (*SIZES, *test.at)
            yield from _bad_setting(
                base, claim, ("control", "setting"), test.control.setting, known
            )


def tests(base: Base) -> Iterator[tuple[Claim, Test]]:
    """All claims that have a test, with it; also those whose files have findings already."""
    for claim in (*base.claims.values(), *base.drafts.values()):
        if isinstance(claim.trial, Test):
            yield claim, claim.trial


def bad_size(name: str, value: Any) -> str:
    """What must hold of a size, where this value is none."""
    least = 0 if name == "seed" else 1
    good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= MAX_SIZE
    return "" if good else f"{name} is a whole number from {least} to {MAX_SIZE}"


def _models(test: Test) -> Iterator[tuple[Keys, Mapping[str, Any], Mapping[str, Any]]]:
    """The options that a claim's file names, the keys that lead to them, and the whole model."""
    own, controlled = options_of_runs(test), options_of_runs(test, test.control)
    yield ("model",), {option: test.model[option] for option in test.named}, test.model
    if test.control is not None:
        yield ("control", "model"), test.control.model, over(test.model, test.control.model)
    for path, name, run in runs(test):
        whole = own if path[0] == "runs" else controlled
        yield (*path, "model"), run.model, whole.get(name, run.model)


def _bad_start(
    base: Base, claim: Claim, path: Keys, test: Test, name: str, start: str | None
) -> Iterator[Finding]:
    if start is None or name not in test.runs:
        return
    names = list(test.runs)
    above = names[: names.index(name)]
    if start not in above:
        tip = nearest(start, above) or (f"that is {', '.join(above)}" if above else "")
        message = "a run starts from one that stands above it" if above else (
            "the first run starts from no other"
        )  # fmt: skip
        yield finding(base, claim, path, message, tip)


def _bad_setting(
    base: Base, claim: Claim, path: Keys, setting: Mapping[str, Any], known: Collection[str]
) -> Iterator[Finding]:
    for name, text in setting.items():
        if name not in (*known, "seed"):
            message = f"there is no size {name!r}"
            yield finding(base, claim, (*path, name), message, offered(name, known))
        elif name in (*SIZES, "seed") and re.fullmatch("-?[0-9]+", str(text)):
            message = bad_size(name, int(text))
            if message:
                yield finding(base, claim, (*path, name), message)


def _model_problems(
    named: Mapping[str, Any], whole: Mapping[str, Any], at: Mapping[str, Any]
) -> Iterator[_Problem]:
    """What is wrong with the options that are named here, or with all if the kind is."""
    kind = whole.get("kind", "lstm")
    kinds = list(enumerate(at[kind])) if kind in at else [(None, kind)]
    for number, one in kinds:
        if one not in KINDS and "kind" not in named:
            return  # it is said where the kind stands
        if one not in KINDS:
            path: Keys = ("kind",) if number is None else ("kind", number)
            yield path, f"there is no kind of model {one!r}", offered(str(one), KINDS)
            return
    known = {option: None for _, one in kinds for option in options_of(one)}
    for option, value in (whole if "kind" in named else named).items():
        if option == "kind":
            continue
        if option not in known:
            path = (option,) if option in named else ("kind",)
            if option not in named and option not in OPTIONS:
                continue  # it is said where the option stands
            tip = nearest(option, (*known, "kind")) or offered("", known)
            yield path, f"{kind} has no option {option!r}", tip
        else:
            yield from _value_problems(kinds[0][1], option, value, at)


def _value_problems(
    kind: str, option: str, value: Any, at: Mapping[str, Any]
) -> Iterator[_Problem]:
    values: list[tuple[Keys, Any]] = [((option,), value)]
    if value in at:
        values = [((option, number), one) for number, one in enumerate(at[value])]
    elif is_truth_word(option, value):
        values = [((option,), value)]
    elif isinstance(value, str) and OPTIONS[option].type is not str:
        return  # an expression
    for path, one in values:
        try:
            check_option(kind, option, one)
        except ExperimentError as error:
            of_type = f"{option} is {_TYPES[OPTIONS[option].type]}"
            tip = "true and false stand without quotes, and yes and on are words like any other"
            told = tip if is_truth_word(option, one) else ""
            yield path, of_type if "of type" in str(error) else str(error), told
