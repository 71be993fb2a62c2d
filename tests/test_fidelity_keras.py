"""The reference is what Keras's layers compute: outputs, states, scores and gradients as recorded.

Every misreading below is caught by some case.
"""

from __future__ import annotations

from functools import partial
from itertools import permutations

import numpy as np
import pytest

from checker.language.values import Array
from checker.models import activations as activations_file
from checker.models import gru as gru_file
from checker.models import layers as layers_file
from checker.models import registry as registry_file
from checker.models.layouts import ORDER, loaded, stored
from checker.models.registry import build
from checker.traces import traces

EXACT, SINGLE = 1e-12, 1e-5
CASES = {trace.name: trace for trace in traces("keras")}
KIND = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn"}
LSTM, GRU, RNN = ([t for t in CASES.values() if t.cell == cell] for cell in KIND)
AFTER = [t for t in GRU if t.options["reset"] == "after"]
BEFORE = [t for t in GRU if t.options["reset"] == "before"]
BOTH_WAYS = [t for t in CASES.values() if t.options["bidirectional"]]
PADDED = [t for t in CASES.values() if "lengths" in t.arrays]
WEIGHTS = ("kernel", "recurrent_kernel", "bias")
HEAD = ("head.kernel", "head.bias")


def model_of(trace, **changes):
    return build({"kind": KIND[trace.cell], "layout": "keras", **trace.options, **changes})


def prefixes(trace):
    """What stands before the names of each layer and direction."""
    layers, both = trace.options["layers"], trace.options["bidirectional"]
    for layer in range(layers):
        for way in ("forward.", "backward.")[: 1 + both]:
            yield f"layer{layer}." * (layers > 1) + way * both


def given(trace, arrays):
    """Parameters and state under our names."""
    parameters = {name: arrays[name] for name in HEAD if name in arrays}
    for prefix in prefixes(trace):
        weights = {name: arrays[prefix + name] for name in WEIGHTS}
        part = loaded(KIND[trace.cell], "keras", weights, trace.sizes["features"])
        parameters |= {prefix + name: array for name, array in part.items()}
    before = {n.removeprefix("before."): a for n, a in arrays.items() if n.startswith("before.")}
    return parameters, before


def run(trace, arrays=None, model=None):
    """Everything that was recorded of what comes out."""
    arrays = trace.arrays if arrays is None else arrays
    parameters, before = given(trace, arrays)
    found = (model or model_of(trace)).run(
        parameters, arrays["inputs"], before, arrays.get("lengths")
    )
    names = [n for n in trace.arrays if n in ("outputs", "scores") or n.startswith("after.")]
    return {name: found[name].data for name in names}


def differences(trace, found, source=""):
    return [np.max(np.abs(array - trace.arrays[source + name])) for name, array in found.items()]


def largest(cases, arrays=lambda trace: trace.arrays, model=lambda trace: None):
    """The largest difference of any case to Keras."""
    return max(max(differences(t, run(t, arrays(t), model(t)))) for t in cases)


def caught(cases, **changes):
    assert largest(cases) <= EXACT
    return largest(cases, **changes) > 1e-3


ALL = pytest.mark.parametrize("trace", CASES.values(), ids=CASES)


@ALL
def test_what_comes_out_is_what_keras_gives(trace):
    assert trace.arrays["outputs"].dtype == np.float64
    assert max(differences(trace, run(trace))) <= EXACT


@ALL
def test_what_comes_out_is_what_keras_gives_in_single_precision(trace):
    assert trace.arrays["float32/outputs"].dtype == np.float32
    assert max(differences(trace, run(trace), "float32/")) <= SINGLE


@ALL
def test_gradients_are_those_of_keras(trace):
    """Complex step through the reference, on some entries of every array, against TensorFlow's."""

    def loss(arrays):
        found = run(trace, arrays)
        return sum(np.sum(trace.arrays[f"loss.{name}"] * a) for name, a in found.items())

    names = [n.removeprefix("gradient/") for n in trace.arrays if n.startswith("gradient/")]
    parameters, before = given(trace, trace.arrays)
    weights = [*prefixes(trace)] * len(WEIGHTS) + [n for n in HEAD if n in parameters]
    assert len(names) == len(weights) + len(before) + 1
    for name in names:
        recorded = trace.arrays[f"gradient/{name}"]
        for entry in list(np.ndindex(recorded.shape))[:: 1 + recorded.size // 12]:
            nudged = trace.arrays[name].astype(complex)
            nudged[entry] += 1e-30j
            derivative = np.imag(loss({**trace.arrays, name: nudged})) / 1e-30
            assert abs(derivative - recorded[entry]) <= EXACT * max(1, abs(recorded[entry]))


@ALL
def test_parameters_have_the_shapes_that_keras_made(trace):
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
    assert AFTER and BEFORE
    for trace in CASES.values():
        sizes = list(trace.sizes.values())
        assert len(set(sizes)) == len(sizes)
        weights = [a for n, a in trace.arrays.items() if n.split(".")[-1] in WEIGHTS]
        assert all(len(np.unique(a)) > a.size / 2 for a in weights), "no symmetries"
        assert all(np.all(a != 0) for n, a in trace.arrays.items() if n.startswith("before"))


@pytest.mark.parametrize("name", ["lstm-activations", "gru-activations"])
def test_the_hard_sigmoid_is_at_both_ends_and_between(name):
    trace = CASES[name]
    parameters, before = given(trace, trace.arrays)
    found = model_of(trace).run(parameters, trace.arrays["inputs"], before)
    for gate in "ifo" if trace.cell == "LSTM" else "rz":
        values = found[f"gates.{gate}"].data
        assert np.any(values == 0)
        assert np.any(values == 1)
        assert np.mean((values > 0) & (values < 1)) > 0.1


@pytest.mark.parametrize("name", ["lstm", "gru-after", "gru-before", "rnn-tanh"])
def test_weights_are_shown_as_keras_stores_them(name):
    trace = CASES[name]
    weights = stored(model_of(trace), given(trace, trace.arrays)[0])
    assert weights.keys() == {f"weights.{n}" for n in WEIGHTS}
    for path, array in weights.items():
        assert np.array_equal(array.data, trace.arrays[path.removeprefix("weights.")])


# --- Misreadings: each must be caught by a case ---------------------------------------------


@pytest.mark.parametrize("order", list(permutations(ORDER["lstm", "keras"]))[1:], ids="".join)
def test_every_other_gate_order_of_an_lstm_is_caught(order, monkeypatch):
    assert largest(LSTM) <= EXACT
    monkeypatch.setitem(ORDER, ("lstm", "keras"), order)
    assert largest(LSTM) > 1e-3


@pytest.mark.parametrize("order", list(permutations(ORDER["gru", "keras"]))[1:], ids="".join)
@pytest.mark.parametrize("cases", [AFTER, BEFORE], ids=["after", "before"])
def test_every_other_gate_order_of_a_gru_is_caught(order, cases, monkeypatch):
    assert largest(cases) <= EXACT
    monkeypatch.setitem(ORDER, ("gru", "keras"), order)
    assert largest(cases) > 1e-3


def every(name, change):
    """The case with a change to the weights of that name, in each layer but the head."""

    def altered(trace):
        names = [prefix + name for prefix in prefixes(trace)]
        return trace.arrays | {n: change(trace.arrays[n]) for n in names}

    return altered


def exchanged(one, other):
    """The case with two names swapped wherever they stand in a name."""

    def altered(trace):
        swap = {one: other, other: one}
        return {".".join(swap.get(part, part) for part in n.split(".")) if "/" not in n else n: a
                for n, a in trace.arrays.items()}  # fmt: skip

    return altered


def states_exchanged(one, other):
    def altered(trace):
        swap = exchanged(one, other)(trace)
        return trace.arrays | {n: a for n, a in swap.items() if n.startswith("before.")}

    return altered


def without_lengths(trace):
    return {n: a for n, a in trace.arrays.items() if n != "lengths"}


def units_of(bias, gate):
    """A bias of a GRU with one gate's part at 0."""
    part = bias.shape[-1] // 3
    return np.where(np.arange(bias.shape[-1]) // part == gate, 0, bias)


DEEP = [CASES["lstm-layers"], CASES["lstm-everything"]]
READINGS = {
    "biases swapped": (AFTER, every("bias", lambda b: b[::-1])),
    "biases added up outside of the reset": (
        AFTER, every("bias", lambda b: np.stack([b.sum(0), 0 * b[0]]))),
    "first bias missing": (AFTER, every("bias", lambda b: b * [[0], [1]])),
    "second bias missing": (AFTER, every("bias", lambda b: b * [[1], [0]])),
    "second bias of the candidate missing": (
        AFTER, every("bias", lambda b: np.stack([b[0], units_of(b[1], 2)]))),
    "biases side by side": (
        AFTER, every("bias", lambda b: b.reshape(-1, 2).T)),
    "bias missing, lstm": (LSTM, every("bias", lambda b: 0 * b)),
    "bias missing, gru": (BEFORE, every("bias", lambda b: 0 * b)),
    "bias missing, rnn": (RNN, every("bias", lambda b: 0 * b)),
    "recurrent kernel missing": (RNN, every("recurrent_kernel", lambda w: 0 * w)),
    "recurrent kernel turned": (RNN, every("recurrent_kernel", lambda w: w.T)),
    "gates of a unit side by side": (
        LSTM, every("kernel", lambda w: w.reshape(len(w), -1, 4).swapaxes(1, 2).reshape(w.shape))),
    "h and c swapped": (LSTM, states_exchanged("h", "c")),
    "states of layers swapped": (DEEP, states_exchanged("layer0", "layer1")),
    "states of directions swapped": (BOTH_WAYS, states_exchanged("forward", "backward")),
    "directions swapped": (BOTH_WAYS, exchanged("forward", "backward")),
    "lengths ignored": (PADDED, without_lengths),
    "state at the start ignored": (
        [*LSTM, *GRU], lambda t: t.arrays | {n: 0 * a for n, a in t.arrays.items()
                                             if n.startswith("before.")}),
}  # fmt: skip


@pytest.mark.parametrize("name", READINGS)
def test_a_misread_array_is_caught(name):
    cases, altered = READINGS[name]
    assert caught(cases, arrays=altered)


def only(*names):
    return [CASES[name] for name in names]


BEHIND_BOTH = only("lstm-both-ways-head", "lstm-everything", "rnn-both-ways")
SUM, MUL, AVE = only("lstm-everything"), only("gru-before-lengths"), only("rnn-both-ways")
OPTIONS = {
    "reset before is after": (BEFORE, {"reset": "after", "biases": 1}),
    "reset after is before": (AFTER, {"reset": "before", "biases": 2}),
    "a forget bias of 1": (LSTM, {"forget_bias": 1.0}),
    "sum is ave": (SUM, {"merge": "ave"}),
    "mul is sum": (MUL, {"merge": "sum"}),
    "ave is sum": (AVE, {"merge": "sum"}),
    "relu is tanh": (only("rnn-relu"), {"activation": "tanh"}),
    "linear is tanh": (only("rnn-linear"), {"activation": "tanh"}),
    "linear is relu": (only("rnn-linear"), {"activation": "relu"}),
    "sigmoid is tanh": (only("rnn-lengths"), {"activation": "tanh"}),
    "activation ignored, lstm": (only("lstm-activations"), {"activation": "tanh"}),
    "activation ignored, gru": (only("gru-activations"), {"activation": "tanh"}),
    "recurrent activation ignored, lstm": (only("lstm-linear"),
                                           {"recurrent_activation": "sigmoid"}),
    "hard sigmoid is sigmoid, lstm": (only("lstm-activations"),
                                      {"recurrent_activation": "sigmoid"}),
    "hard sigmoid is sigmoid, gru": (only("gru-activations"), {"recurrent_activation": "sigmoid"}),
    "both activations swapped": (only("lstm-linear"), {"activation": "tanh",
                                                       "recurrent_activation": "linear"}),
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIONS)
def test_another_option_is_caught(name):
    cases, changes = OPTIONS[name]
    assert caught(cases, model=lambda trace: model_of(trace, **changes))


def test_the_hard_sigmoid_of_keras_2_is_caught(monkeypatch):
    cases = only("lstm-activations", "gru-activations")
    assert largest(cases) <= EXACT
    older = partial(np.interp, xp=(-2.5, 2.5), fp=(0, 1))
    monkeypatch.setitem(activations_file.ACTIVATIONS, "hard_sigmoid", older)
    assert all(largest([case]) > 1e-3 for case in cases)


def test_an_update_gate_that_keeps_the_new_state_is_caught(monkeypatch):
    real = gru_file.gru_step

    def other(parameters, x, h, *rest):
        _, gates = real(parameters, x, h, *rest)
        return (1 - gates["z"]) * h + gates["z"] * gates["n"], gates

    assert largest(GRU) <= EXACT
    monkeypatch.setattr(gru_file, "gru_step", other)
    assert largest(BEFORE) > 1e-3
    assert largest(AFTER) > 1e-3


ORDERS = {
    "lengths ignored": lambda shape, lengths: np.tile(np.arange(shape[1])[::-1], (shape[0], 1)),
    "not reversed": lambda shape, lengths: np.tile(np.arange(shape[1]), (shape[0], 1)),
}


@pytest.mark.parametrize("name", ORDERS)
def test_a_misread_direction_is_caught(name, monkeypatch):
    assert largest(BOTH_WAYS) <= EXACT
    real = layers_file.bidirectional

    def misread(layer, merge="concat", *_):
        return real(layer, merge, ORDERS[name])

    monkeypatch.setattr(registry_file, "bidirectional", misread)
    assert largest(BOTH_WAYS) > 1e-3


def test_outputs_that_are_not_turned_back_are_caught(monkeypatch):
    assert largest(BOTH_WAYS) <= EXACT
    monkeypatch.setattr(layers_file, "_turned", lambda array, order: array)
    assert largest(BOTH_WAYS) > 1e-3


def test_a_head_that_reads_both_directions_at_the_last_step_is_caught(monkeypatch):
    assert largest(BEHIND_BOTH) <= EXACT
    monkeypatch.setattr(registry_file, "last_of_both", lambda merge: layers_file.last_output)
    assert all(largest([case]) > 1e-3 for case in BEHIND_BOTH)


def test_padding_that_gives_0_is_caught(monkeypatch):
    one_way = [t for t in PADDED if not t.options["bidirectional"]]
    assert largest(one_way) <= EXACT
    monkeypatch.setattr(registry_file, "holding", lambda layer: layer)
    assert all(largest([case]) > 1e-3 for case in one_way)


def test_padding_that_repeats_the_last_output_of_both_directions_is_caught(monkeypatch):
    both = [t for t in PADDED if t.options["bidirectional"]]
    assert largest(both) <= EXACT
    real = layers_file.bidirectional
    monkeypatch.setattr(registry_file, "bidirectional",
                        lambda *given: layers_file.holding(real(*given)))  # fmt: skip
    assert all(largest([case]) > 1e-3 for case in both)


# --- The live adapter, where Keras is installed ----------------------------------------------

SIZES = {"batch": 3, "timesteps": 5, "features": 6, "units": 7}
LIVE = [
    {"forget_bias": 1.0}, {"layers": 2, "head": 4},
    {"bidirectional": True, "head": 4}, {"layers": 2, "bidirectional": True, "merge": "mul"},
    {"activation": "sigmoid", "recurrent_activation": "hard_sigmoid"},
    {"kind": "gru"}, {"kind": "gru", "reset": "before", "layers": 2},
    {"kind": "rnn", "activation": "relu"}, {"kind": "rnn", "bidirectional": True, "merge": "ave"},
]  # fmt: skip


@pytest.mark.keras
@pytest.mark.filterwarnings("default")  # of Keras and TensorFlow, whose own they are
@pytest.mark.parametrize("lengths", [None, (5, 2, 4)], ids=str)
@pytest.mark.parametrize("spec", LIVE, ids=str)
def test_the_live_layers_are_the_reference(spec, lengths):
    pytest.importorskip("tensorflow")
    pytest.importorskip("keras")
    from checker.experiments.influence import _slopes
    from checker.experiments.run import fresh_run
    from checker.frameworks.registry import build as framework

    models = framework("keras", spec), build({**spec, "layout": "keras"})
    theirs, ours = (fresh_run(model, SIZES) for model in models)
    shapes = [{n: a.shape for n, a in run.given.items()} for run in (theirs, ours)]
    assert shapes[0] == shapes[1]
    if lengths:
        given_lengths = Array(np.array(lengths), ("batch",))
        theirs, ours = theirs.with_lengths(given_lengths), ours.with_lengths(given_lengths)
    direction = {n: np.ones(s) for n, s in shapes[0].items() if n.startswith(("inputs", "before"))}
    slopes = _slopes(theirs, direction), _slopes(ours, direction)
    absent = ("gates", "entering", "leaving") if spec.get("bidirectional") else ("gates",)
    assert ours.observed.keys() - theirs.observed.keys() == {
        n for n in ours.observed if n.startswith(absent)
    }
    for name, array in theirs.observed.items():
        assert array.axes == ours.observed[name].axes
        assert np.max(np.abs(array.data - ours.observed[name].data)) <= EXACT, name
        assert np.max(np.abs(slopes[0][name].data - slopes[1][name].data)) <= EXACT, name


@pytest.mark.keras
@pytest.mark.parametrize(
    "spec", [{"reset": "after", "biases": 1}, {"reset": "before", "biases": 2}]
)
def test_keras_has_no_gru_with_another_number_of_biases(spec):
    pytest.importorskip("tensorflow")
    pytest.importorskip("keras")
    from checker.frameworks.registry import NotOfferedError
    from checker.frameworks.registry import build as framework

    with pytest.raises(NotOfferedError, match="two biases"):
        framework("keras", {"kind": "gru", **spec})
