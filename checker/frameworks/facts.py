"""What only a framework decides: whether it accepts a call, what it defaults to, what it keeps."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from traceback import walk_tb
from types import ModuleType
from typing import Any

import numpy as np

from checker.frameworks.offers import FRAMEWORKS
from checker.language.calls import Call, read_call
from checker.language.evaluate import Path, truth
from checker.language.parse import parse
from checker.language.tolerance import SINGLE, Comparisons
from checker.language.values import Array, ExperimentError, Group
from checker.nouns import Fact

FED = {"batch": 3, "timesteps": 5, "features": 6}
"""The sizes of the inputs that a made layer is given, unless it was made for other features."""

_FEATURES = ("input_size", "in_features")  # what PyTorch calls the features a module is made for

SEEN = {
    "accepted": "whether the call is accepted, and what it makes takes inputs",
    "error": "the name of the error that refuses it, such as 'TypeError'; '' where it is accepted",
    "message": "what that error says",
    "arguments": "the names of what it can be called with, in order: arguments[0] == 'units'",
    "defaults": "what is taken for an argument that is not named: defaults.forget_bias",
    "documentation": "how often a word stands in what the framework says of the called class: "
    "documentation.literature > 0",
    "described": "the same for what it says there of one argument: described.num_units.cell",
    "made": "what the made object says of itself: made.units, made.output_size",
    "weights": "the arrays that it holds at first, by its own names: weights.kernel",
    "inputs": "the inputs that it is given: batch 3, timesteps 5, features 6 "
    "(or as many as it was made for)",
    "outputs": "what it gives for them",
    "again": "what it gives for the same inputs in a second call",
}
"""What the test of such a claim sees."""


class AdapterError(Exception):
    """Our own code failed, so nothing is known of what the framework does."""


@dataclass(frozen=True)
class Found:
    """Whether a test held of a call, and what was compared."""

    holds: bool
    values: Mapping[str, Any]


def tried(fact: Fact, call: str) -> Found:
    """The test of a fact on a call; ExperimentError where it cannot be told."""
    world = _World(fact.framework, call)
    holds = truth(parse(fact.test), world)
    if world.comparisons.near:
        raise ExperimentError(world.comparisons.near_because)
    return Found(holds, world.comparisons.evidence)


class _World:
    """What an expression sees of one call."""

    def __init__(self, framework: str, call: str):
        self.comparisons = Comparisons(SINGLE)
        module = import_module(f"checker.frameworks.{framework}")
        read = read_call(call, FRAMEWORKS[framework].calls)
        self._names: dict[str, Any] = {**FED, "error": "", "message": "", "accepted": True}
        called = inspect.signature(module.CALLS[read.name]).parameters
        self._names["arguments"] = tuple(called)
        said = _documentation(module.CALLS[read.name])
        self._names["documentation"] = _Words(said)
        self._names["described"] = _Named({name: _Words(_said_of(name, said)) for name in called})
        self._names["defaults"] = _Named(
            {p.name: _plain(p.default) for p in called.values() if p.default is not p.empty}
        )
        try:
            made = _made(module.CALLS, read)
            sizes = FED | {"features": _features(made)}
            inputs = np.random.default_rng(0).standard_normal(tuple(sizes.values()), np.float32)
            outputs, again = _used(module, made, inputs), _used(module, made, inputs)
        except (MemoryError, RecursionError, AdapterError):
            raise  # says nothing of the call
        except Exception as refusal:
            self._names |= {"accepted": False, "error": type(refusal).__name__,
                            "message": " ".join(str(refusal).split())}  # fmt: skip
        else:
            self._names |= sizes | {
                "inputs": Array(inputs, tuple(FED)),
                "made": _Attributes(made),
                "weights": _held(module, made),
            }
            self._names |= {"outputs": outputs, "again": again}
        self.comparisons.evidence |= {n: self._names[n] for n in ("accepted", "error")}

    def look_up(self, name: str) -> Any:
        """One of FED or SEEN."""
        if name not in self._names:
            why = f": the call is refused with {self._names['error']}" if name in SEEN else ""
            raise ExperimentError(f"there is no {name!r} here{why}")
        return self._names[name]

    def influence(self, source: Path, target: Path) -> Any:
        """Not here."""
        raise ExperimentError("nothing is nudged in a claim about a call")

    jacobian = influence

    def share(self, condition: Any) -> Any:
        """Not here."""
        raise ExperimentError("a claim about a call has no seeds")


class _Named(Group):
    """Named values that are words, numbers or shapes, read as ``defaults.forget_bias``."""

    def __init__(self, members: Mapping[str, Any]):
        super().__init__(members)


class _Words(Group):
    """How often each word stands in a text, read as ``documentation.scalar``; else 0."""

    def __init__(self, said: str):
        super().__init__(Counter(re.findall(r"\w+", said.lower())))  # type: ignore[arg-type]

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> Any:
        return self._members.get(name, 0)


class _Attributes(Group):
    """The public attributes of an object, looked up when they are read."""

    def __init__(self, whole: object):
        super().__init__(dict.fromkeys((n for n in dir(whole) if n[0] != "_"), None))  # type: ignore[arg-type]
        self._whole = whole

    def __getitem__(self, name: str) -> Any:
        super().__getitem__(name)
        return _plain(getattr(self._whole, name))


def _features(made: Any) -> int:
    widths = (getattr(made, name, None) for name in _FEATURES)
    return next((width for width in widths if isinstance(width, int)), FED["features"])


def _used(module: ModuleType, made: Any, inputs: np.ndarray) -> Array:
    """What a made layer gives; AdapterError where it was our own code that could not use it."""
    try:
        found = np.asarray(module.used(made, inputs))
    except Exception as error:
        *_, (frame, _) = walk_tb(error.__traceback__)
        if frame.f_globals["__name__"].startswith("checker."):
            raise AdapterError(f"{type(error).__name__}: {error}") from error
        raise
    names = {3: ("batch", "timesteps", "units"), 2: ("batch", "units")}
    return Array(found, names.get(found.ndim, _axes(found)))


def _held(module: ModuleType, made: Any) -> Group:
    return Group.nest({n: Array(a, _axes(a)) for n, a in module.held(made).items()})


def _made(calls: Mapping[str, Callable[..., Any]], read: Any) -> Any:
    if isinstance(read, list):
        return [_made(calls, part) for part in read]
    if not isinstance(read, Call):
        return read
    arguments = [_made(calls, part) for part in read.arguments]
    return calls[read.name](*arguments, **{n: _made(calls, v) for n, v in read.named.items()})


def _documentation(called: Any) -> str:
    """What a class, and the making of it, say of themselves, as far as they do."""
    parts = (called, called.__init__) if inspect.isclass(called) else (called,)
    return "\n".join(text for text in (inspect.getdoc(part) for part in parts) if text)


def _said_of(argument: str, documentation: str) -> str:
    """What a docstring says of an argument: from its name on, as far as lines are set in more."""
    found = re.search(rf"^( *){argument}: (.*(?:\n\1 +.*)*)", documentation, re.MULTILINE)
    return found[2] if found else ""


def _plain(value: Any) -> Any:
    """A value as the claim language knows it: words, numbers and shapes."""
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple | list) and all(isinstance(part, int) for part in value):
        return tuple(value)
    return str(value)


def _axes(array: np.ndarray) -> tuple[str, ...]:
    return tuple(f"axis{number}" for number in range(array.ndim))
