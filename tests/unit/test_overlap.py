import numpy as np
import pytest

from forecast_cli.errors import DataError
from forecast_cli.overlap import OverlapCheck, sketch
from forecast_cli.reading.datafiles import Partition

FILES = [Partition("a.csv", "a"), Partition("b.csv", "b")]


def ids(first: int, last: int) -> np.ndarray:
    return np.array([["shop", str(number)] for number in range(first, last)], dtype=object)


def check(*found: np.ndarray) -> None:
    overlap = OverlapCheck(FILES)
    for number, each in enumerate(found):
        overlap.add(number, sketch(each))


def test_different_series_may_lie_in_different_files() -> None:
    check(ids(0, 3000), ids(3000, 9000))


def test_a_series_in_two_files_is_refused_with_their_names() -> None:
    with pytest.raises(DataError, match=r"^a\.csv and b\.csv hold values of the same series"):
        check(ids(0, 3), ids(2, 5))


def test_one_series_without_a_name_in_two_files_is_refused() -> None:
    unnamed = np.empty((1, 0), dtype=object)
    with pytest.raises(DataError, match="same series"):
        check(unnamed, unnamed)


def test_large_files_that_share_one_series_in_twenty_are_noticed() -> None:
    with pytest.raises(DataError, match="same series"):
        check(ids(0, 20_000), ids(19_000, 39_000))


def test_ids_of_several_columns_are_not_run_together() -> None:
    one = np.array([["a", "bc"]], dtype=object)
    check(one, np.array([["ab", "c"]], dtype=object))
