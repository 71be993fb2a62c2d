"""A badge to put beside an answer: the verdict of one claim as a small picture of its own.

It stands on pages that we know nothing of, light or dark, so it brings its own background.
"""

from __future__ import annotations

from checker.pages.escape import plain
from checker.pages.words import BADGES, Data, outcome

COLOURS = {
    "correct": "#1b6e3c",
    "wrong": "#b3261e",
    "depends": "#7a5200",
    "open": "#52525b",
    "untestable": "#52525b",
}
"""White letters on each have a contrast of 4.5 to 1 or more (WCAG 2.2, 1.4.3)."""

_HEIGHT, _LETTER, _LABEL = 20, 6.6, "checked answer"


def badge_picture(claim: Data) -> str:
    """The badge as SVG; the word alone says everything."""
    icon, word, kind = BADGES[outcome(claim) if claim["as_expected"] else "unproven"]
    said = f"{icon} {word}"
    left, right = (round(_LETTER * len(words) + 14) for words in (_LABEL, said))
    title = plain(f"{word}: {claim['claim']}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{left + right}" '
        f'height="{_HEIGHT}" viewBox="0 0 {left + right} {_HEIGHT}" aria-label="{title}">'
        f"<title>{title}</title>"
        f'<rect width="{left + right}" height="{_HEIGHT}" rx="3" fill="{COLOURS[kind]}"/>'
        f'<path d="M3 0h{left - 3}v{_HEIGHT}H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#333"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" '
        'text-anchor="middle" aria-hidden="true">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - 12}">{_LABEL}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{plain(said)}</text>'
        "</g></svg>"
    )
