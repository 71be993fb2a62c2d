"""Learning curves: what the test measures while it is learned, a line for each arm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checker.pages.escape import plain
from checker.pages.svg import axis_right, opened
from checker.pages.words import Data, listed, value

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 300, 190, 40, 8, 24, 34
MOST_CURVES = 2
_CURVES = {"memorised_at": "train_accuracy", "lowest_test_loss": "test_loss"}
"""Which curve shows a figure that is not itself followed."""

_TITLES = {
    "train_accuracy": "accuracy on training examples",
    "test_accuracy": "accuracy on unseen examples",
    "train_loss": "loss on training examples",
    "test_loss": "loss on unseen examples",
}


def curves(arms: Mapping[str, Data]) -> Iterator[str]:
    """Drawings of what the test measures while it is learned, a few at most."""
    measured = [name for arm in arms.values() for name in arm["figures"]]
    wanted = dict.fromkeys(_CURVES.get(name, name) for name in measured)
    names = [n for n in wanted if any(n in arm["curves"] for arm in arms.values())]
    for name in names[:MOST_CURVES]:
        shown = {n: arm for n, arm in arms.items() if len(arm["curves"].get(name, [])) > 1}
        if shown:
            yield _chart(name, shown, list(arms))


def _chart(name: str, arms: Mapping[str, Data], order: list[str]) -> str:
    last = max(arm["updates"][-1] for arm in arms.values()) or 1
    accuracy = name.endswith("accuracy")
    highest = max(row[2] for arm in arms.values() for row in arm["curves"][name])
    top: float = 1 if accuracy else _round_up(highest)

    def x(update: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * update / last

    def y(figure: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - figure / top)

    ends = [f"{n}: {value(rounded(a['curves'][name][-1][1]))}" for n, a in arms.items()]
    said = f"Learning curves, {_TITLES[name]}, over {last} updates. In the end, {listed(ends)}."
    parts = [opened("curves", WIDTH, HEIGHT, said), _axes(name, last, top, y)]
    for arm in arms:
        kind = kind_of(order.index(arm))
        points = list(zip(arms[arm]["updates"], arms[arm]["curves"][name], strict=True))
        there = [f"{x(u):.1f} {y(low):.1f}" for u, (low, _, _) in points]
        back = [f"{x(u):.1f} {y(high):.1f}" for u, (_, _, high) in reversed(points)]
        middle = [f"{x(u):.1f} {y(mid):.1f}" for u, (_, mid, _) in points]
        parts.append(f'<path class="band {kind}" d="M{"L".join([*there, *back])}z"/>')
        parts.append(f'<path class="{kind}" d="M{"L".join(middle)}"/>')
    return "".join([*parts, "</svg>"])


def _axes(name: str, last: int, top: float, y: Any) -> str:
    """Lines at none, half and all, with their numbers, and the names of both axes."""
    parts = [f'<text class="name" x="{LEFT}" y="14">{plain(_TITLES[name])}</text>']
    for figure in (0, top / 2, top):
        parts.append(f'<path class="scale" d="M{LEFT} {y(figure):.1f}H{WIDTH - RIGHT}"/>')
        label = f'<text class="tick" x="{LEFT - 5}" y="{y(figure) + 4:.1f}" text-anchor="end">'
        parts.append(f"{label}{figure:g}</text>")
    parts.append(axis_right(LEFT, HEIGHT - 6, f"updates: 0 to {last}"))
    return "".join(parts)


def _round_up(highest: float) -> float:
    """The next number of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** (len(str(int(highest))) - 1) if highest >= 1 else 0.1
    while power > highest and power > 1e-6:
        power /= 10
    return next(power * step for step in (1, 2, 5, 10) if power * step >= highest or step == 10)


def kind_of(number: int) -> str:
    """The class of the line of an arm; dashes differ as well as colours."""
    return f"arm arm{number % 4}"


def rounded(figure: float) -> float | int:
    """A figure with three digits that count."""
    return int(figure) if figure == int(figure) else float(f"{figure:.3g}")
