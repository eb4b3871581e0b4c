"""Actual values and forecasts [..., H] -> scores [...], one for each row of the last axis.

An actual value that is NaN is not scored; a row without any score is NaN, without a warning.
Forecasts are taken as they are: a NaN there, where the actual value is known, gives NaN.

Sources: Hyndman & Koehler (2006), Another look at measures of forecast accuracy, International
Journal of Forecasting 22; Makridakis, Spiliotis & Assimakopoulos (2020), The M4 Competition,
International Journal of Forecasting 36, for sMAPE and MASE as they are scored there.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def mae(actual: Array, forecast: Array) -> Array:
    """Mean absolute error, in the unit of the values.

    >>> float(mae(np.array([1.0, np.nan, 3.0]), np.array([2.0, 2.0, 5.0])))
    1.5
    """
    return _mean(np.abs(actual - forecast), ~np.isnan(actual))


def rmse(actual: Array, forecast: Array) -> Array:
    """Root mean squared error, in the unit of the values."""
    return np.sqrt(_mean((actual - forecast) ** 2, ~np.isnan(actual)))


def smape(actual: Array, forecast: Array) -> Array:
    """Symmetric mean absolute percentage error, 0 to 200; a pair of zeros counts 0.

    Source: Makridakis et al. (2020).

    >>> float(smape(np.array([100.0, 0.0]), np.array([300.0, 0.0])))
    50.0
    """
    size = np.abs(actual) + np.abs(forecast)
    error = np.abs(actual - forecast)
    ratio = _divide(200.0 * error, size, size != 0, otherwise=0.0)
    return _mean(ratio, ~np.isnan(actual))


def mape(actual: Array, forecast: Array) -> Array:
    """Mean absolute percentage error; NaN for a row with an actual value of zero.

    >>> float(mape(np.array([100.0, 200.0]), np.array([110.0, 180.0])))
    10.0
    """
    zero = actual == 0
    error = np.abs(actual - forecast)
    ratio = _divide(100.0 * error, np.abs(actual), ~zero, otherwise=0.0)
    return np.where(zero.any(axis=-1), np.nan, _mean(ratio, ~np.isnan(actual)))


def mase(actual: Array, forecast: Array, scale: Array) -> Array:
    """Mean absolute error over `scale` [...], the series' `seasonal_error`.

    NaN where the scale is NaN or 0: a series too short, or one that repeats itself exactly.

    Source: Hyndman & Koehler (2006); seasonal as in Makridakis et al. (2020).
    """
    return _divide(mae(actual, forecast), scale, np.asarray(scale) > 0)


def r2(actual: Array, forecast: Array) -> Array:
    """Coefficient of determination: 1 is perfect, 0 as good as the mean of the actual values.

    NaN for a row whose actual values are all the same.

    >>> float(r2(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])))
    0.5
    """
    known = ~np.isnan(actual)
    residual = _mean((actual - forecast) ** 2, known)
    variance = _mean((actual - _mean(actual, known)[..., None]) ** 2, known)
    # By the range: the variance of equal values need not come out as exactly zero.
    lowest = np.where(known, actual, np.inf).min(axis=-1, initial=np.inf)
    highest = np.where(known, actual, -np.inf).max(axis=-1, initial=-np.inf)
    varies = (highest > lowest) & (variance > 0)
    return 1.0 - _divide(residual, variance, varies)


def coverage(actual: Array, lo: Array, hi: Array) -> Array:
    """Share of actual values inside [lo, hi], bounds included, 0 to 1.

    >>> float(coverage(np.array([1.0, 5.0]), np.array([0.0, 0.0]), np.array([1.0, 4.0])))
    0.5
    """
    inside = (lo <= actual) & (actual <= hi)
    return _mean(inside.astype(np.float64), ~np.isnan(actual))


def interval_score(actual: Array, lo: Array, hi: Array, *, level: float) -> Array:
    """Mean width of the `level` per cent interval plus a penalty for every miss; lower is better.

    Source: Winkler (1972), A decision-theoretic approach to interval estimation, JASA 67; in the
    form of Gneiting & Raftery (2007), Strictly proper scoring rules, JASA 102.

    >>> float(interval_score(np.array([12.0]), np.array([0.0]), np.array([10.0]), level=80))
    30.0
    """
    penalty = 200.0 / (100.0 - level)
    miss = np.maximum(lo - actual, 0.0) + np.maximum(actual - hi, 0.0)
    return _mean(hi - lo + penalty * miss, ~np.isnan(actual))


def seasonal_error(values: Array, offsets: NDArray[np.int64], season_length: int) -> Array:
    """Mean |y[t] - y[t - season_length]| of each series, [N]: the scale of MASE.

    `values` holds the series one after the other, series n from offsets[n] to offsets[n + 1].
    Pairs with a NaN are left out; a series without a pair gets NaN.

    Source: Hyndman & Koehler (2006); seasonal as in Makridakis et al. (2020).

    >>> seasonal_error(np.array([1.0, 3.0, 6.0, 8.0, 8.0]), np.array([0, 3, 5]), 1).tolist()
    [2.5, 0.0]
    """
    n_series = len(offsets) - 1
    series = np.repeat(np.arange(n_series), np.diff(offsets))
    change = np.abs(values[season_length:] - values[:-season_length])
    paired = (series[season_length:] == series[:-season_length]) & ~np.isnan(change)
    owner = series[season_length:][paired]
    total: Array = np.bincount(owner, weights=change[paired], minlength=n_series).astype(np.float64)
    count = np.bincount(owner, minlength=n_series)
    return _divide(total, count, count > 0)


def _mean(values: Array, use: NDArray[np.bool_]) -> Array:
    """Means over the last axis of the used values, NaN where none is used."""
    total = np.where(use, values, 0.0).sum(axis=-1)
    count = use.sum(axis=-1)
    return _divide(total, count, count > 0)


def _divide(
    numerator: Array,
    denominator: NDArray[np.number],
    where: NDArray[np.bool_],
    *,
    otherwise: float = np.nan,
) -> Array:
    """A quotient where it is defined, and `otherwise` elsewhere, without a warning."""
    shape = np.broadcast_shapes(np.shape(numerator), np.shape(denominator))
    quotient = np.full(shape, otherwise)
    np.divide(numerator, denominator, out=quotient, where=where)
    return quotient
