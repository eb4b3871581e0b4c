"""Several values of one period, and times off the grid: what becomes of them and what is told."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_again, read_panel
from forecast_cli.read_config import Aggregate, ReadConfig

Read = Callable[..., Panel]


def daily(first: str, n_days: int, per_day: int = 1, header: str = "date,y") -> str:
    """The value 1 so many times a day."""
    days = [date.fromisoformat(first) + timedelta(days=i // per_day) for i in range(n_days)]
    return "\n".join([header, *(f"{day},1" for day in days)]) + "\n"


def told(notices: list[Notice]) -> str:
    return "\n".join(notice.text for notice in notices)


@pytest.mark.parametrize(
    ("how", "values"),
    [("mean", [2.0, 5.0, 7.0]), ("sum", [6.0, 5.0, 7.0]), ("last", [3.0, 5.0, 7.0])],
)
def test_several_values_of_a_time_become_one(
    panel_of: Read, how: Aggregate, values: list[float]
) -> None:
    text = "date,y\n2024-01-01,1\n2024-01-01,2\n2024-01-01,3\n2024-01-02,5\n2024-01-03,7\n"
    assert panel_of(text, ReadConfig(aggregate=how)).values.tolist() == values


def test_the_last_value_is_the_latest_and_not_the_lowest_line(panel_of: Read) -> None:
    text = "t,y\n2024-01-01 09:00,1\n2024-01-01 08:00,2\n2024-01-02 03:00,5\n2024-01-03 01:00,7\n"
    panel = panel_of(text, ReadConfig(freq="D", aggregate="last"))
    assert panel.values.tolist() == [1.0, 5.0, 7.0]


def test_empty_cells_are_skipped_and_a_period_of_them_is_missing(panel_of: Read) -> None:
    text = "date,y\n2024-01-01,1\n2024-01-01,\n2024-01-02,\n2024-01-02,\n2024-01-03,7\n"
    panel = panel_of(text, ReadConfig(aggregate="sum"))
    np.testing.assert_array_equal(panel.values, [1.0, np.nan, 7.0])


def test_a_column_of_empty_cells_is_refused(panel_of: Read) -> None:
    with pytest.raises(DataError, match="column y has no values"):
        panel_of("date,y\n2024-01-01,\n2024-01-01,\n", ReadConfig(freq="D", aggregate="sum"))


@pytest.mark.parametrize(("how", "told_so"), [("sum", False), ("last", True)])
def test_the_order_within_a_period_matters_for_the_last_value(
    panel_of: Read, notices: list[Notice], how: Aggregate, told_so: bool
) -> None:
    text = "t,y\n2024-01-01 09:00,1\n2024-01-01 08:00,2\n2024-01-02 03:00,5\n"
    panel_of(text, ReadConfig(freq="D", aggregate=how))
    assert ("put in time order" in told(notices)) is told_so


def test_a_period_without_a_row_is_a_gap_that_is_told(
    panel_of: Read, notices: list[Notice]
) -> None:
    text = "t,y\n2024-01-01 00:00:07,1\n2024-01-01 00:04:59,2\n2024-01-01 00:11:00,3\n"
    panel = panel_of(text, ReadConfig(freq="5min", aggregate="mean"))
    np.testing.assert_array_equal(panel.values, [1.5, np.nan, 3.0])
    assert "3 values put into 2 periods (every 5 minutes (5min)) by their mean" in told(notices)
    assert "1 time of the calendar" in told(notices)


def test_regular_data_are_read_as_without_the_option(panel_of: Read, notices: list[Notice]) -> None:
    panel = panel_of(daily("2024-01-03", 60), ReadConfig(freq="D", aggregate="sum"))
    assert panel.values.tolist() == [1.0] * 60
    assert [notice.kind for notice in notices] == ["guess"]
    assert "put into" not in told(notices)


def test_sums_that_the_data_do_not_cover_are_left_out(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel = panel_of(daily("2024-01-20", 160), ReadConfig(freq="MS", aggregate="sum"))
    assert panel.values.tolist() == [29.0, 31.0, 30.0, 31.0]
    assert panel.calendar.labels(panel.starts) == ["2024-02-01"]
    assert "2 periods at the start or the end of a series are covered in part" in told(notices)
    assert "first 2024-01-01, from line 2 on" in told(notices)


def test_sums_that_the_data_cover_are_kept(panel_of: Read, notices: list[Notice]) -> None:
    panel = panel_of(daily("2024-01-01", 152), ReadConfig(freq="MS", aggregate="sum"))
    assert panel.values.tolist() == [31.0, 29.0, 31.0, 30.0, 31.0]
    assert "covered in part" not in told(notices)


def test_a_series_keeps_its_own_start_and_end(panel_of: Read) -> None:
    one = daily("2024-01-01", 121, header="date,y,id").replace(",1\n", ",1,a\n")
    other = daily("2024-02-10", 81).partition("\n")[2].replace(",1\n", ",1,b\n")
    panel = panel_of(one + other, ReadConfig(freq="MS", aggregate="sum", id=("id",)))
    assert panel.series(0).tolist() == [31.0, 29.0, 31.0, 30.0]
    assert panel.series(1).tolist() == [31.0, 30.0]


def test_one_sale_now_and_then_does_not_make_the_last_month_incomplete(panel_of: Read) -> None:
    times = [date(2024, 1 + i // 3, 1 + (i * 11) % 27) for i in range(27)]
    text = "\n".join(["date,y", *(f"{time},1" for time in sorted(times))])
    panel = panel_of(text, ReadConfig(freq="MS", aggregate="sum"))
    assert panel.values.tolist() == [3.0] * 9


def test_a_mean_over_part_of_the_last_period_is_told(panel_of: Read, notices: list[Notice]) -> None:
    panel = panel_of(daily("2024-01-20", 160), ReadConfig(freq="MS", aggregate="mean"))
    assert panel.values.tolist() == [1.0] * 6
    assert "the last period is covered in part, first 2024-06-01" in told(notices)


def test_weeks_end_on_sunday_and_say_so(panel_of: Read, notices: list[Notice]) -> None:
    panel = panel_of(daily("2024-01-01", 42), ReadConfig(freq="W", aggregate="sum"))
    assert panel.calendar.labels(panel.starts) == ["2024-01-07"]
    assert panel.values.tolist() == [7.0] * 6
    assert "weekly (W-SUN), called by their last day" in told(notices)


@pytest.mark.parametrize(
    ("times", "freq", "labels"),
    [
        ([0, 11, 12, 29, 30], "10", [0, 10, 20, 30]),
        ([2000, 2001, 2004, 2005, 2009], "5YS", [2000, 2005]),
        ([1_700_000_000 + 700 * i for i in range(11)], "3600", [1_699_999_200, 1_700_002_800,
                                                                1_700_006_400]),
    ],
    ids=["steps", "years", "seconds since 1970"],
)  # fmt: skip
def test_whole_numbers_go_to_multiples_of_the_step(
    panel_of: Read, times: list[int], freq: str, labels: list[int]
) -> None:
    text = "\n".join(["t,y", *(f"{time},1" for time in times)])
    panel = panel_of(text, ReadConfig(freq=freq, aggregate="mean"))
    assert panel.calendar.labels(panel.starts + np.arange(panel.lengths[0])) == labels


def test_a_day_is_that_of_the_place(panel_of: Read) -> None:
    hours = [datetime(2024, 10, 25) + timedelta(hours=i) for i in range(120)]
    berlin = [f"{h:%Y-%m-%dT%H:%M}+02:00" for h in hours[:51]]
    berlin += [f"{h - timedelta(hours=1):%Y-%m-%dT%H:%M}+01:00" for h in hours[51:]]
    text = "\n".join(["t,y", *(f"{time},1" for time in berlin[: 24 * 4 + 1])])
    panel = panel_of(text, ReadConfig(freq="D", aggregate="sum"))
    assert panel.values.tolist() == [24.0, 24.0, 25.0, 24.0]


@pytest.mark.parametrize("freq", [None, "D"])
def test_an_hour_that_comes_twice_is_made_one(panel_of: Read, freq: str | None) -> None:
    clocks = [0, 1, 2, 2, 3, 4]
    text = "\n".join(["t,y", *(f"2023-10-29 {hour:02d}:00,1" for hour in clocks)])
    panel = panel_of(text, ReadConfig(aggregate="mean", freq=freq))
    assert panel.values.tolist() == [1.0] * (5 if freq is None else 1)


def test_json_lines_are_resampled(tmp_path: Path) -> None:
    path = tmp_path / "sales.jsonl"
    path.write_text("".join(f'{{"day": "2024-01-0{1 + i // 2}", "y": {i}}}\n' for i in range(8)))
    panel = read_panel(str(path), ReadConfig(freq="D", aggregate="sum"), lambda _: None)
    assert panel.values.tolist() == [1.0, 5.0, 9.0, 13.0]


def test_columns_of_a_wide_table_are_resampled(panel_of: Read) -> None:
    text = "date,a,b\n2024-01-01,1,4\n2024-01-01,3,\n2024-01-02,5,6\n"
    panel = panel_of(text, ReadConfig(aggregate="mean"))
    assert panel.values.tolist() == [2.0, 5.0, 4.0, 6.0]


def test_a_column_called_as_an_id_tells_series_apart_that_share_no_time(panel_of: Read) -> None:
    rows = [f"2024-01-01 0{i}:0{i}:0{j},{'pq'[j]},{j}" for i in range(9) for j in range(2)]
    panel = panel_of("\n".join(["t,sensor,y", *rows]), ReadConfig(freq="h", aggregate="mean"))
    assert panel.ids.ravel().tolist() == ["p", "q"]
    assert panel.values.tolist() == [0.0] * 9 + [1.0] * 9


def test_two_columns_called_as_ids_are_a_tie(panel_of: Read) -> None:
    rows = [f"2024-01-0{1 + i // 6},{'pq'[i % 2]},{'xyz'[i % 3]},{i}" for i in range(18)]
    with pytest.raises(DataError, match="any of store, item; say which with --id"):
        panel_of("\n".join(["date,store,item,y", *rows]), ReadConfig(aggregate="sum"))


def test_text_that_tells_nothing_apart_is_told(panel_of: Read, notices: list[Notice]) -> None:
    rows = [f"2024-01-0{1 + i // 6},{'pq'[i % 2]},{i}" for i in range(18)]
    panel_of("\n".join(["date,weather,y", *rows]), ReadConfig(aggregate="sum"))
    assert "put together whatever weather says; --id tells series apart" in told(notices)


@pytest.mark.parametrize(
    ("text", "config", "facts"),
    [
        ("t,y\n2024-01-01 00:00:07,1\n2024-01-01 00:04:59,2\n", ReadConfig(freq="5min"),
         ["line 3", "00:04:59", "--freq 5min", "--aggregate mean, sum or last"]),
        ("date,y\n2024-01-01,1\n2024-01-01,2\n2024-01-02,5\n", ReadConfig(),
         ["lines 2 and 3", "2024-01-01", "--aggregate mean, sum or last", "--id"]),
        ("t,y\n2024-01-01 00:00:07,1\n2024-01-01 00:05:59,2\n2024-01-01 00:11:02,2\n",
         ReadConfig(aggregate="mean"), ["irregular", "--freq 5min --aggregate mean"]),
        ("t,y\n2024-01-01,1\n2024-01-31,2\n2024-03-04,2\n2024-04-02,2\n",
         ReadConfig(), ["irregular", "--freq MS --aggregate mean"]),
        ("t,y\n0,1\n11,2\n19,2\n31,2\n4011,4\n", ReadConfig(),
         ["irregular", "--freq 12 --aggregate mean"]),
    ],
    ids=["off the grid", "two values", "no frequency", "about monthly", "steps"],
)  # fmt: skip
def test_a_refusal_says_how_to_resample(
    panel_of: Read, text: str, config: ReadConfig, facts: list[str]
) -> None:
    with pytest.raises(DataError) as refusal:
        panel_of(text, config)
    assert not [fact for fact in facts if fact not in str(refusal.value)], refusal.value


def test_later_data_are_resampled_into_the_periods_of_the_model(panel_of: Read) -> None:
    trained = panel_of(daily("2024-01-01", 84), ReadConfig(freq="2W-WED", aggregate="sum"))
    config = read_again(trained, ReadConfig())
    later = panel_of(daily("2024-01-18", 90), config)
    assert (config.aggregate, later.calendar) == ("sum", trained.calendar)
    assert later.calendar.labels(later.starts) == ["2024-02-07"]


def test_later_steps_are_resampled_into_the_periods_of_the_model(panel_of: Read) -> None:
    texts = ["\n".join(["t,y", *(f"{i},1" for i in range(a, a + 97))]) for a in (0, 33)]
    trained = panel_of(texts[0], ReadConfig(freq="10", aggregate="sum"))
    later = panel_of(texts[1], read_again(trained, ReadConfig()))
    assert later.calendar == trained.calendar
    assert later.calendar.labels(later.starts) == [40]
