"""Arrays in, arrays out: a forecaster that follows the conventions of scikit-learn."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import (
    check_array,
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

from forecast_cli.api import log_notice, train
from forecast_cli.config import Cell, Effort, NetworkConfig, PredictionConfig, TrainConfig
from forecast_cli.forecast import Forecast
from forecast_cli.metrics import mae, seasonal_error
from forecast_cli.read_config import OutlierConfig, OutlierMode, ReadConfig
from forecast_cli.reading.frames import FrameSource
from forecast_cli.rows import Placed, as_frame, is_one_array, positions_of, times_of
from forecast_cli.workflows import predict

if TYPE_CHECKING:
    import pandas as pd

    from forecast_cli.rows import Rows

_FEWEST_ROWS = 2


class RecurrentForecaster(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Forecasts what comes after the rows that it was fitted on, with small recurrent networks.

    A row is a step of time. `fit(X)` takes series X [T] or [T, K]; `fit(X, y)` takes series y [T]
    or [T, K] and covariates X [T, F] that are known ahead, such as planned prices. NaN is a missing
    value. Frames and Series whose index holds times lie on the calendar of that index; the rows of
    all others are taken to follow each other.

    `predict(X)` forecasts as many rows as X has, which come after the last row of `fit`: the test
    part of a `TimeSeriesSplit`. Only covariates are looked at.

    Args:
        horizon: Steps H that are forecast in one go; None: chosen from the data.
        season_length: Steps in a season; None: found in the data.
        context_length: Steps that the networks see; None: chosen from the data.
        cell: gru, lstm, rnn or lstm-gru.
        layers: Recurrent layers.
        hidden_size: Units in a layer.
        dropout: Share of units that is left out in training.
        effort: fast, normal or best: how many networks, and how long they are trained.
        members: Networks in the committee; None: by the effort.
        epochs: Epochs of training; None: by the effort and the data.
        learning_rate: The highest learning rate.
        outliers: clip, keep or error: what becomes of values that stand alone.
        random_state: A seed, or a generator that gives one. None is the seed 0: a fit repeats.
        options: More keywords of `forecast_cli.train`, such as `{"patience": 3}`.

    Attributes:
        model_: What was trained, as `forecast_cli.train` returns it: `predict(estimator.model_)`
            has times and intervals, `estimator.model_.save(path)` writes a checkpoint.
        n_features_in_: Columns of X.
        feature_names_in_: Their names, if X is a frame whose columns are named by text.

    >>> series = [n % 4 + n / 8 for n in range(24)]
    >>> forecaster = RecurrentForecaster(horizon=3, effort="fast", epochs=1)
    >>> forecaster.fit(series).predict().shape
    (3,)
    >>> prices = [[n % 3] for n in range(26)]
    >>> forecaster.fit(prices[:24], series).predict(prices[24:]).shape
    (2,)
    """

    def __init__(  # noqa: PLR0913 - scikit-learn reads the parameters from this signature
        self,
        *,
        horizon: int | None = None,
        season_length: int | None = None,
        context_length: int | None = None,
        cell: Cell = NetworkConfig.cell,
        layers: int = NetworkConfig.layers,
        hidden_size: int | None = NetworkConfig.hidden_size,
        dropout: float = NetworkConfig.dropout,
        effort: Effort = TrainConfig.effort,
        members: int | None = None,
        epochs: int | None = None,
        learning_rate: float = TrainConfig.learning_rate,
        outliers: OutlierMode = OutlierConfig.outliers,
        random_state: int | np.random.RandomState | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.horizon = horizon
        self.season_length = season_length
        self.context_length = context_length
        self.cell = cell
        self.layers = layers
        self.hidden_size = hidden_size
        self.dropout = dropout
        self.effort = effort
        self.members = members
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.outliers = outliers
        self.random_state = random_state
        self.options = options

    def fit(self, X: "Rows", y: "Rows | None" = None) -> Self:
        """Train on series X, or on series y with covariates X that are known ahead.

        Raises:
            ValueError: X or y are no rows of numbers, or differ in length.
            UserError: The data or a parameter is not accepted; the text says why.
        """
        given = self._checked(X, "y" if y is None else "x", reset=True)
        series = given if y is None else _checked_target(y, given)
        beside = [] if y is None else [given]
        placed = Placed.beside(*beside, series)
        self._targets = series.columns.tolist()
        self._is_one_array = is_one_array(X if y is None else y)
        self._has_covariates = y is not None
        self._time = placed.time
        self.model_ = train(
            placed.frame,
            target=self._targets,
            time=placed.time,
            future=given.columns.tolist() if beside else [],
            freq="1" if placed.counted else None,
            **self._settings(),
        )
        index = times_of(*beside, series)
        self._last = len(series) - 1
        if index is not None:
            self._last = int(positions_of(index, self.model_.model.panel.calendar).max())
        self._scales = _changes(series)
        return self

    def predict(self, X: "Rows | None" = None) -> NDArray[np.float64]:
        """The rows that come after those of `fit`: H of them, or as many as X has.

        An index of times says which rows are meant; other rows follow those of `fit` at once. A
        model with covariates needs X [R, F], their values in these rows.

        Returns:
            [R] where the series of `fit` were one array [T], [R, K] else.

        Raises:
            NotFittedError: `fit` comes first.
            ValueError: X does not have the columns of `fit`, or lies before its end.
        """
        check_is_fitted(self)
        if X is None:
            if self._has_covariates:
                raise ValueError("fitted with covariates: predict needs X, their values ahead")
            return self._forecast(self._last + 1 + np.arange(self.model_.horizon), None)
        ahead = self._checked(X, "x" if self._has_covariates else "y", reset=False)
        index = times_of(ahead)
        calendar = self.model_.model.panel.calendar
        if index is None or calendar.kind != "date":
            positions = self._last + 1 + np.arange(len(ahead))
        else:
            positions = positions_of(index, calendar)
        if positions.min() <= self._last:
            first = calendar.labels(positions.min())[0]
            raise ValueError(f"X has a row at {first}, which does not come after those of fit")
        return self._forecast(positions, ahead if self._has_covariates else None)

    def score(self, X: "Rows", y: "Rows | None" = None) -> float:
        """The error of `predict(X)` beside y, or X itself without covariates, negated.

        It is the mean absolute error over the mean absolute change from one step of the training
        values to the next, as a mean over the series: 0 is perfect, and a search takes the largest.
        Whatever `season_length` is tried, the scale is the same. Values that are NaN do not count.

        Source: Hyndman & Koehler (2006), Another look at measures of forecast accuracy.
        """
        actual = as_frame(X if y is None else y, "y").to_numpy(dtype=np.float64)
        forecast = self.predict(X).reshape(actual.shape)
        return -float(np.nanmean(mae(actual.T, forecast.T) / self._scales))

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn's tools may expect: see docs/python.md."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.required = False
        tags.target_tags.multi_output = True
        # On tables whose rows are in no order of time there is nothing to forecast.
        tags.regressor_tags.poor_score = True
        return tags

    def _checked(self, rows: "Rows", name: str, *, reset: bool) -> "pd.DataFrame":
        """X as a frame; sets, or compares, what scikit-learn keeps of it."""
        import pandas as pd

        if isinstance(rows, pd.Series):
            values = self._checked(rows.to_numpy(), name, reset=reset)
            return values.set_index(rows.index)
        if isinstance(rows, pd.DataFrame):
            # Text and categories are covariates too, so nothing is converted here.
            validate_data(self, rows, reset=reset, skip_check_array=True)
            return as_frame(rows, name)
        values = check_array(rows, ensure_2d=False, ensure_all_finite="allow-nan", allow_nd=True)
        values = values[:, None] if np.ndim(values) == 1 else values
        few = _FEWEST_ROWS if reset else 1
        found = validate_data(
            self, values, reset=reset, ensure_all_finite="allow-nan", ensure_min_samples=few
        )
        return as_frame(found, name)

    def _settings(self) -> dict[str, Any]:
        """The keywords of `train` that the parameters stand for."""
        settings = self.get_params(deep=False)
        more = settings.pop("options") or {}
        chance = settings.pop("random_state")
        if isinstance(chance, np.random.RandomState):
            chance = check_random_state(chance).randint(np.iinfo(np.int32).max)
        seed = TrainConfig.seed if chance is None else chance
        return {**settings, "seed": seed, **more}

    def _forecast(
        self, positions: NDArray[np.int64], ahead: "pd.DataFrame | None"
    ) -> NDArray[np.float64]:
        """The forecasts [R], or [R, K], at calendar positions [R] behind the rows of `fit`."""
        model = self.model_.model
        future = None
        if ahead is not None:
            labels = model.panel.calendar.labels(positions)
            future = FrameSource("X", ahead.assign(**{self._time: labels}))
        wanted = PredictionConfig(
            horizon=int(positions.max() - model.panel.ends.min()), future_data=future
        )
        forecast, _ = predict(None, model, read=ReadConfig(), wanted=wanted, tell=log_notice)
        found = _at(forecast, positions, self._targets)
        return found[:, 0] if self._is_one_array else found


def _at(
    forecast: Forecast, positions: NDArray[np.int64], targets: list[str]
) -> NDArray[np.float64]:
    """The forecasts [R, K] of the targets at calendar positions [R]; NaN for one without values."""
    found = np.full((len(positions), len(targets)), np.nan)
    # One target has no id; of several, the last id is the name.
    names = forecast.ids[:, -1].tolist() if forecast.ids.shape[1] else targets
    for name, cutoff, mean in zip(names, forecast.cutoffs, forecast.mean, strict=True):
        found[:, targets.index(name)] = mean[positions - cutoff - 1]
    return found


def _checked_target(y: "Rows", given: "pd.DataFrame") -> "pd.DataFrame":
    """The series as a frame whose columns differ from those of X."""
    import pandas as pd

    check_consistent_length(given, y)
    if not isinstance(y, pd.DataFrame | pd.Series):
        y = check_array(
            y, ensure_2d=False, ensure_all_finite="allow-nan", dtype=np.float64, input_name="y"
        )
    series = as_frame(y, "y")
    if series.isna().all(axis=None):
        raise ValueError("y is NaN throughout; a forecast rests on values")
    taken = set(given.columns)
    return series.rename(columns=lambda name: f"{name}_y" if name in taken else name)


def _changes(series: "pd.DataFrame") -> NDArray[np.float64]:
    """The mean absolute change [K] from step to step; 1 where nothing changes."""
    values = series.to_numpy(dtype=np.float64)
    offsets = len(values) * np.arange(values.shape[1] + 1)
    change = seasonal_error(values.T.ravel(), offsets, 1)
    return np.where(change > 0, change, 1.0)
