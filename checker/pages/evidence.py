"""The smallest counter-example, or a confirmation where nothing coincides: as picture and table."""

from __future__ import annotations

from checker.pages.escape import code
from checker.pages.picture import legend, pictures
from checker.pages.words import Data, setting, value


def evidence(claim: Data) -> str:
    """One trial of the claim, as HTML without a blank line; "" where nothing is shown."""
    shown = claim["shown"]
    if not shown:
        return ""
    rows = [_row(code(text), value(found)) for text, found in _measured(claim)]
    test = claim["tried"].get("test", "")
    result = {"yes": "true", "no": "false"}.get(shown["outcome"], shown["outcome"])
    if test not in shown["values"]:
        rows.append(_row(f"so {code(test)} is", result))
    caption = f"<strong>{title(claim)}</strong>: {setting(shown['setting'])}."
    table = f'<table class="values"><tbody>{"".join(rows)}</tbody></table>'
    reading = legend(claim)
    how = f'<p class="legend">{reading}</p>' if reading else ""
    return f'<div class="evidence"><p>{caption}</p>{pictures(claim)}{table}{how}</div>'


def title(claim: Data) -> str:
    """What the shown trial is: it proves something only beside a verdict."""
    if claim["verdict"] is None:
        return "What the test gave"
    some = claim["tried"].get("for") == "some setting"
    if claim["verdict"] == "wrong":
        return "One of the settings where it fails" if some else "Smallest counter-example"
    return "Smallest example" if some else "Tried where no two sizes coincide"


def _measured(claim: Data) -> list[tuple[str, object]]:
    """What was compared; a name of a size is shown where it is compared with something."""
    return list(claim["shown"]["values"].items())


def _row(name: str, found: str) -> str:
    return f'<tr><th scope="row">{name}</th><td>{found}</td></tr>'
