"""Results as JUnit XML, which build servers read: a test case for each claim.

A verdict other than the expected one is a failure, with the counter-example; what could not be
run, or has to be mended first, is an error; what nothing can decide, or no framework has been
recorded on yet, is skipped.  No times and no hosts: the same results give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as xml

from checker.report import text
from checker.report.standing import (
    Standing,
    clashes,
    failing_answers,
    file_of_broken,
    standing,
    told_of_clash,
)

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RESULTS = {
    Standing.OTHERWISE: "failure",
    Standing.NOT_RUN: "error",
    Standing.LEFT_OPEN: "skipped",
    Standing.AS_EXPECTED: "",
}
FILES = "files"
"""The suite of what has to be mended in files that are no claims."""


@dataclass(frozen=True)
class _Case:
    suite: str
    name: str
    result: str = ""  # failure, error, skipped; nothing where all is well
    message: str = ""
    details: str = ""


def report(found: Mapping[str, Any]) -> str:
    """The whole document, with its declaration and a line break at its end."""
    cases = sorted(_cases(found), key=lambda case: (case.suite == FILES, case.suite))
    root = xml.Element("testsuites", {"name": "checker", **_counts(cases)})
    for name in dict.fromkeys(case.suite for case in cases):
        inside = [case for case in cases if case.suite == name]
        suite = xml.SubElement(root, "testsuite", {"name": _legal(name), **_counts(inside)})
        for case in inside:
            _add(suite, case)
    xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml.tostring(root, encoding="unicode")}\n'


def _cases(found: Mapping[str, Any]) -> Iterator[_Case]:
    """A case for each claim, tried or not, each sentence of an answer, and each other bad file."""
    findings: dict[str, list[Mapping[str, Any]]] = {}
    for finding in found["findings"]:
        findings.setdefault(finding["file"], []).append(finding)
    for claim in found["claims"]:
        yield _case(claim, findings.pop(claim["file"], []))
    for broken in found["broken"]:
        wrong = findings.pop(file_of_broken(found, broken), [])
        if wrong:  # where claims are named, others may be broken, too
            yield _Case(broken["question"], broken["id"], "error", *_told(wrong))
    for question, sentence in failing_answers(found):
        message = f"the short answer rests on {', '.join(sentence['because'])}, not all correct"
        yield _Case(question, sentence["says"], "failure", message)
    for pair in clashes(found):
        yield _Case("contradictions", " and ".join(pair), "failure", told_of_clash(pair))
    for file, wrong in findings.items():
        yield _Case(FILES, file, "error", *_told(wrong))


def _case(claim: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> _Case:
    result, details = _RESULTS[standing(claim)], "\n".join(text.evidence(claim))
    suite, id_ = claim["question"], claim["id"]
    if findings:
        message, listed = _told(findings)
        return _Case(suite, id_, "error", message, f"{listed}\n\n{details}")
    if result == "failure":
        message = f"{text.badge(claim)}, {text.surprise(claim)}"
        return _Case(suite, id_, result, message, details)
    if result == "error":
        return _Case(suite, id_, result, claim["reason"] or "it could not be run", details)
    return _Case(suite, id_, result, text.badge(claim) if result else "")


def _told(findings: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """What has to be mended: the first in short, and all of it."""
    return findings[0]["message"], "\n".join(text.finding(finding) for finding in findings)


def _add(suite: xml.Element, case: _Case) -> None:
    element = xml.SubElement(
        suite, "testcase", {"classname": _legal(case.suite), "name": _legal(case.name)}
    )
    if case.result:
        outcome = xml.SubElement(element, case.result, {"message": _legal(case.message)})
        if case.result != "skipped":
            outcome.set("type", case.result)
            outcome.text = _legal(case.details)


def _counts(cases: Sequence[_Case]) -> dict[str, str]:
    results = [case.result for case in cases]
    return {
        "tests": str(len(cases)),
        "failures": str(results.count("failure")),
        "errors": str(results.count("error")),
        "skipped": str(results.count("skipped")),
    }


def _legal(words: str) -> str:
    """Words without the characters that no XML document can hold, even escaped."""
    return _NOT_XML.sub(lambda found: f"\\x{ord(found[0]):02x}", words)
