"""Arrays that are used again: the system takes longer to hand out large ones than to fill them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Empty = Callable[[tuple[int, ...], Any], np.ndarray]
"""Shape, dtype → an array to be filled, as ``np.empty``."""


class Arena:
    """In place of ``np.empty``, where the same arrays are asked for again and again.

    After ``restart`` the first that is asked for is the first of last time, and so on; what was
    handed out before must no longer be used.
    """

    def __init__(self) -> None:
        self._arrays: list[np.ndarray] = []
        self._used = 0

    def restart(self) -> None:
        """From here on all arrays may be handed out again."""
        self._used = 0

    def empty(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        """An array to be filled: the one of last time, if it had this shape."""
        known = self._arrays[self._used : self._used + 1]
        if not known or known[0].shape != shape or known[0].dtype != dtype:
            known = [np.empty(shape, dtype)]
            self._arrays[self._used :] = known
        self._used += 1
        return known[0]
