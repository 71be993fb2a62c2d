"""``checker check --limits``: what one claim may take at most."""

from __future__ import annotations

from checker.commands.output import out
from checker.experiments import budget, grid, run
from checker.language import parse
from checker.loading import MAX_BYTES, MAX_DEPTH
from checker.training import spec


def limits() -> int:
    """Print the upper limits of a claim."""
    out(
        f"a file: {MAX_BYTES} bytes, {MAX_DEPTH} levels",
        f"an expression: {parse.MAX_LENGTH} characters, {parse.MAX_DEPTH} levels",
        f"a claim: {grid.MAX_SETTINGS} settings, {budget.LIMIT:.0e} multiply-adds",
        f"a claim about training: {spec.LIMIT:.0e} multiply-adds, "
        f"{spec.LARGEST:.0e} timesteps × units × layers × batch",
        f"a run: sizes up to {run.MAX_SIZE}, {run.MAX_ENTRIES} numbers",
    )
    return 0
