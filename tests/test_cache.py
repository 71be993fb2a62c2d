"""What is kept between runs, and when a claim is tried again."""

from __future__ import annotations

import json

import pytest

from checker import schedule
from checker.base import load
from checker.cache import Cache, surroundings
from checker.schedule import needed, try_all


@pytest.fixture
def base(canaries):
    return load(canaries)


def outcomes(tried):
    return {t.claim.id: t.judgement for t in tried}


def test_what_is_kept_is_what_was_judged(base, tmp_path):
    """Every kind of judgement survives being written down and read again."""
    cache, claims = Cache(tmp_path), needed(base, base.claims)
    first = list(try_all(base, claims, cache, jobs=1))
    again = list(try_all(base, claims, cache, jobs=1))
    assert {i: str(j) for i, j in outcomes(again).items()} == {
        i: str(j) for i, j in outcomes(first).items()
    }
    assert all(t.why for t in first if not t.claim.id.startswith("depends"))
    repeated = {t.claim.id for t in again if t.why}
    assert repeated == {t.claim.id for t in first if t.judgement.why_not == "error"}


def test_the_same_results_in_any_number_of_processes(base):
    claims = needed(base, base.claims)
    alone, two = (outcomes(try_all(base, claims, jobs=jobs)) for jobs in (1, 2))
    assert {i: str(j) for i, j in alone.items()} == {i: str(j) for i, j in two.items()}


@pytest.mark.parametrize(
    ("part", "value"),
    [("the tried part of the claim", "x"), ("checker/models/lstm.py", "x"), ("numpy", "0.1"),
     ("Python", "2.7"), ("linked rivals", "x"), ("framework records", "x"), ("new", "x")],
)  # fmt: skip
def test_a_changed_part_is_named_and_tried_again(part, value, base, tmp_path):
    cache = Cache(tmp_path)
    claim = base.claims["correct-by-rival"]
    list(try_all(base, [claim], cache, jobs=1))
    [task] = [schedule._task(base, claim, surroundings(), ())]
    assert cache.get(claim.id, task.parts) is not None
    parts = {**task.parts, part: value}
    assert cache.get(claim.id, parts) is None
    assert cache.why(claim.id, parts) == f"changed since: {part}"


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"parts": {}}', "null"])
def test_a_damaged_file_is_tried_again(damage, base, tmp_path):
    cache = Cache(tmp_path)
    claim = base.claims["correct-by-rival"]
    list(try_all(base, [claim], cache, jobs=1))
    (tmp_path / "correct-by-rival.json").write_text(damage)
    [again] = try_all(base, [claim], cache, jobs=1)
    assert again.why and again.judgement.verdict == "correct"


def test_prose_is_not_in_the_digest_and_the_test_is(base):
    from dataclasses import replace

    claim = base.claims["correct-by-rival"]
    other = replace(claim, statement="Another wording.", fact="Another fact.", said_by={})
    assert schedule.digest(other) == schedule.digest(claim)
    test = replace(claim.trial, expression="outputs.timesteps == units")
    assert schedule.digest(replace(claim, trial=test)) != schedule.digest(claim)


def test_the_cache_knows_no_host_time_or_path(base, tmp_path):
    cache = Cache(tmp_path / "kept")
    list(try_all(base, [base.claims["correct-by-rival"]], cache, jobs=1))
    kept = (tmp_path / "kept" / "correct-by-rival.json").read_text()
    assert str(tmp_path) not in kept
    assert all(not value.startswith("/") for value in json.loads(kept)["parts"].values())
