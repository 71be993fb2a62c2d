"""What must hold of the files, beyond their keys: a rule is a function, its docstring the help.

Rules never run an experiment.
"""

from __future__ import annotations

from checker.base import Base
from checker.lint import expressions, references
from checker.nouns import Finding

RULES = (
    references.sources_exist,
    references.claims_exist,
    references.contradictions_are_mutual,
    references.somebody_says_it,
    references.wrong_claims_lead_on,
    references.a_condition_leads_to_a_sharp_claim,
    expressions.expressions_can_be_read,
    expressions.models_can_be_built,
)


def lint(base: Base) -> list[Finding]:
    """All findings of a knowledge base, in order of file and line, each once."""
    found = list(base.findings)
    for rule in RULES:
        found += rule(base)
    return sorted(set(found))
