"""ONNX's operators LSTM, GRU and RNN as ONNX Runtime computes them, in float32.

A layer is one node, which also reads both ways; a stack is several nodes, a head is ONNX's Gemm.
ONNX Runtime has no float64 version of these operators and takes no derivatives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from math import prod
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
from onnx import TensorProto, defs, helper, numpy_helper

from checker.frameworks.steps import every_step
from checker.language.tolerance import SINGLE
from checker.language.values import Array, ExperimentError
from checker.models.layouts import loaded, stored
from checker.models.protocol import Arrays, Axes, Model, Sizes, Trace, part_of

OPSET, IR_VERSION = 22, 10  # the newest version of the three operators, and a format that holds it
ACTIVATIONS: Mapping[str, tuple[str, tuple[float, ...]]] = {
    "tanh": ("Tanh", ()),
    "sigmoid": ("Sigmoid", ()),
    "hard_sigmoid": ("HardSigmoid", (1 / 6, 0.5)),  # ONNX's own slope would be 0.2
    "relu": ("Relu", ()),
    "linear": ("Affine", (1.0, 0.0)),
}
"""ONNX's name of each, and its alpha and beta, where it has any."""

PASSED = {"lstm": ("recurrent_activation", "activation", "activation"),
          "gru": ("recurrent_activation", "activation"), "rnn": ("activation",)}  # fmt: skip
"""ONNX's f, g and h: what the gates, the candidate and the output pass."""

USUAL = {"activation": "tanh", "recurrent_activation": "sigmoid"}
SLOTS = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")
"""An LSTM's inputs in the order of the operator; the other two have the first six."""


class Network(NamedTuple):
    """All that a graph depends on; batch, timesteps, features and weights are given to each run."""

    kind: str
    layers: int
    directions: int
    units: int
    reset: str
    activations: tuple[str, ...]
    peepholes: bool
    classes: int
    padded: bool


def layer(twin: Model) -> Model:
    """ONNX's own operators for the options of the reference, ``twin``."""
    kind, options = twin.kind, twin.options
    layers, both = int(options.get("layers", 1)), bool(options.get("bidirectional"))
    parts = ("h", "c") if kind == "lstm" else ("h",)
    single = replace(twin, options={"layout": "onnx"})

    def prefixes(number: int) -> list[str]:
        below = f"layer{number}." if layers > 1 else ""
        return [f"{below}{way}." for way in ("forward", "backward")] if both else [below]

    def network(units: int, padded: bool) -> Network:
        return Network(
            kind, layers, 1 + both, units, str(options.get("reset", "")),
            tuple(str({**USUAL, **options}[option]) for option in PASSED[kind]),
            bool(options.get("peepholes")), int(options.get("head", 0)), padded,
        )  # fmt: skip

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        found: dict[str, Any] = {}
        units = sizes["units"]
        for number in range(layers):
            features = sizes["features"] if number == 0 else (1 + both) * units
            known = {"num_directions": 1, "input_size": features, "hidden_size": units}
            names = ("W", "R", "B", "P")[: 3 + bool(options.get("peepholes"))]
            weights = {name: np.zeros(_shape(kind, name, known)) for name in names}
            for prefix in prefixes(number):
                found |= _below(prefix, loaded(kind, "onnx", weights, features))
        if options.get("head"):
            classes = int(options["head"])
            found["head.kernel"] = np.zeros(((1 + both) * units, classes))
            found["head.bias"] = np.zeros(classes)
        named = twin.parameters(sizes)
        return {n: dict(zip(named[n], a.shape, strict=True)) for n, a in found.items()}

    def fed(parameters: Arrays) -> dict[str, np.ndarray]:
        """The weights under the names of the graph's inputs."""
        given = {n: a for n, a in parameters.items() if n.startswith("head.")}
        for number in range(layers):
            ways = [_weights(_part(parameters, prefix)) for prefix in prefixes(number)]
            for name in ways[0]:
                given[f"layer{number}.{name}"] = np.concatenate([way[name] for way in ways])
        return _single(given)

    def _weights(own: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        if kind == "lstm":
            own["bias.f"] = own["bias.f"] + float(options.get("forget_bias", 0))
        return part_of({n: a.data for n, a in stored(single, own).items()}, "weights")

    def unroll(
        _: Any, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: np.ndarray | None
    ) -> Trace:
        inputs, before = np.asarray(inputs, np.float32), _single(before)
        weights = fed(parameters)
        units = before[prefixes(0)[0] + "h"].shape[1]
        session = _session(network(units, lengths is not None))
        states = {f"layer{number}.{part}": [prefix + part for prefix in prefixes(number)]
                  for number in range(layers) for part in parts}  # fmt: skip
        names = [output.name for output in session.get_outputs()]

        def whole(inputs: Any, before: Arrays, lengths: np.ndarray | None) -> Arrays:
            given = {**weights, "inputs": inputs}
            for name, slots in states.items():  # (directions, batch, units) each
                given[f"before.{name}"] = np.stack([before[slot] for slot in slots])
            if lengths is not None:
                given["lengths"] = lengths.astype(np.int32)
            if options.get("head"):
                ends = np.full(len(inputs), inputs.shape[1]) if lengths is None else lengths
                given["last"] = ends[:, None].astype(np.int64) - 1
            left = dict(zip(names, session.run(names, given), strict=True))
            found = {name: left[name] for name in ("outputs", "scores") if name in left}
            for name, slots in states.items():
                found |= {f"after.{slot}": left[f"after.{name}"][way]
                          for way, slot in enumerate(slots)}  # fmt: skip
            return found

        found = dict(whole(inputs, before, lengths))
        if not both:
            found |= every_step(whole, inputs, before, lengths, np.minimum,
                                lambda steps: np.stack(steps, axis=1))  # fmt: skip
        return _named(found)

    def slopes(given: Arrays, direction: Arrays) -> Trace:
        raise ExperimentError("ONNX Runtime takes no derivatives")

    return Model(kind, parameters, twin.state, twin.cell, unroll, slopes=slopes, precision=SINGLE)


@lru_cache(maxsize=256)
def _session(network: Network) -> Any:
    """ONNX Runtime's session for a graph, on one thread: these runs are small."""
    model = helper.make_model(
        _graph(network), opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # an error is raised; it need not be printed as well
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _graph(network: Network) -> Any:
    """``inputs`` (batch, timesteps, features) to ``outputs``, ``after.layer0.h`` and so on.

    Inputs besides are ``layer0.W`` and so on, ``before.layer0.h`` …, and, where there are any,
    ``lengths`` (batch,) and for a head ``last`` (batch, 1), the timestep that it reads.
    """
    kind, width = network.kind, network.directions * network.units
    nodes = [helper.make_node("Transpose", ["inputs"], ["read0"], perm=[1, 0, 2])]
    inputs = [_value("inputs", ["batch", "timesteps", "features"])]
    outputs = [_value("outputs", ["batch", "timesteps", width])]
    if network.padded:
        inputs.append(_value("lengths", ["batch"], TensorProto.INT32))
    for number in range(network.layers):
        own = {"W": f"layer{number}.W", "R": f"layer{number}.R", "B": f"layer{number}.B"}
        own |= {"P": f"layer{number}.P"} if network.peepholes else {}
        states = {"initial_h": f"layer{number}.h"}
        states |= {"initial_c": f"layer{number}.c"} if kind == "lstm" else {}
        known = {"num_directions": network.directions, "hidden_size": network.units}
        known |= {"input_size": width} if number else {}
        inputs += [_value(name, _shape(kind, slot, known)) for slot, name in own.items()]
        for slot, name in states.items():
            shape = _shape(kind, slot, known)
            inputs.append(_value(f"before.{name}", shape))
            outputs.append(_value(f"after.{name}", shape))
            own[slot] = f"before.{name}"
        own |= {"X": f"read{number}"} | ({"sequence_lens": "lengths"} if network.padded else {})
        nodes += [
            helper.make_node(
                kind.upper(),
                [own.get(slot, "") for slot in SLOTS[: 8 if kind == "lstm" else 6]],
                [f"both{number}", *(f"after.{name}" for name in states.values())],
                **_attributes(network),
            ),
            # (timesteps, directions, batch, units) to (timesteps, batch, directions · units)
            helper.make_node("Transpose", [f"both{number}"], [f"wide{number}"], perm=[0, 2, 1, 3]),
            helper.make_node("Reshape", [f"wide{number}", "merged"], [f"read{number + 1}"]),
        ]
    nodes.append(
        helper.make_node("Transpose", [f"read{network.layers}"], ["outputs"], perm=[1, 0, 2])
    )
    if network.classes:
        inputs += [_value("head.kernel", [width, network.classes]),
                   _value("head.bias", [network.classes]),
                   _value("last", ["batch", 1], TensorProto.INT64)]  # fmt: skip
        outputs.append(_value("scores", ["batch", network.classes]))
        nodes += [
            helper.make_node("GatherND", ["outputs", "last"], ["end"], batch_dims=1),
            helper.make_node("Gemm", ["end", "head.kernel", "head.bias"], ["scores"]),
        ]
    merged = numpy_helper.from_array(np.array([0, 0, width]), "merged")  # 0: as it was
    return helper.make_graph(nodes, kind, inputs, outputs, [merged])


def _attributes(network: Network) -> dict[str, Any]:
    found: dict[str, Any] = {"hidden_size": network.units}
    found["direction"] = "bidirectional" if network.directions == 2 else "forward"
    if network.kind == "gru":
        found["linear_before_reset"] = int(network.reset == "after")
    passed = [ACTIVATIONS[name] for name in network.activations] * network.directions
    found["activations"] = [name for name, _ in passed]
    for position, name in enumerate(("activation_alpha", "activation_beta")):
        # taken in turn by those that have any
        given = [numbers[position] for _, numbers in passed if numbers]
        found |= {name: given} if given else {}
    return found


@cache
def _documented(kind: str, slot: str) -> tuple[str, ...]:
    """The factors of each axis of an operator's input, from ONNX's own definition of it."""
    [described] = [i.description for i in defs.get_schema(kind.upper(), OPSET).inputs
                   if i.name == slot]  # fmt: skip
    [axes] = re.findall(r"`\[(num_directions, [^]]*)\]`", described)
    return tuple(axes.split(", "))


def _shape(kind: str, slot: str, known: Mapping[str, int]) -> list[Any]:
    """The shape of an operator's input; an axis whose size is not known keeps ONNX's name."""
    shape: list[Any] = []
    for axis in _documented(kind, slot):
        factors = [int(f) if f.isdigit() else known.get(f) for f in axis.split("*")]
        shape.append(axis if None in factors else prod(f for f in factors if f is not None))
    return shape


def _value(name: str, shape: list[Any], kind: int = TensorProto.FLOAT) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def _single(arrays: Arrays) -> dict[str, np.ndarray]:
    return {name: np.asarray(array, np.float32) for name, array in arrays.items()}


def _part(parameters: Arrays, prefix: str) -> dict[str, np.ndarray]:
    return part_of(parameters, prefix.removesuffix(".")) if prefix else dict(parameters)


def _below(prefix: str, arrays: Arrays) -> dict[str, np.ndarray]:
    return {prefix + name: array for name, array in arrays.items()}


def _named(found: Arrays) -> Trace:
    """Arrays with names for their axes: (batch, timesteps, units) or without the timesteps."""
    axes = {3: ("batch", "timesteps", "units"), 2: ("batch", "units")}
    return {
        name: Array(
            value.astype(np.float64), ("batch", "classes") if name == "scores" else axes[value.ndim]
        )
        for name, value in found.items()
    }
