"""Where the expressions of a test stand, and which names each of them may use."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
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


def spots(test: Test) -> Iterator[Spot]:
    """All expressions of a test."""
    sizes = {*SIZES, *test.at}
    varied = sizes | ({"seed"} if "share(" in test.expression else set())
    yield Spot(("test",), test.expression, {*varied, *test.runs, *OBSERVABLES})
    if test.where is not None:
        yield Spot(("where",), test.where, sizes)
    yield from _options(("model",), test.model, varied, test)
    if test.exactly_when is not None:
        yield Spot(("exactly_when",), test.exactly_when, {*test.named} & {*test.at})
    for path, name, run in runs(test):
        above = _above(test, name)
        names = {*varied, *above, *(OBSERVABLES if above else ())}
        yield from _options((*path, "model"), run.model, names, test)
        yield from _changes(path, run.setting, run.put, run.change, names)
        if run.lengths is not None:
            yield Spot((*path, "lengths"), run.lengths, names)
    if test.control is not None:
        control = test.control
        yield from _options(("control", "model"), control.model, varied, test)
        yield from _changes(("control",), control.setting, control.put, control.change, varied)


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


def _options(
    path: Keys, model: Mapping[str, Any], names: Collection[str], test: Test
) -> Iterator[Spot]:
    """Options that are neither words nor enumerated, but worked out at each setting."""
    for option, value in model.items():
        is_number = option in OPTIONS and OPTIONS[option].type is not str
        if is_number and isinstance(value, str) and value not in test.at:
            yield Spot((*path, option), value, names)


def _changes(
    path: Keys,
    setting: Mapping[str, Any],
    put: Mapping[str, Any],
    change: Collection[str],
    names: Collection[str],
) -> Iterator[Spot]:
    for name, text in setting.items():
        yield Spot((*path, "setting", name), str(text), names)
    for place, text in put.items():
        key = (*path, "set", place)
        yield Spot(key, place, {*names, *NUDGEABLE}, is_key=True, must_be="place")
        yield Spot(key, str(text), {*names, "it"})
    for number, place in enumerate(change):
        yield Spot((*path, "change", number), place, {*names, *NUDGEABLE}, must_be="whole place")
