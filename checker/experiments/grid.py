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


def default_sizes() -> list[dict[str, int]]:
    """All sizes up to 3 in the order of their sum, then the all-distinct ones."""
    small = sorted(product(SMALL, repeat=len(SIZES)), key=lambda sizes: (sum(sizes), sizes))
    return [dict(zip(SIZES, sizes, strict=True)) for sizes in (*small, *DISTINCT)]


def settings(at: Mapping[str, tuple[Value, ...]]) -> list[dict[str, Value]]:
    """Every setting: the default sizes, with the names that a claim enumerates besides or anew."""
    base = [{n: s for n, s in sizes.items() if n not in at} for sizes in default_sizes()]
    unique = [dict(items) for items in dict.fromkeys(tuple(sizes.items()) for sizes in base)]
    more = [dict(zip(at, values, strict=True)) for values in product(*at.values())]
    return [{**sizes, **extra} for sizes in unique for extra in more]


def all_distinct(setting: Setting, further: Iterable[int] = ()) -> bool:
    """Whether no two sizes are equal, nor sums or products of two of them to anything else.

    ``further`` sizes, such as that of a projection, are equal to none of them either.
    """
    sizes, further = _sizes(setting), list(further)
    both = [*sizes, *further]
    return len(clashes(sizes)) == 0 and len(set(both)) == len(both)


def clashes(sizes: Iterable[int]) -> list[int]:
    """The numbers that come out twice among sizes and their sums and products in pairs."""
    sizes = list(sizes)
    found = list(sizes)
    found += [a + b for a, b in combinations(sizes, 2)]
    found += [a * b for a, b in combinations(sizes, 2)]
    return sorted({number for number in found if found.count(number) > 1})


def _sizes(setting: Setting) -> list[int]:
    return [int(setting[name]) for name in SIZES if name in setting]
