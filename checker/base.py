"""A knowledge base: all files under ``claims/``, read and validated, with everything to mend.

One bad file never hides the others: what can be used is used, the rest is a list of findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from checker.format import (
    FORMS,
    ID_PATTERN,
    MAX_ID,
    ClaimKeys,
    QuestionKeys,
    SourceKeys,
    TrainKeys,
)
from checker.key_errors import findings
from checker.loading import Document, FileError, Keys, read, read_text, yaml_files
from checker.nouns import Claim, Finding, Place, Question, Source

_Model = TypeVar("_Model", bound=BaseModel)
_NEEDED: dict[str, Any] = dict.fromkeys(("claim", "question", "title", "read"), "(not readable)")
_NEEDED["answer"] = []
_CHANGES_NAMES = {
    "model",
    "at",
    "runs",
    "framework",
    "train",
    "arms",
}  # without these, good texts look bad
_EXPECTED: dict[str, tuple[tuple[str | None, ...], str]] = {
    "test": (
        ("correct", "wrong", "undecided"),
        "a claim with test has expected: correct, wrong or undecided",
    ),
    "depends": (("depends",), "a claim with depends has expected: depends"),
    "exactly_when": (("depends",), "a claim with exactly_when has expected: depends"),
    "untestable": ((None,), "where nothing can be tried nothing is expected"),
}
_BELONGS = dict.fromkeys(("model", "at", "where", "runs", "for", "exactly_when", "control"), "test")
_BELONGS["because"] = "untestable"
_BELONGS |= dict.fromkeys(("framework", "call", "experiment", "train", "arms"), "test")
_OF_RUNS = ("model", "at", "where", "runs", "for", "exactly_when")


@dataclass
class Base:
    """Questions, sources and claims by id, the documents they came from, and findings.

    ``drafts`` are claims whose files have findings already, as far as they can be read: they are
    never tried, but whatever else is wrong with them is found in the same run.
    """

    folder: Path
    questions: dict[str, Question] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    drafts: dict[str, Claim] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)  # claim id → its question
    documents: dict[str, Document] = field(default_factory=dict)  # "kind/id" → document
    findings: list[Finding] = field(default_factory=list)

    def place(self, kind: str, id_: str, path: Keys = ()) -> Place:
        """Where a part of a claim, source or question stands."""
        return self.documents[f"{kind}/{id_}"].place(path)

    def complain(self, path: Path, message: str, tip: str = "") -> None:
        """Add a finding about a whole file or folder."""
        self.findings.append(Finding(_shown(self, path), 1, 1, message, tip))


def load(folder: Path) -> Base:
    """Read everything below a folder; FileError where the folder itself is missing."""
    if not folder.is_dir():
        tip = "name another one with --claims DIR"
        raise FileError(Place(str(folder), 1, 1), "there must be a folder of claims here", tip)
    base = Base(folder)
    for path in _entries(base, folder):
        if path.name == "_sources":
            _load_sources(base, path)
        elif path.name.startswith(("_", ".")):
            continue
        elif path.is_dir():
            _load_question(base, path)
        elif path.suffix in (".yml", ".yaml"):
            tip = "such as claims/num-units/a-claim.yml"
            base.complain(path, "a claim lies in the folder of its question", tip)
    return base


def _entries(base: Base, folder: Path) -> list[Path]:
    """What a folder holds; a finding, and nothing, where that cannot be told."""
    try:
        if folder.is_dir() and (folder == base.folder or not folder.is_symlink()):
            return sorted(folder.iterdir())
    except OSError as error:
        base.complain(folder, f"this folder cannot be read: {error.strerror}")
        return []
    base.complain(folder, "this must be a folder, neither a file nor a link")
    return []


def _load_sources(base: Base, folder: Path) -> None:
    for path in yaml_files(_entries(base, folder)):
        if not _named_by_id(base, path, "a source's file", ".yml"):
            continue
        document, keys, _ = _validated(base, path, SourceKeys)
        source = keys.as_source(path.stem) if keys else Source(path.stem, path.stem, "", "")
        base.sources[path.stem] = source
        base.documents[f"source/{path.stem}"] = document


def _load_question(base: Base, folder: Path) -> None:
    if not _named_by_id(base, folder, "a question's folder"):
        return
    entries = _entries(base, folder)
    base.questions[folder.name] = Question(folder.name, folder.name, ())
    question_file = folder / "question.yml"
    if question_file in entries:
        document, keys, _ = _validated(base, question_file, QuestionKeys)
        base.documents[f"question/{folder.name}"] = document
        if keys is not None:
            base.questions[folder.name] = keys.as_question(folder.name)
    elif entries:
        base.complain(question_file, "each folder of claims has a question.yml")
    for path in entries:
        if path.is_dir() and path.suffix == "" and not path.name.startswith((".", "_")):
            base.complain(path, "claims lie in the folder of their question, not further below")
    for path in yaml_files(entries):
        if path != question_file:
            _load_claim(base, path, base.questions[folder.name])


def _load_claim(base: Base, path: Path, question: Question) -> None:
    id_ = path.stem
    if not _named_by_id(base, path, "a claim's file", ".yml"):
        return
    known = base.documents.get(f"claim/{id_}")
    if known is not None:
        base.complain(path, f"an id is used once; {known.file} has it already")
        return
    _take_claim(base, id_, question, *_validated(base, path, ClaimKeys))


def add_claim(base: Base, question: Question, id_: str, text: str) -> Path:
    """Take in a claim as if its file were there already, with all findings; returns that file."""
    path = base.folder / question.id / f"{id_}.yml"
    document = read_text(text, _shown(base, path))
    _take_claim(base, id_, question, *_checked(base, document, ClaimKeys))
    return path


def _take_claim(
    base: Base, id_: str, question: Question, document: Document, keys: ClaimKeys | None, good: bool
) -> None:
    """Put a claim among those that can be tried, or among those that have to be mended."""
    base.documents[f"claim/{id_}"] = document
    problems = list(_one_form(document, keys)) if keys and good else []
    base.findings += problems
    good = good and not problems
    if not good:
        base.broken[id_] = question.id
    if keys is not None and any(getattr(keys, form) is not None for form in FORMS):
        claim = keys.as_claim(id_, question.id, question.model)
        placed = replace(claim, places={"": document.place(())})
        (base.claims if good else base.drafts)[id_] = placed


def _named_by_id(base: Base, path: Path, what: str, ending: str = "") -> bool:
    """Whether a name can be an id, which is a part of addresses and of other files' names."""
    if path.name.endswith(ending) and is_id(path.name.removesuffix(ending)):
        return True
    better = as_id(path.stem)
    then = f", then {ending}" if ending else ""
    base.complain(path, f"{what} is named by its id: {AN_ID}{then}", f"such as {better}{ending}")
    return False


AN_ID = f"at most {MAX_ID} small letters, digits and hyphens"


def is_id(name: str) -> bool:
    """Whether a name can be an id."""
    return len(name) <= MAX_ID and bool(re.fullmatch(ID_PATTERN, name))


def as_id(name: str) -> str:
    """What could be an id, as near to a name as can be; an id stays as it is."""
    return re.sub("[^a-z0-9]+", "-", name.lower())[:MAX_ID].strip("-") or "a-name"


def _one_form(document: Document, keys: ClaimKeys) -> Iterator[Finding]:
    """A claim has exactly one of test, depends and untestable, and what belongs to it."""

    def finding(path: Keys, message: str, tip: str = "") -> Finding:
        place = document.place(path)
        return Finding(place.file, place.line, place.column, message, tip)

    forms = [form for form in FORMS if getattr(keys, form) is not None]
    if len(forms) != 1:
        tip = f"this one has {' and '.join(forms)}" if forms else "add test: …"
        path = (forms[-1],) if forms else ("claim",)
        yield finding(path, "a claim has either test, or depends, or untestable", tip)
        return
    form = forms[0]
    expected, message = _EXPECTED["exactly_when" if keys.exactly_when else form]
    if keys.expected not in expected:
        tip = "write what you expect before the first run" if keys.expected is None else ""
        if keys.expected == "depends" and form == "test":
            tip = "for depends, add exactly_when: …, or join two claims with depends:"
        yield finding(("expected",), message, tip)
    if keys.untestable and not keys.because:
        yield finding(("untestable",), "an untestable claim says why, in because: …")
    if keys.depends is not None and len(set(keys.depends.values())) < 2:
        yield finding(("depends",), "a claim depends on two other claims or more")
    for key, owner in _BELONGS.items():
        if key in document.data and owner != form:
            yield finding((key,), f"{key} belongs to a claim with {owner}")
    yield from _of_a_framework(document, keys, finding)
    yield from _of_an_experiment(document, keys, finding)
    yield from _of_training(document, keys, finding)


def _of_a_framework(
    document: Document, keys: ClaimKeys, finding: Callable[[Keys, str], Finding]
) -> Iterator[Finding]:
    """A claim about a call has framework, call and test, and nothing of a claim about runs."""
    control = document.data.get("control") or {}
    if keys.framework is None:
        if keys.call is not None:
            yield finding(("call",), "call belongs to a claim with framework")
        if "call" in control:
            yield finding(("control", "call"), "call belongs to a claim with framework")
        return
    if keys.call is None:
        yield finding(("framework",), "a claim about a framework has a call: …")
    for key in _OF_RUNS:
        if key in document.data:
            yield finding((key,), f"{key} has no part in a claim about a call")
    for key in control:
        if key != "call":
            yield finding(("control", key), "the control of a claim about a call is another call")


def _of_an_experiment(
    document: Document, keys: ClaimKeys, finding: Callable[[Keys, str], Finding]
) -> Iterator[Finding]:
    """A claim about an experiment in Python has no models and runs: the function makes its own."""
    if keys.experiment is None:
        return
    for key in ("model", "runs", "exactly_when", "framework"):
        if key in document.data:
            yield finding((key,), f"{key} has no part in a claim about an experiment")
    for key in document.data.get("control") or {}:
        if key != "setting":
            message = "the control of a claim about an experiment is another setting"
            yield finding(("control", key), message)


def _of_training(
    document: Document, keys: ClaimKeys, finding: Callable[[Keys, str], Finding]
) -> Iterator[Finding]:
    """A claim about training has arms instead of runs, and one setting: all seeds."""
    of_control = document.data.get("control") or {}
    own = {*TrainKeys.model_fields} - {"model"}
    if keys.train is None:
        if keys.arms:
            yield finding(("arms",), "arms belong to a claim with train")
        for key in of_control:
            if key in (*own, "arms"):
                message = f"{key} has a part in the control of a claim with train only"
                yield finding(("control", key), message)
        return
    for key in ("at", "where", "runs", "for", "exactly_when", "framework", "experiment"):
        if key in document.data:
            yield finding((key,), f"{key} has no part in a claim about training")
    for key in of_control:
        if key not in (*own, "model", "arms"):
            message = f"{key} has no part in the control of a claim about training"
            yield finding(("control", key), message)


def _validated(base: Base, path: Path, model: type[_Model]) -> tuple[Document, _Model | None, bool]:
    """A file, what can be used of its keys, and whether it is wholly as it must be."""
    shown = _shown(base, path)
    try:
        document = read(path, shown)
    except FileError as error:
        base.findings.append(error.finding)
        return Document(shown), None, False
    return _checked(base, document, model)


def _checked(
    base: Base, document: Document, model: type[_Model]
) -> tuple[Document, _Model | None, bool]:
    """A document, what can be used of its keys, and whether it is wholly as it must be."""
    base.findings += document.findings
    try:
        return document, model.model_validate(document.data), not document.findings
    except ValidationError as errors:
        base.findings += sorted(findings(document, model, errors.errors()))
        return document, _salvaged(document.data, model, errors), False


def _salvaged(data: Any, model: type[_Model], errors: ValidationError) -> _Model | None:
    """The keys that are as they must be; None where the others would make these look wrong."""
    bad = {error["loc"][0] for error in errors.errors()}
    if bad & _CHANGES_NAMES:
        return None
    known = {info.alias or name for name, info in model.model_fields.items()}
    needed = {key: value for key, value in _NEEDED.items() if key in known}
    return model.model_validate({**needed, **{k: v for k, v in data.items() if k not in bad}})


def _shown(base: Base, path: Path) -> str:
    """A file as people see it: from the folder of claims on, in one line that can be printed."""
    name = (Path(base.folder.name) / path.relative_to(base.folder)).as_posix()
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)
