"""The knowledge base against what its four sources say: nothing left out, and who contradicts whom.

``statements.txt`` lists the statements of the four pages by id, ``contradictions.txt`` those pairs
of them that cannot both be right.
"""

from __future__ import annotations

import pytest
from conftest import ROOT

from checker.base import load

FIXTURES = ROOT / "tests" / "fixtures"
STATEMENTS = (FIXTURES / "statements.txt").read_text().split()
PAIRS = [line.split() for line in (FIXTURES / "contradictions.txt").read_text().splitlines()]
AT_MOST_COVERED = 15


@pytest.fixture(scope="module")
def base(claims_folder):
    return load(claims_folder)


@pytest.fixture(scope="module")
def covered(base):
    return [id_ for claim in base.claims.values() for id_ in claim.covers]


def test_the_statements_are_listed_once():
    assert len(set(STATEMENTS)) == len(STATEMENTS) == 161


def test_every_statement_of_the_four_sources_is_a_claim_or_covered_by_one(base, covered):
    assert {*STATEMENTS} - {*base.claims} - {*covered} == set()
    assert len(covered) <= AT_MOST_COVERED


def test_a_page_says_or_asks_each_of_them(base):
    known = [base.claims[id_] for id_ in STATEMENTS if id_ in base.claims]
    assert [claim.id for claim in known if not claim.said_by and not claim.asked_by] == []


def test_what_cannot_both_be_right_contradicts_one_another(base):
    assert len(PAIRS) == 58
    for one, other in PAIRS:
        assert {one, other} <= {*STATEMENTS}
        assert other in base.claims[one].contradicts and one in base.claims[other].contradicts


def test_each_wrong_claim_that_a_page_makes_answers_its_strongest_reply(base):
    wrong = [c for c in base.claims.values() if c.expected == "wrong" and (c.said_by or c.asked_by)]
    assert wrong and [c.id for c in wrong if len(c.reply) < 20 or len(c.answer) < 60] == []
