"""What a search engine is told of a verdict: schema.org's ``ClaimReview``.

See https://schema.org/ClaimReview.  Only what somebody says, and what has a verdict, is reviewed.
"""

from __future__ import annotations

from typing import Any

from checker.pages.escape import address, bare
from checker.pages.look_up import Site
from checker.pages.words import BADGES, Data

RATINGS = {"wrong": 1, "depends": 3, "correct": 5}
"""The scale, as "How a claim is tried" publishes it."""

PUBLISHER = {"@type": "Organization", "name": "Checked Answers"}


def review(site: Site, claim: Data) -> dict[str, Any] | None:
    """The review of a claim; None without a verdict, without anybody who says it, or an address."""
    page = site.page_address("claims", claim["id"])
    if not page or not claim["verdict"] or not claim["said_by"] or not claim["as_expected"]:
        return None
    said = [site.sources[id_] for id_ in claim["said_by"] if id_ in site.sources]
    urls = [address(source["url"]) for source in said]
    appearances = [{"@type": "CreativeWork", "url": url} for url in urls if url]
    dates = sorted(source["date"] for source in said if source["date"])
    authors = [bare(source["author"]) for source in said if source["author"]]
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": page,
        "claimReviewed": bare(claim["claim"]),
        "author": {**PUBLISHER, "url": site.address},
        "reviewRating": {
            "@type": "Rating",
            "ratingValue": RATINGS[claim["verdict"]],
            "worstRating": min(RATINGS.values()),
            "bestRating": max(RATINGS.values()),
            "alternateName": BADGES[claim["verdict"]].word,
        },
        "itemReviewed": {
            "@type": "Claim",
            **({"author": {"@type": "Person", "name": authors[0]}} if authors else {}),
            **({"datePublished": bare(dates[0])} if dates else {}),
            **({"appearance": appearances} if appearances else {}),
        },
        **({"reviewBody": bare(claim["fact"])} if claim["fact"] else {}),
    }
