"""A date in one column and the time of day in another."""

from collections.abc import Callable

import pytest

from forecast_cli.errors import DataError
from forecast_cli.panel import Panel, read_again
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.clocks import is_clock_column

Read = Callable[..., Panel]


def table(header: str, clocks: list[str], first: str = "2024-01-0{}", n_days: int = 3) -> str:
    rows = [f"{first.format(d)},{c},{d}" for d in range(1, n_days + 1) for c in clocks]
    return "\n".join([header, *rows]) + "\n"


HOURS = [str(hour) for hour in range(24)]


@pytest.mark.parametrize(
    ("header", "clocks", "following"),
    [
        ("date,hour,y", HOURS, "2024-01-04 00:00"),
        ("date,time,y", [f"{h:02d}:00" for h in range(24)], "2024-01-04 00:00"),
        ("date,time,y", [f"{h:02d}:00:00" for h in range(24)], "2024-01-04 00:00:00"),
        ("date,Time,y", [f"{h:02d}.30.00" for h in range(24)], "2024-01-04 00:30:00"),
        ("date,time,y", [f"{h}30" for h in range(24)], "2024-01-04 00:30"),
        ("date,time,y", [f"{(h + 11) % 12 + 1}:00 {'AP'[h // 12]}M" for h in range(24)],
         "2024-01-04 12:00 AM"),
    ],
    ids=["hours", "minutes", "seconds", "dots", "digits", "am and pm"],
)  # fmt: skip
def test_a_date_and_a_time_of_day_are_one_time(
    panel_of: Read, header: str, clocks: list[str], following: str
) -> None:
    panel = panel_of(table(header, clocks))
    assert (panel.calendar.freq, panel.n_series, panel.n_missing) == ("h", 1, 0)
    assert panel.calendar.labels(panel.ends + 1) == [following]


def test_the_columns_may_be_named(panel_of: Read) -> None:
    panel = panel_of(table("d,t,y", HOURS), ReadConfig(time="d,t"))
    assert (panel.columns.time, panel.calendar.freq) == ("d-t", "h")
    assert panel_of(table("d,t,y", HOURS), read_again(panel, ReadConfig())).n_series == 1


def test_year_month_day_and_hour_are_one_time(panel_of: Read) -> None:
    rows = [f"2010,1,{d},{h},{d}" for d in range(1, 5) for h in range(24)]
    panel = panel_of("\n".join(["year,month,day,hour,y", *rows]))
    assert panel.calendar.labels(panel.ends + 1) == ["2010-01-05 00:00"]


def test_dates_that_need_no_clock_stay_dates(panel_of: Read) -> None:
    rows = [f"2024-01-{day:02d},{8 + day % 3}:00,{day}" for day in range(1, 10)]
    assert panel_of("\n".join(["date,time,y", *rows])).calendar.freq == "D"


def test_hours_up_to_24_are_refused_with_their_line(panel_of: Read) -> None:
    with pytest.raises(DataError, match=r"line 25.*'2024-01-01 24:00' is not a time"):
        panel_of(table("date,hour,y", [*HOURS[1:], "24"]))


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("hour", ["7", "7"]),
        ("hour", ["7", "25"]),
        ("price", ["7", "8"]),
        ("time", ["7:00", "late"]),
        ("hour", []),
    ],
)
def test_other_columns_are_no_clocks(name: str, texts: list[str]) -> None:
    assert not is_clock_column(name, texts)
