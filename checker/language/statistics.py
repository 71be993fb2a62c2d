"""Exact tests for what varies from seed to seed: seeds 0 to 19 for everybody, error level 0.01."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import comb

from checker.language.values import ExperimentError

SEEDS = range(20)
LEVEL = 0.01
_LEVEL: ContextVar[float] = ContextVar("level", default=LEVEL)


class UndecidedError(Exception):
    """The figures stay short of the margin: neither yes nor no."""


@dataclass(frozen=True)
class Share:
    """In how many of how many seeds something was true."""

    successes: int
    tries: int

    def __str__(self) -> str:
        return f"{self.successes} of {self.tries}"

    def above(self, bound: float) -> bool:
        """Whether the true share is above the bound, by an exact binomial test.

        Raises UndecidedError where neither this nor the opposite is significant.
        """
        if not 0 < bound < 1:
            raise ExperimentError("a share is compared with a number between 0 and 1")
        level = _LEVEL.get()
        if _tail(self.successes, self.tries, bound) <= level:
            return True
        if _tail(self.tries - self.successes, self.tries, 1 - bound) <= level:
            return False
        raise UndecidedError(f"{self} is too near to {bound:g} to call at error level {level:.1g}")


@contextmanager
def error_level(tests: int) -> Iterator[None]:
    """Within this, LEVEL holds for so many tests together (Bonferroni): one for each setting."""
    token = _LEVEL.set(LEVEL / tests)
    try:
        yield
    finally:
        _LEVEL.reset(token)


def _tail(successes: int, tries: int, chance: float) -> float:
    """Chance of at least so many successes."""
    return sum(
        comb(tries, k) * chance**k * (1 - chance) ** (tries - k)
        for k in range(successes, tries + 1)
    )
