"""Rules about what a claim refers to."""

from __future__ import annotations

from collections.abc import Iterator

from checker.base import Base
from checker.language.parse import nearest
from checker.loading import Keys
from checker.nouns import Claim, Depends, Finding


def finding(base: Base, claim: Claim, path: Keys, message: str, tip: str = "") -> Finding:
    """A finding at a part of a claim's file."""
    place = base.place("claim", claim.id, path)
    return Finding(place.file, place.line, place.column, message, tip)


def there_is_a_claim(base: Base) -> Iterator[Finding]:
    """A folder without a claim is a mistake: whoever checks it would learn nothing."""
    if not (base.claims or base.broken or base.findings):
        tip = "such as num-units/a-claim.yml in it"
        yield Finding(base.folder.name or ".", 1, 1, "there must be a claim in this folder", tip)


def sources_exist(base: Base) -> Iterator[Finding]:
    """``said_by`` and ``asked_by`` name files in ``_sources``.

    Refused:
        said_by: {blog-2081: paragraph 4}
    Passes:
        said_by: {blog-2018: paragraph 4}
    """
    for claim in _readable(base):
        for key, places in (("said_by", claim.said_by), ("asked_by", claim.asked_by)):
            for source in places:
                if source not in base.sources:
                    tip = nearest(source, base.sources) or "add it to _sources"
                    message = f"there must be a source {source!r}"
                    yield finding(base, claim, (key, source), message, tip)


def mirrors_are_of_sources(base: Base) -> Iterator[Finding]:
    """A mirror is the copy of another source.

    Refused:
        # claims/_sources/a-copy.yml
        title: A copy
        mirror_of: blog-2081
        read: 2026-11-21
    Passes:
        # claims/_sources/a-copy.yml
        title: A copy
        mirror_of: blog-2018
        read: 2026-11-21
    """
    for source in base.sources.values():
        if source.mirror_of is None:
            continue
        place = base.place("source", source.id, ("mirror_of",))
        if source.mirror_of == source.id:
            message, tip = "a page is a copy of another one, not of itself", ""
        elif source.mirror_of not in base.sources:
            message = f"there must be a source {source.mirror_of!r}"
            tip = nearest(source.mirror_of, base.sources) or "add it to _sources"
        else:
            continue
        yield Finding(place.file, place.line, place.column, message, tip)


def former_ids_are_free(base: Base) -> Iterator[Finding]:
    """An earlier id leads to one claim: it is neither used again nor listed twice.

    Refused:
        formerly: [num-units-is-hidden-state-size]
    Passes:
        formerly: [num-units-is-the-width]
    """
    known: dict[str, str] = {id_: id_ for id_ in (*base.claims, *base.broken)}
    for claim in _readable(base):
        for number, id_ in enumerate(claim.formerly):
            if id_ in known:
                message = f"an earlier id belongs to one claim; {known[id_]} has {id_!r} already"
                yield finding(base, claim, ("formerly", number), message)
            known.setdefault(id_, claim.id)


def covered_statements_have_no_file(base: Base) -> Iterator[Finding]:
    """A statement that a claim covers has no file of its own, and one claim alone covers it.

    Refused:
        covers: {num-units-is-hidden-state-size: It is as wide as the hidden state.}
    Passes:
        covers: {num-units-is-the-width: It is as wide as the hidden state.}
    """
    known: dict[str, str] = {id_: id_ for id_ in (*base.claims, *base.broken)}
    known |= {id_: claim.id for claim in _readable(base) for id_ in claim.formerly}
    for claim in _readable(base):
        for id_ in claim.covers:
            if id_ in known:
                message = f"a statement has one place; {known[id_]} has {id_!r} already"
                yield finding(base, claim, ("covers", id_), message)
            known.setdefault(id_, claim.id)


def claims_exist(base: Base) -> Iterator[Finding]:
    """Every claim that is referred to has a file, and none refers to itself.

    Refused:
        see_also: [num-units-is-hidden-state]
    Passes:
        see_also: [num-units-is-hidden-state-size]
    """
    known = {*base.claims, *base.broken}
    for claim in _readable(base):
        for path, id_ in _references(claim):
            if id_ not in known:
                tip = nearest(id_, known)
                yield finding(base, claim, path, f"there must be a claim {id_!r}", tip)
            if id_ == claim.id:
                yield finding(base, claim, path, "a claim refers to others, not to itself")
    for question in base.questions.values():
        for number, (_, cited) in enumerate(question.short_answer):
            for position, id_ in enumerate(cited):
                if id_ not in known:
                    place = base.place(
                        "question", question.id, ("answer", number, "because", position)
                    )
                    yield Finding(
                        place.file,
                        place.line,
                        place.column,
                        f"there must be a claim {id_!r}",
                        nearest(id_, known),
                    )


def contradictions_are_mutual(base: Base) -> Iterator[Finding]:
    """Where one claim contradicts another, both files say so.

    Refused:
        contradicts: [num-units-is-hidden-state-size]
    Passes:
        contradicts: [num-units-is-sequence-length]    # which lists this claim, too
    """
    for claim in base.claims.values():
        for number, id_ in enumerate(claim.contradicts):
            other = base.claims.get(id_)
            if other is not None and claim.id not in other.contradicts:
                message = f"{id_} must list {claim.id} under contradicts too"
                yield finding(base, claim, ("contradicts", number), message)


def somebody_says_it(base: Base) -> Iterator[Finding]:
    """A claim has a public place that makes or asks it, or another claim that leads to it.

    Refused:
        said_by: {}
    Passes:
        said_by: {blog-2018: paragraph 4}
    """
    if base.broken:
        return  # what those lead to cannot be told
    led_to = {id_ for claim in base.claims.values() for _, id_ in _references(claim)}
    for claim in base.claims.values():
        if not claim.said_by and not claim.asked_by and claim.id not in led_to:
            tip = "said_by: {source: paragraph}"
            yield finding(base, claim, ("claim",), "a claim names a page that makes it", tip)


def wrong_claims_lead_on(base: Base) -> Iterator[Finding]:
    """A wrong claim names what is right ``instead``, and answers its author's strongest reply.

    Refused:
        expected: wrong
    Passes:
        expected: wrong
        instead: num-units-is-hidden-state-size
        reply:
          says: In my program both numbers were 28.
          answer: With 28 steps and 10 units there are 28 outputs, each 10 wide.
    """
    for claim in base.claims.values():
        if claim.expected == "wrong" and claim.instead is None:
            tip = "instead: the id of the right claim"
            yield finding(base, claim, ("expected",), "a wrong claim leads on to a right one", tip)
        right = base.claims.get(claim.instead or "")
        if right is not None and right.expected == "wrong":
            message = f"{right.id} is expected to be wrong, so nothing is right instead there"
            yield finding(base, claim, ("instead",), message, right.instead or "")
        if claim.expected == "wrong" and not claim.reply:
            tip = "reply: {says: …, answer: …}"
            message = "a wrong claim answers the strongest reply that its author could make"
            yield finding(base, claim, ("expected",), message, tip)


def a_condition_leads_to_a_sharp_claim(base: Base) -> Iterator[Finding]:
    """What a conditional claim depends on has a test of its own.

    Refused:
        expected: depends
        depends:
          the width is meant: num-units-is-hidden-state-size
          anything is meant: num-units-is-the-size-of-the-output    # which depends itself
    Passes:
        expected: depends
        depends:
          the width is meant: num-units-is-hidden-state-size
          the number of outputs is meant: num-units-is-sequence-length
    """
    for claim in base.claims.values():
        if isinstance(claim.trial, Depends):
            for condition, id_ in claim.trial.conditions.items():
                other = base.claims.get(id_)
                if other is not None and isinstance(other.trial, Depends):
                    message = f"{id_} depends on others itself; name a claim with a test"
                    yield finding(base, claim, ("depends", condition), message)


def _readable(base: Base) -> Iterator[Claim]:
    """All claims as far as they can be read, also those whose files have findings already."""
    yield from base.claims.values()
    yield from base.drafts.values()


def _references(claim: Claim) -> Iterator[tuple[Keys, str]]:
    if claim.instead is not None:
        yield ("instead",), claim.instead
    for key, ids in (("contradicts", claim.contradicts), ("see_also", claim.see_also)):
        for number, id_ in enumerate(ids):
            yield (key, number), id_
    if isinstance(claim.trial, Depends):
        for condition, id_ in claim.trial.conditions.items():
            yield ("depends", condition), id_
