import numpy as np
import pandas as pd
import pytest

from forecast_cli.panel import read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.frames import FrameSource
from forecast_cli.rows import Placed, as_frame, is_one_array, positions_of, times_of

DAYS = pd.date_range("2024-03-28", periods=6, tz="Europe/Berlin")


def test_one_array_is_one_column() -> None:
    assert as_frame([1, 2, 3], "y").columns.tolist() == ["y"]
    assert as_frame(pd.Series([1, 2]), "y").columns.tolist() == ["y"]


def test_columns_keep_their_names_as_texts() -> None:
    assert as_frame(pd.DataFrame({3: [1], "a": [2]}), "y").columns.tolist() == ["3", "a"]
    assert as_frame(pd.Series([1, 2], name="sales"), "y").columns.tolist() == ["sales"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([1, 2], True),
        ([[1], [2]], False),
        (np.zeros((3, 1)), False),
        (pd.Series([1]), True),
        (pd.DataFrame({"a": [1]}), False),
    ],
)
def test_a_table_of_one_column_is_no_array(rows: object, expected: bool) -> None:
    assert is_one_array(rows) is expected  # type: ignore[arg-type]


def test_the_index_that_holds_times_is_found_in_any_frame() -> None:
    counted, timed = pd.DataFrame({"a": range(6)}), pd.DataFrame({"b": range(6)}, index=DAYS)
    assert times_of(counted) is None
    assert times_of(counted, timed) is timed.index


def test_rows_without_times_are_counted_from_zero() -> None:
    placed = Placed.beside(pd.DataFrame({"time": [5, 6]}), pd.DataFrame({"y": [1, 2]}))
    assert placed.frame.columns.tolist() == ["time_", "time", "y"]
    assert placed.frame["time_"].tolist() == [0, 1]
    assert placed.counted


def test_frames_with_different_times_are_refused() -> None:
    one, other = (
        pd.DataFrame({name: range(5)}, index=DAYS[at : at + 5]) for at, name in [(0, "x"), (1, "y")]
    )
    with pytest.raises(ValueError, match="X and y have different times"):
        Placed.beside(one, other)


@pytest.mark.parametrize(
    "times",
    [
        DAYS,
        pd.date_range("2024-03-31", periods=6, freq="h", tz="Europe/Berlin"),
        pd.date_range("2024-03-31", periods=6, freq="W"),
        pd.date_range("2024-03-31", periods=6, freq="QE"),
        pd.period_range("2024-03", periods=6, freq="M"),
    ],
    ids=str,
)
def test_positions_are_those_of_the_calendar_that_was_read(times: pd.Index) -> None:
    placed = Placed.beside(pd.DataFrame({"y": [1.0, 2, 3, 4, 5, 6]}, index=times))
    config = ReadConfig(time=placed.time, target=("y",))
    panel = read_panel(FrameSource("rows", placed.frame), config, lambda _: None)
    expected = np.arange(panel.starts[0], panel.ends[0] + 1)
    assert positions_of(times, panel.calendar).tolist() == expected.tolist()
