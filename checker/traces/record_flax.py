"""Record what Flax's own recurrent cells compute.

The cells are those of `flax.linen`, run along the sequence by its `nn.RNN` and `nn.Bidirectional`,
with `nn.Dense` behind them; the gradients are JAX's. What goes in and what comes out is written to
`flax.npz`, so that machines without Flax can compare their own arithmetic with it; `flax.json` is
the index.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from flax.traverse_util import flatten_dict, unflatten_dict
from numpy.typing import NDArray

from checker.traces.writing import write

jax.config.update("jax_enable_x64", True)  # else float64 becomes float32 without a word

Arrays = dict[str, NDArray[Any]]
Tensors = dict[str, Any]

SCALE = 0.7  # of every weight, input and state: gates are neither linear nor saturated
AGREE = 1e-13  # between the whole layer and a call of the cell per sequence and step; both are Flax
SINGLE = 1e-5  # between both precisions
OPTIONS = ("layers", "bidirectional", "merge", "activation", "recurrent_activation", "head")
MERGES = {"concat": lambda a, b: jnp.concatenate([a, b], axis=-1), "sum": jnp.add,
          "mul": jnp.multiply, "ave": lambda a, b: (a + b) / 2}  # fmt: skip
ACTIVATIONS = {"relu": nn.relu, "linear": lambda z: z, "sigmoid": nn.sigmoid,
               "hard_sigmoid": nn.hard_sigmoid, "tanh": nn.tanh}  # fmt: skip


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
    def parts(self) -> str:
        """The parts of a carry, in Flax's order."""
        return "ch" if "LSTM" in self.cell else "h"

    def index_entry(self) -> dict[str, Any]:
        """Return what the index says of this case."""
        sizes = {size: getattr(self, size) for size in ("batch", "timesteps", "features", "units")}
        return {"cell": self.cell, "options": self.options, "sizes": sizes}


CASES = (
    Case("lstm", "LSTMCell", 2, 3, 4, 5),
    Case("lstm-long", "LSTMCell", 3, 12, 1, 2),
    Case("lstm-optimized", "OptimizedLSTMCell", 3, 4, 1, 2),
    Case("lstm-layers", "LSTMCell", 4, 3, 5, 2, layers=2),
    Case("lstm-both-ways", "LSTMCell", 3, 5, 1, 2, bidirectional=True, merge="concat"),
    Case("lstm-lengths", "LSTMCell", 3, 5, 6, 2, lengths=(2, 4, 1)),
    Case("lstm-both-ways-lengths", "LSTMCell", 3, 5, 6, 2, bidirectional=True, merge="concat",
         lengths=(2, 4, 1)),
    Case("lstm-everything", "LSTMCell", 2, 6, 4, 3, layers=2, bidirectional=True, merge="sum",
         head=7, lengths=(2, 5)),
    Case("lstm-activations", "LSTMCell", 3, 4, 2, 5, activation="relu",
         recurrent_activation="hard_sigmoid", scale=1.5),
    Case("gru", "GRUCell", 2, 4, 3, 5),
    Case("gru-narrow", "GRUCell", 4, 3, 5, 2),
    Case("gru-layers-head", "GRUCell", 4, 5, 3, 2, layers=2, head=6),
    Case("gru-both-ways-lengths", "GRUCell", 3, 5, 1, 4, bidirectional=True, merge="mul",
         lengths=(3, 1, 4)),
    Case("gru-activations", "GRUCell", 3, 4, 2, 5, activation="sigmoid",
         recurrent_activation="hard_sigmoid", scale=1.5),
    Case("rnn-tanh", "SimpleCell", 3, 4, 2, 5),
    Case("rnn-relu", "SimpleCell", 4, 3, 2, 5, activation="relu"),
    Case("rnn-linear", "SimpleCell", 2, 5, 4, 3, activation="linear"),
    Case("rnn-both-ways", "SimpleCell", 3, 4, 1, 5, bidirectional=True, merge="ave",
         lengths=(2, 3, 1)),
)  # fmt: skip


class Network(nn.Module):  # type: ignore[misc]
    """Layers on top of each other, and a dense layer on the last real output."""

    layers: Sequence[nn.Module]
    head: nn.Module | None = None

    def __call__(self, inputs: Any, carries: Any, lengths: Any) -> tuple[Tensors, list[Any]]:
        """What comes out, and the carry of every layer after each sequence's last real step."""
        after = []
        outputs = inputs
        for layer, carry in zip(self.layers, carries, strict=True):
            left, outputs = layer(
                outputs, initial_carry=carry, seq_lengths=lengths, return_carry=True
            )
            after.append(left)
        found = {"outputs": outputs}
        if self.head is not None:
            ends = outputs.shape[1] if lengths is None else lengths
            found["scores"] = self.head(outputs[jnp.arange(len(outputs)), ends - 1])
        return found, after


def make_cell(case: Case, dtype: Any = jnp.float64) -> nn.Module:
    """Flax's cell."""
    options = {"activation_fn": case.activation, "gate_fn": case.recurrent_activation}
    passed = {option: ACTIVATIONS[name] for option, name in options.items() if name}
    cell: nn.Module = getattr(nn, case.cell)(case.units, param_dtype=dtype, **passed)
    return cell


def make_network(case: Case, dtype: Any = jnp.float64) -> Network:
    """Flax's modules around its cells."""

    def layer() -> nn.Module:
        if case.bidirectional:
            ways = [nn.RNN(make_cell(case, dtype)) for _ in range(2)]
            return nn.Bidirectional(*ways, MERGES[case.merge or "concat"])
        return nn.RNN(make_cell(case, dtype))

    head = nn.Dense(case.head, param_dtype=dtype) if case.head else None
    return Network([layer() for _ in range(case.layers)], head)


def carries(case: Case, tensors: Tensors) -> list[Any]:
    """The carry of every layer from `before.h` and `before.c`, (slots, batch, units) each."""

    def one(slot: int) -> Any:
        states = tuple(tensors[f"before.{part}"][slot] for part in case.parts)
        return states if len(states) > 1 else states[0]

    ways = 1 + case.bidirectional
    slots = [[one(layer * ways + way) for way in range(ways)] for layer in range(case.layers)]
    return [tuple(some) if case.bidirectional else some[0] for some in slots]


def run(case: Case, tensors: Tensors) -> Tensors:
    """Run the network once, in the precision of what it is given."""
    weights = {n: t for n, t in tensors.items() if n.startswith(("layers_", "head."))}
    lengths = None if case.lengths is None else jnp.array(case.lengths)
    found: Tensors
    found, after = make_network(case, tensors["inputs"].dtype).apply(
        {"params": unflatten_dict(weights, sep=".")},
        tensors["inputs"],
        carries(case, tensors),
        lengths,
    )
    leaves = [way for layer in after for way in (layer if case.bidirectional else [layer])]
    for index, part in enumerate(case.parts):
        states = [leaf[index] if len(case.parts) > 1 else leaf for leaf in leaves]
        found[f"after.{part}"] = jnp.stack(states)
    return found


def draw(case: Case) -> Arrays:
    """Draw weights, inputs, initial state and loss weights; a pure function of the case.

    They are exact in float16, which keeps the file small, and so in float32.
    """
    random = np.random.default_rng(list(case.name.encode()))
    slots = case.layers * (1 + case.bidirectional)
    shapes: dict[str, tuple[int, ...]] = {
        "inputs": (case.batch, case.timesteps, case.features),
        **{f"before.{part}": (slots, case.batch, case.units) for part in case.parts},
    }
    some = {name: jnp.zeros(shape) for name, shape in shapes.items()}
    made = jax.eval_shape(
        make_network(case).init, jax.random.key(0), some["inputs"], carries(case, some), None
    )
    weights = flatten_dict(made["params"], sep=".")
    shapes |= {name: weight.shape for name, weight in sorted(weights.items())}
    given = {name: _drawn(case, random, shape) for name, shape in shapes.items()}
    seen = jax.eval_shape(lambda tensors: run(case, tensors), given)
    losses = {f"loss.{name}": _drawn(case, random, seen[name].shape) for name in sorted(seen)}
    return given | losses


def _drawn(case: Case, random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    drawn = case.scale * random.standard_normal(shape)
    return drawn.astype(np.float16).astype(np.float64)


def run_whole(case: Case, given: Arrays) -> Arrays:
    """What comes out in float64, the gradients of the recorded loss, and the same in float32."""
    sources = {name: a for name, a in given.items() if not name.startswith("loss.")}

    def loss(tensors: Tensors) -> Any:
        seen = run(case, tensors)
        return sum(jnp.sum(given[f"loss.{name}"] * value) for name, value in seen.items())

    found = dict(jax.jit(lambda tensors: run(case, tensors))(sources))
    found |= {f"gradient/{name}": a for name, a in jax.jit(jax.grad(loss))(sources).items()}
    single = {name: a.astype(np.float32) for name, a in sources.items()}
    found |= {f"float32/{name}": a for name, a in
              jax.jit(lambda tensors: run(case, tensors))(single).items()}  # fmt: skip
    return {name: np.asarray(array) for name, array in found.items()}


def run_steps(case: Case, given: Arrays) -> Arrays:
    """One call of the cell for each sequence and step, with none of Flax's loops and lengths.

    Outputs past a sequence's length are NaN, and so are the states there: `states.h` (slots, batch,
    timesteps, units) has the state after each step, in the order in which the steps are read.
    """
    cell = jax.jit(make_cell(case).apply)
    scopes = ("forward_rnn.cell.", "backward_rnn.cell.") if case.bidirectional else ("cell.",)
    shape = (case.layers * len(scopes), case.batch, case.timesteps, case.units)
    found: Arrays = {f"states.{part}": np.full(shape, np.nan) for part in case.parts}
    rows = []
    for row, length in enumerate(case.lengths or (case.timesteps,) * case.batch):
        read = given["inputs"][row, :length]
        for layer in range(case.layers):
            outputs = []
            for way, scope in enumerate(scopes):
                slot, start = layer * len(scopes) + way, f"layers_{layer}.{scope}"
                own = {n.removeprefix(start): a for n, a in given.items() if n.startswith(start)}
                variables = {"params": unflatten_dict(own, sep=".")}
                states = [given[f"before.{part}"][slot, row] for part in case.parts]
                for step, values in enumerate(read[::-1] if way else read):
                    carry = tuple(states) if len(states) > 1 else states[0]
                    carry, _ = cell(variables, carry, values)
                    states = list(carry) if len(states) > 1 else [carry]
                    for part, state in zip(case.parts, states, strict=True):
                        found[f"states.{part}"][slot, row, step] = state
                h = found["states.h"][slot, row, :length]
                outputs.append(h[::-1] if way else h)
            read = MERGES[case.merge or "concat"](*outputs) if case.bidirectional else outputs[0]
        rows.append(np.full((case.timesteps, read.shape[-1]), np.nan))
        rows[row][:length] = read
    ends = np.array(case.lengths or (case.timesteps,) * case.batch) - 1
    last = {f"after.{part}": found[f"states.{part}"][:, np.arange(case.batch), ends]
            for part in case.parts}  # fmt: skip
    return found | last | {"outputs": np.stack(rows)}


def compare(case: Case, whole: Arrays, steps: Arrays) -> None:
    """Raise unless the whole network and single calls agree, and float32 agrees with float64."""
    for name in ("outputs", *(f"after.{part}" for part in case.parts)):
        seen = ~np.isnan(steps[name])
        if not np.abs(whole[name] - steps[name])[seen].max() <= AGREE:
            raise RuntimeError(f"{case.name}: {name} of the network and of single steps must agree")
    for name, single in whole.items():
        if not name.startswith("float32/"):
            continue
        if single.dtype != np.float32:
            raise RuntimeError(f"{case.name}: {name} must be float32")
        if not np.abs(single - whole[name.removeprefix("float32/")]).max() <= SINGLE:
            raise RuntimeError(f"{case.name}: {name} must agree with float64")


def inspect(case: Case, arrays: Arrays) -> None:
    """Raise if a case would prove nothing: equal sizes, dead gradients, idle relu or length."""
    wide = arrays["outputs"].shape[-1]
    sizes = [*case.index_entry()["sizes"].values(), case.head]
    sizes = [size for size in sizes if size] + ([wide] if wide != case.units else [])
    if len(set(sizes)) < len(sizes) or case.batch == len(arrays["before.h"]):
        raise RuntimeError(f"{case.name}: sizes must differ, and batch from layers × directions")
    for key, array in arrays.items():
        if not key.startswith("float32/") and array.dtype != np.float64:
            raise RuntimeError(f"{case.name}: {key} must be float64")
        if not np.isfinite(array).all() or not array.any():
            raise RuntimeError(f"{case.name}: {key} must be finite, and not zero throughout")
    cut_off = case.cell == "SimpleCell" and case.activation == "relu"
    if cut_off and not 0.1 < np.mean(arrays["outputs"] == 0) < 0.9:
        raise RuntimeError(f"{case.name}: relu must cut off some outputs, not none or all")
    if case.lengths and max(case.lengths) >= case.timesteps:
        raise RuntimeError(f"{case.name}: the longest sequence must be shorter than the inputs")
    for row, length in enumerate(case.lengths or ()):
        if not arrays["outputs"][row, length:].all():
            raise RuntimeError(f"{case.name}: outputs past a length are those of the padding")


def record(case: Case) -> Arrays:
    """All arrays of a case, checked."""
    given = draw(case)
    whole, steps = run_whole(case, given), run_steps(case, given)
    compare(case, whole, steps)
    arrays = given | whole
    if len(given["before.h"]) == 1 and not case.lengths:
        arrays |= {f"states.{part}": steps[f"states.{part}"][0] for part in case.parts}
    inspect(case, arrays)
    return arrays | ({"lengths": np.array(case.lengths)} if case.lengths else {})


def main(argv: list[str] | None = None) -> int:
    """Record all cases and write `flax.npz` and `flax.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args(argv)
    arrays = {f"{case.name}/{k}": v for case in CASES for k, v in record(case).items()}
    cases = {case.name: case.index_entry() for case in CASES}
    made_by = f"{version('flax')} on JAX {version('jax')}"
    recorded_by = "python -m checker.traces.record_flax"
    print(write(arguments.folder, "flax", made_by, arguments.date, recorded_by, cases, arrays))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
