"""What texts of layers share: how they are defined, and what they keep of every step."""

from __future__ import annotations

from collections.abc import Mapping, Set

from checker.reproduce.slots import GATES, Layer

OVER_TIME = "    over_time = {n: np.stack([s[n] for s in steps], axis=1) for n in steps[0]}"


def at(layer: Layer) -> str:
    """What stands in front of names: the place in a composition, which the function is told."""
    return "{at}" if layer.composed else ""


def defined(layer: Layer, about: str) -> list[str]:
    """The first lines of the function; inside a composition it is told its inputs and place."""
    name, more = (layer.inner, ", inputs, at") if layer.composed else (layer.name, "")
    return [f"def {name}(run{more}):", f'    """{about}"""']


def inputs(layer: Layer) -> str:
    """What the layer reads."""
    return "inputs" if layer.composed else 'run["inputs"]'


def before(layer: Layer) -> list[str]:
    """The state that it starts from, one slot for each letter."""
    form = "f" if layer.composed else ""
    return [f'run[{form}"before.{at(layer)}{s}"]' for s in layer.states]


def record(layer: Layer, seen: Set[str], outputs: str) -> dict[str, str]:
    """What is kept of every step, by name: the outputs, and what the claim looks at."""
    place, kept = at(layer), {"outputs": outputs}
    if "entering" in seen:
        kept |= {f"entering.{place}{s}": f"old_{s}" for s in layer.states}
    if "leaving" in seen:
        kept |= {f"leaving.{place}{s}": s for s in layer.states}
    if "gates" in seen:
        kept |= {f"gates.{place}{g}": g for g in GATES[layer.model.kind]}
    return kept


def display(layer: Layer, entries: Mapping[str, str]) -> str:
    """The inside of a dictionary display."""
    form = "f" if layer.composed else ""
    return ", ".join(f'{form}"{name}": {value}' for name, value in entries.items())


def given_back(layer: Layer, outputs: str, after: Mapping[str, str]) -> str:
    """The last line: all that the layer gives, and alone all that it was given, too."""
    state = display(layer, {f"after.{at(layer)}{s}": after[s] for s in layer.states})
    return f"    return {{{'' if layer.composed else '**run, '}{outputs}, {state}}}"
