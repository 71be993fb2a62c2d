"""The JSON Schema that editors use: committed, generated, and of one mind with the validator."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from checker import format as keys
from checker.base import load
from checker.format import FORMS, ClaimKeys, schema
from checker.lint.models import models_can_be_built
from checker.loading import FileError, read
from checker.models.registry import OPTIONS

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "claims" / "claim.schema.json"
HOW = "the keys have changed: python -m checker.format > claims/claim.schema.json"
CLAIMS = sorted(
    path
    for folder in ("claims", "tests/fixtures/canaries/claims")
    for path in (ROOT / folder).glob("[a-z]*/*.yml")
    if path.name != "question.yml"
)
BAD = sorted((ROOT / "tests" / "fixtures" / "bad").glob("*.yml"))
ABOUT_KEYS = re.compile(
    "must be there$|there is no key|^the key '|must be (an?|a|keys|true|'|each)|has at least"
    "|either test, or depends|says why"
)
"""Findings that a schema can make as well: others need more than the file's own keys."""


@pytest.fixture(scope="module")
def editor() -> Draft202012Validator:
    """What an editor sees: the committed schema."""
    committed = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(committed)
    return Draft202012Validator(committed)


def validator_agrees(data) -> bool:
    """Our own judge of keys, with the one rule on forms that stands beside the keys."""
    try:
        claim = ClaimKeys.model_validate(data)
    except ValidationError:
        return False
    forms = [form for form in FORMS if form in data]
    return len(forms) == 1 and (claim.untestable is None or claim.because is not None)


def test_the_committed_schema_is_the_generated_one():
    assert SCHEMA.read_text(encoding="utf-8") == schema(), HOW


def test_another_key_makes_another_schema(monkeypatch):
    class MoreKeys(ClaimKeys):
        colour: str | None = None

    monkeypatch.setattr(keys, "ClaimKeys", MoreKeys)
    assert schema() != SCHEMA.read_text(encoding="utf-8")


def test_the_schema_describes_every_key():
    described = json.loads(schema())
    for part in (described, *described["$defs"].values()):
        for name, key in part["properties"].items():
            assert key.get("description") or "$ref" in key, name


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_claim_fits_the_schema(path, editor):
    data = read(path, path.name).data
    assert [error.message for error in editor.iter_errors(data)] == []
    assert validator_agrees(data)


GOOD = {
    "claim": "Units are steps.",
    "said_by": {"page": "paragraph 1"},
    "expected": "wrong",
    "test": "outputs.timesteps == units",
}
ACCEPTED = [
    {},
    {"said_by": {"page": ["one place", "another"], "page-2": "one"}},
    {"taken_as": None, "model": {"kind": "gru", "reset": ["before", "after"], "layers": 2}},
    {"at": {"step": "0..2", "units": [2, 3], "word": ["a", True, 1.5]}, "where": "step < units"},
    {"runs": {"one": {}, "two": {"from": "one", "set": {"inputs": 0, "before.h": "it + 1"}}}},
    {"runs": {"one": {"change": ["before.c"], "setting": {"units": 2}, "lengths": "(3, 1)"}}},
    {"control": {"model": {"projection": 1}, "runs": {"run": {"change": "inputs"}}}},
    {
        "for": "some setting",
        "contradicts": ["a-claim"],
        "formerly": ["2-old"],
        "see_also": [],
        "covers": {"the-same": "In other words."},
    },
    {"reply": {"says": "They were the same.", "answer": "By chance."}},
    {"fact": "ü" * 2000, "instead": "a" * 80},
    {"framework": "keras", "call": "LSTM(5)", "control": {"call": "LSTM()"}},
    {"framework": "torch", "call": "x" * 600},
]


@pytest.mark.parametrize("change", ACCEPTED, ids=[str(change)[:50] for change in ACCEPTED])
def test_both_judges_accept(change, editor):
    data = {**GOOD, **change}
    assert [error.message for error in editor.iter_errors(data)] == []
    assert validator_agrees(data)


GONE = "gone"
REFUSED = [
    {"claim": GONE},
    {"claim": None},
    {"claim": 5},
    {"claim": "ab"},
    {"claim": "x" * 2001},
    {"colour": "red"},
    {"quantifier": "some setting"},
    {"for": "most settings"},
    {"expected": "maybe"},
    {"framework": "caffe", "call": "LSTM(5)"},
    {"framework": ["keras"], "call": "LSTM(5)"},
    {"framework": "keras", "call": ""},
    {"framework": "keras", "call": 5},
    {"framework": "keras", "call": "LSTM(5)", "control": {"call": ["LSTM()"]}},
    {"framework": "keras", "call": "x" * 601},
    {"expected": True},
    {"test": GONE},
    {"test": 1},
    {"test": ""},
    {"test": "x" * 601},
    {"depends": {"one thing holds": "good"}},
    {"untestable": "opinion", "because": "It is taste."},
    {"test": GONE, "untestable": "opinion"},
    {"test": GONE, "untestable": "boring", "because": "It is."},
    {"said_by": ["page"]},
    {"said_by": {"Page One": "paragraph 1"}},
    {"said_by": {"page": 5}},
    {"said_by": {"page": [5]}},
    {"said_by": {"page": None}},
    {"said_by": {"a" * 81: "paragraph 1"}},
    {"model": ["gru"]},
    {"model": {"kind": None}},
    {"model": {"kind": {"a": 1}}},
    {"model": {"layers": [[1]]}},
    {"at": {"units": 3}},
    {"at": {"units": "3"}},
    {"at": {"units": "1...3"}},
    {"at": {"units": "1..99999"}},
    {"at": {"Units": [1]}},
    {"at": {"a" * 31: [1]}},
    {"where": 5},
    {"runs": {"One": {}}},
    {"runs": {"one": None}},
    {"runs": {"one": {"start": "two"}}},
    {"runs": {"one": {"put": {"inputs": 0}}}},
    {"runs": {"one": {"set": {"inputs": True}}}},
    {"runs": {"one": {"set": {"inputs": [1]}}}},
    {"runs": {"one": {"set": {"": 1}}}},
    {"runs": {"one": {"setting": {"units": 2.5}}}},
    {"runs": {"one": {"setting": {"Units": 2}}}},
    {"runs": {"one": {"change": 5}}},
    {"runs": {"one": {"change": [5]}}},
    {"runs": {"one": {"lengths": 1.5}}},
    {"runs": {"one": {"model": {"layers": [1]}}}},
    {"control": {"at": {}}},
    {"control": {"runs": {"one": {"colour": 1}}}},
    {"control": "none"},
    {"contradicts": "good"},
    {"contradicts": ["Good One"]},
    {"formerly": [3]},
    {"covers": ["the-same"]},
    {"covers": {"The Same": "In other words."}},
    {"covers": {"the-same": 5}},
    {"instead": "not_an_id"},
    {"reply": {"says": "They were the same."}},
    {"reply": {"says": "a", "answer": "By chance."}},
    {"reply": "no"},
]


@pytest.mark.parametrize("change", REFUSED, ids=[str(change)[:50] for change in REFUSED])
def test_both_judges_refuse(change, editor):
    data = {name: value for name, value in {**GOOD, **change}.items() if value is not GONE}
    assert list(editor.iter_errors(data)) != []
    assert not validator_agrees(data)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_an_editor_marks_what_our_validator_says_of_keys(path, editor, tmp_path):
    (tmp_path / "claims" / "q").mkdir(parents=True)
    (tmp_path / "claims" / "q" / path.name).write_bytes(path.read_bytes())
    try:
        document = read(path, path.name)
    except FileError:
        return  # no YAML, so there is nothing to validate
    base = load(tmp_path / "claims")
    said = [f.message for f in base.findings if f.file.endswith(path.name)]
    about_keys = [message for message in said if ABOUT_KEYS.search(message)]
    told = " ".join(finding.message for finding in models_can_be_built(base))
    options = re.findall("has no option '([^']+)'", told)
    marked = about_keys or {*options} - {*OPTIONS}  # which kind has which option is not in a schema
    assert bool(list(editor.iter_errors(document.data))) is bool(marked)


def test_editors_use_the_schema_for_claims_alone():
    """As VS Code reads its settings: later patterns with ! take files out again."""
    text = (ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8")
    without_comments = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
    ((file, patterns),) = json.loads(without_comments)["yaml.schemas"].items()
    assert (ROOT / file).samefile(SCHEMA)

    def taken(path: str) -> bool:
        wanted = [p for p in patterns if fnmatch(path, p.removeprefix("!"))]
        return bool(wanted) and not any(p.startswith("!") for p in wanted)

    for path in (ROOT / "claims").rglob("*.yml"):
        name = path.relative_to(ROOT).as_posix()
        is_claim = path.name != "question.yml" and path.parent.name != "_sources"
        assert taken(name) is is_claim, name
