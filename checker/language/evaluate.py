"""Walk a checked syntax tree and work out its value."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from checker.language.functions import FUNCTIONS
from checker.language.parse import Expression
from checker.language.statistics import Share
from checker.language.tolerance import Comparisons
from checker.language.values import (
    Array,
    ExperimentError,
    Group,
    elementwise,
    memberwise,
)

MAX_INTEGER = 10**15
_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


@dataclass(frozen=True)
class Path:
    """A place in a run, such as ``layer.before.h[0].units``: names, an index, a name after it."""

    names: tuple[str, ...]
    index: tuple[Any, ...] | None = None
    after: str | None = None


class World(Protocol):
    """Where names get their values, and where runs can be run again."""

    comparisons: Comparisons

    def look_up(self, name: str) -> Any:
        """The value of a setting, a run or an observable of the first run."""

    def influence(self, source: Path, target: Path) -> Any:
        """See :func:`checker.language.functions.influence`."""

    def jacobian(self, source: Path, target: Path) -> Array:
        """See :func:`checker.language.functions.jacobian`."""

    def share(self, condition: ast.expr) -> Share:
        """See :func:`checker.language.functions.share`."""


def truth(expression: Expression, world: World) -> bool:
    """Whether the expression is true; ExperimentError where it has no single truth value."""
    return _boolean(evaluate(expression, world), expression.text)


def evaluate(expression: Expression, world: World) -> Any:
    """The value of an expression: a number, a word, a truth value, a shape, an array, a group."""
    try:
        with np.errstate(all="ignore"):  # what is not finite is refused where it is used
            return _Walk(world).visit(expression.tree)
    except (TypeError, AttributeError) as error:
        raise ExperimentError(f"{expression.text}: {error}") from None
    except (ZeroDivisionError, OverflowError) as error:
        raise ExperimentError(str(error)) from None


def read_path(node: ast.expr, world: World) -> Path:
    """Read ``run.slot.part[index].axis`` without looking at its value."""
    after: list[str] = []
    while isinstance(node, ast.Attribute):
        after.insert(0, node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        return Path((node.id, *after))
    if isinstance(node, ast.Subscript) and len(after) <= 1:
        whole = read_path(node.value, world)
        if whole.index is None:
            index = _Walk(world).index(node.slice)
            return Path(whole.names, index, after[0] if after else None)
    raise ExperimentError(f"{ast.unparse(node)} is not a place in a run")


def _boolean(value: Any, text: str) -> bool:
    if isinstance(value, Array | Group):
        raise ExperimentError(f"{text} has many entries: say all(…) or any(…)")
    if not isinstance(value, bool | np.bool_):
        raise ExperimentError(f"{text} is neither true nor false")
    return bool(value)


class _Walk:
    """One method for each kind of node; names of methods follow :mod:`ast`."""

    def __init__(self, world: World):
        self.world = world

    def visit(self, node: ast.expr) -> Any:
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def index(self, node: ast.expr) -> tuple[Any, ...]:
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        return tuple(self._index_part(part) for part in parts)

    def _index_part(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            bounds = (node.lower, node.upper, node.step)
            return slice(*(None if b is None else self._whole(b) for b in bounds))
        return self._whole(node)

    def _whole(self, node: ast.expr) -> int:
        value = self.visit(node)
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise ExperimentError(f"an index is a whole number, not {ast.unparse(node)}")
        return int(value)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        return self.world.look_up(node.id)

    def _tuple(self, node: ast.Tuple | ast.List) -> Any:
        return tuple(self.visit(part) for part in node.elts)

    _list = _tuple

    def _ifexp(self, node: ast.IfExp) -> Any:
        chosen = _boolean(self.visit(node.test), ast.unparse(node.test))
        return self.visit(node.body if chosen else node.orelse)

    def _boolop(self, node: ast.BoolOp) -> bool:
        stop_at = isinstance(node.op, ast.Or)
        for part in node.values:
            if _boolean(self.visit(part), ast.unparse(part)) is stop_at:
                return stop_at
        return not stop_at

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.visit(node.operand)
        if isinstance(node.op, ast.Not):
            return not _boolean(value, ast.unparse(node.operand))
        sign = operator.neg if isinstance(node.op, ast.USub) else operator.pos
        return memberwise(lambda v: elementwise(lambda a, _: sign(a), v, 0), value)

    def _attribute(self, node: ast.Attribute) -> Any:
        value = self.visit(node.value)
        if isinstance(value, Array):
            return value.shape if node.attr == "shape" else value.size_of(node.attr)
        if isinstance(value, Group):
            if node.attr not in value:
                raise ExperimentError(f"no {node.attr!r} here, only {', '.join(value)}")
            return value[node.attr]
        raise ExperimentError(f"{ast.unparse(node.value)} has no part {node.attr!r}")

    def _subscript(self, node: ast.Subscript) -> Any:
        value, index = self.visit(node.value), self.index(node.slice)
        if isinstance(value, tuple):
            if len(index) != 1:
                raise ExperimentError("a shape has one index")
            return value[index[0]]
        if isinstance(value, Array | Group):
            return memberwise(lambda array: _entry(array.take(index)), value)
        raise ExperimentError(f"{ast.unparse(node.value)} cannot be indexed")

    def _call(self, node: ast.Call) -> Any:
        function = FUNCTIONS[node.func.id]  # type: ignore[attr-defined]  # parse saw to it
        read: Mapping[str, Callable[[ast.expr], Any]] = {
            "values": self.visit,
            "paths": lambda argument: read_path(argument, self.world),
            "expression": lambda argument: argument,
        }
        arguments = [read[function.takes](argument) for argument in node.args]
        value = function.call(self.world, arguments)
        self._note(node, value)
        return value

    def _binop(self, node: ast.BinOp) -> Any:
        left, right = self.visit(node.left), self.visit(node.right)
        for value in (left, right):
            if isinstance(value, str | tuple | bool | None):
                raise ExperimentError(f"no arithmetic with {value!r}")
        if isinstance(node.op, ast.MatMult):
            return _product(left, right)
        if isinstance(node.op, ast.Pow):
            return _power(left, right)
        operation = _ARITHMETIC[type(node.op)]
        return memberwise(lambda a, b: _bounded(elementwise(operation, a, b)), left, right)

    def _compare(self, node: ast.Compare) -> Any:
        left, left_node = self.visit(node.left), node.left
        result: Any = True
        for operation, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.visit(right_node)
            self._note(left_node, left)
            self._note(right_node, right)
            result = _compared(operation, left, right, self.world.comparisons)
            if len(node.ops) > 1 and not _boolean(result, ast.unparse(node)):
                return False
            left, left_node = right, right_node
        return result

    def _note(self, node: ast.expr, value: Any) -> None:
        """Keep what was measured, so that a page can show it."""
        if not isinstance(node, ast.Constant) and _showable(value):
            self.world.comparisons.evidence.setdefault(ast.unparse(node), value)


def _showable(value: Any) -> bool:
    if isinstance(value, Array):
        return 0 < value.data.size <= 256 and value.data.ndim <= 2
    return isinstance(value, bool | np.bool_ | int | float | str | tuple | Share)


def _entry(part: Array) -> Any:
    """A single entry is a number, no longer an array."""
    return part if part.axes else part.data.item()


def _bounded(value: Any) -> Any:
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ExperimentError(f"a number above {MAX_INTEGER:.0e}")
    return value


def _power(base: Any, exponent: Any) -> Any:
    return memberwise(lambda b: _bounded(elementwise(operator.pow, b, exponent)), base)


def _product(left: Any, right: Any) -> Array:
    if not (isinstance(left, Array) and isinstance(right, Array)):
        raise ExperimentError("@ multiplies two arrays")
    if right.data.ndim != 2 or left.data.ndim < 1 or left.shape[-1] != right.shape[0]:
        raise ExperimentError(f"shapes {left.shape} and {right.shape} cannot be multiplied")
    return Array(left.data @ right.data, (*left.axes[:-1], right.axes[-1]))


def _compared(operation: ast.cmpop, left: Any, right: Any, comparisons: Comparisons) -> Any:
    if isinstance(left, Share):
        return _share_compared(operation, left, right)
    if isinstance(operation, ast.Eq | ast.NotEq):
        equal = _equal(left, right, comparisons)
        return equal if isinstance(operation, ast.Eq) else not equal
    if isinstance(left, str | tuple | Group) or isinstance(right, str | tuple | Group):
        raise ExperimentError("only numbers can be ordered")

    def above(a: Any, b: Any) -> Any:
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


def _share_compared(operation: ast.cmpop, share: Share, bound: Any) -> bool:
    if not isinstance(bound, int | float):
        raise ExperimentError("a share is compared with a number")
    if isinstance(operation, ast.Gt | ast.GtE):
        return share.above(bound)
    if isinstance(operation, ast.Lt | ast.LtE):
        return not share.above(bound)
    raise ExperimentError("a share is compared by < or >")


def _equal(left: Any, right: Any, comparisons: Comparisons) -> bool:
    """Whole numbers, shapes and words exactly; other single numbers but for rounding."""
    for value in (left, right):
        if isinstance(value, Array | Group):
            raise ExperimentError("compare arrays with close(…), changed(…) or their shapes")
    if isinstance(left, str) != isinstance(right, str):
        raise ExperimentError(f"{left!r} and {right!r} are of different kinds")
    if isinstance(left, tuple) != isinstance(right, tuple):
        raise ExperimentError(f"{left!r} and {right!r} are of different kinds")
    if isinstance(left, float) or isinstance(right, float):
        return not bool(comparisons.differ(left, right))
    return bool(left == right)
