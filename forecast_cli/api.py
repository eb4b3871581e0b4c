"""DataFrames in, DataFrames out: the commands `train`, `predict` and `evaluate` as functions.

Keywords are the options of the command line with underscores: `--season-length 12` is
`season_length=12`. Messages name an option as the command line has it.
"""

import logging
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Unpack

from forecast_cli import workflows
from forecast_cli.checkpoint import dump_model, load_model, read_checkpoint
from forecast_cli.column_types import ColumnTypes, typed_frame, types_in
from forecast_cli.config import EvaluationConfig, PredictionConfig, Settings
from forecast_cli.filesystem import check_writable, write_atomically
from forecast_cli.findings import EvaluateReport, TrainReport
from forecast_cli.keywords import (
    EvaluateOptions,
    PredictOptions,
    TrainOptions,
    build,
    check_keywords,
)
from forecast_cli.model import Model
from forecast_cli.notices import Notice, Tell
from forecast_cli.progress import Progress, ProgressEvent
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.frames import FrameSource

if TYPE_CHECKING:
    import pandas as pd

    Data = pd.DataFrame | pd.Series[Any] | str | os.PathLike[str]

_LOGGER = logging.getLogger("forecast_cli")
_UNNAMED_SERIES = "y"


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainedModel:
    """A model that can forecast; `report` says how it was trained, None for one from a file."""

    model: Model
    report: TrainReport | None = None
    types: ColumnTypes = field(default_factory=ColumnTypes)

    @property
    def horizon(self) -> int:
        """The steps H that it was trained to forecast."""
        return self.model.committee.horizon

    @property
    def levels(self) -> tuple[int, ...]:
        """The levels of its prediction intervals, in per cent."""
        return self.model.training.levels

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a checkpoint: the file that `forecast train` writes, and `load` reads.

        Raises:
            OutputError: The file cannot be written.
        """
        check_writable(os.fspath(path))
        write_atomically(os.fspath(path), dump_model(self.model))

    def __repr__(self) -> str:
        """What it forecasts, in a line."""
        data = self.model.training.data
        return (
            f"<TrainedModel of {self.model.committee.name}: {data.target} of {data.n_series} "
            f"series, {data.freq}, {self.horizon} steps ahead>"
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """A scored forecast: one row a known value, and the errors that follow from them."""

    frame: "pd.DataFrame"
    report: EvaluateReport


def train(
    data: "Data",
    *,
    tell: Tell | None = None,
    progress: Progress | None = None,
    **options: Unpack[TrainOptions],
) -> TrainedModel:
    """Train on a DataFrame, a Series, or what the command line reads: a file, folder or pattern.

    A frame is long (a row for each series and time), wide (a column for each series) or has a row
    for each series, as files have. An index that has a name or holds times is a column. What is not
    given is guessed. Notices go to `tell`, by default to the logger `forecast_cli`.

    Raises:
        TypeError: A keyword is not known.
        UserError: The data or an option is not accepted, as on the command line.

    >>> import pandas as pd
    >>> months = pd.date_range("2022-01-01", periods=24, freq="MS")
    >>> sales = pd.DataFrame({"month": months, "sales": [n % 12 + n / 10 for n in range(24)]})
    >>> quiet = {"tell": lambda notice: None}
    >>> model = train(sales, target="sales", horizon=3, effort="fast", epochs=1, **quiet)
    >>> model.horizon, model.levels
    (3, (80, 95))
    """
    check_keywords(options, Settings)
    source = _source(data, "DataFrame")
    checkpoint, report = workflows.train(
        source,
        workflows.STANDARD_STREAM,
        settings=build(Settings, options),
        tell=tell or log_notice,
        progress=progress or _pass,
    )
    model, _ = load_model(checkpoint, workflows.IN_MEMORY)
    return TrainedModel(
        model=model,
        report=replace(report, checkpoint=workflows.IN_MEMORY),
        types=types_in(source, model.panel.columns),
    )


def predict(
    model: "TrainedModel | str | os.PathLike[str]",
    data: "Data | None" = None,
    *,
    future_data: "Data | None" = None,
    tell: Tell | None = None,
    **options: Unpack[PredictOptions],
) -> "pd.DataFrame":
    """The next H steps of the training data, or of `data`, from a model or a checkpoint's path.

    Covariates known ahead stand in rows of `data` behind the last target value, or in
    `future_data`, which has the times and those columns.

    Returns:
        One row for each series and step, sorted: the ids, the time, `forecast`, `forecast-lo-80`,
        `forecast-hi-80` and so on, in the user's units. Ids and times have the types of `data`,
        else those of the training data; see `column_types` for those of files.

    Raises:
        TypeError: A keyword is not known.
        UserError: The data do not fit the model, or an option is not accepted.

    >>> import pandas as pd
    >>> days = pd.date_range("2024-01-01", periods=24, tz="Asia/Tokyo")
    >>> visits = pd.Series(range(24), index=days, name="visits", dtype=float)
    >>> quiet = {"tell": lambda notice: None}
    >>> model = train(visits, horizon=2, effort="fast", epochs=1, **quiet)
    >>> ahead = predict(model, levels=80, **quiet)
    >>> list(ahead.columns)
    ['time', 'forecast', 'forecast-lo-80', 'forecast-hi-80']
    >>> [str(time) for time in ahead["time"]]
    ['2024-01-25 00:00:00+09:00', '2024-01-26 00:00:00+09:00']
    """
    check_keywords(options, ReadConfig, PredictionConfig)
    trained = _trained(model)
    source = None if data is None else _source(data, "DataFrame")
    ahead = None if future_data is None else _source(future_data, "future_data")
    forecast, _ = workflows.predict(
        source,
        trained.model,
        read=build(ReadConfig, options),
        wanted=build(PredictionConfig, {**options, "future_data": ahead}),
        tell=tell or log_notice,
    )
    types = trained.types if source is None else types_in(source, forecast.columns)
    return typed_frame(forecast, types)


def evaluate(
    model: "TrainedModel | str | os.PathLike[str]",
    data: "Data",
    *,
    tell: Tell | None = None,
    **options: Unpack[EvaluateOptions],
) -> Evaluation:
    """Score a model, or a checkpoint by its path, on known values, beside simple forecasts.

    Without `holdout` that is what came after the training data, or one horizon.

    Raises:
        TypeError: A keyword is not known.
        UserError: The data do not fit the model, or an option is not accepted.

    >>> import pandas as pd
    >>> series = pd.Series([n % 4 + n / 8 for n in range(24)])
    >>> quiet = {"tell": lambda notice: None}
    >>> model = train(series[:20], horizon=2, effort="fast", epochs=1, **quiet)
    >>> scored = evaluate(model, series, **quiet)
    >>> scored.report.backtest.n_points, scored.frame["cutoff"].tolist()
    (4, [20, 20, 22, 22])
    """
    check_keywords(options, ReadConfig, EvaluationConfig)
    source = _source(data, "DataFrame")
    forecast, report = workflows.evaluate(
        source,
        model.model if isinstance(model, TrainedModel) else os.fspath(model),
        read=build(ReadConfig, options),
        scoring=build(EvaluationConfig, options),
        tell=tell or log_notice,
    )
    return Evaluation(
        frame=typed_frame(forecast, types_in(source, forecast.columns)), report=report
    )


def load(path: str | os.PathLike[str]) -> TrainedModel:
    """The model in a checkpoint, which this function or `forecast train` wrote.

    Raises:
        CheckpointError: The file is missing, damaged, foreign or of another version.
    """
    return TrainedModel(model=read_checkpoint(os.fspath(path))[0])


def _trained(model: "TrainedModel | str | os.PathLike[str]") -> TrainedModel:
    return model if isinstance(model, TrainedModel) else load(model)


def _source(data: "Data", name: str) -> str:
    """A source as the workflows take it; a frame is called by this name in messages."""
    import pandas as pd

    if isinstance(data, pd.Series):
        data = data.to_frame(_UNNAMED_SERIES if data.name is None else data.name)
    if isinstance(data, pd.DataFrame):
        return FrameSource(name, data)
    if isinstance(data, str | os.PathLike):
        return os.fspath(data)
    raise TypeError(
        f"{name} is a {type(data).__name__}; accepted: a DataFrame, a Series or the path of a file "
        "(RecurrentForecaster takes arrays)"
    )


def log_notice(notice: Notice) -> None:
    """Notices that something may suffer from are warnings, others information."""
    _LOGGER.log(logging.WARNING if notice.kind == "warning" else logging.INFO, notice.text)


def _pass(event: ProgressEvent) -> None:
    """Progress that nobody looks at."""
