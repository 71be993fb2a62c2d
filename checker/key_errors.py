"""What the validator finds in a file, in words that say what must hold, each at its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from checker.format import ID_PATTERN, NAME_PATTERN, RANGE_PATTERN, URL_PATTERN, RunKeys
from checker.language.parse import nearest, offered
from checker.loading import Document, Keys, short
from checker.nouns import Finding
from checker.training.keys import OF_MODEL

_KINDS = {  # in the order in which a message lists them
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "list_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
    "bool_type": "true or false",
}
_TEXTS = {  # what the text below a key is, where it is no prose
    "test": "an expression",
    "where": "an expression",
    "setting": "an expression",
    "set": "an expression",
    "change": "an expression",
    "lengths": "an expression",
    "at": "a range such as 1..4",
    "url": "an address such as https://example.org/page",
}
_LOOKS = {
    ID_PATTERN: "an id of small letters, digits and single hyphens",
    NAME_PATTERN: "a name of small letters, digits and _, a letter first",
    RANGE_PATTERN: "a range such as 1..4",
    URL_PATTERN: "an address such as https://example.org/page",
}

_KEYS_OF_RUNS = {info.alias or name for name, info in RunKeys.model_fields.items()} - {"model"}


def findings(
    document: Document, model: type[BaseModel], errors: Sequence[Any]
) -> Iterator[Finding]:
    """A finding for each part of a file that is not as it must be."""
    groups: dict[tuple[Keys, str], list[Any]] = {}
    for error in errors:
        path = _real_path(document.data, error["loc"])
        groups.setdefault((path, _about(error)), []).append(error)
    for (path, about), found in groups.items():
        if about == "value" and _said_elsewhere(path, groups):
            continue
        message, tip = _words(document, model, path, about, found)
        place = document.place(path)
        yield Finding(place.file, place.line, place.column, message, tip)


def _about(error: Any) -> str:
    """What an error is about: a missing key, its name, or its value."""
    if error["type"] == "missing":
        return f"missing {error['loc'][-1]}"
    return "name" if error["type"] == "extra_forbidden" or error["loc"][-1] == "[key]" else "value"


def _said_elsewhere(path: Keys, groups: dict[tuple[Keys, str], list[Any]]) -> bool:
    """Whether a part of the value is the trouble, or the key is: of a union all kinds complain."""
    deeper = (other for other, _ in groups if len(other) > len(path))
    return (path, "name") in groups or any(other[: len(path)] == path for other in deeper)


def _real_path(data: Any, location: tuple[Any, ...]) -> Keys:
    """The part of a location that stands in the file: without names of types."""
    path: list[str | int] = []
    for part in location:
        inside = isinstance(data, dict) and part in data
        if inside or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            path.append(part)
            data = data[part]
    return tuple(path)


def _words(
    document: Document, model: type[BaseModel], path: Keys, about: str, errors: list[Any]
) -> tuple[str, str]:
    """The message and the tip for errors at one part of the file."""
    if about.startswith("missing"):
        return f"the key {errors[0]['loc'][-1]!r} must be there", ""
    if errors[0]["type"] == "extra_forbidden":
        tip = key_of_a_run(path) or offered(str(path[-1]), sorted(_keys_at(model, path[:-1])))
        return f"there is no key {short(str(path[-1]))!r}", tip
    if key_of_a_run(path):
        return f"there is no key {path[-1]!r} under model", key_of_a_run(path)
    value = _value(document.data, path)
    if about == "name":
        tip = "put a text with commas into quotes" if value is None else ""
        return f"the key {short(str(path[-1]))!r} {_demand(errors)}", tip
    text = next((_TEXTS[part] for part in reversed(path) if part in _TEXTS), "a text")
    if isinstance(path[-1], int) and path[0] == "at":
        text = "a text"  # an entry of a list, which is no range
    return f"{_subject(path)} {_demand(errors, text)}", _tip(errors, value, path, text)


def key_of_a_run(path: Keys) -> str:
    """Where a key of a run, or of a trained model, goes that stands elsewhere; "" for others."""
    if path[-1:] and path[-1] in OF_MODEL and path[:1] in (("train",), ("arms",), ("control",)):
        return "" if "model" in path[:-1] else f"it goes under model: {{{path[-1]}: …}}"
    if path[-1:] == () or path[-1] not in _KEYS_OF_RUNS:
        return ""
    match path[:-1]:
        case () | ("model",):
            return f"it goes under runs: {{name: {{{path[-1]}: …}}}}"
        case ("control",):
            return f"it goes under control: {{runs: {{name: {{{path[-1]}: …}}}}}}"
        case ("runs", str(), "model") | ("control", "model") | ("control", "runs", str(), "model"):
            return "it goes beside model, not into it"
    return ""


def _subject(path: Keys) -> str:
    names = ".".join(short(part) for part in path if isinstance(part, str))
    return f"each entry of {names}" if path and isinstance(path[-1], int) else names


def _demand(errors: list[Any], text: str = "a text") -> str:
    for error in errors:
        context = error.get("ctx", {})
        if error["type"] == "string_too_short":
            return f"has at least {context['min_length']} characters"
        if error["type"] == "string_too_long":
            return f"has at most {context['max_length']} characters"
        if error["type"] == "literal_error":
            return f"must be {context['expected']}"
        if error["type"] == "too_long":
            return f"has at most {context['max_length']} entries"
        if error["type"] == "greater_than_equal":
            return f"must be at least {context['ge']:g}"
        if error["type"] == "less_than_equal":
            return f"must be at most {context['le']:g}"
    kinds = [error["type"] for error in errors]
    if "float_type" in kinds and "int_type" in kinds:
        kinds.remove("int_type")
    words = [text if kind == "string_type" else _KINDS[kind] for kind in _KINDS if kind in kinds]
    patterns = [e["ctx"]["pattern"] for e in errors if e["type"] == "string_pattern_mismatch"]
    words += [_LOOKS.get(pattern, pattern) for pattern in patterns]
    if not words:
        return f"is not understood: {errors[0]['msg'][0].lower()}{errors[0]['msg'][1:]}"
    *others, last = dict.fromkeys(words)
    return f"must be {', '.join(others)} or {last}" if others else f"must be {last}"


def _tip(errors: list[Any], value: Any, path: Keys, text: str) -> str:
    kinds = {error["type"] for error in errors}
    if value is None:
        return "it is empty here" + ("; a text with commas needs quotes" if path[1:] else "")
    if kinds == {"literal_error"}:
        return nearest(str(value), re.findall("'([^']*)'", errors[0]["ctx"]["expected"]))
    if kinds == {"list_type"} and isinstance(value, str):
        return f"such as [{short(value)}]"
    if "string_type" in kinds and text == "a text" and not isinstance(value, dict | list):
        return "put it into quotes"
    if "string_type" in kinds and isinstance(value, dict) and isinstance(path[-1], int):
        return "put a text that contains ': ' into quotes"
    return ""


def _value(data: Any, path: Keys) -> Any:
    for part in path:
        data = data[part]
    return data


def _keys_at(model: type[BaseModel], path: Keys) -> list[str]:
    """The keys known at a path: of the file, or of the part of it that has a model of its own."""
    current = model
    for part in path:
        for name, info in current.model_fields.items():
            if part == (info.alias or name):
                current = _model_of(info.annotation) or current
                break
    return [info.alias or name for name, info in current.model_fields.items()]


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_of(argument)
        if found:
            return found
    return None
