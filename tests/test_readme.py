"""What the README shows is what a reader gets."""

from __future__ import annotations

import re
import shlex

import pytest
import yaml
from conftest import ROOT

from checker.cli import main
from checker.loading import read

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)[^\n]*\n(.*?)```", README, re.DOTALL)
SESSIONS = [text for kind, text in BLOCKS if not kind and text.startswith("$ checker")]


def commands_of(session):
    command, _, output = session.partition("\n")
    return shlex.split(command.removeprefix("$ "))[1:], output


@pytest.mark.parametrize("session", SESSIONS, ids=lambda s: s.split("\n")[0])
def test_a_command_prints_what_the_readme_says(session, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    arguments, output = commands_of(session)
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert printed == output if output else printed


def test_there_are_sessions_and_a_wrong_one_would_be_noticed(capsys, monkeypatch):
    assert len(SESSIONS) >= 2
    monkeypatch.chdir(ROOT)
    arguments, output = commands_of(SESSIONS[0])
    main(arguments)
    assert capsys.readouterr().out != output.replace("27", "28")


def test_the_claim_shown_is_the_claim_there_is():
    shown = yaml.safe_load(next(text for kind, text in BLOCKS if kind == "yaml"))
    path = ROOT / "claims" / "num-units" / "num-units-is-sequence-length.yml"
    real = read(path, path.name).data
    assert shown == {key: real[key] for key in shown}


def test_the_two_commands_are_targets_of_make():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in ("site", "test"))
