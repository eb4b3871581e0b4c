import numpy as np
import pytest

from forecast_cli.errors import DataError
from forecast_cli.reading.line_lengths import check_line_lengths


def ends(*lengths: int) -> np.ndarray:
    return np.cumsum(np.array(lengths) + 1) - 1


@pytest.mark.parametrize("line", [1, 2, 31, 32, 33, 64, 100])
def test_a_long_line_is_found_wherever_it_stands(line: int) -> None:
    lengths = [7] * 100
    lengths[line - 1] = 500
    check_line_lengths(ends(*lengths), "f.csv", 500)
    with pytest.raises(DataError, match=rf"^f.csv, line {line} is longer than the limit of 499"):
        check_line_lengths(ends(*lengths), "f.csv", 499)


def test_short_lines_may_be_longer_than_the_limit_together() -> None:
    check_line_lengths(ends(*[10] * 1000), "f.csv", 10)
