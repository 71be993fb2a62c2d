"""Results as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from checker.nouns import Finding
from checker.report import training
from checker.report.standing import clashes, told_of_clash
from checker.report.terminal import Paint, plain

OUTCOMES = {
    "holds": "it holds",
    "fails": "it fails",
    "undecided": "it stays undecided",
    "error": "it cannot be run",
    "not-applicable": "it does not apply",
}
_DECIDING = ("holds", "fails")
FEW = 8  # rows and columns of a matrix that are printed
BADGES = {
    "correct": "Correct",
    "wrong": "Wrong",
    "depends": "Depends",
    "not-testable": "Not testable",
}


def badge(claim: Mapping[str, Any]) -> str:
    """The one word, or few, that a reader meets: Correct, Wrong, Depends, Not settled (why) …"""
    outcome = claim["verdict"] or claim["why_not"]
    return BADGES.get(outcome, f"Not settled ({outcome})")


def one_line(claim: Mapping[str, Any], paint: Paint = plain) -> str:
    """A claim in one line: the badge, the id, and a mark where it is not as expected."""
    shown = paint(claim["verdict"] or claim["why_not"], f"{badge(claim):<22}")
    mark = paint("trouble", f"✗ {surprise(claim)}")
    return f"{shown} {claim['id']}" + ("" if claim["as_expected"] else f"   {mark}")


def surprise(claim: Mapping[str, Any]) -> str:
    """What is not as it must be with a claim that came out otherwise, or is weak."""
    if claim["verdict"] and claim["verdict"] == claim["expected"]:
        return "but not told apart as it must be"
    return f"expected {claim['expected'] or 'nothing'}"


def summary(found: Mapping[str, Any], paint: Paint = plain) -> Iterator[str]:
    """All claims, a line each; reasons for what is not as expected; counts."""
    for claim in found["claims"]:
        yield one_line(claim, paint)
        if not claim["as_expected"]:
            yield from (f"    {line}" for line in why(claim))
    for question in found["questions"]:
        for sentence in question["answer"]:
            if not sentence["holds"]:
                cited = ", ".join(sentence["because"])
                trouble = (
                    f"✗ the short answer to {question['id']} rests on {cited}, not all correct:"
                )
                yield paint("trouble", trouble)
                yield f"    {sentence['says']}"
    yield from (paint("trouble", f"✗ {told_of_clash(pair)}") for pair in clashes(found))
    yield ""
    yield counts(found)


def counts(found: Mapping[str, Any]) -> str:
    """How many claims came out how."""
    parts = [f"{number} {word}" for word, number in found["counts"].items() if number]
    unexpected = sum(not claim["as_expected"] for claim in found["claims"])
    total = f"{counted(len(found['claims']), 'claim')}: {', '.join(parts) or 'none'}"
    left_out = f"; {len(found['left_out'])} left out" if found["left_out"] else ""
    if not found["claims"]:
        return f"no claim was tried{left_out}"
    came_out = f"{unexpected} not as expected" if unexpected else "all as expected"
    return f"{total}; {came_out}{left_out}"


def counted(number: int, word: str) -> str:
    """A number of things: 1 claim, 2 claims."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def why(claim: Mapping[str, Any]) -> Iterator[str]:
    """Why a claim is not as expected."""
    if claim["reason"]:
        yield claim["reason"]
    if claim["told_apart_by"] == "unrelated-rival":
        names = ", ".join(_by_name(r for r in claim["rivals"] if r["turned"]))
        yield f"weak: told apart only by a rival that has nothing to do with the claim ({names})"
        yield "add a control, or contradicts: with the claim that the rival makes true"
    control = claim["control"]
    if control and not control["turned"]:
        came_out, where = OUTCOMES[control["outcome"]], control["detail"]
        if control["outcome"] == "error":
            came_out, where = f"{came_out} ({where})", ""
        yield f"the control does not turn the test: {where or came_out}"


def finding(found: Mapping[str, Any]) -> str:
    """What has to be mended, with its place, in one line."""
    return str(Finding(**found))


def evidence(claim: Mapping[str, Any], paint: Paint = plain) -> Iterator[str]:
    """Everything that speaks for the verdict of one claim."""
    yield claim["claim"]
    yield paint(claim["verdict"] or claim["why_not"], f"→ {badge(claim)}")
    if claim["expected"] and not claim["as_expected"]:
        same = claim["verdict"] == claim["expected"]
        trouble = f"✗ the file expects {claim['expected']}: look for the reason, then change either"
        trouble = f"✗ {surprise(claim)}: see below" if same else trouble
        yield paint("trouble", trouble)
    yield from _against(claim)
    yield from why(claim)
    if claim["fact"] and claim["why_not"] in (None, "not-testable"):  # else nobody has tried it
        yield f"  {claim['fact']}"
    for condition, id_ in claim["depends"].items():
        yield f"  {condition}: {id_}"
    if exactly := claim["tried"].get("exactly_when"):
        yield f"  right exactly where {exactly}"
    if claim["settings"] and claim["why_not"] in (None, "unproven", "disputed"):
        yield ""
        yield _grid(claim)
    if claim["shown"]:
        yield from _shown(claim)
    yield from _apart(claim)
    yield from _frameworks(claim)
    if claim["instead"]:
        yield f"right instead: {claim['instead']}"
    for verb in ("said", "asked"):
        for source, places in claim[f"{verb}_by"].items():
            yield f"{verb} by {source}: {'; '.join(places)}"


def _against(claim: Mapping[str, Any]) -> Iterator[str]:
    """Of a claim without a verdict, that its test does not even come out as expected."""
    if claim["why_not"] != "unproven" or claim["tried"].get("for") or claim["depends"]:
        return
    if claim["expected"] == "correct" and claim["fail"]:
        yield f"the test fails at {counted(claim['fail'], 'setting')}, so it cannot be correct"
        yield "to be wrong, it needs a control under which its test holds at every setting"
    if claim["expected"] == "wrong" and not claim["fail"] and claim["hold"]:
        yield "the test holds at every setting, so the claim cannot be wrong"


def _grid(claim: Mapping[str, Any]) -> str:
    if "train" in claim["tried"]:
        return "counted over the seeds 0 to 19"
    everywhere = counted(claim["settings"], "setting")
    share = f"{claim['hold']} of {everywhere}"
    if claim["verdict"] and claim["tried"].get("for") == "some setting":
        return f"witness found in {share}" if claim["hold"] else f"no witness in {everywhere}"
    if claim["fail"] == 0 and claim["verdict"]:
        return f"no counter-example in {everywhere}"
    return f"the test holds in {share} and fails in {claim['fail']}"


def _shown(claim: Mapping[str, Any]) -> Iterator[str]:
    shown = claim["shown"]
    if shown.get("training"):
        yield from training.lines(claim)
        return
    yield shown_at(claim)
    yield f"    {claim['tried'].get('test', '')}"
    for text, value in shown["values"].items():
        yield f"    {text} = {value}"
    for text, matrix in shown["matrices"].items():
        yield f"    {text} ="
        rows = matrix["entries"]
        if len(rows) > FEW or (isinstance(rows[0], list) and len(rows[0]) > FEW):
            yield "        too large to print; see --format json"
            continue
        for row in rows:
            yield f"        {row}"


def shown_at(claim: Mapping[str, Any]) -> str:
    """What the trial that is shown in full is an example of, and its setting."""
    shown = claim["shown"]
    witness = claim["tried"].get("for") == "some setting"
    failing = shown["outcome"] == "no"
    title = "smallest counter-example" if failing and not witness else "shown at"
    if witness and not failing:
        title = "smallest example"
    return f"{title}: {', '.join(f'{n} {v}' for n, v in shown['setting'].items())}"


def _apart(claim: Mapping[str, Any]) -> Iterator[str]:
    turned = [r for r in claim["rivals"] if r["turned"]]
    if turned or any(alternative["turned"] for alternative in claim["alternatives"]):
        yield "it could have come out the other way: it does if …"
    for name, rivals in _by_name(turned).items():
        places = [f"in {one['name'].removeprefix(f'{name} in ')}" for one in rivals]
        where = f" {'; '.join(places)}" if rivals[0]["name"] != name else ""
        yield f"    {name}{where}{'' if rivals[0]['linked'] else ' (unrelated)'}"
    for alternative in claim["alternatives"]:
        if alternative["turned"]:
            yield f"    {alternative['name']}"
    if claim["control"]:
        turns = "turns the test" if claim["control"]["turned"] else "does NOT turn the test"
        yield f"control: {turns} ({OUTCOMES[claim['control']['outcome']]})"


def _frameworks(claim: Mapping[str, Any]) -> Iterator[str]:
    """What real frameworks gave; only one that decides a setting says anything of the claim."""
    records = claim.get("frameworks", [])
    for record in records:
        came_out = _of_a_call(record) if "call" in claim["tried"] else _gave(record)
        yield f"on {record['title'] or record['name']}: {came_out}"
    if claim.get("echo") and not any(_decides(r) for r in records):
        yield "on no framework yet: it looks at shapes alone, so it rests on our own loop"


def _gave(record: Mapping[str, Any]) -> str:
    decided = counted(record["decides"], "setting")
    if record["stale"]:
        return "recorded before the test was last changed"
    if record["disagrees"]:
        first = ", ".join(f"{name} {value}" for name, value in record["disagrees"][0].items())
        return f"it disagrees at {len(record['disagrees'])} of {decided}, first at {first}"
    if _decides(record):
        return f"it agrees at {decided}"
    came_out = OUTCOMES["undecided" if record["outcome"] in _DECIDING else record["outcome"]]
    return f"{came_out} ({record['why']})" if record["why"] else came_out


def _of_a_call(record: Mapping[str, Any]) -> str:
    if record["stale"]:
        return _gave(record)
    values = ", ".join(f"{name} = {value!r}" for name, value in (record["values"] or {}).items())
    why = values or record["why"]
    return f"{OUTCOMES[record['outcome']]} ({why})" if why else OUTCOMES[record["outcome"]]


def _decides(record: Mapping[str, Any]) -> bool:
    fresh = record["decides"] and not record["stale"]
    return bool(fresh) and record["outcome"] in _DECIDING


def _by_name(rivals: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Rivals by name: one that is tried in each run of a test is told once, with its runs."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for rival in rivals:
        found.setdefault(rival["name"].split(" in ")[0], []).append(rival)
    return found
