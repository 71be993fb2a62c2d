"""Comparisons: of numbers but for rounding, of whole numbers, shapes and words exactly."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from checker.language.statistics import Share
from checker.language.tolerance import Comparisons
from checker.language.values import Array, ExperimentError, Group, described, elementwise

_MIRRORED: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}


def compared(operation: ast.cmpop, left: Any, right: Any, comparisons: Comparisons) -> Any:
    """The truth of one comparison, or an array of truths where an array is ordered."""
    if isinstance(left, Share):
        return _share_compared(type(operation), left, right)
    if isinstance(right, Share):
        mirrored = _MIRRORED.get(type(operation), type(operation))
        return _share_compared(mirrored, right, left)
    if isinstance(operation, ast.Eq | ast.NotEq):
        return _equal(left, right, comparisons) is isinstance(operation, ast.Eq)
    return _ordered(operation, left, right, comparisons)


def _ordered(operation: ast.cmpop, left: Any, right: Any, comparisons: Comparisons) -> Any:
    for value in (left, right):
        if _kind(value) != "number":
            raise ExperimentError(f"only numbers can be ordered, not {described(value)}")

    def above(a: Any, b: Any) -> Any:
        if isinstance(a, int) and isinstance(b, int):
            return a > b
        return elementwise(lambda x, y: comparisons.above(x, y), a, b)

    if isinstance(operation, ast.Gt | ast.LtE):
        result, wanted = above(left, right), isinstance(operation, ast.Gt)
    else:
        result, wanted = above(right, left), isinstance(operation, ast.Lt)
    if isinstance(result, Array):
        if result.data.size == 0:
            raise ExperimentError("a comparison of nothing")
        return Array(result.data == wanted, result.axes)
    return bool(result) is wanted


def _share_compared(operation: type[ast.cmpop], share: Share, bound: Any) -> bool:
    if not isinstance(bound, int | float | Share) or isinstance(bound, bool):
        raise ExperimentError("a share is compared with a number or with another share")
    if operation not in _MIRRORED:
        raise ExperimentError("a share is compared by < or >")
    above = share.above_share(bound) if isinstance(bound, Share) else share.above(bound)
    return above is (operation in (ast.Gt, ast.GtE))


def _equal(left: Any, right: Any, comparisons: Comparisons) -> bool:
    """Whole numbers, shapes and words exactly; other single numbers but for rounding."""
    for value in (left, right):
        if isinstance(value, Array | Group):
            raise ExperimentError("compare arrays with close(…), changed(…) or their shapes")
    if _kind(left) != _kind(right):
        raise ExperimentError(f"{described(left)} and {described(right)} are of different kinds")
    if isinstance(left, tuple):
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all([_equal(a, b, comparisons) for a, b in pairs])
    if isinstance(left, float) or isinstance(right, float):
        return comparisons.equal(float(left), float(right))
    return bool(left == right)


def _kind(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "truth value"
    if isinstance(value, Array):
        return "truth value" if value.data.dtype == np.bool_ else "number"
    if isinstance(value, int | float | np.number):
        return "number"
    return type(value).__name__
