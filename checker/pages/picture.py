"""What the runs of the shown trial gave, as inline SVG: drawn from the results and nothing else.

Timesteps run to the right and units downwards, one circle for each output of one unit at one step.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checker.pages.escape import plain
from checker.pages.matrix import matrices
from checker.pages.words import Data, many, value

STEP, RADIUS = 27, 9.5
LEFT, TOP, BOTTOM = 40, 24, 40
MOST_RUNS, MOST_STEPS, MOST_UNITS = 5, 16, 16


def pictures(claim: Data) -> str:
    """The runs of the shown trial and what was measured on them, as figures; "" without one."""
    shown = claim["shown"]
    if not shown:
        return ""
    names = [name for name in claim["runs"] if name in shown["runs"]][:MOST_RUNS]
    runs = {name: shown["runs"][name] for name in names if can_be_drawn(shown["runs"][name])}
    largest = max((abs(n) for run in runs.values() for n in _numbers(run)), default=0.0)
    drawn = [
        _figure(_run(name if len(names) > 1 else "", run, largest)) for name, run in runs.items()
    ]
    drawn += [_figure(svg, said) for svg, said in matrices(shown["matrices"])]
    return f'<div class="pictures">{"".join(drawn)}</div>' if drawn else ""


def legend(claim: Data) -> str:
    """How to read the picture, in a sentence or two."""
    shown = claim["shown"]
    if not shown or not any(can_be_drawn(run) for run in shown["runs"].values()):
        return ""
    first = (
        " Only the first sequence of the batch is drawn." if shown["setting"]["batch"] > 1 else ""
    )
    left_out = len(claim["runs"]) - MOST_RUNS
    more = f" {many(left_out, 'more run')} not drawn." if left_out > 0 else ""
    return (
        "A column is the cell at one time step, a circle the output of one unit: "
        '<span class="swatch up"></span> above 0, <span class="swatch down"></span> below 0, '
        f"fuller the farther from it.{first}{more}"
    )


def can_be_drawn(run: Data) -> bool:
    """Whether the outputs of a run are a block of timesteps × units, and not a huge one."""
    rows = run["outputs"]
    return bool(rows) and len(rows) <= MOST_STEPS and 0 < len(rows[0]) <= MOST_UNITS


def shade(number: float, largest: float) -> str:
    """The class and the opacity that show a number; nothing is filled where it is exactly 0."""
    if number == 0 or largest == 0:
        return 'class="zero"'
    kind = "up" if number > 0 else "down"
    return f'class="{kind}" fill-opacity="{0.15 + 0.85 * abs(number) / largest:.2f}"'


def _run(name: str, run: Data, largest: float) -> str:
    rows: list[list[float]] = run["outputs"]
    steps, units = len(rows), len(rows[0])
    what = _what_is_wide(run)
    width, height = LEFT + STEP * steps + 8, TOP + STEP * units + BOTTOM
    said = f"{f'Run {name}: ' if name else ''}{many(steps, 'timestep')} by {many(units, what)}."
    parts = [
        f'<svg role="img" class="run" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-label="{plain(said)}"><title>{plain(said)}</title>',
        f'<text class="name" x="{LEFT}" y="15">{plain(name)}</text>',
        *_columns(steps, units),
        *_circles(rows, what, largest),
        *_axes(steps, units, what, height),
        "</svg>",
    ]
    return "".join(parts)


def _columns(steps: int, units: int) -> Iterator[str]:
    """The same cell, once for each step, with an arrow to the next."""
    for t in range(steps):
        x, high = LEFT + STEP * t + 2, STEP * units
        yield f'<rect class="cell" x="{x}" y="{TOP}" width="{STEP - 4}" height="{high}" rx="8"/>'
        if t:
            y = TOP + high / 2
            yield f'<path class="arrow" d="M{x - 4.5} {y - 3}L{x - 0.5} {y}L{x - 4.5} {y + 3}z"/>'


def _circles(rows: list[list[float]], what: str, largest: float) -> Iterator[str]:
    for t, row in enumerate(rows):
        for u, number in enumerate(row):
            x, y = LEFT + STEP * (t + 0.5), TOP + STEP * (u + 0.5)
            yield (
                f'<circle cx="{x}" cy="{y}" r="{RADIUS}" {shade(number, largest)}>'
                f"<title>timestep {t + 1}, {what} {u + 1}: {value(float(number))}</title></circle>"
            )


def _axes(steps: int, units: int, what: str, height: int) -> Iterator[str]:
    for t in range(steps):
        yield _label(LEFT + STEP * (t + 0.5), height - BOTTOM + 14, str(t + 1))
    for u in range(units):
        yield _label(LEFT - 8, TOP + STEP * (u + 0.5) + 4, str(u + 1))
    yield f'<text class="axis" x="{LEFT}" y="{height - 8}">timesteps: {steps} →</text>'
    middle = TOP + STEP * units / 2
    yield (
        f'<text class="axis" transform="translate(14 {middle}) rotate(-90)" '
        f'text-anchor="middle">{plain(what)}s: {units}</text>'
    )


def _label(x: float, y: float, words: str) -> str:
    return f'<text class="tick" x="{x}" y="{y}" text-anchor="middle">{words}</text>'


def _what_is_wide(run: Data) -> str:
    """Outputs have one entry per unit, unless a projection gives them another width."""
    same = run["outputs_shape"][-1] == run["sizes"].get("units")
    return "unit" if same and "projection" not in run["model"] else "output"


def _figure(svg: str, said: str = "") -> str:
    caption = f"<figcaption>{said}</figcaption>" if said else ""
    return f"<figure>{svg}{caption}</figure>"


def _numbers(run: Data) -> list[Any]:
    return [number for row in run["outputs"] for number in row]
