"""What `forecast explain` found out, as plain records."""

from dataclasses import dataclass

from forecast_cli.findings import DataSummary


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A mean over windows, its standard error, and the quartiles of the windows."""

    mean: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class LagImportance:
    """What the values `first` to `last` steps before the first step forecast are worth.

    `next_step` and `all_steps` are how far the forecast moves without them, at its first step and
    in the mean of all, `growth` by how much its error grows; in seasonal errors. Of the windows
    `n_windows` have such values. None is what no window can tell: `growth` needs a known future.
    """

    first: int
    last: int
    n_windows: int
    next_step: Spread | None
    all_steps: Spread | None
    growth: Spread | None


@dataclass(frozen=True, kw_only=True)
class CovariateImportance:
    """What a column beside the target is worth: all steps as in LagImportance.

    `change` is None where all windows have the same values, so that nothing can be exchanged.
    """

    name: str
    role: str
    change: Spread | None
    growth: Spread | None


@dataclass(frozen=True, kw_only=True)
class EffectSize:
    """By what share the target changes with a category, or with one unit more of a column."""

    name: str
    category: str | None
    share: float


@dataclass(frozen=True, kw_only=True)
class GateActivity:
    """What the gates of one recurrent layer do over the context, in the mean of windows and units.

    `openness` says for each recurrent step, the oldest first, how much of the memory is written
    anew: the input gate of an LSTM, one less the update gate of a GRU, and for a plain cell, which
    has no gate, how far the state moves. A recurrent step takes `pace` steps of the data.
    `half_life` holds quartiles over the units: the data steps until half of what a unit keeps is
    forgotten; None where nothing is ever kept. `keep` is the mean of the gate that keeps, and
    `others` that of gates beside these two.
    """

    member: int
    layer: int
    cell: str
    pace: int
    weight: float
    signal: str
    openness: tuple[float, ...]
    keep: float | None
    half_life: tuple[float, float, float] | None
    others: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class AttentionActivity:
    """What a network with attention looks at: a weight for each recurrent step, the oldest first.

    The weights sum to one; a recurrent step takes `pace` steps of the data.
    """

    member: int
    pace: int
    weight: float
    weights: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class StepShares:
    """One number of a forecast as a sum, in the units of the target.

    ``forecast = last_value + simple + networks + effects``: the last value, what trend and season
    of the simple forecasts and the analogues add, what the networks add to these, and what is known
    ahead.
    """

    time: str
    forecast: float
    last_value: float
    simple: float
    networks: float
    effects: float


@dataclass(frozen=True, kw_only=True)
class SeriesShares:
    """The shares of the forecast of one series."""

    series: str
    steps: tuple[StepShares, ...]


@dataclass(frozen=True, kw_only=True)
class ExplainReport:
    """The outcome of `forecast explain`.

    Importance is measured on `n_windows` windows of `n_series` series, of which `n_in_sample` were
    seen in training. `leading_lag` is the lag, counted from each step forecast, on which half of
    the steps or more rest most, None without such a lag, and `n_leading` how many of them do.
    """

    checkpoint: str
    data: DataSummary
    model: str
    horizon: int
    season_length: int
    n_series: int
    n_windows: int
    n_in_sample: int
    leading_lag: int | None
    n_leading: int
    lags: tuple[LagImportance, ...]
    covariates: tuple[CovariateImportance, ...]
    effects: tuple[EffectSize, ...]
    gates: tuple[GateActivity, ...]
    attention: tuple[AttentionActivity, ...]
    network_weight: float
    analogues_weight: float
    simple_weights: dict[str, float]
    shares: tuple[SeriesShares, ...]
