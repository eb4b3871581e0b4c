import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_cli.reading.plain_fields import read_plain

DIGITS = (
    r"[+-]?([0-9]{1,18}|[0-9]{0,9}\.[0-9]{1,9}|[0-9]{1,3}\.[0-9]{10,15}|0?\.0{0,3}[0-9]{15,17})"
)
NUMBER = st.from_regex(DIGITS, fullmatch=True)
ODD = ["++1", "1e5", "1.2.3", ".", "-", "-.", "--1", "1-", "NA", " 1", "1/2", "1:2", "ü", "\x7f"]


def read(*fields: str) -> tuple[np.ndarray, list[int]]:
    """Fields that stand between others."""
    texts = [field.encode() for field in fields]
    widths = np.array([len(text) for text in texts])
    starts = np.cumsum(np.append(1, widths[:-1] + 1))
    values, odd = read_plain(b"9" + b"9".join(texts) + b"9", starts, widths)
    return values, odd.tolist()


@given(st.lists(NUMBER, min_size=1))
def test_plain_numbers_are_the_nearest_ones_to_the_last_bit(fields: list[str]) -> None:
    values, odd = read(*fields)
    assert odd == []
    assert values.tobytes() == np.array(list(map(float, fields))).tobytes()


@pytest.mark.parametrize("field", ODD)
@pytest.mark.parametrize("other", ["2.5", "-7", "123456.123456", ""])
def test_what_is_written_in_another_way_is_left_to_others(field: str, other: str) -> None:
    values, odd = read(other, field, other)
    assert odd == [1]
    np.testing.assert_array_equal(values[[0, 2]], float(other or "nan"))


@pytest.mark.parametrize(
    "field",
    [
        "12345678.1.2",
        "0.12345678.1",
        "12.123456789012345678.1",
        "9876543210987654321",
        "90112345.1234567890123456",
        "0.000000000000000000001",
        "1" * 40,
    ],
)
def test_too_many_digits_and_a_dot_in_each_word_are_left_to_others(field: str) -> None:
    assert read("1", field, "2")[1] == [1]


@pytest.mark.parametrize(
    "field", ["899" + "9" * 16, "0.00123456789012345678", "+000000000000000000001.5"]
)
def test_many_digits_are_read_where_they_make_no_large_number(field: str) -> None:
    values, odd = read("1", field, "2")
    assert (values.tolist(), odd) == ([1, float(field), 2], [])


@given(st.lists(st.floats(1e-4, 1e15), min_size=1))
def test_floats_as_python_writes_them_come_back(numbers: list[float]) -> None:
    values, odd = read(*map(repr, numbers))
    assert odd == []
    assert values.tolist() == numbers


def test_empty_fields_are_missing() -> None:
    values, odd = read("", "1", "")
    assert odd == []
    np.testing.assert_array_equal(values, [np.nan, 1, np.nan])


def test_a_minus_behind_an_empty_field_is_none_of_its_own() -> None:
    values, odd = read_plain(b"--5", np.array([0, 1]), np.array([0, 2]))
    assert odd.tolist() == []
    np.testing.assert_array_equal(values, [np.nan, -5])


@pytest.mark.parametrize("field", ["5", "1.5", "+7", "-123456789.25", "-0.12345678901234567"])
def test_numbers_at_the_start_and_at_the_end_of_the_bytes_are_read(field: str) -> None:
    values, odd = read_plain(field.encode(), np.array([0]), np.array([len(field)]))
    assert (values.tolist(), odd.tolist()) == ([float(field)], [])
