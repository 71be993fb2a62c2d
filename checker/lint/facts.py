"""Rules about claims that only a framework decides."""

from __future__ import annotations

from collections.abc import Iterator

from checker.base import Base
from checker.frameworks.facts import FED, SEEN
from checker.frameworks.offers import FRAMEWORKS
from checker.language.calls import read_call
from checker.language.parse import ExpressionError
from checker.lint.expressions import errors_in, placed
from checker.lint.references import finding
from checker.lint.spots import Spot
from checker.nouns import Fact, Finding


def calls_can_be_read(base: Base) -> Iterator[Finding]:
    """What a framework is called with is one call, of a name that is offered there.

    Refused:
        framework: tensorflow
        call: BasicLSTMCel(num_units=5)
        test: accepted
        control: {call: BasicLSTMCell(n_hidden=5)}
    Passes:
        framework: tensorflow
        call: BasicLSTMCell(num_units=5)
        test: accepted
        control: {call: BasicLSTMCell(n_hidden=5)}
    """
    for claim in (*base.claims.values(), *base.drafts.values()):
        if not isinstance(claim.trial, Fact):
            continue
        fact = claim.trial
        test = Spot(("test",), fact.test, {*SEEN, *FED})
        for error in errors_in(test, []):
            yield placed(base, claim, test, error)
        for path, text in ((("call",), fact.call), (("control", "call"), fact.control)):
            try:
                if text:
                    read_call(text, FRAMEWORKS[fact.framework].calls)
            except ExpressionError as error:
                yield placed(base, claim, Spot(path, text or "", ()), error)


def a_fact_has_another_call_as_control(base: Base) -> Iterator[Finding]:
    """A claim about a call names another call, for which its test comes out the other way.

    Refused:
        framework: tensorflow
        call: BasicLSTMCell(num_units=5)
        test: accepted
    Passes:
        framework: tensorflow
        call: BasicLSTMCell(num_units=5)
        test: accepted
        control: {call: BasicLSTMCell(n_hidden=5)}
    """
    for claim in base.claims.values():
        if not isinstance(claim.trial, Fact):
            continue
        if not claim.trial.control:
            message = "a claim about a call has another one as its control: {call: …}"
            yield finding(base, claim, ("test",), message)
        elif _same_call(claim.trial):
            message = "the control is the call itself, so it cannot come out the other way"
            yield finding(base, claim, ("control", "call"), message)


def _same_call(fact: Fact) -> bool:
    known = FRAMEWORKS[fact.framework].calls
    try:
        return read_call(fact.call, known) == read_call(fact.control or "", known)
    except ExpressionError:
        return False  # it is said where the call is
