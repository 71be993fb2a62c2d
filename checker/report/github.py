"""Results as GitHub's annotations: lines in a job's log that show up beside the changed files.

Only annotations are printed, and whatever stands in a claim is escaped in them, so that no claim
can give the runner a command of its own.  GitHub shows ten errors of a step beside the files, and
all of them in the log; the job's summary, which :mod:`checker.report.markdown` writes, has no such
limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checker.report import text
from checker.report.changes import UNDER_AN_OLD_ID, Changes
from checker.report.standing import Standing, clashes, failing_answers, standing, told_of_clash


def report(
    found: Mapping[str, Any], folder: str = "", changes: Changes | None = None
) -> Iterator[str]:
    """An annotation for all that keeps the check from passing, and the counts.

    ``folder`` is where the folder of claims lies in the repository; "" for its root.  With
    ``changes``, a warning stands at each claim that has another test than before.
    """
    for finding in found["findings"]:
        tip = f" ({finding['tip']})" if finding["tip"] else ""
        yield _error(_place(finding, folder), "to be mended", finding["message"] + tip)
    for claim in found["claims"]:
        if standing(claim) in (Standing.OTHERWISE, Standing.NOT_RUN):
            title = f"{text.badge(claim)}, {text.surprise(claim)}"
            yield _error(_place(claim, folder), title, "\n".join(text.evidence(claim)))
    for question, sentence in failing_answers(found):
        cited = ", ".join(sentence["because"])
        title = f"the short answer to {question} rests on {cited}, not all correct"
        yield _error({}, title, sentence["says"])
    for pair in clashes(found):
        yield _error({}, "both cannot be correct", told_of_clash(pair))
    for claim in changes.retested if changes else ():
        title = "another test under an old id"
        yield _annotation("warning", _place(claim, folder), title, UNDER_AN_OLD_ID)
    yield text.counts(found)


def _place(about: Mapping[str, Any], folder: str) -> dict[str, str]:
    file = f"{folder}/{about['file']}" if folder else about["file"]
    return {"file": file, "line": str(about["line"]), "col": str(about["column"])}


def _error(place: Mapping[str, str], title: str, message: str) -> str:
    return _annotation("error", place, title, message)


def _annotation(kind: str, place: Mapping[str, str], title: str, message: str) -> str:
    properties = {**place, "title": title}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{kind} {listed}::{_data(message)}"


def _data(words: str) -> str:
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")
