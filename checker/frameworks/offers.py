"""What each framework offers, in one table: from it follows where a claim does not apply.

A claim names options; one that it leaves open is what the framework makes of it.
Sources: the constructors of TensorFlow 1's ``rnn_cell_impl.py``, Keras's ``layers.rnn``,
``torch.nn``, the ONNX operators LSTM, GRU and RNN, and ``flax.linen``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checker.nouns import Value

ANY = object()
"""Every value of an option."""


@dataclass(frozen=True)
class Framework:
    """A library: its name for readers, the package that it comes in, and what it offers.

    ``offers``: kind of model → option → the values that it takes there.
    ``everywhere``: options of all its kinds.
    """

    title: str
    package: str
    layout: str
    offers: Mapping[str, Mapping[str, Any]]
    everywhere: Mapping[str, Any]
    calls: tuple[str, ...] = ()  # what a claim about a call may name


_STACKS = {"layers": ANY, "head": ANY}
_ACTIVATIONS = {"activation": ANY, "recurrent_activation": ANY}
_OLD_ACTIVATIONS = ("tanh", "sigmoid", "relu", "linear")
"""What TensorFlow's cells call ``hard_sigmoid`` is Keras 2's, z / 5 + 1/2, another function."""

FRAMEWORKS: Mapping[str, Framework] = {
    "tensorflow": Framework(
        "TensorFlow 1 cells",
        "tensorflow",
        "tensorflow1",
        {
            "lstm": {
                "forget_bias": ANY,
                "projection": ANY,
                "peepholes": ANY,
                "cell_clip": ANY,
                "projection_clip": ANY,
                "biases": (1,),
                "activation": _OLD_ACTIVATIONS,
                "recurrent_activation": ("sigmoid",),
            },
            "gru": {
                "reset": ("before",),
                "biases": (1,),
                "activation": _OLD_ACTIVATIONS,
                "recurrent_activation": ("sigmoid",),
            },
            "rnn": {"activation": _OLD_ACTIVATIONS, "biases": (1,)},
        },
        {**_STACKS, "bidirectional": ANY, "merge": ("concat",)},
        (
            "BasicLSTMCell",
            "LSTMCell",
            "GRUCell",
            "BasicRNNCell",
            "MultiRNNCell",
            "RNNCell",  # which all the others are made from
            "tf.contrib.rnn.BasicLSTMCell",
            "tf.nn.rnn_cell.BasicLSTMCell",
            "tf.compat.v1.nn.rnn_cell.BasicLSTMCell",  # where pages say that the cell is
        ),
    ),
    "keras": Framework(
        "Keras",
        "keras",
        "keras",
        {
            "lstm": {"forget_bias": ANY, "biases": (1,), **_ACTIVATIONS},
            "gru": {"reset": ANY, "biases": ANY, **_ACTIVATIONS},
            "rnn": {"activation": ANY, "biases": (1,)},
        },
        {**_STACKS, "bidirectional": ANY, "merge": ANY},
        ("LSTM", "GRU", "SimpleRNN", "Bidirectional", "Sequential", "Dense", "Backend"),
    ),
    "torch": Framework(
        "PyTorch",
        "torch",
        "pytorch",
        {
            "lstm": {"forget_bias": ANY, "projection": ANY, "biases": (2,)},
            "gru": {"reset": ("after",), "biases": (2,)},
            "rnn": {"activation": ("tanh", "relu"), "biases": (2,)},
        },
        {**_STACKS, "bidirectional": ANY, "merge": ("concat",)},
        ("LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell", "Linear"),
    ),
    "onnx": Framework(
        "ONNX Runtime",
        "onnxruntime",
        "onnx",
        {
            "lstm": {"forget_bias": ANY, "peepholes": ANY, "biases": (2,), **_ACTIVATIONS},
            "gru": {"reset": ANY, "biases": (2,), **_ACTIVATIONS},
            "rnn": {"activation": ANY, "biases": (2,)},
        },
        {**_STACKS, "bidirectional": ANY, "merge": ("concat",)},
    ),
    "flax": Framework(
        "Flax",
        "flax",
        "flax",
        {
            "lstm": {"forget_bias": ANY, **_ACTIVATIONS, "biases": (1,)},
            "gru": {"reset": ("after",), **_ACTIVATIONS},
            "rnn": {"activation": ANY, "biases": (1,)},
        },
        {**_STACKS, "bidirectional": ANY, "merge": ANY},
    ),
}
"""``forget_bias`` where a framework adds none: the number goes into the bias that it stores.
The function is the same one, and so is the number of parameters."""

_NEUTRAL = {"projection": 0, "head": 0, "layers": 1, "bidirectional": False, "peepholes": False}


def missing(framework: str, options: Mapping[str, Value]) -> str:
    """Why a framework does not offer a model; empty if it does."""
    offered = FRAMEWORKS[framework]
    kind = str(options.get("kind", "lstm"))
    known = {**offered.offers.get(kind, {}), **offered.everywhere, "layout": (offered.layout,)}
    for name, value in options.items():
        values = known.get(name, ())
        if name == "kind" or values is ANY or value == _NEUTRAL.get(name, ANY) or value in values:
            continue
        if name == "layout":
            return f"the claim is about the layout of {value}"
        return f"{offered.title} has no {kind} with {name}: {value}"
    return ""
