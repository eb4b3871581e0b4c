from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast_cli import workflows
from forecast_cli.checkpoint import dump_model
from forecast_cli.config import NetworkConfig, Settings, TrainConfig, WindowConfig
from forecast_cli.document import to_json
from forecast_cli.effects import Effects, Term
from forecast_cli.errors import ConfigError
from forecast_cli.explain_config import ExplainConfig
from forecast_cli.explain_workflow import explain
from forecast_cli.explanation_findings import ExplainReport, LagImportance
from forecast_cli.model import Model
from forecast_cli.notices import Notice
from forecast_cli.read_config import ReadConfig
from tests.models import HORIZON, make_committee, make_model
from tests.panels import make_panel, wave, with_columns

BRIEF = TrainConfig(effort="fast", members=1, epochs=1, steps_per_epoch=5, threads=1)


def lagged(length: int, seed: int, lag: int = 12) -> list[float]:
    """A series whose only structure is that each value is most of the one `lag` before it."""
    draws = np.random.default_rng(seed).normal(size=length)
    values = list(2 * draws[:lag])
    for step in range(lag, length):
        values.append(0.9 * values[step - lag] + draws[step])
    return values


def write(path: Path, head: str, rows: list[str]) -> str:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return str(path)


def train(
    data: str,
    output: Path,
    *,
    read: ReadConfig | None = None,
    window: WindowConfig,
    optimisation: TrainConfig = BRIEF,
) -> str:
    settings = Settings(
        read=read or ReadConfig(),
        window=window,
        network=NetworkConfig(hidden_size=8),
        optimisation=optimisation,
    )
    workflows.train(
        data, str(output), settings=settings, tell=lambda _: None, progress=lambda _: None
    )
    return str(output)


def explained(
    checkpoint: str,
    data: str | None = None,
    *,
    windows: int = 24,
    told: list[str] | None = None,
    **options: object,
) -> ExplainReport:
    words = [] if told is None else told
    config = replace(ExplainConfig(windows=windows), **options)  # type: ignore[arg-type]

    def tell(notice: Notice) -> None:
        words.append(notice.text)

    return explain(data, checkpoint, read=ReadConfig(), config=config, tell=tell)


def save(path: Path, model: Model | None = None) -> str:
    path.write_bytes(dump_model(model or make_model(make_panel(wave(60), wave(50, seed=1)))))
    return str(path)


def leading(report: ExplainReport) -> LagImportance:
    return max(report.lags, key=lambda e: 0 if e.next_step is None else e.next_step.mean)


def lag_data(path: Path) -> str:
    rows = [f"{s},{t},{v}" for s in range(4) for t, v in enumerate(lagged(150, s))]
    return write(path, "name,step,value", rows)


@pytest.mark.slow
def test_a_lag_of_twelve_is_found_with_the_season_known(tmp_path: Path) -> None:
    data = lag_data(tmp_path / "lag.csv")
    window = WindowConfig(horizon=4, context_length=24, season_length=12)
    found = explained(train(data, tmp_path / "m", window=window))
    assert (leading(found).first, leading(found).last) == (12, 12)
    assert (found.leading_lag, found.n_leading) == (12, 4)
    second = sorted(e.next_step.mean for e in found.lags if e.next_step)[-2]
    best = leading(found).next_step
    assert best is not None
    assert best.mean - 2 * best.error > 5 * second
    assert best.low < best.high


@pytest.mark.slow
def test_a_lag_of_twelve_is_found_by_a_network_that_was_told_no_season(tmp_path: Path) -> None:
    data = lag_data(tmp_path / "lag.csv")
    window = WindowConfig(horizon=4, context_length=14, season_length=1)
    longer = replace(BRIEF, epochs=6, steps_per_epoch=60, learning_rate=5e-3)
    found = explained(train(data, tmp_path / "m", window=window, optimisation=longer))
    assert (leading(found).first, leading(found).last) == (12, 12)
    assert found.leading_lag == 12


def test_a_column_that_matters_is_told_from_a_useless_one(tmp_path: Path) -> None:
    draws = np.random.default_rng(0)
    promo, useless = draws.integers(0, 2, 90), draws.normal(size=90)
    values = 100 + 30 * promo + draws.normal(size=90)
    rows = [
        f"{step},{'' if step >= 86 else value},{on},{other}"
        for step, (value, on, other) in enumerate(zip(values, promo, useless, strict=True))
    ]
    data = write(tmp_path / "data.csv", "step,value,promo,useless", rows)
    read = ReadConfig(target=("value",), future=("promo", "useless"))
    window = WindowConfig(horizon=4, context_length=8, season_length=1)
    found = explained(train(data, tmp_path / "m", read=read, window=window))
    first, second = found.covariates
    assert (first.name, first.role, second.name) == ("promo", "future", "useless")
    assert first.change is not None
    assert second.change is not None
    assert first.change.mean > 10 * second.change.mean
    assert first.growth is not None
    assert first.growth.mean - 2 * first.growth.error > 0
    assert found.effects[0].name == "promo"
    assert found.effects[0].share == pytest.approx(0.25, abs=0.06)
    step = found.shares[0].steps[0]
    assert abs(step.effects) > 5


def test_the_parts_of_every_number_sum_to_it(tmp_path: Path) -> None:
    found = explained(save(tmp_path / "m"))
    assert [series.series for series in found.shares] == ["a", "b"]
    for series in found.shares:
        assert len(series.steps) == HORIZON
        for step in series.steps:
            parts = step.last_value + step.simple + step.networks + step.effects
            assert parts == pytest.approx(step.forecast)


def test_explaining_twice_says_the_same_to_the_byte(tmp_path: Path) -> None:
    panel = with_columns(make_panel(wave(60), wave(50, seed=1)))
    checkpoint = save(tmp_path / "m", make_model(panel))
    assert to_json(explained(checkpoint)) == to_json(explained(checkpoint))


def test_windows_that_were_trained_on_are_called_in_sample(tmp_path: Path) -> None:
    checkpoint = save(tmp_path / "m")
    found = explained(checkpoint)
    assert found.n_in_sample == found.n_windows == 24
    rows = [f"{name},{step},{value}" for name in "ab" for step, value in enumerate(wave(90))]
    data = write(tmp_path / "later.csv", "name,step,value", rows)
    found = explained(checkpoint, data)
    assert found.n_in_sample == 0
    assert found.data.longest == 90
    rows = [f"x,{step},{value}" for step, value in enumerate(wave(90))]
    told: list[str] = []
    data = write(tmp_path / "other.csv", "name,step,value", rows)
    assert explained(checkpoint, data, told=told).n_in_sample == 0
    assert any("not seen in training" in text for text in told)


def test_of_many_series_the_shares_of_some_are_shown_and_told(tmp_path: Path) -> None:
    panel = make_panel(*(wave(40, seed=seed) for seed in range(9)))
    told: list[str] = []
    checkpoint = save(tmp_path / "m", make_model(panel))
    found = explained(checkpoint, told=told)
    assert len(found.shares) == 6
    assert len(told) == 1
    assert "6 of 9 series are shown" in told[0]
    assert [s.series for s in explained(checkpoint, series=("b",)).shares] == ["b"]
    with pytest.raises(ConfigError, match="no such series"):
        explained(checkpoint, series=("z",))


def test_without_the_future_of_columns_the_latest_known_forecast_is_taken_apart(
    tmp_path: Path,
) -> None:
    told: list[str] = []
    panel = with_columns(make_panel(wave(60)), ahead=0)
    blind = make_model(panel)
    assert explained(save(tmp_path / "m", blind), told=told).shares[0].steps[0].time == "60"
    effects = Effects(
        terms=(Term(column=0, category=None, centre=0.0, spread=1.0),),
        on_logs=False,
        season_length=1,
        mean=(0.5,),
        variance=(0.0,),
    )
    found = explained(save(tmp_path / "m", replace(blind, effects=effects)), told=told)
    assert found.shares[0].steps[-1].time == "59"
    assert ["--future-data" in text for text in told] == [True]
    known = make_model(with_columns(make_panel(wave(60)), ahead=HORIZON))
    found = explained(save(tmp_path / "m", replace(known, effects=effects)))
    assert found.shares[0].steps[0].time == "60"


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_series_of_a_few_values_is_explained_as_far_as_that_goes(
    tmp_path: Path, length: int
) -> None:
    found = explained(save(tmp_path / "m", make_model(make_panel(wave(length)))))
    assert found.n_windows == 1
    assert len(found.shares) == 1
    assert [entry.first for entry in found.lags] == list(range(1, length + 1))
    assert all(entry.growth is None for entry in found.lags)


def test_a_series_that_never_changes_rests_on_nothing(tmp_path: Path) -> None:
    found = explained(save(tmp_path / "m", make_model(make_panel([5.0] * 40))))
    assert (found.leading_lag, found.n_leading, found.gates) == (None, 0, ())


def test_steps_that_rest_on_no_lag_in_common_have_no_leading_one(tmp_path: Path) -> None:
    committee = make_committee([], simple_weight=1.0)
    naive = replace(committee, simple_weights={"naive": 1.0})
    found = explained(save(tmp_path / "m", make_model(make_panel(wave(60)), naive)))
    assert (leading(found).first, leading(found).last) == (1, 1)
    assert (found.leading_lag, found.n_leading) == (None, 0)


def test_how_to_read_means_nothing_without_data(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="need DATA"):
        explain(
            None,
            save(tmp_path / "m"),
            read=ReadConfig(delimiter=";"),
            config=ExplainConfig(),
            tell=lambda _: None,
        )
