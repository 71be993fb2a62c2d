"""A call of a framework, as a claim writes it: ``BasicLSTMCell(num_units=5)``.

Read with Python's own grammar, against a list of what may stand there: one name that is called,
with numbers, words, tuples, and further such calls.  A name may be the address of something, such
as ``tf.contrib.rnn.BasicLSTMCell``, where that address is known as a whole.  Nothing is run here.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from checker.language.parse import ExpressionError, nearest

MAX_LENGTH, MAX_DEPTH, MAX_NUMBER = 300, 5, 10_000


@dataclass(frozen=True)
class Call:
    """A name, and what it is called with: plain values, tuples of them, or calls."""

    name: str
    arguments: tuple[Any, ...]
    named: Mapping[str, Any]


def read_call(text: str, known: Collection[str]) -> Call:
    """Read a call of one of the known names; ExpressionError where it is none."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"a call has at most {MAX_LENGTH} characters", MAX_LENGTH)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about spellings that are refused below
            tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ExpressionError("this must be a call", 0, "such as LSTM(units=5)") from None
    if not isinstance(tree, ast.Call):
        raise ExpressionError("this must be a call", 0, "such as LSTM(units=5)")
    called: Call = _value(tree, known, 0)
    return called


def _value(node: ast.expr, known: Collection[str], depth: int) -> Any:
    column = node.col_offset
    if depth > MAX_DEPTH:
        raise ExpressionError(f"a call nests at most {MAX_DEPTH} deep", column)
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str | None):
        if isinstance(node.value, int | float) and abs(node.value) > MAX_NUMBER:
            raise ExpressionError(f"a number in a call is at most {MAX_NUMBER}", column)
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        negative = _value(node.operand, known, depth + 1)
        if isinstance(negative, int | float):
            return -negative
    if isinstance(node, ast.Tuple | ast.List):
        return [_value(part, known, depth + 1) for part in node.elts]
    name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
    if isinstance(node, ast.Call) and (isinstance(node.func, ast.Name) or name in known):
        if name not in known:
            tip = nearest(name, known) or f"known are {', '.join(sorted(known))}"
            raise ExpressionError(f"there is no {name!r} to call here", column, tip)
        named = {str(k.arg): _value(k.value, known, depth + 1) for k in node.keywords if k.arg}
        if any(k.arg is None for k in node.keywords):
            raise ExpressionError("a call has no ** in it", column)
        if len(named) < len(node.keywords):
            raise ExpressionError("a call names each argument once", column)
        arguments = tuple(_value(part, known, depth + 1) for part in node.args)
        return Call(name, arguments, named)
    raise ExpressionError("a call holds numbers, words, tuples and further calls", column)
