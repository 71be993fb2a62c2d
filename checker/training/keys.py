"""The keys of one arm of training, with defaults and limits; the words are for contributors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checker.nouns import Value

READ = ("last", "every-step")
START = ("random", "alike", "nearly-alike")
KINDS = ("lstm", "gru", "rnn")
RESET = ("after", "before")


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
    "label_noise": Key("share of them that get any other's answer, at random", 0.0, 0, 1, False),
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
