import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_regressor
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from forecast_cli.api import predict
from forecast_cli.config import NetworkConfig, TrainConfig
from forecast_cli.errors import ConfigError
from forecast_cli.estimator import RecurrentForecaster
from tests.panels import wave

N = 48
SERIES = np.array(wave(N))
TABLE = np.column_stack([SERIES, SERIES + 100, 3 * SERIES])
KNOWN = np.column_stack([np.arange(N) % 3, np.arange(N) % 2])
TINY = {"steps_per_epoch": 1, "batch_size": 16, "threads": 1}


def quick(**asked: Any) -> RecurrentForecaster:
    """A forecaster that takes no time to fit."""
    given = {"horizon": 3, "members": 1, "epochs": 1, "hidden_size": 4, "options": TINY, **asked}
    return RecurrentForecaster(**given)


NOT_FOR_FORECASTS = {
    "check_fit1d": "an array [T] is one series, and no mistake",
    "check_fit2d_predict1d": "an array [T] has one column",
    "check_estimators_pickle": "covariates that are known ahead are not NaN",
    "check_methods_sample_order_invariance": "rows are steps ahead, one after the other",
    "check_methods_subset_invariance": "the first row is the next step",
}


@pytest.mark.slow
@parametrize_with_checks([quick()], expected_failed_checks=lambda _: NOT_FOR_FORECASTS)  # type: ignore[untyped-decorator]
def test_the_conventions_of_scikit_learn_are_kept(estimator: Any, check: Any) -> None:
    check(estimator)


def test_a_forecaster_is_a_regressor_whose_parameters_are_found() -> None:
    forecaster = quick(cell="lstm").set_params(dropout=0.2)
    assert is_regressor(forecaster)
    assert clone(forecaster).get_params() == forecaster.get_params()
    assert forecaster.get_params()["dropout"] == 0.2


def test_defaults_are_those_of_the_command_line() -> None:
    settings = RecurrentForecaster().get_params()
    for record in (NetworkConfig, TrainConfig):
        shared = settings.keys() & record.__dataclass_fields__.keys()
        assert shared
        assert all(settings[name] == getattr(record(), name) for name in shared)


def test_one_array_gives_an_array_and_a_table_gives_a_table() -> None:
    assert quick().fit(SERIES).predict().shape == (3,)
    assert quick().fit(list(SERIES)).predict().shape == (3,)
    assert quick().fit(SERIES[:, None]).predict().shape == (3, 1)
    assert quick().fit(TABLE).predict().shape == (3, 3)


def test_columns_keep_their_order() -> None:
    many = np.column_stack([100.0 * number + SERIES for number in range(12)])
    levels = quick().fit(many).predict().mean(axis=0)
    assert (np.diff(levels) > 50).all()


def test_a_column_has_the_forecast_of_its_name() -> None:
    frame = pd.DataFrame(TABLE, columns=["b", "c", "a"])
    found = quick().fit(frame).predict()
    assert found.tolist() == quick().fit(frame).predict(frame[:3]).tolist()
    assert abs(found[:, 1] - found[:, 0] - 100).max() < 20


def test_as_many_rows_are_forecast_as_are_given() -> None:
    forecaster = quick().fit(SERIES)
    assert forecaster.predict(np.zeros(5)).shape == (5,)
    assert forecaster.predict(np.full(3, np.nan)).tolist() == forecaster.predict().tolist()


def test_values_in_the_rows_to_forecast_are_not_looked_at() -> None:
    forecaster = quick().fit(SERIES)
    assert forecaster.predict(SERIES[:3]).tolist() == forecaster.predict(-SERIES[:3]).tolist()


def test_covariates_are_known_ahead() -> None:
    forecaster = quick().fit(KNOWN[:40], SERIES[:40])
    assert forecaster.predict(KNOWN[40:42]).shape == (2,)
    with pytest.raises(ValueError, match="predict needs X"):
        forecaster.predict()


def test_several_series_share_covariates() -> None:
    assert quick().fit(KNOWN[:40], TABLE[:40]).predict(KNOWN[40:42]).shape == (2, 3)


def test_what_is_known_ahead_moves_the_forecast() -> None:
    promotion = (np.arange(120) % 7 == 3).astype(float)
    sales = 50 + 40 * promotion + np.random.default_rng(0).normal(size=120)
    forecaster = quick(season_length=1).fit(promotion[:, None], sales)
    low, high = (forecaster.predict([[known]])[0] for known in (0, 1))
    assert high - low > 20


def test_text_and_categories_are_covariates_in_a_frame() -> None:
    known = pd.DataFrame({"y": KNOWN[:, 0], "kind": ["sun", "rain"] * (N // 2)})
    forecaster = quick().fit(known[:40], pd.Series(SERIES[:40], name="y"))
    assert forecaster.feature_names_in_.tolist() == ["y", "kind"]
    assert forecaster.predict(known[40:]).shape == (8,)


def test_missing_values_may_stand_anywhere() -> None:
    series = SERIES.copy()
    series[[0, 7, N - 2, N - 1]] = np.nan
    found = quick().fit(series).predict()
    assert np.isfinite(found).all()
    # Two of the five steps behind the last value are rows of fit.
    longer = quick().fit(series[:-2]).predict(np.zeros(5))
    assert found == pytest.approx(longer[2:])


@pytest.mark.parametrize(
    "index",
    [
        pd.date_range("2024-03-01", periods=N, freq="h", tz="Europe/Berlin"),
        *(
            pytest.param(index, marks=pytest.mark.slow)
            for index in (
                pd.date_range("2024-03-01", periods=N, tz="Europe/Berlin"),
                pd.date_range("2020-01-31", periods=N, freq="ME"),
                pd.date_range("2020-01-01", periods=N, freq="B"),
            )
        ),
        pd.period_range("2020-01", periods=N, freq="M"),
    ],
    ids=lambda index: str(index.dtype),
)
def test_an_index_of_times_says_which_rows_are_meant(index: pd.Index) -> None:
    series = pd.Series(SERIES, index=index)
    forecaster = quick().fit(series[:40])
    ahead = forecaster.predict(series[40:])
    assert forecaster.predict(series[43:45]).tolist() == ahead[3:5].tolist()
    assert forecaster.predict(np.zeros(8)).tolist() == ahead.tolist()
    with pytest.raises(ValueError, match="does not come after those of fit"):
        forecaster.predict(series[39:])


def test_covariates_on_a_calendar_reach_their_rows() -> None:
    index = pd.date_range("2024-03-01", periods=N, freq="h", tz="Europe/Berlin")
    known, series = pd.DataFrame(KNOWN, index=index), pd.Series(SERIES, index=index)
    forecaster = quick().fit(known[:40], series[:40])
    assert forecaster.predict(known[40:41]).shape == (1,)
    assert forecaster.predict(known[40:]).shape == (8,)


def test_x_and_y_have_the_same_times() -> None:
    index = pd.date_range("2024-03-01", periods=N + 1)
    known, series = pd.DataFrame(KNOWN, index=index[1:]), pd.Series(SERIES, index=index[:-1])
    with pytest.raises(ValueError, match="different times"):
        quick().fit(known, series)


@pytest.mark.parametrize(("state", "seed"), [(None, 0), (0, 0), (7, 7)])
def test_a_random_state_is_the_seed(state: int | None, seed: int) -> None:
    assert quick(random_state=state).fit(SERIES).model_.model.training.seed == seed


def test_a_generator_gives_a_seed_at_each_fit() -> None:
    forecaster = quick(random_state=np.random.RandomState(3))
    seeds = [forecaster.fit(SERIES).model_.model.training.seed for _ in range(2)]
    assert seeds[0] != seeds[1]


def test_a_fitted_forecaster_survives_pickling() -> None:
    forecaster = quick().fit(KNOWN[:40], SERIES[:40])
    again = pickle.loads(pickle.dumps(forecaster))
    assert again.predict(KNOWN[40:]).tolist() == forecaster.predict(KNOWN[40:]).tolist()


def test_the_trained_model_has_intervals_and_times() -> None:
    series = pd.Series(SERIES, index=pd.date_range("2020-01-01", periods=N, freq="MS"))
    forecaster = quick().fit(series)
    found = predict(forecaster.model_, levels=90)
    assert found["forecast"].tolist() == forecaster.predict().tolist()
    assert found["time"].iloc[0] == pd.Timestamp("2024-01-01")


def test_the_score_is_the_error_in_steps_of_the_series() -> None:
    series = np.array([0.0, 2.0] * 20)
    forecaster = quick(season_length=2).fit(series)
    error = np.abs(forecaster.predict() - [0, 2, 0]).mean()
    assert forecaster.score(np.array([0.0, 2.0, 0.0])) == pytest.approx(-error / 2)


def test_the_score_leaves_out_what_is_not_known() -> None:
    forecaster = quick().fit(TABLE[:40])
    actual = TABLE[40:43].copy()
    actual[1, 2] = np.nan
    assert -10 < forecaster.score(actual) < 0


def test_a_series_without_change_has_a_score() -> None:
    assert quick().fit(np.full(N, 5.0)).score(np.full(3, 5.0)) == pytest.approx(0)


def test_splits_in_time_score_what_comes_after() -> None:
    splits = TimeSeriesSplit(2, test_size=3)
    scores = cross_val_score(quick(), SERIES, cv=splits, error_score="raise")
    by_hand = [
        quick().fit(SERIES[train]).score(SERIES[test]) for train, test in splits.split(SERIES)
    ]
    assert scores.tolist() == by_hand


@pytest.mark.slow
def test_a_search_finds_parameters_with_and_without_covariates() -> None:
    splits = TimeSeriesSplit(2, test_size=3)
    search = GridSearchCV(quick(), {"season_length": [1, 12]}, cv=splits, error_score="raise")
    assert search.fit(SERIES).best_params_ == {"season_length": 12}
    assert search.fit(KNOWN[:40], SERIES[:40]).predict(KNOWN[40:]).shape == (8,)


def test_values_are_needed_in_y() -> None:
    with pytest.raises(ValueError, match="NaN throughout"):
        quick().fit(KNOWN, np.full(N, np.nan))


def test_a_forecast_needs_a_fit() -> None:
    with pytest.raises(NotFittedError):
        quick().predict()


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"cell": "tcn"}, ConfigError),
        ({"horizon": "3"}, ConfigError),
        ({"options": {"patients": 3}}, TypeError),
    ],
)
def test_parameters_are_checked_by_fit(asked: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        quick(**asked).fit(SERIES)
