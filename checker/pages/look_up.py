"""The results as pages need them: by id, and with links that always lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from checker.pages.escape import address, code, text
from checker.pages.history import Event
from checker.pages.words import BADGES, Data, badge, outcome

RESERVED = ("index", "misreadings")
"""Pages of ours; a claim or question of that name would be hidden behind them."""


@dataclass(frozen=True)
class Site:
    """All results, and the addresses that some links are built from; "" where none is known.

    ``up`` leads from the page that is written to the top folder.
    """

    found: Mapping[str, Any]
    address: str = ""
    repository: str = ""
    up: str = "../"
    history: Sequence[Event] = ()

    @cached_property
    def claims(self) -> dict[str, Data]:
        """Claims by id; those with a page."""
        return {c["id"]: c for c in self.found["claims"] if has_page(c["id"])}

    @cached_property
    def broken(self) -> dict[str, Data]:
        """Claims whose file cannot be used, by id."""
        return {c["id"]: c for c in self.found["broken"] if has_page(c["id"])}

    @cached_property
    def sources(self) -> dict[str, Data]:
        """Sources by id."""
        return {s["id"]: s for s in self.found["sources"] if has_page(s["id"])}

    @cached_property
    def questions(self) -> dict[str, Data]:
        """Questions by id."""
        return {q["id"]: q for q in self.found["questions"] if has_page(q["id"])}

    @cached_property
    def rivals(self) -> dict[str, Data]:
        """Rivals by name."""
        return {rival["name"]: rival for rival in self.found["rivals"]}

    def page_address(self, folder: str, name: str, page: bool = True) -> str:
        """The whole address of a page, or of a file beside it; "" where the site has none."""
        top = address(self.address).rstrip("/")
        end = "/" if page and name else ""
        return f"{top}/{folder}/{name}{end}" if top else ""

    def claim_link(self, id_: str) -> str:
        """The badge and the statement of a claim, as a link; its id where it has no page."""
        if id_ in self.broken:
            return f"{badge('broken')} [{text(id_)}]({self.up}claims/{id_}.md)"
        if id_ not in self.claims:
            return code(id_)
        claim = self.claims[id_]
        return f"{badge(outcome(claim))} {self.bare_link(id_)}{unexpected(claim)}"

    def bare_link(self, id_: str) -> str:
        """The statement of a claim as a link, without a badge."""
        if id_ not in self.claims:
            return self.claim_link(id_)
        return f"[{text(self.claims[id_]['claim'])}]({self.up}claims/{id_}.md)"

    def source_link(self, id_: str) -> str:
        """The title of a source, as a link to its page here."""
        if id_ not in self.sources:
            return code(id_)
        return f"[{text(self.sources[id_]['title'])}]({self.up}sources/{id_}.md)"

    def question_link(self, id_: str) -> str:
        """The words of a question, as a link."""
        if id_ not in self.questions:
            return code(id_)
        return f"[{text(self.questions[id_]['title'])}]({self.up}questions/{id_}.md)"

    def rival(self, name: str) -> Data:
        """The rival that a name in a claim's results means: it may add the runs it was put in."""
        return self.rivals[name.split(" in ")[0]]

    def edit_link(self, claim: Data) -> str:
        """A link to the claim's file, ready to be changed; "" where no repository is known."""
        if not address(self.repository) or not claim["file"]:
            return ""
        return f"[Edit this claim]({address(self.repository + '/edit/main/' + claim['file'])})"

    def disagree_link(self, claim: Data) -> str:
        """A link to a new issue that names the claim; "" where no repository is known."""
        filled = {"claim": claim["id"], "verdict": BADGES[outcome(claim)].word}
        title = f"This verdict is wrong: {claim['id']}"
        return self._issue("I disagree", "wrong-verdict", {"title": title, **filled})

    def settle_link(self, url: str) -> str:
        """A link to a new issue about a claim of a page that nobody has tried yet."""
        return self._issue(
            "Ask for it to be settled", "settle-a-claim", {"page": url} if url else {}
        )

    def _issue(self, words: str, form: str, filled: Mapping[str, str]) -> str:
        """A link to one of the forms in .github/ISSUE_TEMPLATE, with some of its fields filled."""
        if not address(self.repository):
            return ""
        asked = urlencode({"template": f"{form}.yml", **filled})
        return f"[{words}]({address(f'{self.repository}/issues/new?{asked}')})"


def has_page(id_: str) -> bool:
    """Whether an id can be an address: file names decide ids, and a file name can be anything."""
    return re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id_) is not None and id_ not in RESERVED


def unexpected(claim: Data) -> str:
    """A mark for a result that nobody should rely on yet."""
    return "" if claim["as_expected"] else ' <span class="unexpected">not as expected</span>'
