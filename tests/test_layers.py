"""GRU, plain RNN, stacked and bidirectional layers are TensorFlow's and PyTorch's.

Same outputs, final states and gradients on recorded runs; every misreading below is caught.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from checker.language.values import ExperimentError
from checker.models import gru as gru_file
from checker.models import layers as layers_file
from checker.models import registry as registry_file
from checker.models.layouts import DEFAULTS, ORDER, loaded, stored
from checker.models.registry import KINDS, build
from checker.traces import traces

LIMIT = 1e-12
TENSORFLOW = [
    t
    for t in traces("tensorflow")
    if t.cell in ("GRUCell", "BasicRNNCell") and not t.options and "lengths" not in t.arrays
]  # the rest: test_fidelity_tensorflow.py
PYTORCH = list(traces("torch"))
NOT_WEIGHTS = ("inputs", "outputs", "lengths")


def weights_of(trace):
    return {name: a for name, a in trace.arrays.items()
            if name not in NOT_WEIGHTS and not name.startswith(("before", "after", "states",
                                                                "loss", "gradient",
                                                                "float32"))}  # fmt: skip


def from_tensorflow(trace, arrays):
    kind = "gru" if trace.cell == "GRUCell" else "rnn"
    weights = {n.replace("/", "."): arrays[n] for n in weights_of(trace)}
    model = build({"kind": kind, "layout": "tensorflow1"})
    parameters = loaded(kind, "tensorflow1", weights, trace.sizes["features"])
    return model, parameters, {"h": arrays["before.h"]}


def from_pytorch(trace, arrays):
    kind, options = trace.cell.lower(), trace.options
    spec = {"kind": kind, "layout": "pytorch", "layers": options["layers"],
            "bidirectional": options["bidirectional"]}  # fmt: skip
    spec |= {n: options[n] for n in ("projection", "activation") if n in options}
    both = options["bidirectional"]
    parameters, before = {}, {}
    for layer in range(options["layers"]):
        for d, direction in enumerate(("forward", "backward")[: 1 + both]):
            suffix = f"_l{layer}" + ("_reverse" if d else "")
            weights = {n.removesuffix(suffix): arrays[n] for n in weights_of(trace)
                       if n.endswith(suffix)}  # fmt: skip
            prefix = f"layer{layer}." * (options["layers"] > 1) + f"{direction}." * both
            part = loaded(kind, "pytorch", weights, trace.sizes["features"])
            parameters |= {prefix + name: array for name, array in part.items()}
            slot = layer * (1 + both) + d
            before |= {f"{prefix}{s}": arrays[f"before.{s}"][slot] for s in "hc"
                       if f"before.{s}" in arrays}  # fmt: skip
    return build(spec), parameters, before


def run(trace, arrays=None, model=None):
    """Outputs and final states, stacked as the framework does."""
    arrays = arrays or trace.arrays
    convert = from_tensorflow if trace in TENSORFLOW else from_pytorch
    reference, parameters, before = convert(trace, arrays)
    found = (model or reference).run(parameters, arrays["inputs"], before, arrays.get("lengths"))
    after = {s: [found[f"after.{name}"].data for name in before if name.split(".")[-1] == s]
             for s in "hc" if f"after.{s}" in trace.arrays}  # fmt: skip
    stack = np.stack if trace in PYTORCH else lambda states: states[0]
    return {"outputs": found["outputs"].data} | {f"after.{s}": stack(a) for s, a in after.items()}


def largest_difference(trace, arrays=None, model=None, precision=""):
    found = run(trace, arrays, model)
    return max(
        np.max(np.abs(array - trace.arrays[precision + name])) for name, array in found.items()
    )


ALL = pytest.mark.parametrize("trace", TENSORFLOW + PYTORCH, ids=lambda t: f"{t.cell}-{t.name}")


@ALL
def test_outputs_and_final_states_are_those_of_the_framework(trace):
    assert largest_difference(trace) <= LIMIT


@ALL
def test_in_float32_the_framework_gives_the_same_but_for_rounding(trace):
    assert all(a.dtype == np.float32 for n, a in trace.arrays.items() if n.startswith("float32/"))
    assert largest_difference(trace, precision="float32/") <= 1e-5


@ALL
def test_gradients_are_those_of_the_framework(trace):
    def loss(arrays):
        found = run(trace, arrays)
        names = {"outputs": "outputs", "h": "after.h", "c": "after.c"}
        return sum(np.sum(trace.arrays[f"loss.{w}"] * found[name]) for w, name in names.items()
                   if name in found)  # fmt: skip

    for name in [
        *weights_of(trace),
        "inputs",
        *(n for n in trace.arrays if n.startswith("before")),
    ]:
        recorded = trace.arrays[f"gradient/{name}"]
        for entry in list(np.ndindex(recorded.shape))[:: 1 + recorded.size // 12]:
            nudged = trace.arrays[name].astype(complex)
            nudged[entry] += 1e-30j
            derivative = np.imag(loss({**trace.arrays, name: nudged})) / 1e-30
            assert abs(derivative - recorded[entry]) <= LIMIT


@pytest.mark.parametrize(("kind", "layout"), list(DEFAULTS))
def test_what_is_stored_can_be_loaded_again(kind, layout):
    sizes = {"batch": 1, "timesteps": 1, "features": 3, "units": 5}
    model = build({"kind": kind, "layout": layout})
    rng = np.random.default_rng(0)
    parameters = {n: rng.normal(size=tuple(a.values())) for n, a in model.parameters(sizes).items()}
    weights = {n.removeprefix("weights."): a.data for n, a in stored(model, parameters).items()}
    again = loaded(kind, layout, weights, sizes["features"])
    assert again.keys() == parameters.keys()
    assert all(np.array_equal(again[name], parameters[name]) for name in parameters)


@pytest.mark.parametrize(
    ("spec", "count"),
    [
        # the public formulas of the frameworks, at 3 features and 5 units
        ({"kind": "lstm"}, 4 * 5 * (3 + 5 + 1)),
        ({"kind": "lstm", "layout": "keras"}, 4 * 5 * (3 + 5 + 1)),
        ({"kind": "lstm", "layout": "pytorch"}, 4 * 5 * (3 + 5 + 2)),
        ({"kind": "gru", "layout": "tensorflow1"}, 3 * 5 * (3 + 5 + 1)),
        ({"kind": "gru", "layout": "keras"}, 3 * 5 * (3 + 5 + 2)),
        ({"kind": "gru", "layout": "pytorch"}, 3 * 5 * (3 + 5 + 2)),
        ({"kind": "rnn"}, 5 * (3 + 5 + 1)),
        ({"kind": "rnn", "layout": "pytorch"}, 5 * (3 + 5 + 2)),
        ({"kind": "lstm", "bidirectional": True}, 2 * 4 * 5 * (3 + 5 + 1)),
        ({"kind": "lstm", "layers": 2}, 4 * 5 * (3 + 5 + 1) + 4 * 5 * (5 + 5 + 1)),
        ({"kind": "lstm", "head": 7}, 4 * 5 * (3 + 5 + 1) + 7 * 5 + 7),
        ({"kind": "lstm", "projection": 2}, 4 * 5 * (3 + 2 + 1) + 5 * 2),
    ],
    ids=str,
)
def test_the_number_of_parameters(spec, count):
    sizes = {"batch": 2, "timesteps": 3, "features": 3, "units": 5}
    shapes = [axes.values() for axes in build(spec).parameters(sizes).values()]
    assert sum(int(np.prod(list(shape))) for shape in shapes) == count


# --- Misreadings: each must be caught by a trace --------------------------------------------


def caught(trace_cells=("GRU", "GRUCell")):
    return max(largest_difference(t) for t in TENSORFLOW + PYTORCH if t.cell in trace_cells) > 1e-3


@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_another_gate_order_is_caught(kind, monkeypatch):
    right = ORDER[kind, "pytorch"]
    for other in (right[::-1], (right[1], right[0], *right[2:])):
        monkeypatch.setitem(ORDER, (kind, "pytorch"), other)
        assert caught((kind.upper(),)), other


@pytest.mark.parametrize(
    ("layout", "change"),
    [
        ("pytorch", {"reset": "before"}),
        ("tensorflow1", {"reset": "after"}),
    ],
)
def test_the_other_reset_is_caught(layout, change, monkeypatch):
    monkeypatch.setitem(DEFAULTS, ("gru", layout), {**DEFAULTS["gru", layout], **change})
    assert caught()


def test_an_update_gate_that_keeps_the_new_state_is_caught(monkeypatch):
    real = gru_file.gru_step

    def other(parameters, x, h, reset, *passed):
        _, gates = real(parameters, x, h, reset, *passed)
        return (1 - gates["z"]) * h + gates["z"] * gates["n"], gates

    monkeypatch.setattr(gru_file, "gru_step", other)
    assert caught()


@pytest.mark.parametrize(
    ("name", "mutant"),
    [
        ("order", lambda shape, lengths: np.tile(np.arange(shape[1])[::-1], (shape[0], 1))),
        ("order", lambda shape, lengths: np.tile(np.arange(shape[1]), (shape[0], 1))),
        ("_turned", lambda array, order: array),
    ],
    ids=["lengths ignored", "not reversed", "not turned back"],
)
def test_a_misread_direction_is_caught(name, mutant, monkeypatch):
    assert not caught(("LSTM", "GRU"))
    if name == "order":
        def joined(layer, merge, order):
            return layers_file.bidirectional(layer, merge, mutant)

        monkeypatch.setattr(registry_file, "bidirectional", joined)
    else:
        monkeypatch.setattr(layers_file, name, mutant)
    assert caught(("LSTM", "GRU"))


def test_ignored_lengths_are_caught():
    [trace] = [t for t in PYTORCH if "lengths" in t.arrays]
    without = {name: a for name, a in trace.arrays.items() if name != "lengths"}
    assert largest_difference(trace, without) > 1e-3


def test_relu_is_not_tanh():
    [trace] = [t for t in PYTORCH if t.options.get("activation") == "relu"]
    tanh = replace(trace, options={**trace.options, "activation": "tanh"})
    convert = from_pytorch(tanh, trace.arrays)[0]
    assert largest_difference(trace, model=convert) > 1e-3


def test_merging_both_directions():
    sizes = {"batch": 2, "timesteps": 3, "features": 4, "units": 5}
    rng = np.random.default_rng(1)
    found = {}
    for merge in ("concat", "sum", "mul", "ave"):
        model = build({"kind": "lstm", "bidirectional": True, "merge": merge})
        rng = np.random.default_rng(1)
        given = [{n: rng.normal(size=tuple(a.values())) for n, a in shapes(sizes).items()}
                 for shapes in (model.parameters, model.state)]  # fmt: skip
        inputs = rng.normal(size=(2, 3, 4))
        found[merge] = model.run(given[0], inputs, given[1])["outputs"].data
    left, right = np.split(found["concat"], 2, axis=-1)
    assert np.allclose(found["sum"], left + right)
    assert np.allclose(found["mul"], left * right)
    assert np.allclose(found["ave"], (left + right) / 2)
    assert not np.allclose(left, right)


def test_every_kind_has_conventions_for_every_layout():
    layouts = {layout for _, layout in DEFAULTS}
    assert {(kind, layout) for kind in KINDS for layout in layouts} == set(DEFAULTS)


def test_a_gru_that_resets_before_has_one_bias_unless_told_otherwise():
    sizes = {"batch": 1, "timesteps": 1, "features": 3, "units": 5}
    counts = {
        reset: sum(int(np.prod(list(a.values()))) for a in build(spec).parameters(sizes).values())
        for reset, spec in {
            "before": {"kind": "gru", "reset": "before"},
            "after": {"kind": "gru", "reset": "after"},
        }.items()
    }
    assert counts == {"before": 3 * 5 * (3 + 5 + 1), "after": 3 * 5 * (3 + 5 + 2)}


@pytest.mark.parametrize(("layout", "held"), [("keras", True), ("pytorch", False)])
def test_beyond_its_length_keras_repeats_the_last_output_and_others_give_0(layout, held):
    sizes = {"batch": 2, "timesteps": 4, "features": 3, "units": 5}
    model = build({"kind": "lstm", "layout": layout, "head": 7})
    rng = np.random.default_rng(2)
    given = [{n: rng.normal(size=tuple(a.values())) for n, a in shapes(sizes).items()}
             for shapes in (model.parameters, model.state)]  # fmt: skip
    inputs, lengths = rng.normal(size=(2, 4, 3)), np.array([2, 4])
    found = model.run(given[0], inputs, given[1], lengths)
    outputs = found["outputs"].data
    beyond = outputs[0, 1] if held else np.zeros(5)
    assert np.array_equal(outputs[0, 2], beyond) and np.array_equal(outputs[0, 3], beyond)
    last = np.stack([outputs[0, 1], outputs[1, 3]])  # the head reads the last real step
    scores = last @ given[0]["head.kernel"] + given[0]["head.bias"]
    assert np.allclose(found["scores"].data, scores)


@pytest.mark.parametrize(
    "spec",
    [{"merge": "sum"}, {"projection_clip": 1.0}, {"kind": "rnn", "projection": 2}],
)
def test_an_option_that_would_do_nothing_is_refused(spec):
    with pytest.raises(ExperimentError):
        build({"kind": "lstm", **spec})
