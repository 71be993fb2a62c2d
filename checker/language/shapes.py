"""What kind of numbers a test looks at, read off its expression.

What a shape or a count says of our own loop is an echo of how we wrote it, and which of two
measured numbers is larger may be an accident of the draw; :mod:`checker.experiments.trial` and
:mod:`checker.judge` say what follows.
"""

from __future__ import annotations

import ast

AXES = ("batch", "timesteps", "features", "units", "hidden", "classes", "biases")
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
        and not all(_settled(side, settings) for side in (node.left, *node.comparators))
        for node in ast.walk(tree)
    )


def _settled(node: ast.expr, settings: frozenset[str]) -> bool:
    if isinstance(node, ast.Call):
        function, inner = getattr(node.func, "id", ""), node.args[:1]
        if function in ("influence", "rank", "share"):
            return True
        if function in ("all", "any", "sum", "max", "min", "mean"):
            return all(_settled(a, settings) for a in inner)
    return only_shapes(node, settings)


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
