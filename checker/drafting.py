"""A new claim on its way into a file: its id, its text, and the claims that say nearly the same."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from math import log
from typing import Any

from checker.loading import FileError, read_text

LONGEST_ID = 50
"""An id is cut after a whole word; a file may have a longer one."""

ALIKE = 0.33
"""From here on two statements say nearly the same."""

_SMALL = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "has",
     "have", "in", "is", "it", "its", "of", "on", "or", "that", "the", "there", "this", "to", "was",
     "were", "which", "will", "with")
)  # fmt: skip
"""Words that tell little apart."""


@dataclass(frozen=True)
class Draft:
    """What an author has to say before anything is run."""

    statement: str
    said_by: Mapping[str, Sequence[str]]
    expected: str
    test: str
    model: Mapping[str, Any] = field(default_factory=dict)


def id_of(statement: str) -> str:
    """What a claim's file could be called: its words, without the small ones at its end.

    "" where nothing of it can stand in an id.
    """
    plain = (
        unicodedata.normalize("NFKD", statement)
        .encode("ascii", "ignore")
        .decode()
        .lower()
        .replace("'", "")
    )
    words = [word for word in re.findall("[a-z0-9]+", plain) if word not in ("a", "an", "the")]
    while len("-".join(words)) > LONGEST_ID:
        words.pop()
    while words and words[-1] in _SMALL:
        words.pop()
    return "-".join(words)


def written(draft: Draft) -> str:
    """The file, as a person would write it; reading it gives the same words again."""
    lines = [
        f"claim: {scalar(draft.statement)}",
        *_places(draft.said_by),
        f"expected: {scalar(draft.expected)}",
    ]
    if draft.model:
        options = (f"{name}: {scalar(value, ', x}')}" for name, value in draft.model.items())
        lines.append(f"model: {{{', '.join(options)}}}")
    return "\n".join([*lines, f"test: {scalar(draft.test)}"]) + "\n"


def scalar(value: Any, after: str = "") -> str:
    """A value in YAML: without quotes where it is read the same; ``after`` is what may follow."""
    if not isinstance(value, str):
        return json.dumps(value)
    opening = "key: {key: " if after else "key: "
    try:
        found = read_text(f"{opening}{value}{after}\n", "")
        data = found.data["key"]["key"] if after else found.data["key"]
        same = data == value and not found.findings
    except (FileError, TypeError, KeyError):
        same = False
    return value if same and "\n" not in value else json.dumps(value, ensure_ascii=False)


def alike(statement: str, others: Mapping[str, str], most: int = 3) -> list[str]:
    """The ids of the claims that say nearly the same, the nearest first."""
    weights = _weights(others.values())
    scores = {id_: likeness(statement, other, weights) for id_, other in others.items()}
    ranked = sorted(scores, key=lambda id_: (-scores[id_], id_))
    return [id_ for id_ in ranked[:most] if scores[id_] >= ALIKE]


def likeness(one: str, other: str, weights: Mapping[str, float]) -> float:
    """How much two statements have in common, from 0 to 1: their order of words, and their words.

    The order alone would set "units are steps" apart from "steps are units", and the words alone
    would take both for one; the mean of the two shows either to whoever writes the other.
    """
    ours, theirs = _words(one), _words(other)
    first, second = {*ours} - _SMALL, {*theirs} - _SMALL
    shared, apart = (
        sum(weights.get(w, 1) for w in part) for part in (first & second, first ^ second)
    )
    order = SequenceMatcher(None, ours, theirs, autojunk=False).ratio()
    return (order + (2 * shared / (2 * shared + apart) if shared else 0)) / 2


def _weights(statements: Collection[str]) -> dict[str, float]:
    """What each word tells: nothing where it stands in every statement, 1 where in none."""
    found = Counter(word for statement in statements for word in {*_words(statement)})
    return {word: 1 - log(n) / log(len(statements) + 1) for word, n in found.items()}


def _words(text: str) -> list[str]:
    """The words of a statement, in the singular as far as an s tells."""
    found = re.findall(r"[^\W_]+", text.casefold())
    return [word[:-1] if len(word) > 3 and word.endswith("s") else word for word in found]


def _places(said_by: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Where it is said: one page in one line, several below each other."""
    lines = [
        f"{source}: {_quoted(places[0]) if len(places) == 1 else _list(places)}"
        for source, places in said_by.items()
    ]
    if len(lines) == 1:
        yield f"said_by: {{{lines[0]}}}"
    elif lines:
        yield "said_by:"
        yield from (f"  {line}" for line in lines)


def _quoted(place: str) -> str:
    return json.dumps(place, ensure_ascii=False)


def _list(places: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, places))}]"
