"""What counts as equal, different and too near, and what shares prove: figures worked out apart."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from checker.language.statistics import LEVEL, SEEDS, Share, UndecidedError, error_level
from checker.language.tolerance import DOUBLE, SINGLE, Comparisons, distances
from checker.language.values import ExperimentError

ROUNDING, SLACK, EPSILON = DOUBLE.rounding, DOUBLE.slack, DOUBLE.epsilon


def chance_of_at_least(successes, tries, chance):
    chance = Fraction(chance)
    return sum(
        comb(tries, k) * chance**k * (1 - chance) ** (tries - k)
        for k in range(successes, tries + 1)
    )


def proven(successes, bound):
    """Yes, no or None, by exact fractions."""
    bound = Fraction(bound)
    if chance_of_at_least(successes, 20, bound) <= Fraction(LEVEL):
        return True
    if chance_of_at_least(20 - successes, 20, 1 - bound) <= Fraction(LEVEL):
        return False
    return None


@pytest.mark.parametrize("bound", [0.125, 0.25, 0.5, 0.75, 0.875])
def test_a_share_is_above_a_bound_only_if_that_is_proven(bound):
    for successes in range(21):
        try:
            found = Share(successes, 20).above(bound)
        except UndecidedError as error:
            assert f"{successes} of 20" in str(error)
            found = None
        assert found is proven(successes, bound), (successes, bound)


def test_the_table_has_all_three_outcomes():
    assert {proven(s, 0.5) for s in range(21)} == {True, False, None}
    assert (proven(16, 0.5), proven(15, 0.5), proven(4, 0.5)) == (True, None, False)
    assert list(SEEDS) == list(range(20)) and LEVEL == 0.01


@pytest.mark.parametrize("bound", [-1, 0, 1, 2])
def test_a_share_is_compared_with_a_number_that_it_can_have(bound):
    with pytest.raises(ExperimentError, match="between 0 and 1"):
        Share(10, 20).above(bound)


def test_many_settings_ask_for_stronger_proof_each():
    assert Share(17, 20).above(0.5)
    with error_level(87), pytest.raises(UndecidedError):
        Share(17, 20).above(0.5)
    with error_level(87):
        assert Share(19, 20).above(0.5)


def test_what_just_reaches_the_error_level_is_proven():
    with error_level(0.04):  # 0.01 / 0.04 is 1/4, and so is the chance of one success in one try
        assert Share(1, 1).above(0.25) is True
        assert Share(0, 1).above(0.75) is False


def test_after_many_settings_the_error_level_is_what_it_was():
    with error_level(87), pytest.raises(UndecidedError):
        Share(17, 20).above(0.5)
    assert Share(17, 20).above(0.5)


def test_a_thousand_fair_coins_get_hardly_a_verdict():
    """Both arms alike, 87 settings each: at most 2 % may come out as anything but undecided."""
    rng = np.random.default_rng(0)
    decided = 0
    for _ in range(1000):
        with error_level(87):
            decided += any(_decides(Share(int(k), 20)) for k in rng.binomial(20, 0.5, size=87))
    assert decided <= 20
    alone = sum(_decides(Share(int(k), 20)) for k in rng.binomial(20, 0.5, size=87 * 100))
    assert alone > 20, "without the correction this would not hold"


def _decides(share):
    try:
        share.above(0.5)
    except UndecidedError:
        return False
    return True


@pytest.mark.parametrize(
    ("left", "right", "distance"),
    [
        ([0.0, 0.1], [0.0, 0.2], 0.1),  # below 1 the scale is 1
        ([0.0, 4.0], [0.0, 3.0], 0.25),  # the scale is that of the larger one of both
        ([0.0, 3.0], [0.0, 4.0], 0.25),
        ([4.0, 1.0], [4.0, 2.0], 0.5),  # and a huge entry hides no other
        ([1e14, 1.0], [1e14, 2.0], 0.5),
        ([-8.0], [0.0], 1.0),
    ],
)
def test_distances_are_in_units_of_the_larger_entry(left, right, distance):
    assert float(np.max(distances(left, right))) == pytest.approx(distance)


@pytest.mark.parametrize(
    ("entries", "some", "all_", "near_some", "near_all"),
    [
        ([0.0, 0.0], False, False, False, False),
        ([0.0, ROUNDING / 2], False, False, False, False),
        ([0.0, ROUNDING * 2], True, False, True, False),
        ([0.5, ROUNDING * 2], True, True, False, True),
        ([0.5, SLACK * 2], True, True, False, False),
        ([0.5, 0.0], True, False, False, False),
        ([SLACK / 2, SLACK / 2], True, True, True, True),
        ([ROUNDING, ROUNDING], False, False, False, False),
        ([SLACK, SLACK], True, True, True, True),
    ],
)
def test_near_is_only_what_the_outcome_rests_on(entries, some, all_, near_some, near_all):
    pair = (np.array(entries), np.zeros(len(entries)))
    first, second = Comparisons(), Comparisons()
    assert first.some_differ([pair]) is some
    assert second.all_differ([pair]) is all_
    assert (first.near, second.near) == (near_some, near_all)
    if near_all:
        assert f"{min(entries):.1e}" in second.near_because


def test_of_several_pairs_some_and_all_are_asked():
    alike, other = ([1.0], [1.0]), ([1.0], [2.0])
    for pairs in ([alike, other], [other, alike]):
        assert Comparisons().some_differ(pairs)
        assert not Comparisons().all_differ(pairs)


@pytest.mark.parametrize(
    ("precision", "difference", "equal", "near"),
    [
        (DOUBLE, 8e-13, True, False),  # figures beside the documented ones, written out
        (DOUBLE, 1e-12, False, True),
        (DOUBLE, 1.2e-8, False, True),
        (DOUBLE, 1.8e-8, False, False),
        (SINGLE, 1.3e-5, True, False),
        (SINGLE, 1.8e-5, False, True),
        (SINGLE, 8e-4, False, True),
        (SINGLE, 1.2e-3, False, False),
    ],
)
def test_the_figures_of_each_precision(precision, difference, equal, near):
    comparisons = Comparisons(precision)
    assert comparisons.equal(1.0 + difference, 1.0) is equal
    assert comparisons.near is near


@pytest.mark.parametrize(
    ("precision", "left", "near"), [(SINGLE, 7e-6, True), (SINGLE, 9e-6, False)]
)
def test_in_single_precision_small_is_larger(precision, left, near):
    comparisons = Comparisons(precision)
    assert bool(comparisons.above(np.array(left), np.array(left / 2)))
    assert comparisons.near is near


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_never_compared(bad):
    for compare in (Comparisons().some_differ, Comparisons().all_differ):
        with pytest.raises(ExperimentError, match="finite"):
            compare([(np.array([bad]), np.array([1.0]))])
    with pytest.raises(ExperimentError, match="finite"):
        Comparisons().above(np.array([bad]), 1.0)


@pytest.mark.parametrize(
    ("left", "right", "above", "near"),
    [
        (1.0, 0.0, True, False),
        (0.0, 1.0, False, False),
        (1.0, 1.0 - ROUNDING / 2, False, False),
        (1.0, 1.0 - ROUNDING * 4, True, True),
        (1e-9, 0.0, True, False),  # small figures can be ordered
        (ROUNDING / 2, 0.0, True, True),  # next to 0 nothing tells rounding from small
        (1e-20, 2e-20, False, True),
        (ROUNDING * 32, 0.0, True, True),
        (ROUNDING * 128, 0.0, True, False),
        (1e6, 1e6 - 1e-3, True, True),  # 1e-9 of their size
        (1e6, 1e6 - 1.0, True, False),
        (ROUNDING * 64, 0.0, True, True),
        (ROUNDING * 64.5, 0.0, True, False),
        (EPSILON * 64, EPSILON * 32, True, True),
        (EPSILON * 64.5, EPSILON * 32, True, False),
        (1.0, 1.0 - ROUNDING, False, False),
        (1.0, 1.0 - SLACK, True, True),
        (1.0, 1.0 - SLACK * 1.1, True, False),
    ],
)
def test_order_is_told_on_the_scale_of_each_pair(left, right, above, near):
    comparisons = Comparisons()
    assert bool(comparisons.above(np.array(left), np.array(right))) is above
    assert comparisons.near is near


def test_of_many_near_ones_the_largest_is_told():
    comparisons = Comparisons()
    comparisons.above(np.array([1.0, 1.0]), np.array([1.0 - ROUNDING * 4, 1.0 - ROUNDING * 64]))
    assert f"{ROUNDING * 64:.1e}" in comparisons.near_because


def test_two_numbers_whose_order_is_asked_for_are_tied_where_they_are_equal():
    comparisons = Comparisons()
    comparisons.above(np.array([1.0, 2.0]), np.array([0.0, 1.0]))
    assert not comparisons.tied
    comparisons.above(np.array([1.0, 1.0]), np.array([0.0, 1.0 - ROUNDING]))
    assert comparisons.tied
    comparisons.above(np.array([1.0]), np.array([0.0]))
    assert comparisons.tied


@pytest.mark.parametrize(
    ("apart", "tied"), [(3 * ROUNDING, True), (4 * ROUNDING, True), (8 * ROUNDING, False)]
)
def test_numbers_are_tied_on_their_own_scale(apart, tied):
    comparisons = Comparisons()
    comparisons.above(np.array([4.0]), np.array([4.0 - apart]))
    assert comparisons.tied is tied


@pytest.mark.parametrize(
    ("reached", "near"),
    [
        (1.0, True),
        (1.0 - ROUNDING, True),
        (1.0 - ROUNDING * 2, False),
        ([0.5, 1.0], True),
        (0.5, False),
        (0.0, False),
    ],
)
def test_a_bound_that_is_reached_is_near(reached, near):
    comparisons = Comparisons()
    comparisons.touched(np.array(reached), 1.0)
    assert comparisons.near is near


@pytest.mark.parametrize(
    ("left", "right", "equal", "near"),
    [
        (0.0, 0.0, True, False),
        (0.0, SLACK, False, True),
        (-SLACK, 0.0, False, True),
        (0.0, SLACK * 1.1, False, False),
        (ROUNDING, ROUNDING / 2, True, False),
        (5.0, 5.0, True, False),
    ],
)
def test_next_to_nothing_rounding_is_told_from_no_number(left, right, equal, near):
    comparisons = Comparisons()
    assert comparisons.equal(left, right) is equal
    assert comparisons.near is near


def test_the_place_of_a_near_comparison_is_told_once():
    comparisons = Comparisons()
    comparisons.locate("before anything was near")
    assert comparisons.near_because == ""
    comparisons.too_near(3e-10)
    comparisons.locate("close(a, b)")
    comparisons.locate("close(a, b) and more")
    assert comparisons.near_because == (
        "close(a, b): a difference of 3.0e-10 is neither rounding nor clear"
    )
