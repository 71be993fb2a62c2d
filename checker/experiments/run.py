"""One run of a model at a setting: what it is given, and all that can be observed of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from checker.experiments.budget import spend
from checker.experiments.draws import DRAWS, draw
from checker.experiments.operations import counted
from checker.language.observables import NUDGEABLE, OBSERVABLES
from checker.language.values import Array, ExperimentError, Group, leaves
from checker.models.layouts import stored
from checker.models.protocol import Axes, Model, Sizes, Trace, part_of

MAX_SIZE = 4096
MAX_ENTRIES = 4 * 10**6
PER_STEP = 10  # arrays of a trace that have an entry for each sequence, timestep and unit
MAX_SHARED = 2000
SMALL = 4000  # numbers of a trace that is worth keeping
_SHARED: dict[Hashable, Trace] = {}
"""Traces of runs on drawn numbers: claims on the same model and setting share them."""


class CrashError(Exception):
    """The code of a model failed: an expression that asked for it is not to blame."""


@contextmanager
def crashes() -> Iterator[None]:
    """Within this, whatever is no ExperimentError is a CrashError."""
    try:
        yield
    except ExperimentError:
        raise
    except Exception as error:
        raise CrashError(f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class Run:
    """A model with everything that it is given; it runs when something is first observed.

    ``given`` maps dotted paths (``inputs``, ``before.h``, ``parameters.kernel.i``) to arrays.
    """

    model: Model
    sizes: Sizes
    given: Mapping[str, Array]
    touched: frozenset[str] = frozenset()  # slots that were set or changed by hand
    shared: Hashable = None  # names a run on drawn numbers that other claims make as well

    @cached_property
    def observed(self) -> Mapping[str, Array]:
        """All slots by dotted path; ExperimentError where an entry is not finite."""
        given = {path: array.data for path, array in self.given.items()}
        trace = _SHARED.get(self.shared) if self.shared else None
        if trace is None:
            with np.errstate(all="ignore"):  # what is not finite is refused below
                trace = self._run(given)
        else:
            self._spend(given)  # a claim costs the same, whatever was tried before it
        small = sum(array.data.size for array in trace.values()) <= SMALL
        if self.shared and small and len(_SHARED) < MAX_SHARED:
            _SHARED[self.shared] = trace
        for path, array in trace.items():
            if not np.all(np.isfinite(array.data)):
                raise ExperimentError(f"{path} is not finite")
        return {**self.given, **trace}

    def _run(self, given: Mapping[str, np.ndarray]) -> Trace:
        parameters, before = part_of(given, "parameters"), part_of(given, "before")
        self._spend(given)
        with crashes():
            return self.model.run(parameters, given["inputs"], before, given.get("lengths"))

    def _spend(self, given: Mapping[str, np.ndarray]) -> None:
        batch, timesteps = given["inputs"].shape[:2]
        spend(batch, timesteps, sum(a.size for a in part_of(given, "parameters").values()))

    def _derived(self, name: str) -> Mapping[str, Array]:
        """Observables that are worked out only when they are asked for."""
        given = {path: array.data for path, array in self.given.items()}
        if name == "operations":
            if self.model.slopes is not None:
                raise ExperimentError("a framework does not tell how often it computes what")
            return counted(self._run, given)
        return stored(self.model, part_of(given, "parameters"))

    def read(self, name: str) -> Array | Group:
        """An observable: one array, or a group such as ``parameters``."""
        if name in ("operations", "weights"):
            slots = self._derived(name)
        else:
            slots = self.given if name in NUDGEABLE else self.observed
        found = {
            path: array
            for path, array in slots.items()
            if path == name or path.startswith(f"{name}.")
        }
        if name not in OBSERVABLES or not found:
            raise ExperimentError(f"this model has no {name!r}")
        if name in found:
            return found[name]
        return Group.nest({path.removeprefix(f"{name}."): a for path, a in found.items()})

    def replaced(self, path: str, value: Array | Group) -> Run:
        """The same run with a slot, or a whole group of them, given other values."""
        new = {f"{path}.{leaf}" if leaf else path: array for leaf, array in leaves(value).items()}
        for leaf, array in new.items():
            old = self.given.get(leaf)
            if old is None:
                raise ExperimentError(f"a run is given {', '.join(NUDGEABLE)}; not {leaf!r}")
            if old.shape != array.shape:
                raise ExperimentError(f"{leaf} has shape {old.shape}, not {array.shape}")
            if not np.all(np.isfinite(array.data)):
                raise ExperimentError(f"{leaf} is not finite")
        renamed = {leaf: Array(array.data, self.given[leaf].axes) for leaf, array in new.items()}
        given = {**self.given, **renamed}
        return Run(self.model, self.sizes, given, self.touched | {*renamed})

    def slots(self, path: str) -> list[str]:
        """The dotted paths of all given slots at or below a path."""
        return [leaf for leaf in self.given if leaf == path or leaf.startswith(f"{path}.")]

    def changed(self, path: str) -> Run:
        """The same run with other random values in a slot or group."""
        if not self.slots(path):
            raise ExperimentError(f"a run is given {', '.join(self.given)}; not {path!r}")
        seed, way = _drawn(self.sizes)
        new = {
            leaf: Array(draw(leaf, self._axes(leaf), seed, "changed", way), self.given[leaf].axes)
            for leaf in self.slots(path)
        }
        return Run(self.model, self.sizes, {**self.given, **new}, self.touched | {*new})

    def with_lengths(self, lengths: Array) -> Run:
        """The same run with a length for each sequence, (batch,); what lies beyond is padding."""
        batch, timesteps = self.given["inputs"].shape[:2]
        if lengths.shape != (batch,) or not np.all(
            (lengths.data >= 1) & (lengths.data <= timesteps)
        ):
            raise ExperimentError(f"lengths are between 1 and {timesteps}, one per sequence")
        return Run(self.model, self.sizes, {**self.given, "lengths": lengths}, self.touched)

    def _axes(self, leaf: str) -> Axes:
        return dict(zip(self.given[leaf].axes, self.given[leaf].shape, strict=True))


def fresh_run(model: Model, sizes: Sizes, shared: Hashable = None) -> Run:
    """A run on drawn inputs, state and parameters; equal slots get equal numbers in every run.

    ``shared`` names the model, where it is the reference, so that its trace can be shared.
    Raises ExperimentError for sizes that are out of bounds.
    """
    for name, size in sizes.items():
        if not (0 if name in ("seed", "draw") else 1) <= size <= MAX_SIZE:
            raise ExperimentError(f"{name} is between 1 and {MAX_SIZE}, not {size}")
    slots: dict[str, Axes] = {
        "inputs": {name: sizes[name] for name in ("batch", "timesteps", "features")}
    }
    with crashes():
        slots |= {f"before.{name}": axes for name, axes in model.state(sizes).items()}
        slots |= {f"parameters.{name}": axes for name, axes in model.parameters(sizes).items()}
    entries = PER_STEP * sizes["batch"] * sizes["timesteps"] * sizes["units"]
    if entries + sum(prod(axes.values()) for axes in slots.values()) > MAX_ENTRIES:
        raise ExperimentError(f"a run holds at most {MAX_ENTRIES} numbers")
    seed, way = _drawn(sizes)
    given = {
        path: Array(draw(path, axes, seed, way=way), tuple(axes)) for path, axes in slots.items()
    }
    for path in given:
        if {*path.split(".")} & {*model.still}:
            given[path] = Array(np.zeros(given[path].shape), given[path].axes)
    key = (shared, tuple(sorted(sizes.items()))) if shared else None
    return Run(model, sizes, given, shared=key)


def _drawn(sizes: Sizes) -> tuple[int, str]:
    """The seed of a run, and its way to draw."""
    return sizes.get("seed", 0), list(DRAWS)[sizes.get("draw", 0)]
