"""What moves what: nudges of any size, and exact derivatives by complex step.

Complex step: Squire & Trapp 1998, f'(x) = Im f(x + ih) / h, which loses no digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from checker.experiments.draws import draw
from checker.experiments.run import Run, crashes
from checker.language.evaluate import Path
from checker.language.observables import NUDGEABLE
from checker.language.values import Array, ExperimentError

NUDGE = 0.5
STEP = 1e-30
MAX_ENTRIES = 10**6


def influence(run: Run, source: Path, target: Path) -> Array | float:
    """How far the target moves when the source is nudged; see the function of the language.

    Shapes: a number without axes, (target entries,) or (source entries,) with one, and
    (source entries, target entries) with two.  Movements within rounding are exactly 0.
    """
    source_slots, source_axis = _place(run, source)
    target_slots, target_axis = _place(run, target)
    at_rest = _selected(run.observed, target, target_slots)
    rounding = 64 * run.model.precision.epsilon
    rows = []
    for nudge in _nudges(run, source, source_slots, source_axis):
        moved = _selected(_nudged(run, nudge).observed, target, target_slots)
        row = np.array(_moved(at_rest, moved, target_axis, rounding))
        if not row.all():  # too small to be seen, or no influence at all: the derivative tells
            slopes = _selected(_slopes(run, nudge), target, target_slots)
            still = [Array(np.zeros(array.shape), array.axes) for array in slopes]
            row = np.where(row == 0, _moved(still, slopes, target_axis, 0.0), row)
        rows.append(row)
    matrix = np.stack(rows)  # (source entries, target entries)
    names = [axis for axis in (source_axis, target_axis) if axis]
    if not names:
        return float(matrix[0, 0])
    shape = tuple(
        size for size, axis in zip(matrix.shape, (source_axis, target_axis), strict=True) if axis
    )
    return Array(matrix.reshape(shape), tuple(names))


def jacobian(run: Run, source: Path, target: Path) -> Array:
    """Derivatives of every target entry (rows) by every source entry (columns)."""
    source_slots, _ = _place(run, source)
    target_slots, _ = _place(run, target)
    columns = []
    for slot in source_slots:
        _may_be_nudged(slot)
        data = run.given[slot].data
        for entry in np.argwhere(_mask(data, source.index)):
            direction = np.zeros_like(data)
            direction[tuple(entry)] = 1
            found = _selected(_slopes(run, {slot: direction}), target, target_slots)
            columns.append(np.concatenate([a.data.ravel() for a in found]))
            if len(columns) * columns[0].size > MAX_ENTRIES:
                raise ExperimentError(f"a jacobian has at most {MAX_ENTRIES} entries")
    if not columns or not columns[0].size:
        raise ExperimentError("a jacobian of nothing")
    return Array(np.stack(columns, axis=1), ("target", "source"))


def _place(run: Run, path: Path) -> tuple[list[str], str | None]:
    """The slots that a path names, and the axis named after them, if any."""
    names = ".".join(path.names)
    known = run.observed
    slots = [slot for slot in known if slot == names or slot.startswith(f"{names}.")]
    if slots:
        return slots, path.after
    *shorter, axis = path.names
    slots = [s for s in known if s == ".".join(shorter) or s.startswith(".".join(shorter) + ".")]
    if path.index is None and shorter and slots and any(axis in known[s].axes for s in slots):
        return slots, axis
    raise ExperimentError(f"this run has no {names}")


def _selected(observed: Mapping[str, Array], path: Path, slots: list[str]) -> list[Array]:
    arrays = [observed[slot] for slot in slots]
    return [array.take(path.index) if path.index else array for array in arrays]


def _may_be_nudged(slot: str) -> None:
    if slot.split(".")[0] not in NUDGEABLE:
        raise ExperimentError(f"only {', '.join(NUDGEABLE)} can be nudged, not {slot}")


def _mask(data: np.ndarray, index: tuple[Any, ...] | None) -> np.ndarray:
    mask = np.zeros(data.shape, bool)
    try:
        mask[index or ...] = True
    except IndexError as error:
        raise ExperimentError(str(error)) from None
    return mask


def _nudges(
    run: Run, path: Path, slots: list[str], axis: str | None
) -> Iterator[dict[str, np.ndarray]]:
    """What is added to each slot, one nudge after the other."""
    for slot in slots:
        _may_be_nudged(slot)
    steps = {}
    for slot in slots:
        array = run.given[slot]
        sizes = dict(zip(array.axes, array.shape, strict=True))
        uneven = 1 + 0.5 * np.tanh(draw(slot, sizes, 0, "nudge"))  # no two entries cancel out
        steps[slot] = NUDGE * uneven * _mask(array.data, path.index)
    if axis is None:
        yield steps
        return
    for slot in slots:
        along = run.given[slot].axes.index(axis) if axis in run.given[slot].axes else None
        if along is None:
            raise ExperimentError(f"{slot} has no axis {axis!r}")
        for entry in range(run.given[slot].shape[along]):
            only = np.zeros_like(steps[slot])
            at = (*[slice(None)] * along, entry)
            only[at] = steps[slot][at]
            if only.any():
                yield {slot: only}


def _nudged(run: Run, nudge: dict[str, np.ndarray]) -> Run:
    for slot, step in nudge.items():
        run = run.replaced(slot, Array(run.given[slot].data + step, run.given[slot].axes))
    return run


def _slopes(run: Run, direction: dict[str, np.ndarray]) -> Mapping[str, Array]:
    """How steeply everything that can be observed starts to move along a direction."""
    if run.model.slopes is not None:
        given = {slot: array.data for slot, array in run.given.items()}
        still = {slot: Array(np.zeros_like(a), run.given[slot].axes) for slot, a in given.items()}
        along = {slot: Array(data, run.given[slot].axes) for slot, data in direction.items()}
        with crashes():
            return {**still, **along, **run.model.slopes(given, direction)}
    moved = _nudged(run, {slot: STEP * 1j * data for slot, data in direction.items()})
    return {slot: Array(np.imag(a.data) / STEP, a.axes) for slot, a in moved.observed.items()}


def _moved(
    at_rest: list[Array], moved: list[Array], axis: str | None, rounding: float
) -> list[float]:
    """The largest movement along each entry of the axis, or of everything."""
    found: list[float] = []
    for before, after in zip(at_rest, moved, strict=True):
        if before.shape != after.shape or before.data.size == 0:
            raise ExperimentError("the nudge changed a shape, or nothing is left to look at")
        scale = max(1.0, float(np.max(np.abs(before.data))))
        distance = np.abs(after.data - before.data)
        distance = np.where(distance > rounding * scale, distance, 0.0)
        if axis is None:
            found.append(float(distance.max()))
        else:
            along = before.axes.index(axis) if before.size_of(axis) else 0
            others = tuple(a for a in range(distance.ndim) if a != along)
            found += [float(d) for d in np.atleast_1d(distance.max(axis=others))]
    return [max(found)] if axis is None else found


def split_run(path: Path, runs: dict[str, Run], first: str) -> tuple[Run, Path]:
    """The run that a path speaks of (the first one unless it is named) and the rest of the path."""
    name, *rest = path.names
    if name in runs and rest:
        return runs[name], Path(tuple(rest), path.index, path.after)
    return runs[first], path
