"""NumPy's functions on arrays -> operators of ONNX."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from forecast_cli.graph.nodes import GraphWriter
from forecast_cli.graph.traced import Traced, UntraceableError, lift, rule_for


def _writer(*values: Any) -> GraphWriter:
    return next(value.writer for value in values if isinstance(value, Traced))


def _alike(values: Sequence[Any]) -> list[Traced]:
    """The values in the type that they have together."""
    writer = _writer(*values)
    parts = [v if isinstance(v, bool | int | float) else lift(writer, v) for v in values]
    dtype = np.result_type(*(p.dtype if isinstance(p, Traced) else p for p in parts))
    return [
        p.astype(dtype) if isinstance(p, Traced) else lift(writer, np.asarray(p, dtype))
        for p in parts
    ]


@rule_for(np.where)
def _where(flags: Any, one: Any, other: Any) -> Any:
    writer = _writer(flags, one, other)
    if isinstance(one, Traced) or isinstance(other, Traced):
        one, other = _alike((one, other))
    else:
        dtype = np.result_type(one, other)
        one, other = (lift(writer, np.asarray(value, dtype)) for value in (one, other))
    flags = lift(writer, flags)
    shape = np.broadcast_shapes(flags.shape, one.shape, other.shape)
    return flags.add("Where", one, other, shape=shape, dtype=one.dtype)


@rule_for(np.concatenate)
def _concatenate(parts: Sequence[Any], axis: int = 0) -> Traced:
    first, *others = (part for part in _alike(parts) if part.shape[axis])
    axis %= first.ndim
    size = first.shape[axis] + sum(part.shape[axis] for part in others)
    shape = (*first.shape[:axis], size, *first.shape[axis + 1 :])
    return first.add("Concat", *others, shape=shape, axis=axis) if others else first.copy()


@rule_for(np.stack)
def _stack(parts: Sequence[Any], axis: int = 0) -> Any:
    axis %= parts[0].ndim + 1
    key = (slice(None),) * axis + (None,)
    return _concatenate([part[key] for part in _alike(parts)], axis=axis)


@rule_for(np.pad)
def _pad(values: Traced, widths: Any, constant_values: Any = 0) -> Traced:
    before, after = zip(*widths, strict=True)
    if not any((*before, *after)):
        return values.copy()
    shape = tuple(
        sum(sizes) if any(sizes[1:]) else sizes[0]
        for sizes in zip(values.shape, before, after, strict=True)
    )
    filler = np.asarray(constant_values, dtype=values.dtype)
    return values.add("Pad", np.array((*before, *after)), filler, shape=shape)


@rule_for(np.broadcast_to)
def _broadcast_to(values: Traced, shape: Any) -> Traced:
    return values.expanded(tuple(shape)).copy()


@rule_for(np.broadcast_arrays)
def _broadcast_arrays(*arrays: Any) -> tuple[Traced, ...]:
    parts = [lift(_writer(*arrays), array) for array in arrays]
    shape = np.broadcast_shapes(*(part.shape for part in parts))
    return tuple(part.expanded(shape).copy() for part in parts)


@rule_for(np.full_like)
def _full_like(values: Traced, filler: Any, dtype: Any = None, shape: Any = None) -> Traced:
    one = lift(values.writer, np.asarray(filler, dtype or values.dtype))
    wanted = values.shape if shape is None else tuple(shape)
    return one.reshape(*[1] * len(wanted)).expanded(wanted).copy()


@rule_for(np.zeros_like)
def _zeros_like(values: Traced, dtype: Any = None, *, shape: Any = None) -> Any:
    return _full_like(values, 0, dtype, shape)


@rule_for(np.ones_like)
def _ones_like(values: Traced, dtype: Any = None, shape: Any = None) -> Any:
    return _full_like(values, 1, dtype, shape)


@rule_for(np.moveaxis)
def _moveaxis(values: Traced, source: int, target: int) -> Traced:
    order = [axis for axis in range(values.ndim) if axis != source % values.ndim]
    order.insert(target % values.ndim, source % values.ndim)
    return values.transpose(*order)


@rule_for(np.array_split)
def _array_split(values: Traced, count: int) -> list[Traced]:
    """In one part: parts are to save memory where the number of rows is known."""
    return [values]


@rule_for(np.repeat)
def _repeat(values: Traced, count: int, axis: int) -> Traced:
    places = np.repeat(np.arange(values.shape[axis]), count)
    return values[(*(slice(None),) * axis, places)]


@rule_for(np.compress)
def _compress(flags: Traced, values: Any) -> Traced:
    return lift(flags.writer, values)[flags]


@rule_for(np.take_along_axis)
def _take_along_axis(values: Any, places: Any, axis: int) -> Traced:
    writer = _writer(values, places)
    whole, places = lift(writer, values), lift(writer, places)
    axis %= whole.ndim
    # The other axes of both are as long as each other.
    sizes = [
        (n if i == axis else max(n, m))
        for i, (n, m) in enumerate(zip(places.shape, whole.shape, strict=True))
    ]
    places = places.expanded(tuple(sizes))
    grown = tuple(whole.shape[axis] if i == axis else size for i, size in enumerate(sizes))
    return whole.expanded(grown).add("GatherElements", places, shape=places.shape, axis=axis)


@rule_for(np.diff)
def _diff(values: Traced) -> Any:
    return values[..., 1:] - values[..., :-1]


@rule_for(np.any)
def _any(flags: Traced, axis: int) -> Any:
    return flags.any(axis)


@rule_for(np.all)
def _all(flags: Traced, axis: int) -> Any:
    return flags.all(axis)


@rule_for(np.argmax)
def _argmax(values: Traced, axis: int) -> Traced:
    return values.argmax(axis)


@rule_for(np.cumsum)
def _cumsum(values: Traced, axis: int) -> Traced:
    numbers = values.astype(np.int64) if values.dtype == bool else values
    return numbers.add("CumSum", np.array(axis % values.ndim))


@rule_for(np.clip)
def _clip(values: Traced, low: Any, high: Any) -> Any:
    return np.minimum(np.maximum(values, low), high)


@rule_for(np.nan_to_num)
def _nan_to_num(values: Traced, nan: float = 0.0) -> Any:
    largest = float(np.finfo(values.dtype).max)
    return np.where(np.isnan(values), nan, np.clip(values, -largest, largest))


@rule_for(np.nanmin)
def _nanmin(values: Traced, axis: int) -> Any:
    return np.where(np.isnan(values), np.inf, values).min(axis=axis)


@rule_for(np.sort)
def _sort(values: Traced, axis: int = -1) -> Traced:
    return _ranked(values, axis)[0]


@rule_for(np.partition)
def _partition(values: Traced, _: Any, axis: int = -1) -> Traced:
    return _ranked(values, axis)[0]


@rule_for(np.argsort)
def _argsort(values: Traced, axis: int = -1, kind: str | None = None) -> Traced:
    """Of equal values the first comes first."""
    numbers = values.astype(np.int64) if values.dtype == bool else values
    return _ranked(numbers, axis)[1]


@rule_for(np.argpartition)
def _argpartition(values: Traced, kth: int, axis: int = -1) -> Traced:
    """The places of the least values, up to the kth: those behind them would be in no order."""
    return _least(values, kth + 1, axis)[1]


@rule_for(np.unique)
def _unique(values: Traced) -> Traced:
    """As they are: `partition` takes them."""
    return values


@rule_for(np.median)
def _median(values: Traced, axis: int) -> Any:
    assert axis == 1
    size = values.shape[1]
    return _sort(values, axis)[:, (size - 1) // 2 : size // 2 + 1].mean(axis=1)


def _ranked(values: Traced, axis: int) -> tuple[Traced, Traced]:
    return _least(values, values.shape[axis], axis)


def _least(values: Traced, count: int, axis: int) -> tuple[Traced, Traced]:
    """So many of the least values along an axis, in order, and their places."""
    axis %= values.ndim
    names = values.writer.add(
        "TopK",
        [values.name, values.writer.constant(np.array([count]))],
        2,
        axis=axis,
        largest=0,
        sorted=1,
    )
    ordered, places = names
    shape = (*values.shape[:axis], count, *values.shape[axis + 1 :])
    return (
        Traced(values.writer, ordered, shape, values.dtype),
        Traced(values.writer, places, shape, np.int64),
    )


@rule_for(np.einsum)
def _einsum(equation: str, *parts: Any) -> Traced:
    first, *others = _alike(parts)
    given, result = equation.split("->")
    sizes: dict[str, int] = {}
    for letters, part in zip(given.split(","), (first, *others), strict=True):
        sizes |= dict(zip(letters, part.shape, strict=True))
    shape = tuple(sizes[letter] for letter in result)
    return first.add("Einsum", *others, shape=shape, equation=equation)


@rule_for(np.linalg.solve)
def _solve(left: Any, right: Any) -> Any:
    """Solutions [B, C, 1] of equations [B, C, C], which have to be positive definite.

    By elimination; such equations need no pivots (Golub & Van Loan, Matrix Computations, 4.2).
    """
    both = np.concatenate((left, right), axis=2)
    size = both.shape[1]
    for pivot in range(size):
        here = (np.arange(size) == pivot).astype(np.float64)[None, :, None]
        row = both[:, pivot : pivot + 1] / both[:, pivot : pivot + 1, pivot : pivot + 1]
        both = both - (both[:, :, pivot : pivot + 1] - here) * row
    return both[:, :, size:]


@rule_for(sliding_window_view)
def _sliding_window_view(values: Traced, width: int, axis: int) -> "_Windows":
    assert (axis, values.ndim) == (1, 2)
    return _Windows(values, width)


class _Windows:
    """All windows [B, L - w + 1, w] of rows [B, L], of which weighted sums can be taken."""

    def __init__(self, values: Traced, width: int) -> None:
        self._values, self._width = values, width

    def __matmul__(self, weights: Any) -> Any:
        """The sum [B, L - w + 1] of each window, NaN where a value is missing."""
        values, count = self._values, self._values.shape[1] - self._width + 1
        if count < 1:
            raise UntraceableError("a window that is longer than its rows")
        known = np.isfinite(values)
        writer = values.writer
        steps, starts = (
            Traced(writer, _steps(writer, n), (n,), np.int64) for n in (values.shape[1], count)
        )
        place = np.clip(steps[:, None] - starts[None], -1, self._width) + 1
        padded = lift(writer, np.concatenate(([0.0], weights, [0.0])))
        inside = lift(writer, np.concatenate(([0.0], np.ones_like(weights), [0.0])))
        sums = np.where(known, values, 0.0) @ padded[place]
        seen = known.astype(np.float64) @ inside[place]
        return np.where(seen > self._width - 0.5, sums, np.nan)


def _steps(writer: GraphWriter, count: int) -> str:
    numbers = [writer.constant(np.array(n)) for n in (0, count, 1)]
    return str(writer.add("Range", numbers)[0])
