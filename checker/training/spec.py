"""How one arm is trained: all keys with defaults and limits, resolved and checked before a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from checker.language.parse import offered
from checker.language.statistics import SEEDS
from checker.language.values import ExperimentError
from checker.nouns import Value
from checker.training.network import Network, layer_of
from checker.training.tasks import TASKS, Options, Task

READ = ("last", "every-step")
START = ("random", "alike", "nearly-alike")
KINDS = ("lstm", "gru", "rnn")
RESET = ("after", "before")

STEP = 5 * 10**5
"""What a timestep of one update costs at least, in multiply-adds, for all seeds together."""

LIMIT = 2 * 10**11
"""Multiply-adds of one claim, its control included: some twenty seconds."""

LARGEST = 2 * 10**6
"""Timesteps × units × examples in one update: what must be kept of one model for its gradient."""


@dataclass(frozen=True)
class Key:
    """What a key takes: a whole number or a number in a range, or one of a few words."""

    doc: str
    default: Value | None
    least: float = 0
    most: float = 0
    whole: bool = True
    words: tuple[str, ...] = ()

    def trouble(self, value: Any) -> str:
        """What must hold of the value; "" where it does."""
        if self.words:
            one_of = f"must be one of {', '.join(self.words)}"
            return "" if isinstance(value, str) and value in self.words else one_of
        number = isinstance(value, int if self.whole else int | float)
        fits = number and not isinstance(value, bool) and self.least <= value <= self.most
        kind = "a whole number" if self.whole else "a number"
        return "" if fits else f"must be {kind} from {self.least:g} to {self.most:g}"


OF_TRAINING: Mapping[str, Key] = {
    "examples": Key("examples to train on", 64, 1, 5000),
    "label_noise": Key("share of them whose answers are drawn anew, at random", 0.0, 0, 1, False),
    "units": Key("units of each layer", 8, 1, 256),
    "updates": Key("how often the weights are changed: the budget", 500, 0, 5000),
    "batch": Key("examples in one update; all of them unless named", None, 1, 5000),
    "learning_rate": Key("of Adam; with 0 nothing is learned", 0.01, 0, 10, False),
    "dropout": Key("share of outputs that an update leaves out", 0.0, 0, 0.9, False),
    "read": Key("what the dense head reads: the last output, or each one for its own answer",
                None, words=READ),
    "start": Key("weights at the start: random, or the same for every unit, or nearly the same",
                 "random", words=START),
}  # fmt: skip
"""What every task can be trained with; the words are shown to contributors."""

OF_TASKS: Mapping[str, Key] = {
    "timesteps": Key("steps of a sequence", None, 1, 64),
    "features": Key("numbers that are fed in at each step", None, 1, 64),
    "classes": Key("different labels", None, 2, 100),
    "bits": Key("bits to be told in the end", None, 1, 16),
    "distractors": Key("features that are noise alone", None, 0, 64),
    "numbers": Key("real numbers to be given again", None, 1, 512),
}  # fmt: skip
"""What some tasks take besides; the defaults are theirs."""

OF_MODEL: Mapping[str, Key] = {
    "kind": Key("the kind of layer", "lstm", words=KINDS),
    "layers": Key("layers on top of each other", 1, 1, 4),
    "forget_bias": Key("lstm: what the forget gate's bias starts from", 1.0, -10, 10, False),
    "reset": Key("gru: the reset gate acts before or after the product", "after", words=RESET),
}  # fmt: skip
"""What stands under ``model``."""

NEEDED_KIND = {"forget_bias": "lstm", "reset": "gru"}


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
        """Multiply-adds of all seeds and updates, and the least that many small steps cost."""
        update = len(SEEDS) * self.batch * self.network.multiply_adds(self.timesteps)
        return self.updates * (update + self.timesteps * self.layers * STEP)


@dataclass(frozen=True)
class Problem:
    """A key whose value cannot be used: the key, what must hold, and a tip."""

    key: str
    message: str
    tip: str = ""


def problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything that is wrong with the keys of one arm, ``model`` among them."""
    name = given.get("task")
    if name not in TASKS:
        message = "a task must be named" if name is None else f"there is no task {name!r}"
        yield Problem("task", message, offered(str(name), sorted(TASKS)))
        return
    known = _keys(TASKS[name])
    for key, value in given.items():
        if key in ("task", "model"):
            continue
        if key not in known:
            yield Problem(key, f"the task {name} takes no {key}", offered(key, sorted(known)))
        elif trouble := known[key].trouble(value):
            yield Problem(key, f"{key} {trouble}")
    kind = given.get("model", {}).get("kind", "lstm")
    for key, value in given.get("model", {}).items():
        if key not in OF_MODEL:
            message = f"a model with {key} cannot be trained here"
            yield Problem("model", message, f"known are {', '.join(OF_MODEL)}")
        elif trouble := OF_MODEL[key].trouble(value):
            yield Problem("model", f"{key} {trouble}")
        elif NEEDED_KIND.get(key, kind) != kind:
            yield Problem("model", f"{key} belongs to the kind {NEEDED_KIND[key]}, not to {kind}")


def resolve(given: Mapping[str, Any]) -> Spec:
    """All keys of an arm with their defaults.

    Raises ExperimentError with the first thing that is wrong with them.
    """
    for problem in problems(given):
        raise ExperimentError(problem.message)
    task = TASKS[given["task"]]
    own: Options = {key: given.get(key, default) for key, default in task.options.items()}
    values = {key: given.get(key, known.default) for key, known in OF_TRAINING.items()}
    values |= {key: given.get("model", {}).get(key, k.default) for key, k in OF_MODEL.items()}
    one = task.make(own, 0, "train", 1)
    task.make(own, 0, "train", values["examples"])
    default = "every-step" if one.at_each_step else "last"
    if values["read"] == "every-step" and not one.at_each_step:
        raise ExperimentError(f"{given['task']} has no answer at each step: read is last")
    spec = Spec(
        **{
            **values,
            "read": values["read"] or default,
            "batch": min(values["batch"] or values["examples"], values["examples"]),
        },
        task=given["task"],
        of_task=tuple(sorted(own.items())),
        classes=one.classes,
        features=one.inputs.shape[2],
        answers=one.targets.shape[1],
        timesteps=one.inputs.shape[1],
    )
    kept = spec.timesteps * spec.units * spec.batch * spec.layers
    if kept > LARGEST:
        message = f"timesteps × units × layers × batch is {kept}, above {LARGEST}"
        raise ExperimentError(message)
    return spec


def _keys(task: Task) -> dict[str, Key]:
    return {**OF_TRAINING, **{key: OF_TASKS[key] for key in task.options}}
