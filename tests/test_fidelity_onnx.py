"""The reference is what ONNX's operators compute: outputs and final states on recorded runs.

ONNX Runtime's runs are in float32; ONNX's own evaluator ran the same models in float64.  Every
misreading below is caught by some case.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from checker.language.values import Array, ExperimentError
from checker.models import gru as gru_file
from checker.models import layers as layers_file
from checker.models import layouts as layouts_file
from checker.models import registry as registry_file
from checker.models.layouts import DEFAULTS, ORDER, PEEPHOLES, loaded, stored
from checker.models.registry import build
from checker.traces import traces

EXACT, SINGLE = 1e-12, 1e-5
CASES = {trace.name: trace for trace in traces("onnx")}
LSTM, GRU, RNN = ([t for t in CASES.values() if t.cell == cell] for cell in ("LSTM", "GRU", "RNN"))
WEIGHTS = ("W", "R", "B", "P")


def model_of(trace, **changes):
    return build({"kind": trace.cell.lower(), "layout": "onnx", **trace.options, **changes})


def prefixes(trace):
    """For each node its name and, for each of its directions, what our parameters are called."""
    layers, both = trace.options["layers"], trace.options["bidirectional"]
    for layer in range(layers):
        node = f"layer{layer}." * (layers > 1)
        yield node, [f"{node}{way}." * both or node for way in ("forward", "backward")[: 1 + both]]


def given(trace, arrays):
    """Parameters and state under our names."""
    parameters, before, slot = {}, {}, 0
    for node, ways in prefixes(trace):
        for way, prefix in enumerate(ways):
            weights = {name: arrays[node + name][way : way + 1]
                       for name in WEIGHTS if node + name in arrays}  # fmt: skip
            part = loaded(trace.cell.lower(), "onnx", weights, trace.sizes["features"])
            parameters |= {prefix + name: array for name, array in part.items()}
            before |= {prefix + s: arrays[f"before.{s}"][slot] for s in "hc"
                       if f"before.{s}" in arrays}  # fmt: skip
            slot += 1
    return parameters, before


def run(trace, arrays=None, model=None):
    """Outputs and final states, all layers and directions on top of each other."""
    arrays = trace.arrays if arrays is None else arrays
    parameters, before = given(trace, arrays)
    found = (model or model_of(trace)).run(
        parameters, arrays["inputs"], before, arrays.get("lengths")
    )
    after = {f"after.{s}": [found[f"after.{name}"].data for name in before if name[-1] == s]
             for s in "hc" if f"before.{s}" in arrays}  # fmt: skip
    return {"outputs": found["outputs"].data} | {n: np.stack(a) for n, a in after.items()}


def differences(trace, found, source):
    return [np.max(np.abs(array - trace.arrays[f"{source}/{name}"]))
            for name, array in found.items()]  # fmt: skip


def largest(cases, arrays=lambda trace: trace.arrays, model=lambda trace: None):
    """The largest difference of any case to ONNX Runtime."""
    return max(
        max(differences(t, run(t, arrays(t), model(t)), "float32")) for t in cases
    )  # fmt: skip


def caught(cases, **changes):
    assert largest(cases) <= SINGLE
    return largest(cases, **changes) > 1e-3


ALL = pytest.mark.parametrize("trace", CASES.values(), ids=CASES)
EVALUATED = {n: t for n, t in CASES.items() if "reference/outputs" in t.arrays}


@ALL
def test_outputs_and_final_states_are_those_of_onnx_runtime(trace):
    assert trace.arrays["float32/outputs"].dtype == np.float32
    assert max(differences(trace, run(trace), "float32")) <= SINGLE


@pytest.mark.parametrize("trace", EVALUATED.values(), ids=EVALUATED)
def test_outputs_and_final_states_are_those_of_onnx_s_evaluator(trace):
    assert trace.arrays["reference/outputs"].dtype == np.float64
    assert max(differences(trace, run(trace), "reference")) <= EXACT


@ALL
def test_parameters_have_the_shapes_that_onnx_runtime_took(trace):
    parameters, before = given(trace, trace.arrays)
    model = model_of(trace)
    assert {n: tuple(a.values()) for n, a in model.parameters(trace.sizes).items()} == {
        n: a.shape for n, a in parameters.items()
    }
    assert {n: tuple(a.values()) for n, a in model.state(trace.sizes).items()} == {
        n: a.shape for n, a in before.items()
    }


def test_the_cases_can_prove_something():
    assert len(EVALUATED) >= 20
    assert {"before", "after"} == {t.options["reset"] for t in GRU}
    for trace in CASES.values():
        sizes = list(trace.sizes.values())
        assert len(set(sizes)) == len(sizes)
        weights = [a for n, a in trace.arrays.items() if n.split(".")[-1] in WEIGHTS]
        assert all(len(np.unique(a)) > a.size / 2 for a in weights), "no symmetries"
        assert all(np.all(a != 0) for n, a in trace.arrays.items() if n.startswith("before"))


@pytest.mark.parametrize("name", ["lstm", "lstm-peepholes", "gru-before", "gru-after", "rnn-tanh"])
def test_weights_are_shown_as_onnx_stores_them(name):
    trace = CASES[name]
    weights = stored(model_of(trace), given(trace, trace.arrays)[0])
    assert weights.keys() == {f"weights.{n}" for n in WEIGHTS if n in trace.arrays}
    for path, array in weights.items():
        assert np.array_equal(array.data, trace.arrays[path.removeprefix("weights.")])
        assert array.axes[0] == "directions"


def test_onnx_has_no_layer_with_one_bias_to_show():
    model = build({"kind": "lstm", "layout": "onnx", "biases": 1})
    sizes = {"batch": 1, "timesteps": 1, "features": 3, "units": 5}
    parameters = {n: np.ones(tuple(a.values())) for n, a in model.parameters(sizes).items()}
    with pytest.raises(ExperimentError):
        stored(model, parameters)


# --- Misreadings: each must be caught by a case ---------------------------------------------


def others(right):
    return [order for order in permutations(right) if order != right]


@pytest.mark.parametrize("order", others(ORDER["lstm", "onnx"]), ids="".join)
def test_every_other_gate_order_of_an_lstm_is_caught(order, monkeypatch):
    plain = [t for t in LSTM if "P" not in t.arrays]
    assert largest(plain) <= SINGLE
    monkeypatch.setitem(ORDER, ("lstm", "onnx"), order)
    assert largest(plain) > 1e-3


@pytest.mark.parametrize("order", others(ORDER["gru", "onnx"]), ids="".join)
@pytest.mark.parametrize("reset", ["before", "after"])
def test_every_other_gate_order_of_a_gru_is_caught(order, reset, monkeypatch):
    cases = [t for t in GRU if t.options["reset"] == reset]
    assert largest(cases) <= SINGLE
    monkeypatch.setitem(ORDER, ("gru", "onnx"), order)
    assert largest(cases) > 1e-3


@pytest.mark.parametrize("order", others(PEEPHOLES), ids="".join)
def test_every_other_order_of_peepholes_is_caught(order, monkeypatch):
    assert largest(LSTM) <= SINGLE
    monkeypatch.setattr(layouts_file, "PEEPHOLES", order)
    assert largest(LSTM) > 1e-3


def every(name, change):
    """The case with a change to each array of that name."""

    def altered(trace):
        return {n: change(a, trace) if n.split(".")[-1] == name and "/" not in n else a
                for n, a in trace.arrays.items()}  # fmt: skip

    return altered


def blocks(trace):
    return {"LSTM": 4, "GRU": 3, "RNN": 1}[trace.cell]


def halves(change):
    """Both biases become what the change makes of them."""

    def altered(bias, trace):
        return np.concatenate(change(*np.split(bias, 2, axis=1)), axis=1)

    return every("B", altered)


def interleaved(bias, trace):
    """As if both biases of a gate stood next to each other."""
    ways, units = len(bias), trace.sizes["units"]
    return bias.reshape(ways, blocks(trace), 2, units).swapaxes(1, 2).reshape(ways, -1)


def turned(weight, trace):
    """Each gate's square matrix transposed."""
    parts = np.split(weight, blocks(trace), axis=1)
    return np.concatenate([part.swapaxes(1, 2) for part in parts], axis=1)


def state_swapped(trace):
    swapped = {"before.h": trace.arrays["before.c"], "before.c": trace.arrays["before.h"]}
    return trace.arrays | swapped


def slots_reordered(order):
    def altered(trace):
        return trace.arrays | {n: a[order] for n, a in trace.arrays.items()
                               if n.startswith("before")}  # fmt: skip

    return altered


def without(*names):
    return lambda trace: {n: a for n, a in trace.arrays.items() if n.split(".")[-1] not in names}


AFTER = [t for t in GRU if t.options["reset"] == "after"]
BEFORE = [t for t in GRU if t.options["reset"] == "before"]
BOTH_WAYS = [t for t in CASES.values() if t.options["bidirectional"]]
DEEP = [CASES["lstm-everything"], CASES["gru-layers-both-ways"]]
PEEPING = [CASES["lstm-peepholes"], CASES["lstm-everything"]]
READINGS = {
    "biases swapped": (AFTER, halves(lambda x, y: (y, x))),
    "biases added up outside of the reset": (AFTER, halves(lambda x, y: (x + y, 0 * y))),
    "first bias missing, lstm": (LSTM, halves(lambda x, y: (0 * x, y))),
    "first bias missing, gru": (GRU, halves(lambda x, y: (0 * x, y))),
    "first bias missing, rnn": (RNN, halves(lambda x, y: (0 * x, y))),
    "second bias missing, lstm": (LSTM, halves(lambda x, y: (x, 0 * y))),
    "second bias missing, gru": (GRU, halves(lambda x, y: (x, 0 * y))),
    "second bias missing, rnn": (RNN, halves(lambda x, y: (x, 0 * y))),
    "biases side by side, lstm": (LSTM, every("B", interleaved)),
    "biases side by side, gru": (GRU, every("B", interleaved)),
    "recurrent kernels turned, lstm": (LSTM, every("R", turned)),
    "recurrent kernels turned, gru": (GRU, every("R", turned)),
    "recurrent kernel turned, rnn": (RNN, every("R", turned)),
    "directions swapped": (BOTH_WAYS, every("W", lambda w, _: w[::-1])),
    "h and c swapped": (LSTM, state_swapped),
    "states of layers swapped": (DEEP, slots_reordered([2, 3, 0, 1])),
    "states by direction, then layer": (DEEP, slots_reordered([0, 2, 1, 3])),
    "states of directions swapped": (DEEP, slots_reordered([1, 0, 3, 2])),
    "lengths ignored": ([t for t in CASES.values() if "lengths" in t.arrays], without("lengths")),
    "peepholes of one direction": ([CASES["lstm-everything"]],
                                   every("P", lambda p, _: np.stack([p[0], 0 * p[1]]))),
    "output peephole missing": (PEEPING, every("P", lambda p, t: p * np.repeat(
        [1, 0, 1], t.sizes["units"]))),
    "peepholes missing": (PEEPING, every("P", lambda p, _: 0 * p)),
}  # fmt: skip


@pytest.mark.parametrize("name", READINGS)
def test_a_misread_array_is_caught(name):
    cases, altered = READINGS[name]
    assert caught(cases, arrays=altered)


OPTIONS = {
    "reset before is after": (BEFORE, {"reset": "after"}),
    "reset after is before": (AFTER, {"reset": "before"}),
    "a forget bias of 1": (LSTM, {"forget_bias": 1.0}),
    "relu is tanh": ([CASES["rnn-relu"]], {"activation": "tanh"}),
    "linear is tanh": ([CASES["rnn-linear"]], {"activation": "tanh"}),
    "linear is relu": ([CASES["rnn-linear"]], {"activation": "relu"}),
    "hard sigmoid is sigmoid, lstm": ([CASES["lstm-activations"]],
                                      {"recurrent_activation": "sigmoid"}),
    "hard sigmoid is sigmoid, gru": ([CASES["gru-activations"]],
                                     {"recurrent_activation": "sigmoid"}),
    "activations ignored, lstm": ([CASES["lstm-activations"]], {"activation": "tanh"}),
    "activations ignored, gru": ([CASES["gru-activations"]], {"activation": "tanh"}),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIONS)
def test_another_option_is_caught(name):
    cases, changes = OPTIONS[name]
    assert caught(cases, model=lambda trace: model_of(trace, **changes))


@pytest.mark.parametrize(("kind", "cases"), [("lstm", LSTM), ("gru", GRU)])
def test_other_conventions_of_the_layout_are_caught(kind, cases, monkeypatch):
    assert largest(cases) <= SINGLE
    other = {"forget_bias": 1.0} if kind == "lstm" else {"reset": "after"}
    monkeypatch.setitem(DEFAULTS, (kind, "onnx"), {**DEFAULTS[kind, "onnx"], **other})
    unnamed = [replace(t, options={n: v for n, v in t.options.items() if n != "reset"})
               for t in cases]  # fmt: skip
    assert largest(unnamed) > 1e-3


def test_an_update_gate_that_keeps_the_new_state_is_caught(monkeypatch):
    real = gru_file.gru_step

    def other(parameters, x, h, *rest):
        _, gates = real(parameters, x, h, *rest)
        return (1 - gates["z"]) * h + gates["z"] * gates["n"], gates

    assert largest(GRU) <= SINGLE
    monkeypatch.setattr(gru_file, "gru_step", other)
    assert largest(BEFORE) > 1e-3
    assert largest(AFTER) > 1e-3


ORDERS = {
    "lengths ignored": lambda shape, lengths: np.tile(np.arange(shape[1])[::-1], (shape[0], 1)),
    "not reversed": lambda shape, lengths: np.tile(np.arange(shape[1]), (shape[0], 1)),
}


@pytest.mark.parametrize("name", ORDERS)
def test_a_misread_direction_is_caught(name, monkeypatch):
    assert largest(BOTH_WAYS) <= SINGLE
    real = layers_file.bidirectional

    def misread(layer, merge="concat", *_):
        return real(layer, merge, ORDERS[name])

    monkeypatch.setattr(registry_file, "bidirectional", misread)
    assert largest(BOTH_WAYS) > 1e-3


def test_outputs_that_are_not_turned_back_are_caught(monkeypatch):
    assert largest(BOTH_WAYS) <= SINGLE
    monkeypatch.setattr(layers_file, "_turned", lambda array, order: array)
    assert largest(BOTH_WAYS) > 1e-3


@pytest.mark.parametrize("padding", [layers_file.holding, layers_file.running_on])
def test_padding_that_does_not_give_0_is_caught(padding):
    cases = [CASES["lstm-lengths"]]
    assert caught(cases, model=lambda trace: padding(model_of(trace)))


# --- The live adapter, where ONNX Runtime is installed ---------------------------------------

SIZES = {"batch": 3, "timesteps": 5, "features": 6, "units": 7}
LIVE = [
    {}, {"forget_bias": 1.0}, {"layers": 2, "head": 4}, {"bidirectional": True, "head": 4},
    {"layers": 2, "bidirectional": True, "peepholes": True}, {"kind": "gru", "reset": "before"},
    {"kind": "gru", "reset": "after", "layers": 2}, {"kind": "gru", "bidirectional": True},
    {"kind": "lstm", "activation": "sigmoid", "recurrent_activation": "hard_sigmoid"},
    {"kind": "rnn", "layers": 3}, {"kind": "rnn", "activation": "relu"},
    {"kind": "rnn", "activation": "linear"}, {"kind": "rnn", "bidirectional": True, "layers": 2},
]  # fmt: skip


@pytest.mark.onnx
@pytest.mark.parametrize("lengths", [None, (5, 2, 4), (3, 3, 1)], ids=str)
@pytest.mark.parametrize("spec", LIVE, ids=str)
def test_the_live_layers_are_the_reference(spec, lengths):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    from checker.experiments.run import fresh_run
    from checker.frameworks.registry import build as framework

    models = framework("onnx", spec), build({**spec, "layout": "onnx"})
    theirs, ours = (fresh_run(model, SIZES) for model in models)
    assert {n: a.shape for n, a in theirs.given.items()} == {
        n: a.shape for n, a in ours.given.items()
    }
    if lengths:
        given_lengths = Array(np.array(lengths), ("batch",))
        theirs, ours = theirs.with_lengths(given_lengths), ours.with_lengths(given_lengths)
    both_ways = spec.get("bidirectional")
    absent = ("gates", "entering", "leaving") if both_ways else ("gates",)
    assert ours.observed.keys() - theirs.observed.keys() == {
        n for n in ours.observed if n.startswith(absent)
    }
    for name, array in theirs.observed.items():
        assert array.axes == ours.observed[name].axes
        assert np.max(np.abs(array.data - ours.observed[name].data)) <= SINGLE, name


@pytest.mark.onnx
def test_onnx_runtime_takes_no_derivatives():
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    from checker.frameworks.registry import build as framework

    with pytest.raises(ExperimentError, match="no derivatives"):
        framework("onnx", {}).slopes({}, {})
