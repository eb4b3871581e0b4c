import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_cli.packed_texts import PackedTexts
from forecast_cli.reading.styles import NumberStyle, hold_mark, parse_numbers, read_in_one_style

STYLES = [NumberStyle(*marks) for marks in (".", ",", ".,", ",.", ".'", ".’", ",\u2009")]
TEXT = st.one_of(
    st.sampled_from(["", "NA", " 5", "5 ", "ü", "1e5", "1,5e3", "1.5e-3", "inf", "9e200", "--1"]),
    st.from_regex(r"[+-]?[0-9]{0,3}([.,'’\u2009]?[0-9]{3}){0,2}[.,]?[0-9]{0,9}", fullmatch=True),
)


def packed(texts: list[str]) -> PackedTexts:
    return PackedTexts(
        np.array([text.encode() for text in texts], "S64").view("<u8").reshape(-1, 8)
    )


@given(st.lists(TEXT, min_size=1), st.sampled_from(STYLES))
def test_packed_texts_are_read_as_texts_one_by_one(texts: list[str], style: NumberStyle) -> None:
    values, bad = parse_numbers(packed(texts), style)
    expected, expected_bad = parse_numbers(texts, style)
    np.testing.assert_array_equal(values, expected)
    assert bad.tolist() == expected_bad.tolist()


def test_many_packed_texts_are_read_in_their_order() -> None:
    numbers = np.arange(40_000) / 8
    texts = [str(number).replace(".", ",") for number in numbers]
    values, bad = parse_numbers(packed(texts), NumberStyle(",", "."))
    np.testing.assert_array_equal(values, numbers)
    assert not bad.any()


@pytest.mark.parametrize(
    ("texts", "style", "numbers"),
    [
        (["1.5", "NA", "2"], NumberStyle(), [1.5, np.nan, 2]),
        (["1,5", "", "1,25"], NumberStyle(","), [1.5, np.nan, 1.25]),
        (["1.234,5", "7"], NumberStyle(",", "."), [1234.5, 7]),
        (["1,234,567"], NumberStyle(".", ","), [1234567]),
        (["NA", ""], NumberStyle(), [np.nan, np.nan]),
    ],
)
def test_the_one_style_of_all_texts_is_found(
    texts: list[str], style: NumberStyle, numbers: list[float]
) -> None:
    read = read_in_one_style(texts)
    assert read is not None
    assert read[0] == style
    np.testing.assert_array_equal(read[1], numbers)


def test_what_only_a_late_text_rules_out_is_ruled_out() -> None:
    read = read_in_one_style(packed(["1,234"] * 600 + ["1,25"]))
    assert read is not None
    assert read[0] == NumberStyle(",")


@pytest.mark.parametrize("texts", [["1,234", "NA"], ["1.5", "1,5,5"], ["x"]])
def test_there_is_no_style_where_none_or_two_read_all(texts: list[str]) -> None:
    assert read_in_one_style(texts) is None


@pytest.mark.parametrize("marks", [",", ",.", ",’"])
def test_texts_with_a_mark_are_told_from_others(marks: str) -> None:
    texts = ["1,5", "1.5", "5", "", "1’000", "1–2"]
    expected = [any(mark in text for mark in marks) for text in texts]
    assert hold_mark(texts, marks).tolist() == expected
    assert hold_mark(packed(texts), marks).tolist() == expected
