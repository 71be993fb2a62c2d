"""``checker new``: write a claim's file, and try it at once.

What is expected is said before anything is run, and stays as it was said.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.base import Base, add_claim, load
from checker.commands.asking import Ask, asked
from checker.commands.check import NOT_RUN, OK, UNEXPECTED, cache_of, run
from checker.commands.naming import UsageError
from checker.commands.output import err, out, paint, tell
from checker.commands.proposal import Given, Proposal, problems
from checker.drafting import alike, written
from checker.nouns import Finding
from checker.report import text
from checker.report.standing import Standing, standing


def new(folder: Path, given: Given, ask: Ask | None) -> int:
    """Write a claim's file from the options, and from answers where there is a terminal.

    0 where it came out as expected, 1 where not; nothing is written where something is wrong with
    what was given (2), or where the test cannot be run (3).
    """
    base = load(folder)
    if not base.questions:
        raise UsageError("there must be a question first: a folder with a question.yml in it")
    proposal = asked(base, given, ask, _tell_alike)
    found = [*problems(base, proposal), *_missing(proposal)]
    if found:
        raise UsageError("\n  ".join(["nothing was written:", *map(str, found)]))
    if ask is None:
        _tell_alike(base, proposal.given.statement)
    return _try_and_write(base, proposal)


def _missing(proposal: Proposal) -> Iterator[str]:
    """What has to be given, and is not."""
    for option, what in proposal.missing():
        yield f"{option}: this option is needed ({what})"


def _tell_alike(base: Base, statement: str) -> None:
    """Show the claims that say nearly the same: one of them may be it."""
    others = {id_: claim.statement for id_, claim in {**base.drafts, **base.claims}.items()}
    near = alike(statement, others)
    if near:
        tell("these say nearly the same; if one is the same, add your place to its file instead:")
        tell(*(f"    {id_}: {others[id_]}" for id_ in near), "")


def _try_and_write(base: Base, proposal: Proposal) -> int:
    question, id_ = proposal.question(base), proposal.id_
    assert question is not None
    content = written(proposal.draft())
    path = add_claim(base, question, id_, content)
    found, findings = run(base, [id_], cache_of(base.folder), whole=False)
    [claim] = [one for one in found["claims"] if one["id"] == id_]
    tell(*text.evidence(claim, paint()), "")
    if standing(claim) is Standing.NOT_RUN:
        err("nothing was written: the test could not be run")
        return NOT_RUN
    _write(path, content)
    out(f"written: {path}")
    own = base.place("claim", id_).file
    tell(*_next(claim, [finding for finding in findings if finding.file == own]))
    return OK if claim["as_expected"] else UNEXPECTED


def _write(path: Path, content: str) -> None:
    """Write a file that is not there yet."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        raise UsageError(f"{path} is there already: choose another --id") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _next(claim: dict[str, Any], findings: list[Finding]) -> Iterator[str]:
    """What only the author can add, and how to go on."""
    yield "next:"
    if claim["verdict"] != claim["expected"] and claim["verdict"]:
        yield "    look for the reason why it came out otherwise; the test may say something nearby"
    if not claim["control"] and claim["told_apart_by"] in (None, "unrelated-rival"):
        yield "    add control: {…}, under which the same test comes out the other way"
    if not claim["fact"]:
        yield "    add fact: …, what is right, in one plain sentence"
    yield from (f"    {finding}" for finding in findings)
    yield f"    then: checker check {claim['id']}"
