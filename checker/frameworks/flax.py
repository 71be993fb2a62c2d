"""Flax's ``nn.LSTMCell``, ``nn.GRUCell`` and ``nn.SimpleCell`` of ``flax.linen``, in float64.

``nn.RNN`` runs them along a sequence, ``nn.Bidirectional`` in both directions; a stack is several
of these, the head is ``nn.Dense``.  Derivatives are JAX's, one module after the other: a number
and its derivative travel together, on a last axis of size 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from flax.traverse_util import flatten_dict, unflatten_dict

from checker.frameworks.steps import every_step
from checker.language.values import Array
from checker.models.layouts import flax_name, loaded
from checker.models.protocol import Arrays, Axes, Model, Sizes, Trace, part_of

jax.config.update("jax_enable_x64", True)  # without it JAX makes float32 of every float64

CELLS = {"lstm": nn.LSTMCell, "gru": nn.GRUCell, "rnn": nn.SimpleCell}
STATES = {"lstm": ("c", "h"), "gru": ("h",), "rnn": ("h",)}
"""The parts of a carry, in Flax's order."""

ACTIVATIONS = {"tanh": nn.tanh, "sigmoid": nn.sigmoid, "hard_sigmoid": nn.hard_sigmoid,
               "relu": nn.relu, "linear": lambda z: z}  # fmt: skip
MERGES = {"concat": lambda a, b: jnp.concatenate([a, b], axis=-1), "sum": jnp.add,
          "mul": jnp.multiply, "ave": lambda a, b: (a + b) / 2}  # fmt: skip

PROGRAMS = 250
"""How many compiled programs are kept: each takes up to 180 of the 65,530 mappings of memory that
Linux allows a process, beyond which the compiler crashes."""

QUICK = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}
"""Programs as small as these run no slower for it, and compile in less than half the time."""


@dataclass(frozen=True)
class _Layer:
    """What one layer of a stack is made of, but for its sizes."""

    kind: str
    both: bool
    merge: str
    activation: str
    recurrent_activation: str

    @property
    def directions(self) -> dict[str, str]:
        """Prefix of our names → where Flax keeps the parameters of a direction."""
        if self.both:
            return {"forward.": "forward_rnn.cell", "backward.": "backward_rnn.cell"}
        return {"": "cell"}

    def module(self, units: int) -> nn.Module:
        """Flax's own."""
        more = {"activation_fn": ACTIVATIONS[self.activation]}
        if self.kind != "rnn":
            more["gate_fn"] = ACTIVATIONS[self.recurrent_activation]

        def one() -> nn.Module:
            return nn.RNN(CELLS[self.kind](units, param_dtype=jnp.float64, **more))

        return nn.Bidirectional(one(), one(), MERGES[self.merge]) if self.both else one()

    @lru_cache(maxsize=4096)  # noqa: B019 - layers are compared by value, and few
    def shapes(self, features: int, units: int) -> tuple[int, dict[str, tuple[int, ...]]]:
        """How wide the outputs are, and the shape of every parameter, by our names."""
        inputs = jax.ShapeDtypeStruct((1, 1, features), jnp.float64)
        made = self.module(units).init_with_output
        outputs, variables = jax.eval_shape(made, jax.random.key(0), inputs)
        flat = flatten_dict(variables["params"], sep=".")
        found: dict[str, tuple[int, ...]] = {}
        for ours, theirs in self.directions.items():
            own = loaded(self.kind, "flax", part_of(flat, theirs), features)
            found |= {f"{ours}{name}": array.shape for name, array in own.items()}
        return outputs.shape[-1], found

    def apply(self, units: int, given: Mapping[str, Any], lengths: Any) -> dict[str, Any]:
        """Outputs, and the state after the last step of each sequence; all names without prefixes.

        ``given``: ``inputs`` (batch, timesteps, features), ``parameters`` and ``before``.
        """
        weights: dict[str, Any] = {}
        for ours, theirs in self.directions.items():
            for name, array in given["parameters"].items():
                if name.startswith(ours):
                    own = flax_name(self.kind, name.removeprefix(ours))
                    weights[f"{theirs}.{own}"] = array
        parts = STATES[self.kind]
        carries = [_carry([given["before"][ours + part] for part in parts])
                   for ours in self.directions]  # fmt: skip
        after, outputs = self.module(units).apply(
            {"params": unflatten_dict(weights, sep=".")},
            given["inputs"],
            initial_carry=_carry(carries),
            seq_lengths=lengths,
            return_carry=True,
        )
        found = {"outputs": outputs}
        for ours, carry in zip(self.directions, after if self.both else [after], strict=True):
            states = carry if len(parts) > 1 else [carry]
            found |= {f"after.{ours}{n}": a for n, a in zip(parts, states, strict=True)}
        return found


def _carry(parts: list[Any]) -> Any:
    """A tuple of several, but one by itself, as Flax has its carries."""
    return tuple(parts) if len(parts) > 1 else parts[0]


Program = Callable[[Mapping[str, Any], Any], Any]
"""Arrays that a module is given, lengths or None → what it gives."""


@lru_cache(maxsize=PROGRAMS)
def _layer_program(
    layer: _Layer, units: int, shape: tuple[int, ...], padded: bool, slopes: bool
) -> Program:
    """A layer for inputs of one shape; JAX's own cache of programs has no bound that helps."""
    return _compiled(partial(layer.apply, units), slopes)


@lru_cache(maxsize=PROGRAMS)
def _head_program(classes: int, shape: tuple[int, ...], slopes: bool) -> Program:
    """A dense layer for inputs (batch, units) of one shape."""
    head = nn.Dense(classes, param_dtype=jnp.float64)
    return _compiled(
        lambda given, _: head.apply({"params": given["parameters"]}, given["inputs"]), slopes
    )


def _compiled(function: Program, slopes: bool) -> Program:
    """The function as a program: of numbers, or of numbers with their derivatives."""

    def with_slopes(given: Mapping[str, Any], lengths: Any) -> Any:
        values, along = (jax.tree.map(lambda a, at=at: a[..., at], given) for at in (0, 1))
        found = jax.jvp(lambda moved: function(moved, lengths), (values,), (along,))
        return jax.tree.map(lambda *pair: jnp.stack(pair, axis=-1), *found)

    program = jax.jit(with_slopes if slopes else function, compiler_options=QUICK)
    return lambda given, lengths: jax.device_get(program(given, lengths))


def layer(twin: Model) -> Model:
    """Flax's own modules for the options of the reference, ``twin``."""
    options: Mapping[str, Any] = twin.options
    both = bool(options.get("bidirectional"))
    one = _Layer(
        twin.kind,
        both,
        options.get("merge", "concat"),
        options.get("activation", "tanh"),
        options.get("recurrent_activation", "sigmoid"),
    )
    layers, classes = options.get("layers", 1), options.get("head", 0)
    names = [f"layer{number}" for number in range(layers)] if layers > 1 else [""]
    added = options.get("forget_bias", 0.0)  # Flax adds none: it goes into the stored bias

    def parameters(sizes: Sizes) -> dict[str, Axes]:
        width, found = sizes["features"], dict[str, tuple[int, ...]]()
        for name in names:
            width, shapes = one.shapes(width, sizes["units"])
            found |= {_below(name, part): shape for part, shape in shapes.items()}
        if classes:
            head = nn.Dense(classes, param_dtype=jnp.float64)
            read = jax.ShapeDtypeStruct((1, width), jnp.float64)
            made = jax.eval_shape(head.init, jax.random.key(0), read)["params"]
            found |= {f"head.{name}": array.shape for name, array in made.items()}
        named = twin.parameters(sizes)
        return {n: dict(zip(named[n], shape, strict=True)) for n, shape in found.items()}

    def whole(
        parameters: Arrays, slopes: bool, inputs: np.ndarray, before: Arrays,
        lengths: np.ndarray | None,
    ) -> dict[str, np.ndarray]:  # fmt: skip
        found = {"outputs": inputs}
        for name in names:
            states = part_of(before, name) if name else before
            units = next(iter(states.values())).shape[1]
            given = {
                "parameters": part_of(parameters, name) if name else
                              {n: a for n, a in parameters.items() if not n.startswith("head.")},
                "inputs": found["outputs"],
                "before": states,
            }  # fmt: skip
            shape = found["outputs"].shape
            program = _layer_program(one, units, shape, lengths is not None, slopes)
            for part, array in program(given, lengths).items():
                slot, _, rest = part.partition(".")
                found[f"{slot}.{_below(name, rest)}" if rest else slot] = array
        return found

    def computed(given: Arrays, slopes: bool) -> dict[str, np.ndarray]:
        """Everything that can be observed; with slopes, on one more axis (value, derivative)."""
        inputs, before, lengths = given["inputs"], part_of(given, "before"), given.get("lengths")
        own = part_of(given, "parameters")
        run = partial(whole, own, slopes)
        found = run(inputs, before, lengths)
        if not both:
            found |= every_step(run, inputs, before, lengths, np.minimum, partial(np.stack, axis=1))
        if classes:
            ends = inputs.shape[1] if lengths is None else lengths
            last = found["outputs"][np.arange(len(inputs)), ends - 1]
            head = {"parameters": part_of(own, "head"), "inputs": last}
            found["scores"] = _head_program(classes, last.shape, slopes)(head, None)
        return found

    def stored(given: Arrays) -> dict[str, np.ndarray]:
        return {n: a + added if n.endswith(".bias.f") else a for n, a in given.items()}

    def unroll(
        _: Any, parameters: Arrays, inputs: np.ndarray, before: Arrays, lengths: np.ndarray | None
    ) -> Trace:
        given = {f"parameters.{n}": a for n, a in parameters.items()} | {"inputs": inputs}
        given |= {f"before.{n}": a for n, a in before.items()}
        given |= {} if lengths is None else {"lengths": lengths}
        return _named(computed(stored(given), slopes=False))

    def slopes(given: Arrays, direction: Arrays) -> Trace:
        along = {n: direction[n] if n in direction else np.zeros_like(a) for n, a in given.items()}
        paired = {n: a if n == "lengths" else np.stack([a, along[n]], axis=-1)
                  for n, a in stored(given).items()}  # fmt: skip
        return _named({n: a[..., 1] for n, a in computed(paired, slopes=True).items()})

    return Model(twin.kind, parameters, twin.state, twin.cell, unroll, slopes=slopes)


def _below(name: str, part: str) -> str:
    return f"{name}.{part}" if name else part


def _named(found: Arrays) -> Trace:
    """Arrays with names for their axes: (batch, timesteps, units) or without the timesteps."""
    axes = {3: ("batch", "timesteps", "units"), 2: ("batch", "units")}
    return {
        name: Array(value, ("batch", "classes") if name == "scores" else axes[value.ndim])
        for name, value in found.items()
    }
