"""Context [B, L] <-> represented units: how a window is expressed to the network and turned back.

A window is told relative to itself: its last value is the origin, its mean absolute change is the
unit, and the network predicts a correction to a simple continuation. Nothing is fitted, so nothing
can leak, and a forecast in other units is the same forecast (Smyl 2020 and others normalise a
window by its own level; `docs/decisions.md` has the figures for this form).
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from forecast_cli.baselines import NAIVE
from forecast_cli.gaps import freshness, last_observed, with_whole_season
from forecast_cli.scales import LARGEST_EXPONENT, mean_size

Array = NDArray[np.float64]

_LARGEST_RELATIVE_VALUE = 20.0
_SMALLEST_CHANGE = 0.002
_SMALLEST_LOG_CHANGE = 0.001
_VOLATILITY_WEIGHT = 0.3


@dataclass(frozen=True, kw_only=True)
class Representation:
    """How windows are expressed: on logs or levels, corrected from which naive continuation.

    With `deseasonalised` a window has lost its season before it comes here (see `seasonality`).
    """

    log: bool
    base: str
    season_length: int
    deseasonalised: bool = False

    def __str__(self) -> str:
        scale = "log" if self.log else "level"
        season = ", season removed" if self.deseasonalised else ""
        return f"{scale}{season}, correction to {self.base}"

    @property
    def period(self) -> int:
        """The season length of what the network sees."""
        return 1 if self.deseasonalised else self.season_length


@dataclass(frozen=True, kw_only=True)
class Represented:
    """B windows in represented units, with what is needed to turn the network's output back.

    `features` is [B, L, F] float32 without NaN: the relative value, the last known one where it is
    missing; how recently one was observed, 1 where it is not missing (see `gaps`); and the window's
    volatility, the same at every step. A network output z [B, H] stands for the
    forecast ``shift + unit * link(offset + gain * z)``, link being exp on logs and the identity on
    levels; shift, unit and gain are [B, 1], offset is [B, H].
    """

    log: bool
    features: NDArray[np.float32]
    offset: Array
    gain: Array
    shift: Array
    unit: Array

    def restore(self, output: NDArray[np.floating]) -> Array:
        """The forecast [B, H] in the user's units for a network output [B, H]."""
        relative = self.offset + self.gain * output
        if self.log:
            relative = np.exp(np.clip(relative, -LARGEST_EXPONENT, LARGEST_EXPONENT))
        return self.shift + self.unit * relative

    def output_for(self, future: Array) -> Array:
        """The network output [B, H] that stands for a future [B, H], which is positive on logs.

        Zero where a unit is zero: a window without any change.
        """
        relative = self.express(future)
        return _divide((np.log(relative) if self.log else relative) - self.offset, self.gain)

    def express(self, future: Array) -> Array:
        """Values [B, H] as the link's output, the target of training; zero where a unit is zero."""
        return np.divide(
            future - self.shift,
            self.unit,
            out=np.zeros_like(future),
            where=np.broadcast_to(self.unit > 0, future.shape),
        )


def applies(representation: Representation, context: Array) -> NDArray[np.bool_]:
    """Whether each window [B] can be expressed: logs need positive values, and any needs one."""
    observed = np.isfinite(context)
    usable = ~(observed & (context <= 0)) if representation.log else observed | True
    result: NDArray[np.bool_] = np.any(observed, axis=1) & np.all(usable, axis=1)
    return result


def represent(representation: Representation, context: Array, horizon: int) -> Represented:
    """Express windows [B, L], NaN where padded or missing, for a forecast of `horizon` steps.

    Every row needs an observed value, and on logs only positive ones (see `applies`).
    """
    observed = np.isfinite(context)
    values = np.log(context) if representation.log else context
    filled = _carry_forward(values, observed)
    last = filled[:, -1:]
    level = mean_size(context)[:, None]
    floor = _SMALLEST_LOG_CHANGE if representation.log else _SMALLEST_CHANGE * level
    scale = np.maximum(_change(values, representation.period), floor)
    base = _continuation(representation, values, horizon)
    relative = _divide(filled - last, scale)
    volatility = scale if representation.log else _divide(scale, level)
    features = np.stack(
        (
            np.clip(relative, -_LARGEST_RELATIVE_VALUE, _LARGEST_RELATIVE_VALUE),
            freshness(observed),
            np.broadcast_to(
                _VOLATILITY_WEIGHT * np.log(np.maximum(volatility, _SMALLEST_LOG_CHANGE)),
                observed.shape,
            ),
        ),
        axis=-1,
    ).astype(np.float32)
    if representation.log:
        return Represented(
            log=True,
            features=features,
            offset=base - last,
            gain=scale,
            shift=np.zeros_like(last),
            unit=np.exp(last),
        )
    return Represented(
        log=False,
        features=features,
        offset=_divide(base - last, scale),
        gain=np.ones_like(scale),
        shift=last,
        unit=scale,
    )


def _continuation(representation: Representation, values: Array, horizon: int) -> Array:
    """The simple continuation [B, H] that is corrected; a gap does not take it back to a year ago.

    A value of an older season would be off by what has changed since, in some steps only: the
    network could not tell which.
    """
    if representation.base == "seasonal-naive" and representation.period > 1:
        values = with_whole_season(values, representation.period)
    return NAIVE[representation.base](values, horizon, representation.period)


def _carry_forward(values: Array, observed: NDArray[np.bool_]) -> Array:
    """Fill gaps by the value before them, and what lies before the first value by that value."""
    source = last_observed(observed)
    source = np.where(source < 0, observed.argmax(axis=1)[:, None], source)
    return np.take_along_axis(values, source, axis=1)


def _change(values: Array, season_length: int) -> Array:
    """The larger of the mean absolute changes over one step and over one season, [B, 1]."""
    changes = [
        mean_size(values[:, lag:] - values[:, :-lag])
        for lag in dict.fromkeys((1, season_length))
        if lag < values.shape[1]
    ]
    largest = reduce(np.maximum, changes) if changes else np.zeros(len(values))
    return largest[:, None]


def _divide(numerator: Array, denominator: Array) -> Array:
    """A quotient that is 0 where the denominator is 0: a window without any change."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    return np.divide(numerator, denominator, out=np.zeros(numerator.shape), where=denominator > 0)
