"""Claims whose outcome is known, one for every verdict and every reason to have none.

They run through the command line; and no single comparison of the judge can be turned round
without one of them noticing.
"""

from __future__ import annotations

import ast
import json
import types
from pathlib import Path

import pytest

from checker import judge, results, schedule, trying
from checker.base import load
from checker.cli import main
from checker.commands.check import run

# id: verdict, why_not, what told it apart
EXPECTED = {
    "correct-by-alternative": ("correct", None, "alternative"),
    "correct-by-contradicting-rival": ("correct", None, "rival"),
    "correct-by-control": ("correct", None, "control"),
    "correct-by-rival": ("correct", None, "rival"),
    "correct-by-rival-in-one-run": ("correct", None, "rival"),
    "correct-by-unrelated-rival": ("correct", None, "unrelated-rival"),
    "correct-control-fails-only-where-sizes-coincide": (None, "unproven", None),
    "correct-but-its-control-cannot-be-run": ("correct", None, "rival"),
    "correct-but-its-control-does-not-turn": ("correct", None, "rival"),
    "correct-record-agrees": ("correct", None, "rival"),
    "correct-stale-record": ("correct", None, "rival"),
    "correct-turned-at-one-distinct-setting": ("correct", None, "rival"),
    "depends": ("depends", None, None),
    "depends-on-an-open-one": (None, "unproven", None),
    "depends-on-two-correct-ones": (None, "unproven", None),
    "disputed": (None, "disputed", "rival"),
    "error-at-one-setting": (None, "error", None),
    "error-everywhere": (None, "error", None),
    "error-too-near-to-call": (None, "error", None),
    "depends-on-what-is-not-recorded": (None, "unrecorded", None),
    "fact-correct": ("correct", None, "control"),
    "fact-wrong": ("wrong", None, "control"),
    "fact-its-control-does-not-turn": (None, "unproven", None),
    "fact-its-control-crashed": (None, "unproven", None),
    "fact-without-a-recorded-control": (None, "unproven", None),
    "fact-crashed": (None, "error", None),
    "fact-unrecorded": (None, "unrecorded", None),
    "fact-recorded-on-another-test": (None, "unrecorded", None),
    "exactly-when": ("depends", None, "alternative"),
    "exactly-when-it-cannot-be-run": (None, "error", None),
    "exactly-when-it-fails-inside": (None, "unproven", None),
    "exactly-when-it-fails-outside-only-where-sizes-coincide": (None, "unproven", None),
    "exactly-when-it-holds-outside": (None, "unproven", None),
    "exactly-when-it-measures-nothing": (None, "unproven", None),
    "exactly-when-one-choice-outside-holds": (None, "unproven", None),
    "exactly-when-there-is-no-inside": (None, "unproven", None),
    "exactly-when-there-is-no-outside": (None, "unproven", None),
    "not-testable": (None, "not-testable", None),
    "num-units-is-sequence-length": ("wrong", None, "rival"),
    "some-correct": ("correct", None, "control"),
    "some-correct-control-has-a-witness": (None, "unproven", None),
    "some-correct-rival-has-a-witness": (None, "unproven", None),
    "some-wrong": ("wrong", None, "control"),
    "some-wrong-control-turns-only-where-sizes-coincide": (None, "unproven", None),
    "step-receives-only-hidden-state-and-input": ("wrong", None, "control"),
    "surprise": ("wrong", None, "rival"),
    "undecided": (None, "undecided", None),
    "undecided-in-part": (None, "undecided", None),
    "undecided-but-fails-elsewhere": ("wrong", None, "control"),
    "unproven-compares-a-run-with-itself": (None, "unproven", None),
    "unproven-fails-only-where-sizes-coincide": (None, "unproven", None),
    "some-correct-witness-only-where-sizes-coincide": ("correct", None, "rival"),
    "wrong-fails-at-one-distinct-setting": ("wrong", None, "control"),
    "wrong-rival-may-fail-where-the-claim-holds": ("wrong", None, "rival"),
    "wrong-without-a-distinct-setting": ("wrong", None, "control"),
    "unproven-measures-nothing": (None, "unproven", None),
    "unproven-measures-nothing-but-mentions-a-run": (None, "unproven", None),
    "unproven-sizes-coincide-everywhere": (None, "unproven", None),
    "unproven-some-rivals-do-not-apply": (None, "unproven", None),
    "unproven-its-control-stays-undecided": (None, "unproven", None),
    "unproven-nothing-turns": (None, "unproven", None),
    "error-bound-reached-by-rounding": (None, "error", None),
    "unproven-sizes-among-the-options-coincide": (None, "unproven", None),
    "wrong-about-a-number": ("wrong", None, "control"),
    "wrong-for-large-weights-only": ("wrong", None, "control"),
    "wrong-by-alternative": ("wrong", None, "alternative"),
    "wrong-by-control": ("wrong", None, "control"),
    "wrong-control-fails-everywhere": (None, "unproven", None),
    "wrong-control-holds-in-part": (None, "unproven", None),
    "wrong-rival-holds-in-part": (None, "unproven", None),
}
NOT_AS_EXPECTED = {
    id_
    for id_, (verdict, why_not, _) in EXPECTED.items()
    if why_not not in (None, "undecided", "not-testable", "unrecorded")
} | {
    "surprise",
    "correct-by-unrelated-rival",
    "correct-but-its-control-cannot-be-run",
    "correct-but-its-control-does-not-turn",
}


def judged(found):
    return {c["id"]: (c["verdict"], c["why_not"], c["told_apart_by"]) for c in found["claims"]}


@pytest.fixture(scope="module")
def printed(canaries):
    return _check(canaries)


def _check(folder: Path):
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(["check", "--claims", str(folder), "--format", "json"])
    return code, json.loads(out.getvalue())


def test_every_canary_comes_out_as_it_should(printed):
    assert judged(printed[1]) == EXPECTED


def test_every_verdict_and_every_reason_occurs(printed):
    assert all(printed[1]["counts"].values()), printed[1]["counts"]


def test_what_was_not_reproduced_is_not_as_expected(printed):
    found = {c["id"] for c in printed[1]["claims"] if not c["as_expected"]}
    assert found == NOT_AS_EXPECTED


REASONS = {
    "disputed": "a real framework disagrees",
    "error-at-one-setting": "at batch 3, timesteps 2, features 6, units 7: ",
    "error-too-near-to-call": "is neither rounding nor clear",
    "exactly-when-it-cannot-be-run": "at batch 3, ",
    "exactly-when-it-fails-inside": "does not hold where exactly_when says",
    "exactly-when-it-holds-outside": "does not fail, clearly, wherever exactly_when says",
    "exactly-when-it-measures-nothing": "it measures nothing",
    "unproven-compares-a-run-with-itself": "one and the same",
    "unproven-fails-only-where-sizes-coincide": "only where sizes are equal or degenerate",
    "unproven-measures-nothing": "it measures nothing",
    "unproven-nothing-turns": "add a control",
    "unproven-sizes-coincide-everywhere": "add settings in which no two sizes coincide",
}


@pytest.mark.parametrize("id_", REASONS)
def test_the_reason_says_what_to_do(id_, printed):
    [claim] = [c for c in printed[1]["claims"] if c["id"] == id_]
    assert REASONS[id_] in claim["reason"]


@pytest.mark.parametrize(
    ("id_", "name", "outcome", "detail"),
    [
        ("wrong-by-control", "control", "holds", ""),
        ("correct-by-control", "control", "fails", ""),
        ("correct-but-its-control-cannot-be-run", "control", "error", "not finite"),
        ("correct-by-rival", "units-set-the-timesteps", "fails", ""),
        ("correct-by-rival", "only-h-is-carried", "holds", ""),
        ("wrong-control-fails-everywhere", "control", "fails", "timesteps 5, features 6, units 7"),
        ("unproven-its-control-stays-undecided", "control", "undecided", "it stays undecided"),
        ("fact-correct", "control", "fails", ""),
        ("fact-its-control-does-not-turn", "control", "holds", ""),
        ("fact-without-a-recorded-control", "control", "error", ""),
        ("unproven-some-rivals-do-not-apply", "units-are-the-gates", "not-applicable", ""),
    ],
)
def test_it_is_told_how_each_opponent_came_out(id_, name, outcome, detail, printed):
    [claim] = [c for c in printed[1]["claims"] if c["id"] == id_]
    opponents = [*claim["rivals"], claim["control"] or {"name": ""}]
    [found] = [o for o in opponents if o["name"] == name]
    assert found["outcome"] == outcome
    assert detail in found["detail"]


def test_the_other_side_of_a_condition_is_shown(printed):
    [claim] = [c for c in printed[1]["claims"] if c["id"] == "exactly-when"]
    assert claim["shown"]["setting"]["peepholes"] is True
    assert claim["shown"]["outcome"] == "no"


@pytest.mark.parametrize(
    ("id_", "hold", "fail"),
    [
        ("correct-by-rival", 4, 0),
        ("undecided-but-fails-elsewhere", 0, 2),
        ("some-correct", 1, 3),
        ("fact-correct", 1, 0),
        ("fact-wrong", 0, 1),
        ("fact-unrecorded", 0, 0),
    ],
)
def test_it_is_counted_where_a_test_holds_and_where_it_fails(id_, hold, fail, printed):
    [claim] = [c for c in printed[1]["claims"] if c["id"] == id_]
    assert (claim["hold"], claim["fail"]) == (hold, fail)


def test_another_option_always_belongs_to_the_claim(printed):
    assert {o["linked"] for c in printed[1]["claims"] for o in c["alternatives"]} == {True}


def test_of_rivals_and_options_only_an_error_needs_words(printed):
    asked = [o for c in printed[1]["claims"] for o in (*c["rivals"], *c["alternatives"])]
    assert {o["detail"] for o in asked if o["outcome"] != "error"} == {""}


SHOWN = {
    "correct-by-rival": (5, 7, "yes"),
    "unproven-sizes-coincide-everywhere": (2, 2, "yes"),
    "wrong-by-control": (2, 2, "no"),
    "some-correct-control-has-a-witness": (2, 7, "yes"),
    "some-wrong": (5, 7, "no"),
}


@pytest.mark.parametrize("id_", SHOWN)
def test_the_smallest_counter_example_or_what_coincides_nowhere_is_shown(id_, printed):
    [claim] = [c for c in printed[1]["claims"] if c["id"] == id_]
    setting = claim["shown"]["setting"]
    assert (setting["timesteps"], setting["units"], claim["shown"]["outcome"]) == SHOWN[id_]


def test_what_another_framework_gave_decides_nothing():
    record = {"name": "torch", "stale": False, "outcome": "holds", "control": "fails"}
    assert judge.fact([record], "torch", has_control=True).verdict == "correct"
    assert judge.fact([record], "keras", has_control=True).why_not == "unrecorded"


@pytest.mark.parametrize(
    ("id_", "code"),
    [
        ("correct-by-rival", 0),
        ("num-units-is-sequence-length", 0),
        ("undecided", 0),
        ("not-testable", 0),
        ("depends", 0),
        ("surprise", 1),
        ("unproven-nothing-turns", 1),
        ("disputed", 1),
        ("fact-unrecorded", 0),
        ("fact-recorded-on-another-test", 0),
        ("depends-on-what-is-not-recorded", 0),
        ("fact-its-control-does-not-turn", 1),
        ("fact-crashed", 3),
        ("correct-by-unrelated-rival", 1),
        ("error-at-one-setting", 3),
    ],
)
def test_the_exit_code_tells(id_, code, canaries, capsys):
    assert main(["check", id_, "--claims", str(canaries)]) == code
    assert id_ in capsys.readouterr().out


# --- Mutants of the judge -------------------------------------------------------------------

OPPOSITE = {
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Lt: ast.GtE, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.GtE: ast.Lt,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
CALLS = {"any": "all", "all": "any"}
SOURCE = Path(judge.__file__).read_text(encoding="utf-8")


class Flip(ast.NodeTransformer):
    """Turn round the comparison, ``not``, ``and``/``or``, ``any``/``all`` of one number."""

    def __init__(self, number):
        self.number, self.seen, self.line = number, -1, 0

    def _hit(self, node):
        self.seen += 1
        if self.seen == self.number:
            self.line = node.lineno
        return self.seen == self.number

    def visit_Compare(self, node):
        self.generic_visit(node)
        if self._hit(node):
            node.ops = [OPPOSITE[type(op)]() for op in node.ops]
        return node

    def visit_BoolOp(self, node):
        self.generic_visit(node)
        if self._hit(node):
            node.op = OPPOSITE[type(node.op)]()
        return node

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        return node.operand if isinstance(node.op, ast.Not) and self._hit(node) else node

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in CALLS and self._hit(node):
            node.func.id = CALLS[node.func.id]
        return node


def flips():
    counter = Flip(-1)
    counter.visit(ast.parse(SOURCE))
    return range(counter.seen + 1)


def mutant(number):
    flip = Flip(number)
    tree = ast.fix_missing_locations(flip.visit(ast.parse(SOURCE)))
    module = types.ModuleType("checker.judge")
    with pytest.MonkeyPatch.context() as patch:  # dataclasses look their module up by name
        patch.setitem(__import__("sys").modules, "checker.judge", module)
        exec(compile(tree, f"judge with line {flip.line} turned round", "exec"), module.__dict__)
    return module


@pytest.fixture(scope="module")
def remembered(canaries):
    """Trials do not depend on the judge: remember them, so that each mutant takes no time."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("reference_trial", "altered_trial", "control_trial"):
            patch.setattr(trying, name, _remembering(getattr(trying, name)))
        base = load(canaries)
        run(base, sorted(base.claims), jobs=1)
        yield canaries


def _remembering(function):
    memory = {}

    def remembering(*arguments, **options):
        # a bound method of a rival is named by the rival
        key = repr([getattr(a, "__self__", a) for a in arguments]) + repr(options)
        if key not in memory:
            memory[key] = function(*arguments, **options)
        return memory[key]

    return remembering


def facts(found):
    """All that the judge decides: verdicts, what was shown and asked, and what it says."""
    keys = ("id", "verdict", "why_not", "told_apart_by", "reason", "as_expected", "shown",
            "rivals", "alternatives", "control", "hold", "fail")  # fmt: skip
    return [[claim[key] for key in keys] for claim in found["claims"]]


@pytest.mark.parametrize("number", flips())
def test_no_comparison_of_the_judge_can_be_turned_round(number, remembered, monkeypatch):
    base = load(remembered)
    before = facts(run(base, sorted(base.claims), jobs=1)[0])
    turned = mutant(number)
    monkeypatch.setattr(trying, "judge", turned.judge)
    monkeypatch.setattr(trying, "exactly_when", turned.exactly_when)
    monkeypatch.setattr(trying, "fact", turned.fact)
    monkeypatch.setattr(schedule, "conditional", turned.conditional)
    monkeypatch.setattr(trying, "Case", turned.Case)
    monkeypatch.setattr(trying, "Candidate", turned.Candidate)
    monkeypatch.setattr(results, "as_expected", turned.as_expected)
    base = load(remembered)
    try:
        after = facts(run(base, sorted(base.claims), jobs=1)[0])
    except Exception as error:
        after = error
    assert before != after
