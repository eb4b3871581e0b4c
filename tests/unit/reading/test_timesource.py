"""What a checkpoint asks of later data, and refusals that do not blame an option nobody gave."""

from collections.abc import Callable

import pytest

from forecast_cli.errors import ConfigError, DataError
from forecast_cli.panel import Panel, read_again
from forecast_cli.read_config import ReadConfig

Read = Callable[..., Panel]
MONTHS = "date,y\n2024-01-01,1\n2024-02-01,2\n2024-03-01,4\n"


@pytest.mark.parametrize(
    ("trained", "later", "message"),
    [
        (MONTHS, "date,y\n2024-01-01,1\n2024-01-15,2\n",
         r"forecasts monthly \(MS\) data; this file has '2024-01-15' at .*line 3"),
        (MONTHS, "date,y\n1,1\n2,2\n", r"forecasts monthly \(MS\) data; this file has '1'"),
        ("date,y\n1,1\n2,2\n", MONTHS, r"whole numbers \(every step\); this file has '2024"),
        ("date,y\n2001,1\n2002,2\n", "date,y\n7,1\n8,2\n", r"forecasts yearly .*this file has '7'"),
        ("date,y\n2024-01-01,1\n2024-01-02,2\n",
         "date,y\n1900-01-01,1\n1980-01-01,2\n2020-01-01,2\n", r"daily \(D\) data; this file"),
    ],
    ids=["off the grid", "whole numbers", "dates", "no years", "far between"],
)  # fmt: skip
def test_times_that_a_checkpoint_does_not_forecast_are_refused_without_naming_an_option(
    panel_of: Read, trained: str, later: str, message: str
) -> None:
    config = read_again(panel_of(trained), ReadConfig())
    with pytest.raises(DataError, match=message) as caught:
        panel_of(later, config)
    assert "--freq" not in str(caught.value)


def test_a_frequency_that_the_user_gives_is_still_named_as_an_option(panel_of: Read) -> None:
    config = read_again(panel_of(MONTHS), ReadConfig(freq="QS"))
    with pytest.raises(DataError, match="grid of --freq QS"):
        panel_of(MONTHS, config)


def test_a_column_that_the_checkpoint_names_is_missing_data_not_wrong_usage(
    panel_of: Read,
) -> None:
    first = panel_of(MONTHS)
    other = MONTHS.replace("y", "z")
    with pytest.raises(DataError, match=r"column y is not in .* trained on target y; .* --target"):
        panel_of(other, read_again(first, ReadConfig()))
    with pytest.raises(ConfigError, match=r"column x \(--target\)"):
        panel_of(other, read_again(first, ReadConfig(target=("x",))))


def test_a_column_that_the_user_names_replaces_the_one_of_the_checkpoint(panel_of: Read) -> None:
    config = read_again(panel_of(MONTHS), ReadConfig(target=("z",)))
    assert panel_of(MONTHS.replace("y", "z"), config).columns.target == "z"
