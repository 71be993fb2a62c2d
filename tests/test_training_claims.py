"""Claims about training: tasks, arms, what a test sees, verdicts, findings, and what is shown."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from checker.base import load
from checker.cli import main
from checker.commands.check import run
from checker.language.statistics import SEEDS, Share, UndecidedError
from checker.lint import lint
from checker.training import fit as fitting
from checker.training import start
from checker.training.fit import fit
from checker.training.keys import OF_MODEL, OF_TASKS, OF_TRAINING
from checker.training.measures import MEASURES, dimensions, spread
from checker.training.spec import LIMIT, resolve
from checker.training.tasks import TASKS
from checker.training.trial import training_trial

SMALL = {"task": "tagging", "timesteps": 3, "examples": 20, "updates": 30, "units": 2}
HEAD = "claim: A claim.\nsaid_by: {blog-2018: here}\n"
WRONG = "instead: a-claim-that-is-right\nreply: {says: But it should., answer: It does not.}\n"


def base_with(folder: Path, text: str, **more: str):
    """A knowledge base with one claim, and perhaps others."""
    claims = folder / "claims"
    (claims / "_sources").mkdir(parents=True)
    (claims / "_sources" / "blog-2018.yml").write_text("title: A page\nread: 2026-11-21\n")
    (claims / "choosing").mkdir()
    (claims / "choosing" / "question.yml").write_text("question: How many?\nanswer: []\n")
    right = f"{HEAD}expected: correct\ntest: outputs.units == units\n"
    files = {"a-claim": HEAD + text, "a-claim-that-is-right": right, **more}
    for name, content in files.items():
        (claims / "choosing" / f"{name}.yml").write_text(content)
    return load(claims)


# Tasks


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_a_pure_function_of_its_seed(name):
    task = TASKS[name]
    some = task.make(task.options, 3, "train", 8)
    again, more = (task.make(task.options, 3, "train", n) for n in (8, 20))
    assert np.array_equal(some.inputs, again.inputs)
    assert np.array_equal(some.inputs, more.inputs[:8])  # few examples are the first of many
    assert np.array_equal(some.targets, more.targets[:8])
    for other in (task.make(task.options, 4, "train", 8), task.make(task.options, 3, "test", 8)):
        assert not np.array_equal(some.inputs, other.inputs)
    assert some.inputs.ndim == 3 and some.targets.shape[0] == 8
    if some.classes > 1:
        assert {*np.unique(more.targets)} <= {*range(some.classes)}
    if some.at_each_step:
        assert some.targets.shape[1] == some.inputs.shape[1]
    assert {*task.options} <= {*OF_TASKS} and len(task.doc) > 30


@pytest.mark.parametrize(
    ("name", "options", "inputs", "targets"),
    [
        ("digits", {"timesteps": 8}, (5, 8, 8), (5, 1)),
        ("digits", {"timesteps": 4}, (5, 4, 16), (5, 1)),
        ("recall", {"timesteps": 3, "bits": 4, "distractors": 2}, (5, 3, 6), (5, 4)),
        ("copying", {"timesteps": 2, "numbers": 6}, (5, 2, 3), (5, 6)),
        ("tagging", {"timesteps": 7}, (5, 7, 1), (5, 7)),
    ],
)
def test_a_task_has_the_shapes_that_its_options_say(name, options, inputs, targets):
    made = TASKS[name].make(options, 0, "train", 5)
    assert (made.inputs.shape, made.targets.shape) == (inputs, targets)


def test_tasks_ask_what_they_say():
    recall = TASKS["recall"].make({"timesteps": 3, "bits": 2, "distractors": 1}, 0, "train", 50)
    assert np.array_equal(recall.inputs[:, 0, :2] > 0, recall.targets == 1)
    tagging = TASKS["tagging"].make({"timesteps": 5}, 0, "train", 50)
    bits = tagging.inputs[:, :, 0] > 0
    assert np.array_equal(bits[:, 1:] != bits[:, :-1], tagging.targets[:, 1:] == 1)
    parity = TASKS["parity"].make({"timesteps": 5}, 0, "train", 50)
    assert np.array_equal((parity.inputs > 0).sum(axis=(1, 2)) % 2, parity.targets[:, 0])
    copying = TASKS["copying"].make({"timesteps": 2, "numbers": 6}, 0, "train", 50)
    assert np.array_equal(copying.inputs.reshape(50, 6), copying.targets)
    digits = TASKS["digits"].make({"timesteps": 8}, 0, "train", 1000)
    assert {*digits.targets[:, 0]} == {*range(10)} and digits.inputs.max() == 1


def test_no_digit_is_trained_on_and_tested():
    train = TASKS["digits"].make({"timesteps": 1}, 0, "train", 1500).inputs[:, 0]
    test = TASKS["digits"].make({"timesteps": 1}, 0, "test", 200).inputs[:, 0]
    assert not {row.tobytes() for row in train} & {row.tobytes() for row in test}


# Training


def test_equal_keys_give_equal_figures_whatever_was_trained_before():
    fit.cache_clear()
    alone = fit(resolve(SMALL)).figures
    fit.cache_clear()
    fit(resolve({**SMALL, "units": 3}))
    assert fit(resolve(SMALL)).figures == alone


def test_seeds_do_not_know_of_each_other(monkeypatch):
    fit.cache_clear()
    together = fit(resolve(SMALL)).figures
    fit.cache_clear()
    monkeypatch.setattr(fitting, "TOGETHER", 1)  # one model at a time
    alone = fit(resolve(SMALL)).figures
    fit.cache_clear()
    for name, figures in together.items():
        assert figures == pytest.approx(alone[name], rel=1e-3), name


def test_training_learns_and_a_rate_of_0_does_not():
    learned, still = (
        fit(resolve({**SMALL, "updates": 300, "learning_rate": r})) for r in (0.03, 0)
    )
    assert np.median(learned.figures["train_loss"]) < 0.2
    assert np.median(still.figures["train_loss"]) > 0.6
    for curve in still.curves.values():
        assert (curve == curve[0]).all()


@pytest.mark.parametrize("keys", [{"batch": 5}, {"dropout": 0.5}, {"label_noise": 1.0}])
@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_every_way_to_train_gives_finite_figures(keys, kind):
    figures = fit(resolve({**SMALL, **keys, "model": {"kind": kind}})).figures
    assert {*figures} == {*MEASURES}
    assert all(len(of) == len(SEEDS) for of in figures.values())


def test_labels_drawn_anew_can_be_memorised_and_tell_nothing():
    keys = {"task": "digits", "examples": 50, "updates": 200, "units": 16, "label_noise": 1.0}
    figures = fit(resolve(keys)).figures
    assert np.median(figures["train_accuracy"]) > 0.9
    assert np.median(figures["test_accuracy"]) < 0.2


def test_memorised_is_when_everything_was_right_for_the_first_time():
    found = fit(resolve({**SMALL, "updates": 300, "units": 8, "learning_rate": 0.03}))
    at, accuracy = found.figures["memorised_at"], found.curves["train_accuracy"]
    for seed in SEEDS:
        right = [u for u, a in zip(found.updates, accuracy[:, seed], strict=True) if a == 1]
        assert at[seed] <= min(right, default=301)


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_units_that_start_alike_cannot_be_told_apart(kind):
    spec = resolve({**SMALL, "units": 4, "start": "alike", "model": {"kind": kind}})
    weights = start.weights(spec, SEEDS)
    inputs = np.random.default_rng(0).standard_normal((3, len(SEEDS), 1, 5)).astype(np.float32)
    _, outputs, _ = spec.network.run(weights, inputs)
    assert spread(outputs) == pytest.approx(0, abs=1e-6)
    nearly = start.weights(resolve({**SMALL, "units": 4, "start": "nearly-alike"}), SEEDS)
    lstm = resolve({**SMALL, "units": 4}).network
    assert 1e-5 < spread(lstm.run(nearly, inputs)[1]).min() < 1e-2


def test_dimensions_are_those_that_are_filled():
    random = np.random.default_rng(0).standard_normal((50, 1, 1, 400))
    four = np.random.default_rng(1).standard_normal((50, 1, 4, 400))
    assert dimensions(np.repeat(random, 4, axis=2)) == pytest.approx(1)
    assert dimensions(four) == pytest.approx(4, abs=0.01)
    assert dimensions(np.zeros((5, 1, 4, 3))) == 0


# Statistics


@pytest.mark.parametrize("common", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("chance", [0.1, 0.5, 0.9])
def test_a_thousand_claims_with_equal_arms_get_at_most_two_verdicts_in_a_hundred(chance, common):
    """Both arms succeed with the same chance, on some seeds because of the seed alone."""
    random = np.random.default_rng([int(100 * chance), int(10 * common)])
    verdicts = 0
    for _ in range(1000):
        one, other = random.random((2, len(SEEDS))) < chance
        other = np.where(random.random(len(SEEDS)) < common, one, other)
        pair = [Share(int(s.sum()), len(SEEDS), tuple(map(bool, s))) for s in (one, other)]
        verdicts += decided(pair[0].above_share, pair[1])
    assert verdicts <= 20


def test_a_thousand_coins_get_at_most_two_verdicts_in_a_hundred():
    heads = np.random.default_rng(0).binomial(len(SEEDS), 0.5, 1000)
    assert sum(decided(Share(int(n), len(SEEDS)).above, 0.5) for n in heads) <= 20


def decided(test, bound) -> bool:
    try:
        test(bound)
    except UndecidedError:
        return False
    return True


@pytest.mark.parametrize(
    ("gains", "losses", "margin", "above"),
    [
        (20, 0, 0.25, True),
        (12, 0, 0.25, True),
        (11, 0, 0.25, None),
        (6, 0, 0.0, True),
        (5, 0, 0.0, None),
        (8, 1, 0.0, None),
        (9, 1, 0.0, True),
        (0, 0, 0.0, None),
        (0, 0, 0.25, False),
        (0, 6, 0.0, False),
        (0, 5, -0.25, None),
    ],
)
def test_two_shares_are_compared_seed_by_seed(gains, losses, margin, above):
    rest = len(SEEDS) - gains - losses
    one = (True,) * gains + (False,) * losses + (True,) * rest
    other = (False,) * gains + (True,) * losses + (True,) * rest
    first, second = (Share(sum(truths), len(SEEDS), truths) for truths in (one, other))
    if above is None:
        with pytest.raises(UndecidedError):
            first.above_share(second.plus(margin))
    else:
        assert first.above_share(second.plus(margin)) is above


def test_the_interval_is_that_of_clopper_and_pearson():
    """Worked out apart: 0.01 ** (1 / 20) where all are successes."""
    assert Share(20, 20).interval() == pytest.approx((0.01 ** (1 / 20), 1))
    assert Share(0, 20).interval() == pytest.approx((0, 1 - 0.01 ** (1 / 20)))
    low, high = Share(10, 20).interval()
    assert low == pytest.approx(1 - high)


# Verdicts

ARMS = "arms: {few: {units: 1}, many: {units: 6}}\n"
TRAIN = "train: {task: tagging, timesteps: 6, examples: 60, batch: 20, updates: 150}\n"
MANY_BETTER = "test: share(many.train_accuracy > 0.9) > share(few.train_accuracy > 0.9) + 0.25\n"


@pytest.mark.parametrize(
    ("text", "verdict", "why_not", "reason"),
    [
        (f"expected: correct\n{TRAIN}{ARMS}{MANY_BETTER}control: {{learning_rate: 0}}\n",
         "correct", None, ""),
        (f"expected: correct\n{TRAIN}{ARMS}{MANY_BETTER}control: {{updates: 160}}\n",
         None, "unproven", "take another control"),
        (f"expected: correct\n{TRAIN}{ARMS}{MANY_BETTER}", None, "unproven", "add a control"),
        (f"expected: wrong\n{TRAIN}{ARMS}"
         "test: share(many.train_accuracy < few.train_accuracy) > 0.5\n"
         f"control: {{arms: {{few: {{units: 6}}, many: {{units: 1}}}}}}\n{WRONG}",
         "wrong", None, ""),
        ("expected: undecided\ntrain: {task: latch, timesteps: 4, examples: 20, updates: 5}\n"
         "arms: {one: {units: 5}, other: {units: 6}}\n"
         "test: share(one.test_loss < other.test_loss) > 0.5\ncontrol: {learning_rate: 0}\n",
         None, "undecided", "too near"),
        ("expected: correct\ntrain: {task: copying, examples: 20, updates: 5}\n"
         "test: share(train_accuracy > 0.5) > 0.5\ncontrol: {learning_rate: 0}\n",
         None, "error", "its answers are numbers"),
    ],
    ids=["correct", "control does not turn", "no control", "wrong", "coin", "no accuracy"],
)  # fmt: skip
def test_verdicts(text, verdict, why_not, reason, tmp_path):
    base = base_with(tmp_path, text)
    found, _ = run(base, ["a-claim"], whole=False)
    claim = next(c for c in found["claims"] if c["id"] == "a-claim")
    assert (claim["verdict"], claim["why_not"]) == (verdict, why_not), claim["reason"]
    assert reason in claim["reason"]


def test_what_is_not_finite_is_an_error_and_never_wrong(monkeypatch):
    fit.cache_clear()
    monkeypatch.setattr(fitting.Adam, "step", lambda self, weights, _: weights.fill(np.nan))
    trial = training_trial("share(train_loss < 1) > 0.5", {"trained": SMALL})
    fit.cache_clear()
    assert trial.outcome == "error" and "not finite" in trial.detail


def test_a_crash_is_an_error(monkeypatch):
    fit.cache_clear()
    monkeypatch.setattr(fitting, "examples_of", lambda *_: [][0])
    trial = training_trial("share(train_loss < 1) > 0.5", {"trained": SMALL})
    assert trial.outcome == "error" and "list index" in trial.detail


def test_one_undecided_part_does_not_hide_one_that_decides():
    arms = {"few": SMALL, "many": {**SMALL, "units": 3}}
    coin = "share(few.test_loss < many.test_loss) > 0.5"
    false = "share(few.train_loss < 0) > 0.5"
    assert training_trial(f"{coin} and {false}", arms).outcome == "no"
    assert training_trial(f"{coin} or not {false}", arms).outcome == "yes"


# Findings

RIGHT = "expected: correct\ntest: share(train_accuracy == 1) > 0.5\ncontrol: {learning_rate: 0}\n"


@pytest.mark.parametrize(
    ("text", "place", "message", "tip"),
    [
        (f"train: {{task: random-lables}}\n{RIGHT}", "3:9", "train.task must be", "random-labels"),
        (f"train: {{units: 8}}\n{RIGHT}", "3:1", "a task must be named", ""),
        (f"train: {{task: latch, unit: 8}}\n{RIGHT}", "3:22", "there is no key 'unit'", "units"),
        (f"train: {{task: latch, kind: gru}}\n{RIGHT}", "3:22", "no key 'kind'", "under model"),
        (f"train: {{task: latch, units: 0}}\n{RIGHT}", "3:22", "units must be at least 1", ""),
        (f"train: {{task: latch, units: 1000000000}}\n{RIGHT}", "3:22", "at most 256", ""),
        (f"train: {{task: latch, updates: 1e9}}\n{RIGHT}", "3:22", "a whole number", ""),
        (f"train: {{task: latch, learning_rate: .nan}}\n{RIGHT}", "3:", "learning_rate", ""),
        (f"train: {{task: latch, dropout: high}}\n{RIGHT}", "3:22", "must be a number", ""),
        (f"train: {{task: latch, bits: 3}}\n{RIGHT}", "3:22", "latch takes no bits", ""),
        (f"train: {{task: digits, timesteps: 7}}\n{RIGHT}", "3:23", "1, 2, 4, 8, 16", ""),
        (f"train: {{task: latch, read: every-step}}\n{RIGHT}", "3:22", "no answer at each", ""),
        (f"train: {{task: latch, units: 256, examples: 5000}}\n{RIGHT}", "3:", "is at most", ""),
        (f"train: {{task: latch, units: 200, updates: 5000}}\n{RIGHT}", "3:34",
         "multiply-adds, above", ""),
        (f"train: {{task: latch}}\nmodel: {{peepholes: true}}\n{RIGHT}", "4:9",
         "cannot be trained here", ""),
        (f"train: {{task: latch}}\nmodel: {{reset: before}}\n{RIGHT}", "4:9", "belongs to the kind",
         ""),
        (f"train: {{task: latch}}\nat: {{step: 0..2}}\n{RIGHT}", "4:1", "no part in a claim", ""),
        ("train: {task: latch}\nexpected: correct\ntest: train_acuracy == 1\n"
         "control: {learning_rate: 0}\n", "5:7", "no name 'train_acuracy'", "train_accuracy"),
        ("train: {task: latch}\nexpected: correct\ntest: train_accuracy == 1\n"
         "control: {learning_rate: 0}\n", "5:7", "a test counts seeds", "share("),
        ("train: {task: latch}\narms: {a: {units: 2}, b: {units: 3}}\nexpected: correct\n"
         "test: share(a.acuracy > b.train_loss) > 0.5\ncontrol: {learning_rate: 0}\n", "6:15",
         "does not measure 'acuracy'", ""),
        ("train: {task: latch}\narms: {a: {units: 2}, b: {units: 3}}\nexpected: correct\n"
         "test: share(train_loss > 1) > 0.5\ncontrol: {learning_rate: 0}\n", "6:13",
         "no name 'train_loss'", "a.train_loss"),
        ("train: {task: latch}\nexpected: correct\ntest: share(1 > 0) > 0.5\n"
         "control: {learning_rate: 0}\n", "5:7", "looks at nothing", ""),
        ("train: {task: latch}\narms: {a: {units: 8}, b: {}}\nexpected: correct\n"
         "test: share(a.train_loss > b.train_loss) > 0.5\ncontrol: {learning_rate: 0}\n", "4:",
         "trained alike", ""),
        ("train: {task: latch}\nexpected: correct\ntest: share(train_loss > 1) > 0.5\n"
         "control: {units: 8}\n", "6:1", "trains every arm as before", ""),
        ("train: {task: latch}\narms: {a: {units: 2}, b: {}}\nexpected: correct\n"
         "test: share(a.train_loss > b.train_loss) > 0.5\ncontrol: {arms: {c: {units: 3}}}\n", "7:",
         "no arm 'c'", ""),
        ("arms: {a: {units: 2}}\nexpected: correct\ntest: outputs.units == units\n", "3:1",
         "arms belong to a claim with train", ""),
        ("expected: correct\ntest: outputs.units == units\ncontrol: {learning_rate: 0}\n", "5:",
         "claim with train only", ""),
        ("train: {task: latch}\nexpected: correct\ntest: share(train_loss > 1) > 0.5\n"
         "control: {setting: {units: 8}}\n", "6:", "no part in the control", ""),
    ],
)  # fmt: skip
def test_findings_say_where_and_what(text, place, message, tip, tmp_path):
    found = lint(base_with(tmp_path, text))
    matching = [f for f in found if message in f.message]
    assert matching, [str(f) for f in found]
    [first, *_] = matching
    assert f"{first.line}:{first.column}".startswith(place), str(first)
    assert tip in first.tip
    assert all("a-claim.yml" in f.file for f in found)


def test_a_good_file_has_no_findings(tmp_path):
    assert lint(base_with(tmp_path, f"train: {{task: latch}}\n{RIGHT}")) == []


HOSTILE = [
    "{task: random-labels, timesteps: 64, features: 64, examples: 5000}",
    "{task: latch, timesteps: 64, units: 256, examples: 1000}",
    "{task: latch, timesteps: 64, units: 256, batch: 1, updates: 5000}",
    "{task: copying, numbers: 512, timesteps: 64, examples: 900, units: 256, updates: 1}",
    "{task: digits, examples: 1597, units: 256, updates: 5000, model: {layers: 4}}",
]


@pytest.mark.parametrize("train", HOSTILE)
def test_what_would_take_hours_or_all_memory_is_a_finding(train, tmp_path):
    found = lint(base_with(tmp_path, f"train: {train}\n{RIGHT}"))
    assert [f.rule for f in found] == ["arms-can-be-trained"]


def test_arms_are_few(tmp_path):
    arms = ", ".join(f"a{n}: {{units: {n + 1}}}" for n in range(200))
    test = "test: share(a0.train_loss > 1) > 0.5"
    text = f"train: {{task: latch}}\narms: {{{arms}}}\nexpected: correct\n{test}\n"
    found = lint(base_with(tmp_path, text))
    assert any("has at most 6 entries" in f.message for f in found)


def test_every_key_is_one_that_something_takes():
    taken = {key for task in TASKS.values() for key in task.options}
    assert taken == {*OF_TASKS}
    assert not {*OF_TASKS} & {*OF_TRAINING} and {*OF_MODEL} == {
        "kind",
        "layers",
        "forget_bias",
        "reset",
    }


def test_what_costs_too_much_is_not_run(tmp_path):
    """Also where nobody has asked the linter."""
    from checker.nouns import Claim, Training
    from checker.trying import try_claim

    arm = {"task": "latch", "units": 200, "updates": 5000, "examples": 64}
    assert resolve(arm).cost > LIMIT
    trial = Training("share(train_loss > 1) > 0.5", {"trained": arm})
    judgement = try_claim(Claim("a", "q", "s", trial, "correct"), frozenset())
    assert judgement.why_not == "error" and "above" in judgement.reason


# What is shown


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """A folder with a claim about training and one that depends on it, and the results."""
    folder = tmp_path_factory.mktemp("shown")
    text = f"expected: correct\n{TRAIN}{ARMS}{MANY_BETTER}control: {{learning_rate: 0}}\n"
    other = (f"{HEAD}expected: wrong\n{TRAIN}{ARMS}"
             "test: share(many.train_accuracy < few.train_accuracy) > 0.5\n"
             f"control: {{arms: {{few: {{units: 6}}, many: {{units: 1}}}}}}\n{WRONG}")  # fmt: skip
    depends = f"{HEAD}expected: depends\ndepends: {{one way: a-claim, another: b-claim}}\n"
    base = base_with(folder, text, **{"b-claim": other, "c-claim": depends})
    found, _ = run(base, list(base.claims), whole=False)
    return folder / "claims", {claim["id"]: claim for claim in found["claims"]}


def test_results_hold_shares_figures_and_curves(tried):
    shown = tried[1]["a-claim"]["shown"]["training"]
    share = shown["shares"][0]
    assert share["tries"] == 20 and share["interval"][0] > 0.5
    few = shown["arms"]["few"]
    assert few["keys"]["units"] == 1 and len(few["figures"]["train_accuracy"]) == 20
    assert len(few["updates"]) == len(few["curves"]["train_accuracy"])
    assert all(low <= mid <= high for low, mid, high in few["curves"]["train_loss"])


def test_the_page_says_in_words_what_it_draws(tried):
    from checker.pages.training import training

    html = training(tried[1]["a-claim"])
    assert html.count("<svg") == html.count("</svg>") >= 3 and "\n\n" not in html
    for words in ("20 of 20: a true share from 79 to 100 % fits", "Learning curves", "units 6",
                  "The same for all", "so the test is"):  # fmt: skip
        assert words in html.replace("&#37;", "%").replace("&#58;", ":"), words
    assert training(tried[1]["a-claim-that-is-right"]) == ""


def test_check_can_leave_training_out(tried, capsys):
    folder, _ = tried
    assert main(["check", "--claims", str(folder), "--skip", "training", "--jobs", "1"]) == 1
    said = capsys.readouterr().out
    assert "3 left out" in said and "c-claim" not in said
    assert not (folder.parent / "results.json").exists()  # it is no run of all claims
    main(
        ["check", "--claims", str(folder), "--skip", "training", "--format", "json", "--jobs", "1"]
    )
    assert json.loads(capsys.readouterr().out)["left_out"] == ["a-claim", "b-claim", "c-claim"]


def test_show_prints_counts_and_figures(tried, capsys):
    main(["show", "a-claim", "--claims", str(tried[0])])
    said = capsys.readouterr().out
    assert "20 of 20 seeds, a true share of 79 to 100 % fits" in said
    assert "arm many: task tagging" in said and "train_accuracy: median" in said


def test_there_is_no_script_of_a_training(tried, capsys):
    assert main(["reproduce", "a-claim", "--claims", str(tried[0])]) == 2
    assert "decided by training" in capsys.readouterr().err
