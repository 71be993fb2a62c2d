"""What frameworks gave: written, read again, compared, and harmless where it cannot be read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from checker import records
from checker.nouns import Claim, Fact, Outcome, Test, Trial
from checker.records import FOLDER, digest, disagreements, entry, missing, of_claim, read, write

MADE = {"version": "2.13.0", "date": "2026-11-21"}
ONE = {"batch": 3, "units": 7}
DRAWN = {**ONE, "draw": "large weights"}
OTHER = {"batch": 3, "units": 8, "word": "größer", "flag": True, "share": 0.5}
CLAIM = Claim("some", "q", "Some.", Test("outputs.units == units"), said_by={"page": ("1",)})
FACT = Claim("call", "q", "A call.", Fact("torch", "LSTM(1, 2)", "accepted", "LSTM()"))


def trial(setting, outcome) -> Trial:
    return Trial(setting, Outcome(outcome))


def record(*entries) -> dict:
    return {"framework": "torch", "claims": {claim.id: one for claim, one in entries}}


def through_a_file(folder: Path, whole: dict) -> dict:
    folder.mkdir(exist_ok=True)
    write(folder / FOLDER / "torch.json", whole)
    return read(folder)


# written and read again

ROUND_TRIPS = [
    ("nothing", []),
    ("one", [(ONE, "yes")]),
    ("every outcome", [(ONE, outcome.value) for outcome in Outcome]),
    ("a setting that lacks a name", [(ONE, "yes"), (DRAWN, "no")]),
    ("a setting that lacks the first names", [(OTHER, "no"), (ONE, "yes"), (DRAWN, "undecided")]),
    ("falsehood and nought are values", [({**ONE, "flag": False, "step": 0}, "no"), (ONE, "yes")]),
]


@pytest.mark.parametrize("rows", [r[1] for r in ROUND_TRIPS], ids=[r[0] for r in ROUND_TRIPS])
def test_what_was_written_is_read(rows, tmp_path):
    trials = [trial(*row) for row in rows]
    found = through_a_file(tmp_path, record((CLAIM, entry(CLAIM, MADE, "fails", "", trials))))
    assert list(missing(found["torch"])) == []
    [one] = of_claim(found, CLAIM)
    assert one["trials"] == [{"setting": s, "outcome": o} for s, o in rows]
    assert [list(t["setting"]) for t in one["trials"]] == [
        sorted(s, key=list(dict.fromkeys(n for r, _ in rows for n in r)).index) for s, _ in rows
    ]
    assert (one["name"], one["version"], one["date"]) == ("torch", *MADE.values())
    assert (one["outcome"], one["why"], one["control"], one["stale"]) == ("fails", "", "", False)


def test_what_was_written_of_a_call_is_read(tmp_path):
    made = {**MADE, "control": "fails", "values": {"error": "TypeError"}}
    found = through_a_file(tmp_path, record((FACT, entry(FACT, made, "error", "it crashed", []))))
    [one] = of_claim(found, FACT)
    assert (one["outcome"], one["why"], one["control"]) == ("error", "it crashed", "fails")
    assert one["values"] == {"error": "TypeError"}


def test_a_claim_is_a_line_and_lines_are_in_order(tmp_path):
    claims = [replace(CLAIM, id=id_) for id_ in ("zebra", "ant", "größer", "bee")]
    trials = [trial(ONE, "yes")] * 50
    through_a_file(tmp_path, record(*((c, entry(c, MADE, "holds", "", trials)) for c in claims)))
    text = (tmp_path / FOLDER / "torch.json").read_text(encoding="utf-8")
    ids = sorted(claim.id for claim in claims)
    about = [line for line in text.splitlines() if line.startswith("  ")]
    assert [json.loads("{" + line.rstrip(",") + "}").keys() for line in about] == [
        {id_} for id_ in ids
    ]
    again = json.loads(text)
    assert list(again["claims"]) == ids
    write(tmp_path / FOLDER / "again.json", again)
    assert (tmp_path / FOLDER / "again.json").read_text(encoding="utf-8") == text


def test_of_a_claim_each_framework_says_what_it_gave(tmp_path):
    whole = record((CLAIM, entry(CLAIM, MADE, "holds", "", [])))
    for name in ("torch", "keras"):
        through_a_file(tmp_path, whole)
        write(tmp_path / FOLDER / f"{name}.json", whole)
    assert [one["name"] for one in of_claim(read(tmp_path), CLAIM)] == ["keras", "torch"]
    assert of_claim(read(tmp_path), FACT) == ()
    assert of_claim({}, CLAIM) == ()


# stale

CHANGES = [
    ({"statement": "Other prose."}, False),
    ({"said_by": {}, "expected": "wrong", "fact": "So.", "taken_as": "So."}, False),
    ({"trial": Test("outputs.units == units + 1")}, True),
    ({"trial": Test(CLAIM.trial.expression, at={"units": (1, 2)})}, True),
    ({"trial": Test(CLAIM.trial.expression, {"kind": "gru"})}, True),
    ({"trial": Test(CLAIM.trial.expression, some=True)}, True),
    ({"trial": FACT.trial}, True),
]


@pytest.mark.parametrize(("change", "stale"), CHANGES, ids=[str(c)[:60] for c, _ in CHANGES])
def test_a_record_is_stale_where_the_test_is_another_one(change, stale):
    whole = {"torch": record((CLAIM, entry(CLAIM, MADE, "holds", "", [trial(ONE, "yes")])))}
    assert [one["stale"] for one in of_claim(whole, replace(CLAIM, **change))] == [stale]


@pytest.mark.parametrize(
    "change",
    [{"call": "LSTM(2, 2)"}, {"test": "not accepted"}, {"control": None}, {"framework": "keras"}],
    ids=str,
)
def test_a_record_of_a_call_is_stale_too(change):
    other = replace(FACT, trial=replace(FACT.trial, **change))
    assert digest(other) != digest(FACT)


# disagreements

YES, NO = (ONE, "yes"), (ONE, "no")
BOTH = [
    ("both say yes", [YES], [YES], []),
    ("both say no", [NO], [NO], []),
    ("yes and no", [YES], [NO], [ONE]),
    ("no and yes", [NO], [YES], [ONE]),
    *((f"theirs is {word}", [YES], [(ONE, word)], [])
      for word in ("undecided", "not-applicable", "error")),
    *((f"ours is {word}", [(ONE, word)], [NO], [])
      for word in ("undecided", "not-applicable", "error")),
    ("at another setting", [YES], [({**ONE, "units": 8}, "no")], []),
    ("ours was not tried", [], [NO], []),
    ("another draw is another setting", [YES], [(DRAWN, "no")], []),
    ("the order of names is no difference", [YES], [(dict(reversed(ONE.items())), "no")], [ONE]),
    ("one of two", [YES, (DRAWN, "yes")], [YES, (DRAWN, "no")], [DRAWN]),
    ("two of two", [YES, (DRAWN, "yes")], [NO, (DRAWN, "no")], [ONE, DRAWN]),
    ("true is not one", [({"n": True}, "yes")], [({"n": 1}, "no")], []),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs", "at"), [b[1:] for b in BOTH], ids=[b[0] for b in BOTH])
@pytest.mark.parametrize("stale", [False, True], ids=["fresh", "stale"])
def test_they_disagree_where_both_decide_otherwise(ours, theirs, at, stale, tmp_path):
    made = entry(CLAIM, MADE, "fails", "", [trial(*row) for row in theirs])
    if stale:
        made["digest"] = "of an earlier wording"
    [one] = of_claim(through_a_file(tmp_path, record((CLAIM, made))), CLAIM)
    assert disagreements(one, [trial(*row) for row in ours]) == ([] if stale else at)


# what cannot be read

GOOD = {**MADE, "digest": "x", "outcome": "holds", "names": ["units"], "trials": [["yes", 7]]}
UNREADABLE = [
    "", "{", "[]", "null", "5", "\x00", "[" * 100_000, '{"claims": []}', "{}",
    *(json.dumps({"claims": {"some": one}}) for one in (
        None, [], 5, {},
        *({key: value for key, value in GOOD.items() if key != gone} for gone in GOOD),
        *({**GOOD, **bad} for bad in (
            {"version": 2.13}, {"digest": None}, {"outcome": "maybe"}, {"outcome": ["holds"]},
            {"names": "units"}, {"names": [["units"]]}, {"names": [5]}, {"names": []},
            {"trials": {}}, {"trials": [[]]}, {"trials": ["yes"]}, {"trials": [["yes"]]},
            {"trials": [["maybe", 7]]}, {"trials": [[["yes"], 7]]}, {"trials": [[{}, 7]]},
            {"trials": [["yes", 7, 8]]}, {"control": []}, {"control": None}, {"why": 5},
        )),
    )),
]  # fmt: skip


def test_the_good_one_can_be_read(tmp_path):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "torch.json").write_text(json.dumps({"claims": {"some": GOOD}}))
    assert [one["trials"] for one in of_claim(read(tmp_path), CLAIM)] == [
        [{"setting": {"units": 7}, "outcome": "yes"}]
    ]


@pytest.mark.parametrize("text", UNREADABLE, ids=[ascii(t)[-60:] for t in UNREADABLE])
def test_what_cannot_be_read_decides_nothing_and_hides_no_other(text, tmp_path):
    through_a_file(tmp_path, record((CLAIM, entry(CLAIM, MADE, "holds", "", []))))
    (tmp_path / FOLDER / "keras.json").write_text(text, encoding="utf-8")
    assert [*read(tmp_path)] == ["torch"]


def test_what_is_no_file_or_no_text_decides_nothing(tmp_path):
    through_a_file(tmp_path, record((CLAIM, entry(CLAIM, MADE, "holds", "", []))))
    (tmp_path / FOLDER / "flax.json").mkdir()
    (tmp_path / FOLDER / "onnx.json").write_bytes(b"\xff\xfe{}")
    (tmp_path / FOLDER / "keras.part").write_text("{", encoding="utf-8")
    assert [*read(tmp_path)] == ["torch"]
    assert read(tmp_path / "nowhere") == {}


# whole or not at all


@pytest.mark.parametrize("step", ["while it writes", "before it is put in place"])
def test_an_old_file_survives_a_crash(step, tmp_path, monkeypatch):
    old = through_a_file(tmp_path, record((CLAIM, entry(CLAIM, MADE, "holds", "", []))))
    new = record((CLAIM, entry(CLAIM, MADE, "fails", "", [trial(ONE, "no")])))

    def torn(path: Path, text: str, **options) -> None:
        with path.open("w", **options) as file:
            file.write(text[: len(text) // 2])
        raise KeyboardInterrupt

    def crash(*_) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if step == "while it writes":
            patch.setattr(records.Path, "write_text", torn)
        else:
            patch.setattr(records.Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            write(tmp_path / FOLDER / "torch.json", new)
    assert read(tmp_path) == old
    assert through_a_file(tmp_path, new)["torch"]["claims"]["some"]["outcome"] == "fails"
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["torch.json"]
