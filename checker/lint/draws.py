"""A rule about numbers that are drawn at random: no claim is made of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from checker.base import Base
from checker.language.observables import OBSERVABLES
from checker.language.parse import ExpressionError, parse
from checker.language.shapes import only_shapes
from checker.lint.expressions import placed
from checker.lint.models import tests
from checker.lint.spots import spots
from checker.nouns import SIZES, Finding, Test

DRAWN = ("inputs", "parameters", "before", "weights")
"""What a run is given; it is drawn unless it is set."""

_COMPARING = ("close", "changed", "all_changed")
_TELLING = ("influence", "jacobian", "share")  # what these give is no draw: it was computed


def drawn_numbers_are_not_compared(base: Base) -> Iterator[Finding]:
    """A test does not compare what is only drawn at random with what no run has to do with.

    Refused:
        test: close(parameters.bias.f, 1)
    Passes:
        runs: {run: {}, other: {change: parameters.bias.f}}
        test: changed(other.outputs, run.outputs)
    """
    for claim, test in tests(base):
        spot = next(spots(test))
        try:
            tree = parse(spot.text).tree
        except ExpressionError:
            continue  # it is said why it cannot be read
        for node in _about_draws(test, tree):
            message = (
                "these numbers are drawn at random here: what a layer starts with is a fact of a "
                "framework"
            )
            yield placed(base, claim, spot, ExpressionError(message, node.col_offset))


def _about_draws(test: Test, tree: ast.expr) -> Iterator[ast.expr]:
    """Sides of comparisons that read drawn numbers, where another side reads no run at all."""
    settings = frozenset({*SIZES, *test.at, "seed"})
    given = _set_in_runs(test)
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in _COMPARING:
            sides = node.args
        else:
            continue
        if any(not [*_read(test, side)] for side in sides):
            yield from (s for s in sides if not only_shapes(s, settings) and _drawn(test, s, given))


def _drawn(test: Test, side: ast.expr, given: Mapping[str, set[str]]) -> bool:
    """Whether a side reads something, and nothing but what is drawn in its run."""
    called = {getattr(n.func, "id", "") for n in ast.walk(side) if isinstance(n, ast.Call)}
    if called & {*_TELLING}:
        return False
    read = [*_read(test, side)]
    return bool(read) and all(
        name in DRAWN and ("parameters" if name == "weights" else name) not in given[run]
        for run, name in read
    )


def _read(test: Test, side: ast.expr) -> Iterator[tuple[str, str]]:
    """The run and the observable of everything that an expression reads of a run."""
    inside = {node.value: node.attr for node in ast.walk(side) if isinstance(node, ast.Attribute)}
    for node in ast.walk(side):
        if isinstance(node, ast.Name) and node.id in test.runs:
            yield node.id, inside.get(node, "")
        elif isinstance(node, ast.Name) and node.id in OBSERVABLES:
            yield next(iter(test.runs)), node.id


def _set_in_runs(test: Test) -> dict[str, set[str]]:
    """What was set by hand in each run, or in the run that it takes its values from."""
    found: dict[str, set[str]] = {}
    for name, run in test.runs.items():
        below = found.get(run.start or "", next(iter(found.values()), set()))
        found[name] = below | {place.split(".")[0].split("[")[0] for place in run.put}
    return found
