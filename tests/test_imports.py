"""Imports run one way, and the core runs wherever Python and numpy run."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EVERYBODY = {"nouns"}
# who may import whom, besides nouns and its own folder
ARROWS = {
    "nouns": set(),
    "language": set(),
    "models": {"language"},
    "rivals": {"models", "language"},
    "experiments": {"models", "language"},
    "training": {"experiments", "language"},
    "frameworks": {"models", "language"},
    "traces": {"models", "language", "frameworks"},
    "reasons": set(),
    "judge": {"reasons"},
    "cache": set(),
    "trying": {"judge", "experiments", "training", "rivals", "models", "language", "records"},
    "yaml_errors": set(),
    "loading": {"yaml_errors"},
    "editor": {"language", "models"},
    "format": {"editor", "training"},
    "key_errors": {"format", "loading", "language", "training"},
    "base": {"loading", "format", "key_errors", "language"},
    "lint": {"base", "format", "key_errors", "loading", "language", "models", "experiments",
             "training", "records", "frameworks"},
    "records": set(),
    "recording": {"experiments", "frameworks", "models", "language"},
    "schedule": {"base", "judge", "cache", "trying", "rivals", "records", "experiments",
                 "language"},
    "results": {"schedule", "base", "loading", "judge", "experiments", "rivals", "language",
                "records", "frameworks"},
    "results_schema": set(),
    "drafting": {"loading"},
    "reproduce": {"experiments", "frameworks", "models", "language"},
    "report": set(),
    "reference": {"editor", "format", "language", "lint", "models", "training"},
    "pages": {"base", "commands", "loading", "reference", "report", "results"},  # only the hook
    "commands": {"base", "cache", "lint", "loading", "schedule", "trying", "experiments",
                 "results", "report", "language", "rivals", "records", "recording",
                 "frameworks", "reproduce", "reference", "drafting", "models",
                 "results_schema", "traces", "training"},
    "cli": {"commands", "loading", "frameworks"},
    "__main__": {"cli"},
    "__init__": set(),
}  # fmt: skip
CORE = ("nouns", "language", "models", "rivals", "experiments", "training", "judge")
# Each is imported in its own module and by the script that records it, and nowhere else.
FRAMEWORKS = {"tensorflow", "keras", "torch", "onnx", "onnxruntime", "jax", "flax"}


def imports_of(source: str, file: str = "") -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room(path: Path) -> str:
    return path.relative_to(ROOT / "checker").parts[0].removesuffix(".py")


def wrong_arrows(here: str, source: str) -> set[str]:
    rooms = {name.split(".")[1] for name in imports_of(source) if name.startswith("checker.")}
    return rooms - EVERYBODY - {here} - ARROWS[here]


FILES = sorted((ROOT / "checker").rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_follow_the_arrows(path):
    assert wrong_arrows(room(path), path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("here", "source", "expected"),
    [
        ("judge", "from checker.nouns import Trial", set()),
        ("judge", "from checker.experiments.trial import grid", {"experiments"}),
        ("models", "import checker.rivals.over_time", {"rivals"}),
    ],
)
def test_a_wrong_arrow_is_seen(here, source, expected):
    assert wrong_arrows(here, source) == expected


@pytest.mark.parametrize(
    "path",
    [p for p in FILES if room(p) in CORE and p.name != "record_digits.py"],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_the_core_needs_numpy_and_nothing_else(path):
    tops = {name.split(".")[0] for name in imports_of(path.read_text(encoding="utf-8"))}
    assert tops - set(sys.stdlib_module_names) - {"numpy", "checker"} == set()


def test_frameworks_are_imported_only_where_they_are_recorded():
    for path in FILES:
        tops = {name.split(".")[0] for name in imports_of(path.read_text(encoding="utf-8"))}
        own = path.name.startswith("record_") or (
            path.parent.name == "frameworks" and path.stem in FRAMEWORKS
        )
        assert own or not tops & FRAMEWORKS, path


def test_the_arrows_have_no_cycle():
    done: set[str] = set()
    for _ in ARROWS:
        done |= {here for here, there in ARROWS.items() if there <= done}
    assert done == set(ARROWS)
