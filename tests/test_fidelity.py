"""The reference is what the frameworks compute: outputs, states and gradients of recorded runs.

One table of all recorded runs, and one list of misreadings: each is caught by every recorded run
that it is about, in every framework, or the runs would prove nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pytest

from checker.cache import Cache, surroundings
from checker.commands import check as check_file
from checker.frameworks.offers import FRAMEWORKS
from checker.models import activations as activations_file
from checker.models import gru as gru_file
from checker.models import layers as layers_file
from checker.models import lstm as lstm_file
from checker.models import registry as registry_file
from checker.models.activations import sigmoid
from checker.models.layouts import ABSENT, DEFAULTS, ORDER, stored
from checker.models.lstm import clip, lstm_step
from checker.models.registry import build
from checker.traces import Trace, fidelity, traces
from checker.traces.fidelity import (
    DOUBLE,
    KINDS,
    SINGLE,
    differences,
    in_words,
    measure,
    reading,
    recorded,
    weights_of,
)

EXACT, ROUNDED, CLEAR = 1e-12, 1e-5, 1e-3


class Case(NamedTuple):
    framework: str
    trace: Trace

    @property
    def kind(self):
        return KINDS[self.trace.cell]

    @property
    def spec(self):
        return fidelity._spec(*self)

    def __str__(self):
        return f"{self.framework}-{self.trace.name}"


CASES = [Case(framework, trace) for framework in FRAMEWORKS for trace in traces(framework)]
ALL = pytest.mark.parametrize("case", CASES, ids=str)

# --- The table -------------------------------------------------------------------------------


@ALL
def test_outputs_and_states_are_those_of_the_framework(case):
    found = differences(*case, sampled=0)
    evaluated = f"{DOUBLE.get(case.framework, '')}outputs" in case.trace.arrays
    assert evaluated or (case.framework == "onnx" and found.outputs is found.states is None)
    assert max(found.outputs or 0, found.states or 0) <= EXACT
    assert found.single <= ROUNDED


@ALL
def test_gradients_are_those_of_the_framework(case):
    """To every entry of every weight, input and initial state."""
    found = differences(*case, sampled=None).gradients
    assert found is None if case.framework == "onnx" else found <= EXACT


@ALL
def test_everything_that_was_recorded_is_compared(case):
    arrays, run = case.trace.arrays, reading(*case)
    given = [n for n in arrays if n.startswith("before.")] + ["inputs"]
    weights = weights_of(case.trace)
    size = sum(array.size for array in (*run.parameters.values(), *run.before.values()))
    assert size + run.inputs.size == sum(arrays[n].size for n in [*weights, *given])
    compared = [*weights, *given, "lengths"]
    for precision, dtype in ((DOUBLE.get(case.framework, ""), np.float64), (SINGLE, np.float32)):
        names = [n for n in arrays if n.startswith(precision)
                 and n.removeprefix(precision).split(".")[0]
                 in ("outputs", "scores", "after", "states")]  # fmt: skip
        found = recorded(*case, precision).values()
        assert sum(a.size for a in found) == sum(arrays[n].size for n in names)
        assert all(array.dtype == dtype for array in found)
        compared += names
    if case.framework != "onnx":
        compared += [f"gradient/{n}" for n in [*weights, *given]]
        loss = [n for n in arrays if n.startswith("loss.")]
        assert sum(a.size for a in fidelity._loss(*case).values()) == sum(
            arrays[n].size for n in loss
        )
        compared += loss
    assert {*arrays} <= {*compared}


@ALL
def test_parameters_and_states_have_the_shapes_that_the_framework_made(case):
    run = reading(*case)
    model = build(run.spec)
    for axes, arrays in ((model.parameters, run.parameters), (model.state, run.before)):
        assert {name: tuple(sizes.values()) for name, sizes in axes(case.trace.sizes).items()} == {
            name: array.shape for name, array in arrays.items()
        }


@pytest.mark.parametrize("name", ["keras-lstm-activations", "keras-gru-activations"])
def test_the_hard_sigmoid_is_at_both_ends_and_between(name):
    [case] = [c for c in CASES if str(c) == name]
    found = fidelity.computed(reading(*case))
    for gate in "ifo" if case.kind == "lstm" else "rz":
        values = found[f"gates.{gate}"]
        assert np.any(values == 0) and np.any(values == 1)
        assert np.mean((values > 0) & (values < 1)) > 0.1


def test_a_gru_of_flax_has_a_second_bias_for_its_candidate_alone(monkeypatch):
    [case] = [c for c in CASES if str(c) == "flax-gru"]
    own = reading(*case).parameters.keys()
    assert build(case.spec).parameters(case.trace.sizes).keys() == own
    monkeypatch.setitem(ABSENT, ("gru", "flax"), ())
    assert build(case.spec).parameters(case.trace.sizes).keys() > own


PLAIN = [case for case in CASES if len(fidelity._places(case.trace)) == 1
         and not {"head", *({"projection"} if case.framework == "torch" else ())} & {*case.spec}
         ]  # fmt: skip


@pytest.mark.parametrize("case", PLAIN, ids=str)
def test_weights_are_shown_as_the_framework_stores_them(case):
    run = reading(*case)
    [kept] = fidelity._weights(*case, case.trace.arrays)
    shown = stored(build(run.spec), run.parameters)
    assert shown.keys() == {f"weights.{name}" for name in kept}
    for name, array in kept.items():
        found = shown[f"weights.{name}"]
        assert np.array_equal(found.data, array)
        assert (found.axes[0] == "directions") == (case.framework == "onnx")


@ALL
def test_nothing_about_a_case_is_alike_or_dead(case):
    sizes = [*case.trace.sizes.values(), case.spec.get("projection", 0)]
    assert len(set(sizes)) == len(sizes)
    run = reading(*case)
    assert all(len(np.unique(a)) > a.size / 2 for a in run.parameters.values()), "no symmetries"
    assert all(np.all(a != 0) for a in run.before.values())
    assert all(np.any(a) for n, a in case.trace.arrays.items() if n.startswith("gradient/"))


COVERED = {
    "tensorflow": {
        "BasicLSTMCell": ["lstm", "lstm, two layers", "lstm, both directions",
                          "lstm, two layers, both directions"],
        "LSTMCell": ["lstm with a projection", "lstm with a projection, two layers",
                     "lstm with peepholes", "lstm with peepholes and a projection and clips"],
        "GRUCell": ["gru, reset before", "gru, reset before, two layers",
                    "gru, reset before, both directions"],
        "BasicRNNCell": ["rnn", "rnn, two layers", "rnn, both directions"],
    },
    "keras": {
        "LSTM": ["lstm", "lstm, two layers", "lstm, both directions",
                 "lstm, two layers, both directions"],
        "GRU": ["gru, reset before", "gru, reset after", "gru, reset before, both directions",
                "gru, reset after, two layers"],
        "SimpleRNN": ["rnn", "rnn, two layers", "rnn, both directions"],
    },
    "torch": {
        "LSTM": ["lstm", "lstm with a projection", "lstm, two layers", "lstm, both directions",
                 "lstm with a projection, two layers, both directions"],
        "GRU": ["gru, reset after", "gru, reset after, two layers, both directions"],
        "RNN": ["rnn"],
    },
    "onnx": {
        "LSTM": ["lstm", "lstm with peepholes", "lstm, two layers", "lstm, both directions"],
        "GRU": ["gru, reset before", "gru, reset after", "gru, reset before, two layers",
                "gru, reset before, both directions"],
        "RNN": ["rnn", "rnn, two layers", "rnn, both directions"],
    },
    "flax": {
        "LSTMCell": ["lstm", "lstm, two layers", "lstm, both directions"],
        "OptimizedLSTMCell": ["lstm"],
        "GRUCell": ["gru, reset after", "gru, reset after, two layers",
                    "gru, reset after, both directions"],
        "SimpleCell": ["rnn", "rnn, both directions"],
    },
}  # fmt: skip
"""Framework → class or operator → models of which runs must have been recorded, at least."""


def test_the_cases_cover_what_the_frameworks_offer():
    there = {(c.framework, c.trace.cell, in_words(*c)) for c in CASES}
    assert {(framework, cell, model) for framework, cells in COVERED.items()
            for cell, models in cells.items() for model in models} <= there  # fmt: skip
    assert COVERED.keys() == FRAMEWORKS.keys()
    tensorflow = [c for c in CASES if c.framework == "tensorflow"]
    projections = [c for c in tensorflow if c.spec.get("projection")]
    smaller = {c.spec["projection"] < c.trace.sizes["units"] for c in projections}
    assert smaller == {True, False}
    assert len({c.spec.get("forget_bias") for c in tensorflow if c.kind == "lstm"}) >= 5
    [clipped] = [c.trace for c in tensorflow if c.spec.get("cell_clip")]
    for states, limit in (("states.c", "cell_clip"), ("states.h", "projection_clip")):
        at_work = np.abs(clipped.arrays[states]) == clipped.options[limit]
        assert np.any(at_work) and not np.all(at_work)
    assert sum("reference/outputs" in c.trace.arrays for c in CASES) >= 20  # ONNX's own evaluator
    lengths = {c.framework for c in CASES if "lengths" in c.trace.arrays}
    assert lengths == FRAMEWORKS.keys()
    assert {c.kind for c in tensorflow if "lengths" in c.trace.arrays} == {"lstm", "gru", "rnn"}
    assert {c.kind for c in tensorflow if c.spec.get("activation")} == {"lstm", "gru", "rnn"}
    for framework in ("keras", "flax"):
        merges = {c.spec.get("merge") for c in CASES if c.framework == framework}
        assert merges >= {"concat", "sum", "mul", "ave"}


# --- The comparison can fail -----------------------------------------------------------------


def moved(case, names):
    """The case with one entry of each of these recorded arrays elsewhere."""
    arrays = {name: array.copy() for name, array in case.trace.arrays.items()}
    for name in names:
        arrays[name].flat[-1] += 0.01
    return Case(case.framework, replace(case.trace, arrays=arrays))


@ALL
def test_a_wrong_number_in_any_recorded_result_is_seen(case):
    double = DOUBLE.get(case.framework, "")
    for name in case.trace.arrays:
        single = name.startswith(SINGLE)
        word = name.removeprefix(SINGLE if single else double).split(".")[0]
        if word not in ("outputs", "scores", "after", "states"):
            continue
        found = differences(*moved(case, [name]), sampled=0)
        part = "outputs" if word in ("outputs", "scores") else "states"
        seen = found.single if single else getattr(found, part)
        assert seen > CLEAR, name


@pytest.mark.parametrize("name", ["keras-gru-after", "torch-lstm", "flax-lstm-optimized",
                                  "tensorflow-lstm-peepholes"])  # fmt: skip
def test_a_wrong_gradient_is_seen(name):
    [case] = [c for c in CASES if str(c) == name]
    for array in [n for n in case.trace.arrays if n.startswith("gradient/")]:
        assert differences(*moved(case, [array]), sampled=None).gradients > CLEAR, array


def test_a_clip_that_lets_slopes_through_is_seen_in_the_gradients_alone(monkeypatch):
    [case] = [c for c in CASES if c.spec.get("cell_clip")]
    monkeypatch.setattr(lstm_file, "clip", lambda values, limit: (
        np.clip(values.real, -limit, limit) + 1j * values.imag if limit else values))  # fmt: skip
    found = differences(*case)
    assert max(found.outputs, found.states) <= EXACT
    assert found.gradients > CLEAR


# --- What the site shows ---------------------------------------------------------------------


def test_the_rows_of_the_page():
    rows = measure()
    assert measure() is rows  # once per process
    assert json.loads(json.dumps(rows)) == rows
    assert rows == sorted(rows, key=lambda row: (row["framework"], row["model"]))
    assert Counter(c.framework for c in CASES) == sum(
        (Counter({row["framework"]: row["cases"]}) for row in rows), Counter()
    )
    names = ("framework", "title", "version", "date", "model", "cases", "outputs", "states",
             "gradients", "single")  # fmt: skip
    for row in rows:
        assert tuple(row) == names
        assert row["title"] == FRAMEWORKS[row["framework"]].title
        assert (row["gradients"] is None) == (row["framework"] == "onnx")
        for name, limit in (("outputs", EXACT), ("states", EXACT), ("gradients", EXACT),
                            ("single", ROUNDED)):  # fmt: skip
            value = row[name]
            assert value is None or (value <= limit and value == float(f"{value:.1e}"))


def test_a_row_holds_the_largest_difference_of_its_cases(monkeypatch):
    def off(framework):
        cases = [c for c in CASES if c.framework == framework]
        if framework == "torch":
            cases = [moved(c, ["outputs"]) if c.trace.name == "lstm-long" else c for c in cases]
        return tuple(c.trace for c in cases)

    monkeypatch.setattr(fidelity, "traces", off)
    monkeypatch.setattr(fidelity, "SAMPLED", 0)
    rows = measure.__wrapped__()
    assert [(row["framework"], row["model"], row["outputs"]) for row in rows
            if (row["outputs"] or 0) > EXACT] == [("torch", "lstm", 0.01)]  # fmt: skip


@pytest.mark.parametrize(("named", "measured"), [([], True), (["correct-by-control"], False)])
def test_results_hold_the_rows_unless_claims_are_named(
    named, measured, canaries, monkeypatch, capsys, tmp_path
):
    row = {"framework": "measured"}
    monkeypatch.setattr(check_file, "cache_of", lambda _: Cache(tmp_path))
    monkeypatch.setattr(check_file, "measure", lambda: [row])
    monkeypatch.setattr(check_file, "known_claims", lambda *_: ["correct-by-control"])
    monkeypatch.setattr(check_file, "results_file", lambda _: canaries / "results.json")
    check_file.check(canaries, named, "json")
    assert json.loads(capsys.readouterr().out)["fidelity"] == [row] * measured


# --- Misreadings -----------------------------------------------------------------------------
#
# Each is a name, the cases that it is about, and what it does: ``(case, monkeypatch)`` to another
# reading of the case, or to the same one after the reference was changed.

GATES = {"lstm": "ijfo", "gru": "rzn", "rnn": ()}


def option(**changes):
    """Other options; None drops one."""

    def change(case, _):
        run = reading(*case)
        spec = {**run.spec, **{n: v(run.spec) if callable(v) else v for n, v in changes.items()}}
        return replace(run, spec={name: value for name, value in spec.items() if value is not None})

    return change


def patched(*changes):
    """Changes of the reference: module, name and what stands there instead, given the real one."""

    def change(case, patch):
        for module, name, other in changes:
            patch.setattr(module, name, other(getattr(module, name)))
        return reading(*case)

    return change


def instead(value):
    return lambda real: value


def weights(change):
    """Other parameters: the layer's own are given by name, for each layer and direction."""

    def altered(case, _):
        run = reading(*case)
        found = dict(run.parameters)
        for place in fidelity._places(case.trace):
            own = {n.removeprefix(place): a for n, a in run.parameters.items()
                   if n.startswith(place) and not n.startswith("head.")}  # fmt: skip
            found |= {place + name: array for name, array in change(own, case).items()}
        return replace(run, parameters=found)

    return altered


def each(part, change):
    """Every array of one part, as ``bias`` or ``kernel.i``."""
    return weights(lambda own, case: {
        n: change(a) for n, a in own.items() if n == part or n.split(".")[0] == part})  # fmt: skip


def renamed(arrays, names):
    return {".".join(names.get(w, w) for w in path.split(".")): a for path, a in arrays.items()}


def swapped(one, other):
    return {one: other, other: one}


DIRECTIONS, LAYERS = swapped("forward", "backward"), swapped("layer0", "layer1")


def states(change):
    """Another state at the start."""

    def altered(case, _):
        run = reading(*case)
        return replace(run, before=change(run.before))

    return altered


def other_gates(order, parts):
    """The gates taken in another order; of the arrays whose names begin with one of the parts."""

    def change(own, case):
        names = dict(zip(GATES[case.kind], order, strict=True))
        return renamed({n: a for n, a in own.items() if n.split(".")[0] in parts}, names)

    return weights(change)


def other_order(order):
    """As if the layout kept its gates in another order."""
    renaming = other_gates(order, ("kernel", "recurrent", "bias", "recurrent_bias"))

    def change(case, patch):
        layout = case.kind, case.spec["layout"]
        if layout not in ORDER:
            return renaming(case, patch)
        names = dict(zip(GATES[case.kind], order, strict=True))
        patch.setitem(ORDER, layout, tuple(names[gate] for gate in ORDER[layout]))
        return reading(*case)

    return change


def rows_swapped(own, _):
    """State rows above input rows."""
    found = {}
    for name in [n for n in own if n.split(".")[0] == "kernel"]:
        other = name.replace("kernel", "recurrent")
        rows = np.concatenate([own[name], own[other]])
        found[other], found[name] = np.split(rows, [len(own[other])])
    return found


def side_by_side(part):
    """As if the gates of a unit stood next to each other."""

    def change(own, case):
        names = [f"{part}.{gate}" for gate in ORDER[case.kind, case.spec["layout"]]]
        joined = np.concatenate([own[name] for name in names], axis=-1)
        units = joined.reshape(*joined.shape[:-1], -1, len(names))
        return {name: units[..., k] for k, name in enumerate(names)}

    return weights(change)


def biases_by_gate(own, case):
    """As if both biases of a gate stood next to each other."""
    order = ORDER.get((case.kind, case.spec["layout"]), ())
    gates = [f".{gate}" for gate in order]
    blocks = [own[part + gate] for part in ("bias", "recurrent_bias") for gate in gates]
    return {part + gate: blocks[2 * k + second] for k, gate in enumerate(gates)
            for second, part in enumerate(("bias", "recurrent_bias"))}  # fmt: skip


def biases_by_unit(own, case):
    """As if both biases of a unit stood next to each other."""
    pairs = [(n, n.replace("bias", "recurrent_bias")) for n in own if n.split(".")[0] == "bias"]
    joined = np.concatenate([own[first] for first, _ in pairs] + [own[other] for _, other in pairs])
    by_unit = joined.reshape(-1, 2).T  # (2, gates × units)
    return {name: block for row, names in zip(by_unit, zip(*pairs, strict=True), strict=True)
            for name, block in zip(names, np.split(row, len(names)), strict=True)}  # fmt: skip


def biases_swapped(own, _):
    pairs = [(n, n.replace("bias", "recurrent_bias")) for n in own if n.split(".")[0] == "bias"]
    return {new: own[old] for pair in pairs if pair[1] in own
            for new, old in zip(pair, pair[::-1], strict=True)}  # fmt: skip


def biases_added_up(own, _):
    """Both where the first is, outside of the reset."""
    seconds = {n: n.replace("recurrent_bias", "bias") for n in own if "recurrent_bias" in n}
    return {**{first: own[first] + own[n] for n, first in seconds.items()},
            **{n: 0 * own[n] for n in seconds}}  # fmt: skip


def step(change):
    """The LSTM's step with one place of its equations changed."""
    return patched((lstm_file, "lstm_step", instead(altered(change))))


def altered(change):
    def other(kernel, bias, x, h, c, *, forget_bias, peephole, projection, cell_clip,
              projection_clip, activation, recurrent_activation):  # fmt: skip
        v = {"i_bias": 0.0, "f_bias": forget_bias, "o_bias": 0.0, "j": activation,
             "h": activation, "keep": 1.0, "f_sees": "c", "o_sees": "new",
             "cell_clip": cell_clip, "late_clip": None, "early_clip": None,
             "projection_clip": projection_clip, "clip_first": None, "coupled": False,
             "swapped": False, "peephole": peephole, "emitted": "h"}  # fmt: skip
        v |= change(forget_bias=forget_bias, cell_clip=cell_clip, projection_clip=projection_clip,
                    peephole=peephole)  # fmt: skip
        if v["swapped"]:
            h, c = c, h
        gate, see = recurrent_activation, v["peephole"]
        i, j, f, o = np.split(np.concatenate([x, h], axis=1) @ kernel + bias, 4, axis=1)
        if see:
            i, f = i + see["i"] * c, f + see["f"] * c
        i, f, j = gate(i + v["i_bias"]), gate(f + v["f_bias"]), v["j"](j)
        f = 1 - i if v["coupled"] else f
        old = c
        c = clip(f * v["keep"] * clip(c, v["early_clip"]) + i * j, v["cell_clip"])
        if see:
            o = o + see["o"] * (c if v["o_sees"] == "new" else old)
        o = gate(o + v["o_bias"])
        h = o * v["h"](old if v["emitted"] == "old" else c)
        c = clip(c, v["late_clip"])
        if projection is not None:
            h = clip(clip(h, v["clip_first"]) @ projection, v["projection_clip"])
        return h, c, {"i": i, "j": j, "f": f, "o": o}

    return other


def gru_of(change):
    """The GRU's step, with another result: of the state before, the gates and the parameters."""

    def other(real):
        def step(parameters, x, h, *rest):
            new, gates = real(parameters, x, h, *rest)
            return change(h, gates, new), gates

        return step

    return patched((gru_file, "gru_step", other))


def other_reset(real):
    other = {"before": "after", "after": "before"}
    return lambda parameters, x, h, reset, *rest: real(parameters, x, h, other[reset], *rest)


def no_reset(real):
    def step(parameters, x, h, reset, activation, recurrent_activation):
        ones = {
            "kernel.r": 0 * parameters["kernel.r"],
            "recurrent.r": 0 * parameters["recurrent.r"],
        }
        open_ = {**parameters, **ones, "bias.r": 50 + 0 * parameters["bias.r"]}
        return real(open_, x, h, reset, activation, recurrent_activation)

    return step


def other_default(name, other):
    """The layout's own value of an option is another one."""

    def change(case, patch):
        layout = case.kind, str(case.spec["layout"])
        patch.setitem(DEFAULTS, layout, {**DEFAULTS[layout], name: other(DEFAULTS[layout][name])})
        run = reading(*case)
        return replace(run, spec={n: v for n, v in run.spec.items() if n != name})

    return change


def without_lengths(case, _):
    return replace(reading(*case), lengths=None)


def order(wrong):
    """Another order in which the backward direction reads, for every layout."""
    return patched(
        *((registry_file, name, instead(wrong)) for name in ("backwards", "turned_about"))
    )


def padding(what):
    """Past its length a sequence gives something else: 0, the last output, or it is read on."""

    def inside(real):
        return lambda layer, names: what(real(layer, names))

    return patched((registry_file, "lacking", inside),
                   *((registry_file, name, instead(lambda layer: layer))
                     for name in ("holding", "running_on")))  # fmt: skip


def last_padded(trace, _):
    return trace["outputs"].data[:, -1]


def anywhere(case):
    return True


def of(kind, *rest):
    return lambda c: c.kind == kind and all(test(c) for test in rest)


def has(name, *values):
    """The option is there, and has one of these values."""
    return lambda c: bool(c.spec.get(name)) and (not values or c.spec[name] in values)


def lacks(*names):
    return lambda c: not any(c.spec.get(name) for name in names)


def where(*tests):
    return lambda c: all(test(c) for test in tests)


def within(*frameworks):
    return lambda c: c.framework in frameworks


def padded(c):
    return "lengths" in c.trace.arrays


def several_units(c):
    return c.trace.sizes["units"] > 1


def two_biases(c):
    run = reading(*c)
    biases = [n for n in run.parameters if "bias" in n and not n.startswith("head.")]
    return 2 * sum("recurrent_bias" in n for n in biases) == len(biases)


def second_bias(c):
    return any("recurrent_bias" in name for name in reading(*c).parameters)


def resets(when):
    return of("gru", lambda c: build(c.spec).options["reset"] == when)


def by_default(name):
    """The option is at the layout's own value."""

    def test(c):
        own = DEFAULTS[c.kind, str(c.spec["layout"])].get(name)
        return own is not None and c.spec.get(name, own) == own

    return test


def own_forget(c):
    return float(c.spec.get("forget_bias", 0.0))


def both(c):
    return bool(c.spec.get("bidirectional"))


LSTM, GRU, RNN = of("lstm"), of("gru"), of("rnn")
PEEPING = has("peepholes")
USUAL = lacks("activation", "recurrent_activation")
DEEP = has("layers", 2)
ORDERS = {kind: list(permutations(GATES[kind]))[1:] for kind in ("lstm", "gru")}

MUTANTS = [
    *((f"gate order {''.join(o)}", of(kind, USUAL), other_order(o))
      for kind, orders in ORDERS.items() for o in orders),
    *((f"gate order {''.join(o)} of what comes from the state", of(kind, USUAL),
       other_gates(o, ("recurrent",))) for kind, orders in ORDERS.items() for o in orders),
    *((f"peepholes in the order {''.join(o)}", PEEPING, weights(lambda own, case, o=o: renamed(
        {n: a for n, a in own.items() if "peephole" in n}, dict(zip("iof", o, strict=True)))))
      for o in list(permutations("iof"))[1:]),
    # the equations of the LSTM
    ("forget bias missing", where(LSTM, own_forget), option(forget_bias=0.0)),
    ("forget bias always one", where(LSTM, lambda c: own_forget(c) != 1),
     option(forget_bias=1.0)),
    ("forget bias twice", where(LSTM, own_forget), step(lambda forget_bias, **_: {
        "f_bias": 2 * forget_bias})),
    ("forget bias subtracted", where(LSTM, own_forget), step(lambda forget_bias, **_: {
        "f_bias": -forget_bias})),
    ("forget bias on the input gate", where(LSTM, own_forget), step(lambda forget_bias, **_: {
        "i_bias": forget_bias, "f_bias": 0.0})),
    ("forget bias on the output gate", where(LSTM, own_forget), step(lambda forget_bias, **_: {
        "o_bias": forget_bias, "f_bias": 0.0})),
    ("the layout's other forget bias", where(LSTM, by_default("forget_bias")),
     other_default("forget_bias", lambda own: 1 - own)),
    ("h and c swapped in the step", where(LSTM, lacks("projection"), several_units),
     step(lambda **_: {"swapped": True})),
    ("no tanh on the output", where(LSTM, USUAL), step(lambda **_: {"h": lambda v: v})),
    ("sigmoid on the output", where(LSTM, USUAL), step(lambda **_: {"h": sigmoid})),
    ("no tanh on the candidate", where(LSTM, USUAL), step(lambda **_: {"j": lambda v: v})),
    ("sigmoid on the candidate", where(LSTM, USUAL), step(lambda **_: {"j": sigmoid})),
    ("relu on the candidate", where(LSTM, USUAL), step(lambda **_: {
        "j": lambda v: np.maximum(v, 0)})),
    ("input and forget gate coupled", LSTM, step(lambda **_: {"coupled": True})),
    ("old cell state ignored", LSTM, step(lambda **_: {"keep": 0.0})),
    ("the old cell state given out", LSTM, step(lambda **_: {"emitted": "old"})),
    ("peepholes missing", PEEPING, step(lambda **_: {"peephole": None})),
    *((f"peephole of {gate} missing", PEEPING, step(lambda peephole, gate=gate, **_: {
        "peephole": {**peephole, gate: 0.0}})) for gate in "ifo"),
    ("output peephole on the old state", PEEPING, step(lambda **_: {"o_sees": "old"})),
    ("peepholes of the forward direction alone", where(PEEPING, both), lambda c, _: replace(
        reading(*c), parameters={n: 0 * a if "backward.peephole" in n else a
                                 for n, a in reading(*c).parameters.items()})),
    ("cell clip missing", has("cell_clip"), step(lambda **_: {"cell_clip": None})),
    ("cell clip after the output", has("cell_clip"), step(lambda cell_clip, **_: {
        "cell_clip": None, "late_clip": cell_clip})),
    ("cell clip on the old state", has("cell_clip"), step(lambda cell_clip, **_: {
        "cell_clip": None, "early_clip": cell_clip})),
    ("projection clip missing", has("projection_clip"), step(lambda **_: {
        "projection_clip": None})),
    ("projection clip before the projection", has("projection_clip"),
     step(lambda projection_clip, **_: {"projection_clip": None, "clip_first": projection_clip})),
    # the equations of the GRU
    ("reset after instead of before", resets("before"),
     patched((gru_file, "gru_step", other_reset))),
    ("reset before instead of after", resets("after"),
     patched((gru_file, "gru_step", other_reset))),
    ("the layout's other reset", where(GRU, by_default("reset")), other_default(
        "reset", {"before": "after", "after": "before"}.__getitem__)),
    ("reset missing", GRU, patched((gru_file, "gru_step", no_reset))),
    ("update gate keeps the new state", GRU, gru_of(
        lambda h, gates, _: (1 - gates["z"]) * h + gates["z"] * gates["n"])),
    ("update gate missing", GRU, gru_of(lambda h, gates, _: gates["n"])),
    # activations
    ("activation ignored", lambda c: c.spec.get("activation", "tanh") != "tanh",
     option(activation=None)),
    ("relu instead of linear", has("activation", "linear"), option(activation="relu")),
    ("activation of the gates ignored", has("recurrent_activation"),
     option(recurrent_activation=None)),
    ("gates of the hard sigmoid", where(lambda c: c.kind != "rnn", lacks("recurrent_activation")),
     option(recurrent_activation="hard_sigmoid")),
    ("activations exchanged", where(
        lambda c: c.kind != "rnn", has("activation"),
        lambda c: c.spec["activation"] != c.spec.get("recurrent_activation", "sigmoid")), option(
        activation=lambda spec: spec.get("recurrent_activation", "sigmoid"),
        recurrent_activation=lambda spec: spec.get("activation", "tanh"))),
    ("hard sigmoid of Keras 2", has("recurrent_activation", "hard_sigmoid"),
     lambda c, patch: patch.setitem(activations_file.ACTIVATIONS, "hard_sigmoid", partial(
         np.interp, xp=(-2.5, 2.5), fp=(0, 1))) or reading(*c)),
    ("hard sigmoid without ends", where(has("recurrent_activation", "hard_sigmoid"),
                                        within("keras", "flax")),
     lambda c, patch: patch.setitem(activations_file.ACTIVATIONS, "hard_sigmoid",
                                    lambda z: z / 6 + 0.5) or reading(*c)),
    # weights
    ("state rows above input rows", within("tensorflow"), weights(rows_swapped)),
    ("gates of a unit side by side", where(lambda c: c.kind != "rnn", several_units,
                                           lambda c: c.framework != "flax"),
     side_by_side("kernel")),
    ("biases of a unit side by side", where(lambda c: c.kind != "rnn", several_units,
                                            lambda c: c.framework != "flax"),
     side_by_side("bias")),
    ("recurrent kernels turned", where(lacks("projection"), several_units),
     each("recurrent", lambda w: w.T)),
    ("recurrent kernels missing", anywhere, each("recurrent", lambda w: 0 * w)),
    ("bias missing", anywhere, each("bias", lambda b: 0 * b)),
    ("second bias missing", second_bias, each("recurrent_bias", lambda b: 0 * b)),
    ("second bias of the candidate missing", where(GRU, second_bias), weights(
        lambda own, _: {"recurrent_bias.n": 0 * own["recurrent_bias.n"]})),
    ("bias of the forget gate missing", LSTM, weights(
        lambda own, _: {"bias.f": 0 * own["bias.f"]})),
    ("biases swapped", where(resets("after"), second_bias), weights(biases_swapped)),
    ("biases added up outside of the reset", where(resets("after"), second_bias),
     weights(biases_added_up)),
    ("both biases gate by gate", where(two_biases, lambda c: c.kind != "rnn"),
     weights(biases_by_gate)),
    ("both biases unit by unit", two_biases, weights(biases_by_unit)),
    # states at the start
    ("h and c swapped at the start", where(LSTM, lacks("projection")),
     states(lambda s: renamed(s, swapped("h", "c")))),
    ("state at the start ignored", anywhere, states(lambda s: {n: 0 * a for n, a in s.items()})),
    ("states of the directions swapped", both, states(lambda s: renamed(s, DIRECTIONS))),
    ("states of the layers swapped", DEEP, states(lambda s: renamed(s, LAYERS))),
    ("states by direction, then layer", where(DEEP, both), states(lambda s: {
        {"layer0.backward": "layer1.forward", "layer1.forward": "layer0.backward"}.get(
            n[:-2], n[:-2]) + n[-2:]: a for n, a in s.items()})),
    # layers and directions
    ("layers swapped", DEEP, lambda c, _: replace(reading(*c), parameters={
        **reading(*c).parameters, **renamed({
            n: a for n, a in reading(*c).parameters.items()
            if n.split(".")[0] in LAYERS and ".kernel" not in n}, LAYERS)})),
    ("directions swapped", both, lambda c, _: replace(
        reading(*c), parameters=renamed(reading(*c).parameters, DIRECTIONS))),
    ("backward direction not reversed", both, order(
        lambda shape, lengths: np.tile(np.arange(shape[1]), (shape[0], 1)))),
    ("backward direction reversed with its padding", where(both, padded), order(
        lambda shape, lengths: np.tile(np.arange(shape[1])[::-1], (shape[0], 1)))),
    ("padding of the backward direction in place", where(both, padded, within("flax")),
     patched((registry_file, "turned_about", instead(layers_file.backwards)))),
    ("outputs of the backward direction not turned back", both,
     patched((layers_file, "_turned", instead(lambda array, order: array)))),
    ("backward before forward", where(both, lambda c: c.spec.get("merge", "concat") == "concat"),
     lambda c, patch: patch.setitem(layers_file.MERGES, "concat", lambda a, b: np.concatenate(
         [b, a], axis=-1)) or reading(*c)),
    ("ave instead of sum", has("merge", "sum"), option(merge="ave")),
    ("sum instead of mul", has("merge", "mul"), option(merge="sum")),
    ("sum instead of ave", has("merge", "ave"), option(merge="sum")),
    ("sequences read from the end", anywhere, lambda c, _: replace(
        reading(*c), inputs=reading(*c).inputs[:, ::-1])),
    # lengths and heads
    ("lengths ignored", padded, without_lengths),
    ("0 past the length", where(padded, lambda c: c.framework == "flax" or (
        c.framework == "keras" and not both(c))), padding(lambda layer: layer)),
    ("last output repeated past the length", where(padded, lambda c: c.framework != "keras"),
     padding(layers_file.holding)),
    ("last output of both directions repeated past the length", where(padded, both), patched(
        (registry_file, "bidirectional", lambda real: lambda *given: layers_file.holding(
            real(*given))))),
    ("padding read on", where(padded, lambda c: c.framework != "flax"),
     padding(layers_file.running_on)),
    ("head reads both directions at the last step", where(has("head"), both, within("keras")),
     patched((registry_file, "last_of_both", instead(lambda merge: layers_file.last_output)))),
    ("head reads the last of the padding", where(has("head"), padded, within("flax")),
     patched((registry_file, "last_output", instead(last_padded)))),
    ("head without its bias", has("head"), lambda c, _: replace(
        reading(*c), parameters={n: 0 * a if n == "head.bias" else a
                                 for n, a in reading(*c).parameters.items()})),
]  # fmt: skip


def off(case, change):
    """How far another reading is from the recorded run."""
    with pytest.MonkeyPatch.context() as patch:
        found = differences(*case, change(case, patch))
    return max(value for value in found if value is not None)


@pytest.mark.parametrize(("about", "change"), [m[1:] for m in MUTANTS], ids=[m[0] for m in MUTANTS])
def test_a_misreading_is_caught(about, change):
    """By every case that it is about."""
    cases = [case for case in CASES if about(case)]
    assert cases
    unseen = [str(case) for case in cases if not off(case, change) > CLEAR]
    assert unseen == []


def test_there_are_dozens_of_misreadings():
    assert len(MUTANTS) == len({name for name, *_ in MUTANTS}) >= 100


def test_the_frame_of_the_altered_steps_is_the_step_itself():
    for case in CASES:
        if case.kind == "lstm":
            assert off(case, step(lambda **_: {})) <= ROUNDED
            assert off(case, patched((lstm_file, "lstm_step", instead(lstm_step)))) <= ROUNDED


def test_what_was_measured_is_kept_until_what_it_rests_on_changes(tmp_path):
    made = []

    def measured():
        made.append(1)
        return [{"row": len(made)}]

    cache = Cache(tmp_path)
    assert [cache.keep("fidelity", {"code": c}, measured) for c in "aab"] == [
        [{"row": 1}], [{"row": 1}], [{"row": 2}],
    ]  # fmt: skip
    assert "checker/traces/torch.npz" in surroundings(check_file.MEASURED)
    assert "checker/traces/torch.npz" not in surroundings()
