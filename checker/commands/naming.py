"""Claims as people name them on the command line."""

from __future__ import annotations

from collections.abc import Sequence

from checker.base import Base
from checker.language.parse import nearest


class UsageError(Exception):
    """A command line that cannot be followed; the message says what would be right."""


def known_claims(base: Base, ids: Sequence[str]) -> list[str]:
    """The ids, or all claims where none is named; UsageError for one that is not there."""
    known = {*base.claims, *base.broken}
    for id_ in ids:
        if id_ not in known:
            tip = nearest(id_, known) or "`checker list` shows all"
            raise UsageError(f"there is no claim {id_!r} ({tip})")
    return list(ids) if ids else sorted(base.claims)
