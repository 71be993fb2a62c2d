"""Our own knowledge base: every verdict holds, and nothing but the files decides it."""

from __future__ import annotations

import copy
import random

import pytest

from checker.base import load
from checker.commands.check import cache_of, exit_code, run
from checker.lint import lint
from checker.nouns import Test, Untestable
from checker.records import read
from checker.rivals import RIVALS
from checker.schedule import Tried, linked, needed, try_all
from checker.trying import try_claim

FIRST_QUESTION = {
    "num-units-is-sequence-length",
    "num-units-is-unrolled-cell-count",
    "nlp-num-units-is-instance-length",
    "units-are-the-gates",
    "num-units-is-hidden-state-size",
    "num-units-counts-units-inside-one-cell",
    "units-is-not-time-steps",
    "only-one-cell-is-created",
    "cell-count-equals-time-steps",
    "single-unit-is-independent-structure",
    "units-pass-filtered-info-to-next-unit",
    "every-unit-sees-the-input",
    "each-cell-initialised-with-cell-state",
    "step-receives-only-hidden-state-and-input",
    "lstm-keeps-two-pieces",
    "tf-cell-is-array-of-scalar-cells",
    "hidden-layer-matrix-includes-features",
    "outputs-have-shape-batch-steps-units",
    "units-reflect-parameter-count",
    "value-128-was-arbitrary-or-empirical",
}


ONLY_ASKED = {
    "case1-next-from-previous-and-input",
    "case2-only-first-sees-input",
    "cell-and-block-are-different",
    "cell-is-the-minimal-lstm-unit",
    "deep-lstm-has-recurrent-projection",
    "every-unit-sees-the-input",
    "hidden-layer-matrix-includes-features",
    "name-does-not-fit-projection-reading",
    "num-units-is-recurrent-projection-size",
    "resnet-like-input-handling",
    "units-are-the-gates",
}


@pytest.fixture(scope="module")
def base(claims_folder):
    return load(claims_folder)


@pytest.fixture(scope="module")
def found(base):
    """All verdicts; what was tried before with the same code and files is not tried again."""
    return run(copy.deepcopy(base), sorted(base.claims), cache_of(base.folder))[0]


def test_nothing_is_to_be_mended(base):
    assert lint(base) == []


def test_every_claim_of_the_first_question_is_there(base):
    assert set(base.claims) >= FIRST_QUESTION


def test_all_come_out_as_a_person_expected_before(found):
    assert [c["id"] for c in found["claims"] if not c["as_expected"]] == []
    assert exit_code(found) == 0


def test_every_sentence_of_the_short_answer_rests_on_correct_claims(found):
    sentences = [s for q in found["questions"] for s in q["answer"]]
    assert sentences and all(s["holds"] and s["because"] for s in sentences)


def test_every_badge_but_not_settled_occurs(found):
    counts = found["counts"]
    assert all(counts[badge] for badge in ("correct", "wrong", "depends", "not-testable"))


def test_every_verdict_is_told_apart_by_a_control_or_a_linked_rival(found):
    for claim in found["claims"]:
        if claim["settings"]:
            assert claim["told_apart_by"] in ("control", "alternative", "rival"), claim["id"]


def test_every_control_turns_its_test(found):
    assert [c["id"] for c in found["claims"] if c["control"] and not c["control"]["turned"]] == []


def test_every_rival_is_told_apart_from_the_reference_by_a_claim(found):
    turned = {
        r["name"].split(" in ")[0] for c in found["claims"] for r in c["rivals"] if r["turned"]
    }
    assert turned == set(RIVALS)


def test_what_was_only_asked_is_not_said(base):
    for claim in base.claims.values():
        assert not set(claim.said_by) & set(claim.asked_by) or claim.said_by != claim.asked_by
    assert {c.id for c in base.claims.values() if c.asked_by and not c.said_by} == ONLY_ASKED


def test_the_order_of_trials_does_not_matter(base):
    """Shuffled, and each in its own call: the same outcomes to the last detail."""
    ids = [c.id for c in base.claims.values() if isinstance(c.trial, Test)]
    some = random.Random(0).sample(sorted(ids), 8)
    forward = outcomes(try_all(base, needed(base, some)))
    shuffled = [base.claims[id_] for id_ in random.Random(1).sample(some, len(some))]
    assert outcomes(try_all(base, shuffled)) == forward
    alone = [Tried(c, try_claim(c, linked(base, c))) for c in shuffled]
    assert outcomes(alone) == forward


def outcomes(tried):
    return {
        t.claim.id: [(dict(x.setting), x.outcome, x.detail) for x in t.judgement.trials]
        + [(r.name, r.outcome, r.turned) for r in t.judgement.rivals]
        for t in tried
    }


def test_what_nobody_can_try_says_why(base):
    untestable = [c for c in base.claims.values() if isinstance(c.trial, Untestable)]
    assert untestable and all(c.trial.because for c in untestable)


INSIDE = ("gates", "entering", "leaving", "operations")
"""What a framework does not show of its layers."""


@pytest.mark.parametrize("framework", ["tensorflow", "keras", "torch"])
def test_a_framework_decides_nearly_every_claim_on_what_layers_give(framework, base):
    """Of those that were recorded on it; what is missing must not fail a new claim."""
    entries = read(base.folder)[framework]["claims"]
    about = [
        entries[id_]["outcome"] in ("holds", "fails")
        for id_, claim in base.claims.items()
        if isinstance(claim.trial, Test) and id_ in entries
        and not any(word in repr(claim.trial) for word in INSIDE)
    ]  # fmt: skip
    assert len(about) > 60
    assert sum(about) >= 0.9 * len(about)
