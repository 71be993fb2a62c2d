"""What a claim's page keeps folded: why it looks right, all settings, related claims, addresses."""

from __future__ import annotations

from collections.abc import Iterator

from checker.pages.badge_picture import badge_picture
from checker.pages.coincidence import coincidence
from checker.pages.escape import block, code, plain
from checker.pages.look_up import Site
from checker.pages.said import leading_to
from checker.pages.words import BADGES, Data, grid, many, names_of, outcome, told

_BY_HAND = ' <span class="by-hand">Put the address of this page in the place of `ADDRESS`.</span>'
_HELD = {"yes": "held", "no": "failed"}


def folded(site: Site, claim: Data) -> Iterator[str]:
    """Everything that most readers can do without, each part behind its title."""
    parts = {
        "Why it looks right": list(_why_it_looks_right(claim)),
        "All settings tried": list(_settings(claim)),
        "Related claims": list(_related(site, claim)),
        "Address, earlier names, changes": list(_address(site, claim)),
    }
    if any(parts.values()):
        yield "## More"
    for title, lines in parts.items():
        if lines:
            inside = "\n\n".join(lines)
            yield f'<details markdown="1">\n<summary>{title}</summary>\n\n{inside}\n\n</details>'


def paste(site: Site, claim: Data) -> str:
    """A sentence to paste under an answer; a script puts the page's own address into it."""
    address = site.page_address("claims", claim["id"])
    word = BADGES[outcome(claim)].word
    said = " ".join(part for part in (told(claim), grid(claim)) if part)
    sentence = f"**{word}**: “{claim['claim']}” {said} [The evidence]({address or 'ADDRESS'})"
    picture = (
        f"[![Checked answer: {word}]({(address or 'ADDRESS').rstrip('/')}.svg)]"
        f"({address or 'ADDRESS'})"
    )
    return (
        "## Paste this under an answer\n\n"
        f'<div class="paste" data-search-exclude>{block(sentence)}</div>\n\n'
        "It is Markdown, which most answer pages read." + ("" if address else _BY_HAND) + "\n\n"
        f"Or as a badge, which follows the verdict: {badge_picture(claim)}\n\n"
        f'<div class="paste" data-search-exclude>{block(picture)}</div>'
    )


def _why_it_looks_right(claim: Data) -> Iterator[str]:
    if claim["verdict"] != "wrong" or not claim["hold"]:
        return
    tried = many(claim["settings"], "setting")
    exactly = coincidence(claim["trials"])
    where = f"exactly those where {exactly}" if exactly else "sizes happen to fit"
    yield f"At {claim['hold']} of {tried} the test holds all the same: {where}."
    yield (
        "Whoever tries only such a case sees nothing wrong. With equal sizes even wrong claims "
        "pass, so every claim is also tried where no two sizes are equal."
    )


def _settings(claim: Data) -> Iterator[str]:
    """Every setting with its outcome, as short as it can be said."""
    if not claim["trials"] or "train" in claim["tried"]:
        return
    names = names_of(claim["trials"][0]["setting"])
    yield f"Each is {', '.join(code(name) for name in names)}, in the order of trying."
    for found in dict.fromkeys(trial["outcome"] for trial in claim["trials"]):
        same = [t["setting"] for t in claim["trials"] if t["outcome"] == found]
        points = " ".join(
            f"<span>{' '.join(plain(point[name]) for name in names)}</span>" for point in same
        )
        word = _HELD.get(found, found)
        yield f"The test {plain(word)} at {many(len(same), 'setting')}:"
        yield f'<p class="points {plain(found)}" data-search-exclude>{points}</p>'


def _related(site: Site, claim: Data) -> Iterator[str]:
    above = claim["instead"] if claim["verdict"] == "wrong" else None
    shown = {above, *claim["depends"].values()}
    if claim["contradicts"]:
        yield "Cannot be right together with this one:"
        yield "\n".join(f"- {site.claim_link(id_)}" for id_ in claim["contradicts"])
    others = [*claim["see_also"], *leading_to(site, claim["id"])]
    others += [claim["instead"]] if claim["instead"] else []
    seen = [i for i in dict.fromkeys(others) if i not in shown and i not in claim["contradicts"]]
    if seen:
        yield "See also:"
        yield "\n".join(f"- {site.claim_link(id_)}" for id_ in seen)


def _address(site: Site, claim: Data) -> Iterator[str]:
    yield f"The name of this claim is {code(claim['id'])}. It is its address here, and stays."
    if claim["formerly"]:
        yield f"Earlier names: {', '.join(code(id_) for id_ in claim['formerly'])}."
    yield f"What was tried has the fingerprint {code(claim['digest'])}; prose is not in it."
    for event in site.history:
        if event.claim == claim["id"]:
            before = f" in place of {BADGES[event.before].word}" if event.before else ""
            yield f"{BADGES[event.now].word}{before} since {plain(event.date)}."
    links = [link for link in (site.edit_link(claim), site.disagree_link(claim)) if link]
    if links:
        yield " · ".join(links)
