"""What moved what: a grid of squares, empty where nothing moves at all, or a curve over time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from checker.pages.over_time import LEGEND, curve, is_curve, said
from checker.pages.svg import axis_down, axis_right, minus, opened, shade, tick
from checker.pages.words import Data, value

CELL = 22
LEFT, TOP, BOTTOM = 40, 40, 6
MOST_ROWS, MOST_COLUMNS, MOST_MATRICES = 16, 16, 2
_CALL = re.compile(r"(influence|jacobian)\((.*), ([^,\[\]]+(?:\[[^\]]*\])?(?:\.\w+)?)\)")

_LEGENDS = (
    "In the grid, a square is filled if nudging its row moves its column, else empty.",
    "In the grid, rows are what moves and columns what moves it: with a bar where it goes the "
    "other way, empty where nothing moves.",
)

Rows = list[list[float]]


class Drawn(NamedTuple):
    """What was measured, how much of it is filled, in words, and the drawing."""

    text: str
    said: str
    drawing: str
    legend: str


def matrices(found: Mapping[str, Data]) -> Iterator[Drawn]:
    """Each matrix that was measured and is not too large; not more than two."""
    measured = {text: matrix for text, matrix in found.items() if _CALL.fullmatch(text)}
    for text, matrix in list((measured or found).items())[:MOST_MATRICES]:
        rows, down, right = _as_rows(text, matrix)
        if is_curve(matrix["axes"], matrix["entries"]):
            along = next(axis for axis in (right, down) if axis.endswith("timesteps"))
            drawing = curve(matrix["entries"], along)
            yield Drawn(text, said(matrix["entries"]), drawing, LEGEND)
            continue
        if len(rows) <= MOST_ROWS and len(rows[0]) <= MOST_COLUMNS:
            legend = _LEGENDS[text.startswith("jacobian(")]
            yield Drawn(text, _said(rows), _drawn(rows, down, right), legend)


def _as_rows(text: str, matrix: Data) -> tuple[Rows, str, str]:
    """Rows with the names of both axes; what has one axis becomes one row, or one column."""
    entries: list[Any] = matrix["entries"]
    call = _CALL.fullmatch(text)
    down, right = ("nudged", "moved") if call and call[1] == "influence" else ("", "")
    if len(matrix["axes"]) == 2:
        return (
            entries,
            f"{down} {matrix['axes'][0]}".strip(),
            f"{right} {matrix['axes'][1]}".strip(),
        )
    axis = matrix["axes"][0] if matrix["axes"] else "entries"
    if call and call[2].endswith(f".{axis}"):
        return [[entry] for entry in entries], f"{down} {axis}", right
    return [entries], down, f"{right} {axis}".strip()


def _said(rows: Rows) -> str:
    """How many entries are not zero, in words: what an eye sees at once."""
    flat = [number for row in rows for number in row]
    moving = sum(number != 0 for number in flat)
    square = len(rows) == len(rows[0]) > 1
    diagonal = [r == c for r, row in enumerate(rows) for c, _ in enumerate(row)]
    if moving == len(flat):
        return f"all {moving} filled" if moving > 1 else "filled"
    if moving == 0:
        return "all empty"
    if square and [number != 0 for number in flat] == diagonal:
        return "only the diagonal filled"
    return f"{moving} of {len(flat)} filled"


def _drawn(rows: Rows, down: str, right: str) -> str:
    width = max(LEFT + CELL * len(rows[0]) + 6, LEFT + 8 * len(right) + 20)
    high = CELL * len(rows)
    height = max(TOP + high + BOTTOM, 2 * TOP + 3 * len(down))  # room for the name of the axis
    said = f"{len(rows)} rows ({down}) by {len(rows[0])} columns ({right}): {_said(rows)}"
    largest = max(abs(number) for row in rows for number in row)
    parts = [
        opened("matrix", width, height, said),
        axis_right(LEFT, 14, right),
        axis_down(14, TOP + high / 2, down),
        *_squares(rows, largest),
        minus(
            (LEFT + CELL * (c + 0.5), TOP + CELL * (r + 0.5))
            for r, row in enumerate(rows)
            for c, number in enumerate(row)
            if number < 0
        ),
        *(tick(LEFT + CELL * (c + 0.5), TOP - 6, c + 1) for c in range(len(rows[0]))),
        *(tick(LEFT - 9, TOP + CELL * (r + 0.5) + 4, r + 1) for r in range(len(rows))),
        "</svg>",
    ]
    return "".join(parts)


def _squares(rows: Rows, largest: float) -> Iterator[str]:
    for r, row in enumerate(rows):
        for c, number in enumerate(row):
            x, y = LEFT + CELL * c + 1, TOP + CELL * r + 1
            yield (
                f'<rect {shade(number, largest)} x="{x}" y="{y}" width="{CELL - 2}" '
                f'height="{CELL - 2}"><title>row {r + 1}, column {c + 1}: {value(float(number))}'
                "</title></rect>"
            )
