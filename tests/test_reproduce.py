"""Scripts that stand alone: each shows what the verdict says, with the checker's own numbers."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from checker.base import load
from checker.cli import main
from checker.commands.reproduce import shown_by
from checker.experiments.trial import distinct, grid, reference_trial
from checker.experiments.world import reference
from checker.nouns import Claim, Fact, Outcome, RunSpec, Test
from checker.pages.tried import run_it_yourself
from checker.reproduce.calls import call_script
from checker.reproduce.frameworks import twin
from checker.reproduce.lines import WIDTH, broken, fitted
from checker.reproduce.script import Shown, script
from checker.reproduce.slots import NoScriptError

BASE = load(Path(__file__).parent.parent / "claims")
TRIED = sorted(c.id for c in BASE.claims.values() if isinstance(c.trial, Test))
LONGEST = 135
SIZES = {"batch": 2, "timesteps": 3, "features": 4, "units": 5}
NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"


def trial_of(claim: Claim):
    """What `check` shows of a claim: the first counter-example, else the first telling setting."""
    test = claim.trial
    settings = grid(test)
    if claim.expected == "correct" and not test.some:
        setting = next((s for s in settings if distinct(test, s)), settings[0])
    else:
        setting = next(s for s in settings if reference_trial(test, s).outcome is Outcome.NO)
    return reference_trial(test, setting, keep=True)


def shown_of(claim: Claim, trial):
    labels = {*trial.evidence["values"], *trial.evidence["matrices"]}
    return Shown(trial.setting, trial.outcome is Outcome.YES, frozenset(labels), claim.expected)


def executed(text):
    """What a script prints, and its exit code."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), pytest.raises(SystemExit) as end:
        exec(compile(text, "script", "exec"), {"__name__": "__main__"})
    return told.getvalue(), end.value.code


def printed(told, labels):
    """The texts that were printed for each label; a matrix goes over several lines."""
    found, label = {}, ""
    for line in told.splitlines():
        start, rest = max(
            ((known, line.removeprefix(f"{known} = ")) for known in labels
             if line.startswith(f"{known} = ")), key=lambda pair: len(pair[0]), default=("", ""),
        )  # fmt: skip
        if start:
            label = start
            found.setdefault(label, []).append(rest)
        elif label and not line.startswith("the test holds"):
            found[label][-1] += f" {line}"
    return found


def numbers(value):
    text = str(value).replace("True", "1").replace("False", "0")
    return np.array([float(number) for number in re.findall(NUMBER, text)])


def differing(told, evidence):
    """Labels whose printed values are not those that the checker shows."""
    wanted = {n: m["entries"] for n, m in evidence["matrices"].items()} | evidence["values"]
    found = printed(told, wanted)
    assert found, told
    return [
        label
        for label, texts in found.items()
        if not any(
            numbers(text).shape == numbers(wanted[label]).shape
            and np.allclose(numbers(text), numbers(wanted[label]), rtol=1e-4, atol=1e-7)
            for text in texts
        )
    ]


@pytest.mark.parametrize("id_", TRIED)
def test_every_claims_script_shows_what_its_verdict_says(id_):
    claim = BASE.claims[id_]
    trial = trial_of(claim)
    text = script(claim, claim.trial, shown_of(claim, trial), reference)
    told, code = executed(text)
    assert code == 0, told
    assert differing(told, trial.evidence) == []
    assert len([line for line in text.splitlines() if line.strip()]) <= LONGEST
    imported = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert {a.name for n in imported for a in n.names} <= {"hashlib", "sys", "numpy"}


SIMPLE = "num-units-is-sequence-length"


def simple(holds=False):
    claim = BASE.claims[SIMPLE]
    trial = trial_of(claim)
    shown = Shown(trial.setting, holds, frozenset({"outputs.timesteps"}), "wrong")
    return script(claim, claim.trial, shown, reference)


def test_a_script_that_comes_out_otherwise_exits_1():
    assert executed(simple())[1] == 0
    assert executed(simple(holds=True))[1] == 1
    assert executed(simple().replace("= 1, 1, 1, 2", "= 1, 2, 1, 2"))[1] == 1


def test_other_numbers_are_noticed():
    claim = BASE.claims["single-unit-is-independent-structure"]
    trial = trial_of(claim)
    text = script(claim, claim.trial, shown_of(claim, trial), reference)
    told, _ = executed(text.replace("o * np.tanh(c)", "o * c"))
    assert differing(told, trial.evidence) == ["influence(before.h.units, after.h.units)"]


def test_a_script_stands_alone(tmp_path):
    (tmp_path / "alone.py").write_text(simple())
    done = subprocess.run([sys.executable, "-I", "alone.py"], cwd=tmp_path, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "outputs.timesteps = 1\nthe test holds: False\n"


MODELS = [
    {"kind": "gru", "reset": "before"},
    {"kind": "gru", "reset": "after"},
    {"kind": "gru", "layout": "pytorch"},
    {"kind": "gru", "layout": "flax"},
    {"kind": "rnn"},
    {"kind": "rnn", "layout": "pytorch"},
    {"kind": "rnn", "activation": "relu"},
    {"forget_bias": 0.0},
    {"projection": 3},
    {"projection": 3, "projection_clip": 0.1},
    {"peepholes": True},
    {"cell_clip": 0.2},
    {"layout": "keras"},
    {"layout": "pytorch"},
    {"activation": "linear", "recurrent_activation": "hard_sigmoid"},
    {"layers": 3},
    {"layers": 2, "bidirectional": True},
    {"layers": 2, "bidirectional": True, "merge": "sum", "head": 3},
    {"bidirectional": True, "merge": "ave", "kind": "gru"},
    {"bidirectional": True, "merge": "mul", "projection": 2},
    {"head": 3, "kind": "rnn"},
]


def made(test, setting=None):
    """A script of a test of its own, and its evidence."""
    claim = Claim("a-claim", "a-question", "A claim.", test, "correct")
    trial = reference_trial(test, setting or SIZES, keep=True)
    assert trial.outcome in (Outcome.YES, Outcome.NO), trial.detail
    return script(claim, test, shown_of(claim, trial), reference), trial.evidence


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_every_kind_of_model_computes_the_same(model):
    what = "scores" if "head" in model else "outputs"
    text, evidence = made(Test(f"norm({what}) > 0", model))
    told, code = executed(text)
    assert code == 0
    assert differing(told, evidence) == []


TESTS = {
    "compositions of other models": Test("norm(a.outputs) > norm(b.outputs)", {}, {
        "a": RunSpec(model={"layers": 2}), "b": RunSpec(model={"layers": 1}),
        "c": RunSpec(model={"layers": 2, "kind": "rnn"}),
    }),
    "lengths": Test("norm(run.outputs) > 0", {}, {"run": RunSpec(lengths="(1, 3)")}),
    "lengths in Keras": Test("norm(run.outputs) > 0", {"layout": "keras"},
                             {"run": RunSpec(lengths="(1, 3)")}),
    "steps": Test("norm(entering) + norm(leaving) + norm(gates) > 1"),
    "steps of a stack": Test("norm(leaving.layer1.h) > norm(entering.layer0.c)", {"layers": 2}),
    "changed": Test("norm(b.outputs) > 0", {}, {"a": RunSpec(), "b": RunSpec(change=("before",))}),
    "fewer steps": Test("norm(b.outputs) > 0", {}, {
        "a": RunSpec(put={"inputs": "it * 2", "before.h": 0}),
        "b": RunSpec(setting={"timesteps": "timesteps - 1"}),
    }),
    "another model": Test("norm(b.outputs) > 0", {}, {
        "a": RunSpec(put={"before.h": "it + 1"}), "b": RunSpec(model={"kind": "gru"}),
    }),
    "names of ours": Test("norm(close.outputs) > norm(moved.outputs)", {}, {
        "close": RunSpec(), "moved": RunSpec(put={"inputs[:, 0]": "0.5"}),
    }),
    "operations": Test("operations.tanh == operations.exp"),
    "groups": Test("close(a.before, b.before) and count(b.parameters) > 0", {}, {
        "a": RunSpec(), "b": RunSpec(change=("parameters",)),
    }),
    "axes": Test('max(max(outputs, "timesteps") - min(outputs, "timesteps")) > mean(outputs)'),
}  # fmt: skip


@pytest.mark.parametrize("name", TESTS)
def test_every_way_to_make_a_run_gives_the_same(name):
    text, evidence = made(TESTS[name])
    told, code = executed(text)
    assert code == 0
    assert differing(told, evidence) == []


@pytest.mark.parametrize("way", ["again", "large weights", "large biases"])
def test_other_draws_are_the_same(way):
    test = Test("norm(b.outputs) > 0", {}, {"a": RunSpec(), "b": RunSpec(change=("inputs",))})
    text, evidence = made(test, {**SIZES, "draw": way})
    assert differing(executed(text)[0], evidence) == []


@pytest.mark.parametrize("test", [
    Test("share(norm(outputs) > 0) > 0.5"),
    Test("count(weights.kernel) > 0"),
    Test("operations.tanh > 0", {"layers": 2}),
    Test("norm(run.outputs) > 0", {"layers": 2}, {"run": RunSpec(lengths="1")}),
    Test("norm(scores) > 0", {"layout": "keras", "bidirectional": True, "head": 2}),
], ids=lambda test: test.expression)  # fmt: skip
def test_what_takes_more_than_a_short_script_is_said(test):
    with pytest.raises(NoScriptError, match=r"\w"):
        made(test)


@pytest.mark.parametrize("line", [
    "short = 1",
    f"x = f({', '.join(f'argument_{n}' for n in range(20))})",
    f"x = [g(a, 'b, c') for a in ({', '.join(f'argument_{n}' for n in range(20))})]",
    f"x = {{'a': {'b' * 60}, **{{name: array[name, {'c' * 40}] for name in {'d' * 30}}}}}",
], ids=range(4))  # fmt: skip
def test_long_lines_are_broken_and_mean_the_same(line):
    lines = broken(line)
    assert ast.dump(ast.parse("\n".join(lines))) == ast.dump(ast.parse(line))
    assert max(map(len, lines)) <= WIDTH


def test_a_long_comparison_is_broken_before_its_sign():
    assert fitted(f"    {'a' * 50} == {'b' * 50}") == [f"    {'a' * 50}", f"    == {'b' * 50}"]


FACTS = sorted(c.id for c in BASE.claims.values() if isinstance(c.trial, Fact))


TOO_MUCH = ("weights.", "described.", "documentation.", "sigmoid(", "Backend(")
"""What a test says of a call where a short script is refused, with the reason."""


@pytest.mark.parametrize("id_", FACTS)
def test_a_claim_about_a_call_prints_the_call(id_):
    claim = BASE.claims[id_]
    try:
        text = call_script(claim, claim.trial, claim.expected == "correct", claim.expected)
    except NoScriptError as refusal:
        assert any(word in claim.trial.test + claim.trial.call for word in TOO_MUCH), refusal
        return
    assert f"    made = {claim.trial.call}\n" in text
    ast.parse(text)


@pytest.mark.parametrize(("arguments", "code", "says"), [
    ([SIMPLE], 0, "holds = show("),
    (["cell-count-equals-time-steps"], 0, "checker reproduce step-is-applied-once-per-timestep"),
    (["value-128-was-arbitrary-or-empirical"], 2, "not testable"),
    (["num-units-is-sequence-lenght"], 2, "did you mean num-units-is-sequence-length?"),
    (["num-units-must-be-given", "--framework", "torch"], 2, "a call of tensorflow"),
    ([SIMPLE, "--framework", "torch"], 0, "torch.nn.LSTM"),
    ([SIMPLE, "--framework", "jax"], 2, "invalid choice"),
    (["keras-num-units-is-output-dimensionality", "--framework", "torch"], 2, "layout of keras"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else None)  # fmt: skip
def test_the_command(capsys, claims_folder, arguments, code, says):
    assert main(["reproduce", "--claims", str(claims_folder), *arguments]) == code
    told = capsys.readouterr()
    assert says in (told.err if code else told.out)
    assert bool(told.out) is (code == 0)


LIVE = [
    SIMPLE,
    "single-unit-is-independent-structure",
    "num-units-is-hidden-unit-count",
    "each-step-has-its-own-networks",
    "lstm-keeps-two-pieces",
    "plain-rnn-has-no-internal-storage",
    "a-dense-head-reads-the-last-output-alone",
    "each-layer-is-applied-once-per-step",
    "both-directions-read-in-the-same-order",
    "case1-next-from-previous-and-input",
]


def run_in(framework, id_):
    claim = BASE.claims[id_]
    shown = shown_by(framework, claim.trial, shown_of(claim, trial_of(claim)))
    text = script(claim, claim.trial, shown, twin(framework, claim.trial), framework)
    told, code = executed(text)
    assert code == 0, told


def live(framework):
    return [pytest.param(framework, id_, marks=getattr(pytest.mark, framework)) for id_ in LIVE]


@pytest.mark.parametrize(
    ("framework", "id_"), [*live("torch"), *live("keras"), *live("tensorflow")]
)
def test_a_framework_shows_it_in_its_own_api(framework, id_):
    pytest.importorskip(framework)
    run_in(framework, id_)


@pytest.mark.parametrize(
    ("framework", "id_"),
    [pytest.param(BASE.claims[id_].trial.framework, id_,
                  marks=getattr(pytest.mark, BASE.claims[id_].trial.framework))
     for id_ in FACTS],
)  # fmt: skip
def test_a_claim_about_a_call_is_shown_by_the_framework(framework, id_):
    pytest.importorskip(framework)
    claim = BASE.claims[id_]
    told, code = executed(
        call_script(claim, claim.trial, claim.expected == "correct", claim.expected)
    )
    assert code == 0, told


def page_of(**more):
    claim = {"id": SIMPLE, "settings": 9, "tried": {"test": "units > 0"}, "runs": ["run"]}
    return unescape("\n".join(run_it_yourself({**claim, "shown": {}, **more})))


def test_a_claims_page_names_the_command():
    command = f"checker reproduce {SIMPLE}"
    assert command in page_of(shown={"setting": {}})
    assert command not in page_of(shown=None)
    assert command not in page_of(shown={"setting": {}}, tried={"experiment": "train"})
