"""What must hold of the files, beyond their keys: a rule is a function, its docstring the help.

The name of a rule is that of its function, with hyphens; findings carry it, and the page of rules
is made from the docstrings.
Rules never run an experiment; of :mod:`checker.experiments` they know the grid of settings, and the
names of what Python files define.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from checker.base import Base
from checker.lint import (
    controls,
    draws,
    experiments,
    expressions,
    facts,
    grids,
    models,
    places,
    records,
    references,
    texts,
    training,
)
from checker.nouns import Finding

Rule = Callable[[Base], Iterator[Finding]]
FILE_FORMAT = "file-format"
"""The rule of files that are no YAML, or have other keys than there are."""

RULES: tuple[Rule, ...] = (
    references.there_is_a_claim,
    references.sources_exist,
    references.mirrors_are_of_sources,
    records.records_can_be_read,
    references.claims_exist,
    references.former_ids_are_free,
    references.contradictions_are_mutual,
    references.somebody_says_it,
    references.wrong_claims_lead_on,
    references.a_condition_leads_to_a_sharp_claim,
    texts.texts_are_not_cut_off,
    texts.statements_carry_no_verdict,
)
"""About what a file refers to and what belongs to it: its test can be run all the same."""

RULES_OF_TESTS: tuple[Rule, ...] = (
    expressions.expressions_can_be_read,
    models.models_can_be_built,
    models.runs_start_from_what_stands_above,
    places.places_are_of_the_model,
    grids.grids_make_sense,
    facts.calls_can_be_read,
    facts.a_fact_has_another_call_as_control,
    experiments.experiments_exist,
    training.arms_can_be_trained,
    training.a_test_of_training_counts_seeds,
    training.arms_of_a_control_exist,
)
"""About the test itself: while one is broken, the claim cannot be tried."""


RULES_OF_MEANING: tuple[Rule, ...] = (
    grids.grids_tell_sizes_apart,
    controls.enumerated_names_are_used,
    controls.a_control_changes_what_is_run,
    controls.a_correct_claim_has_no_other_size_as_control,
    controls.a_control_is_no_case_of_the_claim,
    controls.a_condition_is_not_its_own_test,
    draws.drawn_numbers_are_not_compared,
    training.arms_differ,
)
"""About tests that can be run and would show nothing; silent where a file has other findings."""


def name_of(rule: Rule) -> str:
    """The name under which a rule stands on the page of rules."""
    return rule.__name__.replace("_", "-")


def lint(base: Base) -> list[Finding]:
    """All findings of a knowledge base, in order of file and line, each once."""
    about_files = [replace(finding, rule=FILE_FORMAT) for finding in base.findings]
    found = [*about_files, *_found(base, (*RULES, *RULES_OF_TESTS))]
    files = {finding.file for finding in found}
    empty = [f for f in _found(base, RULES_OF_MEANING) if f.file not in files]
    return sorted({*found, *empty})


def cannot_be_tried(base: Base) -> set[str]:
    """The ids of claims whose tests are broken."""
    files = {finding.file for finding in _found(base, (*RULES_OF_TESTS, *RULES_OF_MEANING))}
    return {id_ for id_, claim in base.claims.items() if claim.places[""].file in files}


def _found(base: Base, rules: Iterable[Rule]) -> Iterator[Finding]:
    for rule in rules:
        yield from (replace(finding, rule=name_of(rule)) for finding in rule(base))
