"""The same as JSON under addresses that stay: each claim, each question, and a list of claims."""

from __future__ import annotations

import json
from typing import Any

from checker.pages.look_up import Site, has_page
from checker.pages.words import Data

_PLACES = ("file", "line", "column")  # of the file in the repository, which readers do not have


def as_json(site: Site) -> dict[str, str]:
    """Path → text; what stands in a claim says ``checker/results.schema.json``."""
    made = {f"claims/{id_}.json": _claim(site, claim) for id_, claim in site.claims.items()}
    for id_, claim in site.claims.items():
        earlier = [name for name in claim["formerly"] if has_page(name)]
        made |= {f"claims/{name}.json": made[f"claims/{id_}.json"] for name in earlier}
    made |= {f"questions/{id_}.json": _question(site, q) for id_, q in site.questions.items()}
    made["claims/index.json"] = _text(site, {"claims": [_line(site, c) for c in _claims(site)]})
    return made


def _claims(site: Site) -> list[Data]:
    return [site.claims[id_] for id_ in sorted(site.claims)]


def _claim(site: Site, claim: Data) -> str:
    whole = {key: value for key, value in claim.items() if key not in _PLACES}
    return _text(site, {**_line(site, claim), **whole})


def _question(site: Site, question: Data) -> str:
    claims = [_line(site, c) for c in _claims(site) if c["question"] == question["id"]]
    url = site.page_address("questions", question["id"])
    return _text(site, {**question, "url": url, "claims": claims})


def _line(site: Site, claim: Data) -> dict[str, Any]:
    """A claim as it stands in lists; its address is relative where that of the site is unknown."""
    kept = ("id", "question", "claim", "verdict", "why_not", "fact")
    url = site.page_address("claims", claim["id"])
    return {**{key: claim[key] for key in kept}, "url": url or f"{claim['id']}/"}


def _text(site: Site, value: dict[str, Any]) -> str:
    whole = {"schema": site.found["schema"], **value}
    return json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
