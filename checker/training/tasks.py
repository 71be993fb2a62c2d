"""What networks are trained on: small tasks, drawn from a seed or bundled, and what each asks.

Every array is a pure function of the seed and of the task's own options; the examples of a small
training set are the first ones of a larger one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from checker.experiments.draws import stream
from checker.language.values import ExperimentError

TESTS = 200
"""Examples that no model is trained on."""

IMAGES, PIXELS = 1797, 64


@dataclass(frozen=True)
class Examples:
    """Inputs (examples, timesteps, features) and the right answers (examples, answers).

    Answers are whole numbers below ``classes``, or any numbers where there is one class.  Where
    each timestep has an answer of its own, ``at_each_step`` is true.
    """

    inputs: np.ndarray
    targets: np.ndarray
    classes: int
    at_each_step: bool = False


Options = Mapping[str, int]
Make = Callable[[Options, int, str, int], Examples]
"""Options, seed, part (``train`` or ``test``), how many → so many examples."""


@dataclass(frozen=True)
class Task:
    """Something to learn: how examples are made, and the task's own options with defaults."""

    make: Make
    options: Options

    @property
    def doc(self) -> str:
        """What the task is, in the words of the function that makes its examples."""
        return " ".join((self.make.__doc__ or "").split())


TASKS: dict[str, Task] = {}


def task(**options: int) -> Callable[[Make], Make]:
    """Register a task under the name of its function; its options with their defaults."""

    def register(make: Make) -> Make:
        TASKS[make.__name__.replace("_", "-")] = Task(make, options)
        return make

    return register


@task(timesteps=8)
def digits(options: Options, seed: int, part: str, examples: int) -> Examples:
    """Real handwritten digits, 8 × 8 pixels: which digit is it?  Read row by row in 8 timesteps
    of 8 features; with other timesteps the 64 pixels are cut into so many pieces."""
    if PIXELS % options["timesteps"]:
        raise ExperimentError("the timesteps of digits are 1, 2, 4, 8, 16, 32 or 64")
    if examples > IMAGES - TESTS:
        raise ExperimentError(f"digits has {IMAGES - TESTS} examples to train on, not {examples}")
    pixels, labels = _images()
    order = stream("task.digits", (), seed).permutation(IMAGES)
    chosen = order[:examples] if part == "train" else order[-examples:]
    pieces = pixels[chosen].reshape(examples, options["timesteps"], -1)
    return Examples(pieces, labels[chosen][:, None], classes=10)


@task(timesteps=6, features=3, classes=10)
def random_labels(options: Options, seed: int, part: str, examples: int) -> Examples:
    """Random sequences with random labels: nothing can be learned, only memorised."""
    inputs = _normal(options, seed, part, examples, options["features"])
    drawn = stream(f"task.random-labels.{part}", (), seed)
    labels = drawn.integers(options["classes"], size=(examples, 1))
    return Examples(inputs, labels, options["classes"])


@task(timesteps=5, bits=2, distractors=0)
def recall(options: Options, seed: int, part: str, examples: int) -> Examples:
    """Delayed recall: the first timestep shows some bits, ±1 each, the others show noise; after
    the last one every bit has to be told.  ``distractors`` are further features, noise alone."""
    bits = _bits(options, seed, part, examples, options["bits"])
    inputs = _normal(options, seed, part, examples, options["bits"] + options["distractors"])
    inputs[:, 0, : options["bits"]] = 2 * bits - 1
    return Examples(inputs, bits, classes=2)


@task(timesteps=20)
def latch(options: Options, seed: int, part: str, examples: int) -> Examples:
    """One feature: the sign of the first timestep has to be kept through noise until the last."""
    return recall({**options, "bits": 1, "distractors": 0}, seed, part, examples)


@task(timesteps=4, numbers=8)
def copying(options: Options, seed: int, part: str, examples: int) -> Examples:
    """Random real numbers, as many at each timestep, have to be given again from the last output
    alone; the loss is the squared error, and always to say 0 makes it 1."""
    if options["numbers"] % options["timesteps"]:
        raise ExperimentError("the numbers of copying are a multiple of its timesteps")
    inputs = _normal(options, seed, part, examples, options["numbers"] // options["timesteps"])
    return Examples(inputs, inputs.reshape(examples, -1), classes=1)


@task(timesteps=8)
def tagging(options: Options, seed: int, part: str, examples: int) -> Examples:
    """One bit at each timestep, ±1, and a label for each: is the bit another one than before?"""
    bits = _bits(options, seed, part, examples, options["timesteps"])
    before = np.concatenate([np.zeros_like(bits[:, :1]), bits[:, :-1]], axis=1)
    return Examples(2.0 * bits[:, :, None] - 1, bits ^ before, classes=2, at_each_step=True)


@task(timesteps=6)
def parity(options: Options, seed: int, part: str, examples: int) -> Examples:
    """One bit at each timestep, ±1: is the number of ones odd?"""
    bits = _bits(options, seed, part, examples, options["timesteps"])
    return Examples(2.0 * bits[:, :, None] - 1, bits.sum(axis=1, keepdims=True) % 2, classes=2)


@cache
def _images() -> tuple[np.ndarray, np.ndarray]:
    """Pixels (images, 64) from 0 to 1 and labels (images,); see digits.md."""
    recorded = files(__package__).joinpath("digits.npz")
    with recorded.open("rb") as file, np.load(file) as arrays:
        pixels, labels = arrays["pixels"], arrays["labels"]
    return pixels.reshape(IMAGES, PIXELS) / 16, labels.astype(np.int64)


def _normal(options: Options, seed: int, part: str, examples: int, features: int) -> np.ndarray:
    shape = (options["timesteps"], features)
    return stream(f"task.inputs.{part}", shape, seed).standard_normal((examples, *shape))


def _bits(options: Options, seed: int, part: str, examples: int, bits: int) -> np.ndarray:
    return stream(f"task.bits.{part}", (bits,), seed).integers(2, size=(examples, bits))
