from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console, RenderableType

from forecast_cli.findings import (
    AnaloguesSummary,
    Backtest,
    Breakdown,
    DataSummary,
    MemberSummary,
    ModelScores,
    Standing,
    TrainReport,
)
from forecast_cli.report import (
    backtest_parts,
    breakdown_table,
    data_facts,
    facts,
    leaderboard_table,
    parts_table,
    table,
)
from tests.findings import TRAINED


def shown(*parts: RenderableType, width: int = 80) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return capture.get()


def scores(model: str, **changes: Any) -> ModelScores:
    values: dict[str, Any] = {
        "mae": 1234.5678,
        "rmse": 2000.0,
        "smape": 3.21,
        "mase": 0.81234,
        "mape": None,
        "r2": 0.97,
        "coverage": {},
    }
    return ModelScores(model=model, **values | changes)


def backtest(*models: ModelScores) -> Backtest:
    return Backtest(
        n_series=3,
        n_windows=2,
        step_size=1,
        horizon=12,
        n_points=72,
        scores=models,
        best_simple="theta",
        best_naive="drift",
        skill=0.2,
        verdict="The model is worth using.",
        by_target=(),
    )


def member(**changes: Any) -> MemberSummary:
    values: dict[str, Any] = {
        "representation": "log",
        "context_length": 8,
        "segment_length": 2,
        "hidden_size": 64,
        "covariates": (),
        "epochs": 5,
        "validation_mase": 0.8,
        "backtest_mase": 0.9,
        "weight": 0.1,
    }
    return MemberSummary(**values | changes)


ANALOGUES = AnaloguesSummary(context_length=52, n_windows=354_347, backtest_mase=1.1, weight=0.2)


def trained(
    members: Sequence[MemberSummary],
    simple_weights: dict[str, float],
    analogues: AnaloguesSummary | None = None,
) -> TrainReport:
    return replace(
        TRAINED, members=tuple(members), simple_weights=simple_weights, analogues=analogues
    )


def data(**changes: Any) -> DataSummary:
    values: dict[str, Any] = {
        "source": "sales.csv",
        "layout": "long",
        "id_columns": ("shop",),
        "time_column": "date",
        "target": "sales",
        "freq": "MS",
        "n_series": 3,
        "n_values": 12345,
        "n_missing": 0,
        "shortest": 100,
        "longest": 144,
        "first_time": "1949-01",
        "last_time": "1960-12",
    }
    return DataSummary(**values | changes)


def standing(model: str, **changes: Any) -> Standing:
    values: dict[str, Any] = {
        "mase": 0.81234,
        "smape": 3.21,
        "mae": 1234.5678,
        "rmse": 2000.0,
        "skill": 0.1234,
        "seconds": 12.34,
        "n_parameters": 145_236,
        "network_share": 0.4,
        "chance": 0.0123,
        "standing": "worse",
    }
    return Standing(model=model, **values | changes)


def test_scores_of_the_model_and_the_simple_forecasts_stand_side_by_side() -> None:
    text = shown(*backtest_parts(backtest(scores("gru"), scores("naive", mase=1.0, r2=None))))
    rows = [line.split() for line in text.splitlines()]
    assert ["MASE", "sMAPE", "MAE", "RMSE", "R²"] in rows
    assert ["gru", "0.8123", "3.210", "1235", "2000", "0.9700"] in rows
    assert ["naive", "1.000", "3.210", "1235", "2000", "–"] in rows
    assert text.endswith("The model is worth using.\n")


def test_mape_has_a_column_only_where_it_is_defined() -> None:
    text = shown(*backtest_parts(backtest(scores("gru", mape=4.5), scores("naive"))))
    assert ["gru", "0.8123", "3.210", "4.500", "1235", "2000", "0.9700"] in [
        line.split() for line in text.splitlines()
    ]
    assert " MAPE " not in shown(*backtest_parts(backtest(scores("gru"))))


def test_coverage_is_told_where_there_are_intervals() -> None:
    text = shown(*backtest_parts(backtest(scores("gru", coverage={"80": 0.785, "95": 0.951}))))
    assert "coverage: 78.5 % in the 80 % interval, 95.1 % in the 95 % interval\n" in text
    assert "coverage" not in shown(*backtest_parts(backtest(scores("gru"))))


def test_what_was_understood_names_columns_lengths_and_times() -> None:
    text = shown(facts(data_facts(data())))
    assert "sales.csv (long layout)" in text
    assert "target sales, time date, id shop" in text
    assert "3 series of 100 to 144 steps, 12 345 values" in text
    assert "1949-01 to 1960-12, MS" in text


def test_missing_values_and_absent_columns_are_told() -> None:
    summary = data(n_missing=7, id_columns=(), time_column=None, shortest=144, n_series=1)
    text = shown(facts(data_facts(summary)))
    assert "1 series of 144 steps, 12 345 values, 7 missing" in text
    assert "id " not in text
    assert "time " not in text


@pytest.mark.parametrize("hostile", ["[bold]x[/bold]", "[/x]", ":smile:"])
def test_names_from_files_are_not_read_as_markup(hostile: str) -> None:
    assert f"target {hostile}," in shown(facts(data_facts(data(target=hostile))))
    assert hostile in shown(table(["column"], [[hostile]]))


def test_control_characters_in_names_are_escaped() -> None:
    hostile = data(target="\x1b[31m", source="\x9b.csv", id_columns=("\u202e",), last_time="\x07")
    rows = [Breakdown(label="\x1b]0;x\x07", n_points=1, mae=1.0, smape=1.0, mase=None)]
    text = shown(facts(data_facts(hostile)), breakdown_table("series", rows, most=4))
    assert text.replace("\n", "").isprintable()
    assert "\\x1b[31m" in text


def test_every_table_fits_into_80_columns() -> None:
    long_names = data(target="x" * 100, source="y" * 150, id_columns=("z" * 100, "w" * 100))
    rows = [Breakdown(label="v" * 100, n_points=10**6, mae=1e13, smape=199.9, mase=1e-9)] * 40
    members = [
        member(
            representation="level, season removed, correction to seasonal-naive",
            context_length=1024,
            segment_length=1024,
            covariates=("the temperature at noon in the shade", "price", "event", "kind"),
            epochs=10**4,
            validation_mase=1e-9,
            backtest_mase=1e13,
        )
    ] * 10
    text = shown(
        facts(data_facts(long_names)),
        parts_table(trained(members, {"log-damped-trend": 0.125}, ANALOGUES)),
        breakdown_table("series", rows, most=12),
        leaderboard_table(
            [standing("log-damped-trend", mae=123456.7, skill=-9.999, n_parameters=10**6)]
        ),
        *backtest_parts(backtest(scores("gru", mape=100.123, coverage={"80": 0.5, "95": 0.9}))),
    )
    assert max(map(len, text.splitlines())) <= 80


def test_the_middle_of_a_long_breakdown_is_left_out_and_counted() -> None:
    rows = [Breakdown(label=f"s{i}", n_points=1, mae=1.0, smape=1.0, mase=1.0) for i in range(40)]
    text = shown(breakdown_table("series", rows, most=12))
    labels = [line.split()[0] for line in text.splitlines() if line.startswith("s")]
    assert labels == ["series", *(f"s{i}" for i in (*range(6), *range(34, 40)))]
    assert "… 28 more" in text


def test_parts_are_shown_by_weight_and_every_network_with_how_it_did() -> None:
    members = [
        member(weight=0.6),
        member(representation="level", segment_length=1, backtest_mase=None, weight=0.15),
    ]
    text = shown(parts_table(trained(members, {"naive": 0.0, "theta": 0.25}, ANALOGUES)))
    assert [" ".join(line.split()) for line in text.splitlines() if "%" in line] == [
        "log, from 8 steps, 2 at a time 60.0 % 5 0.8000 0.9000",
        "theta 25.0 %",
        "analogues: what followed like 52 20.0 % 1.100",
        "level, from 8 steps 15.0 % 5 0.8000 –",
        "naive 0.0 %",
    ]


def test_a_leaderboard_shows_errors_costs_and_whether_chance_explains_the_difference() -> None:
    rows = [
        standing("gru", chance=None, standing="best"),
        standing("theta", mase=None, skill=None, seconds=0.04, n_parameters=0),
        standing("drift", chance=0.00001),
        standing("lstm", network_share=0.0, n_parameters=0, chance=1.0, standing="level"),
        standing("naive", chance=None, standing="too few pairs"),
    ]
    lines = [" ".join(line.split()) for line in shown(leaderboard_table(rows)).splitlines()]
    assert lines[1] == "MASE sMAPE MAE skill time weights p"
    assert lines[3:] == [
        "gru 0.812 3.21 1235 12 % 12 s 145 236 best",
        "theta – 3.21 1235 – 0.0 s 0 worse .012",
        "drift 0.812 3.21 1235 12 % 12 s 145 236 worse <.001",
        "lstm (simple) 0.812 3.21 1235 12 % 12 s 0 level 1.00",
        "naive 0.812 3.21 1235 12 % 12 s 145 236",
    ]


def test_the_longest_name_on_a_leaderboard_stays_on_one_line() -> None:
    row = standing("log-damped-trend", mae=12345.6, skill=-12.3, chance=0.0001, seconds=1234.0)
    assert "log-damped-trend  0.812   3.21  12346  -1230 %  1234 s  145 236" in shown(
        leaderboard_table([row])
    )


def test_the_parts_of_a_model_are_shown_with_some_of_the_covariates_that_they_see() -> None:
    def words(*names: str) -> str:
        table = parts_table(trained([member(covariates=names)], {}))
        return " ".join(shown(table, width=200).split())

    assert "2 at a time, and price, event 10.0 %" in words("price", "event")
    assert "2 at a time, and a, b, c, …" in words("a", "b", "c", "d")
    assert "time, and" not in words()
