"""What the real cells gave on recorded weights and inputs; see README.md here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Trace:
    """One recorded run of a real cell, in the layout of its framework.

    ``arrays`` holds weights, ``inputs`` (batch, timesteps, features), ``before.h``, ``outputs``
    (batch, timesteps, ·), ``after.h``, loss weights ``loss.…`` and the gradients ``gradient/…`` of
    that loss to everything the run was given; ``.c`` besides ``.h`` for an LSTM.  TensorFlow's
    have ``states.h`` after every step too, some have ``lengths``, and what the same run gave in
    float32 is there as ``float32/outputs``, ``float32/after.h`` ….
    """

    name: str
    cell: str
    options: Mapping[str, Any]
    sizes: Mapping[str, int]
    arrays: Mapping[str, np.ndarray]


@cache
def traces(framework: str = "tensorflow") -> tuple[Trace, ...]:
    """All recorded runs of a framework, by name of the case."""
    folder = files(__package__)
    index = json.loads(folder.joinpath(f"{framework}.json").read_text(encoding="utf-8"))
    with folder.joinpath(f"{framework}.npz").open("rb") as recorded, np.load(recorded) as arrays:
        everything = dict(arrays)
    return tuple(
        Trace(
            name,
            case["cell"],
            case["options"],
            case["sizes"],
            {key: everything[name][key].copy() for key in everything[name].dtype.names},
        )
        for name, case in sorted(index["cases"].items())
    )
