"""Who says it, who only asks it, what we take it to say, and the strongest reply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.pages.escape import text
from checker.pages.look_up import Site
from checker.pages.words import Data, many


def who_says_it(site: Site, claim: Data) -> Iterator[str]:
    """The places that make the claim, how we take it, and what speaks for it."""
    yield "## Who says it"
    said, asked = claim["said_by"], claim["asked_by"]
    if said:
        voices = len({_original(site, id_) for id_ in said})
        copies = " Copies of a page are not counted again." if voices < len(said) else ""
        yield f"Said on {many(voices, 'page')}.{copies}"
        yield "\n".join(_places(site, said))
    if asked:
        only = "Nobody says it on the pages that we read; it is asked" if not said else "Asked"
        yield f'<span class="asked">{only}, not claimed</span>, here:'
        yield "\n".join(_places(site, asked))
    if not said and not asked:
        yield "No page that we read says it in so many words. It is here because others lead to it:"
        yield "\n".join(f"- {site.claim_link(id_)}" for id_ in leading_to(site, claim["id"]))
    if claim["covers"]:
        yield "**The same in other words.** The places above say it, too, in these:"
        yield "\n".join(f"- “{text(words)}”" for words in claim["covers"].values())
    if claim["taken_as"]:
        yield f"**How we take it.** {text(claim['taken_as'])}"
    if claim["reply"]:
        yield f"**The strongest reply.** “{text(claim['reply']['says'])}”"
        yield f"**Our answer.** {text(claim['reply']['answer'])}"


def leading_to(site: Site, id_: str) -> list[str]:
    """The claims that depend on a claim, name it as right instead, contradict it or see also it."""
    return [
        other["id"]
        for other in site.claims.values()
        if id_ in other["depends"].values()
        or id_ == other["instead"]
        or id_ in (*other["contradicts"], *other["see_also"])
    ]


def _places(site: Site, said: Mapping[str, list[str]]) -> Iterator[str]:
    for source, places in said.items():
        yield f"- {site.source_link(source)}: {text('; '.join(places))}"


def _original(site: Site, id_: str) -> str:
    return str(site.sources.get(id_, {}).get("mirror_of") or id_)
