"""Pages that list: all claims, questions, sources and misreadings."""

from __future__ import annotations

from collections.abc import Iterator

from checker.pages.competing import in_words, turned_by
from checker.pages.escape import address, code, front_matter, text
from checker.pages.look_up import Site
from checker.pages.source import claims_of, copies_of
from checker.pages.words import BADGES, Data, counted, many


def all_claims(site: Site) -> str:
    """Every claim by question, with its badge; the search has the claims themselves."""
    parts = [
        _head("All claims"),
        "# All claims",
        counts(site.found),
        "[All results as data](results.json), as `checker check` writes them.",
        *_to_mend(site),
    ]
    for id_ in site.questions:
        claims = [c["id"] for c in site.claims.values() if c["question"] == id_]
        claims += [b["id"] for b in site.broken.values() if b["question"] == id_]
        parts.append(f"## {site.question_link(id_)}")
        parts.append("\n".join(f"- {site.claim_link(claim)}" for claim in claims))
    return "\n\n".join(parts) + "\n"


def all_questions(site: Site) -> str:
    """Every question with how its claims came out."""
    parts = [_head("Questions"), "# Questions"]
    return "\n\n".join([*parts, questions(site)]) + "\n"


def all_sources(site: Site) -> str:
    """Every page that was read; copies stand below what they copy, and are no second voice."""
    parts = [
        _head("Sources"),
        "# Sources",
        "Public pages that were read, with the claims that they make. "
        "A copy of a page is listed below it, and its claims are counted once.",
        sources(site),
    ]
    return "\n\n".join(parts) + "\n"


def misreadings(site: Site) -> str:
    """Every rival: a model in which a published misreading is true."""
    parts = [
        front_matter(title="Misreadings, built as models", hide=["navigation"]),
        "# Misreadings, built as models",
        "A test that could not fail shows nothing. "
        "So each test is also run on models in which a misreading that somebody published is true, "
        "and which are otherwise like ours. "
        "Each of them makes a published claim come out right, and a test shows that it does.",
    ]
    for rival in site.rivals.values():
        turned = turned_by(site, rival, list(site.claims.values()))
        parts.append(f"## {text(in_words(rival['name']))}")
        parts.append(text(rival["belief"]))
        parts.append(f"It would make this right: {site.claim_link(rival['makes_true'])}")
        found = "\n".join(f"- {site.claim_link(id_)}" for id_ in turned)
        parts.append(f"Tests that come out the other way on it:\n\n{found}" if found else _NOTHING)
    return "\n\n".join(parts) + "\n"


_NOTHING = "**No test here comes out the other way on it yet.**"


def counts(found: Data) -> str:
    """All five badges in public, also those that nobody has."""
    numbers = found["counts"]
    words = ("correct", "wrong", "depends", "not settled", "not testable")
    settled = {word: numbers[word] for word in words[:3]}
    settled["not testable"] = numbers["not-testable"]
    settled["not settled"] = sum(n for kind, n in numbers.items() if BADGES[kind].kind == "open")
    settled["not settled"] += len(found["broken"])
    total = sum(settled.values())
    parts = [f"**{settled[word]}** {word}" for word in words]
    return f"{many(total, 'claim')}: {' · '.join(parts)}"


def questions(site: Site) -> str:
    """The questions as a list."""
    lines = []
    for id_, question in site.questions.items():
        claims = [c for c in site.claims.values() if c["question"] == id_]
        said = f"{many(len(claims), 'claim')}: {counted(claims)}" if claims else "no claims yet"
        lines.append(f"- {site.question_link(id_)}  \n  {text(question['description'])} ({said})")
    return "\n".join(lines)


def sources(site: Site) -> str:
    """The sources, copies under their originals; a script looks for addresses in this list."""
    originals = [s for s in site.sources.values() if s["mirror_of"] not in site.sources]
    return "\n".join(line for source in originals for line in _source(site, source))


def _source(site: Site, source: Data, indent: str = "") -> Iterator[str]:
    claims = claims_of(site, source["id"])
    said = f"{many(len(claims), 'claim')}: {counted(claims)}" if claims else "no claims tried yet"
    about = ", ".join(text(w) for w in (source["author"], source["date"]) if w)
    url = address(source["url"])
    found_by = f'<span data-address="{url}"></span>' if url else ""
    about = f", {about}" if about else ""
    yield f"{indent}- {found_by}{site.source_link(source['id'])}{about} ({said})"
    for copy in copies_of(site, source["id"]):
        yield from _source(site, site.sources[copy], indent + "    ")


def _head(title: str) -> str:
    return front_matter(title=title, hide=["navigation"], search={"exclude": True})


def _to_mend(site: Site) -> Iterator[str]:
    """What must hold of the files and does not."""
    if site.found["findings"]:
        yield "## Files to mend"
        yield "\n".join(
            f"- {code('{file}:{line}:{column}'.format(**finding))} {text(finding['message'])}"
            for finding in site.found["findings"]
        )
