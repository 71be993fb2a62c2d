"""What a test of training names and counts, read and not run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checker.training.measures import MEASURES


def shares(tree: ast.expr) -> Iterator[ast.Call]:
    """The calls of share(…) in a test, in the order in which they stand there."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: node.col_offset):
        if getattr(call.func, "id", "") == "share":
            yield call


def measures_in(tree: ast.expr) -> list[str]:
    """What a test measures, in the order of the list that contributors see."""
    nodes = list(ast.walk(tree))
    named = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    named |= {node.id for node in nodes if isinstance(node, ast.Name)}
    return [name for name in MEASURES if name in named]


def decisions(tree: ast.expr) -> int:
    """How many comparisons of shares a test makes: the error level is for all of them."""
    return sum(
        isinstance(node, ast.Compare) and any(True for _ in shares(node)) for node in ast.walk(tree)
    )
