"""What a layer is given: the text that makes inputs, states and weights of the right shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.models.protocol import Model
from checker.nouns import SIZES

GATES = {"lstm": "ijfo", "gru": "rzn", "rnn": ""}


class NoScriptError(Exception):
    """A claim that no short script can show; the message says why."""


@dataclass(frozen=True)
class Layer:
    """A model of a claim under the name that it has in the script."""

    name: str
    model: Model

    def option(self, name: str, default: object = None) -> object:
        """An option of the model."""
        return self.model.options.get(name, default)

    @property
    def inner(self) -> str:
        """The function of one layer of cells inside a composition."""
        return "cells" if self.name == "layers" else f"cells_of_{self.name}"

    @property
    def both(self) -> bool:
        """Whether there are two directions."""
        return bool(self.option("bidirectional"))

    @property
    def directions(self) -> Sequence[str]:
        """What stands in front of a name for each direction."""
        return ("forward.", "backward.") if self.both else ("",)

    @property
    def levels(self) -> Sequence[str]:
        """What stands in front of a name for each layer of the stack."""
        layers = int(str(self.option("layers", 1)))
        return [f"layer{number}." for number in range(layers)] if layers > 1 else [""]

    @property
    def composed(self) -> bool:
        """Whether it is more than one layer of cells."""
        return self.both or len(self.levels) > 1 or bool(self.option("head"))

    @property
    def states(self) -> str:
        """The letters of its states."""
        return "hc" if self.model.kind == "lstm" else "h"

    def slots(self) -> list[str]:
        """All that it is given, by dotted path."""
        sizes = dict.fromkeys(SIZES, 2)
        parameters = [f"parameters.{name}" for name in self.model.parameters(sizes)]
        return ["inputs", *(f"before.{name}" for name in self.model.state(sizes)), *parameters]


def making(layer: Layer) -> str:
    """The text of a function that draws all that a layer is given, for sizes that it is told."""
    lines = [
        f"def {layer.name}_at({', '.join(SIZES)}):",
        '    """All that it is given, by name: inputs, the state before, weights and biases."""',
        '    shapes = {"inputs": (batch, timesteps, features)}',
    ]
    body = [*_cell(layer, "features" if len(layer.levels) == 1 else "width")]
    loops = [*_loops(layer)]
    lines += [f"{'    ' * (1 + depth)}{text}" for depth, text in enumerate(loops)]
    lines += [f"{'    ' * (1 + len(loops))}{text}" for text in body]
    if layer.option("head"):
        classes = layer.option("head")
        wide = _wide(layer)
        lines.append(f'    shapes |= {{"parameters.head.kernel": ({wide}, {classes}), '
                     f'"parameters.head.bias": ({classes},)}}')  # fmt: skip
    lines.append("    return {name: draw(name, shape) for name, shape in shapes.items()}")
    if layer.model.still and has_second_bias(layer):
        lines[-1:] = [
            "    run = {name: draw(name, shape) for name, shape in shapes.items()}",
            "    # The claim does not speak of a second bias, so it is 0.",
            '    return {n: 0 * a if "recurrent_bias" in n else a for n, a in run.items()}',
        ]
    return "\n" + "\n".join(lines) + "\n"


def _loops(layer: Layer) -> Iterator[str]:
    """Loops over the layers of a stack and the directions, where there are several."""
    if len(layer.levels) > 1:
        widths = ["features", *[_wide(layer)] * (len(layer.levels) - 1)]
        pairs = ", ".join(f'("{a}", {w})' for a, w in zip(layer.levels, widths, strict=True))
        yield f"for level, width in ({pairs}):"
    if layer.both:
        yield 'for way in ("forward.", "backward."):'


def _wide(layer: Layer) -> str:
    """How many entries an output has."""
    hidden = str(layer.option("projection") or "units")
    concat = layer.both and layer.option("merge", "concat") == "concat"
    return f"2 * {hidden}" if concat else hidden


def _cell(layer: Layer, width: str) -> Iterator[str]:
    """Shapes of one layer's states and parameters."""
    at = ("{level}" if len(layer.levels) > 1 else "") + ("{way}" if layer.both else "")
    hidden = layer.option("projection") or "units"
    gates = GATES[layer.model.kind]
    form = "f" if at else ""
    if layer.states == "hc" and hidden == "units":
        yield f'shapes |= {{f"before.{at}{{state}}": (batch, units) for state in "hc"}}'
    else:
        yield f'shapes[{form}"before.{at}h"] = (batch, {hidden})'
        if layer.states == "hc":
            yield f'shapes[{form}"before.{at}c"] = (batch, units)'
    found = layer.model.parameters(dict.fromkeys(SIZES, 2))
    shapes = {"kernel": f"({width}, units)", "recurrent": f"({hidden}, units)", "bias": "(units,)",
              "recurrent_bias": "(units,)"}  # fmt: skip
    first = layer.levels[0] + layer.directions[0]
    parts = [p for p in shapes if any(n.startswith((f"{first}{p}.",)) or n == first + p
                                      for n in found)]  # fmt: skip
    if gates:  # in the order of the reference: all that a gate has, then the next one
        yield f'for gate in "{gates}":'
    for part in parts:
        name = f'f"parameters.{at}{part}.{{gate}}"' if gates else f'{form}"parameters.{at}{part}"'
        yield f"{'    ' if gates else ''}shapes[{name}] = {shapes[part]}"
    if layer.option("peepholes"):
        yield f'shapes |= {{f"parameters.{at}peephole.{{gate}}": (units,) for gate in "ifo"}}'
    if layer.option("projection"):
        yield f'shapes[{form}"parameters.{at}projection"] = (units, {hidden})'


def has_second_bias(layer: Layer) -> bool:
    """Whether the layer is given a second bias."""
    return any("recurrent_bias" in slot for slot in layer.slots())
