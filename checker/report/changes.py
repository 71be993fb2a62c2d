"""What a change does to the results: claims, and the pages of the site that show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checker.report.text import badge

Claim = Mapping[str, Any]
Page = tuple[str, str, str, str]
"""Kind, id, title, and the address of a public page."""

UNDER_AN_OLD_ID = (
    "its test is another one than before: whoever cited this id cited the old test; if the claim "
    "now says something else, give it a new id, and list the old one there under formerly"
)

_PLACES = ("file", "line", "column")  # no page shows them


class Changes:
    """Results beside earlier ones; claims that are the same in both are in none of the lists."""

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any]):
        self._before, self._after = before, after
        self._old = {claim["id"]: claim for claim in before["claims"]}
        now = [claim for claim in after["claims"] if claim["id"] in self._old]
        there = {claim["id"] for claim in (*after["claims"], *after["broken"])}
        self.new = [claim for claim in after["claims"] if claim["id"] not in self._old]
        self.changed = [claim for claim in now if badge(claim) != self.was(claim)]
        self.retested = [c for c in now if c["digest"] != self._old[c["id"]]["digest"]]
        self.retried = [claim for claim in self.retested if claim not in self.changed]
        self.gone = [claim for claim in before["claims"] if claim["id"] not in there]

    @property
    def claims(self) -> list[Claim]:
        """All claims with something new to tell."""
        return [*self.new, *self.changed, *self.retried]

    def was(self, claim: Claim) -> str:
        """The badge that a claim had before."""
        return badge(self._old[claim["id"]])

    def pages(self) -> list[Page]:
        """Pages of the site that come out otherwise: of claims, of questions, of public pages."""
        touched = [claim for claim in self._after["claims"] if self._is_touched(claim)]
        seen = [*self.new, *self.changed, *self.gone, *filter(self._says_otherwise, touched)]
        found: list[Page] = [("claim", c["id"], c["claim"], "") for c in touched]
        found += self._of("questions", "question", {claim["question"] for claim in seen})
        sources = {source for c in seen for source in (*c["said_by"], *c["asked_by"])}
        return [*found, *self._of("sources", "public page", sources)]

    def _says_otherwise(self, claim: Claim) -> bool:
        return bool(self._old.get(claim["id"], claim)["claim"] != claim["claim"])

    def _is_touched(self, claim: Claim) -> bool:
        old = self._old.get(claim["id"])
        keys = claim.keys() & (old or claim).keys() - {*_PLACES}
        return old is None or any(claim[key] != old[key] for key in keys)

    def _of(self, key: str, kind: str, ids: set[str]) -> Iterator[Page]:
        """Questions or sources that say something else themselves, or whose claims do."""
        before = {one["id"]: one for one in self._before[key]}
        for one in self._after[key]:
            if one["id"] in ids or one != before.get(one["id"]):
                yield kind, one["id"], one["title"], one.get("url", "")
