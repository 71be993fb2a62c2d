"""Every command and every YAML block of the documentation is executed, in the order of its page.

What a block is stands in its first line, where a reader of the page does not see it:

    ```yaml title="claims/…"   a file; it is written, and at the end of the page it is as expected
    ```yaml fragment           a part of a claim, which is completed and must have no findings
    ```console                 commands after $, and lines that they print among others
    ```                        commands; those that take minutes or a framework are read, not run
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from textwrap import dedent

import pytest
from conftest import ROOT

from checker.base import load
from checker.cli import _parser, main
from checker.commands.check import cache_of, run
from checker.lint import lint
from checker.loading import read

TOPIC = ROOT / "tests" / "fixtures" / "another-topic"
WRITTEN = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "how-to").glob("*.md")]
PAGES = sorted(
    [*WRITTEN, ROOT / "README.md", ROOT / "claims" / "README.md", ROOT / "CONTRIBUTING.md"]
)
NOT_RUN = ("record", "site")  # they need a framework, or minutes
BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<kind>\w*)(?P<more>[^\n]*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
NEEDED = {  # what a fragment may leave out
    "claim": "A fragment of the documentation.",
    "said_by": "{blog-2018: an example}",
    "reply": "{says: It should be so., answer: It is not so.}",
    "instead": "num-units-is-hidden-state-size",
}


def blocks(path: Path) -> list[tuple[str, str, str]]:
    text = path.read_text(encoding="utf-8")
    return [(b["kind"], b["more"].strip(), dedent(b["text"])) for b in BLOCK.finditer(text)]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A place of its own for a page, with our claims, and with what was tried before."""
    shutil.copytree(ROOT / "claims", tmp_path / "claims")
    if (ROOT / ".cache" / "claims").is_dir():
        shutil.copytree(ROOT / ".cache" / "claims", tmp_path / ".cache" / "claims")
    return tmp_path


def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^(\w+):", makefile, re.MULTILINE))


def commands(text: str) -> list[tuple[list[str], list[str]]]:
    """Commands with the lines that they print."""
    found: list[tuple[list[str], list[str]]] = []
    prompted = text.startswith("$ ")
    for line in text.splitlines():
        if line.startswith("$ ") or (not prompted and line.strip()):
            found.append((shlex.split(line.removeprefix("$ "), comments=True), []))
        elif line.strip():
            found[-1][1].append(line)
    return [(words, printed) for words, printed in found if words]


def follow(words: list[str], printed: list[str], capsys) -> None:
    """Do what a reader would do; what cannot be done here is at least written as it must be."""
    if words[0] == "make":
        assert {word for word in words[1:] if "=" not in word} <= targets(), words
        return
    assert words[0] == "checker", f"a command of ours, not {words[0]}"
    arguments = _parser().parse_args(words[1:])
    if arguments.command in NOT_RUN:
        return
    code = main(words[1:])
    told = capsys.readouterr()
    assert code in (0, 1, 2), told.err
    lines = [*told.out.splitlines(), *told.err.splitlines()]
    assert [line for line in printed if line not in lines] == []


def complete(text: str, path: Path) -> None:
    """Write a fragment as a file of its own, with the keys that it leaves out."""
    path.write_text(text, encoding="utf-8")
    given = read(path, path.name).data
    keys = {k: v for k, v in NEEDED.items() if k not in given}
    if given.get("expected") != "wrong":
        keys = {k: v for k, v in keys.items() if k not in ("reply", "instead")}
    if "expected" not in given and "untestable" not in given:
        keys["expected"] = "undecided"
    rest = "".join(f"\n{key}: {value}" for key, value in keys.items())
    path.write_text(text + rest, encoding="utf-8")


def write(folder: Path, name: str, text: str) -> Path | None:
    """A file that a page shows; one of the other topic is there already, and is the same."""
    known = TOPIC / name
    if known.is_file():
        assert known.read_text(encoding="utf-8") == text, f"{name} is another one by now"
        return None
    path = folder / name
    assert not (ROOT / name).exists(), f"{name} is no example any more"
    path.write_text(text, encoding="utf-8")
    return path


def done(page: Path, folder: Path, capsys) -> list[Path]:
    """Follow a page from its first block to its last; returns the files that it has written."""
    files: dict[Path, None] = {}
    question = folder / "claims" / "num-units"
    for number, (kind, more, text) in enumerate(blocks(page)):
        title = re.search('title="([^"]+)"', more)
        if title:
            path = write(folder, title[1], text)
            files |= {path: None} if path else {}
        elif kind in ("yaml", "python"):
            assert more == "fragment", f"{page.name}: say in the first line what this block is"
            complete(text, question / f"a-fragment-{number}.yml")
        elif kind in ("", "console"):
            for words, printed in commands(text):
                # the README's sessions are held against all that is printed, in test_readme.py
                follow(words, [] if page.name == "README.md" else printed, capsys)
        else:
            assert kind == "text", f"{page.name}: nobody has said how to execute {kind!r}"
    if any(kind == "yaml" for kind, *_ in blocks(page)):
        assert [str(finding) for finding in lint(load(folder / "claims"))] == []
    return [*files]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_whoever_follows_a_page_gets_what_it_says(page, folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    files = done(page, folder, capsys)
    ids = [path.stem for path in files if path.parent.name not in ("_sources", "_experiments")]
    base = load(folder / "claims")
    found, _ = run(base, ids, cache_of(folder / "claims"), whole=False)
    unexpected = {c["id"]: c["reason"] for c in found["claims"] if not c["as_expected"]}
    assert unexpected == {}


def test_pages_have_something_to_follow():
    numbers = {page.name: len(blocks(page)) for page in PAGES}
    assert numbers["tutorial.md"] >= 5 and numbers["add-a-claim.md"] >= 10
    assert sum(numbers.values()) > 35


WRONG = [
    ("```console\n$ checker lint\n999 claims, 0 findings\n```\n", "999 claims"),
    ("```console\n$ checker chekc\n```\n", ""),
    ("```\nmake coffee\n```\n", "coffee"),
    ("```\nrm -rf claims\n```\n", "rm"),
    ("```yaml\ntest: units == 1\n```\n", "first line"),
    ("```yaml fragment\ntest: unitz == 1\n```\n", "unitz"),
    ("```toml\na = 1\n```\n", "toml"),
]


@pytest.mark.parametrize(("text", "word"), WRONG, ids=[text[:30] for text, _ in WRONG])
def test_a_page_that_is_wrong_fails(text, word, folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises((AssertionError, SystemExit)) as failure:
        done(page, folder, capsys)
    assert word in str(failure.value)


def test_the_tutorial_meets_its_mistakes():
    kinds = [more for _, more, _ in blocks(ROOT / "docs" / "tutorial.md")]
    names = [more for more in kinds if "the-first-step" in more]
    assert len(names) == 2  # with mistakes, and without


def test_every_word_of_the_glossary_that_is_code_is_a_name_somewhere():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    for word in ("num_units", "units", "hidden_size", "n_hidden", "features", "timesteps", "batch"):
        assert f"`{word}`" in text
