"""The smallest counter-example, or a confirmation where nothing coincides: as picture and table."""

from __future__ import annotations

from collections.abc import Iterator

from checker.pages.escape import code
from checker.pages.matrix import matrices
from checker.pages.picture import legend, pictures
from checker.pages.words import Data, setting, value

DIFFERENCE = "largest difference"


def evidence(claim: Data) -> str:
    """One trial of the claim, as HTML without a blank line; "" where nothing is shown."""
    shown = claim["shown"]
    if not shown:
        return ""
    rows = [_row(name, found) for name, found in _measured(claim)]
    test = claim["tried"].get("test", "")
    result = {"yes": "true", "no": "false"}.get(shown["outcome"], shown["outcome"])
    if test not in shown["values"]:
        rows.append(_row(f"so {code(test)} is", result))
    caption = f"<strong>{title(claim)}</strong>: {setting(shown['setting'])}."
    table = f'<table class="values"><tbody>{"".join(rows)}</tbody></table>'
    reading = legend(claim)
    how = f'<p class="legend">{reading}</p>' if reading else ""
    both = f'<div class="beside">{pictures(claim)}{table}</div>'
    return f'<div class="evidence"><p>{caption}</p>{both}{how}</div>'


def title(claim: Data) -> str:
    """What the shown trial is: it proves something only beside a verdict."""
    if claim["verdict"] is None:
        return "What the test gave"
    if claim["verdict"] == "depends":
        return "Smallest counter-example on the other side"
    some = claim["tried"].get("for") == "some setting"
    if claim["verdict"] == "wrong":
        return "One of the settings where it fails" if some else "Smallest counter-example"
    return "Smallest example" if some else "Tried where no two sizes coincide"


def _measured(claim: Data) -> Iterator[tuple[str, str]]:
    """What was compared: of a matrix how much is filled, of anything else its value."""
    shown = claim["shown"]
    for matrix in matrices(shown["matrices"]):
        yield code(matrix.text), matrix.said
    for text, found in shown["values"].items():
        if text != DIFFERENCE:
            yield code(text), value(found)
    compared = [text for text in shown["values"] if text.startswith(("close(", "changed("))]
    if DIFFERENCE in shown["values"] and len(compared) == 1:  # of several, it is the largest of all
        yield DIFFERENCE, value(shown["values"][DIFFERENCE])


def _row(name: str, found: str) -> str:
    return f'<tr><th scope="row">{name}</th><td>{found}</td></tr>'
