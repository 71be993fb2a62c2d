"""The text that makes the runs of a test: where each starts, and what is set or changed in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from checker.experiments.draws import DRAWS
from checker.experiments.run import Run
from checker.experiments.world import World
from checker.language.evaluate import read_path
from checker.language.parse import parse
from checker.language.values import Array, Group, memberwise
from checker.nouns import SIZES, RunSpec, Test
from checker.reproduce.expressions import Translator
from checker.reproduce.lines import WIDTH
from checker.reproduce.words import counter, listed

Line = tuple[str, str]
"""The head of a loop, or nothing, and a statement that sets a slot."""


class Runs:
    """Writes one run after the other; sizes are expressions that the settings give a value."""

    def __init__(self, test: Test, world: World, translator: Translator):
        self.test, self.world, self.translator = test, world, translator
        self.sizes = translator.sizes

    def lines(self) -> Iterator[str]:
        """A statement or a few for each run."""
        for run, spec in self.test.runs.items():
            yield from self._run(run, spec)

    def _run(self, run: str, spec: RunSpec) -> Iterator[str]:
        name, layer = self.translator.named(run), self.translator.layers[run]
        start = (spec.start or self.world.first) if self.sizes else None
        below = self.sizes[start] if start else {size: size for size in SIZES}
        said = {n: self.translator.text(str(text)) for n, text in spec.setting.items()}
        self.sizes[run] = {**below, **said}
        base, lines = self._base(run, start, spec)
        if spec.lengths is not None:
            lengths = self.world.runs[run].given["lengths"].data.tolist()
            lines.append(("", f'{name}["lengths"] = np.array({lengths})'))
        lines += [self._changed(run, path) for path in spec.change]
        lines += [self._put(run, place, text) for place, text in spec.put.items()]
        short = f"{name} = {layer}({_with(base, lines, name)})"
        if not lines or (base.isidentifier() and "{**" in short and len(short) <= WIDTH):
            yield short
            return
        if base.isidentifier():
            inside = any("][" in re.split(" [+]?= ", line)[0] for _, line in lines)
            base = f"{{n: a.copy() for n, a in {base}.items()}}" if inside else f"dict({base})"
        yield f"{name} = {base}"
        yield from _merged(lines)
        yield f"{name} = {layer}({name})"

    def _base(self, name: str, start: str | None, spec: RunSpec) -> tuple[str, list[Line]]:
        """What a run begins with, and what it takes over from the run that it starts from."""
        layer, sizes = self.translator.layers[name], self.sizes[name]
        fresh = f"{layer}_at({', '.join(sizes[size] for size in SIZES)})"
        if start is None:
            return fresh, []
        run, old = self.world.runs[name], self.world.runs[start]
        said = self._said(name, spec)
        same_layer = self.translator.layers[start] == layer
        slots = [slot for slot in _arrays(run) if slot not in said]
        if same_layer and all(_fits(run, old, slot) for slot in _arrays(run)):
            cut = [s for s in slots if run.given[s].shape != old.given[s].shape]
            return self.translator.named(start), [self._taken(name, start, s) for s in cut]
        lines = [self._taken(name, start, s) for s in slots if s in old.touched & {*old.given}]
        if "lengths" in old.given and spec.lengths is None:
            lines.append(("", f'{self.translator.named(name)}["lengths"] = '
                              f'{self.translator.named(start)}["lengths"]'))  # fmt: skip
        return fresh, lines

    def _taken(self, name: str, start: str, slot: str) -> Line:
        """What is taken over: as much of the old array as the new one has room for."""
        new, old = self.world.runs[name].given[slot], self.world.runs[start].given[slot]
        parts = [f":{n}" if n != o else ":" for n, o in zip(new.shape, old.shape, strict=True)]
        while parts and parts[-1] == ":":
            parts.pop()
        index = f"[{', '.join(parts)}]" if parts else ""
        names = self.translator.named(name), self.translator.named(start)
        return "", f'{names[0]}["{slot}"] = {names[1]}["{slot}"]{index}'

    def _said(self, name: str, spec: RunSpec) -> set[str]:
        whole = [place for place in spec.put if "[" not in place]
        return {slot for path in (*whole, *spec.change) for slot in self._slots(name, path)}

    def _slots(self, name: str, place: str) -> frozenset[str]:
        path = read_path(parse(place).tree, self.world)
        return frozenset(self.world.runs[name].slots(".".join(path.names)))

    def _changed(self, run: str, path: str) -> Line:
        """Other random numbers in a slot or a group of them."""
        name, way = self.translator.named(run), self.world.runs[run].sizes.get("draw", 0)
        salt = "changed" + (f" {list(DRAWS)[way]}" if way else "")
        slots = self.world.runs[run].slots(path)
        drawn = '{0}[{1}] = draw({1}, {0}[{1}].shape, "{2}")'
        if len(slots) == 1:
            return "", drawn.format(name, f'"{slots[0]}"', salt)
        loop = f'for slot in [s for s in {name} if s.startswith("{path}.")]:'
        return loop, drawn.format(name, "slot", salt)

    def _put(self, run: str, place: str, text: Any) -> Line:
        """The statement that sets a place to the value of an expression."""
        tree, name = parse(place).tree, self.translator.named(run)
        index = f"[{self.translator.index(tree.slice)}]" if isinstance(tree, ast.Subscript) else ""
        path = ast.unparse(tree.value if isinstance(tree, ast.Subscript) else tree)
        slots, old = self.world.runs[run].slots(path), self._old(run, place)
        whole = path in slots
        members = [] if whole else [slot.removeprefix(f"{path}.") for slot in slots]
        variable = "" if whole else counter(members)
        slot = f'"{path}"' if whole else f'f"{path}.{{{variable}}}"'
        it = f"{name}[{slot}]{index}"
        value, number = repr(text), True
        if isinstance(text, str):
            value = self.translator.text(text, (it, old), variable)
            number = not isinstance(self.translator.value(parse(text).tree), Array | Group)
        loop = "" if whole else f"for {variable} in {listed(members)}:"
        if index and value.startswith(f"{it} + "):
            return loop, f"{it} += {value.removeprefix(f'{it} + ')}"
        return loop, f"{it}{'[:]' if number and not index else ''} = {value}"

    def _old(self, name: str, place: str) -> Any:
        """An array or a group of the shape that is replaced."""
        path = read_path(parse(place).tree, self.world)
        root, *rest = path.names
        old: Any = self.world.runs[name].read(root)
        for member in rest:
            old = old[member]
        return memberwise(lambda a: a.take(path.index), old) if path.index else old


def _arrays(run: Run) -> list[str]:
    return [slot for slot in run.given if slot != "lengths"]


def _fits(run: Run, old: Run, slot: str) -> bool:
    """Whether all of a slot is in the one of the run that it starts from."""
    if slot not in old.given:
        return False
    new, before = run.given[slot], old.given[slot]
    if new.shape == before.shape:
        return True
    alike = new.axes == before.axes and new.shape[-1] == before.shape[-1]
    fewer = all(n <= o for n, o in zip(new.shape, before.shape, strict=True)) if alike else False
    return alike and fewer and bool({"batch", "timesteps"} & {*new.axes})


def _with(base: str, lines: Sequence[Line], name: str) -> str:
    """A run with other values in some of its slots, as one expression; "" where it is none."""
    entries = []
    for loop, line in lines:
        slot, _, value = line.removeprefix(f"{name}[").partition("] = ")
        if "][" in slot or f"{name}[" in value or len(loop) > 40:
            return ""
        rest = loop.rstrip(":")
        entries.append(f"**{{{slot}: {value} {rest}}}" if rest else f"{slot}: {value}")
    return f"{{**{base}, {', '.join(entries)}}}" if entries else base


def _merged(lines: Sequence[Line]) -> Iterator[str]:
    """Statements, with one loop for those that follow each other and go over the same."""
    above = ""
    for loop, line in lines:
        if loop and loop != above:
            yield loop
        yield f"    {line}" if loop else line
        above = loop
