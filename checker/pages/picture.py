"""What the runs of the shown trial gave, as inline SVG: drawn from the results and nothing else.

Timesteps run to the right and units downwards, one circle for each output of one unit at one step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checker.pages.escape import code, plain
from checker.pages.matrix import matrices
from checker.pages.svg import axis_down, axis_right, minus, opened, shade, tick
from checker.pages.words import Data, many, value

STEP, RADIUS = 25, 9
LEFT, NAME, BOTTOM, LABEL = 32, 22, 40, 92
MOST_RUNS, MOST_STEPS, MOST_UNITS = 5, 16, 16


def pictures(claim: Data) -> str:
    """The runs of the shown trial and what was measured on them, as figures; "" without one."""
    shown = claim["shown"]
    if not shown:
        return ""
    runs = {name: shown["runs"][name] for name in drawn_runs(claim)}
    largest = max((abs(number) for run in runs.values() for number in _numbers(run)), default=0.0)
    named = len(shown["runs"]) > 1
    drawn = [_run(name if named else "", run, largest) for name, run in runs.items()]
    measured = list(matrices(shown["matrices"]))
    drawn += [
        matrix.drawing
        + (f"<figcaption>{code(matrix.text)}</figcaption>" if len(measured) > 1 else "")
        for matrix in measured
    ]
    figures = "".join(f"<figure>{drawing}</figure>" for drawing in drawn)
    return f'<div class="pictures">{figures}</div>' if drawn else ""


def drawn_runs(claim: Data) -> list[str]:
    """The runs that a picture is drawn of: in the order of the claim's file, not too large."""
    runs = claim["shown"]["runs"] if claim["shown"] else {}
    fitting = [n for n in claim["runs"] if n in runs and _can_be_drawn(runs[n]["outputs"])]
    return fitting[:MOST_RUNS]


def legend(claim: Data) -> str:
    """How to read the picture, in a sentence or two."""
    return " ".join(_legend(claim))


def _legend(claim: Data) -> Iterator[str]:
    drawn, shown = drawn_runs(claim), claim["shown"]
    if drawn:
        yield (
            "A column is the cell at one time step, a circle the output of one unit: "
            '<span class="swatch up"></span> above 0, <span class="swatch down"></span> with a bar '
            "below 0, fuller the farther from it."
        )
        if shown["setting"].get("batch", 1) != 1:
            yield "Of the batch, the first sequence is drawn."
        if len(drawn) < len(shown["runs"]):
            yield f"{many(len(shown['runs']) - len(drawn), 'run')} not drawn."
    if shown:
        yield from dict.fromkeys(matrix.legend for matrix in matrices(shown["matrices"]))


def _can_be_drawn(rows: list[list[float]] | None) -> bool:
    """Whether outputs are a block of timesteps × units, and not a huge one."""
    return bool(rows) and len(rows or []) <= MOST_STEPS and 0 < len((rows or [[]])[0]) <= MOST_UNITS


def _run(name: str, run: Data, largest: float) -> str:
    rows: list[list[float]] = run["outputs"]
    steps, units = len(rows), len(rows[0])
    what = _what_is_wide(run)
    top = NAME if name else 4
    width = max(LEFT + STEP * steps + 4, LABEL)  # room for the name of the axis
    height = top + STEP * units + BOTTOM
    said = f"{f'Run {name}: ' if name else ''}{many(steps, 'timestep')} by {many(units, what)}."
    parts = [
        opened("run", width, height, said),
        f'<text class="name" x="{LEFT}" y="15">{plain(name)}</text>' if name else "",
        *_columns(steps, units, top),
        *_circles(rows, what, largest, top),
        minus(
            (LEFT + STEP * (t + 0.5), top + STEP * (u + 0.5))
            for t, row in enumerate(rows)
            for u, number in enumerate(row)
            if number < 0
        ),
        *(tick(LEFT + STEP * (t + 0.5), height - BOTTOM + 14, t + 1) for t in range(steps)),
        *(tick(LEFT - 8, top + STEP * (u + 0.5) + 4, u + 1) for u in range(units)),
        axis_right(min(LEFT, width - LABEL + 4), height - 8, f"timesteps: {steps}"),
        axis_down(12, max(top + STEP * units / 2, LABEL / 4), f"{what}s: {units}"),
        "</svg>",
    ]
    return "".join(parts)


def _columns(steps: int, units: int, top: int) -> Iterator[str]:
    """The same cell, once for each step, with an arrow to the next."""
    high = STEP * units
    for t in range(steps):
        x = LEFT + STEP * t + 2
        yield f'<rect class="cell" x="{x}" y="{top}" width="{STEP - 4}" height="{high}" rx="8"/>'
        if t:
            y = top + high / 2
            yield f'<path class="arrow" d="M{x - 4} {y - 3:g}L{x} {y:g}L{x - 4} {y + 3:g}z"/>'


def _circles(rows: list[list[float]], what: str, largest: float, top: int) -> Iterator[str]:
    for t, row in enumerate(rows):
        for u, number in enumerate(row):
            x, y = LEFT + STEP * (t + 0.5), top + STEP * (u + 0.5)
            yield (
                f'<circle cx="{x:g}" cy="{y:g}" r="{RADIUS}" {shade(number, largest)}>'
                f"<title>timestep {t + 1}, {what} {u + 1}: {value(float(number))}</title></circle>"
            )


def _what_is_wide(run: Data) -> str:
    """Outputs have one entry per unit, unless a projection gives them another width."""
    same = run["outputs_shape"][-1] == run["sizes"].get("units")
    return "unit" if same and "projection" not in run["model"] else "output"


def _numbers(run: Data) -> list[Any]:
    return [number for row in run["outputs"] for number in row]
