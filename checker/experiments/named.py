"""Experiments that YAML cannot say: Python functions of a knowledge base, tried like any other.

A file in ``_experiments`` of the folder of claims registers functions:

    @experiment(
        at={"rows": (1, 2, 5), "classes": (2, 3, 7)},
        sizes=("rows", "classes"),
        variants={"columns": Variant("The sum runs over the rows.", "softmax-sums-over-rows")},
    )
    def softmax(rows: int, classes: int, variant: str) -> Observed: ...

A claim names one (``experiment: softmax``), and its test reads what the function returns.
``variant`` is "" for the real thing; each variant is a rival, in which one misreading is true.
The file is code, and is reviewed as code: whoever runs claims runs it.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from checker.experiments.evidence import plain
from checker.experiments.grid import MAX_SETTINGS
from checker.language.evaluate import evaluate, truth
from checker.language.parse import parse
from checker.language.tolerance import Comparisons
from checker.language.values import Array, ExperimentError
from checker.nouns import Experiment, Outcome, Setting, Trial, Value

FOLDER = "_experiments"
VARIANT = "variant"

Observed = Mapping[str, Array | int | float | bool | str]
"""What an experiment returns: what a test can look at, by name."""


@dataclass(frozen=True)
class Variant:
    """A misreading as a variant of an experiment, with the claim that it makes true."""

    belief: str
    makes_true: str


@dataclass(frozen=True)
class Named:
    """A registered experiment: what it enumerates, which of that are sizes, and its variants."""

    run: Callable[..., Observed]
    at: Mapping[str, tuple[Value, ...]]
    sizes: tuple[str, ...] = ()
    variants: Mapping[str, Variant] = field(default_factory=dict)


EXPERIMENTS: dict[str, Named] = {}


def experiment(
    at: Mapping[str, tuple[Value, ...]],
    sizes: tuple[str, ...] = (),
    variants: Mapping[str, Variant] | None = None,
) -> Callable[[Callable[..., Observed]], Callable[..., Observed]]:
    """Register a function under its own name; see the text of this module."""

    def register(run: Callable[..., Observed]) -> Callable[..., Observed]:
        EXPERIMENTS[run.__name__] = Named(run, dict(at), sizes, dict(variants or {}))
        return run

    return register


def files(folder: Path) -> list[Path]:
    """The files with experiments of a folder of claims."""
    return sorted(path for path in (folder / FOLDER).glob("*.py") if path.is_file())


def load(folder: Path) -> None:
    """Run the files of ``_experiments``, and forget the experiments of another folder.

    ExperimentError where one cannot be run.
    """
    EXPERIMENTS.clear()
    for path in files(folder):
        spec = importlib.util.spec_from_file_location(f"_experiments_{path.stem}", path)
        if spec is None or spec.loader is None:
            continue
        module = importlib.util.module_from_spec(spec)
        writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
            raise ExperimentError(f"{FOLDER}/{path.name} cannot be run: {told}") from None
        finally:
            sys.dont_write_bytecode = writes


def names_in(path: Path) -> Iterator[str]:
    """The experiments that a file registers, read and not run; none where it is no Python."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            called = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
            if any(getattr(d, "id", getattr(d, "attr", "")) == "experiment" for d in called):
                yield node.name


def rival_name(name: str, variant: str) -> str:
    """What a variant is called among the rivals of a knowledge base."""
    return f"{name}-{variant}".replace("_", "-")


def variants() -> dict[str, Variant]:
    """The variants of all registered experiments, by their names as rivals."""
    return {
        rival_name(name, variant): what
        for name, known in EXPERIMENTS.items()
        for variant, what in known.variants.items()
    }


def named(name: str) -> Named:
    """The experiment of that name; ExperimentError where no file has registered it."""
    if name not in EXPERIMENTS:
        raise ExperimentError(f"there is no experiment {name!r} in {FOLDER}")
    return EXPERIMENTS[name]


def grid(claim: Experiment) -> list[Setting]:
    """All settings, those with the smallest sizes first.

    ExperimentError where ``where`` leaves none, or where they are too many.
    """
    known = named(claim.name)
    unknown = [name for name in claim.at if name not in known.at]
    if unknown:
        raise ExperimentError(f"{claim.name} has no {unknown[0]!r}, only {', '.join(known.at)}")
    at = {**known.at, **claim.at}
    everything: list[Setting] = [
        dict(zip(at, values, strict=True)) for values in product(*at.values())
    ]
    if claim.where is not None:
        condition = parse(claim.where)
        everything = [s for s in everything if truth(condition, _World({**s}))]
    if not everything:
        raise ExperimentError("the grid is empty: no setting fulfils where")
    if len(everything) > MAX_SETTINGS:
        raise ExperimentError(f"the grid has {len(everything)} settings, above {MAX_SETTINGS}")
    return sorted(everything, key=lambda setting: sum(_sizes(known, setting)))


def distinct(claim: Experiment, setting: Setting) -> bool:
    """Whether no two sizes of an experiment coincide at a setting."""
    sizes = _sizes(named(claim.name), setting)
    return len(set(sizes)) == len(sizes)


def named_trial(
    claim: Experiment,
    setting: Setting,
    variant: str = "",
    changed: Mapping[str, str] | None = None,
    keep: bool = False,
    fill: int | None = None,
) -> Trial:
    """The test on the experiment, on a variant of it, or with other settings, by expressions.

    With ``fill`` everything that the experiment returns is that number: a test that does not
    notice looks at nothing.  A crash is an error on the real thing and under a control; on a
    variant it means that the test does not apply.
    """
    real = not variant and fill is None
    on_error = Outcome.ERROR if real else Outcome.NOT_APPLICABLE
    try:
        known = named(claim.name)
        given = {**setting, VARIANT: variant}
        given |= {n: _changed(known, n, text, setting) for n, text in (changed or {}).items()}
        world = _World({**given, **_filled(known.run(**given), fill)})
        outcome = Outcome.YES if truth(parse(claim.test), world) else Outcome.NO
    except ExperimentError as error:
        return Trial(setting, on_error, str(error))
    except Exception as error:  # a crash of any kind must never pass for an outcome
        return Trial(setting, on_error, f"{type(error).__name__}: {error}")
    near = world.comparisons.near_because
    shown = _evidence(world) if keep else {}
    return Trial(setting, outcome, near, bool(near), shown)


def _sizes(known: Named, setting: Setting) -> list[int]:
    return [int(setting[name]) for name in known.sizes]


def _changed(known: Named, name: str, text: str, setting: Setting) -> Value:
    """What a control changes: the name of a variant, or an expression over settings."""
    if name == VARIANT:
        if text not in known.variants:
            raise ExperimentError(f"there is no variant {text!r}, only {', '.join(known.variants)}")
        return text
    if name not in known.at:
        raise ExperimentError(f"there is no {name!r} to change, only {', '.join(known.at)}")
    found: Value = evaluate(parse(text), _World({**setting}))
    return found


def _filled(observed: Observed, fill: int | None) -> Observed:
    if fill is None:
        return observed
    return {
        name: Array(np.full(value.shape, float(fill)), value.axes)
        if isinstance(value, Array)
        else type(value)(fill)
        for name, value in observed.items()
    }


def _evidence(world: _World) -> dict[str, Any]:
    compared = world.comparisons.evidence
    arrays = {text: value for text, value in compared.items() if isinstance(value, Array)}
    return {
        "values": {text: plain(v) for text, v in compared.items() if text not in arrays},
        "matrices": {
            text: {"axes": list(array.axes), "entries": plain(array)}
            for text, array in arrays.items()
        },
        "runs": {},
    }


class _World:
    """What a test sees of an experiment: its settings, and what it returned."""

    def __init__(self, names: Mapping[str, Any]):
        self.comparisons = Comparisons()
        self._names = names

    def look_up(self, name: str) -> Any:
        if name not in self._names or name == VARIANT:
            known = ", ".join(other for other in self._names if other != VARIANT)
            raise ExperimentError(f"no name {name!r} here, only {known}")
        value = self._names[name]
        if isinstance(value, Array) and not np.all(np.isfinite(value.data)):
            raise ExperimentError(f"{name} is not finite")
        return value

    def influence(self, source: Any, target: Any) -> Any:
        raise ExperimentError("an experiment in Python measures influence by itself")

    jacobian = influence

    def share(self, condition: Any) -> Any:
        raise ExperimentError("an experiment in Python draws and counts by itself")
