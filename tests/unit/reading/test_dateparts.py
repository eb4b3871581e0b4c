"""Year columns with month columns: numbers, names, and how an option names both."""

from collections.abc import Callable

import pytest

from forecast_cli.errors import ConfigError
from forecast_cli.panel import Panel, read_again
from forecast_cli.read_config import ReadConfig

Read = Callable[..., Panel]


@pytest.mark.parametrize("months", ["Nov Dec Jan", "November december JANUARY", "11 12 1"])
def test_a_year_and_the_name_of_a_month_form_the_time(panel_of: Read, months: str) -> None:
    late, last, first = months.split()
    panel = panel_of(f"Year,Month,rain\n2023,{late},1\n2023,{last},2\n2024,{first},3\n")
    assert panel.columns.time == "Year-Month"
    assert panel.columns.id == ()
    assert panel.calendar.labels(panel.ends + 1) == ["2024-02"]


@pytest.mark.parametrize("time", ["Jahrgang,Teil", "Jahrgang, Teil", "Jahrgang-Teil"])
def test_an_option_names_two_columns_of_any_name(panel_of: Read, time: str) -> None:
    text = "Jahrgang,Teil,v\n2023,11,1\n2023,12,2\n2024,1,3\n"
    panel = panel_of(text, ReadConfig(time=time))
    assert panel.calendar.labels(panel.ends + 1) == ["2024-02"]
    assert panel_of(text, read_again(panel, ReadConfig())).columns == panel.columns


def test_the_order_of_year_and_month_in_the_option_does_not_matter(panel_of: Read) -> None:
    text = "Month,Year,v\nNov,2023,1\nDec,2023,2\nJan,2024,3\n"
    assert panel_of(text, ReadConfig(time="Month,Year")).columns.time == "Year-Month"


def test_a_column_whose_name_holds_a_comma_is_one_column(panel_of: Read) -> None:
    text = 'a,b,"a,b",v\n9,8,2023,1\n9,8,2024,2\n9,7,2025,3\n'
    config = ReadConfig(time="a,b", target=("v",))
    assert panel_of(text, config).columns.time == "a,b"


def test_the_part_that_is_not_there_is_named(panel_of: Read) -> None:
    with pytest.raises(ConfigError, match=r"column Monat \(--time\) is not in"):
        panel_of("Year,Month,v\n2023,1,1\n2023,2,1\n", ReadConfig(time="Year,Monat"))
