"""Claims on a framework: which settings it runs, what comes of them, and what is written down.

Where no framework is installed the reference stands in for one, whole or broken; where one is, the
tests at the end record it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from checker import recording
from checker.base import load
from checker.cli import main
from checker.commands import record as command
from checker.commands.naming import UsageError
from checker.experiments.trial import distinct, grid, reference_trial
from checker.frameworks.offers import FRAMEWORKS, missing
from checker.frameworks.registry import NotOfferedError
from checker.frameworks.registry import build as framework
from checker.language.values import Array, ExperimentError
from checker.models.registry import build as reference
from checker.nouns import SIZES, Claim, Control, Judgement, Outcome, RunSpec, Test, Trial
from checker.recording import SAMPLE, outcome_of, recorded, sample
from checker.records import FOLDER, disagreements, entry, of_claim

# which settings

RUN = {"run": RunSpec()}
DISTINCT = {"batch": 3, "timesteps": 5, "features": 6, "units": 7}


def judged(test: Test, holds, settings=None) -> Judgement:
    """As if the reference had given that; the counter-example or a telling setting is shown."""
    words = {True: Outcome.YES, False: Outcome.NO, None: Outcome.UNDECIDED}
    trials = [Trial(s, words[holds(s)]) for s in settings or grid(test)]
    against = [t for t in trials if t.outcome is Outcome.NO]
    telling = [t for t in trials if distinct(test, t.setting)]
    shown = (against or telling or [None])[0]
    return Judgement(None, None, shown=shown, trials=tuple(trials))


def rare(setting) -> bool:
    return {n: setting[n] for n in SIZES} != {"batch": 2, "timesteps": 3, "features": 1, "units": 2}


VALUES = Test("close(outputs, outputs + 0 * units)")
SHAPES = Test("outputs.timesteps == units")
OPTIONS = replace(VALUES, at={"peepholes": (False, True), "forget_bias": (0.0, 1.0)})
AS_MANY = replace(VALUES, at={"step": tuple(range(SAMPLE))})
MORE = replace(VALUES, at={"step": tuple(range(10)), "flag": (False, True)})
SAMPLES = [
    ("all hold", VALUES, lambda s: True),
    ("all fail", VALUES, lambda s: False),
    ("one fails", VALUES, rare),
    ("one holds", VALUES, lambda s: not rare(s)),
    ("shapes, with large sizes", SHAPES, lambda s: s["timesteps"] == s["units"]),
    ("fails at large sizes alone", SHAPES, lambda s: s["units"] < 100),
    ("options", OPTIONS, rare),
    ("as many combinations as settings", AS_MANY, lambda s: s["step"] > 0),
    ("more combinations than settings", MORE, lambda s: s["step"] < 9 or not s["flag"]),
    ("one combination undecided", OPTIONS, lambda s: None if s["peepholes"] else True),
]


def options_of(setting):
    return tuple((n, v) for n, v in setting.items() if n not in SIZES)


@pytest.mark.parametrize(("test", "holds"), [s[1:] for s in SAMPLES], ids=[s[0] for s in SAMPLES])
def test_a_sample_holds_what_tells(test, holds):
    judgement = judged(test, holds)
    small = [
        t
        for t in judgement.trials
        if max(t.setting[n] for n in SIZES) <= 64 and t.outcome is not Outcome.UNDECIDED
    ]
    chosen = sample(test, judgement)
    keys = [json.dumps(s, sort_keys=True) for s in chosen]
    assert len(set(keys)) == len(keys)
    assert all(setting in [t.setting for t in small] for setting in chosen)
    if max(judgement.shown.setting[n] for n in SIZES) <= 64:
        assert judgement.shown.setting in chosen
    assert any(distinct(test, setting) for setting in chosen)
    against = [t.setting for t in small if t.outcome is Outcome.NO]
    assert any(setting in against for setting in chosen) is bool(against)
    combinations = {options_of(t.setting) for t in small}
    assert {options_of(setting) for setting in chosen} == combinations
    # what is shown, what tells and what speaks against it may all be of one combination
    few = len(combinations) + 3 <= SAMPLE
    assert len(chosen) == SAMPLE if few else len(chosen) <= max(SAMPLE, len(combinations) + 2)


@pytest.mark.parametrize(("test", "holds"), [s[1:] for s in SAMPLES], ids=[s[0] for s in SAMPLES])
def test_a_sample_is_the_same_every_time(test, holds):
    judgement = judged(test, holds)
    chosen = sample(test, judgement)
    trials = [replace(t, setting=dict(reversed(t.setting.items()))) for t in judgement.trials]
    assert sample(test, judgement) == chosen
    assert sample(test, replace(judgement, trials=tuple(trials))) == chosen


@pytest.mark.parametrize("number", [0, 1, SAMPLE, SAMPLE + 1])
def test_few_settings_are_all_run(number):
    settings = grid(VALUES)[:number]
    judgement = judged(VALUES, lambda s: True, settings) if number else Judgement(None, None)
    assert len(sample(VALUES, judgement)) == min(number, SAMPLE)


def test_only_what_the_reference_decided_is_run():
    undecided = judged(VALUES, lambda s: None)
    assert sample(VALUES, undecided) == []
    why = recorded(VALUES, replace(undecided, reason="short of the margin"), "torch")
    assert why == ("not-applicable", "the reference decides nothing: short of the margin", [])


def test_a_claim_of_large_sizes_alone_says_why_it_is_not_run():
    test = replace(VALUES, at={"timesteps": (150,), "units": (65, 7), "flag": (False, True)})
    found = recorded(test, judged(test, lambda s: True), "torch")
    assert found == ("not-applicable", recording.TOO_LARGE, [])


# one word for all trials

YES, NO, OPEN, ABSENT, ERROR = (
    Outcome.YES, Outcome.NO, Outcome.UNDECIDED, Outcome.NOT_APPLICABLE, Outcome.ERROR,
)  # fmt: skip
WORDS = [
    # outcomes, for every setting, for some setting
    ([], "not-applicable", "not-applicable"),
    ([YES], "holds", "holds"),
    ([NO], "fails", "fails"),
    ([YES, YES], "holds", "holds"),
    ([YES, NO], "fails", "holds"),
    ([NO, NO], "fails", "fails"),
    ([ABSENT], "not-applicable", "not-applicable"),
    ([ABSENT, YES], "holds", "holds"),
    ([ABSENT, NO], "fails", "fails"),
    ([OPEN], "undecided", "undecided"),
    ([OPEN, ABSENT], "undecided", "undecided"),
    ([OPEN, YES], "undecided", "holds"),
    ([OPEN, NO], "fails", "undecided"),
    ([OPEN, YES, ABSENT], "undecided", "holds"),
    ([ERROR], "error", "error"),
    ([YES, NO, OPEN, ABSENT, ERROR], "error", "error"),
    ([YES, ERROR], "error", "error"),
    ([NO, ERROR], "error", "error"),
]


@pytest.mark.parametrize(("outcomes", "every", "some"), WORDS, ids=[str(w[0]) for w in WORDS])
def test_one_word_for_all_trials(outcomes, every, some):
    for order in (outcomes, outcomes[::-1]):
        trials = [Trial({}, outcome) for outcome in order]
        assert (outcome_of(trials, False), outcome_of(trials, True)) == (every, some)


# a framework that is the reference, whole or broken

AT = {"batch": (3,), "timesteps": (2, 5), "features": (6,), "units": (2, 7)}
SHUT = Test(
    "close(one.after.c, other.after.c)",
    {"kind": "lstm"},
    {"one": RunSpec(put={"parameters.bias.f": "-300"}), "other": RunSpec(change=("before.c",))},
    AT,
)
"""Whatever was in the cell is forgotten where the forget gate is shut."""

OPEN_GATE = replace(SHUT, runs={"one": RunSpec(), "other": RunSpec(change=("before.c",))})
SECOND = Test("close(outputs, 0) or all(parameters.recurrent_bias == 0)", {"kind": "lstm"}, RUN, AT)


def whole(name, options):
    return reference({**options, "layout": FRAMEWORKS[name].layout})


def altered(change):
    """The reference, with something done to each run."""

    def build(name, options):
        model = whole(name, options)

        def unroll(cell, parameters, inputs, before, lengths):
            given = change(model, cell, parameters, inputs, before, lengths)
            return (
                given
                if given is not None
                else model.unroll(cell, parameters, inputs, before, lengths)
            )

        return replace(model, unroll=unroll)

    return build


def swapped_gates(name, options):
    """Weights that are loaded in another order: the input gate gets those of the forget gate."""
    model = whole(name, options)
    other = {"i": "f", "f": "i"}

    def cell(parameters):
        parts = {n: (n[:-1] + other[n[-1]] if n.endswith((".i", ".f")) else n) for n in parameters}
        return model.cell({n: parameters[source] for n, source in parts.items()})

    return replace(model, cell=cell)


def not_offered(name, options):
    raise NotOfferedError("PyTorch has no such thing")


def raising(error):
    def change(*_):
        raise error

    return altered(change)


def a_little_off(model, cell, parameters, inputs, before, lengths):
    found = dict(model.unroll(cell, parameters, inputs, before, lengths))
    c = found["after.c"]
    found["after.c"] = Array(c.data + 1e-10 * before["c"], c.axes)
    return found


def not_finite(model, cell, parameters, inputs, before, lengths):
    found = dict(model.unroll(cell, parameters, inputs, before, lengths))
    found["after.c"] = Array(found["after.c"].data * np.nan, found["after.c"].axes)
    return found


FRAMEWORK = [
    ("the reference", whole, SHUT, "holds", "", 0),
    ("the reference, of a wrong claim", whole, OPEN_GATE, "fails", "", 0),
    ("swapped gates", swapped_gates, SHUT, "fails", "", 4),
    ("swapped gates, where nobody notices", swapped_gates, OPEN_GATE, "fails", "", 0),
    ("swapped gates, of a kind without", swapped_gates,
     replace(SHUT, expression="one.outputs.units == units"), "holds", "", 0),
    ("not offered", not_offered, SHUT, "not-applicable", "PyTorch has no such thing", 0),
    ("it says that it cannot", raising(ExperimentError("no such size")), SHUT, "not-applicable",
     "no such size", 0),
    ("it crashes", raising(RuntimeError("boom")), SHUT, "error", "RuntimeError: boom", 0),
    ("it runs out of memory", raising(MemoryError()), SHUT, "error", "MemoryError: ", 0),
    ("its own assertion", raising(AssertionError("x")), OPEN_GATE, "error", "AssertionError: x", 0),
    ("near", altered(a_little_off), SHUT, "undecided", "is neither rounding nor clear", 0),
    ("not finite", altered(not_finite), SHUT, "not-applicable", "not finite", 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("build", "test", "outcome", "why", "against"),
    [row[1:] for row in FRAMEWORK], ids=[row[0] for row in FRAMEWORK],
)  # fmt: skip
def test_a_claim_comes_out_as_the_framework_has_it(build, test, outcome, why, against, monkeypatch):
    monkeypatch.setattr(recording, "build", build)
    judgement = by_the_reference(test)
    found, said, trials = recorded(test, judgement, "torch")
    assert (found, len(trials)) == (outcome, 4)
    assert why in said and bool(why) is bool(said)
    claim = Claim("some", "q", "Some.", test)
    made = entry(claim, {"version": "1", "date": "2026-11-21"}, found, said, trials)
    [one] = of_claim({"torch": {"claims": {"some": made}}}, claim)
    assert len(disagreements(one, judgement.trials)) == against


def by_the_reference(test: Test) -> Judgement:
    usual = [setting for setting in grid(test) if "draw" not in setting]
    return Judgement(None, None, trials=tuple(reference_trial(test, s) for s in usual))


@pytest.mark.parametrize(
    ("test", "zero"),
    [
        (SHUT, True),
        (replace(SHUT, runs={**SHUT.runs, "third": RunSpec(put={"parameters.bias": "1"})}), True),
        (replace(SHUT, expression="changed(one.outputs, other.outputs)"), True),
        (SECOND, False),
        (replace(SHUT, runs={"one": RunSpec(change=("parameters.recurrent_bias",)),
                             "other": RunSpec()}), False),
        (replace(SHUT, control=Control(put={"parameters.recurrent_bias": "0"})), False),
    ],
)  # fmt: skip
def test_a_second_bias_is_zero_unless_the_claim_speaks_of_it(test, zero, monkeypatch):
    seen = []

    def watch(model, cell, parameters, *_):
        seen.extend(np.any(a) for n, a in parameters.items() if n.startswith("recurrent_bias"))

    monkeypatch.setattr(recording, "build", altered(watch))
    settings = [Trial(DISTINCT, Outcome.YES)]
    recorded(replace(test, at={}), Judgement(None, None, trials=tuple(settings)), "torch")
    assert seen and any(seen) is not zero


# what is offered

OFFERS = [
    # framework, options, what the reason says; None where it is offered
    ("torch", {}, None),
    ("torch", {"kind": "lstm", "projection": 2, "layers": 3, "head": 4}, None),
    ("torch", {"kind": "gru", "reset": "after"}, None),
    ("torch", {"kind": "gru", "reset": "before"}, "PyTorch has no gru with reset: before"),
    ("torch", {"kind": "rnn", "activation": "relu"}, None),
    ("torch", {"kind": "rnn", "activation": "sigmoid"}, "no rnn with activation: sigmoid"),
    ("torch", {"peepholes": True}, "PyTorch has no lstm with peepholes: True"),
    ("torch", {"peepholes": False}, None),
    ("torch", {"cell_clip": 1.0}, "no lstm with cell_clip: 1.0"),
    ("torch", {"biases": 1}, "no lstm with biases: 1"),
    ("torch", {"biases": 2}, None),
    ("torch", {"bidirectional": True, "merge": "concat"}, None),
    ("torch", {"bidirectional": True, "merge": "sum"}, "no lstm with merge: sum"),
    ("torch", {"layout": "pytorch"}, None),
    ("torch", {"layout": "tensorflow1"}, "the claim is about the layout of tensorflow1"),
    ("torch", {"kind": "gru", "forget_bias": 1.0}, "PyTorch has no gru with forget_bias: 1.0"),
    ("torch", {"nonsense": 1}, "PyTorch has no lstm with nonsense: 1"),
    ("torch", {"kind": "transformer", "layers": 2}, None),
    ("tensorflow", {"peepholes": True, "projection": 2, "projection_clip": 1.0}, None),
    ("tensorflow", {"kind": "gru", "reset": "before"}, None),
    ("tensorflow", {"kind": "gru", "reset": "after"}, "TensorFlow 1 cells has no gru with reset"),
    ("tensorflow", {"activation": "hard_sigmoid"}, "no lstm with activation: hard_sigmoid"),
    ("tensorflow", {"layout": "pytorch"}, "the layout of pytorch"),
    ("keras", {"projection": 0}, None),
    ("keras", {"projection": 2}, "Keras has no lstm with projection: 2"),
    ("keras", {"bidirectional": True, "merge": "ave"}, None),
    ("keras", {"kind": "gru", "biases": 1}, None),
    ("keras", {"kind": "rnn", "projection": 2}, "Keras has no rnn with projection: 2"),
    ("onnx", {"peepholes": True}, None),
    ("onnx", {"projection": 1}, "ONNX Runtime has no lstm with projection: 1"),
    ("onnx", {"kind": "gru", "reset": "before", "biases": 2}, None),
    ("flax", {"kind": "gru", "reset": "before"}, "Flax has no gru with reset: before"),
    ("flax", {"kind": "gru", "biases": 1}, "Flax has no gru with biases: 1"),
    *((name, {"projection": 0, "head": 0, "layers": 1, "bidirectional": False, "kind": kind}, None)
      for name in FRAMEWORKS for kind in ("lstm", "gru", "rnn")),
    *((name, {"bidirectional": False, "peepholes": False, "kind": "rnn"}, None)
      for name in FRAMEWORKS),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options", "reason"), OFFERS, ids=str)
def test_what_a_framework_offers(name, options, reason):
    found = missing(name, options)
    assert found == "" if reason is None else reason in found
    if reason is not None:
        with pytest.raises(NotOfferedError, match=f".*{reason}"):
            framework(name, options)


# the command

QUESTION = "question: What is it?\nanswer:\n  - says: It is so.\n    because: [shut]\n"
LIMITS = "at: {batch: [3], timesteps: [2, 5], features: [6], units: [2, 7]}\n"
GOOD = {
    "_sources/page.yml": "title: A page\nread: 2026-11-21\n",
    "q/question.yml": QUESTION,
    "q/shut.yml": "claim: A shut gate forgets.\nsaid_by: {page: paragraph 1}\nexpected: correct\n"
    f"{LIMITS}runs: {{one: {{set: {{parameters.bias.f: -300}}}}, other: {{change: before.c}}}}\n"
    "test: close(one.after.c, other.after.c)\n"
    "control: {set: {parameters.bias.f: 0}}\n",
    "q/sizes.yml": "claim: As many units as asked for.\nsaid_by: {page: paragraph 2}\n"
    f"expected: correct\ntest: outputs.units == units\n{LIMITS}"
    "control: {model: {projection: 1}}\n",
    "q/taste.yml": "claim: It is nice.\nsaid_by: {page: paragraph 4}\nuntestable: opinion\n"
    "because: It is a matter of taste.\n",
}
FACT = {
    "q/call.yml": "claim: A size must be given.\nsaid_by: {page: paragraph 3}\nexpected: correct\n"
    "framework: torch\ncall: LSTM()\ntest: not accepted\ncontrol: {call: 'LSTM(5, 5)'}\n",
}


@pytest.fixture
def knowledge(tmp_path):
    def write(changes=None) -> Path:
        folder = tmp_path / "claims"
        for name, content in {**GOOD, **(changes or {})}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def run(capsys):
    def do(*argv, claims) -> tuple[int, str, str]:
        code = main([*argv, "--claims", str(claims)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return do


@pytest.fixture
def installed(monkeypatch):
    """A framework that is the reference, or another model, in a version of its own."""

    def install(build=whole, version="1.0") -> None:
        monkeypatch.setattr(command, "_version", lambda framework: version)
        monkeypatch.setattr(recording, "build", build)

    return install


def entries(folder: Path) -> dict:
    return json.loads((folder / FOLDER / "torch.json").read_text(encoding="utf-8"))["claims"]


def marked(folder: Path, **changes) -> None:
    """Write another date into every entry, so that it is seen which ones are made again."""
    file = folder / FOLDER / "torch.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    for id_, one in found["claims"].items():
        one |= {"date": "2000-01-01", **changes.get(id_, {})}
    file.write_text(json.dumps(found), encoding="utf-8")


def made_again(folder: Path) -> set[str]:
    return {id_ for id_, one in entries(folder).items() if one["date"] != "2000-01-01"}


def test_a_framework_that_is_not_installed_says_what_to_install(run, knowledge):
    for name, known in FRAMEWORKS.items():
        try:
            command._version(name)
        except UsageError:
            code, out, err = run("record", name, claims=knowledge())
            assert (code, out) == (2, "")
            assert err.startswith(f"checker: {known.title} is not installed here (")
            assert err.endswith(f"): pip install -e '.[{name}]'\n")
            assert not (knowledge() / FOLDER).exists()


def test_all_claims_with_a_test_are_recorded(run, knowledge, installed):
    installed()
    folder = knowledge()
    code, out, err = run("record", "torch", claims=folder)
    assert (code, err) == (0, "")
    assert out.endswith("PyTorch 1.0: 2 holds\n")
    assert {id_: one["outcome"] for id_, one in entries(folder).items()} == {
        "shut": "holds", "sizes": "holds"
    }  # fmt: skip
    assert {one["version"] for one in entries(folder).values()} == {"1.0"}
    code, out, _ = run("check", "shut", claims=folder)
    assert code == 0 and "→ Correct" in out


def test_a_recording_goes_on_where_it_was(run, knowledge, installed):
    installed()
    folder = knowledge()
    run("record", "torch", claims=folder)
    marked(folder)
    assert run("record", "torch", claims=folder)[0] == 0
    assert made_again(folder) == set()
    found = entries(folder)
    del found["shut"]
    text = json.dumps({"framework": "torch", "claims": found})
    (folder / FOLDER / "torch.json").write_text(text, encoding="utf-8")
    run("record", "torch", claims=folder)
    assert made_again(folder) == {"shut"}


AGAIN = [
    ("nothing is new", {}, {}, "1.0", [], set()),
    ("a crash", {"shut": {"outcome": "error"}}, {}, "1.0", [], {"shut"}),
    ("another test then", {"sizes": {"digest": "x"}}, {}, "1.0", [], {"sizes"}),
    ("another test now", {}, {"q/sizes.yml": GOOD["q/sizes.yml"].replace("[3]", "[4]")}, "1.0", [],
     {"sizes"}),
    ("other prose", {}, {"q/sizes.yml": GOOD["q/sizes.yml"].replace("As many", "So many")}, "1.0",
     [], set()),
    ("another version", {}, {}, "1.1", [], {"shut", "sizes"}),
    ("one is named", {}, {}, "1.0", ["sizes"], {"sizes"}),
    ("one that is not testable is named", {}, {}, "1.0", ["taste"], set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "changes", "version", "named", "again"),
    [row[1:] for row in AGAIN], ids=[row[0] for row in AGAIN],
)  # fmt: skip
def test_what_is_run_again(written, changes, version, named, again, run, knowledge, installed):
    installed()
    folder = knowledge()
    run("record", "torch", claims=folder)
    marked(folder, **written)
    knowledge(changes)
    installed(version=version)
    assert run("record", "torch", *named, claims=folder)[0] == 0
    assert made_again(folder) == again
    assert {one["outcome"] for one in entries(folder).values()} == {"holds"}


def test_a_crash_on_the_way_keeps_what_was_done(run, knowledge, installed, monkeypatch):
    installed()
    done = []

    def once(*arguments):
        if done:
            raise KeyboardInterrupt
        done.append(arguments)
        return recorded(*arguments)

    folder = knowledge()
    with monkeypatch.context() as patch:
        patch.setattr(command, "recorded", once)
        with pytest.raises(KeyboardInterrupt):
            run("record", "torch", claims=folder)
    [first] = entries(folder)
    marked(folder)
    assert run("record", "torch", claims=folder)[0] == 0
    assert made_again(folder) == {"shut", "sizes"} - {first}


def test_claims_that_are_gone_lose_their_record_and_broken_ones_keep_it(run, knowledge, installed):
    installed()
    folder = knowledge()
    run("record", "torch", claims=folder)
    (folder / "q" / "sizes.yml").unlink()
    knowledge_of_shut = GOOD["q/shut.yml"].replace("close(", "close((")
    (folder / "q" / "shut.yml").write_text(knowledge_of_shut, encoding="utf-8")
    code, _, err = run("record", "torch", claims=folder)
    assert (code, err) == (0, "shut is left out: its file must be mended first\n")
    (folder / "q" / "shut.yml").write_text(GOOD["q/shut.yml"], encoding="utf-8")
    assert {*entries(folder)} == {"shut", "sizes"}  # nothing was run, so nothing was written
    marked(folder)
    run("record", "torch", "shut", claims=folder)
    assert {*entries(folder)} == made_again(folder) == {"shut"}
    code, _, err = run("record", "torch", "nothing", claims=folder)
    assert code == 2 and "there is no claim 'nothing'" in err


def test_a_named_claim_whose_file_is_broken_is_left_out(run, knowledge, installed):
    installed()
    folder = knowledge()
    run("record", "torch", claims=folder)
    marked(folder)
    knowledge({"q/sizes.yml": GOOD["q/sizes.yml"].replace("== units", "= units")})
    code, _, err = run("record", "torch", "sizes", "shut", claims=folder)
    assert (code, err) == (0, "sizes is left out: its file must be mended first\n")
    assert made_again(folder) == {"shut"} and {*entries(folder)} == {"shut", "sizes"}


def test_a_framework_that_disagrees_makes_a_claim_disputed(run, knowledge, installed):
    installed(swapped_gates)
    folder = knowledge()
    assert run("check", claims=folder)[0] == 0
    code, out, _ = run("record", "torch", claims=folder)
    assert code == 1
    assert "PyTorch 1.0: 1 fails, 1 holds\n" in out
    assert out.endswith("decides otherwise than the reference: shut\n")
    for named in ([], ["shut"]):
        code, out, _ = run("check", *named, claims=folder)
        assert code == 1
        assert "disputed" in out or "Not settled" in out
    found = json.loads((folder.parent / "results.json").read_text(encoding="utf-8"))
    [claim] = [c for c in found["claims"] if c["id"] == "shut"]
    assert (claim["verdict"], claim["why_not"]) == (None, "disputed")
    assert "torch" in claim["reason"]
    assert run("check", "sizes", claims=folder)[0] == 0


CRASHES = [
    RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError, ZeroDivisionError,
    OverflowError, MemoryError, RecursionError, FloatingPointError,
]  # fmt: skip


@pytest.mark.parametrize("kind", CRASHES)
def test_a_framework_that_crashes_is_told_and_decides_nothing(kind, run, knowledge, installed):
    installed(raising(kind("boom")))
    folder = knowledge()
    code, out, _ = run("record", "torch", claims=folder)
    assert code == 3
    assert f"could not be run: shut: {kind.__name__}: " in out
    assert run("check", claims=folder)[0] == 0
    installed(swapped_gates)
    assert run("record", "torch", claims=folder)[0] == 1  # run again, though nothing else changed


def test_what_came_out_otherwise_says_why(run, knowledge, installed):
    installed(raising(RuntimeError("boom")))
    folder = knowledge()
    out = run("record", "torch", claims=folder)[1]
    assert "new: shut: error\nnew: sizes: error\n" in out
    installed()
    out = run("record", "torch", claims=folder)[1]
    assert out.startswith("changed: shut: error → holds, because the reference or the adapter")
    installed(swapped_gates, "2.0")
    out = run("record", "torch", claims=folder)[1]
    assert out.startswith("changed: shut: holds → fails, because the framework is another one, 2.0 "
                          "after 1.0\nPyTorch")  # fmt: skip


# what is missing or stale fails nobody

REST = {
    "q/question.yml": QUESTION.replace("[shut]", "[shut, call]"),
    "q/either.yml": "claim: It depends.\nsaid_by: {page: paragraph 5}\nexpected: depends\n"
    "depends: {one thing holds: call, another holds: shut}\n",
}
STALE = {"date": "2026-11-21", "version": "1.0", "digest": "x", "outcome": "fails", "names": [],
         "trials": [], "control": "holds"}  # fmt: skip
SETTING = {"batch": 3, "timesteps": 5, "features": 6, "units": 7}
STALE_TEST = {**STALE, "names": [*SETTING], "trials": [["no", *SETTING.values()]]}
HARMLESS = [
    ("no records", {}),
    ("no claims in it", {"torch": {}}),
    ("stale ones", {"torch": {"shut": STALE_TEST, "sizes": STALE_TEST, "call": STALE}}),
    ("of claims that are gone", {"torch": {"gone": STALE_TEST}}),
    ("of another framework", {"keras": {"call": STALE}}),
    ("of an unknown framework", {"caffe": {"shut": STALE_TEST}}),
]


@pytest.mark.parametrize("records", [h[1] for h in HARMLESS], ids=[h[0] for h in HARMLESS])
def test_missing_and_stale_records_fail_nobody(records, run, knowledge):
    written = {
        f"{FOLDER}/{name}.json": json.dumps({"framework": name, "claims": claims})
        for name, claims in records.items()
    }
    folder = knowledge({**FACT, **REST, **written})
    code, out, err = run("check", claims=folder)
    assert (code, err) == (0, "")
    assert out.endswith("all as expected\n")
    assert run("check", "call", "either", claims=folder)[0] == 0


@pytest.mark.parametrize(("cited", "code"), [("[call]", 0), ("[call, bad]", 1), ("[bad]", 1)])
def test_an_answer_may_wait_for_a_recording_and_for_nothing_else(cited, code, run, knowledge):
    bad = GOOD["q/sizes.yml"].replace("correct", "wrong").replace("units == units", "units == 1")
    changes = {"q/question.yml": QUESTION.replace("[shut]", cited),
               "q/bad.yml": bad + "instead: sizes\nreply: {says: So., answer: No.}\n"}  # fmt: skip
    assert run("check", claims=knowledge({**FACT, **changes}))[0] == code


def test_a_fresh_record_that_disagrees_does_fail(run, knowledge):
    folder = knowledge(FACT)
    claims = load(folder).claims
    from checker.records import digest

    def check(**ones) -> int:
        fresh = {id_: {**one, "digest": digest(claims[id_])} for id_, one in ones.items()}
        knowledge({f"{FOLDER}/torch.json": json.dumps({"claims": fresh})})
        return run("check", claims=folder)[0]

    assert check(shut=STALE_TEST) == 1
    assert check(call=STALE) == 1  # it is wrong, and correct was expected
    assert check(call={**STALE, "outcome": "holds", "control": "fails"}) == 0
    assert check(call={**STALE, "outcome": "error"}) == 3


# where a framework is installed

LIVE = [
    pytest.param("tensorflow", "BasicLSTMCell()", "BasicLSTMCell(5)", marks=pytest.mark.tensorflow),
    pytest.param("keras", "LSTM()", "LSTM(5)", marks=pytest.mark.keras),
    pytest.param("torch", "LSTM()", "LSTM(6, 5)", marks=pytest.mark.torch),
]


@pytest.mark.filterwarnings("ignore")  # what a framework warns of is its own
@pytest.mark.parametrize(("name", "call", "other"), LIVE)
def test_the_framework_itself_is_recorded_and_read(name, call, other, run, knowledge):
    if name == "keras":
        pytest.importorskip("tensorflow")
    pytest.importorskip(name)
    fact = FACT["q/call.yml"].replace("torch", name).replace("LSTM(5, 5)", other)
    fact = fact.replace("call: LSTM()", f"call: {call}")
    planted = fact.replace("test: not accepted", "test: accepted").replace("A size", "No size")
    folder = knowledge({"q/call.yml": fact, "q/planted.yml": planted})
    code, out, _ = run("record", name, claims=folder)
    assert code == 0, out
    file = folder / FOLDER / f"{name}.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    assert {id_: one["outcome"] for id_, one in found["claims"].items()} == {
        "shut": "holds", "sizes": "holds", "call": "holds", "planted": "fails"
    }  # fmt: skip
    code, out, _ = run("check", "shut", "sizes", "call", claims=folder)
    assert code == 0 and out.count("→ Correct") == 3
    assert run("check", "planted", claims=folder)[0] == 1  # wrong, and correct was expected

    # What the framework gave is turned round, as if the claim had been a wrong one.
    one = found["claims"]["shut"]
    one["trials"] = [["no", *values] for _, *values in one["trials"]]
    file.write_text(json.dumps(found), encoding="utf-8")
    code, out, _ = run("check", "shut", claims=folder)
    assert code == 1 and "disagrees with the reference" in out


PLANTED = {
    "tensorflow": (  # our GRU without further options is Keras's, with two biases
        "{kind: gru}", "{}", "count(parameters) == 3 * units * (features + units + 2)"
    ),
    "keras": (  # our LSTM without further options is TensorFlow 1's, which adds 1
        "{kind: lstm}",
        "{set: {parameters: 0}, setting: {timesteps: 1}}",
        "not close(run.after.c, 0.5 * run.before.c)",
    ),
    "torch": (  # … and has one bias
        "{kind: lstm}", "{}", "count(parameters) == 4 * units * (features + units + 1)"
    ),
}  # fmt: skip
"""Claims that our model fulfils and a framework refutes, each for what it does by itself."""


@pytest.mark.filterwarnings("ignore")  # what a framework warns of is its own
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=getattr(pytest.mark, name)) for name in PLANTED]
)
def test_a_claim_that_a_framework_refutes_is_disputed(name, run, knowledge):
    if name == "keras":
        pytest.importorskip("tensorflow")
    pytest.importorskip(name)
    model, keys, test = PLANTED[name]
    planted = (
        f"claim: It is so everywhere.\nsaid_by: {{page: paragraph 6}}\nexpected: correct\n"
        f"model: {model}\nruns: {{run: {keys}}}\n{LIMITS}test: {test}\n"
    )
    control = "{model: {forget_bias: 0.0}}" if name == "keras" else "{model: {layers: 2}}"
    folder = knowledge({"q/planted.yml": f"{planted}control: {control}\n"})
    assert run("check", "planted", claims=folder)[0] == 0
    code, out, _ = run("record", name, "planted", claims=folder)
    assert code == 1 and out.endswith("decides otherwise than the reference: planted\n")
    code, out, _ = run("check", "planted", claims=folder)
    assert code == 1 and "a real framework disagrees with the reference" in out
    assert run("check", "shut", claims=folder)[0] == 0
