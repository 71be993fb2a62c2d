"""Record what Keras's own recurrent layers compute, on TensorFlow.

The layers are `keras.layers.LSTM`, `GRU` and `SimpleRNN`, `Bidirectional` around them and `Dense`
behind them, the gradients are those of TensorFlow's `GradientTape`. What goes in and what comes out
is written to `keras.npz`, so that machines without Keras can compare their own arithmetic with it;
`keras.json` is the index.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ["KERAS_BACKEND"] = "tensorflow"  # the others lose float64 without a word

import keras
import tensorflow as tf

from checker.traces.writing import write

Arrays = dict[str, NDArray[Any]]

SCALE = 0.7  # of every weight, input and state: gates are neither linear nor saturated
AGREE = 1e-13  # between the whole batch and a call per sequence; both are Keras
SINGLE = 1e-5  # between both precisions
OPTIONS = ("layers", "bidirectional", "merge", "reset", "activation", "recurrent_activation",
           "head")  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One layer, or stack of them, at one size. Equal sizes would hide a misread layout."""

    name: str
    cell: str
    batch: int
    timesteps: int
    features: int
    units: int
    layers: int = 1
    bidirectional: bool = False
    merge: str | None = None
    reset: str | None = None
    activation: str | None = None
    recurrent_activation: str | None = None
    head: int | None = None
    lengths: tuple[int, ...] | None = None
    scale: float = SCALE

    @property
    def options(self) -> dict[str, int | bool | str]:
        """The options that the case has; each but the first two is of some cases alone."""
        return {name: getattr(self, name) for name in OPTIONS if getattr(self, name) is not None}

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What stands before the names of each layer and direction, in Keras's order."""
        below = [f"layer{n}." if self.layers > 1 else "" for n in range(self.layers)]
        ways = ("forward.", "backward.") if self.bidirectional else ("",)
        return tuple(layer + way for layer in below for way in ways)

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of all states, in Keras's order: h before c."""
        parts = ("h", "c") if self.cell == "LSTM" else ("h",)
        return tuple(prefix + part for prefix in self.prefixes for part in parts)

    def index_entry(self) -> dict[str, Any]:
        """Return what the index says of this case."""
        sizes = {size: getattr(self, size) for size in ("batch", "timesteps", "features", "units")}
        return {"cell": self.cell, "options": self.options, "sizes": sizes}


CASES = (
    Case("lstm", "LSTM", 2, 3, 4, 5),
    Case("lstm-long", "LSTM", 3, 9, 1, 2),
    Case("lstm-lengths", "LSTM", 4, 6, 2, 3, lengths=(2, 5, 1, 4)),
    Case("lstm-layers", "LSTM", 4, 3, 5, 2, layers=2),
    Case("lstm-both-ways", "LSTM", 3, 5, 1, 2, bidirectional=True, merge="concat"),
    Case("lstm-head", "LSTM", 3, 5, 6, 2, head=4, lengths=(2, 4, 1)),
    Case("lstm-both-ways-head", "LSTM", 3, 5, 1, 2, bidirectional=True, merge="concat", head=6,
         lengths=(2, 4, 1)),
    Case("lstm-everything", "LSTM", 3, 6, 4, 2, layers=2, bidirectional=True, merge="sum", head=5,
         lengths=(2, 5, 1)),
    Case("lstm-activations", "LSTM", 2, 4, 3, 5, activation="sigmoid",
         recurrent_activation="hard_sigmoid", scale=2),
    Case("lstm-linear", "LSTM", 3, 4, 1, 2, activation="linear", recurrent_activation="tanh"),
    Case("gru-after", "GRU", 2, 4, 3, 5, reset="after"),
    Case("gru-after-long", "GRU", 3, 7, 1, 2, reset="after"),
    Case("gru-before", "GRU", 4, 3, 2, 5, reset="before"),
    Case("gru-before-lengths", "GRU", 3, 5, 6, 2, bidirectional=True, merge="mul", reset="before",
         lengths=(2, 4, 1)),
    Case("gru-layers", "GRU", 3, 4, 1, 2, layers=2, reset="after", head=5),
    Case("gru-layers-both-ways", "GRU", 3, 5, 1, 2, layers=2, bidirectional=True, merge="concat",
         reset="after"),
    Case("gru-activations", "GRU", 3, 5, 2, 4, reset="before", activation="relu",
         recurrent_activation="hard_sigmoid", scale=1.5),
    Case("rnn-tanh", "SimpleRNN", 3, 4, 2, 5, activation="tanh"),
    Case("rnn-relu", "SimpleRNN", 4, 3, 2, 5, activation="relu"),
    Case("rnn-linear", "SimpleRNN", 3, 4, 5, 2, activation="linear"),
    Case("rnn-lengths", "SimpleRNN", 3, 5, 4, 2, layers=2, activation="sigmoid",
         lengths=(2, 4, 1)),
    Case("rnn-both-ways", "SimpleRNN", 3, 5, 1, 2, bidirectional=True, merge="ave",
         activation="tanh", head=6),
)  # fmt: skip


class Network:
    """Keras's layers for a case; its weights are not yet those of the case."""

    def __init__(self, case: Case, dtype: str) -> None:
        """Make and build the layers, and a last one without sequences where a head reads it."""
        self.case, self.dtype = case, dtype
        self.layers, width = [], case.features
        for number in range(case.layers):
            self.layers.append(self._layer(width, return_sequences=True))
            if number == case.layers - 1 and case.head:
                self.last = self._layer(width, return_sequences=False)
            width = self.layers[-1].compute_output_shape((1, 1, width))[0][-1]
        if case.head:
            self.head = keras.layers.Dense(case.head, dtype=dtype)
            self.head.build((None, width))

    def _layer(self, width: int, return_sequences: bool) -> Any:
        case = self.case
        options: dict[str, Any] = {
            name: getattr(case, name)
            for name in ("activation", "recurrent_activation")
            if getattr(case, name)
        }
        if case.reset:
            options["reset_after"] = case.reset == "after"
        layer = getattr(keras.layers, case.cell)(
            case.units, return_state=True, return_sequences=return_sequences, dtype=self.dtype,
            **options,
        )  # fmt: skip
        if case.bidirectional:
            layer = keras.layers.Bidirectional(layer, merge_mode=case.merge, dtype=self.dtype)
        layer.build((None, None, width))
        return layer

    def weights(self) -> dict[str, list[Any]]:
        """By Keras's name behind the layer and the direction: the variables that hold it.

        More than one where the layer before a head exists twice.
        """
        found: dict[str, list[Any]] = {}
        per_layer = len(self.case.prefixes) // self.case.layers
        layers = [*enumerate(self.layers)]
        layers += [(self.case.layers - 1, self.last)] if self.case.head else []
        for number, layer in layers:
            both = self.case.bidirectional
            halves = (layer.forward_layer, layer.backward_layer) if both else (layer,)
            prefixes = self.case.prefixes[number * per_layer :][:per_layer]
            for prefix, half in zip(prefixes, halves, strict=True):
                for variable in half.trainable_variables:
                    found.setdefault(prefix + variable.name, []).append(variable)
        if self.case.head:
            found |= {f"head.{v.name}": [v] for v in self.head.trainable_variables}
        return found

    def fill(self, given: Arrays) -> None:
        """Give the layers the weights of the case, in their own precision."""
        for name, variables in self.weights().items():
            for variable in variables:
                variable.assign(given[name])

    def run(self, given: dict[str, Any], lengths: tuple[int, ...] | None) -> dict[str, Any]:
        """Run once: `outputs`, all states after it by name, and `scores` if there is a head."""
        outputs, slots = given["inputs"], iter(self.case.slots)
        steps = np.arange(outputs.shape[1])
        mask = None if lengths is None else tf.constant(steps < np.array(lengths)[:, None])
        found: dict[str, Any] = {}
        for layer in self.layers:
            names = [next(slots) for _ in range(len(self.case.slots) // self.case.layers)]
            read, before = outputs, [given[f"before.{name}"] for name in names]
            outputs, *left = layer(read, initial_state=before, mask=mask)
            found |= {f"after.{name}": state for name, state in zip(names, left, strict=True)}
        found["outputs"] = outputs
        if self.case.head:
            found["scores"] = self.head(self.last(read, initial_state=before, mask=mask)[0])
        return found


def draw(case: Case, network: Network) -> Arrays:
    """Draw weights, inputs, initial states and loss weights; a pure function of the case.

    They are exact in float32 too, so the same trace can be run in both precisions, and exact
    in float16 as well, which keeps the file small.
    """
    random = np.random.default_rng(list(case.name.encode()))
    shapes = {name: tuple(weights[0].shape) for name, weights in network.weights().items()}
    shapes["inputs"] = (case.batch, case.timesteps, case.features)
    width = case.units * (1 + (case.bidirectional and case.merge == "concat"))
    shapes["loss.outputs"] = (case.batch, case.timesteps, width)
    if case.head:
        shapes["loss.scores"] = (case.batch, case.head)
    for slot in case.slots:
        shapes[f"before.{slot}"] = shapes[f"loss.after.{slot}"] = (case.batch, case.units)
    return {
        name: (case.scale * random.standard_normal(shape)).astype(np.float16).astype(np.float64)
        for name, shape in shapes.items()
    }


def run_whole(case: Case, network: Network, given: Arrays) -> Arrays:
    """Run the batch at once: what comes out, and the gradients of the recorded loss."""
    names = ["inputs", *(f"before.{slot}" for slot in case.slots)]
    sources = {name: tf.constant(given[name]) for name in names}
    weights = network.weights()
    held = [variable.value for variables in weights.values() for variable in variables]
    with tf.GradientTape() as tape:
        tape.watch(list(sources.values()))
        found = network.run(sources, case.lengths)
        loss = tf.add_n([tf.reduce_sum(given[f"loss.{k}"] * v) for k, v in found.items()])
    gradients = tape.gradient(loss, [*sources.values(), *held])
    arrays = {name: tensor.numpy() for name, tensor in found.items()}
    arrays |= {f"gradient/{k}": g.numpy() for k, g in zip(names, gradients, strict=False)}
    rest = iter(gradients[len(names) :])
    for name, variables in weights.items():  # a weight that is there twice has both its gradients
        arrays[f"gradient/{name}"] = np.sum([next(rest).numpy() for _ in variables], axis=0)
    return arrays


def run_plain(case: Case, given: Arrays, dtype: str) -> Arrays:
    """Run without gradients in layers of some precision."""
    network = Network(case, dtype)
    network.fill(given)
    tensors = {k: tf.constant(v, dtype) for k, v in given.items() if not k.startswith("loss.")}
    return {k: v.numpy() for k, v in network.run(tensors, case.lengths).items()}


def compare(case: Case, network: Network, arrays: Arrays) -> None:
    """Raise unless float32 gives the same but for rounding, and every sequence run alone.

    Alone it is run no further than its length.  Beyond it the outputs of a layer stay what they
    were, and those of `Bidirectional` are 0.
    """
    for key, array in arrays.items():
        twin = arrays[key.removeprefix("float32/")]
        if not np.abs(array - twin).max() <= SINGLE:
            raise RuntimeError(f"{case.name}: {key} must be that of float64 but for rounding")
    for row, length in enumerate(case.lengths or (case.timesteps,) * case.batch):
        one = {k: v[row : row + 1] for k, v in arrays.items() if k.startswith("before.")}
        one["inputs"] = arrays["inputs"][row : row + 1, :length]
        tensors = {k: tf.constant(v) for k, v in one.items()}
        for name, tensor in network.run(tensors, None).items():
            there = arrays[name][row : row + 1]
            there = there[:, :length] if name == "outputs" else there
            if not np.abs(tensor.numpy() - there).max() <= AGREE:
                raise RuntimeError(f"{case.name}: {name} of row {row} must not depend on the batch")
        outputs = arrays["outputs"][row]
        beyond = np.zeros_like(outputs[0]) if case.bidirectional else outputs[length - 1]
        if (outputs[length:] != beyond).any() or arrays["gradient/inputs"][row, length:].any():
            raise RuntimeError(f"{case.name}: nothing must come of inputs past the length")


def inspect(case: Case, arrays: Arrays) -> None:
    """Raise if a case would prove nothing: equal sizes, dead gradients, an idle relu."""
    width = arrays["outputs"].shape[-1]
    sizes = [*case.index_entry()["sizes"].values(), case.head]
    sizes += [width] if width != case.units else []
    sizes = [size for size in sizes if size]
    if len(set(sizes)) < len(sizes):
        raise RuntimeError(f"{case.name}: sizes must differ")
    for key, array in arrays.items():
        expected = np.float32 if key.startswith("float32/") else np.float64
        if array.dtype != expected or not np.isfinite(array).all():
            raise RuntimeError(f"{case.name}: {key} must be {expected.__name__} and finite")
        if not array.any():
            raise RuntimeError(f"{case.name}: {key} must not be zero throughout")
    idle = arrays["outputs"] == 0
    if case.cell == "SimpleRNN" and case.activation == "relu" and not 0.1 < np.mean(idle) < 0.9:
        raise RuntimeError(f"{case.name}: relu must cut off some outputs, not none or all")


def record(case: Case) -> Arrays:
    """All arrays of a case, checked."""
    network = Network(case, "float64")
    given = draw(case, network)
    network.fill(given)
    arrays = given | run_whole(case, network, given)
    arrays |= {f"float32/{k}": v for k, v in run_plain(case, given, "float32").items()}
    compare(case, network, arrays)
    inspect(case, arrays)
    return arrays | ({"lengths": np.array(case.lengths)} if case.lengths else {})


def main(argv: list[str] | None = None) -> int:
    """Record all cases and write `keras.npz` and `keras.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args(argv)
    arrays = {f"{case.name}/{k}": v for case in CASES for k, v in record(case).items()}
    cases = {case.name: case.index_entry() for case in CASES}
    version = f"{keras.__version__} on TensorFlow {tf.__version__}"
    recorded_by = "python -m checker.traces.record_keras"
    print(write(arguments.folder, "keras", version, arguments.date, recorded_by, cases, arrays))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
