"""Results as Markdown for a pull request or a job's summary: what has to be looked at, and why.

Against earlier results it tells what a change does: new, changed and missing verdicts, and every
page of the site that comes out otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from checker.report import text
from checker.report.changes import UNDER_AN_OLD_ID, Changes
from checker.report.standing import Standing, clashes, failing_answers, standing, told_of_clash

MOST = 100
"""So many entries of a list are written out: a summary of GitHub's takes one megabyte."""

Claim = Mapping[str, Any]
_MARKS = re.compile(r"[\\`*_\[\]<>#|~$&!{}]|(?<=www)\.|:(?=//)|@(?=\w)")


def report(found: Mapping[str, Any], changes: Changes | None = None) -> str:
    """The whole text: counts, what changes (where that is known), and what is not as it must be."""
    told = {claim["id"] for claim in changes.claims} if changes else set()
    lines = [f"### {escaped(text.counts(found))}", ""]
    if changes:
        lines += _changes(changes)
    lines += _open(found, told)
    return "\n".join(lines).rstrip("\n") + "\n"


def _changes(changes: Changes) -> Iterator[str]:
    yield from _listed("New", changes.new, _entry)
    yield from _listed("Changed", changes.changed, lambda c: _entry(c, changes.was(c)))
    yield from _listed("Tried otherwise, with the same verdict", changes.retried, _entry)
    yield from _listed("Gone", changes.gone, lambda c: [f"{code(c['id'])}: {escaped(c['claim'])}"])
    yield from _listed("Another test under an old id", changes.retested, _retested)
    if not (changes.claims or changes.gone):
        yield from ("No verdict changes.", "")
    yield from _listed("Pages touched", changes.pages(), lambda page: [_page(*page)])


def _open(found: Mapping[str, Any], told: set[str]) -> Iterator[str]:
    """What keeps the check from passing; of claims those that were not told of already."""
    troubled = [c for c in found["claims"] if c["id"] not in told]
    otherwise = [c for c in troubled if standing(c) is Standing.OTHERWISE]
    not_run = [c for c in troubled if standing(c) is Standing.NOT_RUN]
    yield from _listed("Not as expected", otherwise, _entry)
    yield from _listed("Could not be run", not_run, _entry)
    yield from _listed(
        "Answers that rest on what is not correct", [*failing_answers(found)], _answer
    )
    both = [told_of_clash(pair) for pair in clashes(found)]
    yield from _listed("Contradictions that both came out correct", both, lambda t: [escaped(t)])
    yield from _listed("To be mended", found["findings"], lambda f: [code(text.finding(f))])


def _listed(
    title: str, things: Sequence[Any], entry: Callable[[Any], Iterable[str]]
) -> Iterator[str]:
    """A heading with the number of things, and an entry for each; nothing where there is none."""
    if not things:
        return
    yield from (f"#### {title}: {len(things)}", "")
    for thing in things[:MOST]:
        first, *more = entry(thing)
        yield f"- {first}"
        yield from (f"  {line}" for line in more)
    if len(things) > MOST:
        yield f"- … and {len(things) - MOST} more"
    yield ""


def _entry(claim: Claim, was: str = "") -> Iterator[str]:
    """A claim: what came out, what it says, why it is not as expected, and the counter-example."""
    before = f"{escaped(was)} → " if was else ""
    surprise = "" if claim["as_expected"] else f" ✗ {text.surprise(claim)}"
    head = f"{before}**{escaped(text.badge(claim))}**{surprise} {code(claim['id'])}"
    yield f"{head}: {escaped(claim['claim'])}"
    if not claim["as_expected"]:
        yield from (f"<br>{escaped(line)}" for line in text.why(claim))
    if claim["shown"]:
        values = (code(f"{name} = {value}") for name, value in claim["shown"]["values"].items())
        test = code(claim["tried"].get("test", ""))
        yield f"<br>{'; '.join([f'{escaped(text.shown_at(claim))}: {test}', *values])}"


def _retested(claim: Claim) -> Iterator[str]:
    yield f"{code(claim['id'])}: {UNDER_AN_OLD_ID}"


def _answer(answer: tuple[str, Mapping[str, Any]]) -> Iterator[str]:
    question, sentence = answer
    cited = ", ".join(code(id_) for id_ in sentence["because"])
    yield f"{code(question)}, on {cited}: {escaped(sentence['says'])}"


def _page(kind: str, id_: str, title: str, url: str) -> str:
    shown = f"[{escaped(title)}](<{url}>)" if url else escaped(title)
    return f"{kind} {code(id_)}: {shown}"


def escaped(words: object) -> str:
    """Words as one line of Markdown that reads as itself: no marks, links, mentions or HTML."""
    line = " ".join(str(words).split())
    return _MARKS.sub(lambda mark: f"&#{ord(mark[0])};", line)


def code(words: object) -> str:
    """Inline code; the fence is longer than any run of backticks inside."""
    line = " ".join(str(words).split())
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    space = " " if "`" in line else ""
    return f"{fence}{space}{line}{space}{fence}"
