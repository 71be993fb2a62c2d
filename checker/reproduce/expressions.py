"""An expression of the claim language as plain numpy code.

The values that it has in the checker's own run of the same setting tell which axis a word names,
what is a group, and which numbers are whole.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from checker.experiments.world import World
from checker.language.evaluate import evaluate
from checker.language.observables import OBSERVABLES
from checker.language.parse import Expression, parse
from checker.language.values import Array, Group, leaves
from checker.reproduce.lines import code
from checker.reproduce.places import influence, jacobian
from checker.reproduce.slots import NoScriptError
from checker.reproduce.words import counter, listed, quoted

_ALIKE = {"sum": "np.sum", "mean": "np.mean", "all": "np.all", "any": "np.any",
          "max": "np.max", "min": "np.min"}  # fmt: skip
_PLAIN = {"abs": "np.abs", "tanh": "np.tanh", "sigmoid": "sigmoid", "rank": "rank",
          "is_diagonal": "is_diagonal", "identity": "np.eye"}  # fmt: skip
_TOLD = {
    "diagonal": "np.diag(np.diag({0}))",
    "next_diagonal": "np.diagonal({0}, offset=1)",
    "join": "np.concatenate([{0}, {1}], axis=-1)",
    "stack": "np.concatenate([{0}, {1}])",
}
WIDE = 75  # characters of a label and its code that stand in one line with a comparison
_BY_PATH = {"influence": influence, "jacobian": jacobian}
_COMPARED = ("close", "changed", "all_changed")


class Translator:
    """Expressions over the runs of one world; ``layers`` names the function of each run.

    ``shown`` are the expressions whose values the checker shows: the script prints them, too.
    ``taken`` are names that no run can have in a script.
    """

    def __init__(
        self,
        world: World,
        layers: Mapping[str, str],
        shown: frozenset[str],
        taken: frozenset[str],
    ):
        self.world, self.layers, self.shown, self.taken = world, layers, shown, taken
        self.sizes: dict[str, dict[str, str]] = {}  # of each run, as code
        self.measured: dict[str, tuple[str, str]] = {}  # code → variable, and what it is called
        self._it: tuple[str, Any] = ("", None)
        self._member = ""

    def text(self, expression: str, it: tuple[str, Any] = ("", None), member: str = "") -> str:
        """The code of an expression; ``it`` is the code and the value of what is replaced.

        ``member``: the name of the loop variable that stands for the member of a group.
        """
        self._it, self._member = it, member
        return self.code(parse(expression).tree)

    def value(self, node: ast.expr | str) -> Any:
        """What the expression is in the checker's own run."""
        expression = parse(node) if isinstance(node, str) else Expression(code(node), node)
        return evaluate(expression, _With(self.world, self._it[1]))

    def named(self, run: str) -> str:
        """The variable of a run."""
        return f"{run}_run" if run in self.taken else run

    def layer_and_run(self, run: str) -> str:
        """The first arguments of a helper; where there is one layer only, it knows which."""
        alone = len({*self.layers.values()}) == 1
        return self.named(run) if alone else f"{self.layers[run]}, {self.named(run)}"

    def code(self, node: ast.expr) -> str:
        """The code of one node, printed where the checker shows its value."""
        if isinstance(node, ast.Attribute | ast.Name) and self.path(node)[0]:
            return self._slot(node)
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method:
            return str(method(node))
        return code(self._inside(node))

    def _inside(self, node: ast.expr) -> ast.AST:
        """The node with each operand in its new form."""
        translated = self.code
        copied = copy.deepcopy(node)

        class Inner(ast.NodeTransformer):
            def visit(self, inner: ast.AST) -> Any:
                if inner is not copied and isinstance(inner, ast.expr):
                    return ast.parse(translated(inner), mode="eval").body
                return self.generic_visit(inner)

        new: ast.AST = Inner().visit(copied)
        return new

    def _noted(self, node: ast.expr, text: str) -> str:
        label = ast.unparse(node)
        read = any(isinstance(part, ast.Attribute | ast.Call) for part in ast.walk(node))
        if label not in self.shown or not read:
            return text
        if isinstance(self.value(node), bool | np.bool_):
            return text
        if isinstance(node, ast.Call) and len(label) + len(text) > WIDE:
            return self._aside("found", text, label)
        return f"show({quoted(label)}, {text})"

    def _aside(self, name: str, text: str, label: str) -> str:
        """The variable of what is worked out and printed before the test."""
        if text not in self.measured:
            before = sum(known.split("_")[0] == name for known, _ in self.measured.values())
            new = f"{name}_{before + 1}" if before else name
            self.measured[text] = (new, label if label in self.shown else "")
        return self.measured[text][0]

    def _name(self, node: ast.Name) -> str:
        if node.id == "it":
            return self._it[0]
        return node.id

    def _attribute(self, node: ast.Attribute) -> str:
        value = self.value(node.value)
        if not isinstance(value, Array):
            raise NoScriptError(f"{ast.unparse(node)} cannot be shown")
        whole = self.code(node.value)
        return f"{whole}.shape" + (
            "" if node.attr == "shape" else f"[{value.axes.index(node.attr)}]"
        )

    def _compare(self, node: ast.Compare) -> str:
        sides = [node.left, *node.comparators]
        texts = [self.code(side) for side in sides]
        texts = [text if isinstance(side, ast.Call) else self._noted(side, text)
                 for side, text in zip(sides, texts, strict=True)]  # fmt: skip
        equal = isinstance(node.ops[0], ast.Eq | ast.NotEq) and len(node.ops) == 1
        if equal and any(isinstance(self.value(s), float) for s in sides) and not any(
            isinstance(s, ast.Constant) and s.value == 0 for s in sides
        ):  # fmt: skip
            same = f"np.isclose({texts[0]}, {texts[1]}, rtol=1e-9)"
            return same if isinstance(node.ops[0], ast.Eq) else f"not {same}"
        trees = [ast.parse(text, mode="eval").body for text in texts]
        return code(ast.Compare(trees[0], node.ops, trees[1:]))

    def _call(self, node: ast.Call) -> str:
        text = self._called(node)
        name = {"influence": "moved", "jacobian": "slopes"}.get(node.func.id)  # type: ignore[attr-defined]
        if name is None:
            return self._noted(node, text)
        return self._aside(name, text, ast.unparse(node))

    def _called(self, node: ast.Call) -> str:
        name, given = node.func.id, node.args  # type: ignore[attr-defined]
        if name in _BY_PATH:
            return _BY_PATH[name](self, *given)
        if name in _COMPARED:
            return f"{name}({', '.join(self._flat(part) for part in given)})"
        if name == "count":
            return self._count(given[0])
        if name in _ALIKE:
            return self._along(name, given)
        if name == "norm":
            return f"np.linalg.norm({self._flat(given[0])})"
        if name == "swapped":
            axes = ", ".join(self._axis(given[0], axis) for axis in given[1:])
            return f"np.swapaxes({self.code(given[0])}, {axes})"
        texts = [self.code(part) for part in given]
        if name in _TOLD:
            return _TOLD[name].format(*texts)
        if name not in _PLAIN:
            raise NoScriptError(f"{name}(…) takes more than a short script")
        return f"{_PLAIN[name]}({', '.join(texts)})"

    def _along(self, name: str, given: Sequence[ast.expr]) -> str:
        texts = [self.code(part) for part in given]
        if len(given) == 1:
            return f"{_ALIKE[name]}({texts[0]})"
        if not isinstance(given[1], ast.Constant) or not isinstance(given[1].value, str):
            return f"{name}({', '.join(texts)})"  # the larger or smaller of two numbers
        return f"{_ALIKE[name]}({texts[0]}, axis={self._axis(*given)})"

    def _axis(self, array: ast.expr, axis: ast.expr) -> str:
        """The number of an axis that is named by a word."""
        value, name = self.value(array), self.value(axis)
        if not isinstance(value, Array):
            raise NoScriptError(f"the axes of {ast.unparse(array)} cannot be shown")
        return str(value.axes.index(name))

    def _count(self, node: ast.expr) -> str:
        if isinstance(self.value(node), Array):
            return f"{self.code(node)}.size"
        run, path = self.path(node)
        if not run:
            raise NoScriptError(f"{ast.unparse(node)} cannot be counted")
        return f'count({self.named(run)}, "{path}")'

    def _flat(self, node: ast.expr) -> str:
        """An array, or the members of a group in one row."""
        value = self.value(node)
        if not isinstance(value, Group):
            return self.code(node)
        return f"np.concatenate([{self._each(node, [*leaves(value)])}], axis=None)"

    def _each(self, node: ast.expr, members: Sequence[str]) -> str:
        """A comprehension over the members of a group."""
        variable = counter(members)
        kept, self._member = self._member, variable
        text = self.code(node)
        self._member = kept
        return f"{text} for {variable} in {listed(members)}"

    def path(self, node: ast.expr) -> tuple[str, str]:
        """The run and the dotted path that a node names as a whole; ("", "") where it does not."""
        names: list[str] = []
        inner = node
        while isinstance(inner, ast.Attribute):
            names.insert(0, inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            return "", ""
        names.insert(0, inner.id)
        run = names.pop(0) if names[0] in self.world.runs else self.world.first
        path = ".".join(names)
        if not names or names[0] not in OBSERVABLES:
            return "", ""
        if names[0] in ("operations", "weights"):
            return (run, path) if len(names) > 1 else ("", "")
        known = self.world.runs[run].observed
        found = any(slot == path or slot.startswith(f"{path}.") for slot in known)
        return (run, path) if found else ("", "")

    def _slot(self, node: ast.expr) -> str:
        run, path = self.path(node)
        if path.startswith("weights."):
            raise NoScriptError("how a framework stores its weights takes more than a short script")
        if path.startswith("operations.") or path in self.world.runs[run].observed:
            return f'{self.named(run)}["{path}"]'
        if not self._member:
            raise NoScriptError(f"{ast.unparse(node)} is a group, which cannot be shown")
        return f'{self.named(run)}[f"{path}.{{{self._member}}}"]'

    def _subscript(self, node: ast.Subscript) -> str:
        return f"{self.code(node.value)}[{self.index(node.slice)}]"

    def index(self, node: ast.expr) -> str:
        """The text between the brackets of an index."""
        parts = node.elts if isinstance(node, ast.Tuple) else [node]
        return ", ".join(self._index_part(part) for part in parts)

    def _index_part(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Slice):
            return self.code(node)
        bounds = [self.code(b) if b else "" for b in (node.lower, node.upper)]
        return ":".join(bounds) + (f":{self.code(node.step)}" if node.step else "")


class _With:
    """A world in which ``it`` has a value."""

    def __init__(self, world: World, it: Any):
        self._world, self._it = world, it
        self.comparisons = world.comparisons
        self.influence, self.jacobian, self.share = world.influence, world.jacobian, world.share

    def look_up(self, name: str) -> Any:
        """The old value, or what the world knows."""
        return self._it if name == "it" else self._world.look_up(name)
