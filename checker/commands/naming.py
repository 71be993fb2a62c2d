"""Commands, claims and models as people name them on the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from checker.base import Base, as_id
from checker.language.parse import nearest
from checker.loading import plain


class Parser(argparse.ArgumentParser):
    """Offers the nearest of its commands where there is none of the given name."""

    known: tuple[str, ...] = ()

    def error(self, message: str) -> NoReturn:
        """Print how the command is used and what is wrong, and end with 2."""
        wrong = re.search("invalid choice: '([^']*)'", message)
        tip = nearest(wrong[1], self.known) if wrong else ""
        super().error(f"{message}\n{tip}" if tip else message)


class UsageError(Exception):
    """A command line that cannot be followed; the message says what would be right."""


def known_claims(base: Base, ids: Sequence[str]) -> list[str]:
    """The ids, or all claims where none is named; a claim's file stands for its id.

    UsageError for one that is not there.
    """
    known = {*base.claims, *base.broken}
    ids = [Path(id_).stem if id_.endswith(".yml") else id_ for id_ in ids]
    for id_ in ids:
        if id_ not in known:
            tip = nearest(id_, known) or "`checker list` shows all"
            if as_id(id_) != id_:
                named = "a claim's file is named by small letters, digits and single hyphens"
                tip = nearest(as_id(id_), known) or f"{named}, such as {as_id(id_)}.yml"
            if id_ in base.questions:
                tip = "it is a question; `checker list` shows its claims"
            raise UsageError(f"there is no claim {id_!r} ({tip})")
    return ids if ids else sorted(base.claims)


def model_of(options: Sequence[str]) -> dict[str, Any]:
    """Options as a file would give them; UsageError for one that has no value."""
    found = {}
    for option in ",".join(options).split(",") if options else ():
        name, equals, value = option.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise UsageError(f"an option of the model is written name=value, not {option!r}")
        found[name.strip()] = plain(value.strip())
    return found
