"""Functions that run a run again, with something nudged or redrawn."""

from __future__ import annotations

from typing import Any

from checker.language.functions.registry import function
from checker.language.values import Array


@function("paths")
def influence(world: Any, source: Any, target: Any) -> Any:
    """influence(source, target): how far the target moves when the source is nudged.

    Without an axis, all of the source is nudged at once and the largest movement is the result.
    With an axis, ``influence(before.h.units, after.h.units)`` nudges one unit after the other and
    gives a matrix: row = what was nudged, column = what moved.  The rest of the run stays as it is.
    An exact 0 means: no influence at all.  A nudge is about 0.5 in size, no derivative: say
    ``jacobian`` where a claim is about gradients.
    """
    return world.influence(source, target)


@function("paths")
def jacobian(world: Any, source: Any, target: Any) -> Array:
    """jacobian(source, target): derivatives of each target entry (rows) by each source entry.

    Its axes are called target and source.
    Exact but for rounding (complex step).  Index to keep it small: ``jacobian(before.h[0], …)``.
    """
    derivatives: Array = world.jacobian(source, target)
    return derivatives


@function("expression")
def share(world: Any, condition: Any) -> Any:
    """share(condition): in how many of the seeds 0 to 19 the condition is true.

    Compare it with a number, ``share(…) > 0.5``, or with another share and a margin,
    ``share(…) > share(…) + 0.25``.  An exact test at error level 0.01 decides, binomial or paired
    by seed; short of that the outcome is undecided.
    """
    return world.share(condition)
