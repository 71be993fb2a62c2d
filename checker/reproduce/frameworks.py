"""The text of a layer in a framework's own API, with the weights of a run copied gate by gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from checker.experiments.trial import DoesNotFitError
from checker.experiments.world import Make
from checker.frameworks.offers import FRAMEWORKS, missing
from checker.models.protocol import Model
from checker.models.registry import build
from checker.nouns import Test, Value
from checker.reproduce.classes import CALLED, MADE, class_of
from checker.reproduce.lines import fitted
from checker.reproduce.loops import (
    OVER_TIME,
    at,
    before,
    defined,
    display,
    given_back,
    inputs,
    record,
)
from checker.reproduce.slots import Layer, NoScriptError

_IMPORTS: Mapping[str, tuple[str, ...]] = {
    "torch": ("import torch",),
    "keras": ("import keras",),
    "tensorflow": ("import tensorflow as tf", "from tensorflow.python.ops import rnn_cell"),
}


def imports(framework: str | None, *more: str) -> list[str]:
    """The lines at the top of a script: the standard library's modules, numpy, the framework."""
    modules = [*more, *(["os"] if framework in ("keras", "tensorflow") else []), "sys"]
    modules += ["warnings"] if framework == "tensorflow" else []
    lines = [f"import {module}" for module in sorted(module for module in modules if module)]
    lines += ["", "import numpy as np"]
    if framework in ("keras", "tensorflow"):
        lines += ["", 'os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"  # no notices of its build']
    if framework == "keras":
        lines.append('os.environ["KERAS_BACKEND"] = "tensorflow"')
    if framework == "tensorflow":
        lines.append('warnings.filterwarnings("ignore")  # its cells warn that they are old')
    return [*lines, *_IMPORTS.get(framework or "", ())]


def framework_layer(layer: Layer, seen: frozenset[str], framework: str) -> str:
    """The text of a function from all that a layer is given to that and what it gives.

    Where the state of every step is looked at, the layer is called once for each step.
    """
    if seen & {"gates", "operations", "lengths"}:
        word = sorted(seen & {"gates", "operations", "lengths"})[0]
        raise NoScriptError(f"a framework's layer does not show {word} in a short script")
    name, (called, state, outputs, after) = class_of(layer, framework), CALLED[framework](layer)
    place, form, star = at(layer), "f" if layer.composed else "", "*" * (framework == "keras")
    lines = [
        *defined(layer, f"The real {name}, with the weights of the run."),
        f"    units = {before(layer)[-1]}.shape[1]",  # of c where there is one: h may be projected
        *(f"    {line}" for line in MADE[framework](layer, name, inputs(layer), place)),
        f"    state = {state.format(at=place, f=form)}",
    ]
    if seen & {"entering", "leaving"}:
        states = "".join(f"{s}, " for s in layer.states)
        lines += [
            "    steps = []",
            f"    {states.rstrip(', ')} = {', '.join(before(layer))}",
            f"    for x in {inputs(layer)}.swapaxes(0, 1)[:, :, None]:  # a call for each timestep",
            f"        {', '.join('old_' + s for s in layer.states)} = {states.rstrip(', ')}",
            f"        outputs, {star}state = {called.format(x='x')}",
            f"        {states.rstrip(', ')} = {', '.join(after[s] for s in layer.states)}",
            f"        steps.append({{{display(layer, record(layer, seen, f'{outputs}[:, 0]'))}}})",
            OVER_TIME,
            given_back(layer, "**over_time", {s: s for s in layer.states}),
        ]
    else:
        lines.append(f"    outputs, {star}state = {called.format(x=inputs(layer))}")
        lines.append(given_back(layer, f'"outputs": {outputs}', after))
    return "\n" + "\n".join(part for line in lines for part in fitted(line)) + "\n"


def twin(framework: str, test: Test) -> Make:
    """Our own model of what a framework makes of the options, run by run.

    As where claims are recorded, a second bias is 0 unless the claim speaks of it.
    DoesNotFitError in it says why the framework has no such model.
    """
    still = () if "recurrent_bias" in repr(test) else ("recurrent_bias",)

    def make(_: str, options: Mapping[str, Value]) -> Model:
        reason = missing(framework, options)
        if reason:
            raise DoesNotFitError(reason)
        return replace(build({**options, "layout": FRAMEWORKS[framework].layout}), still=still)

    return make
