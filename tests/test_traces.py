"""The numpy LSTM is TensorFlow's: same outputs, states and gradients on recorded runs.

Every mutant below is a plausible misreading of the cell; each must be caught by some trace, or
the traces prove nothing.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from checker.models.activations import sigmoid
from checker.models.lstm import clip, lstm, lstm_step, pack, unpack
from checker.traces import traces

LIMIT = 1e-12
AROUND = {"layers", "bidirectional", "activation"}  # see test_fidelity_tensorflow.py
TRACES = [t for t in traces() if t.cell in ("BasicLSTMCell", "LSTMCell")
          and not AROUND & t.options.keys() and "lengths" not in t.arrays]  # fmt: skip
BASIC = [t for t in TRACES if t.cell == "BasicLSTMCell"]
GIVEN = ("kernel", "bias", "inputs", "before.h", "before.c",
         "w_i_diag", "w_f_diag", "w_o_diag", "projection/kernel")  # fmt: skip


def given(trace):
    return {name: trace.arrays[name] for name in GIVEN if name in trace.arrays}


def run(arrays, options, step=lstm_step):
    """Outputs and states of every step, from weights in TensorFlow's layout."""
    peephole = {g: arrays[f"w_{g}_diag"] for g in "ifo" if f"w_{g}_diag" in arrays}
    h, c = arrays["before.h"], arrays["before.c"]
    h_steps, c_steps = [], []
    for t in range(arrays["inputs"].shape[1]):
        h, c, _ = step(
            arrays["kernel"], arrays["bias"], arrays["inputs"][:, t], h, c,
            forget_bias=options["forget_bias"], peephole=peephole,
            projection=arrays.get("projection/kernel"), cell_clip=options.get("cell_clip"),
            projection_clip=options.get("projection_clip"),
        )  # fmt: skip
        h_steps.append(h)
        c_steps.append(c)
    states = {"states.h": np.stack(h_steps, 1), "states.c": np.stack(c_steps, 1)}
    return states | {"outputs": states["states.h"], "after.h": h, "after.c": c}


def largest_difference(trace, step=lstm_step, arrays=None):
    found = run(arrays or given(trace), trace.options, step)
    return max(np.max(np.abs(found[name] - trace.arrays[name])) for name in found)


@pytest.mark.parametrize("trace", TRACES, ids=lambda t: t.name)
def test_outputs_and_states_are_those_of_tensorflow(trace):
    assert largest_difference(trace) <= LIMIT


@pytest.mark.parametrize("trace", TRACES, ids=lambda t: t.name)
def test_gradients_are_those_of_tensorflow(trace):
    """Complex step through the reference, entry by entry, against TensorFlow's own gradients."""

    def loss(arrays):
        found = run(arrays, trace.options)
        pairs = (("outputs", "outputs"), ("h", "after.h"), ("c", "after.c"))
        return sum(np.sum(trace.arrays[f"loss.{w}"] * found[name]) for w, name in pairs)

    for name, array in given(trace).items():
        for entry in np.ndindex(array.shape):
            nudged = array.astype(complex)
            nudged[entry] += 1e-30j
            derivative = np.imag(loss(given(trace) | {name: nudged})) / 1e-30
            assert abs(derivative - trace.arrays[f"gradient/{name}"][entry]) <= LIMIT


@pytest.mark.parametrize("trace", BASIC, ids=lambda t: t.name)
def test_the_layer_that_claims_run_on_is_the_same_cell(trace):
    parameters = unpack(trace.arrays["kernel"], trace.arrays["bias"], trace.sizes["features"])
    model = lstm(forget_bias=trace.options["forget_bias"])
    before = {name: trace.arrays[f"before.{name}"] for name in "hc"}
    found = model.run(parameters, trace.arrays["inputs"], before)
    for ours, theirs in (("outputs", "outputs"), ("leaving.c", "states.c"), ("after.h", "after.h")):
        assert np.max(np.abs(found[ours].data - trace.arrays[theirs])) <= LIMIT
    kernel, bias = pack(parameters)
    assert np.array_equal(kernel, trace.arrays["kernel"])
    assert np.array_equal(bias, trace.arrays["bias"])
    assert {n: tuple(a.values()) for n, a in model.parameters(trace.sizes).items()} == {
        n: p.shape for n, p in parameters.items()
    }


def test_the_traces_cover_what_bites():
    sizes = [tuple(t.sizes.values()) for t in BASIC]
    assert len({t.options["forget_bias"] for t in BASIC}) >= 4
    assert all(len(set(s)) == len(s) for s in sizes), "sizes are pairwise distinct"
    assert all(np.all(t.arrays["before.h"] != 0) and np.all(t.arrays["before.c"] != 0)
               for t in TRACES)  # fmt: skip


def altered(change):
    """A mutant of the step: one place of the equations changed."""

    def step(kernel, bias, x, h, c, *, forget_bias, peephole, projection, cell_clip,
             projection_clip):  # fmt: skip
        v = {"i_bias": 0.0, "f_bias": forget_bias, "j_squash": np.tanh, "h_squash": np.tanh,
             "keep": 1.0, "order": (x, h), "f_see": c, "o_sees": "new", "cell_clip": cell_clip,
             "late_clip": None, "projection_clip": projection_clip, "coupled": False,
             "swapped": False, "candidate_gate": False, "peephole": peephole}  # fmt: skip
        v |= change(forget_bias, c, x, h, cell_clip)
        if v["swapped"]:
            h, c, v["order"], v["f_see"] = c, h, (x, c), h
        peephole = v["peephole"]
        z = np.concatenate(v["order"], axis=1) @ kernel + bias
        i, j, f, o = np.split(z, 4, axis=1)
        if peephole:
            i, f = i + peephole["i"] * c, f + peephole["f"] * v["f_see"]
        i, f = sigmoid(i + v["i_bias"]), sigmoid(f + v["f_bias"])
        f = 1 - i if v["coupled"] else f
        j = sigmoid(j) if v["candidate_gate"] else v["j_squash"](j)
        old = c
        c = clip(f * v["keep"] * c + i * j, v["cell_clip"])
        if peephole:
            o = o + peephole["o"] * (c if v["o_sees"] == "new" else old)
        h = sigmoid(o) * v["h_squash"](c)
        c = clip(c, v["late_clip"])
        if projection is not None:
            h = clip(h @ projection, v["projection_clip"])
        return h, c, {}

    return step


MUTANTS = {
    "forget bias missing": lambda b, *_: {"f_bias": 0.0},
    "forget bias always one": lambda b, *_: {"f_bias": 1.0},
    "forget bias twice": lambda b, *_: {"f_bias": 2 * b},
    "forget bias subtracted": lambda b, *_: {"f_bias": -b},
    "forget bias on the input gate": lambda b, *_: {"i_bias": b, "f_bias": 0.0},
    "state rows above input rows": lambda b, c, x, h, _: {"order": (h, x)},
    "h and c swapped": lambda *_: {"swapped": True},
    "no tanh on the output": lambda *_: {"h_squash": lambda v: v},
    "sigmoid on the output": lambda *_: {"h_squash": sigmoid},
    "no tanh on the candidate": lambda *_: {"j_squash": lambda v: v},
    "sigmoid on the candidate": lambda *_: {"candidate_gate": True},
    "relu on the candidate": lambda *_: {"j_squash": lambda v: np.maximum(v, 0)},
    "input and forget gate coupled": lambda *_: {"coupled": True},
    "old cell state ignored": lambda *_: {"keep": 0.0},
    "output peephole sees the old state": lambda *_: {"o_sees": "old"},
    "forget peephole missing": lambda *_: {"f_see": 0.0},
    "peepholes missing": lambda *_: {"peephole": None},
    "cell clip missing": lambda *_: {"cell_clip": None},
    "cell clip after the output": lambda b, c, x, h, clip_: {"cell_clip": None, "late_clip": clip_},
    "projection clip missing": lambda *_: {"projection_clip": None},
}


def test_the_frame_of_the_mutants_is_the_step_itself():
    assert max(largest_difference(t, altered(lambda *_: {})) for t in TRACES) <= LIMIT


@pytest.mark.parametrize("name", MUTANTS)
def test_a_misread_step_is_caught(name):
    of_one_shape = BASIC if name == "h and c swapped" else TRACES
    assert max(largest_difference(t, altered(MUTANTS[name])) for t in of_one_shape) > 1e-3


@pytest.mark.parametrize("order", list(permutations(range(4)))[1:], ids=str)
def test_every_other_gate_order_is_caught(order):
    def reordered(trace):
        kernel = np.concatenate([np.split(trace.arrays["kernel"], 4, 1)[b] for b in order], 1)
        bias = np.concatenate([np.split(trace.arrays["bias"], 4)[b] for b in order])
        return given(trace) | {"kernel": kernel, "bias": bias}

    assert max(largest_difference(t, arrays=reordered(t)) for t in BASIC) > 1e-3
