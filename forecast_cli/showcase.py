"""Panel, model -> the series that a picture shows, and what it shows of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from forecast_cli import metrics
from forecast_cli.backtest import Scene, make_scene
from forecast_cli.config import PredictionConfig
from forecast_cli.errors import ConfigError
from forecast_cli.forecast import Forecast
from forecast_cli.inference import forecast_from
from forecast_cli.model import Model
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.picture import Path, Picture, SeriesPicture
from forecast_cli.splits import Origins, minimum_context, origins_at_end, origins_before
from forecast_cli.wording import escape

_MOST_SHOWN = 6
_MOST_ASKED = 24
_MOST_SCORED = 600
_EARLIER_OF_ONE = 3
_HISTORY_OF_ONE = 120
_HISTORY_OF_MANY = 48
_HORIZONS_SHOWN = 4
_MOST_NAMED = 8


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked to be seen. None or empty means: as the checkpoint was trained, or chosen."""

    wanted: PredictionConfig = field(default_factory=PredictionConfig)
    series: tuple[str, ...] = ()
    history: int | None = None


def choose_series(model: Model, panel: Panel, wish: Wish, tell: Tell) -> NDArray[np.int64]:
    """The series to show [S]: those asked for, else some from the best to the worst forecast one.

    Raises:
        ConfigError: no series has such a name, or too many are asked for.
    """
    if wish.series:
        return _named(panel, wish.series)
    if panel.n_series <= _MOST_SHOWN:
        return np.arange(panel.n_series)
    errors = _latest_errors(model, panel)
    scored: NDArray[np.int64] = np.flatnonzero(np.isfinite(errors))
    how = "from the best to the worst forecast one" if len(scored) else "the first ones"
    pool = scored[np.argsort(errors[scored], kind="stable")]
    if not len(pool):
        pool = np.arange(_MOST_SHOWN)
    chosen = pool[_spread(len(pool), _MOST_SHOWN)]
    names = ", ".join(panel.name(int(i)) for i in chosen)
    tell(
        Notice(
            "guess",
            f"{len(chosen)} of {panel.n_series} series are shown, {how}: {names} (--series)",
        )
    )
    return chosen


def _spread(n: int, most: int) -> NDArray[np.int64]:
    """At most so many of n ranks, the first and the last among them, evenly spread."""
    return np.linspace(0, n - 1, min(most, n)).round().astype(np.int64)


def _named(panel: Panel, names: Sequence[str]) -> NDArray[np.int64]:
    found: dict[int, None] = {}
    for name in names:
        rows = [i for i, key in enumerate(panel.ids) if name in (", ".join(key), *key)]
        if not rows:
            known = ", ".join(panel.name(i) for i in range(min(panel.n_series, _MOST_NAMED)))
            more = panel.n_series - _MOST_NAMED
            raise ConfigError(
                f"--series names {escape(name)!r}, and there is no such series; there "
                f"{'is' if panel.n_series == 1 else 'are'} {known}"
                + (f" and {more} more" if more > 0 else "")
            )
        found.update(dict.fromkeys(rows))
    if len(found) > _MOST_ASKED:
        raise ConfigError(
            f"--series names {len(found)} series; a picture shows at most {_MOST_ASKED}"
        )
    return np.array(list(found), dtype=np.int64)


def _latest_errors(model: Model, panel: Panel) -> NDArray[np.float64]:
    """The scaled error [N] of the forecast of the latest known steps, NaN where there is none."""
    committee = model.committee
    errors = np.full(panel.n_series, np.nan)
    origins = known_origins(model, panel, np.array([committee.horizon])).thinned(_MOST_SCORED)
    if len(origins):
        scene = make_scene(panel, origins, committee.horizon, committee.season_length)
        said = forecast_from(model, panel, origins, horizon=committee.horizon, levels=()).mean
        errors[origins.series] = metrics.mase(scene.actual, said, scene.scale)
    return errors


def known_origins(model: Model, panel: Panel, back: NDArray[np.int64]) -> Origins:
    """The origins `back` [K] steps before the end of the series that are long enough for them."""
    least = minimum_context(model.committee.season_length)
    return origins_before(panel.offsets[1:], panel.offsets[:-1] + least, back)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Earlier:
    """What the model says from origins that lie back: in a picture, beside what came."""

    scene: Scene
    forecast: Forecast

    def paths(self, series: int) -> tuple[Path, ...]:
        return tuple(
            Path(start=int(self.forecast.cutoffs[row]) + 1, values=self.forecast.mean[row])
            for row in self._rows(series)
        )

    def error(self, series: int) -> float | None:
        """The scaled error of the latest forecast of a series."""
        rows = self._rows(series)[-1:]
        scene = self.scene
        scaled = metrics.mase(scene.actual[rows], self.forecast.mean[rows], scene.scale[rows])
        return float(scaled[0]) if np.isfinite(scaled).any() else None

    def note(self, trained_until: NDArray[np.int64]) -> str:
        """Whether these forecasts are of what the model was trained on."""
        seen = self.forecast.cutoffs < trained_until[self.scene.origins.series]
        return "in-sample" if seen.all() else "partly in-sample" if seen.any() else "unseen"

    def _rows(self, series: int) -> NDArray[np.intp]:
        return np.flatnonzero(self.scene.origins.series == series)


def compose(
    model: Model,
    panel: Panel,
    chosen: NDArray[np.int64],
    wish: Wish,
    trained_until: NDArray[np.int64],
) -> Picture:
    """The picture of the chosen series [S] of a panel; `trained_until` [N] as in `matching`."""
    committee = model.committee
    horizon = model.horizon_of(wish.wanted)
    forecast = forecast_from(
        model,
        panel,
        origins_at_end(panel).rows(chosen),
        horizon=horizon,
        levels=model.levels_of(wish.wanted),
    )
    earlier = _look_back(model, panel, chosen)
    least = _HISTORY_OF_ONE if len(chosen) == 1 else _HISTORY_OF_MANY
    shown = wish.history or max(least, _HORIZONS_SHOWN * horizon)
    return Picture(
        target=panel.columns.target,
        source=panel.source,
        note=f"{panel.calendar.describe()} · {committee.name}, {horizon} "
        f"{'step' if horizon == 1 else 'steps'} ahead",
        calendar=panel.calendar,
        series=tuple(
            _series_picture(panel, place, shown=shown, forecast=forecast, earlier=earlier)
            for place in zip(chosen.tolist(), range(len(chosen)), strict=True)
        ),
        earlier_note="" if earlier is None else earlier.note(trained_until),
    )


def _look_back(model: Model, panel: Panel, chosen: NDArray[np.int64]) -> _Earlier | None:
    committee = model.committee
    horizon = committee.horizon
    n_origins = _EARLIER_OF_ONE if len(chosen) == 1 else 1
    origins = known_origins(model, panel, horizon * np.arange(n_origins, 0, -1))
    origins = origins.rows(np.isin(origins.series, chosen))
    if not len(origins):
        return None
    return _Earlier(
        scene=make_scene(panel, origins, horizon, committee.season_length),
        forecast=forecast_from(model, panel, origins, horizon=horizon, levels=()),
    )


def _series_picture(
    panel: Panel,
    place: tuple[int, int],
    *,
    shown: int,
    forecast: Forecast,
    earlier: _Earlier | None,
) -> SeriesPicture:
    """The picture of one series, given its number in the panel and its row in the forecast."""
    index, row = place
    values = panel.series(index)[-shown:]
    start = int(panel.ends[index]) - len(values) + 1
    paths = () if earlier is None else earlier.paths(index)
    return SeriesPicture(
        name=", ".join(map(str, panel.ids[index])),
        history=Path(start=start, values=values),
        earlier=tuple(path for path in paths if path.start >= start),
        forecast=Path(start=int(forecast.cutoffs[row]) + 1, values=forecast.mean[row]),
        bounds={level: (low[row], high[row]) for level, (low, high) in forecast.bounds.items()},
        error=None if earlier is None else earlier.error(index),
    )
