"""A feed of new and changed verdicts, in Atom (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from checker.pages.escape import bare
from checker.pages.history import Event
from checker.pages.look_up import Site
from checker.pages.words import BADGES, outcome

MOST = 50
"""So many of the newest are in the feed."""

_ATOM = "http://www.w3.org/2005/Atom"  # the name of the format; nothing is fetched from there


def feed(site: Site, events: Sequence[Event]) -> str:
    """The feed; "" where the site has no address, or nothing is known of what happened when."""
    newest = [event for event in reversed(events) if event.claim in site.claims][:MOST]
    if not newest or not site.address:
        return ""
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(f"{{{_ATOM}}}feed")
    _add(root, "title", "Checked Answers: new and changed verdicts")
    _add(root, "id", site.page_address("claims", "feed.xml", page=False))
    _add(root, "updated", _time(newest[0].date))
    _add(root, "link", rel="self", href=site.page_address("claims", "feed.xml", page=False))
    _add(root, "link", rel="alternate", href=site.page_address("claims", ""))
    _add(_add(root, "author"), "name", "Checked Answers")
    for event in newest:
        _entry(root, site, event)
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, "unicode", xml_declaration=True) + "\n"


def _entry(root: ElementTree.Element, site: Site, event: Event) -> None:
    claim = site.claims[event.claim]
    page = site.page_address("claims", event.claim)
    now = BADGES[event.now].word
    before = f" (was: {BADGES[event.before].word})" if event.before else ""
    entry = _add(root, "entry")
    _add(entry, "title", f"{now}{before}: {bare(claim['claim'])}")
    _add(entry, "id", f"{page}#{event.now}-{event.date}")
    _add(entry, "updated", _time(event.date))
    _add(entry, "link", rel="alternate", href=page)
    if event.now == outcome(claim) and claim["as_expected"]:
        _add(entry, "summary", bare(claim["fact"] or claim["reason"]))


def _add(
    above: ElementTree.Element, name: str, text: str = "", **attributes: str
) -> ElementTree.Element:
    made = ElementTree.SubElement(above, f"{{{_ATOM}}}{name}", attributes)
    made.text = text or None
    return made


def _time(date: str) -> str:
    return f"{date}T00:00:00Z"
