"""What `--missing` makes of empty cells and of times that are not in the file."""

from collections.abc import Callable

import numpy as np
import pytest

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_again
from forecast_cli.read_config import ReadConfig

Read = Callable[..., Panel]

EMPTY_CELL = "date,value\n2024-01-01,1\n2024-02-01,\n2024-03-01,3\n2024-04-01,4\n"
ABSENT = "date,value\n2024-01-01,1\n2024-02-01,2\n2024-05-01,5\n2024-06-01,6\n"


@pytest.mark.parametrize(("text", "counts"), [(EMPTY_CELL, "1 value"), (ABSENT, "2 times")])
def test_missing_values_are_counted_whatever_is_done(
    text: str, counts: str, panel_of: Read, notices: list[Notice]
) -> None:
    for mode, words in (
        (None, "left as gaps"),
        ("mask", "left as gaps"),
        ("interpolate", "interpolated in what forecasts rest on"),
        ("zero", "taken as zero"),
    ):
        notices.clear()
        panel_of(text, ReadConfig(missing=mode))  # type: ignore[arg-type]
        (warning,) = [notice.text for notice in notices if notice.kind == "warning"]
        assert counts in warning
        assert words in warning


def test_only_zeros_become_values_of_the_data(panel_of: Read) -> None:
    for mode in ("mask", "interpolate"):
        assert np.isnan(panel_of(ABSENT, ReadConfig(missing=mode)).values[2:4]).all()
    assert panel_of(ABSENT, ReadConfig(missing="zero")).values.tolist() == [1, 2, 0, 0, 5, 6]
    assert panel_of(EMPTY_CELL, ReadConfig(missing="zero")).values.tolist() == [1, 0, 3, 4]


def test_gaps_are_refused_with_their_number_and_the_first_place(panel_of: Read) -> None:
    refusing = ReadConfig(missing="error")
    with pytest.raises(DataError, match=r"1 value missing .* line 3 \(2024-02-01\); --miss"):
        panel_of(EMPTY_CELL, refusing)
    with pytest.raises(DataError, match=r"2 times of the calendar .* absent, first 2024-03-01"):
        panel_of(ABSENT, refusing)


def test_data_without_gaps_are_the_same_with_any_treatment(panel_of: Read) -> None:
    text = "date,value\n2024-01-01,1\n2024-02-01,2\n2024-03-01,3\n"
    for mode in ("mask", "interpolate", "zero", "error"):
        panel = panel_of(text, ReadConfig(missing=mode))
        assert panel.values.tolist() == [1, 2, 3]


def test_an_empty_newest_value_is_no_gap(panel_of: Read) -> None:
    text = "date,value\n2024-01-01,1\n2024-02-01,2\n2024-03-01,\n"
    for mode in ("zero", "error"):
        panel = panel_of(text, ReadConfig(missing=mode))
        assert panel.values.tolist() == [1, 2]


def test_later_data_are_read_alike_unless_an_option_says_otherwise(panel_of: Read) -> None:
    whole = panel_of("date,value\n2024-01-01,1\n2024-02-01,2\n", ReadConfig(missing="error"))
    with pytest.raises(DataError, match="the model was trained to refuse gaps"):
        panel_of(ABSENT, read_again(whole, ReadConfig()))
    assert panel_of(ABSENT, read_again(whole, ReadConfig(missing="mask"))).n_missing == 2
