"""Times of a table: what is refused as it would be misread, and what is told."""

from collections.abc import Callable, Sequence

import pytest

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel

Read = Callable[..., Panel]


def file_of(times: Sequence[object], name: str = "date") -> str:
    return f"{name},y\n" + "".join(f"{time},{i}\n" for i, time in enumerate(times))


def test_a_month_without_its_year_is_refused(panel_of: Read) -> None:
    with pytest.raises(DataError, match="line 2, column month: 'Jan' is a month without its year"):
        panel_of(file_of(["Jan", "Feb", "Mar"], "month"))


def test_months_that_start_anew_are_refused(panel_of: Read) -> None:
    with pytest.raises(DataError, match="line 5, column month: '1' comes after '12'"):
        panel_of(file_of([10, 11, 12, 1, 2], "month"))


@pytest.mark.parametrize("times", [range(1, 6), range(5, 0, -1)], ids=["up", "down"])
def test_months_of_one_year_are_steps(panel_of: Read, times: Sequence[int]) -> None:
    panel = panel_of(file_of(times, "month"))
    assert panel.calendar.labels(panel.ends + 1) == [6]


def test_years_that_end_in_the_next_one_are_not_read_as_months(panel_of: Read) -> None:
    with pytest.raises(DataError, match="'2001/02', '2002/03' and so on are every 13 months"):
        panel_of(file_of(["2001/02", "2002/03", "2003/04"]))


@pytest.mark.parametrize(("scale", "unit"), [(1, "seconds"), (1000, "milliseconds")])
def test_counts_from_1970_are_read_as_steps_and_told(
    panel_of: Read, notices: list[Notice], scale: int, unit: str
) -> None:
    start = 1_700_000_000 * scale
    panel = panel_of(file_of([start, start + 60 * scale, start + 120 * scale]))
    assert panel.calendar.labels(panel.ends + 1) == [start + 180 * scale]
    assert any(f"may count {unit} since 1970" in notice.text for notice in notices)


@pytest.mark.parametrize("line", [2, 7, 13])
def test_a_mistyped_year_is_named_and_not_its_neighbours(panel_of: Read, line: int) -> None:
    times = [f"2024-{month:02d}-01" for month in range(1, 13)]
    times[line - 2] = times[line - 2].replace("2024", "2204")
    with pytest.raises(DataError, match=rf"line {line}, column date: '2204-.*irregular"):
        panel_of(file_of(times))


def test_a_line_that_is_no_data_may_be_deleted(panel_of: Read) -> None:
    with pytest.raises(DataError, match=r"line 4, .*'Total'.* delete the line if it is no data"):
        panel_of(file_of(["2024-01-01", "2024-02-01", "Total"]))


def test_a_time_that_comes_late_in_the_file_is_named_with_its_line(panel_of: Read) -> None:
    rows = [f"{name},{day}" for name in "abcdefgh" for day in range(1, 30)]
    text = "id,step,y\n" + "".join(f"{row},{i}\n" for i, row in enumerate(rows))
    with pytest.raises(DataError, match=r"line 235.*'x'"):
        panel_of(f"{text}h,30,1\nh,x,1\n")
