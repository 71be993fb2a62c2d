"""YAML with lines and columns, read as an editor reads it (YAML 1.2), and within limits.

A file from a stranger must not run code, hang or eat the memory: no tags, no anchors, no links,
a bounded size and depth, and nothing is built but texts, numbers, lists and mappings.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from checker.nouns import Finding, Place
from checker.yaml_errors import explained, split_lines

MAX_BYTES = 64 * 1024
MAX_DEPTH = 12
MAX_NODES = 5000
_Loader = getattr(yaml, "CLoader", yaml.Loader)  # only its parser is used: events, no objects
_CORE = (  # https://yaml.org/spec/1.2.2/#103-core-schema, but .inf and .nan stay words
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"[-+]?[0-9]{1,30}"), int),
    (re.compile(r"0o[0-7]{1,30}|0x[0-9a-fA-F]{1,30}"), lambda text: int(text, 0)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
)
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNSEEN = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\U0010ffff]|[\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
"""What breaks lines, commands a terminal or turns round what is shown."""

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
    lines: list[str] = field(default_factory=list)

    def place(self, path: Keys) -> Place:
        """The place of the nearest part that exists: of the key, of the value, or of its parent."""
        while path and path not in self.keys and path not in self.places:
            path = path[:-1]
        return self.keys.get(path) or self.places.get(path) or Place(self.file, 1, 1)

    def inside(self, path: Keys, offset: int, key: bool = False) -> Place:
        """The place of a character of a text (or of a key), counted without quotes and indents."""
        place = (self.keys if key else self.places).get(path) or self.place(path)
        line, column = place.line - 1, place.column - 1
        opening = self.lines[line][column : column + 1] if line < len(self.lines) else ""
        if opening in ("|", ">"):
            line, column = line + 1, 0
        column += opening in ("'", '"')
        for number, whole in enumerate(self.lines[line:], line):
            column = column or len(whole) - len(whole.lstrip(" "))
            piece = whole[column:].rstrip(" ")
            if offset <= len(piece):
                return Place(place.file, number + 1, column + offset + 1)
            offset, column = offset - len(piece) - 1, 0
        return Place(place.file, place.line, place.column + offset)


def read(path: Path, shown: str) -> Document:
    """Read one file; raises FileError where nothing of it can be read."""
    return read_text(_text(path, shown), shown)


def read_text(text: str, shown: str) -> Document:
    """Read what a file says, or would say; raises FileError where nothing of it can be read."""
    document = Document(shown, lines=split_lines(text))
    try:
        builder = _Builder(document)
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark, message, tip = explained(error, text)
        raise FileError(_place(shown, mark), f"this must be YAML: {message}", tip) from None
    except yaml.YAMLError as error:
        message = " ".join(str(error).split())
        raise FileError(Place(shown, 1, 1), f"this must be YAML: {message}") from None
    if not isinstance(document.data, dict):
        start = document.place(())
        raise FileError(start, "a file holds keys and values", "such as claim: …")
    return document


def _text(path: Path, shown: str) -> str:
    start = Place(shown, 1, 1)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise FileError(start, "this must be a plain file, neither a folder nor a link")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(start, f"this file cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise FileError(start, f"a file has at most {MAX_BYTES} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8-sig", "replace")
        raise FileError(_end(shown, good), "a file is text in UTF-8") from None
    wrong = _NOT_YAML.search(text)
    if wrong:
        message = f"a file has no control characters such as U+{ord(wrong[0]):04X}"
        raise FileError(_end(shown, text[: wrong.start()]), message)
    return text


def _end(file: str, text: str) -> Place:
    """The place just after a text."""
    lines = split_lines(text)
    return Place(file, len(lines), len(lines[-1]) + 1)


def _place(file: str, mark: Any) -> Place:
    return Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)


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
            self._take_scalar(event, place)
        elif isinstance(event, yaml.MappingStartEvent):
            self.stack.append(_Open({}, place, self._path()))
        elif isinstance(event, yaml.SequenceStartEvent):
            self.stack.append(_Open([], place, self._path()))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            closed = self.stack.pop()
            self._add(closed.value, closed.place)

    def _take_scalar(self, event: yaml.ScalarEvent, place: Place) -> None:
        unseen = _UNSEEN.search(event.value)
        if unseen:
            message = f"a text has no control characters such as U+{ord(unseen[0]):04X}"
            self._complain(place, message)
            event.value = _UNSEEN.sub("\ufffd", event.value)
        if self._key_comes():
            self._open_key(self.stack[-1], event.value, place)
        else:
            self._add(_scalar(event), place)

    def _key_comes(self) -> bool:
        top = self.stack[-1] if self.stack else None
        return top is not None and isinstance(top.value, dict) and top.key is None

    def _refuse(self, event: Any, place: Place) -> None:
        if getattr(event, "tag", None) is not None:
            tip = "put a text that starts with ! into quotes"
            tag = short(event.tag.replace("tag:yaml.org,2002:", "!!"))
            raise FileError(place, f"tags such as {tag} are not used here", tip)
        if self._key_comes() and isinstance(event, yaml.CollectionStartEvent):
            tip = "put a text that starts with { or [ into quotes"
            raise FileError(place, "a key is a word or a text", tip)
        if self.nodes > MAX_NODES:
            raise FileError(place, f"a file has at most {MAX_NODES} parts")
        if len(self.stack) >= MAX_DEPTH:
            raise FileError(place, f"a file nests at most {MAX_DEPTH} deep")

    def _complain(self, place: Place, message: str) -> None:
        self.document.findings.append(Finding(place.file, place.line, place.column, message))

    def _path(self) -> Keys:
        """The path of the value that comes next."""
        if not self.stack:
            return ()
        top = self.stack[-1]
        return (*top.path, len(top.value) if isinstance(top.value, list) else str(top.key))

    def _add(self, value: Any, place: Place) -> None:
        self.document.places[self._path()] = place
        if not self.stack:
            self.document.data = value
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        else:
            top.value[top.key] = value
            top.key = None

    def _open_key(self, top: _Open, key: str, place: Place) -> None:
        path = (*top.path, key)
        if key in top.value:
            first = self.document.keys[path].line
            message = f"each key stands once; {short(key)!r} stands in line {first} already"
            self._complain(place, message)
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
    return plain(event.value)


def plain(text: str) -> Any:
    """What a word without quotes stands for: a number, true, false, nothing, or itself."""
    for pattern, convert in _CORE:
        if pattern.fullmatch(text):
            value = convert(text)
            return value if not isinstance(value, float) or isfinite(value) else text
    return text


def short(text: str, length: int = 60) -> str:
    """A text that may be of any length, as it is shown in a message."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def yaml_files(entries: Iterable[Path]) -> Iterator[Path]:
    """Those entries of a folder that should be YAML files."""
    for path in entries:
        if path.suffix.lower() in (".yml", ".yaml") and not path.name.startswith("."):
            yield path
