"""Exact tests for what varies from seed to seed: seeds 0 to 19 for everybody, error level 0.01."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import comb, sqrt

import numpy as np

from checker.language.values import ExperimentError

SEEDS = range(20)
LEVEL = 0.01
_LEVEL: ContextVar[float] = ContextVar("level", default=LEVEL)
_FINE = 500
"""So many null hypotheses are tried for what two shares have in common, which nobody knows."""


class UndecidedError(Exception):
    """The figures stay short of the margin: neither yes nor no."""


@dataclass(frozen=True)
class Share:
    """In how many of how many seeds something was true, and perhaps in which of them.

    ``margin`` is what a test adds to the share: ``share(…) + 0.25``.
    """

    successes: int
    tries: int
    truths: tuple[bool, ...] = field(default=(), compare=False)
    margin: float = 0.0

    def __str__(self) -> str:
        return f"{self.successes} of {self.tries}"

    def plus(self, margin: float) -> Share:
        """The same with a margin; ExperimentError where that is more than all there is."""
        if isinstance(margin, bool) or not isinstance(margin, int | float):
            raise ExperimentError("only a number is added to a share")
        if not -1 < self.margin + margin < 1:
            raise ExperimentError("what is added to a share is a number between -1 and 1")
        return replace(self, margin=self.margin + margin)

    def above(self, bound: float) -> bool:
        """Whether the true share is above the bound, by an exact binomial test.

        Raises UndecidedError where neither this nor the opposite is significant.
        """
        bound = bound - self.margin
        if not 0 < bound < 1:
            raise ExperimentError("a share is compared with a number between 0 and 1")
        level = _LEVEL.get()
        if _tail(self.successes, self.tries, bound) <= level:
            return True
        if _tail(self.tries - self.successes, self.tries, 1 - bound) <= level:
            return False
        raise UndecidedError(f"{self} is too near to {bound:g} to call at error level {level:.1g}")

    def above_share(self, other: Share) -> bool:
        """Whether the true share is above another one of the same seeds, by an exact paired test.

        Raises UndecidedError where neither this nor the opposite is significant.
        """
        if not self.truths or len(self.truths) != len(other.truths):
            raise ExperimentError("two shares are compared seed by seed")
        pairs = list(zip(self.truths, other.truths, strict=True))
        only_this, only_other = pairs.count((True, False)), pairs.count((False, True))
        margin, level = other.margin - self.margin, _LEVEL.get()
        if _paired_tail(only_this, only_other, self.tries, margin) <= level:
            return True
        if _paired_tail(only_other, only_this, self.tries, -margin) <= level:
            return False
        near = f"{self} and {other} are too near"
        apart = f" to {margin:+g}" if margin else ""
        raise UndecidedError(f"{near}{apart} to call at error level {level:.1g}")

    def interval(self) -> tuple[float, float]:
        """Lowest and highest true share that are not refuted (Clopper & Pearson 1934).

        Each end is wrong with a chance of at most LEVEL.
        """
        missed = self.tries - self.successes
        return _lowest(self.successes, self.tries), 1 - _lowest(missed, self.tries)


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


def _lowest(successes: int, tries: int) -> float:
    """The lowest chance under which so many successes are no rarer than LEVEL, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if _tail(successes, tries, middle) > LEVEL else (middle, high)
    return low if successes else 0.0


@lru_cache(maxsize=2000)
def _paired_tail(gains: int, losses: int, tries: int, margin: float) -> float:
    """Chance of figures that speak at least as much for a difference above the margin.

    ``gains`` and ``losses`` are pairs in which only the first, or only the second, was true.  How
    much figures say is Tango's score (Statistics in Medicine 17, 1998); the chance is exact: the
    largest over all nulls in which the difference is the margin.
    """
    figures = [(b, c) for b in range(tries + 1) for c in range(tries + 1 - b)]
    seen = _score(gains, losses, tries, margin)
    telling = [(b, c) for b, c in figures if _score(b, c, tries, margin) >= seen - 1e-9]
    chances = np.linspace(max(0.0, -margin), (1 - margin) / 2, _FINE)  # of a loss
    total = np.zeros(_FINE)
    for b, c in telling:
        ways = comb(tries, b) * comb(tries - b, c)
        neither = np.clip(1 - 2 * chances - margin, 0, 1)
        total += ways * (chances + margin) ** b * chances**c * neither ** (tries - b - c)
    return float(total.max())


def _score(gains: int, losses: int, tries: int, margin: float) -> float:
    """How many standard errors the difference is above the margin, if the margin is true."""
    linear = (2 * tries - gains + losses) * margin - gains - losses
    constant = -losses * margin * (1 - margin)
    loss = (sqrt(max(0.0, linear**2 - 8 * tries * constant)) - linear) / (4 * tries)
    variance = tries * (2 * loss + margin * (1 - margin))
    above = gains - losses - tries * margin
    return above / sqrt(variance) if variance > 1e-12 else 0.0
