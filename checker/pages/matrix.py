"""What moved what, as a grid of squares: empty where nothing moves at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from checker.pages.escape import code
from checker.pages.svg import axis_down, axis_right, opened, shade, tick
from checker.pages.words import Data, value

CELL, SMALL = 22, 9
LEFT, TOP, BOTTOM = 40, 40, 6
MOST_ROWS, MOST_COLUMNS, MOST_MATRICES = 16, 32, 2
_CALL = re.compile(r"(influence|jacobian)\((.*), ([^,\[\]]+(?:\[[^\]]*\])?(?:\.\w+)?)\)")

Rows = list[list[float]]


def matrices(found: Mapping[str, Data]) -> Iterator[tuple[str, str]]:
    """Each matrix that was measured, as SVG and what to say below it; not more than two."""
    measured = {text: matrix for text, matrix in found.items() if _CALL.fullmatch(text)}
    for text, matrix in list((measured or found).items())[:MOST_MATRICES]:
        rows, down, right = _as_rows(text, matrix)
        if len(rows) <= MOST_ROWS and len(rows[0]) <= MOST_COLUMNS:
            yield _drawn(rows, down, right), f"{code(text)}: {_said(rows)}"


def _as_rows(text: str, matrix: Data) -> tuple[Rows, str, str]:
    """Rows with the names of both axes; what has one axis becomes one row, or one column."""
    entries: list[Any] = matrix["entries"]
    call = _CALL.fullmatch(text)
    down, right = ("nudged", "moved") if call and call[1] == "influence" else ("", "")
    if len(matrix["axes"]) == 2:
        return entries, f"{down} {matrix['axes'][0]}".strip(), f"{right} {matrix['axes'][1]}".strip()
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
        return f"all {moving} are filled." if moving > 1 else "it is filled."
    if moving == 0:
        return "all are empty."
    if square and [number != 0 for number in flat] == diagonal:
        return "only the diagonal is filled."
    return f"{moving} of {len(flat)} are filled."


def _drawn(rows: Rows, down: str, right: str) -> str:
    size = CELL if len(rows[0]) <= MOST_ROWS else SMALL
    width = max(LEFT + size * len(rows[0]) + 6, LEFT + 8 * len(right) + 20)
    high = size * len(rows)
    height = max(TOP + high + BOTTOM, 2 * TOP + 3 * len(down))  # room for the name of the axis
    said = f"{len(rows)} rows ({down}) by {len(rows[0])} columns ({right}): {_said(rows)}"
    largest = max(abs(number) for row in rows for number in row)
    ticks = size == CELL
    parts = [
        opened("matrix", width, height, said),
        axis_right(LEFT, 14, right),
        axis_down(14, TOP + high / 2, down),
        *_squares(rows, size, largest),
        *(tick(LEFT + size * (c + 0.5), TOP - 6, c + 1) for c in range(len(rows[0])) if ticks),
        *(tick(LEFT - 9, TOP + size * (r + 0.5) + 4, r + 1) for r in range(len(rows)) if ticks),
        "</svg>",
    ]
    return "".join(parts)


def _squares(rows: Rows, size: int, largest: float) -> Iterator[str]:
    for r, row in enumerate(rows):
        for c, number in enumerate(row):
            x, y = LEFT + size * c + 1, TOP + size * r + 1
            yield (
                f'<rect {shade(number, largest)} x="{x}" y="{y}" width="{size - 2}" '
                f'height="{size - 2}"><title>row {r + 1}, column {c + 1}: {value(float(number))}'
                "</title></rect>"
            )
