"""A claim about a call as a script: the call itself, and what the test says of it."""

from __future__ import annotations

import ast
import copy
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from checker.nouns import Claim, Fact
from checker.reproduce.frameworks import imports
from checker.reproduce.lines import broken, code
from checker.reproduce.script import heading
from checker.reproduce.slots import NoScriptError

_FROM: Mapping[str, Mapping[str, str]] = {
    "torch": {"": "torch.nn"},
    "keras": {"": "keras.layers", "Sequential": "keras"},
    "tensorflow": {"": "tensorflow.python.ops.rnn_cell"},
}
_USED = {
    "torch": ("found = made(torch.tensor(inputs{step}))",
              "(found[0] if isinstance(found, tuple) else found).detach().numpy()"),
    "keras": ("found = made(inputs)",
              "np.array(found[0] if isinstance(found, (list, tuple)) else found)"),
    "tensorflow": ("found, _ = tf.compat.v1.nn.dynamic_rnn(made, inputs, dtype=tf.float32)",
                   "found.numpy()"),
}  # fmt: skip
_AXES = {"batch": "0", "timesteps": "1", "units": "-1"}
_SIZES = {"batch": 3, "timesteps": 5, "features": 6}
_FUNCTIONS = {"close": "np.allclose({0}, {1}, rtol=1e-5, atol=1e-5)", "count": "({0}).size",
              "changed": "(not np.allclose({0}, {1}, rtol=1e-5, atol=1e-5))",
              "tanh": "np.tanh({0})", "sigmoid": "(1 / (1 + np.exp(-({0}))))"}  # fmt: skip
_BACKEND = """
from keras.src.utils.backend_utils import DynamicBackend

def Backend(name):
    backend = DynamicBackend()
    backend.set_backend(name)
    return backend.convert_to_tensor
"""
_WORDS = r"""
def words(called, argument=""):
    said = map(inspect.getdoc, (called, called.__init__))
    text = "\n".join(part for part in said if part)
    if argument:
        found = re.search(rf"^( *){argument}: (.*(?:\n\1 +.*)*)", text, re.MULTILINE)
        text = found[2] if found else ""
    return re.findall(r"\w+", text.lower())
"""
_NAMED = {"tensorflow": "weight.name.split('/')[-1].split(':')[0]",
          "keras": "weight.path.split('/')[-1]", "torch": ""}  # fmt: skip


def call_script(claim: Claim, fact: Fact, holds: bool, verdict: str) -> str:
    """The text of a script that makes the call in the framework itself.

    Raises NoScriptError where the test says more of the call than a short script can.
    """
    made = ast.parse(fact.call.strip(), mode="eval").body
    called = ast.unparse(made.func) if isinstance(made, ast.Call) else ""
    test = code(_translated(ast.parse(fact.test, mode="eval").body, called))
    names = sorted(
        {n.id for n in ast.walk(ast.parse(fact.call)) if isinstance(n, ast.Name)} - {"tf"}
    )
    known = _FROM[fact.framework]
    looks = {word for word in ("arguments", "defaults") if word in fact.test}
    reads = "words(" in test
    more = ["inspect"] * bool(looks or reads) + ["re"] * reads
    lines = imports(fact.framework, *more)
    lines = [line for line in lines if "import rnn_cell" not in line and line != "import keras"]
    given = [name for name in names if name != "Backend"]
    lines += [f"from {known.get(name, known[''])} import {name}" for name in given]
    lines += _BACKEND.splitlines() if "Backend" in names else []
    lines += _WORDS.splitlines() if reads else []
    lines += ["", *_tried(fact, names)]
    if looks:
        lines += ["", f"signature = inspect.signature({called}).parameters"]
        lines.append("arguments = list(signature)")
        lines.append("defaults = {name: taken.default for name, taken in signature.items()}")
    lines += ["", *_printed(fact, called), *broken(f"holds = {test}")]
    lines.append('print("the test holds:", bool(holds))')
    lines.append(f"sys.exit(0 if {'holds' if holds else 'not holds'} else 1)  # 0: as expected")
    about = heading(
        claim.statement, verdict,
        [*textwrap.wrap(fact.test, 91), "", f"of the call {fact.call}"],
    )  # fmt: skip
    return about + "\n" + "\n".join(lines) + "\n"


def _tried(fact: Fact, names: list[str]) -> Iterator[str]:
    """The call, and a first use of what it makes, which is when some arguments are looked at."""
    use, value = _USED[fact.framework]
    use = use.format(step="[:, 0]" if any(name.endswith("Cell") for name in names) else "")
    shape = tuple(_SIZES.values())
    yield f"inputs = np.random.default_rng(0).standard_normal({shape}, np.float32)"
    yield 'accepted, error, message = True, "", ""'
    yield "try:"
    yield f"    made = {fact.call}"
    for name in ("outputs", "again") if "again" in fact.test else ("outputs",):
        yield f"    {use}"
        yield f"    {name} = {value}"
    if "weights." in fact.test and _NAMED[fact.framework]:
        named = f"{_NAMED[fact.framework]}: weight.numpy()"
        yield f"    weights = {{{named} for weight in made.weights}}"
    yield "except Exception as refusal:  # whatever the framework raises, it refuses the call"
    yield "    accepted, error, message = False, type(refusal).__name__, str(refusal)"


def _printed(fact: Fact, called: str) -> Iterator[str]:
    yield 'print("accepted =", accepted)'
    yield 'print("error =", error)'
    tree = ast.parse(fact.test, mode="eval").body
    places = {ast.unparse(node): node for node in ast.walk(tree)
              if isinstance(node, ast.Attribute | ast.Subscript)}  # fmt: skip
    seen = {text: code(_translated(node, called)) for text, node in places.items()
            if not re.fullmatch(r"described\.\w+|inputs.*|weights.*(?<!shape)", text)}  # fmt: skip
    for text, value in seen.items():
        yield f'print("{text} =", {value})'


def _translated(node: ast.expr, called: str) -> ast.expr:
    """The test with what it sees of a call spelled as in Python."""

    class Inner(ast.NodeTransformer):
        def visit_Attribute(self, inner: ast.Attribute) -> Any:
            root = re.split(r"[.\[]", ast.unparse(inner))[0]
            if root == "defaults" and isinstance(inner.value, ast.Name):
                return _read(f"defaults[{inner.attr!r}]")
            if root in ("outputs", "again") and inner.attr in _AXES:
                return _read(f"{ast.unparse(inner.value)}.shape[{_AXES[inner.attr]}]")
            if root == "documentation":
                return _read(f"words({called}).count({inner.attr!r})")
            if root == "described" and isinstance(inner.value, ast.Attribute):
                argument = inner.value.attr
                return _read(f"words({called}, {argument!r}).count({inner.attr!r})")
            if root == "weights" and isinstance(inner.value, ast.Name):
                return _read(f"weights[{inner.attr!r}]")
            return self.generic_visit(inner)

        def visit_Name(self, inner: ast.Name) -> Any:
            return _read(str(_SIZES[inner.id])) if inner.id in _SIZES else inner

        def visit_Call(self, inner: ast.Call) -> Any:
            name = getattr(inner.func, "id", "")
            if name not in _FUNCTIONS:
                raise NoScriptError(f"{name}(…) of a call takes more than a short script")
            given = [ast.unparse(self.visit(part)) for part in inner.args]
            return _read(_FUNCTIONS[name].format(*given))

    found: ast.expr = Inner().visit(copy.deepcopy(node))
    return found


def _read(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
