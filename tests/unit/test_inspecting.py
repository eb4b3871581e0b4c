"""What inspect makes of whole files, messy ones too; what is read is left to other tests."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from forecast_cli.config import NetworkConfig, Settings, TrainConfig, WindowConfig
from forecast_cli.document import to_json
from forecast_cli.errors import ConfigError, DataError
from forecast_cli.inspect_findings import InspectReport, TrainingPlan, Understanding
from forecast_cli.inspecting import inspect
from forecast_cli.notices import Notice
from forecast_cli.read_config import OutlierConfig, ReadConfig
from tests.panels import wave


def months(count: int, first: int = 2010) -> list[str]:
    return [f"{first + n // 12}-{n % 12 + 1:02d}-01" for n in range(count)]


def write(folder: Path, rows: Sequence[object], header: str = "date,y", name: str = "a.csv") -> str:
    path = folder / name
    path.write_text("\n".join([header, *map(str, rows)]) + "\n")
    return str(path)


def single(values: Sequence[float]) -> list[str]:
    return [f"{day},{value:.3f}" for day, value in zip(months(len(values)), values, strict=True)]


def look(source: str, settings: Settings | None = None, **read: Any) -> InspectReport:
    asked = settings or Settings(read=ReadConfig(**read))
    report = inspect(source, settings=asked, tell=lambda _: None)
    json.loads(to_json(report), parse_constant=pytest.fail)
    return report


def understood(report: InspectReport) -> Understanding:
    assert report.understood is not None, report.problems
    return report.understood


def training(report: InspectReport) -> TrainingPlan:
    plan = understood(report).training
    assert plan is not None, report.problems
    return plan


def test_the_columns_and_the_command_are_told(tmp_path: Path) -> None:
    rows = [f"{shop},{day},{n}" for shop in "ab" for n, day in enumerate(months(30))]
    report = look(write(tmp_path, rows, "shop,month,sales"))
    assert [(c.name, c.role) for c in report.columns] == [
        ("shop", "id"),
        ("month", "time"),
        ("sales", "target"),
    ]
    assert (report.ties, report.problems, report.frequencies) == ({}, (), ())
    assert understood(report).command.startswith("forecast train ")
    assert [one.name for one in understood(report).series] == ["a", "b"]


def test_a_tie_is_shown_with_its_candidates(tmp_path: Path) -> None:
    rows = [f"x,{2000 + n},{n * n},{3 * n}" for n in range(20)]
    rows += [f"y,{2000 + n},{n + 5},{7 * n}" for n in range(20)]
    report = look(write(tmp_path, rows, "item,Year,width,height"))
    assert report.ties == {"target": ("width", "height")}
    assert (report.understood, report.problems) == (None, ())


def test_several_frequencies_are_a_table_and_a_problem(tmp_path: Path) -> None:
    rows = [f"m,{day},{n}" for n, day in enumerate(months(60))]
    rows += [f"q,{day},{n}" for n, day in enumerate(months(60)[::3])]
    report = look(write(tmp_path, rows, "id,date,y"))
    assert [(f.freq, f.n_series, f.series) for f in report.frequencies] == [
        ("MS", 1, ("m",)),
        ("QS-JAN", 1, ("q",)),
    ]
    assert "--by-frequency" in report.problems[0]
    assert report.understood is None


def test_one_of_several_frequencies_is_understood(tmp_path: Path) -> None:
    rows = [f"m,{day},{n}" for n, day in enumerate(months(60))]
    rows += [f"q,{day},{n}" for n, day in enumerate(months(60)[::3])]
    report = look(write(tmp_path, rows, "id,date,y"), freq="MS", by_frequency=True)
    assert understood(report).data.n_series == 1
    assert understood(report).n_repeated_rows == 0


@pytest.mark.parametrize(
    ("rows", "fact"),
    [
        (["2020-01-01,1", "2020-02-01,2", "2020-01-01,3"], "two values for 2020-01-01"),
        (["2020-01-01,x", "2020-02-01,z"], "no numeric column"),
        (["2020-01-01,1"], "1 time only"),
        (["2020-01-01,1", "2020-01-02,2", "soon,2", "2020-01-04,3"], "'soon'"),
        (["2020-01-01,", "2020-02-01,", "2020-03-01,"], "no values"),
    ],
)
def test_what_stands_in_the_way_of_train_is_a_problem_beside_the_columns(
    tmp_path: Path, rows: list[str], fact: str
) -> None:
    report = look(write(tmp_path, rows))
    assert len(report.problems) == 1
    assert fact in report.problems[0]
    assert [column.name for column in report.columns] == ["date", "y"]


def test_a_panel_without_a_step_to_forecast_is_shown_with_the_problem(tmp_path: Path) -> None:
    report = look(write(tmp_path, ["2020-01-01,1"]), freq="D")
    assert "two values after each other" in report.problems[0]
    assert (understood(report).data.n_values, understood(report).training) == (1, None)


def test_a_file_that_cannot_be_read_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        look(str(tmp_path / "none.csv"))
    with pytest.raises(ConfigError, match="Tme"):
        look(write(tmp_path, single(wave(30))), time="Tme")


def test_repeated_rows_are_counted(tmp_path: Path) -> None:
    rows = single(wave(40))
    report = look(write(tmp_path, [*rows, rows[3], rows[3], rows[20]]))
    assert understood(report).n_repeated_rows == 3
    assert understood(look(write(tmp_path, rows))).n_repeated_rows == 0


def test_values_that_become_one_are_no_repetitions(tmp_path: Path) -> None:
    rows = single(wave(40))
    report = look(write(tmp_path, [*rows, rows[3]]), freq="MS", aggregate="mean")
    assert understood(report).n_repeated_rows == 0


def test_rows_without_a_value_at_the_ends_are_no_repetitions(tmp_path: Path) -> None:
    days = months(42)
    rows = [f"{days[0]},", *(f"{day},{n}" for n, day in enumerate(days[1:41])), f"{days[41]},"]
    assert understood(look(write(tmp_path, rows))).n_repeated_rows == 0


def test_gaps_and_outliers_are_found_where_they_stand(tmp_path: Path) -> None:
    values = wave(60)
    values[40] = 9000.0
    rows = single(values)
    del rows[10:13]
    found = understood(look(write(tmp_path, rows)))
    assert found.gaps.longest is not None
    assert (found.gaps.n_steps, found.gaps.longest.first) == (3, "2010-11-01")
    assert [(o.time, o.place) for o in found.outliers.first] == [("2013-05-01", "line 39")]


def test_outliers_that_are_to_be_refused_are_a_problem_and_shown(tmp_path: Path) -> None:
    values = wave(60)
    values[40] = 9000.0
    settings = Settings(cleaning=OutlierConfig(outliers="error"))
    report = look(write(tmp_path, single(values)), settings)
    assert "--outliers clip or keep" in report.problems[0]
    found = understood(report)
    assert (found.outliers.n, found.outliers.treatment, found.training) == (1, "error", None)
    assert "--outliers error" in found.command


def test_covariates_are_told_with_how_far_ahead_they_are_known(tmp_path: Path) -> None:
    days = months(66)
    rows = [f"{days[n]},{value:.2f},{n % 2},{n}" for n, value in enumerate(wave(60))]
    rows += [f"{day},,1," for day in days[60:]]
    report = look(write(tmp_path, rows, "date,y,promo,temp"), future=("promo",), past=("temp",))
    found = {c.name: c for c in understood(report).covariates}
    assert (found["promo"].fewest_ahead, found["promo"].n_lacking) == (6, 1)
    assert found["temp"].fewest_ahead is None
    seeing = [network for network in training(report).networks if network.covariates]
    assert seeing[0].covariates == ("temp", "promo")


def test_the_networks_and_the_backtest_are_those_of_train(tmp_path: Path) -> None:
    plan = training(look(write(tmp_path, single(wave(120)))))
    assert sum(network.count for network in plan.networks) == 6
    assert plan.backtest is not None
    assert (plan.backtest.n_windows, plan.backtest.span) == (6, 12)
    assert (plan.backtest.first_cutoff, plan.backtest.last_cutoff) == ("2018-07-01", "2018-12-01")
    assert plan.backtest.n_held_back == 2 * (12 + 6 - 1)


def test_options_of_training_are_followed_and_in_the_command(tmp_path: Path) -> None:
    settings = Settings(
        window=WindowConfig(horizon=4),
        network=NetworkConfig(cell="lstm"),
        optimisation=TrainConfig(members=2, epochs=3),
    )
    report = look(write(tmp_path, single(wave(120))), settings)
    plan = training(report)
    assert (sum(network.count for network in plan.networks), plan.epochs) == (2, 3)
    assert plan.backtest is not None
    assert plan.backtest.span == 4
    assert "--horizon 4 --cell lstm" in understood(report).command
    assert "--members 2 --epochs 3" in understood(report).command


def test_logs_are_only_for_positive_values(tmp_path: Path) -> None:
    def scales(values: Sequence[float]) -> set[str]:
        plan = training(look(write(tmp_path, single(values))))
        return {network.representation.split(",")[0] for network in plan.networks}

    assert scales(wave(80)) == {"level", "log"}
    assert scales([value - 60 for value in wave(80)]) == {"level"}


def test_data_too_short_for_networks_get_a_simple_forecast(tmp_path: Path) -> None:
    plan = training(look(write(tmp_path, single([3.0, 4.0, 5.0, 6.0, 5.5]))))
    assert (plan.networks, plan.epochs, plan.backtest) == ((), 0, None)
    assert plan.simple
    assert plan.n_short_series == 1


def test_series_too_short_for_the_networks_are_counted(tmp_path: Path) -> None:
    rows = [f"a,{row}" for row in single(wave(80))] + [f"b,{row}" for row in single(wave(5))]
    assert training(look(write(tmp_path, rows, "id,date,y"))).n_short_series == 1


def test_the_wide_layout_and_one_row_per_series_are_understood(tmp_path: Path) -> None:
    wide = [f"{day},{n},{2 * n}" for n, day in enumerate(months(40))]
    report = look(write(tmp_path, wide, "month,a,b"))
    assert (understood(report).data.layout, len(understood(report).series)) == ("wide", 2)
    header = "id," + ",".join(f"V{n}" for n in range(1, 31))
    rows = [f"s{k}," + ",".join(str(n + k) for n in range(30)) for k in range(3)]
    report = look(write(tmp_path, rows, header))
    assert (understood(report).data.layout, len(understood(report).series)) == ("rows", 3)
    assert understood(report).n_repeated_rows == 0


def test_everything_that_is_told_is_kept_in_the_report(tmp_path: Path) -> None:
    told: list[Notice] = []
    report = inspect(write(tmp_path, single(wave(80))), settings=Settings(), tell=told.append)
    assert report.notices == tuple(notice.text for notice in told)
    assert any("--horizon" in text for text in report.notices)
