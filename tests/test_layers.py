"""What layers and layouts are made of; that they are the frameworks' is in test_fidelity.py."""

from __future__ import annotations

import numpy as np
import pytest

from checker.language.values import ExperimentError
from checker.models.layouts import DEFAULTS, loaded, stored
from checker.models.lstm import lstm, pack, unpack
from checker.models.registry import KINDS, build
from checker.traces import traces


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


BASIC = [t for t in traces("tensorflow") if t.cell == "BasicLSTMCell" and "kernel" in t.arrays]


@pytest.mark.parametrize("trace", BASIC, ids=lambda t: t.name)
def test_tensorflow_s_one_kernel_is_cut_into_gates_and_put_together_again(trace):
    parameters = unpack(trace.arrays["kernel"], trace.arrays["bias"], trace.sizes["features"])
    kernel, bias = pack(parameters)
    assert np.array_equal(kernel, trace.arrays["kernel"])
    assert np.array_equal(bias, trace.arrays["bias"])
    weights = {name: trace.arrays[name] for name in ("kernel", "bias")}
    same = loaded("lstm", "tensorflow1", weights, trace.sizes["features"])
    assert same.keys() == parameters.keys() == lstm().parameters(trace.sizes).keys()
    assert all(np.array_equal(same[name], parameters[name]) for name in parameters)


def test_onnx_has_no_layer_with_one_bias_to_show():
    model = build({"kind": "lstm", "layout": "onnx", "biases": 1})
    sizes = {"batch": 1, "timesteps": 1, "features": 3, "units": 5}
    parameters = {n: np.ones(tuple(a.values())) for n, a in model.parameters(sizes).items()}
    with pytest.raises(ExperimentError):
        stored(model, parameters)


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
