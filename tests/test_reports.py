"""Every format of ``checker check`` tells of the same results, and its reader can read it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as xml

import pytest
from jsonschema import Draft202012Validator
from test_cli import BROKEN, CLAIM, ERROR, GOOD, SURPRISE

from checker import results_schema
from checker.cli import main
from checker.commands import output
from checker.report import github, junit, markdown, terminal, text
from checker.report.changes import Changes

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "checker" / "results.schema.json"
HOW = "the results have changed: python -m checker.results_schema > checker/results.schema.json"
BAD_SOURCE = {"_sources/page.yml": "title: [\n"}
ANSWER = {"q/question.yml": GOOD["q/question.yml"].replace("right", "wrong")}
CRASH = {"q/crash.yml": GOOD["q/wrong.yml"].replace("outputs.units ==", "1 / 0 ==")}
EVERYTHING = {**SURPRISE, **BROKEN, **BAD_SOURCE, **ANSWER, **CRASH}


@pytest.fixture
def check(tmp_path, capsys, monkeypatch):
    """Check a folder of claims in one format; gives exit code, what was printed, and errors."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(form, changes=None, *argv):
        for name, content in {**GOOD, **(changes or {})}.items():
            path = tmp_path / "claims" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        code = main(["check", "--format", form, *argv])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


# JSON, and its schema


@pytest.fixture(scope="module")
def schema():
    committed = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(committed)
    return Draft202012Validator(committed)


def test_the_committed_schema_is_the_generated_one():
    assert SCHEMA.read_text(encoding="utf-8") == results_schema.schema(), HOW


def test_the_schema_explains_every_key():
    described = results_schema.Results.model_json_schema()
    for name, part in {"Results": described, **described["$defs"]}.items():
        for key, about in part["properties"].items() if name != "Counts" else ():
            assert about.get("description") or "$ref" in about, f"{name}.{key}"


@pytest.mark.parametrize("changes", [{}, EVERYTHING], ids=["good", "everything"])
def test_real_results_fit_the_schema(changes, check, schema):
    found = json.loads(check("json", changes)[1])
    assert found["claims"] and [error.message for error in schema.iter_errors(found)] == []


def test_results_of_the_canaries_fit_the_schema(canaries, capsys, schema):
    main(["check", "--format", "json", "--claims", str(canaries)])
    found = json.loads(capsys.readouterr().out)
    assert len(found["claims"]) > 40 and any(claim["frameworks"] for claim in found["claims"])
    assert [error.message for error in schema.iter_errors(found)] == []


SPOILT = [
    lambda found: found.pop("counts"),
    lambda found: found.update(extra=1),
    lambda found: found["claims"][0].pop("verdict"),
    lambda found: found["claims"][0].update(verdict="right"),
    lambda found: found["claims"][0].update(settings="many"),
    lambda found: found["claims"][1]["shown"].update(colour="red"),
    lambda found: found["counts"].update(surprising=1),
    lambda found: found.update(schema=2),
]


@pytest.mark.parametrize("spoil", SPOILT, ids=range(len(SPOILT)))
def test_other_results_do_not_fit_the_schema(spoil, check, schema):
    found = json.loads(check("json")[1])
    assert schema.is_valid(found)
    spoil(found)
    assert not schema.is_valid(found)


# JUnit XML: the rules of Jenkins' junit-10.xsd as far as a suite of claims meets them, and that
# the numbers are those of what stands below

COUNTS = {"tests", "failures", "errors", "skipped"}
ELEMENTS = {  # element: children, attributes that must be there, attributes that may be
    "testsuites": ({"testsuite"}, COUNTS, {"name"}),
    "testsuite": ({"testcase"}, {"name", *COUNTS}, {"time", "timestamp", "hostname", "id"}),
    "testcase": ({"failure", "error", "skipped"}, {"name", "classname"}, {"time", "file", "line"}),
    "failure": (set(), {"message", "type"}, set()),
    "error": (set(), {"message", "type"}, set()),
    "skipped": (set(), {"message"}, set()),
}
COUNTED = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}


def wrong_in_junit(document: str) -> list[str]:
    """What a reader of JUnit XML would stumble over."""
    root = xml.fromstring(document)
    found = [] if root.tag == "testsuites" else [f"the root is {root.tag}"]
    for element in root.iter():
        children, needed, allowed = ELEMENTS.get(element.tag, (set(), set(), set()))
        names = element.attrib.keys()
        found += [f"{element.tag} in it" for child in element if child.tag not in children]
        found += [f"{element.tag} without {name}" for name in needed - names]
        found += [f"{element.tag} with {name}" for name in names - needed - allowed]
        if element.tag in ("testsuites", "testsuite"):
            found += [f"wrong {name} of {element.tag}" for name, tag in COUNTED.items()
                      if int(element.get(name, -1)) != len([*element.iter(tag)])]  # fmt: skip
        if element.tag == "testcase" and len(element) > 1:
            found.append("two results of one case")
    cases = Counter((case.get("classname"), case.get("name")) for case in root.iter("testcase"))
    return found + [f"{case} twice" for case, number in cases.items() if number > 1]


def cases(document):
    root = xml.fromstring(document)
    return {case.get("name"): (case[0].tag if len(case) else "", case) for case in
            root.iter("testcase")}  # fmt: skip


def test_junit_has_a_case_for_each_claim(check):
    code, out, _ = check("junit", EVERYTHING)
    assert code == 2 and wrong_in_junit(out) == []
    found = cases(out)
    assert {name: result for name, (result, _) in found.items()} == {
        "either": "", "right": "failure", "wrong": "", "taste": "skipped",
        "crash": "error", "broken": "error", "It is so.": "failure",
        "claims/_sources/page.yml": "error",
    }  # fmt: skip


def test_junit_shows_why(check):
    found = cases(check("junit", {**SURPRISE, **ERROR, **BROKEN})[1])
    error = found["right"][1][0]
    assert error.get("message").startswith("at batch 3, timesteps 2, features 6, units 2: shapes")
    broken = found["broken"][1][0]
    assert broken.get("message") == "there is no key 'expectd'"
    assert "claims/q/broken.yml:2:1: " in broken.text
    surprise = {"q/wrong.yml": GOOD["q/wrong.yml"].replace("expected: wrong", "expected: correct")}
    failure = cases(check("junit", {**surprise, "q/right.yml": GOOD["q/right.yml"]})[1])["wrong"][
        1
    ][0]
    assert failure.get("message") == "Wrong, expected correct"
    assert "smallest counter-example: batch 3, timesteps 2" in failure.text
    assert "outputs.units = 2" in failure.text


def test_junit_is_the_same_every_time_and_takes_every_character(check):
    nice = (
        GOOD["q/taste.yml"].replace("nice", 'größer < 3 & "😀"').replace("taste.", "]]> &amp; x.")
    )
    first = check("junit", {"q/taste.yml": nice})
    assert first == check("junit", {"q/taste.yml": nice})
    assert wrong_in_junit(first[1]) == []


def test_junit_holds_no_character_that_xml_cannot_hold():
    claim = CLAIM | {"question": "q", "file": "f", "verdict": "wrong", "as_expected": False}
    found = {"claims": [claim | {"reason": "a\x1b[2J\x00\ufffe\udcff"}], "broken": [],
             "findings": [], "questions": []}  # fmt: skip
    document = junit.report(found)
    assert wrong_in_junit(document) == []
    assert r"a\x1b[2J\x00\xfffe\xdcff" in document


PLANTED = [
    ('tests="', 'tests="9', "wrong tests"),
    ('<testsuite name="q"', '<testsuite title="q"', "testsuite without name"),
    ("<skipped", "<ignored", "testcase in it"),
    ("testsuites", "suites", "the root is suites"),
    ('name="right"', 'name="wrong"', "twice"),
]


@pytest.mark.parametrize(("old", "new", "told"), PLANTED)
def test_what_is_no_junit_would_be_seen(old, new, told, check):
    document = check("junit")[1]
    assert wrong_in_junit(document) == []
    spoilt = document.replace(old, new).replace("</skipped", f"</{new[1:]}")
    assert any(told in wrong for wrong in wrong_in_junit(spoilt))


# GitHub

COMMAND = re.compile(r"::(?P<command>\w+) (?P<properties>[^:]*)::(?P<message>.*)")
UNESCAPED = [("%0A", "\n"), ("%0D", "\r"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]


def annotations(printed):
    """Read annotations as GitHub's runner does."""

    def plain(words):
        for escaped, meant in UNESCAPED:
            words = words.replace(escaped, meant)
        return words

    found = []
    for line in printed.splitlines():
        match = COMMAND.fullmatch(line)
        if match:
            pairs = (pair.split("=", 1) for pair in match["properties"].split(","))
            properties = {name: plain(value) for name, value in pairs}
            found.append((match["command"], properties, plain(match["message"])))
    return found


def test_github_annotates_the_files(check):
    code, out, _ = check("github", EVERYTHING)
    found = {(p.get("file"), p.get("line")): (p, message) for _, p, message in annotations(out)}
    assert code == 2 and {command for command, _, _ in annotations(out)} == {"error"}
    assert found["claims/q/right.yml", "3"][0]["title"] == "Correct, expected undecided"
    assert "As many units as asked for.\n→ Correct\n" in found["claims/q/right.yml", "3"][1]
    assert found["claims/q/crash.yml", "3"][0]["title"] == "Not settled (error), expected wrong"
    assert found["claims/q/broken.yml", "2"][1].startswith("there is no key 'expectd' (did you")
    assert ("claims/_sources/page.yml", "2") in found
    assert found[None, None][0]["title"] == "the short answer to q rests on wrong, not all correct"
    assert out.splitlines()[-1].startswith("5 claims: ")


def test_github_says_nothing_of_what_is_as_it_must_be(check):
    code, out, _ = check("github")
    assert code == 0
    assert out == "4 claims: 1 correct, 1 wrong, 1 depends, 1 not-testable; all as expected\n"


HOSTILE = "100 %: a,b::set-env name=x::y%0A"


def test_no_claim_commands_the_runner():
    claim = CLAIM | {"question": "q", "file": f"c/{HOSTILE}.yml", "line": 1, "column": 2,
                     "claim": f"One.\n::warning::{HOSTILE}\r::error::x", "as_expected": False,
                     "expected": "wrong", "contradicts": []}  # fmt: skip
    finding = {
        "file": "f,x:y",
        "line": 1,
        "column": 1,
        "message": f"\n::debug::{HOSTILE}",
        "tip": "",
    }
    found = {
        "claims": [claim],
        "findings": [finding],
        "questions": [],
        "broken": [],
        "counts": {},
        "left_out": [],
    }
    lines = list(github.report(found))
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert [line.split(" ")[0] for line in lines] == ["::error", "::error", "1"]
    told = annotations("\n".join(lines))
    assert [properties["file"] for _, properties, _ in told] == ["f,x:y", f"c/{HOSTILE}.yml"]
    assert told[1][2].startswith(f"One.\n::warning::{HOSTILE}\r::error::x\n")


def test_files_are_named_from_the_root_of_the_repository(check, tmp_path, monkeypatch, capsys):
    check("github", SURPRISE)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path.parent))
    main(["check", "--format", "github"])
    assert f"file={tmp_path.name}/claims/q/right.yml,line=3" in capsys.readouterr().out


def test_github_appends_the_summary_where_it_is_wanted(check, tmp_path, monkeypatch, capsys):
    check("github", SURPRISE)
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    main(["check", "--format", "github"])
    capsys.readouterr()
    main(["check", "--format", "markdown"])
    assert summary.read_text(encoding="utf-8") == "before\n" + capsys.readouterr().out
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    assert main(["check", "--format", "github"]) == 2
    assert "(GITHUB_STEP_SUMMARY) cannot be written" in capsys.readouterr().err


# Markdown, and what a change does


def test_markdown_tells_what_is_not_as_it_must_be(check):
    code, out, _ = check("markdown", EVERYTHING)
    assert code == 2
    headings = re.findall("^#.*", out, re.MULTILINE)
    assert headings[0].startswith("### 5 claims: ")
    assert headings[1:] == [
        "#### Not as expected: 1", "#### Could not be run: 1",
        "#### Answers that rest on what is not correct: 1", "#### To be mended: 3",
    ]  # fmt: skip
    assert "- **Correct** ✗ expected undecided `right`: As many units as asked for." in out
    assert "- `q`, on `wrong`: It is so." in out


def test_markdown_of_what_is_all_right_is_one_line(check):
    assert (
        check("markdown")[1].startswith("### 4 claims: ") and check("markdown")[1].count("\n") == 1
    )


@pytest.fixture
def earlier(check, tmp_path):
    """The results before a change."""
    file = tmp_path / "earlier.json"
    file.write_text(check("json")[1], encoding="utf-8")
    return file


NEW = {"q/new.yml": GOOD["q/wrong.yml"].replace("There is one unit", "Only one unit")}
NOW_WRONG = {"q/right.yml": GOOD["q/right.yml"].replace("== units", "== 1")}


def test_against_earlier_results_it_is_told_what_changes(check, earlier, tmp_path):
    (tmp_path / "claims" / "q" / "taste.yml").unlink()
    del_taste = {"q/taste.yml": GOOD["q/taste.yml"].replace("nice", "nicer")}
    code, out, _ = check("markdown", {**NEW, **NOW_WRONG, **del_taste}, "--against", str(earlier))
    assert code == 1
    told = dict(re.findall(r"^#### ([^:]*): \d+\n\n(.*?)\n\n?(?=####|\Z)", out, re.M | re.S))
    assert "**Wrong** `new`: Only one unit." in told["New"]
    assert "smallest counter-example: batch 3, timesteps 2, features 6, units 2: " in told["New"]
    assert "`outputs.units == 1`; `outputs.units = 2`" in told["New"]
    assert "Correct → **Wrong** ✗ expected correct `right`" in told["Changed"]
    assert "Not as expected" not in told  # each claim is told of once
    pages = told["Pages touched"].splitlines()
    assert "- claim `taste`: It is nicer." in pages
    assert "- question `q`: What is it?" in pages
    assert "- public page `copy`: A copy" in pages
    assert "- public page `page`: [A page](<https://Example.org/questions/1/what-is-it/>)" in pages
    assert "- public page `forum`: [A forum](<https://forum.example.org/t?id=5>)" in pages


def test_only_pages_that_come_out_otherwise_are_touched(check, earlier):
    def pages(changes):
        out = check("markdown", changes, "--against", str(earlier))[1]
        return [line.split(":")[0] for line in out.partition("Pages touched")[2].splitlines()[2:]]

    fact = {"q/right.yml": GOOD["q/right.yml"].replace("Units are units", "It is so")}
    assert pages(fact) == ["- claim `right`"]
    nicer = {**GOOD, "q/taste.yml": GOOD["q/taste.yml"].replace("nice", "nicer")}
    assert pages(nicer) == ["- claim `taste`", "- question `q`", "- public page `page`"]


def test_what_is_gone_or_tried_otherwise_is_told(check, earlier, tmp_path):
    (tmp_path / "claims" / "q" / "taste.yml").unlink()
    otherwise = GOOD["q/wrong.yml"].replace("outputs.units == 1", "outputs.units == 2 - 1")
    kept = {name: text for name, text in GOOD.items() if name != "q/taste.yml"}
    for name, content in {**kept, "q/wrong.yml": otherwise}.items():
        (tmp_path / "claims" / name).write_text(content, encoding="utf-8")
    found = json.loads(earlier.read_text(encoding="utf-8"))
    after = deepcopy(found)
    after["claims"] = [claim for claim in after["claims"] if claim["id"] != "taste"]
    next(claim for claim in after["claims"] if claim["id"] == "wrong")["digest"] = "another"
    out = markdown.report(after, Changes(found, after))
    assert "#### Gone: 1\n\n- `taste`: It is nice.\n" in out
    assert "#### Tried otherwise, with the same verdict: 1\n\n- **Wrong** `wrong`" in out


@pytest.mark.parametrize("changes", [NOW_WRONG, {}, NEW], ids=["another test", "none", "new"])
def test_another_test_under_an_old_id_is_warned_of(changes, check, earlier):
    told = check("github", changes, "--against", str(earlier))[1]
    warned = [line for line in told.splitlines() if line.startswith("::warning ")]
    assert len(warned) == (changes is NOW_WRONG)
    assert all("q/right.yml" in line and "give it a new id" in line for line in warned)
    summary = check("markdown", changes, "--against", str(earlier))[1]
    heading = "#### Another test under an old id: 1\n\n- `right`: its test is another one"
    assert (heading in summary) is (changes is NOW_WRONG)
    assert "::warning" not in check("github", changes)[1]


def test_no_change_is_told_too(check, earlier):
    code, out, _ = check("markdown", {}, "--against", str(earlier))
    assert code == 0 and out.endswith("\nNo verdict changes.\n")


def test_a_file_that_only_moved_its_lines_touches_no_page(check, earlier):
    commented = {"q/wrong.yml": "# A comment.\n" + GOOD["q/wrong.yml"]}
    assert "Pages touched" not in check("markdown", commented, "--against", str(earlier))[1]


def test_a_broken_claim_is_to_be_mended_and_not_gone(check, earlier):
    _, out, _ = check("markdown", {"q/taste.yml": "claim: [\n"}, "--against", str(earlier))
    assert "To be mended: 1" in out and "Gone" not in out


def test_the_summary_tells_the_change(check, earlier, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    main(["check", "--format", "github", "--against", str(earlier)])
    assert "No verdict changes." in (tmp_path / "summary.md").read_text(encoding="utf-8")


AGAINST = [
    (["--format", "json"], "{}", "--against goes with --format github or markdown"),
    (["--format", "markdown", "right"], "{}", "--against compares all claims: name none"),
    (["--format", "markdown"], None, "earlier.json cannot be read: No such file or directory"),
    *((["--format", "markdown"], content, "earlier.json must be a results file (checker check")
      for content in ("", "{", "[]", "{}", "[" * 100_000, '{"schema": 2, "claims": []}',
                      '{"schema": 1, "claims": [{"id": 3}], "questions": [], "sources": []}')),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "content", "message"), AGAINST, ids=range(len(AGAINST)))
def test_what_cannot_be_compared_with_is_refused(argv, content, message, tmp_path, capsys, check):
    check("markdown")
    if content is not None:
        (tmp_path / "earlier.json").write_text(content)
    assert main(["check", *argv, "--against", "earlier.json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and message in printed.err and "Traceback" not in printed.err


def test_results_of_an_earlier_version_can_be_compared_with(check, earlier):
    found = json.loads(earlier.read_text(encoding="utf-8"))
    for claim in found["claims"]:
        del claim["line"], claim["column"], claim["linked"]
    earlier.write_text(json.dumps(found), encoding="utf-8")
    assert "No verdict changes." in check("markdown", {}, "--against", str(earlier))[1]


MARKS = [
    ("a *b* _c_", "a &#42;b&#42; &#95;c&#95;"),
    ("<script>", "&#60;script&#62;"),
    ("[x](https://evil.example)", "&#91;x&#93;(https&#58;//evil.example)"),
    ("www.evil.example", "www&#46;evil.example"),
    ("@somebody, a@b.c", "&#64;somebody, a&#64;b.c"),
    ("# no\n\n- heading", "&#35; no - heading"),
    ("plain words, 3 < 4; (so)", "plain words, 3 &#60; 4; (so)"),
]


@pytest.mark.parametrize(("words", "shown"), MARKS)
def test_words_are_no_markdown(words, shown):
    assert markdown.escaped(words) == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [("a", "`a`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("a\nb", "`a b`")],
)
def test_code_stays_code(words, shown):
    assert markdown.code(words) == shown


def test_a_long_list_is_cut(check):
    found = json.loads(check("json", SURPRISE)[1])
    [claim] = [claim for claim in found["claims"] if claim["id"] == "right"]
    found["claims"] = [{**claim, "id": f"claim-{number}"} for number in range(markdown.MOST + 7)]
    out = markdown.report(found)
    assert out.count("\n- **") == markdown.MOST and "\n- … and 7 more\n" in out


# terminals

COLOURS = [
    ({}, True, True),
    ({}, False, False),
    ({"NO_COLOR": "1"}, True, False),
    ({"NO_COLOR": ""}, True, True),
    ({"FORCE_COLOR": "1"}, False, True),
    ({"FORCE_COLOR": ""}, False, False),
    ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
    ({"TERM": "dumb"}, True, False),
    ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
]


@pytest.mark.parametrize(("environment", "is_terminal", "colour"), COLOURS)
def test_colour_is_for_terminals(environment, is_terminal, colour):
    assert terminal.wants_colour(environment, is_terminal) is colour


@pytest.mark.parametrize("force", [False, True])
def test_a_pipe_gets_colour_only_by_force(force, check, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1" if force else "")
    out = check("text", SURPRISE)[1]
    assert ("\x1b[" in out) is force
    if force:
        assert "\x1b[1;31m✗ expected undecided\x1b[0m" in out
        assert re.search("\x1b\\[31mWrong +\x1b\\[0m wrong\n", out)


LINES = [
    ("short", 10, ["short"]),
    ("one two three", 9, ["one two", "    three"]),
    ("    one two three", 12, ["    one two", "        three"]),
    ("unbreakable-word", 5, ["unbreakable-word"]),
    ("a unbreakable-word b", 5, ["a", "    unbreakable-word", "    b"]),
    ("Wrong                  id", 30, ["Wrong                  id"]),
    ("\x1b[31mone\x1b[0m two", 7, ["\x1b[31mone\x1b[0m two"]),
    ("世界 世界", 7, ["世界", "    世界"]),
    ("", 5, [""]),
]


@pytest.mark.parametrize(("line", "width", "pieces"), LINES)
def test_a_line_is_as_wide_as_the_terminal(line, width, pieces):
    assert list(terminal.wrapped(line, width)) == pieces


@pytest.mark.parametrize(("is_terminal", "lines"), [(True, 4), (False, 1)])
def test_only_a_terminal_wraps(is_terminal, lines, monkeypatch):
    written = []
    stream = SimpleNamespace(isatty=lambda: is_terminal, write=written.append, flush=lambda: None)
    monkeypatch.setattr(output.sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "12")
    output.tell("one two three four five")
    assert "".join(written).count("\n") == lines


def test_a_claim_that_is_weak_is_not_said_to_come_out_otherwise():
    weak = CLAIM | {"as_expected": False, "told_apart_by": "unrelated-rival"}
    assert text.one_line(weak).endswith("✗ but not told apart as it must be")
    assert "✗ but not told apart as it must be: see below" in text.evidence(weak)


# the results of another commit, as the workflow makes them

CHECKER = """from pathlib import Path
Path("results.json").write_text(Path("claims/one").read_text())
print("first line")
print("counts")
"""


@pytest.fixture
def repository(tmp_path):
    """A repository of two commits, whose checker copies a word, and an environment for it."""
    work = tmp_path / "work"
    for name, content in {"checker/__main__.py": CHECKER, "claims/one": "before"}.items():
        (work / name).parent.mkdir(parents=True)
        (work / name).write_text(content)
    (work / "Makefile").write_text(".venv/.installed-site: ;\n")
    (work / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "base-results", work / ".ci")
    (work / ".venv" / "bin").mkdir(parents=True)
    (work / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (work / ".gitignore").write_text(".venv\n")

    def git(*argv):
        names = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", *names, *argv], cwd=work, check=True, capture_output=True)

    git("init")
    for content in ("before", "after"):
        (work / "claims" / "one").write_text(content)
        git("add", "-A")
        git("commit", "-m", content)
    return work


@pytest.mark.skipif(not (shutil.which("git") and shutil.which("make")), reason="needs git and make")
@pytest.mark.parametrize(
    ("commit", "code", "made"),
    [("HEAD^1", 0, "before"), ("HEAD", 0, "after"), ("HEAD^7", 128, None)],
)
def test_the_results_of_another_commit(commit, code, made, repository, tmp_path):
    file = tmp_path / "base.json"
    command = [str(repository / ".ci" / "base-results"), commit, str(file)]
    environment = {k: v for k, v in os.environ.items() if k not in ("VENV", "MAKEFLAGS")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == code, done.stderr
    assert (file.read_text() if file.exists() else None) == made
    assert not done.stdout or done.stdout.splitlines()[-1] == "counts"


def test_a_commit_without_results_is_told(repository, tmp_path):
    broken = "import sys\nsys.exit('it is broken')\n"
    (repository / "checker" / "__main__.py").write_text(broken)
    subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-am", "x"],
        cwd=repository, check=True, capture_output=True,
    )  # fmt: skip
    command = [str(repository / ".ci" / "base-results"), "HEAD", str(tmp_path / "base.json")]
    own = {name: value for name, value in os.environ.items() if name != "VENV"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=own)
    assert done.returncode == 3
    assert "it is broken\nno results of HEAD (exit code 1)\n" in done.stderr
