"""Whether a test looks at shapes and counts alone, or also at numbers that a model computes.

What a shape or a count says of our own loop is an echo of how we wrote it; see
:mod:`checker.judge` for what follows.
"""

from __future__ import annotations

import ast

AXES = ("batch", "timesteps", "features", "units", "hidden", "classes", "biases")
COUNTED = ("operations", "lengths")  # observables that are counts themselves
_READS_NO_NUMBERS = ("count",)
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


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
