"""What the last output of an LSTM still tells of the inputs before it.

A nudge of an early input always moves the last output, which shows nothing: the question is whether
two pasts can be told apart by it, and whether an early input can be read off it.
"""

from __future__ import annotations

import numpy as np

from checker.experiments.named import Observed, experiment
from checker.models.lstm import lstm_step

STEP = 1e-30  # of the complex-step derivative, which loses no digits
STRIDES = 10
EXAMPLES = 2000


@experiment(
    at={"timesteps": (2, 4, 7), "features": (1, 3, 5), "units": (1, 2, 6)},
    sizes=("timesteps", "features", "units"),
)
def collision(timesteps: int, features: int, units: int, variant: str) -> Observed:
    """Looks for a second sequence, with the same last input, that ends in the same state.

    It leaves a random sequence in small strides, each in the direction in which the state after the
    last step, hidden state and cell state, moves least; after each, Newton's method leads to where
    that state is the old one again.
    ``apart``: the largest difference of the two sequences that were then found; 0 where the second
    one came back to the first.  ``states_apart``: that of the states.
    """
    draw = np.random.default_rng([timesteps, features, units])
    kernel, bias = _weights(draw, features, units)
    first = draw.normal(size=(timesteps, features))

    def end(free: np.ndarray) -> np.ndarray:  # (examples, inputs but the last) → (examples, 2n)
        inputs = np.empty((len(free), timesteps, features), free.dtype)
        inputs[:, :-1] = free.reshape(len(free), timesteps - 1, features)
        inputs[:, -1] = first[-1]
        return np.concatenate(_run(kernel, bias, inputs), axis=1)

    def slopes(free: np.ndarray) -> np.ndarray:  # (2n, inputs but the last)
        return end(free + 1j * STEP * np.eye(free.shape[1])).imag.T / STEP

    start = first[None, :-1].reshape(1, -1)
    goal, found, ahead = end(start), start, np.zeros(start.shape[1])
    for _ in range(STRIDES):
        direction = np.linalg.svd(slopes(found))[2][-1]
        ahead = direction if direction @ ahead >= 0 else -direction
        found = found + ahead / 20
        for _ in range(5):
            back = np.linalg.pinv(slopes(found), rcond=1e-9)
            found = found - (end(found) - goal) @ back.T
    return {
        "apart": float(np.max(np.abs(found - start))),
        "states_apart": float(np.max(np.abs(end(found) - goal))),
    }


@experiment(
    at={"timesteps": (1, 2, 5, 10, 20), "features": (1, 3), "units": (8,)},
    sizes=("timesteps", "features", "units"),
)
def reading_off(timesteps: int, features: int, units: int, variant: str) -> Observed:
    """How much of the first and of the last input can be read off the last output.

    A reader that is linear in the last output is fitted on half of the random sequences; what
    share of an input's variance it explains on the other half is ``first``, or ``last``.
    """
    draw = np.random.default_rng([timesteps, features, units])
    kernel, bias = _weights(draw, features, units)
    inputs = draw.normal(size=(EXAMPLES, timesteps, features))
    outputs, _ = _run(kernel, bias, inputs)
    return {"first": _explained(outputs, inputs[:, 0]), "last": _explained(outputs, inputs[:, -1])}


def _weights(draw: np.random.Generator, features: int, units: int) -> tuple[np.ndarray, np.ndarray]:
    scale = 1 / np.sqrt(features + units)
    kernel = draw.normal(scale=scale, size=(features + units, 4 * units))
    return kernel, draw.normal(scale=scale, size=4 * units)


def _run(kernel: np.ndarray, bias: np.ndarray, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hidden state and cell state after the last step, (examples, units) each."""
    h = c = np.zeros((len(inputs), kernel.shape[1] // 4), inputs.dtype)
    for x in np.moveaxis(inputs, 1, 0):
        h, c, _ = lstm_step(kernel, bias, x, h, c)
    return h, c


def _explained(outputs: np.ndarray, inputs: np.ndarray) -> float:
    """The share of the inputs' variance that a linear reader of the outputs explains elsewhere."""
    half = len(outputs) // 2
    known = np.column_stack([outputs, np.ones(len(outputs))])
    reader = np.linalg.lstsq(known[:half], inputs[:half], rcond=None)[0]
    left = np.mean((inputs[half:] - known[half:] @ reader) ** 2)
    return float(1 - left / np.var(inputs[half:]))
