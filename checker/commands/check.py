"""``checker check``: run and judge claims, and compare with what was expected before."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from checker.base import Base, load
from checker.cache import Cache
from checker.commands.concerned import files_of, only_of
from checker.commands.naming import UsageError, known_claims
from checker.commands.output import err, out
from checker.lint import cannot_be_tried, lint
from checker.nouns import Finding
from checker.report import text
from checker.results import as_json, results
from checker.schedule import Tried, needed, try_all
from checker.traces.fidelity import measure

OK, UNEXPECTED, BAD_FILES, NOT_RUN = 0, 1, 2, 3


def check(
    folder: Path, claims: Sequence[str], form: str, jobs: int | None = None, explain: bool = False
) -> int:
    """Run the named claims, or all, print the report and return the exit code.

    Only a run of all claims writes the results file, beside the folder of claims.  Where claims
    are named, findings in files that do not concern them are counted, and change nothing.
    ``explain`` says why a claim was run again.
    """
    base = load(folder)
    wanted = known_claims(base, claims)
    files = files_of(base, wanted)
    found, findings = run(base, wanted, cache_of(folder), jobs, explain, not claims)
    told: Sequence[object] = findings
    if claims:
        found, told = only_of(found, findings, files)
    if form == "json":
        out(as_json(found).rstrip())
    else:
        out(*(_in_full(found) if claims else text.summary(found)), *_not_tried(found, claims))
    err(*told)
    if not claims:
        _write_results(folder, found)
    return exit_code(found)


def run(
    base: Base,
    wanted: Sequence[str],
    cache: Cache | None = None,
    jobs: int | None = None,
    explain: bool = False,
    whole: bool = True,
) -> tuple[dict[str, Any], list[Finding]]:
    """Try the claims whose tests can be run; returns results and all findings.

    ``whole``: also measure how far the reference is from the frameworks.
    """
    findings = lint(base)
    for id_ in cannot_be_tried(base):
        base.broken[id_] = base.claims.pop(id_).question
    claims = needed(base, [id_ for id_ in wanted if id_ in base.claims])
    tried = list(_with_progress(try_all(base, claims, cache, jobs), len(claims)))
    for one in tried:
        if explain and one.why:
            err(f"{one.claim.id}: {one.why}")
    return results(base, tried, findings, measure() if whole else ()), findings


def exit_code(found: dict[str, Any]) -> int:
    """0 all as expected, 1 some not, 2 bad files, 3 something could not be run."""
    if found["findings"]:
        return BAD_FILES
    if any(claim["why_not"] == "error" for claim in found["claims"]):
        return NOT_RUN
    answers = [s for question in found["questions"] for s in question["answer"]]
    complete = {c["id"] for c in found["claims"]}
    stand = {c["id"] for c in found["claims"]
             if c["verdict"] == "correct" or c["why_not"] == "unrecorded"}  # fmt: skip
    broken_answer = any(
        set(s["because"]) <= complete and not set(s["because"]) <= stand for s in answers
    )
    if broken_answer or not all(claim["as_expected"] for claim in found["claims"]):
        return UNEXPECTED
    return OK


def cache_of(folder: Path) -> Cache | None:
    """Where the judgements of a folder of claims are kept between runs; None where they cannot."""
    whole = folder.resolve()
    return Cache(whole.parent / ".cache" / whole.name) if os.access(whole.parent, os.W_OK) else None


def results_file(folder: Path) -> Path:
    """Where the results of a folder of claims are written."""
    return folder.resolve().parent / "results.json"


def _write_results(folder: Path, found: dict[str, Any]) -> None:
    file = results_file(folder)
    try:
        file.write_text(as_json(found), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None


def _not_tried(found: dict[str, Any], claims: Sequence[str]) -> Iterator[str]:
    """The claims that were to be tried and have findings instead of a verdict."""
    for claim in found["broken"]:
        if not claims or claim["id"] in claims:
            yield f"{claim['id']} was not tried: its file must be mended first"


def _in_full(found: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for claim in found["claims"]:
        lines += [claim["id"], *text.evidence(claim), ""]
    return [*lines, text.counts(found)]


def _with_progress(tried: Iterator[Tried], total: int) -> Iterator[Tried]:
    """Show on a terminal how far we are."""
    shown = sys.stderr.isatty()
    for number, one in enumerate(tried, 1):
        if shown:
            print(f"\r\033[K{number}/{total} {one.claim.id}", end="", file=sys.stderr, flush=True)
        yield one
    if shown:
        print("\r\033[K", end="", file=sys.stderr)
