"""Text to a checked syntax tree: Python's expression syntax, against a short whitelist.

Nothing is ever executed by Python itself: the tree is walked by :mod:`checker.language.evaluate`.
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Collection
from dataclasses import dataclass

MAX_LENGTH = 600
MAX_DEPTH = 40
MAX_NUMBER = 10**12
MAX_EXPONENT = 16

_ALLOWED = (
    ast.Expression,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.UAdd,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
    ast.MatMult,
    ast.Compare,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.IfExp,
    ast.Call,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.Tuple,
    ast.List,
    ast.Name,
    ast.Constant,
    ast.Load,
)


class ExpressionError(Exception):
    """An expression that cannot be read; ``column`` counts from 0 inside the expression."""

    def __init__(self, message: str, column: int = 0, tip: str = ""):
        super().__init__(message)
        self.message, self.column, self.tip = message, column, tip


@dataclass(frozen=True)
class Expression:
    """A readable expression: its text and its tree."""

    text: str
    tree: ast.expr


def parse(text: str) -> Expression:
    """Read an expression; raises ExpressionError with the column where it stops making sense."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters")
    line = " ".join(text.split("\n")).rstrip()
    if not line.strip():
        raise ExpressionError("an expression is needed", tip="such as outputs.timesteps == units")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)
            tree = ast.parse(line, mode="eval").body
    except SyntaxError as error:
        column = max(0, (error.offset or 1) - 1)
        raise ExpressionError(f"not an expression: {error.msg}", column) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError("not an expression that can be read") from None
    _check(tree, 0)
    return Expression(line, tree)


def nearest(word: str, known: Collection[str]) -> str:
    """A tip that offers the nearest known name, or an empty string."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else ""


def check_names(expression: Expression, names: Collection[str], functions: Collection[str]) -> None:
    """Raise ExpressionError at the first name or function that is not known."""
    called = {node.func for node in ast.walk(expression.tree) if isinstance(node, ast.Call)}
    for node in ast.walk(expression.tree):
        if not isinstance(node, ast.Name):
            continue
        known = functions if node in called else names
        kind = "function" if node in called else "name"
        if node.id not in known:
            tip = nearest(node.id, known) or f"known are {', '.join(sorted(known))}"
            raise ExpressionError(f"no {kind} {node.id!r} here", node.col_offset, tip)


def _check(node: ast.AST, depth: int) -> None:
    column = getattr(node, "col_offset", 0)
    if depth > MAX_DEPTH:
        raise ExpressionError(f"an expression nests at most {MAX_DEPTH} deep", column)
    if not isinstance(node, _ALLOWED):
        raise ExpressionError(f"{_named(node)} is not part of the claim language", column)
    if isinstance(node, ast.Call) and (node.keywords or not isinstance(node.func, ast.Name)):
        raise ExpressionError("only a named function can be called, without keywords", column)
    if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        raise ExpressionError("a name starts with a letter", column)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        _check_exponent(node.right)
    if isinstance(node, ast.Constant):
        _check_constant(node)
    for child in ast.iter_child_nodes(node):
        _check(child, depth + 1)


def _check_constant(node: ast.Constant) -> None:
    value = node.value
    if value is not None and not isinstance(value, bool | int | float | str):
        raise ExpressionError(
            f"{type(value).__name__} is not part of the claim language", node.col_offset
        )
    if isinstance(value, int | float) and not abs(value) <= MAX_NUMBER:
        raise ExpressionError(f"a number is at most {MAX_NUMBER:.0e}", node.col_offset)


def _check_exponent(node: ast.expr) -> None:
    number = node.value if isinstance(node, ast.Constant) else None
    if not isinstance(number, int | float) or not 0 <= number <= MAX_EXPONENT:
        message = f"an exponent is written out as a number of at most {MAX_EXPONENT}"
        raise ExpressionError(message, node.col_offset)


def _named(node: ast.AST) -> str:
    words = {
        "ListComp": "a comprehension",
        "GeneratorExp": "a comprehension",
        "DictComp": "a comprehension",
        "SetComp": "a comprehension",
        "Lambda": "a function definition",
        "NamedExpr": "an assignment",
        "Dict": "a dictionary",
        "Set": "a set",
        "JoinedStr": "an f-string",
        "Starred": "a star",
        "Await": "await",
        "Yield": "yield",
        "In": "in",
        "Is": "is",
        "Invert": "~ (say not)",
        "BitAnd": "& (say and)",
        "BitOr": "| (say or)",
    }
    return words.get(type(node).__name__, type(node).__name__)
