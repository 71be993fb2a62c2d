"""Could it have failed?  What made the same test come out the other way, and what did not."""

from __future__ import annotations

from collections.abc import Iterator

from checker.pages.escape import block, code, text
from checker.pages.look_up import Site
from checker.pages.tried import as_yaml
from checker.pages.words import Data, control, exactly_when, listed

_BY = {
    "control": "Yes: under the claim's control, the same test comes out the other way.",
    "alternative": "Yes: with another option of the same model, the test comes out the other way.",
    "rival": "Yes: on models in which one misreading is true, the test comes out the other way.",
    "unrelated-rival": "Only just: the test comes out the other way on a model that has nothing to "
    "do with the claim. That is too weak to rely on.",
}
_CAME_OUT = {
    "holds": "the test holds",
    "fails": "the test fails",
    "undecided": "undecided",
    "not-applicable": "the test does not apply",
    "error": "could not be run",
}


def could_it_have_failed(site: Site, claim: Data) -> Iterator[str]:
    """What told the claim apart; nothing for a claim that was not tried itself."""
    if claim["verdict"] and exactly_when(claim):
        yield "## Could it have failed?"
        yield (
            "Yes: it does, on the other side of its condition. The same test holds wherever "
            f"{code(exactly_when(claim))}, and for every other choice of the options it fails at "
            "a setting where no two sizes coincide. So each side is the control of the other."
        )
        return
    if not claim["rivals"] and not claim["control"]:
        return
    yield "## Could it have failed?"
    yield _BY.get(claim["told_apart_by"], "Not on anything that was tried. So it shows nothing.")
    if claim["control"]:
        yield from _control(claim)
    rivals = [rival for rival in claim["rivals"] if rival["turned"]]
    if rivals:
        if "rival" not in str(claim["told_apart_by"]):
            yield "It also comes out the other way on models in which one misreading is true:"
        yield "\n".join(f"- {_rival(site, claim, rival)}" for rival in rivals)
    options = [code(a["name"]) for a in claim["alternatives"] if a["turned"]]
    if options:
        yield f"It comes out the other way with {listed(options)}."
    yield from _did_not(site, claim)


def _control(claim: Data) -> Iterator[str]:
    keys = claim["tried"].get("control", {})
    phrases = listed(list(control(keys))) or "as the file says"
    turned = claim["control"]["turned"]
    came = _CAME_OUT[claim["control"]["outcome"]]
    yield f"{'' if turned else '**The control did not turn it.** '}**Control:** {phrases}, {came}."
    yield block(as_yaml({"control": keys}, claim["runs"]))


def _rival(site: Site, claim: Data, rival: Data) -> str:
    found = site.rival(rival["name"])
    where = rival["name"].removeprefix(found["name"]).strip()
    unrelated = "" if rival["linked"] else " It has nothing to do with this claim."
    put = f" (put {text(where)})" if where else ""
    if found["makes_true"] == claim["id"]:
        return f"{text(found['belief'])}{put} On it, this claim is right."
    return f"{text(found['belief'])}{put}{unrelated} It would make this right: " + site.claim_link(
        found["makes_true"]
    )


def _did_not(site: Site, claim: Data) -> Iterator[str]:
    """What came out as on the reference: that is no mark against a rival or against the claim."""
    others = [o for o in claim["rivals"] if not o["turned"]]
    options = [o for o in claim["alternatives"] if not o["turned"]]
    if not others and not options:
        return
    lines = [
        f"- {text(site.rival(o['name'])['belief'])} ({_CAME_OUT[o['outcome']]})" for o in others
    ]
    lines += [f"- With {code(o['name'])}: {_CAME_OUT[o['outcome']]}." for o in options]
    yield (
        '<details markdown="1">\n<summary>What did not turn it</summary>\n\n'
        "These leave the test as it is, or it does not apply to them; "
        "other claims tell them apart.\n\n" + "\n".join(lines) + "\n\n</details>"
    )
