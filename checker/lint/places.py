"""A rule about the places that a run sets or changes: its model has them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from math import prod

from checker.base import Base
from checker.experiments.options import Options, options_of_runs
from checker.language.parse import ExpressionError, offered, parse
from checker.language.values import ExperimentError
from checker.lint.expressions import errors_in, placed
from checker.lint.models import tests
from checker.lint.spots import Spot, spots
from checker.models.registry import OPTIONS, build
from checker.nouns import SIZES, Finding, Test, Value

MOST = 100
"""So many models are built to know the places of a run, and so many layers."""

_ANY_SIZES = dict.fromkeys(SIZES, 2)
"""Which slots there are depends on options, never on sizes."""


def places_are_of_the_model(base: Base) -> Iterator[Finding]:
    """What a run sets or changes is a place that its model has, as far as that is known.

    Refused:
        control: {set: {parameters.peephole: 0}}
    Passes:
        model: {peepholes: true}
        control: {set: {parameters.peephole: 0}}
    """
    for claim, test in tests(base):
        own, controlled = options_of_runs(test), options_of_runs(test, test.control)
        for spot in spots(test):
            if not spot.must_be or list(errors_in(spot, list(test.runs))):
                continue  # it is said what is wrong with the expression
            options = own if spot.path[0] == "runs" else controlled
            slots = _slots(test, options.get(_run_of(spot, test), {}))
            error = _missing(spot.text, slots) if slots else None
            if error:
                yield placed(base, claim, spot, error)


def _run_of(spot: Spot, test: Test) -> str:
    """The run that an expression belongs to; what a control sets itself is set in the first."""
    keys = spot.path[1:] if spot.path[0] == "control" else spot.path
    return str(keys[1]) if keys[0] == "runs" else next(iter(test.runs))


def _slots(test: Test, options: Options) -> set[str]:
    """The slots that a run is given, for any values of its options; none where they depend."""
    found: set[str] = set()
    enumerated = {name: _values(test, name, value) for name, value in options.items()}
    if prod(len(values) for values in enumerated.values()) > MOST:
        return found
    for values in product(*enumerated.values()):
        spec = dict(zip(options, values, strict=True))
        unknown = any(isinstance(v, str) and _is_number(name) for name, v in spec.items())
        layers = spec.get("layers", 1)
        if unknown or (isinstance(layers, int) and layers > MOST):
            return set()
        try:
            model = build(spec)
        except ExperimentError:
            continue  # other rules, or the run, say what is wrong with the options
        found |= {f"parameters.{path}" for path in model.parameters(_ANY_SIZES)}
        found |= {f"before.{path}" for path in model.state(_ANY_SIZES)}
    return found and {"inputs", *found}


def _values(test: Test, option: str, value: Value) -> tuple[Value, ...]:
    """The values of an option: those that are enumerated, or the one that is written."""
    if isinstance(value, str) and value in test.at:
        return test.at[value]
    return (1,) if option in _NUMBERS_ONLY and isinstance(value, str) else (value,)


_NUMBERS_ONLY = ("forget_bias", "projection", "cell_clip", "projection_clip", "head")
"""Options of which any value above 0 gives the same slots, so that an expression can stand."""


def _is_number(option: str) -> bool:
    return option in OPTIONS and OPTIONS[option].type is not str


def _missing(text: str, slots: set[str]) -> ExpressionError | None:
    """The first part of a place's name that no slot has, with the nearest that one has."""
    node = parse(text).tree
    while isinstance(node, ast.Subscript):
        node = node.value
    parts: list[tuple[str, int]] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, (node.attr, (node.end_col_offset or 0) - len(node.attr)))
        node = node.value
    so_far = node.id if isinstance(node, ast.Name) else ""
    for part, column in parts:
        start = f"{so_far}."
        known = {s.removeprefix(start).split(".")[0] for s in slots if s.startswith(start)}
        if part not in known:
            tip = offered(part, sorted(known)) or "it has no parts"
            return ExpressionError(f"{so_far} has no {part!r} in this model", column, tip)
        so_far = f"{start}{part}"
    return None
