"""What a rival is, and the list of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checker.models.protocol import Model


@dataclass(frozen=True)
class Rival:
    """A misreading as a model, with the published claim that it makes true."""

    name: str
    belief: str
    makes_true: str
    kinds: tuple[str, ...]
    level: str
    change: Callable[[Model, bool], Model]

    def of(self, model: Model, believed: bool = True) -> Model | None:
        """The model with this belief; None where the belief says nothing about such a model."""
        fits = model.kind in self.kinds and model.level == self.level
        return self.change(model, believed) if fits else None


RIVALS: dict[str, Rival] = {}


def rival(
    makes_true: str, kinds: tuple[str, ...] = ("lstm",), level: str = "layer"
) -> Callable[[Callable[[Model, bool], Model]], Callable[[Model, bool], Model]]:
    """Register a rival under its function's name; the docstring is the belief, for readers.

    ``level`` is what it changes: a layer, both directions, a stack, or a layer with a head.
    """

    def register(change: Callable[[Model, bool], Model]) -> Callable[[Model, bool], Model]:
        name = change.__name__.replace("_", "-")
        belief = " ".join((change.__doc__ or "").split())
        RIVALS[name] = Rival(name, belief, makes_true, kinds, level, change)
        return change

    return register
