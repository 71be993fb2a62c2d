"""What a test can look at and do, as tables made from the texts that the language shows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from checker.pages.escape import code, text


def observables(found: Mapping[str, str]) -> str:
    """Every name that a run offers, with what it is."""
    rows = [f"| {code(name)} | {text(what)} |" for name, what in found.items()]
    return table(["| Name | What it is |", "| --- | --- |", *rows])


def functions(found: Mapping[str, str]) -> str:
    """Every function as it is written, with what it gives."""
    rows = [f"| {code(usage)} | {text(what)} |" for usage, what in map(_split, found.values())]
    return table(["| Written | What it gives |", "| --- | --- |", *rows])


def prose(docstring: str) -> str:
    """A docstring as paragraphs; what is code there is code here."""
    paragraphs = docstring.replace("``", "`").split("\n\n")
    return "\n\n".join(text(paragraph) for paragraph in paragraphs)


def table(rows: list[str]) -> str:
    """A table of names, which do not break, with what is said of each."""
    return '<div class="names" markdown="1">\n\n' + "\n".join(rows) + "\n\n</div>"


def _split(docstring: str) -> tuple[str, str]:
    """A docstring as its usage, which ends at the first colon and space, and the rest."""
    usage, _, what = docstring.partition(": ")
    return usage, re.sub(r"``(.+?)``", r"`\1`", what)
