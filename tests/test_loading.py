"""YAML as an editor reads it, with places, and within limits; a stranger's file does no harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker import loading
from checker.loading import MAX_BYTES, MAX_DEPTH, MAX_NODES, Document, FileError, read, yaml_files

ROOT = Path(__file__).parent.parent
LOADERS = [yaml.Loader] + ([yaml.CLoader] if hasattr(yaml, "CLoader") else [])


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def parser(request, monkeypatch):
    """Both parsers: with libyaml, and in Python alone, as in a browser."""
    monkeypatch.setattr(loading, "_Loader", request.param)


@pytest.fixture
def reading(tmp_path):
    """Read a text (or bytes) as a file."""

    def run(content: str | bytes) -> Document:
        path = tmp_path / "x.yml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(path, "claims/q/x.yml")

    return run


def trouble(reading, content: str | bytes) -> str:
    with pytest.raises(FileError) as caught:
        reading(content)
    return str(caught.value.finding)


# values: YAML 1.2, where a word stays a word

SCALARS = [
    ("word", "word"),
    ("no", "no"),
    ("yes", "yes"),
    ("on", "on"),
    ("off", "off"),
    ("y", "y"),
    ("NO", "NO"),
    ("true", True),
    ("True", True),
    ("FALSE", False),
    ("tRUE", "tRUE"),
    ("null", None),
    ("~", None),
    ("", None),
    ("nUll", "nUll"),
    ("12", 12),
    ("-3", -3),
    ("+3", 3),
    ("007", 7),
    ("010", 10),
    ("0o10", 8),
    ("0x1F", 31),
    ("0b11", "0b11"),
    ("1_000", "1_000"),
    ("12:30", "12:30"),
    ("12:30:45", "12:30:45"),
    ("2026-11-21", "2026-11-21"),
    ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
    ("1.5", 1.5),
    ("1e-3", 0.001),
    ("-1E3", -1000.0),
    (".5", 0.5),
    ("5.", 5.0),
    ("1.2.3", "1.2.3"),
    ("1e", "1e"),
    ("e3", "e3"),
    (".", "."),
    (".inf", ".inf"),
    (".nan", ".nan"),
    ("1e400", "1e400"),
    ("1" * 30, int("1" * 30)),
    ("1" * 31, float("1" * 31)),
    ("1" * 400, "1" * 400),
    ("٣", "٣"),
    ("'12'", "12"),
    ('"true"', "true"),
    ("''", ""),
    ("'it''s'", "it's"),
    (r'"a\tb"', "a\tb"),
    ("outputs.timesteps == units", "outputs.timesteps == units"),
    ("=", "="),
    ("<<", "<<"),
    ("a # comment", "a"),
    ("a#b", "a#b"),
    ("'a # b'", "a # b"),
    ("größer × π", "größer × π"),
    ("[1, no, 'no']", [1, "no", "no"]),
    ("{a: {b: [1, {c: 2}]}}", {"a": {"b": [1, {"c": 2}]}}),
    ("[]", []),
    ("{}", {}),
    ("\n  - a\n  - b: c\n", ["a", {"b": "c"}]),
    ("|\n  one\n  two\n", "one\ntwo\n"),
    (">-\n  one\n  two\n", "one two"),
    ("one\n  two", "one two"),
    ("|\n  12\n", "12\n"),
]


@pytest.mark.parametrize(("text", "expected"), SCALARS, ids=[repr(t)[:30] for t, _ in SCALARS])
def test_a_value_is_what_an_editor_shows(text, expected, reading, parser):
    document = reading(f"key: {text}")
    assert document.findings == []
    assert document.data == {"key": expected}
    assert type(document.data["key"]) is type(expected)


@pytest.mark.parametrize("key", ["no", "true", "1", "1.0", "null", "~", "2026-11-21", "a b", "'1'"])
def test_a_key_is_always_a_text(key, reading, parser):
    assert reading(f"{key}: x").data == {key.strip("'"): "x"}


def test_line_ends_and_a_byte_order_mark_do_no_harm(reading, parser):
    for content in (
        b"\xef\xbb\xbfa: 1\nb: 2\n",
        b"a: 1\r\nb: 2\r\n",
        b"a: 1\rb: 2",
        b"--- \na: 1\nb: 2\n...\n",
    ):
        document = reading(content)
        assert document.data == {"a": 1, "b": 2}
        assert document.place(("b",)).column == 1


# places

PLACED = """\
claim: A claim.
said_by: {page: one, "other page": 'two'}
list:
  - first
  -   second
deep:
  er:
    in: {x: [1, {y: 2}]}
text: |
  block
folded:
  plain
"""
PLACES = [
    ((), 1, 1),
    (("claim",), 1, 1),
    (("said_by", "page"), 2, 11),
    (("said_by", "other page"), 2, 22),
    (("list",), 3, 1),
    (("list", 0), 4, 5),
    (("list", 1), 5, 7),
    (("deep", "er"), 7, 3),
    (("deep", "er", "in", "x"), 8, 10),
    (("deep", "er", "in", "x", 0), 8, 14),
    (("deep", "er", "in", "x", 1), 8, 17),
    (("deep", "er", "in", "x", 1, "y"), 8, 18),
    (("text",), 9, 1),
    # what is not there: its nearest parent
    (("nothing",), 1, 1),
    (("deep", "nothing"), 6, 1),
    (("list", 7), 3, 1),
    (("deep", "er", "in", "x", 1, "z"), 8, 17),
]


@pytest.mark.parametrize(("path", "line", "column"), PLACES, ids=[str(row[0]) for row in PLACES])
def test_every_part_has_its_place(path, line, column, reading, parser):
    place = reading(PLACED).place(path)
    assert (place.file, place.line, place.column) == ("claims/q/x.yml", line, column)


def test_a_value_has_a_place_of_its_own(reading, parser):
    document = reading(PLACED)
    assert str(document.places["claim",]) == "claims/q/x.yml:1:8"
    assert str(document.keys["claim",]) == "claims/q/x.yml:1:1"
    assert str(document.places["said_by", "other page"]) == "claims/q/x.yml:2:36"


INSIDE = [
    # text, the word that is looked for, its line and column
    ("test: one two", "two", 1, 11),
    ("test:   one two", "one", 1, 9),
    ("test: 'one two'", "two", 1, 12),
    ('test: "one two"', "one", 1, 8),
    ("test:\n  one\n  two", "one", 2, 3),
    ("test:\n  one\n    two", "two", 3, 5),
    ("test: one\n  two\n  three", "three", 3, 3),
    ("test: |\n  one\n  two", "one", 2, 3),
    ("test: |\n  one\n  two", "two", 3, 3),
    ("test: >-\n    one\n    two three", "three", 3, 9),
    ("test: 'one\n  two'", "two", 2, 3),
]


@pytest.mark.parametrize(
    ("text", "word", "line", "column"), INSIDE, ids=[repr(r[0]) for r in INSIDE]
)
def test_a_word_inside_a_text_has_its_place(text, word, line, column, reading, parser):
    document = reading(text)
    place = document.inside(("test",), document.data["test"].index(word))
    assert (place.line, place.column) == (line, column)


def test_a_word_inside_a_key_has_its_place(reading, parser):
    document = reading("set: {'a b': 1, c d: 2}")
    assert document.inside(("set", "a b"), 2, key=True).column == 10
    assert document.inside(("set", "c d"), 2, key=True).column == 19


# what is found and does not stop the reading


def test_a_key_that_stands_twice_is_found_at_every_level(reading, parser):
    assert reading("a: 1\nb: {a: 1}\n").findings == []
    found = reading("a: 1\nb: 2\na: 3\nc: {d: 1, d: 2}\n").findings
    assert [str(finding) for finding in found] == [
        "claims/q/x.yml:3:1: each key stands once; 'a' stands in line 1 already",
        "claims/q/x.yml:4:11: each key stands once; 'd' stands in line 4 already",
    ]


@pytest.mark.parametrize(
    "escape", [r"\e[2J", r"\x07", r"\r", r"\0", r"\u202e", r"\u2066", r"\u200f", r"\L"]
)
def test_a_text_cannot_command_a_terminal_or_turn_round(escape, reading, parser):
    assert reading(r'a: "tab \t, line \n, ü, é"').findings == []
    document = reading(f'a: 1\nb: "x{escape}y"\n')
    assert [f"{f.line}:{f.column}" for f in document.findings] == ["2:4"]
    assert "no control characters" in document.findings[0].message
    assert document.data["b"].replace("[2J", "") == "x\ufffdy"


# what cannot be read: content, place, message, tip

REFUSED = [
    ("", "1:1", "keys and values", "such as claim"),
    ("# only a comment\n", "1:1", "keys and values", ""),
    ("\n\n- a\n- b\n", "3:1", "keys and values", ""),
    ("just words", "1:1", "keys and values", ""),
    ("null", "1:1", "keys and values", ""),
    ("a: 1\n---\nb: 2\n", "2:1", "one document", "one claim, one file"),
    ("a: 1\n...\n---\nb: 2\n", "3:1", "one document", ""),
    ("a: &x 1\nb: *x\n", "1:4", "anchors and aliases", "write it out"),
    ("a: *x\n", "1:4", "anchors and aliases", ""),
    ("&x a: 1\n", "1:1", "anchors and aliases", ""),
    ("a: !!python/object/apply:os.system [ls]\n", "1:4", "tags such as !!python/object", "quotes"),
    ("a: !!python/name:os.system\n", "1:4", "tags such as", ""),
    ("!!python/object/new:os.system {a: 1}\n", "1:1", "tags such as", ""),
    ("a: !!str 12\n", "1:4", "tags such as", ""),
    ("a: !own x\n", "1:4", "tags such as !own", "quotes"),
    ("a: ! x\n", "1:4", "tags such as !", ""),
    ("!!str a: x\n", "1:1", "tags such as", ""),
    ("\ta: 1\n", "1:1", "spaces, not with tabs", ""),
    ("a:\n\tb: 1\n", "2:1", "spaces, not with tabs", ""),
    ("a: 'one\n", "1:4", "a quote that opens must be closed", "twice"),
    ('b: 1\na: "one\n', "2:4", "a quote that opens must be closed", ""),
    ("a: [1, 2\nb: 3\n", None, "", ""),
    ("a: [1, 2", "1:4", "closed with ]", "quotes"),
    ("a: {b: 2", "1:4", "closed with }", "quotes"),
    ("claim: one: two\n", "1:11", "a key and its colon cannot stand here", "': '"),
    ("a: 1\n  b: 2\n", "2:3", "keys of one level start in one column", "those above it in 1"),
    ('a: "one" two\n', None, "a key must stand here", "whole text into quotes"),
    ("a: 1\nword\nb: 2\n", "2:1", "followed by a colon", "indent"),
    ("a: - b\n", "1:4", "a list cannot start here", "next line"),
    ("a: @x\n", "1:4", "a word or a quote must start here", "@"),
    ("a: `x`\n", "1:4", "a word or a quote must start here", "`"),
    ("a: %x\n", "1:4", "a word or a quote must start here", "%"),
    ("a: *bold* text\n", None, "", ""),
    ("a: > text\n  more\n", None, "a text after | or > starts in the next line", ""),
    ('a: "\\d"\n', None, "starts an escape", "single quotes"),
    ("? [a, b]\n: c\n", "1:3", "a key is a word or a text", "{ or ["),
    ("? {a: b}\n: c\n", "1:3", "a key is a word or a text", ""),
    ("a: {{ x }}\n", "1:5", "a key is a word or a text", ""),
    ("%YAML 3.0\n---\na: 1\n", None, "this must be YAML", ""),
    ("a: x\x00y\n", "1:5", "no control characters such as U+0000", ""),
    ("b: 1\r\na: \x1b[2J\n", "2:4", "no control characters such as U+001B", ""),
    ("a: \x07\n", "1:4", "no control characters", ""),
    ("a: \ufffe\n", "1:4", "no control characters", ""),
    (b"a: \xff\n", "1:4", "text in UTF-8", ""),
    (b"b: 1\na: caf\xe9\n", "2:7", "text in UTF-8", ""),
    ("ü: ä".encode() + b"\xe9", "1:5", "text in UTF-8", ""),
    ("a: ü".encode("utf-16"), "1:1", "text in UTF-8", ""),
    (b"\xef\xbb\xbf\xff", "1:1", "text in UTF-8", ""),
    ("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH, None, "nests at most", ""),
    ("{a: " * MAX_DEPTH + "1" + "}" * MAX_DEPTH + "", None, "nests at most", ""),
    ("a: [" + "1, " * MAX_NODES + "1]", None, "at most 5000 parts", ""),
    ("a: " + "x" * MAX_BYTES, "1:1", "at most 65536 bytes", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "place", "message", "tip"), REFUSED, ids=[repr(row[0])[:40] for row in REFUSED]
)
def test_what_cannot_be_read_says_what_must_hold(content, place, message, tip, reading, parser):
    found = trouble(reading, content)
    assert found.startswith(f"claims/q/x.yml:{place or ''}")
    assert message in found
    assert tip in found
    assert "\n" not in found and found.isprintable()


def test_just_within_the_limits_is_read(reading, parser):
    deep = "[" * (MAX_DEPTH - 2) + "]" * (MAX_DEPTH - 2)
    assert reading(f"a: {deep}").data
    assert len(reading("a: [" + "1, " * (MAX_NODES - 10) + "1]").data["a"]) > 4000
    assert reading("a: " + "x" * (MAX_BYTES - 3)).data


# files that are no files, and files that would hang or fill the memory


def test_only_a_plain_file_is_opened(tmp_path):
    good = tmp_path / "good.yml"
    good.write_text("a: 1")
    assert read(good, "good.yml").data == {"a": 1}
    (tmp_path / "folder.yml").mkdir()
    (tmp_path / "link.yml").symlink_to(good)
    (tmp_path / "dangling.yml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.yml").symlink_to("loop.yml")
    (tmp_path / "device.yml").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.yml")
    for name in ("folder", "link", "dangling", "loop", "device", "pipe"):
        with pytest.raises(FileError, match="a plain file, neither a folder nor a link"):
            read(tmp_path / f"{name}.yml", "x")
    with pytest.raises(FileError, match="cannot be read: No such file"):
        read(tmp_path / "missing.yml", "x")


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


HOSTILE = {
    "alias bomb": bomb(30),
    "merge bomb": "a: &a {<<: *a}\n" * 1000,
    "10 MB": "a: " + "x" * 10_000_000,
    "a flood of brackets": "a: " + "[" * 60_000,
    "a flood of braces": "{" * 60_000,
    "a flood of dashes": "- " * 30_000,
    "a flood of questions": "? " * 30_000,
    "a flood of keys": "".join(f"k{n}: 1\n" for n in range(6000)),
    "a flood of equal keys": "a: 1\n" * 12_000,
    "a flood of colons": "a: " + ":" * 60_000,
    "a flood of quotes": "a: " + "'" * 60_001,
    "a flood of backslashes": 'a: "' + "\\" * 60_000,
    "a flood of line ends": "\n" * 60_000 + "a: [",
    "a flood of spaces": "a: |\n" + " " * 60_000,
    "a flood of digits": "a: " + "9" * 60_000,
    "a flood of dots": "a: " + "1." * 30_000,
    "a flood of exclamation marks": "a: " + "!" * 60_000,
    "a flood of directives": "%TAG ! x\n" * 6000 + "---\na: 1",
    "a flood of documents": "---\n" * 15_000,
    "a long flow key": "{" + "a" * 60_000 + ": 1}",
    "commas": "a: [" + "," * 60_000 + "]",
    "deep indentation": "".join(" " * n + f"k{n}:\n" for n in range(300)),
}


LIMITED = """
import json, resource, sys, time, yaml
from pathlib import Path
from checker import loading

resource.setrlimit(resource.RLIMIT_AS, (500_000_000, 500_000_000))
loading._Loader = getattr(yaml, sys.argv[2])
seconds = {}
for path in sorted(Path(sys.argv[1]).glob("*.yml")):
    start = time.perf_counter()
    try:
        loading.read(path, path.name)
    except loading.FileError as error:
        assert len(str(error.finding)) < 500, path
    seconds[path.stem] = time.perf_counter() - start
bytearray(int(sys.argv[3]))
print(json.dumps(seconds))
"""


def limited(folder: Path, loader: str, more: int = 0) -> subprocess.CompletedProcess[str]:
    """Read all files of a folder in a process that may have 500 MB."""
    command = [sys.executable, "-c", LIMITED, str(folder), loader, str(more)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="memory is limited as POSIX does it")
@pytest.mark.parametrize("loader", [loader.__name__ for loader in LOADERS])
def test_a_hostile_file_neither_hangs_nor_fills_the_memory(loader, tmp_path):
    for name, content in HOSTILE.items():
        (tmp_path / f"{name}.yml").write_text(content)
    done = limited(tmp_path, loader)
    assert done.returncode == 0, done.stderr
    seconds = json.loads(done.stdout)
    assert set(seconds) == set(HOSTILE)
    assert {name for name, taken in seconds.items() if taken > 2} == set()


@pytest.mark.skipif(sys.platform == "win32", reason="memory is limited as POSIX does it")
def test_the_limit_of_memory_is_one(tmp_path):
    assert limited(tmp_path, "Loader", more=1).returncode == 0
    assert "MemoryError" in limited(tmp_path, "Loader", more=600_000_000).stderr


def test_no_tag_runs_code(reading, parser, tmp_path):
    mark = tmp_path / "mark"
    for tag in (
        "python/object/apply:os.mkdir",
        "python/object/new:os.mkdir",
        "python/name:os.mkdir",
    ):
        with pytest.raises(FileError):
            reading(f"a: !!{tag} ['{mark}']")
    assert not mark.exists()


def test_entries_that_should_be_yaml_are_taken_whatever_their_case(tmp_path):
    for name in ("b.yml", "a.yaml", "C.YML", ".hidden.yml", "notes.md", "d.yml.txt", "yml"):
        (tmp_path / name).write_text("")
    assert [p.name for p in yaml_files(sorted(tmp_path.iterdir()))] == ["C.YML", "a.yaml", "b.yml"]


# whatever the bytes, a document or one finding

PIECES = st.sampled_from(
    [b"a: ", b"b", b": ", b"- ", b"\n", b"  ", b"\t", b"{", b"}", b"[", b"]", b",", b"'", b'"',
     b"#", b"&x ", b"*x", b"!!str ", b"|\n", b">-\n", b"? ", b"---\n", b"...", b"%", b"\\", b"~",
     b"\\x1b", b"\\ud800", b"\xff", b"\x00", b"\xef\xbb\xbf", b"\xc3\xbc", b"\r", b"\xc2\x85",
     b"\xe2\x80\xa8", b"1e5", b"<<"]
)  # fmt: skip


@pytest.mark.parametrize("loader", LOADERS, ids=lambda loader: loader.__name__)
@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.one_of(st.binary(max_size=60), st.lists(PIECES, max_size=25).map(b"".join)))
def test_any_bytes_are_a_document_or_a_finding(content, loader, tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "_Loader", loader)
    path = tmp_path / "x.yml"
    path.write_bytes(content)
    try:
        document = read(path, "x.yml")
    except FileError as error:
        finding = error.finding
        lines = content.decode("utf-8", "replace").splitlines() or [""]
        assert 1 <= finding.line <= len(lines) + 1
        assert finding.column >= 1
        assert str(finding).isprintable()
    else:
        assert isinstance(document.data, dict)
        assert str(document.data).encode()  # no lone surrogates
        for path_, place in document.places.items():
            assert place.line >= 1 and place.column >= 1
            assert document.place(path_)
