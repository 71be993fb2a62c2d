"""Rules about claims that a Python function of the knowledge base tries; none of them runs it."""

from __future__ import annotations

from collections.abc import Iterator

from checker.base import Base
from checker.experiments.named import FOLDER, VARIANT, files, names_in
from checker.language.parse import ExpressionError, nearest, parse
from checker.lint.expressions import placed
from checker.lint.references import finding
from checker.lint.spots import Spot
from checker.loading import Keys
from checker.nouns import Experiment, Finding


def experiments_exist(base: Base) -> Iterator[Finding]:
    """``experiment`` names a function that a file in ``_experiments`` registers.

    Refused:
        experiment: softmaks
        test: close(sum(probabilities), rows)
    Passes:
        experiment: softmax    # in claims/_experiments
        test: close(sum(probabilities), rows)
    """
    known = {name for path in files(base.folder) for name in names_in(path)}
    for claim in (*base.claims.values(), *base.drafts.values()):
        if not isinstance(claim.trial, Experiment):
            continue
        if claim.trial.name not in known:
            message = f"there must be an experiment {claim.trial.name!r} in {FOLDER}"
            tip = nearest(claim.trial.name, known) or f"define it in {FOLDER}/{claim.trial.name}.py"
            yield finding(base, claim, ("experiment",), message, tip)
        texts: dict[Keys, str] = {
            ("test",): claim.trial.test,
            ("where",): claim.trial.where or "1 == 1",
        }
        texts |= {("control", "setting", n): t for n, t in claim.trial.control.items()}
        for path, text in texts.items():
            try:
                if path[-1] != VARIANT:  # a word, no expression
                    parse(text)
            except ExpressionError as error:
                yield placed(base, claim, Spot(path, text, ()), error)
