"""Claims that only a framework decides: the call is read, tried there, recorded and judged."""

from __future__ import annotations

import builtins
import sys
import time
import types
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.frameworks.facts import FED, SEEN, tried
from checker.frameworks.offers import FRAMEWORKS
from checker.judge import as_expected, fact
from checker.language.calls import MAX_DEPTH, MAX_LENGTH, MAX_NUMBER, Call, read_call
from checker.language.parse import ExpressionError
from checker.language.values import ExperimentError
from checker.nouns import Fact, Verdict, WhyNot
from checker.recording import recorded_fact

KNOWN = ("LSTM", "GRU", "Dense", "Sequential", "tf.nn.Cell")

# calls that can be read


def call(name, /, *arguments, **named) -> Call:
    return Call(name, arguments, named)


CALLS = [
    ("LSTM()", call("LSTM")),
    ("LSTM(5)", call("LSTM", 5)),
    ("  LSTM( 5 , )  ", call("LSTM", 5)),
    ("LSTM(units=5)", call("LSTM", units=5)),
    ("LSTM(5, 'tanh', use_bias=False)", call("LSTM", 5, "tanh", use_bias=False)),
    ("LSTM(units=None)", call("LSTM", units=None)),
    ("LSTM(-5, 7.5, -0.5)", call("LSTM", -5, 7.5, -0.5)),
    ("LSTM(unknown=1)", call("LSTM", unknown=1)),
    ("LSTM((3, 5), [6])", call("LSTM", [3, 5], [6])),
    ("LSTM(())", call("LSTM", [])),
    ("Sequential([LSTM(5), Dense(units=2)])",
     call("Sequential", [call("LSTM", 5), call("Dense", units=2)])),
    ("LSTM(cell=GRU(1))", call("LSTM", cell=call("GRU", 1))),
    (f"LSTM({MAX_NUMBER})", call("LSTM", MAX_NUMBER)),
    ("LSTM(\n  5,\n  name='größer'\n)", call("LSTM", 5, name="größer")),
    ("tf.nn.Cell(n=5)", call("tf.nn.Cell", n=5)),
    ("LSTM('__import__(\"os\")')", call("LSTM", '__import__("os")')),
    ("LSTM(" + "[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1) + ")",
     call("LSTM", [[[[1]]]])),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CALLS, ids=[text[:40] for text, _ in CALLS])
def test_a_call_is_read(text, expected):
    assert read_call(text, KNOWN) == expected


# and those that cannot

KNOWN_ARE = "known are Dense, GRU, LSTM, Sequential, tf.nn.Cell"
NO_CALL = ("this must be a call", "such as LSTM(units=5)")
HOLDS = ("a call holds numbers, words, tuples and further calls", "")
REFUSED = [
    *((text, *NO_CALL) for text in (
        "", " ", "5", "LSTM", "LSTM(", "LSTM)", "LSTM[5]", "LSTM(5).units", "LSTM(5) + 1", "x = 5",
        "LSTM(5); LSTM(6)", "LSTM(5)\nLSTM(6)", "import os", "lambda: LSTM(5)", "\0", "LSTM('\0')",
        "LSTM(5) if 1 else 2", "[LSTM(5)]", "(" * 250, "LSTM(units==)", "await LSTM(5)",
        "LSTM(units=1, 5)", "#", "LSTM(5) and GRU(5)", "-LSTM(5)",
    )),
    *((text, *HOLDS) for text in (
        "tf.nn.Sell(5)", "tf.nn.Cell.x(5)", "nn.Cell(5)", "tf.nn.Cell(5).x(1)", "tf.nn.Cell()(5)",
        "keras.LSTM(5)", "keras.layers.LSTM(5)", "LSTM(5)()", "[LSTM][0](5)", "(lambda: 1)()",
        "LSTM(units)", "LSTM(a.b)", "LSTM(().__class__.__bases__)", "LSTM(x[0])", "LSTM([1][0])",
        "LSTM(lambda: 1)", "LSTM([i for i in (1, 2)])", "LSTM(i for i in (1, 2))", "LSTM({1: 2})",
        "LSTM({1, 2})", "LSTM(*[1])", "LSTM(9 ** 9)", "LSTM(2 + 3)", "LSTM('' * 9)", "LSTM(x := 5)",
        "LSTM(1 if 1 else 2)", "LSTM(not 1)", "LSTM(+1)", "LSTM(~1)", "LSTM(1 < 2)", "LSTM(...)",
        "LSTM(1j)", "LSTM(b'a')", "LSTM(f'{1}')", "LSTM(-'a')", "LSTM(-None)", "LSTM(-(1, 2))",
        "LSTM(nan)", "LSTM(1 or 2)", "LSTM(1if 2else 3)", "Sequential([keras.LSTM(5)])",
        "LSTM(__import__.x('os'))",
    )),
    *((f"LSTM({number})", f"a number in a call is at most {MAX_NUMBER}", "") for number in (
        MAX_NUMBER + 1, -MAX_NUMBER - 1, MAX_NUMBER + 0.5, 10**40, "9" * 280, "1e999", "-1e999",
        "0x" + "f" * 200, "units=10001", "[1, (10001,)]", "GRU(10001)",
    )),
    *((text, f"a call nests at most {MAX_DEPTH} deep", "") for text in (
        "LSTM(" + "[" * 6 + "1" + "]" * 6 + ")", "LSTM(" + "-" * 200 + "1)",
        "LSTM(" * 7 + "1" + ")" * 7, "LSTM(" + "x=LSTM(" * 30 + "1" + ")" * 31,
    )),
    ("LSTM(**{})", "a call has no ** in it", ""),
    ("LSTM(1, **x)", "a call has no ** in it", ""),
    ("LSTM(units=1, **{'a': 1})", "a call has no ** in it", ""),
    ("LSTM(units=1, units=2)", "a call names each argument once", ""),
    ("LTSM(5)", "there is no 'LTSM' to call here", "did you mean LSTM?"),
    ("Sequential([Dens(5)])", "there is no 'Dens' to call here", "did you mean Dense?"),
    *((f"{name}('x')", f"there is no {name!r} to call here",
       KNOWN_ARE)
      for name in ("eval", "exec", "open", "__import__", "getattr", "print", "breakpoint")),
    ("LSTM(eval('1'))", "there is no 'eval' to call here",
     KNOWN_ARE),
    *((text, f"a call has at most {MAX_LENGTH} characters", "") for text in (
        "LSTM(5)" + " " * MAX_LENGTH, "x" * 10_000, "(" * 10_000, "LSTM(" + "-" * 10_000 + "1)",
        "LSTM(" + "9" * 10_000 + ")", "LSTM('" + "x" * 10_000 + "')",
    )),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message", "tip"), REFUSED, ids=[ascii(text)[:50] for text, *_ in REFUSED]
)
def test_what_is_no_call_is_refused_with_what_must_hold(text, message, tip):
    started = time.perf_counter()
    with warnings.catch_warnings(record=True) as warned, pytest.raises(ExpressionError) as error:
        warnings.simplefilter("always")
        read_call(text, KNOWN)
    assert (error.value.message, error.value.tip) == (message, tip)
    assert 0 <= error.value.column <= MAX_LENGTH
    assert warned == []
    assert time.perf_counter() - started < 1


COLUMNS = [("LSTM(5, x)", 8), ("Sequential([LTSM(5)])", 12), ("LSTM(10001)", 5), ("foo(1)", 0)]


@pytest.mark.parametrize(("text", "column"), COLUMNS)
def test_an_error_stands_where_it_is(text, column):
    with pytest.raises(ExpressionError) as error:
        read_call(text, KNOWN)
    assert error.value.column == column


def test_a_call_is_never_evaluated(monkeypatch):
    def never(*_, **__):
        raise AssertionError("something was evaluated")

    before = {*sys.modules}
    with monkeypatch.context() as patch:
        for name in ("eval", "exec"):
            patch.setattr(builtins, name, never)
        for text in [text for text, *_ in (*CALLS, *REFUSED)]:
            try:
                read_call(text, (*KNOWN, "exit", "breakpoint", "input"))
            except ExpressionError:
                continue
        assert read_call("exit(1)", ("exit",)) == call("exit", 1)
    assert {*sys.modules} == before


@given(st.text("LSTMGRU()[]{},=.*-'\"\\ 0129ex_:\n\0ü", max_size=40) | st.text(max_size=40))
def test_any_text_is_a_call_or_refused(text):
    for whole in (text, f"LSTM({text})"):
        try:
            assert isinstance(read_call(whole, KNOWN), Call)
        except ExpressionError as error:
            assert error.message


# tried on a framework: a small one, written here, in place of PyTorch


class LSTM:
    """A layer that repeats a feature, and no LSTM.

    Args:
      size: how often it is repeated,
        which makes the size of the output.
      bias: Says nothing of repetition.
    """

    def __init__(self, size, bias=True, activation="tanh", shape=(3, 5), initial=None):
        if not isinstance(size, int):
            raise TypeError(f"a size is   a whole\nnumber, not {size!r}")
        self.size, self.shape, self.parts, self._hidden = size, shape, [self], 1
        self.calls = 0

    @property
    def cannot_be_read(self):
        raise RuntimeError("not yet")


class Linear(LSTM):
    """A layer that remembers how often it was called."""


class RNN(LSTM):
    """A layer that is refused when it is used, not when it is made."""


def used(made, inputs):
    assert inputs.shape == tuple(FED.values()) and inputs.dtype == np.float32
    if type(made) is RNN:
        raise ValueError("no inputs, please")
    made.calls += 1 if isinstance(made, Linear) else 0
    return np.repeat(inputs[:, :, :1], made.size, axis=2) + made.calls


def held(made):
    return {"kernel": np.ones((6, made.size)), "bias_ih_l0": np.zeros(made.size)}


@pytest.fixture
def toy(monkeypatch):
    module = types.ModuleType("checker.frameworks.torch")
    module.CALLS = {"LSTM": LSTM, "Linear": Linear, "RNN": RNN}
    module.used, module.held = used, held
    monkeypatch.setitem(sys.modules, "checker.frameworks.torch", module)
    return module


HELD = [
    # call, test, whether it holds
    ("LSTM(5)", "accepted", True),
    ("LSTM(5)", "error == '' and message == ''", True),
    ("LSTM(size=5)", "accepted", True),
    ("LSTM()", "accepted", False),
    ("LSTM()", "not accepted and error == 'TypeError'", True),
    ("LSTM(7.5)", "message == 'a size is a whole number, not 7.5'", True),
    ("LSTM(units=5)", "error == 'TypeError'", True),
    ("LSTM(LSTM(5))", "error == 'TypeError'", True),
    ("RNN(5)", "error == 'ValueError' and message == 'no inputs, please'", True),
    ("LSTM(5)", "arguments[0] == 'size'", True),
    ("LSTM(5)", "arguments[0] == 'units'", False),
    ("LSTM()", "arguments[0] == 'size'", True),  # a refused call tells what it is called with
    ("LSTM()", "defaults.activation == 'tanh'", True),
    ("LSTM(5)", "defaults.activation == 'relu'", False),
    ("LSTM(5, activation='relu')", "defaults.activation == 'tanh'", True),
    ("LSTM(5)", "defaults.bias and defaults.shape == (3, 5)", True),
    ("LSTM(5)", "defaults.initial == 'None'", True),
    ("LSTM(5)", "documentation.layer == 1 and documentation.feature == 1", True),
    ("LSTM(5)", "documentation.repeats == 1 and documentation.repetition == 1", True),
    ("LSTM(5)", "documentation.lstm == 1 and documentation.nowhere == 0", True),
    ("LSTM()", "documentation.layer == 1", True),  # also where the call is refused
    ("LSTM(5)", "described.size.repeated == 1 and described.size.output == 1", True),
    ("LSTM(5)", "described.size.repetition > 0 or described.bias.output > 0", False),
    ("LSTM(5)", "described.shape.size > 0", False),  # an argument of which nothing is said
    ("LSTM(5)", "close(outputs[:, :, 0], inputs[:, :, 0])", True),
    ("LSTM(5)", "made.size == 5", True),
    ("LSTM(5, shape=(2, 3))", "made.shape == (2, 3)", True),
    ("LSTM(5)", "outputs.units == 5 and outputs.batch == batch", True),
    ("LSTM(5)", "outputs.timesteps == timesteps and outputs.units == features", False),
    ("LSTM(5)", "close(again, outputs)", True),
    ("Linear(5)", "close(again, outputs)", False),
    ("LSTM(5)", "count(weights) == 35", True),
    ("LSTM(5)", "close(weights.bias_ih_l0, 0)", True),
]


@pytest.mark.parametrize(("text", "test", "holds"), HELD, ids=[f"{c}: {t}" for c, t, _ in HELD])
def test_a_test_sees_what_came_of_the_call(text, test, holds, toy):
    found = tried(Fact("torch", text, test), text)
    assert found.holds is holds
    assert {"accepted", "error"} <= {*found.values}
    outcome, why, more = recorded_fact(Fact("torch", text, test, "LSTM(5)"))
    assert (outcome, why) == ("holds" if holds else "fails", "")
    assert {*more} == {"control", "values"}


CRASHES = [
    ("LSTM()", "made.size == 5", "there is no 'made' here: the call is refused with TypeError"),
    ("LSTM()", "close(outputs, again)", "there is no 'outputs' here: the call is refused"),
    ("LSTM(5)", "made.nothing == 5", "nothing"),
    ("LSTM(5)", "made._hidden == 1", "a name starts with a letter"),
    ("LSTM(5)", "made.cannot_be_read == 1", "RuntimeError: not yet"),
    ("LSTM(5)", "defaults.size == 5", "size"),
    ("LSTM(5)", "units == 5", "there is no 'units' here"),
    ("LSTM(5)", "any(influence(inputs, outputs) != 0)", "nothing is nudged"),
    ("LSTM(5)", "any(jacobian(inputs, outputs) != 0)", "nothing is nudged"),
    ("LSTM(5)", "share(accepted) > 0.5", "has no seeds"),
    ("LSTM(5)", "made.size", ""),
    ("LSTM(5", "accepted", "ExpressionError: this must be a call"),
    ("LSTMCell(5)", "accepted", "KeyError"),
    ("LSTM(5)", "close(again, outputs + 0.0001)", "neither rounding nor clear"),
]


@pytest.mark.parametrize(("text", "test", "why"), CRASHES, ids=[f"{c}: {t}" for c, t, _ in CRASHES])
def test_what_cannot_be_told_is_an_error_and_no_verdict(text, test, why, toy):
    outcome, said, more = recorded_fact(Fact("torch", text, test))
    assert outcome == "error" and why in said
    assert more == {"values": {}}


FAILURES = [
    # what fails, where, and whether that says something of the call
    ("used", ValueError("no inputs, please"), False, "fails"),
    ("used", MemoryError("too much"), False, "error"),
    ("used", RecursionError("too deep"), False, "error"),
    ("used", ValueError("our own"), True, "error"),
    ("used", IndexError("our own"), True, "error"),
    ("held", ValueError("our own"), False, "error"),
    ("LSTM", MemoryError("too much"), False, "error"),
    ("LSTM", ValueError("not that size"), False, "fails"),
]


@pytest.mark.parametrize(("part", "error", "ours", "outcome"), FAILURES)
def test_only_the_framework_refuses_a_call(part, error, ours, outcome, toy):
    def fail(*_, **__):
        raise error

    if ours:  # as if it stood in a file of ours
        fail = types.FunctionType(
            fail.__code__, {"__name__": "checker.frameworks.torch"}, closure=fail.__closure__
        )
    if part == "LSTM":
        toy.CALLS = {**toy.CALLS, "LSTM": fail}
    else:
        setattr(toy, part, fail)
    found, why, _ = recorded_fact(Fact("torch", "LSTM(5)", "accepted"))
    assert found == outcome
    assert (type(error).__name__ in why) is (outcome == "error")


@pytest.mark.parametrize("name", ["input_size", "in_features"])
def test_a_layer_is_given_as_many_features_as_it_was_made_for(name, toy):
    setattr(LSTM, name, property(lambda made: made.size))
    try:
        fact = Fact("torch", "LSTM(5)", "accepted and features == 5")
        assert recorded_fact(fact)[0] == "fails"  # the toy takes inputs of its own size alone
        toy.used = lambda made, inputs: inputs
        assert recorded_fact(fact)[0] == "holds"
    finally:
        delattr(LSTM, name)


def test_every_name_that_a_test_sees_is_explained_and_there(toy):
    ways = {"accepted": "accepted", "arguments": "arguments[0] == 'x'", "weights": "weights.kernel",
            "defaults": "defaults.bias", "made": "made.size == 5",
            "documentation": "documentation.no == 0", "described": "described.size.no == 0",
            **{name: f"{name} == 'x'" for name in ("error", "message")},
            **{name: f"{name} == 1" for name in FED}}  # fmt: skip
    for name in (*SEEN, *FED):
        test = ways.get(name, f"close({name}, 1)")
        test = f"close({test}, 1)" if name == "weights" else test
        assert isinstance(tried(Fact("torch", "LSTM(5)", test), "LSTM(5)").holds, bool)
    with pytest.raises(ExperimentError):
        tried(Fact("torch", "LSTM(5)", "nothing == 1"), "LSTM(5)")


CONTROLS = [
    ("LSTM()", "LSTM(5)", "accepted", "fails", "holds"),
    ("LSTM(5)", "LSTM()", "accepted", "holds", "fails"),
    ("LSTM(5)", "LSTM(6)", "accepted", "holds", "holds"),
    ("LSTM(5)", "LSTM()", "made.size == 5", "holds", "error"),
    ("LSTM()", "LSTM(5)", "made.size == 5", "error", "holds"),
]


@pytest.mark.parametrize(("text", "control", "test", "outcome", "other"), CONTROLS)
def test_the_control_is_recorded_beside_it(text, control, test, outcome, other, toy):
    found = recorded_fact(Fact("torch", text, test, control))
    assert (found[0], found[2]["control"]) == (outcome, other)
    assert "control" not in recorded_fact(Fact("torch", text, test))[2]


# judged

RECORD = {"name": "torch", "stale": False, "outcome": "holds", "control": "fails", "why": "",
          "disagrees": [], "trials": []}  # fmt: skip
WRONG = {"outcome": "fails", "control": "holds"}
UNPROVEN = (None, WhyNot.UNPROVEN, None)
UNRECORDED = (None, WhyNot.UNRECORDED, None)
NO_OUTCOME = (None, WhyNot.ERROR, None)
FACTS = [
    # records, whether there is a control, what comes of it, and where that was expected
    ("it holds", [{}], True, (Verdict.CORRECT, None, "control"), {"correct"}),
    ("it fails", [WRONG], True, (Verdict.WRONG, None, "control"), {"wrong"}),
    ("the control holds too", [{"control": "holds"}], True, UNPROVEN, {"unproven"}),
    ("the control fails too", [{**WRONG, "control": "fails"}], True, UNPROVEN, {"unproven"}),
    ("the control crashed", [{"control": "error"}], True, UNPROVEN, {"unproven"}),
    ("the control of a failing one crashed", [{**WRONG, "control": "error"}], True, UNPROVEN,
     {"unproven"}),
    ("the control was not recorded", [{"control": ""}], True, UNPROVEN, {"unproven"}),
    ("there is no control", [{"control": ""}], False, UNPROVEN, {"unproven"}),
    ("it crashed", [{"outcome": "error", "why": "boom"}], True, NO_OUTCOME, {"error"}),
    ("it is not applicable", [{"outcome": "not-applicable"}], True, NO_OUTCOME, {"error"}),
    ("it is undecided", [{"outcome": "undecided"}], True, NO_OUTCOME, {"error"}),
    ("no record", [], True, UNRECORDED, None),
    ("no record and no control", [], False, UNRECORDED, None),
    ("a stale record", [{"stale": True}], True, UNRECORDED, None),
    ("a stale record of a crash", [{"stale": True, "outcome": "error"}], True, UNRECORDED, None),
    ("of another framework", [{"name": "keras"}], True, UNRECORDED, None),
    ("of both", [{"name": "keras", **WRONG}, {}], True, (Verdict.CORRECT, None, "control"),
     {"correct"}),
    ("of another one that is fresh", [{"name": "keras"}, {"stale": True}], True, UNRECORDED, None),
]  # fmt: skip
EXPECTED = ("correct", "wrong", "undecided", "depends", "unproven", "error", None)


@pytest.mark.parametrize(
    ("records", "has_control", "expected", "fits"), [f[1:] for f in FACTS],
    ids=[f[0] for f in FACTS],
)  # fmt: skip
def test_the_verdict_is_what_was_recorded(records, has_control, expected, fits):
    whole = [{**RECORD, **record} for record in records]
    judgement = fact(whole, "torch", has_control)
    assert (judgement.verdict, judgement.why_not, judgement.told_apart_by) == expected
    assert judgement.frameworks == tuple(whole)
    agreed = {word for word in EXPECTED if as_expected(judgement, word)}
    assert agreed == ({*EXPECTED} if fits is None else fits)
    assert bool(judgement.reason) is (judgement.verdict is None) or expected == NO_OUTCOME


def test_what_was_found_is_told():
    judgement = fact([RECORD], "torch", True)
    assert (judgement.holds, judgement.fails) == (1, 0)
    assert (judgement.control.outcome, judgement.control.turned) == ("fails", True)
    judgement = fact([{**RECORD, **WRONG}], "torch", True)
    assert (judgement.holds, judgement.fails, judgement.control.outcome) == (0, 1, "holds")
    judgement = fact([{**RECORD, "control": ""}], "torch", True)
    assert (judgement.control.outcome, judgement.control.turned) == ("error", False)
    assert "add a control" in judgement.reason
    assert fact([{**RECORD, "control": ""}], "torch", False).control is None
    assert fact([{**RECORD, "outcome": "error", "why": "boom"}], "torch", True).reason == "boom"
    assert "only torch decides this" in fact([], "torch", True).reason


# where a framework is installed

LIVE = [
    ("tensorflow", "BasicLSTMCell(5)", "accepted and made.output_size == 5", "holds"),
    ("tensorflow", "BasicLSTMCell(n_hidden=5)", "accepted", "fails"),
    ("tensorflow", "BasicLSTMCell(5)", "arguments[0] == 'num_units'", "holds"),
    ("tensorflow", "BasicLSTMCell(5)", "defaults.forget_bias == 1.0", "holds"),
    ("tensorflow", "GRUCell(5)", "close(outputs, again)", "holds"),
    ("tensorflow", "RNNCell()", "documentation.scalar > 0 and not accepted", "holds"),
    ("tensorflow", "LSTMCell(5)", "described.num_units.cell > 0", "holds"),
    ("tensorflow", "LSTMCell(5)", "described.num_units.steps > 0", "fails"),
    ("tensorflow", "tf.contrib.rnn.BasicLSTMCell(5)", "error == 'AttributeError'", "holds"),
    ("keras", "Backend('tensorflow')", "accepted and close(outputs, inputs)", "holds"),
    ("keras", "Backend('theano')", "error == 'ValueError'", "holds"),
    ("keras", "LSTM(5)", "accepted and made.units == 5", "holds"),
    ("keras", "LSTM()", "accepted", "fails"),
    ("keras", "LSTM(5)", "arguments[0] == 'units'", "holds"),
    ("keras", "Sequential([LSTM(5, return_sequences=True), Dense(2)])", "outputs.units == 2",
     "holds"),
    ("keras", "LSTM(5, stateful=True)", "close(outputs, again)", "fails"),
    ("torch", "LSTM(6, 5)", "accepted and made.hidden_size == 5", "holds"),
    ("torch", "LSTM(5, 6)", "accepted and outputs.units == 6", "holds"),
    ("torch", "LSTM(28, 128)", "features == 28 and outputs.units == 128", "holds"),
    ("torch", "Linear(3, 4)", "accepted and outputs.units == 4", "holds"),
    ("torch", "LSTM(6, -5)", "accepted", "fails"),
    ("torch", "LSTM()", "not accepted and error == 'TypeError'", "holds"),
    ("torch", "LSTM(6, 5, bias=False)", "count(weights) == 20 * 11", "holds"),
    ("torch", "LSTM(6, 5)", "influence(inputs, outputs) == 0", "error"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")  # what a framework warns of is its own
@pytest.mark.parametrize(
    ("name", "text", "test", "outcome"),
    [pytest.param(*row, marks=getattr(pytest.mark, row[0])) for row in LIVE],
)
def test_the_framework_itself_is_asked(name, text, test, outcome):
    if name == "keras":
        pytest.importorskip("tensorflow")
    pytest.importorskip(name)
    assert recorded_fact(Fact(name, text, test))[0] == outcome


def test_what_may_be_called_can_be_written():
    for framework in FRAMEWORKS.values():
        for name in framework.calls:
            assert read_call(f"{name}(5)", framework.calls) == call(name, 5)
    found = replace(Fact("torch", "LSTM(5)", "accepted"), call="GRU(5)")
    assert read_call(found.call, FRAMEWORKS["torch"].calls).name == "GRU"
