"""Parts and axes that no model has, told with the nearest that there is: ``outputs.timestep``."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from functools import cache

from checker.experiments.operations import NAMES
from checker.language.observables import OBSERVABLES
from checker.language.parse import ExpressionError, nearest
from checker.language.shapes import AXES
from checker.models.registry import KINDS, build
from checker.nouns import SIZES

WHOLE = ("inputs", "outputs", "scores", "lengths")
"""Observables that are one array, so that only an axis or the shape follows."""

_LAYER = re.compile(r"layer\d+")
_EVERYTHING = {"layers": 2, "bidirectional": True, "head": 2, "biases": 2}
_OF_AN_LSTM = {"projection": 1, "peepholes": True}


def unknown_parts(
    tree: ast.expr, runs: Collection[str], names: Collection[str]
) -> Iterator[ExpressionError]:
    """What follows a dot and is neither an observable of a run, nor a part, nor an axis.

    ``names`` are those that may stand here: of others it is said elsewhere that they may not.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        above = _names(node.value)
        if not above or above[0] not in names:
            continue  # it is said that there is no such name
        inside = above[1:] if above[0] in {*runs} - {*OBSERVABLES} else above
        known = _after(inside[0]) if inside else OBSERVABLES
        if known and node.attr not in known and not _LAYER.fullmatch(node.attr):
            column = (node.end_col_offset or 0) - len(node.attr)
            owner = ast.unparse(node.value)
            of_outputs = f"such as {owner}.outputs.{node.attr}"
            tip = nearest(node.attr, known) or (
                "" if inside or node.attr not in AXES else of_outputs
            )
            yield ExpressionError(f"{owner} has no part or axis {node.attr!r}", column, tip)


def _names(node: ast.expr) -> list[str]:
    """The names of ``run.slot[index].part``; none where something is called or worked out."""
    after: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Attribute):
            after.insert(0, node.attr)
        node = node.value
    return [node.id, *after] if isinstance(node, ast.Name) else []


def _after(observable: str) -> Collection[str]:
    """What may follow an observable; nothing where that is not known here."""
    if observable not in OBSERVABLES or observable == "weights":
        return ()  # the framework of the layout names its weights
    if observable in WHOLE:
        return (*AXES, "shape")
    if observable == "operations":
        return (*NAMES.values(),)
    return _parts(observable == "parameters") | {*AXES, "shape"}


@cache
def _parts(parameters: bool) -> frozenset[str]:
    """The names of all parts that parameters or states of any model have."""
    sizes = dict.fromkeys(SIZES, 2)
    found: set[str] = set()
    for kind in KINDS:
        model = build({"kind": kind, **_EVERYTHING, **(_OF_AN_LSTM if kind == "lstm" else {})})
        paths = model.parameters(sizes) if parameters else model.state(sizes)
        gates = {path.split(".")[-1] for path in model.parameters(sizes)}
        found |= {part for path in paths for part in path.split(".")} | gates
    return frozenset(part for part in found if not _LAYER.fullmatch(part))
