"""Model, panel -> Forecast: point forecasts and intervals, in NumPy alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forecast_cli.committee import Committee, Said
from forecast_cli.config import PredictionConfig
from forecast_cli.effects import Effects
from forecast_cli.forecast import Forecast
from forecast_cli.inputs import Surroundings
from forecast_cli.intervals import bounds_at, extend, not_below, with_disagreement
from forecast_cli.model import Model
from forecast_cli.panel import Panel
from forecast_cli.scales import mean_size, positive_scales
from forecast_cli.splits import Origins, minimum_context, origins_at_end
from forecast_cli.windows import cutoffs, look_around, raw_histories, without_gaps

Array = NDArray[np.float64]


def forecast_from(
    model: Model, panel: Panel, origins: Origins, *, horizon: int, levels: Sequence[int]
) -> Forecast:
    """Forecast `horizon` steps from each origin, with intervals at the levels (per cent).

    Beyond the horizon of the model the forecast goes on in blocks, each resting on the one before.
    A series whose seen values are never negative gets no bound that is, as long as its forecast is
    not.
    """
    views = (_make_view(model.effects, panel, part, horizon) for part in origins.blocks())
    blocks = [_forecast_view(model, view, horizon, levels) for view in views]
    mean, *sides = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return Forecast(
        columns=panel.columns,
        calendar=panel.calendar,
        ids=panel.ids[origins.series],
        cutoffs=cutoffs(panel, origins),
        mean=mean,
        bounds=dict(zip(levels, zip(sides[::2], sides[1::2], strict=True), strict=True)),
    )


def forecast_wanted(model: Model, panel: Panel, wanted: PredictionConfig) -> Forecast:
    """The forecast that is wanted, from the end of each series."""
    return forecast_from(
        model,
        panel,
        origins_at_end(panel),
        horizon=model.horizon_of(wanted),
        levels=model.levels_of(wanted),
    )


def forecast_contexts(
    model: Model, context: Array, around: Surroundings | None
) -> tuple[Array, ...]:
    """The forecast [B, H] from contexts [B, L] as data have them, and bounds for each level.

    Horizon, levels, and what is done about outliers and gaps are those of the model. Of each level
    there are a lower and an upper bound [B, H].
    """
    view = _view_of(model.effects, context, around, model.panel)
    return _forecast_view(model, view, model.committee.horizon, model.training.levels)


class Forecaster(Protocol):
    """A committee, and the effects that the values it forecasts are without."""

    @property
    def committee(self) -> Committee:
        """What forecasts."""

    @property
    def effects(self) -> Effects | None:
        """What is taken out before and put back after."""


def mean_from(forecaster: Forecaster, panel: Panel, origins: Origins, *, horizon: int) -> Array:
    """The point forecast [W, H] from each origin, as `forecast_from` makes it."""
    committee = forecaster.committee
    views = (_make_view(forecaster.effects, panel, part, horizon) for part in origins.blocks())
    said = ((view, _continue(committee, view, horizon).forecast) for view in views)
    return np.concatenate([view.restored(forecast) for view, forecast in said])


def mean_given(
    forecaster: Forecaster, context: Array, around: Surroundings | None, panel: Panel
) -> Array:
    """The point forecast [W, H] of a committee from contexts [W, L] as data have them.

    Outliers and gaps in them are treated as those of the panel are.
    """
    view = _view_of(forecaster.effects, context, around, panel)
    committee = forecaster.committee
    return view.restored(_continue(committee, view, committee.horizon).forecast)


def contexts_seen(
    model: Model, panel: Panel, origins: Origins
) -> tuple[Array, Surroundings | None]:
    """What a committee is given at each origin: contexts [W, L] and the covariates around.

    The contexts are without outliers and without the effects of what is known ahead.
    """
    view = _make_view(model.effects, panel, origins, model.committee.horizon)
    return view.context, view.around


@dataclass(frozen=True, kw_only=True)
class _View:
    """What B forecasts rest on: contexts [B, L] without effects and outliers, and covariates.

    The effects are `coefficients` [B, C] in units of `sizes` [B, 1]. No bound lies below the
    `floor` [B, 1] but where the forecast does.
    """

    floor: Array
    context: Array
    around: Surroundings | None
    effects: Effects | None
    coefficients: Array
    sizes: Array

    def restored(self, values: Array) -> Array:
        """Values [B, H] behind the cutoffs with the effects put back."""
        if self.effects is None or self.around is None:
            return values
        return self.effects.restore(values, self.around.after, self.coefficients, self.sizes)


def _make_view(effects: Effects | None, panel: Panel, origins: Origins, horizon: int) -> _View:
    """What forecasts of so many steps from these origins rest on."""
    context = raw_histories(panel, origins)
    around = look_around(panel, origins, context.shape[1], horizon)
    return _view_of(effects, context, around, panel)


def _view_of(
    effects: Effects | None, context: Array, around: Surroundings | None, panel: Panel
) -> _View:
    rule, floor = panel.outlier_rule, np.where(np.nanmin(context, axis=1) >= 0, 0.0, -np.inf)
    if effects is None or around is None:
        return _View(
            floor=floor[:, None],
            context=without_gaps(panel, context if rule is None else rule.clip(context)),
            around=around,
            effects=None,
            coefficients=np.empty((len(context), 0)),
            sizes=np.empty((len(context), 0)),
        )
    context = effects.calm(context, around.before, rule)
    coefficients, sizes = effects.coefficients(context, around.before), effects.sizes(context)
    return _View(
        floor=floor[:, None],
        context=without_gaps(panel, effects.remove(context, around.before, coefficients, sizes)),
        around=around,
        effects=effects,
        coefficients=coefficients,
        sizes=sizes,
    )


def _forecast_view(
    model: Model, view: _View, horizon: int, levels: Sequence[int]
) -> tuple[Array, ...]:
    widths = extend(model.widths, horizon)
    said = _continue(model.committee, view, horizon)
    mean = said.forecast
    scale = _scales(model, view.context, said.disagreement)[:, None]
    bounds = [
        view.restored(bound) for level in levels for bound in bounds_at(mean, widths, level, scale)
    ]
    mean = view.restored(mean)
    return mean, *(not_below(view.floor, mean, bound) for bound in bounds)


def _scales(model: Model, context: Array, disagreement: Array) -> Array:
    """The unit of each row's residuals [B], whose parts disagree by so much [B].

    One or two values do not show how a series changes: it borrows what is typical, relative to
    their level, of the series that the model was trained on.
    """
    scales = positive_scales(context, model.committee.season_length)
    short = np.flatnonzero(np.isfinite(context).sum(axis=1) < minimum_context(1))
    if len(short):
        borrowed = model.typical_share * mean_size(context[short])
        scales[short] = np.maximum(scales[short], borrowed)
    return with_disagreement(scales, disagreement, model.usual_disagreement)


def _continue(committee: Committee, view: _View, horizon: int) -> Said:
    """What the committee says of so many steps; its parts disagree as they do of the first ones."""
    context = view.context
    known = context.shape[1]
    # Decided once: its own forecast does not make a short series long enough for a network.
    voiced = committee.rows_for_networks(context)
    blocks: list[Said] = []
    while context.shape[1] < known + horizon:
        around = view.around
        if around is not None:
            around = around.moved(context.shape[1] - known, committee.horizon)
        blocks.append(committee.say(context, around, voiced))
        context = np.concatenate((context, blocks[-1].forecast), axis=1)
    return replace(blocks[0], forecast=context[:, known : known + horizon])
