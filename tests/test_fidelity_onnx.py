"""ONNX Runtime as a model of the protocol, where it is installed: the reference in float32.

What it gave on recorded runs is compared in test_fidelity.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from checker.language.values import Array, ExperimentError
from checker.models.registry import build

SINGLE = 1e-5
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
