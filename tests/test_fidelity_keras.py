"""Keras's layers as models of the protocol, where Keras is installed: the reference again.

What they gave on recorded runs is compared in test_fidelity.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from checker.language.values import Array
from checker.models.registry import build

EXACT = 1e-12
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
