"""The command line: what it prints, where, and with which exit code, on good, bad and no input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from checker.cli import main
from checker.report import text

ROOT = Path(__file__).parent.parent
AT = "at: {batch: [3], timesteps: [2, 5], features: [6], units: [2, 7]}\n"
GOOD = {
    "_sources/page.yml": "title: A page\nurl: https://Example.org/questions/1/what-is-it/\n"
    "read: 2026-11-21\n",
    "_sources/copy.yml": "title: A copy\nmirror_of: page\nread: 2026-11-21\n",
    "_sources/forum.yml": "title: A forum\nurl: https://forum.example.org/t?id=5\n"
    "read: 2026-11-21\n",
    "q/question.yml": "question: What is it?\nanswer:\n  - says: It is so.\n    because: [right]\n",
    "q/right.yml": "claim: As many units as asked for.\nsaid_by: {page: paragraph 1}\n"
    f"expected: correct\ntest: outputs.units == units\n{AT}control: {{model: {{projection: 1}}}}\n"
    "fact: Units are units.\nformerly: [right-before]\n",
    "q/wrong.yml": "claim: There is one unit.\nsaid_by: {copy: paragraph 2}\nexpected: wrong\n"
    f"test: outputs.units == 1\n{AT}control: {{model: {{projection: 1}}}}\n"
    "instead: right\nreply: {says: It was one., answer: By chance.}\n",
    "q/either.yml": "claim: It depends.\nasked_by: {forum: question}\nexpected: depends\n"
    "depends: {one thing holds: right, another holds: wrong}\n",
    "q/taste.yml": "claim: It is nice.\nsaid_by: {page: paragraph 4}\nuntestable: opinion\n"
    "because: It is a matter of taste.\n",
}
SURPRISE = {"q/right.yml": GOOD["q/right.yml"].replace("expected: correct", "expected: undecided")}
ERROR = {
    "q/right.yml": GOOD["q/right.yml"].replace("outputs.units == units", "close(outputs, inputs)")
}
ANSWER = {"q/question.yml": GOOD["q/question.yml"].replace("right", "wrong")}
BROKEN = {"q/broken.yml": "claim: It cannot be read.\nexpectd: correct\ntest: outputs.units = 1\n"}
ELSEWHERE = "2 findings in other files: see checker lint\n"
ONE_ELSEWHERE = "1 finding in other files: see checker lint\n"
UNREAD = (
    "claims/q/broken.yml:2:1: there is no key 'expectd' (did you mean expected?) [file-format]\n"
)


@pytest.fixture
def knowledge(tmp_path):
    def write(changes: dict[str, str] | None = None) -> str:
        folder = tmp_path / "claims"
        for name, content in {**GOOD, **(changes or {})}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return str(folder)

    return write


@pytest.fixture
def run(capsys):
    """Run a command; gives exit code, standard output and standard error."""

    def command(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def process(*argv: str, **more) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "checker", *argv]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, **more)


# check

CHECKS = [
    ("all as expected", {}, 0),
    ("another verdict than expected", SURPRISE, 1),
    ("an unexpected one and a bad file", {**SURPRISE, **BROKEN}, 2),
    ("a bad file", BROKEN, 2),
    ("a bad file and one that cannot be run", {**ERROR, **BROKEN}, 2),
    ("one that cannot be run", ERROR, 3),
    ("an answer that rests on what is wrong", ANSWER, 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"), [row[1:] for row in CHECKS], ids=[r[0] for r in CHECKS]
)
def test_check_says_by_its_exit_code_how_it_went(changes, code, knowledge, run):
    assert run("check", "--claims", knowledge(changes))[0] == code


def test_check_prints_a_line_for_each_claim(knowledge, run):
    code, out, err = run("check", "--claims", knowledge())
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "Depends                either",
        "Correct                right",
        "Not testable           taste",
        "Wrong                  wrong",
        "",
        "4 claims: 1 correct, 1 wrong, 1 depends, 1 not-testable; all as expected",
    ]


def test_check_marks_what_is_not_as_expected(knowledge, run):
    code, out, _ = run("check", "--claims", knowledge(SURPRISE))
    assert code == 1
    assert "Correct                right   ✗ expected undecided" in out
    assert out.endswith("1 not as expected\n")


def test_a_broken_file_hides_no_verdict(knowledge, run):
    code, out, err = run("check", "--claims", knowledge(BROKEN))
    assert code == 2
    for line in ("Correct                right", "Wrong                  wrong"):
        assert line in out
    assert "broken was not tried: its file must be mended first" in out
    assert err.startswith(UNREAD)
    assert "claims/q/broken.yml:3:21: this must be an expression" in err
    assert "Traceback" not in err


def test_a_broken_source_or_question_hides_no_verdict(knowledge, run):
    changes = {"_sources/page.yml": "title: [\n", "q/question.yml": "question: [\n"}
    code, out, err = run("check", "--claims", knowledge(changes))
    assert code == 2
    assert "Correct                right" in out and "4 claims" in out
    assert [line.split(":")[0] for line in err.splitlines()] == [
        "claims/_sources/page.yml",
        "claims/q/question.yml",
    ]


def test_a_record_that_cannot_be_read_decides_nothing_and_is_named(knowledge, run):
    folder = knowledge({"_recorded/keras.json": "{"})
    for command in (["check"], ["check", "right"]):
        code, out, err = run(*command, "--claims", folder)
        assert code == 2
        assert "right" in out and "Correct" in out
        assert err.startswith("claims/_recorded/keras.json:1:2: this must be JSON: ")


def test_what_a_file_lacks_beside_its_test_does_not_hide_the_verdict(knowledge, run):
    lacking = GOOD["q/wrong.yml"].split("instead:")[0]
    folder = knowledge({"q/wrong.yml": lacking})
    code, out, err = run("check", "wrong", "--claims", folder)
    assert code == 2
    assert "→ Wrong" in out
    assert "claims/q/wrong.yml" in err


def test_check_of_named_claims_shows_the_evidence_and_tries_what_they_rest_on(knowledge, run):
    code, out, _ = run("check", "either", "--claims", knowledge(SURPRISE))
    assert "It depends.\n→ Depends" in out
    assert "As many units as asked for." in out
    assert "taste" not in out
    assert code == 1


def test_check_of_a_named_claim_that_is_broken(knowledge, run):
    code, out, err = run("check", "broken", "--claims", knowledge(BROKEN))
    assert code == 2
    assert "broken was not tried: its file must be mended first" in out
    assert err.startswith(UNREAD)


CONCERNED = [
    ("right", BROKEN, 0, ELSEWHERE),
    ("right", {"q/broken.yml": "claim: [\n"}, 0, ONE_ELSEWHERE),
    ("right", {**ERROR, **BROKEN}, 3, ELSEWHERE),
    ("right", {**SURPRISE, **BROKEN}, 1, ELSEWHERE),
    ("broken", {**BROKEN, "q/worse.yml": "claim: [\n"}, 2, UNREAD),
    ("right", {"_sources/page.yml": "title: [\n"}, 2, "claims/_sources/page.yml:2:1: "),
    ("right", {"_sources/forum.yml": "title: [\n"}, 0, ONE_ELSEWHERE),
    ("wrong", {"_sources/page.yml": "title: [\n"}, 2, "claims/_sources/page.yml:2:1: "),
    ("right", {"q/question.yml": "question: [\n"}, 2, "claims/q/question.yml:2:1: "),
    ("either", {"q/right.yml": "claim: [\n"}, 2, "claims/q/right.yml:2:1: "),
    ("either", {"q/either.yml": GOOD["q/either.yml"] + "x: 1\n", "q/right.yml": "claim: [\n"}, 2,
     "claims/q/either.yml:5:1: there is no key 'x'"),
    ("right", {"p/question.yml": "question: [\n"}, 0, ONE_ELSEWHERE),
]  # fmt: skip


@pytest.mark.parametrize(("id_", "changes", "code", "told"), CONCERNED)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_named_claim_is_told_what_concerns_it(id_, changes, code, told, form, knowledge, run):
    found, out, err = run("check", id_, "--format", form, "--claims", knowledge(changes))
    assert found == code
    assert err.startswith(told)
    if form == "json":
        shown = [line for line in err.splitlines() if "other files" not in line]
        assert len(json.loads(out)["findings"]) == len(shown)


def test_what_is_wrong_elsewhere_is_counted_once(knowledge, run):
    folder = knowledge({**BROKEN, "q/worse.yml": "claim: [\n"})
    code, _, err = run("check", "broken", "--claims", folder)
    assert (code, len(err.splitlines())) == (2, 3)
    assert err.endswith("\n1 finding in other files: see checker lint\n")


JSON_KEYS = {
    "id", "question", "verdict", "why_not", "expected", "as_expected", "settings", "hold", "fail",
    "told_apart_by", "rivals", "control", "frameworks", "digest",
}  # fmt: skip


def test_check_prints_json_as_documented(knowledge, run):
    code, out, err = run("check", "--format", "json", "--claims", knowledge(BROKEN))
    found = json.loads(out)
    assert found["schema"] == 1
    claims = {claim["id"]: claim for claim in found["claims"]}
    assert set(claims) == {"either", "right", "taste", "wrong"}
    assert all(set(claim) >= JSON_KEYS for claim in claims.values())
    assert claims["right"]["verdict"] == "correct" and claims["right"]["why_not"] is None
    assert claims["wrong"]["shown"]["setting"] == {
        "batch": 3,
        "timesteps": 2,
        "features": 6,
        "units": 2,
    }
    assert claims["taste"]["verdict"] is None and claims["taste"]["why_not"] == "not-testable"
    assert found["counts"]["correct"] == found["counts"]["wrong"] == 1
    assert set(found["counts"]) == {
        "correct", "wrong", "depends", "undecided", "unproven", "disputed", "error",
        "unrecorded", "not-testable",
    }  # fmt: skip
    assert found["broken"] == [{"id": "broken", "question": "q"}]
    assert found["findings"][0]["file"] == "claims/q/broken.yml"
    assert {"line", "column", "message", "tip"} <= set(found["findings"][0])
    assert (code, err.splitlines()[0] + "\n") == (2, UNREAD)


def test_results_are_written_by_a_full_check_alone(knowledge, run, tmp_path):
    folder, results = knowledge(), tmp_path / "results.json"
    for argv in (["right"], ["right", "wrong", "either", "taste"], ["right", "--format", "json"]):
        assert run("check", *argv, "--claims", folder)[0] == 0
    for command in (["lint"], ["list"], ["show", "right"], ["try", "outputs.units == 1"]):
        run(*command, "--claims", folder)
    assert not results.exists()
    _, out, _ = run("check", "--format", "json", "--claims", folder)
    assert results.read_text(encoding="utf-8") == out


def test_a_check_gives_the_same_bytes_every_time(knowledge, run, tmp_path):
    folder = knowledge(BROKEN)
    first = run("check", "--format", "json", "--claims", folder)
    written = (tmp_path / "results.json").read_bytes()
    assert run("check", "--format", "json", "--claims", folder) == first
    assert run("check", "--format", "json", "--jobs", "1", "--claims", folder) == first
    assert (tmp_path / "results.json").read_bytes() == written
    assert str(tmp_path) not in first[1]


def test_results_that_cannot_be_written_are_told_after_the_report(knowledge, run, tmp_path):
    folder = knowledge()
    (tmp_path / "results.json").mkdir()
    code, out, err = run("check", "--claims", folder)
    assert code == 2
    assert "all as expected" in out
    assert re.fullmatch(r"checker: .*results\.json cannot be written: .*\n", err)


def test_check_tells_why_a_claim_is_run_again(knowledge, run):
    folder = knowledge()
    assert (
        "right: it was not tried before"
        in run("check", "right", "--explain", "--claims", folder)[2]
    )
    assert run("check", "right", "--explain", "--claims", folder)[2] == ""


# lint


def test_lint_of_good_files(knowledge, run):
    assert run("lint", "--claims", knowledge()) == (0, "4 claims, 0 findings\n", "")
    assert run("lint", "--format", "json", "--claims", knowledge()) == (0, "[]\n", "")


def test_lint_of_bad_files_tells_all_at_once(knowledge, run):
    folder = knowledge(
        {**BROKEN, "q/worse.yml": "claim: [\n", "_sources/page.yml": "title: A page\n"}
    )
    code, out, err = run("lint", "--claims", folder)
    assert (code, out) == (2, "6 claims, 4 findings\n")
    assert [line.split(": ")[0] for line in err.splitlines()] == [
        "claims/_sources/page.yml:1:1",
        "claims/q/broken.yml:2:1",
        "claims/q/broken.yml:3:21",
        "claims/q/worse.yml:2:1",
    ]
    code, out, err = run("lint", "--format", "json", "--claims", folder)
    found = json.loads(out)
    assert (code, err, len(found)) == (2, "", 4)
    assert found[1] == {
        "file": "claims/q/broken.yml",
        "line": 2,
        "column": 1,
        "message": "there is no key 'expectd'",
        "tip": "did you mean expected?",
        "rule": "file-format",
    }


def test_one_is_one(knowledge, run, tmp_path):
    folder = tmp_path / "claims"
    knowledge()
    for name in ("q/wrong.yml", "q/either.yml", "q/taste.yml"):
        (folder / name).unlink()
    assert run("lint", "--claims", str(folder)) == (0, "1 claim, 0 findings\n", "")
    assert "1 claim: 1 correct; all as expected" in run("check", "--claims", str(folder))[1]
    (folder / "q" / "broken.yml").write_text("claim: [\n")
    assert run("lint", "--claims", str(folder))[1] == "2 claims, 1 finding\n"


# list


def test_list_shows_all_claims_by_question(knowledge, run):
    code, out, err = run("list", "--claims", knowledge())
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "q: What is it?",
        "  depends       either",
        "  correct       right",
        "  not testable  taste",
        "  wrong         wrong",
    ]
    code, out, _ = run("list", "--format", "json", "--claims", knowledge())
    assert code == 0
    assert json.loads(out)[1] == {
        "id": "right",
        "question": "q",
        "expected": "correct",
        "claim": "As many units as asked for.",
    }


def test_list_names_what_has_to_be_mended(knowledge, run):
    code, out, err = run("list", "--claims", knowledge(BROKEN))
    assert code == 2
    assert "  to be mended  broken" in out
    assert err == UNREAD


# show


@pytest.mark.parametrize("what", ["right", "right.yml", "claims/q/right.yml", "right-before"])
def test_show_gives_the_evidence_for_a_claim(what, knowledge, run):
    code, out, err = run("show", what, "--claims", knowledge())
    assert (code, err) == (0, "")
    assert out.startswith("As many units as asked for.\n→ Correct\n")
    assert "no counter-example in 4 settings" in out
    assert "control: turns the test (it fails)" in out
    assert "said by page: paragraph 1" in out


PAGE = ["right", "taste", "wrong"]  # its mirror says the last one
ADDRESSES = [
    ("page", PAGE),
    ("copy", PAGE),
    ("forum", ["either"]),
    ("https://example.org/questions/1/what-is-it", PAGE),
    ("https://example.org/questions/1/what-is-it/", PAGE),
    ("https://EXAMPLE.org/questions/1/what-is-it", PAGE),
    ("http://example.org/questions/1/what-is-it?noredirect=1&lq=1", PAGE),
    ("https://example.org/questions/1/what-is-it/#answer-2", PAGE),
    ("https://example.org/questions/1/what-is-it?a=b#c", PAGE),
    ("https://example.org/questions/1/what-is-it/22#22", PAGE),
    ("example.org/questions/1/what-is-it", PAGE),
    ("https://forum.example.org/t?id=5", ["either"]),
    ("https://forum.example.org/t?id=5#post-3", ["either"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "claims"), ADDRESSES, ids=[what for what, _ in ADDRESSES])
def test_show_gives_every_claim_of_a_public_page(what, claims, knowledge, run):
    code, out, err = run("show", what, "--claims", knowledge())
    assert (code, err) == (0, "")
    assert [line.split()[-1] for line in out.splitlines()[1:]] == claims


UNKNOWN = [
    ("wrogn", "there is no claim 'wrogn' (did you mean wrong?)"),
    ("xyzzy", "there is no claim 'xyzzy' (`checker list` shows all)"),
    ("", "there is no claim ''"),
    ("https://example.org/questions/2/what-is-it", "(did you mean https://Example.org/questions/1"),
    ("https://forum.example.org/t?id=6", "no page that was read has the address"),
    ("https://nowhere.example/", "no page that was read has the address https://nowhere.example/"),
    ("https://example.org", "no page that was read has the address"),
    ("https://[::1", "no page that was read has the address"),
    ("../../etc/passwd", "there is no claim '../../etc/passwd'"),
    (
        "NU-Tmp",
        "there is no claim 'NU-Tmp' (a claim's file is named by small letters, digits and "
        "single hyphens, such as nu-tmp.yml)",
    ),
    ("Right", "there is no claim 'Right' (did you mean right?)"),
    ("wrong_.yml", "there is no claim 'wrong_' (did you mean wrong?)"),
    ("q", "there is no claim 'q' (it is a question; `checker list` shows its claims)"),
    ("\udcff\x1b[2J", r"there is no claim '\udcff\x1b[2J'"),
]


@pytest.mark.parametrize("command", ["check", "reproduce", "show"])
def test_the_file_of_a_claim_stands_for_it(command, knowledge, run):
    code, out, _ = run(command, "claims/q/right.yml", "--claims", knowledge())
    assert code == 0 and out


@pytest.mark.parametrize(("what", "message"), UNKNOWN, ids=[ascii(what) for what, _ in UNKNOWN])
def test_show_offers_the_nearest(what, message, knowledge, run):
    code, out, err = run("show", what, "--claims", knowledge())
    assert (code, out) == (2, "")
    assert err.startswith("checker: ") and message in err
    assert err.count("\n") == 1


def test_show_tells_what_could_not_be_tried(knowledge, run):
    code, out, err = run("show", "right", "--claims", knowledge(BROKEN))
    assert (code, out.split("\n")[1]) == (0, "→ Correct")
    assert err == ELSEWHERE
    assert run("show", "broken", "--claims", knowledge(BROKEN))[0] == 2
    said = {"q/broken.yml": BROKEN["q/broken.yml"] + "said_by: {page: paragraph 9}\n"}
    code, out, _ = run("show", "page", "--claims", knowledge(said))
    assert code == 2
    assert "broken was not tried: its file must be mended first" in out
    code, out, _ = run("show", "right", "--claims", knowledge(ERROR))
    assert code == 3
    assert "Not settled (error)" in out


def test_show_prints_json(knowledge, run):
    code, out, _ = run("show", "right", "--format", "json", "--claims", knowledge())
    assert code == 0
    assert [claim["id"] for claim in json.loads(out)["claims"]] == ["right"]


# try


def test_try_judges_a_test_without_a_file(run, tmp_path):
    code, out, err = run("try", "outputs.timesteps == units", "--claims", str(tmp_path / "none"))
    assert (code, err) == (0, "")
    assert "→ Wrong" in out
    assert "smallest counter-example: batch 1, timesteps 1, features 1, units 2" in out


def test_try_tells_what_could_not_be_run(run, knowledge):
    code, out, err = run("try", "close(outputs, inputs)", "--claims", knowledge())
    assert code == 3
    assert "Not settled (error)" in out and "shapes" in out
    assert err == "the test could not be run\n"


def test_try_prints_json(run, knowledge):
    code, out, _ = run("try", "outputs.units == 1", "--format", "json", "--claims", knowledge())
    assert code == 0
    assert set(json.loads(out)) >= JSON_KEYS


def test_try_takes_a_model(run, tmp_path):
    nowhere = ("--claims", str(tmp_path / "none"))
    test = "count(parameters) == 3 * units * (features + units) + 6 * units"
    kept = run("try", test, *nowhere)
    assert kept[0] == 0 and "and fails in" in kept[1]
    gru = run("try", test, "--model", "kind=gru, layout=pytorch", *nowhere)
    assert gru[0] == 0 and "→ Correct" in gru[1]
    assert gru == run("try", test, "--model", "kind=gru", "--model", "layout=pytorch", *nowhere)


BAD_MODELS = [
    ("peephole=true", "lstm has no option 'peephole' (did you mean peepholes?)"),
    ("knd=gru", "lstm has no option 'knd' (did you mean kind?)"),
    ("kind=gruu", "there is no kind of model 'gruu' (did you mean gru?)"),
    ("layers=two", "    ^ there is no name 'two' here"),
    ("layers=2.5", "layers is a whole number"),
    ("bidirectional=yes", "bidirectional is true or false (true and false stand without quotes"),
    ("layers", "an option of the model is written name=value, not 'layers'"),
    ("kind=gru,,layers=2", "an option of the model is written name=value, not ''"),
    ("=2", "an option of the model is written name=value, not '=2'"),
    ("layers=", "an option of the model is written name=value, not 'layers='"),
    ("", "an option of the model is written name=value, not ''"),
]


@pytest.mark.parametrize(("model", "message"), BAD_MODELS)
def test_try_refuses_a_model_that_there_is_not(model, message, run, knowledge):
    code, out, err = run("try", "outputs.batch == 1", "--model", model, "--claims", knowledge())
    assert (code, out) == (2, "")
    assert message in err


def test_try_refuses_what_would_show_nothing(run, knowledge):
    code, out, err = run("try", "close(parameters.bias.f, 1)", "--claims", knowledge())
    assert (code, out) == (2, "")
    assert "these numbers are drawn at random here" in err


TRIES = [
    ("units = 5", ["          ^ this must be an expression", "(compare with ==)"]),
    (
        "unit == foo and close(1)",
        ["    ^ there is no name 'unit'", f"{'':12}^ there is no name 'foo'", f"{'':20}^ close is"],
    ),
    ("outputs.units ≤ 5", ["                  ^ '≤' is no character", "(write <=)"]),
    ("__import__('os').system('ls')", ["    ^ only a named function can be called"]),
    ("__import__('os')", ["    ^ there is no function '__import__'"]),
    ("9**9**9 > 1", ["       ^ an exponent is a number of at most"]),
    ("x" * 5000, ["an expression has at most 600 characters"]),
    ("a\x1b[2J\nb", ["     ^ '\\x1b' is no character"]),
    ("", ["an expression is needed (such as outputs.timesteps == units)"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "messages"), TRIES, ids=[ascii(t)[:30] for t, _ in TRIES])
def test_try_points_at_everything_that_is_wrong(text, messages, run, knowledge):
    code, out, err = run("try", text, "--claims", knowledge())
    assert (code, out) == (2, "")
    assert err.startswith("checker: this test cannot be tried\n")
    assert all(message in err for message in messages)
    assert "\x1b" not in err


# folders that are not there, or empty


@pytest.mark.parametrize("command", [["check"], ["check", "x"], ["lint"], ["list"], ["show", "x"]])
def test_a_folder_that_is_missing_is_told(command, run, tmp_path):
    code, out, err = run(*command, "--claims", str(tmp_path / "nowhere"))
    assert (code, out) == (2, "")
    assert "there must be a folder of claims here (name another one with --claims DIR)" in err
    (tmp_path / "file").write_text("")
    assert run(*command, "--claims", str(tmp_path / "file"))[0] == 2


@pytest.mark.parametrize(("command", "code"), [("check", 2), ("lint", 2), ("list", 0)])
def test_an_empty_folder_is_no_success(command, code, run, tmp_path):
    (tmp_path / "claims").mkdir()
    found, out, err = run(command, "--claims", str(tmp_path / "claims"))
    assert found == code
    if code:
        assert "there must be a claim in this folder" in err
    else:
        assert (out, err) == ("", "")


@pytest.mark.parametrize("command", ["check", "show"])
def test_a_claim_that_is_not_there_is_told_with_the_nearest(command, run, knowledge, tmp_path):
    code, out, err = run(command, "rihgt", "--claims", knowledge())
    assert (code, out) == (2, "")
    assert err == "checker: there is no claim 'rihgt' (did you mean right?)\n"
    assert not (tmp_path / "results.json").exists()


# bad usage

USAGE = [
    ([], "required: COMMAND"),
    (["chek"], "did you mean check?"),
    (["lst"], "did you mean list?"),
    (["xyzzy"], "invalid choice: 'xyzzy'"),
    (["check", "--format", "xml"], "invalid choice: 'xml'"),
    (["check", "--jobs", "0"], "a number of processes is 1 or more, not '0'"),
    (["check", "--jobs", "many"], "a number of processes is 1 or more"),
    (["check", "--nothing"], "unrecognized arguments: --nothing"),
    (["check", "--claims"], "expected one argument"),
    (["show"], "required: CLAIM-or-URL"),
    (["try"], "required: EXPRESSION"),
    (["lint", "right"], "unrecognized arguments: right"),
    (["site", "--format", "json"], "unrecognized arguments"),
    (["record"], "required: FRAMEWORK"),
    (["record", "tourch"], "did you mean torch?"),
    (["record", "kears"], "did you mean keras?"),
    (["record", "pandas"], "invalid choice: 'pandas'"),
    (["record", "torch", "--format", "json"], "unrecognized arguments"),
]  # fmt: skip


@pytest.mark.parametrize(("argv", "message"), USAGE, ids=[" ".join(argv) for argv, _ in USAGE])
def test_bad_usage_is_told_and_returns_two(argv, message, run):
    code, out, err = run(*argv)
    assert (code, out) == (2, "")
    assert err.startswith("usage: checker")
    assert message in err


@pytest.mark.parametrize("command", ["check", "lint", "list", "show", "try", "record", "site"])
def test_every_command_has_help_with_an_example(command, run):
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert f"example: checker {command}" in out
    assert command in run("--help")[1]


# streams: pipes that close, and terminals that know few characters


@pytest.mark.parametrize(
    ("changes", "argv", "code"),
    [({}, ["list"], 0), (SURPRISE, ["check"], 1), (BROKEN, ["lint"], 2)],
    ids=["good", "surprise", "bad"],
)
def test_a_reader_who_leaves_changes_no_exit_code(changes, argv, code, knowledge):
    reader, writer = os.pipe()
    os.close(reader)  # before anything is written
    command = [sys.executable, "-m", "checker", *argv, "--claims", knowledge(changes)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True
    ) as run:
        os.close(writer)
        printed = run.communicate()[1]
    assert run.returncode == code
    assert printed.startswith(UNREAD) if code == 2 else printed == ""


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_no_character_stops_a_report(encoding, knowledge):
    nice = GOOD["q/taste.yml"].replace("nice", "größer ≤ 😀")
    folder = knowledge({**SURPRISE, "q/taste.yml": nice})
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = process("check", "--claims", folder, env=environment, encoding=encoding)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert r"right   \u2717 expected" in done.stdout
    show = ("show", "taste", "--format", "json", "--claims", folder)
    done = process(*show, env=environment, encoding="utf-8")
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert json.loads(done.stdout)["claims"][0]["claim"] == "It is größer ≤ 😀."


def test_the_command_runs_as_a_module(knowledge):
    done = process("lint", "--claims", knowledge())
    assert (done.returncode, done.stdout, done.stderr) == (0, "4 claims, 0 findings\n", "")
    done = process("lint", "--claims", knowledge(BROKEN))
    assert done.returncode == 2 and done.stderr.startswith(UNREAD)


# reports

CLAIM = {
    "id": "some", "claim": "Something.", "verdict": "correct", "why_not": None, "reason": "",
    "expected": "correct", "as_expected": True, "fact": "", "depends": {}, "settings": 99,
    "hold": 99, "fail": 0, "shown": None, "rivals": [], "alternatives": [], "control": None,
    "told_apart_by": "rival", "instead": None, "said_by": {}, "asked_by": {}, "tried": {},
}  # fmt: skip
SOME = {"tried": {"for": "some setting"}}
RIVAL = {"turned": True, "linked": True, "outcome": "fails", "detail": ""}
CONTROL = {"name": "control", "turned": False, "linked": True, "detail": ""}
OPEN = {"verdict": None, "why_not": "unproven"}
REPORTS = [
    ({}, "no counter-example in 99 settings"),
    ({"settings": 1, "hold": 1}, "no counter-example in 1 setting"),
    ({"verdict": "wrong", "hold": 9, "fail": 90},
     "the test holds in 9 of 99 settings and fails in 90"),
    (OPEN, "the test holds in 99 of 99 settings and fails in 0"),
    (SOME, "witness found in 99 of 99 settings"),
    ({**SOME, "hold": 4, "fail": 95}, "witness found in 4 of 99 settings"),
    ({**SOME, "verdict": "wrong", "hold": 0, "fail": 99}, "no witness in 99 settings"),
    ({**SOME, **OPEN, "hold": 4, "fail": 95},
     "the test holds in 4 of 99 settings and fails in 95"),
    ({"rivals": [RIVAL | {"name": "x in lstm"}, RIVAL | {"name": "x in one, two"}]},
     "    x in lstm; in one, two"),
    ({"rivals": [RIVAL | {"name": "x"}, RIVAL | {"name": "y in one"}]}, "    x"),
    ({"rivals": [RIVAL | {"name": "x in one", "linked": False}]}, "    x in one (unrelated)"),
    ({"rivals": [RIVAL | {"name": f"x in {n}"} for n in ("a", "b")],
      "told_apart_by": "unrelated-rival"},
     "weak: told apart only by a rival that has nothing to do with the claim (x)"),
    ({"control": CONTROL | {"outcome": "holds", "detail": "at units 2 it holds"}},
     "the control does not turn the test: at units 2 it holds"),
    ({"control": CONTROL | {"outcome": "holds"}}, "the control does not turn the test: it holds"),
    ({"control": CONTROL | {"outcome": "error", "detail": "not finite"}},
     "the control does not turn the test: it cannot be run (not finite)"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "line"), REPORTS, ids=[line for _, line in REPORTS])
def test_a_report_says_once_what_was_found(changes, line):
    lines = list(text.evidence({**CLAIM, **changes}))
    assert lines.count(line) == 1
