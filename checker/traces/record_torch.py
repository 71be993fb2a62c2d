"""Record what PyTorch's own recurrent layers compute.

The layers are `torch.nn.LSTM`, `torch.nn.GRU` and `torch.nn.RNN`, the gradients are those of
PyTorch's autograd. What goes in and what comes out is written to `torch.npz`, so that machines
without PyTorch can compare their own arithmetic with it; `torch.json` is the index.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from checker.traces.writing import write

Arrays = dict[str, NDArray[Any]]
Tensors = dict[str, Any]

SCALE = 0.7  # of every weight, input and state: gates are neither linear nor saturated
AGREE = 1e-13  # between the whole batch and a call per sequence; both are PyTorch
SINGLE = 1e-5  # between both precisions
OPTIONS = ("layers", "bidirectional", "projection", "activation")
RENAMED = {"layers": "num_layers", "projection": "proj_size", "activation": "nonlinearity"}


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
    projection: int | None = None
    activation: str | None = None
    lengths: tuple[int, ...] | None = None

    @property
    def options(self) -> dict[str, int | bool | str]:
        """The options that the case has; only an LSTM can project, only an RNN has a choice."""
        return {name: getattr(self, name) for name in OPTIONS if getattr(self, name) is not None}

    def index_entry(self) -> dict[str, Any]:
        """Return what the index says of this case."""
        sizes = {size: getattr(self, size) for size in ("batch", "timesteps", "features", "units")}
        return {"cell": self.cell, "options": self.options, "sizes": sizes}


CASES = (
    Case("lstm", "LSTM", 2, 3, 4, 5),
    Case("lstm-long", "LSTM", 3, 12, 1, 2),
    Case("lstm-layers", "LSTM", 4, 3, 5, 2, layers=2),
    Case("lstm-both-ways", "LSTM", 3, 5, 1, 2, bidirectional=True),
    Case("lstm-lengths", "LSTM", 3, 5, 6, 2, bidirectional=True, lengths=(2, 4, 1)),
    Case("lstm-layers-both-ways", "LSTM", 3, 5, 1, 2, layers=2, bidirectional=True),
    Case("lstm-projection", "LSTM", 3, 4, 6, 5, projection=2),
    Case("lstm-everything", "LSTM", 3, 6, 1, 5, layers=2, bidirectional=True, projection=2),
    Case("gru", "GRU", 2, 4, 3, 5),
    Case("gru-layers-both-ways", "GRU", 3, 5, 1, 2, layers=2, bidirectional=True),
    Case("rnn-tanh", "RNN", 3, 4, 2, 5, activation="tanh"),
    Case("rnn-relu", "RNN", 4, 3, 2, 5, activation="relu"),
)


def make_layer(case: Case, dtype: torch.dtype) -> Any:
    """Make PyTorch's layer; its weights are not yet those of the case."""
    options = {RENAMED.get(name, name): value for name, value in case.options.items()}
    make = getattr(torch.nn, case.cell)
    return make(case.features, case.units, batch_first=True, dtype=dtype, **options)


def fill(layer: Any, given: Arrays) -> None:
    """Give the layer the weights of the case, in its own precision."""
    layer.load_state_dict({name: torch.from_numpy(given[name]) for name in layer.state_dict()})


def draw(case: Case, layer: Any) -> Arrays:
    """Draw weights, inputs, initial state and loss weights; a pure function of the case.

    They are exact in float32 too, so the same trace can be run in both precisions, and exact
    in float16 as well, which keeps the file small.
    """
    random = np.random.default_rng(list(case.name.encode()))
    shapes = {name: tuple(weight.shape) for name, weight in layer.named_parameters()}
    shapes["inputs"] = (case.batch, case.timesteps, case.features)
    hidden, directions = case.projection or case.units, 1 + case.bidirectional
    shapes["loss.outputs"] = (case.batch, case.timesteps, directions * hidden)
    for name, size in [("h", hidden), ("c", case.units)][: 1 + (case.cell == "LSTM")]:
        shape = (case.layers * directions, case.batch, size)  # also with batch_first
        shapes[f"before.{name}"] = shapes[f"loss.{name}"] = shape
    return {
        name: (SCALE * random.standard_normal(shape)).astype(np.float16).astype(np.float64)
        for name, shape in shapes.items()
    }


def run(layer: Any, sources: Tensors, lengths: tuple[int, ...] | None = None) -> Tensors:
    """Run the layer once: `outputs` and the parts of the state at the end."""
    before = tuple(sources[f"before.{part}"] for part in "hc" if f"before.{part}" in sources)
    read, state = sources["inputs"], before if len(before) > 1 else before[0]
    if lengths is None:
        outputs, after = layer(read, state)
    else:
        packed = pack_padded_sequence(read, lengths, batch_first=True, enforce_sorted=False)
        packed, after = layer(packed, state)
        # without total_length the outputs end with the longest sequence, not with the inputs
        outputs, _ = pad_packed_sequence(packed, batch_first=True, total_length=read.shape[1])
    after = after if isinstance(after, tuple) else (after,)
    return {"outputs": outputs} | dict(zip("hc", after, strict=False))


def run_whole(case: Case, layer: Any, given: Arrays) -> Arrays:
    """Run the batch at once: outputs, final state, and the gradients of the recorded loss."""
    tensors = {name: torch.from_numpy(array) for name, array in given.items()}
    sources = {k: v.requires_grad_() for k, v in tensors.items() if not k.startswith("loss.")}
    sources |= dict(layer.named_parameters())
    seen = run(layer, sources, case.lengths)
    loss = sum((tensors[f"loss.{k}"] * v).sum() for k, v in seen.items())
    gradients = torch.autograd.grad(loss, list(sources.values()))
    found = {k if k == "outputs" else f"after.{k}": v for k, v in seen.items()}
    found |= {f"gradient/{k}": v for k, v in zip(sources, gradients, strict=True)}
    return {name: tensor.detach().numpy() for name, tensor in found.items()}


def run_single(case: Case, given: Arrays) -> Arrays:
    """Run the same in float32: outputs and final states."""
    layer = make_layer(case, torch.float32)
    fill(layer, given)
    sources = {name: torch.from_numpy(array).float() for name, array in given.items()}
    with torch.no_grad():
        found = run(layer, sources, case.lengths)
    return {
        "float32/" + (k if k == "outputs" else f"after.{k}"): v.numpy() for k, v in found.items()
    }


def compare(case: Case, layer: Any, arrays: Arrays) -> None:
    """Raise unless float32 gives the same but for rounding, and every sequence run alone.

    Alone it is run no further than its length.
    """
    for key, array in arrays.items():
        twin = arrays[key.removeprefix("float32/")]
        if not np.abs(array - twin).max() <= SINGLE:
            raise RuntimeError(f"{case.name}: {key} must be that of float64 but for rounding")
    for row, length in enumerate(case.lengths or (case.timesteps,) * case.batch):
        one = slice(row, row + 1)
        whole = {k: v[:, one] for k, v in arrays.items() if k.startswith(("before.", "after."))}
        whole |= {k: arrays[k][one, :length] for k in ("inputs", "outputs")}
        tensors = {k: torch.from_numpy(v) for k, v in whole.items()}
        for name, tensor in run(layer, tensors).items():
            there = tensors[name if name == "outputs" else f"after.{name}"]
            if not (tensor - there).abs().max() <= AGREE:
                raise RuntimeError(f"{case.name}: {name} of row {row} must not depend on the batch")


def inspect(case: Case, arrays: Arrays) -> None:
    """Raise if a case would prove nothing: equal sizes, dead gradients, an idle relu or length."""
    width = case.bidirectional and arrays["outputs"].shape[-1]  # else it is units or projection
    sizes = [*case.index_entry()["sizes"].values(), case.projection, width]
    sizes = [size for size in sizes if size]
    if len(set(sizes)) < len(sizes) or case.batch == len(arrays["before.h"]):
        raise RuntimeError(f"{case.name}: sizes must differ, and batch from layers × directions")
    for key, array in arrays.items():
        expected = np.float32 if key.startswith("float32/") else np.float64
        if array.dtype != expected or not np.isfinite(array).all():
            raise RuntimeError(f"{case.name}: {key} must be {expected.__name__} and finite")
        if not array.any():
            raise RuntimeError(f"{case.name}: {key} must not be zero throughout")
    if case.activation == "relu" and not 0.1 < np.mean(arrays["outputs"] == 0) < 0.9:
        raise RuntimeError(f"{case.name}: relu must cut off some outputs, not none or all")
    for row, length in enumerate(case.lengths or ()):
        if arrays["outputs"][row, length:].any() or arrays["gradient/inputs"][row, length:].any():
            raise RuntimeError(f"{case.name}: nothing must come of inputs past the length")


def record(case: Case) -> Arrays:
    """All arrays of a case, checked."""
    layer = make_layer(case, torch.float64)
    given = draw(case, layer)
    fill(layer, given)
    arrays = given | run_whole(case, layer, given) | run_single(case, given)
    compare(case, layer, arrays)
    inspect(case, arrays)
    return arrays | ({"lengths": np.array(case.lengths)} if case.lengths else {})


def main(argv: list[str] | None = None) -> int:
    """Record all cases and write `torch.npz` and `torch.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args(argv)
    arrays = {f"{case.name}/{k}": v for case in CASES for k, v in record(case).items()}
    cases = {case.name: case.index_entry() for case in CASES}
    recorded_by = "python -m checker.traces.record_torch"
    said = write(arguments.folder, "torch", str(torch.__version__), arguments.date, recorded_by,
                 cases, arrays)  # fmt: skip
    print(said)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
