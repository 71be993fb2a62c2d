"""``checker try``: judge a one-line test without writing a file."""

from __future__ import annotations

import json
from pathlib import Path

from checker.base import Base, load
from checker.commands.check import NOT_RUN, OK
from checker.commands.naming import UsageError
from checker.commands.output import err, out
from checker.language.parse import MAX_LENGTH
from checker.lint.expressions import errors_in
from checker.lint.spots import spots
from checker.loading import Document
from checker.nouns import Claim, Place, Test, WhyNot
from checker.report import text
from checker.results import results
from checker.rivals import RIVALS
from checker.schedule import Tried, linked
from checker.trying import try_claim


def try_expression(folder: Path, expression: str, form: str) -> int:
    """Judge an expression at the default sizes, on an LSTM; 2 where it cannot be read."""
    base = load(folder) if folder.is_dir() else Base(folder)
    _refuse(expression)
    question = next(iter(base.questions), "")
    claim = Claim("try", question, expression, Test(expression), places={"": Place("try", 1, 1)})
    alone = Base(
        folder,
        claims={"try": claim},
        documents={"claim/try": Document("try", {"test": expression})},
    )
    related = linked(base, claim) if base.claims else frozenset(RIVALS)
    judgement = try_claim(claim, related)
    found = results(alone, [Tried(claim, judgement)], [])["claims"][0]
    if form == "json":
        out(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False))
    else:
        out(*text.evidence(found))
    if judgement.why_not is WhyNot.ERROR:
        err("the test could not be run")
        return NOT_RUN
    return OK


def _refuse(expression: str) -> None:
    """UsageError with all that is wrong with the expression, each below the place it is about."""
    test = Test(expression)
    spot = next(spots(test))
    problems = sorted(errors_in(spot, list(test.runs)), key=lambda problem: problem.column)
    if not problems:
        return
    shown = "".join(c if c.isprintable() else " " for c in expression[:MAX_LENGTH])
    lines = ["this test cannot be tried", f"    {shown}"]
    for problem in problems:
        tip = f" ({problem.tip})" if problem.tip else ""
        lines.append(f"    {' ' * problem.column}^ {problem.message}{tip}")
    raise UsageError("\n".join(lines))
