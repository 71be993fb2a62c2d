"""A knowledge base: all files under ``claims/``, read and validated, with everything to mend.

One bad file never hides the others: what can be used is used, the rest is a list of findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from checker.format import ID_PATTERN, ClaimKeys, QuestionKeys, SourceKeys
from checker.language.parse import nearest
from checker.loading import Document, FileError, Keys, read, yaml_files
from checker.nouns import Claim, Finding, Place, Question, Source

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass
class Base:
    """Questions, sources and claims by id, the documents they came from, and findings."""

    folder: Path
    questions: dict[str, Question] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)  # claim id → its question
    documents: dict[str, Document] = field(default_factory=dict)  # "kind/id" → document
    findings: list[Finding] = field(default_factory=list)

    def place(self, kind: str, id_: str, path: Keys = ()) -> Place:
        """Where a part of a claim, source or question stands."""
        return self.documents[f"{kind}/{id_}"].place(path)


def load(folder: Path) -> Base:
    """Read everything below a folder; FileError where the folder itself is missing."""
    if not folder.is_dir():
        raise FileError(Place(str(folder), 1, 1), "there must be a folder of claims here")
    base = Base(folder)
    for path in sorted(folder.iterdir()):
        if path.name == "_sources":
            _load_sources(base, path)
        elif path.is_dir() and not path.name.startswith(("_", ".")):
            _load_question(base, path)
        elif path.suffix in (".yml", ".yaml"):
            tip = "such as claims/num-units/a-claim.yml"
            base.findings.append(
                Finding(_shown(base, path), 1, 1, "a claim lies in the folder of its question", tip)
            )
    return base


def _load_sources(base: Base, folder: Path) -> None:
    for path in yaml_files(folder):
        document, keys = _validated(base, path, SourceKeys)
        if keys is not None:
            base.sources[path.stem] = keys.as_source(path.stem)
            base.documents[f"source/{path.stem}"] = document


def _load_question(base: Base, folder: Path) -> None:
    question_file = folder / "question.yml"
    question = None
    if question_file.exists():
        document, keys = _validated(base, question_file, QuestionKeys)
        if keys is not None:
            question = keys.as_question(folder.name)
            base.documents[f"question/{folder.name}"] = document
    else:
        message = "each folder of claims has a question.yml"
        base.findings.append(Finding(_shown(base, question_file), 1, 1, message))
    base.questions[folder.name] = question or Question(folder.name, folder.name, ())
    for path in yaml_files(folder):
        if path != question_file:
            _load_claim(base, path, base.questions[folder.name])


def _load_claim(base: Base, path: Path, question: Question) -> None:
    id_ = path.stem
    place = Place(_shown(base, path), 1, 1)
    if path.suffix != ".yml" or not re.match(ID_PATTERN, id_):
        message = "a claim's file is named by its id: small letters, digits and hyphens, then .yml"
        base.findings.append(Finding(place.file, 1, 1, message))
        return
    known = base.documents.get(f"claim/{id_}")
    if known is not None:
        message = f"an id is used once; {known.file} has it already"
        base.findings.append(Finding(place.file, 1, 1, message))
        return
    document, keys = _validated(base, path, ClaimKeys)
    base.documents[f"claim/{id_}"] = document
    problems = list(_one_form(document, keys)) if keys else []
    base.findings += problems
    if keys is None or problems or document.findings:
        base.broken[id_] = question.id
        return
    claim = keys.as_claim(id_, question.id, question.model)
    base.claims[id_] = replace(claim, places={"": document.place(())})


def _one_form(document: Document, keys: ClaimKeys) -> Iterable[Finding]:
    """A claim has exactly one of test, depends and untestable, and what belongs to it."""

    def finding(path: Keys, message: str, tip: str = "") -> Finding:
        place = document.place(path)
        return Finding(place.file, place.line, place.column, message, tip)

    forms = [form for form in ("test", "depends", "untestable") if getattr(keys, form) is not None]
    if len(forms) != 1:
        tip = f"this one has {' and '.join(forms)}" if forms else "add test: …"
        path = (forms[-1],) if forms else ("claim",)
        yield finding(path, "a claim has either test, or depends, or untestable", tip)
        return
    allowed = {"test": ("correct", "wrong", "undecided"), "depends": ("depends",)}
    expectations = allowed.get(forms[0])
    if expectations is None and keys.expected is not None:
        yield finding(("expected",), "where nothing can be tried nothing is expected")
    if expectations and keys.expected not in expectations:
        tip = "write what you expect before the first run"
        message = f"a claim with {forms[0]} has expected: {' or '.join(expectations)}"
        yield finding(("expected",), message, tip)
    if keys.untestable and not keys.because:
        yield finding(("untestable",), "an untestable claim says why, in because: …")
    if keys.depends is not None and len(keys.depends) < 2:
        yield finding(("depends",), "a claim depends on two conditions or more")
    for only_with_test in ("at", "where", "runs", "control", "model"):
        if getattr(keys, only_with_test) and forms != ["test"]:
            yield finding((only_with_test,), f"{only_with_test} belongs to a test")


def _validated(base: Base, path: Path, model: type[_Model]) -> tuple[Document, _Model | None]:
    shown = _shown(base, path)
    try:
        document = read(path, shown)
    except FileError as error:
        base.findings.append(error.finding)
        return Document(shown), None
    base.findings += document.findings
    try:
        return document, model.model_validate(document.data)
    except ValidationError as errors:
        found = [_finding(document, model, error) for error in errors.errors()]
        first = {(finding.line, finding.column): finding for finding in reversed(found)}
        base.findings += sorted(first.values())  # one for each place: a union gives several
        return document, None


def _finding(document: Document, model: type[BaseModel], error: Any) -> Finding:
    """A validation error in our words: where, what must hold, and the nearest key."""
    path = _real_path(document.data, error["loc"])
    kind, name = error["type"], ".".join(str(part) for part in path)
    place = document.place(path)
    if kind == "missing":
        message = f"the key {error['loc'][-1]!r} must be there"
        return Finding(place.file, place.line, place.column, message)
    if kind == "extra_forbidden":
        known = _keys_at(model, path[:-1])
        tip = nearest(str(path[-1]), known) or f"known are {', '.join(sorted(known))}"
        return Finding(place.file, place.line, place.column, f"there is no key {path[-1]!r}", tip)
    if error["loc"][-1] == "[key]":
        tip = "put a text with commas into quotes" if error["input"] not in (None, "") else ""
        message = f"the key {path[-1]!r} {_demand(error)}"
        return Finding(place.file, place.line, place.column, message, tip)
    return Finding(place.file, place.line, place.column, f"{name} {_demand(error)}")


def _real_path(data: Any, location: tuple[Any, ...]) -> Keys:
    """The part of a location that stands in the file: without names of types."""
    path: list[str | int] = []
    for part in location:
        inside = isinstance(data, dict) and part in data
        if inside or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            path.append(part)
            data = data[part]
    return tuple(path)


def _demand(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    words = {
        "string_type": "must be a text",
        "bool_type": "must be true or false",
        "int_type": "must be a whole number",
        "float_type": "must be a number",
        "dict_type": "must be keys and values",
        "list_type": "must be a list",
        "model_type": "must be keys and values",
        "string_too_short": f"has at least {context.get('min_length')} characters",
        "string_too_long": f"has at most {context.get('max_length')} characters",
        "literal_error": f"must be {context.get('expected')}",
    }
    if kind == "string_pattern_mismatch":
        named = {ID_PATTERN: "small letters, digits and hyphens"}
        return f"must look like {named.get(context['pattern'], context['pattern'])}"
    return words.get(kind, f"is not understood: {error['msg'][0].lower()}{error['msg'][1:]}")


def _keys_at(model: type[BaseModel], path: Keys) -> list[str]:
    """The keys known at a path: of the file, or of the part of it that has a model of its own."""
    current = model
    for part in path:
        for name, info in current.model_fields.items():
            if part in (name, info.alias):
                inner = _model_of(info.annotation)
                current = inner or current
    return [info.alias or name for name, info in current.model_fields.items()]


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _model_of(argument)
        if found:
            return found
    return None


def _shown(base: Base, path: Path) -> str:
    """A file as people see it: from the folder of claims on."""
    return str(Path(base.folder.name) / path.relative_to(base.folder))
