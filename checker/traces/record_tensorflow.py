"""Record what TensorFlow's own legacy recurrent cells compute.

The cells are TensorFlow's, the loop over time is its `dynamic_rnn`, the gradients are its
`GradientTape`. What goes in and what comes out is written to `tensorflow.npz`, so that machines
without TensorFlow can compare their own arithmetic with it; `tensorflow.json` is the index.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.python.ops import rnn_cell  # the public name refuses to work beside Keras 3

from checker.traces.writing import write

Arrays = dict[str, NDArray[Any]]
Tensors = dict[str, Any]
Cells = dict[str, Any]
"""By place: `cell_0`, `cell_1` … in a stack, `fw` and `bw`, `cell_0/fw` …, or the one cell `""`."""

SCALE = 0.7  # of every weight, input and state: gates are neither linear nor saturated
AGREE = 1e-13  # between the whole loop and a call per step; both are TensorFlow
SINGLE = 1e-5  # between both precisions
RENAMED = {"projection": "num_proj", "peepholes": "use_peepholes", "projection_clip": "proj_clip"}
LOOP = ("layers", "bidirectional")  # options of what is around the cell


@dataclass(frozen=True)
class Case:
    """Cells at one size. Equal sizes would hide a transposed or misread layout."""

    name: str
    cell: str
    batch: int
    timesteps: int
    features: int
    units: int
    options: dict[str, float | bool | str] = field(default_factory=dict)
    lengths: tuple[int, ...] | None = None

    @property
    def layers(self) -> int:
        """How many cells are on top of each other."""
        return int(self.options.get("layers", 1))

    @property
    def ways(self) -> tuple[str, ...]:
        """The directions, as TensorFlow calls them."""
        return ("fw", "bw") if self.options.get("bidirectional") else ("",)

    def index_entry(self) -> dict[str, Any]:
        """Return what the index says of this case."""
        sizes = {size: getattr(self, size) for size in ("batch", "timesteps", "features", "units")}
        return {"cell": self.cell, "options": self.options, "sizes": sizes}


Options = dict[str, float | bool | str]
ONE: Options = {"forget_bias": 1.0}
EVERYTHING: Options = {"forget_bias": 0.5, "peepholes": True, "projection": 4}
CLIPS: Options = {"cell_clip": 0.6, "projection_clip": 0.3}
STACK: Options = {"layers": 2}
BOTH: Options = {"bidirectional": True}
CASES = (
    Case("basic-lstm", "BasicLSTMCell", 2, 3, 4, 5, {"forget_bias": 1.0}),
    Case("basic-lstm-forget-zero", "BasicLSTMCell", 3, 4, 2, 5, {"forget_bias": 0.0}),
    Case("basic-lstm-forget-large", "BasicLSTMCell", 1, 6, 3, 2, {"forget_bias": 2.5}),
    Case("basic-lstm-forget-negative", "BasicLSTMCell", 4, 2, 3, 5, {"forget_bias": -0.75}),
    Case("basic-lstm-long", "BasicLSTMCell", 3, 12, 1, 2, {"forget_bias": 1.0}),
    Case("basic-lstm-one-unit", "BasicLSTMCell", 3, 2, 4, 1, {"forget_bias": 1.0}),
    Case("basic-lstm-sigmoid", "BasicLSTMCell", 3, 4, 1, 2, ONE | {"activation": "sigmoid"}),
    Case("basic-lstm-lengths", "BasicLSTMCell", 3, 5, 6, 2, ONE, lengths=(2, 4, 1)),
    Case("basic-lstm-layers", "BasicLSTMCell", 4, 3, 5, 2, ONE | STACK),
    Case("basic-lstm-both-ways", "BasicLSTMCell", 3, 5, 6, 2, ONE | BOTH),
    Case(
        "basic-lstm-both-ways-lengths", "BasicLSTMCell", 3, 6, 1, 2, ONE | BOTH, lengths=(2, 5, 1)
    ),
    Case("basic-lstm-layers-both-ways", "BasicLSTMCell", 3, 5, 1, 2, ONE | STACK | BOTH),
    Case("lstm-peepholes", "LSTMCell", 3, 4, 2, 5, {"forget_bias": 1.0, "peepholes": True}),
    Case("lstm-projection-small", "LSTMCell", 2, 4, 3, 6, {"forget_bias": 1.0, "projection": 5}),
    Case("lstm-projection-large", "LSTMCell", 3, 4, 2, 5, {"forget_bias": 1.0, "projection": 6}),
    Case("lstm-projection-layers", "LSTMCell", 3, 5, 6, 4, ONE | STACK | {"projection": 2}),
    Case("lstm-everything", "LSTMCell", 3, 6, 2, 5, EVERYTHING | CLIPS),
    Case("gru", "GRUCell", 2, 4, 3, 5),
    Case("gru-narrow", "GRUCell", 4, 3, 5, 2),
    Case("gru-sigmoid", "GRUCell", 3, 4, 1, 2, {"activation": "sigmoid"}),
    Case("gru-layers", "GRUCell", 4, 3, 5, 2, STACK),
    Case("gru-both-ways-lengths", "GRUCell", 3, 5, 1, 2, BOTH, lengths=(2, 4, 1)),
    Case("basic-rnn", "BasicRNNCell", 3, 4, 2, 5),
    Case("basic-rnn-wide", "BasicRNNCell", 2, 5, 4, 7),
    Case("basic-rnn-relu", "BasicRNNCell", 4, 3, 2, 5, {"activation": "relu"}),
    Case("basic-rnn-linear", "BasicRNNCell", 3, 4, 2, 5, {"activation": "linear"}),
    Case("basic-rnn-layers-lengths", "BasicRNNCell", 3, 5, 6, 4, STACK, lengths=(2, 4, 1)),
    Case("basic-rnn-both-ways", "BasicRNNCell", 3, 5, 6, 2, BOTH),
)


def make_cells(case: Case, dtype: Any) -> Cells:
    """Make TensorFlow's cells; their variables are not yet those of the case."""
    options = {RENAMED.get(n, n): v for n, v in case.options.items() if n not in LOOP}
    cells, features = {}, case.features
    for layer in range(case.layers):
        for way in case.ways:
            cell = getattr(rnn_cell, case.cell)(case.units, dtype=dtype, **options)
            cell.build((None, features))
            level = f"cell_{layer}" if case.layers > 1 else ""
            cells["/".join(part for part in (level, way) if part)] = cell
        features = cell.output_size * len(case.ways)
    return cells


def weights_of(cells: Cells) -> Tensors:
    """Return the variables of all cells by TensorFlow's names, such as `cell_0/projection/kernel`.

    TensorFlow puts `multi_rnn_cell` and the name of the class in front and between, and numbers
    the classes: the second kernel of all is that of `basic_rnn_cell_1`. None of this is kept.
    """
    return {
        f"{place}/{weight.name.split('/', 1)[1]}".strip("/").removesuffix(":0"): weight
        for place, cell in cells.items()
        for weight in cell.weights
    }


def parts(state: Any) -> dict[str, Any]:
    """Name the parts of the state of any cell: `h`, and `c` where there is one."""
    return state._asdict() if isinstance(state, rnn_cell.LSTMStateTuple) else {"h": state}


def named(place: str, state: Any) -> dict[str, Any]:
    """The parts of the state of a cell by name: `h`, or `cell_0.fw.h`."""
    return {f"{place}.{part}".replace("/", ".").strip("."): v for part, v in parts(state).items()}


def first_state(place: str, cell: Any, given: Tensors) -> Any:
    """Pack the recorded initial state as the cell wants it: `(c, h)`, or `h` alone."""
    state = [tf.convert_to_tensor(given[f"before.{n}"]) for n in named(place, cell.state_size)]
    return rnn_cell.LSTMStateTuple(*state) if len(state) > 1 else state[0]


def draw(case: Case, cells: Cells) -> Arrays:
    """Draw weights, inputs, initial state and loss weights; a pure function of the case.

    They are exact in float32 too: the same trace can be run in both precisions. They are exact
    in float16 as well, which keeps the file small.
    """
    random = np.random.default_rng(list(case.name.encode()))
    shapes = {name: tuple(weight.shape) for name, weight in weights_of(cells).items()}
    shapes["inputs"] = (case.batch, case.timesteps, case.features)
    width = next(iter(cells.values())).output_size * len(case.ways)
    shapes["loss.outputs"] = (case.batch, case.timesteps, width)
    for place, cell in cells.items():
        for name, size in named(place, cell.state_size).items():
            shapes[f"before.{name}"] = shapes[f"loss.{name}"] = (case.batch, size)
    return {
        name: (SCALE * random.standard_normal(shape, np.float32))
        .astype(np.float16)
        .astype(np.float64)
        for name, shape in shapes.items()
    }


def run(case: Case, cells: Cells, sources: Tensors) -> Tensors:
    """Run TensorFlow's loops once: `outputs` and the parts of the state at the end.

    One pair of directions reads the outputs of the pair below, forward beside backward.
    """
    states = {place: first_state(place, cell, sources) for place, cell in cells.items()}
    places, outputs, after = list(cells), sources["inputs"], {}
    if case.ways == ("",):
        stack = rnn_cell.MultiRNNCell(list(cells.values())) if case.layers > 1 else cells[""]
        state = tuple(states.values()) if case.layers > 1 else states[""]
        outputs, last = tf.compat.v1.nn.dynamic_rnn(stack, outputs, case.lengths, state)
        after = dict(zip(places, last if case.layers > 1 else (last,), strict=True))
    else:
        for fw, bw in zip(places[::2], places[1::2], strict=True):
            outputs, last = tf.compat.v1.nn.bidirectional_dynamic_rnn(
                cells[fw], cells[bw], outputs, case.lengths, states[fw], states[bw]
            )
            outputs = tf.concat(outputs, 2)
            after |= dict(zip((fw, bw), last, strict=True))
    found = {"outputs": outputs}
    for place, state in after.items():
        found |= named(place, state)
    return found


def run_whole(case: Case, cells: Cells, given: Arrays) -> Arrays:
    """Run the loops: outputs, final states, and the gradients of the recorded loss."""
    sources = {k: tf.constant(v) for k, v in given.items() if not k.startswith("loss.")}
    sources |= weights_of(cells)
    with tf.GradientTape() as tape:
        tape.watch(list(sources.values()))
        seen = run(case, cells, sources)
        loss = tf.add_n([tf.reduce_sum(given[f"loss.{k}"] * seen[k]) for k in seen])
    found = {k if k == "outputs" else f"after.{k}": v for k, v in seen.items()}
    found |= {f"gradient/{k}": v for k, v in tape.gradient(loss, sources).items()}
    return {name: tensor.numpy() for name, tensor in found.items()}


def run_single(case: Case, given: Arrays) -> Arrays:
    """Run the same in float32: outputs and final states."""
    cells = make_cells(case, tf.float32)
    single = {name: array.astype(np.float32) for name, array in given.items()}
    fill(cells, single)
    found = run(case, cells, {name: tf.constant(array) for name, array in single.items()})
    return {
        "float32/" + (k if k == "outputs" else f"after.{k}"): v.numpy() for k, v in found.items()
    }


def run_steps(case: Case, cells: Cells, given: Arrays) -> Arrays:
    """Call each cell once per sequence and step: outputs, the state after every step, and the last.

    TensorFlow's loops, stacks, directions and lengths are not involved.
    """
    rows = [run_row(case, cells, given, row) for row in range(case.batch)]
    return {name: np.stack([found[name] for found in rows]) for name in rows[0]}


def run_row(case: Case, cells: Cells, given: Arrays, row: int) -> Arrays:
    """One sequence alone; past its length outputs are 0 and states are those at the end."""
    own = {name: array[row : row + 1] for name, array in given.items() if "before." in name}
    length = case.lengths[row] if case.lengths else case.timesteps
    read, past, found = given["inputs"][row, :length], case.timesteps - length, {}
    for level in range(case.layers):
        sides = []
        for place in list(cells)[level * len(case.ways) :][: len(case.ways)]:
            turn = -1 if place.endswith("bw") else 1
            state, outputs, states = first_state(place, cells[place], own), [], []
            for inputs in read[::turn]:
                output, state = cells[place](tf.constant(inputs[None]), state)
                outputs.append(output[0])
                states.append(named(place, state))
            sides.append(np.stack(outputs)[::turn])
            for name, last in states[-1].items():
                steps = [np.concatenate([step[name] for step in states])[::turn]]
                found[f"states.{name}"] = np.concatenate(steps + [last] * past)
                found[f"after.{name}"] = last[0].numpy()
        read = np.concatenate(sides, axis=1)
    return found | {"outputs": np.pad(read, ((0, past), (0, 0)))}


def compare(name: str, whole: Arrays, steps: Arrays, single: Arrays) -> None:
    """Raise unless the whole loop agrees with the single steps, and with itself in float32."""
    for key in sorted(whole.keys() & steps.keys()):
        if not np.abs(whole[key] - steps[key]).max() <= AGREE:
            raise RuntimeError(f"{name}: {key} of TensorFlow's loop and of single steps must agree")
    for key, array in single.items():
        if not np.abs(whole[key.removeprefix("float32/")] - array).max() <= SINGLE:
            raise RuntimeError(f"{name}: {key} must be that of float64 but for rounding")


def inspect(case: Case, arrays: Arrays) -> None:
    """Raise if a case would prove nothing: equal sizes, dead gradients, idle options."""
    width = len(case.ways) > 1 and arrays["outputs"].shape[-1]  # else it is units or projection
    sizes = [*case.index_entry()["sizes"].values(), case.options.get("projection"), width]
    sizes = [size for size in sizes if size]
    if len(set(sizes)) < len(sizes):
        raise RuntimeError(f"{case.name}: sizes must differ")
    for key, array in arrays.items():
        expected = np.float32 if key.startswith("float32/") else np.float64
        if array.dtype != expected or not np.isfinite(array).all():
            raise RuntimeError(f"{case.name}: {key} must be {expected.__name__} and finite")
        if not array.any():
            raise RuntimeError(f"{case.name}: {key} must not be zero throughout")
    for option, key in (("cell_clip", "states.c"), ("projection_clip", "states.h")):
        if option in case.options:
            share = np.mean(np.abs(arrays[key]) == case.options[option])
            if not 0.1 < share < 0.9:
                raise RuntimeError(f"{case.name}: {option} must clip some, not {share:.0%}")
    relu = case.options.get("activation") == "relu"
    if relu and not 0.1 < np.mean(arrays["outputs"] == 0) < 0.9:
        raise RuntimeError(f"{case.name}: relu must cut off some outputs, not none or all")
    for row, length in enumerate(case.lengths or ()):
        if arrays["outputs"][row, length:].any() or arrays["gradient/inputs"][row, length:].any():
            raise RuntimeError(f"{case.name}: nothing must come of inputs past the length")


def fill(cells: Cells, given: Arrays) -> None:
    """Give the cells the weights of the case."""
    for name, weight in weights_of(cells).items():
        weight.assign(given[name])


def record(case: Case) -> Arrays:
    """All arrays of a case, checked."""
    cells = make_cells(case, tf.float64)
    given = draw(case, cells)
    fill(cells, given)
    whole, steps = run_whole(case, cells, given), run_steps(case, cells, given)
    single = run_single(case, given)
    compare(case.name, whole, steps, single)
    arrays = given | steps | whole | single
    inspect(case, arrays)
    return arrays | ({"lengths": np.array(case.lengths)} if case.lengths else {})


def main(argv: list[str] | None = None) -> int:
    """Record all cases and write `tensorflow.npz` and `tensorflow.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args(argv)
    arrays = {f"{case.name}/{k}": v for case in CASES for k, v in record(case).items()}
    cases = {case.name: case.index_entry() for case in CASES}
    recorded_by = "python -m checker.traces.record_tensorflow"
    said = write(arguments.folder, "tensorflow", tf.__version__, arguments.date, recorded_by,
                 cases, arrays)  # fmt: skip
    print(said)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
