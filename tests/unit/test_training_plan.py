"""What inspect says of a training is what the training does."""

from pathlib import Path

from forecast_cli import workflows
from forecast_cli.config import NetworkConfig, Settings, TrainConfig
from forecast_cli.inspecting import inspect
from tests.panels import wave

SETTINGS = Settings(
    network=NetworkConfig(hidden_size=8),
    optimisation=TrainConfig(members=3, epochs=1, steps_per_epoch=2, threads=1),
)


def test_train_does_what_inspect_says(tmp_path: Path) -> None:
    path, output = tmp_path / "a.csv", tmp_path / "m.forecast"
    rows = [f"{shop},{2000 + n},{v:.3f}" for shop in "ab" for n, v in enumerate(wave(60, season=5))]
    path.write_text("\n".join(["shop,year,sales", *rows]) + "\n")
    found = inspect(str(path), settings=SETTINGS, tell=lambda _: None).understood
    _, report = workflows.train(
        str(path), str(output), settings=SETTINGS, tell=lambda _: None, progress=lambda _: None
    )
    assert found is not None
    plan = found.training
    assert plan is not None
    assert plan.backtest is not None
    assert report.backtest is not None
    assert (plan.n_windows, plan.simple) == (report.n_windows, report.simple)
    assert (found.horizon, found.season_length) == (report.horizon, report.season_length)
    assert plan.backtest.n_windows == report.backtest.n_windows
    assert plan.backtest.span == report.backtest.horizon
    assert plan.backtest.n_series == report.backtest.n_series
    planned = {(n.representation, n.context_length, n.segment_length) for n in plan.networks}
    trained = {(m.representation, m.context_length, m.segment_length) for m in report.members}
    assert trained <= planned
