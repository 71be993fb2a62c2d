"""The one derived file from which every report and every page is made.

It is a pure function of the claim files and of what the trials gave: sorted, rounded, without
times, hosts or paths of a machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from checker.base import Base
from checker.experiments import named
from checker.frameworks.offers import FRAMEWORKS
from checker.judge import as_expected
from checker.loading import Document
from checker.nouns import Depends, Finding, Judgement, Opponent, Place, Trial, Verdict, WhyNot
from checker.records import SHOWN, digest
from checker.rivals import RIVALS
from checker.rivals.registry import Rival
from checker.schedule import Tried, linked

SCHEMA = 1
TRIED_KEYS = ("framework", "call", "experiment", "model", "at", "where", "runs", "train", "arms",
              "test", "for", "exactly_when", "control", "depends")  # fmt: skip
OUTCOMES = (*(v.value for v in Verdict), *(w.value for w in WhyNot))


def results(
    base: Base,
    tried: Iterable[Tried],
    findings: Sequence[Finding],
    fidelity: Sequence[Mapping[str, Any]] = (),
    left_out: Sequence[str] = (),
) -> dict[str, Any]:
    """Everything that reports and pages need, as plain data.

    ``fidelity``: how far the reference is from the frameworks, where that was measured.
    ``left_out`` are claims that were not tried this time: no short answer falls because of them.
    """
    claims = sorted((_claim(base, t) for t in tried), key=lambda c: str(c["id"]))
    verdicts = {c["id"]: c["verdict"] for c in claims}
    counts = dict.fromkeys(OUTCOMES, 0)
    for claim in claims:
        counts[claim["verdict"] or claim["why_not"]] += 1
    return {
        "schema": SCHEMA,
        "claims": claims,
        "broken": [{"id": id_, "question": question} for id_, question in base.broken.items()],
        "left_out": sorted(left_out),
        "counts": counts,
        "questions": [
            {
                "id": q.id,
                "title": q.title,
                "description": q.description,
                "answer": [
                    {
                        "says": says,
                        "because": list(because),
                        "holds": all(
                            verdicts.get(c) == "correct" or c in left_out for c in because
                        ),
                    }
                    for says, because in q.short_answer
                ],
            }
            for q in base.questions.values()
        ],
        "sources": [asdict(source) for source in base.sources.values()],
        "rivals": list(_rivals(base, claims)),
        "frameworks": [
            {"name": name, "title": framework.title} for name, framework in FRAMEWORKS.items()
        ],
        "fidelity": [dict(row) for row in fidelity],
        "findings": [asdict(finding) for finding in findings],
    }


def _rivals(base: Base, claims: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """The rivals that belong to this knowledge base: it has their claim, or they were tried."""
    tried = {rival["name"].split(" in ")[0] for claim in claims for rival in claim["rivals"]}
    known: dict[str, Rival | named.Variant] = {**RIVALS, **named.variants()}
    for name, rival in known.items():
        if name in tried or rival.makes_true in {*base.claims, *base.broken}:
            yield {"name": name, "belief": rival.belief, "makes_true": rival.makes_true}


def _claim(base: Base, tried: Tried) -> dict[str, Any]:
    claim, judgement = tried.claim, tried.judgement
    document = base.documents.get(f"claim/{claim.id}")
    data = document.data if document else {"test": getattr(claim.trial, "expression", "")}
    return {
        "id": claim.id,
        "question": claim.question,
        "file": document.file if document else "",
        **_where(document),
        "claim": claim.statement,
        "said_by": {source: list(places) for source, places in claim.said_by.items()},
        "asked_by": {source: list(places) for source, places in claim.asked_by.items()},
        "covers": dict(claim.covers),
        "taken_as": claim.taken_as,
        "fact": claim.fact,
        "instead": claim.instead,
        "contradicts": list(claim.contradicts),
        "see_also": list(claim.see_also),
        "formerly": list(claim.formerly),
        "reply": {"says": claim.reply, "answer": claim.answer} if claim.reply else None,
        "untestable": getattr(claim.trial, "kind", None),
        "depends": dict(claim.trial.conditions) if isinstance(claim.trial, Depends) else {},
        "tried": {key: data[key] for key in TRIED_KEYS if key in data},
        "runs": list(getattr(claim.trial, "runs", ())),  # in order: the first is the base
        "digest": digest(claim),
        "expected": claim.expected,
        "as_expected": as_expected(judgement, claim.expected),
        **_judgement(judgement),
        "linked": sorted(linked(base, claim)),
    }


def _where(document: Document | None) -> dict[str, int]:
    """Where the file says what is expected: there reports point at, if it came out otherwise."""
    place = document.place(("expected",)) if document else Place("", 1, 1)
    return {"line": place.line, "column": place.column}


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        "verdict": judgement.verdict.value if judgement.verdict else None,
        "why_not": judgement.why_not.value if judgement.why_not else None,
        "reason": judgement.reason,
        "told_apart_by": judgement.told_apart_by,
        "settings": len(judgement.trials),
        "hold": judgement.holds,
        "fail": judgement.fails,
        "shown": _shown(judgement.shown) if judgement.shown else None,
        "trials": [
            {"setting": dict(t.setting), "outcome": t.outcome.value} for t in judgement.trials
        ],
        "rivals": [_opponent(rival) for rival in judgement.rivals],
        "alternatives": [_opponent(alternative) for alternative in judgement.alternatives],
        "control": _opponent(judgement.control) if judgement.control else None,
        "echo": judgement.echo,
        "frameworks": [_framework(record) for record in judgement.frameworks],
    }


def _framework(record: Mapping[str, Any]) -> dict[str, Any]:
    """What one framework gave; ``decides`` counts the settings at which it said yes or no."""
    outcomes = [trial["outcome"] for trial in record["trials"]]
    return {
        "name": record["name"],
        "title": FRAMEWORKS[record["name"]].title if record["name"] in FRAMEWORKS else "",
        **{key: record[key] for key in (*SHOWN, "stale")},
        "decides": sum(outcome in ("yes", "no") for outcome in outcomes),
        "disagrees": [dict(setting) for setting in record["disagrees"]],
    }


def _opponent(opponent: Opponent) -> dict[str, Any]:
    return {
        "name": opponent.name,
        "outcome": opponent.outcome,
        "turned": opponent.turned,
        "linked": opponent.linked,
        "detail": opponent.detail,
    }


def _shown(trial: Trial) -> dict[str, Any]:
    """One trial in full: the setting, what was compared, and what each run gave."""
    return {"setting": dict(trial.setting), "outcome": trial.outcome.value, **trial.evidence}
