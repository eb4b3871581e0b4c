"""What `forecast inspect` found out of a file, as plain records."""

from dataclasses import dataclass

from forecast_cli.findings import DataSummary


@dataclass(frozen=True, kw_only=True)
class ColumnGuess:
    """A column of the file and the role it was given: id, time, target, a covariate or unused."""

    name: str
    role: str
    kind: str
    example: str


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Steps of a series without a value, from `first` to `last`."""

    series: str
    first: str
    last: str
    n_steps: int


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """All steps without a value between the first and the last value of a series."""

    n_steps: int
    n_gaps: int
    n_series: int
    longest: Gap | None


@dataclass(frozen=True, kw_only=True)
class Values:
    """What the known values are, in the user's units."""

    minimum: float
    median: float
    maximum: float
    n_zero: int
    n_negative: int
    n_constant_series: int


@dataclass(frozen=True, kw_only=True)
class Season:
    """A season that the calendar suggests, and the share of series that show it (0 to 1).

    The share is None where no series holds three such seasons.
    """

    length: int
    strength: float | None


@dataclass(frozen=True, kw_only=True)
class Outlier:
    """A value that stands alone, with its place in the file and the edge of what is usual there."""

    series: str
    time: str
    place: str
    value: float
    usual: float


@dataclass(frozen=True, kw_only=True)
class Outliers:
    """How many outliers there are, in how many series, and the first of them in the file's order.

    `treatment` is that of --outliers: clip, keep or error.
    """

    n: int
    n_series: int
    treatment: str
    first: tuple[Outlier, ...]


@dataclass(frozen=True, kw_only=True)
class CovariateFinding:
    """A column beside the target.

    `categories` is None for numbers. `n_missing` counts the steps up to the last value of a series
    on which it is not known (the series, for a constant one). `fewest_ahead` and `most_ahead` say
    how many steps after the last value of a series it is known, without a break; None where that
    is not asked of it, or where it is always known. `n_lacking` series lack some of the horizon.
    """

    name: str
    role: str
    categories: tuple[str, ...] | None
    n_missing: int
    fewest_ahead: int | None
    most_ahead: int | None
    n_lacking: int


@dataclass(frozen=True, kw_only=True)
class SeriesFinding:
    """One series; its figures are those of the known values."""

    name: str
    first_time: str
    last_time: str
    n_steps: int
    n_missing: int
    minimum: float
    mean: float
    maximum: float


@dataclass(frozen=True, kw_only=True)
class PlannedNetwork:
    """A way to see a window that `count` networks would be trained in."""

    representation: str
    context_length: int
    segment_length: int
    hidden_size: int
    covariates: tuple[str, ...]
    count: int


@dataclass(frozen=True, kw_only=True)
class PlannedBacktest:
    """How forecasts would be scored: `n_windows` cutoffs at most for each of `n_series`.

    The cutoffs lie between `first_cutoff` and `last_cutoff`, and `n_held_back` steps at the end of
    each series, one half to validate and one to score, are kept from the first training.
    """

    n_series: int
    n_windows: int
    span: int
    n_held_back: int
    first_cutoff: str
    last_cutoff: str


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """What `train` would do.

    Without `networks` the data are too short for any, and the simple forecasts not clearly worse
    than `simple`, the best, are the model. With them the `n_short_series` that no network can
    forecast get the simple forecasts alone.
    """

    networks: tuple[PlannedNetwork, ...]
    epochs: int
    n_windows: int
    simple: str
    n_short_series: int
    backtest: PlannedBacktest | None


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """A file as a panel, and what `train` would do with it, as `command` says in full.

    `n_repeated_rows` were left out; they say what another row says. `series` are all of them.
    `training` is None where a problem stands in its way.
    """

    data: DataSummary
    n_repeated_rows: int
    values: Values
    gaps: Gaps
    outliers: Outliers
    seasons: tuple[Season, ...]
    season_length: int
    season_strength: float | None
    covariates: tuple[CovariateFinding, ...]
    series: tuple[SeriesFinding, ...]
    horizon: int
    context_length: int
    long_context_length: int
    n_windows: int
    training: TrainingPlan | None
    command: str


@dataclass(frozen=True, kw_only=True)
class FrequencyGroup:
    """A frequency, as `--freq` takes it, of some series of a file."""

    freq: str
    n_series: int
    series: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class InspectReport:
    """The outcome of `forecast inspect`.

    `ties` lists equally good columns by role, and `problems` say what else stands in the way of
    `train`; with a tie nothing more is understood. `frequencies` are told where there are several.
    """

    columns: tuple[ColumnGuess, ...]
    ties: dict[str, tuple[str, ...]]
    problems: tuple[str, ...]
    frequencies: tuple[FrequencyGroup, ...]
    notices: tuple[str, ...]
    understood: Understanding | None
