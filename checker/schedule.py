"""Which claims have to be tried, in how many processes, and in which order."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

from checker.base import Base
from checker.cache import Cache, Parts, surroundings
from checker.experiments import named
from checker.judge import conditional
from checker.language.values import ExperimentError
from checker.nouns import Claim, Depends, Experiment, Judgement, WhyNot
from checker.records import Record, digest, of_claim, read
from checker.rivals import RIVALS
from checker.trying import try_claim

FEW = 3
"""So many claims are tried in this process: starting others would take longer."""


@dataclass(frozen=True)
class Tried:
    """A claim with its judgement, and why it was tried again (empty: it was not)."""

    claim: Claim
    judgement: Judgement
    why: str = ""


@dataclass(frozen=True)
class _Task:
    claim: Claim
    linked: frozenset[str]
    records: tuple[Record, ...]
    parts: Parts


def needed(base: Base, wanted: Iterable[str]) -> list[Claim]:
    """The wanted claims and those that they depend on, each once, in order of their ids."""
    ids = set(wanted)
    for id_ in list(ids):
        trial = base.claims[id_].trial
        if isinstance(trial, Depends):
            ids |= {c for c in trial.conditions.values() if c in base.claims}
    return [base.claims[id_] for id_ in sorted(ids)]


def try_all(
    base: Base, claims: Sequence[Claim], cache: Cache | None = None, jobs: int | None = None
) -> Iterator[Tried]:
    """Try claims, each as soon as it is done; those that depend on others come last.

    The results are the same for any number of processes, ``jobs``: by default one for each core.
    """
    if any(isinstance(claim.trial, Experiment) for claim in claims):
        _broken_experiments(base.folder)  # what is wrong with them is said of each claim
    around = surroundings() if cache else {}
    records = read(base.folder)
    tasks = [
        _task(base, claim, around, of_claim(records, claim))
        for claim in claims
        if not isinstance(claim.trial, Depends)
    ]
    judgements: dict[str, Judgement] = {}
    fresh = []
    for task in tasks:
        known = cache.get(task.claim.id, task.parts) if cache else None
        if known is None:
            fresh.append(task)
        else:
            judgements[task.claim.id] = known
            yield Tried(task.claim, known)
    for task, judgement in _judged(base.folder, fresh, jobs or os.cpu_count() or 1):
        judgements[task.claim.id] = judgement
        why = cache.why(task.claim.id, task.parts) if cache else "there is no cache"
        if cache:
            cache.put(task.claim.id, task.parts, judgement)
        yield Tried(task.claim, judgement, why)
    for claim in claims:
        if isinstance(claim.trial, Depends):
            below = claim.trial.conditions.values()
            verdicts = {c: judgements[c].verdict if c in judgements else None for c in below}
            unrecorded = {c for c, j in judgements.items() if j.why_not is WhyNot.UNRECORDED}
            yield Tried(claim, conditional(verdicts, unrecorded))


def linked(base: Base, claim: Claim) -> frozenset[str]:
    """The rivals whose published claim belongs to the same question, or contradicts this one."""
    makes_true = {rival.name: rival.makes_true for rival in RIVALS.values()}
    makes_true |= {name: variant.makes_true for name, variant in named.variants().items()}
    found = set()
    for name, id_ in makes_true.items():
        believed = base.claims.get(id_)
        if believed is None:
            continue
        if believed.question == claim.question or believed.id in claim.contradicts:
            found.add(name)
    return frozenset(found)


def _task(base: Base, claim: Claim, around: Parts, recorded: tuple[Record, ...]) -> _Task:
    related = linked(base, claim)
    parts = {
        "the tried part of the claim": digest(claim),
        "linked rivals": ", ".join(sorted(related)),
        "framework records": sha256(json.dumps(recorded).encode()).hexdigest()[:16],
    }
    if isinstance(claim.trial, Experiment):
        code = b"".join(path.read_bytes() for path in named.files(base.folder))
        parts[named.FOLDER] = sha256(code).hexdigest()[:16]
    return _Task(claim, related, recorded, {**around, **parts})


def _judged(folder: Path, tasks: list[_Task], jobs: int) -> Iterator[tuple[_Task, Judgement]]:
    if jobs == 1 or len(tasks) <= FEW:
        for task in tasks:
            yield task, _tried_in(folder, task)
        return
    with _processes(min(jobs, len(tasks))) as pool:
        futures: list[Future[Judgement]] = [pool.submit(_tried_in, folder, task) for task in tasks]
        for task, future in zip(tasks, futures, strict=True):
            yield task, future.result()


def _tried_in(folder: Path, task: _Task) -> Judgement:
    """One claim in whichever process this is; a new process has loaded no experiments yet."""
    if isinstance(task.claim.trial, Experiment):
        broken = _broken_experiments(folder)
        if broken:
            return Judgement(None, WhyNot.ERROR, reason=broken)
    return try_claim(task.claim, task.linked, task.records)


def _broken_experiments(folder: Path) -> str:
    """Load the experiments in Python of a folder of claims; says what is wrong with them."""
    try:
        named.load(folder)
    except ExperimentError as error:
        return str(error)
    return ""


def _processes(jobs: int) -> Executor:
    """New processes, each with one thread, as this one."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
