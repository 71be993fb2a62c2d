"""PyTorch's ``nn.LSTM``, ``nn.GRU`` and ``nn.RNN`` in float64, with ``nn.Linear`` as the head.

Stacks and both directions are PyTorch's own (``num_layers``, ``bidirectional``), lengths go
through packed sequences, derivatives through its automatic differentiation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch.func import functional_call, jvp
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from checker.frameworks.offers import FRAMEWORKS
from checker.frameworks.steps import every_step
from checker.language.values import Array, ExperimentError
from checker.models.layouts import ORDER, loaded
from checker.models.protocol import Arrays, Axes, Model, Sizes, Trace

Tensors = Mapping[str, torch.Tensor]
CALLS = {name: getattr(torch.nn, name) for name in FRAMEWORKS["torch"].calls}
KINDS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}
PARTS = {"weight_ih": "kernel", "weight_hh": "recurrent", "bias_ih": "bias",
         "bias_hh": "recurrent_bias", "weight_hr": "projection"}  # fmt: skip


def layer(twin: Model) -> Model:
    """PyTorch's own module for the options of the reference, ``twin``."""
    kind, options = twin.kind, twin.options
    layers, both = int(options.get("layers", 1)), bool(options.get("bidirectional"))
    places = [(number, backward) for number in range(layers) for backward in range(1 + both)]

    def module(sizes: Sizes) -> torch.nn.Module:
        more: dict[str, Any] = {}
        if kind == "lstm":
            more["proj_size"] = options.get("projection", 0)
            if more["proj_size"] >= sizes["units"]:
                raise ExperimentError("PyTorch's projection is smaller than the layer")
        if kind == "rnn":
            more["nonlinearity"] = options["activation"]
        return KINDS[kind](
            sizes["features"], sizes["units"], num_layers=layers, bidirectional=both,
            batch_first=True, dtype=torch.float64, **more,
        )  # fmt: skip

    def prefix(number: int, backward: int) -> str:
        below = f"layer{number}." if layers > 1 else ""
        return below + (("backward." if backward else "forward.") if both else "")

    def suffix(number: int, backward: int) -> str:
        return f"_l{number}" + ("_reverse" if backward else "")

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        own = dict(module(sizes).named_parameters())
        found: dict[str, Any] = {}
        for place in places:
            weights = {
                name: own[name + suffix(*place)].detach().numpy()
                for name in PARTS
                if name + suffix(*place) in own
            }
            for name, array in loaded(kind, "pytorch", weights, sizes["features"]).items():
                found[prefix(*place) + name] = array
        if options.get("head"):
            wide = width(sizes)
            head = torch.nn.Linear(wide, int(options["head"]), dtype=torch.float64)
            found |= {"head.kernel": head.weight.T, "head.bias": head.bias}
        named = twin.parameters(sizes)
        return {n: dict(zip(named[n], a.shape, strict=True)) for n, a in found.items()}

    def width(sizes: Sizes) -> int:
        wide = options.get("projection") or sizes["units"]
        return int(wide) * (1 + both)

    def state(sizes: Sizes) -> dict[str, Axes]:
        return twin.state(sizes)

    def weights(parameters: Tensors) -> dict[str, torch.Tensor]:
        blocks = ORDER.get((kind, "pytorch"), ())
        found = {}
        for place in places:
            for name, part in PARTS.items():
                start = prefix(*place) + part
                if start in parameters:
                    found[name + suffix(*place)] = _turned(parameters[start])
                elif blocks and f"{start}.{blocks[0]}" in parameters:
                    gates = [_given(parameters, start, gate) for gate in blocks]
                    found[name + suffix(*place)] = torch.cat([_turned(gate) for gate in gates])
        return found

    def _given(parameters: Tensors, start: str, gate: str) -> torch.Tensor:
        given = parameters[f"{start}.{gate}"]
        added = float(options.get("forget_bias", 0))
        is_bias = start == "bias" or start.endswith(".bias")
        return given + added if gate == "f" and is_bias else given

    def whole(
        own: torch.nn.Module, parameters: Tensors, inputs: torch.Tensor, before: Tensors,
        lengths: torch.Tensor | None,
    ) -> dict[str, torch.Tensor]:  # fmt: skip
        parts = [name for name in ("h", "c") if prefix(*places[0]) + name in before]
        states = [torch.stack([before[prefix(*p) + part] for p in places]) for part in parts]
        given = tuple(states) if len(states) == 2 else states[0]  # (layers · directions, batch, n)
        fed: Any = inputs
        if lengths is not None:
            fed = pack_padded_sequence(inputs, lengths, batch_first=True, enforce_sorted=False)
        outputs, left = functional_call(own, weights(parameters), (fed, given))
        if lengths is not None:
            outputs, _ = pad_packed_sequence(
                outputs, batch_first=True, total_length=inputs.shape[1]
            )
        found = {"outputs": outputs}
        for part, stacked in zip(parts, left if len(parts) == 2 else (left,), strict=True):
            for place, value in zip(places, stacked, strict=True):
                found[f"after.{prefix(*place)}{part}"] = value
        return found

    def computed(given: Tensors, lengths: torch.Tensor | None) -> dict[str, torch.Tensor]:
        parameters = _part(given, "parameters")
        inputs, before = given["inputs"], _part(given, "before")
        first = f"{prefix(*places[0])}"
        sizes = {"features": inputs.shape[2], "units": before[f"{first}c" if kind == "lstm" else
                                                              f"{first}h"].shape[1]}  # fmt: skip
        own = module(sizes)

        def run(inputs: Any, before: Any, lengths: Any) -> dict[str, torch.Tensor]:
            return whole(own, parameters, inputs, before, lengths)

        found = run(inputs, before, lengths)
        if not both:
            found |= every_step(run, inputs, before, lengths,
                                lambda some, most: some.clamp(max=most),
                                lambda steps: torch.stack(steps, dim=1))  # fmt: skip
        if options.get("head"):
            ends = torch.full((len(inputs),), inputs.shape[1]) if lengths is None else lengths
            last = found["outputs"][torch.arange(len(inputs)), ends - 1]
            found["scores"] = torch.nn.functional.linear(
                last, parameters["head.kernel"].T, parameters["head.bias"]
            )
        return found

    def unroll(
        _: Any, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: np.ndarray | None
    ) -> Trace:
        given = {f"parameters.{n}": a for n, a in parameters.items()} | {"inputs": inputs}
        given |= {f"before.{n}": a for n, a in before.items()}
        with torch.no_grad():
            return _named(computed(_tensors(given), _lengths(lengths)))

    def slopes(given: Arrays, direction: Arrays) -> Trace:
        lengths = _lengths(given.get("lengths"))
        tensors = _tensors({n: a for n, a in given.items() if n != "lengths"})
        moved = tuple(direction)

        def at(*values: torch.Tensor) -> dict[str, torch.Tensor]:
            return computed({**tensors, **dict(zip(moved, values, strict=True))}, lengths)

        along = tuple(_tensors(direction).values())
        if lengths is None:
            _, found = jvp(at, tuple(tensors[name] for name in moved), along)
            return _named(found)
        # Packed sequences have no forward derivatives; those of the backward pass have.
        names = list(at(*(tensors[name] for name in moved)))
        _, values = torch.autograd.functional.jvp(
            lambda *v: tuple(at(*v).values()), tuple(tensors[name] for name in moved), along
        )
        return _named(dict(zip(names, values, strict=True)))

    return Model(kind, parameters, state, twin.cell, unroll, slopes=slopes)


def used(made: torch.nn.Module, inputs: np.ndarray) -> np.ndarray:
    """What a module gives: all outputs of a layer, the hidden state of a cell at one step."""
    fed = torch.tensor(inputs[:, 0] if isinstance(made, torch.nn.RNNCellBase) else inputs)
    with torch.no_grad():
        given = made(fed)
    outputs: np.ndarray = (given[0] if isinstance(given, tuple) else given).numpy()
    return outputs


def held(made: torch.nn.Module) -> dict[str, np.ndarray]:
    """The parameters of a module by PyTorch's names."""
    return {name.replace(".", "_"): p.detach().numpy() for name, p in made.named_parameters()}


def _turned(weight: torch.Tensor) -> torch.Tensor:
    """PyTorch multiplies W x where we have x K; a bias is what it is."""
    return weight.T if weight.ndim == 2 else weight


def _part(given: Tensors, name: str) -> dict[str, torch.Tensor]:
    start = f"{name}."
    return {n.removeprefix(start): t for n, t in given.items() if n.startswith(start)}


def _tensors(arrays: Arrays) -> dict[str, torch.Tensor]:
    # PyTorch reads no array backwards, which is what a slice with a negative step is.
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    return {name: torch.tensor(array, dtype=torch.float64) for name, array in whole.items()}


def _lengths(lengths: np.ndarray | None) -> torch.Tensor | None:
    return None if lengths is None else torch.tensor(lengths)


def _named(found: Tensors) -> Trace:
    """Arrays with names for their axes: (batch, timesteps, units) or without the timesteps."""
    axes = {3: ("batch", "timesteps", "units"), 2: ("batch", "units")}
    return {
        name: Array(value.numpy(), ("batch", "classes") if name == "scores" else axes[value.ndim])
        for name, value in found.items()
    }
