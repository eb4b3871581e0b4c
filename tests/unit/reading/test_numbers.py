import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_cli.reading.keys import are_whole
from forecast_cli.reading.numbers import (
    has_bools,
    is_missing,
    is_plain,
    may_be_grouped,
    plain_texts,
)

TEXT = st.one_of(
    st.sampled_from(
        ["", "NA", "Na", "..", " 1", "1\n2", "1e5", "1,5", "+", "-7", "x", "٣", "1" * 401]
    ),
    st.from_regex(r"[+-]?[0-9]{0,20}\.?[0-9]{0,3}", fullmatch=True),
)


@given(st.lists(TEXT))
def test_texts_are_plain_together_where_each_is(texts: list[str]) -> None:
    found = plain_texts(texts)
    if found is not None:
        assert found == [text for text in texts if not is_missing(text)]
        assert all(is_plain(text) and text == text.strip() for text in found)


def test_missing_texts_are_left_out_of_plain_ones() -> None:
    assert plain_texts(["1.5", "", "NA", "-2e3", ".5", "5."]) == ["1.5", "-2e3", ".5", "5."]


def test_one_odd_text_among_many_numbers_is_found_at_once() -> None:
    assert plain_texts(["1234567890"] * 500 + ["x"]) is None


@given(st.lists(TEXT))
def test_whole_numbers_are_those_without_fractions_and_exponents(texts: list[str]) -> None:
    present = [text.strip() for text in texts if not is_missing(text)]
    whole = [
        text.isascii()
        and text.lstrip("+-").isdigit()
        and len(text.lstrip("+-")) <= 18
        and len(text) - len(text.lstrip("+-")) <= 1
        for text in present
    ]
    assert are_whole(texts) == (bool(whole) and all(whole))


@pytest.mark.parametrize(
    ("texts", "doubtful"),
    [
        (["1.250", "999"], True),
        (["NA", "1.250", "7"], True),
        (["1.250", "", ".."], False),
        (["1.250", "999.125"], False),
        (["1.250", "7", "0.5"], False),
        (["12", "7"], False),
    ],
)
def test_dots_may_group_thousands_where_whole_numbers_stand_beside(
    texts: list[str], doubtful: bool
) -> None:
    assert may_be_grouped(texts) == doubtful


@pytest.mark.parametrize("word", ["true", "FALSE", " True "])
def test_true_and_false_are_seen_among_others(word: str) -> None:
    assert has_bools(["1", word, "x"])
    assert not has_bools(["1e5", "untrue", "fals e"])
