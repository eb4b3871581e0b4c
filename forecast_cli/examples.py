"""Panel and form -> examples: the windows a network learns from, and those that come after them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from forecast_cli.cleaning import usual_futures, without_outliers
from forecast_cli.committee import Form, Member
from forecast_cli.inputs import Feed
from forecast_cli.losses import LARGEST_ERROR, Examples, make_examples
from forecast_cli.panel import Panel
from forecast_cli.representation import applies, represent
from forecast_cli.scales import positive_scales
from forecast_cli.seasonality import estimate_season
from forecast_cli.splits import Origins, minimum_context, origins_at
from forecast_cli.windows import (
    WindowSampler,
    contexts,
    futures,
    histories,
    last_steps,
    look_around,
    without_gaps,
    without_season,
)

_LARGEST_BLOCK = 10_000_000
"""Values of windows in memory at a time."""

_MOST_FORECASTS = 500
"""Forecasts of a recursive network to validate it on: they take a step after the other."""


class ExampleSource:
    """The windows of a panel in one form, up to `limits` [N] and after them.

    An example targets `horizon` steps, its error counts in seasonal errors of its series before
    the limit.
    """

    def __init__(
        self,
        panel: Panel,
        limits: NDArray[np.int64],
        form: Form,
        *,
        horizon: int,
        season_length: int,
        device: str,
    ) -> None:
        self._panel = panel
        panel = without_outliers(panel, limits)
        self._form = form
        self._horizon = horizon
        self._season_length = season_length
        self._device = device
        self._scales = positive_scales(histories(panel, origins_at(limits)), season_length)
        self._sampler = WindowSampler.over(panel, limits, minimum_context(season_length))
        self._fit_panel = panel
        if form.representation.deseasonalised:
            self._fit_panel = without_season(panel, limits, season_length)

    @property
    def n_windows(self) -> int:
        """How many different windows lie before the limits."""
        return self._sampler.n_windows

    def batches(
        self, draws: np.random.Generator, *, count: int, batch_size: int
    ) -> Iterator[Examples]:
        """Windows before the limits, drawn at random with replacement.

        Several batches are made at a time: few calls, yet bounded memory.
        """
        span = (self._form.context_length + self._horizon) * (1 + len(self._form.inputs))
        at_once = min(count, max(1, _LARGEST_BLOCK // (batch_size * span)))
        for start in range(0, count, at_once):
            ready = min(at_once, count - start)
            drawn = self._before(self._sampler.draw(draws, ready * batch_size))
            for number in range(ready):
                yield drawn.batch(slice(number * batch_size, (number + 1) * batch_size))

    def _before(self, origins: Origins) -> Examples:
        """Windows of the fit, whose season, if it is taken out, is that of the whole fit."""
        context = contexts(self._fit_panel, origins, self._form.context_length)
        context = without_gaps(self._fit_panel, context)
        return self._examples(context, futures(self._fit_panel, origins, self._horizon), origins)

    def after(self, origins: Origins) -> Examples:
        """Windows after the limits, whose season is estimated at each of them, as in a forecast."""
        context, future = self._later(origins, self._horizon)
        context = last_steps(context, self._form.context_length)
        return self._examples(context, future, origins)

    def error_after(self, origins: Origins, member: Member, horizon: int) -> float:
        """The error of a member's own forecasts of `horizon` steps after the limits.

        It is counted as in training; some origins stand for many, as this takes its time.
        """
        origins = origins.thinned(_MOST_FORECASTS)
        context, future = self._later(origins, horizon)
        keep = applies(self._form.representation, last_steps(context, self._form.context_length))
        kept = origins.rows(keep)
        around = look_around(self._panel, kept, self._form.context_length, horizon)
        forecast = member.forecast(context[keep], horizon, around)
        errors = np.abs(forecast - future[keep]) / self._scales[kept.series][:, None]
        known = errors[np.isfinite(future[keep])]
        counted = np.minimum(np.nan_to_num(known, nan=np.inf), LARGEST_ERROR)
        return float(counted.mean()) if len(counted) else 0.0

    def _later(
        self, origins: Origins, horizon: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Contexts and futures after the limits."""
        context = histories(self._panel, origins)
        future = usual_futures(self._panel, origins, horizon)
        if self._form.representation.deseasonalised:
            season = estimate_season(context, self._season_length)
            context, future = season.remove(context), season.remove_ahead(future)
        return context, future

    def _examples(
        self, context: NDArray[np.float64], future: NDArray[np.float64], origins: Origins
    ) -> Examples:
        representation = self._form.representation
        keep = applies(representation, context)
        represented = represent(representation, context[keep], self._horizon)
        scales = self._scales[origins.series[keep]]
        feed = self._feed(origins.rows(keep)) if self._form.inputs else None
        return make_examples(represented, future[keep], scales, feed, device=self._device)

    def _feed(self, origins: Origins) -> Feed:
        length = self._form.context_length
        around = look_around(self._panel, origins, length, self._horizon)
        assert around is not None
        return around.feed(self._form.inputs, length)
