"""Panel and form -> examples: the windows a network learns from, and those that come after them."""

from collections.abc import Iterator
from threading import Lock

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

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]

_LARGEST_BLOCK = 50_000
"""Values of windows that are made at a time: few calls, yet all of them stay in the cache."""

_MOST_DRAWN = 100_000
"""Windows that are drawn at a time."""

_MOST_FORECASTS = 500
"""Forecasts of a recursive network to validate it on: they take a step after the other."""


class Ground:
    """What the examples of all forms rest on: a panel up to `limits` [N], and the units of errors.

    It is made once for the networks that are trained side by side, which only read it.
    """

    def __init__(self, panel: Panel, limits: NDArray[np.int64], *, season_length: int) -> None:
        self.panel, self.limits, self.season_length = panel, limits, season_length
        self.usual = panel = without_outliers(panel, limits)
        self.scales = positive_scales(histories(panel, origins_at(limits)), season_length)
        self.sampler = WindowSampler.over(panel, limits, minimum_context(season_length))
        self._turn = Lock()
        self._calm: Panel | None = None
        self._later: dict[tuple[int, int, bool], tuple[Origins, Pair]] = {}

    def seen_by(self, form: Form) -> Panel:
        """The panel to learn from, without its season if the form takes it out."""
        if not form.representation.deseasonalised:
            return self.usual
        with self._turn:
            if self._calm is None:
                self._calm = without_season(self.usual, self.limits, self.season_length)
            return self._calm

    def later(self, origins: Origins, form: Form, horizon: int) -> Pair:
        """Contexts and futures after the limits, without the season estimated at each of them."""
        is_calm = form.representation.deseasonalised
        with self._turn:
            key = (id(origins), horizon, is_calm)
            if key not in self._later:
                # The origins are kept, so that no others get their number.
                self._later[key] = origins, self._look_later(origins, horizon, is_calm=is_calm)
            return self._later[key][1]

    def _look_later(self, origins: Origins, horizon: int, *, is_calm: bool) -> Pair:
        context = histories(self.panel, origins)
        future = usual_futures(self.panel, origins, horizon)
        if is_calm:
            season = estimate_season(context, self.season_length)
            context, future = season.remove(context), season.remove_ahead(future)
        return context, future


class Grounds:
    """The ground of each panel and limits, made once; another process makes its own."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._known: list[Ground] = []

    def __reduce__(self) -> tuple[type["Grounds"], tuple[()]]:
        return Grounds, ()

    def of(self, panel: Panel, limits: NDArray[np.int64], season_length: int) -> Ground:
        """The ground of this very panel and these very limits."""
        with self._turn:
            for ground in self._known:
                same = ground.panel is panel and ground.limits is limits
                if same and ground.season_length == season_length:
                    return ground
            self._known.append(Ground(panel, limits, season_length=season_length))
            return self._known[-1]


class ExampleSource:
    """The windows of a panel in one form, up to the limits of its ground and after them.

    An example targets `horizon` steps, its error counts in seasonal errors of its series before
    the limit.
    """

    def __init__(self, ground: Ground, form: Form, *, horizon: int, device: str) -> None:
        self._ground = ground
        self._form = form
        self._horizon = horizon
        self._device = device
        self._fit_panel = ground.seen_by(form)

    @property
    def n_windows(self) -> int:
        """How many different windows lie before the limits."""
        return self._ground.sampler.n_windows

    def batches(
        self, draws: np.random.Generator, *, count: int, batch_size: int
    ) -> Iterator[Examples]:
        """Windows before the limits, drawn at random with replacement."""
        span = (self._form.context_length + self._horizon) * (1 + len(self._form.inputs))
        for part in _parts(count, _MOST_DRAWN // batch_size):
            drawn = self._ground.sampler.draw(draws, len(part) * batch_size)
            for some in _parts(len(part), _LARGEST_BLOCK // (batch_size * span)):
                made = self._before(drawn.rows(_windows(some, batch_size)))
                for number in range(len(some)):
                    yield made.batch(_windows(range(number, number + 1), batch_size))

    def _before(self, origins: Origins) -> Examples:
        """Windows of the fit, whose season, if it is taken out, is that of the whole fit."""
        context = contexts(self._fit_panel, origins, self._form.context_length)
        context = without_gaps(self._fit_panel, context)
        return self._examples(context, futures(self._fit_panel, origins, self._horizon), origins)

    def after(self, origins: Origins) -> Examples:
        """Windows after the limits, whose season is estimated at each of them, as in a forecast."""
        context, future = self._ground.later(origins, self._form, self._horizon)
        context = last_steps(context, self._form.context_length)
        return self._examples(context, future, origins)

    def error_after(self, origins: Origins, member: Member, horizon: int) -> float:
        """The error of a member's own forecasts of `horizon` steps after the limits.

        It is counted as in training; some origins stand for many, as this takes its time.
        """
        origins = origins.thinned(_MOST_FORECASTS)
        context, future = self._ground.later(origins, self._form, horizon)
        keep = applies(self._form.representation, last_steps(context, self._form.context_length))
        kept = origins.rows(keep)
        around = look_around(self._ground.panel, kept, self._form.context_length, horizon)
        forecast = member.forecast(context[keep], horizon, around)
        errors = np.abs(forecast - future[keep]) / self._ground.scales[kept.series][:, None]
        known = errors[np.isfinite(future[keep])]
        counted = np.minimum(np.nan_to_num(known, nan=np.inf), LARGEST_ERROR)
        return float(counted.mean()) if len(counted) else 0.0

    def _examples(
        self, context: NDArray[np.float64], future: NDArray[np.float64], origins: Origins
    ) -> Examples:
        representation = self._form.representation
        keep = applies(representation, context)
        represented = represent(representation, context[keep], self._horizon)
        scales = self._ground.scales[origins.series[keep]]
        feed = self._feed(origins.rows(keep)) if self._form.inputs else None
        return make_examples(represented, future[keep], scales, feed, device=self._device)

    def _feed(self, origins: Origins) -> Feed:
        length = self._form.context_length
        around = look_around(self._ground.panel, origins, length, self._horizon)
        assert around is not None
        return around.feed(self._form.inputs, length)


def _parts(count: int, most: int) -> Iterator[range]:
    """The numbers below a count in parts of at most so many, and of one at least."""
    most = max(1, most)
    for start in range(0, count, most):
        yield range(start, min(start + most, count))


def _windows(batches: range, batch_size: int) -> slice:
    """Where the windows of some batches stand among all."""
    return slice(batches.start * batch_size, batches.stop * batch_size)
