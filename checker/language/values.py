"""What an expression works on: arrays whose axes have names, and groups of them.

Shapes never broadcast: an operation on two arrays needs equal shapes, so that a mismatch is an
error and never a silent "equal".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_ENTRIES = 5 * 10**6


class ExperimentError(Exception):
    """Something in an experiment cannot be done; never a verdict."""


@dataclass(frozen=True)
class Array:
    """Numbers with a name for each axis; ``array.timesteps`` is the size of that axis."""

    data: np.ndarray
    axes: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.data.size > MAX_ENTRIES:
            raise ExperimentError(f"an array holds at most {MAX_ENTRIES:.0e} numbers")
        if self.data.ndim != len(self.axes):
            raise ExperimentError(f"{self.data.ndim} axes with {len(self.axes)} names")

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the axes, in order."""
        return tuple(int(size) for size in self.data.shape)

    def size_of(self, axis: str) -> int:
        """Entries along the named axis; ExperimentError where there is none of that name."""
        if axis not in self.axes:
            raise ExperimentError(f"no axis {axis!r} here, only {', '.join(self.axes) or 'none'}")
        return self.shape[self.axes.index(axis)]

    def take(self, index: tuple[Any, ...]) -> Array:
        """Index with whole numbers and slices, as numpy does; an indexed axis goes away."""
        if len(index) > len(self.axes):
            raise ExperimentError(f"{len(index)} indices for {len(self.axes)} axes")
        try:
            data = self.data[index]
        except IndexError as error:
            raise ExperimentError(str(error)) from None
        full = (*index, *[slice(None)] * (len(self.axes) - len(index)))
        axes = tuple(a for a, i in zip(self.axes, full, strict=True) if isinstance(i, slice))
        return Array(np.asarray(data), axes)


class Group(Mapping[str, "Array | Group"]):
    """Named members, such as ``parameters.kernel`` with one array for each gate."""

    def __init__(self, members: Mapping[str, Array | Group]):
        self._members = dict(members)

    def __getitem__(self, name: str) -> Array | Group:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    @staticmethod
    def nest(flat: Mapping[str, Array]) -> Group:
        """Turn ``{"kernel.i": …}`` into groups inside groups."""
        tree: dict[str, Any] = {}
        for path, array in flat.items():
            *parents, leaf = path.split(".")
            node = tree
            for parent in parents:
                node = node.setdefault(parent, {})
            node[leaf] = array
        return Group._freeze(tree)

    @staticmethod
    def _freeze(tree: Mapping[str, Any]) -> Group:
        return Group({k: Group._freeze(v) if isinstance(v, dict) else v for k, v in tree.items()})


WHOLE_RUN = "a run as a whole is no value: say what of it, such as its outputs"


def described(value: Any) -> str:
    """What a value is, for messages."""
    if isinstance(value, Array):
        what = "an array of comparisons" if value.data.dtype == np.bool_ else "an array"
        return f"{what} of shape {value.shape}"
    if isinstance(value, Group):
        return f"a group of {', '.join(value)}" if value else "a run"
    if isinstance(value, bool | np.bool_):
        return f"the truth value {bool(value)}"
    if isinstance(value, tuple):
        return f"the shape {value}"
    if isinstance(value, str):
        return f"the word {value!r}"
    return f"the number {value}" if isinstance(value, int | float) else f"a share of {value}"


def numeric(value: Any) -> Any:
    """The number or the array of numbers itself; ExperimentError where it is something else."""
    if isinstance(value, Array) and value.data.dtype != np.bool_:
        return value
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return value
    raise ExperimentError(f"no arithmetic with {described(value)}")


def leaves(value: Array | Group, prefix: str = "") -> dict[str, Array]:
    """All arrays of a group with their dotted paths; an array alone has the empty path."""
    if isinstance(value, Array):
        return {prefix: value}
    if prefix and isinstance(value, int | float):  # a single entry of each member
        return {prefix: Array(np.asarray(value), ())}
    if not isinstance(value, Group):
        raise ExperimentError(f"an array or a group is needed, not {described(value)}")
    if not value:
        raise ExperimentError(WHOLE_RUN)
    found: dict[str, Array] = {}
    for name, member in value.items():
        found |= leaves(member, f"{prefix}.{name}" if prefix else name)
    return found


def memberwise(operation: Callable[..., Any], *operands: Any) -> Any:
    """Apply an operation to arrays and numbers; groups go member by member.

    Raises ExperimentError where groups have other members or arrays other shapes.
    """
    groups = [operand for operand in operands if isinstance(operand, Group)]
    if not groups:
        return operation(*operands)
    names = list(groups[0])
    if not names:
        raise ExperimentError(WHOLE_RUN)
    for group in groups:
        if list(group) != names:
            raise ExperimentError(f"one group has {', '.join(names)}, the other {', '.join(group)}")
    return Group(
        {
            n: memberwise(operation, *(o[n] if isinstance(o, Group) else o for o in operands))
            for n in names
        }
    )


def same_shape(left: Array, right: Array) -> None:
    """Raise ExperimentError unless both shapes are equal and not empty."""
    if left.shape != right.shape:
        raise ExperimentError(f"shapes {left.shape} and {right.shape} differ")
    if left.data.size == 0:
        raise ExperimentError("a comparison of nothing")


def aligned(left: Any, right: Any) -> tuple[Any, Any]:
    """Give an array the leading axes that only the other one has: a bias (units,) those of a state
    (batch, units).  Axes go by name; where names or sizes differ nothing is done."""
    if not (isinstance(left, Array) and isinstance(right, Array)):
        return left, right
    for small, large in ((left, right), (right, left)):
        extra = len(large.axes) - len(small.axes)
        if not {*large.axes[: max(extra, 0)]} <= {"batch", "timesteps"}:
            continue
        if extra > 0 and (large.axes[extra:], large.shape[extra:]) == (small.axes, small.shape):
            spread = Array(np.broadcast_to(small.data, large.shape), large.axes)
            return (spread, right) if small is left else (left, spread)
    return left, right


def elementwise(operation: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """An operation on two arrays of one shape, or on an array and a number."""
    if isinstance(left, Array) and isinstance(right, Array):
        if left.shape != right.shape:
            raise ExperimentError(f"shapes {left.shape} and {right.shape} differ")
        return Array(np.asarray(operation(left.data, right.data)), left.axes)
    if isinstance(left, Array):
        return Array(np.asarray(operation(left.data, right)), left.axes)
    if isinstance(right, Array):
        return Array(np.asarray(operation(left, right.data)), right.axes)
    return operation(left, right)
