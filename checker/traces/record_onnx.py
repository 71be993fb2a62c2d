"""Record what ONNX Runtime computes for the operators LSTM, GRU and RNN.

ONNX Runtime has them in float32 only, so ONNX's own `ReferenceEvaluator` runs the same models in
float64 besides. What goes in and what comes out is written to `onnx.npz`, so that machines without
either can compare their own arithmetic with it; `onnx.json` is the index.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from checker.traces.writing import write

Arrays = dict[str, NDArray[Any]]

SCALE = 0.7  # of every weight, input and state: gates are neither linear nor saturated
AGREE = 1e-5  # between ONNX Runtime, in float32, and the evaluator, or a call per sequence
OPSET, IR_VERSION = 22, 10  # the newest version of the three operators, and a format that holds it
BLOCKS = {"LSTM": 4, "GRU": 3, "RNN": 1}
OPTIONS = ("layers", "bidirectional", "peepholes", "reset", "activation", "recurrent_activation")
ACTIVATIONS: dict[str, tuple[str, list[float]]] = {  # ONNX's name, alpha and beta
    "tanh": ("Tanh", []),
    "sigmoid": ("Sigmoid", []),
    "hard_sigmoid": ("HardSigmoid", [1 / 6, 0.5]),
    "relu": ("Relu", []),
    "linear": ("Affine", [1.0, 0.0]),
}


@dataclass(frozen=True)
class Case:
    """One node, or stack of them, at one size. Equal sizes would hide a misread layout."""

    name: str
    cell: str
    batch: int
    timesteps: int
    features: int
    units: int
    layers: int = 1
    bidirectional: bool = False
    peepholes: bool | None = None
    reset: str | None = None
    activation: str | None = None
    recurrent_activation: str | None = None
    lengths: tuple[int, ...] | None = None

    @property
    def options(self) -> dict[str, int | bool | str]:
        """The options that the case has; what is not among them is as ONNX has it by default."""
        return {name: getattr(self, name) for name in OPTIONS if getattr(self, name) is not None}

    @property
    def directions(self) -> int:
        """How many directions a node has, which is the first axis of its weights."""
        return 1 + self.bidirectional

    def index_entry(self) -> dict[str, Any]:
        """Return what the index says of this case."""
        sizes = {size: getattr(self, size) for size in ("batch", "timesteps", "features", "units")}
        return {"cell": self.cell, "options": self.options, "sizes": sizes}


CASES = (
    Case("lstm", "LSTM", 2, 3, 4, 5),
    Case("lstm-long", "LSTM", 3, 12, 1, 2),
    Case("lstm-wide", "LSTM", 4, 2, 3, 7),
    Case("lstm-peepholes", "LSTM", 3, 4, 2, 5, peepholes=True),
    Case("lstm-layers", "LSTM", 4, 3, 5, 2, layers=2),
    Case("lstm-both-ways", "LSTM", 3, 5, 1, 2, bidirectional=True),
    Case("lstm-lengths", "LSTM", 4, 6, 3, 5, lengths=(2, 5, 1, 4)),
    Case("lstm-everything", "LSTM", 3, 5, 6, 2, layers=2, bidirectional=True, peepholes=True,
         lengths=(2, 4, 1)),
    Case("lstm-activations", "LSTM", 2, 4, 3, 5, activation="sigmoid",
         recurrent_activation="hard_sigmoid"),
    Case("gru-before", "GRU", 2, 4, 3, 5, reset="before"),
    Case("gru-before-long", "GRU", 3, 9, 1, 2, reset="before"),
    Case("gru-before-lengths", "GRU", 3, 5, 6, 2, bidirectional=True, reset="before",
         lengths=(2, 4, 1)),
    Case("gru-after", "GRU", 4, 3, 2, 5, reset="after"),
    Case("gru-after-wide", "GRU", 2, 5, 4, 7, reset="after"),
    Case("gru-layers", "GRU", 4, 3, 5, 2, layers=2, reset="before"),
    Case("gru-layers-both-ways", "GRU", 3, 5, 1, 2, layers=2, bidirectional=True, reset="after"),
    Case("gru-activations", "GRU", 3, 5, 1, 2, bidirectional=True, reset="after",
         activation="linear", recurrent_activation="hard_sigmoid"),
    Case("rnn-tanh", "RNN", 3, 4, 2, 5, activation="tanh"),
    Case("rnn-tanh-wide", "RNN", 2, 5, 4, 7, activation="tanh"),
    Case("rnn-relu", "RNN", 4, 3, 2, 5, activation="relu"),
    Case("rnn-linear", "RNN", 3, 4, 5, 2, activation="linear"),
    Case("rnn-layers", "RNN", 4, 3, 5, 2, layers=2, activation="tanh"),
    Case("rnn-both-ways", "RNN", 3, 5, 1, 2, bidirectional=True, activation="tanh"),
    Case("rnn-lengths", "RNN", 3, 5, 6, 2, bidirectional=True, activation="linear",
         lengths=(2, 4, 1)),
)  # fmt: skip


def prefix(case: Case, layer: int) -> str:
    """What stands before the names of a node's inputs: nothing where there is one node."""
    return f"layer{layer}." if case.layers > 1 else ""


def parts(case: Case) -> tuple[str, ...]:
    """The parts of the state."""
    return ("h", "c") if case.cell == "LSTM" else ("h",)


def draw(case: Case) -> Arrays:
    """Draw weights, inputs and initial state; a pure function of the case.

    They are exact in float32, so that both precisions run the same model, and in float16 as well,
    which keeps the file small. The shapes are those that ONNX documents; others are refused.
    """
    random = np.random.default_rng(list(case.name.encode()))
    shapes: dict[str, tuple[int, ...]] = {}
    rows = BLOCKS[case.cell] * case.units
    for layer in range(case.layers):
        features = case.features if layer == 0 else case.directions * case.units
        own = {"W": (rows, features), "R": (rows, case.units), "B": (2 * rows,)}
        own |= {"P": (3 * case.units,)} if case.peepholes else {}
        shapes |= {prefix(case, layer) + n: (case.directions, *s) for n, s in own.items()}
    shapes["inputs"] = (case.batch, case.timesteps, case.features)
    for part in parts(case):
        shapes[f"before.{part}"] = (case.layers * case.directions, case.batch, case.units)
    return {
        name: (SCALE * random.standard_normal(shape)).astype(np.float16).astype(np.float64)
        for name, shape in shapes.items()
    }


def make_model(case: Case, given: Arrays, kind: type, padded: bool) -> Any:
    """Make a model of one node per layer, with the weights of the case inside.

    It reads `inputs` and writes `outputs` (batch, timesteps, ·): ONNX's operators have the
    timesteps in front, which is the only layout that ONNX Runtime takes.
    """
    element = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    skip = ("inputs", "before.", "lengths")
    held: Arrays = {
        name: array.astype(kind) for name, array in given.items() if not name.startswith(skip)
    }
    held["merged"] = np.array([0, 0, -1])  # 0: as it was; both directions side by side
    inputs, outputs = {"inputs": 3}, {"outputs": 3}
    nodes = [helper.make_node("Transpose", ["inputs"], ["read0"], perm=[1, 0, 2])]
    for layer in range(case.layers):
        start, lengths = prefix(case, layer), "lengths" if padded else ""
        slots = [f"read{layer}", f"{start}W", f"{start}R", f"{start}B", lengths]
        slots += [f"before.{part}{layer}" for part in parts(case)]
        slots += [f"{start}P"] if case.peepholes else []
        left = [f"after.{part}{layer}" for part in parts(case)]
        inputs |= {f"before.{part}{layer}": 3 for part in parts(case)}
        outputs |= {name: 3 for name in left}
        node = helper.make_node(case.cell, slots, [f"ways{layer}", *left], **attributes(case))
        nodes += [
            node,  # (timesteps, directions, batch, units)
            helper.make_node("Transpose", [f"ways{layer}"], [f"wide{layer}"], perm=[0, 2, 1, 3]),
            helper.make_node("Reshape", [f"wide{layer}", "merged"], [f"read{layer + 1}"]),
        ]
    last = f"read{case.layers}"
    nodes.append(helper.make_node("Transpose", [last], ["outputs"], perm=[1, 0, 2]))
    values = [helper.make_tensor_value_info(n, element, [None] * r) for n, r in inputs.items()]
    if padded:
        values.append(helper.make_tensor_value_info("lengths", onnx.TensorProto.INT32, [None]))
    graph = helper.make_graph(
        nodes, "recorded", values,
        [helper.make_tensor_value_info(n, element, [None] * r) for n, r in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in held.items()],
    )  # fmt: skip
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return model


def attributes(case: Case) -> dict[str, Any]:
    """The attributes of every node of a case."""
    found: dict[str, Any] = {"hidden_size": case.units}
    if case.bidirectional:
        found["direction"] = "bidirectional"
    if case.reset:
        found["linear_before_reset"] = int(case.reset == "after")
    if case.activation:  # every gate and candidate has one, in each direction
        passed = [ACTIVATIONS[name] for name in passed_by(case)] * case.directions
        found["activations"] = [name for name, _ in passed]
        for position, name in enumerate(("activation_alpha", "activation_beta")):
            # taken in turn by those that have any
            given = [numbers[position] for _, numbers in passed if numbers]
            found |= {name: given} if given else {}
    return found


def passed_by(case: Case) -> list[str]:
    """ONNX's f, g and h: what the gates, the candidate and, in an LSTM, the output pass."""
    gates = [case.recurrent_activation] if case.recurrent_activation else []
    return [*gates, *[str(case.activation)] * (1 + (case.cell == "LSTM"))]


def evaluable(case: Case) -> bool:
    """Whether the evaluator computes the case: it refuses an RNN with Relu, and what activations
    an LSTM or a GRU has it ignores without a word.
    """
    return case.activation != "relu" and not case.recurrent_activation


def run(case: Case, runner: Any, given: Arrays, kind: type) -> Arrays:
    """Run a model once: `outputs`, and the states of all layers and directions on top of another.

    The runner is a session of ONNX Runtime or a `ReferenceEvaluator`; they are called alike.
    """
    fed: Arrays = {"inputs": given["inputs"].astype(kind)}
    for part in parts(case):
        states: list[Any] = np.split(given[f"before.{part}"].astype(kind), case.layers)
        fed |= {f"before.{part}{layer}": state for layer, state in enumerate(states)}
    fed |= {"lengths": given["lengths"]} if "lengths" in given else {}
    names = ["outputs", *(f"after.{p}{layer}" for p in parts(case) for layer in range(case.layers))]
    left = dict(zip(names, runner.run(names, fed), strict=True))
    after = {f"after.{part}": np.concatenate([left[f"after.{part}{layer}"]
             for layer in range(case.layers)]) for part in parts(case)}  # fmt: skip
    return {"outputs": left["outputs"]} | after


def run_alone(case: Case, runner: Any, given: Arrays, kind: type) -> Arrays:
    """Run every sequence by itself, no further than its length; past it the outputs are 0."""
    rows = []
    for row in range(case.batch):
        length = case.lengths[row] if case.lengths else case.timesteps
        one = {k: v[:, row : row + 1] for k, v in given.items() if k.startswith("before.")}
        one["inputs"] = given["inputs"][row : row + 1, :length]
        found = run(case, runner, one, kind)
        padding = [(0, 0), (0, case.timesteps - length), (0, 0)]
        rows.append(found | {"outputs": np.pad(found["outputs"], padding)})
    axes = {name: 0 if name == "outputs" else 1 for name in rows[0]}
    return {name: np.concatenate([r[name] for r in rows], axis) for name, axis in axes.items()}


def inspect(case: Case, given: Arrays, found: Arrays) -> None:
    """Raise if a case would prove nothing: equal sizes, an idle relu, padding that is read."""
    sizes = [*case.index_entry()["sizes"].values()]
    sizes += [case.directions * case.units] if case.bidirectional else []
    if len(set(sizes)) < len(sizes) or case.batch == len(given["before.h"]):
        raise RuntimeError(f"{case.name}: sizes must differ, and batch from layers × directions")
    for key, array in (given | found).items():
        if not np.isfinite(array).all() or not array.any():
            raise RuntimeError(f"{case.name}: {key} must be finite and not zero throughout")
    if case.activation == "relu" and not 0.1 < np.mean(found["outputs"] == 0) < 0.9:
        raise RuntimeError(f"{case.name}: relu must cut off some outputs, not none or all")
    for row, length in enumerate(case.lengths or ()):
        if found["outputs"][row, length:].any():
            raise RuntimeError(f"{case.name}: nothing must come of inputs past the length")


def compare(case: Case, what: str, one: Arrays, other: Arrays) -> None:
    """Raise unless both ways to run a case agree."""
    for name, array in one.items():
        if not np.abs(array - other[name]).max() <= AGREE:
            raise RuntimeError(f"{case.name}: {name} of ONNX Runtime and of {what} must agree")


def session(model: Any) -> Any:
    """ONNX Runtime's session for a model, on the CPU."""
    made = model.SerializeToString()
    return onnxruntime.InferenceSession(made, providers=["CPUExecutionProvider"])


def record(case: Case) -> Arrays:
    """All arrays of a case, checked."""
    given = draw(case)
    lengths = {"lengths": np.array(case.lengths, np.int32)} if case.lengths else {}
    model = make_model(case, given, np.float32, padded=bool(case.lengths))
    found = run(case, session(model), given | lengths, np.float32)
    inspect(case, given, found)
    whole = make_model(case, given, np.float32, padded=False)
    compare(case, "single sequences", found, run_alone(case, session(whole), given, np.float32))
    arrays = given | lengths | {f"float32/{name}": array for name, array in found.items()}
    if evaluable(case):
        # it ignores lengths without a word, so it is given one sequence at a time
        evaluator = ReferenceEvaluator(make_model(case, given, np.float64, padded=False))
        exact = run_alone(case, evaluator, given, np.float64)
        if any(array.dtype != np.float64 for array in exact.values()):
            raise RuntimeError(f"{case.name}: the evaluator must compute in float64")
        compare(case, "the evaluator", found, exact)
        arrays |= {f"reference/{name}": array for name, array in exact.items()}
    return arrays


def main(argv: list[str] | None = None) -> int:
    """Record all cases and write `onnx.npz` and `onnx.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args(argv)
    arrays = {f"{case.name}/{k}": v for case in CASES for k, v in sorted(record(case).items())}
    written = write(
        arguments.folder, "onnx", f"{onnxruntime.__version__} with onnx {onnx.__version__}",
        arguments.date, "python -m checker.traces.record_onnx",
        {case.name: case.index_entry() for case in CASES}, arrays,
    )  # fmt: skip
    print(written)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
