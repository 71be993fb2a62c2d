"""What real frameworks gave, as ``checker record`` writes it to ``_recorded/<framework>.json``.

One claim is one line of the file, so that a change can be read.  A trial is a list: the outcome,
then the values of the setting, whose names stand beside them once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from checker.nouns import Claim, Outcome, Setting, Trial

FOLDER = "_recorded"
OUTCOMES = ("holds", "fails", "undecided", "not-applicable", "error")

_TEXTS = ("version", "date", "digest")
SHOWN = ("version", "date", "outcome", "why", "control", "values")

Record = Mapping[str, Any]
"""``framework`` and ``claims``: id → version, date, digest, outcome, why, names, trials."""


def digest(claim: Claim) -> str:
    """A fingerprint of the tried part of a claim; prose and sources are not in it."""
    parts = {"trial": asdict(claim.trial), "kind": type(claim.trial).__name__}
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def read(folder: Path) -> dict[str, Record]:
    """All records of a folder of claims by framework; what cannot be read decides nothing."""
    found = {}
    for path in sorted((folder / FOLDER).glob("*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue  # lint says what is wrong with the file
        if not list(missing(record)):
            found[path.stem] = record
    return found


def of_claim(records: Mapping[str, Record], claim: Claim) -> tuple[Record, ...]:
    """What each framework gave on a claim, as far as it was recorded.

    ``stale`` tells that the claim's test was another one then.
    """
    return tuple(
        {
            "name": name,
            **{key: record["claims"][claim.id].get(key, "") for key in SHOWN},
            "stale": record["claims"][claim.id]["digest"] != digest(claim),
            "trials": _trials(record["claims"][claim.id]),
        }
        for name, record in sorted(records.items())
        if claim.id in record["claims"]
    )


def entry(
    claim: Claim, made: Mapping[str, Any], outcome: str, why: str, trials: Sequence[Trial]
) -> dict[str, Any]:
    """What is written down of one claim; ``made`` says with which version, and when."""
    names = list(dict.fromkeys(name for trial in trials for name in trial.setting))
    rows = [[t.outcome.value, *(t.setting.get(name) for name in names)] for t in trials]
    said = {"why": why} if why else {}
    head = {**made, "digest": digest(claim), "outcome": outcome, **said}
    return {**head, "names": names, "trials": rows}


def write(file: Path, record: Record) -> None:
    """Write a record: one line for each claim, in order of their ids."""
    head = {key: value for key, value in record.items() if key != "claims"}
    lines = [
        f"  {json.dumps(id_)}: {json.dumps(entry, ensure_ascii=False)}"
        for id_, entry in sorted(record["claims"].items())
    ]
    start = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    text = f'{start},\n "claims": {{\n' + ",\n".join(lines) + "\n }\n}\n"
    file.parent.mkdir(exist_ok=True)
    scratch = file.with_suffix(".part")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(file)  # whole or not at all, whenever it is interrupted


def missing(record: Any) -> Iterator[str]:
    """What a record does not have; only the first thing for each claim."""
    if not isinstance(record, dict) or not isinstance(record.get("claims"), dict):
        yield "claims, by their ids"
        return
    for id_, one in record["claims"].items():
        if not isinstance(one, dict) or not all(isinstance(one.get(k), str) for k in _TEXTS):
            yield f"{', '.join(_TEXTS)} of {id_!r}"
        elif one.get("outcome") not in OUTCOMES:
            yield f"an outcome of {id_!r}"
        elif not isinstance(one.get("control", ""), str) or not isinstance(one.get("why", ""), str):
            yield f"why and control of {id_!r} as texts"
        elif not _are_names(one.get("names")) or not isinstance(one.get("trials"), list):
            yield f"the trials of {id_!r}"
        elif not all(_is_trial(one["names"], trial) for trial in one["trials"]):
            yield f"an outcome and a setting in each trial of {id_!r}"


def _are_names(names: Any) -> bool:
    return isinstance(names, list) and all(isinstance(name, str) for name in names)


def _is_trial(names: list[Any], trial: Any) -> bool:
    words = [outcome.value for outcome in Outcome]
    return isinstance(trial, list) and len(trial) == len(names) + 1 and trial[0] in words


def disagreements(record: Record, trials: Iterable[Trial]) -> list[Setting]:
    """The settings that both decide otherwise; a stale record disagrees with nothing."""
    ours = {_key(t.setting): t.outcome for t in trials if t.outcome in (Outcome.YES, Outcome.NO)}
    return [
        theirs["setting"]
        for theirs in record["trials"]
        if not record["stale"]
        and theirs["outcome"] in ("yes", "no")
        and ours.get(_key(theirs["setting"]), theirs["outcome"]) != theirs["outcome"]
    ]


def _key(setting: Setting) -> str:
    return json.dumps(setting, sort_keys=True)


def _trials(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"setting": {n: v for n, v in zip(one["names"], values, strict=True) if v is not None},
         "outcome": outcome}
        for outcome, *values in one["trials"]
    ]  # fmt: skip
