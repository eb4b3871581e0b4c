import numpy as np

from forecast_cli.reading.ids import sort_ids


def test_the_order_and_the_ranks_are_those_of_whole_numbers() -> None:
    ids = np.array([["10"], ["9"], ["007"]], dtype=np.object_)
    order, rank = sort_ids(ids)
    assert (order.tolist(), rank.tolist()) == ([2, 1, 0], [2, 1, 0])


def test_the_first_column_counts_most() -> None:
    ids = np.array([["b", "1"], ["a", "10"], ["a", "9"]], dtype=np.object_)
    assert sort_ids(ids)[0].tolist() == [2, 1, 0]
