"""Fixtures that several test files share."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from checker.base import load
from checker.records import digest

ROOT = Path(__file__).parent.parent
CANARIES = ROOT / "tests" / "fixtures" / "canaries" / "claims"


@pytest.fixture(scope="session")
def claims_folder() -> Path:
    return ROOT / "claims"


@pytest.fixture(scope="session")
def canaries(tmp_path_factory) -> Path:
    """The canary claims, with framework records that agree, disagree or are stale."""
    folder = tmp_path_factory.mktemp("canaries") / "claims"
    shutil.copytree(CANARIES, folder)
    claims = load(folder).claims
    setting = {"batch": 3, "timesteps": 5, "features": 6, "units": 7}

    def recorded(id_: str, outcome: str, stale: bool = False) -> dict:
        fingerprint = "of an earlier wording" if stale else digest(claims[id_])
        about = {"version": "2.21.0", "date": "2026-11-21", "digest": fingerprint}
        words = {"yes": "holds", "no": "fails", "not-applicable": "not-applicable"}
        trial = [outcome, *setting.values()]
        return {**about, "outcome": words[outcome], "names": [*setting], "trials": [trial]}

    def of_a_call(id_: str, outcome: str, control: str, fingerprint: str = "") -> dict:
        about = {"version": "2.21.0", "date": "2026-11-21", "why": "it crashed" * (not control)}
        about["digest"] = fingerprint or digest(claims[id_])
        return {**about, "outcome": outcome, "control": control, "names": [], "trials": []}

    of_calls = [
        ("fact-correct", "holds", "fails"),
        ("fact-wrong", "fails", "holds"),
        ("fact-its-control-does-not-turn", "holds", "holds"),
        ("fact-its-control-crashed", "holds", "error"),
        ("fact-without-a-recorded-control", "holds", ""),
        ("fact-crashed", "error", ""),
        ("fact-recorded-on-another-test", "holds", "fails", "of an earlier wording"),
    ]
    record = {
        "framework": "tensorflow",
        "claims": {
            **{row[0]: of_a_call(*row) for row in of_calls},
            "disputed": recorded("disputed", "no"),
            "correct-stale-record": recorded("correct-stale-record", "no", stale=True),
            "correct-record-agrees": recorded("correct-record-agrees", "yes"),
            "correct-by-control": recorded("correct-by-control", "not-applicable"),
        },
    }
    (folder / "_recorded").mkdir(exist_ok=True)
    (folder / "_recorded" / "tensorflow.json").write_text(json.dumps(record))
    return folder
