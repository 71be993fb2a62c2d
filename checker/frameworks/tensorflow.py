"""TensorFlow 1's own cells in float64: BasicLSTMCell, LSTMCell, GRUCell and BasicRNNCell.

The loop over time is ``dynamic_rnn`` and, for both directions, ``bidirectional_dynamic_rnn``; a
stack is a ``MultiRNNCell``, or one pair of directions on top of another, as
``stack_bidirectional_dynamic_rnn`` had it before it went with ``tf.contrib``; the head is
``tf.layers.Dense``.  All run eagerly.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import tensorflow as tf

# Both are private, because their public names refuse to work beside Keras 3.
from tensorflow.python.keras.legacy_tf_layers.core import Dense
from tensorflow.python.ops import rnn_cell

from checker.frameworks.offers import FRAMEWORKS
from checker.frameworks.steps import Tensors, every_step
from checker.language.values import Array
from checker.models.layouts import loaded, stored
from checker.models.protocol import Arrays, Axes, Model, Sizes, Trace, part_of


def _at(name: str) -> Any:
    """What TensorFlow has under a name, or under a public address; something that refuses where
    there is nothing."""
    whole: Any = tf if name.startswith("tf.") else rnn_cell
    try:
        for part in name.removeprefix("tf.").split("."):
            whole = getattr(whole, part)
    except AttributeError as error:
        refusal = error

        def refused(*_: Any, **__: Any) -> Any:
            raise refusal

        return refused
    return whole


CALLS = {name: _at(name) for name in FRAMEWORKS["tensorflow"].calls}
RENAMED = {"projection": "num_proj", "peepholes": "use_peepholes", "projection_clip": "proj_clip"}
NONE = {"projection": 0, "peepholes": False}
AROUND = ("layers", "bidirectional", "merge", "head")
SPELLED = {"peephole.i": "w_i_diag", "peephole.f": "w_f_diag", "peephole.o": "w_o_diag",
           "projection": "projection/kernel"}  # fmt: skip
"""Names of :mod:`checker.models.layouts` where TensorFlow's are not the same with slashes."""

tf.get_logger().setLevel("ERROR")  # every call would warn that all of this is deprecated


@dataclass(frozen=True)
class Layers:
    """TensorFlow's objects at one size: a cell for each place in stack and directions, by prefix.

    ``stack``: the one cell that ``dynamic_rnn`` runs where there are no directions.
    """

    cells: Mapping[str, Any]
    stack: Any
    head: Any


def layer(twin: Model) -> Model:
    """TensorFlow 1's own cells for the options of the reference, ``twin``."""
    kind, options = twin.kind, twin.options
    layers, both = int(options.get("layers", 1)), bool(options.get("bidirectional"))
    single = replace(twin, options={n: v for n, v in options.items() if n not in AROUND})
    known = (kind, tuple(sorted(single.options.items())), layers, both, options.get("head", 0))

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        own = made(*known, sizes["features"], sizes["units"])
        found: dict[str, Any] = {}
        for place, (prefix, cell) in enumerate(own.cells.items()):
            spelled = {name: name.replace("/", ".") for name in weights_of(cell)}
            spelled |= {theirs: ours for ours, theirs in SPELLED.items() if theirs in spelled}
            weights = {spelled[n]: w.numpy() for n, w in weights_of(cell).items()}
            lowest = place < 1 + both
            features = sizes["features"] if lowest else cell.output_size * (1 + both)
            part = loaded(kind, "tensorflow1", weights, features)
            found |= {prefix + name: array for name, array in part.items()}
        if own.head:
            found |= {"head.kernel": own.head.kernel, "head.bias": own.head.bias}
        named = twin.parameters(sizes)
        return {n: dict(zip(named[n], a.shape, strict=True)) for n, a in found.items()}

    def matched(own: Layers, parameters: Arrays) -> list[tuple[Any, np.ndarray]]:
        """Each variable with what it is to hold, in TensorFlow's layout."""
        pairs = []
        for prefix, cell in own.cells.items():
            part = part_of(parameters, prefix[:-1]) if prefix else parameters
            weights = {n.removeprefix("weights."): a.data for n, a in stored(single, part).items()}
            variables = weights_of(cell)
            for name, array in weights.items():
                pairs.append((variables[SPELLED.get(name, name.replace(".", "/"))], array))
        if own.head:
            pairs.append((own.head.kernel, parameters["head.kernel"]))
            pairs.append((own.head.bias, parameters["head.bias"]))
        return pairs

    def loaded_with(parameters: Arrays, features: int, before: Tensors) -> Layers:
        first = next(iter(before)).rpartition(".")[0]
        part = "c" if kind == "lstm" else "h"
        units = before[f"{first}.{part}" if first else part].shape[1]
        own = made(*known, features, units)
        for variable, array in matched(own, parameters):
            variable.assign(array)
        return own

    def whole(own: Layers, inputs: Any, before: Tensors, lengths: Any) -> dict[str, Any]:
        states = {prefix: _state(before, prefix) for prefix in own.cells}
        prefixes = list(own.cells)
        left: dict[str, Any] = {}
        if both:
            outputs = inputs
            for pair in zip(prefixes[::2], prefixes[1::2], strict=True):
                outputs, after = tf.compat.v1.nn.bidirectional_dynamic_rnn(
                    *(own.cells[p] for p in pair), outputs, lengths, *(states[p] for p in pair)
                )
                outputs = tf.concat(outputs, 2)  # (batch, timesteps, 2 · units)
                left |= dict(zip(pair, after, strict=True))
        else:
            before_all = tuple(states.values())
            outputs, after = tf.compat.v1.nn.dynamic_rnn(
                own.stack, inputs, lengths, before_all if layers > 1 else before_all[0]
            )
            left = dict(zip(prefixes, after if layers > 1 else (after,), strict=True))
        found = {"outputs": outputs}
        for prefix, state in left.items():
            parts = state._asdict() if kind == "lstm" else {"h": state}
            found |= {f"after.{prefix}{name}": value for name, value in parts.items()}
        return found

    def computed(own: Layers, inputs: Any, before: Tensors, lengths: Any) -> dict[str, Any]:
        def run(inputs: Any, before: Tensors, lengths: Any) -> Tensors:
            return whole(own, inputs, before, lengths)

        found = whole(own, inputs, before, lengths)
        if not both:
            found |= every_step(run, inputs, before, lengths, np.minimum,
                                lambda steps: tf.stack(steps, axis=1))  # fmt: skip
        if own.head:
            batch, timesteps = inputs.shape[:2]
            ends = np.full(batch, timesteps) if lengths is None else lengths
            found["scores"] = own.head(tf.gather(found["outputs"], ends - 1, batch_dims=1))
        return found

    def unroll(
        _: Any, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: np.ndarray | None
    ) -> Trace:
        own = loaded_with(parameters, inputs.shape[2], before)
        return _named(computed(own, _tensor(inputs), _tensors(before), lengths))

    def slopes(given: Arrays, direction: Arrays) -> Trace:
        inputs, before = _tensor(given["inputs"]), _tensors(part_of(given, "before"))
        own = loaded_with(part_of(given, "parameters"), inputs.shape[2], before)
        still = {n: np.zeros_like(a) for n, a in part_of(given, "parameters").items()}
        moved = {"inputs": inputs} | {f"before.{name}": value for name, value in before.items()}
        pairs = [(value, direction[name]) for name, value in moved.items() if name in direction]
        if directions := part_of(direction, "parameters"):
            pairs += matched(own, still | directions)
        watched, along = zip(*pairs, strict=True)
        # Backward twice: the gradient is linear in the weights of a sum over the trace, and its
        # own gradient by them is the derivative wanted, in a third of ForwardAccumulator's time.
        with tf.GradientTape(watch_accessed_variables=False) as outer:
            with tf.GradientTape(watch_accessed_variables=False) as inner:
                inner.watch(watched)
                found = computed(own, inputs, before, given.get("lengths"))
            weights = {name: tf.zeros_like(value) for name, value in found.items()}
            outer.watch(weights)
            zero = tf.UnconnectedGradients.ZERO
            backward = inner.gradient(found, watched, weights, zero)
        return _named(outer.gradient(backward, weights, [_tensor(a) for a in along], zero))

    return Model(kind, parameters, twin.state, twin.cell, unroll, slopes=slopes)


@lru_cache(maxsize=16)
def made(
    kind: str, options: tuple[tuple[str, Any], ...], layers: int, both: bool, head: int,
    features: int, units: int,
) -> Layers:  # fmt: skip
    """The cells, built; their variables are yet to be loaded."""
    given = dict(options)
    cells: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the classes warn that they are deprecated
        for number in range(layers):
            for direction in ("forward.", "backward.") if both else ("",):
                cell = _cell(kind, units, given)
                cell.build((None, features))
                cells[(f"layer{number}." if layers > 1 else "") + direction] = cell
            features = cell.output_size * (1 + both)
        every = list(cells.values())
        stack = rnn_cell.MultiRNNCell(every) if layers > 1 and not both else every[0]
    dense = Dense(head, dtype=tf.float64) if head else None
    if dense:
        dense.build((None, features))
    return Layers(cells, stack, dense)


def _cell(kind: str, units: int, options: Mapping[str, Any]) -> Any:
    """TensorFlow's cell; BasicLSTMCell where none of what LSTMCell has besides is asked for."""
    if kind == "gru":
        return rnn_cell.GRUCell(units, options.get("activation"), dtype=tf.float64)
    if kind == "rnn":
        return rnn_cell.BasicRNNCell(units, options["activation"], dtype=tf.float64)
    left_out = {"layout", "biases"} | {n for n, none in NONE.items() if options.get(n) == none}
    more = {RENAMED.get(n, n): v for n, v in options.items() if n not in left_out}
    basic = more.keys() == {"forget_bias"}
    return (rnn_cell.BasicLSTMCell if basic else rnn_cell.LSTMCell)(units, dtype=tf.float64, **more)


def weights_of(cell: Any) -> dict[str, Any]:
    """The variables of a cell by TensorFlow's names, such as ``projection/kernel``."""
    # TensorFlow numbers its cells: the second one's kernel is called `basic_rnn_cell_1/kernel:0`
    return {w.name.split("/", 1)[1].removesuffix(":0"): w for w in cell.weights}


def _state(before: Tensors, prefix: str) -> Any:
    """The state as a cell wants it: ``(c, h)``, or ``h`` alone."""
    if f"{prefix}c" in before:
        return rnn_cell.LSTMStateTuple(before[f"{prefix}c"], before[f"{prefix}h"])
    return before[f"{prefix}h"]


def _tensor(array: np.ndarray) -> Any:
    return tf.constant(array, tf.float64)


def _tensors(arrays: Arrays) -> dict[str, Any]:
    return {name: _tensor(array) for name, array in arrays.items()}


def _named(found: Tensors) -> Trace:
    """Arrays with names for their axes: (batch, timesteps, units) or without the timesteps."""
    axes = {3: ("batch", "timesteps", "units"), 2: ("batch", "units")}
    return {
        name: Array(value.numpy(), ("batch", "classes") if name == "scores" else axes[value.ndim])
        for name, value in found.items()
    }


def used(made: Any, inputs: np.ndarray) -> np.ndarray:
    """What ``dynamic_rnn`` gives with a cell, from its zero state: all outputs."""
    outputs, _ = tf.compat.v1.nn.dynamic_rnn(made, tf.constant(inputs), dtype=tf.float32)
    found: np.ndarray = outputs.numpy()
    return found


def held(made: Any) -> dict[str, np.ndarray]:
    """The variables of a cell by TensorFlow's names; those of a stack with ``cell_0`` before."""
    found = {}
    for variable in made.weights:
        *scopes, name = variable.name.removesuffix(":0").split("/")
        below = [scope for scope in scopes if re.fullmatch("cell_[0-9]+|projection", scope)]
        found["_".join([*below, name])] = variable.numpy()
    return found
