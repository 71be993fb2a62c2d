"""The example that the help of each command shows works when it is pasted."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec

import pytest
from test_site import project

from checker.cli import main

EXAMPLE = re.compile("^example: checker (.+)$", re.MULTILINE)
NEEDS = {"record": "torch"}  # runs claims on a framework that few people have


def commands(printed: str) -> list[str]:
    """The commands that the help of all of them lists."""
    return re.findall("^    ([a-z]+)(?: |$)", printed, re.MULTILINE)


COMMANDS = ("check", "lint", "list", "show", "try", "new", "reproduce", "record", "site")


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """A fresh clone, where an example may write."""
    return project(tmp_path_factory.mktemp("examples"))


def test_no_command_is_left_out(capsys):
    main(["--help"])
    assert sorted(commands(capsys.readouterr().out)) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_example_of_a_command_works(command, there, capsys, monkeypatch):
    if command in NEEDS and find_spec(NEEDS[command]) is None:
        pytest.skip(f"needs {NEEDS[command]}")
    monkeypatch.setenv("COLUMNS", "40")  # a narrow terminal must not break an example
    assert main([command, "--help"]) == 0
    [example] = EXAMPLE.findall(capsys.readouterr().out)
    monkeypatch.chdir(there)
    arguments = shlex.split(example)
    assert arguments[0] == command
    assert main(arguments) == 0, capsys.readouterr().err


@pytest.mark.parametrize("example", ["chek", "show num-units-is-sequence", "try units=1"])
def test_an_example_that_does_not_work_would_be_seen(example, there, capsys, monkeypatch):
    monkeypatch.chdir(there)
    assert main(shlex.split(example)) != 0
