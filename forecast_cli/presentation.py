"""Options -> what `plot` and `report` show: a picture, residuals, and how to make them again."""

import shlex
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.backtest import Scene, break_down_by_step, make_scene, score
from forecast_cli.checkpoint import read_checkpoint
from forecast_cli.command_line import option_words, path_word
from forecast_cli.config import TrainConfig
from forecast_cli.continuation import continue_data
from forecast_cli.findings import InfoReport, ModelScores
from forecast_cli.inference import forecast_from
from forecast_cli.inspection import summarise
from forecast_cli.metrics import seasonal_error
from forecast_cli.model import Model
from forecast_cli.model_findings import describe_checkpoint
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel, read_again
from forecast_cli.picture import Picture
from forecast_cli.presentation_findings import FullReport, PlotReport, ResidualCheck, ResidualReport
from forecast_cli.read_config import ReadConfig
from forecast_cli.residuals import Residuals, check_coverage, check_residuals, enough
from forecast_cli.showcase import Wish, choose_series, compose, known_origins
from forecast_cli.splits import Origins

_MOST_ORIGINS = 4000
_LONGEST_LOOK = 240
_FEWEST_NEW = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class Exhibit:
    """What a full report shows beside its words; `residuals` is None where there are too few."""

    picture: Picture
    residuals: Residuals | None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Opened:
    """A checkpoint and the panel that it is to continue; `trained_until` [N] as in `matching`."""

    model: Model
    digest: str
    panel: Panel
    trained_until: NDArray[np.int64]


def plot(
    source: str | None, model_source: str, *, read: ReadConfig, wish: Wish, tell: Tell
) -> tuple[Picture, PlotReport]:
    """What a picture of the forecast shows: of the training data, or of `source`."""
    opened = _open(source, model_source, read, wish, tell)
    picture = _show(opened, wish, tell)
    report = PlotReport(
        checkpoint=model_source,
        data=summarise(opened.panel),
        model=opened.model.committee.name,
        horizon=len(picture.series[0].forecast.values),
        n_series=opened.panel.n_series,
        shown=tuple(series.name for series in picture.series),
    )
    return picture, report


def report(
    source: str | None, model_source: str, *, read: ReadConfig, wish: Wish, tell: Tell
) -> tuple[Exhibit, FullReport]:
    """Everything there is to say of a checkpoint and its forecast."""
    notices: list[str] = []

    def keep(notice: Notice) -> None:
        notices.append(notice.text)
        tell(notice)

    opened = _open(source, model_source, read, wish, keep)
    info = describe_checkpoint(model_source, opened.model, opened.digest)
    picture = _show(opened, wish, keep)
    residuals, checked = _look_back(opened)
    full = FullReport(
        model=info,
        data=info.data if source is None else summarise(opened.panel),
        horizon=len(picture.series[0].forecast.values),
        shown=tuple(series.name for series in picture.series),
        notices=tuple(notices),
        residuals=checked,
        commands=_commands(source, opened.model, info, read, wish),
    )
    return Exhibit(picture=picture, residuals=residuals), full


def _open(
    source: str | None, model_source: str, read: ReadConfig, wish: Wish, tell: Tell
) -> _Opened:
    model, digest = read_checkpoint(model_source)
    data = continue_data(source, model, read, wish.wanted, tell)
    return _Opened(model=model, digest=digest, panel=data.panel, trained_until=data.trained_until)


def _show(opened: _Opened, wish: Wish, tell: Tell) -> Picture:
    chosen = choose_series(opened.model, opened.panel, wish, tell)
    return compose(opened.model, opened.panel, chosen, wish, opened.trained_until)


def _look_back(opened: _Opened) -> tuple[Residuals | None, ResidualReport | None]:
    """Forecast again from the latest known origins; those behind the training data if enough."""
    model, panel = opened.model, opened.panel
    origins, is_new = _past_origins(opened)
    if not len(origins):
        return None, None
    horizon, levels = model.committee.horizon, model.training.levels
    again = forecast_from(model, panel, origins, horizon=horizon, levels=levels)
    scene = make_scene(panel, origins, horizon, model.committee.season_length)
    if not is_new:
        # The first of these origins has too little before it to tell what an error is worth.
        error = seasonal_error(panel.values, panel.offsets, model.committee.season_length)
        usable = np.where(np.nan_to_num(error) > 0, error, np.nan)
        scene = replace(scene, scale=usable[origins.series])
    residuals = _one_step(opened, scene, again.mean)
    if not enough(residuals):
        return None, None
    positions = again.cutoffs[:, None] + np.arange(1, horizon + 1)
    in_sample = positions <= opened.trained_until[origins.series][:, None]
    known = np.isfinite(scene.actual)
    scores = score(model.committee.name, scene, again.mean, again.bounds)
    checked = ResidualReport(
        n_series=len(np.unique(origins.series)),
        n_origins=len(origins),
        n_points=int(known.sum()),
        n_in_sample=int((in_sample & known).sum()),
        checks=(
            *check_residuals(residuals),
            *(_check_intervals(scores, int(known.sum())) if is_new else _check_backtest(model)),
        ),
        coverage=scores.coverage,
        by_step=break_down_by_step(scene, again.mean),
    )
    return residuals, checked


def _check_intervals(scores: ModelScores, n: int) -> tuple[ResidualCheck, ...]:
    found = [(int(level), share) for level, share in scores.coverage.items()]
    return tuple(check_coverage(*one, n, of="values after training") for one in found[:1])


def _check_backtest(model: Model) -> tuple[ResidualCheck, ...]:
    """In-sample, intervals would look better than they are: those of the backtest are told."""
    backtest = model.training.backtest
    if backtest is None:
        return ()
    found = [(int(level), share) for level, share in backtest.scores[0].coverage.items()]
    of = "values held back in training"
    return tuple(check_coverage(*one, backtest.n_points, of=of) for one in found[:1])


def _past_origins(opened: _Opened) -> tuple[Origins, bool]:
    """Origins one step apart before the ends, and whether the model has seen nothing behind them.

    The first half of a series shows little of a model that has seen twice as much.
    """
    panel = opened.panel
    affordable = max(_FEWEST_NEW, _MOST_ORIGINS // panel.n_series)
    back = min(_LONGEST_LOOK, affordable, int(panel.lengths.max()) // 2)
    origins = known_origins(opened.model, panel, np.arange(back, 0, -1))
    cutoffs = panel.starts[origins.series] + origins.stops - panel.offsets[origins.series] - 1
    unseen = cutoffs >= opened.trained_until[origins.series]
    is_new = int(unseen.sum()) >= _FEWEST_NEW
    chosen = unseen if is_new else np.ones_like(unseen)
    if chosen.sum() > 2 * _MOST_ORIGINS:
        # Whole series are left out, so that those that stay can be checked for memory.
        chosen &= origins.series % -(-int(chosen.sum()) // _MOST_ORIGINS) == 0
    return origins.rows(chosen), is_new


def _one_step(opened: _Opened, scene: Scene, forecast: NDArray[np.float64]) -> Residuals:
    """The residuals at the first step, one row for each series."""
    panel, origins = opened.panel, scene.origins
    series, rows = np.unique(origins.series, return_inverse=True)
    back = panel.offsets[1:][origins.series] - origins.stops
    values = np.full((len(series), int(back.max())), np.nan)
    values[rows, -back] = (scene.actual[:, 0] - forecast[:, 0]) / scene.scale
    return Residuals(values=values, ends=panel.ends[series], calendar=panel.calendar)


def _commands(
    source: str | None, model: Model, info: InfoReport, read: ReadConfig, wish: Wish
) -> tuple[str, ...]:
    """The commands that train such a checkpoint and forecast from it, nothing left to guess.

    What a checkpoint does not keep, such as the effort, is left at its default.
    """
    train = [
        "forecast",
        "train",
        path_word(info.data.source),
        *option_words(read_again(model.panel, ReadConfig())),
    ]
    train += ["--season-length", str(info.season_length), "--horizon", str(info.horizon)]
    train += option_words(model.committee.network)
    if info.seed != TrainConfig.seed:
        train += ["--seed", str(info.seed)]
    train += [
        "--level",
        ",".join(map(str, model.training.levels)),
        "--output",
        path_word(info.checkpoint),
    ]
    predict = ["forecast", "predict"]
    if source is not None:
        predict += [path_word(source), *option_words(read)]
    predict += ["--model", path_word(info.checkpoint)]
    if wish.wanted.horizon:
        predict += ["--horizon", str(wish.wanted.horizon)]
    if wish.wanted.levels:
        predict += ["--level", ",".join(map(str, wish.wanted.levels))]
    return shlex.join(train), shlex.join(predict)
