"""What moved what, as a grid of squares: empty where nothing moves at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from checker.pages.escape import code, plain
from checker.pages.words import Data, value

CELL, SMALL = 22, 9
LEFT, TOP, BOTTOM = 40, 40, 6
MOST_ROWS, MOST_COLUMNS, MOST_MATRICES = 16, 32, 2
_CALL = re.compile(r"(influence|jacobian)\((.*), ([^,\[\]]+(?:\[[^\]]*\])?(?:\.\w+)?)\)")


def matrices(found: Mapping[str, Data]) -> Iterator[tuple[str, str]]:
    """Each matrix that was measured, as SVG and what to say below it; not more than two."""
    whole = {text: matrix for text, matrix in found.items() if _CALL.fullmatch(text)}
    for text, matrix in list((whole or found).items())[:MOST_MATRICES]:
        rows, axes = _as_rows(text, matrix)
        if len(rows) <= MOST_ROWS and len(rows[0]) <= MOST_COLUMNS:
            yield _drawn(rows, axes), f"{code(text)}: {_said(rows)}"


def _as_rows(text: str, matrix: Data) -> tuple[list[list[float]], tuple[str, str]]:
    """Rows and the names of both axes; what has one axis only becomes one row or one column."""
    entries: list[Any] = matrix["entries"]
    names = _names(text)
    if len(matrix["axes"]) == 2:
        return entries, (f"{names[0]} {matrix['axes'][0]}", f"{names[1]} {matrix['axes'][1]}")
    axis = matrix["axes"][0]
    call = _CALL.fullmatch(text)
    if call and call[2].endswith(f".{axis}"):
        return [[entry] for entry in entries], (f"{names[0]} {axis}", names[1])
    return [entries], (names[0], f"{names[1]} {axis}")


def _names(text: str) -> tuple[str, str]:
    call = _CALL.fullmatch(text)
    if call is None:
        return "rows:", "columns:"
    return ("nudged", "moved") if call[1] == "influence" else ("moved", "by")


def _said(rows: list[list[float]]) -> str:
    """How many entries are not zero, in words: what an eye sees at once."""
    flat = [number for row in rows for number in row]
    moving = sum(number != 0 for number in flat)
    square = len(rows) == len(rows[0]) > 1
    if moving == len(flat):
        return f"all {moving} are filled." if moving > 1 else "it is filled."
    if moving == 0:
        return "all are empty."
    if square and all(
        (n != 0) == (r == c) for r, row in enumerate(rows) for c, n in enumerate(row)
    ):
        return "only the diagonal is filled."
    return f"{moving} of {len(flat)} are filled."


def _drawn(rows: list[list[float]], axes: tuple[str, str]) -> str:
    size = CELL if len(rows[0]) <= MOST_ROWS else SMALL
    width = max(LEFT + size * len(rows[0]) + 6, LEFT + 7 * len(axes[1]))
    height = max(TOP + size * len(rows) + BOTTOM, TOP // 2 + 7 * len(axes[0]))
    largest = max(abs(number) for row in rows for number in row)
    said = f"{len(rows)} rows ({axes[0]}) by {len(rows[0])} columns ({axes[1]}): {_said(rows)}"
    middle = TOP + size * len(rows) / 2
    parts = [
        f'<svg role="img" class="matrix" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-label="{plain(said)}"><title>{plain(said)}</title>',
        f'<text class="axis" x="{LEFT}" y="14">{plain(axes[1])} →</text>',
        f'<text class="axis" transform="translate(14 {middle}) rotate(-90)" '
        f'text-anchor="middle">{plain(axes[0])}</text>',
        *_squares(rows, size, largest),
        *_ticks(rows, size),
        "</svg>",
    ]
    return "".join(parts)


def _squares(rows: list[list[float]], size: int, largest: float) -> Iterator[str]:
    for r, row in enumerate(rows):
        for c, number in enumerate(row):
            x, y = LEFT + size * c + 1, TOP + size * r + 1
            filled = 0.15 + 0.85 * abs(number) / largest if number else 0
            kind = "zero" if number == 0 else "up" if number > 0 else "down"
            opacity = f' fill-opacity="{filled:.2f}"' if number else ""
            yield (
                f'<rect class="{kind}"{opacity} x="{x}" y="{y}" width="{size - 2}" '
                f'height="{size - 2}"><title>row {r + 1}, column {c + 1}: {value(float(number))}'
                "</title></rect>"
            )


def _ticks(rows: list[list[float]], size: int) -> Iterator[str]:
    if size == SMALL:
        return
    for c in range(len(rows[0])):
        yield _label(LEFT + size * (c + 0.5), TOP - 6, c + 1)
    for r in range(len(rows)):
        yield _label(LEFT - 9, TOP + size * (r + 0.5) + 4, r + 1)


def _label(x: float, y: float, number: int) -> str:
    return f'<text class="tick" x="{x}" y="{y}" text-anchor="middle">{number}</text>'
