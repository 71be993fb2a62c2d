"""Record what TensorFlow's own legacy recurrent cells compute.

The cells are TensorFlow's, the loop over time is its `dynamic_rnn`, the gradients are its
`GradientTape`. What goes in and what comes out is written to `tensorflow.npz`, so that machines
without TensorFlow can compare their own arithmetic with it; `tensorflow.json` is the index.
"""

from __future__ import annotations

import argparse
import json
import platform
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.python.ops import rnn_cell  # the public name refuses to work beside Keras 3

Arrays = dict[str, NDArray[np.float64]]

SCALE = 0.7  # of every weight, input and state: gates are neither linear nor saturated
AGREE = 1e-13  # between the whole loop and a call per step; both are TensorFlow
RENAMED = {"projection": "num_proj", "peepholes": "use_peepholes", "projection_clip": "proj_clip"}


@dataclass(frozen=True)
class Case:
    """One cell at one size. Equal sizes would hide a transposed or misread layout."""

    name: str
    cell: str
    batch: int
    timesteps: int
    features: int
    units: int
    options: dict[str, float | bool] = field(default_factory=dict)

    def index_entry(self) -> dict[str, Any]:
        """Return what the index says of this case."""
        sizes = {size: getattr(self, size) for size in ("batch", "timesteps", "features", "units")}
        return {"cell": self.cell, "options": self.options, "sizes": sizes}


EVERYTHING = {"forget_bias": 0.5, "peepholes": True, "projection": 4}
CLIPS = {"cell_clip": 0.6, "projection_clip": 0.3}
CASES = (
    Case("basic-lstm", "BasicLSTMCell", 2, 3, 4, 5, {"forget_bias": 1.0}),
    Case("basic-lstm-forget-zero", "BasicLSTMCell", 3, 4, 2, 5, {"forget_bias": 0.0}),
    Case("basic-lstm-forget-large", "BasicLSTMCell", 1, 6, 3, 2, {"forget_bias": 2.5}),
    Case("basic-lstm-forget-negative", "BasicLSTMCell", 4, 2, 3, 5, {"forget_bias": -0.75}),
    Case("basic-lstm-long", "BasicLSTMCell", 3, 12, 1, 2, {"forget_bias": 1.0}),
    Case("basic-lstm-one-unit", "BasicLSTMCell", 3, 2, 4, 1, {"forget_bias": 1.0}),
    Case("lstm-peepholes", "LSTMCell", 3, 4, 2, 5, {"forget_bias": 1.0, "peepholes": True}),
    Case("lstm-projection-small", "LSTMCell", 2, 4, 3, 6, {"forget_bias": 1.0, "projection": 5}),
    Case("lstm-projection-large", "LSTMCell", 3, 4, 2, 5, {"forget_bias": 1.0, "projection": 6}),
    Case("lstm-everything", "LSTMCell", 3, 6, 2, 5, EVERYTHING | CLIPS),
    Case("gru", "GRUCell", 2, 4, 3, 5),
    Case("gru-narrow", "GRUCell", 4, 3, 5, 2),
    Case("basic-rnn", "BasicRNNCell", 3, 4, 2, 5),
    Case("basic-rnn-wide", "BasicRNNCell", 2, 5, 4, 7),
)


def make_cell(case: Case) -> Any:
    """Make TensorFlow's cell in float64; its variables are not yet those of the case."""
    options = {RENAMED.get(name, name): value for name, value in case.options.items()}
    cell = getattr(rnn_cell, case.cell)(case.units, dtype=tf.float64, **options)
    cell.build((None, case.features))
    return cell


def weights_of(cell: Any) -> dict[str, Any]:
    """Return the variables of a cell by TensorFlow's names, such as `projection/kernel`."""
    # TensorFlow numbers its cells: the second one's kernel is called `basic_rnn_cell_1/kernel:0`
    return {w.name.split("/", 1)[1].removesuffix(":0"): w for w in cell.weights}


def parts(state: Any) -> dict[str, Any]:
    """Name the parts of the state of any cell: `h`, and `c` where there is one."""
    return state._asdict() if isinstance(state, rnn_cell.LSTMStateTuple) else {"h": state}


def first_state(cell: Any, given: dict[str, Any]) -> Any:
    """Pack the recorded initial state as the cell wants it: `(c, h)`, or `h` alone."""
    state = {name: tf.convert_to_tensor(given[f"before.{name}"]) for name in parts(cell.state_size)}
    return rnn_cell.LSTMStateTuple(**state) if "c" in state else state["h"]


def draw(case: Case, cell: Any) -> Arrays:
    """Draw weights, inputs, initial state and loss weights; a pure function of the case.

    They are exact in float32 too: the same trace can be run in both precisions.
    """
    random = np.random.default_rng(list(case.name.encode()))
    shapes = {name: tuple(weight.shape) for name, weight in weights_of(cell).items()}
    shapes["inputs"] = (case.batch, case.timesteps, case.features)
    shapes["loss.outputs"] = (case.batch, case.timesteps, cell.output_size)
    for name, size in parts(cell.state_size).items():
        shapes[f"before.{name}"] = shapes[f"loss.{name}"] = (case.batch, size)
    return {
        name: (SCALE * random.standard_normal(shape, np.float32)).astype(np.float64)
        for name, shape in shapes.items()
    }


def run_whole(cell: Any, given: Arrays) -> Arrays:
    """Run `dynamic_rnn`: outputs, final state, and the gradients of the recorded loss."""
    sources = {k: tf.constant(v) for k, v in given.items() if not k.startswith("loss.")}
    sources |= weights_of(cell)
    with tf.GradientTape() as tape:
        tape.watch(list(sources.values()))
        outputs, state = tf.compat.v1.nn.dynamic_rnn(
            cell, sources["inputs"], initial_state=first_state(cell, sources)
        )
        seen = {"outputs": outputs} | parts(state)
        loss = tf.add_n([tf.reduce_sum(given[f"loss.{k}"] * seen[k]) for k in seen])
    found = {"outputs": outputs} | {f"after.{k}": v for k, v in parts(state).items()}
    found |= {f"gradient/{k}": v for k, v in tape.gradient(loss, sources).items()}
    return {name: tensor.numpy() for name, tensor in found.items()}


def run_steps(cell: Any, given: Arrays) -> Arrays:
    """Call the cell once per step: outputs, the state after every step, and the final state."""
    state = first_state(cell, given)
    steps = []
    for inputs in given["inputs"].swapaxes(0, 1):
        output, state = cell(tf.constant(inputs), state)
        steps.append({"outputs": output} | {f"states.{k}": v for k, v in parts(state).items()})
    found = {name: np.stack([step[name] for step in steps], axis=1) for name in steps[0]}
    return found | {f"after.{k}": v.numpy() for k, v in parts(state).items()}


def compare(name: str, whole: Arrays, steps: Arrays) -> None:
    """Raise unless the whole loop and the single steps agree."""
    for key in sorted(whole.keys() & steps.keys()):
        if not np.abs(whole[key] - steps[key]).max() <= AGREE:
            raise RuntimeError(f"{name}: {key} of dynamic_rnn and of single steps must agree")


def inspect(case: Case, arrays: Arrays) -> None:
    """Raise if a case would prove nothing: dead gradients, numbers not finite, idle clips."""
    for key, array in arrays.items():
        if array.dtype != np.float64 or not np.isfinite(array).all():
            raise RuntimeError(f"{case.name}: {key} must be float64 and finite")
        if not array.any():
            raise RuntimeError(f"{case.name}: {key} must not be zero throughout")
    for option, key in (("cell_clip", "states.c"), ("projection_clip", "states.h")):
        if option in case.options:
            share = np.mean(np.abs(arrays[key]) == case.options[option])
            if not 0.1 < share < 0.9:
                raise RuntimeError(f"{case.name}: {option} must clip some, not {share:.0%}")


def record(case: Case) -> Arrays:
    """All arrays of a case, checked."""
    cell = make_cell(case)
    given = draw(case, cell)
    for name, weight in weights_of(cell).items():
        weight.assign(given[name])
    whole, steps = run_whole(cell, given), run_steps(cell, given)
    compare(case.name, whole, steps)
    arrays = given | steps | whole
    inspect(case, arrays)
    return arrays


def main(argv: list[str] | None = None) -> int:
    """Record all cases and write `tensorflow.npz` and `tensorflow.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args(argv)
    arrays = {f"{case.name}/{k}": v for case in CASES for k, v in sorted(record(case).items())}
    index = {
        "framework": "tensorflow",
        "version": tf.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "date": arguments.date.isoformat(),
        "recorded_by": "python checker/traces/record_tensorflow.py",
        "cases": {case.name: case.index_entry() for case in CASES},
    }
    np.savez_compressed(arguments.folder / "tensorflow.npz", allow_pickle=False, **arrays)
    text = json.dumps(index, indent=2, sort_keys=True) + "\n"
    (arguments.folder / "tensorflow.json").write_text(text, encoding="utf-8")
    print(f"{len(CASES)} cases, {len(arrays)} arrays")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
