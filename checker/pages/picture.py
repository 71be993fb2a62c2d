"""What the runs of the shown trial gave, as inline SVG: drawn from the results and nothing else.

Timesteps run to the right and units downwards, one circle for each output of one unit at one step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checker.pages.escape import plain
from checker.pages.matrix import matrices
from checker.pages.svg import axis_down, axis_right, opened, shade, tick
from checker.pages.words import Data, many, value

STEP, RADIUS = 27, 9.5
LEFT, TOP, BOTTOM = 40, 24, 40
MOST_RUNS, MOST_STEPS, MOST_UNITS = 5, 16, 16


def pictures(claim: Data) -> str:
    """The runs of the shown trial and what was measured on them, as figures; "" without one."""
    shown = claim["shown"]
    if not shown:
        return ""
    runs = {name: shown["runs"][name] for name in drawn_runs(claim)}
    largest = max((abs(number) for run in runs.values() for number in _numbers(run)), default=0.0)
    named = len(shown["runs"]) > 1
    drawn = [_figure(_run(name if named else "", run, largest)) for name, run in runs.items()]
    drawn += [_figure(svg, said) for svg, said in matrices(shown["matrices"])]
    return f'<div class="pictures">{"".join(drawn)}</div>' if drawn else ""


def drawn_runs(claim: Data) -> list[str]:
    """The runs that a picture is drawn of: in the order of the claim's file, not too large."""
    runs = claim["shown"]["runs"] if claim["shown"] else {}
    fitting = [n for n in claim["runs"] if n in runs and _can_be_drawn(runs[n]["outputs"])]
    return fitting[:MOST_RUNS]


def legend(claim: Data) -> str:
    """How to read the picture, in a sentence or two."""
    drawn = drawn_runs(claim)
    if not drawn:
        return ""
    shown = claim["shown"]
    first = " Of the batch, the first sequence is drawn." if shown["setting"]["batch"] > 1 else ""
    left_out = len(shown["runs"]) - len(drawn)
    more = f" {many(left_out, 'run')} not drawn." if left_out else ""
    return (
        "A column is the cell at one time step, a circle the output of one unit: "
        '<span class="swatch up"></span> above 0, <span class="swatch down"></span> below 0, '
        f"fuller the farther from it.{first}{more}"
    )


def _can_be_drawn(rows: list[list[float]] | None) -> bool:
    """Whether outputs are a block of timesteps × units, and not a huge one."""
    return bool(rows) and len(rows or []) <= MOST_STEPS and 0 < len((rows or [[]])[0]) <= MOST_UNITS


def _run(name: str, run: Data, largest: float) -> str:
    rows: list[list[float]] = run["outputs"]
    steps, units = len(rows), len(rows[0])
    what = _what_is_wide(run)
    width = max(LEFT + STEP * steps + 8, LEFT + 92)  # room for the name of the axis
    height = TOP + STEP * units + BOTTOM
    said = f"{f'Run {name}: ' if name else ''}{many(steps, 'timestep')} by {many(units, what)}."
    parts = [
        opened("run", width, height, said),
        f'<text class="name" x="{LEFT}" y="15">{plain(name)}</text>' if name else "",
        *_columns(steps, units),
        *_circles(rows, what, largest),
        *(tick(LEFT + STEP * (t + 0.5), height - BOTTOM + 14, t + 1) for t in range(steps)),
        *(tick(LEFT - 8, TOP + STEP * (u + 0.5) + 4, u + 1) for u in range(units)),
        axis_right(LEFT, height - 8, f"timesteps: {steps}"),
        axis_down(14, TOP + STEP * units / 2, f"{what}s: {units}"),
        "</svg>",
    ]
    return "".join(parts)


def _columns(steps: int, units: int) -> Iterator[str]:
    """The same cell, once for each step, with an arrow to the next."""
    high = STEP * units
    for t in range(steps):
        x = LEFT + STEP * t + 2
        yield f'<rect class="cell" x="{x}" y="{TOP}" width="{STEP - 4}" height="{high}" rx="8"/>'
        if t:
            y = TOP + high / 2
            yield f'<path class="arrow" d="M{x - 4} {y - 3:g}L{x} {y:g}L{x - 4} {y + 3:g}z"/>'


def _circles(rows: list[list[float]], what: str, largest: float) -> Iterator[str]:
    for t, row in enumerate(rows):
        for u, number in enumerate(row):
            x, y = LEFT + STEP * (t + 0.5), TOP + STEP * (u + 0.5)
            yield (
                f'<circle cx="{x:g}" cy="{y:g}" r="{RADIUS}" {shade(number, largest)}>'
                f"<title>timestep {t + 1}, {what} {u + 1}: {value(float(number))}</title></circle>"
            )


def _what_is_wide(run: Data) -> str:
    """Outputs have one entry per unit, unless a projection gives them another width."""
    same = run["outputs_shape"][-1] == run["sizes"].get("units")
    return "unit" if same and "projection" not in run["model"] else "output"


def _figure(svg: str, said: str = "") -> str:
    caption = f"<figcaption>{said}</figcaption>" if said else ""
    return f"<figure>{svg}{caption}</figure>"


def _numbers(run: Data) -> list[Any]:
    return [number for row in run["outputs"] for number in row]
