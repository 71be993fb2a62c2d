"""The reference is what Flax's cells compute: outputs, states, scores and gradients as recorded.

Every misreading below is caught by some case.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from checker.experiments.influence import _slopes
from checker.experiments.run import fresh_run
from checker.frameworks.registry import NotOfferedError
from checker.frameworks.registry import build as framework
from checker.language.values import Array, ExperimentError
from checker.models import activations as activations_file
from checker.models import gru as gru_file
from checker.models import layers as layers_file
from checker.models import layouts as layouts_file
from checker.models import registry as registry_file
from checker.models.layouts import loaded, stored
from checker.models.registry import build
from checker.traces import traces

EXACT, SINGLE = 1e-12, 1e-5
CASES = {trace.name: trace for trace in traces("flax")}
KIND = {"LSTMCell": "lstm", "OptimizedLSTMCell": "lstm", "GRUCell": "gru", "SimpleCell": "rnn"}
LSTM, GRU, RNN = ([t for t in CASES.values() if KIND[t.cell] == kind]
                  for kind in ("lstm", "gru", "rnn"))  # fmt: skip
BOTH_WAYS = [t for t in CASES.values() if t.options["bidirectional"]]
PADDED = [t for t in CASES.values() if "lengths" in t.arrays]
HEAD = ("head.kernel", "head.bias")


def model_of(trace, **changes):
    return build({"kind": KIND[trace.cell], "layout": "flax", **trace.options, **changes})


def places(trace):
    """What stands before the names of each layer and direction, ours and Flax's."""
    layers, both = trace.options["layers"], trace.options["bidirectional"]
    for layer in range(layers):
        below = f"layer{layer}." * (layers > 1)
        for way in ("forward", "backward") if both else ("",):
            theirs = f"layers_{layer}." + (f"{way}_rnn." if both else "") + "cell."
            yield below + (f"{way}." if both else ""), theirs


def weights_of(trace):
    return [n for n in trace.arrays if n.startswith(("layers_", "head."))]


def given(trace, arrays):
    """Parameters and state under our names."""
    parameters = {name: arrays[name] for name in HEAD if name in arrays}
    before = {}
    for slot, (ours, theirs) in enumerate(places(trace)):
        weights = {n.removeprefix(theirs): arrays[n] for n in weights_of(trace)
                   if n.startswith(theirs)}  # fmt: skip
        part = loaded(KIND[trace.cell], "flax", weights, trace.sizes["features"])
        parameters |= {ours + name: array for name, array in part.items()}
        before |= {f"{ours}{s}": arrays[f"before.{s}"][slot] for s in "hc"
                   if f"before.{s}" in arrays}  # fmt: skip
    return parameters, before


def run(trace, arrays=None, model=None):
    """Everything that was recorded of what comes out."""
    arrays = trace.arrays if arrays is None else arrays
    parameters, before = given(trace, arrays)
    found = (model or model_of(trace)).run(
        parameters, arrays["inputs"], before, arrays.get("lengths")
    )
    seen = {name: found[name].data for name in ("outputs", "scores") if name in found}
    for state in "hc":
        if f"after.{state}" in trace.arrays:
            after = [found[f"after.{ours}{state}"].data for ours, _ in places(trace)]
            seen[f"after.{state}"] = np.stack(after)
        if f"states.{state}" in trace.arrays:
            seen[f"states.{state}"] = found[f"leaving.{state}"].data
    return seen


def differences(trace, found, source=""):
    names = [name for name in found if source + name in trace.arrays]
    return [np.max(np.abs(found[name] - trace.arrays[source + name])) for name in names]


def largest(cases, arrays=lambda trace: trace.arrays, model=lambda trace: None):
    """The largest difference of any case to Flax."""
    return max(max(differences(t, run(t, arrays(t), model(t)))) for t in cases)


def caught(cases, **changes):
    assert largest(cases) <= EXACT
    return largest(cases, **changes) > 1e-3


ALL = pytest.mark.parametrize("trace", CASES.values(), ids=CASES)


@ALL
def test_what_comes_out_is_what_flax_gives(trace):
    found = run(trace)
    assert trace.arrays["outputs"].dtype == np.float64
    assert found.keys() == {
        n for n in trace.arrays if n in ("outputs", "scores") or n.startswith(("after.", "states."))
    }
    assert max(differences(trace, found)) <= EXACT


@ALL
def test_what_comes_out_is_what_flax_gives_in_single_precision(trace):
    assert trace.arrays["float32/outputs"].dtype == np.float32
    assert max(differences(trace, run(trace), "float32/")) <= SINGLE


@ALL
def test_gradients_are_those_of_flax(trace):
    """Complex step through the reference, on some entries of every array, against JAX's."""

    def loss(arrays):
        found = run(trace, arrays)
        return sum(np.sum(trace.arrays[f"loss.{n}"] * a) for n, a in found.items()
                   if f"loss.{n}" in trace.arrays)  # fmt: skip

    names = [n.removeprefix("gradient/") for n in trace.arrays if n.startswith("gradient/")]
    states = [n for n in trace.arrays if n.startswith("before.")]
    assert sorted(names) == sorted([*weights_of(trace), *states, "inputs"])
    for name in names:
        recorded = trace.arrays[f"gradient/{name}"]
        for entry in list(np.ndindex(recorded.shape))[:: 1 + recorded.size // 12]:
            nudged = trace.arrays[name].astype(complex)
            nudged[entry] += 1e-30j
            derivative = np.imag(loss({**trace.arrays, name: nudged})) / 1e-30
            assert abs(derivative - recorded[entry]) <= EXACT * max(1, abs(recorded[entry]))


@ALL
def test_parameters_have_the_shapes_that_flax_made(trace):
    parameters, before = given(trace, trace.arrays)
    model = model_of(trace)
    assert {n: tuple(a.values()) for n, a in model.parameters(trace.sizes).items()} == {
        n: a.shape for n, a in parameters.items()
    }
    assert {n: tuple(a.values()) for n, a in model.state(trace.sizes).items()} == {
        n: a.shape for n, a in before.items()
    }


def test_the_cases_can_prove_something():
    assert {"concat", "sum", "mul", "ave"} == {t.options["merge"] for t in BOTH_WAYS}
    for trace in CASES.values():
        sizes = list(trace.sizes.values())
        assert len(set(sizes)) == len(sizes)
        for name in weights_of(trace):
            array = trace.arrays[name]
            assert len(np.unique(array)) > array.size / 2, "no symmetries"
        assert all(np.all(a != 0) for n, a in trace.arrays.items() if n.startswith("before"))


@pytest.mark.parametrize("name", ["lstm", "gru", "rnn-tanh"])
def test_weights_are_shown_as_flax_stores_them(name):
    trace = CASES[name]
    weights = stored(model_of(trace), given(trace, trace.arrays)[0])
    recorded = {n.removeprefix("layers_0.cell."): trace.arrays[n] for n in weights_of(trace)}
    assert weights.keys() == {f"weights.{n}" for n in recorded}
    for path, array in weights.items():
        assert np.array_equal(array.data, recorded[path.removeprefix("weights.")])


def test_a_second_bias_has_no_name_in_flax():
    sizes = {"batch": 1, "timesteps": 1, "features": 3, "units": 5}
    model = build({"kind": "gru", "layout": "flax"})
    zeros = {n: np.zeros(tuple(a.values())) for n, a in model.parameters(sizes).items()}
    assert sum(a.size for a in zeros.values()) == 3 * 5 * (3 + 5 + 1) + 5
    with pytest.raises(ExperimentError, match=r"recurrent_bias\.i"):
        stored(build({"layout": "flax"}), {"recurrent_bias.i": np.zeros(5)})


# --- Misreadings: each must be caught by a case ---------------------------------------------


def regated(order, right, places="ih"):
    """The case with the gates of its layers in another order; only of inputs or state, if so."""
    swap = dict(zip(right, order, strict=True))

    def altered(trace):
        def renamed(name):
            *scope, gate, last = name.split(".")
            if name.startswith("head") or gate[0] not in places:
                return name
            return ".".join([*scope, gate[0] + swap[gate[1]], last])

        moved = {renamed(n): trace.arrays[n] for n in weights_of(trace)}
        return trace.arrays | {n: a for n, a in moved.items() if n in trace.arrays}

    return altered


@pytest.mark.parametrize("order", list(permutations("ifgo"))[1:], ids="".join)
def test_every_other_gate_order_of_an_lstm_is_caught(order):
    assert caught(LSTM, arrays=regated(order, "ifgo"))
    assert caught(LSTM, arrays=regated(order, "ifgo", "h"))


@pytest.mark.parametrize("order", list(permutations("rzn"))[1:], ids="".join)
def test_every_other_gate_order_of_a_gru_is_caught(order):
    assert caught(GRU, arrays=regated(order, "rzn"))
    assert caught(GRU, arrays=regated(order, "rzn", "h"))


def every(end, change):
    """The case with a change to all weights whose names end so."""

    def altered(trace):
        names = [n for n in weights_of(trace) if n.endswith(end)]
        assert names
        return trace.arrays | {n: change(trace.arrays[n]) for n in names}

    return altered


def swapped(one, other):
    """The case with two weights of each cell swapped."""

    def altered(trace):
        found = dict(trace.arrays)
        for _, theirs in places(trace):
            pair = theirs + one, theirs + other
            found |= dict(zip(pair, (trace.arrays[n] for n in pair[::-1]), strict=True))
        return found

    return altered


def directions_swapped(trace):
    swap = {n: n.replace("forward", "back.").replace("backward", "forward").replace("back.",
            "backward") for n in weights_of(trace)}  # fmt: skip
    return trace.arrays | {swap[n]: trace.arrays[n] for n in swap}


def of_states(change):
    def altered(trace):
        states = {n: a for n, a in trace.arrays.items() if n.startswith("before.")}
        return trace.arrays | change(states)

    return altered


def without_lengths(trace):
    return {n: a for n, a in trace.arrays.items() if n != "lengths"}


DEEP = [t for t in CASES.values() if t.options["layers"] > 1]
READINGS = {
    "bias missing, lstm": (LSTM, every(".bias", lambda b: 0 * b)),
    "bias missing, gru": (GRU, every(".bias", lambda b: 0 * b)),
    "bias missing, rnn": (RNN, every(".bias", lambda b: 0 * b)),
    "bias of the forget gate missing": (LSTM, every("hf.bias", lambda b: 0 * b)),
    "a forget bias of 1 in the stored one": (LSTM, every("hf.bias", lambda b: b + 1)),
    "second bias of the candidate missing": (GRU, every("hn.bias", lambda b: 0 * b)),
    "biases of the candidate swapped": (GRU, swapped("in.bias", "hn.bias")),
    "recurrent kernel missing": (RNN, every(".h.kernel", lambda w: 0 * w)),
    "recurrent kernel turned, lstm": (LSTM, every("ho.kernel", lambda w: w.T)),
    "recurrent kernel turned, gru": (GRU, every("hn.kernel", lambda w: w.T)),
    "recurrent kernel turned, rnn": (RNN, every(".h.kernel", lambda w: w.T)),
    "h and c swapped": (LSTM, of_states(lambda s: {"before.h": s["before.c"],
                                                   "before.c": s["before.h"]})),
    "states of layers or directions swapped": (
        [*DEEP, *BOTH_WAYS], of_states(lambda s: {n: a[::-1] for n, a in s.items()})),
    "state at the start ignored": (
        [*LSTM, *GRU, *RNN], of_states(lambda s: {n: 0 * a for n, a in s.items()})),
    "directions swapped": (BOTH_WAYS, directions_swapped),
    "lengths ignored": (PADDED, without_lengths),
}  # fmt: skip


@pytest.mark.parametrize("name", READINGS)
def test_a_misread_array_is_caught(name):
    cases, altered = READINGS[name]
    assert caught(cases, arrays=altered)


def only(*names):
    return [CASES[name] for name in names]


OPTIONS = {
    "a forget bias of 1": (LSTM, {"forget_bias": 1.0}),
    "sum is ave": (only("lstm-everything"), {"merge": "ave"}),
    "mul is sum": (only("gru-both-ways-lengths"), {"merge": "sum"}),
    "ave is sum": (only("rnn-both-ways"), {"merge": "sum"}),
    "relu is tanh": (only("rnn-relu"), {"activation": "tanh"}),
    "linear is tanh": (only("rnn-linear"), {"activation": "tanh"}),
    "linear is relu": (only("rnn-linear"), {"activation": "relu"}),
    "activation ignored, lstm": (only("lstm-activations"), {"activation": "tanh"}),
    "activation ignored, gru": (only("gru-activations"), {"activation": "tanh"}),
    "hard sigmoid is sigmoid, lstm": (only("lstm-activations"),
                                      {"recurrent_activation": "sigmoid"}),
    "hard sigmoid is sigmoid, gru": (only("gru-activations"), {"recurrent_activation": "sigmoid"}),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIONS)
def test_another_option_is_caught(name):
    cases, changes = OPTIONS[name]
    assert caught(cases, model=lambda trace: model_of(trace, **changes))


def test_a_reset_before_the_product_is_caught(monkeypatch):
    assert largest(GRU) <= EXACT
    monkeypatch.setitem(layouts_file.DEFAULTS, ("gru", "flax"), {"reset": "before", "biases": 2})
    assert all(largest([case]) > 1e-3 for case in GRU)


def test_another_hard_sigmoid_is_caught(monkeypatch):
    cases = only("lstm-activations", "gru-activations")
    assert largest(cases) <= EXACT
    monkeypatch.setitem(activations_file.ACTIVATIONS, "hard_sigmoid", lambda z: z / 6 + 0.5)
    assert all(largest([case]) > 1e-3 for case in cases), "both ends are reached"


def test_an_update_gate_that_keeps_the_new_state_is_caught(monkeypatch):
    real = gru_file.gru_step

    def other(parameters, x, h, *rest):
        _, gates = real(parameters, x, h, *rest)
        return (1 - gates["z"]) * h + gates["z"] * gates["n"], gates

    assert largest(GRU) <= EXACT
    monkeypatch.setattr(gru_file, "gru_step", other)
    assert all(largest([case]) > 1e-3 for case in GRU)


def test_a_gru_with_every_second_bias_is_another_one(monkeypatch):
    assert model_of(CASES["gru"]).parameters(CASES["gru"].sizes).keys() == {
        *given(CASES["gru"], CASES["gru"].arrays)[0]
    }
    monkeypatch.setitem(layouts_file.ABSENT, ("gru", "flax"), ())
    assert model_of(CASES["gru"]).parameters(CASES["gru"].sizes).keys() > {
        *given(CASES["gru"], CASES["gru"].arrays)[0]
    }


ORDERS = {
    "lengths ignored": lambda shape, lengths: np.tile(np.arange(shape[1])[::-1], (shape[0], 1)),
    "not reversed": lambda shape, lengths: np.tile(np.arange(shape[1]), (shape[0], 1)),
    "padding in place": layers_file.backwards,
}


@pytest.mark.parametrize("name", ORDERS)
def test_a_misread_direction_is_caught(name, monkeypatch):
    assert largest(BOTH_WAYS) <= EXACT
    monkeypatch.setattr(registry_file, "turned_about", ORDERS[name])
    assert largest(BOTH_WAYS) > 1e-3


def test_outputs_that_are_not_turned_back_are_caught(monkeypatch):
    assert largest(BOTH_WAYS) <= EXACT
    monkeypatch.setattr(layers_file, "_turned", lambda array, order: array)
    assert largest(BOTH_WAYS) > 1e-3


BEYOND = {
    "outputs past a length are 0": lambda layer: layer,
    "outputs past a length are repeated": layers_file.holding,
}


@pytest.mark.parametrize("name", BEYOND)
def test_misread_padding_is_caught(name, monkeypatch):
    assert largest(PADDED) <= EXACT
    monkeypatch.setattr(registry_file, "running_on", BEYOND[name])
    assert all(largest([case]) > 1e-3 for case in PADDED)


# --- The live adapter, where Flax is installed ------------------------------------------------

SIZES = {"batch": 3, "timesteps": 5, "features": 6, "units": 7}
LIVE = [
    {"forget_bias": 1.0}, {"layers": 2, "head": 4},
    {"bidirectional": True, "head": 4}, {"layers": 2, "bidirectional": True, "merge": "mul"},
    {"activation": "relu", "recurrent_activation": "hard_sigmoid"},
    {"kind": "gru"}, {"kind": "gru", "layers": 2, "bidirectional": True},
    {"kind": "rnn", "activation": "relu"}, {"kind": "rnn", "bidirectional": True, "merge": "ave"},
]  # fmt: skip


@pytest.mark.flax
@pytest.mark.filterwarnings("default")  # of Flax and JAX, whose own they are
@pytest.mark.parametrize("lengths", [None, (5, 2, 4)], ids=str)
@pytest.mark.parametrize("spec", LIVE, ids=str)
def test_the_live_layers_are_the_reference(spec, lengths):
    pytest.importorskip("flax")
    models = framework("flax", spec), build({**spec, "layout": "flax"})
    theirs, ours = (fresh_run(model, SIZES) for model in models)
    shapes = [{n: a.shape for n, a in run.given.items()} for run in (theirs, ours)]
    assert shapes[0] == shapes[1]
    if lengths:
        given_lengths = Array(np.array(lengths), ("batch",))
        theirs, ours = theirs.with_lengths(given_lengths), ours.with_lengths(given_lengths)
    direction = {n: np.ones(s) for n, s in shapes[0].items()}
    slopes = _slopes(theirs, direction), _slopes(ours, direction)
    absent = ("gates", "entering", "leaving") if spec.get("bidirectional") else ("gates",)
    assert ours.observed.keys() - theirs.observed.keys() == {
        n for n in ours.observed if n.startswith(absent)
    }
    for name, array in theirs.observed.items():
        assert array.axes == ours.observed[name].axes
        assert np.max(np.abs(array.data - ours.observed[name].data)) <= EXACT, name
        assert np.max(np.abs(slopes[0][name].data - slopes[1][name].data)) <= EXACT, name


@pytest.mark.parametrize(
    "spec",
    [{"projection": 2}, {"peepholes": True}, {"kind": "gru", "reset": "before"},
     {"kind": "gru", "biases": 2}],
    ids=str,
)  # fmt: skip
def test_what_flax_does_not_have_is_not_offered(spec):
    with pytest.raises(NotOfferedError, match="Flax"):
        framework("flax", spec)
