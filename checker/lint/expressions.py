"""Rules about the expressions of a claim's test."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence

from checker.base import Base
from checker.language.functions import FUNCTIONS
from checker.language.observables import NUDGEABLE, OBSERVABLES
from checker.language.parse import ExpressionError, nearest, parse, unknown_names
from checker.lint.comparisons import no_truth, wrong_comparisons
from checker.lint.parts import unknown_parts
from checker.lint.spots import Spot, spots
from checker.nouns import Claim, Finding, Test


def expressions_can_be_read(base: Base) -> Iterator[Finding]:
    """Every expression is in the claim language and uses names that exist where it stands.

    Refused:
        test: output.timesteps == units
    Passes:
        test: outputs.timesteps == units
    """
    for claim in (*base.claims.values(), *base.drafts.values()):
        if isinstance(claim.trial, Test):
            for spot in spots(claim.trial):
                for error in errors_in(spot, list(claim.trial.runs)):
                    yield placed(base, claim, spot, error)


def errors_in(spot: Spot, runs: list[str]) -> Iterator[ExpressionError]:
    """Everything that is wrong with one expression; only the first thing if it cannot be read."""
    try:
        expression = parse(spot.text)
    except ExpressionError as error:
        yield error
        return
    unknown = list(unknown_names(expression, spot.names, FUNCTIONS, spot.tips))
    yield from unknown
    if spot.must_be and not unknown:
        yield from _no_place_of_a_run(expression.tree, spot.must_be == "whole place")
    for node in ast.walk(expression.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from _wrong_call(node, node.func.id, runs)
    if spot.path == ("test",) and (trouble := no_truth(expression.tree)):
        yield trouble
    missing = [] if spot.must_be else list(unknown_parts(expression.tree, runs, spot.names))
    yield from missing or wrong_comparisons(expression.tree, runs)


def placed(base: Base, claim: Claim, spot: Spot, error: ExpressionError) -> Finding:
    """What is wrong with an expression, at its character in the file."""
    document = base.documents[f"claim/{claim.id}"]
    path = spot.path
    if not spot.is_key and path not in document.places:
        path = path[:-1]  # a change that is one text, not a list
    place = document.inside(path, error.column, spot.is_key)
    return Finding(place.file, place.line, place.column, error.message, error.tip)


def _wrong_call(node: ast.Call, name: str, runs: list[str]) -> Iterator[ExpressionError]:
    """A function that is called otherwise than its first line of help says."""
    function = FUNCTIONS.get(name)
    if function is None:
        return
    try:
        inspect.signature(function.run).bind(None, *node.args)
    except TypeError:
        yield ExpressionError(f"{name} is written {function.usage}", node.col_offset)
        return
    if function.takes != "paths":
        return
    for position, argument in enumerate(node.args):
        names = _names_of(argument)
        inside = names[1:] if names[:1] and names[0] in runs and len(names) > 1 else names
        known = OBSERVABLES if position else NUDGEABLE
        if not inside or inside[0] not in known:
            which = "second" if position else "first"
            message = f"the {which} that {name} takes is a place in {_either([*known])}"
            yield ExpressionError(message, argument.col_offset, "such as before.h[0]")


def _no_place_of_a_run(tree: ast.expr, whole: bool) -> Iterator[ExpressionError]:
    """What is set or changed is something that a run is given, by its name."""
    names = _names_of(tree)
    if not names or names[0] not in NUDGEABLE:
        tip = (nearest(names[0], NUDGEABLE) if names else "") or "such as before.c"
        message = f"what is set or changed is a place in {_either(NUDGEABLE)}"
        yield ExpressionError(message, tree.col_offset, tip)
    elif isinstance(tree, ast.Subscript):
        if whole:
            message = "a place is changed as a whole, without an index"
            yield ExpressionError(message, tree.value.end_col_offset or 0)
    elif any(isinstance(node, ast.Subscript) for node in ast.walk(tree)):
        yield ExpressionError("nothing stands after the index of a place", tree.col_offset)


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _names_of(node: ast.expr) -> list[str]:
    """The names of ``run.slot.part[index].axis``, without the axis; none if it is no place."""
    after: list[str] = []
    while isinstance(node, ast.Attribute):
        after.insert(0, node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        return [node.id, *after]
    if isinstance(node, ast.Subscript) and len(after) <= 1:
        whole = node.value
        return [] if isinstance(whole, ast.Subscript) else _names_of(whole)
    return []
