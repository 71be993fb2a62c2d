"""TensorFlow's cells as models of the protocol, where TensorFlow is installed: the reference again.

What they gave on recorded runs is compared in test_fidelity.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from checker.experiments.influence import _slopes
from checker.experiments.run import fresh_run
from checker.frameworks.registry import NotOfferedError
from checker.frameworks.registry import build as framework
from checker.language.values import Array
from checker.models.registry import build

LIMIT = 1e-12
SIZES = {"batch": 3, "timesteps": 5, "features": 6, "units": 7}
SPECS = [
    {"kind": "lstm", "head": 4},
    {"kind": "lstm", "forget_bias": 0.5, "peepholes": True, "projection": 9, "cell_clip": 0.6,
     "projection_clip": 0.3},
    {"kind": "lstm", "layers": 2, "bidirectional": True, "projection": 2},
    {"kind": "lstm", "activation": "relu", "layers": 2},
    {"kind": "gru", "layers": 2},
    {"kind": "gru", "bidirectional": True, "head": 4},
    {"kind": "rnn", "activation": "linear", "layers": 3},
    {"kind": "rnn", "layers": 2, "bidirectional": True},
]  # fmt: skip


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")  # what a framework warns of while it is imported is its own
@pytest.mark.parametrize("lengths", [None, np.array([5, 2, 4])], ids=["whole", "lengths"])
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_cells_themselves_are_the_reference(spec, lengths):
    pytest.importorskip("tensorflow")
    runs = [fresh_run(framework("tensorflow", spec), SIZES),
            fresh_run(build({**spec, "layout": "tensorflow1"}), SIZES)]  # fmt: skip
    assert runs[0].given.keys() == runs[1].given.keys()
    if lengths is not None:
        runs = [run.with_lengths(Array(lengths, ("batch",))) for run in runs]
    rng = np.random.default_rng(0)
    direction = {n: rng.normal(size=a.shape) for n, a in runs[0].given.items() if n != "lengths"}
    for theirs, reference in (
        [run.observed for run in runs],
        [_slopes(run, direction) for run in runs],
    ):
        assert {n for n in reference if not n.startswith(("gates", "entering", "leaving"))} <= (
            theirs.keys()
        )
        for name, array in theirs.items():
            assert array.axes == reference[name].axes
            assert np.max(np.abs(array.data - reference[name].data)) <= LIMIT, name


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "gru", "reset": "after"},
        {"kind": "lstm", "bidirectional": True, "merge": "sum"},
        {"kind": "lstm", "biases": 2},
        {"kind": "gru", "recurrent_activation": "hard_sigmoid"},
        {"kind": "rnn", "activation": "hard_sigmoid"},
    ],
    ids=str,
)
def test_what_the_cells_have_not_is_not_offered(spec):
    with pytest.raises(NotOfferedError):
        framework("tensorflow", spec)
