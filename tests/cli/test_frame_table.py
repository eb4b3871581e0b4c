import pandas as pd
import pytest

from forecast_cli.cli.frame_table import frame_table

FRAME = pd.DataFrame(
    {
        "shop": ["a", "日本"],
        "year": [2001, 2002],
        "forecast": [12.5, 1.0],
        "forecast-lo-80": [10.0, 0.5],
        "forecast-hi-80": [15.0, 1.5],
        "forecast-lo-95": [9.0, 0.25],
        "forecast-hi-95": [16.0, 1.75],
    }
)


def test_columns_are_aligned_also_under_wide_characters() -> None:
    assert frame_table(FRAME[["shop", "year", "forecast"]], ["shop"]) == (
        "shop  year  forecast\na     2001    12.500\n日本  2002    1.0000\n"
    )


def test_bounds_have_short_heads() -> None:
    head = frame_table(FRAME, ["shop"]).splitlines()[0]
    assert head.split() == ["shop", "year", "forecast", "lo-80", "hi-80", "lo-95", "hi-95"]


def test_what_does_not_fit_goes_without_its_widest_interval_and_says_so() -> None:
    text = frame_table(FRAME, ["shop"], width=40)
    assert text.splitlines()[0].split() == ["shop", "year", "forecast", "lo-80", "hi-80"]
    assert "level 95" in text.splitlines()[-1]


def test_nothing_is_left_out_where_everything_fits() -> None:
    whole = frame_table(FRAME, ["shop"])
    width = max(map(len, whole.splitlines()))
    assert frame_table(FRAME, ["shop"], width=width) == whole
    assert frame_table(FRAME, ["shop"], width=width - 1) != whole


def test_a_table_of_numbers_alone_is_shown_however_narrow_the_terminal_is() -> None:
    text = frame_table(FRAME, ["shop"], width=1)
    assert text.splitlines()[0].split() == ["shop", "year", "forecast"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.0000"), (1e-9, "1e-09"), (-1e20, "-1e+20"), (0.00123, "0.0012300")],
)
def test_numbers_of_any_size_are_readable(value: float, shown: str) -> None:
    text = frame_table(pd.DataFrame({"forecast": [value]}), [])
    assert text.split() == ["forecast", shown]


def test_what_is_not_known_is_a_dash() -> None:
    frame = pd.DataFrame({"sales": [float("nan")], "forecast": [1.0]})
    assert frame_table(frame, []).splitlines()[1].split() == ["–", "1.0000"]


def test_known_values_in_sample_are_marked_in_words() -> None:
    frame = pd.DataFrame({"forecast": [1.0, 1.0], "in_sample": [True, False]})
    assert [line.split()[-1] for line in frame_table(frame, []).splitlines()[1:]] == ["yes", "no"]
