"""Rules over files: nothing in a good knowledge base, and each mistake at its line and column.

Mistakes within one claim's file are fixtures, see ``tests/fixtures/bad/README.md``; mistakes
between files are the tables below.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker import base as base_module
from checker.base import load
from checker.lint import RULES, lint
from checker.loading import FileError
from checker.nouns import Depends

ROOT = Path(__file__).parent.parent
BAD = sorted((ROOT / "tests" / "fixtures" / "bad").glob("*.yml"))
GOOD = {
    "_sources/page.yml": "title: A page\nurl: https://example.org/page\nread: 2026-11-21\n",
    "_sources/copy.yml": "title: A copy\nmirror_of: page\nread: 2026-11-21\n",
    "q/question.yml": "question: What is it?\nmodel: {kind: lstm}\n"
    "answer:\n  - says: It is so.\n    because: [good]\n",
    "q/good.yml": "claim: One output per step.\nsaid_by: {page: paragraph 1}\nexpected: correct\n"
    "test: outputs.timesteps == timesteps\n",
    "q/other-good.yml": "claim: One row per sequence.\nasked_by: {copy: [one, two words]}\n"
    "expected: correct\ntest: outputs.batch == batch\n",
    "q/wrong-one.yml": "claim: Units are steps.\nsaid_by: {page: paragraph 2}\nexpected: wrong\n"
    "test: outputs.timesteps == units\ninstead: good\n"
    "reply: {says: They were the same., answer: By chance.}\n",
    "q/depending.yml": "claim: It depends.\nsaid_by: {page: paragraph 3}\nexpected: depends\n"
    "depends: {one thing holds: good, another holds: wrong-one}\n",
    "q/taste.yml": "claim: It is nice.\nsaid_by: {page: paragraph 4}\nuntestable: opinion\n"
    "because: It is a matter of taste.\n",
}
"""A knowledge base in which nothing has to be mended."""


@pytest.fixture
def knowledge(tmp_path):
    """Write a knowledge base: the good one, with files changed, added or (None) left out."""

    def write(changes: dict[str, str | None] | None = None) -> Path:
        folder = tmp_path / "claims"
        for name, content in {**GOOD, **(changes or {})}.items():
            if content is not None:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
        return folder

    return write


def found(folder: Path) -> list[str]:
    """All findings as they are shown, but for their rules and for lists of what is known."""
    findings = lint(load(folder))
    assert all(finding.rule for finding in findings)
    lines = [str(replace(finding, rule="")) for finding in findings]
    return [re.sub(r"\(known are [^)]*\)", "(known are …)", line) for line in lines]


def test_a_good_knowledge_base_has_no_findings(knowledge):
    folder = knowledge()
    base = load(folder)
    assert lint(base) == []
    assert sorted(base.claims) == ["depending", "good", "other-good", "taste", "wrong-one"]
    assert base.broken == base.drafts == {}


@pytest.mark.parametrize("folder", ["claims", "tests/fixtures/canaries/claims"])
def test_our_own_files_have_no_findings(folder):
    assert found(ROOT / folder) == []


# one bad file


def expectations(path: Path) -> list[str]:
    return re.findall(r"^#! (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_has_exactly_the_findings_that_it_states(path, knowledge):
    assert expectations(path), "a fixture says at its end what must be found, after #!"
    name = f"q/{path.name}"
    folder = knowledge({name: path.read_text(encoding="utf-8")})
    assert found(folder) == [f"claims/{name}:{line}" for line in expectations(path)]


def test_a_fixture_that_states_something_else_fails(knowledge):
    path = next(path for path in BAD if path.stem == "keys-missing")
    folder = knowledge({f"q/{path.name}": path.read_text(encoding="utf-8")})
    stated = [f"claims/q/{path.name}:{line}" for line in expectations(path)]
    assert found(folder) == stated
    assert found(folder) != [line.replace(":1:1:", ":1:2:") for line in stated]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_one_bad_file_hides_no_other(path, knowledge):
    base = load(knowledge({f"q/{path.name}": path.read_text(encoding="utf-8")}))
    files = {finding.file for finding in lint(base)}
    assert files == {f"claims/q/{path.name}"}
    assert {"good", "other-good", "wrong-one", "depending", "taste"} <= set(base.claims)


# between files: what is changed, and all that must be found

NOTHING = "claim: Something.\nsaid_by: {page: three}\nexpected: correct\ntest: outputs.batch == 1\n"
SAID = NOTHING.split("test:")[0]
UNSAID = NOTHING.replace("said_by: {page: three}\n", "")
RECORD = (
    '{"framework": "keras", "claims": {"good": {"version": "3.15.1", "date": "2026-11-22", '
    '"digest": "0123", "outcome": "holds", "names": ["units"], "trials": [["BAD", 2]]}}}'
)
FILES = [
    ("nothing", {"notes.md": "x", "q/notes.txt": "x", ".hidden/x": "x", "q/.x.yml.swp": "x"}, []),
    (
        "comments where nothing is cut off",
        {
            "q/some.yml": NOTHING.replace("1\n", "1 # a comment\n")
            + "# a comment\nfact: 'One #1.' # a comment\ntaken_as: C#is no comment.\n"
            "said_by: {page: three} # a comment\n".replace("said_by", "asked_by"),
            "_sources/more.yml": GOOD["_sources/page.yml"].replace("A page", "Page#1"),
        },
        [],
    ),
    (
        "a text of a source that is cut off",
        {"_sources/page.yml": GOOD["_sources/page.yml"].replace("A page", "Answer #3")},
        [
            "claims/_sources/page.yml:1:15: what follows ' #' is a comment, not a part of the "
            "text (put the text into quotes, or the comment into a line of its own)"
        ],
    ),
    *(
        (name, {"q/some.yml": f"{SAID}test: {test}\n"}, [])
        for name, test in (
            ("numbers of a run", "outputs.units == units and close(outputs, outputs)"),
            ("a chain of numbers", "all(0 < units < 9) and 1 <= outputs.units <= units"),
            ("arrays compared by functions", "all(abs(outputs) > 0) and close(before, before)"),
            ("counted numbers", "operations.tanh == 5 and sum(outputs > 0) == 3"),
            ("single entries", "outputs[0, 0, 0] == 1 and after.h.units != 3"),
        )
    ),
    *(
        (f"not only drawn: {test}", {"q/some.yml": f"{SAID}test: {test}\n{of}"}, [])
        for test, of in (
            ("close(parameters.bias.f, 1)", "runs: {one: {set: {parameters.bias.f: 1}}}\n"),
            ("close(weights.bias, 1)", "runs: {one: {set: {parameters.bias: 1}}}\n"),
            ("close(two.before.h, 0)", "runs: {one: {set: {before: 0}}, two: {from: one}}\n"),
            ("close(parameters.bias.f, before.h)", ""),
            ("close(after.h, 1) and count(parameters) == 3", ""),
            ("parameters.kernel.i.features == features", ""),
            ("influence(inputs, outputs) > 0", ""),
            ("rank(jacobian(inputs, outputs)) == units", ""),
        )
    ),
    *(
        (f"a control that is no case of the claim: {of}", {"q/some.yml": SAID + of}, [])
        for of in (
            "test: norm(outputs) < 10\ncontrol: {model: {projection: 1}, set: {before: 9}}\n",
            "test: norm(outputs) < 10\nruns: {one: {set: {before: 0}}}\n"
            "control: {set: {before.h: 9}}\n",
            "test: norm(outputs) < 10\nruns: {one: {change: before.h}}\n"
            "control: {set: {before: 9}}\n",
            "test: norm(one.outputs) < norm(two.outputs)\n"
            "runs: {one: {}, two: {set: {before: 0}}}\n"
            "control: {runs: {two: {change: parameters}}}\n",
            "test: norm(outputs) < 10\ncontrol: {runs: {run: {setting: {timesteps: 9}}}}\n",
            "test: influence(before, outputs) > 0\ncontrol: {set: {parameters: 0}}\n",
            "test: outputs.units < 10\ncontrol: {set: {parameters: 0}}\n",
            "for: some setting\ntest: norm(outputs) < 10\ncontrol: {set: {parameters: 0}}\n",
        )
    ),
    *(
        (f"places that a model has: {run}", {"q/some.yml": NOTHING + run}, [])
        for run in (
            "runs: {one: {change: [parameters.kernel, before, inputs, parameters.bias.f]}}\n",
            "runs: {one: {model: {kind: gru}, change: [before.h, parameters.kernel.r]}}\n",
            "model: {layers: 2, bidirectional: true, merge: sum}\n"
            "runs: {one: {set: {before.layer1.backward.c: 0, 'inputs[:, 0:1]': 1}}}\n",
            "model: {kind: [gru, lstm]}\nruns: {one: {change: before.c}}\n",
            "model: {layers: units}\nruns: {one: {change: parameters.nobody.knows}}\n",
            "at: {depth: 1..200, batch: [1], timesteps: [1], features: [1], units: [1]}\n"
            "model: {layers: depth}\nruns: {one: {change: before.layer999}}\n",
            "model: {projection: units + 1, head: 2}\n"
            "runs: {one: {change: [parameters.projection, parameters.head.kernel]}}\n",
            "runs: {one: {}}\ncontrol: {model: {kind: gru}, set: {before.h: 0}}\n",
        )
    ),
    ("a question of its own", {"p/question.yml": "question: Why?\nanswer: []\n"}, []),
    (
        "a claim outside of a question",
        {"stray.yml": NOTHING},
        [
            "claims/stray.yml:1:1: a claim lies in the folder of its question "
            "(such as claims/num-units/a-claim.yml)"
        ],
    ),
    (
        "a claim below the folder of its question",
        {"q/more/deep.yml": NOTHING},
        ["claims/q/more:1:1: claims lie in the folder of their question, not further below"],
    ),
    (
        "a folder without a question",
        {"p/some.yml": NOTHING},
        ["claims/p/question.yml:1:1: each folder of claims has a question.yml"],
    ),
    (
        "an id that is used twice",
        {"p/question.yml": "question: Why?\nanswer: []\n", "p/good.yml": NOTHING},
        ["claims/q/good.yml:1:1: an id is used once; claims/p/good.yml has it already"],
    ),
    (
        "a broken question",
        {"q/question.yml": "question: What?\nmodel: {kind: lstm}\nanser: []\n"},
        [
            "claims/q/question.yml:1:1: the key 'answer' must be there",
            "claims/q/question.yml:3:1: there is no key 'anser' (did you mean answer?)",
        ],
    ),
    (
        "a question with another model",
        {"q/question.yml": "question: What?\nmodel: {kind: lstn, units: 2}\nanswer: []\n"},
        ["claims/q/question.yml:2:9: there is no kind of model 'lstn' (did you mean lstm?)"],
    ),
    (
        "an option of a question that its kind does not have",
        {"q/question.yml": "question: What?\nmodel: {kind: gru, peepholes: true}\nanswer: []\n"},
        [
            "claims/q/question.yml:2:20: gru has no option 'peepholes' "
            "(known are …)"
        ],
    ),
    (
        "an answer that cites nothing",
        {"q/question.yml": "question: What?\nanswer:\n  - {says: So., because: [godo, good]}\n"},
        ["claims/q/question.yml:3:27: there must be a claim 'godo' (did you mean good?)"],
    ),
    (
        "a wrong claim that leads on to another wrong one",
        {
            "q/false-one.yml": "claim: One.\nsaid_by: {page: three}\nexpected: wrong\n"
            "test: outputs.timesteps == units\ninstead: good\nreply: {says: No., answer: Yes.}\n",
            "q/some.yml": "claim: Something.\nsaid_by: {page: three}\nexpected: wrong\n"
            "test: outputs.batch == units\ninstead: false-one\nreply: {says: No., answer: Yes.}\n",
        },
        [
            "claims/q/some.yml:5:1: false-one is expected to be wrong, so nothing is right instead "
            "there (good)"
        ],
    ),
    (
        "an unreadable source, which its claims still name",
        {"_sources/page.yml": "title: A page\nread: '2026\n"},
        [
            "claims/_sources/page.yml:2:7: this must be YAML: a quote that opens must be closed "
            "(inside single quotes, write ' twice)"
        ],
    ),
    (
        "a source with bad keys, which its claims still name",
        {"_sources/page.yml": "title: A page\nurl: example.org\nauthor: 5\n"},
        [
            "claims/_sources/page.yml:1:1: the key 'read' must be there",
            "claims/_sources/page.yml:2:1: url must be an address such as https://example.org/page",
            "claims/_sources/page.yml:3:1: author must be a text (put it into quotes)",
        ],
    ),
    (
        "a mirror of nothing",
        {"_sources/copy.yml": "title: A copy\nmirror_of: pag\nread: 2026-11-21\n"},
        ["claims/_sources/copy.yml:2:1: there must be a source 'pag' (did you mean page?)"],
    ),
    (
        "a mirror of itself",
        {"_sources/copy.yml": "title: A copy\nmirror_of: copy\nread: 2026-11-21\n"},
        ["claims/_sources/copy.yml:2:1: a page is a copy of another one, not of itself"],
    ),
    (
        "records as a machine writes them",
        {"_recorded/keras.json": RECORD.replace("BAD", "yes"), "_recorded/notes.txt": "x"},
        [],
    ),
    (
        "records that nobody can read",
        {
            "_recorded/a.json": '{"claims":\n  {,}',
            "_recorded/b.json": "[]",
            "_recorded/c.json": '{"claims": {"good": {"trials": []}, "x": 1}}',
            "_recorded/d.json": RECORD,
            "_recorded/e.json": "[" * 100_000,
        },
        [
            f"claims/_recorded/{line} (record it again)"
            for line in (
                "a.json:2:4: this must be JSON: Expecting property name enclosed in double quotes",
                "b.json:1:1: a record must have claims, by their ids",
                "c.json:1:1: a record must have version, date, digest of 'good'",
                "c.json:1:1: a record must have version, date, digest of 'x'",
                "d.json:1:1: a record must have an outcome and a setting in each trial of 'good'",
                "e.json:1:1: this file must be JSON in UTF-8",
            )
        ],
    ),
    (
        "contradictions that are not mutual",
        {
            "q/some.yml": NOTHING + "contradicts: [other, good]\n",
            "q/other.yml": NOTHING + "contradicts: [some]\n",
        },
        ["claims/q/some.yml:5:22: good must list some under contradicts too"],
    ),
    (
        "a former id of two claims",
        {"q/some.yml": NOTHING + "formerly: [old]\n", "q/zz.yml": NOTHING + "formerly: [old]\n"},
        ["claims/q/zz.yml:5:12: an earlier id belongs to one claim; some has 'old' already"],
    ),
    (
        "a covered statement with a file, and one that two claims cover",
        {
            "q/some.yml": NOTHING + "covers: {good: So., same: In other words.}\n",
            "q/zz.yml": NOTHING + "covers: {same: In others.}\n",
        },
        [
            "claims/q/some.yml:5:10: a statement has one place; good has 'good' already",
            "claims/q/zz.yml:5:10: a statement has one place; some has 'same' already",
        ],
    ),
    (
        "said by nobody, but another claim leads to it",
        {"q/some.yml": UNSAID, "q/zz.yml": NOTHING + "see_also: [some]\n"},
        [],
    ),
    (
        "said by nobody, and what leads to it cannot be read",
        {"q/some.yml": UNSAID, "q/zz.yml": "claim: [\n"},
        [
            "claims/q/zz.yml:2:1: this must be YAML: a value must stand here "
            "(put a text that starts with a bracket or a comma into quotes)"
        ],
    ),
    (
        "several files at once, in order",
        {
            "q/zz.yml": "claim: x\n",
            "_sources/page.yml": "title: A page\n",
            "q/aa.yml": "nothing\n",
            "stray.yaml": "",
        },
        [
            "claims/_sources/page.yml:1:1: the key 'read' must be there",
            "claims/q/aa.yml:1:1: a file holds keys and values (such as claim: …)",
            "claims/q/zz.yml:1:1: claim has at least 3 characters",
            "claims/stray.yaml:1:1: a claim lies in the folder of its question "
            "(such as claims/num-units/a-claim.yml)",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"), [row[1:] for row in FILES], ids=[r[0] for r in FILES]
)
def test_what_is_wrong_between_files_is_found(changes, expected, knowledge):
    assert found(knowledge(changes)) == expected


def test_every_rule_finds_something_above(knowledge):
    tables = [{f"q/{path.name}": path.read_text(encoding="utf-8")} for path in BAD]
    tables += [row[1] for row in FILES]
    useful = set()
    for changes in tables:
        folder = knowledge(changes)
        base = load(folder)
        useful |= {rule.__name__ for rule in RULES if list(rule(base))}
        shutil.rmtree(folder)
    folder.mkdir()
    useful |= {rule.__name__ for rule in RULES if list(rule(load(folder)))}
    assert useful == {rule.__name__ for rule in RULES}


def test_every_rule_explains_itself():
    for rule in RULES:
        assert rule.__doc__ and rule.__doc__.split("\n")[0].endswith(".")


# names of files and folders

NAMES = [
    ("q/a-claim.yml", None),
    ("q/2-claims.yml", None),
    ("q/My_Claim.yml", "such as my-claim.yml"),
    ("q/claim.yaml", "such as claim.yml"),
    ("q/claim.YML", "such as claim.yml"),
    ("q/a--b.yml", "such as a-b.yml"),
    ("q/-a.yml", "such as a.yml"),
    ("q/a b.yml", "such as a-b.yml"),
    ("q/ümlaut.yml", "such as mlaut.yml"),
    ("q/a.b.yml", "such as a-b.yml"),
    ("q/..a.yml", None),  # hidden, and so not looked at
    ("q/...yml", None),
    ("q/a..yml", "such as a.yml"),
    ("q/~.yml", "such as a-name.yml"),
    ("q/a\\..\\b.yml", "such as a-b.yml"),
    ("q/a%2fb.yml", "such as a-2fb.yml"),
    ("q/a\nb.yml", "such as a-b.yml"),
    ("q/a\x1b[2J.yml", "such as a-2j.yml"),
    ("q/a\u202eb.yml", "such as a-b.yml"),
    ("q/<script>.yml", "such as script.yml"),
    ("q/::error::x.yml", "such as error-x.yml"),
    ("q/" + "a" * 80 + ".yml", None),
    ("q/" + "a" * 81 + ".yml", "such as " + "a" * 80 + ".yml"),
    ("_sources/A Page.yml", "such as a-page.yml"),
    ("Other Question/question.yml", "such as other-question"),
    ("q.2/question.yml", "such as q"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "tip"), NAMES, ids=[repr(name)[:30] for name, _ in NAMES])
def test_a_name_is_an_id_or_a_finding(name, tip, knowledge):
    content = GOOD["_sources/page.yml"] if name.startswith("_") else NOTHING
    content = GOOD["q/question.yml"] if name.endswith("question.yml") else content
    findings = found(knowledge({name: content}))
    if tip is None:
        assert findings == []
    else:
        assert len(findings) == 1
        assert "is named by its id: at most 80 small letters, digits and hyphens" in findings[0]
        assert f"({tip})" in findings[0]
        assert findings[0].isprintable()


def test_a_name_that_is_not_even_text_is_shown(knowledge):
    folder = knowledge()
    try:
        (folder / "q" / os.fsdecode(b"\xff.yml")).write_text(NOTHING)
    except OSError:
        pytest.skip("this file system knows texts only")
    (finding,) = found(folder)
    assert finding.startswith("claims/q/\\udcff.yml:1:1: a claim's file is named by its id")
    assert finding.encode()


# folders that are none


def test_a_folder_is_neither_missing_nor_a_file_nor_a_link(knowledge, tmp_path):
    folder = knowledge()
    with pytest.raises(FileError, match="there must be a folder of claims here"):
        load(tmp_path / "nowhere")
    with pytest.raises(FileError, match="there must be a folder of claims here"):
        load(folder / "q" / "good.yml")
    (folder / "linked").symlink_to(folder / "q")
    (folder / "q" / "looped").symlink_to("looped")
    assert found(folder) == ["claims/linked:1:1: this must be a folder, neither a file nor a link"]


def test_a_folder_of_sources_that_is_a_file_is_a_finding(knowledge):
    folder = knowledge({"_sources/page.yml": None, "_sources/copy.yml": None, "_sources": "x"})
    findings = found(folder)
    assert findings[0] == "claims/_sources:1:1: this must be a folder, neither a file nor a link"
    assert {line.split(": ", 1)[1] for line in findings[1:]} == {
        "there must be a source 'page' (add it to _sources)",
        "there must be a source 'copy' (add it to _sources)",
    }


def test_a_folder_that_cannot_be_listed_is_a_finding(knowledge, monkeypatch):
    folder, listed = knowledge(), Path.iterdir

    def refuse(path: Path):
        if path.name == "q":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(base_module.Path, "iterdir", refuse)
    assert found(folder) == ["claims/q:1:1: this folder cannot be read: Permission denied"]


def test_a_folder_without_a_claim_is_a_finding(tmp_path):
    folder = tmp_path / "claims"
    folder.mkdir()
    expected = (
        "claims:1:1: there must be a claim in this folder (such as num-units/a-claim.yml in it)"
    )
    assert found(folder) == [expected]


def test_a_folder_may_be_named_by_a_link_or_a_dot(knowledge, tmp_path, monkeypatch):
    folder = knowledge({"q/bad.yml": "claim: x\n"})
    (tmp_path / "link").symlink_to(folder)
    assert found(tmp_path / "link")[0].startswith("link/q/bad.yml:1:1: ")
    monkeypatch.chdir(folder)
    assert found(Path())[0].startswith("q/bad.yml:1:1: ")


# what is used of a broken file


def test_of_a_broken_question_title_and_model_are_used(knowledge):
    content = "question: Why?\nmodel: {kind: gru}\nanser: []\n"
    base = load(knowledge({"q/question.yml": content}))
    assert base.questions["q"].title == "Why?"
    assert base.claims["good"].trial.model == {"kind": "gru"}


def test_a_broken_claim_is_looked_at_as_far_as_it_can_be_read(knowledge):
    content = NOTHING.replace("outputs", "otputs") + "colour: red\n"
    base = load(knowledge({"q/some.yml": content, "q/worse.yml": "claim: [\n"}))
    assert set(base.broken) == {"some", "worse"}
    assert set(base.drafts) == {"some"}
    lines = [str(f) for f in lint(base) if f.file == "claims/q/some.yml"]
    assert lines[0].startswith("claims/q/some.yml:4:7: there is no name 'otputs' here")
    assert lines[1].startswith("claims/q/some.yml:5:1: there is no key 'colour'")


def test_keys_that_change_the_meaning_of_others_leave_no_draft(knowledge):
    content = NOTHING.replace("outputs", "one.outputs") + "runs: {one: 5}\n"
    base = load(knowledge({"q/some.yml": content}))
    assert base.drafts == {}
    (finding,) = lint(base)
    assert str(finding) == "claims/q/some.yml:5:8: runs.one must be keys and values [file-format]"


def test_findings_are_the_same_bytes_every_time(knowledge):
    changes = {f"q/{p.name}": p.read_text(encoding="utf-8") for p in BAD}
    folder = knowledge(changes)
    first = found(folder)
    assert len(first) > 100
    assert found(folder) == first == sorted(first, key=lambda line: _order(line))


def _order(line: str) -> tuple[str, int, int, str]:
    file, row, column, rest = line.split(":", 3)
    return file, int(row), int(column), rest


# whatever a contributor does to a good file, there are findings or a claim, and no exception

SEEDS = [content for name, content in GOOD.items() if name.startswith("q/")]
SEEDS += [p.read_text(encoding="utf-8").split("#!")[0] for p in BAD]
SEEDS += [p.read_text(encoding="utf-8") for p in sorted((ROOT / "claims").glob("[a-z]*/*.yml"))]
PIECES = [
    *(
        "",
        " ",
        "\n",
        "  ",
        ": ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "'",
        '"',
        "#",
        "|\n",
        "~",
        "\t",
        "é",
    ),
    *(
        "0",
        "-1",
        "1e9",
        "null",
        "true",
        "units",
        "outputs",
        "it",
        "before.h",
        "(",
        ")",
        "**9",
        "[0]",
    ),
    *(".x", "test: ", "at: {a: 0..9}", "expected: ", "runs: {one: {}}\n", "set: {inputs: 0}"),
    *("kind: gru", "from: "),
]


@st.composite
def mutated(draw) -> str:
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 8)))
        text = text[:start] + draw(st.sampled_from(PIECES)) + text[end:]
    return text


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=mutated())
def test_no_file_makes_an_exception(content, knowledge):
    folder = knowledge({"q/some.yml": content})
    base = load(folder)
    findings = lint(base)
    assert ("some" in base.claims) != ("some" in base.broken)
    assert all(str(finding).isprintable() for finding in findings)
    if "some" in base.broken:
        assert any(finding.file == "claims/q/some.yml" for finding in findings)
    elif isinstance(base.claims["some"].trial, Depends):
        assert base.claims["some"].trial.conditions
