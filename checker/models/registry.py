"""Which kinds of models there are, and which options each takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from checker.language.values import ExperimentError
from checker.models.lstm import lstm
from checker.models.protocol import Model
from checker.nouns import Value

KINDS: Mapping[str, Callable[..., Model]] = {"lstm": lstm}


@dataclass(frozen=True)
class Option:
    """One option of a kind of model: what it takes, and its other values worth trying."""

    kinds: tuple[str, ...]
    type: type
    doc: str
    alternatives: tuple[Value, ...] = ()


OPTIONS: Mapping[str, Option] = {
    "forget_bias": Option(("lstm",), float, "added to the forget gate in every step", (0.0, 1.0)),
    "projection": Option(("lstm",), int, "entries that the hidden state is projected to"),
    "peepholes": Option(("lstm",), bool, "whether gates see the cell state", (False, True)),
    "cell_clip": Option(("lstm",), float, "the cell state is cut to ± this"),
    "projection_clip": Option(("lstm",), float, "the projected state is cut to ± this"),
}


def build(spec: Mapping[str, Value]) -> Model:
    """A model from ``{"kind": "lstm", "projection": 2}``; the kind is lstm unless it is named.

    Raises ExperimentError for an unknown kind, or an option that the kind does not have or that
    does not make sense.
    """
    options = dict(spec)
    kind = str(options.pop("kind", "lstm"))
    if kind not in KINDS:
        raise ExperimentError(f"no kind of model {kind!r}, only {', '.join(KINDS)}")
    known = inspect.signature(KINDS[kind]).parameters
    for name, value in options.items():
        if name not in known:
            raise ExperimentError(f"{kind} has no option {name!r}, only {', '.join(known)}")
        if OPTIONS[name].type is int and not 1 <= int(value) <= 64:
            raise ExperimentError(f"{name} is between 1 and 64, not {value}")
    return KINDS[kind](**options)
