"""Misreadings of layers made of layers: what a stack, both directions or a dense head read."""

from __future__ import annotations

import numpy as np

from checker.models.layers import Shape, backwards, from_below, last_output
from checker.models.protocol import Model, Trace
from checker.rivals.registry import rival

RECURRENT = ("lstm", "gru", "rnn")


@rival(makes_true="every-layer-of-a-stack-reads-the-input", kinds=RECURRENT, level="stack")
def every_layer_reads_the_input(model: Model, believed: bool = True) -> Model:
    """Every layer of a stack reads the input sequence itself."""

    def the_input(inputs: np.ndarray, _: np.ndarray) -> np.ndarray:
        return inputs

    assert model.compose is not None
    return model.compose(feed=the_input if believed else from_below)


@rival(makes_true="the-next-layer-reads-only-the-last-output", kinds=RECURRENT, level="stack")
def the_next_layer_reads_only_the_last_output(model: Model, believed: bool = True) -> Model:
    """A layer of a stack hands only its last output on, and the next one reads that at every
    step."""

    def the_last(_: np.ndarray, outputs: np.ndarray) -> np.ndarray:
        return np.repeat(outputs[:, -1:], outputs.shape[1], axis=1)  # (batch, timesteps, units)

    assert model.compose is not None
    return model.compose(feed=the_last if believed else from_below)


@rival(makes_true="both-directions-read-in-the-same-order", kinds=RECURRENT, level="directions")
def both_directions_read_forwards(model: Model, believed: bool = True) -> Model:
    """Both halves of a bidirectional layer read the sequence from its start."""

    def forwards(shape: Shape, lengths: np.ndarray | None) -> np.ndarray:
        batch, timesteps = shape
        return np.tile(np.arange(timesteps), (batch, 1))  # (batch, timesteps)

    assert model.compose is not None
    return model.compose(order=forwards if believed else backwards)


@rival(makes_true="a-dense-head-reads-the-outputs-of-all-steps", kinds=RECURRENT, level="head")
def a_head_reads_all_steps(model: Model, believed: bool = True) -> Model:
    """A dense head reads the outputs of all steps, averaged."""

    def mean(trace: Trace, lengths: np.ndarray) -> np.ndarray:
        outputs = trace["outputs"].data
        real = np.arange(outputs.shape[1]) < lengths[:, None]  # (batch, timesteps)
        read: np.ndarray = (outputs * real[..., None]).sum(axis=1) / lengths[:, None]
        return read  # (batch, units)

    assert model.compose is not None
    return model.compose(reads=mean if believed else last_output)
