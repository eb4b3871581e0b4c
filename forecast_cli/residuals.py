"""One-step residuals of a checkpoint -> what they say of it: bias, memory, shape, spread."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.presentation_findings import ResidualCheck
from forecast_cli.times.calendar import Calendar

Array = NDArray[np.float64]

# What chance makes less often than this is told as a finding.
_LEVEL = 0.05

_FEWEST = 8
_MOST_LAGS = 10
_HEAVY_TAIL = 3.0
_TAIL_SHARE = 0.02
_COVERAGE_SLACK = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class Residuals:
    """Residuals (actual - forecast) [S, K] of S series in seasonal errors, NaN where unknown.

    Column k lies K - k steps before the end of each series; `ends` [S] are the calendar positions
    of the last column.
    """

    values: Array
    ends: NDArray[np.int64]
    calendar: Calendar

    @property
    def known(self) -> Array:
        """All known residuals, as one row."""
        return self.values[np.isfinite(self.values)]


def enough(residuals: Residuals) -> bool:
    """Whether there are so many that anything can be said."""
    return len(residuals.known) >= _FEWEST


def check_residuals(residuals: Residuals) -> tuple[ResidualCheck, ...]:
    """What the residuals say, in plain words."""
    checks = (_bias(residuals), _memory(residuals), _outliers(residuals), _spread(residuals))
    return tuple(check for check in checks if check is not None)


def _bias(residuals: Residuals) -> ResidualCheck:
    """Whether the mean over series of mean residuals is zero but for chance."""
    values = residuals.values
    rows = values[np.isfinite(values).any(axis=1)]
    # Series of a panel rise and fall together, but each counts once.
    units = np.nanmean(rows, axis=1) if len(rows) >= _FEWEST else residuals.known
    mean, error = float(units.mean()), float(units.std(ddof=1)) / math.sqrt(len(units))
    passed = abs(mean) <= 1.96 * error or abs(mean) < 1e-9
    side = "low" if mean > 0 else "high"
    words = (
        f"no bias beyond chance: forecasts are {abs(mean):.2f} seasonal errors too {side} on "
        "average"
        if passed
        else f"forecasts are too {side}, by {abs(mean):.2f} seasonal errors on average, which is "
        "more than chance"
    )
    return ResidualCheck(name="bias", passed=passed, text=words)


def autocorrelations(residuals: Residuals) -> Array:
    """Autocorrelation at the lags 1, 2 … [M], the mean over series; an even number of lags.

    Empty where no series has enough residuals.
    """
    lags = _n_lags(residuals)
    rows = [_autocorrelation(row, lags) for row in residuals.values] if lags else []
    defined = [row for row in rows if row is not None]
    return np.mean(defined, axis=0) if defined else np.zeros(0)


def _n_lags(residuals: Residuals) -> int:
    longest = int(np.isfinite(residuals.values).sum(axis=1).max(initial=0))
    return min(_MOST_LAGS, longest // 5) // 2 * 2


def _autocorrelation(row: Array, lags: int) -> Array | None:
    known = np.isfinite(row)
    centred = np.where(known, row - row[known].mean(), 0.0) if known.any() else np.zeros(1)
    power = float((centred**2).sum())
    if known.sum() < max(_FEWEST, 5 * lags // 2) or power == 0:
        return None
    return np.array([(centred[lag:] * centred[:-lag]).sum() for lag in range(1, lags + 1)]) / power


def _ljung_box(correlations: Array, n: int) -> float:
    """How often chance makes autocorrelations [M] of n residuals as large, M even.

    Source: Ljung & Box (1978), On a measure of lack of fit in time series models. With an even
    number of degrees of freedom the tail of chi-squared is a finite sum.

    >>> round(_ljung_box(np.array([0.1, 0.0]), 100), 3)
    0.597
    """
    lags = np.arange(1, len(correlations) + 1)
    half = float(n * (n + 2) * (correlations**2 / (n - lags)).sum()) / 2
    terms = [
        math.exp(-half + i * math.log(half) - math.lgamma(i + 1)) if half else float(i == 0)
        for i in range(len(correlations) // 2)
    ]
    return min(1.0, sum(terms))


def _memory(residuals: Residuals) -> ResidualCheck | None:
    lags = _n_lags(residuals)
    chances = []
    for row in residuals.values if lags else ():
        found = _autocorrelation(row, lags)
        if found is not None:
            chances.append(_ljung_box(found, int(np.isfinite(row).sum())))
    if not chances:
        return None
    if len(chances) == 1:
        passed = chances[0] >= _LEVEL
        words = (
            f"no memory left: each residual says nothing of the next (Ljung–Box over {lags} lags, "
            f"p = {chances[0]:.2g})"
            if passed
            else "residuals resemble those before them, so a better model of this series exists "
            f"(Ljung–Box over {lags} lags, p = {chances[0]:.1g})"
        )
        return ResidualCheck(name="memory", passed=passed, text=words)
    share = float(np.mean(np.array(chances) < _LEVEL))
    passed = share <= 2 * _LEVEL
    return ResidualCheck(
        name="memory",
        passed=passed,
        text=f"in {100 * share:.0f} % of {len(chances)} series residuals resemble those before "
        f"them (Ljung–Box over {lags} lags); chance alone makes {100 * _LEVEL:.0f} %",
    )


def _outliers(residuals: Residuals) -> ResidualCheck:
    """Whether more residuals lie far out than a normal distribution has there."""
    known = residuals.known
    spread = float(np.std(known))
    share = float((np.abs(known - known.mean()) > _HEAVY_TAIL * spread).mean()) if spread else 0.0
    passed = share <= _TAIL_SHARE
    words = (
        f"{100 * share:.1f} % of residuals lie farther than three standard deviations from their "
        "mean (0.3 % in a normal distribution)"
    )
    if not passed:
        words += ": a few large misses stand out"
    return ResidualCheck(name="shape", passed=passed, text=words)


def _spread(residuals: Residuals) -> ResidualCheck | None:
    """Whether the later half is as wide as the earlier one."""
    half = residuals.values.shape[1] // 2
    early, late = residuals.values[:, :half], residuals.values[:, half:]
    early, late = early[np.isfinite(early)], late[np.isfinite(late)]
    if min(len(early), len(late)) < _FEWEST or not np.abs(early).mean() > 0:
        return None
    ratio = float(np.abs(late).mean() / np.abs(early).mean())
    passed = 2 / 3 <= ratio <= 3 / 2
    changed = "steady" if passed else ("growing" if ratio > 1 else "shrinking")
    return ResidualCheck(
        name="spread",
        passed=passed,
        text=f"{changed} size: the later half of the residuals is {ratio:.2f} times as large as "
        "the earlier half",
    )


def check_coverage(level: int, share: float, n: int, *, of: str) -> ResidualCheck:
    """Whether the share of n values in an interval is that of its level, give or take chance.

    >>> check_coverage(80, 0.69, 336, of="unseen values").text
    'too narrow: 69.0 % of 336 unseen values lie in the 80 % interval'
    """
    nominal = level / 100
    slack = max(_COVERAGE_SLACK, 1.96 * math.sqrt(nominal * (1 - nominal) / n))
    passed = abs(share - nominal) <= slack
    words = "as promised" if passed else ("too narrow" if share < nominal else "too wide")
    return ResidualCheck(
        name="intervals",
        passed=passed,
        text=f"{words}: {100 * share:.1f} % of {n} {of} lie in the {level} % interval",
    )
