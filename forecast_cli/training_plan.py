"""Panel -> what `train` would do with it, found out as `train` does but without training."""

from collections import Counter

import numpy as np

from forecast_cli.committee import Form
from forecast_cli.config import Settings
from forecast_cli.defaults import WindowPlan
from forecast_cli.groundwork import lay_groundwork
from forecast_cli.inspect_findings import PlannedBacktest, PlannedNetwork, TrainingPlan
from forecast_cli.lineup import line_up
from forecast_cli.model_findings import names_of
from forecast_cli.notices import Tell
from forecast_cli.panel import Panel
from forecast_cli.splits import Split, minimum_context
from forecast_cli.windows import count_windows, cutoffs


def plan_training(panel: Panel, plan: WindowPlan, settings: Settings, tell: Tell) -> TrainingPlan:
    """The networks that would be trained on a panel, and how they would be scored.

    Raises:
        DataError: No series has two values after each other.
    """
    ground, season = lay_groundwork(panel, plan, tell), plan.season_length
    split = ground.split
    n_windows = count_windows(panel, season)
    if split is None:
        return TrainingPlan(
            networks=(),
            epochs=0,
            n_windows=n_windows,
            simple=ground.simple,
            n_short_series=panel.n_series,
            backtest=None,
        )
    lineup = line_up(ground.panel, plan, settings, split=split, base=ground.base)
    return TrainingPlan(
        networks=_networks(panel, lineup.forms),
        epochs=lineup.epochs,
        n_windows=n_windows,
        simple=ground.simple,
        n_short_series=int((panel.lengths < minimum_context(season)).sum()),
        backtest=_backtest(panel, split),
    )


def _networks(panel: Panel, forms: tuple[Form, ...]) -> tuple[PlannedNetwork, ...]:
    """The different forms in the order in which they are tried."""
    return tuple(
        PlannedNetwork(
            representation=str(form.representation),
            context_length=form.context_length,
            segment_length=form.network.pace,
            hidden_size=form.network.units,
            covariates=names_of(form.inputs, panel.covariates),
            count=times,
        )
        for form, times in Counter(forms).items()
    )


def _backtest(panel: Panel, split: Split) -> PlannedBacktest | None:
    if not len(split.test):
        return None
    positions = cutoffs(panel, split.test)
    first, last = panel.calendar.labels([positions.min(), positions.max()])
    return PlannedBacktest(
        n_series=len(np.unique(split.test.series)),
        n_windows=split.n_windows,
        span=split.span,
        n_held_back=2 * (split.span + split.n_windows - 1),
        first_cutoff=str(first),
        last_cutoff=str(last),
    )
