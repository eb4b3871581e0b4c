import numpy as np
import pytest

from forecast_cli.packed_texts import PackedTexts
from forecast_cli.reading.field_words import field_words, gathered


def words_of(*fields: bytes, has_quotes: bool = False) -> list[str] | None:
    widths = np.array([len(field) for field in fields])
    starts = np.cumsum(np.append(0, widths[:-1] + 1))
    found = field_words(b",".join(fields) + b"\n", starts, widths, has_quotes=has_quotes)
    return None if found is None else list(PackedTexts(found))


def test_words_hold_their_field_and_nothing_of_the_next_one() -> None:
    fields = ["a", "", "12345678", "a longer one", "b"]
    assert words_of(*(field.encode() for field in fields)) == fields


@pytest.mark.parametrize("field", [b" a", b"x" * 65])
def test_fields_that_need_a_parser_have_no_words(field: bytes) -> None:
    assert words_of(b"a", field) is None


def test_quotes_within_a_field_need_a_parser() -> None:
    assert words_of(b"a", b'b""c', has_quotes=True) is None


@pytest.mark.parametrize("size", [8, 16])
def test_what_would_be_behind_the_last_byte_is_zero(size: int) -> None:
    data = b"abcdefghijklmnopqrst"
    words = gathered(data, np.array([0, 1, 15, 19]), size)
    expected = [data[start : start + size].ljust(size, b"\0") for start in (0, 1, 15, 19)]
    assert [row.tobytes() for row in words] == expected
