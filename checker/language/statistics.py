"""Exact tests for what varies from seed to seed: seeds 0 to 19 for everybody, error level 0.01."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

SEEDS = range(20)
LEVEL = 0.01


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
        if not 0 <= bound < 1:  # a share is never above 1, and always above a negative number
            return bound < 0
        if _tail(self.successes, self.tries, bound) <= LEVEL:
            return True
        if _tail(self.tries - self.successes, self.tries, 1 - bound) <= LEVEL:
            return False
        raise UndecidedError(f"{self} is too near to {bound:g} to call at error level {LEVEL}")


def _tail(successes: int, tries: int, chance: float) -> float:
    """Chance of at least so many successes."""
    return sum(
        comb(tries, k) * chance**k * (1 - chance) ** (tries - k)
        for k in range(successes, tries + 1)
    )
