"""What training gave, as lines of text: shares with intervals, and the figures of each arm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any


def lines(claim: Mapping[str, Any]) -> Iterator[str]:
    """The test of a claim about training with what was counted, and a line for each figure."""
    shown = claim["shown"]
    yield f"    {claim['tried'].get('test', '')}"
    for text, value in shown["values"].items():
        if not text.startswith("share("):
            yield f"    {text} = {value}"
    for share in shown["training"]["shares"]:
        low, high = (f"{100 * end:.0f}" for end in share["interval"])
        counted = f"{share['successes']} of {share['tries']}"
        yield f"    {share['condition']}: {counted} seeds, a true share of {low} to {high} % fits"
    for name, arm in shown["training"]["arms"].items():
        keys = ", ".join(f"{key} {value}" for key, value in arm["keys"].items())
        yield f"arm {name}: {keys}"
        for measure, figures in arm["figures"].items():
            ends = f"{min(figures):.4g} to {max(figures):.4g}"
            yield f"    {measure}: median {median(figures):.4g}, from {ends}"
