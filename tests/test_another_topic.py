"""A knowledge base on something else, with an experiment of its own: nothing is tied to LSTMs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT
from mkdocs.commands.build import build
from mkdocs.config import load_config

from checker.base import load
from checker.cli import main
from checker.commands.check import run
from checker.experiments import named
from checker.lint import lint

TOPIC = ROOT / "tests" / "fixtures" / "another-topic"
NAV = """nav:
  - Home: index.md
  - Questions: questions/index.md
  - All claims: claims/index.md
  - Sources: sources/index.md
  - Misreadings: questions/misreadings.md
"""


@pytest.fixture
def topic(tmp_path) -> Path:
    shutil.copytree(TOPIC, tmp_path / "topic")
    return tmp_path / "topic"


def verdicts(folder: Path) -> dict[str, str]:
    base = load(folder / "claims")
    found, _ = run(base, sorted(base.claims), whole=False)
    return {claim["id"]: claim["verdict"] or claim["why_not"] for claim in found["claims"]}


def rewritten(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "claims" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_one_is_correct_one_wrong_and_one_depends(topic, capsys):
    assert main(["check", "--claims", str(topic / "claims")]) == 0
    assert "1 correct, 1 wrong, 1 depends; all as expected" in capsys.readouterr().out


def test_a_variant_is_a_rival_with_the_claim_that_it_makes_true(topic):
    base = load(topic / "claims")
    found, _ = run(base, sorted(base.claims), whole=False)
    assert [rival["name"] for rival in found["rivals"]] == ["softmax-over-rows"]
    wrong = next(c for c in found["claims"] if c["verdict"] == "wrong")
    assert wrong["told_apart_by"] == "control"
    assert wrong["rivals"][0]["turned"] and wrong["rivals"][0]["linked"]
    assert wrong["shown"]["setting"] == {"rows": 1, "classes": 2}


def test_the_verdicts_are_the_same_in_other_processes_and_out_of_the_cache(topic):
    for number in range(3):  # enough claims that processes are started
        text = (TOPIC / "claims/softmax/probabilities-of-a-row-sum-to-one.yml").read_text()
        name = f"claims/softmax/again-{number}.yml"
        (topic / name).write_text(text.split("contradicts")[0], encoding="utf-8")
    assert main(["check", "--jobs", "2", "--claims", str(topic / "claims")]) == 0
    kept = sorted((topic / ".cache").rglob("[a-z]*.json"))
    assert len(kept) == 5
    assert main(["check", "--jobs", "2", "--claims", str(topic / "claims")]) == 0


def test_another_experiment_makes_another_verdict(topic):
    assert main(["check", "--claims", str(topic / "claims")]) == 0  # now all is in the cache
    rewritten(topic, "_experiments/softmax.py", 'if variant == "over-rows" else 1', "if 1 else 1")
    assert main(["check", "--claims", str(topic / "claims")]) == 1


BAD = [  # what is changed where, the claim's verdict or reason, the exit code
    ("_experiments/softmax.py", "import numpy as np", "import nonsense_numpy", "error", 3),
    ("_experiments/softmax.py", "powers = np.exp(", "powers = 1 // 0 * np.exp(", "error", 3),
    ("softmax/probabilities-of-a-row-sum-to-one.yml", 'sum(probabilities, "classes")',
     'sum(probability, "classes")', "error", 3),
    ("softmax/probabilities-of-a-row-sum-to-one.yml", "experiment: softmax\n",
     "experiment: softmax\nat: {columns: [1]}\n", "error", 3),
    ("softmax/probabilities-of-a-row-sum-to-one.yml", "experiment: softmax\n",
     "experiment: softmax\nwhere: rows > 99\n", "error", 3),
    ("softmax/probabilities-of-a-row-sum-to-one.yml", 'close(sum(probabilities, "classes"), 1)',
     "classes >= 1", "unproven", 1),
    ("softmax/probabilities-of-a-row-sum-to-one.yml", 'close(sum(probabilities, "classes"), 1)',
     "probabilities.classes == classes", "unproven", 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "outcome", "code"), BAD, ids=lambda v: str(v)[:20])
def test_what_goes_wrong_is_no_verdict_and_no_traceback(topic, name, old, new, outcome, code):
    rewritten(topic, name, old, new)
    found = verdicts(topic)
    assert found["probabilities-of-a-row-sum-to-one"] == outcome
    assert main(["check", "--claims", str(topic / "claims")]) == code


def test_reading_the_files_runs_no_code(topic, capsys):
    mark = topic / "was-run"
    path = topic / "claims" / "_experiments" / "softmax.py"
    path.write_text(path.read_text() + f"\nopen({str(mark)!r}, 'w').close()\n", encoding="utf-8")
    assert main(["lint", "--claims", str(topic / "claims")]) == 0
    assert main(["list", "--claims", str(topic / "claims")]) == 0
    assert not mark.exists()
    assert main(["check", "--claims", str(topic / "claims")]) == 0
    assert mark.exists()


REFUSED = [
    ("experiment: softmax", "experiment: softmaks", "there must be an experiment 'softmaks'"),
    ("test: close(", "test: closed by(", ""),
    ("experiment: softmax", "experiment: softmax\nmodel: {kind: gru}", "model has no part"),
    ("experiment: softmax", "experiment: softmax\nruns: {a: {}}", "runs has no part"),
    ("{setting: {variant: over-rows}}", "{set: {before: 0}}", "is another setting"),
]


@pytest.mark.parametrize(("old", "new", "message"), REFUSED, ids=[new for _, new, _ in REFUSED])
def test_a_claim_that_cannot_be_tried_is_a_finding(topic, old, new, message):
    assert lint(load(topic / "claims")) == []
    rewritten(topic, "softmax/probabilities-of-a-row-sum-to-one.yml", old, new)
    found = lint(load(topic / "claims"))
    assert found and message in found[0].message


def test_experiments_of_one_folder_are_unknown_in_another(topic, tmp_path):
    named.load(topic / "claims")
    assert "softmax" in named.EXPERIMENTS
    named.load(tmp_path)
    assert named.EXPERIMENTS == {}


def test_its_site_builds_and_knows_no_lstm(topic):
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    config = re.sub(r"^nav:\n(?:[ #].*\n|\n(?=[ ]))+", NAV, text, flags=re.MULTILINE)
    assert config != text
    (topic / "mkdocs.yml").write_text(config, encoding="utf-8")
    for name in ("stylesheets", "javascripts"):
        shutil.copytree(ROOT / "docs" / name, topic / "docs" / name)
    shutil.copytree(ROOT / "overrides", topic / "overrides")
    (topic / "checker" / "pages").mkdir(parents=True)
    hook = topic / "checker" / "pages" / "hook.py"
    hook.symlink_to(ROOT / "checker" / "pages" / "hook.py")
    build(load_config(str(topic / "mkdocs.yml"), strict=True))
    made = [
        *(topic / "docs" / "claims").rglob("*.md"),
        *(topic / "docs" / "questions").glob("*.md"),
    ]
    assert len(made) > 6
    for page in made:
        if "_parts" not in page.parts or page.stem not in ("functions", "observables"):
            assert not re.search(r"LSTM|num.units", page.read_text(encoding="utf-8")), page
    home = (topic / "site" / "index.html").read_text(encoding="utf-8")
    assert "sum to one" in home
