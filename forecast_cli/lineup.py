"""Panel, split -> the networks to try: how each sees a window, and how long each is trained."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.candidates import candidate_forms, choose_epochs
from forecast_cli.cleaning import without_outliers
from forecast_cli.committee import Form
from forecast_cli.config import HISTORY_LENGTH, Settings
from forecast_cli.defaults import WindowPlan
from forecast_cli.inputs import Input, make_inputs
from forecast_cli.panel import Panel
from forecast_cli.splits import Split, origins_at, seen_values
from forecast_cli.windows import count_windows, look_around


@dataclass(frozen=True, kw_only=True)
class Lineup:
    """The forms of the networks, one each, and the epochs that every one is trained for."""

    forms: tuple[Form, ...]
    epochs: int


def line_up(
    panel: Panel, plan: WindowPlan, settings: Settings, *, split: Split, base: str
) -> Lineup:
    """What to train on a panel without the effects of what is known ahead.

    `base` is the best naive continuation of the data. Nothing rests on the test part.
    """
    usual = without_outliers(panel, split.validation_limits)
    values, _ = seen_values(usual, split.validation_limits)
    forms = candidate_forms(
        plan,
        settings,
        base=base,
        positive=bool(np.nanmin(values) > 0),
        inputs=_inputs(panel, split.fit_limits),
    )
    n_windows = count_windows(panel, plan.season_length)
    return Lineup(forms=tuple(forms), epochs=choose_epochs(n_windows, settings.optimisation))


def _inputs(panel: Panel, limits: NDArray[np.int64]) -> tuple[Input, ...]:
    """What networks can be fed beside the values, in the units of what lies before the limits."""
    around = look_around(panel, origins_at(limits), HISTORY_LENGTH, 0)
    if panel.covariates is None or around is None:
        return ()
    return make_inputs(panel.covariates.columns, around)
