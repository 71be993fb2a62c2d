"""Every layer that the reference composes is what TensorFlow's cells and loops compute.

On recorded runs: outputs, the state after every step, final states, float32 and gradients, for
stacks, both directions, lengths and activations as well; every misreading below is caught.
Where TensorFlow is installed, its cells are run besides, as models of the same protocol.
"""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

import numpy as np
import pytest

from checker.experiments.influence import _slopes
from checker.experiments.run import fresh_run
from checker.frameworks.registry import NotOfferedError
from checker.frameworks.registry import build as framework
from checker.language.values import Array
from checker.models import layers as layers_file
from checker.models import registry as registry_file
from checker.models.layouts import loaded
from checker.models.registry import build
from checker.traces import traces

LIMIT, SINGLE, CLEAR = 1e-12, 1e-5, 1e-3
TRACES = traces("tensorflow")
KINDS = {"BasicLSTMCell": "lstm", "LSTMCell": "lstm", "GRUCell": "gru", "BasicRNNCell": "rnn"}
WORDS = {"cell_0": "layer0", "cell_1": "layer1", "fw": "forward", "bw": "backward"}
SPELLED = {"w_i_diag": "peephole.i", "w_f_diag": "peephole.f", "w_o_diag": "peephole.o",
           "projection.kernel": "projection"}  # fmt: skip
NOT_WEIGHTS = ("inputs", "outputs", "lengths", "before", "after", "states", "loss")
ALL = pytest.mark.parametrize("trace", TRACES, ids=lambda t: t.name)


class Reading(NamedTuple):
    """A recorded run as the reference takes it."""

    spec: dict
    parameters: dict
    inputs: np.ndarray
    before: dict
    lengths: np.ndarray | None


def ours(name):
    """``states.cell_0.fw.h`` is ``leaving.layer0.forward.h``."""
    words = [WORDS.get(word, word) for word in name.split(".")]
    return ".".join(["leaving" if words[0] == "states" else words[0], *words[1:]])


def weights_of(trace):
    return [name for name in trace.arrays
            if "gradient/" not in name and "float32/" not in name
            and name.split(".")[0] not in NOT_WEIGHTS]  # fmt: skip


def reading(trace, arrays=None):
    arrays = arrays or trace.arrays
    kind, places = KINDS[trace.cell], {}
    for name in weights_of(trace):
        words = name.split("/")
        place = "".join(f"{WORDS[word]}." for word in words if word in WORDS)
        short = ".".join(word for word in words if word not in WORDS)
        places.setdefault(place, {})[SPELLED.get(short, short)] = arrays[name]
    before = {ours(n).removeprefix("before."): arrays[n] for n in arrays if n.startswith("before.")}
    parameters = {}
    for place, weights in places.items():
        hidden = before[f"{place}h"].shape[1]
        rows = next(a for n, a in weights.items() if n in ("kernel", "gates.kernel")).shape[0]
        part = loaded(kind, "tensorflow1", weights, rows - hidden)
        parameters |= {place + name: array for name, array in part.items()}
    spec = {"kind": kind, "layout": "tensorflow1", **trace.options}
    return Reading(spec, parameters, arrays["inputs"], before, arrays.get("lengths"))


def computed(read):
    model = build(read.spec)
    found = model.run(read.parameters, read.inputs, read.before, read.lengths)
    return {name: array.data for name, array in found.items()}


def largest_difference(trace, read=None, precision=""):
    found = computed(read or reading(trace))
    names = [n for n in trace.arrays if n.split(".")[0] in ("outputs", "after", "states")]
    recorded = {ours(n): trace.arrays.get(precision + n) for n in names}
    return max(np.max(np.abs(found[n] - a)) for n, a in recorded.items() if a is not None)


@ALL
def test_outputs_and_states_at_every_step_are_those_of_tensorflow(trace):
    assert largest_difference(trace) <= LIMIT


@ALL
def test_in_float32_tensorflow_gives_the_same_but_for_rounding(trace):
    recorded = [a for n, a in trace.arrays.items() if n.startswith("float32/")]
    assert recorded and all(a.dtype == np.float32 for a in recorded)
    assert largest_difference(trace, precision="float32/") <= SINGLE


@ALL
def test_gradients_are_those_of_tensorflow(trace):
    def loss(arrays):
        found = computed(reading(trace, arrays))
        weights = {n.removeprefix("loss."): a for n, a in trace.arrays.items() if "loss." in n}
        return sum(np.sum(a * found[ours(n if n == "outputs" else f"after.{n}")])
                   for n, a in weights.items())  # fmt: skip

    given = [*weights_of(trace), "inputs", *(n for n in trace.arrays if n.startswith("before."))]
    for name in given:
        recorded = trace.arrays[f"gradient/{name}"]
        for entry in list(np.ndindex(recorded.shape))[:: 1 + recorded.size // 6]:
            nudged = trace.arrays[name].astype(complex)
            nudged[entry] += 1e-30j
            derivative = np.imag(loss({**trace.arrays, name: nudged})) / 1e-30
            assert abs(derivative - recorded[entry]) <= LIMIT


@ALL
def test_nothing_about_a_trace_is_alike_or_dead(trace):
    sizes = [*trace.sizes.values(), trace.options.get("projection", 0)]
    assert len(set(sizes)) == len(sizes)
    assert all(np.all(a != 0) for n, a in trace.arrays.items() if n.startswith("before."))
    assert all(np.any(a) for n, a in trace.arrays.items() if n.startswith("gradient/"))


def test_the_traces_cover_what_the_table_offers():
    options = {(KINDS[t.cell], o) for t in TRACES for o in (*t.options, "plain")}
    assert {(kind, o) for kind in KINDS.values() for o in ("layers", "bidirectional", "plain")} <= (
        options
    )
    assert {("lstm", o) for o in ("projection", "peepholes", "cell_clip", "projection_clip")} <= (
        options
    )
    assert {(kind, "activation") for kind in KINDS.values()} <= options
    assert {KINDS[t.cell] for t in TRACES if "lengths" in t.arrays} == set(KINDS.values())


# --- Misreadings: each must be caught by a trace --------------------------------------------


def renamed(arrays, change):
    return {".".join(change.get(w, w) for w in n.split(".")): a for n, a in arrays.items()}


def with_spec(read, **changed):
    return read._replace(spec={**read.spec, **changed})


def without(read, *names):
    return read._replace(spec={n: v for n, v in read.spec.items() if n not in names})


def state_rows_above(read):
    """Every kernel and recurrent kernel cut out of the one kernel the other way round."""
    found = dict(read.parameters)
    for name, kernel in read.parameters.items():
        if "recurrent" not in name and "kernel" in name:
            other = name.replace("kernel", "recurrent")
            rows = np.concatenate([kernel, found[other]])
            found[other], found[name] = np.split(rows, [len(found[other])])
    return read._replace(parameters=found)


SWAPPED = {"forward": "backward", "backward": "forward"}
LAYERS = {"layer0": "layer1", "layer1": "layer0"}
MUTANTS = {
    "state rows above input rows": state_rows_above,
    "forget bias missing": lambda r: with_spec(r, forget_bias=0.0),
    "forget bias always one": lambda r: with_spec(r, forget_bias=1.0),
    "forget bias twice": lambda r: with_spec(r, forget_bias=2 * r.spec["forget_bias"]),
    "forget bias subtracted": lambda r: with_spec(r, forget_bias=-r.spec["forget_bias"]),
    "peepholes missing": lambda r: without(r, "peepholes"),
    "cell clip missing": lambda r: without(r, "cell_clip"),
    "projection clip missing": lambda r: without(r, "projection_clip"),
    "activation missing": lambda r: without(r, "activation"),
    "activation of the gates, not of the candidate": lambda r: with_spec(
        without(r, "activation"), recurrent_activation=r.spec.get("activation", "sigmoid")
    ),
    "gates of Keras's hard sigmoid": lambda r: with_spec(r, recurrent_activation="hard_sigmoid"),
    "reset after the product": lambda r: with_spec(r, layout="keras", reset="after", biases=1),
    "h and c swapped": lambda r: r._replace(before=renamed(r.before, {"h": "c", "c": "h"})),
    "initial state ignored": lambda r: r._replace(before={n: 0 * a for n, a in r.before.items()}),
    "initial states of the directions swapped": lambda r: r._replace(
        before=renamed(r.before, SWAPPED)
    ),
    "initial states of the layers swapped": lambda r: r._replace(before=renamed(r.before, LAYERS)),
    "weights of the directions swapped": lambda r: r._replace(
        parameters=renamed(r.parameters, SWAPPED)
    ),
    "lengths ignored": lambda r: r._replace(lengths=None),
    "last output held past the length": lambda r: with_spec(r, layout="keras"),
    "padding read on": lambda r: with_spec(r, layout="flax"),
    "sequences read from the end": lambda r: r._replace(inputs=r.inputs[:, ::-1]),
}
APPLIES = {
    "forget": lambda t: KINDS[t.cell] == "lstm",
    "gates": lambda t: KINDS[t.cell] != "rnn",
    "activation of": lambda t: "activation" in t.options and KINDS[t.cell] != "rnn",
    "reset": lambda t: t.cell == "GRUCell",
    "h and c": lambda t: KINDS[t.cell] == "lstm" and "projection" not in t.options,
    "last": lambda t: "lengths" in t.arrays and t.cell != "GRUCell",
    "padding": lambda t: "lengths" in t.arrays and t.cell != "GRUCell",
    "projection clip": lambda t: "projection_clip" in t.options,
}
"""Where a misreading makes sense, by how its name begins; everywhere unless named here."""


def those(name):
    where = [test for begin, test in APPLIES.items() if name.startswith(begin)]
    return [trace for trace in TRACES if all(test(trace) for test in where)]


@pytest.mark.parametrize("name", MUTANTS)
def test_a_misreading_is_caught(name):
    assert max(largest_difference(t, MUTANTS[name](reading(t))) for t in those(name)) > CLEAR


GATES = [(kind, order) for kind, blocks in (("lstm", "ijfo"), ("gru", "rzn"))
         for order in list(permutations(blocks))[1:]]  # fmt: skip


@pytest.mark.parametrize(("kind", "order"), GATES, ids=lambda value: "".join(value))
def test_another_gate_order_is_caught(kind, order):
    blocks = {"lstm": "ijfo", "gru": "rzn"}[kind]
    change = dict(zip(blocks, order, strict=True))
    found = []
    unlike = ("peepholes", "activation")  # only three gates have peepholes; i and j both sigmoid
    for trace in (t for t in TRACES if KINDS[t.cell] == kind and not {*unlike} & {*t.options}):
        read = reading(trace)
        mutant = read._replace(parameters=renamed(read.parameters, change))
        found.append(largest_difference(trace, mutant))
    assert min(found) > CLEAR  # by every single one of these traces


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("not reversed", lambda shape, lengths: np.tile(np.arange(shape[1]), (shape[0], 1))),
        ("lengths ignored", lambda s, _: np.tile(np.arange(s[1])[::-1], (s[0], 1))),
        ("not turned back", None),
    ],
)
def test_a_misread_direction_is_caught(name, order, monkeypatch):
    if order is None:
        monkeypatch.setattr(layers_file, "_turned", lambda array, order: array)
    else:
        monkeypatch.setattr(registry_file, "backwards", order)
    both = [t for t in TRACES if "bidirectional" in t.options]
    assert max(largest_difference(t) for t in both) > CLEAR


# --- TensorFlow itself ----------------------------------------------------------------------

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
