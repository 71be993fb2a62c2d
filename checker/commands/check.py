"""``checker check``: run and judge claims, and compare with what was expected before."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from checker.base import Base, load
from checker.cache import Cache, surroundings
from checker.commands.concerned import files_of, only_of
from checker.commands.earlier import earlier
from checker.commands.formats import print_results
from checker.commands.naming import UsageError, known_claims
from checker.commands.output import err
from checker.lint import set_aside
from checker.nouns import Depends, Finding, Training
from checker.report import json
from checker.report.changes import Changes
from checker.report.standing import Standing, clashes, failing_answers, standing
from checker.results import results
from checker.schedule import Tried, needed, try_all
from checker.traces.fidelity import measure

MEASURED = ("models", "language", "traces", "frameworks/offers.py")
"""The files and folders of this package that the distance from the frameworks rests on."""

OK, UNEXPECTED, BAD_FILES, NOT_RUN = 0, 1, 2, 3
KINDS_LEFT_OUT = ("training",)
"""What ``--skip`` takes."""


def check(
    folder: Path,
    claims: Sequence[str],
    form: str,
    jobs: int | None = None,
    explain: bool = False,
    against: Path | None = None,
    skip: str | None = None,
) -> int:
    """Run the named claims, or all, print the report and return the exit code.

    Only a run of all claims writes the results file, beside the folder of claims.  Where claims
    are named, findings in files that do not concern them are counted, and change nothing.
    ``explain`` says why a claim was run again; ``against`` is an earlier results file; ``skip``
    leaves out one of KINDS_LEFT_OUT, and is no run of all claims.
    """
    before = earlier(against, claims, form)
    base = load(folder)
    wanted = known_claims(base, claims)
    files = files_of(base, wanted)
    left_out = _left_out(base, wanted) if skip else []
    wanted = [id_ for id_ in wanted if id_ not in left_out]
    found, findings = run(base, wanted, cache_of(folder), jobs, explain, not claims, left_out)
    told: Sequence[object] = findings
    if claims:
        found, told = only_of(found, findings, files)
    print_results(form, found, claims, Changes(before, found) if before else None, folder)
    err(*told)
    if not claims and not skip:
        _write_results(folder, found)
    return exit_code(found)


def run(
    base: Base,
    wanted: Sequence[str],
    cache: Cache | None = None,
    jobs: int | None = None,
    explain: bool = False,
    whole: bool = True,
    left_out: Sequence[str] = (),
) -> tuple[dict[str, Any], list[Finding]]:
    """Try the claims whose tests can be run; returns results and all findings.

    ``whole``: also measure how far the reference is from the frameworks.  ``left_out`` are claims
    that nobody tries this time, which the results say.
    """
    findings, broken = set_aside(base)
    for id_ in broken:
        base.broken[id_] = base.claims.pop(id_).question
    claims = needed(base, [id_ for id_ in wanted if id_ in base.claims])
    tried = list(_with_progress(try_all(base, claims, cache, jobs), len(claims)))
    for one in tried:
        if explain and one.why:
            err(f"{one.claim.id}: {one.why}")
    fidelity = _fidelity(cache) if whole else ()
    return results(base, tried, findings, fidelity, left_out), findings


def _fidelity(cache: Cache | None) -> Any:
    return cache.keep("fidelity", surroundings(MEASURED), measure) if cache else measure()


def _left_out(base: Base, wanted: Sequence[str]) -> list[str]:
    """The wanted claims about training, and those that depend on one."""
    trained = {id_ for id_, claim in base.claims.items() if isinstance(claim.trial, Training)}
    return [
        id_
        for id_ in wanted
        if id_ in trained
        or (
            id_ in base.claims
            and isinstance(trial := base.claims[id_].trial, Depends)
            and trained & {*trial.conditions.values()}
        )
    ]


def exit_code(found: dict[str, Any]) -> int:
    """0 all as expected, 1 some not, 2 bad files, 3 something could not be run."""
    if found["findings"]:
        return BAD_FILES
    stand = {standing(claim) for claim in found["claims"]}
    if Standing.NOT_RUN in stand:
        return NOT_RUN
    troubled = any(failing_answers(found)) or any(clashes(found))
    return UNEXPECTED if Standing.OTHERWISE in stand or troubled else OK


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
        file.write_text(json.report(found), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None


def _with_progress(tried: Iterator[Tried], total: int) -> Iterator[Tried]:
    """Show on a terminal how far we are."""
    shown = sys.stderr.isatty()
    for number, one in enumerate(tried, 1):
        if shown:
            print(f"\r\033[K{number}/{total} {one.claim.id}", end="", file=sys.stderr, flush=True)
        yield one
    if shown:
        print("\r\033[K", end="", file=sys.stderr)
