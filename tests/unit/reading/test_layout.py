"""Layouts: values, series and times of every form, and what is told of them."""

from collections.abc import Callable

import numpy as np
import pytest

from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.read_config import ReadConfig

Read = Callable[..., Panel]
MONTHLY = "date,{}\n2024-01-01,{}\n2024-02-01,{}\n2024-03-01,{}\n2024-04-01,{}\n"


def told(notices: list[Notice]) -> str:
    return "\n".join(notice.text for notice in notices)


@pytest.mark.parametrize("ids", [("a", "a "), ("\u00e9", "e\u0301")], ids=["space", "composed"])
def test_ids_that_look_the_same_are_told(
    panel_of: Read, notices: list[Notice], ids: tuple[str, str]
) -> None:
    rows = "".join(f"{name},2024-0{month}-01,1\n" for name in ids for month in (1, 2))
    assert panel_of("id,date,y\n" + rows).n_series == 2
    assert "column id: " in told(notices)
    assert "look the same" in told(notices)


@pytest.mark.parametrize("mark", ["-99", "-999", "-9999.0"])
def test_a_number_that_often_stands_for_a_missing_value_is_told(
    panel_of: Read, notices: list[Notice], mark: str
) -> None:
    panel_of(MONTHLY.format("y", "1", mark, "3", mark))
    assert f"2 values of {float(mark):.0f}, first line 3" in told(notices)


def test_a_negative_number_among_others_is_no_mark(panel_of: Read, notices: list[Notice]) -> None:
    panel_of(MONTHLY.format("y", "1", "-999", "-3", "2"))
    assert "of -999" not in told(notices)


def test_blanks_at_the_ends_of_a_row_are_no_steps(panel_of: Read) -> None:
    panel = panel_of("name,1990,1991,1992,1993\na,,1,,2\nb,3,4,5,\nc,6,7,8,9\n")
    starts = dict(zip(panel.ids[:, 0], panel.calendar.labels(panel.starts), strict=True))
    assert starts == {"a": 1991, "b": 1990, "c": 1990}
    np.testing.assert_array_equal(panel.values, [1, np.nan, 2, 3, 4, 5, 6, 7, 8, 9])


@pytest.mark.parametrize("first", [0, 2**30, -(2**30) - 5, 2**31, 10**15])
@pytest.mark.parametrize("form", ["{},1,3\n{},2,4\n{},5,6\n", "{},,3\n{},2,\n{},5,6\n"])
def test_times_of_any_size_stand_in_series_side_by_side(
    first: int, form: str, panel_of: Read
) -> None:
    panel = panel_of("step,a,b\n" + form.format(first, first + 1, first + 3))
    assert panel.starts.dtype == np.int64
    assert panel.calendar.labels(panel.ends) == [first + 3, first + 3]
    assert panel.values[-4:].tolist()[0] == 3
    assert len(panel.values) == 8 - form.startswith("{},,")


def test_series_side_by_side_are_put_into_longer_periods(panel_of: Read) -> None:
    days = "".join(f"2024-{m:02}-{d:02},{d},{m}\n" for m in range(1, 13) for d in range(1, 29))
    asked = ReadConfig(freq="MS", aggregate="sum")
    panel = panel_of("date,a,b\n" + days, asked)
    assert panel.calendar.labels(panel.starts) == ["2024-01-01", "2024-01-01"]
    assert panel.values.tolist() == [*[406.0] * 12, *(28.0 * m for m in range(1, 13))]
