"""One claim, tried on everything there is: the candidates that the judge asks."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from checker.experiments import named
from checker.experiments.budget import budget
from checker.experiments.trial import (
    Alter,
    alterations,
    altered_trial,
    control_trial,
    distinct,
    fulfils,
    grid,
    of_shapes,
    reference_trial,
    repeats_a_run,
)
from checker.judge import Ask, Candidate, Case, exactly_when, fact, judge
from checker.language.parse import parse
from checker.language.statistics import error_level
from checker.language.values import ExperimentError
from checker.models.registry import OPTIONS
from checker.nouns import (
    Claim,
    Control,
    Experiment,
    Fact,
    Judgement,
    Outcome,
    Setting,
    Test,
    Training,
    Trial,
    Untestable,
    WhyNot,
)
from checker.records import disagreements
from checker.rivals import RIVALS
from checker.rivals.broken import BROKEN
from checker.training.spec import resolve, too_dear
from checker.training.trial import training_trial


def try_claim(
    claim: Claim, linked_rivals: frozenset[str], recorded: tuple[Mapping[str, Any], ...] = ()
) -> Judgement:
    """The judgement of one claim that has a test or cannot have one."""
    test = claim.trial
    if isinstance(test, Fact):
        known = [{**record, "disagrees": []} for record in recorded]
        return fact(known, test.framework, test.control is not None)
    if isinstance(test, Untestable):
        return Judgement(None, WhyNot.NOT_TESTABLE, reason=test.because)
    if isinstance(test, Experiment):
        return _experiment(test, linked_rivals)
    if isinstance(test, Training):
        return _training(test)
    if not isinstance(test, Test):
        raise TypeError("a conditional claim is judged by the claims that it depends on")
    try:
        settings = grid(test)
    except ExperimentError as error:
        return Judgement(None, WhyNot.ERROR, reason=str(error))
    with budget(), error_level(len(settings)):
        return _tried(test, settings, linked_rivals, recorded)


def _tried(
    test: Test,
    settings: list[Setting],
    linked_rivals: frozenset[str],
    recorded: tuple[Mapping[str, Any], ...],
) -> Judgement:
    trials = _trials(test, settings)
    case = Case(
        trials,
        distinct=partial(distinct, test),
        changes_nothing=partial(_changes_nothing, test, trials),
        compares_itself=partial(repeats_a_run, test, _most_telling(test, settings)),
        some=test.some,
        rivals=list(_rivals(test, linked_rivals)),
        alternatives=list(_alternatives(test)),
        control=_control(test),
        records=[{**r, "disagrees": disagreements(r, trials)} for r in recorded],
        echo=of_shapes(test),
    )
    if test.exactly_when is not None:
        inside = partial(fulfils, parse(test.exactly_when))
        judgement = exactly_when(case, inside, [name for name in test.named if name in test.at])
    else:
        judgement = judge(case)
    return _with_evidence(test, judgement)


def _experiment(test: Experiment, linked_rivals: frozenset[str]) -> Judgement:
    """The same judge on an experiment in Python: its variants are the rivals."""
    try:
        settings, known = named.grid(test), named.named(test.name)
        trials = [named.named_trial(test, setting) for setting in settings]
        case = Case(
            trials,
            distinct=partial(named.distinct, test),
            changes_nothing=partial(_is_blind, test, trials),
            some=test.some,
            rivals=[
                Candidate(rival, partial(_variant, test, name), rival in linked_rivals)
                for name in known.variants
                for rival in [named.rival_name(test.name, name)]
            ],
            control=_other_setting(test),
        )
        judgement = judge(case)
    except ExperimentError as error:
        return Judgement(None, WhyNot.ERROR, reason=str(error))
    if judgement.shown is None:
        return judgement
    return replace(judgement, shown=named.named_trial(test, judgement.shown.setting, keep=True))


def _training(test: Training) -> Judgement:
    """The same judge on training: one setting, all seeds in it, and the control to turn it.

    Whatever a test sees was measured, so one that its control turns measures something.
    """
    try:
        arms = [resolve(keys) for keys in (*test.arms.values(), *test.control.values())]
    except ExperimentError as error:
        return Judgement(None, WhyNot.ERROR, reason=str(error))
    if dear := too_dear(arms):
        return Judgement(None, WhyNot.ERROR, reason=dear)
    trial = training_trial(test.test, test.arms, keep=True)
    other = Candidate("control", lambda _: training_trial(test.test, test.control))
    case = Case(
        [trial],
        distinct=lambda _: True,
        changes_nothing=lambda: False,
        control=other if test.control else None,
    )
    judgement = judge(case)
    return replace(judgement, shown=trial if trial.evidence else None)


def _variant(test: Experiment, name: str, setting: Setting) -> Trial:
    return named.named_trial(test, setting, variant=name)


def _other_setting(test: Experiment) -> Candidate | None:
    if not test.control:
        return None
    return Candidate("control", partial(named.named_trial, test, changed=test.control))


def _is_blind(test: Experiment, trials: list[Trial]) -> bool:
    """Whether the test gives and measures the same, whatever the experiment returns."""

    def same(trial: Trial, fill: int) -> bool:
        filled = named.named_trial(test, trial.setting, keep=True, fill=fill)
        shown = named.named_trial(test, trial.setting, keep=True)
        inconclusive = filled.outcome is Outcome.NOT_APPLICABLE
        return inconclusive or (filled.outcome, filled.evidence) == (shown.outcome, shown.evidence)

    return all(same(trial, fill) for trial in trials for fill in (0, 1))


def _trials(test: Test, settings: list[Setting]) -> list[Trial]:
    """The test on the reference; on weights drawn otherwise only while nothing refutes the claim.

    Of those, trials that say nothing clear are left out: numbers may be saturated.
    """
    usual = [setting for setting in settings if "draw" not in setting]
    trials = [reference_trial(test, setting) for setting in usual]
    if any(
        (t.clear_yes if test.some else t.clear_no) and distinct(test, t.setting) for t in trials
    ):
        return trials
    others = [reference_trial(test, setting) for setting in settings if "draw" in setting]
    return [*trials, *(trial for trial in others if trial.clear_yes or trial.clear_no)]


def _most_telling(test: Test, settings: list[Setting]) -> Setting:
    """A setting where no two sizes coincide, if there is one."""
    return next((setting for setting in settings if distinct(test, setting)), settings[-1])


def _rivals(test: Test, linked: frozenset[str]) -> Iterator[Candidate]:
    groups = alterations(test)
    for rival in RIVALS.values():
        for runs in groups:
            name = rival.name if len(groups) == 1 else f"{rival.name} in {', '.join(runs)}"
            ask = partial(_asked, test, rival.of, runs)
            yield Candidate(name, ask, rival.name in linked)


def _asked(
    test: Test, alter: Alter, runs: tuple[str, ...], setting: Setting, keep: bool = False
) -> Trial:
    return altered_trial(test, setting, alter, runs, keep)


def _alternatives(test: Test) -> Iterator[Candidate]:
    """Other values of the options that the claim's own model names."""
    for name, other in _other_options(test):
        yield Candidate(name, partial(reference_trial, other))


def _other_options(test: Test) -> Iterator[tuple[str, Test]]:
    for option in test.named:
        value = test.model[option]
        for other in OPTIONS[option].values if option in OPTIONS else ():
            if other != value and value != option:
                instead = {**test.model, option: other}
                yield f"{option}: {other}", replace(test, model=instead)


def _control(test: Test) -> Candidate | None:
    if test.control is None:
        return None
    return Candidate("control", partial(_controlled, test, test.control))


def _controlled(test: Test, control: Control, setting: Setting, keep: bool = False) -> Trial:
    return control_trial(test, setting, control, keep)


def _changes_nothing(test: Test, trials: list[Trial]) -> bool:
    """Whether nothing that is run otherwise, at the same setting, changes an outcome anywhere.

    Of a single comparison, it is what is compared that nothing may change: a claim about a number
    is not empty because no other model hits that number.  Tried are all rivals, broken models,
    alternatives, and the control without its setting: another setting changes also what does not
    come from a run.
    """
    runs = tuple(test.runs)
    alters: list[Alter] = [*(rival.of for rival in RIVALS.values()), *BROKEN]
    single = isinstance(parse(test.expression).tree, ast.Compare)
    others: list[Ask] = [partial(_asked, test, alter, runs, keep=single) for alter in alters]
    others += [partial(reference_trial, other, keep=single) for _, other in _other_options(test)]
    if test.control is not None:
        still = replace(test.control, setting={})
        others.append(partial(_controlled, test, still, keep=single))
    inconclusive = (Outcome.NOT_APPLICABLE, Outcome.ERROR)

    def measured(trial: Trial) -> dict[str, Any]:
        return {key: trial.evidence.get(key) for key in ("values", "matrices")}

    def changed_by(ask: Ask, trial: Trial) -> bool:
        other = ask(trial.setting)
        if other.outcome in inconclusive:
            return False
        return other.outcome is not trial.outcome or (single and measured(other) != measured(trial))

    for trial in reversed(trials):
        shown = reference_trial(test, trial.setting, keep=True) if single else trial
        if any(changed_by(ask, shown) for ask in others):
            return False
    return True


def _with_evidence(test: Test, judgement: Judgement) -> Judgement:
    if judgement.shown is None:
        return judgement
    return replace(judgement, shown=reference_trial(test, judgement.shown.setting, keep=True))
