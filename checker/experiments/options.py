"""Which options the model of each run has: its own, and those of the run that it starts from."""

from __future__ import annotations

from collections.abc import Mapping

from checker.models.registry import KINDS, NEEDS, options_of
from checker.nouns import Control, RunSpec, Test, Value

Options = Mapping[str, Value]


def options_of_runs(test: Test, control: Control | None = None) -> dict[str, Options]:
    """Options by run, as the file gives them: names that a test enumerates are not resolved."""
    control = control or Control()
    first = over(test.model, control.model)
    found: dict[str, Options] = {}
    for name, spec in test.runs.items():
        other = control.runs.get(name, RunSpec())
        start = other.start or spec.start
        below = found.get(start) if start else next(iter(found.values()), None)
        found[name] = over(over(first if below is None else below, spec.model), other.model)
    return found


def over(below: Options, named: Options) -> Options:
    """Options with others over them.

    What the kind that is named does not take falls away, and what does nothing without an option
    that is switched off here.
    """
    kept = dict(below)
    if named.get("kind") in KINDS:
        taken = options_of(str(named["kind"]))
        kept = {option: value for option, value in kept.items() if option in taken}
    for option, other in NEEDS.items():
        if other in named and not named[other]:
            kept.pop(option, None)
    return {**kept, **named}
