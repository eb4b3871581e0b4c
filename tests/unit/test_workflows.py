from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast_cli import fitting, workflows
from forecast_cli.checkpoint import read_checkpoint
from forecast_cli.compare_config import CompareConfig, CutoffConfig, NetworkSizes
from forecast_cli.config import (
    EvaluationConfig,
    NetworkConfig,
    PredictionConfig,
    Settings,
    TrainConfig,
    WindowConfig,
)
from forecast_cli.errors import CheckpointError, ConfigError, DataError, OutputError, UserError
from forecast_cli.findings import EvaluateReport, PredictReport, TrainReport
from forecast_cli.forecast import Forecast
from forecast_cli.inspecting import inspect
from forecast_cli.notices import Notice, Tell
from forecast_cli.progress import ProgressEvent
from forecast_cli.read_config import OUTLIER_MODES, OutlierConfig, ReadConfig
from tests.panels import wave

QUICK = Settings(
    window=WindowConfig(horizon=4),
    network=NetworkConfig(hidden_size=8),
    optimisation=TrainConfig(epochs=2, steps_per_epoch=3, batch_size=32, members=5),
)


def write_series(path: Path, **series: list[float]) -> str:
    rows = [f"{name},{2000 + n},{y}" for name, ys in series.items() for n, y in enumerate(ys)]
    path.write_text("\n".join(["item,Year,sales", *rows]) + "\n")
    return str(path)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def tell(told: list[str]) -> Tell:
    def keep(notice: Notice) -> None:
        told.append(notice.text)

    return keep


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainReport]:
    folder = tmp_path_factory.mktemp("trained")
    data = write_series(folder / "data.csv", a=wave(50), b=wave(40, seed=1))
    _, report = workflows.train(
        data,
        str(folder / "m.forecast"),
        settings=QUICK,
        tell=lambda _: None,
        progress=lambda _: None,
    )
    return folder, report


def predict(
    folder: Path, tell: Tell, source: str | None = None, horizon: int | None = None
) -> tuple[Forecast, PredictReport]:
    return workflows.predict(
        source,
        str(folder / "m.forecast"),
        read=ReadConfig(),
        wanted=PredictionConfig(horizon=horizon),
        tell=tell,
    )


def evaluate(
    folder: Path, tell: Tell, source: str, holdout: int | None = None
) -> tuple[Forecast, EvaluateReport]:
    return workflows.evaluate(
        source,
        str(folder / "m.forecast"),
        read=ReadConfig(),
        scoring=EvaluationConfig(holdout=holdout),
        tell=tell,
    )


def test_training_writes_the_checkpoint_it_returns(trained: tuple[Path, TrainReport]) -> None:
    folder, report = trained
    model, _ = read_checkpoint(str(folder / "m.forecast"))
    assert report.checkpoint == str(folder / "m.forecast")
    assert report.backtest == model.training.backtest
    assert report.n_parameters == model.n_parameters > 0
    weights = [*report.simple_weights.values(), *(m.weight for m in report.members)]
    assert sum(weights) == pytest.approx(1)


def test_a_folder_that_takes_no_checkpoint_is_refused_before_training(
    trained: tuple[Path, TrainReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = trained

    def never(*_: object, **__: object) -> None:
        pytest.fail("trained in vain")

    monkeypatch.setattr(fitting, "fit", never)
    with pytest.raises(OutputError, match=r"the folder .*nowhere does not exist"):
        workflows.train(
            str(folder / "data.csv"),
            str(folder / "nowhere" / "m.forecast"),
            settings=QUICK,
            tell=lambda _: None,
            progress=lambda _: None,
        )


def test_the_checkpoint_does_not_tell_where_the_data_lay(
    trained: tuple[Path, TrainReport],
) -> None:
    content = (trained[0] / "m.forecast").read_bytes()
    assert b"data.csv" in content
    assert str(trained[0]).encode() not in content


def test_training_twice_gives_the_same_file(
    trained: tuple[Path, TrainReport], tmp_path: Path
) -> None:
    folder, _ = trained
    again, _ = workflows.train(
        str(folder / "data.csv"),
        str(tmp_path / "again.forecast"),
        settings=QUICK,
        tell=lambda _: None,
        progress=lambda _: None,
    )
    assert again == (folder / "m.forecast").read_bytes()


def test_without_data_the_training_series_are_continued(
    trained: tuple[Path, TrainReport], tell: Tell
) -> None:
    forecast, report = predict(trained[0], tell)
    assert forecast.ids[:, 0].tolist() == ["a", "b"]
    assert forecast.calendar.labels(forecast.cutoffs) == [2049, 2039]
    assert forecast.mean.shape == (2, 4)
    assert set(forecast.bounds) == {80, 95}
    assert report.known is None


def test_the_training_file_as_data_gives_the_same_forecast(
    trained: tuple[Path, TrainReport], tell: Tell
) -> None:
    bare, _ = predict(trained[0], tell)
    given, _ = predict(trained[0], tell, str(trained[0] / "data.csv"))
    np.testing.assert_array_equal(bare.mean, given.mean)
    for level in bare.bounds:
        np.testing.assert_array_equal(bare.bounds[level], given.bounds[level])


def test_series_never_seen_are_forecast_and_told(
    trained: tuple[Path, TrainReport], tell: Tell, told: list[str], tmp_path: Path
) -> None:
    source = write_series(tmp_path / "new.csv", a=wave(50), zz=wave(30, seed=5), s=[1.0])
    forecast, _ = predict(trained[0], tell, source)
    assert np.isfinite(forecast.mean).all()
    assert any("2 series not seen in training: s, zz" in text for text in told)
    (short,) = [text for text in told if "1 series shorter than" in text]
    assert "s (1 value); forecast by " in short
    assert ("the mean of simple forecasts" in short) == ("simple-mean" in short)


def test_a_longer_horizon_goes_on_in_blocks_and_is_told(
    trained: tuple[Path, TrainReport], tell: Tell, told: list[str]
) -> None:
    short, _ = predict(trained[0], tell)
    long, _ = predict(trained[0], tell, horizon=11)
    assert long.mean.shape == (2, 11)
    np.testing.assert_allclose(long.mean[:, :4], short.mean)
    assert any("in blocks" in text for text in told)


def test_values_known_after_the_training_data_are_scored(
    trained: tuple[Path, TrainReport], tell: Tell, tmp_path: Path
) -> None:
    source = write_series(tmp_path / "more.csv", a=wave(53), b=wave(40, seed=1))
    _, report = predict(trained[0], tell, source)
    assert report.known is not None
    bare, _ = predict(trained[0], tell)
    errors = np.abs(bare.mean[0, :3] - np.array(wave(53)[50:]))
    assert report.known.mae == pytest.approx(errors.mean())


def test_evaluating_new_values_scores_them_out_of_sample(
    trained: tuple[Path, TrainReport], tell: Tell, tmp_path: Path
) -> None:
    source = write_series(tmp_path / "more.csv", a=wave(56), b=wave(46, seed=1))
    forecast, report = evaluate(trained[0], tell, source)
    assert report.n_in_sample == 0
    assert report.backtest.n_windows == 2
    assert report.backtest.n_points == 12
    assert forecast.actual is not None
    assert {row.label for row in report.by_series} == {"a", "b"}
    assert [row.label for row in report.by_step] == ["1", "2", "3", "4"]


def test_evaluating_training_values_labels_them_in_sample(
    trained: tuple[Path, TrainReport], tell: Tell, told: list[str]
) -> None:
    forecast, report = evaluate(trained[0], tell, str(trained[0] / "data.csv"), holdout=6)
    assert report.n_in_sample == report.backtest.n_points == 12
    assert forecast.in_sample is not None
    assert forecast.actual is not None
    assert forecast.in_sample[np.isfinite(forecast.actual)].all()
    assert any("in-sample" in text for text in told)


def test_holding_back_more_than_there_is_is_refused(
    trained: tuple[Path, TrainReport], tell: Tell
) -> None:
    with pytest.raises(DataError, match="longest series has 50 values"):
        evaluate(trained[0], tell, str(trained[0] / "data.csv"), holdout=500)


def test_data_of_another_frequency_is_refused(
    trained: tuple[Path, TrainReport], tell: Tell, tmp_path: Path
) -> None:
    path = tmp_path / "monthly.csv"
    rows = [f"a,2020-{month:02}-01,{month}" for month in range(1, 13)]
    path.write_text("\n".join(["item,Year,sales", *rows]) + "\n")
    with pytest.raises(UserError, match="monthly"):
        predict(trained[0], tell, str(path))


def test_reading_options_without_data_are_refused(
    trained: tuple[Path, TrainReport], tell: Tell
) -> None:
    with pytest.raises(ConfigError, match="need DATA"):
        workflows.predict(
            None,
            str(trained[0] / "m.forecast"),
            read=ReadConfig(target=("sales",)),
            wanted=PredictionConfig(),
            tell=tell,
        )


def test_outliers_are_treated_in_a_forecast_as_they_were_in_training(
    tmp_path: Path, tell: Tell, told: list[str]
) -> None:
    values = wave(50)
    values[20] = 1e9
    data = write_series(tmp_path / "data.csv", a=values)
    for mode in OUTLIER_MODES[:2]:
        settings = replace(QUICK, cleaning=OutlierConfig(outliers=mode))
        model = str(tmp_path / "m.forecast")
        workflows.train(data, model, settings=settings, tell=tell, progress=lambda _: None)
        assert read_checkpoint(model)[0].training.outliers == mode
        told.clear()
        predict(tmp_path, tell, data)
        (text,) = [text for text in told if "far outside" in text]
        assert "1e+09 (line 22, 2020)" in text
        assert ("clipped" if mode == "clip" else "kept") in text


def test_a_training_that_is_to_refuse_outliers_does(tmp_path: Path, tell: Tell) -> None:
    values = wave(50)
    values[20] = 1e9
    data = write_series(tmp_path / "data.csv", a=values)
    settings = replace(QUICK, cleaning=OutlierConfig(outliers="error"))
    output = str(tmp_path / "m.forecast")
    with pytest.raises(DataError, match=r"1e\+09 \(line 22, 2020\); mend or empty it"):
        workflows.train(data, output, settings=settings, tell=tell, progress=lambda _: None)
    assert not Path(output).exists()


def test_outliers_are_clipped_in_a_comparison_too(
    tmp_path: Path, tell: Tell, told: list[str]
) -> None:
    values = wave(80)
    values[75] = 1e9
    data = write_series(tmp_path / "data.csv", a=values)
    errors = {}
    for mode in OUTLIER_MODES[:2]:
        config = CompareConfig(
            cleaning=OutlierConfig(outliers=mode),
            window=WindowConfig(horizon=4),
            cutoffs=CutoffConfig(models=("naive",), n_windows=1),
        )
        report = workflows.compare(data, config=config, tell=tell, progress=lambda _: None)
        errors[mode] = {row.model: row.mae for row in report.leaderboard.rows}["naive"]
    assert errors["clip"] < 100 < errors["keep"]
    assert len([text for text in told if "far outside" in text]) == 2


def test_info_tells_what_a_checkpoint_holds(trained: tuple[Path, TrainReport]) -> None:
    folder, report = trained
    found = workflows.info(str(folder / "m.forecast"))
    assert (found.cell, found.hidden_size, found.horizon) == ("gru", 8, 4)
    assert found.members == report.members
    assert found.data == replace(report.data, source="data.csv")


def train(
    source: str, output: Path, tell: Tell, *, settings: Settings = QUICK, resume: bool = False
) -> bytes:
    checkpoint, _ = workflows.train(
        source,
        str(output),
        settings=settings,
        resume=resume,
        tell=tell,
        progress=lambda _: None,
    )
    return checkpoint


def test_a_training_that_is_finished_is_not_done_again(
    trained: tuple[Path, TrainReport], tell: Tell, told: list[str], tmp_path: Path
) -> None:
    folder, report = trained
    output = tmp_path / "m.forecast"
    output.write_bytes((folder / "m.forecast").read_bytes())
    written = output.stat().st_ino
    checkpoint, again = workflows.train(
        str(folder / "data.csv"),
        str(output),
        settings=QUICK,
        resume=True,
        tell=tell,
        progress=lambda _: pytest.fail("it trains again"),
    )
    assert checkpoint == output.read_bytes()
    assert output.stat().st_ino == written
    assert replace(again, seconds=0.0, checkpoint="") == replace(report, seconds=0.0, checkpoint="")
    assert any("this training is finished" in text for text in told)
    assert [path.name for path in tmp_path.iterdir()] == ["m.forecast"]


def test_a_checkpoint_of_another_training_does_not_count_as_finished(
    trained: tuple[Path, TrainReport], tell: Tell, told: list[str], tmp_path: Path
) -> None:
    folder, _ = trained
    data = str(folder / "data.csv")
    output = tmp_path / "m.forecast"
    for old in (b"no checkpoint", (folder / "m.forecast").read_bytes()):
        output.write_bytes(old)
        told.clear()
        settings = replace(QUICK, optimisation=replace(QUICK.optimisation, seed=9))
        fresh = train(data, output, tell, settings=settings, resume=True)
        assert output.read_bytes() == fresh != old
        assert any("starting anew" in text for text in told)


def test_a_training_that_was_interrupted_goes_on_to_the_same_file(
    trained: tuple[Path, TrainReport], tell: Tell, told: list[str], tmp_path: Path
) -> None:
    folder, _ = trained
    output = tmp_path / "m.forecast"

    def interrupt(event: ProgressEvent) -> None:
        if event.stage.startswith("training"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workflows.train(
            str(folder / "data.csv"), str(output), settings=QUICK, tell=tell, progress=interrupt
        )
    assert [path.name for path in tmp_path.iterdir()] == ["m.forecast.state"]
    other = replace(QUICK, network=NetworkConfig(hidden_size=9))
    with pytest.raises(CheckpointError, match="--hidden-size was 8 and is 9"):
        train(str(folder / "data.csv"), output, tell, settings=other, resume=True)
    resumed = train(str(folder / "data.csv"), output, tell, resume=True)
    assert any("going on with" in text for text in told)
    assert resumed == (folder / "m.forecast").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["m.forecast"]


def test_comparing_ranks_the_models_that_are_asked_for(tmp_path: Path, tell: Tell) -> None:
    data = write_series(tmp_path / "data.csv", a=wave(50), b=wave(40, seed=1))
    config = CompareConfig(
        window=WindowConfig(horizon=4),
        sizes=NetworkSizes(hidden_size=4),
        optimisation=TrainConfig(epochs=1, steps_per_epoch=3, members=1),
        cutoffs=CutoffConfig(models=("naive", "gru"), n_windows=3),
    )
    report = workflows.compare(data, config=config, tell=tell, progress=lambda _: None)
    assert {row.model for row in report.leaderboard.rows} == {"gru", "naive"}
    assert (report.horizon, report.n_windows, report.step_size) == (4, 3, 4)
    assert (report.n_series, report.n_points, report.leaderboard.n_pairs) == (2, 24, 6)
    assert report.data.n_values == 90
    assert list(tmp_path.iterdir()) == [tmp_path / "data.csv"]


def test_a_model_that_is_not_known_is_refused_before_the_file_is_read(tell: Tell) -> None:
    config = CompareConfig(cutoffs=CutoffConfig(models=("prophet",)))
    with pytest.raises(ConfigError, match="'prophet'; accepted values: gru, lstm"):
        workflows.compare("nowhere.csv", config=config, tell=tell, progress=lambda _: None)


def write_with_covariates(path: Path, *, ahead: int = 0, order: int = 1) -> str:
    """Two shops with planned offers, what rained, and what kind of shop it is."""
    lines = []
    for shop, kind in (("a", "big"), ("b", "small")):
        for n, y in enumerate(wave(60 + ahead, seed=ord(shop))):
            offer = "sale" if (7 * n) % 5 == 0 else ""
            sales = f"{y * (1.5 if offer else 1)}" if n < 60 else ""
            lines.append(f"{shop},{2000 + n},{sales},{offer},{n % 3},{kind}")
    path.write_text("\n".join(["shop,Year,sales,offer,rain,kind", *lines[::order]]) + "\n")
    return str(path)


SEEING = replace(
    QUICK, read=ReadConfig(future=("offer",), past=("rain",), static=("kind",), target=("sales",))
)


@pytest.fixture(scope="module")
def seeing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model that knows offers ahead, and its data."""
    folder = tmp_path_factory.mktemp("seeing")
    data = write_with_covariates(folder / "data.csv")
    workflows.train(
        data,
        str(folder / "m.forecast"),
        settings=SEEING,
        tell=lambda _: None,
        progress=lambda _: None,
    )
    return folder


def predict_with(
    folder: Path, future_data: str | None, tell: Tell, source: str | None = None, **changes: Any
) -> Forecast:
    return workflows.predict(
        source,
        str(folder / "m.forecast"),
        read=ReadConfig(**changes),
        wanted=PredictionConfig(future_data=future_data),
        tell=tell,
    )[0]


def write_offers(path: Path, *offers: str, head: str = "Year,offer") -> str:
    rows = [f"{2060 + n},{offer}" for n, offer in enumerate(offers)]
    path.write_text("\n".join([head, *rows]) + "\n")
    return str(path)


def test_what_is_known_ahead_comes_from_a_file_or_from_rows_behind_the_last_value(
    seeing: Path, tmp_path: Path, tell: Tell
) -> None:
    with pytest.raises(DataError, match=r"column offer of a is known ahead .* for 2060 to 2063"):
        predict_with(seeing, None, tell)
    offers = write_offers(tmp_path / "offers.csv", "sale", "", "", "")
    by_file = predict_with(seeing, offers, tell)
    data = write_with_covariates(tmp_path / "data.csv", ahead=4)
    np.testing.assert_array_equal(predict_with(seeing, None, tell, data).mean, by_file.mean)
    other = write_offers(tmp_path / "offers.csv", "", "sale", "", "")
    moved = predict_with(seeing, other, tell).mean
    assert (by_file.mean[:, 0] > 1.2 * moved[:, 0]).all()
    assert (moved[:, 1] > 1.2 * by_file.mean[:, 1]).all()


def test_options_of_reading_serve_the_file_of_what_is_known_ahead(
    seeing: Path, tmp_path: Path, tell: Tell
) -> None:
    offers = write_offers(tmp_path / "offers.csv", "sale", "", "", "", head="Year|offer")
    Path(offers).write_text(Path(offers).read_text().replace(",", "|"))
    assert predict_with(seeing, offers, tell, delimiter="|").mean.shape == (2, 4)


def test_a_model_with_covariates_is_evaluated_with_those_of_the_data(
    seeing: Path, tell: Tell
) -> None:
    _, report = evaluate(seeing, tell, str(seeing / "data.csv"), holdout=8)
    assert report.backtest.scores[0].mae < 0.5 * min(s.mae for s in report.backtest.scores[1:])


def test_the_order_of_the_rows_changes_no_byte_of_a_model_with_covariates(
    seeing: Path, tmp_path: Path, tell: Tell
) -> None:
    again = write_with_covariates(tmp_path / "data.csv", order=-1)
    checkpoint, _ = workflows.train(again, "-", settings=SEEING, tell=tell, progress=lambda _: None)
    assert checkpoint == (seeing / "m.forecast").read_bytes()


def test_a_season_that_known_events_hide_is_seen(
    tmp_path: Path, told: list[str], tell: Tell
) -> None:
    random = np.random.default_rng(0)
    steps = np.arange(200)
    event = random.random(200) < 0.15
    sales = 100 * (1 + 0.5 * event) + 10 * np.sin(2 * np.pi * steps / 7) + random.normal(0, 3, 200)
    days = np.datetime64("2023-01-01") + steps
    rows = [f"{d},{y:.1f},{int(e)}" for d, y, e in zip(days, sales, event, strict=True)]
    path = tmp_path / "data.csv"
    path.write_text("\n".join(["day,sales,event", *rows]) + "\n")
    for future, seen in (((), False), (("event",), True)):
        told.clear()
        read = ReadConfig(target=("sales",), future=future)
        inspect(str(path), settings=Settings(read=read), tell=tell)
        assert any("do not show a season of 7 steps" in text for text in told) != seen


def test_later_data_are_treated_as_the_model_was_trained(
    tmp_path: Path, tell: Tell, told: list[str]
) -> None:
    values = wave(50)
    values[20] = float("nan")
    data = write_series(tmp_path / "data.csv", a=values)
    model = str(tmp_path / "m.forecast")
    for mode, words in (("mask", "left as gaps"), ("interpolate", "never learnt or scored")):
        settings = replace(QUICK, read=ReadConfig(missing=mode))  # type: ignore[arg-type]
        workflows.train(data, model, settings=settings, tell=tell, progress=lambda _: None)
        assert read_checkpoint(model)[0].panel.missing == mode
        told.clear()
        predict(tmp_path, tell, data)
        (text,) = [text for text in told if "1 value missing" in text]
        assert words in text


@pytest.mark.slow
def test_only_known_values_are_scored_however_gaps_are_filled(tmp_path: Path, tell: Tell) -> None:
    values = wave(50)
    values[48] = float("nan")
    data = write_series(tmp_path / "data.csv", a=values)
    points = {}
    for mode in ("mask", "interpolate", "zero"):
        settings = replace(QUICK, read=ReadConfig(missing=mode))
        output = str(tmp_path / "m.forecast")
        workflows.train(data, output, settings=settings, tell=tell, progress=lambda _: None)
        _, report = evaluate(tmp_path, tell, data, holdout=4)
        points[mode] = report.backtest.n_points
    # Only a zero that the user vouches for is a value.
    assert points == {"mask": 3, "interpolate": 3, "zero": 4}
