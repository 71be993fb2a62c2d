"""The few marks that all drawings share; colours come from the style sheet, so dark mode works."""

from __future__ import annotations

from collections.abc import Iterable

from checker.pages.escape import plain


def opened(kind: str, width: float, height: float, said: str) -> str:
    """The start of a drawing that says in words what it shows."""
    return (
        f'<svg role="img" class="{kind}" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" aria-label="{plain(said)}">'
        f"<title>{plain(said)}</title>"
    )


def shade(number: float, largest: float) -> str:
    """The class and the opacity that show a number; nothing is filled where it is exactly 0."""
    if number == 0:
        return 'class="zero"'
    kind = "up" if number > 0 else "down"
    return f'class="{kind}" fill-opacity="{0.15 + 0.85 * abs(number) / largest:.2f}"'


def minus(middles: Iterable[tuple[float, float]]) -> str:
    """A bar at each place of a number below 0, so that colour alone need not tell it."""
    bars = "".join(f"M{x - 4:g} {y:g}h8" for x, y in middles)
    return f'<path class="minus" d="{bars}"/>' if bars else ""


def tick(x: float, y: float, shown: int | str, anchor: str = "middle") -> str:
    """The number of a row or a column, or another small word."""
    return f'<text class="tick" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{shown}</text>'


def axis_right(x: float, y: float, words: str) -> str:
    """The name of the axis that runs to the right."""
    return f'<text class="axis" x="{x:g}" y="{y:g}">{plain(words)} →</text>'


def axis_down(x: float, middle: float, words: str) -> str:
    """The name of the axis that runs downwards, turned."""
    return (
        f'<text class="axis" transform="translate({x:g} {middle:g}) rotate(-90)" '
        f'text-anchor="middle">{plain(words)}</text>'
    )
