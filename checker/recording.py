"""Run claims on a real framework, and write down what it gave.

Slow frameworks run a sample of a claim's settings: the one that the page shows, settings where
nothing coincides, counter-examples, and further ones by a hash, spread over all options.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from itertools import zip_longest
from typing import Any

from checker.experiments.budget import budget
from checker.experiments.evidence import plain
from checker.experiments.trial import DoesNotFitError, distinct, made_trial
from checker.frameworks.facts import tried
from checker.frameworks.registry import NotOfferedError, build
from checker.language.statistics import error_level
from checker.language.values import Array
from checker.models.protocol import Model
from checker.nouns import SIZES, Fact, Judgement, Outcome, Setting, Test, Trial, Value

SAMPLE = 12
"""Settings of one claim that a framework runs, unless it has more combinations of options."""

TOO_LARGE = "its sizes are too large to be run step by step"


def recorded(test: Test, judgement: Judgement, framework: str) -> tuple[str, str, list[Trial]]:
    """Outcome, reason and trials of a claim on a framework.

    The outcome is one of ``holds``, ``fails``, ``undecided``, ``not-applicable`` and ``error``.
    """
    make = partial(_make, framework, _still(test))
    settings = sample(test, judgement)
    with budget(), error_level(max(len(settings), 1)):
        trials = [made_trial(test, setting, make) for setting in settings]
    trials = [_cautious(trial) for trial in trials]
    outcome = outcome_of(trials, test.some)
    why = "" if outcome in ("holds", "fails") else next((t.detail for t in trials if t.detail), "")
    if not trials:
        decided = any(t.outcome in (Outcome.YES, Outcome.NO) for t in judgement.trials)
        why = TOO_LARGE if decided else f"the reference decides nothing: {judgement.reason}"
    return outcome, why, trials


def recorded_fact(fact: Fact) -> tuple[str, str, dict[str, Any]]:
    """Outcome and reason of a claim about a call, with its control's outcome and the evidence."""
    outcomes = [_of_call(fact, call) for call in (fact.call, fact.control) if call is not None]
    outcome, why, values = outcomes[0]
    control = {"control": outcomes[1][0]} if len(outcomes) > 1 else {}
    return outcome, why, {**control, "values": values}


def _of_call(fact: Fact, call: str) -> tuple[str, str, dict[str, Any]]:
    try:
        found = tried(fact, call)
    except Exception as error:  # a crash must never pass for an outcome
        return "error", f"{type(error).__name__}: {error}", {}
    values = {t: plain(v) for t, v in found.values.items() if not isinstance(v, Array)}
    return ("holds" if found.holds else "fails"), "", values


def outcome_of(trials: Sequence[Trial], some: bool) -> str:
    """One word for all trials: of every setting that applies, or of one for a witness."""
    found = {trial.outcome for trial in trials}
    if Outcome.ERROR in found:
        return "error"
    witness, other = ("holds", "fails") if some else ("fails", "holds")
    if (Outcome.YES if some else Outcome.NO) in found:
        return witness
    if Outcome.UNDECIDED in found:
        return "undecided"
    return other if (Outcome.NO if some else Outcome.YES) in found else "not-applicable"


def sample(test: Test, judgement: Judgement) -> list[Setting]:
    """The settings of a claim that a framework runs, out of those that the reference decided."""
    decided = [t for t in judgement.trials if t.outcome in (Outcome.YES, Outcome.NO)]
    if len(decided) <= SAMPLE:
        return [trial.setting for trial in decided]
    shown = [judgement.shown.setting] if judgement.shown else []
    telling = [t.setting for t in decided if distinct(test, t.setting)]
    against = [t.setting for t in decided if t.outcome is Outcome.NO]
    groups: dict[tuple[Value, ...], list[Setting]] = {}
    for setting in sorted((t.setting for t in decided), key=_hash):
        options = tuple(value for name, value in setting.items() if name not in SIZES)
        groups.setdefault(options, []).append(setting)
    spread = [s for row in zip_longest(*groups.values()) for s in row if s is not None]
    first = _each_once([*shown, *telling[:1], *against[:1]])
    lacking = [next((s for s in group if _small(s)), None) for group in groups.values()
               if not any(setting in group for setting in first)]  # fmt: skip
    needed = [*first, *(setting for setting in lacking if setting is not None)]
    chosen = _each_once([*needed, *telling[1:2], *against[1:2], *spread])
    return chosen[: max(SAMPLE, len(needed))]


def _each_once(settings: Iterable[Setting]) -> list[Setting]:
    """The small ones among settings, in order."""
    chosen: list[Setting] = []
    for setting in settings:
        if setting not in chosen and _small(setting):
            chosen.append(setting)
    return chosen


def _still(test: Test) -> tuple[str, ...]:
    """A claim that does not speak of a second bias takes "the bias" for all there is of it."""
    return () if "recurrent_bias" in repr(test) else ("recurrent_bias",)


def _make(framework: str, still: tuple[str, ...], _: str, options: Mapping[str, Value]) -> Model:
    try:
        return replace(build(framework, options), still=still)
    except NotOfferedError as reason:
        raise DoesNotFitError(str(reason)) from None


def _cautious(trial: Trial) -> Trial:
    """A trial too near to call decides nothing on a framework either."""
    if not trial.near:
        return trial
    return Trial(trial.setting, Outcome.UNDECIDED, trial.detail)


def _hash(setting: Setting) -> str:
    return sha256(repr(sorted(setting.items())).encode()).hexdigest()


def _small(setting: Setting) -> bool:
    """Whether a framework that is called once for each step gets done with it."""
    sizes = [int(setting[name]) for name in SIZES if name in setting]
    return max(sizes, default=0) <= 64
