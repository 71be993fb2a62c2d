"""A source's page: its claims in the order in which it makes them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, groupby
from typing import NamedTuple

from checker.pages.escape import address, front_matter, text
from checker.pages.look_up import Site
from checker.pages.place import in_order, part
from checker.pages.words import Data, counted, many

AGAINST = "What cannot be right together"
_ANCHOR = AGAINST.lower().replace(" ", "-")


class Row(NamedTuple):
    """A claim at one place of a page."""

    place: str
    claim: Data
    asked: bool  # only asked there, not said


def source_page(site: Site, source: Data) -> str:
    """What the page is, how its claims came out, and each of them in its order."""
    ids = [source["id"], *copies_of(site, source["id"])]
    rows = [row for id_ in ids for row in rows_of(site, id_)]
    parts = [
        front_matter(
            title=source["title"],
            description=f"The claims of this page, tried one by one: {source['title']}",
            hide=["navigation"],
        ),
        f"# {text(source['title'])}",
        "\n".join(f"- {line}" for line in _facts(site, source)),
        summary(rows) if rows else "No claim of this page has been tried yet.",
        *_in_its_order(site, ids),
        *_against(site, rows),
    ]
    asked = site.settle_link(source["url"])
    if asked:
        parts.append(f"Does it make another claim that is missing here? {asked}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def copies_of(site: Site, id_: str) -> list[str]:
    """The mirrors of a source that are sources here, those with the most claims first."""
    copies = [other["id"] for other in site.sources.values() if other["mirror_of"] == id_]
    return sorted(copies, key=lambda copy: -len(rows_of(site, copy)))


def claims_of(site: Site, id_: str) -> list[Data]:
    """The claims that a source or one of its copies makes, each once; asked ones are left out."""
    ids = {id_, *copies_of(site, id_)}
    return [claim for claim in site.claims.values() if ids & set(claim["said_by"])]


def rows_of(site: Site, id_: str) -> list[Row]:
    """Every place of a source with its claim, in the order of the page as far as it can be told."""
    rows: list[Row] = []
    for claim in site.claims.values():
        rows += [Row(place, claim, False) for place in claim["said_by"].get(id_, [])]
        rows += [Row(place, claim, True) for place in claim["asked_by"].get(id_, [])]
    return sorted(rows, key=lambda row: (in_order(row.place), row.claim["id"]))


def summary(rows: list[Row]) -> str:
    """How what is said there came out: in words, then in numbers, never as a percentage."""
    said = _claims(row for row in rows if not row.asked)
    ids = {claim["id"] for claim in said}
    asked = [claim for claim in _claims(rows) if claim["id"] not in ids]
    pairs = _contradictions(rows)
    only = many(len(asked), "more claim") if said else many(len(asked), "claim")
    parts = [f"**{_leaning(said)}** It makes {many(len(said), 'claim')}: {counted(said)}."]
    parts = parts if said else []
    if asked:
        parts.append(f"It only asks about {only}: {counted(asked)}.")
    if pairs:
        parts.append(
            f"{many(len(pairs), 'pair')} of its claims [cannot both be right](#{_ANCHOR})."
        )
    return " ".join(parts)


def _leaning(said: list[Data]) -> str:
    """Which way it leans, from nothing but the counts."""
    verdicts = [claim["verdict"] for claim in said]
    correct, wrong = verdicts.count("correct"), verdicts.count("wrong")
    if not any(verdicts):
        return "No experiment decided anything that it says."
    if not correct and not wrong:
        return "What was decided of it depends on something."
    if not wrong or not correct:
        return f"Nothing that was decided of it came out {'correct' if wrong else 'wrong'}."
    if correct == wrong:
        return "As much of it came out correct as wrong."
    more, less = ("correct", "wrong") if correct > wrong else ("wrong", "correct")
    return f"More of it came out {more} than {less}."


def _claims(rows: Iterator[Row] | list[Row]) -> list[Data]:
    return list({row.claim["id"]: row.claim for row in rows}.values())


def _contradictions(rows: list[Row]) -> list[tuple[Data, Data]]:
    """Pairs of claims that the page makes and that cannot both be right."""
    said = _claims(row for row in rows if not row.asked)
    return [
        (a, b)
        for a, b in combinations(said, 2)
        if b["id"] in a["contradicts"] or a["id"] in b["contradicts"]
    ]


def _against(site: Site, rows: list[Row]) -> Iterator[str]:
    """Each claim that another one of the page contradicts; no pair is named twice."""
    pairs = _contradictions(rows)
    if pairs:
        yield f"## {AGAINST}"
        yield "The page makes all of these claims, though perhaps in answers of different people."
    while pairs:
        named = [claim["id"] for pair in pairs for claim in pair]
        most = max(dict.fromkeys(named), key=named.count)
        clash = [pair for pair in pairs if most in (pair[0]["id"], pair[1]["id"])]
        pairs = [pair for pair in pairs if pair not in clash]
        yield f"{_at(site, rows, site.claims[most])} cannot be right together with"
        others = [b if a["id"] == most else a for a, b in clash]
        yield "\n".join(f"- {_at(site, rows, other)}" for other in others)


def _at(site: Site, rows: list[Row], claim: Data) -> str:
    place = next(row.place for row in rows if row.claim is claim and not row.asked)
    return f"{site.claim_link(claim['id'])} ({text(place)})"


def _in_its_order(site: Site, ids: list[str]) -> Iterator[str]:
    """The claims of the page itself, then what each copy of it has besides."""
    shown: set[str] = set()
    for id_ in ids:
        rows = rows_of(site, id_)
        fresh = [row for row in rows if row.claim["id"] not in shown]
        known = len(_claims(rows)) - len(_claims(fresh))
        if rows:
            yield "## Its claims, in its own order" if id_ == ids[0] else "## As read in a copy"
            yield "" if id_ == ids[0] else site.source_link(id_)
        if known:
            yield f"{many(known, 'claim')} of this copy stand above already."
        shown |= {row.claim["id"] for row in rows}
        against = {claim["id"] for pair in _contradictions(rows) for claim in pair}
        yield from _listed(site, fresh, against)


def _listed(site: Site, rows: list[Row], against: set[str]) -> Iterator[str]:
    """Each place with what is said there; a page with several answers has a heading for each."""
    parts = [(name, list(inside)) for name, inside in groupby(rows, lambda row: part(row.place))]
    several = any(name.startswith(("Answer", "Solution")) for name, _ in parts)
    for name, inside in parts:
        if several:
            yield f"### {text(name)}"
        yield '<div class="places" markdown="1">'
        for place, here in groupby(inside, lambda row: row.place):
            within = place.removeprefix(f"{name.lower()}, ") if several else place
            yield "\n".join([text(within), *(f":   {_row(site, row, against)}" for row in here)])
        yield "</div>"


def _row(site: Site, row: Row, against: set[str]) -> str:
    asked = '<span class="asked">asked, not claimed:</span> ' if row.asked else ""
    clash = not row.asked and row.claim["id"] in against
    mark = f" ([contradicted on this page](#{_ANCHOR}))" if clash else ""
    return f"{asked}{site.claim_link(row.claim['id'])}{mark}"


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
