"""Text to a checked syntax tree: Python's expression syntax, against a short whitelist.

Nothing is ever executed by Python itself: the tree is walked by :mod:`checker.language.evaluate`.
"""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from checker.language.refusals import ELSEWHERE_CALLED, HABITS, NOT_HERE, SPELLINGS

MAX_LENGTH = 600
MAX_DEPTH = 40
MAX_NUMBER = 10**12
MAX_EXPONENT = 64

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
    """A readable expression: its text, and its tree with the columns of what was read."""

    text: str
    tree: ast.expr


@lru_cache(maxsize=4096)  # a claim's few expressions are read at each of its settings
def parse(text: str) -> Expression:
    """Read an expression, whose tree nobody may change; raises
    ExpressionError with the column where it stops making sense.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters", MAX_LENGTH)
    line = re.sub(r"[\n\t]", " ", text).rstrip(" ")
    _check_characters(line)
    if not line:
        raise ExpressionError("an expression is needed", tip="such as outputs.timesteps == units")
    indent = len(line) - len(line.lstrip(" "))
    tree = _tree(line, indent)
    _check(tree, 0, tree.col_offset, line)
    rest = line[tree.end_col_offset :].lstrip(" ),")
    if rest:
        raise ExpressionError("an expression has no comments", len(line) - len(rest))
    return Expression(line.strip(" "), tree)


def nearest(word: str, known: Collection[str]) -> str:
    """A tip that offers the nearest known name, or an empty string."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else ""


def offered(word: str, known: Collection[str]) -> str:
    """A tip with the nearest known name, or with all of them; "" where there are none."""
    return nearest(word, known) or (f"known are {', '.join(known)}" if known else "")


def unknown_names(
    expression: Expression,
    names: Collection[str],
    functions: Collection[str],
    tips: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[ExpressionError]:
    """An error for each name and each function that is not known, in no particular order.

    ``tips`` are for names that exist elsewhere: what to do about one that stands here.
    """
    called = {node.func for node in ast.walk(expression.tree) if isinstance(node, ast.Call)}
    for node in ast.walk(expression.tree):
        if not isinstance(node, ast.Name):
            continue
        known = functions if node in called else names
        kind = "function" if node in called else "name"
        if node.id not in known:
            told = ELSEWHERE_CALLED if node in called else tips
            tip = told.get(node.id, nearest(node.id, known)) or offered("", sorted(known))
            yield ExpressionError(f"there is no {kind} {node.id!r} here", node.col_offset, tip)


def _tree(line: str, indent: int) -> ast.expr:
    """What Python's own parser makes of the line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)
            tree = ast.parse(line[indent:], mode="eval").body
    except SyntaxError as error:
        column = min(error.offset - 1 + indent, len(line)) if error.offset else len(line)
        trouble = error.msg.split(". ")[0] if error.offset else "it ends too early"
        message = f"this must be an expression: {trouble}"
        tip = next((tip for habit, tip in HABITS.items() if re.search(habit, line)), "")
        raise ExpressionError(message, column, tip) from None
    except (ValueError, MemoryError, RecursionError):
        raise ExpressionError("this must be an expression that can be read", indent) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.keyword):
            node.col_offset += indent
            node.end_col_offset = (node.end_col_offset or 0) + indent
    return tree


def _check_characters(line: str) -> None:
    for column, character in enumerate(line):
        if not (character.isascii() and character.isprintable()):
            tip = f"write {SPELLINGS[character]}" if character in SPELLINGS else ""
            message = f"{character!r} is no character of the claim language"
            raise ExpressionError(message, column, tip)


def _check(node: ast.AST, depth: int, column: int, line: str) -> None:
    if depth > MAX_DEPTH:
        raise ExpressionError(f"an expression nests at most {MAX_DEPTH} deep", column)
    if not isinstance(node, _ALLOWED):
        word = type(node).__name__
        message = f"{NOT_HERE.get(word, word)} is not part of the claim language"
        raise ExpressionError(message, column)
    if isinstance(node, ast.Call):
        _check_call(node, column)
    if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        start = (node.end_col_offset or 0) - len(node.attr)
        raise ExpressionError("a name starts with a letter", start)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        _check_exponent(node.right)
    if isinstance(node, ast.Constant):
        _check_constant(node)
    for child, start in _children(node, column, line):
        _check(child, depth + 1, start, line)


def _children(node: ast.AST, column: int, line: str) -> Iterator[tuple[ast.AST, int]]:
    """The parts of a node and their columns; operators, which know none, stand after an operand."""
    after: dict[ast.AST, ast.expr] = {}
    if isinstance(node, ast.Compare):
        after = dict(reversed([*zip(node.ops, [node.left, *node.comparators], strict=False)]))
    elif isinstance(node, ast.BinOp):
        after = {node.op: node.left}
    for child in ast.iter_child_nodes(node):
        if child in after:
            end = after[child].end_col_offset or 0
            rest = line[end:]
            yield child, end + len(rest) - len(rest.lstrip(" )"))
        else:
            yield child, getattr(child, "col_offset", column)


def _check_call(node: ast.Call, column: int) -> None:
    if not isinstance(node.func, ast.Name):
        raise ExpressionError("only a named function can be called", column, "such as max(outputs)")
    if node.keywords:
        message = f"{node.func.id}(…) takes values without names"
        raise ExpressionError(message, node.keywords[0].col_offset)
    inside = (inner for argument in node.args for inner in ast.walk(argument))
    for inner in inside if node.func.id == "share" else ():
        if isinstance(inner, ast.Call) and getattr(inner.func, "id", "") == "share":
            raise ExpressionError("share(…) does not stand inside share(…)", inner.col_offset)


def _check_constant(node: ast.Constant) -> None:
    value = node.value
    if not isinstance(value, bool | int | float | str):
        word = type(value).__name__
        message = f"{NOT_HERE.get(word, word)} is not part of the claim language"
        raise ExpressionError(message, node.col_offset)
    if isinstance(value, int | float) and not abs(value) <= MAX_NUMBER:
        raise ExpressionError(f"a number is at most {MAX_NUMBER:.0e}", node.col_offset)


def _check_exponent(node: ast.expr) -> None:
    for part in ast.walk(node):
        number = part.value if isinstance(part, ast.Constant) else 0
        power = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow)
        if power or not isinstance(number, int | float) or not number <= MAX_EXPONENT:
            message = f"an exponent is a number of at most {MAX_EXPONENT}, without powers in it"
            raise ExpressionError(message, node.col_offset)
