"""Flax's cells as models of the protocol, where Flax is installed: the reference again.

What they gave on recorded runs is compared in test_fidelity.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from checker.experiments.influence import _slopes
from checker.experiments.run import fresh_run
from checker.frameworks.registry import NotOfferedError
from checker.frameworks.registry import build as framework
from checker.language.values import Array, ExperimentError
from checker.models.layouts import stored
from checker.models.registry import build

EXACT = 1e-12
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


def test_a_second_bias_has_no_name_in_flax():
    sizes = {"batch": 1, "timesteps": 1, "features": 3, "units": 5}
    model = build({"kind": "gru", "layout": "flax"})
    zeros = {n: np.zeros(tuple(a.values())) for n, a in model.parameters(sizes).items()}
    assert sum(a.size for a in zeros.values()) == 3 * 5 * (3 + 5 + 1) + 5
    with pytest.raises(ExperimentError, match=r"recurrent_bias\.i"):
        stored(build({"layout": "flax"}), {"recurrent_bias.i": np.zeros(5)})
