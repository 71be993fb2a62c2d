"""``checker lint``, ``list`` and ``show``: look at files, claims and sources."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from checker.base import Base, load
from checker.commands.check import cache_of, run
from checker.commands.naming import UsageError, known_claims
from checker.language.parse import nearest
from checker.lint import lint as all_findings
from checker.nouns import Source
from checker.report import text
from checker.results import as_json


def lint(folder: Path, form: str) -> int:
    """Check the files without running anything; 2 where something must be mended."""
    base = load(folder)
    findings = all_findings(base)
    if form == "json":
        print(json.dumps([asdict(finding) for finding in findings], indent=1, ensure_ascii=False))
    else:
        for finding in findings:
            print(finding, file=sys.stderr)
        print(f"{len(base.claims) + len(base.broken)} claims, {len(findings)} findings")
    return 2 if findings else 0


def list_claims(folder: Path, form: str) -> int:
    """All claims by question, with what is expected of them; nothing is run."""
    base = load(folder)
    rows = [
        {"id": c.id, "question": c.question, "expected": c.expected, "claim": c.statement}
        for c in sorted(base.claims.values(), key=lambda c: (c.question, c.id))
    ]
    if form == "json":
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return 0
    for question in base.questions.values():
        print(f"{question.id}: {question.title}")
        for row in rows:
            if row["question"] == question.id:
                print(f"  {row['expected'] or 'not testable':<13} {row['id']}")
    return 0


def show(folder: Path, what: str, form: str) -> int:
    """The evidence for one claim, or every claim that a public page makes."""
    base = load(folder)
    source = _source(base, what)
    wanted = _claims_of(base, source) if source else known_claims(base, [_id(base, what)])
    found, findings = run(base, wanted, cache_of(folder))
    for finding in findings:
        print(finding, file=sys.stderr)
    if form == "json":
        print(as_json(found), end="")
    else:
        print("\n".join(_lines(found, wanted, source)))
    return 2 if findings and not found["claims"] else 0


def _lines(found: dict[str, Any], wanted: list[str], source: Source | None) -> Iterator[str]:
    claims = [claim for claim in found["claims"] if claim["id"] in wanted]
    if source:
        yield source.title
        yield from (f"  {text.one_line(claim)}" for claim in claims)
        return
    for claim in claims:
        yield from text.evidence(claim)


def _id(base: Base, what: str) -> str:
    """The id of a claim, also where an earlier id or its file is given."""
    name = Path(what).stem if what.endswith(".yml") else what
    for claim in base.claims.values():
        if name in claim.formerly:
            return claim.id
    if "://" in what:
        urls = [source.url for source in base.sources.values() if source.url]
        raise UsageError(f"no source has the address {what} ({nearest(what, urls) or 'none near'})")
    return name


def _source(base: Base, what: str) -> Source | None:
    address = what.split("?")[0].split("#")[0].rstrip("/")
    for source in base.sources.values():
        if what == source.id or (source.url and address == source.url.rstrip("/")):
            return source
    return None


def _claims_of(base: Base, source: Source) -> list[str]:
    ids = {source.id, source.mirror_of} | {
        s.id for s in base.sources.values() if s.mirror_of == source.id
    }
    return [c.id for c in base.claims.values() if ids & {*c.said_by, *c.asked_by}]
