"""The settings that a test is tried at.

Small sizes first, in the order of their sum, so that the first failing setting is the smallest
counter-example; then settings in which no two sizes, and no sum or product of two, are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations, product

from checker.nouns import SIZES, Setting, Value

MAX_SETTINGS = 2000
SMALL = range(1, 4)
DISTINCT = (
    (3, 5, 6, 7),
    (5, 4, 8, 6),
    (4, 3, 11, 6),
    (5, 3, 7, 11),
    (6, 7, 9, 5),
    (3, 8, 9, 7),
)
"""Batch, timesteps, features, units; units are neither 3 nor 4, the number of gates and blocks.

Each number is missing in two of them at least, so that a claim may name it for an option.
"""

LARGE = ((5, 2, 28, 128), (2, 5, 128, 32), (3, 2, 200, 7), (2, 3, 5, 300))
"""Sizes as people quote them: more units than features and fewer, by far."""


def default_sizes(large: bool = False) -> list[dict[str, int]]:
    """All sizes up to 3 in the order of their sum, then the all-distinct ones, then large ones.

    Large ones are for tests of shapes and counts, which cost little at any size, and where what
    holds at a few units may fail at hundreds.
    """
    small = sorted(product(SMALL, repeat=len(SIZES)), key=lambda sizes: (sum(sizes), sizes))
    tried = (*small, *DISTINCT, *(LARGE if large else ()))
    return [dict(zip(SIZES, sizes, strict=True)) for sizes in tried]


def settings(at: Mapping[str, tuple[Value, ...]], large: bool = False) -> list[dict[str, Value]]:
    """Every setting: the default sizes, with the names that a claim enumerates besides or anew."""
    base = [{n: s for n, s in sizes.items() if n not in at} for sizes in default_sizes(large)]
    unique = [dict(items) for items in dict.fromkeys(tuple(sizes.items()) for sizes in base)]
    more = [dict(zip(at, values, strict=True)) for values in product(*at.values())]
    return [{**sizes, **extra} for sizes in unique for extra in more]


def all_distinct(setting: Setting, further: Iterable[int] = ()) -> bool:
    """Whether no size equals another one, nor the sum or product of two others.

    A product with 1 is no coincidence, so that a claim can be about one step or one sequence.
    ``further`` sizes, such as that of a projection, are equal to none of them either.
    """
    sizes = _sizes(setting)
    both = [*sizes, *further]
    pairs = list(combinations(sizes, 2))
    of_two = {a + b for a, b in pairs} | {a * b for a, b in pairs if 1 not in (a, b)}
    return len(set(both)) == len(both) and not of_two & {*sizes}


def _sizes(setting: Setting) -> list[int]:
    return [int(setting[name]) for name in SIZES if name in setting]
