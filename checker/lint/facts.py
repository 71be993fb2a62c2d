"""Rules about claims that only a framework decides."""

from __future__ import annotations

from collections.abc import Iterator

from checker.base import Base
from checker.frameworks.facts import FED, SEEN
from checker.frameworks.offers import FRAMEWORKS
from checker.language.calls import read_call
from checker.language.parse import ExpressionError
from checker.lint.expressions import errors_in, placed
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
        if isinstance(claim.trial, Fact) and not claim.trial.control:
            place = base.place("claim", claim.id, ("test",))
            message = "a claim about a call has another one as its control: {call: …}"
            yield Finding(place.file, place.line, place.column, message)
