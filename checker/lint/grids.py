"""Rules about the settings that a test is tried at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from keyword import iskeyword
from math import prod

from checker.base import Base
from checker.experiments.grid import MAX_SETTINGS, settings
from checker.experiments.trial import fulfils, grid
from checker.language.functions import FUNCTIONS
from checker.language.observables import OBSERVABLES
from checker.language.parse import ExpressionError, parse
from checker.language.values import ExperimentError
from checker.lint.expressions import errors_in
from checker.lint.models import bad_size, tests
from checker.lint.references import finding
from checker.lint.spots import spots
from checker.nouns import SIZES, Claim, Finding, Test

MOST = 4 * MAX_SETTINGS
"""So many settings are looked through for those that fulfil ``where``."""


def grids_make_sense(base: Base) -> Iterator[Finding]:
    """What a test enumerates has values that can be tried, some of them, and not too many.

    Refused:
        at: {units: 3..1}
    Passes:
        at: {units: 1..3}
    """
    for claim, test in tests(base):
        yield from grids_of(base, claim, test)


def grids_of(base: Base, claim: Claim, test: Test) -> Iterator[Finding]:
    """What is wrong with the grid of one test."""
    found = [*_names(base, claim, test), *_values(base, claim, test)]
    yield from found or _settings(base, claim, test)


def grids_tell_sizes_apart(base: Base) -> Iterator[Finding]:
    """No two sizes are equal throughout the grid: with equal sizes even wrong claims pass.

    Refused:
        claim: There is one output for each unit.
        expected: undecided
        where: timesteps == units
        test: outputs.timesteps == units
    Passes:
        claim: There is one output for each unit.
        expected: undecided
        where: timesteps >= units
        test: outputs.timesteps == units
    """
    for claim in base.claims.values():
        test = claim.trial
        if not isinstance(test, Test) or next(grids_of(base, claim, test), None):
            continue  # it is said where the grid is
        try:
            tried = grid(test)
        except (ExperimentError, ExpressionError):
            continue  # where cannot be read
        for one, other in combinations(SIZES, 2):
            pairs = {(setting.get(one), setting.get(other)) for setting in tried}
            if len(pairs) > 1 and all(a == b and a is not None for a, b in pairs):
                message = (
                    f"{one} and {other} are equal in every setting, and nobody can tell them apart"
                )
                tip = f"say it in a run: runs: {{one: {{setting: {{{one}: {other}}}}}}}"
                yield finding(base, claim, ("where",), message, tip)


def _names(base: Base, claim: Claim, test: Test) -> Iterator[Finding]:
    for name in test.at:
        if name in (*OBSERVABLES, *FUNCTIONS, "it"):
            message = f"{name!r} has another meaning and cannot be enumerated"
            yield finding(base, claim, ("at", name), message)
        if iskeyword(name):
            message = f"{name!r} is a word of expressions and cannot be enumerated"
            yield finding(base, claim, ("at", name), message)


def _values(base: Base, claim: Claim, test: Test) -> Iterator[Finding]:
    for name, values in test.at.items():
        enumerated = ("at", name) in base.documents[f"claim/{claim.id}"].keys
        key = "at" if enumerated else "model"
        if not values:
            tip = "a range goes up, such as 1..4"
            yield finding(base, claim, (key, name), f"{name} has at least one value", tip)
        if len({(type(value), value) for value in values}) < len(values):
            yield finding(base, claim, (key, name), f"{name} has each value once")
        if name in (*SIZES, "seed"):
            for number, value in enumerate(values):
                message = bad_size(name, value)
                if message:
                    yield finding(base, claim, (key, name, number), message)
                    break


def _settings(base: Base, claim: Claim, test: Test) -> Iterator[Finding]:
    conditions = [spot for spot in spots(test) if spot.path in (("where",), ("exactly_when",))]
    if any(list(errors_in(spot, [])) for spot in conditions):
        return
    number = len(settings({n: v[:1] for n, v in test.at.items()}))
    number *= prod(len(values) for values in test.at.values())
    if number > (MAX_SETTINGS if test.where is None else MOST):
        message = f"a test is tried at {MAX_SETTINGS} settings at most, not at {number}"
        yield finding(base, claim, ("at",), message, "enumerate less")
        return
    part = "where"
    try:
        tried = grid(test)
        part = "exactly_when"
        if test.exactly_when:
            inside = {fulfils(parse(test.exactly_when), setting) for setting in tried}
            if len(inside) == 1 and any(len(test.at.get(name, ())) > 1 for name in test.named):
                where = "everywhere" if inside == {True} else "nowhere"
                options = ", ".join(
                    f"{n}: {list(v)}" for n, v in test.at.items() if n in test.named
                )
                message = f"exactly_when is true {where}, and has to tell two sides apart"
                yield finding(base, claim, (part,), message, f"enumerated are {options}")
    except ExperimentError as error:
        yield finding(base, claim, (part,), str(error))
