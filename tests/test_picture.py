"""The picture shows the trial: a circle for each output, an empty square where nothing moves."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from checker.base import load
from checker.commands.check import run
from checker.pages.evidence import evidence
from checker.pages.over_time import curve, is_curve
from checker.pages.picture import legend, pictures
from checker.pages.unrolled import STEPS, UNITS, unrolled
from checker.report.json import report as as_json

QUESTION = "question: Does the picture show the trial?\nanswer: []\n"
SOURCE = "title: A page\nread: 2026-11-21\n"


def tried(folder, **keys):
    """The results of one claim with these keys, through the real checker."""
    (folder / "claims" / "_sources").mkdir(parents=True)
    (folder / "claims" / "_sources" / "page.yml").write_text(SOURCE)
    (folder / "claims" / "q").mkdir()
    (folder / "claims" / "q" / "question.yml").write_text(QUESTION)
    claim = {
        "claim": "This is a claim.",
        "said_by": {"page": "here"},
        "instead": "other",
        "reply": {"says": "But it is.", "answer": "It is not."},
        **keys,
    }
    (folder / "claims" / "q" / "drawn.yml").write_text(json.dumps(claim))
    other = {"claim": "Another.", "said_by": {"page": "there"}, "untestable": "opinion",
             "because": "It is here to be led to."}  # fmt: skip
    (folder / "claims" / "q" / "other.yml").write_text(json.dumps(other))
    found, findings = run(load(folder / "claims"), ["drawn"])
    assert findings == []
    return json.loads(as_json(found))["claims"][0]


def wrong_at(folder, **sizes):
    at = {name: [size] for name, size in sizes.items()}
    test = {"expected": "wrong", "test": "outputs.timesteps == units", "at": at}
    return tried(folder, **test, control={"setting": {"timesteps": "units"}})


def svgs(html):
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", html)]


def circles(html):
    return html.count("<circle ")


@pytest.mark.parametrize(("units", "timesteps"), [(3, 2), (4, 2), (3, 5), (1, 2)])
def test_there_is_a_circle_for_each_unit_at_each_timestep(units, timesteps, tmp_path):
    claim = wrong_at(tmp_path, units=units, timesteps=timesteps, batch=2, features=2)
    assert claim["verdict"] == "wrong"
    drawn = pictures(claim)
    assert circles(drawn) == units * timesteps
    assert f"units&#58; {units}" in drawn and f"timesteps&#58; {timesteps}" in drawn
    assert "the first sequence" in legend(claim)


def test_a_circle_too_few_would_be_noticed(tmp_path):
    claim = wrong_at(tmp_path, units=3, timesteps=2, batch=1, features=2)
    claim["shown"]["runs"]["run"]["outputs"][1].pop()
    assert circles(pictures(claim)) == 5


def test_one_more_unit_in_the_results_is_one_more_circle_in_each_column(tmp_path):
    claim = wrong_at(tmp_path, units=3, timesteps=2, batch=1, features=2)
    for row in claim["shown"]["runs"]["run"]["outputs"]:
        row.append(0.25)
    claim["shown"]["runs"]["run"]["outputs_shape"][-1] = 4
    claim["shown"]["runs"]["run"]["sizes"]["units"] = 4
    assert circles(pictures(claim)) == 4 * 2


def test_every_drawing_is_well_formed_and_says_what_it_shows(tmp_path):
    claim = wrong_at(tmp_path, units=3, timesteps=2, batch=1, features=2)
    for svg in svgs(pictures(claim)):
        assert svg.get("role") == "img"
        assert "2 timesteps by 3 units" in svg.get("aria-label")
        assert svg[0].tag == "title" and svg[0].text == svg.get("aria-label")
        assert not list(svg.iter("script"))
        left, top, width, height = (float(n) for n in svg.get("viewBox").split())
        for circle in svg.iter("circle"):
            assert left < float(circle.get("cx")) < width
            assert top < float(circle.get("cy")) < height


def test_colour_and_strength_follow_the_numbers(tmp_path):
    claim = wrong_at(tmp_path, units=3, timesteps=1, batch=1, features=1)
    claim["shown"]["runs"]["run"]["outputs"] = [[0.5, -0.5, 0.0]]
    up, down, zero = svgs(pictures(claim))[0].iter("circle")
    assert (up.get("class"), down.get("class"), zero.get("class")) == ("up", "down", "zero")
    assert up.get("fill-opacity") == down.get("fill-opacity") == "1.00"
    assert zero.get("fill-opacity") is None
    assert [c[0].text.split(": ")[1] for c in (up, down, zero)] == ["0.5", "−0.5", "0"]


def test_runs_are_drawn_in_the_order_of_the_file(tmp_path):
    claim = tried(
        tmp_path,
        expected="wrong",
        runs={"whole": {}, "again": {"setting": {"timesteps": "timesteps + 2"}}},
        at={"units": [2], "timesteps": [2], "batch": [1], "features": [1]},
        test="again.outputs.timesteps == whole.outputs.timesteps",
        control={"runs": {"again": {"setting": {"timesteps": "timesteps"}}}},
    )
    drawn = pictures(claim)
    assert drawn.index(">whole<") < drawn.index(">again<")
    assert circles(drawn) == 2 * 2 + 2 * 4


def influence(folder, control):
    test = "is_diagonal(influence(before.h.units, after.h.units))"
    at = {"units": [3], "timesteps": [1], "batch": [1], "features": [2]}
    return tried(folder, expected="wrong", test=test, at=at, control=control)


def test_an_influence_is_drawn_as_a_grid_and_what_is_zero_is_empty(tmp_path):
    claim = influence(tmp_path, {"set": {"parameters.recurrent": "diagonal(it)"}})
    grid = svgs(pictures(claim))[1]
    assert [r.get("class") for r in grid.iter("rect")].count("up") == 9
    assert "nudged units" in grid.get("aria-label") and "moved units" in grid.get("aria-label")
    assert "all 9 filled" in evidence(claim)
    matrix = claim["shown"]["matrices"]["influence(before.h.units, after.h.units)"]
    for row, entries in enumerate(matrix["entries"]):
        entries[:] = [n if column == row else 0.0 for column, n in enumerate(entries)]
    grid = svgs(pictures(claim))[1]
    assert [r.get("class") for r in grid.iter("rect")].count("zero") == 6
    assert "only the diagonal filled" in evidence(claim)


def test_a_bar_marks_each_number_below_0(tmp_path):
    claim = wrong_at(tmp_path, units=3, timesteps=2, batch=1, features=1)
    for outputs, bars in (([[0.5, -0.5, 0.0], [-1.0, 0.1, 0.2]], 2), ([[0.1] * 3] * 2, 0)):
        claim["shown"]["runs"]["run"]["outputs"] = outputs
        marks = [p for p in svgs(pictures(claim))[0].iter("path") if p.get("class") == "minus"]
        assert sum(mark.get("d").count("M") for mark in marks) == bars


def heights(svg):
    """How far down each point of a curve stands, as long as it is above 0."""
    drawn = next(path for path in svg.iter("path") if path.get("class") == "points").get("d")
    return [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)h0", drawn)]


@pytest.mark.parametrize(
    ("entries", "rings", "ticks", "words"),
    [
        ([0.5, 0.25, 0.125, 0.0625], 0, ["0", "0.5"], "above 0 at all 4 time steps, from 0.5"),
        ([0.0, 0.5, 0.25, 0.125], 1, ["0", "0.5"], "above 0 at 3 of 4 time steps"),
        ([1.0, 0.1, 0.01, 0.001, 0.0001], 0, ["0.0001", "0.001", "0.01", "0.1", "1"], "0.0001"),
        ([0.0, 0.0, 0.0, 0.0], 4, ["0", "1"], "above 0 at 0 of 4"),
    ],
)
def test_a_curve_has_a_point_for_each_step_and_a_ring_for_each_0(entries, rings, ticks, words):
    svg = ElementTree.fromstring(curve(entries, "moved timesteps"))
    falling = heights(svg)
    assert len(falling) == len(entries) - rings == len(entries) - len(list(svg.iter("circle")))
    assert falling == sorted(falling) and len(set(falling)) == len(falling)
    shown = [text.text for text in svg.iter("text") if text.get("text-anchor") == "end"]
    assert shown == ticks
    assert words in svg.get("aria-label") and svg[0].text == svg.get("aria-label")
    right, low = (float(n) for n in svg.get("viewBox").split()[2:])
    assert all(0 < y < low for y in falling) and right < 390


@pytest.mark.parametrize(
    ("axes", "number", "drawn"),
    [(["timesteps"], 4, True), (["timesteps"], 3, False), (["timesteps"], 99, False),
     (["units"], 5, False), (["timesteps", "units"], 5, False)],
)  # fmt: skip
def test_only_what_runs_along_time_is_a_curve(axes, number, drawn):
    assert is_curve(axes, [0.5] * number) is drawn


def test_what_is_left_over_time_is_drawn_as_a_curve(tmp_path):
    claim = tried(
        tmp_path,
        expected="wrong",
        at={"timesteps": [7], "units": [2], "batch": [1], "features": [3]},
        test="sum(influence(inputs[:, 2], outputs.timesteps) > 0) == timesteps",
        control={"setting": {"timesteps": "1"}},
    )
    drawing = svgs(pictures(claim))[1]
    assert drawing.get("class") == "curve" and len(heights(drawing)) == 5
    assert len(list(drawing.iter("circle"))) == 2  # nothing moves before the third step
    assert "moved timesteps, a curve over 7 time steps" in drawing.get("aria-label")
    assert "above 0 at 5 of 7 time steps" in evidence(claim)
    assert "a ring is exactly 0" in legend(claim)


def test_the_unrolled_network_has_one_cell_for_each_step_with_all_units_inside():
    (svg,) = svgs(unrolled())
    assert len([c for c in svg.iter("circle") if c.get("class") == "unit"]) == STEPS * UNITS
    assert len(list(svg.iter("rect"))) == STEPS + 1  # and one set of weights
    words = " ".join("".join(text.itertext()) for text in svg.iter("text"))
    for step in range(1, STEPS + 1):
        assert f"x{step}" in words and f"h{step}" in words
    assert f"num_units {UNITS}" in svg.get("aria-label") and f"{STEPS} time steps" in unrolled()
    assert words.count("h, c") == STEPS - 1
    assert len(unrolled()) < 5000


def test_what_is_too_large_is_not_drawn(tmp_path):
    claim = wrong_at(tmp_path, units=20, timesteps=2, batch=1, features=1)
    assert pictures(claim) == ""
    assert 'class="values"' in evidence(claim)


def test_a_projection_is_not_passed_off_as_units(tmp_path):
    claim = tried(
        tmp_path,
        expected="wrong",
        model={"projection": 2},
        at={"units": [5], "timesteps": [3], "batch": [1], "features": [1]},
        test="outputs.shape == (batch, timesteps, units)",
        control={"model": {"projection": 5}},
    )
    assert circles(pictures(claim)) == 2 * 3
    assert "outputs&#58; 2" in pictures(claim)


def test_nothing_is_drawn_where_nothing_was_run():
    assert pictures({"shown": None, "runs": []}) == ""
    assert evidence({"shown": None, "runs": []}) == ""
