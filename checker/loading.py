"""YAML with lines and columns, read as an editor reads it (YAML 1.2), and within limits.

A file from a stranger must not run code, hang or eat the memory: no tags, no anchors, no links,
a bounded size and depth, and nothing is built but texts, numbers, lists and mappings.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from checker.nouns import Finding, Place

MAX_BYTES = 64 * 1024
MAX_DEPTH = 12
MAX_NODES = 5000
_Loader = getattr(yaml, "CLoader", yaml.Loader)  # only its parser is used: events, no objects
_CORE = (  # https://yaml.org/spec/1.2.2/#103-core-schema
    (re.compile(r"^(true|True|TRUE)$"), lambda _: True),
    (re.compile(r"^(false|False|FALSE)$"), lambda _: False),
    (re.compile(r"^(|~|null|Null|NULL)$"), lambda _: None),
    (re.compile(r"^[-+]?[0-9]{1,30}$"), int),
    (re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"), float),
)
Keys = tuple[str | int, ...]


class FileError(Exception):
    """A file that cannot be read at all, as one finding."""

    def __init__(self, place: Place, message: str, tip: str = ""):
        super().__init__(message)
        self.finding = Finding(place.file, place.line, place.column, message, tip)


@dataclass
class Document:
    """What a file says, and where each part of it stands.

    ``places`` maps the path of keys to its value's place; ``keys`` to that of the key itself.
    """

    file: str
    data: Any = None
    places: dict[Keys, Place] = field(default_factory=dict)
    keys: dict[Keys, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def place(self, path: Keys) -> Place:
        """The place of the nearest part that exists: of the key, of the value, or of its parent."""
        while path and path not in self.keys and path not in self.places:
            path = path[:-1]
        return self.keys.get(path) or self.places.get(path) or Place(self.file, 1, 1)


def read(path: Path, shown: str) -> Document:
    """Read one file; raises FileError where nothing of it can be read."""
    text = _text(path, shown)
    document = Document(shown)
    try:
        builder = _Builder(document)
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(shown, mark)
        raise FileError(place, f"this must be YAML: {error.problem}", _tip(error, text)) from None
    except yaml.YAMLError as error:
        message = " ".join(str(error).split())
        raise FileError(Place(shown, 1, 1), f"this must be YAML: {message}") from None
    if not isinstance(document.data, dict):
        raise FileError(Place(shown, 1, 1), "a file holds keys and values", "such as claim: …")
    return document


def _text(path: Path, shown: str) -> str:
    start = Place(shown, 1, 1)
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise FileError(start, "this must be a plain file, neither a folder nor a link")
        if status.st_size > MAX_BYTES:
            raise FileError(start, f"a file has at most {MAX_BYTES} bytes, not {status.st_size}")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        column = error.start - error.object.rfind(b"\n", 0, error.start)
        raise FileError(Place(shown, line, column), "a file is text in UTF-8") from None
    except OSError as error:
        raise FileError(start, f"this file cannot be read: {error.strerror}") from None


def _place(file: str, mark: Any) -> Place:
    return Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)


def _tip(error: yaml.MarkedYAMLError, text: str) -> str:
    line = text.split("\n")[error.problem_mark.line] if error.problem_mark else ""
    if line.lstrip(" ").startswith("\t"):
        return "indent with spaces, not with tabs"
    if "mapping values are not allowed" in str(error.problem):
        return "put a text that contains ': ' into quotes"
    return ""


class _Builder:
    """Builds plain data from parser events, with an explicit stack instead of recursion."""

    def __init__(self, document: Document):
        self.document = document
        self.stack: list[_Open] = []
        self.documents = self.nodes = 0

    def take(self, event: yaml.Event) -> None:
        place = _place(self.document.file, event.start_mark)
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise FileError(place, "a file holds one document", "one claim, one file")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise FileError(
                place, "anchors and aliases (& and *) are not used here", "write it out"
            )
        if isinstance(event, yaml.NodeEvent):
            self.nodes += 1
            self._refuse(event, place)
        if isinstance(event, yaml.ScalarEvent):
            self._add(_scalar(event), place)
        elif isinstance(event, yaml.MappingStartEvent):
            self.stack.append(_Open({}, place, self._path()))
        elif isinstance(event, yaml.SequenceStartEvent):
            self.stack.append(_Open([], place, self._path()))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            closed = self.stack.pop()
            self._add(closed.value, closed.place)

    def _refuse(self, event: Any, place: Place) -> None:
        if getattr(event, "tag", None) not in (None, "!"):
            raise FileError(place, f"tags such as {event.tag} are not used here")
        if self.nodes > MAX_NODES:
            raise FileError(place, f"a file has at most {MAX_NODES} parts")
        if len(self.stack) >= MAX_DEPTH:
            raise FileError(place, f"a file nests at most {MAX_DEPTH} deep")

    def _path(self) -> Keys:
        """The path of the value that comes next."""
        if not self.stack:
            return ()
        top = self.stack[-1]
        return (*top.path, len(top.value) if isinstance(top.value, list) else top.key or "?")

    def _add(self, value: Any, place: Place) -> None:
        if not self.stack:
            self.document.data = value
            self.document.places[()] = place
            return
        top = self.stack[-1]
        if isinstance(top.value, dict) and top.key is None:
            self._open_key(top, value, place)
            return
        self.document.places[self._path()] = place
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is not None:
            top.value[top.key] = value
            top.key = None

    def _open_key(self, top: _Open, key: Any, place: Place) -> None:
        if not isinstance(key, str):
            key = str(key)
        path = (*top.path, key)
        if key in top.value:
            first = self.document.keys[path]
            message = f"each key stands once; {key!r} stands in line {first.line} already"
            self.document.findings.append(Finding(place.file, place.line, place.column, message))
        top.key = key
        self.document.keys[path] = place


@dataclass
class _Open:
    value: Any
    place: Place
    path: Keys
    key: str | None = None


def _scalar(event: yaml.ScalarEvent) -> Any:
    if event.style is not None and event.style not in ("", "plain"):
        return event.value  # quoted or block text stays text
    for pattern, convert in _CORE:
        if pattern.match(event.value):
            return convert(event.value)
    return event.value


def yaml_files(folder: Path) -> Iterator[Path]:
    """The entries of a folder that should be YAML files, in order of their names."""
    for path in sorted(folder.iterdir()):
        if path.suffix in (".yml", ".yaml"):
            yield path
