"""What every model offers, and how a cell is run along a sequence.

Arrays are plain ``numpy`` arrays in plain dicts: ``{"kernel.i": …}`` for parameters,
``{"h": …, "c": …}`` for a state.  All steps work on real and on complex numbers, so that
derivatives can be taken by complex step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from checker.language.values import Array
from checker.nouns import Value

Arrays = Mapping[str, np.ndarray]
Sizes = Mapping[str, int]
Axes = dict[str, int]
"""Axis name → size, in the order of the axes."""

Step = Callable[[np.ndarray, Arrays], tuple[np.ndarray, Arrays, Arrays]]
"""x (batch, features), state → output (batch, units), new state, gates."""

Cell = Callable[[Arrays], Step]
"""Parameters → step."""

Trace = Mapping[str, Array]
"""Everything that can be observed of a finished run, by dotted path."""

Unroll = Callable[[Cell, Arrays, np.ndarray, Arrays], Trace]


@dataclass(frozen=True)
class Model:
    """A recurrent layer: which arrays it needs, one step of it, and how steps follow each other."""

    kind: str
    parameters: Callable[[Sizes], dict[str, Axes]]
    state: Callable[[Sizes], dict[str, Axes]]
    cell: Cell
    unroll: Unroll
    options: Mapping[str, Value] = field(default_factory=dict)
    name: str = "reference"


def unroll(cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays) -> Trace:
    """Apply one and the same step to each timestep in turn.

    Shapes: inputs (batch, timesteps, features); before (batch, units) each.
    Returns the outputs and, for every step, the state that enters it, the one that leaves it and
    the gates, each (batch, timesteps, units), and the state after the last step.
    """
    step = cell(parameters)
    return unroll_steps([step] * inputs.shape[1], inputs, before)


def unroll_steps(
    steps: list[Step],
    inputs: np.ndarray,
    before: Arrays,
    enter: Callable[[Arrays], Arrays] = lambda state: state,
) -> Trace:
    """Apply the steps in turn; ``enter`` may change the state that a step receives."""
    state = before
    entering, leaving, gates, outputs = [], [], [], []
    for t, step in enumerate(steps):
        received = enter(state)
        output, state, gate = step(inputs[:, t], received)
        entering.append(received)
        leaving.append(state)
        gates.append(gate)
        outputs.append(output)
    trace = {"outputs": over_time(outputs)}
    trace |= {f"after.{name}": Array(value, ("batch", "units")) for name, value in state.items()}
    for name, records in (("entering", entering), ("leaving", leaving), ("gates", gates)):
        for part in records[0]:
            trace[f"{name}.{part}"] = over_time([record[part] for record in records])
    return trace


def over_time(steps: list[np.ndarray]) -> Array:
    """Stack (batch, units) of every step to (batch, timesteps, units)."""
    return Array(np.stack(steps, axis=1), ("batch", "timesteps", "units"))
