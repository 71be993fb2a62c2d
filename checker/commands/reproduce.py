"""``checker reproduce``: a script that stands alone and shows what a verdict says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from checker.base import Base, load
from checker.commands.check import BAD_FILES, OK, cache_of, run
from checker.commands.naming import UsageError, known_claims
from checker.commands.output import err, out
from checker.experiments.trial import grid, made_trial
from checker.experiments.world import reference
from checker.frameworks.offers import FRAMEWORKS
from checker.nouns import Claim, Depends, Fact, Outcome, Setting, Test, Training, Untestable
from checker.reproduce.calls import call_script
from checker.reproduce.frameworks import twin
from checker.reproduce.script import Shown, script
from checker.reproduce.slots import NoScriptError

IN = ("tensorflow", "torch", "keras")
"""The frameworks in whose own API a script can be had."""


def reproduce(folder: Path, id_: str, framework: str | None = None) -> int:
    """Print the script of a claim, in numpy or in a framework's own API; 2 where there is none."""
    base = load(folder)
    [id_] = known_claims(base, [id_])
    if id_ in base.broken:
        err(f"{id_} was not tried: its file must be mended first (checker lint says how)")
        return BAD_FILES
    claim = base.claims[id_]
    try:
        out(*_told(folder, base, claim, framework))
    except NoScriptError as reason:
        err(f"{id_}: {reason}; `checker show {id_}` shows the evidence")
        return BAD_FILES
    return OK


def _told(folder: Path, base: Base, claim: Claim, framework: str | None) -> Iterator[str]:
    trial = claim.trial
    if isinstance(trial, Depends):
        yield f"{claim.id} depends, and is tried by the claims below it:"
        yield from (f"checker reproduce {c}  # {w}" for w, c in trial.conditions.items())
    elif isinstance(trial, Untestable):
        raise UsageError(f"{claim.id} is not testable, so nothing can be run: {trial.because}")
    elif isinstance(trial, Fact):
        if framework not in (None, trial.framework):
            raise UsageError(f"{claim.id} is about a call of {trial.framework}, not of {framework}")
        found = _found(folder, base, claim)
        word = found["verdict"] or claim.expected
        yield call_script(claim, trial, word == "correct", _verdict(found)).rstrip()
    elif isinstance(trial, Test):
        yield _script(claim, trial, _found(folder, base, claim), framework).rstrip()
    elif isinstance(trial, Training):
        raise NoScriptError("it is decided by training, of which there is no short script")
    else:
        raise NoScriptError("its experiment is a function in Python: read it beside the claims")


def _found(folder: Path, base: Base, claim: Claim) -> dict[str, Any]:
    """What was found of the claim."""
    found, _ = run(base, [claim.id], cache_of(folder), whole=False)
    for result in found["claims"]:
        if result["id"] == claim.id:
            return dict(result)
    raise NoScriptError("it was not tried: its file must be mended first")


def _script(claim: Claim, test: Test, found: dict[str, Any], framework: str | None) -> str:
    if not found["shown"]:
        raise NoScriptError(f"it is not settled, so no setting is shown ({found['why_not']})")
    seen = found["shown"]
    shown = Shown(seen["setting"], seen["outcome"] == "yes",
                  frozenset({*seen["values"], *seen["matrices"]}), _verdict(found))  # fmt: skip
    if framework is None:
        return script(claim, test, shown, reference)
    return script(claim, test, shown_by(framework, test, shown), twin(framework, test), framework)


def shown_by(framework: str, test: Test, shown: Shown) -> Shown:
    """The same at the first setting at which it comes out so by a framework's conventions."""
    wanted = Outcome.YES if shown.holds else Outcome.NO
    settings: list[Setting] = [shown.setting, *grid(test)]
    for setting in settings:
        trial = made_trial(test, setting, twin(framework, test))
        if trial.outcome is wanted and not trial.near:
            return replace(shown, setting=setting)
        if trial.outcome is Outcome.NOT_APPLICABLE:
            raise NoScriptError(trial.detail)
    raise NoScriptError(
        f"by the conventions of {FRAMEWORKS[framework].title} it comes out otherwise"
    )


def _verdict(found: dict[str, Any]) -> str:
    return str(found["verdict"] or f"none yet ({found['why_not']})")
