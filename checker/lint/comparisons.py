"""Comparisons of arrays that cannot be made, told with what to write instead."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Collection, Iterator

from checker.language.functions import FUNCTIONS
from checker.language.observables import OBSERVABLES
from checker.language.parse import ExpressionError
from checker.language.shapes import AXES, COUNTED, only_shapes

_REWRITTEN = {  # inside of which function, by which comparison → what says the same
    ("all", ast.Eq): "close({a}, {b})",
    ("all", ast.NotEq): "all_changed({a}, {b})",
    ("any", ast.Eq): "not all_changed({a}, {b})",
    ("any", ast.NotEq): "changed({a}, {b})",
    ("", ast.Eq): "close({a}, {b})",
    ("", ast.NotEq): "changed({a}, {b})",
}
_TRUTHS = {"all", "any"} | {
    name for name, one in FUNCTIONS.items()
    if inspect.signature(one.run).return_annotation in (bool, "bool")
}  # fmt: skip


def wrong_comparisons(tree: ast.expr, runs: Collection[str]) -> Iterator[ExpressionError]:
    """Comparisons that could only end in an error when the test is run."""
    told: set[ast.AST] = set()
    settings = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) - {
        *OBSERVABLES,
        *runs,
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Compare):
            function, inner = getattr(node.func, "id", ""), node.args[0]
            if only_shapes(inner, settings):
                continue  # single numbers, of which all(…) is no more than one truth
            found = _of_entries(function, inner, along=len(node.args) > 1)
        elif isinstance(node, ast.Compare) and node not in told:
            inner, found = node, _of_arrays(node, runs)
        else:
            continue
        if found:
            told.add(inner)
            yield found


def no_truth(tree: ast.expr) -> ExpressionError | None:
    """What a test can never be true or false about, as its outermost part tells."""
    number = isinstance(tree, ast.BinOp | ast.List | ast.Tuple) or (
        isinstance(tree, ast.UnaryOp) and not isinstance(tree.op, ast.Not)
    )
    if isinstance(tree, ast.Constant):
        number = not isinstance(tree.value, bool)
    if isinstance(tree, ast.Call):
        number = getattr(tree.func, "id", "") in {*FUNCTIONS} - _TRUTHS
    if not number:
        return None
    tip = f"compare it, such as {ast.unparse(tree)} > 0"
    return ExpressionError("a test is true or false, and this is neither", tree.col_offset, tip)


def _of_entries(function: str, node: ast.Compare, along: bool) -> ExpressionError | None:
    """What all(…) and any(…) cannot look into: a chain, which is one truth; an equality."""
    sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
    if len(node.ops) > 1 and function in ("all", "any", "sum", "mean"):
        links = zip(sides, node.ops, sides[1:], strict=False)
        parts = [f"{function}({a} {_sign(operation)} {b})" for a, operation, b in links]
        tip = f"write {' and '.join(parts)}" if function == "all" else "compare one by one"
        return ExpressionError("a chain of comparisons is for single numbers", node.col_offset, tip)
    rewritten = _REWRITTEN.get((function, type(node.ops[0]))) if function else None
    if rewritten is None or len(sides) > 2:
        return None
    a, b = sides
    tip = f"write {rewritten.format(a=a, b=b)}"
    if along:
        sign = "<=" if isinstance(node.ops[0], ast.Eq) else ">"
        tip = f"write {function}(abs({a} - {b}) {sign} 0, …)"
    message = f"{_sign(node.ops[0])} compares single numbers, not entries of arrays"
    return ExpressionError(message, node.col_offset, tip)


def _of_arrays(node: ast.Compare, runs: Collection[str]) -> ExpressionError | None:
    """A whole array or group on one side of an equality, as its name alone tells."""
    rewritten = _REWRITTEN.get(("", type(node.ops[0])))
    sides = (node.left, *node.comparators)
    if len(sides) > 2 or rewritten is None or not any(_is_array(side, runs) for side in sides):
        return None
    a, b = (ast.unparse(side) for side in sides)
    message = f"{_sign(node.ops[0])} compares single numbers, not arrays"
    return ExpressionError(message, node.col_offset, f"write {rewritten.format(a=a, b=b)}")


def _is_array(node: ast.expr, runs: Collection[str]) -> bool:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return False
    names = [node.id, *names]
    if names[0] in runs:
        names = names[1:]
    observed = bool(names) and names[0] in OBSERVABLES and names[0] not in COUNTED
    return observed and names[-1] not in (*AXES, "shape")


def _sign(operation: ast.cmpop) -> str:
    compared = ast.Compare(ast.Name("a"), [operation], [ast.Name("b")])
    return ast.unparse(compared).removeprefix("a ").removesuffix(" b")
