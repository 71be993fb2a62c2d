"""How one arm is trained: all keys with defaults and limits, resolved and checked before a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from checker.language.parse import offered
from checker.language.statistics import SEEDS
from checker.language.values import ExperimentError
from checker.training.keys import NEEDED_KIND, OF_MODEL, OF_TASKS, OF_TRAINING, Key
from checker.training.network import Network, layer_of
from checker.training.tasks import TASKS, TESTS, Options, Task

STEP = 5 * 10**5
"""What a timestep of one update costs at least, in multiply-adds, for all seeds together."""

LIMIT = 2 * 10**11
"""Multiply-adds of one claim, its control included: some twenty seconds."""

POINTS = 10
"""Points of a learning curve, besides the one before the first update."""

MOST_NUMBERS = 5 * 10**5
"""Numbers that the training examples of one seed may hold."""

LARGEST = 2 * 10**6
"""Timesteps × units × examples in one update: what must be kept of one model for its gradient."""


@dataclass(frozen=True)
class Spec:
    """One arm, complete: equal ones give equal figures."""

    task: str
    of_task: tuple[tuple[str, int], ...]
    examples: int
    label_noise: float
    units: int
    updates: int
    batch: int
    learning_rate: float
    dropout: float
    read: str
    start: str
    kind: str
    layers: int
    forget_bias: float
    reset: str
    classes: int = field(compare=False)
    features: int = field(compare=False)
    answers: int = field(compare=False)
    timesteps: int = field(compare=False)

    @cached_property
    def network(self) -> Network:
        """The network that the arm trains."""
        layer = layer_of(self.kind, self.reset)
        every_step = self.read == "every-step"
        return Network(
            layer, self.features, self.units, self.answers, self.classes, self.layers, every_step
        )

    @property
    def full_batch(self) -> bool:
        """Whether every update sees all examples."""
        return self.batch >= self.examples

    @property
    def cost(self) -> int:
        """Multiply-adds of all seeds, updates and looks, and the least that small steps cost."""
        example = len(SEEDS) * self.network.multiply_adds(self.timesteps)
        updates = self.updates if self.learning_rate else 0
        looks = min(self.updates, POINTS) + 1
        learned = updates * (self.batch * example + self.timesteps * self.layers * STEP)
        return learned + looks * (self.examples + TESTS) * example // 3  # forwards alone


@dataclass(frozen=True)
class Problem:
    """What is wrong with an arm: the key (of ``model``, if it stands there), and what must hold."""

    key: str
    message: str
    tip: str = ""


def problems(given: Mapping[str, Any]) -> list[Problem]:
    """Everything that is wrong with the keys of an arm."""
    name = given.get("task")
    if name not in TASKS:
        message = "a task must be named" if name is None else f"there is no task {name!r}"
        return [Problem("task", message, offered(str(name), sorted(TASKS)))]
    found = [*_of_keys(given, {**OF_TRAINING, **_own(TASKS[name])}), *_of_model(given)]
    if not found:
        try:
            _built(given)
        except ExperimentError as error:
            words = str(error).replace(",", " ").split()
            found.append(Problem(next((w for w in words if w in given), "task"), str(error)))
    return found


def resolve(given: Mapping[str, Any]) -> Spec:
    """All keys of an arm with their defaults.

    Raises ExperimentError with the first thing that is wrong with them.
    """
    for problem in problems(given):
        raise ExperimentError(problem.message)
    return _built(given)


def too_dear(specs: Iterable[Spec]) -> str:
    """Why these arms together are not trained, each once; "" where they are."""
    cost = sum(spec.cost for spec in {*specs})
    if cost <= LIMIT:
        return ""
    return (
        f"all arms together, the control's included, cost {cost:.0e} multiply-adds, above "
        f"{LIMIT:.0e}: take fewer updates, units or examples in a batch"
    )


def _of_keys(given: Mapping[str, Any], known: Mapping[str, Key]) -> Iterator[Problem]:
    for key, value in given.items():
        if key in ("task", "model"):
            continue
        if key not in known:
            message = f"the task {given['task']} takes no {key}"
            yield Problem(key, message, offered(key, sorted(known)))
        elif trouble := known[key].trouble(value):
            yield Problem(key, f"{key} {trouble}")


def _of_model(given: Mapping[str, Any]) -> Iterator[Problem]:
    model = given.get("model", {})
    kind = model.get("kind", OF_MODEL["kind"].default)
    for key, value in model.items():
        if key not in OF_MODEL:
            tip = offered(key, list(OF_MODEL))
            yield Problem(key, f"a model with {key} cannot be trained here", tip)
        elif trouble := OF_MODEL[key].trouble(value):
            yield Problem(key, f"{key} {trouble}")
        elif NEEDED_KIND.get(key, kind) != kind:
            yield Problem(key, f"{key} belongs to the kind {NEEDED_KIND[key]}, not to {kind}")


def _own(task: Task) -> dict[str, Key]:
    return {key: OF_TASKS[key] for key in task.options}


def _built(given: Mapping[str, Any]) -> Spec:
    """A spec of keys that are each as they must be; ExperimentError where they clash."""
    task = TASKS[given["task"]]
    own: Options = {key: given.get(key, default) for key, default in task.options.items()}
    values = {key: given.get(key, known.default) for key, known in OF_TRAINING.items()}
    values |= {key: given.get("model", {}).get(key, k.default) for key, k in OF_MODEL.items()}
    one = task.make(own, 0, "train", 1)
    if values["examples"] * one.inputs.size > MOST_NUMBERS:
        raise ExperimentError(
            f"examples × timesteps × features is at most {MOST_NUMBERS:.0e}, "
            f"not {values['examples'] * one.inputs.size:.0e}"
        )
    task.make(own, 0, "train", values["examples"])
    values["read"] = values["read"] or ("every-step" if one.at_each_step else "last")
    if values["read"] == "every-step" and not one.at_each_step:
        raise ExperimentError(f"read is last: {given['task']} has no answer at each step")
    if values["start"] != "random" and values["layers"] > 1:
        raise ExperimentError("start is random where there are several layers")
    values["batch"] = min(values["batch"] or values["examples"], values["examples"])
    timesteps, features = one.inputs.shape[1:]
    kept = timesteps * values["units"] * values["layers"] * values["batch"]
    if kept > LARGEST:
        where = "timesteps × units × layers × batch"
        raise ExperimentError(f"{where} is at most {LARGEST:.0e}, not {kept:.0e}")
    return Spec(
        **values,
        task=given["task"],
        of_task=tuple(sorted(own.items())),
        classes=one.classes,
        features=features,
        answers=one.targets.shape[1],
        timesteps=timesteps,
    )
