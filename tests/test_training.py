"""Training in numpy: gradients, the optimiser's way, and what the figures rest on."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from checker.models.registry import build
from checker.traces import traces
from checker.training.adam import Adam
from checker.training.arena import Arena
from checker.training.network import Network, layer_of

KINDS = [("lstm", "after"), ("gru", "after"), ("gru", "before"), ("rnn", "after")]
TIMESTEPS, MODELS, FEATURES, UNITS, BATCH = 4, 2, 3, 5, 6
STEP = 1e-30  # of a complex step: so small that its square is 0


def drawn(kind, reset, layers=1, every_step=False, classes=3, dropped=0.0):
    """A network with weights, inputs, targets and masks."""
    random = np.random.default_rng(7)
    answers = TIMESTEPS if every_step else 2
    network = Network(layer_of(kind, reset), FEATURES, UNITS, answers, classes, layers, every_step)
    weights = 0.5 * random.standard_normal((MODELS, network.size))
    inputs = random.standard_normal((TIMESTEPS, MODELS, FEATURES, BATCH))
    targets = random.integers(classes, size=(MODELS, answers, BATCH))
    if classes == 1:
        targets = random.standard_normal(targets.shape)
    shape = (layers, TIMESTEPS, MODELS, UNITS, BATCH)
    masks = list((random.random(shape) >= dropped) / (1 - dropped)) if dropped else []
    return network, weights, inputs, targets, masks


def complex_loss(network, weights, inputs, targets, masks):
    """The loss once more, in numbers that have no order: no maximum is taken off."""
    scores, _, _ = network.run(weights.astype(complex), inputs.astype(complex), masks)
    if network.classes == 1:
        return ((scores - targets[:, :, None]) ** 2).mean(axis=(1, 2, 3))
    powers = np.exp(scores)
    chosen = np.take_along_axis(powers, targets[:, :, None], axis=2)
    return -np.log(chosen / powers.sum(axis=2, keepdims=True)).mean(axis=(1, 2, 3))


@pytest.mark.parametrize("dropped", [0.0, 0.3])
@pytest.mark.parametrize("classes", [3, 1])
@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize(("kind", "reset"), KINDS)
def test_gradients_are_those_of_a_complex_step(kind, reset, layers, every_step, classes, dropped):
    network, weights, *rest = drawn(kind, reset, layers, every_step, classes, dropped)
    inputs, targets, masks = rest
    scores, _, kept = network.run(weights, inputs, masks)
    losses, d_scores = network.loss(scores, targets)
    gradient = network.gradient(kept, d_scores)
    assert losses == pytest.approx(complex_loss(network, weights, inputs, targets, masks).real)
    for entry in range(network.size):
        nudged = weights.astype(complex)
        nudged[:, entry] += 1j * STEP
        slope = complex_loss(network, nudged, inputs, targets, masks).imag / STEP
        assert gradient[:, entry] == pytest.approx(slope, abs=1e-13)


@pytest.mark.parametrize(("kind", "reset"), KINDS)
def test_an_array_that_is_used_again_changes_nothing(kind, reset):
    network, weights, inputs, targets, _ = drawn(kind, reset, layers=2)

    def gradient(empty):
        scores, _, kept = network.run(weights, inputs, (), empty)
        return network.gradient(kept, network.loss(scores, targets)[1])

    arena, expected = Arena(), gradient(np.empty)
    for _ in range(3):
        arena.restart()
        assert np.array_equal(gradient(arena.empty), expected)


@pytest.mark.parametrize(("kind", "reset"), KINDS)
def test_the_models_do_not_know_of_each_other(kind, reset):
    network, weights, inputs, targets, _ = drawn(kind, reset)
    scores, _, kept = network.run(weights, inputs)
    together = network.gradient(kept, network.loss(scores, targets)[1])
    scores, _, kept = network.run(weights[1:], inputs[:, 1:])
    alone = network.gradient(kept, network.loss(scores, targets[1:])[1])
    assert together[1:] == pytest.approx(alone, abs=1e-15)


# Rows of our matrices: the gates of the reference in our order.
ORDER = {"lstm": "oifj", "gru": "rzn", "rnn": ""}


def matrices_of_the_reference(kind, parameters):
    """The reference's parameters, by gate, as our matrices (rows, columns)."""
    if kind == "rnn":
        columns = [parameters[n] for n in ("kernel", "recurrent")]
        whole = np.concatenate([*columns, parameters["bias"][None]])
        return {"weights": whole.T}

    def stacked(*names):
        rows = [
            np.concatenate([np.atleast_2d(parameters[f"{name}.{g}"]) for name in names])
            for g in ORDER[kind]
        ]
        return np.concatenate([row.T for row in rows])

    if kind == "lstm":
        return {"weights": stacked("kernel", "recurrent", "bias")}
    second = ("recurrent_bias",) if "recurrent_bias.r" in parameters else ()
    return {"kernel": stacked("kernel", "bias"), "recurrent": stacked("recurrent", *second)}


@pytest.mark.parametrize(("kind", "reset"), KINDS)
def test_outputs_are_those_of_the_reference(kind, reset):
    options = {"kind": kind} | ({"reset": reset} if kind == "gru" else {})
    model = build(options | ({"forget_bias": 0.0} if kind == "lstm" else {}))
    sizes = {"batch": BATCH, "timesteps": TIMESTEPS, "features": FEATURES, "units": UNITS}
    random = np.random.default_rng(3)
    shapes = {n: tuple(axes.values()) for n, axes in model.parameters(sizes).items()}
    parameters = {n: random.standard_normal(shape) for n, shape in shapes.items()}
    inputs = random.standard_normal((BATCH, TIMESTEPS, FEATURES))
    before = {n: np.zeros(tuple(axes.values())) for n, axes in model.state(sizes).items()}
    expected = model.run(parameters, inputs, before)["outputs"].data  # (batch, timesteps, units)
    matrices = matrices_of_the_reference(kind, parameters)
    weights = {name: matrix[None] for name, matrix in matrices.items()}
    outputs, _ = layer_of(kind, reset).forward(
        weights, inputs.transpose(1, 2, 0)[:, None], np.empty
    )
    assert outputs[:, 0].transpose(2, 0, 1) == pytest.approx(expected, abs=1e-14)


BLOCKS = {"LSTM": (3, 0, 1, 2), "GRU": (0, 1, 2), "RNN": (0,)}  # PyTorch's i, f, g, o in our order


def ours(trace, prefix=""):
    """PyTorch's arrays as one row of our weights; what it did not train is 0."""

    def rows(name):
        parts = np.split(trace.arrays[prefix + name], len(BLOCKS[trace.cell]))
        return np.concatenate([parts[block] for block in BLOCKS[trace.cell]])

    found = []
    for layer in range(trace.options["layers"]):
        kernel, recurrent = rows(f"weight_ih_l{layer}"), rows(f"weight_hh_l{layer}")
        bias = rows(f"bias_ih_l{layer}")[:, None]
        if trace.cell == "GRU":
            second = rows(f"bias_hh_l{layer}")[:, None]
            found += [np.hstack([kernel, bias]), np.hstack([recurrent, second])]
        else:
            found.append(np.hstack([kernel, recurrent, bias]))
    head = [trace.arrays[prefix + name] for name in ("head.weight", "head.bias")]
    found.append(np.hstack([head[0], head[1][:, None]]))
    return np.concatenate([matrix.ravel() for matrix in found])[None]


@pytest.mark.parametrize("trace", traces("torch-training"), ids=lambda trace: trace.name)
def test_gradients_and_the_way_of_adam_are_those_of_pytorch(trace):
    sizes, options = trace.sizes, trace.options
    network = Network(
        layer_of(trace.cell.lower()),
        sizes["features"],
        sizes["units"],
        sizes["timesteps"] if options["every_step"] else 1,
        sizes["classes"],
        options["layers"],
        options["every_step"],
    )
    inputs = trace.arrays["inputs"].transpose(1, 2, 0)[:, None]  # (timesteps, 1, features, batch)
    targets = np.atleast_2d(trace.arrays["targets"].T)[None]  # (1, answers, batch)
    weights, losses = ours(trace), []
    adam = Adam(weights, options["learning_rate"])
    for update in range(options["updates"]):
        scores, _, kept = network.run(weights, inputs)
        loss, d_scores = network.loss(scores, targets)
        gradient = network.gradient(kept, d_scores)
        if update == 0:
            assert gradient == pytest.approx(ours(trace, "gradient/"), abs=1e-14)
        adam.step(weights, gradient)
        losses.append(loss[0])
    assert losses == pytest.approx(trace.arrays["losses"], rel=1e-9)
    assert weights == pytest.approx(ours(trace, "after/"), abs=1e-9)


def test_every_weight_is_counted_once_forwards_and_twice_back():
    for (kind, reset), layers in product(KINDS, (1, 2)):
        network, *_ = drawn(kind, reset, layers)
        *recurrent, head = network.shapes.values()
        weights = sum(rows * columns for rows, columns in recurrent)
        assert network.multiply_adds(7) == 3 * (7 * weights + head[0] * head[1])
        assert network.size == weights + head[0] * head[1]
