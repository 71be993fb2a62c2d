"""``checker lint``, ``list`` and ``show``: look at files, claims and sources."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from checker.base import Base, load
from checker.commands.check import BAD_FILES, NOT_RUN, OK, cache_of, run
from checker.commands.concerned import files_of, only_of
from checker.commands.naming import UsageError, known_claims
from checker.commands.output import err, out, paint, tell
from checker.language.parse import nearest
from checker.lint import FILE_FORMAT
from checker.lint import lint as all_findings
from checker.nouns import Source
from checker.report import text
from checker.report.json import report as as_json


def lint(folder: Path, form: str) -> int:
    """Check the files without running anything; 2 where something must be mended."""
    base = load(folder)
    findings = all_findings(base)
    if form == "json":
        out(json.dumps([asdict(finding) for finding in findings], indent=1, ensure_ascii=False))
    else:
        err(*findings)
        claims = text.counted(len(base.claims) + len(base.broken), "claim")
        out(f"{claims}, {text.counted(len(findings), 'finding')}")
    return BAD_FILES if findings else OK


def list_claims(folder: Path, form: str) -> int:
    """All claims by question, with what is expected of them; nothing is run."""
    base = load(folder)
    rows = [
        {"id": c.id, "question": c.question, "expected": c.expected, "claim": c.statement}
        for c in sorted(base.claims.values(), key=lambda c: (c.question, c.id))
    ]
    if form == "json":
        out(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        tell(*_by_question(base, rows))
    err(*sorted(replace(finding, rule=FILE_FORMAT) for finding in base.findings))
    return BAD_FILES if base.findings else OK


def show(folder: Path, what: str, form: str) -> int:
    """The evidence for one claim, or every claim that a public page makes."""
    base = load(folder)
    source = _source(base, what)
    wanted = _claims_of(base, source) if source else known_claims(base, [_id(base, what)])
    files = files_of(base, wanted)
    found, findings = run(base, wanted, cache_of(folder))
    found, told = only_of(found, findings, files)
    if form == "json":
        out(as_json(found).rstrip())
    else:
        tell(*_lines(found, wanted, source))
    err(*told)
    if {*wanted} & {*base.broken}:
        return BAD_FILES
    return NOT_RUN if any(claim["why_not"] == "error" for claim in found["claims"]) else OK


def _by_question(base: Base, rows: list[dict[str, Any]]) -> Iterator[str]:
    for question in base.questions.values():
        yield f"{question.id}: {question.title}"
        for row in rows:
            if row["question"] == question.id:
                yield f"  {row['expected'] or 'not testable':<13} {row['id']}"
        for id_, its_question in sorted(base.broken.items()):
            if its_question == question.id:
                yield f"  {'to be mended':<13} {id_}"


def _lines(found: dict[str, Any], wanted: list[str], source: Source | None) -> Iterator[str]:
    claims = [claim for claim in found["claims"] if claim["id"] in wanted]
    if source:
        yield source.title
        yield from (f"  {text.one_line(claim, paint())}" for claim in claims)
    else:
        for claim in claims:
            yield from text.evidence(claim, paint())
    for claim in found["broken"]:
        if claim["id"] in wanted:
            yield f"{claim['id']} was not tried: its file must be mended first"


def _id(base: Base, what: str) -> str:
    """The id of a claim, also where an earlier id or its file is given."""
    name = Path(what).stem if what.endswith(".yml") else what
    for claim in base.claims.values():
        if name in claim.formerly:
            return claim.id
    if "://" in what:
        urls = [source.url for source in base.sources.values() if source.url]
        tip = nearest(what, urls) or "`checker list` shows all claims"
        raise UsageError(f"no page that was read has the address {what} ({tip})")
    return name


def _source(base: Base, what: str) -> Source | None:
    """The source with this id or address; an answer's address begins with that of its page."""
    if what in base.sources:
        return base.sources[what]
    pages = {_address(source.url): source for source in base.sources.values() if source.url}
    wanted = _address(what)
    if wanted in pages:
        return pages[wanted]
    wanted = wanted.split("?")[0].rstrip("/")
    while "/" in wanted:
        if wanted in pages:
            return pages[wanted]
        wanted = wanted.rpartition("/")[0]
    return None


def _address(url: str) -> str:
    """What two spellings of one address have in common: no scheme, fragment or last slash."""
    host, _, rest = url.split("#")[0].split("://")[-1].partition("/")
    return f"{host.lower()}/{rest}".rstrip("/")


def _claims_of(base: Base, source: Source) -> list[str]:
    ids = {source.id, source.mirror_of} | {
        s.id for s in base.sources.values() if s.mirror_of == source.id
    }
    readable = (*base.claims.values(), *base.drafts.values())
    return [c.id for c in readable if ids & {*c.said_by, *c.asked_by}]
