"""What a function of the claim language is, and the list of all."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from checker.language.tolerance import finite
from checker.language.values import Array, ExperimentError, Group, described


@dataclass(frozen=True)
class Function:
    """A function of the language; ``takes`` tells what it gets: values, places in a run, or
    the unevaluated expression."""

    run: Callable[..., Any]
    takes: str

    def call(self, world: Any, arguments: Sequence[Any]) -> Any:
        """Call it; ExperimentError where arguments do not fit, or what comes out is not finite."""
        try:
            inspect.signature(self.run).bind(world, *arguments)
        except TypeError:
            raise ExperimentError(f"say {self.usage}") from None
        value = self.run(world, *arguments)
        if isinstance(value, float | Array):
            finite(value.data if isinstance(value, Array) else value)
        return value

    @property
    def usage(self) -> str:
        """The first line of the docstring: how it is written."""
        return (self.run.__doc__ or "").split("\n", 1)[0].split(": ")[0]


FUNCTIONS: dict[str, Function] = {}


def function(takes: str = "values") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function under its name; see :class:`Function` for what it takes."""

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS[run.__name__.rstrip("_")] = Function(run, takes)
        return run

    return register


def as_array(value: Any) -> Array:
    """The value as an array; ExperimentError for a group, a word, a shape."""
    if isinstance(value, Array):
        return value
    if isinstance(value, Group):
        raise ExperimentError(f"an array is needed, not {described(value)}: name one of them")
    if not isinstance(value, bool | np.bool_ | int | float):
        raise ExperimentError(f"an array is needed, not {described(value)}")
    return Array(np.asarray(value), ())
