"""What runs are given: drawn by path and shape, prefixes of one another, set and changed."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from checker.experiments.draws import draw
from checker.experiments.grid import DISTINCT, all_distinct, default_sizes, settings
from checker.experiments.run import fresh_run
from checker.experiments.trial import grid, reference_trial
from checker.experiments.world import World, reference
from checker.language.values import ExperimentError
from checker.models.lstm import lstm
from checker.nouns import SIZES, Outcome, RunSpec, Test

SETTING = {"batch": 2, "timesteps": 4, "features": 3, "units": 5}


def world(runs, setting=SETTING):
    return World(Test("outputs", runs=runs), setting, reference, None)


def test_the_grid_has_87_settings_small_ones_first():
    sizes = default_sizes()
    assert len(sizes) == 87
    assert sizes[0] == dict.fromkeys(SIZES, 1)
    sums = [sum(s.values()) for s in sizes[:81]]
    assert sums == sorted(sums)


def clashes(sizes):
    """The numbers that come out twice among sizes and their sums and products in pairs."""
    found = [*sizes, *(a + b for a, b in combinations(sizes, 2))]
    found += [a * b for a, b in combinations(sizes, 2)]
    return sorted({number for number in found if found.count(number) > 1})


@pytest.mark.parametrize("sizes", DISTINCT)
def test_nothing_coincides_in_the_distinct_settings(sizes):
    units = sizes[-1]
    assert clashes(sizes) == []
    assert not {2 * units, 4 * units} & set(sizes)
    assert units not in (3, 4), "the number of gates and of blocks"


@pytest.mark.parametrize(
    ("sizes", "further", "distinct"),
    [
        ((3, 5, 6, 7), (), True),
        ((3, 5, 64, 128), (), True),  # 3 × 64 is 64 + 128, but no size
        ((2, 3, 5, 11), (), False),
        ((2, 3, 6, 13), (), False),
        ((3, 3, 7, 20), (), False),
        ((3, 5, 6, 7), (4,), True),
        ((3, 5, 6, 7), (6,), False),
        ((3, 5, 6, 7), (4, 4), False),
    ],
)
def test_a_coincidence_is_seen(sizes, further, distinct):
    assert all_distinct(dict(zip(SIZES, sizes, strict=True)), further) is distinct


def test_a_claim_can_enumerate_further_names():
    found = settings({"units": (2,), "step": (0, 1)})
    assert len(found) == 2 * len({tuple(s.values())[:3] for s in default_sizes()})
    assert {s["units"] for s in found} == {2}


def test_an_empty_grid_is_an_error():
    assert len(grid(Test("changed(outputs, 1)", where="units == 7"))) == 2
    assert len(grid(Test("close(outputs, 1)", where="units == 7"))) == 2 + 2 * 3  # other draws
    with pytest.raises(ExperimentError, match="empty"):
        grid(Test("outputs", where="units > 100"))


def test_a_draw_depends_on_path_shape_seed_and_salt_only():
    axes = {"features": 3, "units": 2}
    first = draw("parameters.kernel.i", axes, 0)
    draw("inputs", {"batch": 1, "timesteps": 9, "features": 2}, 5)
    assert np.array_equal(first, draw("parameters.kernel.i", axes, 0))
    others = [("parameters.kernel.j", 0, ""), ("parameters.kernel.i", 1, ""),
              ("parameters.kernel.i", 0, "changed")]  # fmt: skip
    assert all(not np.allclose(first, draw(p, axes, s, salt)) for p, s, salt in others)


def test_fewer_steps_and_a_smaller_batch_are_a_prefix():
    long = fresh_run(lstm(), SETTING).given
    short = fresh_run(lstm(), SETTING | {"timesteps": 2, "batch": 1}).given
    assert np.array_equal(short["inputs"].data, long["inputs"].data[:1, :2])
    assert np.array_equal(short["before.h"].data, long["before.h"].data[:1])
    wider = fresh_run(lstm(), SETTING | {"features": 4}).given
    assert not np.allclose(wider["inputs"].data[..., :3], long["inputs"].data)


def test_a_later_run_takes_over_what_the_first_was_given():
    two = world({
        "first": RunSpec(put={"inputs": "0 * it", "parameters.bias.f": "it + 1"}),
        "later": RunSpec(setting={"timesteps": "2"}),
        "other": RunSpec(change=("before.c",)),
    })  # fmt: skip
    later, first, other = (two.runs[name].given for name in ("later", "first", "other"))
    assert later["inputs"].shape == (2, 2, 3) and not later["inputs"].data.any()
    assert np.array_equal(later["parameters.bias.f"].data, first["parameters.bias.f"].data)
    assert not np.allclose(other["before.c"].data, first["before.c"].data)
    assert np.array_equal(other["before.h"].data, first["before.h"].data)


@pytest.mark.parametrize(
    ("put", "setting", "again", "lost"),
    [
        ({"inputs": "0 * it"}, {"timesteps": "6"}, {}, True),
        ({"inputs": "0 * it"}, {"timesteps": "6"}, {"inputs": "0 * it"}, False),
        ({"inputs": "0 * it"}, {"timesteps": "2"}, {}, False),
        ({"parameters.recurrent": "0"}, {"units": "units + 1"}, {}, True),
        (
            {"parameters.recurrent": "0"},
            {"units": "units + 1"},
            {"parameters.recurrent": "0"},
            False,
        ),
        ({"parameters.recurrent": "0"}, {"timesteps": "6"}, {}, False),
        ({}, {"units": "units + 1"}, {}, False),
    ],
)
def test_what_was_set_is_never_lost_unnoticed(put, setting, again, lost):
    runs = {"first": RunSpec(put=put), "later": RunSpec(setting=setting, put=again)}
    trial = reference_trial(Test("outputs.batch == batch", runs=runs), SETTING)
    assert (trial.outcome is Outcome.ERROR) is lost
    assert ("say it again" in trial.detail) is lost


def test_lengths_sizes_and_model_are_taken_over():
    two = world({
        "first": RunSpec(model={"peepholes": True}, setting={"timesteps": "3"}, lengths="(2, 1)"),
        "later": RunSpec(change=("inputs",)),
        "other": RunSpec(model={"kind": "gru"}, lengths="3"),
    })  # fmt: skip
    later, other = two.runs["later"], two.runs["other"]
    assert later.sizes["timesteps"] == 3 and later.model.options["peepholes"] is True
    assert list(later.given["lengths"].data) == [2, 1]
    assert other.model.kind == "gru" and list(other.given["lengths"].data) == [3, 3]


def test_influence_is_0_only_where_there_is_none():
    """A movement below rounding is told by the derivative; no path at all stays exactly 0."""
    far = {"run": RunSpec(setting={"timesteps": "60"}, put={"parameters.bias.f": "-2"})}
    for text, outcome in (
        ("influence(inputs[:, 0], outputs[:, -1]) == 0", "too near"),
        ("influence(inputs[:, 0], outputs[:, -1]) > 0", "too near"),
        ("influence(inputs[:, -1], outputs[:, 0]) == 0", "yes"),
    ):
        trial = reference_trial(Test(text, runs=far), SETTING)
        assert ("too near" if trial.near else trial.outcome.value) == outcome, (text, trial)


def test_a_part_of_a_slot_can_be_set():
    run = world({"one": RunSpec(put={"inputs[:, 1]": "0", "parameters.kernel[:, 0:1]": "2"})})
    given = run.runs["one"].given
    assert not given["inputs"].data[:, 1].any() and given["inputs"].data[:, 0].all()
    assert all((given[f"parameters.kernel.{g}"].data[:, 0] == 2).all() for g in "ijfo")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (RunSpec(put={"outputs": "0"}), "a run is given"),
        (RunSpec(put={"before.h": "inputs[:, 0]"}), "no name 'inputs'"),
        (RunSpec(put={"before.h": "it[:, 0:1]"}), "has shape"),
        (RunSpec(change=("before.x",)), "a run is given"),
        (RunSpec(setting={"units": "units / 2"}), "whole number"),
        (RunSpec(setting={"units": "10000"}), "between 1 and 4096"),
        (RunSpec(setting={"units": "units - 5"}), "between 1 and 4096"),
        (RunSpec(model={"kind": "tree"}), "no kind of model"),
        (RunSpec(model={"projection": -1}), "between 0 and 4096"),
        (RunSpec(put={"inputs": "it / (units - 5)"}), "zero|finite"),
    ],
)
def test_what_cannot_be_run_is_an_error_and_never_a_no(spec, message):
    trial = reference_trial(Test("outputs.units == 1", runs={"run": spec}), SETTING)
    assert trial.outcome is Outcome.ERROR
    assert __import__("re").search(message, trial.detail), trial.detail


@pytest.mark.parametrize("value", ["(it * 10**12) ** 16 * (it * 10**12) ** 16", "it / (0 * it)"])
def test_what_is_not_finite_is_an_error(value):
    run = RunSpec(put={"inputs": value})
    trial = reference_trial(Test("max(outputs) < 2", runs={"run": run}), SETTING)
    assert trial.outcome is Outcome.ERROR
    assert "not finite" in trial.detail


@pytest.mark.parametrize(
    ("test", "setting", "message"),
    [
        ("outputs.units == units", {"batch": 1000, "timesteps": 1000, "units": 87}, "at most"),
        ("outputs.units == units", {"batch": 1000, "timesteps": 1000, "features": 5}, "at most"),
        ("outputs.units == units", {"units": 4096, "features": 4096}, "at most"),
        (" + ".join(["sum(" + "join(inputs, " * 30 + "inputs" + ")" * 31]), {"batch": 300,
         "timesteps": 400}, "an array holds at most"),
        ("sum(inputs @ swapped(inputs[:, 0], 'batch', 'features')) > 0", {"batch": 300,
         "timesteps": 300}, "an array holds at most"),
        ("outputs.units == units", {"batch": 40, "timesteps": 40}, ""),
    ],
    ids=["trace", "inputs", "parameters", "joined", "product", "fine"],
)  # fmt: skip
def test_no_claim_takes_much_memory(test, setting, message):
    small = {"batch": 1, "timesteps": 1, "features": 2, "units": 2}
    trial = reference_trial(Test(test), {**small, **setting})
    assert message in trial.detail
    assert (trial.outcome is Outcome.ERROR) is bool(message), trial
