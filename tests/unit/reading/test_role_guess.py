"""What a column is taken for by its name and its content."""

from collections.abc import Callable

import pytest

from forecast_cli.errors import DataError
from forecast_cli.panel import Panel

Read = Callable[..., Panel]


def test_one_bad_value_does_not_drop_a_column_of_one_row_per_series(panel_of: Read) -> None:
    with pytest.raises(DataError, match="line 3, column V2: 'x' is not a number"):
        panel_of("id,V1,V2,V3,V4\na,1,2,3,4\nb,4,x,6,7\n")


def test_text_beside_one_row_per_series_is_no_value(panel_of: Read) -> None:
    assert panel_of("id,V1,V2,V3,note1\na,1,2,3,ok\nb,4,5,6,new\n").values.tolist() == [
        *range(1, 7)
    ]


def test_a_sure_id_is_an_id_whatever_it_holds(panel_of: Read) -> None:
    rows = "".join(f"{name},2024-0{month}-01,1\n" for name in ("1e3", "inf") for month in (1, 2))
    assert panel_of("unique_id,ds,y\n" + rows).ids.tolist() == [["1e3"], ["inf"]]
