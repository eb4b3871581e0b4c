"""What is told where a column may have been meant otherwise."""

from collections.abc import Callable

from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.read_config import ReadConfig

Read = Callable[..., Panel]
MONTHLY = "date,{}\n2024-01-01,{}\n2024-02-01,{}\n2024-03-01,{}\n2024-04-01,{}\n"


def told(notices: list[Notice]) -> str:
    return "\n".join(notice.text for notice in notices)


def test_a_column_of_few_numbers_among_series_is_left_out_and_told(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel = panel_of(MONTHLY.format("a,b,c", "1,-,1", "2,5,1", "3,-,1", "4,-,1"))
    assert panel.ids.tolist() == [["a"], ["c"]]
    assert "line 2, column b: '-' is no number; b is left out" in told(notices)


def test_a_column_without_values_among_series_is_left_out_and_told(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel_of(MONTHLY.format("a,b,c", "1,,1", "2,,1", "3,,1", "4,,1"))
    assert "column b without any value is left out" in told(notices)


def test_columns_that_are_left_out_are_told_in_one_line(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel_of(MONTHLY.format("a,b,c,d", "1,,,1", "2,,,1", "3,,,1", "4,,,1"))
    assert told(notices).count("left out, and 1 more like it") == 1


def test_a_column_of_words_is_left_out_in_silence(panel_of: Read, notices: list[Notice]) -> None:
    panel_of(MONTHLY.format("a,b", "1,new", "2,old", "3,old", "4,old"))
    assert "left out" not in told(notices)


def test_dots_that_may_mark_thousands_are_told_until_it_is_said(
    panel_of: Read, notices: list[Notice]
) -> None:
    text = MONTHLY.format("y", "1.250", "999", "850", "2.500")
    assert panel_of(text).values.tolist() == [1.25, 999, 850, 2.5]
    assert "line 2, column y: '1.250' is read with dot as the decimal mark" in told(notices)
    notices.clear()
    config = ReadConfig(thousands=".", decimal=",")
    assert panel_of(text, config).values.tolist() == [1250, 999, 850, 2500]
    assert "decimal mark" not in told(notices)
