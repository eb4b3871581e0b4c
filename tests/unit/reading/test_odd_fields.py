import numpy as np
import pytest

from forecast_cli.packed_texts import Words
from forecast_cli.reading.odd_fields import read_odd


def words(*texts: str) -> Words:
    return np.array([text.encode() for text in texts], dtype="S24").view("<u8").reshape(-1, 3)


def test_marks_of_missing_values_become_nan() -> None:
    np.testing.assert_array_equal(read_odd(words("NA", "nan", "null", ".."), 0), [np.nan] * 4)


def test_a_longer_text_that_starts_like_a_mark_is_none() -> None:
    assert read_odd(words("NA", "nan\0\0\0\0\0more"), 5) is None


def test_a_few_numbers_in_other_ways_are_read_as_python_does() -> None:
    texts = ("1.5e-07", "NA", "-2E3", "1234567890.1234567890123")
    np.testing.assert_array_equal(
        read_odd(words(*texts), 3), [1.5e-07, np.nan, -2000.0, 1234567890.1234567890123]
    )


def test_many_of_them_are_left_to_a_parser() -> None:
    assert read_odd(words("1e5", "1e6", "NA"), 1) is None


@pytest.mark.parametrize("text", ["1,5", "0x10", "1_0", "inf", "--1", "true", "1e"])
def test_what_is_no_plain_number_is_left_to_a_parser(text: str) -> None:
    assert read_odd(words("NA", text), 5) is None
