"""Model, panel -> Forecast: point forecasts and intervals, in NumPy alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.forecast import Forecast
from forecast_cli.intervals import bounds_at, extend
from forecast_cli.model import Model
from forecast_cli.panel import Panel
from forecast_cli.scales import mean_size, positive_scales
from forecast_cli.splits import Origins, minimum_context
from forecast_cli.windows import histories

Array = NDArray[np.float64]

_BLOCK = 1024
"""Origins forecast at a time, which bounds the memory of large panels."""


def forecast_from(
    model: Model, panel: Panel, origins: Origins, *, horizon: int, levels: Sequence[int]
) -> Forecast:
    """Forecast `horizon` steps from each origin, with intervals at the levels (per cent).

    Beyond the horizon of the model the forecast goes on in blocks, each resting on the one before.
    A series whose seen values are never negative gets no bound that is, as long as its forecast is
    not.
    """
    blocks = []
    for start in range(0, len(origins), _BLOCK):
        part = origins.rows(slice(start, start + _BLOCK))
        context = histories(panel, part)
        mean = _continue(model, context, horizon)
        floor = np.where(np.nanmin(context, axis=1) >= 0, 0.0, -np.inf)[:, None]
        scale = _scales(model, context)[:, None]
        blocks.append((mean, floor, scale))
    mean, floor, scale = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    widths = extend(model.widths, horizon)
    return Forecast(
        columns=panel.columns,
        calendar=panel.calendar,
        ids=panel.ids[origins.series],
        cutoffs=panel.starts[origins.series] + origins.stops - panel.offsets[origins.series] - 1,
        mean=mean,
        bounds={level: bounds_at(mean, widths, level, scale, floor) for level in levels},
    )


def _scales(model: Model, context: Array) -> Array:
    """The unit of each row's residuals [B].

    One or two values do not show how a series changes: it borrows what is typical, relative to
    their level, of the series that the model was trained on.
    """
    scales = positive_scales(context, model.committee.season_length)
    short = np.flatnonzero(np.isfinite(context).sum(axis=1) < minimum_context(1))
    if len(short):
        borrowed = model.typical_share * mean_size(context[short])
        scales[short] = np.maximum(scales[short], borrowed)
    return scales


def _continue(model: Model, context: Array, horizon: int) -> Array:
    committee, known = model.committee, context.shape[1]
    # Decided once: its own forecast does not make a short series long enough for a network.
    voiced = committee.rows_for_networks(context)
    while context.shape[1] < known + horizon:
        context = np.concatenate((context, committee.forecast(context, voiced)), axis=1)
    return context[:, known : known + horizon]
