"""Random arrays as pure functions of their path, shape and seed, never of what ran before.

Rows of a batch are drawn one by one, each as one stream along time: a run with fewer timesteps
or a smaller batch sees a prefix of what a larger one sees.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from math import prod

import numpy as np

from checker.models.protocol import Axes

SMALL = 1000  # numbers of a draw that is worth keeping
DRAWS: Mapping[str, Mapping[str, float]] = {
    "usual": {},
    "again": {},
    "large weights": {"parameters": 5.0},
    "large biases": {"bias": 100.0, "recurrent_bias": 100.0},
}
"""Ways to draw, and how many times as large as usual they draw parts of the parameters.

Large weights saturate gates here and there; with large biases nearly every gate stands open or
shut, whatever is fed in, each unit another way.
"""
_SCALES = {"inputs": 1.0, "before": 0.7, "bias": 0.5, "recurrent_bias": 0.5, "peephole": 0.7}


def draw(path: str, axes: Axes, seed: int, salt: str = "", way: str = "usual") -> np.ndarray:
    """Standard normal numbers for a slot, scaled so that gates are neither shut nor saturated.

    Weights that multiply m numbers are scaled by 1.2 / sqrt(m).  ``salt`` gives other numbers,
    ``way`` is one of DRAWS.
    """
    shape = tuple(axes.values())
    drawn = _kept if prod(shape) <= SMALL else _draw
    salted = salt if way == "usual" else f"{salt} {way}"
    numbers = drawn(path, shape, "batch" in axes, seed, salted)
    times = [t for part, t in DRAWS[way].items() if part in path.split(".")]
    return numbers * times[0] if times else numbers


@lru_cache(maxsize=20_000)
def _kept(path: str, shape: tuple[int, ...], rows: bool, seed: int, salt: str) -> np.ndarray:
    return _draw(path, shape, rows, seed, salt)


def _draw(path: str, shape: tuple[int, ...], rows: bool, seed: int, salt: str) -> np.ndarray:
    if rows:
        drawn = [
            stream(f"{path}[{row}]", shape[-1:], seed, salt).standard_normal(shape[1:])
            for row in range(shape[0])
        ]
        numbers = np.stack(drawn) * _SCALES[path.split(".")[0]]
    else:
        known = [_SCALES[part] for part in path.split(".") if part in _SCALES]
        scale = known[0] if known else 1.2 / np.sqrt(shape[-2] if len(shape) > 1 else 1)
        numbers = np.asarray(stream(path, shape, seed, salt).standard_normal(shape) * scale)
    numbers.flags.writeable = False  # it is shared
    return numbers


def stream(path: str, shape: tuple[int, ...], seed: int, salt: str = "") -> np.random.Generator:
    """Random numbers that depend on these four and on nothing else."""
    key = hashlib.sha256(f"{path} {shape} {seed} {salt}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(key[:16], "big")))
