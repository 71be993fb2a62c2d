"""How frameworks store the parameters of one layer: names, gate order, one or two biases.

Sources: TensorFlow's ``rnn_cell_impl.py``, Keras's ``layers/rnn``, PyTorch's ``nn.LSTM`` and its
relatives, ONNX's operators LSTM, GRU and RNN, ``flax.linen``'s cells.  The recorded traces in
:mod:`checker.traces` are in these layouts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from checker.language.values import Array, ExperimentError
from checker.models.protocol import Arrays, Model

DEFAULTS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("lstm", "tensorflow1"): {"forget_bias": 1.0, "biases": 1},
    ("lstm", "keras"): {"forget_bias": 0.0, "biases": 1},
    ("lstm", "pytorch"): {"forget_bias": 0.0, "biases": 2},
    ("lstm", "onnx"): {"forget_bias": 0.0, "biases": 2},
    ("lstm", "flax"): {"forget_bias": 0.0, "biases": 1},
    ("gru", "tensorflow1"): {"reset": "before"},
    ("gru", "keras"): {"reset": "after"},
    ("gru", "pytorch"): {"reset": "after"},
    ("gru", "onnx"): {"reset": "before", "biases": 2},
    ("gru", "flax"): {"reset": "after"},
    ("rnn", "tensorflow1"): {"biases": 1},
    ("rnn", "keras"): {"biases": 1},
    ("rnn", "pytorch"): {"biases": 2},
    ("rnn", "onnx"): {"biases": 2},
    ("rnn", "flax"): {"biases": 1},
}
"""What each layout means for the equations; options that are named besides win."""

FIXED: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("gru", "tensorflow1"): {"reset": "before"},
    ("gru", "pytorch"): {"reset": "after"},
    ("gru", "flax"): {"reset": "after"},
}
"""What the framework of a layout has no other value for."""

ORDER: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("lstm", "tensorflow1"): ("i", "j", "f", "o"),
    ("lstm", "keras"): ("i", "f", "j", "o"),
    ("lstm", "pytorch"): ("i", "f", "j", "o"),
    ("gru", "tensorflow1"): ("r", "z", "n"),
    ("gru", "keras"): ("z", "r", "n"),
    ("gru", "pytorch"): ("r", "z", "n"),
    ("lstm", "onnx"): ("i", "o", "f", "j"),
    ("gru", "onnx"): ("z", "r", "n"),
}

PEEPHOLES = ("i", "o", "f")
"""The order of ONNX's P; the other layouts keep one array for each."""

FLAX: Mapping[str, Mapping[str, str]] = {
    "lstm": {"kernel": "i{}.kernel", "recurrent": "h{}.kernel", "bias": "h{}.bias"},
    "gru": {"kernel": "i{}.kernel", "recurrent": "h{}.kernel", "bias": "i{}.bias",
            "recurrent_bias": "h{}.bias"},
    "rnn": {"kernel": "i{}.kernel", "recurrent": "h{}.kernel", "bias": "i{}.bias"},
}  # fmt: skip
"""Flax has a dense layer for each gate, named after it: ``ii``, ``if``, ``ig``, ``io`` of the
inputs, ``hi``, ``hf``, ``hg``, ``ho`` of the state.  Which of both has the bias depends on the
kind."""

ABSENT: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("gru", "flax"): ("recurrent_bias.r", "recurrent_bias.z"),
}
"""Parameters that a layout does without: the bias of the same gate is added to them anyway."""


def flax_name(kind: str, name: str) -> str:
    """What Flax calls a parameter: ``kernel.j`` of an LSTM is ``ig.kernel``, g for candidate."""
    part, _, gate = name.partition(".")
    if part not in FLAX[kind]:
        raise ExperimentError(f"Flax keeps no {name} for this kind of layer")
    return FLAX[kind][part].format("g" if gate == "j" else gate)


def stored(model: Model, parameters: Arrays) -> dict[str, Array]:
    """The arrays that a framework keeps for one layer, as ``weights.`` and the framework's name.

    TensorFlow 1: kernel (features + hidden, blocks), bias (blocks,), for a GRU in two parts.
    Keras: kernel (features, blocks), recurrent_kernel (hidden, blocks), bias.
    PyTorch: weight_ih (blocks, features), weight_hh (blocks, hidden), bias_ih, bias_hh.
    ONNX: W (1, blocks, features), R (1, blocks, hidden), B (1, 2 · blocks), P (1, peepholes).
    Flax: for each gate ii.kernel (features, units), hi.kernel (hidden, units), hi.bias …
    """
    layout = str(model.options["layout"])
    if model.options.get("layers", 1) != 1 or model.options.get("bidirectional"):
        raise ExperimentError("weights are shown for a single layer; name parameters instead")
    found = _stored(model.kind, layout, parameters)
    found |= {
        n: _named(a, ("units",) * a.ndim)
        for n, a in parameters.items()
        if n.split(".")[0] in ("peephole", "projection") and layout != "onnx"
    }
    return {f"weights.{name}": array for name, array in found.items()}


def _stored(kind: str, layout: str, parameters: Arrays) -> dict[str, Array]:
    if layout == "flax":
        return {flax_name(kind, name): _named(array, _axes(name.split(".")[0]))
                for name, array in parameters.items()
                if name.split(".")[0] not in ("peephole", "projection")}  # fmt: skip
    blocks = ORDER.get((kind, layout), ())
    found = {part: _joined(parameters, part, blocks)
             for part in ("kernel", "recurrent", "bias", "recurrent_bias")}  # fmt: skip
    if layout == "pytorch":
        names = {"kernel": "weight_ih", "recurrent": "weight_hh", "bias": "bias_ih",
                 "recurrent_bias": "bias_hh"}  # fmt: skip
        return {names[part]: _named(array.T, _axes(part)[::-1])
                for part, array in found.items() if array is not None}  # fmt: skip
    if layout == "onnx":
        return _onnx(found, _joined(parameters, "peephole", PEEPHOLES))
    if layout == "keras":
        keras = {"kernel": _named(found["kernel"], _axes("kernel")),
                 "recurrent_kernel": _named(found["recurrent"], _axes("recurrent"))}  # fmt: skip
        biases = [b for b in (found["bias"], found["recurrent_bias"]) if b is not None]
        bias = np.stack(biases) if len(biases) == 2 else biases[0]
        return keras | {"bias": _named(bias, ("biases", "units")[-bias.ndim :])}
    return _tensorflow1(kind, parameters, blocks)


def _onnx(found: Mapping[str, np.ndarray | None], peepholes: np.ndarray | None) -> dict[str, Array]:
    """Each array with an axis of one direction in front; both biases in one, peepholes in one."""
    kernel, recurrent, *biases = (_named(array, _axes(part)) for part, array in found.items())
    arrays = {"W": Array(kernel.data.T, kernel.axes[::-1]),
              "R": Array(recurrent.data.T, recurrent.axes[::-1]),
              "B": Array(np.concatenate([bias.data for bias in biases]), ("units",))}  # fmt: skip
    if peepholes is not None:
        arrays["P"] = Array(peepholes, ("units",))
    return {n: Array(a.data[None], ("directions", *a.axes)) for n, a in arrays.items()}


def _tensorflow1(kind: str, parameters: Arrays, blocks: tuple[str, ...]) -> dict[str, Array]:
    parts = {"gates": blocks[:2], "candidate": blocks[2:]} if kind == "gru" else {"": blocks}
    arrays: dict[str, Array] = {}
    for name, some in parts.items():
        rows = [_joined(parameters, part, some) for part in ("kernel", "recurrent")]
        prefix = f"{name}." if name else ""
        kernel = np.concatenate([row for row in rows if row is not None])
        arrays[f"{prefix}kernel"] = _named(kernel, ("features", "units"))
        arrays[f"{prefix}bias"] = _named(_joined(parameters, "bias", some), ("units",))
    return arrays


def _joined(parameters: Arrays, part: str, blocks: tuple[str, ...]) -> np.ndarray | None:
    """All blocks of a part side by side; a layer without blocks has the part itself."""
    if part in parameters:
        return parameters[part]
    found = [parameters[f"{part}.{g}"] for g in blocks if f"{part}.{g}" in parameters]
    return np.concatenate(found, axis=-1) if found else None


def _axes(part: str) -> tuple[str, ...]:
    return {"kernel": ("features", "units"), "recurrent": ("hidden", "units")}.get(part, ("units",))


def _named(array: np.ndarray | None, axes: tuple[str, ...]) -> Array:
    if array is None:
        raise ExperimentError("this layer has no kernel, recurrent kernel or bias to show")
    return Array(array, axes)


def loaded(kind: str, layout: str, weights: Arrays, features: int) -> dict[str, np.ndarray]:
    """Per-gate parameters from the arrays that a framework keeps for one layer.

    The way back from :func:`stored`; ``features`` tells input rows from state rows where one
    kernel holds both.
    """
    if layout == "flax":
        gates = {"lstm": (".i", ".f", ".j", ".o"), "gru": (".r", ".z", ".n"), "rnn": ("",)}[kind]
        named = {flax_name(kind, part + gate): part + gate for part in FLAX[kind] for gate in gates}
        return {named[name]: array for name, array in weights.items()}
    parts = dict(weights)
    if layout == "pytorch":
        names = {"weight_ih": "kernel", "weight_hh": "recurrent", "bias_ih": "bias",
                 "bias_hh": "recurrent_bias", "weight_hr": "projection"}  # fmt: skip
        parts = {names[name]: array.T for name, array in weights.items()}
    elif layout == "onnx":
        parts = {"kernel": weights["W"][0].T, "recurrent": weights["R"][0].T}
        parts["bias"], parts["recurrent_bias"] = np.split(weights["B"][0], 2)
        if "P" in weights:
            split = np.split(weights["P"][0], len(PEEPHOLES))
            parts |= {f"peephole.{g}": p for g, p in zip(PEEPHOLES, split, strict=True)}
    elif layout == "keras":
        bias = weights["bias"]
        parts = {"kernel": weights["kernel"], "recurrent": weights["recurrent_kernel"]}
        parts |= {"bias": bias} if bias.ndim == 1 else {"bias": bias[0], "recurrent_bias": bias[1]}
    else:
        parts = _split_rows(weights, features)
    blocks = ORDER.get((kind, layout), ())
    parameters: dict[str, np.ndarray] = {}
    for part, array in parts.items():
        if not blocks or part.split(".")[0] in ("projection", "peephole"):
            parameters[part] = array
            continue
        split = np.split(array, len(blocks), axis=-1)
        parameters |= {f"{part}.{g}": block for g, block in zip(blocks, split, strict=True)}
    return parameters


def _split_rows(weights: Arrays, features: int) -> dict[str, np.ndarray]:
    """TensorFlow 1's kernels to input rows and state rows; a GRU's two parts side by side."""
    joined = {part: weights[part] if part in weights else
              np.concatenate([weights[f"gates.{part}"], weights[f"candidate.{part}"]], axis=-1)
              for part in ("kernel", "bias")}  # fmt: skip
    rest = {name: array for name, array in weights.items()
            if name.split(".")[0] in ("projection", "peephole")}  # fmt: skip
    kernel = joined["kernel"]
    return {"kernel": kernel[:features], "recurrent": kernel[features:],
            "bias": joined["bias"], **rest}  # fmt: skip
