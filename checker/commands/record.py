"""``checker record``: run claims on a real framework and write down what it gave."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from checker.base import load
from checker.commands.check import NOT_RUN, OK, UNEXPECTED, cache_of
from checker.commands.naming import UsageError, known_claims
from checker.commands.output import err, out
from checker.frameworks.offers import FRAMEWORKS
from checker.lint import set_aside
from checker.nouns import Claim, Fact, Test
from checker.recording import recorded, recorded_fact
from checker.records import FOLDER, digest, disagreements, entry, of_claim, read, write
from checker.schedule import Tried, needed, try_all


def record(folder: Path, framework: str, claims: Sequence[str]) -> int:
    """Run the named claims, or all, and return 0, or 1 where the framework disagrees, or 3.

    Where none is named, what was recorded of the same test with the same version is kept: a
    recording that was interrupted goes on where it was.
    """
    version = _version(framework)
    base = load(folder)
    for id_ in sorted(set_aside(base)[1]):
        base.broken[id_] = base.claims.pop(id_).question
        err(f"{id_} is left out: its file must be mended first")
    file = folder / FOLDER / f"{framework}.json"
    kept = read(folder).get(framework, {}).get("claims", {})
    made = {"version": version, "date": date.today().isoformat()}
    wanted = [id_ for id_ in known_claims(base, claims) if id_ in base.claims]
    tried = [t for t in try_all(base, needed(base, wanted), cache_of(folder))
             if _concerns(t.claim, framework)]  # fmt: skip
    entries = {id_: one for id_, one in kept.items() if id_ in base.claims or id_ in base.broken}
    whole = {"framework": framework, "claims": entries}
    for number, one in enumerate(tried, 1):
        if claims or not _is_fresh(entries.get(one.claim.id), one.claim, version):
            _progress(f"{number}/{len(tried)} {one.claim.id}")
            entries[one.claim.id] = _entry(one, framework, made)
            write(file, whole)
    _progress("")
    out(*changes(kept, entries))
    return _report(framework, version, whole, tried)


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """What came out otherwise than it was recorded before, and why: a line for each claim."""
    for id_, now in sorted(after.items()):
        old = before.get(id_)
        if old is None:
            yield f"new: {id_}: {now['outcome']}"
        elif (old["outcome"], old["trials"]) != (now["outcome"], now["trials"]):
            yield f"changed: {id_}: {old['outcome']} → {now['outcome']}, because {_why(old, now)}"


def _why(old: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if old["digest"] != now["digest"]:
        return "the claim's test is another one"
    if old["version"] != now["version"]:
        return f"the framework is another one, {now['version']} after {old['version']}"
    return "the reference or the adapter of the framework is another one"


def _concerns(claim: Claim, framework: str) -> bool:
    about_it = isinstance(claim.trial, Fact) and claim.trial.framework == framework
    return about_it or isinstance(claim.trial, Test)


def _entry(one: Tried, framework: str, made: dict[str, Any]) -> dict[str, Any]:
    if isinstance(one.claim.trial, Fact):
        outcome, why, more = recorded_fact(one.claim.trial)
        return entry(one.claim, {**made, **more}, outcome, why, [])
    assert isinstance(one.claim.trial, Test)
    return entry(one.claim, made, *recorded(one.claim.trial, one.judgement, framework))


def _is_fresh(known: Any, claim: Claim, version: str) -> bool:
    same = bool(known) and known["digest"] == digest(claim) and known.get("version") == version
    return same and known["outcome"] != "error"


def _version(framework: str) -> str:
    """The version of an installed framework; UsageError where it is not installed."""
    title = FRAMEWORKS[framework].title
    try:
        import_module(f"checker.frameworks.{framework}")
        found: str = import_module(FRAMEWORKS[framework].package).__version__
        return found
    except ImportError as error:
        message = f"{title} is not installed here ({error.name}): pip install -e '.[{framework}]'"
        raise UsageError(message) from None


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _report(framework: str, version: str, whole: dict[str, Any], tried: Sequence[Tried]) -> int:
    entries = whole["claims"]
    counts = Counter(one["outcome"] for one in entries.values())
    words = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items()))
    out(f"{FRAMEWORKS[framework].title} {version}: {words}")
    errors = [id_ for id_, one in sorted(entries.items()) if one["outcome"] == "error"]
    for id_ in errors:
        out(f"could not be run: {id_}: {entries[id_].get('why', '')}")
    against = [one.claim.id for one in tried
               for found in of_claim({framework: whole}, one.claim)
               if disagreements(found, one.judgement.trials)]  # fmt: skip
    for id_ in against:
        out(f"decides otherwise than the reference: {id_}")
    return UNEXPECTED if against else NOT_RUN if errors else OK
