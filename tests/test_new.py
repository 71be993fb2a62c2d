"""``checker new``: a valid file from options or answers, tried at once; nothing on bad input."""

from __future__ import annotations

import os
import pty
import re
import sys

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from test_cli import GOOD

from checker.cli import main
from checker.commands import new as command
from checker.drafting import LONGEST_ID, Draft, alike, id_of, scalar, written
from checker.loading import read_text

STATEMENT, TEST = "A layer gives as many outputs as it has units.", "outputs.timesteps == units"
ID = "layer-gives-as-many-outputs-as-it-has-units"
OPTIONS = {"statement": STATEMENT, "said_by": "page:paragraph 7", "test": TEST,
           "expected": "wrong"}  # fmt: skip
FILES = {
    **GOOD,  # and the claim that a rival makes true, so that it may carry a verdict here
    "q/num-units-is-sequence-length.yml": "claim: One step, one unit.\nasked_by: {page: title}\n"
    "untestable: unseen\nbecause: It only names what a rival is about.\n",
}


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / "claims" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path / "claims"


@pytest.fixture
def new(folder, capsys, monkeypatch):
    """Run the command with options and, on a terminal, answers; gives code, output and errors."""

    def run(answers=None, **options):
        argv = ["new", "--claims", str(folder)]
        for option, value in options.items():
            for one in value if isinstance(value, list) else [value]:
                argv += [f"--{option.replace('_', '-')}", one]
        left = list(answers or ())

        def answer(prompt):
            sys.stdout.write(f"{prompt}\n")
            if not left:
                raise EOFError
            return left.pop(0)

        monkeypatch.setattr("builtins.input", answer)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: answers is not None)
        code = main(argv)
        assert not left, "not every answer was asked for"
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_claim_is_tried_and_its_file_written(new, folder):
    code, out, err = new(**OPTIONS)
    path = folder / "q" / f"{ID}.yml"
    assert (code, err) == (0, "")
    assert path.read_text(encoding="utf-8") == (
        f'claim: {STATEMENT}\nsaid_by: {{page: "paragraph 7"}}\nexpected: wrong\ntest: {TEST}\n'
    )
    assert "→ Wrong" in out and "smallest counter-example: batch 1, timesteps 1" in out
    assert f"written: {path}\nnext:\n" in out


def test_what_is_left_to_do_is_what_the_file_lacks(new, folder, capsys):
    _, out, _ = new(**OPTIONS)
    told = out.partition("next:\n")[2]
    assert "add fact: " in told and "add control: " not in told  # a rival turns it
    main(["lint", "--claims", str(folder)])
    findings = capsys.readouterr().err.splitlines()
    assert len(findings) == 2 and all(f"/{ID}.yml:3:1: a wrong claim" in f for f in findings)
    assert all(finding in told for finding in findings)
    right = {**OPTIONS, "statement": "It has one unit.", "test": "outputs.units == units",
             "model": "layout=keras", "expected": "correct"}  # fmt: skip
    new(**right)
    main(["lint", "--claims", str(folder)])
    assert capsys.readouterr().err.splitlines() == findings  # of the wrong one alone


def test_a_control_is_missed_where_nothing_turns_the_test(new):
    code, out, _ = new(**{**OPTIONS, "test": "outputs.units == units", "expected": "correct"})
    assert code == 1 and "Not settled (unproven)" in out
    assert "    add control: {…}, under which" in out.partition("next:\n")[2]


def test_another_verdict_than_expected_is_written_as_it_was_said(new, folder):
    code, out, _ = new(**{**OPTIONS, "expected": "correct"})
    assert code == 1
    assert "✗ the file expects correct" in out and "look for the reason" in out
    assert "expected: correct\n" in (folder / "q" / f"{ID}.yml").read_text(encoding="utf-8")


def test_what_cannot_be_run_is_not_written(new, folder):
    before = files(folder)
    code, out, err = new(**{**OPTIONS, "test": "close(outputs, inputs)"})
    assert (code, err) == (3, "nothing was written: the test could not be run\n")
    assert "Not settled (error)" in out and files(folder) == before


def test_nothing_is_overwritten(new, folder, monkeypatch):
    assert new(**OPTIONS)[0] == 0
    before = files(folder)
    code, _, err = new(**OPTIONS)
    assert (code, files(folder)) == (2, before)
    assert f"--id: claims/q/{ID}.yml has the id '{ID}' already" in err
    monkeypatch.setattr(command, "problems", lambda *_: [])  # somebody else was quicker
    code, _, err = new(**{**OPTIONS, "id": "right"})
    assert (code, files(folder)) == (2, before)
    assert "right.yml is there already: choose another --id" in err


def test_without_a_terminal_the_missing_options_are_listed(new, folder):
    before = files(folder)
    code, out, err = new()
    assert (code, out, files(folder)) == (2, "", before)
    assert re.findall("^  (--[a-z-]+): this option is needed", err, re.MULTILINE) == [
        "--statement", "--said-by", "--test", "--expected",
    ]  # fmt: skip
    assert "--said-by: this option is needed" in new(statement=STATEMENT)[2]
    assert "--statement" not in new(statement=STATEMENT)[2]


BAD = [
    ({"test": "outputs.timestep == unit"}, "--test: there is no name 'unit' here (did you mean"),
    ({"test": "infuence(inputs, outputs) > 0"}, "did you mean influence?"),
    ({"test": "units = 5"}, "test: units = 5\n                  ^"),
    ({"test": "close(parameters.bias.f, 1)"}, "--test: these numbers are drawn at random here"),
    ({"model": "kind=gruu"}, "--model: there is no kind of model 'gruu' (did you mean gru?)"),
    ({"model": "laye"}, "--model: an option of the model is written name=value, not 'laye'"),
    ({"model": ["kind=gru", "peepholes=true"]}, "--model: gru has no option 'peepholes'"),
    ({"said_by": "pages:here"}, "--said-by: there must be a source 'pages' (did you mean page?"),
    ({"said_by": "new-page:here"}, "write its file first, claims/_sources/new-page.yml"),
    ({"said_by": "page"}, "--said-by: a place is written SOURCE:PLACE, not 'page'"),
    ({"said_by": "page:x"}, "--said-by: said_by.page has at least 3 characters"),
    ({"expected": "rong"}, "--expected: this must be correct, wrong or undecided (did you mean"),
    ({"expected": "depends"}, "--expected: this must be correct, wrong or undecided\n"),
    ({"question": "p"}, "--question: there is no question 'p' (known are q)"),
    ({"statement": "no"}, "--statement: claim has at least 3 characters"),
    ({"statement": "…!…"}, "--id: this option is needed, as no word of the statement"),
    ({"statement": "A\udcff layer."}, "--statement: this must be text in UTF-8"),
    ({"said_by": "page:\udcff here"}, "--said-by: this must be text in UTF-8"),
    ({"statement": "It rings: \x07"}, "--statement: a text has no control characters"),
    ({"id": "A B"}, "--id: an id is at most 80 small letters, digits and hyphens, such as a-b"),
    ({"id": "../../a"}, "--id: an id is at most 80 small letters"),
    ({"id": "question"}, "--id: a file of every question has the id 'question' already"),
    ({"id": "right-before"}, "--id: 'right-before' is an earlier id of right"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_input_is_told_and_nothing_written(changes, message, new, folder):
    before = files(folder)
    code, out, err = new(**{**OPTIONS, **changes})
    assert (code, out, files(folder)) == (2, "", before)
    assert err.startswith("checker: nothing was written:\n  --") and message in err
    assert "Traceback" not in err


def test_all_problems_are_told_at_once(new):
    bad = {"said_by": ["pages:here", "x"], "test": "unit == 1", "model": "kind=gruu,laye",
           "expected": "rong", "question": "p", "id": "A"}  # fmt: skip
    _, _, err = new(statement="no", **bad)
    told = re.findall("^  (--[a-z-]+): ", err, re.MULTILINE)
    assert set(told) == {"--statement", "--said-by", "--test", "--model", "--expected",
                         "--question", "--id"}  # fmt: skip
    assert told.count("--said-by") == told.count("--model") == 2


def test_claims_that_say_nearly_the_same_are_shown(new):
    _, out, _ = new(**{**OPTIONS, "statement": "There is one unit only."})
    assert "    wrong: There is one unit.\n" in out
    assert out.index("wrong: There is one unit.") < out.index("→")
    assert "nearly the same" not in new(**{**OPTIONS, "statement": "Gates forget."})[1]


def test_answers_are_asked_for_until_they_are_right(new, folder):
    answers = [
        "", "?", STATEMENT, "pages:here", "?", "page:paragraph 7", "?", "kind=gruu", "",
        "?", "unit == 1", TEST, "?", "rong", "wrong",
    ]  # fmt: skip
    code, out, err = new(answers)
    assert (code, err) == (0, "")
    assert (folder / "q" / f"{ID}.yml").is_file()
    for shown in (
        "an answer is needed here", "(did you mean page?", "    forum: A forum",
        "did you mean gru?", "    reset: gru: ", "did you mean units?", "    gates: each gate",
        "influence(",
        "must be correct, wrong or undecided", "there is a counter-example",
    ):  # fmt: skip
        assert shown in out, shown
    assert "Question" not in out  # there is only one


def test_what_is_expected_is_asked_before_anything_is_run(new, monkeypatch):
    order = []
    monkeypatch.setattr(command, "run", lambda *_, **__: order.append("run") or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        new([STATEMENT, "page:paragraph 7", "", TEST, "wrong"])
    assert order == ["run"]
    code, out, err = new([STATEMENT, "page:paragraph 7", "", TEST])
    assert (code, err) == (2, "checker: the answers ended here: nothing was written\n")
    assert order == ["run"] and "Expected, before anything is run" in out


def test_only_what_is_not_given_is_asked_for(new, folder):
    (folder / "p").mkdir()
    (folder / "p" / "question.yml").write_text("question: What else?\nanswer: []\n")
    given = {**OPTIONS, "statement": "There is one unit.", "id": "one-unit"}
    code, out, _ = new(["x", "q", ""], **given)
    assert code == 0 and (folder / "q" / "one-unit.yml").is_file()
    assert "Statement" not in out and "there is no question 'x'" in out


def test_a_taken_id_is_asked_for_again(new, folder):
    code, out, _ = new(["Right.", "right", "quite-right", ""], **{
        name: value for name, value in OPTIONS.items() if name != "statement"
    })  # fmt: skip
    assert code == 0 and (folder / "q" / "quite-right.yml").is_file()
    assert out.count("has the id 'right' already") == 2


def test_a_folder_without_a_question(tmp_path, capsys):
    (tmp_path / "claims").mkdir()
    assert main(["new", "--claims", str(tmp_path / "claims")]) == 2
    assert "there must be a question first" in capsys.readouterr().err


def test_it_works_on_a_real_terminal(folder):
    command_line = ["-m", "checker", "new", "--claims", str(folder)]
    answers = [STATEMENT, "page:paragraph 7", "", TEST, "wrong"]
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.environ.pop("NO_COLOR", None)
        os.environ |= {"TERM": "xterm", "COLUMNS": "50"}
        os.execv(sys.executable, [sys.executable, *command_line])
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 1000)
        except OSError:  # it has ended
            break
        if answers and re.search(rb"\w\)?: $", shown):
            os.write(terminal, f"{answers.pop(0)}\n".encode())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (folder / "q" / f"{ID}.yml").is_file()
    assert "\x1b[31m→ Wrong\x1b[0m" in shown.decode()


# ids


@pytest.mark.parametrize(
    ("statement", "id_"),
    [
        ("num_units is the length of the input sequence.", "num-units-is-length-of-input-sequence"),
        ("The GRU's gates can't be counted.", "grus-gates-cant-be-counted"),
        ("Größe ≠ Zahl", "groe-zahl"),
        ("…", ""),
        ("the", ""),
        ("word " * 30, "word-" * 9 + "word"),
        ("x" * 60, ""),
        ("A layer " + "very " * 7 + "much of the", "layer-" + "very-" * 7 + "much"),
    ],
)
def test_an_id_is_made_from_the_statement(statement, id_):
    assert id_of(statement) == id_
    assert len(id_) <= LONGEST_ID


# claims that are alike

STATEMENTS = {
    "size": "num_units is the size of the LSTM's hidden state.",
    "length": "num_units is the length of the input sequence.",
    "gates": "The units of an LSTM cell are its input, output and forget gates.",
    "shape": "The hidden state has the shape (batch, units).",
    "taste": "hidden_size is the better name.",
}


@pytest.mark.parametrize(
    ("statement", "nearest"),
    [
        ("The size of an LSTM's hidden state is num_units.", "size"),
        ("num_units is how long the input sequences are.", "length"),
        ("Hidden states have shape (batch, units)!", "shape"),
        ("Gates are the units of a cell.", "gates"),
        ("Dropout makes training slower.", None),
        ("", None),
    ],
)
def test_the_nearest_statement_comes_first(statement, nearest):
    assert next(iter(alike(statement, STATEMENTS)), None) == nearest


def test_no_more_than_three_are_shown():
    assert len(alike("One.", {str(number): "One." for number in range(9)})) == 3
    assert alike("One.", {}) == []


# the text of a file

WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), min_size=1)
AWKWARD = ["no", "3", "null", "a: b", "a #b", "#a", "'", '"', "[a", "{a", "a, b", "- a", "? a",
           "a }", "!x", "&a", "*a", "%a", "@a", "`a", "|", ">", "~", "", " a ", "a\\b"]  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD)
def test_an_awkward_text_is_read_as_it_was_given(text):
    assert read_text(f"key: {scalar(text)}\n", "").data == {"key": text}
    assert read_text(f"key: {{key: {scalar(text, ', x}')}, x: 1}}\n", "").data["key"]["key"] == text


@given(WORDS, WORDS, WORDS)
def test_a_file_says_what_the_draft_says(statement, place, value):
    said_by = {"page": [place], "other-page": [place, statement]}
    draft = Draft(statement, said_by, "wrong", value, {"kind": value, "layers": 2, "x": True})
    document = read_text(written(draft), "")
    if not document.findings:  # invisible characters are refused wherever they stand
        assert document.data == {
            "claim": statement,
            "said_by": {"page": place, "other-page": [place, statement]},
            "expected": "wrong",
            "model": {"kind": value, "layers": 2, "x": True},
            "test": value,
        }


def test_a_plain_text_has_no_quotes():
    assert scalar("outputs.timesteps == units") == "outputs.timesteps == units"
    assert scalar("a: b") == '"a: b"'
    assert [scalar(value) for value in (True, 2, 0.5)] == ["true", "2", "0.5"]
