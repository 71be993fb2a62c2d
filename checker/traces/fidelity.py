"""How far the reference is from the real cells: the largest differences on recorded runs.

Every recorded run is put through the model that ``build`` gives for its options, with the weights
as the framework keeps them, and all that was recorded of it is compared.  Gradients are taken by
complex step through the reference (Squire & Trapp 1998) and compared with those of the framework.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import islice
from types import EllipsisType
from typing import Any, NamedTuple

import numpy as np

from checker.frameworks.offers import FRAMEWORKS
from checker.models.layouts import loaded
from checker.models.protocol import Arrays
from checker.models.registry import build
from checker.nouns import Value
from checker.traces import Trace, traces

SAMPLED = 2
"""So many entries of each array have their gradient compared by :func:`measure`."""

STEP = 1e-30

KINDS = {
    "BasicLSTMCell": "lstm", "LSTMCell": "lstm", "OptimizedLSTMCell": "lstm", "LSTM": "lstm",
    "GRUCell": "gru", "GRU": "gru",
    "BasicRNNCell": "rnn", "SimpleRNN": "rnn", "SimpleCell": "rnn", "RNN": "rnn",
}  # fmt: skip
"""The class or operator of a framework → the kind of model that stands for it."""

WEIGHTS = {
    "tensorflow": r"(cell_(?P<layer>\d)/)?((fw|(?P<backward>bw))/)?(?P<name>.+)",
    "keras": r"(layer(?P<layer>\d)\.)?(forward\.|(?P<backward>backward\.))?(?P<name>.+)",
    "torch": r"(?P<name>\w+)_l(?P<layer>\d)(?P<backward>_reverse)?",
    "onnx": r"(layer(?P<layer>\d)\.)?(?P<name>.)",
    "flax": r"layers_(?P<layer>\d)\.(forward_rnn.|(?P<backward>backward_rnn.))?cell\.(?P<name>.+)",
}
"""How each framework names a weight: in which layer, of which direction, and the weight itself."""

SPELLED = {
    "gates/kernel": "gates.kernel", "gates/bias": "gates.bias",
    "candidate/kernel": "candidate.kernel", "candidate/bias": "candidate.bias",
    "w_i_diag": "peephole.i", "w_f_diag": "peephole.f", "w_o_diag": "peephole.o",
    "projection/kernel": "projection",
}  # fmt: skip
"""Variables of TensorFlow 1 → their names in :mod:`checker.models.layouts`."""

SLOTS = ("torch", "onnx", "flax")
"""Frameworks whose states of all layers and directions are recorded as one array."""

DOUBLE = {"onnx": "reference/"}
"""Before the names of what was computed in float64, where anything is."""

SINGLE = "float32/"
RECORDED = ("gradient/", SINGLE, *DOUBLE.values())
NOT_WEIGHTS = ("inputs", "outputs", "scores", "lengths", "before", "after", "states", "loss")

Index = int | EllipsisType


@dataclass(frozen=True)
class Reading:
    """A recorded run as the reference takes it: options, and all arrays under our names."""

    spec: Mapping[str, Value]
    parameters: Arrays
    inputs: np.ndarray
    before: Arrays
    lengths: np.ndarray | None


class State(NamedTuple):
    """A state in our names and in theirs; ``slot`` is where it is in their array."""

    ours: str
    theirs: str
    slot: Index


class Differences(NamedTuple):
    """The largest absolute differences to a recorded run; None for what was not recorded."""

    outputs: float | None
    states: float | None
    gradients: float | None
    single: float | None


def reading(framework: str, trace: Trace, arrays: Arrays | None = None) -> Reading:
    """The model, its parameters and its state; ``arrays`` may stand in for the recorded ones."""
    arrays = trace.arrays if arrays is None else arrays
    spec = _spec(framework, trace)
    before = {state.ours: arrays[f"before.{state.theirs}"][state.slot]
              for state in _states(framework, trace)}  # fmt: skip
    places, ways = _places(trace), _directions(trace)
    parameters = {name: arrays[name] for name in weights_of(trace) if name.startswith("head.")}
    for number, weights in enumerate(_weights(framework, trace, arrays)):
        above = before[f"{places[0]}h"].shape[-1] * ways  # both directions beside each other
        features = trace.sizes["features"] if number < ways else above
        part = loaded(str(spec["kind"]), str(spec["layout"]), weights, features)
        parameters |= {places[number] + name: array for name, array in part.items()}
    return Reading(spec, parameters, arrays["inputs"], before, arrays.get("lengths"))


def computed(run: Reading) -> dict[str, np.ndarray]:
    """All that the reference gives, by path."""
    found = build(run.spec).run(run.parameters, run.inputs, run.before, run.lengths)
    return {path: array.data for path, array in found.items()}


def recorded(framework: str, trace: Trace, precision: str) -> dict[str, np.ndarray]:
    """What the framework gave, under our paths: outputs, scores, after.…, leaving.…"""
    arrays = trace.arrays
    found = {name: arrays[precision + name] for name in ("outputs", "scores")
             if precision + name in arrays}  # fmt: skip
    for state in _states(framework, trace):
        after, steps = f"{precision}after.{state.theirs}", f"{precision}states.{state.theirs}"
        if after in arrays:
            found[f"after.{state.ours}"] = arrays[after][state.slot]
        if steps in arrays:
            found[f"leaving.{state.ours}"] = arrays[steps]
    return found


def differences(
    framework: str, trace: Trace, run: Reading | None = None, sampled: int | None = None
) -> Differences:
    """How far the reference, or another reading of the same run, is from what was recorded.

    ``sampled`` entries of each array, evenly spread, have their gradient compared; None is all,
    0 is none.  With a reading the gradients are not compared.
    """
    found = computed(run or reading(framework, trace))
    double = recorded(framework, trace, DOUBLE.get(framework, ""))
    single = recorded(framework, trace, SINGLE)
    ends = {path: array for path, array in double.items() if path in ("outputs", "scores")}
    states = {path: array for path, array in double.items() if path not in ends}
    return Differences(
        _largest(found, ends),
        _largest(found, states),
        _of_gradients(framework, trace, sampled) if run is None else None,
        _largest(found, single),
    )


@cache
def measure() -> list[dict[str, Any]]:
    """For each framework and model the largest differences of all its recorded runs.

    Gradients are those of SAMPLED entries of each array, evenly spread; the tests compare all.
    """
    rows = []
    for framework, about in FRAMEWORKS.items():
        index = json.loads(files(__package__).joinpath(f"{framework}.json").read_text("utf-8"))
        models: dict[str, list[Differences]] = {}
        for trace in traces(framework):
            models.setdefault(in_words(framework, trace), []).append(
                differences(framework, trace, sampled=SAMPLED)
            )
        rows += [
            {
                "framework": framework,
                "title": about.title,
                "version": index["version"],
                "date": index["date"],
                "model": model,
                "cases": len(runs),
                **{name: _rounded(getattr(run, name) for run in runs)
                   for name in Differences._fields},
            }
            for model, runs in models.items()
        ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["framework"], row["model"]))


def in_words(framework: str, trace: Trace) -> str:
    """A model for readers: ``lstm with peepholes``, ``gru, reset after, two layers``."""
    options = build(_spec(framework, trace)).options
    parts = {"peepholes": ("peepholes",), "a projection": ("projection",),
             "clips": ("cell_clip", "projection_clip")}  # fmt: skip
    extras = [part for part, names in parts.items() if any(options.get(n) for n in names)]
    words = [" with ".join([KINDS[trace.cell], *([" and ".join(extras)] if extras else [])])]
    words += [f"reset {options['reset']}"] if "reset" in options else []
    words += ["two layers"] if trace.options.get("layers", 1) == 2 else []
    words += ["both directions"] if trace.options.get("bidirectional") else []
    return ", ".join(words)


def weights_of(trace: Trace) -> list[str]:
    """The names of the arrays that the framework keeps as weights."""
    given = (name for name in trace.arrays if not name.startswith(RECORDED))
    return [name for name in given if name.split(".")[0] not in NOT_WEIGHTS]


def _spec(framework: str, trace: Trace) -> dict[str, Value]:
    layout = FRAMEWORKS[framework].layout
    return {"kind": KINDS[trace.cell], "layout": layout, **trace.options}


def _directions(trace: Trace) -> int:
    return 2 if trace.options.get("bidirectional") else 1


def _places(trace: Trace) -> list[str]:
    """What stands before our names, in the order of slots: ``layer0.forward.`` …"""
    layers = int(trace.options.get("layers", 1))
    ways = ("forward.", "backward.") if _directions(trace) == 2 else ("",)
    below = [f"layer{number}." for number in range(layers)] if layers > 1 else [""]
    return [layer + way for layer in below for way in ways]


def _states(framework: str, trace: Trace) -> Iterator[State]:
    for slot, place in enumerate(_places(trace)):
        for name in ("h", "c") if KINDS[trace.cell] == "lstm" else ("h",):
            theirs = place
            if framework == "tensorflow":
                theirs = place.replace("layer", "cell_")
                theirs = theirs.replace("forward", "fw").replace("backward", "bw")
            if framework in SLOTS:
                yield State(place + name, name, slot)
            else:
                yield State(place + name, theirs + name, ...)


def _weights(framework: str, trace: Trace, arrays: Arrays) -> list[dict[str, np.ndarray]]:
    """The weights of every layer and direction, in the order of slots."""
    ways = _directions(trace)
    found: list[dict[str, np.ndarray]] = [{} for _ in _places(trace)]
    for name in weights_of(trace):
        match = re.fullmatch(WEIGHTS[framework], name)
        if name.startswith("head.") or match is None:
            continue
        layer, short = int(match["layer"] or 0), match["name"]
        if framework == "onnx":  # both directions in one array
            for way in range(ways):
                found[layer * ways + way][short] = arrays[name][way : way + 1]
        else:
            slot = layer * ways + bool(match["backward"])
            found[slot][SPELLED.get(short, short)] = arrays[name]
    return found


def _of_gradients(framework: str, trace: Trace, sampled: int | None) -> float | None:
    """The largest difference between slopes of the recorded loss, ours and theirs.

    Loading only puts entries elsewhere, so that gradients to weights can be loaded as weights are.
    """
    start = "gradient/"
    recorded = {n.removeprefix(start): a for n, a in trace.arrays.items() if n.startswith(start)}
    if not recorded or sampled == 0:
        return None
    run, theirs = reading(framework, trace), _given(reading(framework, trace, recorded))
    model, loss = build(run.spec), _loss(framework, trace)
    furthest = 0.0
    for path, array in _given(run).items():
        for entry in _spread(array.shape, sampled):
            nudged = array.astype(complex)
            nudged[entry] += 1j * STEP
            to = _with(run, path, nudged)
            found = model.run(to.parameters, to.inputs, to.before, to.lengths)
            ours = sum(np.sum(w * found[name].data.imag) for name, w in loss.items()) / STEP
            furthest = max(furthest, float(abs(ours - theirs[path][entry])))
    return furthest


def _given(run: Reading) -> dict[str, np.ndarray]:
    """All arrays that a run starts from, by path."""
    return {
        "inputs": run.inputs,
        **{f"before.{name}": array for name, array in run.before.items()},
        **{f"parameters.{name}": array for name, array in run.parameters.items()},
    }


def _with(run: Reading, path: str, array: np.ndarray) -> Reading:
    """The same run with another array at a path of :func:`_given`."""
    slot, _, name = path.partition(".")
    if slot == "inputs":
        return replace(run, inputs=array)
    if slot == "before":
        return replace(run, before={**run.before, name: array})
    return replace(run, parameters={**run.parameters, name: array})


def _loss(framework: str, trace: Trace) -> dict[str, np.ndarray]:
    """The random weights of the loss, by our path of what each is multiplied with."""
    arrays = trace.arrays
    found = {path: arrays[f"loss.{path}"] for path in ("outputs", "scores")
             if f"loss.{path}" in arrays}  # fmt: skip
    for state in _states(framework, trace):
        for name in (f"loss.{state.theirs}", f"loss.after.{state.theirs}"):
            if name in arrays:
                found[f"after.{state.ours}"] = arrays[name][state.slot]
    return found


def _spread(shape: tuple[int, ...], sampled: int | None) -> Iterator[tuple[int, ...]]:
    """All entries of an array, or so many, evenly spread."""
    size = int(np.prod(shape))
    step = 1 if sampled is None else -(-size // sampled)
    return islice(np.ndindex(shape), 0, None, step)


def _largest(ours: Arrays, theirs: Arrays) -> float | None:
    found = [float(np.max(np.abs(ours[path] - array))) for path, array in theirs.items()]
    return max(found, default=None)


def _rounded(found: Iterable[float | None]) -> float | None:
    """The largest to two digits."""
    known = [value for value in found if value is not None]
    return float(f"{max(known):.1e}") if known else None
