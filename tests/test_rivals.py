"""A rival makes one published claim true, changes one thing, and leaves most of what is right."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from checker.base import load
from checker.experiments.grid import default_sizes
from checker.experiments.run import fresh_run
from checker.experiments.trial import alterations, altered_trial, grid, reference_trial
from checker.language.values import ExperimentError
from checker.models.lstm import lstm
from checker.models.registry import build
from checker.nouns import Outcome, Test
from checker.rivals import RIVALS
from checker.rivals.broken import BROKEN

SIZES = default_sizes()[::7] + default_sizes()[-6:]
# rival: where, if anywhere, its belief and the truth coincide
COINCIDES = {
    "units-set-the-timesteps": lambda s: s["units"] == s["timesteps"],
    "timesteps-are-fixed": lambda s: s["timesteps"] == 4,
    "every-timestep-has-its-own-weights": None,
    "no-state-is-carried": lambda s: s["timesteps"] == 1,
    "only-the-first-step-sees-the-input": lambda s: s["timesteps"] == 1,
    "hidden-layer-keeps-the-features": None,
    "units-are-separate-cells": lambda s: s["units"] == 1,
    "each-unit-feeds-the-next": lambda s: s["units"] == 1,
    "only-h-is-carried": None,
    "units-are-the-gates": lambda s: s["units"] == 3,
    "batch-rows-are-read-one-after-another": lambda s: s["batch"] == 1,
    "state-and-input-are-added": None,
    "units-of-a-column-are-attached": None,
    "units-set-the-projection": None,
    "every-layer-reads-the-input": None,
    "the-next-layer-reads-only-the-last-output": lambda s: s["timesteps"] == 1,
    "both-directions-read-forwards": lambda s: s["timesteps"] == 1,
    "a-head-reads-all-steps": lambda s: s["timesteps"] == 1,
}
# What a rival needs around it to say anything: of the sources, none speaks of compositions.
COMPOSED = {
    "every-layer-reads-the-input": {"layers": 2},
    "the-next-layer-reads-only-the-last-output": {"layers": 2},
    "both-directions-read-forwards": {"bidirectional": True},
    "a-head-reads-all-steps": {"head": 4},
}


@pytest.fixture(scope="module")
def base(claims_folder):
    return load(claims_folder)


def built(rival, change=lambda model: model):
    """The LSTM, composed so that the rival says something about it, and changed."""
    return build(COMPOSED.get(rival.name, {}), lambda model: change(model) or model)


def same(model, other, sizes):
    """Whether two models with the same parameters give the same, everywhere."""
    ours, theirs = fresh_run(model, sizes).observed, fresh_run(other, sizes).observed
    return ours.keys() == theirs.keys() and all(
        ours[p].shape == theirs[p].shape and np.allclose(ours[p].data, theirs[p].data, atol=1e-12)
        for p in ours
    )


def test_there_are_at_least_six_and_the_table_knows_all():
    assert len(RIVALS) >= 12
    assert COINCIDES.keys() == RIVALS.keys()


@pytest.mark.parametrize("rival", RIVALS.values(), ids=lambda r: r.name)
def test_a_rival_makes_its_published_claim_true(rival, base):
    claim = base.claims[rival.makes_true]
    if rival.name not in COMPOSED:
        assert claim.said_by or claim.asked_by, "the claim is a published one"
    assert claim.expected == "wrong"
    test = claim.trial
    assert any(reference_trial(test, s).outcome is Outcome.NO for s in grid(test))
    for setting in grid(test):
        assert altered_trial(test, setting, rival.of, tuple(test.runs)).clear_yes, setting


@pytest.mark.parametrize("rival", RIVALS.values(), ids=lambda r: r.name)
def test_with_its_belief_switched_off_a_rival_is_the_reference(rival):
    off = partial(rival.of, believed=False)
    for sizes in SIZES:
        assert same(built(rival, off), built(rival), sizes), sizes


@pytest.mark.parametrize("rival", RIVALS.values(), ids=lambda r: r.name)
def test_a_rival_differs_except_where_belief_and_truth_coincide(rival):
    coincides = COINCIDES[rival.name] or (lambda sizes: False)
    for sizes in SIZES:
        assert same(built(rival, rival.of), built(rival), sizes) is coincides(sizes), sizes


def test_a_rival_leaves_at_least_half_of_the_correct_claims_standing(base):
    correct = [c.trial for c in base.claims.values()
               if c.expected == "correct" and isinstance(c.trial, Test)]  # fmt: skip
    for rival in RIVALS.values():
        standing = sum(stands(rival, test) for test in correct)
        assert standing >= len(correct) / 2, (rival.name, standing, len(correct))


def stands(rival, test):
    """No setting where nothing coincides at which the test clearly fails on the rival."""
    distinct = grid(test)[-6:]
    return not any(
        altered_trial(test, s, rival.of, runs).clear_no for s in distinct
        for runs in alterations(test)
    )  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda b: b.__name__)
def test_a_broken_model_is_no_rival(broken):
    assert not any(broken.__name__ in rival.name for rival in RIVALS.values())
    for sizes in SIZES[-6:]:
        assert not same(broken(lstm()), lstm(), sizes)


def test_a_rival_that_does_not_fit_says_so():
    from dataclasses import replace

    other = replace(lstm(), kind="something else")
    assert all(rival.of(other) is None for rival in RIVALS.values())
    trial = altered_trial(
        Test("outputs.units == units"), default_sizes()[0], lambda m: None, ("run",)
    )
    assert trial.outcome is Outcome.NOT_APPLICABLE


def test_a_crash_on_a_rival_is_not_a_no():
    def crash(model):
        raise ZeroDivisionError("a bug")

    trial = altered_trial(Test("outputs.units == units"), default_sizes()[0], crash, ("run",))
    assert trial.outcome is Outcome.NOT_APPLICABLE
    with pytest.raises(ExperimentError):
        fresh_run(lstm(), {"batch": 0, "timesteps": 1, "features": 1, "units": 1})
