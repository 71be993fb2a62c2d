"""What kind of numbers a test looks at, read off its expression.

What a shape or a count says of our own loop is an echo of how we wrote it, and which of two
measured numbers is larger may be an accident of the draw; :mod:`checker.experiments.trial` and
:mod:`checker.judge` say what follows.
"""

from __future__ import annotations

import ast

AXES = ("batch", "timesteps", "features", "units", "hidden", "classes", "biases", "directions")
COUNTED = ("operations", "lengths")  # observables that are counts themselves
_READS_NO_NUMBERS = ("count",)
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_READS_BY_PATH = ("influence", "jacobian")


def only_shapes(tree: ast.expr, settings: frozenset[str]) -> bool:
    """Whether nothing is read but settings, sizes, shapes and counts.

    ``settings`` are the names that are no run and no observable.
    """
    if isinstance(tree, ast.Call):
        function = getattr(tree.func, "id", "")
        if function in _READS_NO_NUMBERS:
            return True
        return function not in _READS_BY_PATH and all(only_shapes(a, settings) for a in tree.args)
    if isinstance(tree, ast.Attribute):
        return tree.attr in (*AXES, "shape") or _root(tree) in COUNTED
    if isinstance(tree, ast.Subscript):
        return only_shapes(tree.value, settings)
    if isinstance(tree, ast.Name):
        return tree.id in settings or tree.id in COUNTED
    parts = [part for part in ast.iter_child_nodes(tree) if isinstance(part, ast.expr)]
    return all(only_shapes(part, settings) for part in parts)


def orders_numbers(tree: ast.expr, settings: frozenset[str]) -> bool:
    """Whether it matters which of two measured numbers is larger.

    That something moves at all, ``influence(…) > 0``, is no such comparison: a number that is
    never negative is above 0 or it is 0.
    """
    return any(
        isinstance(node, ast.Compare)
        and any(isinstance(operation, _ORDER) for operation in node.ops)
        and not _moves_at_all(node)
        and not all(_exact(side, settings) for side in (node.left, *node.comparators))
        for node in ast.walk(tree)
    )


def identity_or_order(tree: ast.expr, settings: frozenset[str]) -> bool:
    """Whether a test says of all numbers that they are equal, zero or in some order.

    Such a claim has to hold for weights of any size.  That something moves, changes or is
    independent is said of weights in general: it ends where gates are saturated.
    """
    generic = ("changed", "all_changed", "rank", "share", "next_diagonal")
    nodes = list(ast.walk(tree))
    called = {getattr(node.func, "id", "") for node in nodes if isinstance(node, ast.Call)}
    return not (
        only_shapes(tree, settings)
        or called & {*generic}
        or any(isinstance(node, ast.Not | ast.NotEq) for node in nodes)
        or any(isinstance(node, ast.Compare) and _moves_at_all(node) for node in nodes)
    )


def _moves_at_all(node: ast.Compare) -> bool:
    """Whether something that is never negative is compared with 0."""
    sides = (node.left, *node.comparators)
    zero = [isinstance(side, ast.Constant) and side.value == 0 for side in sides]
    ordered = all(isinstance(operation, _ORDER) for operation in node.ops)
    return ordered and any(zero) and any(_never_negative(side) for side in sides)


def _never_negative(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    function = getattr(node.func, "id", "")
    if function in ("sum", "max", "min", "mean"):
        return _never_negative(node.args[0]) if node.args else False
    return function in ("influence", "abs", "norm", "rank", "count")


def _exact(node: ast.expr, settings: frozenset[str]) -> bool:
    """Whether a side of a comparison is a whole number, or no number that was measured."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("rank", "share"):
        return True
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "sum" and node.args:
        return isinstance(node.args[0], ast.Compare) or only_shapes(node, settings)
    return only_shapes(node, settings)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
