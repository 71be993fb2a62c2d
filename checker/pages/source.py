"""A source's page: its claims in the order in which it makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.pages.escape import address, front_matter, text
from checker.pages.look_up import Site
from checker.pages.words import Data, counted, many

Row = tuple[str, Data, bool]
"""A place, the claim there, and whether it is only asked."""
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_NUMBERS = {word: str(n) for n, word in enumerate([*_ORDINALS.split(), "thirteenth"], 1)}
_FIRST = ("title", "question", "comment under the question", "people")


def source_page(site: Site, source: Data) -> str:
    """What the page is, how many of its claims came out how, and each of them in its order."""
    parts = [
        front_matter(
            title=source["title"],
            description=f"The claims of this page, tried one by one: {source['title']}",
            hide=["navigation"],
        ),
        f"# {text(source['title'])}",
        "\n".join(f"- {line}" for line in _facts(site, source)),
    ]
    copies = copies_of(site, source["id"])
    for id_ in [source["id"], *copies]:
        rows = rows_of(site, id_)
        if rows and copies:
            parts.append("## On the page itself" if id_ == source["id"] else "## As read in a copy")
            parts.append("" if id_ == source["id"] else site.source_link(id_))
        if rows:
            parts += [_counts(rows), _table(site, rows)]
    if not any(rows_of(site, id_) for id_ in [source["id"], *copies]):
        parts.append("No claim of this page has been tried yet.")
    asked = site.settle_link(source["url"])
    if asked:
        parts.append(f"Does it make another claim that is missing here? {asked}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def copies_of(site: Site, id_: str) -> list[str]:
    """The mirrors of a source that are sources here."""
    return [other["id"] for other in site.sources.values() if other["mirror_of"] == id_]


def claims_of(site: Site, id_: str) -> list[Data]:
    """The claims that a source or one of its copies makes, each once; asked ones are left out."""
    ids = {id_, *copies_of(site, id_)}
    return [claim for claim in site.claims.values() if ids & set(claim["said_by"])]


def rows_of(site: Site, id_: str) -> list[Row]:
    """Every place of a source with its claim, in the order of the page as far as it can be told."""
    rows: list[Row] = []
    for claim in site.claims.values():
        rows += [(place, claim, False) for place in claim["said_by"].get(id_, [])]
        rows += [(place, claim, True) for place in claim["asked_by"].get(id_, [])]
    return sorted(rows, key=lambda row: (in_order(row[0]), row[1]["id"]))


def in_order(place: str) -> tuple[int, list[tuple[int, int, str]]]:
    """A key that sorts "answer 2, third sentence" as its page does, numbers as numbers."""
    words = [_NUMBERS.get(word, word) for word in re.findall(r"\w+", place.lower())]
    joined = " ".join(words)
    first = next((n for n, start in enumerate(_FIRST) if joined.startswith(start)), len(_FIRST))
    if joined.startswith("comment under") and first == len(_FIRST):  # stands below its answer
        words = [*words[2:], "zz"]
    return first, [(0, int(w), "") if w.isdigit() else (1, 0, w) for w in words]


def _facts(site: Site, source: Data) -> Iterator[str]:
    if address(source["url"]):
        yield f"[The page itself]({address(source['url'])})"
    for name, words in (
        ("By", source["author"]),
        ("Written", source["date"]),
        ("Licence", source["licence"]),
        ("Read", source["read"]),
    ):
        if words:
            yield f"{name}: {text(words)}"
    if source["mirror_of"]:
        original = site.source_link(source["mirror_of"])
        yield f"A copy of {original}, so it is not counted as a second voice."
    if source["note"]:
        yield text(source["note"])


def _counts(rows: list[Row]) -> str:
    said = list({c["id"]: c for _, c, asked in rows if not asked}.values())
    asked = list({c["id"]: c for _, c, only in rows if only}.values())
    parts = [f"It makes {many(len(said), 'claim')}: {counted(said)}."] if said else []
    parts += [f"It asks {many(len(asked), 'more')}, without claiming it."] if asked else []
    return " ".join(parts).replace("mores", "more").replace("claiming it.", "claiming them.")


def _table(site: Site, rows: list[Row]) -> str:
    lines = ["| Where | What is said there |", "| --- | --- |"]
    for place, claim, asked in rows:
        only = '<span class="asked">asked, not claimed:</span> ' if asked else ""
        lines.append(f"| {text(place)} | {only}{site.claim_link(claim['id'])} |")
    return "\n".join(lines)
