"""Whole-number times: which are months, which years and which plain steps."""

from collections.abc import Callable

import pytest

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_again
from forecast_cli.read_config import ReadConfig

Read = Callable[..., Panel]
MONTHS = [*range(202307, 202313), *range(202401, 202407)]


def table(name: str, times: list[int]) -> str:
    return f"{name},y\n" + "".join(f"{time},{time % 7}\n" for time in times)


def next_time(panel: Panel) -> int | str:
    return panel.calendar.labels(panel.ends + 1)[0]


def test_many_numbers_without_a_13th_month_are_months_whatever_their_name(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel = panel_of(table("period", MONTHS))
    assert (panel.calendar.freq, panel.n_missing, next_time(panel)) == ("MS", 0, "202407")
    texts = [notice.text for notice in notices if notice.kind == "guess"]
    assert any("202307 is read as a year and a month" in text for text in texts)


@pytest.mark.parametrize(
    ("times", "following"),
    [
        (MONTHS[:5], 202312),
        (list(range(202308, 202315)), 202315),
        (list(range(220112, 220100, -1)), 220113),
        ([*range(20231, 20237)], 20237),
    ],
    ids=["few", "13th month", "after 2200", "five digits"],
)
def test_other_numbers_of_an_ordinary_name_are_steps(
    panel_of: Read, times: list[int], following: int
) -> None:
    assert next_time(panel_of(table("period", times))) == following


def test_a_step_as_frequency_keeps_numbers_like_months_as_steps(panel_of: Read) -> None:
    panel = panel_of(table("month", MONTHS[:6]), ReadConfig(freq="1"))
    assert next_time(panel) == 202313


def test_one_month_is_enough_in_a_later_file_of_months(panel_of: Read) -> None:
    later = read_again(panel_of(table("period", MONTHS)), ReadConfig())
    assert next_time(panel_of(table("period", [202412]), later)) == "202501"


def test_years_written_as_floats_are_years_and_told(panel_of: Read, notices: list[Notice]) -> None:
    panel = panel_of("Year,y\n1960.0,1\n1961.0,2\n1963.0,3\n")
    assert (panel.calendar.kind, next_time(panel)) == ("year", 1964)
    assert "column Year: 1960.0 is read as 1960" in [notice.text for notice in notices]


def test_a_quarter_of_a_year_as_a_fraction_is_no_year(panel_of: Read) -> None:
    with pytest.raises(DataError, match=r"line 2, column Year: '2015.0' is not a time"):
        panel_of("Year,y\n2015.0,1\n2015.25,2\n2015.5,3\n")
