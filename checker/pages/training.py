"""What training gave: shares with intervals, arms with their figures, and learning curves.

All of it is drawn from the results; no colour says anything that a word or a dash does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from checker.pages.escape import code, plain
from checker.pages.svg import axis_right, opened
from checker.pages.words import Data, listed, many, value

SCALE, ROW = 132, 18
"""Width and height of the drawing of one share."""

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


def training(claim: Data) -> str:
    """The evidence of a claim about training, as HTML without a blank line; "" for any other."""
    found = claim["shown"].get("training") if claim["shown"] else None
    if not found:
        return ""
    arms = found["arms"]
    seeds = max((share["tries"] for share in found["shares"]), default=0)
    counted = f", each with {many(seeds, 'seed')}" if seeds else ""
    caption = f"<strong>What training gave</strong>: {many(len(arms), 'arm')}{counted}."
    drawn = "".join(f"<figure>{drawing}</figure>" for drawing in _curves(arms))
    pictures = f'<div class="pictures">{drawn}</div>' if drawn else ""
    tables = f"<div>{_shares(claim, found['shares'])}{_arms(arms)}</div>"
    legend = f'<p class="legend">{_legend(found, bool(drawn))}</p>'
    both = f'<div class="beside">{tables}{pictures}</div>'
    return f'<div class="evidence"><p>{caption}</p>{both}{legend}</div>'


def _shares(claim: Data, shares: list[Data]) -> str:
    """Each share of the test: a count, its interval as a drawing and in words."""
    rows = [
        f'<tr><th scope="row">{code(share["condition"])}</th>'
        f'<td class="count">{_count(share)}</td><td>{_interval(share)}</td></tr>'
        for share in shares
    ]
    others = {
        name: found
        for name, found in claim["shown"]["values"].items()
        if not name.startswith("share(")
    }
    rows += [
        f'<tr><th scope="row">{code(name)}</th><td colspan="2">{value(found)}</td></tr>'
        for name, found in others.items()
    ]
    outcome = {"yes": "true", "no": "false"}.get(claim["shown"]["outcome"], "undecided")
    so = f'<tr><th scope="row">so the test is</th><td colspan="2">{outcome}</td></tr>'
    return f'<table class="values"><tbody>{"".join(rows)}{so}</tbody></table>'


def _count(share: Data) -> str:
    return f"{share['successes']} of {share['tries']}"


def _interval(share: Data) -> str:
    """A scale from none to all, the interval as a bar and the share as a point."""
    low, high = share["interval"]
    said = f"{_count(share)}: a true share from {_percent(low)} to {_percent(high)} % fits"

    def x(part: float) -> float:
        return 6 + (SCALE - 12) * part

    middle = ROW / 2
    return (
        opened("share", SCALE, ROW, said)
        + f'<path class="scale" d="M{x(0):g} {middle:g}H{x(1):g}M{x(0):g} 4v10M{x(1):g} 4v10'
        + f'M{x(0.5):g} 6v6"/>'
        + f'<path class="bar" d="M{x(low):.1f} {middle:g}H{x(high):.1f}"/>'
        + f'<circle cx="{x(share["successes"] / share["tries"]):.1f}" cy="{middle:g}" r="4"/></svg>'
    )


def _percent(part: float) -> str:
    return f"{100 * part:.0f}"


def _arms(arms: Mapping[str, Data]) -> str:
    """A row for each arm: how it differs from the others, and what was measured on it."""
    measures = list(dict.fromkeys(name for arm in arms.values() for name in arm["figures"]))
    differing = _differing(arms)
    head = "".join(f'<th scope="col">{code(name)}</th>' for name in measures)
    rows = []
    for number, (name, arm) in enumerate(arms.items()):
        keys = ", ".join(
            f"{plain(key)} {value(arm['keys'][key])}" for key in differing if key in arm["keys"]
        )
        cells = "".join(f"<td>{_figures(arm['figures'].get(m, []))}</td>" for m in measures)
        rows.append(
            f'<tr><th scope="row">{_swatch(number)} {code(name)}'
            f"{f': {keys}' if keys else ''}</th>{cells}</tr>"
        )
    first = '<th scope="col">median of all seeds, and from lowest to highest</th>'
    return (
        f'<table class="values"><thead><tr>{first}{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _figures(figures: list[float]) -> str:
    if not figures:
        return "–"
    low, high = min(figures), max(figures)
    middle = value(_rounded(median(figures)))
    if low == high:
        return middle
    return f"{middle} <small>({value(_rounded(low))} to {value(_rounded(high))})</small>"


def _rounded(figure: float) -> float | int:
    return int(figure) if figure == int(figure) else float(f"{figure:.3g}")


def _differing(arms: Mapping[str, Data]) -> list[str]:
    """The keys that are not the same in all arms."""
    keys = dict.fromkeys(key for arm in arms.values() for key in arm["keys"])
    return [k for k in keys if len({str(arm["keys"].get(k)) for arm in arms.values()}) > 1]


def _swatch(number: int) -> str:
    """The line of an arm as the curves draw it."""
    return (
        '<svg class="line" width="26" height="8" viewBox="0 0 26 8" aria-hidden="true">'
        f'<path class="{_kind(number)}" d="M1 4H25"/></svg>'
    )


def _kind(number: int) -> str:
    return f"arm arm{number % 4}"


def _legend(found: Data, drawn: bool) -> str:
    """What was the same in all arms, and how to read the drawings."""
    arms = found["arms"]
    tasks = list(dict.fromkeys(arm["about"] for arm in arms.values()))
    first, differing = next(iter(arms.values())), _differing(arms)
    same = [f"{plain(k)} {value(v)}" for k, v in first["keys"].items() if k not in differing]
    parts = [f"{plain(task)}" for task in tasks]
    parts.append(f"The same for all: {listed(same)}." if len(arms) > 1 else f"{listed(same)}.")
    if found["shares"]:
        parts.append(
            "A bar shows which true shares fit the count: each end is wrong with a chance of "
            "1 in 100 at most."
        )
    if drawn:
        parts.append("A line is the median of all seeds, the band goes from lowest to highest.")
    return " ".join(parts)


def _curves(arms: Mapping[str, Data]) -> Iterator[str]:
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

    ends = [f"{n}: {value(_rounded(a['curves'][name][-1][1]))}" for n, a in arms.items()]
    said = f"Learning curves, {_TITLES[name]}, over {last} updates. In the end, {listed(ends)}."
    parts = [opened("curves", WIDTH, HEIGHT, said), _axes(name, last, top, y)]
    for arm in arms:
        kind = _kind(order.index(arm))
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
