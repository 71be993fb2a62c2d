"""``checker try``: judge a one-line test without writing a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from checker.base import Base, load
from checker.commands.check import NOT_RUN, OK
from checker.commands.naming import UsageError, model_of
from checker.commands.output import err, out, paint, tell
from checker.language.parse import MAX_LENGTH, ExpressionError
from checker.lint import RULES_OF_MEANING
from checker.lint.expressions import errors_in
from checker.lint.models import models_can_be_built
from checker.lint.spots import spots
from checker.loading import Document
from checker.nouns import Claim, Place, Test, WhyNot
from checker.report import text
from checker.results import results
from checker.rivals import RIVALS
from checker.schedule import Tried, linked
from checker.trying import try_claim


def try_expression(folder: Path, expression: str, form: str, options: Sequence[str] = ()) -> int:
    """Judge an expression at the default sizes, on an LSTM or the model that is named.

    2 where it, or an option of the model, cannot be read or would show nothing.
    """
    base = load(folder) if folder.is_dir() else Base(folder)
    model = model_of(options)
    test = Test(expression, model, named=tuple(model))
    question = next(iter(base.questions), "")
    claim = Claim("try", question, expression, test, places={"": Place("try", 1, 1)})
    data = {"test": expression, **({"model": model} if model else {})}
    alone = Base(folder, claims={"try": claim}, documents={"claim/try": Document("try", data)})
    _refuse(test)
    for rule in (models_can_be_built, *RULES_OF_MEANING):
        for found in rule(alone):
            tip = f" ({found.tip})" if found.tip else ""
            raise UsageError(f"this test cannot be tried: {found.message}{tip}")
    related = linked(base, claim) if base.claims else frozenset(RIVALS)
    judgement = try_claim(claim, related)
    found = results(alone, [Tried(claim, judgement)], [])["claims"][0]
    if form == "json":
        out(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False))
    else:
        tell(*text.evidence(found, paint()))
    if judgement.why_not is WhyNot.ERROR:
        err("the test could not be run")
        return NOT_RUN
    return OK


def _refuse(test: Test) -> None:
    """UsageError with all that is wrong with an expression, each below the place it is about."""
    for spot in spots(test):
        problems = sorted(errors_in(spot, list(test.runs)), key=lambda problem: problem.column)
        if problems:
            raise UsageError(_pointed_at(spot.text, problems))


def _pointed_at(expression: str, problems: Sequence[ExpressionError]) -> str:
    shown = "".join(c if c.isprintable() else " " for c in expression[:MAX_LENGTH])
    lines = ["this test cannot be tried", f"    {shown}"]
    for problem in problems:
        tip = f" ({problem.tip})" if problem.tip else ""
        lines.append(f"    {' ' * problem.column}^ {problem.message}{tip}")
    return "\n".join(lines)
