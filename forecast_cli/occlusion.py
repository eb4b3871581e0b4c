"""Model, windows -> how far a forecast moves, and errs more, without one lag or one covariate.

What is left out is replaced by what the rest lets expect, not marked as missing: a network that
was trained on data without gaps has never learnt what missing means (occlusion, Zeiler & Fergus
2014; permutation of columns, Breiman 2001).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.inputs import Surroundings
from forecast_cli.model import Model
from forecast_cli.past_windows import Windows
from forecast_cli.seasonality import estimate_season

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

Lags = tuple[int, int]
"""The first and the last lag of a group."""

_FEWEST_LAGS, _MOST_LAGS = 13, 26
_PARTS = 8
_ROUNDS = 2
_EXCHANGES = 4
_SEED = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Impact:
    """What leaving something out does to forecasts [W, H], in seasonal errors.

    `change` [W, H] is how far they move, NaN in windows that had nothing to leave out, and `growth`
    [W] by how much the mean error over the horizon grows, NaN where nothing came.
    """

    change: Array
    growth: Array

    @property
    def of_next_step(self) -> float:
        """How far the first step moves in the mean, zero where nothing was left out."""
        moved = self.change[:, 0]
        return float(moved[np.isfinite(moved)].mean()) if np.isfinite(moved).any() else 0.0


def lag_groups(length: int, season_length: int) -> list[Lags]:
    """First and last lag of groups that cover a context; single lags where they matter most.

    Single are the nearest lags, and one and two seasons. Farther ones come in groups, each as long
    as all before it.

    >>> lag_groups(60, 12)[-4:], lag_groups(400, 52)[26:31]
    ([(14, 23), (24, 24), (25, 48), (49, 60)], [(27, 50), (51, 51), (52, 52), (53, 53), (54, 103)])
    """
    nearest = min(max(season_length + 1, _FEWEST_LAGS), _MOST_LAGS)
    single = {*range(1, nearest + 1), season_length, 2 * season_length}
    if season_length > nearest:
        single |= {season_length - 1, season_length + 1}
    groups: list[Lags] = []
    first = 1
    while first <= length:
        later = min((lag for lag in single if lag > first), default=length + 1)
        last = first if first in single else min(later - 1, 2 * (first - 1), length)
        groups.append((first, last))
        first = last + 1
    return groups


def occlude_lags(model: Model, windows: Windows) -> dict[Lags, Impact]:
    """What the values at each group of lags are worth, the nearest group first.

    Lags are counted from the first step forecast. A group that matters most is looked into, until
    a single lag does.
    """
    usual = windows.forecast(model, windows.values, windows.around)
    season_length = model.committee.season_length
    impacts: dict[Lags, Impact] = {}
    wanted = lag_groups(windows.values.shape[1], season_length)
    while wanted:
        for lags in wanted:
            impacts[lags] = _occlude(model, windows, usual, lags)
        leading = max(impacts, key=lambda lags: impacts[lags].of_next_step)
        wanted = _parts_of(leading)
        if wanted:
            del impacts[leading]
    return dict(sorted(impacts.items()))


def _parts_of(lags: Lags) -> list[Lags]:
    """A group of lags in at most eight parts; none of a single lag."""
    first, last = lags
    if first == last:
        return []
    size = -(-(last - first + 1) // _PARTS)
    return [(lag, min(lag + size - 1, last)) for lag in range(first, last + 1, size)]


def _occlude(model: Model, windows: Windows, usual: Array, lags: Lags) -> Impact:
    first, last = lags
    hidden = np.zeros(windows.values.shape, dtype=np.bool_)
    hidden[:, -last : (1 - first) or None] = True
    values = expected(windows.values, hidden, model.committee.season_length)
    without = windows.forecast(model, values, windows.around)
    has_some = np.asarray((hidden & np.isfinite(windows.values)).any(axis=1))
    return _impact(windows, usual, without, has_some)


def expected(values: Array, hidden: Flags, season_length: int) -> Array:
    """Values [W, L] with the hidden ones as the others let expect them; NaN stays NaN.

    That is the season, and between it the line through the neighbours; the nearest one alone at an
    end. A row without any other value is left as it is.

    >>> values, hidden = np.array([[1.0, 9.0, 3.0, 5.0]]), np.array([[False, True, False, True]])
    >>> expected(values, hidden, 1).tolist()
    [[1.0, 2.0, 3.0, 3.0]]
    """
    seen = np.isfinite(values) & ~hidden
    fillable = hidden & np.isfinite(values) & seen.any(axis=1, keepdims=True)
    filled = values
    # What is hidden must not show in the season that replaces it.
    for _ in range(1 if season_length == 1 else _ROUNDS):
        season = estimate_season(filled, season_length)
        plain = _between_neighbours(season.remove(values), seen)
        back = replace(season, indices=-season.indices).remove(plain)
        filled = np.where(fillable & np.isfinite(back), back, values)
    return filled


def _between_neighbours(values: Array, seen: Flags) -> Array:
    """Straight lines between the values that are seen, level ones beyond the first and last."""
    steps = np.arange(values.shape[1])
    filled = values.copy()
    for row in np.flatnonzero(seen.any(axis=1) & ~seen.all(axis=1)):
        known = seen[row]
        filled[row] = np.interp(steps, steps[known], values[row, known])
    return filled


def exchange_covariates(model: Model, windows: Windows) -> list[Impact | None]:
    """What each covariate is worth: forecasts with its course taken from other windows.

    None for one that is the same in all windows.
    """
    around = windows.around
    if around is None:
        return []
    usual = windows.forecast(model, windows.values, around)
    draws = np.random.default_rng(_SEED)
    orders = [draws.permutation(len(windows)) for _ in range(_EXCHANGES)]
    impacts: list[Impact | None] = []
    for number in range(len(windows.columns)):
        versions = [_exchanged(around, number, order) for order in orders]
        parts = [
            _impact(windows, usual, windows.forecast(model, windows.values, version))
            for version in versions
            if version is not None
        ]
        impacts.append(_mean_impact(parts) if parts else None)
    return impacts


def _mean_impact(parts: list[Impact]) -> Impact:
    return Impact(
        change=np.mean([part.change for part in parts], axis=0),
        growth=np.mean([part.growth for part in parts], axis=0),
    )


def _exchanged(around: Surroundings, number: int, order: NDArray[np.int64]) -> Surroundings | None:
    """The covariates with one column in another order of windows; None where that is the same."""
    n_varying = around.before.shape[2]
    if number >= n_varying:
        static = _reordered(around.static, number - n_varying, order)
        return None if static is None else replace(around, static=static)
    before = _reordered(around.before, number, order)
    after = _reordered(around.after, number, order)
    if before is None and after is None:
        return None
    return replace(
        around,
        before=around.before if before is None else before,
        after=around.after if after is None else after,
    )


def _reordered(values: Array, column: int, order: NDArray[np.int64]) -> Array | None:
    """Values [W, ..., C] with one column of other windows; None where that is the same."""
    moved = values.copy()
    moved[..., column] = values[order][..., column]
    return None if np.array_equal(moved, values, equal_nan=True) else moved


def _impact(windows: Windows, usual: Array, without: Array, counts: Flags | None = None) -> Impact:
    unit = windows.scale[:, None]
    change = np.abs(without - usual) / unit
    more = np.abs(windows.actual - without) - np.abs(windows.actual - usual)
    known = np.isfinite(more)
    total = np.where(known, more, 0.0).sum(axis=1) / windows.scale
    growth = np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)
    if counts is not None:
        change = np.where(counts[:, None], change, np.nan)
        growth = np.where(counts, growth, np.nan)
    return Impact(change=change, growth=growth)
