"""``checker try``: judge a one-line test without writing a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from checker.base import Base, load
from checker.commands.naming import UsageError
from checker.lint.expressions import expressions_can_be_read
from checker.loading import Document
from checker.nouns import Claim, Place, Test
from checker.report import text
from checker.results import results
from checker.rivals import RIVALS
from checker.schedule import Tried, linked
from checker.trying import try_claim


def try_expression(folder: Path, expression: str, form: str) -> int:
    """Judge an expression at the default sizes, on an LSTM; 2 where it cannot be read."""
    base = load(folder) if folder.is_dir() else Base(folder)
    question = next(iter(base.questions), "")
    claim = Claim("try", question, expression, Test(expression), places={"": Place("try", 1, 1)})
    alone = Base(
        folder,
        claims={"try": claim},
        documents={"claim/try": Document("try", {"test": expression})},
    )
    findings = list(expressions_can_be_read(alone))
    if findings:
        problem = findings[0]
        pointer = " " * (problem.column - 1) + "^"
        tip = f" ({problem.tip})" if problem.tip else ""
        raise UsageError(f"{problem.message}{tip}\n    {expression}\n    {pointer}")
    related = linked(base, claim) if base.claims else frozenset(RIVALS)
    judgement = try_claim(claim, related)
    found = results(alone, [Tried(claim, judgement)], [])["claims"][0]
    if form == "json":
        print(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False))
    else:
        print("\n".join(text.evidence(found)))
    if judgement.why_not and judgement.why_not.value == "error":
        print("the test could not be run", file=sys.stderr)
        return 3
    return 0
