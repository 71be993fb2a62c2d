"""Which findings concern the claims that somebody named.

Whoever asks about one claim shall not have to read what is wrong with all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from checker.base import Base
from checker.nouns import Claim, Depends, Finding
from checker.report.text import counted


def files_of(base: Base, wanted: Sequence[str]) -> set[str]:
    """The files of claims, of those that they depend on, and of their questions and sources."""
    readable = {**base.claims, **base.drafts}
    ids = {*wanted, *(c for id_ in wanted if id_ in readable for c in _below(readable[id_]))}
    found = {base.place("claim", id_).file for id_ in ids if f"claim/{id_}" in base.documents}
    found |= {f"{file.rpartition('/')[0]}/question.yml" for file in found}
    sources = {source for id_ in ids & readable.keys() for source in _sources(base, readable[id_])}
    return found | {base.place("source", source).file for source in sources}


def only_of(
    found: dict[str, Any], findings: Sequence[Finding], files: set[str]
) -> tuple[dict[str, Any], list[Any]]:
    """Results with the findings in these files alone, and the lines that tell of all.

    What machines recorded may be about any claim, so it concerns all of them.
    """
    near = [f for f in findings if f.file in files or "_recorded" in f.file.split("/")]
    others = len(findings) - len(near)
    told = f"{counted(others, 'finding')} in other files: see checker lint"
    results = {**found, "findings": [asdict(finding) for finding in near]}
    return results, [*near, *([told] if others else [])]


def _below(claim: Claim) -> Sequence[str]:
    return [*claim.trial.conditions.values()] if isinstance(claim.trial, Depends) else []


def _sources(base: Base, claim: Claim) -> Iterator[str]:
    """The pages that make or ask a claim, and those that they are copies of."""
    for source in {*claim.said_by, *claim.asked_by} & base.sources.keys():
        yield source
        if base.sources[source].mirror_of in base.sources:
            yield str(base.sources[source].mirror_of)
