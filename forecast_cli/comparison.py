"""Panel -> what every model forecasts from the same cutoffs, fitted to nothing that came later."""

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.adjustment import without_effects
from forecast_cli.backtest import Scene, make_scene
from forecast_cli.baselines import NAIVE, SIMPLE, simple_for
from forecast_cli.compare_config import CompareConfig, CutoffConfig
from forecast_cli.config import CELLS, Cell, Settings
from forecast_cli.defaults import WindowPlan, plan_windows
from forecast_cli.errors import ConfigError, DataError
from forecast_cli.fitting import fit
from forecast_cli.inference import mean_from
from forecast_cli.leaderboard import Contender
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.progress import Progress, ProgressEvent
from forecast_cli.splits import origins_before, panel_before, split_panel
from forecast_cli.wording import escape

Array = NDArray[np.float64]

_MODELS = (*CELLS, *SIMPLE)

_MOST_WINDOWS = 3
"""Cutoffs unless more are asked for: at each of them every cell is trained anew."""


@dataclass(frozen=True, kw_only=True)
class Cutoffs:
    """Where models are compared: `back` [K] steps before the end of each series, earliest first.

    `plan` rests on what was known at the earliest cutoff, for all cells alike.
    """

    plan: WindowPlan
    back: NDArray[np.int64]
    step_size: int

    def scene(self, panel: Panel) -> Scene:
        """The known values around the cutoffs of every series that reaches them."""
        origins = origins_before(panel.offsets[1:], panel.offsets[:-1] + 1, self.back)
        return make_scene(panel, origins, self.plan.horizon, self.plan.season_length)


def check_models(asked: tuple[str, ...]) -> None:
    """Refuse what is not the name of a model.

    Raises:
        ConfigError: there is no model of that name.
    """
    for name in asked:
        if name not in _MODELS:
            accepted = ", ".join(_MODELS)
            raise ConfigError(f"--models has {escape(name)!r}; accepted values: {accepted}")


def choose_models(asked: tuple[str, ...], season_length: int, tell: Tell) -> tuple[str, ...]:
    """The models to compare, by name.

    Where none is asked for they are all, but for trends of coarser steps where there is no season:
    they repeat the damped trend, which is told if they are asked for.
    """
    distinct = (*CELLS, *simple_for(season_length))
    if not asked:
        return distinct
    models = tuple(name for name in _MODELS if name in asked)
    repeated = [name for name in models if name not in distinct]
    if repeated:
        words = "the same as the damped trend, as there is no season (--season-length)"
        tell(Notice("warning", f"{', '.join(repeated)}: {words}"))
    return models


def choose_cutoffs(panel: Panel, config: CompareConfig, tell: Tell) -> Cutoffs:
    """The cutoffs that are asked for, or up to three from which networks can still be trained.

    Raises:
        DataError: no series is long enough.
    """
    horizon = plan_windows(panel, config.window, _ignore).horizon
    step = config.cutoffs.step_size or horizon
    asked = config.cutoffs.n_windows
    for n_windows in range(_MOST_WINDOWS, 0, -1) if asked is None else (asked,):
        back = horizon + step * np.arange(n_windows - 1, -1, -1)
        if int(panel.lengths.max()) - back[0] >= 2:
            known = panel_before(panel, panel.offsets[1:] - back[0])
            window = replace(config.window, horizon=horizon)
            notices: list[Notice] = []
            plan = plan_windows(without_effects(known), window, notices.append)
            if n_windows in (asked, 1) or _is_long_enough(known, plan):
                _tell_cutoffs(config.cutoffs, n_windows, horizon, step, tell)
                for notice in notices:
                    tell(notice)
                return Cutoffs(plan=plan, back=back, step_size=step)
    raise DataError(
        f"{panel.source}: the longest series has {panel.lengths.max()} values, too few to hold "
        f"back {back[0]} and learn from the rest; give more data or a smaller --horizon, "
        "--n-windows or --step-size"
    )


def _is_long_enough(panel: Panel, plan: WindowPlan) -> bool:
    split = split_panel(panel, horizon=plan.horizon, season_length=plan.season_length)
    return split is not None and split.span == plan.horizon


def _tell_cutoffs(asked: CutoffConfig, n_windows: int, horizon: int, step: int, tell: Tell) -> None:
    ahead = f"{horizon} step{'s' if horizon > 1 else ''} ahead (--horizon)"
    if n_windows == 1:
        where = "at one cutoff (--n-windows)"
    else:
        where = f"at {n_windows} cutoffs (--n-windows), {step} apart (--step-size)"
    why = ""
    if asked.n_windows is None and n_windows < _MOST_WINDOWS:
        why = ": the series are too short for more"
    tell(Notice("guess", f"comparing {ahead} {where}{why}"))


def _ignore(_: Notice) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Race:
    """What all models share: the values, and how the cells are trained."""

    panel: Panel
    cutoffs: Cutoffs
    scene: Scene
    config: CompareConfig
    tell: Tell
    progress: Progress


def run(race: Race, models: tuple[str, ...]) -> tuple[Contender, ...]:
    """The `models` and, as skill is measured against them, all naive ones, with what each costs.

    A cell is the whole committee that `train` makes with it, fitted anew at every cutoff.
    """
    race = replace(race, tell=told_once(race.tell))
    cells = [cell for cell in CELLS if cell in models]
    n_fits = len(cells) * len(race.cutoffs.back)
    if n_fits > 1:
        words = f"{n_fits} trainings, one for each cell and cutoff"
        race.tell(Notice("guess", f"{words}; --models and --effort fast take less time"))
    networks = [_run_cell(race, cell, race.config.training(cell, n_fits=n_fits)) for cell in cells]
    silent = [contender.model for contender in networks if contender.network_share == 0]
    if silent:
        race.tell(
            Notice(
                "warning",
                f"{', '.join(silent)}: no networks, as none could be trained or did well enough to "
                "have a weight",
            )
        )
    # First, because of two that err alike the simple one is better.
    simple = (name for name in SIMPLE if name in models or name in NAIVE)
    return (*(_run_simple(race.scene, name) for name in simple), *networks)


def _run_cell(race: Race, cell: Cell, settings: Settings) -> Contender:
    started = time.perf_counter()
    forecast = np.full_like(race.scene.actual, np.nan)
    back = race.scene.origins.limits - race.scene.origins.stops
    committees = []
    for number, steps in enumerate(race.cutoffs.back, 1):
        known = panel_before(race.panel, race.panel.offsets[1:] - steps)
        stage = f"{cell} {number} of {len(race.cutoffs.back)}"
        progress = under(stage, race.progress)
        plan = race.cutoffs.plan
        fitted = fit(known, plan, settings, tell=race.tell, progress=progress)
        rows = back == steps
        origins = race.scene.origins.rows(rows)
        forecast[rows] = mean_from(fitted, race.panel, origins, horizon=race.scene.horizon)
        committees.append(fitted.committee)
    shares = [sum(member.weight for member in committee.members) for committee in committees]
    return Contender(
        model=cell,
        forecast=forecast,
        seconds=time.perf_counter() - started,
        n_parameters=max(committee.n_parameters for committee in committees),
        network_share=sum(shares) / len(shares),
    )


def _run_simple(scene: Scene, name: str) -> Contender:
    started = time.perf_counter()
    forecast = SIMPLE[name](scene.context, scene.horizon, scene.season_length)
    return Contender(model=name, forecast=forecast, seconds=time.perf_counter() - started)


def told_once(tell: Tell) -> Tell:
    """Tell what every fit says only the first time."""
    told: set[Notice] = set()

    def tell_once(notice: Notice) -> None:
        if notice not in told:
            told.add(notice)
            tell(notice)

    return tell_once


def under(stage: str, progress: Progress) -> Progress:
    """Progress whose stages are told as parts of this one."""

    def say(event: ProgressEvent) -> None:
        progress(replace(event, stage=f"{stage}, {event.stage}"))

    return say
