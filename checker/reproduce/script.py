"""A claim and one of its settings to a script that stands alone."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from checker.experiments.trial import of_shapes
from checker.experiments.world import Make, World
from checker.language.parse import parse
from checker.language.values import ExperimentError
from checker.nouns import SIZES, Claim, Setting, Test
from checker.reproduce.cells import numpy_layer
from checker.reproduce.compositions import composed
from checker.reproduce.expressions import Translator
from checker.reproduce.frameworks import framework_layer, imports
from checker.reproduce.helpers import ANY_NUMBERS, NAMES, drawing, needed
from checker.reproduce.lines import broken, fitted
from checker.reproduce.runs import Runs
from checker.reproduce.slots import Layer, NoScriptError, making
from checker.reproduce.words import quoted

OBSERVED = ("entering", "leaving", "gates", "operations")


@dataclass(frozen=True)
class Shown:
    """What a script is to show: whether the test holds at a setting, and what the checker showed.

    ``verdict`` is the word for the claim as a whole.
    """

    setting: Setting
    holds: bool
    values: frozenset[str]
    verdict: str


def script(claim: Claim, test: Test, shown: Shown, make: Make, framework: str | None = None) -> str:
    """The text of the script, in numpy or in a framework's own API.

    ``make`` gives the model of each run, by which the script is written.
    Raises NoScriptError where no short script can show it.
    """
    try:
        world = World(test, shown.setting, make, None)
        layers = _layers(world)
        names = {run: layer.name for run, layer in layers.items()}
        translator = Translator(world, names, shown.values, NAMES)
        runs = [line for text in Runs(test, world, translator).lines() for line in fitted(text)]
        holds = [*_test(test, translator)]
        trial = "\n".join([*runs, "", *_measured(translator), *holds])
    except ExperimentError as error:
        raise NoScriptError(str(error)) from None
    distinct = list({layer.name: layer for layer in layers.values()}.values())
    body = "".join(_layer(layer, _seen(test), framework) for layer in distinct) + f"\n{trial}\n"
    helpers = "".join(needed(body, framework is not None))
    if len(distinct) == 1:
        helpers = helpers.replace("(layer, run, ", "(run, ")
        helpers = helpers.replace("layer(", f"{distinct[0].name}(")
    any_numbers = of_shapes(test) and not any(run.change for run in test.runs.values())
    named = "\n".join(imports(framework, "" if any_numbers else "hashlib"))
    start = "\n".join(_setting(shown.setting))
    draws = ANY_NUMBERS if any_numbers else _draws(distinct, shown.setting)
    about = _about(claim, test, shown)
    return f"{about}\n{named}\n\n{start}\n{draws}{helpers}{body}{_end(shown)}"


def _layer(layer: Layer, seen: frozenset[str], framework: str | None) -> str:
    """The text of a layer, and of what it is given."""
    write = partial(framework_layer, framework=framework) if framework else numpy_layer
    return write(layer, seen) + (composed(layer) if layer.composed else "") + making(layer)


def _draws(layers: Sequence[Layer], setting: Setting) -> str:
    """The text of ``draw``, as the checker draws at this setting."""
    slots = {slot for layer in layers for slot in layer.slots()}
    return drawing(int(setting.get("seed", 0)), str(setting.get("draw", "usual")), slots)


def _seen(test: Test) -> frozenset[str]:
    """What the test and its runs look at, of all that could be kept."""
    texts = [test.expression, *(str(t) for run in test.runs.values() for t in run.put.values())]
    lengths = {"lengths"} if any(run.lengths is not None for run in test.runs.values()) else set()
    return frozenset({word for word in OBSERVED if any(word in text for text in texts)} | lengths)


def _layers(world: World) -> dict[str, Layer]:
    """The model of each run, by a name for each that differs from the others."""
    names: dict[tuple[object, ...], str] = {}
    found: dict[str, Layer] = {}
    for run, made in world.runs.items():
        model = made.model
        key = (model.kind, *sorted(model.options.items(), key=str))
        plain = Layer(model.kind, model)
        name = "layers" if plain.composed else model.kind
        if name in world.runs:
            name = f"{name}_layer"
        if key not in names and name in names.values():
            name = f"{run}_{model.kind}"
        names.setdefault(key, name)
        found[run] = Layer(names[key], model)
    return found


def heading(statement: str, verdict: str, lines: Sequence[str]) -> str:
    """The docstring of a script: the claim, its verdict, and its test."""
    told = [
        *textwrap.wrap(statement.replace("\\", "/").replace('"', "'"), 95), "",
        f"Verdict: {verdict}.  Its test is true everywhere exactly if the claim is right:", "",
        *(f"    {line}" if line else "" for line in lines),
    ]  # fmt: skip
    return '"""' + "\n".join(told) + '\n"""\n'


def _about(claim: Claim, test: Test, shown: Shown) -> str:
    about = heading(claim.statement, shown.verdict, textwrap.wrap(test.expression, 91))
    where = "It holds" if shown.holds else "It fails"
    more = f"{where} at the setting below.  A run is a dictionary of arrays, named as in the test."
    return about.removesuffix('"""\n') + f'\n{more}\n"""\n'


def _setting(setting: Setting) -> Iterator[str]:
    sizes = [name for name in SIZES if name in setting]
    yield f"{', '.join(sizes)} = {', '.join(str(setting[name]) for name in sizes)}"
    for name, value in setting.items():
        if name not in (*SIZES, "draw", "seed"):
            yield f"{name} = {value!r}".replace("'", '"')


def _measured(translator: Translator) -> Iterator[str]:
    """What is worked out before the test, and printed."""
    for text, (name, label) in translator.measured.items():
        yield from broken(f"{name} = {text}")
        if label:
            yield from broken(f"print({quoted(f'{label} =')}, {name})")


def _test(test: Test, translator: Translator) -> Iterator[str]:
    """The test, one line for each of the things that it says."""
    tree = parse(test.expression).tree
    if isinstance(tree, ast.BoolOp):
        word = "and" if isinstance(tree.op, ast.And) else "or"
        texts = [_bracketed(part, translator.code(part)) for part in tree.values]
    else:
        word, texts = "", [translator.code(tree)]
    if len(texts) == 1:
        yield from broken(f"holds = {texts[0]}")
        return
    yield "holds = ("
    for number, text in enumerate(texts):
        yield from fitted(f"    {word} {text}" if number else f"    {text}")
    yield ")"


def _bracketed(node: ast.expr, text: str) -> str:
    return f"({text})" if isinstance(node, ast.BoolOp | ast.IfExp) else text


def _end(shown: Shown) -> str:
    value = "holds" if shown.holds else "not holds"
    return (
        f'print("the test holds:", bool(holds))\n'
        f"sys.exit(0 if {value} else 1)  # 0: as the checker found\n"
    )
