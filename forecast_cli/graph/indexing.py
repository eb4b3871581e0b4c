"""Keys in brackets -> operators of ONNX that take or replace parts of a value."""

from typing import Any

import numpy as np

from forecast_cli.graph.traced import INDEX_RULES, Traced, UntraceableError, lift, rule_for

_BACKWARDS = np.iinfo(np.int64).min


@rule_for(np.flatnonzero)
def _flatnonzero(flags: Traced) -> Any:
    (places,) = _nonzero(flags)
    return places


@rule_for(np.nonzero)
def _nonzero(flags: Traced) -> tuple[Traced, ...]:
    """The positions of all flags that are set, axis by axis: as many as there are."""
    writer = flags.writer
    places = writer.add("NonZero", [flags.name])[0]
    axes = [writer.constant(np.array(axis)) for axis in range(flags.ndim)]
    columns = [writer.add("Gather", [places, axis], axis=0)[0] for axis in axes]
    rows = writer.rows(columns[0])
    return tuple(Traced(writer, column, (rows,), np.int64) for column in columns)


def _get(values: Traced, key: Any) -> Traced:
    keys = _whole_key(values, key)
    numbers = [n for n, part in enumerate(keys) if _is_advanced(part)]
    if not numbers:
        return _basic(values, keys)
    if len(numbers) == 1:
        (axis,) = numbers
        place = _places(values, keys[axis])
        shape = (*values.shape[:axis], *place.shape, *values.shape[axis + 1 :])
        found = values.add("Gather", place, shape=shape, axis=axis)
        rest = [part if n != axis else slice(None) for n, part in enumerate(keys)]
        return found if all(part == slice(None) for part in rest) else _basic(found, rest)
    assert numbers == list(range(values.ndim))
    places = _stacked(values, keys)
    return values.add("GatherND", places, shape=places.shape[:-1])


def _set(values: Traced, key: Any, new: Traced) -> Any:
    new = new.astype(values.dtype)
    if isinstance(key, Traced) and key.shape == values.shape and key.dtype == bool:
        return np.where(key, new, values)
    keys = _whole_key(values, key)
    numbers = [n for n, part in enumerate(keys) if _is_advanced(part)]
    if numbers in ([], [1], [2]):
        return _replaced(values, keys, new)
    if numbers == [0]:
        place = _places(values, keys[0])[:, None]
        new = new.expanded((place.shape[0], *values.shape[1:]))
        return values.add("ScatterND", place, new)
    assert numbers == list(range(values.ndim))
    places = _stacked(values, keys)
    return values.add("ScatterND", places, new.expanded(places.shape[:-1]))


INDEX_RULES["get"] = _get
INDEX_RULES["set"] = _set


def _is_advanced(part: Any) -> bool:
    return isinstance(part, Traced | np.ndarray | list)


def _whole_key(values: Traced, key: Any) -> list[Any]:
    """An entry for each axis, and for each new one."""
    keys = list(key) if isinstance(key, tuple) else [key]
    # Compared one by one, as a traced array is like nothing else.
    dots = [n for n, part in enumerate(keys) if part is Ellipsis]
    spare = values.ndim - sum(part is not None and part is not Ellipsis for part in keys)
    whole = [slice(None)] * spare
    if not dots:
        return keys + whole
    return keys[: dots[0]] + whole + keys[dots[0] + 1 :]


def _places(values: Traced, part: Any) -> Any:
    """Where flags are set, or positions as they are."""
    if isinstance(part, Traced) and part.dtype == bool:
        return _flatnonzero(part)
    return lift(values.writer, np.asarray(part) if isinstance(part, list) else part)


def _stacked(values: Traced, keys: list[Any]) -> Any:
    """Positions along all axes [..., N]."""
    places = [_places(values, part).astype(np.int64) for part in keys]
    shape = np.broadcast_shapes(*(part.shape for part in places))
    return np.stack([part.expanded(shape) for part in places], axis=-1)


def _basic(values: Traced, keys: list[Any]) -> Traced:
    """Slices, single positions and new axes."""
    sliced, axis, dropped = [], 0, []
    for part in keys:
        if part is None:
            continue
        if isinstance(part, slice):
            sliced.append((axis, part))
        else:
            start = int(part) % values.shape[axis]
            sliced.append((axis, slice(start, start + 1)))
            dropped.append(axis)
        axis += 1
    found = _sliced(values, sliced)
    if dropped:
        shape = tuple(size for n, size in enumerate(found.shape) if n not in dropped)
        found = found.add("Squeeze", np.array(dropped), shape=shape)
    left = [part for part in keys if part is None or isinstance(part, slice)]
    added = [n for n, part in enumerate(left) if part is None]
    if added:
        sizes = iter(found.shape)
        shape = tuple(1 if part is None else next(sizes) for part in left)
        found = found.add("Unsqueeze", np.array(added), shape=shape)
    return found.copy()


def _sliced(values: Traced, slices: list[tuple[int, slice]]) -> Traced:
    cuts, shape = [], list(values.shape)
    for axis, part in slices:
        if part == slice(None):
            continue
        start, stop, step = part.indices(shape[axis])
        if values.writer.is_open(shape[axis]):
            raise UntraceableError("a part of the rows, whose number nobody knows")
        shape[axis] = len(range(start, stop, step))
        cuts.append((axis, start, stop if stop >= 0 else _BACKWARDS, step))
    if not cuts:
        return values
    axes, starts, stops, steps = (np.array(column) for column in zip(*cuts, strict=True))
    return values.add("Slice", starts, stops, axes, steps, shape=tuple(shape))


def _replaced(values: Traced, keys: list[Any], new: Traced) -> Any:
    """The values with what is at known positions along one axis replaced."""
    narrow = [(n, part) for n, part in enumerate(keys) if _is_narrow(part)]
    if not narrow:
        return new.expanded(values.shape).copy()
    ((axis, part),) = narrow
    places = np.atleast_1d(np.arange(values.shape[axis])[part])
    if isinstance(part, int) and new.ndim:
        new = new[(slice(None),) * axis + (None,)] if new.ndim == values.ndim - 1 else new
    if not len(places):
        return values
    if not new.ndim:
        flags = np.isin(np.arange(values.shape[axis]), places)
        flags = flags.reshape([-1 if n == axis else 1 for n in range(values.ndim)])
        return np.where(lift(values.writer, flags), new, values)
    first, last = int(places[0]), int(places[-1])
    assert len(places) == last - first + 1
    shape = tuple(len(places) if n == axis else size for n, size in enumerate(values.shape))
    before = (slice(None),) * axis + (slice(0, first),)
    after = (slice(None),) * axis + (slice(last + 1, None),)
    return np.concatenate((values[before], new.expanded(shape), values[after]), axis=axis)


def _is_narrow(part: Any) -> bool:
    return not (isinstance(part, slice) and part == slice(None))
