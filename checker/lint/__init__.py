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
    references.covered_statements_have_no_file,
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
    return set_aside(base)[0]


def set_aside(base: Base) -> tuple[list[Finding], set[str]]:
    """All findings, and the ids of claims whose tests are broken, which nobody may run."""
    of_files = {replace(finding, rule=FILE_FORMAT) for finding in base.findings}
    of_files |= _found(base, RULES)
    of_tests, of_meaning = _found(base, RULES_OF_TESTS), _found(base, RULES_OF_MEANING)
    files = {finding.file for finding in of_files | of_tests}
    findings = of_files | of_tests | {f for f in of_meaning if f.file not in files}
    broken = {finding.file for finding in of_tests | of_meaning}
    ids = {id_ for id_, claim in base.claims.items() if claim.places[""].file in broken}
    return sorted(findings), ids


def _found(base: Base, rules: Iterable[Rule]) -> set[Finding]:
    return {replace(finding, rule=name_of(rule)) for rule in rules for finding in rule(base)}
