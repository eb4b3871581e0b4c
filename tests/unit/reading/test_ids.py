import numpy as np
import pytest

from forecast_cli.reading.ids import sort_ids


def in_order(*ids: str) -> list[str]:
    order, rank = sort_ids(np.array([[text] for text in ids], dtype=np.object_))
    assert rank[order].tolist() == list(range(len(ids)))
    return [ids[i] for i in order.tolist()]


@pytest.mark.parametrize("zeros", ["", "0" * 20])
def test_whole_numbers_sort_by_value_and_equal_ones_by_text(zeros: str) -> None:
    long = zeros + "5"
    assert in_order("10", "9", "007", long, "7", "07") == [long, "007", "07", "7", "9", "10"]


def test_one_text_among_whole_numbers_makes_all_texts() -> None:
    assert in_order("10", "9", "a") == ["10", "9", "a"]


def test_the_first_column_counts_most() -> None:
    ids = np.array([["b", "1"], ["a", "10"], ["a", "9"]], dtype=np.object_)
    assert sort_ids(ids)[0].tolist() == [2, 1, 0]
