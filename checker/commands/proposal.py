"""What was given for a new claim, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from checker.base import AN_ID, Base, add_claim, as_id, is_id
from checker.commands.naming import UsageError, model_of
from checker.drafting import Draft, id_of, written
from checker.language.parse import nearest, offered
from checker.lint import RULES, RULES_OF_MEANING, RULES_OF_TESTS, name_of
from checker.loading import FileError
from checker.nouns import Finding, Question

EXPECTED = ("correct", "wrong", "undecided")
LATER = ("wrong-claims-lead-on",)
"""Rules that the author fulfils in the file, with what came out in sight."""

_STAND_IN = {"statement": "Something is so.", "test": "outputs.units == 1", "expected": "correct"}
"""What stands for an option that is not given, so that all the others can be looked at."""
_KEYS = {"claim": "--statement", "said_by": "--said-by", "expected": "--expected",
         "model": "--model", "test": "--test"}  # fmt: skip
_NEEDED = {
    "statement": ("--statement", "what is said, in your own words"),
    "said_by": ("--said-by", "who says it, as SOURCE:PLACE"),
    "test": ("--test", "true at every setting exactly if the claim is right"),
    "expected": ("--expected", f"{', '.join(EXPECTED[:-1])} or {EXPECTED[-1]}"),
}


@dataclass(frozen=True)
class Given:
    """The options of the command, as they were typed; empty where one was not given."""

    statement: str = ""
    said_by: Sequence[str] = field(default_factory=list)
    question: str = ""
    model: Sequence[str] = field(default_factory=list)
    test: str = ""
    expected: str = ""
    id_: str = ""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one option."""

    option: str
    message: str

    def __str__(self) -> str:
        return f"{self.option}: {self.message}"


@dataclass(frozen=True)
class Proposal:
    """A claim that may become a file."""

    given: Given

    @property
    def id_(self) -> str:
        """The id that was asked for, or one made from the statement."""
        return self.given.id_ or id_of(self.given.statement)

    def question(self, base: Base) -> Question | None:
        """The question that the claim belongs to: the named one, or the only one."""
        if self.given.question:
            return base.questions.get(self.given.question)
        return next(iter(base.questions.values())) if len(base.questions) == 1 else None

    def missing(self) -> list[tuple[str, str]]:
        """The options without which there is no claim, and what each is for."""
        return [about for name, about in _NEEDED.items() if not getattr(self.given, name)]

    def draft(self) -> Draft:
        """The claim to be written; UsageError where an option of the model has no value."""
        said_by: dict[str, list[str]] = {}
        for one in self.given.said_by:
            source, colon, place = one.partition(":")
            if not colon:
                continue  # a problem of its own
            said_by.setdefault(source.strip(), []).append(_one_line(place))
        given = self.given
        words = (given.statement, given.expected, given.test)
        statement, expected, test = map(_one_line, words)
        return Draft(statement, said_by, expected, test, model_of(given.model))


def problems(base: Base, proposal: Proposal) -> list[Problem]:
    """All that is wrong with what is given, in order of the options; nothing is run."""
    found = [*_not_text(proposal.given)]
    given = _readable_text(proposal.given) if found else proposal.given
    proposal = Proposal(given)
    found += [*_of_words(given), *_of_places(base, given)]
    found += [*_of_question(base, proposal), *_of_id(base, proposal)]
    if any(problem.option == "--model" for problem in found):
        proposal = replace(proposal, given=replace(given, model=_readable(given.model)))
    found += _of_claim(base, proposal)
    order = [*_KEYS.values(), "--question", "--id"]
    return sorted(dict.fromkeys(found), key=lambda problem: order.index(problem.option))


def _not_text(given: Given) -> Iterator[Problem]:
    """Options with bytes in them that are no text."""
    for name, value in vars(given).items():
        if value != getattr(_readable_text(given), name):
            yield Problem(f"--{name.strip('_').replace('_', '-')}", "this must be text in UTF-8")


def _readable_text(given: Given) -> Given:
    """The same with a mark for what is no text."""

    def readable(value: str | Sequence[str]) -> str | list[str]:
        if isinstance(value, str):
            return value.encode("utf-8", "replace").decode()
        return [str(readable(one)) for one in value]

    changed: dict[str, Any] = {name: readable(value) for name, value in vars(given).items()}
    return Given(**changed)


def _of_words(given: Given) -> Iterator[Problem]:
    """What can be told of the options without the files."""
    if given.expected and given.expected not in EXPECTED:
        words = f"{', '.join(EXPECTED[:-1])} or {EXPECTED[-1]}"
        tip = nearest(given.expected, EXPECTED)
        yield Problem("--expected", f"this must be {words}" + (f" ({tip})" if tip else ""))
    try:
        model_of(given.model)
    except UsageError as error:
        yield Problem("--model", str(error))


def _of_places(base: Base, given: Given) -> Iterator[Problem]:
    for one in given.said_by:
        source, colon, place = one.partition(":")
        if not (source.strip() and colon and place.strip()):
            yield Problem("--said-by", f"a place is written SOURCE:PLACE, not {one!r}")
        elif source.strip() not in base.sources:
            tip = nearest(source.strip(), base.sources)
            first = f"{tip} If not, write" if tip else "write"
            yield Problem(
                "--said-by",
                f"there must be a source {source.strip()!r} ({first} its file first, "
                f"{base.folder.name}/_sources/{source.strip()}.yml, with title, url and read)",
            )


def _of_question(base: Base, proposal: Proposal) -> Iterator[Problem]:
    if proposal.question(base) is None:
        name, known = proposal.given.question, [*base.questions]
        wrong = f"there is no question {name!r}" if name else "a question must be named"
        yield Problem("--question", f"{wrong} ({offered(name, known)})")


def _of_id(base: Base, proposal: Proposal) -> Iterator[Problem]:
    """The file must be able to have that name, and nothing else may have it."""
    id_ = proposal.id_
    if not (proposal.given.statement or id_):
        return
    former = {old: claim.id for claim in base.claims.values() for old in claim.formerly}
    if not id_:
        yield Problem("--id", "this option is needed, as no word of the statement fits into an id")
    elif not is_id(id_):
        yield Problem("--id", f"an id is {AN_ID}, such as {as_id(id_)}, not {id_!r}")
    elif f"claim/{id_}" in base.documents or id_ == "question":
        place = base.documents.get(f"claim/{id_}")
        taken = place.file if place else "a file of every question"
        yield Problem("--id", f"{taken} has the id {id_!r} already: choose another one")
    elif id_ in former:
        yield Problem("--id", f"{id_!r} is an earlier id of {former[id_]}: choose another one")


def _of_claim(base: Base, proposal: Proposal) -> Iterator[Problem]:
    """What the rules say of the file that would be written, apart from what comes later."""
    question = proposal.question(base) or next(iter(base.questions.values()))
    absent = {name: text for name, text in _STAND_IN.items() if not getattr(proposal.given, name)}
    draft = replace(proposal, given=replace(proposal.given, **absent)).draft()
    alone = Base(base.folder, base.questions, base.sources)
    alone.documents = {k: d for k, d in base.documents.items() if not k.startswith("claim/")}
    try:
        add_claim(alone, question, "new", written(draft))
    except FileError as error:
        yield Problem("--statement", error.finding.message)
        return
    for finding in _findings(alone):
        option, line = _option(alone, finding)
        said = option.removeprefix("--").replace("-", "_")
        if said in absent or _is_said(finding, option):
            continue
        tip = f" ({finding.tip})" if finding.tip else ""
        pointer = f"\n      {line}\n      {' ' * (finding.column - 1)}^"
        pointed = pointer if option == "--test" else ""
        yield Problem(option, f"{finding.message}{tip}{pointed}")


def _readable(options: Sequence[str]) -> list[str]:
    """Those options of a model that have a value."""
    return [one for one in ",".join(options).split(",") if all(map(str.strip, one.split("=", 1)))
            and "=" in one]  # fmt: skip


def _is_said(finding: Finding, option: str) -> bool:
    """Whether a check of the option itself says it, in words of the command line."""
    about = {"--expected": "expected must be", "--said-by": "there must be a source",
             "--statement": "a claim names a page"}  # fmt: skip
    return finding.message.startswith(about.get(option, "\n"))


def _findings(alone: Base) -> list[Finding]:
    """The findings of one claim; those about what its test means where it is otherwise sound."""
    rules = [rule for rule in (*RULES, *RULES_OF_TESTS) if name_of(rule) not in LATER]
    first = _in_file(alone, [*alone.findings, *(f for rule in rules for f in rule(alone))])
    return first or _in_file(alone, [f for rule in RULES_OF_MEANING for f in rule(alone)])


def _in_file(alone: Base, findings: list[Finding]) -> list[Finding]:
    file = alone.documents["claim/new"].file
    return [finding for finding in findings if finding.file == file]


def _option(alone: Base, finding: Finding) -> tuple[str, str]:
    """The option that a finding is about, and the line that it would be in."""
    document: Any = alone.documents["claim/new"]
    at_line = (path[0] for path, place in document.places.items()
               if len(path) == 1 and place.line <= finding.line)  # fmt: skip
    *_, key = ("claim", *at_line)
    return _KEYS.get(str(key), "--statement"), document.lines[finding.line - 1]


def _one_line(text: str) -> str:
    return " ".join(text.split())
