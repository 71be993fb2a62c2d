"""What an editor makes of claim files: the real YAML language server, driven as an editor does.

`npm install yaml-language-server` in any folder, and its bin in PATH, or the folder in the
environment variable YAML_LANGUAGE_SERVER; without it these tests are skipped, but for the tables.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
from pathlib import Path
from queue import Queue

import pytest
from conftest import ROOT

from checker.language.functions import FUNCTIONS
from checker.language.observables import OBSERVABLES
from checker.loading import FileError, read
from checker.models.registry import KINDS, OPTIONS


def found_server() -> list[str] | None:
    folder = os.environ.get("YAML_LANGUAGE_SERVER", ROOT)
    script = Path(folder) / "node_modules/yaml-language-server/bin/yaml-language-server"
    node = shutil.which("node")
    if script.is_file() and node:
        return [node, str(script)]
    installed = shutil.which("yaml-language-server")
    return [installed] if installed else None


SERVER = found_server()
needs_server = pytest.mark.skipif(SERVER is None, reason="yaml-language-server is not installed")
QUESTION = ROOT / "claims" / "num-units"
SECONDS = 120  # until an answer must have come, also on a busy machine


def settings() -> dict:
    """The committed settings of VS Code, in which comments stand in lines of their own."""
    text = (ROOT / ".vscode" / "settings.json").read_text(encoding="utf-8")
    return json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))


class Editor:
    """The least of an editor: it opens files, and asks what the server thinks of them."""

    def __init__(self):
        self.process = subprocess.Popen(
            [*SERVER, "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.answers: dict[int, Queue] = {}
        self.diagnostics: dict[str, Queue] = {}
        self.number = 0
        self.reader = threading.Thread(target=self._listen, daemon=True)
        self.reader.start()
        self.ask(
            "initialize",
            processId=None,
            rootUri=ROOT.as_uri(),
            workspaceFolders=[{"uri": ROOT.as_uri(), "name": "claims"}],
            capabilities={
                "workspace": {"configuration": True},
                "textDocument": {
                    "completion": {"completionItem": {"snippetSupport": True}},
                    "hover": {"contentFormat": ["markdown"]},
                },
            },
        )
        self.tell("initialized")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()

    def tell(self, method, **params):
        self._send({"method": method, "params": params})

    def ask(self, method, **params):
        self.number += 1
        self.answers[self.number] = Queue()
        self._send({"id": self.number, "method": method, "params": params})
        return self.answers[self.number].get(timeout=SECONDS)

    def opened(self, name: str, text: str) -> tuple[str, list]:
        """The address of a file in the folder of a question, and what the server says of it."""
        uri = (QUESTION / name).as_uri()
        self.diagnostics[uri] = Queue()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        return uri, self.diagnostics[uri].get(timeout=SECONDS)

    def at(self, uri: str, text: str) -> dict:
        """The place of | in a text."""
        before = text.partition("|")[0]
        line = before.count("\n")
        position = {"line": line, "character": len(before) - before.rfind("\n") - 1}
        return {"textDocument": {"uri": uri}, "position": position}

    def completed(self, name: str, text: str) -> list[str]:
        uri, _ = self.opened(name, text.replace("|", ""))
        found = self.ask("textDocument/completion", **self.at(uri, text))
        return [item["label"] for item in (found["items"] if isinstance(found, dict) else found)]

    def explained(self, name: str, text: str) -> str:
        uri, _ = self.opened(name, text.replace("|", ""))
        found = self.ask("textDocument/hover", **self.at(uri, text))
        return found["contents"]["value"] if found else ""

    def _send(self, message: dict):
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
        self.process.stdin.flush()

    def _listen(self):
        while True:
            length = 0
            while (header := self.process.stdout.readline().strip()) != b"":
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            if not length:
                return
            self._take(json.loads(self.process.stdout.read(length)))

    def _take(self, message: dict):
        method = message.get("method")
        if method == "workspace/configuration":
            wanted = [item.get("section", "") for item in message["params"]["items"]]
            self._send({"id": message["id"], "result": [section(name) for name in wanted]})
        elif method == "textDocument/publishDiagnostics":
            said = message["params"]
            if said["uri"] in self.diagnostics:
                self.diagnostics[said["uri"]].put(said["diagnostics"])
        elif method and "id" in message:
            self._send({"id": message["id"], "result": None})
        elif "id" in message:
            self.answers[message["id"]].put(message.get("result"))


def section(name: str) -> dict:
    """One section of the settings, as VS Code hands it to a server."""
    start = f"{name}."
    return {key.removeprefix(start): v for key, v in settings().items() if key.startswith(start)}


@pytest.fixture(scope="module")
def editor():
    opened = Editor()
    yield opened
    opened.close()


CLAIM = "claim: Units are steps.\nsaid_by: {blog-2018: here}\nexpected: wrong\n"


@pytest.mark.node
@needs_server
def test_our_claims_and_questions_have_no_marks(editor):
    marked = {}
    for path in sorted((ROOT / "claims").glob("[a-z]*/*.yml")):
        _, said = editor.opened(path.name, path.read_text(encoding="utf-8"))
        if said:
            marked[path.name] = [one["message"] for one in said]
    assert marked == {}


MARKED = [
    ("a key that does not exist", "tset: outputs.timesteps == units\n", "tset"),
    ("an outcome that does not exist", "test: units == 1\nfor: most settings\n", "some setting"),
    ("an option that no model has", "test: units == 1\nmodel: {peephole: true}\n", "peephole"),
    ("a text where a number is needed", "test: 5\n", "string"),
    ("a word of YAML 1.1", "test: units == 1\nsee_also: no\n", "array"),
]


@pytest.mark.node
@needs_server
@pytest.mark.parametrize(("why", "keys", "word"), MARKED, ids=[why for why, *_ in MARKED])
def test_a_bad_file_is_marked(editor, why, keys, word):
    _, said = editor.opened(f"{why.replace(' ', '-')}.yml", CLAIM + keys)
    assert any(word in one["message"] for one in said), said


COMPLETED = [
    ("|", {"claim", "said_by", "expected", "test", "depends", "untestable", "control"}),
    (CLAIM + "|", {"taken_as", "runs", "fact", "instead", "contradicts", "experiment"}),
    ("claim: A\nexpected: |", {"correct", "wrong", "depends", "undecided"}),
    (CLAIM + "for: |", {"some setting", "every setting"}),
    (CLAIM + "untestable: |", {"opinion", "history", "wording", "unseen"}),
    (CLAIM + "framework: |", {"tensorflow", "keras", "torch"}),
    (CLAIM + "model:\n  |", {"kind", *OPTIONS}),
    (CLAIM + "model:\n  kind: |", {*KINDS}),
    (CLAIM + "model:\n  reset: |", {"before", "after"}),
    (CLAIM + "model:\n  layout: |", {"tensorflow1", "keras", "pytorch"}),
    (CLAIM + "runs:\n  one:\n    |", {"from", "model", "setting", "set", "change", "lengths"}),
    (CLAIM + "runs:\n  one:\n    set:\n      |", {"inputs", "parameters", "before"}),
    (CLAIM + "control:\n  |", {"model", "setting", "set", "change", "runs", "call"}),
    (CLAIM + "test: |", {*OBSERVABLES, "units", "close(a, b)", "influence(source, target)"}),
    (CLAIM + "where: |", {"batch", "timesteps", "features", "units"}),
]


@pytest.mark.node
@needs_server
@pytest.mark.parametrize(("text", "offered"), COMPLETED, ids=[t[-25:] for t, _ in COMPLETED])
def test_what_an_editor_offers(editor, text, offered):
    name = f"completed-{abs(hash(text))}.yml"
    assert offered <= {label.strip('"') for label in editor.completed(name, text)}


EXPLAINED = [
    ("cla|im: A", "in our own words"),
    (CLAIM + "te|st: units == 1", "exactly if the claim is right"),
    (CLAIM + "te|st: units == 1", "the state before the first step"),
    (CLAIM + "te|st: units == 1", "every entry equal, but for rounding"),
    (CLAIM + "model:\n  re|set: before", "the reset gate acts before or after the product"),
    (CLAIM + "model:\n  re|set: before", "Of gru."),
    (CLAIM + "for: some set|ting", "one witness suffices"),
    ("expec|ted: wrong", "before the first run"),
    (CLAIM + "control:\n  cha|nge: inputs", "changed in the first run"),
    (CLAIM + "runs:\n  one:\n    fr|om: two", "the first one unless named"),
]


@pytest.mark.node
@needs_server
@pytest.mark.parametrize(("text", "words"), EXPLAINED, ids=[words[:30] for _, words in EXPLAINED])
def test_what_an_editor_explains(editor, text, words):
    assert words in editor.explained(f"explained-{abs(hash(text))}.yml", text)


def test_the_schema_knows_every_function_observable_and_option():
    schema = json.loads((ROOT / "claims" / "claim.schema.json").read_text(encoding="utf-8"))
    labels = {snippet["label"] for snippet in schema["properties"]["test"]["defaultSnippets"]}
    assert {*OBSERVABLES} <= labels
    assert {name for name in FUNCTIONS} <= {label.partition("(")[0] for label in labels}
    assert {"kind", *OPTIONS} == {*schema["properties"]["model"]["properties"]}


# --- editor and checker read a word the same way

WORDS = [  # YAML 1.2's core schema: what a word stands for
    ("true", True),
    ("True", True),
    ("FALSE", False),
    ("yes", "yes"),
    ("no", "no"),
    ("on", "on"),
    ("y", "y"),
    ("null", None),
    ("~", None),
    ("12", 12),
    ("-3", -3),
    ("012", 12),
    ("0o14", 12),
    ("0x1F", 31),
    ("1_000", "1_000"),
    ("1:30", "1:30"),
    ("1.5", 1.5),
    ("1e3", 1000.0),
    (".5", 0.5),
    ("2026-11-21", "2026-11-21"),
    ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
    ("'true'", "true"),
    ('"12"', "12"),
]


def kind_of(value) -> str:
    if isinstance(value, bool):
        return "boolean"
    if value is None:
        return "null"
    return {int: "number", float: "number", str: "string"}[type(value)]


@pytest.mark.parametrize(("word", "value"), WORDS, ids=[word for word, _ in WORDS])
def test_the_checker_reads_words_as_yaml_1_2_does(word, value, tmp_path):
    path = tmp_path / "a.yml"
    path.write_text(f"fact: {word}\n", encoding="utf-8")
    found = read(path, "a.yml").data["fact"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.node
@needs_server
@pytest.mark.parametrize(("word", "value"), WORDS, ids=[word for word, _ in WORDS])
def test_the_editor_reads_words_as_the_checker_does(editor, word, value):
    """A key that takes a text is marked exactly where the word stands for something else."""
    text = f"{CLAIM}test: units == 1\nfact: {word}\n".replace("units == 1", "units == 2")
    _, said = editor.opened(f"word-{abs(hash(word))}.yml", text)
    told = [one for one in said if one["range"]["start"]["line"] == 4]
    accepted = kind_of(value) in ("string", "null")  # an empty key is as good as none
    assert (told == []) is accepted or (accepted and len(str(value)) < 3), told


def test_what_both_refuse_is_refused_here(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("fact: &anchor a\n", encoding="utf-8")
    with pytest.raises(FileError):
        read(path, "a.yml")


def test_the_settings_read_yaml_1_2():
    assert settings()["yaml.yamlVersion"] == "1.2"
    wanted = json.loads((ROOT / ".vscode" / "extensions.json").read_text(encoding="utf-8"))
    assert "redhat.vscode-yaml" in wanted["recommendations"]
