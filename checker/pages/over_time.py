"""How far something is moved, from one time step to the next, as a curve."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

from checker.pages.svg import axis_right, opened, tick
from checker.pages.words import value

WIDTH, HEIGHT = 250, 100
LEFT, TOP, BOTTOM = 52, 12, 36
LEAST, MOST = 4, 64
"""Fewer time steps are no curve, and more no picture."""
WIDE_RANGE = 30
"""Where the largest entry is so many times the smallest, the scale is logarithmic."""

LEGEND = (
    "Each point of a curve is one time step: the higher, the more is moved; a ring is exactly 0."
)


def is_curve(axes: Sequence[str], entries: Sequence[float]) -> bool:
    """Whether a measured vector runs along time, with enough steps to show how it goes on."""
    return list(axes) == ["timesteps"] and LEAST <= len(entries) <= MOST


def said(entries: Sequence[float]) -> str:
    """At how many time steps anything is moved, in words."""
    moved = sum(entry > 0 for entry in entries)
    return (
        f"above 0 at {'all' if moved == len(entries) else f'{moved} of'} {len(entries)} time steps"
    )


def curve(entries: Sequence[float], name: str) -> str:
    """The drawing; entries are not negative, since they say how far something moves."""
    moved = [(t, entry) for t, entry in enumerate(entries) if entry > 0]
    low, high, log = _scale([entry for _, entry in moved])
    step = WIDTH / len(entries)

    def at(t: int, entry: float) -> tuple[float, float]:
        part = (log10(entry) - low) / (high - low) if log else entry / high
        return LEFT + step * (t + 0.5), TOP + HEIGHT * (1 - part)

    points = [f"{x:.1f} {y:.1f}" for x, y in (at(t, entry) for t, entry in moved)]
    rings = "".join(
        f'<circle class="zero" cx="{LEFT + step * (t + 0.5):.1f}" cy="{TOP + HEIGHT}" r="3"/>'
        for t, entry in enumerate(entries)
        if entry == 0
    )
    ends = f"from {value(float(entries[0]))} to {value(float(entries[-1]))}"
    words = f"{name}, a curve over {len(entries)} time steps: {said(entries)}, {ends}."
    return "".join(
        [
            opened("curve", LEFT + WIDTH + 6, TOP + HEIGHT + BOTTOM, words),
            *_lines(low, high, log),
            f'<path class="trace" d="M{"L".join(points)}"/>' if points else "",
            f'<path class="points" d="{"".join(f"M{point}h0" for point in points)}"/>',
            rings,
            tick(LEFT + step / 2, TOP + HEIGHT + 15, 1),
            tick(LEFT + step * (len(entries) - 0.5), TOP + HEIGHT + 15, len(entries)),
            axis_right(LEFT, TOP + HEIGHT + 31, name),
            "</svg>",
        ]
    )


def _scale(moved: Sequence[float]) -> tuple[float, float, bool]:
    """The lower and the upper end: powers of ten for a wide range, else 0 and the largest."""
    if moved and max(moved) > WIDE_RANGE * min(moved):
        return floor(log10(min(moved))), ceil(log10(max(moved))), True
    return 0.0, max(moved, default=1.0), False


def _lines(low: float, high: float, log: bool) -> list[str]:
    """A line across for each power of ten, or for 0 and the largest entry, with its number."""
    marks = [low + n for n in range(int(high - low) + 1)] if log else [low, high]
    parts = []
    for mark in marks:
        y = TOP + HEIGHT * (1 - (mark - low) / (high - low))
        shown = value(10.0**mark if log else float(mark))
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}h{WIDTH}"/>')
        parts.append(tick(LEFT - 6, y + 4, shown, "end"))
    return parts
