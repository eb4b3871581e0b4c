import pytest

from forecast_cli.id_order import Ascent, sort_keys


@pytest.mark.parametrize(
    ("parts", "in_order"),
    [
        ([["a", "b"], ["c"]], [True, True]),
        ([["b", "a"]], [False]),
        ([["a"], ["a"]], [True, False]),
        ([["2", "10"], ["11"]], [True, True]),
        ([["10", "2"]], [False]),
        ([["02", "10"], ["2"]], [True, True]),
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
    keys = list(sort_keys(texts))
    assert all(in_order) == (sorted(set(keys)) == keys)


def test_several_id_columns_are_in_order_from_the_first_on() -> None:
    ascent = Ascent()
    assert ascent.goes_on([["1", "b"], ["2", "a"]])
    assert ascent.goes_on([["10", "a"], ["10", "b"]])
    assert not ascent.goes_on([["10", "a"]])
