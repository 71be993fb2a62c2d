"""From outcomes to a verdict.  Read this file to know what a verdict is worth.

A verdict exists only if the same test has come out the other way somewhere: under the claim's own
control, on another value of an option that the claim names, or on a rival.  What could not have
failed has proven nothing, and a crash is never a "no".

A claim *for some setting* is the opposite of a claim for every setting that says the opposite, so
it is judged as that one, with yes and no swapped on the way in and the verdict on the way out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checker.nouns import Judgement, Opponent, Outcome, Setting, Trial, Verdict, WhyNot
from checker.reasons import (
    COMPARES_ITSELF,
    CONDITION_MEASURES_NOTHING,
    DEGENERATE,
    MEASURES_NOTHING,
    in_words,
    kept_from_turning,
    what_would_help,
)

Ask = Callable[[Setting], Trial]
Hindrance = Callable[[Verdict, Sequence[Trial], bool], str]
Distinct = Callable[[Setting], bool]
"""Whether no two sizes of a setting coincide, nor their sums or products."""

_SWAPPED = {Outcome.YES: Outcome.NO, Outcome.NO: Outcome.YES}
_OPPOSITE = {Verdict.CORRECT: Verdict.WRONG, Verdict.WRONG: Verdict.CORRECT}


@dataclass(frozen=True)
class Candidate:
    """Something else that the test is tried on: a rival, an alternative or the control."""

    name: str
    ask: Ask
    linked: bool = True


@dataclass(frozen=True)
class Case:
    """What the judge is given of one claim.

    ``trials`` are those of the reference, in order.  ``changes_nothing`` tells whether nothing that
    is run otherwise, not even a broken model, changes an outcome anywhere, ``compares_itself``
    whether two of the runs that the test names are one and the same.  ``records`` are
    outcomes recorded from real frameworks, each with a list ``disagrees`` of settings.
    """

    trials: Sequence[Trial]
    distinct: Distinct
    changes_nothing: Callable[[], bool]
    compares_itself: Callable[[], bool] = lambda: False
    some: bool = False
    rivals: Sequence[Candidate] = ()
    alternatives: Sequence[Candidate] = ()
    control: Candidate | None = None
    records: Sequence[Mapping[str, Any]] = ()
    echo: bool = False  # the test looks at shapes and counts alone


def judge(case: Case) -> Judgement:
    """The verdict of a claim with a test, or the reason why there is none."""
    trials = [_seen(trial, case.some) for trial in case.trials]
    found = reference_verdict(trials)
    judgement = _unjudged(case)
    if isinstance(found, WhyNot):
        return replace(judgement, why_not=found, reason=_reason(case.trials, found))
    judgement = replace(judgement, shown=_shown(case, trials, found), **_opponents(case, found))
    telling = [t for t in trials if case.distinct(t.setting)]
    if found is Verdict.WRONG and not case.some and telling and all(t.clear_yes for t in telling):
        return replace(judgement, why_not=WhyNot.UNPROVEN, reason=DEGENERATE)
    told_apart_by = strongest(judgement)
    if told_apart_by in (None, "control") and case.changes_nothing():
        return replace(judgement, why_not=WhyNot.UNPROVEN, reason=MEASURES_NOTHING)
    if case.compares_itself():
        return replace(judgement, why_not=WhyNot.UNPROVEN, reason=COMPARES_ITSELF)
    if told_apart_by is None:
        reason = what_would_help(judgement, found, telling)
        return replace(judgement, why_not=WhyNot.UNPROVEN, reason=reason)
    judgement = replace(judgement, told_apart_by=told_apart_by)
    return _settled(case, judgement, _OPPOSITE[found] if case.some else found)


def reference_verdict(trials: Sequence[Trial]) -> Verdict | WhyNot:
    """What the reference alone says: wrong if the test fails at one setting, else correct.

    One error, or one difference that is too near to call, and it says nothing at all.
    """
    if any(t.outcome is Outcome.ERROR or t.near for t in trials):
        return WhyNot.ERROR
    if any(t.outcome is Outcome.NO for t in trials):
        return Verdict.WRONG
    if any(t.outcome is Outcome.UNDECIDED for t in trials):
        return WhyNot.UNDECIDED
    return Verdict.CORRECT


def turned(found: Verdict, ask: Ask, everywhere: Sequence[Setting], distinct: Distinct) -> bool:
    """Whether the test comes out the other way on something else, clearly.

    To tell a *correct* claim apart it fails at a setting where nothing coincides.  To tell a
    *wrong* one apart it holds at every one of the given settings.
    """
    if found is Verdict.CORRECT:
        return any(ask(setting).clear_no for setting in everywhere if distinct(setting))
    first_distinct = sorted(everywhere, key=lambda setting: not distinct(setting))
    return all(ask(setting).clear_yes for setting in first_distinct)


def strongest(judgement: Judgement) -> str | None:
    """The strongest thing on which the test came out the other way; None if there is nothing."""
    if judgement.control and judgement.control.turned:
        return "control"
    if any(alternative.turned for alternative in judgement.alternatives):
        return "alternative"
    rivals = [rival for rival in judgement.rivals if rival.turned]
    if any(rival.linked for rival in rivals):
        return "rival"
    return "unrelated-rival" if rivals else None


def conditional(
    verdicts: Mapping[str, Verdict | None], unrecorded: Collection[str] = ()
) -> Judgement:
    """The verdict of a claim that depends on others: both verdicts must occur below it."""
    missing = [claim for claim, verdict in verdicts.items() if verdict is None]
    if missing and {*missing} <= {*unrecorded}:
        why = f"not recorded yet: {', '.join(missing)}"
        return Judgement(None, WhyNot.UNRECORDED, reason=why)
    if missing:
        why = f"no verdict for {', '.join(missing)}"
        return Judgement(None, WhyNot.UNPROVEN, reason=why)
    if len(set(verdicts.values())) == 1:
        why = "all conditions lead to the same verdict, so the claim depends on none of them"
        return Judgement(None, WhyNot.UNPROVEN, reason=why)
    return Judgement(Verdict.DEPENDS, None)


def exactly_when(
    case: Case, inside: Callable[[Setting], bool], options: Sequence[str]
) -> Judgement:
    """The verdict of a claim that is true exactly under a condition on options.

    Each side is the control of the other: the test holds at every setting inside, and outside it
    fails, for every choice of the options, at a setting where nothing coincides.
    """
    trials, judgement = case.trials, _unjudged(case)
    if reference_verdict(trials) is WhyNot.ERROR:
        return replace(judgement, why_not=WhyNot.ERROR, reason=_reason(trials, WhyNot.ERROR))
    outside = [t for t in trials if not inside(t.setting)]
    judgement = replace(judgement, shown=next((t for t in outside if t.clear_no), None))
    if case.changes_nothing():
        reason = CONDITION_MEASURES_NOTHING
        return replace(judgement, why_not=WhyNot.UNPROVEN, reason=reason)

    def choices(some: Iterable[Trial]) -> set[tuple[Any, ...]]:
        return {tuple(t.setting[name] for name in options) for t in some}

    failing = [t for t in outside if t.clear_no and case.distinct(t.setting)]
    holds_inside = all(t.clear_yes for t in trials if inside(t.setting))
    if not holds_inside or len(outside) == len(trials):
        reason = "the test does not hold where exactly_when says it does"
    elif not outside or choices(failing) != choices(outside):
        reason = "the test does not fail, clearly, wherever exactly_when says it does"
    else:
        judgement = replace(judgement, told_apart_by="alternative")
        return _settled(case, judgement, Verdict.DEPENDS)
    return replace(judgement, why_not=WhyNot.UNPROVEN, reason=reason)


def fact(records: Sequence[Mapping[str, Any]], framework: str, has_control: bool) -> Judgement:
    """The verdict of a claim that only a framework decides: what was recorded of it.

    The control, another call, has to come out the other way in the same recording.
    """
    judgement = Judgement(None, None, frameworks=tuple(records))
    fresh = [r for r in records if r["name"] == framework and not r["stale"]]
    if not fresh:
        why = (
            f"only {framework} decides this, and this test has not been recorded on it "
            f"(make record FRAMEWORK={framework})"
        )
        return replace(judgement, why_not=WhyNot.UNRECORDED, reason=why)
    record = fresh[0]
    if record["outcome"] not in ("holds", "fails"):
        return replace(judgement, why_not=WhyNot.ERROR, reason=record["why"])
    judgement = replace(judgement, holds=int(record["outcome"] == "holds"),
                        fails=int(record["outcome"] == "fails"))  # fmt: skip
    turned = {record["outcome"], record["control"]} == {"holds", "fails"}
    if has_control:
        control = Opponent("control", record["control"] or "error", turned)
        judgement = replace(judgement, control=control)
    if not turned:
        why = "add a control: another call, for which the test comes out the other way"
        return replace(judgement, why_not=WhyNot.UNPROVEN, reason=why)
    found = Verdict.CORRECT if record["outcome"] == "holds" else Verdict.WRONG
    return replace(judgement, verdict=found, told_apart_by="control")


def as_expected(judgement: Judgement, expected: str | None) -> bool:
    """Whether the run reproduced what a person had written before it.

    A verdict that only an unrelated rival tells apart is too weak to rely on, and a control that
    was declared has to turn the test.
    """
    if judgement.told_apart_by == "unrelated-rival":
        return False
    if judgement.verdict and judgement.control and not judgement.control.turned:
        return False
    if judgement.why_not is WhyNot.NOT_TESTABLE:
        return expected is None
    if judgement.why_not is WhyNot.UNRECORDED:
        return True  # who adds a claim need not have the framework; a recording will tell
    return expected == (judgement.verdict or judgement.why_not)


def _settled(case: Case, judgement: Judgement, verdict: Verdict) -> Judgement:
    """The verdict, unless a real framework disagrees with the reference somewhere."""
    if any(record["disagrees"] for record in case.records):
        names = ", ".join(record["name"] for record in case.records if record["disagrees"])
        reason = f"a real framework disagrees with the reference: {names}"
        return replace(judgement, why_not=WhyNot.DISPUTED, reason=reason)
    return replace(judgement, verdict=verdict)


def _unjudged(case: Case) -> Judgement:
    return Judgement(
        None,
        None,
        holds=sum(t.outcome is Outcome.YES for t in case.trials),
        fails=sum(t.outcome is Outcome.NO for t in case.trials),
        trials=tuple(case.trials),
        frameworks=tuple(case.records),
        echo=case.echo,
    )


def _seen(trial: Trial, some: bool) -> Trial:
    """A trial as the judge sees it: swapped for a claim that needs one witness only."""
    return replace(trial, outcome=_SWAPPED.get(trial.outcome, trial.outcome)) if some else trial


def _opponents(case: Case, found: Verdict) -> dict[str, Any]:
    """How the test came out on everything else.

    A rival of a wrong claim must hold where the reference fails; for a claim that needs a witness,
    and for a control, at every setting.
    """
    everywhere = [trial.setting for trial in case.trials]
    failing = [t.setting for t in case.trials if case.some or t.outcome is Outcome.NO]
    opposed = everywhere if found is Verdict.CORRECT else failing

    def opponent(
        candidate: Candidate, settings: Sequence[Setting], hindrance: Hindrance = _untold
    ) -> Opponent:
        asked: list[Trial] = []

        def ask(setting: Setting) -> Trial:
            asked.append(candidate.ask(setting))
            return _seen(asked[-1], case.some)

        came_out = turned(found, ask, settings, case.distinct)
        kept = hindrance(found, asked, came_out)
        detail = next((t.detail for t in asked if t.outcome is Outcome.ERROR), kept)
        return Opponent(candidate.name, _summary(asked), came_out, candidate.linked, detail)

    return {
        "rivals": tuple(opponent(rival, opposed) for rival in case.rivals),
        "alternatives": tuple(opponent(other, opposed) for other in case.alternatives),
        "control": (
            opponent(case.control, everywhere, kept_from_turning) if case.control else None
        ),
    }


def _untold(*_: Any) -> str:
    """Rivals and other options are many, and none of them was promised to turn the test."""
    return ""


def _summary(trials: Iterable[Trial]) -> str:
    """One word for many trials: the worst that happened, then fails, then holds."""
    outcomes = {t.outcome for t in trials}
    words = {
        Outcome.ERROR: "error",
        Outcome.NO: "fails",
        Outcome.UNDECIDED: "undecided",
        Outcome.YES: "holds",
    }
    return next((word for outcome, word in words.items() if outcome in outcomes), "not-applicable")


def _shown(case: Case, trials: Sequence[Trial], found: Verdict) -> Trial:
    """The smallest counter-example (or witness), else a confirmation where nothing coincides."""
    if found is Verdict.WRONG:
        return next(c for c, t in zip(case.trials, trials, strict=True) if t.outcome is Outcome.NO)
    return next((t for t in case.trials if case.distinct(t.setting)), case.trials[0])


def _reason(trials: Sequence[Trial], why_not: WhyNot) -> str:
    for trial in trials:
        if trial.outcome == why_not.value or trial.near:
            return f"at {in_words(trial.setting)}: {trial.detail}"
    return ""
