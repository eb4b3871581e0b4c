"""Model, panel -> windows of its past, from which forecasts can be made with something changed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.covariates import Covariate
from forecast_cli.inference import Forecaster, mean_given
from forecast_cli.inputs import Surroundings
from forecast_cli.model import Model
from forecast_cli.panel import Panel
from forecast_cli.scales import positive_scales
from forecast_cli.splits import Origins, minimum_context, origins_at_end, origins_before
from forecast_cli.windows import cutoffs, futures, look_around, raw_histories

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Windows:
    """W windows of the past: all that a model sees of them, and what came.

    `values` [W, L] are as the `panel` has them, NaN on the left of a short window. `around` holds
    the covariates, which `columns` names. `actual` [W, H] is what came, NaN where that is unknown,
    `scale` [W] the unit of changes and errors. `origins` are those in the panel, `cutoffs` [W]
    their calendar positions.
    """

    values: Array
    around: Surroundings | None
    columns: tuple[Covariate, ...]
    panel: Panel
    origins: Origins
    cutoffs: NDArray[np.int64]
    actual: Array
    scale: Array

    def __len__(self) -> int:
        return len(self.scale)

    def forecast(self, forecaster: Forecaster, values: Array, around: Surroundings | None) -> Array:
        """The forecast [W, H] from other values [W, L] or covariates."""
        return mean_given(forecaster, values, around, self.panel)


def past_windows(model: Model, panel: Panel, most: int) -> Windows:
    """At most so many windows of a panel, the latest with a known future.

    Where none has one, the windows that end with the data.
    """
    return take_windows(model, panel, _origins(model, panel, most))


def take_windows(model: Model, panel: Panel, origins: Origins) -> Windows:
    """The windows of a panel that end at the origins."""
    horizon = model.committee.horizon
    values = raw_histories(panel, origins)
    return Windows(
        values=values,
        around=look_around(panel, origins, values.shape[1], horizon),
        columns=() if panel.covariates is None else panel.covariates.columns,
        panel=panel,
        origins=origins,
        cutoffs=cutoffs(panel, origins),
        actual=futures(panel, origins, horizon),
        scale=positive_scales(values, model.committee.season_length),
    )


def _origins(model: Model, panel: Panel, most: int) -> Origins:
    """Origins with a whole horizon behind them, one step apart; a part of the series if many."""
    committee = model.committee
    affordable = max(1, most // panel.n_series)
    longest = int(panel.lengths.max())
    # The first half of a series shows little of a model that has seen twice as much.
    reach = min(affordable, max(1, longest // 2 - committee.horizon))
    back = committee.horizon + np.arange(reach - 1, -1, -1)
    least = minimum_context(committee.season_length)
    found = origins_before(panel.offsets[1:], panel.offsets[:-1] + least, back)
    return (found if len(found) else origins_at_end(panel)).thinned(most)
