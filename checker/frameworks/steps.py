"""Every step of a framework's layer, which shows only outputs and the last state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Tensors = Mapping[str, Any]
"""By path: ``outputs``, ``after.h`` … in the framework's own arrays."""

Whole = Callable[[Any, Tensors, Any], Tensors]
"""Inputs (batch, timesteps, features), state before, lengths or None → what the layer gives."""


def every_step(
    whole: Whole,
    inputs: Any,
    before: Tensors,
    lengths: Any,
    shortest: Callable[[Any, int], Any],
    over_time: Callable[[list[Any]], Any],
) -> dict[str, Any]:
    """The state that enters and leaves each step: ``entering.h``, ``leaving.h`` (batch, timesteps,
    units) and so on.

    One call for each step, which carries the state that the call before it left.  Where sequences
    have lengths: one call for each beginning of the sequences, as long as ``shortest`` of the
    lengths and the step allows, because a call cannot have sequences of length 0.
    """
    entering, leaving, state = [], [], dict(before)
    for t in range(inputs.shape[1]):
        if lengths is None:
            found = whole(inputs[:, t : t + 1], state, None)
        else:
            found = whole(inputs[:, : t + 1], before, shortest(lengths, t + 1))
        entering.append(state)
        state = {n.removeprefix("after."): v for n, v in found.items() if n.startswith("after.")}
        leaving.append(state)
    return {
        f"{when}.{name}": over_time([states[name] for states in records])
        for when, records in (("entering", entering), ("leaving", leaving))
        for name in before
    }
