"""Places in a run that are nudged, and what is looked at while they are: as code."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from checker.language.values import Array
from checker.reproduce.slots import NoScriptError
from checker.reproduce.words import counter, listed, stem

if TYPE_CHECKING:
    from checker.reproduce.expressions import Translator


@dataclass(frozen=True)
class Place:
    """Slots of one run, and the text of an index into each of them."""

    run: str
    slots: tuple[str, ...]
    index: str = ""
    axis: str = ""


def influence(t: Translator, source: ast.expr, target: ast.expr) -> str:
    """The call that nudges one place and looks at another; what has no axis is one entry."""
    nudged, moved = _place(t, source), _place(t, target)
    entry = {(True, True): "", (True, False): "[:, 0]", (False, True): "[0]",
             (False, False): "[0, 0]"}[bool(nudged.axis), bool(moved.axis)]  # fmt: skip
    nudges = _nudges(t, nudged, source)
    return f"influence({t.layer_and_run(nudged.run)}, {nudges}, {_look(t, moved)}){entry}"


def jacobian(t: Translator, source: ast.expr, target: ast.expr) -> str:
    """The call that gives derivatives."""
    places, moved = _place(t, source), _place(t, target)
    nudged = _dictionary(places, _at(places.index), t.named(places.run))
    look = _look(t, moved).removesuffix("[None]")
    return f"jacobian({t.layer_and_run(places.run)}, {nudged}, {look})"


def _place(t: Translator, node: ast.expr) -> Place:
    """The slots that a place names, its index and the axis named after it."""
    axis = index = ""
    if isinstance(node, ast.Attribute) and not t.path(node)[0]:
        axis, node = node.attr, node.value
    if isinstance(node, ast.Subscript):
        index, node = t.index(node.slice), node.value
    run, path = t.path(node)
    if not run:
        raise NoScriptError(f"{ast.unparse(node)} is no place that can be shown")
    known = t.world.runs[run].observed
    slots = tuple(s for s in known if s == path or s.startswith(f"{path}."))
    if axis and len({(known[slot].axes, known[slot].shape) for slot in slots}) > 1:
        raise NoScriptError(f"the members of {path} have different axes")
    return Place(run, slots, index, axis)


def _nudges(t: Translator, place: Place, source: ast.expr) -> str:
    """A list of nudges: all at once, or one for each entry along an axis."""
    if not place.axis:
        return f"[{_dictionary(place, _at(place.index), t.named(place.run))}]"
    run = t.world.runs[place.run]
    array = run.given[place.slots[0]]
    along = array.axes.index(place.axis)
    index = _split(place.index, len(array.axes))
    size = array.shape[along]
    known = "units" if place.axis == "hidden" else place.axis
    named = t.sizes[place.run].get(known, "") if run.sizes.get(known) == size else ""
    entries = f"range({named or size})"
    if index[along] != ":":
        entries = repr([int(k) for k in np.flatnonzero(_mask(t, array, source, along))])
    index[along] = "k"
    while index[-1] == ":":
        index.pop()
    at = f"np.s_[{', '.join(index)}]" if len(index) > 1 else "k"
    if len(place.slots) == 1:
        return f'[{{"{place.slots[0]}": {at}}} for k in {entries}]'
    same, members = stem(place.slots)
    variable = counter(members)
    slot = f'f"{same}.{{{variable}}}"'
    return f"[{{{slot}: {at}}} for {variable} in {listed(members)} for k in {entries}]"


def _mask(t: Translator, array: Array, source: ast.expr, along: int) -> np.ndarray:
    """Which entries of an axis an index selects."""
    node = source.value if isinstance(source, ast.Attribute) else source
    assert isinstance(node, ast.Subscript)
    marked = np.zeros(array.shape, bool)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    marked[tuple(_bounds(t, part) for part in parts)] = True
    others = tuple(axis for axis in range(len(array.axes)) if axis != along)
    return np.asarray(marked.any(axis=others))


def _bounds(t: Translator, node: ast.expr) -> Any:
    if not isinstance(node, ast.Slice):
        return t.value(node)
    parts = (node.lower, node.upper, node.step)
    return slice(*(None if part is None else t.value(part) for part in parts))


def _look(t: Translator, place: Place) -> str:
    """A function from a run to a table of what is looked at: a row for each entry of an axis."""
    index = f"[{place.index}]" if place.index else ""
    rows = "{}[None]"
    if place.axis:
        axes = t.world.runs[place.run].observed[place.slots[0]].axes
        parts = _split(place.index, len(axes))
        left = [axis for axis, part in zip(axes, parts, strict=True) if ":" in part]
        along = left.index(place.axis)
        turned = ".T" if (len(left), along) == (2, 1) else f".swapaxes(0, {along})"
        rows = "{}" + (turned if along else "")
    if len(place.slots) == 1:
        return "lambda r: " + rows.format(f'r["{place.slots[0]}"]{index}')
    same, members = stem(place.slots)
    variable = counter(members)
    each = f'r[f"{same}.{{{variable}}}"]{index}'
    loop = f"for {variable} in {listed(members)}"
    if place.axis:
        return f"lambda r: np.concatenate([{rows.format(each)} {loop}])"
    return f"lambda r: np.concatenate([{each} {loop}], axis=None)[None]"


def _dictionary(place: Place, at: str, run: str) -> str:
    """Each slot with the place in it."""
    if len(place.slots) == 1:
        return f'{{"{place.slots[0]}": {at}}}'
    same, members = stem(place.slots)
    if len(members) > 4:
        return f'{{n: {at} for n in {run} if n.startswith("{same}.")}}'
    variable = counter(members)
    return f'{{f"{same}.{{{variable}}}": {at} for {variable} in {listed(members)}}}'


def _at(index: str) -> str:
    """An index of its own, as a value; all of an array is three dots."""
    return f"np.s_[{index}]" if index else "..."


def _split(index: str, axes: int) -> list[str]:
    """The parts of an index, one for each axis."""
    tree = ast.parse(f"a[{index or ':'}]", mode="eval").body
    assert isinstance(tree, ast.Subscript)
    parts = tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice]
    found = [ast.unparse(part) for part in parts]
    return [*found, *[":"] * (axes - len(found))]
