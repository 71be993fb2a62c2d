"""What every model offers, and how a cell is run along a sequence.

Arrays are plain ``numpy`` arrays in plain dicts: ``{"kernel.i": …}`` for parameters,
``{"h": …, "c": …}`` for a state.  All steps work on real and on complex numbers, so that
derivatives can be taken by complex step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from checker.language.tolerance import DOUBLE, Precision
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

Unroll = Callable[[Cell, Arrays, np.ndarray, Arrays, np.ndarray | None], Trace]
"""Cell, parameters, inputs, state before, lengths (batch,) or None → trace."""

Slopes = Callable[[Arrays, Arrays], Trace]
"""All that a run is given, a direction in some of its slots → derivatives of the trace along it.

Both by dotted path: ``inputs``, ``before.h``, ``parameters.kernel.i``, and ``lengths``, if any.
"""


@dataclass(frozen=True)
class Model:
    """A recurrent layer: which arrays it needs, one step of it, and how steps follow each other."""

    kind: str
    parameters: Callable[[Sizes], dict[str, Axes]]
    state: Callable[[Sizes], dict[str, Axes]]
    cell: Cell
    unroll: Unroll
    options: Mapping[str, Value] = field(default_factory=dict)
    slopes: Slopes | None = None  # how a framework takes derivatives; ours are by complex step
    precision: Precision = DOUBLE
    still: tuple[str, ...] = ()  # parts of the parameters that are drawn as 0
    level: str = "layer"  # or what it is composed to: directions, stack, head
    compose: Callable[..., Model] | None = None  # the same composition, with one joint replaced

    def run(
        self, parameters: Arrays, inputs: np.ndarray, before: Arrays,
        lengths: np.ndarray | None = None,
    ) -> Trace:  # fmt: skip
        """Run the layer along a sequence; see :func:`unroll` for shapes."""
        return self.unroll(self.cell, parameters, inputs, before, lengths)


def unroll(
    cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays,
    lengths: np.ndarray | None = None,
) -> Trace:  # fmt: skip
    """Apply one and the same step to each timestep in turn.

    Shapes: inputs (batch, timesteps, features); before (batch, units) each; lengths (batch,).
    Returns the outputs and, for every step, the state that enters it, the one that leaves it and
    the gates, each (batch, timesteps, units), and the state after the last step.
    """
    return unroll_steps([cell(parameters)] * inputs.shape[1], inputs, before, lengths)


def unroll_steps(
    steps: list[Step],
    inputs: np.ndarray,
    before: Arrays,
    lengths: np.ndarray | None = None,
    enter: Callable[[Arrays], Arrays] = lambda state: state,
) -> Trace:
    """Apply the steps in turn; ``enter`` may change the state that a step receives.

    Beyond a sequence's length its outputs are 0 and its state stays, as with ``dynamic_rnn``.
    """
    state = before
    entering, leaving, gates, outputs = [], [], [], []
    for t, step in enumerate(steps):
        received = enter(state)
        output, state, gate = step(inputs[:, t], received)
        if lengths is not None:
            going = (t < lengths)[:, None]  # (batch, 1)
            output = np.where(going, output, 0)
            state = {name: np.where(going, new, received[name]) for name, new in state.items()}
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
    return Array(np.array(steps).swapaxes(0, 1), ("batch", "timesteps", "units"))


def part_of(arrays: Arrays, prefix: str) -> dict[str, np.ndarray]:
    """The arrays below a prefix, without it."""
    start = f"{prefix}."
    return {n.removeprefix(start): a for n, a in arrays.items() if n.startswith(start)}
