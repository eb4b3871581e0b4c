"""Covariates on the calendar of their panel: rows in any order, gaps, and what goes on behind."""

from collections.abc import Callable

import numpy as np
import pytest

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.read_config import ReadConfig
from tests.panels import covariates_of

Read = Callable[..., Panel]

FUTURE = ReadConfig(future=("price",))
HEAD = "shop,day,sales,price\n"


def rows(shop: str, prices: list[object], *, sales: int = 99) -> list[str]:
    """One row a day; only the first `sales` of them have a value."""
    return [
        f"{shop},2024-01-{n + 1:02d},{10 + n if n < sales else ''},{price}\n"
        for n, price in enumerate(prices)
    ]


def told(notices: list[Notice]) -> str:
    return "\n".join(notice.text.rpartition("data.csv")[2] for notice in notices)


def prices_of(panel: Panel, series: int = 0) -> list[float]:
    known = covariates_of(panel)
    found: list[float] = known.values[known.offsets[series] : known.offsets[series + 1], 0].tolist()
    return found


def test_rows_in_another_order_are_the_same_covariates(panel_of: Read) -> None:
    lines = [*rows("a", [1, 2, 3, 4, 5]), *rows("b", [6, 7, 8, 9])]
    one = covariates_of(panel_of(HEAD + "".join(lines), FUTURE))
    other = covariates_of(panel_of(HEAD + "".join(lines[::-1]), FUTURE))
    np.testing.assert_array_equal(one.values[:, 0], [1, 2, 3, 4, 5, 6, 7, 8, 9])
    np.testing.assert_array_equal(one.values, other.values)
    assert one.starts.tolist() == other.starts.tolist()


def test_values_behind_the_last_of_the_target_are_kept_and_nothing_is_told_of_it(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel = panel_of(HEAD + "".join(rows("a", [1, 2, 3, 4, 5, 6], sales=4)), FUTURE)
    assert panel.lengths.tolist() == [4]
    assert prices_of(panel) == [1, 2, 3, 4, 5, 6]
    assert not [notice for notice in notices if notice.kind == "warning"]


def test_a_step_without_a_row_is_unknown(panel_of: Read) -> None:
    lines = rows("a", [1, 2, 3, 4, 5, 6])
    panel = panel_of(HEAD + "".join(lines[:2] + lines[3:]), FUTURE)
    np.testing.assert_array_equal(prices_of(panel), [1, 2, np.nan, 4, 5, 6])


def test_missing_values_are_told_with_the_place_of_the_first(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel_of(HEAD + "".join(rows("a", [1, "", 3, "", 5])), FUTURE)
    expected = "2 values missing in column price (--future), first line 3 (2024-01-02)"
    assert expected in told(notices)


def test_what_is_known_up_to_the_cutoff_only_may_be_missing_behind_it(
    panel_of: Read, notices: list[Notice]
) -> None:
    text = HEAD + "".join(rows("a", [1, 2, 3, 4, "", ""], sales=4))
    panel_of(text, ReadConfig(past=("price",)))
    assert "missing in column price" not in told(notices)


def test_rows_that_say_the_same_are_one_and_rows_that_do_not_are_refused(panel_of: Read) -> None:
    lines = rows("a", [1, 2, 3, 4, 5])
    assert prices_of(panel_of(HEAD + "".join([*lines, lines[2]]), FUTURE)) == [1, 2, 3, 4, 5]
    other = lines[2].replace(",3\n", ",8\n")
    words = r"lines 4 and 7: two values of column price \(--future\) for 2024-01-03; keep one"
    with pytest.raises(DataError, match=words):
        panel_of(HEAD + "".join([*lines, other]), FUTURE)


def test_series_without_a_value_are_left_out_with_what_is_known_beside_them(
    panel_of: Read,
) -> None:
    lines = [*rows("a", [1, 2, 3, 4], sales=0), *rows("b", [5, 6, 7, 8])]
    panel = panel_of(HEAD + "".join(lines), FUTURE)
    assert panel.ids.tolist() == [["b"]]
    assert prices_of(panel) == [5, 6, 7, 8]


def test_each_column_of_a_wide_file_has_the_same_covariates(panel_of: Read) -> None:
    lines = [f"2024-01-{n + 1:02d},{n},{20 - n},{n % 2}\n" for n in range(8)]
    panel = panel_of("day,north,south,open\n" + "".join(lines), ReadConfig(future=("open",)))
    assert panel.n_series == 2
    assert prices_of(panel, 0) == prices_of(panel, 1) == [0, 1] * 4


def test_one_row_per_series_has_room_for_what_stays_the_same_only(panel_of: Read) -> None:
    text = "id,size,V1,V2,V3,V4\nb,1,1,2,3,4\na,2,4,3,6,7\n"
    panel = panel_of(text, ReadConfig(static=("size",)))
    assert panel.ids.tolist() == [["a"], ["b"]]
    assert covariates_of(panel).static.tolist() == [[2], [1]]
    with pytest.raises(DataError, match="one row per series, which leaves no room for columns"):
        panel_of(text, ReadConfig(past=("size",)))


def test_without_covariates_there_are_none(panel_of: Read) -> None:
    assert panel_of(HEAD + "".join(rows("a", [1, 2, 3, 4]))).covariates is None
