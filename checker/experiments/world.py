"""The runs of one trial, and what its expressions can see of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from checker.experiments import influence as influences
from checker.experiments.draws import DRAWS
from checker.experiments.options import options_of_runs
from checker.experiments.run import Run, fresh_run
from checker.language.evaluate import Path, evaluate, read_path, truth
from checker.language.observables import OBSERVABLES
from checker.language.parse import Expression, parse
from checker.language.statistics import SEEDS, Share
from checker.language.tolerance import Comparisons, Precision
from checker.language.values import Array, ExperimentError, Group, leaves, memberwise
from checker.models.protocol import Model
from checker.models.registry import OPTIONS, build
from checker.nouns import SIZES, Control, RunSpec, Setting, Test, Value

Make = Callable[[str, Mapping[str, Value]], Model]
"""Run name, options of a model → the model to run it on."""


def reference(_: str, options: Mapping[str, Value]) -> Model:
    """Every run is on our own model."""
    return build(options)


class World:
    """All runs of a test at one setting; names are settings, runs, then observables."""

    def __init__(self, test: Test, setting: Setting, make: Make, control: Control | None):
        self.comparisons = Comparisons()
        self.runs: dict[str, Run] = {}
        self.first = next(iter(test.runs))
        self._names: dict[str, Any] = dict(setting)
        self._test, self._setting, self._make = test, setting, make
        self._control = control or Control()
        self.options = options_of_runs(test, self._control)
        self._names |= {n: self.value(e) for n, e in self._control.setting.items()}
        for name, spec in test.runs.items():
            try:
                self.runs[name] = self._run(name, _merged(spec, self._control.runs.get(name)))
            except ExperimentError as error:
                where = f"run {name}: " if len(test.runs) > 1 else ""
                raise ExperimentError(f"{where}{error}") from None
        coarsest = max((run.model.precision for run in self.runs.values()), key=_epsilon)
        self.comparisons.precision = coarsest
        self.comparisons.evidence.clear()  # what was set is not what was measured

    def look_up(self, name: str) -> Any:
        """A setting, a run as a group of observables, or an observable of the first run."""
        if name in self._names:
            return self._names[name]
        if name in self.runs:
            return _Lazy(self.runs[name])
        if name in OBSERVABLES and self.first in self.runs:
            return self.runs[self.first].read(name)
        raise ExperimentError(f"no name {name!r} here")

    def influence(self, source: Path, target: Path) -> Array | float:
        """See :func:`checker.language.functions.influence`."""
        return influences.influence(*self._one_run(source, target))

    def jacobian(self, source: Path, target: Path) -> Array:
        """See :func:`checker.language.functions.jacobian`."""
        return influences.jacobian(*self._one_run(source, target))

    def share(self, condition: ast.expr) -> Share:
        """See :func:`checker.language.functions.share`."""
        expression = Expression(ast.unparse(condition), condition)
        truths = []
        for seed in SEEDS:
            setting = {**self._setting, "seed": seed}
            world = World(self._test, setting, self._make, self._control)
            truths.append(truth(expression, world))
            self.comparisons.near_because = (
                self.comparisons.near_because or world.comparisons.near_because
            )
        return Share(sum(truths), len(SEEDS), tuple(truths))

    def value(self, text: Value) -> Any:
        """The value of an expression; what is not a text is its own value."""
        return evaluate(parse(text), self) if isinstance(text, str) else text

    def _one_run(self, source: Path, target: Path) -> tuple[Run, Path, Path]:
        run, source = influences.split_run(source, self.runs, self.first)
        other, target = influences.split_run(target, self.runs, self.first)
        if run is not other:
            raise ExperimentError("source and target are places in one and the same run")
        return run, source, target

    def _run(self, name: str, spec: RunSpec) -> Run:
        start = None
        if self.runs:
            start = self.runs[spec.start or self.first]
            sizes = dict(start.sizes)
        else:  # the first run carries what the control sets
            extra = RunSpec(put=self._control.put, change=self._control.change)
            spec = _merged(spec, extra)
            sizes = {n: self._names[n] for n in (*SIZES, "seed") if n in self._names}
            if "draw" in self._setting:
                sizes["draw"] = list(DRAWS).index(str(self._setting["draw"]))
        sizes |= {n: self._whole(n, text) for n, text in spec.setting.items()}
        resolved = {n: self._option(n, v) for n, v in self.options[name].items()}
        shared = tuple(sorted(resolved.items())) if self._make is reference else None
        run = fresh_run(self._make(name, resolved), sizes, shared or None)
        if start is not None:
            run = _taken_over(start, run, self._said(run, spec))
        if spec.lengths is not None:
            run = run.with_lengths(self._lengths(spec.lengths, sizes["batch"]))
        for path in spec.change:
            run = run.changed(path)
        for place, text in spec.put.items():
            run = self._put(run, place, text)
        return run

    def _said(self, run: Run, spec: RunSpec) -> set[str]:
        """The slots that a run's own keys set or change as a whole."""
        places = [read_path(parse(place).tree, self) for place in (*spec.put, *spec.change)]
        whole = [
            slot for path in places if not path.index for slot in run.slots(".".join(path.names))
        ]
        return {*whole, "lengths"} if spec.lengths is not None else {*whole}

    def _option(self, name: str, value: Value) -> Value:
        """An option's value: an enumerated name, a word, or an expression for a number."""
        is_word = name == "kind" or (name in OPTIONS and OPTIONS[name].type is str)
        if not isinstance(value, str) or (is_word and value not in self._test.at):
            return value
        found: Value = self.value(value)
        return found

    def _lengths(self, text: str, batch: int) -> Array:
        """One length for all sequences, or several that are dealt out in turn."""
        value = self.value(text)
        if isinstance(value, Array) and value.data.dtype.kind == "i":
            value = tuple(value.data.tolist())
        lengths = value if isinstance(value, tuple) else (value,)
        if not lengths or not all(isinstance(n, int) for n in lengths):
            raise ExperimentError("lengths are whole numbers")
        return Array(np.resize(np.array(lengths), batch), ("batch",))

    def _whole(self, name: str, text: Value) -> int:
        value = self.value(text)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ExperimentError(f"{name} is a whole number, not {value!r}")
        return value

    def _put(self, run: Run, place: str, text: Value) -> Run:
        path = read_path(parse(place).tree, self)
        leaf = ".".join(path.names)
        if not run.slots(leaf):
            raise ExperimentError(f"a run is given {', '.join(run.given)}; not {leaf!r}")
        root, *members = path.names
        old: Any = run.read(root)
        for member in members:
            old = old[member]
        part = memberwise(lambda a: a.take(path.index), old) if path.index else old
        if any(array.data.size == 0 for array in leaves(part).values()):
            raise ExperimentError(f"{place} is a place with nothing in it")
        self._names["it"] = part
        value = self.value(text)
        del self._names["it"]
        if isinstance(value, int | float):
            value = memberwise(lambda a: Array(np.full(a.shape, float(value)), a.axes), part)
        if path.index:
            value = memberwise(lambda whole, new: _inserted(whole, path.index, new), old, value)
        return run.replaced(leaf, value)


class _Lazy(Group):
    """A run as a group: its observables are read when they are asked for."""

    def __init__(self, run: Run):
        super().__init__({})
        self._run = run

    def __getitem__(self, name: str) -> Array | Group:
        return self._run.read(name)

    def __contains__(self, name: object) -> bool:
        return name in OBSERVABLES


def _epsilon(precision: Precision) -> float:
    return precision.epsilon


def _merged(spec: RunSpec, over: RunSpec | None) -> RunSpec:
    if over is None:
        return spec
    return replace(
        spec,
        start=over.start or spec.start,
        model={**spec.model, **over.model},
        setting={**spec.setting, **over.setting},
        put={**spec.put, **over.put},
        change=(*spec.change, *over.change),
        lengths=over.lengths or spec.lengths,
    )


def _taken_over(start: Run, run: Run, said_again: set[str]) -> Run:
    """Give the run what the run it starts from was given, wherever path and shape agree.

    Of inputs and states of other sizes, the part that both have is taken over.  What was set by
    hand and does not fit must be said again: a fresh draw in its place would go unnoticed.
    """
    weights_in_time = any("timesteps" in a.axes for p, a in run.given.items() if p != "inputs")
    if not start.touched and "lengths" not in start.given and not weights_in_time:
        return run  # what is drawn by path and shape is the same already
    given = dict(run.given)
    for path, old in start.given.items():
        new = given.get(path)
        if new is None or path in said_again:
            continue
        alike = new.axes == old.axes and new.shape[-1] == old.shape[-1]
        if path in start.touched and not (alike and _fits(new, old)):
            raise ExperimentError(f"{path} was set before and has another shape here: say it again")
        if alike and new.shape == old.shape:
            given[path] = old
        elif alike and {"batch", "timesteps"} & {*new.axes}:
            both = tuple(slice(0, min(a, b)) for a, b in zip(new.shape, old.shape, strict=True))
            given[path] = _inserted(new, both, old.take(both))
    taken = Run(run.model, run.sizes, given, start.touched & {*given})
    if "lengths" in start.given and "lengths" not in said_again:
        return taken.with_lengths(start.given["lengths"])
    return taken


def _fits(new: Array, old: Array) -> bool:
    """Whether everything that the new array holds is in the old one."""
    cut = "batch" in new.axes or "timesteps" in new.axes
    return new.shape == old.shape or (
        cut and all(n <= o for n, o in zip(new.shape, old.shape, strict=True))
    )


def _inserted(whole: Array, index: tuple[Any, ...] | None, part: Array) -> Array:
    data = whole.data.astype(np.result_type(whole.data, part.data))
    if data[index].shape != part.shape:
        raise ExperimentError(f"a place of shape {data[index].shape} cannot take {part.shape}")
    data[index] = part.data
    return Array(data, whole.axes)
