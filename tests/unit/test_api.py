import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import forecast_cli
from forecast_cli import workflows
from forecast_cli.api import TrainedModel, evaluate, load, predict, train
from forecast_cli.checkpoint import dump_model, read_checkpoint
from forecast_cli.config import PredictionConfig
from forecast_cli.errors import CheckpointError, ConfigError, DataError, OutputError
from forecast_cli.keywords import TrainOptions
from forecast_cli.notices import Notice
from forecast_cli.progress import ProgressEvent
from forecast_cli.read_config import ReadConfig
from tests.panels import wave

SAMPLE_DATA = Path(__file__).parents[2] / "sample_data"
QUICK: TrainOptions = {
    "hidden_size": 4,
    "members": 1,
    "epochs": 1,
    "steps_per_epoch": 2,
    "batch_size": 16,
}
MONTHS = pd.date_range("2020-01-01", periods=48, freq="MS")


def ignore(notice: Notice) -> None:
    """Nobody reads notices here."""


def shops(n_known: int = 48, *, times: pd.Index = MONTHS) -> pd.DataFrame:
    """Sales of two shops by month, and the price they hang on, which is known for all months."""
    parts = [
        pd.DataFrame({"month": times, "shop": shop, "sales": wave(48, seed=shop)})
        for shop in (7, 12)
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame["price"] = np.arange(len(frame)) % 5
    frame["sales"] += 20 * frame["price"]
    frame.loc[frame["month"] >= times[n_known : n_known + 1].min(), "sales"] = np.nan
    return frame


def train_on(frame: Any, **options: Any) -> TrainedModel:
    asked: Any = {**QUICK, "horizon": 3, "tell": ignore, **options}
    return train(frame, **asked)


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return train_on(shops(44)[lambda frame: frame["sales"].notna()], id="shop", target="sales")


def test_the_package_offers_what_it_names() -> None:
    assert forecast_cli.train is train
    assert {"train", "predict", "evaluate", "load", "__version__"} <= set(dir(forecast_cli))
    assert forecast_cli.__version__.count(".") == 2
    with pytest.raises(AttributeError, match="no attribute 'fit'"):
        forecast_cli.fit  # noqa: B018


def test_importing_the_package_loads_no_library() -> None:
    code = "import sys, forecast_cli; print({'numpy', 'pandas', 'torch'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"


def test_a_forecast_has_the_columns_of_the_command_line(model: TrainedModel) -> None:
    forecast, _ = workflows.predict(
        None, model.model, read=ReadConfig(), wanted=PredictionConfig(), tell=ignore
    )
    found = predict(model, tell=ignore)
    assert list(found.columns) == list(forecast.frame().columns)
    assert found["forecast"].tolist() == forecast.frame()["forecast"].tolist()


def test_ids_and_times_have_the_types_of_the_frame(model: TrainedModel) -> None:
    found = predict(model, tell=ignore)
    assert found["shop"].tolist() == [7, 7, 7, 12, 12, 12]
    assert found["month"].tolist() == 2 * MONTHS[44:47].tolist()


def test_a_series_with_an_index_is_data() -> None:
    visits = pd.Series(wave(48), index=MONTHS.to_period("M"), name="visits")
    found = predict(train_on(visits), tell=ignore)
    assert found["time"].tolist() == pd.period_range("2024-01", periods=3, freq="M").tolist()


def test_horizon_and_levels_may_be_asked_for(model: TrainedModel) -> None:
    found = predict(model, horizon=5, levels=[50], tell=ignore)
    assert list(found.columns[2:]) == ["forecast", "forecast-lo-50", "forecast-hi-50"]
    assert len(found) == 10


def test_new_data_are_continued(model: TrainedModel) -> None:
    found = predict(model, shops(46)[lambda frame: frame["sales"].notna()], tell=ignore)
    assert found["month"].min() == MONTHS[46]


def test_a_checkpoint_that_was_saved_forecasts_the_same(
    model: TrainedModel, tmp_path: Path
) -> None:
    path = tmp_path / "m.forecast"
    model.save(path)
    expected = predict(model, tell=ignore)
    for saved in (load(path), path, str(path)):
        found = predict(saved, tell=ignore)
        assert found["forecast"].tolist() == expected["forecast"].tolist()
        assert found["month"].tolist() == expected["month"].tolist()
        # A checkpoint has ids as texts.
        assert found["shop"].tolist() == expected["shop"].astype(str).tolist()


def test_a_checkpoint_is_that_of_the_same_data_in_a_file(tmp_path: Path) -> None:
    frame = shops()
    file = tmp_path / "DataFrame"
    frame.to_csv(file, index=False)
    asked: dict[str, Any] = {"id": "shop", "target": "sales", "future": "price", "seed": 3}
    assert dump_model(train_on(frame, **asked).model) == dump_model(train_on(file, **asked).model)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        pytest.param("airline_passengers", {}, marks=pytest.mark.slow),
        ("us_population", {}),
        pytest.param(
            "daily_sales",
            {"id": "store", "target": "sales", "future": "promotion"},
            marks=pytest.mark.slow,
        ),
    ],
)
def test_sample_data_give_the_same_checkpoint_as_a_frame(
    name: str, asked: dict[str, Any], tmp_path: Path
) -> None:
    lines = (SAMPLE_DATA / f"{name}.csv").read_text().splitlines(keepends=True)
    file = tmp_path / "DataFrame"
    file.write_text("".join(lines[:200]))
    frame = pd.read_csv(file)
    assert dump_model(train_on(frame, **asked).model) == dump_model(train_on(file, **asked).model)


def test_rows_behind_the_last_value_say_what_is_known_ahead() -> None:
    future = {"id": "shop", "target": "sales", "future": "price"}
    model = train_on(shops(45), **future)
    assert predict(model, tell=ignore)["month"].min() == MONTHS[45]
    with pytest.raises(DataError, match="known ahead"):
        predict(model, horizon=4, tell=ignore)


def test_what_is_known_ahead_may_stand_in_a_frame_of_its_own() -> None:
    known = shops(45)[lambda frame: frame["sales"].notna()]
    model = train_on(known, id="shop", target="sales", future="price")
    ahead = shops(45).loc[lambda frame: frame["sales"].isna(), ["shop", "month", "price"]]
    expected = predict(train_on(shops(45), id="shop", target="sales", future="price"), tell=ignore)
    found = predict(model, future_data=ahead, tell=ignore)
    pd.testing.assert_frame_equal(found, expected)


def test_a_wide_frame_has_a_series_in_each_target() -> None:
    frame = pd.DataFrame({"month": MONTHS, "a": wave(48), "b": wave(48, seed=1)})
    found = predict(train_on(frame, time="month", target=["a", "b"]), tell=ignore)
    assert found["target"].tolist() == ["a", "a", "a", "b", "b", "b"]


def test_an_evaluation_has_a_frame_and_a_report(model: TrainedModel) -> None:
    scored = evaluate(model, shops(), tell=ignore)
    assert scored.report.n_in_sample == 0
    assert scored.report.backtest.n_points == len(scored.frame) == 8
    assert scored.frame["month"].tolist() == 2 * MONTHS[44:].tolist()
    assert scored.frame["cutoff"].tolist() == 2 * [*[MONTHS[43]] * 3, MONTHS[46]]
    assert scored.report.checkpoint == workflows.IN_MEMORY


def test_a_report_names_the_checkpoint_that_was_scored(model: TrainedModel, tmp_path: Path) -> None:
    path = tmp_path / "m.forecast"
    model.save(path)
    assert evaluate(path, shops(), tell=ignore).report.checkpoint == str(path)


def test_notices_go_to_the_log_of_the_package(caplog: pytest.LogCaptureFixture) -> None:
    asked: Any = QUICK
    with caplog.at_level(logging.INFO, "forecast_cli"):
        train(pd.DataFrame({"value": wave(40)}), **asked)
    told = {(record.levelno, record.getMessage().split(";")[0]) for record in caplog.records}
    assert (logging.INFO, "forecasting 6 steps ahead") in told
    assert any("no time column" in text for level, text in told if level == logging.WARNING)


def test_notices_and_progress_go_where_they_are_asked_for() -> None:
    told: list[Notice] = []
    seen: list[ProgressEvent] = []
    train_on(pd.Series(wave(40)), tell=told.append, progress=seen.append)
    assert told
    assert seen[-1].epoch == 1


def test_nothing_is_written_where_nothing_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    predict(train_on(pd.Series(wave(40))), tell=ignore)
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")


def test_an_unknown_keyword_is_refused_before_any_work() -> None:
    with pytest.raises(TypeError, match="did you mean horizon"):
        train("no such file", horizons=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="'epochs' is no option"):
        predict("no such file", epochs=3)  # type: ignore[call-arg]


def test_data_that_are_no_frame_are_refused() -> None:
    with pytest.raises(TypeError, match="DataFrame is a list; accepted: a DataFrame"):
        train([1, 2, 3])  # type: ignore[arg-type]


def test_errors_are_those_of_the_command_line(model: TrainedModel, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError):
        load(tmp_path / "none.forecast")
    with pytest.raises(ConfigError, match="column turnover"):
        train_on(shops(), target="turnover")
    with pytest.raises(OutputError):
        model.save(tmp_path / "no folder" / "m.forecast")


def test_a_model_says_what_it_forecasts(model: TrainedModel) -> None:
    assert repr(model).endswith("sales of 2 series, monthly (MS), 3 steps ahead>")
    assert (model.horizon, model.levels) == (3, (80, 95))
    assert model.report is not None
    assert model.report.data.n_series == 2


def test_the_command_line_reads_what_was_saved(model: TrainedModel, tmp_path: Path) -> None:
    model.save(tmp_path / "m.forecast")
    found, _ = read_checkpoint(str(tmp_path / "m.forecast"))
    assert found.training.data.source == "DataFrame"
