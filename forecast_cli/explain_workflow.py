"""Options -> what a forecast rests on: lags, covariates, gates and shares."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.adjustment import effect_sizes
from forecast_cli.checkpoint import read_checkpoint
from forecast_cli.config import PredictionConfig
from forecast_cli.continuation import find_data
from forecast_cli.explain_config import ExplainConfig
from forecast_cli.explanation_findings import (
    CovariateImportance,
    ExplainReport,
    LagImportance,
    SeriesShares,
    Spread,
    StepShares,
)
from forecast_cli.gates import attention_activity, gate_activity
from forecast_cli.inference import contexts_seen
from forecast_cli.inspection import summarise
from forecast_cli.model import Model
from forecast_cli.notices import Notice, Tell
from forecast_cli.occlusion import (
    Impact,
    Lags,
    exchange_covariates,
    occlude_lags,
)
from forecast_cli.panel import Panel
from forecast_cli.past_windows import past_windows, take_windows
from forecast_cli.read_config import ReadConfig
from forecast_cli.shares import split_forecast
from forecast_cli.showcase import Wish, choose_series, known_origins
from forecast_cli.splits import Origins, origins_at_end

Array = NDArray[np.float64]


def explain(
    source: str | None,
    model_source: str,
    *,
    read: ReadConfig,
    config: ExplainConfig,
    tell: Tell,
) -> ExplainReport:
    """Say what the forecast of the training data, or of `source`, rests on."""
    model, _ = read_checkpoint(model_source)
    wanted = PredictionConfig(future_data=config.future_data)
    found = find_data(source, model, read, wanted, tell)
    panel, committee = found.panel, model.committee
    windows = past_windows(model, panel, config.windows)
    in_sample = windows.cutoffs < found.trained_until[windows.origins.series]
    lags = occlude_lags(model, windows)
    seen = contexts_seen(model, panel, windows.origins)
    leading, n_leading = _leading_lag(lags)
    shown = choose_series(model, panel, Wish(series=config.series), tell)
    return ExplainReport(
        checkpoint=model_source,
        data=summarise(panel),
        model=committee.name,
        horizon=committee.horizon,
        season_length=committee.season_length,
        n_series=len(np.unique(windows.origins.series)),
        n_windows=len(windows),
        n_in_sample=int(in_sample.sum()),
        leading_lag=leading,
        n_leading=n_leading,
        lags=tuple(_lag_importance(key, impact) for key, impact in lags.items()),
        covariates=_covariates(panel, exchange_covariates(model, windows)),
        effects=() if model.effects is None else tuple(effect_sizes(panel, model.effects)),
        gates=tuple(gate_activity(committee, *seen)),
        attention=tuple(attention_activity(committee, *seen)),
        network_weight=float(sum(member.weight for member in committee.members)),
        analogues_weight=0.0 if committee.analogues is None else committee.analogues.weight,
        simple_weights=dict(committee.simple_weights),
        shares=_shares(model, panel, shown, tell),
    )


def _leading_lag(impacts: Mapping[Lags, Impact]) -> tuple[int | None, int]:
    """The lag, counted from each step forecast, on which half of the steps or more rest most.

    With how many do; None where there is no such lag.
    """
    # Windows without such values say nothing; a lag that no window has is worth nothing.
    moved = np.stack([_mean_by_step(impact.change) for impact in impacts.values()])
    first, last = np.array(list(impacts)).T
    best = moved.argmax(axis=0)
    steps = np.arange(moved.shape[1])
    counts = Counter((first[best] + steps)[(first[best] == last[best]) & (moved.max(axis=0) > 0)])
    if not counts:
        return None, 0
    lag = min(counts, key=lambda found: (-counts[found], found))
    return (int(lag), counts[lag]) if 2 * counts[lag] >= len(steps) else (None, 0)


def _mean_by_step(change: Array) -> Array:
    known = np.isfinite(change)
    return np.asarray(np.where(known, change, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def _lag_importance(lags: Lags, impact: Impact) -> LagImportance:
    moved = np.isfinite(impact.change[:, 0])
    return LagImportance(
        first=lags[0],
        last=lags[1],
        n_windows=int(moved.sum()),
        next_step=_spread(impact.change[:, 0]),
        all_steps=_spread(impact.change.mean(axis=1)),
        growth=_spread(impact.growth),
    )


def _covariates(panel: Panel, impacts: Sequence[Impact | None]) -> tuple[CovariateImportance, ...]:
    """The covariates, those that matter most first."""
    if panel.covariates is None:
        return ()
    found = [
        CovariateImportance(
            name=column.name,
            role=column.role,
            change=None if impact is None else _spread(impact.change.mean(axis=1)),
            growth=None if impact is None else _spread(impact.growth),
        )
        for column, impact in zip(panel.covariates.columns, impacts, strict=True)
    ]
    return tuple(sorted(found, key=lambda entry: -entry.change.mean if entry.change else 0.0))


def _spread(values: Array) -> Spread | None:
    """Mean, its standard error, and quartiles of values [W], of which NaN is left out."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    low, high = np.quantile(known, (0.25, 0.75)).tolist()
    error = float(known.std(ddof=1) / np.sqrt(len(known))) if len(known) > 1 else 0.0
    return Spread(mean=float(known.mean()), error=error, low=low, high=high)


def _shares(
    model: Model, panel: Panel, shown: NDArray[np.int64], tell: Tell
) -> tuple[SeriesShares, ...]:
    origins = _latest_origins(model, panel, tell)
    windows = take_windows(model, panel, origins.rows(np.isin(origins.series, shown)))
    if not len(windows):
        return ()
    found = split_forecast(model, windows)
    steps = np.arange(1, model.committee.horizon + 1)
    return tuple(
        SeriesShares(
            series=", ".join(panel.ids[series]),
            steps=tuple(
                StepShares(
                    time=str(time),
                    **{name: float(values[row, step]) for name, values in vars(found).items()},
                )
                for step, time in enumerate(panel.calendar.labels(windows.cutoffs[row] + steps))
            ),
        )
        for row, series in enumerate(windows.origins.series.tolist())
    )


def _latest_origins(model: Model, panel: Panel, tell: Tell) -> Origins:
    """The ends of the series; earlier ones where it is not known what has to be known ahead."""
    horizon = model.committee.horizon
    known = panel.covariates
    if known is None or not model.uses_covariates or not known.missing_ahead(panel.ends, horizon):
        return origins_at_end(panel)
    words = (
        "what has to be known ahead is not known behind the data (--future-data): the shares are "
        "those of the forecast of the last known steps"
    )
    tell(Notice("guess", words))
    return known_origins(model, panel, np.array([horizon]))
