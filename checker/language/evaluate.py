"""Walk a checked syntax tree and work out its value."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from checker.language.compare import compared
from checker.language.functions import FUNCTIONS
from checker.language.observables import OBSERVABLES
from checker.language.parse import MAX_EXPONENT, Expression, nearest
from checker.language.statistics import Share, UndecidedError
from checker.language.tolerance import Comparisons, finite
from checker.language.values import (
    MAX_ENTRIES,
    Array,
    ExperimentError,
    Group,
    aligned,
    described,
    elementwise,
    leaves,
    memberwise,
    numeric,
)

MAX_INTEGER = 10**15
_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
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
    except ZeroDivisionError:
        raise ExperimentError("a division by zero") from None
    except OverflowError:
        raise ExperimentError("a number is not finite") from None
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise ExperimentError(f"{expression.text}: {error}") from None


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
    raise ExperimentError(f"{written(node)} is not a place in a run, such as before.h[0]")


@lru_cache(maxsize=4096)  # nodes are known by identity, and looked at again at each setting
def written(node: ast.AST) -> str:
    """A part of an expression, as somebody would write it."""
    return ast.unparse(node)


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
            lower, upper, step = (None if b is None else self._whole(b) for b in bounds)
            if step == 0:
                raise ExperimentError("the step of a slice is not 0")
            return slice(lower, upper, step)
        return self._whole(node)

    def _whole(self, node: ast.expr) -> int:
        value = self.visit(node)
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise ExperimentError(f"an index is a whole number, not {written(node)}")
        return int(value)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        return self.world.look_up(node.id)

    def _tuple(self, node: ast.Tuple | ast.List) -> Any:
        entries = tuple(self.visit(part) for part in node.elts)
        for entry in entries:
            if not isinstance(entry, bool | int | float | str):
                raise ExperimentError(f"a shape holds numbers, not {described(entry)}")
        return entries

    _list = _tuple

    def _ifexp(self, node: ast.IfExp) -> Any:
        chosen = _boolean(self.visit(node.test), written(node.test))
        return self.visit(node.body if chosen else node.orelse)

    def _boolop(self, node: ast.BoolOp) -> bool:
        """One part may decide, whatever the others are; undecided only where none does."""
        stop_at = isinstance(node.op, ast.Or)
        undecided = None
        for part in node.values:
            try:
                if _boolean(self.visit(part), written(part)) is stop_at:
                    return stop_at
            except UndecidedError as error:
                undecided = undecided or error
        if undecided:
            raise undecided
        return not stop_at

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.visit(node.operand)
        if isinstance(node.op, ast.Not):
            return not _boolean(value, written(node.operand))
        sign = operator.neg if isinstance(node.op, ast.USub) else operator.pos
        return memberwise(lambda v: elementwise(lambda a, _: sign(a), numeric(v), 0), value)

    def _attribute(self, node: ast.Attribute) -> Any:
        value = self.visit(node.value)
        if isinstance(value, Array):
            return value.shape if node.attr == "shape" else value.size_of(node.attr)
        if isinstance(value, Group):
            if node.attr not in value:
                known = list(value) or list(OBSERVABLES)  # a run lists nothing before it is read
                tip = nearest(node.attr, known) or f"only {', '.join(known)}"
                raise ExperimentError(f"{written(node.value)} has no {node.attr!r}: {tip}")
            member = value[node.attr]
            return _entry(member) if isinstance(member, Array) else member
        what = f"{written(node.value)} is {described(value)}"
        raise ExperimentError(f"{what} and has no part {node.attr!r}")

    def _subscript(self, node: ast.Subscript) -> Any:
        value, index = self.visit(node.value), self.index(node.slice)
        if isinstance(value, tuple):
            if len(index) != 1:
                raise ExperimentError("a shape has one index")
            try:
                return value[index[0]]
            except IndexError:
                message = f"a shape of {len(value)} sizes has no entry {index[0]}"
                raise ExperimentError(message) from None
        if isinstance(value, Array | Group):
            return memberwise(lambda array: _entry(array.take(index)), value)
        what = f"{written(node.value)} is {described(value)}"
        raise ExperimentError(f"{what} and has no entries")

    def _call(self, node: ast.Call) -> Any:
        name = node.func.id  # type: ignore[attr-defined]  # parse saw to it
        if name not in FUNCTIONS:
            raise ExperimentError(f"there is no function {name!r}")
        function = FUNCTIONS[name]
        read: Mapping[str, Callable[[ast.expr], Any]] = {
            "values": self.visit,
            "paths": self._place,
            "expression": lambda argument: argument,
        }
        arguments = [read[function.takes](argument) for argument in node.args]
        value = function.call(self.world, arguments)
        self.world.comparisons.locate(written(node))
        self._note(node, value)
        return value

    def _place(self, node: ast.expr) -> Path:
        """A place in a run; ExperimentError where its index selects nothing: 0 would mislead."""
        path = read_path(node, self.world)
        if path.index is not None:
            part = self.visit(node.value if path.after else node)  # type: ignore[attr-defined]
            members = leaves(part).values() if isinstance(part, Group) else [part]
            if all(isinstance(m, Array) and m.data.size == 0 for m in members):
                raise ExperimentError(f"{written(node)} is a place of nothing")
        return path

    def _binop(self, node: ast.BinOp) -> Any:
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.MatMult):
            return memberwise(_product, left, right)
        if isinstance(node.op, ast.Pow):
            _check_exponent(right)
        if isinstance(left, Share) and isinstance(node.op, ast.Add | ast.Sub):
            return left.plus(right if isinstance(node.op, ast.Add) else _negative(right))
        if isinstance(right, Share) and isinstance(node.op, ast.Add):
            return right.plus(left)
        operation = _ARITHMETIC[type(node.op)]
        return memberwise(lambda a, b: _calculated(operation, a, b), left, right)

    def _compare(self, node: ast.Compare) -> Any:
        left, left_node = self.visit(node.left), node.left
        result: Any = True
        for operation, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.visit(right_node)
            self._note(left_node, left)
            self._note(right_node, right)
            result = compared(operation, left, right, self.world.comparisons)
            if isinstance(operation, ast.Lt | ast.Gt):
                self._touched(left_node, left, right_node, right)
            self.world.comparisons.locate(written(node))
            if len(node.ops) > 1 and not _boolean(result, written(node)):
                return False
            left, left_node = right, right_node
        return result

    def _touched(self, left_node: ast.expr, left: Any, right_node: ast.expr, right: Any) -> None:
        for node, value in ((left_node, right), (right_node, left)):
            measured = isinstance(value, Array | float) and not isinstance(value, bool)
            if measured and _is_bound(node):
                members = (value.data if isinstance(value, Array) else value, self.visit(node))
                self.world.comparisons.touched(*members)

    def _note(self, node: ast.expr, value: Any) -> None:
        """Keep what was measured, so that a page can show it."""
        if not isinstance(node, ast.Constant) and _showable(value):
            self.world.comparisons.evidence.setdefault(written(node), value)


def _is_bound(node: ast.expr) -> bool:
    """Whether an expression is a number other than 0, written out."""
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(inner, ast.Constant) and inner.value != 0


def _showable(value: Any) -> bool:
    if isinstance(value, Array):
        return 0 < value.data.size <= 256 and value.data.ndim <= 2
    return isinstance(value, bool | np.bool_ | int | float | str | tuple | Share)


def _entry(part: Array) -> Any:
    """A single entry is a number, no longer an array."""
    return part if part.axes else part.data.item()


def _negative(margin: Any) -> Any:
    """What is taken off a share; ExperimentError where that is another share."""
    if isinstance(margin, Share):
        raise ExperimentError("two shares are compared: share(…) > share(…) + 0.25")
    return -margin if isinstance(margin, int | float) else margin


def _check_exponent(value: Any) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= MAX_EXPONENT:
        raise ExperimentError(f"an exponent is a number from 0 to {MAX_EXPONENT}")


def _calculated(operation: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """Arithmetic on numbers and arrays of them; what comes out is finite."""
    value = elementwise(operation, *aligned(numeric(left), numeric(right)))
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise ExperimentError(f"a whole number is at most {MAX_INTEGER:.0e}")
    elif isinstance(value, complex):
        raise ExperimentError("a root of a negative number")
    else:
        finite(value.data if isinstance(value, Array) else value)
    return value


def _product(left: Any, right: Any) -> Array:
    if not (isinstance(left, Array) and isinstance(right, Array)):
        raise ExperimentError("@ multiplies two arrays")
    if right.data.ndim != 2 or left.data.ndim < 1 or left.shape[-1] != right.shape[0]:
        raise ExperimentError(f"shapes {left.shape} and {right.shape} cannot be multiplied")
    if left.data.size // left.shape[-1] * right.shape[1] > MAX_ENTRIES:
        raise ExperimentError(f"an array holds at most {MAX_ENTRIES:.0e} numbers")
    data = finite(numeric(left).data @ numeric(right).data)
    return Array(data, (*left.axes[:-1], right.axes[-1]))
