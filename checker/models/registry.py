"""Which kinds of models there are, and which options each takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from checker.language.values import ExperimentError
from checker.models.activations import ACTIVATIONS
from checker.models.gru import gru
from checker.models.layers import (
    MERGES,
    backwards,
    bidirectional,
    holding,
    lacking,
    last_of_both,
    last_output,
    running_on,
    stacked,
    turned_about,
    with_head,
)
from checker.models.layouts import ABSENT, DEFAULTS, FIXED
from checker.models.lstm import lstm
from checker.models.protocol import Model
from checker.models.rnn import rnn
from checker.nouns import Value

KINDS: Mapping[str, Callable[..., Model]] = {"lstm": lstm, "gru": gru, "rnn": rnn}
LAYOUTS = ("tensorflow1", "keras", "pytorch", "onnx", "flax")
MAX_OPTION = 4096


@dataclass(frozen=True)
class Option:
    """One option of a model: what it takes, and its values, where they are few."""

    type: type
    doc: str
    values: tuple[Value, ...] = ()


OPTIONS: Mapping[str, Option] = {
    "forget_bias": Option(float, "lstm: added to the forget gate in every step", (0.0, 1.0)),
    "projection": Option(int, "lstm: entries that the hidden state is projected to; 0 is none"),
    "peepholes": Option(bool, "lstm: whether gates see the cell state", (False, True)),
    "cell_clip": Option(float, "lstm: the cell state is cut to ± this"),
    "projection_clip": Option(float, "lstm: the projected state is cut to ± this"),
    "reset": Option(str, "gru: the reset gate acts before or after the product",
                    ("before", "after")),
    "activation": Option(str, "what the candidate and the output pass; of an rnn, the output",
                         tuple(ACTIVATIONS)),
    "recurrent_activation": Option(str, "lstm and gru: what the gates pass", tuple(ACTIVATIONS)),
    "biases": Option(int, "one or two bias vectors", (1, 2)),
    "layout": Option(str, "whose conventions the layer follows: gate order, biases, forget bias",
                     LAYOUTS),
    "layers": Option(int, "layers on top of each other; names get layer0, layer1 … in front"),
    "bidirectional": Option(bool, "a second layer reads backwards; names get forward or backward",
                            (False, True)),
    "merge": Option(str, "how both directions are merged", tuple(MERGES)),
    "head": Option(int, "classes of a dense layer on the last output, which gives scores; 0 is "
                   "none"),
}  # fmt: skip
NEEDS = {"merge": "bidirectional", "projection_clip": "projection"}
"""Options that do nothing without another one."""

NONE = ("projection", "head")
"""Options for which 0 is none, as PyTorch has it for its projection."""

_AROUND = ("layout", "layers", "bidirectional", "merge", "head")


def options_of(kind: str) -> tuple[str, ...]:
    """The options that a kind of model takes."""
    return (*inspect.signature(KINDS[kind]).parameters, *_AROUND)


def build(
    spec: Mapping[str, Value], alter: Callable[[Model], Model] = lambda model: model
) -> Model:
    """A model from ``{"kind": "lstm", "projection": 2}``; the kind is lstm unless it is named.

    ``alter`` is given the layer itself, and then whatever it is composed to: both directions,
    a stack, a layer with a head.  It gives back what is to be used instead.
    Raises ExperimentError for an unknown kind, or an option that the kind does not have or that
    does not make sense.
    """
    options: dict[str, Any] = dict(spec)
    kind = options.pop("kind", "lstm")
    if kind not in KINDS:
        raise ExperimentError(f"no kind of model {kind!r}, only {', '.join(KINDS)}")
    for name, value in options.items():
        check_option(kind, name, value)
    for name, other in NEEDS.items():
        if name in options and not options.get(other):
            raise ExperimentError(f"{name} does nothing without {other}")
    around = {name: options.pop(name) for name in _AROUND if name in options}
    layout = around.get("layout", "tensorflow1" if kind != "gru" else "keras")
    conventions = DEFAULTS[kind, layout]
    for name, only in FIXED.get((kind, layout), {}).items():
        if options.get(name, only) != only:
            raise ExperimentError(f"the layout {layout} has no {kind} with {name}: {options[name]}")
    layer = lacking(KINDS[kind](**{**conventions, **options}), ABSENT.get((kind, layout), ()))
    model = alter(layer)
    if layout == "keras" and not around.get("bidirectional"):
        model = holding(model)
    if layout == "flax":
        model = running_on(model)
    if around.get("bidirectional"):
        order = turned_about if layout == "flax" else backwards
        model = alter(bidirectional(model, around.get("merge", "concat"), order))
    if around.get("layers", 1) > 1:
        model = alter(stacked(model, around["layers"]))
    if around.get("head"):
        merged = layout == "keras" and around.get("bidirectional")
        reads = last_of_both(around.get("merge", "concat")) if merged else last_output
        model = alter(with_head(model, around["head"], reads))
    return replace(model, options={**model.options, "layout": layout, **around})


def check_option(kind: str, name: str, value: Any) -> None:
    """Raise ExperimentError unless the kind has the option and the value makes sense."""
    known = options_of(kind)
    if name not in known:
        raise ExperimentError(f"{kind} has no option {name!r}, only {', '.join(known)}")
    option = OPTIONS[name]
    if option.type is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if isinstance(value, bool) is not (option.type is bool) or not isinstance(value, option.type):
        raise ExperimentError(f"{name} is of type {option.type.__name__}, not {value!r}")
    if option.values and option.type is not float and value not in option.values:
        words = ", ".join(str(known) for known in option.values)
        raise ExperimentError(f"{name} is one of {words}, not {value!r}")
    least = 0 if name in NONE else 1
    if isinstance(value, int) and option.type is int and not least <= value <= MAX_OPTION:
        raise ExperimentError(f"{name} is between {least} and {MAX_OPTION}, not {value}")
