"""Counting what a run computes, by running it on arrays that count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from checker.language.values import Array
from checker.models.protocol import Trace

NAMES = {"matmul": "multiply_adds", "tanh": "tanh", "exp": "exp"}
"""numpy's function → the name that claims use; an entry of a product counts its multiply-adds."""


def counted(
    run: Callable[[Mapping[str, np.ndarray]], Trace], given: Mapping[str, np.ndarray]
) -> dict[str, Array]:
    """How often a run evaluates tanh and exp, entry by entry, and its multiply-adds."""
    _Counting.counts = Counter()
    run({name: array.view(_Counting) for name, array in given.items()})
    return {
        f"operations.{name}": Array(np.asarray(_Counting.counts[function]), ())
        for function, name in NAMES.items()
    }


class _Counting(np.ndarray):
    """An array that counts every entry that is computed from it."""

    counts: ClassVar[Counter[str]] = Counter()

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [np.asarray(i) if isinstance(i, _Counting) else i for i in inputs]
        result = np.asarray(getattr(ufunc, method)(*plain, **options))
        each = plain[0].shape[-1] if ufunc is np.matmul else 1
        _Counting.counts[ufunc.__name__] += result.size * each
        return result.view(_Counting)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        result = super().__array_function__(function, types, inputs, options)
        if isinstance(result, list):
            return [part.view(_Counting) for part in result]
        return result.view(_Counting) if isinstance(result, np.ndarray) else result
