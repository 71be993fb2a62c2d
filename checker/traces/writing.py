"""How every recorder writes what it recorded; see README.md here."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray]
"""``<case>/<array>`` → the array; what stands behind the first slash may contain more of them."""


def write(
    folder: Path, framework: str, version: str, day: date, recorded_by: str,
    cases: Mapping[str, Mapping[str, Any]], arrays: Arrays,
) -> str:  # fmt: skip
    """Write ``<framework>.npz`` and its index ``<framework>.json``; returns what to say of them.

    ``cases``: for each case by name its cell, options and sizes.  The npz holds one structured
    array per case with a field for each of its arrays, because zip and npy add some 250 bytes to
    whatever has a file of its own, which is more than most of these arrays need.
    """
    index = {
        "framework": framework,
        "version": version,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "date": day.isoformat(),
        "recorded_by": recorded_by,
        "cases": cases,
    }
    packed = {case: _packed(arrays, case) for case in cases}
    recorded = folder / f"{framework}.npz"
    np.savez_compressed(recorded, allow_pickle=False, **packed)
    text = json.dumps(index, indent=2, sort_keys=True) + "\n"
    (folder / f"{framework}.json").write_text(text, encoding="utf-8")
    return f"{len(cases)} cases, {len(arrays)} arrays, {recorded.stat().st_size:,} bytes"


def _packed(arrays: Arrays, case: str) -> np.ndarray:
    """All arrays of a case as one structured array without axes, fields by name."""
    start = f"{case}/"
    own = {n.removeprefix(start): a for n, a in sorted(arrays.items()) if n.startswith(start)}
    packed = np.zeros((), [(name, array.dtype, array.shape) for name, array in own.items()])
    for name, array in own.items():
        packed[name] = array
    return packed
