import codecs

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_cli.packed_texts import PackedTexts
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.delimited import DelimitedCells
from forecast_cli.reading.fields import read_fields
from forecast_cli.reading.records import Records, split_records

FIELD = st.one_of(
    st.sampled_from(["", "NA", "nan", " 5", "5 ", "ü", "x" * 70, '"a,b"', '"a""b"', '""', "1e5"]),
    st.from_regex(r"[+-]?[0-9]{0,9}\.?[0-9]{0,9}", fullmatch=True),
    st.from_regex(r"[+-]?[0-9]{0,4}\.[0-9]{12,20}", fullmatch=True),
    st.dates().map(str),
)


def records(*rows: str) -> Records:
    text = "".join(f"{row}\n" for row in rows).encode()
    return split_records(text, "f.csv", ReadConfig(delimiter=","), lambda notice: None)


@given(st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=30))
def test_columns_are_those_of_the_parser(rows: list[tuple[str, str]]) -> None:
    found = records("a,b,c", *(f"{one},{other},1" for one, other in rows))
    texts, _ = read_fields(found, [0, 1], [])
    parsed = DelimitedCells(found)._parse([0, 1], [])
    for column, distinct in texts.items():
        read = [distinct.values[code] for code in distinct.codes]
        assert read == parsed[column].tolist()
        assert list(distinct.values) == list(dict.fromkeys(read))


@given(st.lists(FIELD, min_size=1, max_size=30))
def test_numbers_are_those_of_the_parser_to_the_last_bit(fields: list[str]) -> None:
    found = records("a,b", *(f"x,{field}" for field in fields))
    _, values = read_fields(found, [], [1])
    if values is not None:
        parsed = DelimitedCells(found)._parse([], [1]).to_numpy()
        assert values.tobytes() == parsed.astype(np.float64).tobytes()


def test_a_few_exponents_among_many_numbers_need_no_parser() -> None:
    rows = [f"x,{number}" for number in [*range(98), "1e-05", "NA"]]
    _, values = read_fields(records("a,b", *rows), [], [1])
    np.testing.assert_array_equal(values, np.array([[*range(98), 1e-05, np.nan]]).T)


@pytest.mark.parametrize("field", [" a", "x" * 65, '"a""b"'])
def test_what_needs_a_parser_is_left_to_it(field: str) -> None:
    found = records("a,b", "x,1", f"{field},2")
    texts, values = read_fields(found, [0], [1])
    assert not texts
    assert values is not None
    assert DelimitedCells(found).read([0], [1])[0][0].values[1] == field.strip(' "').replace(
        '""', '"'
    )


@pytest.mark.parametrize("number", ["1e5", "1,5", "true", "--1", "1.2.3", ".", "-", "0x10", "1_0"])
def test_numbers_in_another_style_are_left_to_the_parser(number: str) -> None:
    assert read_fields(records("a,b", "x,1", f'y,"{number}"'), [], [1])[1] is None


@pytest.mark.parametrize("digits", ["0.1", "2.675", "-0", "999999999999.999", ".5", "5.", "+7"])
def test_short_numbers_are_the_nearest_ones(digits: str) -> None:
    values = read_fields(records("a,b", f"x,{digits}"), [], [1])[1]
    assert values is not None
    assert values.tobytes() == np.float64(digits).tobytes()


def test_texts_repeated_in_far_blocks_have_one_number() -> None:
    rows = [f"shop_{i % 7},2024-01-{i % 28 + 1:02},{i}" for i in range(30_000)]
    texts = read_fields(records("id,date,y", *rows), [0, 1], [])[0]
    assert list(texts[0].values) == [f"shop_{i}" for i in range(7)]
    assert len(texts[1].values) == 28
    assert texts[0].codes[[0, 7, 29_999]].tolist() == [0, 0, 29_999 % 7]


def test_longer_texts_in_a_later_block_do_not_change_earlier_ones() -> None:
    rows = [f"{i:05},1" for i in range(40_000)] + ["a longer text than before,1", "00003,1"]
    texts = read_fields(records("id,y", *rows), [0], [])[0][0]
    assert texts.values[39_999] == "39999"
    assert texts.values[40_000] == "a longer text than before"
    assert texts.codes[-1] == 3


def test_a_mark_of_byte_order_belongs_to_the_first_text() -> None:
    found = records("a,b", codecs.BOM_UTF8.decode() + "x,1")
    assert list(read_fields(found, [0], [])[0][0].values) == ["\ufeffx"]


@pytest.mark.parametrize("name", ["shop {}", "a shop with a long name {}"])
def test_runs_of_one_text_are_told_apart_as_single_ones_are(name: str) -> None:
    names = [name.format(number % 5) for number in range(7) for _ in range(40)]
    texts = read_fields(records("id,y", *(f"{text},1" for text in names)), [0], [])[0][0]
    assert [texts.values[code] for code in texts.codes] == names
    assert list(texts.values) == list(dict.fromkeys(names))


def test_records_with_quotes_around_fields_are_read_without_a_parser() -> None:
    found = records('"id","y"', '"a","1.5"', "b,2", '"",""')
    assert found.marks is not None
    texts, values = read_fields(found, [0], [1])
    assert list(texts[0].values) == ["a", "b", ""]
    assert values is not None
    np.testing.assert_array_equal(values[:, 0], [1.5, 2.0, np.nan])


def packed_texts(rows: list[str]) -> tuple[PackedTexts, list[int]]:
    found = read_fields(records("t,y", *(f"{row},1" for row in rows)), [0], [])[0][0]
    assert isinstance(found.values, PackedTexts)
    return found.values, found.codes.tolist()


@pytest.mark.parametrize("first", [0, 1, 95, 1990])
def test_steps_that_count_are_known_to(first: int) -> None:
    rows = [str(first + n) for n in range(40_000)]
    texts, codes = packed_texts(rows)
    assert texts.first_number == first
    assert list(texts) == rows
    assert codes == list(range(40_000))


@pytest.mark.parametrize("place", [1, 16_384, 32_767, 32_768, 39_999])
@pytest.mark.parametrize("odd", ["7", "x", "100000", "-5", "007", "a longer text"])
def test_a_step_out_of_order_is_seen_wherever_it_stands(place: int, odd: str) -> None:
    rows = [str(n) for n in range(40_000)]
    rows[place] = odd
    texts, codes = packed_texts(rows)
    assert texts.first_number is None
    assert [texts[code] for code in codes[place - 1 : place + 2]] == rows[place - 1 : place + 2]
    assert len(texts) == 40_000 - (odd == "7")


@pytest.mark.parametrize("form", ["{}", "a time with a number {}"])
@pytest.mark.parametrize("length", [1, 2, 37, 1000])
def test_texts_that_come_again_in_each_series_have_one_number(form: str, length: int) -> None:
    rows = [form.format(n % length) for n in range(70_000)]
    texts, codes = packed_texts(rows)
    assert list(texts) == rows[:length]
    assert codes == [n % length for n in range(70_000)]


def test_a_cycle_that_breaks_off_late_is_none() -> None:
    rows = [str(n % 9) for n in range(30_000)] + ["4", "x", "4"]
    texts, codes = packed_texts(rows)
    assert [texts[code] for code in codes] == rows


def test_a_run_goes_on_in_the_next_block() -> None:
    rows = ["a"] * 32_760 + ["b"] * 20 + ["a"] * 40_000
    texts, codes = packed_texts(rows)
    assert list(texts) == ["a", "b"]
    assert [texts[code] for code in codes] == rows


def test_numbers_in_several_styles_stand_side_by_side() -> None:
    fields = ["1", "-2.5", "+3", "", "NA", "123456789.25", "1", "00.5", "-0"]
    values = read_fields(records("a,b", *(f"x,{field}" for field in fields)), [], [1])[1]
    assert values is not None
    expected = [1, -2.5, 3, np.nan, np.nan, 123456789.25, 1, 0.5, -0.0]
    assert values.tobytes() == np.array(expected).tobytes()


@pytest.mark.parametrize("marks", [["NA"], ["NaN", "null"], ["", "n/a"], ["#N/A"]])
def test_marks_of_missing_values_are_read_without_a_parser(marks: list[str]) -> None:
    found = records("a,b", "x,1", *(f"x,{mark}" for mark in marks), "x,-2.5")
    values = read_fields(found, [], [1])[1]
    assert values is not None
    np.testing.assert_array_equal(values[:, 0], [1, *[np.nan] * len(marks), -2.5])


@pytest.mark.parametrize("word", ["NO", "NAN1", "NAnullnull"])
def test_a_word_that_is_no_mark_of_missing_values_is_left_to_the_parser(word: str) -> None:
    assert read_fields(records("a,b", f"x,{word}", f"x,{word}"), [], [1])[1] is None
