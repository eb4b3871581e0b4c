import pytest

from forecast_cli.id_order import Ascent, rank_ids


@pytest.mark.parametrize(
    ("parts", "in_order"),
    [
        ([["a", "b"], ["c"]], [True, True]),
        ([["b", "a"]], [False]),
        ([["a"], ["a"]], [True, False]),
        ([["2", "10"], ["11"]], [True, True]),
        ([["10", "2"]], [False]),
        ([["02", "10"], ["2"]], [True, False]),
        ([["02", "2"], ["10"]], [True, True]),
        ([["2", "02"]], [False]),
        ([["9" * 30, "1" + "0" * 30], ["0" * 40 + "2"]], [True, False]),
        ([["x1", "x10"], ["x2"]], [True, True]),
        # All words together: the numbers would stand as words too.
        ([["2", "10"], ["a"]], [True, False]),
    ],
)
def test_parts_are_in_order_as_all_of_them_sorted_are(
    parts: list[list[str]], in_order: list[bool]
) -> None:
    ascent = Ascent()
    assert [ascent.goes_on([[text] for text in part]) for part in parts] == in_order
    texts = [text for part in parts for text in part]
    assert all(in_order) == (rank_ids(texts).tolist() == list(range(len(texts))))


def test_no_ids_have_no_ranks() -> None:
    assert rank_ids([]).tolist() == []


@pytest.mark.parametrize("zeros", ["", "0" * 20])
def test_whole_numbers_rank_by_value_and_equal_ones_by_text(zeros: str) -> None:
    texts = [zeros + "5", "007", "07", "7", "9", "10"]
    assert rank_ids(texts).tolist() == [0, 1, 2, 3, 4, 5]


def test_one_text_among_whole_numbers_makes_all_texts() -> None:
    assert rank_ids(["10", "9", "a", "10"]).tolist() == [0, 1, 2, 0]


def test_several_id_columns_are_in_order_from_the_first_on() -> None:
    ascent = Ascent()
    assert ascent.goes_on([["1", "b"], ["2", "a"]])
    assert ascent.goes_on([["10", "a"], ["10", "b"]])
    assert not ascent.goes_on([["10", "a"]])
