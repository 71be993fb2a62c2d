"""What training gave: shares with intervals, arms with their figures, and learning curves.

All of it is drawn from the results; no colour says anything that a word or a dash does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from checker.pages.curves import curves, kind_of, rounded
from checker.pages.escape import code, plain
from checker.pages.svg import opened
from checker.pages.words import Data, listed, many, value

SCALE, ROW = 132, 18
"""Width and height of the drawing of one share."""


def training(claim: Data) -> str:
    """The evidence of a claim about training, as HTML without a blank line; "" for any other."""
    found = claim["shown"].get("training") if claim["shown"] else None
    if not found:
        return ""
    arms = found["arms"]
    seeds = max((share["tries"] for share in found["shares"]), default=0)
    counted = f", each with {many(seeds, 'seed')}" if seeds else ""
    caption = f"<strong>What training gave</strong>: {many(len(arms), 'arm')}{counted}."
    drawn = "".join(f"<figure>{drawing}</figure>" for drawing in curves(arms))
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
    names = (code(name).replace("&#95;", "&#95;<wbr>") for name in measures)  # may break there
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
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
    middle = value(rounded(median(figures)))
    if low == high:
        return middle
    return f"{middle} <small>({value(rounded(low))} to {value(rounded(high))})</small>"


def _differing(arms: Mapping[str, Data]) -> list[str]:
    """The keys that are not the same in all arms."""
    keys = dict.fromkeys(key for arm in arms.values() for key in arm["keys"])
    return [k for k in keys if len({str(arm["keys"].get(k)) for arm in arms.values()}) > 1]


def _swatch(number: int) -> str:
    """The line of an arm as the curves draw it."""
    return (
        '<svg class="line" width="26" height="8" viewBox="0 0 26 8" aria-hidden="true">'
        f'<path class="{kind_of(number)}" d="M1 4H25"/></svg>'
    )


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
