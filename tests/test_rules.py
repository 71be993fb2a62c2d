"""Rules have names, findings carry them, and the examples on the page of rules are true."""

from __future__ import annotations

import json
import re

import pytest
from conftest import ROOT

from checker.base import load
from checker.cli import main
from checker.lint import FILE_FORMAT, RULES, RULES_OF_MEANING, RULES_OF_TESTS, lint, name_of
from checker.loading import read
from checker.pages import reference as page
from checker.reference import reference
from checker.report.standing import clashes

OFFERED = reference()
ALL = [name_of(rule) for rule in (*RULES, *RULES_OF_TESTS, *RULES_OF_MEANING)]
WITHOUT_EXAMPLE = {
    "there-is-a-claim",
    "records-can-be-read",
}  # about a folder, and a machine's file
BASE = {
    "_sources/blog-2018.yml": "title: A page\nread: 2026-11-21\n",
    "_experiments/softmax.py": "@experiment(at={})\ndef softmax(variant): ...\n",
    "num-units/question.yml": "question: What is it?\nanswer: []\n",
    "num-units/num-units-is-hidden-state-size.yml": "claim: It is the width.\n"
    "said_by: {blog-2018: here}\nexpected: correct\ntest: outputs.units == units\n",
    "num-units/num-units-is-sequence-length.yml": "claim: It is the length.\n"
    "said_by: {blog-2018: here}\nexpected: undecided\ntest: outputs.timesteps == units\n",
    "num-units/num-units-is-the-size-of-the-output.yml": "claim: It is a size.\n"
    "said_by: {blog-2018: here}\nexpected: depends\ndepends: {one: num-units-is-hidden-state-size, "
    "another: num-units-is-sequence-length}\n",
}
NEEDED = {
    "claim": "A layer gives one output for each step.",
    "said_by": "{blog-2018: paragraph 4}",
    "expected": "correct",
    "test": "outputs.timesteps == timesteps",
}
LINKED = "contradicts: [num-units-is-sequence-length]"  # which then lists the claim as well


def with_example(folder, example):
    """A knowledge base with a claim that the example completes, or with the file that it names."""
    for name, text in BASE.items():
        path = folder / "claims" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        mutual = LINKED in example and path.stem in LINKED
        path.write_text(text + ("contradicts: [a-claim]\n" if mutual else ""), encoding="utf-8")
    path = folder / "claims" / "num-units" / "a-claim.yml"
    named = re.match("# (claims/.*)\n", example)
    keys = {} if named else read_keys(example, path)
    needed = {key: text for key, text in NEEDED.items() if key not in keys}
    if "depends" in keys:
        del needed["test"]
    whole = "" if named else example
    path.write_text(whole + "".join(f"\n{k}: {v}" for k, v in needed.items()), encoding="utf-8")
    if named:
        path = folder / named[1]
        path.write_text(example, encoding="utf-8")
    found = lint(load(folder / "claims"))
    return [finding for finding in found if finding.file.endswith(path.name)]


def read_keys(example, path):
    path.write_text(example, encoding="utf-8")
    return read(path, path.name).data


@pytest.mark.parametrize("name", ALL)
def test_what_a_rule_says_is_refused_is_refused_and_what_passes_passes(name, tmp_path):
    rule = OFFERED["rules"][name]
    assert rule["text"].endswith(".")
    if name in WITHOUT_EXAMPLE:
        assert not rule["refused"] and not rule["passes"]
        return
    refused = with_example(tmp_path, rule["refused"])
    assert name in {finding.rule for finding in refused}, refused
    assert with_example(tmp_path, rule["passes"]) == []


def test_names_are_stable():
    """Who has quoted a name finds it again: a rule that goes or changes its name is news."""
    assert len(ALL) == len(set(ALL)) and FILE_FORMAT not in ALL
    assert set(ALL) == {
        "there-is-a-claim",
        "sources-exist",
        "mirrors-are-of-sources",
        "records-can-be-read",
        "claims-exist",
        "former-ids-are-free",
        "contradictions-are-mutual",
        "covered-statements-have-no-file",
        "somebody-says-it",
        "wrong-claims-lead-on",
        "a-condition-leads-to-a-sharp-claim",
        "texts-are-not-cut-off",
        "statements-carry-no-verdict",
        "expressions-can-be-read",
        "models-can-be-built",
        "runs-start-from-what-stands-above",
        "places-are-of-the-model",
        "grids-make-sense",
        "grids-tell-sizes-apart",
        "calls-can-be-read",
        "a-fact-has-another-call-as-control",
        "experiments-exist",
        "arms-can-be-trained",
        "a-test-of-training-counts-seeds",
        "arms-of-a-control-exist",
        "arms-differ",
        "enumerated-names-are-used",
        "a-control-changes-what-is-run",
        "a-correct-claim-has-no-other-size-as-control",
        "a-control-is-no-case-of-the-claim",
        "a-condition-is-not-its-own-test",
        "drawn-numbers-are-not-compared",
    }


def test_the_page_lists_every_rule_with_its_example():
    text = page.rules(OFFERED)
    headings = re.findall("^## (.*)$", text, re.MULTILINE)
    assert headings == [FILE_FORMAT, *ALL]
    assert text.count("Refused:") == text.count("Passes:") == len(ALL) - len(WITHOUT_EXAMPLE)


def test_a_finding_names_its_rule_in_text_and_in_json(tmp_path, capsys):
    with_example(tmp_path, "claim: It is wrong that units are steps.")
    folder = str(tmp_path / "claims")
    assert main(["lint", "--claims", folder]) == 2
    assert "[statements-carry-no-verdict]" in capsys.readouterr().err
    assert main(["lint", "--claims", folder, "--format", "json"]) == 2
    rules = [finding["rule"] for finding in json.loads(capsys.readouterr().out)]
    assert "statements-carry-no-verdict" in rules


def test_what_the_format_refuses_is_of_the_rule_of_files(tmp_path):
    found = with_example(tmp_path, "tset: outputs.units == units")
    assert {finding.rule for finding in found} == {FILE_FORMAT}


VERDICTS = [
    ("It is wrong that units are steps.", True),
    ("It's not true that units are steps.", True),
    ("Correct: units are steps.", True),
    ("Wrong - units are steps.", True),
    ("Myth: units are steps.", True),
    ("Contrary to what people say, units are steps.", True),
    ("Units are steps, which is wrong.", True),
    ("Units are steps (wrong!).", True),
    ("It is the width of the output.", False),
    ("It is correct to 12 digits, however wide the layer is.", False),
    ("A wrong order of the gates gives another result.", False),
    ("True values are compared as 1.", False),
    ("The correct size is 128.", False),
    ("Rightmost columns belong to the output gate.", False),
]


@pytest.mark.parametrize(("statement", "refused"), VERDICTS, ids=[s[:30] for s, _ in VERDICTS])
def test_a_statement_with_a_verdict_of_its_own(statement, refused, tmp_path):
    found = with_example(tmp_path, f'claim: "{statement}"')
    assert ("statements-carry-no-verdict" in {f.rule for f in found}) is refused


GRIDS = [
    ("where: timesteps == units", True),
    ("where: timesteps == units and batch == 1", True),
    ("where: timesteps <= units", False),
    ("where: timesteps == 2", False),
    ("at: {units: [2], features: [2]}", False),  # one case, and no coincidence that hides another
    ("at: {units: 1..3, features: 1..3}\nwhere: features == units", True),
]


@pytest.mark.parametrize(("keys", "refused"), GRIDS, ids=[keys for keys, _ in GRIDS])
def test_a_grid_whose_sizes_always_coincide(keys, refused, tmp_path):
    found = with_example(tmp_path, keys)
    assert ("grids-tell-sizes-apart" in {f.rule for f in found}) is refused


def claim(id_, verdict, *contradicts):
    return {"id": id_, "verdict": verdict, "contradicts": list(contradicts)}


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([claim("a", "correct", "b"), claim("b", "correct", "a")], [("a", "b")]),
        ([claim("a", "correct", "b"), claim("b", "wrong", "a")], []),
        ([claim("a", "correct", "b"), claim("b", None, "a")], []),
        ([claim("a", "correct", "b")], []),
        ([claim("a", "correct"), claim("b", "correct")], []),
    ],
)
def test_claims_that_contradict_each_other_are_not_both_correct(claims, expected):
    assert [*clashes({"claims": claims})] == expected


def test_a_clash_fails_the_check(tmp_path, capsys):
    for name, text in BASE.items():
        path = tmp_path / "claims" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if "num-units/num" not in name:
            path.write_text(text, encoding="utf-8")
    form = (
        "claim: A statement.\nsaid_by: {{blog-2018: here}}\nexpected: correct\n"
        "runs: {{one: {{}}, other: {{change: {what}}}}}\n"
        "test: changed(other.outputs, one.outputs)\n"
        "control: {{runs: {{other: {{set: {{{what}: 0}}}}}}, set: {{{what}: 0}}}}\n{link}"
    )
    for one, other, what in (("one", "two", "inputs"), ("two", "one", "parameters.kernel")):
        text = form.format(what=what, link=f"contradicts: [{other}]\n")
        (tmp_path / "claims" / "num-units" / f"{one}.yml").write_text(text, encoding="utf-8")
    folder = str(tmp_path / "claims")
    assert main(["check", "--claims", folder]) == 1
    assert "one and two contradict each other" in capsys.readouterr().out
    for one in ("one", "two"):
        path = tmp_path / "claims" / "num-units" / f"{one}.yml"
        path.write_text(path.read_text().split("contradicts")[0], encoding="utf-8")
    assert main(["check", "--claims", folder]) == 0


def test_our_own_claims_are_listed_without_a_verdict_of_their_own():
    found = lint(load(ROOT / "claims"))
    assert [str(finding) for finding in found] == []
