"""Context [B, L] -> which of its values are outliers, and the context with them moved in.

An outlier stands alone: it is far from what stands on both sides of it, and the series goes on as
if it had not been. A level shift, a trend, or what comes again with a season is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.seasonality import estimate_season

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_FAR, _FARTHER = 6.0, 60.0
"""An outlier lies more than 6 + 60 / n times the largest usual change away, for n changes."""

_FARTHER_AT_THE_END = 2.0
"""The last value may be the first of a new level: of a change in the middle one can be surer."""

_USUAL_SHARE = 0.03
"""So many of the values of a row can be outliers; a row with more is like that."""

_BLOCK = 32
_UNUSUAL_IN_BLOCK = 6
"""Changes in a block of steps that may come from outliers: the others show how lively it is."""

_ABSURD, _ABSURD_BESIDE = 1e3, 1e2
"""A value so many times the typical one, and its neighbours, is an outlier whatever else is."""

_FEWEST_VALUES = 6
_DRIFT = 12
"""Changes that tell how the last values went on."""

_ROUNDING = 1e-9
_LIKENESS = 3.0
"""What comes again is at least a third as far out as before, and at most three times as far."""

_SLACK = 50
"""What comes again may come earlier or later by this part of a cycle: feasts move."""

_ALONE = 1 / 3
"""An outlier is at least by this part as far from its neighbours with the season left in."""

_ROUNDS = 2
_VALUES_AT_ONCE = 2**16


@dataclass(frozen=True, kw_only=True)
class OutlierRule:
    """What is expected of a value: the season, and what comes again after `cycles` (in steps)."""

    season_length: int
    cycles: tuple[int, ...] = ()

    def clip(self, context: Array) -> Array:
        """The context [B, L] with outliers moved to the edge of what is usual where they stand.

        Everything else stays as it is to the bit. NaN is padding or missing. A row rests on
        nothing but itself.

        >>> rule = OutlierRule(season_length=1)
        >>> rule.clip(np.array([[3.0, 4, 5, 4, 3, 900, 4, 5, 3, 4]]))[0, 5].round(2).item()
        4.05
        """
        clipped = context.copy()
        long = np.flatnonzero(np.isfinite(context).sum(axis=1) >= _FEWEST_VALUES)
        if not len(long):
            return clipped
        n_parts = -(-len(long) * context.shape[1] // _VALUES_AT_ONCE)
        for rows in np.array_split(long, n_parts):
            # Sums of the largest numbers are infinite, and what is infinite is no edge to move to.
            with np.errstate(over="ignore", invalid="ignore"):
                clipped[rows] = self._clip(context[rows])
        return clipped

    def may_flatten(self, context: Array) -> Flags:
        """Which rows [B] of a context might change no more once their outliers are moved.

        An outlier makes two changes of a row that is flat without it.
        """
        changes = np.abs(np.diff(context)) > 0
        most = 2 * _ROUNDS * _most_outliers(np.isfinite(context).sum(axis=1))
        return np.asarray(changes.sum(axis=1) <= 2 * most)

    def _clip(self, context: Array) -> Array:
        cycles = (self.season_length, *self.cycles)
        first = _judge(context, cycles)
        clipped = np.where(first.far, first.edge, context)
        if self.season_length == 1 or context.shape[1] < 2 * self.season_length:
            return clipped
        rows, calm = np.arange(len(context)), first.edge
        # One outlier would put a season off, so it is estimated where nothing is beyond the usual.
        for _ in range(_ROUNDS):
            season = estimate_season(calm, self.season_length)
            judged = _judge(season.remove(context[rows]), cycles)
            # Equal values in a row, however many, are out of season; yet none stands alone.
            alone = np.abs(first.apart[rows]) > _ALONE * np.abs(judged.apart)
            far = judged.far & alone & (first.apart[rows] * judged.apart > 0)
            edge = replace(season, indices=-season.indices).remove(judged.edge)
            clipped[rows] = np.where(far & np.isfinite(edge), edge, context[rows])
            again = far.any(axis=1)
            rows, calm = np.compress(again, rows), edge[again]
        return clipped


@dataclass(frozen=True, kw_only=True)
class _Judgement:
    """How far values [B, L] stand apart, which of them are outliers, and where they belong.

    The `edge` is a value itself where it is within the usual.
    """

    apart: Array
    far: Flags
    edge: Array


def _judge(plain: Array, cycles: tuple[int, ...]) -> _Judgement:
    known = np.isfinite(plain)
    apart, centre, usual, least = _look_without_gaps(plain, known)
    far = known & (np.abs(apart) > least)
    far &= ~_comes_again(apart, far, cycles)
    far &= (far.sum(axis=1) <= 2 * _most_outliers(known.sum(axis=1)))[:, None]
    # The farther out a value is, the surer it is an error, and the less of it is kept.
    kept = usual * np.minimum(1, least / np.maximum(np.abs(apart), least))
    edge = np.where(np.abs(apart) > usual, centre + np.sign(apart) * kept, plain)
    return _Judgement(apart=apart, far=far & np.isfinite(edge), edge=edge)


def _look_without_gaps(plain: Array, known: Flags) -> tuple[Array, ...]:
    """`_look` at the values next to each other that are known, whatever is missing between them."""
    if (known[:, 1:] >= known[:, :-1]).all():
        return _look(plain, known)
    order = np.argsort(known, axis=1, kind="stable")
    back = np.argsort(order, axis=1, kind="stable")
    packed = np.take_along_axis(plain, order, axis=1)
    found = _look(packed, np.isfinite(packed))
    return tuple(np.take_along_axis(part, back, axis=1) for part in found)


def _look(plain: Array, known: Flags) -> tuple[Array, ...]:
    """How far each value is apart, from what, how far is usual, and from where on it is an outlier.

    All [B, L]. The known values of a row stand at its end.
    """
    n_known = known.sum(axis=1)
    changes = np.where(known[:, 1:] & known[:, :-1], np.abs(np.diff(plain)), 0.0)
    typical = _typical_sizes(np.where(known, np.abs(plain), 0.0))
    changes[changes < _ROUNDING * typical] = 0.0
    n_changes = (changes > 0).sum(axis=1)
    usual = _largest(changes, 2 * _most_outliers(n_changes))[:, None]
    usual = np.maximum(usual, _usual_in_blocks(changes, plain.shape[1]))
    usual = np.where(usual > 0, usual, typical)
    apart, centre, beside = _apart(plain, known, usual)
    n_changes = np.maximum(n_changes, np.minimum(n_known, _BLOCK))
    least = (_FAR + _FARTHER / np.maximum(n_changes, 1))[:, None] * usual
    least[:, -1] *= _FARTHER_AT_THE_END
    absurd = np.maximum(_ABSURD * typical, _ABSURD_BESIDE * beside)
    is_absurd = (np.abs(apart) > absurd) & (absurd < least)
    usual = np.where(is_absurd, np.minimum(usual, typical), usual)
    return apart, centre, usual, np.minimum(least, absurd)


def _most_outliers(n_values: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of so many values can be outliers."""
    return np.maximum(np.where(n_values < 30, 1, 2), (_USUAL_SHARE * n_values).astype(np.int64))


def _typical_sizes(sizes: Array) -> Array:
    """The geometric mean of each row's sizes [B, L] that are not 0, [B, 1]; 0 without any."""
    positive = sizes > 0
    logs = np.log(sizes, where=positive, out=np.zeros_like(sizes)).sum(axis=1, keepdims=True)
    counts = positive.sum(axis=1, keepdims=True)
    return np.where(counts > 0, np.exp(logs / np.maximum(counts, 1)), 0.0)


def _largest(sizes: Array, skipped: NDArray[np.int64]) -> Array:
    """The largest of each row [B] of sizes [B, K], which are 0 or more, but for those `skipped`."""
    if sizes.shape[1] == 0:
        return np.zeros(len(sizes))
    place = np.maximum(sizes.shape[1] - 1 - skipped, 0)
    ordered = np.partition(sizes, np.unique(place), axis=1)
    result: Array = ordered[np.arange(len(sizes)), place]
    return result


def _usual_in_blocks(changes: Array, length: int) -> Array:
    """How large changes are in the block of each step, [B, length], but for a few: lively times."""
    n_blocks = -(-length // _BLOCK)
    whole = np.pad(changes, ((0, 0), (n_blocks * _BLOCK - changes.shape[1], 0)))
    blocks = whole.reshape(len(changes), n_blocks, _BLOCK)
    usual = np.partition(blocks, _BLOCK - 1 - _UNUSUAL_IN_BLOCK, axis=2)
    usual = usual[:, :, _BLOCK - 1 - _UNUSUAL_IN_BLOCK]
    return np.repeat(usual, _BLOCK, axis=1)[:, -length:]


def _apart(plain: Array, known: Flags, usual: Array) -> tuple[Array, Array, Array]:
    """How far each value is from the nearer of what stands before and after it, 0 between them.

    Three values stand for a side, so that two outliers next to each other are seen, and a new
    level from its third value on. At the end, where only one side is known, the value before
    counts as the other. With it comes what would go with both sides, or goes on as the last values
    did, and the size of what stands beside.
    """
    n_rows, length = plain.shape
    first, rows = np.argmax(known, axis=1), np.arange(n_rows)
    filled = np.where(known, plain, plain[rows, first][:, None])
    padded = np.concatenate((filled[:, :1],) * 3 + (filled,) + (filled[:, -1:],) * 3, axis=1)
    middle = _median_of_three(padded)
    before, after = middle[:, :length].copy(), middle[:, 4:].copy()
    # The middle of the three values before the last lies two steps before it.
    drift = np.median(np.diff(filled)[:, -_DRIFT - 1 : -1], axis=1)
    last, after_first = before[:, -1] + 2 * drift, after[rows, first]
    # Behind the end nothing is known: a value that is like any shortly before it stands not alone.
    after[:, -1] = _nearest(filled[:, -1:], np.stack((filled[:, -2], middle[:, -8]), axis=1))
    before[rows, first] = filled[rows, np.minimum(first + 1, length - 1)]
    low, high = np.minimum(before, after), np.maximum(before, after)
    nearest = np.minimum(np.maximum(plain, low), high)
    # Sides that differ much are not of one level, or one of them holds outliers itself.
    centre = np.where(high - low <= 2 * usual, low / 2 + high / 2, nearest)
    centre[:, -1], centre[rows, first] = last, after_first
    return plain - nearest, centre, np.maximum(np.abs(low), np.abs(high))


def _nearest(value: Array, choices: Array) -> Array:
    """Which of some choices [B, C] is nearest to a value [B, 1]."""
    nearest = np.abs(choices - value).argmin(axis=1)
    result: Array = choices[np.arange(len(choices)), nearest]
    return result


def _median_of_three(values: Array) -> Array:
    """The middle of each value and the two after it, [B, K - 2]."""
    a, b, c = values[:, :-2], values[:, 1:-1], values[:, 2:]
    return np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))


def _comes_again(apart: Array, far: Flags, cycles: tuple[int, ...]) -> Flags:
    """Which of the values that are `far` [B, L] are like one a cycle before or after."""
    again = np.zeros_like(far)
    rows, steps = np.nonzero(far)
    size = apart[rows, steps]
    found = np.zeros(len(rows), dtype=bool)
    for lag in _lags(cycles):
        there = steps + lag
        inside = (there >= 0) & (there < far.shape[1])
        likeness = np.where(inside, apart[rows, np.where(inside, there, 0)], 0.0) / size
        found |= (likeness > 1 / _LIKENESS) & (likeness < _LIKENESS)
    again[rows, steps] = found
    return again


def _lags(cycles: tuple[int, ...]) -> Iterator[int]:
    for cycle in dict.fromkeys(cycles):
        if cycle > 1:
            for slack in range(-(cycle // _SLACK), cycle // _SLACK + 1):
                yield from (cycle + slack, -cycle - slack)
