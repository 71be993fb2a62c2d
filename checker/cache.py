"""Judgements kept between runs, so that an unchanged claim is not tried again.

What a judgement depends on is kept beside it, part by part, so that the reason for trying a claim
again can be told.  No time, path or host is in it, and an error is never kept.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from checker.nouns import Judgement, Opponent, Outcome, Trial, Verdict, WhyNot

CODE = ("nouns.py", "judge.py", "reasons.py", "trying.py", "language", "models", "rivals",
        "experiments", "training")  # fmt: skip
"""The files and folders of this package that a judgement rests on."""

SUFFIXES = (".py", ".json", ".npz")

Parts = Mapping[str, str]
"""What a judgement rests on: name of the part → its fingerprint."""


@dataclass(frozen=True)
class Cache:
    """A folder with one file for each claim."""

    folder: Path

    def get(self, claim: str, parts: Parts) -> Judgement | None:
        """The judgement of a claim, if it rests on exactly these parts."""
        kept = self._read(claim)
        return _judgement(kept["value"]) if kept and kept["parts"] == parts else None

    def put(self, claim: str, parts: Parts, judgement: Judgement) -> None:
        """Keep a judgement, unless it is an error."""
        if judgement.why_not is WhyNot.ERROR:
            return
        self._write(claim, parts, asdict(judgement))

    def keep(self, name: str, parts: Parts, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, as long as it rests on the same parts; JSON, and no claim's."""
        kept = self._read(f"_{name}")
        if kept is None or kept["parts"] != parts:
            kept = self._write(f"_{name}", parts, make())
        return kept["value"]

    def why(self, claim: str, parts: Parts) -> str:
        """Why a claim has to be tried: which of its parts are not what they were."""
        kept = self._read(claim)
        if kept is None:
            return "it was not tried before, or ended in an error"
        names = sorted({*kept["parts"], *parts})
        changed = [name for name in names if kept["parts"].get(name) != parts.get(name)]
        return f"changed since: {', '.join(changed)}" if changed else ""

    def _write(self, name: str, parts: Parts, value: Any) -> dict[str, Any]:
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {"parts": dict(parts), "value": value}
        self._file(name).write_text(json.dumps(kept), encoding="utf-8")
        return kept

    def _file(self, claim: str) -> Path:
        return self.folder / f"{claim}.json"

    def _read(self, claim: str) -> Any:
        try:
            kept = json.loads(self._file(claim).read_text(encoding="utf-8"))
            return kept if {"parts", "value"} <= kept.keys() else None
        except (OSError, ValueError, AttributeError):
            return None  # missing or damaged: tried again


def surroundings(code: Sequence[str] = CODE) -> dict[str, str]:
    """Fingerprints of everything but the claim: our code, and the versions it runs on."""
    package = Path(__file__).parent
    files = [f for name in code for f in ([package / name] if name.endswith(".py")
             else sorted((package / name).rglob("*.*"))) if f.suffix in SUFFIXES]  # fmt: skip
    found = {f"checker/{f.relative_to(package).as_posix()}": _fingerprint(f.read_bytes())
             for f in files}  # fmt: skip
    python = ".".join(platform.python_version_tuple()[:2])
    return {**found, "Python": python, "numpy": ".".join(np.__version__.split(".")[:2])}


def _fingerprint(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]


def _judgement(kept: Mapping[str, Any]) -> Judgement:
    """A judgement as it was before it was written down."""

    def opponent(one: Mapping[str, Any] | None) -> Opponent | None:
        return Opponent(**one) if one else None

    trials = tuple(_trial(trial) for trial in kept["trials"])
    judgement = Judgement(
        verdict=Verdict(kept["verdict"]) if kept["verdict"] else None,
        why_not=WhyNot(kept["why_not"]) if kept["why_not"] else None,
        reason=kept["reason"],
        told_apart_by=kept["told_apart_by"],
        holds=kept["holds"],
        fails=kept["fails"],
        shown=_trial(kept["shown"]) if kept["shown"] else None,
        trials=trials,
        rivals=tuple(Opponent(**one) for one in kept["rivals"]),
        alternatives=tuple(Opponent(**one) for one in kept["alternatives"]),
        frameworks=tuple(kept["frameworks"]),
        echo=kept["echo"],
    )
    return replace(judgement, control=opponent(kept["control"]))


def _trial(kept: Mapping[str, Any]) -> Trial:
    return Trial(**{**kept, "outcome": Outcome(kept["outcome"])})
