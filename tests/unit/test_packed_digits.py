import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_cli.packed_digits import Digits, read_digits, written


def digits_of(texts: list[str]) -> Digits:
    words = np.array([text.encode() for text in texts], dtype="S24").view("<u8")
    return read_digits(words.reshape(len(texts), 3))


@given(st.lists(st.from_regex(r"[0-9]{0,18}", fullmatch=True), min_size=1))
def test_digits_are_one_number_however_many_they_are(texts: list[str]) -> None:
    found = digits_of(texts)
    assert found.numbers.tolist() == [int(text or 0) for text in texts]
    assert found.n_digits.tolist() == list(map(len, texts))
    assert not found.other.any()


@pytest.mark.parametrize(
    "text", ["-1", "1e5", " 1", "1 ", "12345678x", "ü", "1/2", "1:2", "\x7f", "2.5", "1."]
)
def test_what_is_no_digit_is_seen(text: str) -> None:
    assert digits_of(["1", text, "25"]).other.tolist() == [False, True, False]


@pytest.mark.parametrize("first", [0, 7, 99, 995, 9_990, 99_995, 123_456, 99_999_980])
def test_numbers_one_after_the_other_are_written_as_their_texts(first: int) -> None:
    words = written(first, 20)
    assert words is not None
    assert words.view("S8").tolist() == [str(first + n).encode() for n in range(20)]


def test_numbers_over_several_tens_of_thousands_are_written() -> None:
    words = written(9_999, 20_003)
    assert words is not None
    assert words.view("S8").tolist() == [str(9_999 + n).encode() for n in range(20_003)]


@pytest.mark.parametrize("first", [-1, 99_999_981])
def test_numbers_below_zero_and_of_nine_digits_are_not_written(first: int) -> None:
    assert written(first, 20) is None
