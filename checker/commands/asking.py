"""Asking on a terminal for what the options of ``checker new`` do not give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from checker.base import Base, load
from checker.commands.naming import UsageError
from checker.commands.output import tell
from checker.commands.proposal import EXPECTED, Given, Proposal, problems
from checker.models.registry import KINDS, OPTIONS
from checker.reference import reference

Ask = Callable[[str], str]
"""Shows a prompt and gives the answer, such as the standard library's ``input``."""


@dataclass(frozen=True)
class _Question:
    name: str  # of the option
    prompt: str
    listed: Callable[[Base], Iterator[str]]  # what ``?`` shows
    may_be_empty: bool = False


def asked(
    base: Base, given: Given, ask: Ask | None, after_statement: Callable[[Base, str], None]
) -> Proposal:
    """A proposal from what is given, and from answers where somebody can be asked.

    An answer that cannot be right is told at once, and asked for again.
    """
    if ask is not None:
        try:
            for question in _questions(base):
                if not getattr(given, question.name):
                    given = _answered(base, given, question, ask)
                if question.name == "statement":
                    after_statement(base, given.statement)
        except (EOFError, KeyboardInterrupt):
            raise UsageError("the answers ended here: nothing was written") from None
    return Proposal(given)


def _answered(base: Base, given: Given, question: _Question, ask: Ask) -> Given:
    """What is given with one answer more."""
    option = f"--{question.name.strip('_').replace('_', '-')}"
    about = (option, "--id") if question.name == "statement" else (option,)
    while True:
        answer = ask(question.prompt).strip()
        if answer == "?":
            tell(*question.listed(base))
            continue
        if not answer and question.may_be_empty:
            return given
        if question.name == "said_by":
            base.sources = load(base.folder).sources  # its file may have been written meanwhile
        several = question.name in ("said_by", "model")
        new: dict[str, Any] = {question.name: [answer] if several else answer}
        more = replace(given, **new)
        wrong = [problem for problem in problems(base, Proposal(more)) if problem.option in about]
        if wrong and [problem.option for problem in wrong] == ["--id"]:
            tell(f"    {wrong[0].message}")
            more = _answered(base, more, _ID, ask)
        elif wrong or not answer:
            tell(*(f"    {problem.message}" for problem in wrong), *([] if wrong else [_SAY]))
            continue
        return more


def _questions(base: Base) -> Iterator[_Question]:
    yield _Question("statement", "Statement, in your own words (? tells more): ", _of_statement)
    yield _Question("said_by", "Who says it, as SOURCE:PLACE (? lists them): ", _sources)
    if len(base.questions) > 1:
        yield _Question("question", "Question (? lists them): ", _of_questions)
    yield _Question(
        "model", "Model, such as kind=gru,layers=2 (Enter: the usual one; ? lists them): ", _models,
        may_be_empty=True,
    )  # fmt: skip
    yield _Question(
        "test", "Test, true at every setting exactly if it is right (? lists names): ", _language
    )
    yield _Question(
        "expected", f"Expected, before anything is run ({', '.join(EXPECTED)}): ", _of_expected
    )


def _of_statement(_: Base) -> Iterator[str]:
    yield "    one statement that can be right or wrong; say what is claimed, not whether it holds"


def _of_id(_: Base) -> Iterator[str]:
    yield "    small letters, digits and single hyphens: the name of the file, and its address"


def _sources(base: Base) -> Iterator[str]:
    for source in base.sources.values():
        yield f"    {source.id}: {source.title}"
    yield "    such as " + next(iter(base.sources), "page") + ":second paragraph"


def _of_questions(base: Base) -> Iterator[str]:
    for question in base.questions.values():
        yield f"    {question.id}: {question.title}"


def _models(_: Base) -> Iterator[str]:
    yield f"    kind: {', '.join(KINDS)}"
    for name, option in OPTIONS.items():
        values = ", ".join(_written(value) for value in option.values)
        yield f"    {name}: {option.doc}" + (f" ({values})" if values else "")


def _language(_: Base) -> Iterator[str]:
    known = reference()
    for name, what in known["observables"].items():
        yield f"    {name}: {what}"
    yield "    and the sizes batch, timesteps, features, units"
    for what in known["functions"].values():
        first, *_ = what.replace("``", "`").split("\n\n")
        yield f"    {' '.join(first.split())}"


def _of_expected(_: Base) -> Iterator[str]:
    yield "    correct: true at every setting; wrong: there is a counter-example"
    yield "    undecided: what varies from seed to seed stays short of a verdict"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_ID = _Question("id_", "Id: ", _of_id)
_SAY = "    an answer is needed here (? tells more, Ctrl-C ends)"
