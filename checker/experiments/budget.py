"""What one claim may cost.  Counted in multiply-adds, not in seconds: the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from checker.language.values import ExperimentError

LIMIT = 3 * 10**10
"""Multiply-adds of one claim: some ten seconds, or a few at sizes that claims need."""

PER_STEP = 20_000
"""What a step costs at least, however small its arrays are."""


@dataclass
class _Spent:
    amount: int = 0


_SPENT: ContextVar[_Spent | None] = ContextVar("spent", default=None)


@contextmanager
def budget() -> Iterator[None]:
    """Within this, all runs together may cost LIMIT; the next one raises ExperimentError."""
    token = _SPENT.set(_Spent())
    try:
        yield
    finally:
        _SPENT.reset(token)


def spend(batch: int, timesteps: int, parameters: int) -> None:
    """Take the cost of one run off the budget; ExperimentError where it is used up."""
    spent = _SPENT.get()
    if spent is None:
        return
    spent.amount += timesteps * (batch * parameters + PER_STEP)
    if spent.amount > LIMIT:
        raise ExperimentError(f"this claim costs more than {LIMIT:.0e} multiply-adds")
