"""Why there is no verdict: what would help comes first, and what was tried is counted."""

from __future__ import annotations

import pytest

from checker.nouns import Judgement, Opponent, Outcome, Trial, Verdict
from checker.reasons import (
    CONDITION_MEASURES_NOTHING,
    DEGENERATE,
    MEASURES_NOTHING,
    kept_from_turning,
    what_would_help,
)


def opponents(*outcomes: str) -> tuple[Opponent, ...]:
    return tuple(
        Opponent(f"r{number}{of}", outcome, False)
        for number, several in enumerate(outcomes)
        for of, outcome in _in_runs(several)
    )


def _in_runs(outcomes: str) -> list[tuple[str, str]]:
    parts = outcomes.split(" ")
    return [("", parts[0])] if len(parts) == 1 else [(f" in {p}", p) for p in parts]


TRIED = [
    ({}, "(tried: nothing else)"),
    ({"rivals": opponents("holds")}, "(tried: 1 rival, on 1 it came out the same way)"),
    (
        {"rivals": opponents("holds", "fails", "not-applicable", "holds", "error", "undecided")},
        "(tried: 6 rivals, on 3 it came out the same way, on 1 it stayed undecided, "
        "on 1 it could not be run, on 1 it does not apply)",
    ),
    (
        {"rivals": opponents("holds not-applicable", "not-applicable error", "not-applicable")},
        "(tried: 3 rivals, on 1 it came out the same way, on 1 it could not be run, "
        "on 1 it does not apply)",
    ),
    (
        {"alternatives": opponents("holds", "holds"), "control": opponents("fails")[0]},
        "(tried: 2 other options, on 2 it came out the same way; "
        "1 control, on 1 it came out the same way)",
    ),
]


@pytest.mark.parametrize(("given", "ending"), TRIED, ids=[ending[:60] for _, ending in TRIED])
def test_what_was_tried_is_counted_by_outcome(given, ending):
    told = what_would_help(Judgement(None, None, **given), Verdict.WRONG, [])
    first = "take another control, one" if "control" in given else "add a control"
    assert told.startswith(f"{first} under which the test comes out the other way")
    assert told.endswith(ending)
    assert len(told) < 300


def trials(*settings: tuple[int, int, int, int]) -> tuple[Trial, ...]:
    names = ("batch", "timesteps", "features", "units")
    return tuple(Trial(dict(zip(names, sizes, strict=True)), Outcome.YES) for sizes in settings)


CLASHES = [
    ([(1, 1, 6, 7), (1, 1, 8, 6)], "in every setting batch equals timesteps;"),
    ([(3, 5, 7, 7), (3, 5, 8, 8)], "in every setting features equals units;"),
    ([(3, 5, 8, 6)], "in every setting features is the sum of batch and timesteps;"),
    ([(3, 5, 15, 6)], "in every setting features is the product of batch and timesteps;"),
    ([(3, 1, 6, 7), (3, 3, 8, 9)], "in every setting two sizes are equal, or one is the sum"),
    ([(3, 1, 3, 7), (3, 3, 8, 9)], "in every setting two sizes are equal, or one is the sum"),
    ([(3, 1, 6, 8)], "in every setting sizes coincide with each other or with an option"),
]


@pytest.mark.parametrize(("sizes", "clash"), CLASHES, ids=[clash for _, clash in CLASHES])
def test_the_clash_of_sizes_is_named(sizes, clash):
    told = what_would_help(Judgement(None, None, trials=trials(*sizes)), Verdict.CORRECT, [])
    assert told.startswith("add settings in which no two sizes coincide")
    assert clash in told
    assert told.endswith("runs: {one: {setting: {features: units}}}")


def test_with_a_telling_setting_a_control_is_what_helps():
    some = trials((3, 5, 6, 7))
    told = what_would_help(Judgement(None, None, trials=some), Verdict.CORRECT, some)
    assert told.startswith("add a control")


OUTCOMES = (Outcome.YES, Outcome.NO, Outcome.ERROR)
ASKED = [Trial({"units": number}, outcome) for number, outcome in enumerate(OUTCOMES, 1)]


@pytest.mark.parametrize(
    ("found", "asked", "turned", "told"),
    [
        (Verdict.CORRECT, ASKED, True, ""),
        (Verdict.CORRECT, [], False, ""),
        (Verdict.CORRECT, ASKED, False, "at units 1 it holds"),
        (Verdict.WRONG, ASKED[:2], False, "at units 2 it fails"),
        (Verdict.WRONG, ASKED, False, "at units 3 it cannot be run"),
        (
            Verdict.CORRECT,
            [Trial({"batch": 3, "units": 2}, Outcome.NO, near=True)],
            False,
            "at batch 3, units 2 it fails, too near to call",
        ),
    ],
)
def test_it_is_told_where_a_control_first_did_not_turn(found, asked, turned, told):
    assert kept_from_turning(found, asked, turned) == told


def test_nobody_is_told_to_leave_settings_out():
    for reason in (DEGENERATE, MEASURES_NOTHING, CONDITION_MEASURES_NOTHING):
        assert "leave" not in reason
    assert "control" not in CONDITION_MEASURES_NOTHING
    assert MEASURES_NOTHING.startswith("compare two runs")
