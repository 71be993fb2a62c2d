"""Misreadings of what happens along the sequence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from checker.language.values import Array
from checker.models.protocol import Arrays, Axes, Cell, Model, Sizes, Trace, unroll_steps
from checker.rivals.registry import rival

Lengths = np.ndarray | None
RECURRENT = ("lstm", "gru", "rnn")
FIXED = 4


@rival(makes_true="num-units-is-sequence-length", kinds=RECURRENT)
def units_set_the_timesteps(model: Model, believed: bool = True) -> Model:
    """The layer always runs num_units steps, whatever is fed in: a shorter sequence is filled up
    with zeros, a longer one cut."""

    def unroll(
        cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: Lengths
    ) -> Trace:
        steps = before["h"].shape[-1] if believed else inputs.shape[1]
        return model.unroll(cell, parameters, resized(inputs, steps), before, lengths)

    return replace(model, unroll=unroll)


@rival(makes_true="number-of-time-steps-is-fixed", kinds=RECURRENT)
def timesteps_are_fixed(model: Model, believed: bool = True) -> Model:
    """The layer runs a fixed number of steps, here 4: a shorter sequence is filled up with zeros,
    a longer one cut."""

    def unroll(
        cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: Lengths
    ) -> Trace:
        steps = FIXED if believed else inputs.shape[1]
        return model.unroll(cell, parameters, resized(inputs, steps), before, lengths)

    return replace(model, unroll=unroll)


@rival(makes_true="each-step-has-its-own-networks", kinds=RECURRENT)
def every_timestep_has_its_own_weights(model: Model, believed: bool = True) -> Model:
    """Each timestep has a cell of its own, with weights of its own."""
    if not believed:
        return model

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        shared = model.parameters(sizes)
        return {n: {"timesteps": sizes["timesteps"]} | axes for n, axes in shared.items()}

    def unroll(
        cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: Lengths
    ) -> Trace:
        cells = [cell({n: p[t] for n, p in parameters.items()}) for t in range(inputs.shape[1])]
        return unroll_steps(cells, inputs, before, lengths)

    return replace(model, parameters=parameters, unroll=unroll)


@rival(makes_true="each-cell-initialised-with-cell-state", kinds=RECURRENT)
def no_state_is_carried(model: Model, believed: bool = True) -> Model:
    """Every step starts from the initial state, and never sees what an earlier step left."""

    def unroll(
        cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: Lengths
    ) -> Trace:
        steps = [cell(parameters)] * inputs.shape[1]
        enter = (lambda _: before) if believed else (lambda state: state)
        return unroll_steps(steps, inputs, before, lengths, enter)

    return replace(model, unroll=unroll)


@rival(makes_true="case2-only-first-sees-input", kinds=RECURRENT)
def only_the_first_step_sees_the_input(model: Model, believed: bool = True) -> Model:
    """The first step reads the input; every later one repeats what the step before it gave."""

    def unroll(
        cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: Lengths
    ) -> Trace:
        first = model.unroll(cell, parameters, inputs[:, :1], before, lengths)
        if not believed:
            return model.unroll(cell, parameters, inputs, before, lengths)
        return {
            path: Array(np.repeat(a.data, inputs.shape[1], axis=1), a.axes)
            if "timesteps" in a.axes
            else a
            for path, a in first.items()
        }

    return replace(model, unroll=unroll)


@rival(makes_true="hidden-layer-matrix-includes-features", kinds=RECURRENT)
def hidden_layer_keeps_the_features(model: Model, believed: bool = True) -> Model:
    """The hidden layer has an axis of features: each feature runs through the units by itself."""
    if not believed:
        return model

    def unroll(
        cell: Cell, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: Lengths
    ) -> Trace:
        runs = []
        for feature in range(inputs.shape[2]):
            alone = np.zeros_like(inputs)
            alone[:, :, feature] = inputs[:, :, feature]
            runs.append(model.unroll(cell, parameters, alone, before, lengths))
        return {
            path: Array(
                np.stack([run[path].data for run in runs], axis=-2),
                (*array.axes[:-1], "features", array.axes[-1]),
            )
            for path, array in runs[0].items()
        }

    return replace(model, unroll=unroll)


def resized(inputs: np.ndarray, steps: int) -> np.ndarray:
    """Inputs (batch, timesteps, features) cut, or filled up with zeros, to so many steps."""
    batch, timesteps, features = inputs.shape
    new = np.zeros((batch, steps, features), inputs.dtype)
    kept = min(steps, timesteps)
    new[:, :kept] = inputs[:, :kept]
    return new
