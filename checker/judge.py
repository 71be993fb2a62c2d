"""From outcomes to a verdict.  Read this file to know what a verdict is worth.

A verdict exists only if the same test has come out the other way somewhere: under the claim's own
control, on another value of an option that the claim names, or on a rival.  What could not have
failed has proven nothing, and a crash is never a "no".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checker.nouns import Judgement, Opponent, Outcome, Setting, Trial, Verdict, WhyNot

Ask = Callable[[Setting], Trial]


@dataclass(frozen=True)
class Candidate:
    """Something else that the test is tried on: a rival, an alternative or the control."""

    name: str
    ask: Ask
    settings: Sequence[Setting]  # where it may be asked, in order
    linked: bool = True


def candidate_verdict(trials: Sequence[Trial], some: bool) -> Verdict | WhyNot:
    """What the reference alone says: correct or wrong, if anything else tells them apart.

    With ``some``, one witness makes a claim correct; else one counter-example makes it wrong.
    """
    applicable = [t for t in trials if t.outcome is not Outcome.NOT_APPLICABLE]
    if not applicable or any(t.outcome is Outcome.ERROR or t.near for t in applicable):
        return WhyNot.ERROR
    decisive = Outcome.YES if some else Outcome.NO
    if any(t.outcome is decisive for t in applicable):
        return Verdict.CORRECT if some else Verdict.WRONG
    if any(t.outcome is Outcome.UNDECIDED for t in applicable):
        return WhyNot.UNDECIDED
    return Verdict.WRONG if some else Verdict.CORRECT


def opponent(
    candidate: Candidate,
    verdict: Verdict,
    trials: Sequence[Trial],
    some: bool,
    distinct: Callable[[Setting], bool],
) -> Opponent:
    """Whether the test came out the other way on a rival or an alternative.

    To tell a *correct* claim apart it fails, clearly, at a setting where nothing coincides (with
    ``some``: at every setting).  To tell a *wrong* one apart it holds, clearly, at every setting
    where the reference fails (with ``some``: at one where nothing coincides).
    """
    asked: dict[int, Trial] = {}

    def ask(position: int) -> Trial:
        if position not in asked:
            asked[position] = candidate.ask(candidate.settings[position])
        return asked[position]

    positions = sorted(range(len(trials)), key=lambda p: not distinct(trials[p].setting))
    apart = [p for p in positions if distinct(trials[p].setting)]
    if verdict is Verdict.CORRECT and not some:
        turned = any(ask(p).clear_no for p in apart)
    elif verdict is Verdict.CORRECT:
        turned = all(ask(p).clear_no for p in positions)
    elif not some:
        turned = all(ask(p).clear_yes for p in positions if trials[p].outcome is Outcome.NO)
    else:
        turned = any(ask(p).clear_yes for p in apart)
    return Opponent(candidate.name, _summary(asked.values()), turned, candidate.linked)


def control_opponent(
    candidate: Candidate, verdict: Verdict, some: bool, distinct: Callable[[Setting], bool]
) -> Opponent:
    """Whether the test came out the other way under the claim's control.

    Where the claim is *wrong* it holds at every setting of the control; where it is *correct* it
    fails at one where nothing coincides (with ``some``, both turned round).
    """
    asked: list[Trial] = []

    def ask(setting: Setting) -> Trial:
        asked.append(candidate.ask(setting))
        return asked[-1]

    everywhere = candidate.settings
    apart = [setting for setting in everywhere if distinct(setting)]
    if verdict is Verdict.WRONG and not some:
        turned = all(ask(setting).clear_yes for setting in everywhere)
    elif verdict is Verdict.WRONG:
        turned = any(ask(setting).clear_yes for setting in apart)
    elif not some:
        turned = any(ask(setting).clear_no for setting in apart)
    else:
        turned = all(ask(setting).clear_no for setting in everywhere)
    return Opponent(candidate.name, _summary(asked), turned)


def _summary(trials: Iterable[Trial]) -> str:
    """One word for many trials: the worst that happened, then fails, then holds."""
    outcomes = {t.outcome for t in trials}
    for outcome, word in (
        (Outcome.ERROR, "error"),
        (Outcome.NO, "fails"),
        (Outcome.UNDECIDED, "undecided"),
        (Outcome.YES, "holds"),
    ):
        if outcome in outcomes:
            return word
    return "not-applicable"


def judge(
    trials: Sequence[Trial],
    *,
    some: bool,
    rivals: Sequence[Candidate],
    alternatives: Sequence[Candidate],
    control: Candidate | None,
    changes_nothing: Callable[[], bool],
    distinct: Callable[[Setting], bool],
    records: Sequence[Mapping[str, Any]] = (),
) -> Judgement:
    """The verdict of a claim with a test, or the reason why there is none.

    ``trials`` are those of the reference.  ``changes_nothing`` tells whether no model at all, not
    even a broken one, changes the outcome of the test anywhere.  ``records`` are outcomes recorded
    from real frameworks, each with a list ``disagrees`` of settings.
    """
    found = candidate_verdict(trials, some)
    judgement = Judgement(
        verdict=None,
        why_not=None,
        trials=tuple(trials),
        frameworks=tuple(records),
        holds=sum(t.outcome is Outcome.YES for t in trials),
        fails=sum(t.outcome is Outcome.NO for t in trials),
        shown=_shown(trials, found, some, distinct),
    )
    if isinstance(found, WhyNot):
        return replace(judgement, why_not=found, reason=_reason(trials, found))
    judgement = replace(
        judgement,
        rivals=tuple(opponent(c, found, trials, some, distinct) for c in rivals),
        alternatives=tuple(opponent(c, found, trials, some, distinct) for c in alternatives),
        control=control_opponent(control, found, some, distinct) if control else None,
    )
    apart = told_apart_by(judgement)
    if changes_nothing():
        why = (
            "no model changes this test at any setting, not even a broken one: it measures nothing"
        )
        return replace(judgement, why_not=WhyNot.UNPROVEN, reason=why)
    if apart is None:
        return replace(judgement, why_not=WhyNot.UNPROVEN, reason=_what_would_help(judgement))
    if any(record["disagrees"] for record in records):
        return replace(
            judgement,
            why_not=WhyNot.DISPUTED,
            told_apart_by=apart,
            reason="a real framework disagrees with the reference",
        )
    return replace(judgement, verdict=found, told_apart_by=apart)


def told_apart_by(judgement: Judgement) -> str | None:
    """The strongest thing on which the test came out the other way; None if there is nothing."""
    if judgement.control and judgement.control.turned:
        return "control"
    if any(alternative.turned for alternative in judgement.alternatives):
        return "alternative"
    turned = [rival for rival in judgement.rivals if rival.turned]
    if any(rival.linked for rival in turned):
        return "rival"
    return "unrelated-rival" if turned else None


def conditional(verdicts: Mapping[str, Verdict | None]) -> Judgement:
    """The verdict of a claim that depends on others: both verdicts must occur below it."""
    missing = [claim for claim, verdict in verdicts.items() if verdict is None]
    if missing:
        why = f"no verdict for {', '.join(missing)}"
        return Judgement(None, WhyNot.UNPROVEN, reason=why)
    if not {Verdict.CORRECT, Verdict.WRONG} <= set(verdicts.values()):
        why = "all conditions lead to the same verdict, so the claim depends on none of them"
        return Judgement(None, WhyNot.UNPROVEN, reason=why)
    return Judgement(Verdict.DEPENDS, None)


def as_expected(judgement: Judgement, expected: str | None) -> bool:
    """Whether the run reproduced what a person had written before it.

    A verdict that only an unrelated rival tells apart is too weak to rely on.
    """
    if judgement.told_apart_by == "unrelated-rival":
        return False
    if judgement.why_not is WhyNot.NOT_TESTABLE:
        return expected is None
    outcome = judgement.verdict or judgement.why_not
    return outcome is not None and outcome.value == expected


def _shown(
    trials: Sequence[Trial],
    found: Verdict | WhyNot,
    some: bool,
    distinct: Callable[[Setting], bool],
) -> Trial | None:
    """The smallest counter-example (or witness), else a confirmation where nothing coincides."""
    if isinstance(found, WhyNot):
        return None
    one_suffices = (found is Verdict.CORRECT) is some
    decisive = Outcome.YES if found is Verdict.CORRECT else Outcome.NO
    matching = [t for t in trials if t.outcome is decisive]
    if one_suffices:
        return matching[0]
    apart = [t for t in matching if distinct(t.setting)]
    return (apart or matching)[0]


def _reason(trials: Sequence[Trial], why_not: WhyNot) -> str:
    if all(t.outcome is Outcome.NOT_APPLICABLE for t in trials):
        return "the test applies at no setting"
    for trial in trials:
        at = ", ".join(f"{name} {value}" for name, value in trial.setting.items())
        if trial.outcome is Outcome.ERROR or trial.outcome.value == why_not.value:
            return f"at {at}: {trial.detail}"
        if trial.near:
            return f"at {at}: a difference is neither rounding nor clear"
    return ""


def _what_would_help(judgement: Judgement) -> str:
    tried = [*judgement.rivals, *judgement.alternatives]
    tried += [judgement.control] if judgement.control else []
    names = ", ".join(f"{o.name} ({o.outcome})" for o in tried) or "nothing"
    return (
        f"the test came out the same way on all that was tried: {names}; "
        "add a control under which it comes out the other way"
    )
