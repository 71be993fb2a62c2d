"""The claim language: what it says, what it refuses and where, and that nothing else comes out."""

from __future__ import annotations

import ast
import contextlib
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.experiments.draws import draw
from checker.experiments.influence import NUDGE
from checker.experiments.world import World, reference
from checker.language.evaluate import evaluate, truth
from checker.language.functions import FUNCTIONS
from checker.language.observables import OBSERVABLES
from checker.language.parse import (
    MAX_LENGTH,
    ExpressionError,
    nearest,
    offered,
    parse,
    unknown_names,
)
from checker.language.statistics import Share, UndecidedError
from checker.language.tolerance import Comparisons
from checker.language.values import Array, ExperimentError, Group, leaves
from checker.models.lstm import lstm_step
from checker.nouns import RunSpec, Test

SETTING = {"batch": 2, "timesteps": 3, "features": 4, "units": 5, "word": "before", "flag": True}
RUNS = {
    "one": RunSpec(),
    "other": RunSpec(change=("before.c",)),
    "cut": RunSpec(setting={"timesteps": "1"}, put={"parameters.recurrent": "0"}),
}


def world(runs=RUNS, setting=SETTING) -> World:
    return World(Test("True", runs=runs), setting, reference, None)


WORLD = world()


def value(text: str, where: World = WORLD):
    return evaluate(parse(text), where)


# what expressions are worth

VALUES = [
    # arithmetic
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("7 // 2 + 7 % 2", 4),
    ("7 / 2", 3.5),
    ("-units + 2 * +units", 5),
    ("2**10", 1024),
    ("1000000000000", 10**12),
    ("10**15", 10**15),
    ("1.0**64", 1.0),
    ("sum(identity(300) @ identity(300))", 300.0),
    ("9**0.5", 3.0),
    ("4 * units * (features + units + 1)", 200),
    # comparisons and logic
    ("units == 5", True),
    ("units != 5", False),
    ("1 < 2 < 3", True),
    ("1 < 3 < 2", False),
    ("2 >= 2 and 2 <= 2", True),
    ("1 > 2 or 2 > 1", True),
    ("1 > 1", False),
    ("1 < 1", False),
    ("0.1 * 3 * 10 == 3", True),
    ("(1, 2) == (1, 2, 3)", False),
    ("not units == 5", False),
    ("False and 1 / 0 == 1", False),
    ("True or 1 / 0 == 1", True),
    ("features if units == 5 else 1 / 0", 4),
    ("word == 'before'", True),
    ("word != 'after'", True),
    ("flag == (units == 5)", True),
    ("'a' 'b' == 'ab'", True),
    # shapes, axes, indices
    ("outputs.shape", (2, 3, 5)),
    ("outputs.shape == (batch, timesteps, units)", True),
    ("outputs.shape == (batch, units)", False),
    ("[1, 2] == (1, 2)", True),
    ("(1, 'a') == (1, 'b')", False),
    ("(0.1 + 0.2, 1) == (0.3, 1)", True),
    ("outputs.shape[-1]", 5),
    ("outputs.shape[1:]", (3, 5)),
    ("outputs.timesteps", 3),
    ("outputs[0].shape", (3, 5)),
    ("outputs[:, -1].shape", (2, 5)),
    ("outputs[0:9].batch", 2),
    ("outputs[1:, ::2].shape", (1, 2, 5)),
    ("outputs[0, 0, 0] == one.outputs[0, 0, 0]", True),
    ("inputs @ parameters.kernel.i == 0 if False else (inputs @ parameters.kernel.i).units", 5),
    ("parameters.kernel.o.shape", (4, 5)),
    ("parameters.kernel[0].f.shape", (5,)),
    ("before[0].h.units", 5),
    ("cut.outputs.timesteps", 1),
    # functions
    ("close(outputs, one.outputs)", True),
    ("changed(one.before.c, other.before.c)", True),
    ("changed(one.before.h, other.before.h)", False),
    ("all_changed(one.before.c, other.before.c)", True),
    ("all_changed(outputs, outputs)", False),
    ("close(parameters, other.parameters)", True),
    ("close(0 * parameters.bias, parameters.bias - parameters.bias)", True),
    ("close(parameters.bias + 1, 1 + parameters.bias)", True),
    ("close(-(-before), before)", True),
    ("close(abs(0 - inputs), abs(inputs))", True),
    ("close(before, after)", False),
    ("all(outputs < 1)", True),
    ("all(outputs < 0)", False),
    ("any(outputs < 0)", True),
    ("any(outputs < -1)", False),
    ("all(units == 5)", True),
    ("sum(outputs <= 1)", 30),
    ("sum(outputs - outputs)", 0.0),
    ("max(outputs - outputs + 2)", 2.0),
    ("min(3, )", 3),
    ("abs(2 - 7)", 5),
    ("2 ** (timesteps - 1)", 4),
    ("max(units, features)", 5),
    ("min(units, features)", 4),
    ("mean(outputs - outputs + 3)", 3.0),
    ("norm(0 * inputs + 2) == (4 * 24) ** 0.5", True),
    ("norm(before) == (sum(before.h ** 2) + sum(before.c ** 2)) ** 0.5", True),
    ("tanh(0)", 0.0),
    ("sigmoid(0)", 0.5),
    ("abs(sigmoid(2) - 0.880797) < 0.000001", True),
    ("abs(tanh(2) - 0.964028) < 0.000001", True),
    ("max(2.5, 1)", 2.5),
    ("min(2.5, 1)", 1),
    ("close(tanh(leaving.c) * gates.o, outputs)", True),
    ("close(sigmoid(-before.h), 1 - sigmoid(before.h))", True),
    ("close(0 * outputs, 0)", True),
    ("changed(outputs, 1)", True),
    ('sum(outputs, "timesteps").shape', (2, 5)),
    ('close(sum(outputs, "batch")[0], outputs[0, 0] + outputs[1, 0])', True),
    ('max(outputs, "units").shape', (2, 3)),
    ('all(all(outputs < 1, "units"))', True),
    ('close(mean(outputs, "timesteps") * timesteps, sum(outputs, "timesteps"))', True),
    ("close(before.h + parameters.bias.i, parameters.bias.i + before.h)", True),
    ("(outputs + parameters.bias.i).shape", (2, 3, 5)),
    ("(before.h - parameters.bias.i)[1, 2] == before.h[1, 2] - parameters.bias.i[2]", True),
    ("(before.h @ parameters.recurrent).f.shape", (2, 5)),
    ("(outputs[0, 0] @ parameters.recurrent.i).shape", (5,)),
    ("2 ** 0", 1),
    ("count(parameters)", 200),
    ("count(parameters.bias)", 20),
    ("count(outputs[:, -1])", 10),
    ("join(inputs, outputs).shape", (2, 3, 9)),
    ("join(before.h, before.c).shape", (2, 10)),
    ("stack(parameters.kernel, parameters.recurrent).i.shape", (9, 5)),
    ("close(stack(inputs[0], inputs[1])[timesteps:], inputs[1])", True),
    ("is_diagonal(parameters.recurrent.i)", False),
    ("is_diagonal(identity(units))", True),
    ("sum(identity(3))", 3.0),
    ("sum(identity(1))", 1.0),
    ("sum(identity(1024))", 1024.0),
    ("identity(3).row + identity(3).column", 6),
    ("close(outputs @ identity(units), outputs)", True),
    ('swapped(outputs, "batch", "timesteps").shape', (3, 2, 5)),
    ('swapped(outputs, "batch", "timesteps").batch', 2),
    ('close(swapped(before, "units", "batch").h[1], before.h[:, 1])', True),
    ("is_diagonal(diagonal(parameters.recurrent.i))", True),
    ("is_diagonal(diagonal(parameters.recurrent).o)", True),
    ("next_diagonal(parameters.recurrent.i).shape", (4,)),
    ("close(next_diagonal(parameters.recurrent.i)[0], parameters.recurrent.i[0, 1])", True),
    ("rank(parameters.recurrent.i)", 5),
    ("rank(diagonal(parameters.recurrent.i) * 0)", 0),
    ("rank(parameters.kernel.i)", 4),
    ("rank(identity(1))", 1),
    ("rank(stack(identity(2)[:1], 0 * identity(2)[1:]))", 1),
    # what moves what
    ("influence(before.h, after.h) > 0", True),
    ("influence(inputs[:, 1:], outputs[:, 0])", 0.0),
    ("influence(cut.before.h, cut.outputs)", 0.0),
    ("influence(before.h.units, after.h.units).shape", (5, 5)),
    ("influence(before, outputs.timesteps).shape", (3,)),
    ("influence(before[0, 0], outputs) > 0", True),
    ("influence(before.h[0, 0], outputs) > 0", True),
    ("influence(parameters[4:], outputs) > 0", True),
    ("count(parameters.kernel[0, 0])", 4),
    ("influence(inputs.timesteps, outputs).shape", (3,)),
    ("influence(inputs[:, -1].features, outputs[:, -1].units).shape", (4, 5)),
    ("is_diagonal(influence(cut.before.c.units, cut.after.c.units))", True),
    ("is_diagonal(influence(one.before.c.units, one.after.c.units))", False),
    ("jacobian(before.h[0], after.h[0]).shape", (5, 5)),
    ("jacobian(inputs, outputs).shape", (30, 24)),
    # over seeds
    ("share(seed < 20) > 0.5", True),
    ("share(seed < 0) > 0.5", False),
    ("share(seed < 0) < 0.5", True),
    ("0.5 < share(seed < 20)", True),
    ("0.5 > share(seed < 20)", False),
    ("share(seed < 20) > share(seed < 5)", True),
    ("share(seed < 5) > share(seed < 20)", False),
    ("share(seed < 20) > share(seed < 5) + 0.3", True),
    ("share(seed < 5) + 0.3 > share(seed < 20)", False),
    ("share(seed < 20) - 0.2 > 0.5", True),
    ("0.3 + share(seed < 5) > share(seed < 20)", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VALUES, ids=[text for text, _ in VALUES])
def test_an_expression_has_a_value(text, expected):
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


def test_the_values_cover_every_function():
    called = {
        node.func.id
        for text, _ in VALUES
        for node in ast.walk(parse(text).tree)
        if isinstance(node, ast.Call)
    }
    assert called == set(FUNCTIONS)


def test_ordering_an_array_gives_an_array_and_a_group_stays_a_group():
    compared = value("outputs > 0")
    assert isinstance(compared, Array)
    assert compared.axes == ("batch", "timesteps", "units")
    assert isinstance(value("parameters.kernel * 2"), Group)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_help_of_a_function_starts_with_how_it_is_written(name):
    usage = FUNCTIONS[name].usage
    assert usage.startswith(f"{name}(") and usage.endswith(")")
    assert ": " in (FUNCTIONS[name].run.__doc__ or "").split("\n")[0]


# equal, too near to call, different

ZONES = [
    ("close(outputs, outputs)", True, False),
    ("close(outputs, outputs + 1e-13)", True, False),
    ("close(outputs, outputs + 1e-11)", False, True),
    ("close(outputs, outputs + 1e-3)", False, False),
    ("changed(outputs, outputs + 1e-13)", False, False),
    ("changed(outputs, outputs + 1e-11)", True, True),
    ("all_changed(outputs, outputs + 1e-3)", True, False),
    ("close(outputs * 1e9, outputs * 1e9 + 1e-5)", True, False),
    ("1 == 1 + 1e-13", True, False),
    ("1 == 1 + 1e-11", False, True),
    ("1 == 1 + 1e-3", False, False),
    ("5 == 5.0", True, False),
    ("1 < 1 + 1e-13", False, True),
    ("1 < 1 + 1e-11", True, True),
    ("1 < 1 + 1e-3", True, False),
    ("1 <= 1 - 1e-13", True, False),
    ("1 <= 1 - 1e-11", False, True),
    ("1 <= 1 - 1e-3", False, False),
    ("1e-9 < 2e-9", True, False),
    ("all(outputs < outputs + 1e-18)", False, False),
    ("0 == 1e-13", False, True),
    ("0 == 1e-3 - 1e-3", True, False),
    ("0 < 1e-13", True, True),
    ("all(outputs < outputs + 1e-11)", True, True),
    ("1000000001 > 1000000000", True, False),
    ("0.5 + 0.5 > 1", False, True),
    ("1 < 0.5 + 0.5", False, True),
    ("0.5 + 0.5 < 1 - 0", False, False),
    ("-0.5 - 0.5 > -1", False, True),
    ("0.5 - 0.5 < 0", False, False),
    ("0.5 + 0.5 <= 1", True, False),
    ("all(0 * outputs + 1 < 1)", False, True),
    ("1 + 0 < 1", False, False),
    ("is_diagonal(diagonal(parameters.recurrent.i) + 1e-18)", True, False),
    ("is_diagonal(diagonal(parameters.recurrent.i) + 1e-11)", False, True),
    ("is_diagonal(diagonal(parameters.recurrent.i) + 1e-3)", False, False),
    ("rank(parameters.recurrent.i * diagonal(0 * parameters.recurrent.i + 1)) == 5", True, False),
    ("rank(parameters.recurrent.i + 0 * 1) == units", True, False),
    ("is_diagonal(identity(2) + 4 * (1 - identity(2)) / 2.0**52)", True, False),
    ("is_diagonal(identity(2) + 4.5 * (1 - identity(2)) / 2.0**52)", False, True),
    ("is_diagonal(8 * identity(2) + 16 * (1 - identity(2)) / 2.0**52)", True, False),
    ("is_diagonal(identity(2) + 64 * (1 - identity(2)) / 2**40)", False, True),
    ("is_diagonal(identity(2) + 64.5 * (1 - identity(2)) / 2**40)", False, False),
    ("rank(identity(2) / 2**39) == 2", True, False),
    ("rank(identity(2) / 2**40) == 2", True, True),
    ("rank(stack(identity(2)[:1], 9.05e-15 * identity(2)[1:])) == 1", True, False),
    ("rank(stack(identity(2)[:1], 9.15e-15 * identity(2)[1:])) == 1", True, True),
    ("rank(stack(identity(2)[:1], 9.05e-13 * identity(2)[1:])) == 1", True, True),
    ("rank(stack(identity(2)[:1], 9.15e-13 * identity(2)[1:])) == 2", True, True),
    ("rank(stack(identity(2)[:1], identity(2)[1:] / 2**40)) == 1", True, True),
    ("rank(stack(identity(2)[:1], 9.05e-11 * identity(2)[1:])) == 2", True, True),
    ("rank(stack(identity(2)[:1], 9.15e-11 * identity(2)[1:])) == 2", True, False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "near"), ZONES, ids=[row[0] for row in ZONES])
def test_what_lies_between_rounding_and_a_difference_is_marked(text, expected, near):
    here = world()
    assert truth(parse(text), here) is expected
    assert here.comparisons.near is near


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("not close(outputs, outputs + 1e-11)", "close(outputs, outputs + 1e-11)"),
        ("True and 1 < 1 + 1e-11", "1 < 1 + 1e-11"),
    ],
)
def test_it_is_told_which_part_was_too_near_to_call(text, where):
    here = world()
    evaluate(parse(text), here)
    assert here.comparisons.near_because.startswith(f"{where}: ")


def test_of_several_singular_values_that_are_too_near_the_largest_is_told():
    here = world()
    scaled = "stack(identity(3)[:1], stack(1e-12 * identity(3)[1:2], 1e-13 * identity(3)[2:]))"
    assert value(f"rank({scaled})", here) == 2
    assert "a relative singular value of 1.0e-12 " in here.comparisons.near_because


# what cannot be read: text, column, message, tip

REFUSED = [
    ("", 0, "an expression is needed", "outputs.timesteps"),
    ("   ", 0, "an expression is needed", ""),
    ("a" * (MAX_LENGTH + 1), MAX_LENGTH, "at most 600 characters", ""),
    ("units = 5", 6, "must be an expression", "=="),
    ("units && 1", 7, "must be an expression", "and"),
    ("units || 1", 7, "must be an expression", "or"),
    ("!units", 0, "must be an expression", "not"),
    ("units +", 7, "ends too early", ""),
    ("(units", 0, "never closed", ""),
    ("  units +* 1", 9, "must be an expression", ""),
    ("import os", 0, "must be an expression", ""),
    ("units; units", 5, "must be an expression", ""),
    ("units == 1 # true", 11, "no comments", ""),
    ("(units) # )", 8, "no comments", ""),
    ("units ≤ 5", 6, "'≤'", "<="),
    ("4 × units", 2, "'×'", "*"),
    ("'a\x1b[2J'", 2, "is no character", ""),
    ("units\x00", 5, "is no character", ""),
    ("word == 'bef\udc80re'", 12, "is no character", ""),
    ("[x for x in inputs]", 0, "a comprehension", ""),
    ("all(x for x in inputs)", 3, "a comprehension", ""),
    ("{x for x in inputs}", 0, "a comprehension", ""),
    ("{x: 1 for x in inputs}", 0, "a comprehension", ""),
    ("1 + (lambda: 1)", 5, "a function definition", ""),
    ("f'{units}'", 0, "an f-string", ""),
    ("(x := 1)", 1, "an assignment", ""),
    ("{}", 0, "a dictionary", ""),
    ("{1}", 0, "a set", ""),
    ("close(*outputs)", 6, "a star", ""),
    ("(yield)", 1, "yield", ""),
    ("1 + units in (1, 2)", 10, "in is not part", ""),
    ("units not in (1, 2)", 6, "not in is not part", ""),
    ("(units) is 5", 8, "is is not part", ""),
    ("~units", 0, "say not", ""),
    ("units & 1", 6, "say and", ""),
    ("units | 1", 6, "say or", ""),
    ("units ^ 2", 6, "**", ""),
    ("None", 0, "None", ""),
    ("1 + 2j", 4, "a complex number", ""),
    ("b'a'", 0, "a text of bytes", ""),
    ("...", 0, "...", ""),
    ("outputs.mean()", 0, "only a named function", "max(outputs)"),
    ("close(1, 2)(3)", 0, "only a named function", ""),
    ("close(a=1)", 6, "without names", ""),
    ("close(1, 2, **units)", 12, "without names", ""),
    ("  close(a=1)", 8, "without names", ""),
    ("outputs.__class__", 8, "starts with a letter", ""),
    ("outputs[0]._x", 11, "starts with a letter", ""),
    ("().__class__.__bases__", 13, "starts with a letter", ""),
    ("9**9**9", 3, "an exponent is a number of at most", ""),
    ("2**65", 3, "at most 64", ""),
    ("2**'a'", 3, "an exponent is a number", ""),
    ("1000000000001", 0, "a number is at most 1e+12", ""),
    ("1 + 10000000000000", 4, "a number is at most", ""),
    ("1e400", 0, "a number is at most", ""),
    ("share(share(True) > 0.5) > 0.5", 6, "does not stand inside", ""),
    ("-" * 41 + "1", 40, "at most 40 deep", ""),
    ("-" * 500 + "1", 0, "", ""),
    ("(" * 250 + "1" + ")" * 250, 0, "", ""),
    ("[" * 250 + "1" + "]" * 250, 0, "", ""),
    ("not " * 140 + "True", 0, "", ""),
    ("1+" * 290 + "1", 0, "at most 40 deep", ""),
    ("a" + ".b" * 250, 0, "at most 40 deep", ""),
    ("a" + "[0]" * 190, 0, "at most 40 deep", ""),
    ("close(" * 90 + "1" + ")" * 90, 0, "", ""),
    ("1 if " * 100 + "1" + " else 1" * 15, 0, "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "column", "message", "tip"), REFUSED, ids=[repr(row[0])[:40] for row in REFUSED]
)
def test_what_is_no_expression_is_refused_where_it_stops_making_sense(text, column, message, tip):
    start = time.perf_counter()
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert time.perf_counter() - start < 2
    assert message in caught.value.message
    assert tip in caught.value.tip
    if message:
        assert caught.value.column == column


GOOD_SHAPES = [
    "1",
    "  units  ",
    "units ==\n  5",
    "(1,)",
    "((1),)",
    "(units)",
    "'#' == word",
    "a[1:, ::2]",
    f"'{'a' * (MAX_LENGTH - 2)}'",
]


@pytest.mark.parametrize("text", GOOD_SHAPES)
def test_spaces_brackets_and_line_ends_are_no_reason_to_refuse(text):
    assert parse(text).text == " ".join(text.split("\n")).strip()


def test_columns_are_those_of_the_text_also_after_spaces():
    tree = parse("   units ==\n foo").tree
    assert [node.col_offset for node in ast.walk(tree) if isinstance(node, ast.Name)] == [3, 13]


NAMES = [
    ("units == 5", []),
    ("close(outputs, outputs)", []),
    ("unit == 5", [(0, "there is no name 'unit'", "did you mean units?")]),
    ("max(otputs) == clos(1, 2)", [(4, "'otputs'", "outputs"), (15, "function 'clos'", "close")]),
    ("xyzzy(1)", [(0, "no function 'xyzzy'", "known are abs, ")]),
    ("__import__('os')", [(0, "no function '__import__'", "known are")]),
    ("eval('1') + open('x')", [(0, "no function 'eval'", ""), (12, "no function 'open'", "")]),
    ("max == 1", [(0, "there is no name 'max'", "")]),
    ("outputs(1)", [(0, "no function 'outputs'", "")]),
    ("len(outputs)", [(0, "no function 'len'", "say count(…)")]),
    ("range == 1", [(0, "no name 'range'", "known are after, ")]),
    ("softmax(1)", [(0, "no function 'softmax'", "known are abs, ")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_every_unknown_name_is_told_with_the_nearest(text, expected):
    found = list(unknown_names(parse(text), {*OBSERVABLES, "units"}, FUNCTIONS))
    found.sort(key=lambda error: error.column)
    assert len(found) == len(expected)
    for error, (column, message, tip) in zip(found, expected, strict=True):
        assert error.column == column
        assert message in error.message
        assert tip in error.tip


@pytest.mark.parametrize(
    ("word", "tip"), [("unitz", "did you mean units?"), ("Units", "did you mean units?"), ("q", "")]
)
def test_the_nearest_name_is_offered_if_it_is_near(word, tip):
    assert nearest(word, ["units", "features"]) == tip


def test_what_is_known_is_offered_where_nothing_is_near():
    assert offered("unitz", ["units", "features"]) == "did you mean units?"
    assert offered("q", ["units", "features"]) == "known are units, features"
    assert offered("q", []) == ""


@pytest.mark.parametrize("text", ["units +", "units; units", "'\x1b'"])
def test_there_is_no_tip_where_we_know_none(text):
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.tip == ""


@pytest.mark.parametrize("trouble", [ValueError, MemoryError, RecursionError])
def test_whatever_stops_the_parser_of_python_is_a_refusal(trouble, monkeypatch):
    def stopped(*_, **__):
        raise trouble

    parse.cache_clear()  # what was read before is not read again
    with monkeypatch.context() as patch, pytest.raises(ExpressionError, match="that can be read"):
        patch.setattr(ast, "parse", stopped)
        parse("units")


# what cannot be worked out: never another exception, never a verdict

ERRORS = [
    ("close(inputs, outputs)", "shapes (2, 3, 4) and (2, 3, 5) differ"),
    ("inputs + outputs", "shapes"),
    ("close(outputs, outputs[0])", "shapes"),
    ("outputs < outputs[0]", "shapes"),
    ("inputs + before.h", "shapes"),
    ("2 ** (timesteps - 4)", "an exponent is a number from 0 to 64"),
    ("2 ** (units * features * 4)", "an exponent is a number from 0 to 64"),
    ("2 ** outputs", "an exponent is a number from 0 to 64"),
    ("2 ** True", "an exponent is a number from 0 to 64"),
    ("(10 * units) ** 60", "a whole number is at most"),
    ("share(seed >= 0) > 2", "between 0 and 1"),
    ("share(seed >= 0) > -1", "between 0 and 1"),
    ("before.h + parameters.bias.i[:3]", "shapes (2, 5) and (3,) differ"),
    ("before.h + parameters.bias.i[:1]", "shapes (2, 5) and (1,) differ"),
    ("before.h + parameters.recurrent.i[:, 0]", "shapes (2, 5) and (5,) differ"),
    ("parameters.kernel.i + parameters.bias.i", "shapes (4, 5) and (5,) differ"),
    ('sum(outputs, "features")', "no axis 'features'"),
    ("sum(outputs, timesteps)", "an axis is named by a word"),
    ("max(units, True)", "an axis is named by a word"),
    ("min(units, True)", "an axis is named by a word"),
    ("outputs[:, :1] + outputs", "shapes (2, 1, 5) and (2, 3, 5) differ"),
    ("close(before, parameters)", "one group has h, c, the other"),
    ("inputs @ inputs", "cannot be multiplied"),
    ("1 @ inputs", "two arrays"),
    ("inputs @ 1", "two arrays"),
    ("inputs @ parameters.recurrent.i", "cannot be multiplied"),
    ('swapped(before, "units", "batch").h @ outputs', "cannot be multiplied"),
    ("10**15 + 1", "a whole number is at most"),
    ('sum(0 * inputs + 1e12**16 * 1e12**9 * 1e8, "features")', "not finite"),
    ("join(inputs, outputs[0])", "cannot be joined"),
    ("stack(inputs, outputs)", "cannot be stacked"),
    ("join(1, 2)", "cannot be joined"),
    ("join(1, outputs[0, 0])", "cannot be joined"),
    ("stack(1, outputs[0, 0])", "cannot be stacked"),
    *((f"identity({size})", "from 1 to 1024") for size in ("0", "-1", "1.5", "True", "1025")),
    ("rank(outputs[5:, 0])", "rank(…) needs a matrix"),
    ("swapped(outputs, 'x', 'batch')", "no axis 'x' here"),
    ("swapped(outputs, 'batch', 'x')", "no axis 'x' here"),
    ("join(outputs[0, 0], 1)", "cannot be joined"),
    ("stack(outputs[0, 0], 1)", "cannot be stacked"),
    ("close(outputs[5:], outputs[5:])", "a comparison of nothing"),
    ("all(outputs[5:] > 0)", "a comparison of nothing"),
    ("outputs[5:] > 0", "a comparison of nothing"),
    ("max(outputs[5:])", "nothing to look at"),
    ("1 / 0", "a division by zero"),
    ("1 % 0", "a division by zero"),
    ("1 // 0", "a division by zero"),
    ("1.5 // 0", "a division by zero"),
    ("outputs / 0", "not finite"),
    ("0 * outputs / (0 * outputs)", "not finite"),
    ("1e12**16 * 1e12**16", "not finite"),
    ("(1e12**16)**16", "not finite"),
    ("1 / (1e12**16 * 1e12**16) == 0", "not finite"),
    ("max((inputs * 1e12)**16 * (inputs * 1e12)**16)", "not finite"),
    ("outputs**0.5", "not finite"),
    ("1 / norm((inputs * 1e12)**16) == 0", "not finite"),
    ("(0 - 8)**0.5", "a root of a negative number"),
    ("10**16", "a whole number is at most"),
    ("999999999999 * 999999999999", "a whole number is at most"),
    ("'a' * 10**9", "no arithmetic with the word 'a'"),
    ("'a' + 'b'", "no arithmetic with the word"),
    ("True + 1", "no arithmetic with the truth value True"),
    ("-True", "no arithmetic with the truth value"),
    ("(1, 2) * 3", "no arithmetic with the shape (1, 2)"),
    ("(outputs > 0) + (outputs > 0)", "no arithmetic with an array of comparisons"),
    ("-(outputs > 0)", "no arithmetic with an array of comparisons"),
    ("abs('a')", "no arithmetic"),
    ("share(True) * 2", "no arithmetic with a share of 20 of 20"),
    ("share(True) + 1", "a number between -1 and 1"),
    ("share(True) - share(True)", "two shares are compared"),
    ("share(True) + 'a'", "only a number is added to a share"),
    ("outputs and True", "say all(…) or any(…)"),
    ("parameters and True", "say all(…) or any(…)"),
    ("not outputs", "say all(…) or any(…)"),
    ("1 if outputs > 0 else 2", "say all(…) or any(…)"),
    ("0 < outputs < 1", "say all(…) or any(…)"),
    ("1 and True", "1 is neither true nor false"),
    ("not units", "neither true nor false"),
    ("all(outputs)", "need comparisons inside"),
    ("all(parameters)", "not a group of"),
    ("True == 1", "of different kinds"),
    ("word == 1", "of different kinds"),
    ("word == (1, 2)", "of different kinds"),
    ("outputs.shape == 5", "of different kinds"),
    ("outputs == outputs", "compare arrays with close"),
    ("one == other", "compare arrays with close"),
    ("'a' < 'b'", "only numbers can be ordered"),
    ("(1, 2) < (1, 3)", "only numbers can be ordered"),
    ("1 < True", "only numbers can be ordered"),
    ("parameters.kernel < 1", "only numbers can be ordered, not a group of i, j, f, o"),
    ("((1, 2), 3)", "a shape holds numbers"),
    ("(outputs, 1) == (outputs, 1)", "a shape holds numbers"),
    ("close('a', 'b')", "an array is needed, not the word"),
    ("sum((1, 2))", "an array is needed, not the shape"),
    ("count('a')", "an array is needed"),
    ("max(parameters)", "an array is needed, not a group"),
    ("rank(1)", "rank(…) needs a matrix"),
    ("rank(outputs)", "rank(…) needs a matrix"),
    ("diagonal(parameters.kernel.i)", "a square matrix is needed"),
    ("is_diagonal(outputs)", "a square matrix is needed"),
    ("next_diagonal(1)", "a square matrix is needed"),
    ("count(one)", "a run as a whole is no value"),
    ("close(one, other)", "a run as a whole is no value"),
    ("-one", "a run as a whole is no value"),
    ("one[0]", "a run as a whole is no value"),
    ("outputs[9]", "out of bounds"),
    ("outputs[0, 0, 0, 0]", "4 indices for 3 axes"),
    ("outputs.shape[7]", "has no entry 7"),
    ("outputs.shape[0, 1]", "one index"),
    ("outputs[1.5]", "an index is a whole number"),
    ("outputs[True]", "an index is a whole number"),
    ("outputs['a':]", "an index is a whole number"),
    ("outputs[[0, 1]]", "an index is a whole number"),
    ("outputs[::0]", "the step of a slice is not 0"),
    ("outputs.shape[::0]", "the step of a slice is not 0"),
    ("units[0]", "the number 5 and has no entries"),
    ("(units / 2)[0]", "the number 2.5 and has no entries"),
    ("units.shape", "has no part 'shape'"),
    ("outputs.shape.x", "has no part 'x'"),
    ("outputs.hidden", "no axis 'hidden' here, only batch, timesteps, units"),
    ("parameters.kernal", "did you mean kernel?"),
    ("one.otputs", "did you mean outputs?"),
    ("one.xyzzy", "only inputs, outputs,"),
    ("scores", "this model has no 'scores'"),
    ("nobody", "no name 'nobody'"),
    ("seed", "no name 'seed'"),
    ("it", "no name 'it'"),
    ("nothing(1)", "no function 'nothing'"),
    ("close(1)", "say close(a, b)"),
    ("close(1, 2, 3)", "say close(a, b)"),
    ("sum()", "say sum(array)"),
    ("share()", "say share(condition)"),
    ("influence(before.h)", "say influence(source, target)"),
    ("influence(1, outputs)", "1 is not a place in a run"),
    ("influence(before.h + 1, outputs)", "not a place in a run"),
    ("influence(outputs, before.h)", "only inputs, parameters, before can be nudged"),
    ("influence(one.before.h, other.after.h)", "one and the same run"),
    ("influence(before.h.features, after.h)", "this run has no before.h.features"),
    ("influence(before.x, after.h)", "this run has no before.x"),
    ("influence(before.h[9], after.h)", "out of bounds"),
    ("influence(before.h[0][1], after.h)", "not a place in a run"),
    ("influence(before.h[0].units.batch, after.h)", "not a place in a run"),
    ("influence(before.h[5:].units, after.h)", "before.h[5:].units is a place of nothing"),
    ("influence(inputs[:, 9:], outputs) == 0", "inputs[:, 9:] is a place of nothing"),
    ("influence(before[5:], after.h)", "before[5:] is a place of nothing"),
    ("influence(before.h, after.h[5:])", "after.h[5:] is a place of nothing"),
    ("jacobian(outputs, before.h)", "can be nudged"),
    ("jacobian(before.h[5:], after.h)", "before.h[5:] is a place of nothing"),
    ("share(outputs > 0) > 0.5", "say all(…) or any(…)"),
    ("share(True) == 1", "a share is compared by < or >"),
    ("share(True) > 'a'", "a share is compared with a number"),
    ("share(True) > True", "a share is compared with a number"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), ERRORS, ids=[text for text, _ in ERRORS])
@pytest.mark.filterwarnings("error")
def test_what_cannot_be_worked_out_is_an_error_of_the_experiment(text, message):
    with pytest.raises(ExperimentError) as caught:
        value(text)
    assert message in str(caught.value)


def test_what_nobody_thought_of_is_an_error_of_the_experiment_too():
    class Odd:
        def look_up(self, name):
            raise ValueError("odd")

    with pytest.raises(ExperimentError, match="units == 5: odd"):
        evaluate(parse("units == 5"), Odd())


def test_arrays_are_held_up_to_a_size_and_with_a_name_for_each_axis():
    assert Array(np.broadcast_to(0.0, (5_000_000,)), ("units",)).shape == (5_000_000,)
    with pytest.raises(ExperimentError, match=r"at most 5e\+06 numbers"):
        Array(np.broadcast_to(0.0, (5_000_001,)), ("units",))
    with pytest.raises(ExperimentError, match="1 axes with 2 names"):
        Array(np.zeros(3), ("batch", "units"))


def test_only_arrays_and_groups_have_leaves():
    assert {path: leaf.shape for path, leaf in leaves(Group({"h": 1, "c": 2.5})).items()} == {
        "h": (), "c": ()
    }  # fmt: skip
    for value_ in (5, "a", None):
        with pytest.raises(ExperimentError, match="an array or a group is needed"):
            leaves(value_)


def test_an_unclear_share_is_undecided():
    with pytest.raises(UndecidedError, match="10 of 20"):
        value("share(seed < 10) > 0.5")


@pytest.mark.parametrize("text", ["outputs > 0", "5", "'a'", "(1, 2)", "one", "parameters"])
def test_only_a_truth_value_is_true_or_false(text):
    with pytest.raises(ExperimentError):
        truth(parse(text), WORLD)
    assert truth(parse("units == 5"), WORLD) is True


# influence and jacobian, worked out by hand

ONE = {"batch": 1, "timesteps": 1, "features": 1, "units": 1}
WEIGHTS = {
    f"parameters.{kind}.{gate}": weight
    for kind, gates in {
        "kernel": {"i": 0.3, "j": -0.7, "f": 0.2, "o": 0.9},
        "recurrent": {"i": -0.4, "j": 0.5, "f": 0.8, "o": -0.6},
        "bias": {"i": 0.1, "j": 0.2, "f": -0.3, "o": 0.4},
    }.items()
    for gate, weight in gates.items()
}
X, H, C = 0.7, -0.2, 0.6


def hand_worked() -> dict[str, float]:
    """Derivatives of one step of one unit, from the chain rule on paper."""

    def gate(name: str) -> float:
        return sum(
            WEIGHTS[f"parameters.{kind}.{name}"] * factor
            for kind, factor in (("kernel", X), ("recurrent", H), ("bias", 1))
        )

    def sigmoid(z: float) -> float:
        return 1 / (1 + np.exp(-z))

    r = {g: WEIGHTS[f"parameters.recurrent.{g}"] for g in "ijfo"}
    i, j, f, o = sigmoid(gate("i")), np.tanh(gate("j")), sigmoid(gate("f") + 1), sigmoid(gate("o"))
    t = np.tanh(f * C + i * j)
    dc_dh = f * (1 - f) * r["f"] * C + i * (1 - i) * r["i"] * j + i * (1 - j**2) * r["j"]
    return {
        "jacobian(before.c, after.c)": f,
        "jacobian(before.c, after.h)": o * (1 - t**2) * f,
        "jacobian(before.h, after.c)": dc_dh,
        "jacobian(before.h, after.h)": o * (1 - o) * r["o"] * t + o * (1 - t**2) * dc_dh,
        "jacobian(parameters.bias.f, after.c)": f * (1 - f) * C,
        "jacobian(parameters.kernel.o, outputs)": o * (1 - o) * X * t,
        "jacobian(inputs, gates.i)": i * (1 - i) * WEIGHTS["parameters.kernel.i"],
    }


@pytest.fixture(scope="module")
def one_unit() -> World:
    put = {**WEIGHTS, "inputs": X, "before.h": H, "before.c": C}
    return world({"run": RunSpec(put=put)}, ONE)


@pytest.mark.parametrize("text", hand_worked())
def test_a_jacobian_is_what_the_chain_rule_gives(text, one_unit):
    assert value(text, one_unit).data == pytest.approx(hand_worked()[text], rel=1e-12)


def test_an_influence_is_the_movement_after_a_nudge(one_unit):
    nudge = NUDGE * (1 + 0.5 * np.tanh(draw("before.c", {"batch": 1, "units": 1}, 0, "nudge")))
    forget = hand_worked()["jacobian(before.c, after.c)"]
    found = value("influence(before.c, after.c)", one_unit)
    assert found == pytest.approx(forget * float(nudge[0, 0]), rel=1e-12)


WEIGHTED = ("kernel", "recurrent")


def stepped(before_h: np.ndarray) -> np.ndarray:
    """The outputs of the first run of WORLD from another hidden state, by a loop of our own."""
    run = WORLD.runs["one"]
    blocks = [
        np.concatenate([run.given[f"parameters.{kind}.{g}"].data for kind in WEIGHTED])
        for g in "ijfo"
    ]  # fmt: skip
    bias = np.concatenate([run.given[f"parameters.bias.{g}"].data for g in "ijfo"])
    h, c = before_h, run.given["before.c"].data
    for t in range(3):
        x = run.given["inputs"].data[:, t]
        h, c, _ = lstm_step(np.concatenate(blocks, axis=1), bias, x, h, c)
    return h


def test_influence_by_unit_nudges_one_unit_after_the_other():
    h = WORLD.runs["one"].given["before.h"].data
    nudge = NUDGE * (1 + 0.5 * np.tanh(draw("before.h", {"batch": 2, "units": 5}, 0, "nudge")))
    expected = np.empty((5, 5))
    for unit in range(5):
        moved = h.copy()
        moved[:, unit] += nudge[:, unit]
        expected[unit] = np.abs(stepped(moved) - stepped(h)).max(axis=0)
    found = value("influence(before.h.units, after.h.units)")
    assert found.axes == ("units", "units")
    assert found.data == pytest.approx(expected, rel=1e-9)


def test_a_jacobian_agrees_with_finite_differences():
    h, step = WORLD.runs["one"].given["before.h"].data, 1e-6
    expected = np.empty((5, 5))
    for unit in range(5):
        nudge = np.zeros_like(h)
        nudge[0, unit] = step
        expected[:, unit] = (stepped(h + nudge)[0] - stepped(h - nudge)[0]) / (2 * step)
    assert value("jacobian(before.h[0], after.h[0])").data == pytest.approx(expected, rel=1e-6)


def test_links_that_are_cut_have_no_influence_at_all():
    assert np.all(value("influence(cut.before.h.units, cut.after.h.units)").data == 0)
    assert np.all(value("influence(one.before.h.units, one.after.h.units)").data > 0)


# whatever is written, nothing else comes out

PIECES = st.sampled_from(
    [*"()[]{},.:=<>+-*/%@!&|^~'\"#\\\n\t ", "units", "outputs", "all", "close", "lambda", "**",
     "not", "and", "if", "else", "for", "in", "is", "1e9", "0x", "f'", ":=", "__", "é", "\x00"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join)))
def test_any_text_is_read_or_refused(text):
    try:
        expression = parse(text)
    except ExpressionError as error:
        assert 0 <= error.column <= len(text)
        assert error.message
    else:
        assert isinstance(expression.tree, ast.expr)


ATOMS = st.sampled_from(
    ["units", "batch", "word", "flag", "nobody", "0", "1", "2.5", "1e12", "'a'", "True", "outputs",
     "inputs", "before", "before.h", "after", "parameters", "parameters.kernel", "gates.f", "one",
     "parameters.recurrent.i", "other.outputs", "outputs.shape", "outputs[5:]", "cut.before.c"]
)  # fmt: skip
PLACES = st.sampled_from(
    ["inputs", "before", "before.h", "before.h.units", "before.h[0]", "inputs[:, 1:].features",
     "parameters.bias", "parameters.kernel.i.units", "outputs", "outputs.timesteps", "after.c",
     "after.h[0].units", "one.outputs[:, -1]", "other.before.c", "units", "before.h[5:].units"]
)  # fmt: skip


OF_A_MATRIX = ["diagonal", "is_diagonal", "next_diagonal", "rank"]


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def call(name: str, *parts: str) -> str:
        return f"{name}({', '.join(parts)})"

    along_an_axis = ["all", "any", "sum", "max", "min", "mean"]
    one = st.sampled_from([*along_an_axis, "norm", "abs", "tanh", "sigmoid", "count", *OF_A_MATRIX])
    axis = st.sampled_from(["'units'", "'batch'", "'nothing'", "''", "0", "units"])
    two = st.sampled_from(["close", "changed", "all_changed", "join", "stack"])
    operator = st.sampled_from(
        ["+", "-", "*", "/", "//", "%", "@", "==", "!=", "<", "<=", ">", ">=", "and", "or"]
    )
    index = st.sampled_from(["0", "-1", "9", "1:", "::2", ":, 0", "0, 0, 0", "units", "::0", "()"])
    return st.one_of(
        st.builds("({} {} {})".format, inner, operator, inner),
        st.builds("({} < {} < {})".format, inner, inner, inner),
        st.builds("({})**{}".format, inner, st.sampled_from(["2", "0.5", "16"])),
        st.builds("({}{})".format, st.sampled_from(["-", "+", "not "]), inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({})[{}]".format, inner, index),
        st.builds("({}).{}".format, inner, st.sampled_from(["units", "shape", "i", "h", "x"])),
        st.builds("({}, {})".format, inner, inner),
        st.builds(call, one, inner),
        st.builds(call, st.sampled_from(along_an_axis), inner, axis),
        st.builds(call, two, inner, inner),
        st.builds(call, st.sampled_from(["influence", "jacobian"]), PLACES, PLACES),
    )


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(ATOMS, larger, max_leaves=6))
@pytest.mark.filterwarnings("error")
def test_any_expression_has_a_value_or_an_error_of_the_experiment(text):
    try:
        found = value(text)
    except (ExperimentError, UndecidedError) as error:
        assert str(error)
        return
    assert isinstance(found, bool | int | float | str | tuple | Array | Group)
    if isinstance(found, Array):
        assert np.all(np.isfinite(found.data))
    if isinstance(found, float):
        assert np.isfinite(found)


def test_the_largest_difference_is_that_of_all_entries_of_all_members():
    here = world()
    before = [here.runs["one"].given[f"before.{name}"].data for name in "hc"]
    assert truth(parse("changed(before, 0 * before)"), here)
    expected = max(float(np.abs(array).max()) for array in before)
    assert here.comparisons.evidence["largest difference"] == expected
    assert truth(parse("changed(identity(2) * 99, 0)"), here)
    assert here.comparisons.evidence["largest difference"] == 99


EVIDENCE = [
    ("outputs.timesteps == units", {"outputs.timesteps": 3, "units": 5}),
    ("units > 2 > 1", {"units": 5}),
    ("outputs.shape == (2, 3, 5)", {"outputs.shape": (2, 3, 5), "(2, 3, 5)": (2, 3, 5)}),
    ("all(inputs < 99)", {"all(inputs < 99)": True}),
    ("word == 'before'", {"word": "before"}),
    ("share(seed < 20) > 0.5", {"share(seed < 20)": Share(20, 20)}),
    ("sum(parameters.kernel.i * 0) == 0", {"sum(parameters.kernel.i * 0)": 0.0}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "evidence"), EVIDENCE, ids=[text for text, _ in EVIDENCE])
def test_what_was_measured_is_kept_as_evidence(text, evidence):
    here = world()
    evaluate(parse(text), here)
    found = here.comparisons.evidence
    assert {k: v for k, v in found.items() if not isinstance(v, Array)} == evidence


@pytest.mark.parametrize(
    ("size", "kept"),
    [((1,), True), ((16, 16), True), ((257,), False), ((2, 2, 2), False), ((0,), False)],
)
def test_arrays_that_can_be_shown_are_kept_as_evidence(size, kept):
    class Given:
        comparisons = Comparisons()

        def look_up(self, name):
            return Array(np.ones(size), tuple("abc"[: len(size)]))

    with contextlib.suppress(ExperimentError):  # nothing cannot be compared
        evaluate(parse("one < 2"), Given())
    assert ("one" in Given.comparisons.evidence) is kept


@pytest.mark.parametrize(
    ("text", "largest"),
    [("close(inputs, inputs)", 0.0), ("close(0 * inputs + 3, 1)", 2.0),
     ("close(0 * inputs, 0) and changed(0 * inputs, 5)", 5.0),
     ("changed(0 * inputs, 5) and close(0 * inputs, 0)", 5.0)],
)  # fmt: skip
def test_the_largest_difference_is_kept_as_evidence(text, largest):
    here = world()
    evaluate(parse(text), here)
    assert here.comparisons.evidence["largest difference"] == largest
