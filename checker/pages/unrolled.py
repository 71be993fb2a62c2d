"""The picture that the first question is about: one cell, drawn once for each time step."""

from __future__ import annotations

from collections.abc import Iterator

from checker.pages.svg import axis_down, axis_right, opened, tick

QUESTION = "num-units"
"""The question that it answers."""
STEPS, UNITS = 4, 3
UNIT, GAP = 26, 34
LEFT, TOP = 34, 40
WIDE, HIGH = 44, UNIT * UNITS + 8

_SAID = (
    f"An LSTM with num_units {UNITS}, drawn for {STEPS} time steps. It is the same cell {STEPS} "
    f"times, each time with {UNITS} units inside. Each step reads its own input x and gives its "
    "own output h; the next step receives h and the cell state c. One set of weights serves all."
)
_LEGEND = (
    f"One cell, drawn once for each of {STEPS} time steps. The circles are its units: "
    f"<code>num_units</code> is {UNITS} here. The weights are the same at every step, so a longer "
    "sequence means more columns, and a larger <code>num_units</code> more circles in each."
)


def unrolled() -> str:
    """The drawing with its legend, as one line of HTML."""
    width = LEFT + STEPS * WIDE + (STEPS - 1) * GAP + 8
    weights = TOP + HIGH + 48
    parts = [
        opened("unrolled", width, weights + 46, _SAID),
        *(part for t in range(STEPS) for part in _cell(t, weights)),
        f'<rect class="cell" x="{LEFT}" y="{weights}" width="{width - LEFT - 8}" height="22" '
        'rx="6"/>',
        f'<text class="axis" x="{(LEFT + width - 8) / 2:g}" y="{weights + 15}" '
        f'text-anchor="middle">one set of weights, used {STEPS} times</text>',
        axis_right(LEFT, weights + 40, f"timesteps: {STEPS}"),
        axis_down(14, TOP + HIGH / 2, f"num_units: {UNITS}"),
        "</svg>",
    ]
    figure = f"<figure>{''.join(parts)}</figure>"
    return f'<div class="pictures">{figure}</div><p class="legend">{_LEGEND}</p>'


def _cell(t: int, weights: int) -> Iterator[str]:
    """One column: the cell with its units, what it reads and gives, and what it hands on."""
    x, bottom = LEFT + t * (WIDE + GAP), TOP + HIGH
    middle = x + WIDE / 2
    yield f'<path class="link" d="M{x + 6} {weights}V{bottom}"/>'
    yield f'<rect class="cell" x="{x}" y="{TOP}" width="{WIDE}" height="{HIGH}" rx="10"/>'
    for unit in range(UNITS):
        yield f'<circle class="unit" cx="{middle:g}" cy="{TOP + 4 + UNIT * (unit + 0.5):g}" r="9"/>'
    yield _up(middle, bottom + 22, bottom + 4) + _label(middle, bottom + 36, "x", t)
    yield _up(middle, TOP - 3, TOP - 18) + _label(middle, TOP - 24, "h", t)
    if t < STEPS - 1:
        y, start, end = TOP + HIGH / 2, x + WIDE + 2, x + WIDE + GAP - 3
        head = f"M{end - 5} {y - 4:g}L{end} {y:g}L{end - 5} {y + 4:g}"
        yield f'<path class="flow" d="M{start} {y:g}H{end}{head}"/>'
        yield tick((start + end) / 2, y - 8, "h, c")


def _up(x: float, start: float, end: float) -> str:
    head = f"M{x - 4:g} {end + 5:g}L{x:g} {end:g}L{x + 4:g} {end + 5:g}"
    return f'<path class="flow" d="M{x:g} {start:g}V{end:g}{head}"/>'


def _label(x: float, y: float, letter: str, t: int) -> str:
    return (
        f'<text class="axis" x="{x:g}" y="{y:g}" text-anchor="middle">{letter}'
        f'<tspan class="tick" dy="3">{t + 1}</tspan></text>'
    )
