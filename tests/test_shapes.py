"""What kind of numbers a test looks at: shapes, orders, identities, or that something moves."""

from __future__ import annotations

import pytest

from checker.language.parse import parse
from checker.language.shapes import identity_or_order, only_shapes, orders_numbers

SETTINGS = frozenset({"batch", "timesteps", "features", "units", "seed", "word"})
# expression: looks at shapes alone, orders measured numbers, is an identity or an order
CASES = {
    "outputs.timesteps == units": (True, False, False),
    "outputs.shape[-1] == units": (True, False, False),
    "count(parameters) == 4 * units": (True, False, False),
    "one.outputs.shape == (batch, timesteps, units)": (True, False, False),
    "parameters.layer1.kernel.i.features == units": (True, False, False),
    "operations.tanh == 2 * units": (True, False, False),
    "word == 'before' and units > 2": (True, False, False),
    "outputs.units if units > 1 else 1": (True, False, False),
    "outputs[0, 0, 0] == 1": (False, False, True),
    "close(one.outputs, other.outputs)": (False, False, True),
    "is_diagonal(influence(before.h, after.h))": (False, False, True),
    "influence(inputs[:, -1], outputs[:, 0]) == 0": (False, False, True),
    "influence(before.h.units, outputs.units) == 0": (False, False, True),
    "influence(inputs, outputs) > 0": (False, False, False),
    "0 < influence(inputs, outputs)": (False, False, False),
    "sum(influence(before, leaving.h.timesteps) > 0) == timesteps": (False, False, False),
    "all(abs(outputs) < 1)": (False, True, True),
    "outputs[0, 0, 0] > 0": (False, True, True),
    "influence(inputs, outputs) > influence(before, outputs)": (False, True, True),
    "norm(jacobian(before.h, after.h)) <= 1": (False, True, True),
    "rank(jacobian(before.h, after.h)) <= units": (False, False, False),
    "rank(jacobian(before.h, after.h)) == units": (False, False, False),
    "changed(outputs, one.outputs)": (False, False, False),
    "not close(outputs, one.outputs)": (False, False, False),
    "sum(outputs) != 0": (False, False, False),
    "share(sum(outputs) > 0) > 0.5": (False, True, False),
    "max(units, outputs[0, 0, 0]) == 5": (False, False, True),
    "max(lengths) == timesteps": (True, False, False),
    "0 < outputs[0, 0, 0] == 1": (False, True, True),
    "0 < influence(inputs, outputs) == 1": (False, True, True),
    "sum(influence(inputs, outputs)) > 0": (False, False, False),
    "max(abs(outputs)) > 0": (False, False, False),
    "min(abs(outputs)) > 0": (False, False, False),
    "mean(abs(outputs)) > 0": (False, False, False),
    "norm(outputs) > 0": (False, False, False),
    "share(changed(outputs, 1)) > 0.5": (False, False, False),
    "mean(outputs == 0) > 0.5": (False, True, True),
    "sum(outputs == 0) > 1": (False, False, True),
    "sum() > 0": (True, False, False),
    "norm(jacobian(before.h.units, after.h.units)) == 0": (False, False, True),
    "sum(lengths) > 3": (True, False, False),
    "operations[0].tanh == 1": (True, False, False),
    "all_changed(outputs, one.outputs)": (False, False, False),
    "next_diagonal(parameters.recurrent.i)[0] == 1": (False, False, False),
    "units": (True, False, False),
    "outputs": (False, False, True),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_what_a_test_looks_at(text):
    tree = parse(text).tree
    found = tuple(look(tree, SETTINGS) for look in (only_shapes, orders_numbers, identity_or_order))
    assert found == CASES[text]


NAMED = "batch timesteps features units hidden classes biases directions"


@pytest.mark.parametrize("axis", NAMED.split())
def test_the_size_of_an_axis_is_a_shape(axis):
    assert only_shapes(parse(f"weights.kernel.{axis} == 1").tree, SETTINGS)


def test_an_enumerated_name_is_no_measured_number():
    tree = parse("units > width").tree
    assert only_shapes(tree, SETTINGS | {"width"})
    assert not only_shapes(tree, SETTINGS)
