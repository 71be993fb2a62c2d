"""Where the expressions of a test stand, and which names each of them may use."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from checker.language.observables import NUDGEABLE, OBSERVABLES
from checker.loading import Keys
from checker.models.registry import OPTIONS
from checker.nouns import SIZES, Control, RunSpec, Test


@dataclass(frozen=True)
class Spot:
    """An expression: the keys that lead to it, its text, and the names that it may use."""

    path: Keys
    text: str
    names: Collection[str]
    is_key: bool = False
    must_be: str = ""  # "place" (with or without an index) or "whole place" that a run is given
    tips: Mapping[str, str] = field(default_factory=dict)  # for names that exist elsewhere


TRUTH_WORDS = ("yes", "no", "on", "off", "y", "n", "true", "false")
"""What people write for true and false: in YAML 1.2 the first are words, the last are in quotes."""

_RUN_ELSEWHERE = (
    "a run can be spoken of only below the place where it stands: in later runs and in the test"
)
_SIZE_IN_EXACTLY_WHEN = (
    "exactly_when knows only options that the model enumerates; for sizes, write two claims and "
    "join them with depends:"
)
_OPTION_IN_EXACTLY_WHEN = "exactly_when knows only options that the model enumerates: "


def spots(test: Test) -> Iterator[Spot]:
    """All expressions of a test."""
    sizes = {*SIZES, *test.at}
    varied = sizes | ({"seed"} if "share(" in test.expression else set())
    yield Spot(("test",), test.expression, {*varied, *test.runs, *OBSERVABLES})
    if test.where is not None:
        yield Spot(("where",), test.where, sizes, tips=_of_settings("where", test))
    tips = _of_settings("an option", test)
    yield from _options(("model",), test.model, varied, tips, test)
    if test.exactly_when is not None:
        known = {*test.named} & {*test.at}
        yield Spot(("exactly_when",), test.exactly_when, known, tips=_of_a_condition(test))
    for path, name, run in runs(test):
        above = _above(test, name)
        names = {*varied, *above, *(OBSERVABLES if above else ())}
        tips = dict.fromkeys(test.runs, _RUN_ELSEWHERE) | ({} if above else _of_a_first_run(name))
        yield from _options((*path, "model"), run.model, names, tips, test)
        yield from _changes(path, run.setting, run.put, run.change, names, tips)
        if run.lengths is not None:
            yield Spot((*path, "lengths"), run.lengths, names, tips=tips)
    if test.control is not None:
        control = test.control
        tips = dict.fromkeys(test.runs, _RUN_ELSEWHERE) | _of_a_first_run(next(iter(test.runs)))
        yield from _options(("control", "model"), control.model, varied, tips, test)
        yield from _changes(
            ("control",), control.setting, control.put, control.change, varied, tips
        )


def runs(test: Test) -> Iterator[tuple[Keys, str, RunSpec]]:
    """All runs with the keys that lead to them, also what the control says of them."""
    for name, run in test.runs.items():
        yield ("runs", name), name, run
    for name, run in (test.control or Control()).runs.items():
        yield ("control", "runs", name), name, run


def _above(test: Test, name: str) -> list[str]:
    """The runs that stand above a run: what it may start from, and speak of."""
    names = list(test.runs)
    return names[: names.index(name)] if name in names else names


def _of_settings(what: str, test: Test) -> dict[str, str]:
    """Tips where only settings can be named."""
    return dict.fromkeys((*OBSERVABLES, *test.runs), f"{what} sees sizes and what at: enumerates")


def _of_a_condition(test: Test) -> dict[str, str]:
    """Tips for what ``exactly_when`` names beside the options that are enumerated."""
    enumerate_it = {
        option: f"{_OPTION_IN_EXACTLY_WHEN}model: {{{option}: […]}}"
        for option in ("kind", *OPTIONS)
    }
    return {**enumerate_it, **dict.fromkeys((*SIZES, *test.at), _SIZE_IN_EXACTLY_WHEN)}


def _of_a_first_run(name: str) -> dict[str, str]:
    """Tips for observables where no run stands above."""
    return {
        observable: f"only a later run can read another one, as {name}.{observable}"
        for observable in OBSERVABLES
    }


def is_truth_word(option: str, value: Any) -> bool:
    """Whether an option that is true or false is given a word for it instead."""
    is_truth = option in OPTIONS and OPTIONS[option].type is bool
    return is_truth and isinstance(value, str) and value.lower() in TRUTH_WORDS


def _options(
    path: Keys,
    model: Mapping[str, Any],
    names: Collection[str],
    tips: Mapping[str, str],
    test: Test,
) -> Iterator[Spot]:
    """Options that are neither words nor enumerated, but worked out at each setting."""
    for option, value in model.items():
        is_number = option in OPTIONS and OPTIONS[option].type is not str
        worked_out = isinstance(value, str) and value not in test.at
        if is_number and worked_out and not is_truth_word(option, value):
            yield Spot((*path, option), str(value), names, tips=tips)


def _changes(
    path: Keys,
    setting: Mapping[str, Any],
    put: Mapping[str, Any],
    change: Collection[str],
    names: Collection[str],
    tips: Mapping[str, str],
) -> Iterator[Spot]:
    for name, text in setting.items():
        yield Spot((*path, "setting", name), str(text), names, tips=tips)
    for place, text in put.items():
        key = (*path, "set", place)
        yield Spot(key, place, {*names, *NUDGEABLE}, is_key=True, must_be="place")
        old = {name: f"{tip}; `it` is the old value" for name, tip in tips.items()}
        yield Spot(key, str(text), {*names, "it"}, tips=old)
    for number, place in enumerate(change):
        yield Spot((*path, "change", number), place, {*names, *NUDGEABLE}, must_be="whole place")
