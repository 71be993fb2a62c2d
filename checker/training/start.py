"""The weights that training starts from, drawn from the seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from checker.experiments.draws import stream
from checker.training.spec import Spec

NEARLY = 1e-3
"""How far units are apart that start nearly alike, compared with normal numbers."""

FORGET = 2
"""Which block of an LSTM's rows is the forget gate's."""


def weights(spec: Spec, seeds: Sequence[int]) -> np.ndarray:
    """A row of weights for each seed, (models, weights), in single precision.

    Normal numbers divided by the root of how many of them are added up; biases are 0, but for that
    of the forget gate.
    """
    rows = np.zeros((len(seeds), spec.network.size), np.float32)
    for row, seed in zip(rows, seeds, strict=True):
        for name, matrix in spec.network.split(row[None]).items():
            matrix[0] = _matrix(spec, name, matrix.shape[1:], seed)
    return rows


def _matrix(spec: Spec, name: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """One matrix, (rows, columns); the last column is the bias, if there is one."""
    drawn = stream(f"train.{name}", shape, seed).standard_normal(shape)
    if spec.start != "random":
        same = _alike(spec, name, drawn)
        drawn = same + NEARLY * drawn if spec.start == "nearly-alike" else same
    drawn /= np.sqrt(shape[1] - 1)
    if shape[1] == spec.units:
        return drawn  # of a GRU that resets before the product: it has one bias
    drawn[:, -1] = 0
    if spec.kind == "lstm" and name != "head":
        drawn[FORGET * spec.units : (FORGET + 1) * spec.units, -1] = spec.forget_bias
    return drawn


def _alike(spec: Spec, name: str, drawn: np.ndarray) -> np.ndarray:
    """The first unit's numbers for every unit, and one number for all that it reads of units."""
    rows, columns = drawn.shape
    one_row = 1 if name == "head" else spec.units  # the head's rows are classes, not units
    same = np.repeat(drawn.reshape(-1, one_row, columns)[:, :1], one_row, axis=1)
    same = same.reshape(rows, columns)
    if not name.endswith("kernel"):
        end = columns if columns == spec.units else columns - 1
        of_units = slice(end - spec.units, end)
        same[:, of_units] = same[:, of_units][:, :1]
    return same
