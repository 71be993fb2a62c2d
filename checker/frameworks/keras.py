"""Keras's ``LSTM``, ``GRU`` and ``SimpleRNN`` in float64, with ``Dense`` as the head.

On TensorFlow, because Keras's other backends lose float64 in silence.  Both directions are Keras's
``Bidirectional``; a stack is one layer after the other; lengths are a mask, as from ``Masking``.
A head reads a last layer with ``return_sequences=False``.  Derivatives are TensorFlow's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

os.environ["KERAS_BACKEND"] = "tensorflow"  # has to be known when Keras is imported
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow greets with notices of its build

import keras
import tensorflow as tf
from keras.src.utils.backend_utils import DynamicBackend  # its public twin would reload Keras

from checker.frameworks.offers import FRAMEWORKS
from checker.frameworks.registry import NotOfferedError
from checker.frameworks.steps import every_step
from checker.language.values import Array
from checker.models.layouts import ORDER, loaded
from checker.models.protocol import Arrays, Axes, Model, Sizes, Trace

# TensorFlow's rewriting of graphs takes as long as all else of a first call and gains nothing here.
tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})

Tensors = Mapping[str, tf.Tensor]
Call = Callable[..., dict[str, tf.Tensor]]
"""Parameters, inputs (batch, timesteps, features), state before, lengths or None → what is found"""


class Backend:
    """What Keras computes with, by its name; refused where this Keras knows none of that name."""

    weights: tuple[Any, ...] = ()

    def __init__(self, name: str):
        self._backend = DynamicBackend()
        self._backend.set_backend(name)

    def __call__(self, inputs: np.ndarray) -> Any:
        """The inputs as the backend holds them."""
        return self._backend.convert_to_tensor(inputs)


CALLS = {name: getattr(keras.layers, name, None) for name in FRAMEWORKS["keras"].calls}
CALLS |= {"Sequential": keras.Sequential, "Backend": Backend}
KINDS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "rnn": keras.layers.SimpleRNN}
PARTS = ("kernel", "recurrent", "bias")  # in the order of Keras's weights
KEPT = 256  # sizes whose layers are kept: a claim goes through the same ones again and again
LONG = 256  # timesteps up to which one call has room for every beginning of the sequences


@dataclass(frozen=True)
class Built:
    """Keras's layers for one width of inputs and of states: parameters, and what calls them.

    ``run`` gives the outputs, the state after them and the scores, ``run_with_steps`` the state
    that enters and leaves each step besides.
    """

    shapes: Mapping[str, tuple[int, ...]]
    run: Call
    run_with_steps: Call


def layer(twin: Model) -> Model:
    """Keras's own layers for the options of the reference, ``twin``."""
    kind, options = twin.kind, twin.options
    layers, both = int(options.get("layers", 1)), bool(options.get("bidirectional"))
    if kind == "gru" and options["biases"] != (2 if options["reset"] == "after" else 1):
        raise NotOfferedError("Keras's GRU has two biases where the reset comes after, else one")
    own = {n: options[n] for n in ("activation", "recurrent_activation") if n in options}
    if kind == "gru":
        own["reset_after"] = options["reset"] == "after"
    below = [f"layer{number}." if layers > 1 else "" for number in range(layers)]
    directions = ("forward.", "backward.") if both else ("",)
    parts = ("h", "c") if kind == "lstm" else ("h",)
    slots = [start + way + part for start in below for way in directions for part in parts]
    blocks = ORDER.get((kind, "keras"), ())

    def one(width: int, units: int, **more: Any) -> Any:
        made = KINDS[kind](units, return_state=True, dtype="float64", **own, **more)
        if both:
            merge = options.get("merge", "concat")
            made = keras.layers.Bidirectional(made, merge_mode=merge, dtype="float64")
        made.build((None, None, width))
        return made

    @lru_cache(maxsize=KEPT)
    def built(features: int, units: int) -> Built:
        stack, widths = [], [features]
        for _ in range(layers):
            stack.append(one(widths[-1], units, return_sequences=True))
            widths.append(stack[-1].compute_output_shape((1, 1, widths[-1]))[0][-1])
        shapes = shapes_of(stack, features)
        if options.get("head"):
            last = one(widths[-2], units)
            head = keras.layers.Dense(int(options["head"]), dtype="float64")
            head.build((None, widths[-1]))
            shapes |= {f"head.{v.name}": tuple(v.shape) for v in head.trainable_variables}

        def through(
            stack: list[Any], parameters: Tensors, inputs: Any, before: Tensors, lengths: Any
        ) -> tuple[Any, dict[str, Any]]:
            mask = None if lengths is None else tf.sequence_mask(lengths, tf.shape(inputs)[1])
            after: dict[str, Any] = {}
            for made, start in zip(stack, below, strict=True):
                names = [slot for slot in slots if slot.startswith(start)]
                states = [before[name] for name in names]
                held = weights(parameters, start)
                inputs, *left = _called(made, held, inputs, initial_state=states, mask=mask)
                after |= {f"after.{name}": s for name, s in zip(names, left, strict=True)}
            return inputs, after

        def whole(
            parameters: Tensors, inputs: Any, before: Tensors, lengths: Any = None
        ) -> dict[str, Any]:
            outputs, after = through(stack, parameters, inputs, before, lengths)
            return {"outputs": outputs} | after

        def run(
            parameters: Tensors, inputs: Any, before: Tensors, lengths: Any = None
        ) -> dict[str, Any]:
            found = whole(parameters, inputs, before, lengths)
            if options.get("head"):
                read, _ = through([*stack[:-1], last], parameters, inputs, before, lengths)
                held = [parameters["head.kernel"], parameters["head.bias"]]
                found["scores"] = _called(head, held, read)
            return found

        def run_with_steps(
            parameters: Tensors, inputs: Any, before: Tensors, lengths: Any = None
        ) -> dict[str, Any]:
            found = run(parameters, inputs, before, lengths)
            return found | _every_beginning(whole, parameters, inputs, before, lengths)

        given = (
            {name: _spec(*shape) for name, shape in shapes.items()},
            _spec(None, None, features),
            {slot: _spec(None, units) for slot in slots},
        )
        return Built(shapes, _traced(run, *given), _traced(run_with_steps, *given))

    def shapes_of(stack: list[Any], features: int) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for start, made in zip(below, stack, strict=True):
            halves = (made.forward_layer, made.backward_layer) if both else (made,)
            for direction, half in zip(directions, halves, strict=True):
                held = {v.name: v.numpy() for v in half.trainable_variables}
                for name, array in loaded(kind, "keras", held, features).items():
                    found[start + direction + name] = array.shape
        return found

    def weights(parameters: Tensors, start: str) -> list[Any]:
        """As Keras has them: kernel, recurrent kernel and bias of each direction of a layer."""
        return [joined(parameters, start + way, part) for way in directions for part in PARTS]

    def joined(parameters: Tensors, prefix: str, part: str) -> tf.Tensor:
        if not blocks:
            return parameters[prefix + part]
        given = [parameters[f"{prefix}{part}.{gate}"] for gate in blocks]
        if part == "bias" and options.get("forget_bias"):
            given[blocks.index("f")] += float(options["forget_bias"])
        if part == "bias" and options["biases"] == 2:
            second = [parameters[f"{prefix}recurrent_bias.{gate}"] for gate in blocks]
            return tf.stack([tf.concat(given, axis=-1), tf.concat(second, axis=-1)])
        return tf.concat(given, axis=-1)

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        named, shapes = twin.parameters(sizes), built(sizes["features"], sizes["units"]).shapes
        return {n: dict(zip(named[n], shape, strict=True)) for n, shape in shapes.items()}

    def computed(given: Tensors, lengths: np.ndarray | None) -> dict[str, tf.Tensor]:
        inputs, before, held = given["inputs"], _part(given, "before"), _part(given, "parameters")
        objects = built(inputs.shape[2], before[slots[0]].shape[1])

        def run(inputs: Any, before: Any, lengths: Any) -> dict[str, tf.Tensor]:
            return objects.run(held, inputs, before, lengths)

        if both:
            return run(inputs, before, lengths)
        if inputs.shape[1] <= LONG:
            return objects.run_with_steps(held, inputs, before, lengths)
        return run(inputs, before, lengths) | every_step(
            run, inputs, before, lengths, np.minimum, lambda steps: tf.stack(steps, axis=1)
        )

    def unroll(
        _: Any, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: np.ndarray | None
    ) -> Trace:
        given = {f"parameters.{n}": a for n, a in parameters.items()} | {"inputs": inputs}
        given |= {f"before.{n}": a for n, a in before.items()}
        return _named(computed(_tensors(given), lengths))

    def slopes(given: Arrays, direction: Arrays) -> Trace:
        numbers = {n: a for n, a in given.items() if n != "lengths"}
        tensors = _tensors(numbers)
        # Directions of 0 as well: TensorFlow traces anew for every choice of what has one.
        along = _tensors({n: direction.get(n, np.zeros_like(a)) for n, a in numbers.items()})
        values = [tensors[name] for name in along]
        with tf.autodiff.ForwardAccumulator(values, list(along.values())) as watching:
            found = computed(tensors, given.get("lengths"))
        return _named({n: watching.jvp(value) for n, value in found.items()})

    return Model(kind, parameters, twin.state, twin.cell, unroll, slopes=slopes)


def _called(made: Any, weights: Any, *values: Any, **more: Any) -> Any:
    """What a layer of Keras gives with these weights in place of its own."""
    found, _ = made.stateless_call(weights, made.non_trainable_variables, *values, **more)
    return found


def _every_beginning(
    whole: Call, parameters: Tensors, inputs: Any, before: Tensors, lengths: Any
) -> dict[str, Any]:
    """The state that enters and leaves each step, (batch, timesteps, units), from one call.

    What leaves step t is the state after the first t + 1 timesteps of a sequence, so the batch of
    that call has each sequence once for every length up to its own.
    """
    batch, timesteps = tf.shape(inputs)[0], tf.shape(inputs)[1]
    ends = tf.tile(tf.range(1, timesteps + 1), [batch])  # (batch · timesteps,)
    if lengths is not None:
        ends = tf.minimum(ends, tf.repeat(lengths, timesteps))
    again = {name: tf.repeat(state, timesteps, axis=0) for name, state in before.items()}
    found = whole(parameters, tf.repeat(inputs, timesteps, axis=0), again, ends)
    steps: dict[str, Any] = {}
    for name, state in before.items():
        leaving = tf.reshape(found[f"after.{name}"], [batch, timesteps, state.shape[1]])
        entering = tf.concat([state[:, None], leaving[:, :-1]], axis=1)
        steps |= {f"entering.{name}": entering, f"leaving.{name}": leaving}
    return steps


def _traced(function: Call, *given: Any) -> Call:
    """Of open batch and timesteps, so that TensorFlow traces once for all of them."""
    bare = tf.function(function, input_signature=given)
    padded = tf.function(function, input_signature=(*given, tf.TensorSpec((None,), tf.int32)))

    def call(parameters: Any, inputs: Any, before: Any, lengths: Any) -> dict[str, tf.Tensor]:
        if lengths is None:
            return dict(bare(parameters, inputs, before))
        return dict(padded(parameters, inputs, before, tf.constant(lengths, tf.int32)))

    return call


def _spec(*shape: int | None) -> tf.TensorSpec:
    return tf.TensorSpec(shape, tf.float64)


def _part(given: Tensors, name: str) -> dict[str, tf.Tensor]:
    start = f"{name}."
    return {n.removeprefix(start): t for n, t in given.items() if n.startswith(start)}


def _tensors(arrays: Arrays) -> dict[str, tf.Tensor]:
    return {name: tf.constant(np.asarray(a), dtype=tf.float64) for name, a in arrays.items()}


def _named(found: Tensors) -> Trace:
    """Arrays with names for their axes: (batch, timesteps, units) or without the timesteps."""
    axes = {3: ("batch", "timesteps", "units"), 2: ("batch", "units")}
    return {
        n: Array(v.numpy(), ("batch", "classes") if n == "scores" else axes[v.shape.rank])
        for n, v in found.items()
    }


def used(made: Any, inputs: np.ndarray) -> np.ndarray:
    """What a layer gives; of several results, such as outputs and states, the first."""
    given = made(inputs)
    first = given[0] if isinstance(given, list | tuple) else given
    outputs: np.ndarray = keras.ops.convert_to_numpy(first)
    return outputs


def held(made: Any) -> dict[str, np.ndarray]:
    """The weights of a layer by Keras's names, with ``forward`` or ``backward`` before."""
    found = {}
    for weight in made.weights:
        *scopes, name = weight.path.split("/")
        sides = [s for scope in scopes for s in ("forward", "backward") if scope.startswith(s)]
        found["_".join([*sides, name])] = keras.ops.convert_to_numpy(weight)
    return found
