"""The panel: roles of columns, layouts, times on a grid, and what is repaired, told or refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.errors import ConfigError, DataError, UserError
from forecast_cli.notices import Notice
from forecast_cli.panel import Columns, Panel, read_again, read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.formats import read_table
from forecast_cli.reading.role_guess import guess_roles

Read = Callable[..., Panel]


@pytest.fixture
def notices() -> list[Notice]:
    return []


@pytest.fixture
def read(tmp_path: Path, notices: list[Notice]) -> Read:
    """Read text as a file with options."""

    def read_data(text: str, config: ReadConfig = ReadConfig()) -> Panel:
        path = tmp_path / "data.csv"
        path.write_text(text, encoding="utf-8")
        return read_panel(str(path), config, notices.append)

    return read_data


def rows(*names: str, n: int = 4, values: str = "1234") -> str:
    """Monthly rows `name,2024-0m-01,value`, or without the name."""
    lines = []
    for name in names or ("",):
        start = f"{name}," if name else ""
        lines += [f"{start}2024-0{m + 1}-01,{values[m]}\n" for m in range(n)]
    return "".join(lines)


def told(notices: list[Notice], kind: str) -> list[str]:
    return [notice.text.rpartition("data.csv")[2] for notice in notices if notice.kind == kind]


def following(panel: Panel) -> list[int] | list[str]:
    return panel.calendar.labels(panel.ends + 1)


def test_a_single_unnamed_series(read: Read, notices: list[Notice]) -> None:
    panel = read("date,value\n" + rows())
    assert panel.columns == Columns(id=(), time="date", target="value")
    assert panel.values.tolist() == [1, 2, 3, 4]
    assert panel.ids.shape == (1, 0)
    assert following(panel) == ["2024-05-01"]
    assert told(notices, "guess") == [
        "columns: time = date, target = value (--time, --target, --id)"
    ]
    assert told(notices, "warning") == []


def test_nothing_is_told_where_everything_was_asked_for(read: Read, notices: list[Notice]) -> None:
    read("date,value\n" + rows(), ReadConfig(time="date", target=("value",)))
    assert notices == []


def test_series_are_sorted_by_id_as_text(read: Read) -> None:
    panel = read("unique_id,ds,y\n" + rows("b", "a10", "a9"))
    assert panel.ids[:, 0].tolist() == ["a10", "a9", "b"]


def test_series_are_sorted_as_numbers_where_all_ids_are_numbers(read: Read) -> None:
    panel = read("unique_id,ds,y\n" + rows("10", "9", "007"))
    assert panel.ids[:, 0].tolist() == ["007", "9", "10"]


def test_ids_that_read_like_missing_values_stay_ids(read: Read) -> None:
    panel = read("unique_id,ds,y\n" + rows("NA", "null", "nan"))
    assert panel.ids[:, 0].tolist() == ["NA", "nan", "null"]


def test_interleaved_series_are_no_disorder(read: Read, notices: list[Notice]) -> None:
    lines = rows("a", "b").splitlines(keepends=True)
    panel = read(
        "id,date,value\n" + "".join(x + y for x, y in zip(lines[:4], lines[4:], strict=True))
    )
    assert panel.lengths.tolist() == [4, 4]
    assert told(notices, "warning") == []


def test_a_name_is_found_in_another_letter_case(read: Read) -> None:
    panel = read("Date,VALUE\n" + rows(), ReadConfig(time="date", target=("value",)))
    assert panel.columns == Columns(id=(), time="Date", target="VALUE")


@pytest.mark.parametrize(
    "config", [ReadConfig(time="when"), ReadConfig(target=("y",)), ReadConfig(id=("shop",))]
)
def test_a_column_that_is_not_there_is_wrong_usage(read: Read, config: ReadConfig) -> None:
    with pytest.raises(ConfigError, match="its columns are: date, amount"):
        read("date,amount\n" + rows(), config)


def test_index_text_and_constant_columns_are_left_out(read: Read) -> None:
    lines = [f"{i},2024-01-0{i + 1},{i},note {i},kWh\n" for i in range(4)]
    panel = read(",date,load,remark,unit\n" + "".join(lines))
    assert panel.columns == Columns(id=(), time="date", target="load")


def test_a_text_column_that_tells_series_apart_is_the_id(read: Read) -> None:
    panel = read("shop,date,value\n" + rows("x", "y"))
    assert panel.columns.id == ("shop",)


def test_two_columns_may_be_needed_to_tell_series_apart(read: Read) -> None:
    names = [f"{shop},{item}" for shop in "12" for item in "ab"]
    panel = read("shop,item,date,value\n" + rows(*names))
    assert panel.columns.id == ("shop", "item")
    assert panel.ids.tolist() == [["1", "a"], ["1", "b"], ["2", "a"], ["2", "b"]]
    assert panel.name(1) == "1, b"


def test_a_name_and_its_code_are_no_tie(read: Read, notices: list[Notice]) -> None:
    panel = read("Country Name,Country Code,Year,Value\nBenin,BEN,1960,1\nBenin,BEN,1961,2\n"
                 "Aruba,ABW,1960,3\nAruba,ABW,1961,4\n")  # fmt: skip
    assert panel.columns.id == ("Country Name",)
    assert "Country Name and Country Code name the same series" in told(notices, "guess")[-1]
    assert following(panel) == [1962, 1962]


def test_columns_that_tell_series_apart_in_two_ways_are_a_tie(read: Read) -> None:
    text = "left,right,date,value\n" + rows("p,q", "s,q2") + "p,q2,2024-05-01,1\n"
    with pytest.raises(DataError, match=r"the id may be any of left, right; say which with --id"):
        read(text)


def test_two_dates_are_a_tie_until_one_is_named(read: Read) -> None:
    text = "start,end,value\n2024-01-01,2024-02-01,3\n2024-02-01,2024-03-01,4\n"
    with pytest.raises(DataError, match="the time may be any of start, end; say which with --time"):
        read(text)
    assert read(text, ReadConfig(time="end")).columns.time == "end"


def test_two_targets_in_a_panel_are_a_tie(read: Read) -> None:
    text = "id,date,left,right\n" + rows("a", "b").replace("\n", ",7\n")
    with pytest.raises(DataError, match=r"the target may be any of left, right; .* --target"):
        read(text)


def test_ties_are_listed_for_inspect_without_an_error(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("start,end,value\n2024-01-01,2024-02-01,3\n2024-02-01,2024-03-01,4\n")
    roles = guess_roles(read_table(str(path), ReadConfig(), print), ReadConfig())
    assert roles.ties == {"time": (0, 1)}
    assert [roles.role_of(i) for i in range(3)] == ["time", "unused", "target"]


def test_several_numeric_columns_are_the_wide_layout(read: Read, notices: list[Notice]) -> None:
    panel = read("date,b,a\n2024-01-01,1,\n2024-02-01,2,5\n2024-03-01,3,6\n")
    assert panel.layout == "wide"
    assert panel.ids[:, 0].tolist() == ["a", "b"]
    assert panel.series(0).tolist() == [5, 6]
    assert panel.columns == Columns(id=("unique_id",), time="date", target="y")
    assert "one series per column" in told(notices, "guess")[0]


def test_several_targets_become_series_of_a_target_column(read: Read) -> None:
    text = "id,date,x,z\n" + rows("a", "b").replace("\n", ",7\n")
    panel = read(text, ReadConfig(target=("z", "x")))
    assert panel.columns == Columns(id=("id", "target"), time="date", target="z,x")
    assert panel.ids.tolist() == [["a", "x"], ["a", "z"], ["b", "x"], ["b", "z"]]
    assert panel.series(1).tolist() == [7, 7, 7, 7]


def test_one_row_per_series_with_trailing_blanks(read: Read) -> None:
    panel = read('"V1","V2","V3","V4"\n"Y10",1,2,3\n"Y9",4,5,\n')
    assert panel.layout == "rows"
    assert panel.ids[:, 0].tolist() == ["Y10", "Y9"]
    assert panel.lengths.tolist() == [3, 2]
    assert following(panel) == [4, 3]
    assert panel.columns.time == "step"


def test_one_row_per_series_with_years_as_headings(read: Read, notices: list[Notice]) -> None:
    panel = read("Country Name,Code,1960,1961,1962\nAruba,ABW,1,..,3\nBenin,BEN,,4,5\nX,Y,,,\n")
    assert panel.columns == Columns(id=("Country Name",), time="year", target="y")
    assert following(panel) == [1963, 1963]
    assert panel.calendar.labels(panel.starts) == [1960, 1961]
    assert ": 1 series without any value left out: X, first line 4" in told(notices, "warning")


def test_a_comma_after_the_last_heading_leaves_years_as_headings(read: Read) -> None:
    panel = read("Country,1960,1961,1962,\nAruba,1,2,3,\nChad,4,5,7,\n")
    assert following(panel) == [1963, 1963]
    assert panel.lengths.tolist() == [3, 3]


def test_an_unnamed_column_with_values_is_kept_among_headings(read: Read) -> None:
    panel = read("name,V1,V2,\na,1,2,3\nb,4,5,7\n")
    assert panel.lengths.tolist() == [3, 3]


def test_a_file_of_text_shows_the_column_that_might_be_the_target(read: Read) -> None:
    with pytest.raises(DataError, match="line 2, column y holds 'foo', no number"):
        read("month,y\n2024-01,foo\n2024-02,bar\n2024-03,baz\n")


def test_a_file_of_values_only_takes_the_row_order_as_time(
    read: Read, notices: list[Notice]
) -> None:
    panel = read("value\n5\n6\n7\n")
    assert following(panel) == [4]
    assert panel.columns.time == "step"
    assert "the order of the rows is taken as time" in told(notices, "warning")[0]


def test_a_year_and_a_month_column_form_the_time(read: Read) -> None:
    panel = read("Year,Month,sales\n2023,11,1\n2023,12,2\n2024,1,3\n")
    assert panel.columns.time == "Year-Month"
    assert following(panel) == ["2024-02"]


def test_a_year_and_a_quarter_column_form_the_time(read: Read) -> None:
    assert following(read("year,quarter,v\n2023,3,1\n2023,4,2\n2024,1,3\n")) == ["2024-Q2"]


@pytest.mark.parametrize(
    ("times", "frequency", "next_time"),
    [
        (["1", "2", "3"], "1", 4),
        (["0", "5", "15"], "5", 20),
        (["1960", "1961", "1963"], "YS", 1964),
        (["1990", "2000", "2010"], "10YS", 2020),
        (["202311", "202312"], "MS", "202401"),
        (["20231230", "20231231"], "D", "20240101"),
        (["-2", "-1"], "1", 0),
    ],
)
def test_whole_numbers_are_steps_years_or_dates(
    read: Read, times: list[str], frequency: str, next_time: int | str
) -> None:
    panel = read("date,value\n" + "".join(f"{time},1\n" for time in times))
    assert panel.calendar.freq == frequency
    assert following(panel) == [next_time]


def test_day_numbers_of_a_spreadsheet_are_no_dates(read: Read) -> None:
    with pytest.raises(DataError, match="line 2, column date: 45292 looks like the day number"):
        read("date,value\n45292,1\n45293,2\n")


def test_a_gap_becomes_missing_values_and_is_told(read: Read, notices: list[Notice]) -> None:
    panel = read("date,value\n2024-01-01,1\n2024-02-01,2\n2024-05-01,3\n")
    assert np.isnan(panel.values).tolist() == [False, False, True, True, False]
    assert panel.n_missing == 2
    assert told(notices, "warning") == [
        ": 2 times of the calendar (monthly (MS)) absent, first 2024-03-01 before line 4 "
        "(2024-05-01); left as gaps"
    ]


def test_missing_values_are_told_with_their_first_line(read: Read, notices: list[Notice]) -> None:
    panel = read("date,value\n2024-01-01,1\n2024-02-01,\n2024-03-01,NA\n2024-04-01,2\n")
    assert panel.n_missing == 2
    assert told(notices, "warning") == [
        ": 2 values missing in column value, first line 3 (2024-02-01); left as gaps"
    ]


def test_a_missing_newest_value_moves_the_start_of_the_forecast_and_is_told(
    read: Read, notices: list[Notice]
) -> None:
    panel = read("date,value\n2024-01-01,1\n2024-02-01,2\n2024-03-01,\n")
    assert following(panel) == ["2024-03-01"]
    assert told(notices, "warning") == [
        ": the newest value is missing, first line 4 (2024-03-01); the last known one is of "
        "2024-02-01, so the forecast starts at 2024-03-01"
    ]


@pytest.mark.parametrize("step", [1, 1000])
def test_rows_in_any_order_give_the_panel_of_sorted_ones(read: Read, step: int) -> None:
    # A thousand apart, times need more than 16 bits.
    rows = [f"{name},{time * step},{time}{name}" for name in range(3) for time in range(100)]
    shuffled = np.random.default_rng(0).permutation(rows)
    panels = [read("\n".join(["id,t,v", *some, ""])) for some in (rows, shuffled)]
    np.testing.assert_array_equal(panels[1].values, panels[0].values)
    assert panels[1].offsets.tolist() == panels[0].offsets.tolist() == [0, 100, 200, 300]


def test_rows_out_of_order_are_sorted_and_told(read: Read, notices: list[Notice]) -> None:
    panel = read("date,value\n2024-01-01,1\n2024-03-01,3\n2024-02-01,2\n2024-04-01,4\n")
    assert panel.values.tolist() == [1, 2, 3, 4]
    assert "1 row came before an earlier time, first line 4 (2024-02-01)" in notices[-1].text


def test_a_repeated_row_is_dropped_and_told(read: Read, notices: list[Notice]) -> None:
    panel = read("date,value\n2024-01-01,1\n2024-02-01,2\n2024-02-01,2\n2024-03-01,3\n")
    assert panel.values.tolist() == [1, 2, 3]
    assert told(notices, "warning") == [": 1 repeated row left out, first line 4 (2024-02-01)"]


def test_two_values_for_one_time_are_refused_with_both_lines(read: Read) -> None:
    with pytest.raises(
        DataError, match=r"lines 3 and 5: two values for 2024-02-01, 2 and 9; .*--id"
    ):
        read("date,value\n2024-01-01,1\n2024-02-01,2\n2024-03-01,3\n2024-02-01,9\n")


def test_a_series_without_values_is_left_out_and_told(read: Read, notices: list[Notice]) -> None:
    panel = read("id,date,value\n" + rows("a") + "ghost,2024-01-01,\nghost,2024-02-01,\n")
    assert panel.ids[:, 0].tolist() == ["a"]
    assert told(notices, "warning") == [
        ": 1 series without any value left out: ghost, first line 6"
    ]


def test_series_that_end_early_are_told(read: Read, notices: list[Notice]) -> None:
    panel = read("id,date,value\n" + rows("a", "b", "c") + rows("old", n=2))
    assert following(panel)[-1] == "2024-03-01"
    assert told(notices, "warning") == [
        "1 series ends before 2024-04-01: old (2024-02-01); each forecast starts after the end of "
        "its own series"
    ]


def test_a_value_is_found_again_in_its_file(read: Read) -> None:
    panel = read("id,date,value\n" + rows("b") + "a,2024-01-01,1\na,2024-03-01,3\n")
    assert panel.places is not None
    assert panel.values[[0, 2]].tolist() == [1, 3]
    assert [panel.places.line(index) for index in (0, 2, 3)] == ["line 6", "line 7", "line 2"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date,value\n2024-01-01,\n2024-02-01,\n", "column value has no values; all 2 rows"),
        ("date,value\n2024-01-01,1\n", "holds 1 time only, 2024-01-01; at least 2 rows.*--freq"),
        ("t,value\n3,1\n", "holds 1 time only, 3"),
        ("date,name\n2024-01-01,abc\n2024-01-02,abc\n", "no numeric column.*: date, name"),
        ("date,value\n2024-01-01,1\n,2\n2024-01-03,3\n", "line 3, .* the time is missing"),
        ("date,value\nyyyy-mm-dd,kWh\n" + rows() + rows().replace("2024", "2023"),
         "line 2, column date: 'yyyy-mm-dd' is not a time"),
        ("date,value\n" + rows() + "Total,10\n", "line 6, column date: 'Total'"),
        ("date,value\n" + rows() + "date,value\n" + rows().replace("2024", "2025"),
         "line 6, column date: 'date'"),
        ("date,value\n" + rows() + "07/05/2024,10\n", "line 6, column date: '07/05/2024'"),
        ("t,value\n1,1\n2,2\nTotal,3\n", "line 4, column t: 'Total' is not a whole number"),
        ("date,value\n2024-01-01T00:00Z,1\n2024-01-01T01:00,2\n2024-01-01T02:00Z,3\n",
         "line 3, column date: '2024-01-01T01:00' is not a time in the format of the others"),
        ("date,value\n01/02/2024,1\n01/03/2024,2\n", "line 2.*may be read as.*--date-format"),
        ("date,value\n2024-01-01 00:00:01,1\n2024-02-03 07:11:13,2\n2024-03-01 01:01:01,3\n",
         r"line \d, column date: .* leaves times irregular.*--freq"),
    ],
)  # fmt: skip
def test_data_that_cannot_be_placed_in_time_is_refused_with_its_line(
    read: Read, text: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        read(text)


@pytest.mark.parametrize(
    ("texts", "freq"),
    [
        (["2024-01-01", "2024-01-02"], "h"),
        (["2024-01", "2024-02"], "D"),
        (["2024Q1"] * 2, "MS"),
        (["2024-W01"] * 2, "MS"),
    ],
)
def test_a_frequency_finer_than_the_times_are_written_is_refused(
    read: Read, texts: list[str], freq: str
) -> None:
    with pytest.raises(ConfigError, match=f"--freq {freq} needs finer times than '{texts[0]}'"):
        read("date,value\n" + "".join(f"{text},1\n" for text in texts), ReadConfig(freq=freq))


@pytest.mark.parametrize(
    ("freq", "expected"),
    [("MS", "MS"), ("M", "MS"), ("QS", None), ("ME", None), ("D", "D"), ("W", None)],
)
def test_a_frequency_that_is_asked_for_must_hold_every_time(
    read: Read, freq: str, expected: str | None
) -> None:
    config = ReadConfig(freq=freq)
    if expected is not None:
        assert read("date,value\n" + rows(), config).calendar.freq == expected
        return
    with pytest.raises(DataError, match=r"line \d, column date: .* does not lie on the grid"):
        read("date,value\n" + rows(), config)


def test_one_row_is_enough_where_the_frequency_is_given(read: Read) -> None:
    assert following(read("date,value\n2024-02-29,1\n", ReadConfig(freq="ME"))) == ["2024-03-31"]


@pytest.mark.parametrize(
    ("text", "freq"),
    [
        ("date,value\n" + rows(), "fortnight"),
        ("t,value\n1,1\n2,2\n", "MS"),
        ("t,v\n1,1\n2,2\n", "0"),
    ],
)
def test_a_frequency_that_cannot_be_is_wrong_usage(read: Read, text: str, freq: str) -> None:
    with pytest.raises(ConfigError, match=r"--freq"):
        read(text, ReadConfig(freq=freq))


def test_a_date_format_settles_day_and_month(read: Read) -> None:
    text = "date,value\n01/02/2024,1\n01/03/2024,2\n"
    assert following(read(text, ReadConfig(date_format="%d/%m/%Y"))) == ["01/04/2024"]
    assert following(read(text, ReadConfig(date_format="%m/%d/%Y"))) == ["01/04/2024"]
    with pytest.raises(ConfigError, match="--date-format '%Q'"):
        read(text, ReadConfig(date_format="%Q"))


def test_offsets_that_change_with_the_season_are_told(read: Read, notices: list[Notice]) -> None:
    panel = read("t,v\n2024-03-30T00:00:00+01:00,1\n2024-03-31T00:00:00+01:00,2\n"
                 "2024-04-01T00:00:00+02:00,3\n")  # fmt: skip
    assert panel.calendar.freq == "D"
    assert following(panel) == ["2024-04-02T00:00:00+02:00"]
    assert "Europe/Berlin" in told(notices, "guess")[0]


def test_a_later_file_is_read_by_the_columns_of_the_first(read: Read) -> None:
    first = read("shop,when,sold,price\n" + rows("a", "b").replace("\n", ",7\n"),
                 ReadConfig(target=("sold",)))  # fmt: skip
    config = read_again(first, ReadConfig())
    later = read("price,sold,when,shop\n9,5,2024-06-01,b\n", config)
    assert later.columns == first.columns
    assert later.starts.tolist() == [first.ends[1] + 2]
    with pytest.raises(UserError, match="sold"):
        read("price,when,shop\n9,2024-06-01,b\n", config)


WITH_COVARIATES = "shop,day,sales,price,rain,size\n" + "".join(
    f"{shop},2024-01-{n + 1:02d},{10 + n},{n % 3},{n % 2},{size}\n"
    for shop, size in (("a", "big"), ("b", "small"))
    for n in range(8)
)
ASKED = ReadConfig(future=("price",), past=("rain",), static=("size",), categorical=("rain",))


def test_more_data_are_read_with_the_covariates_of_the_panel(read: Read) -> None:
    panel = read(WITH_COVARIATES, ASKED)
    again = read_again(panel, ReadConfig())
    for option in ("past", "future", "static", "categorical"):
        found = set(getattr(again, option))
        assert found == set(getattr(ASKED, option)) | (
            {"size"} if option == "categorical" else set()
        )
    assert read_again(panel, ReadConfig(future=("cost",))).future == ("cost",)


def test_a_covariate_that_more_data_lack_is_blamed_on_the_checkpoint(read: Read) -> None:
    again = read_again(read(WITH_COVARIATES, ASKED), ReadConfig())
    words = r"column price is not in .*checkpoint was trained on future"
    with pytest.raises(DataError, match=words):
        read(WITH_COVARIATES.replace("price", "cost"), again)
