import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecast_cli.reading.row_spans import by_rows, each_row, row_spans

NAN = float("nan")


@given(st.lists(st.lists(st.sampled_from([NAN, 1.0]), min_size=4, max_size=4), min_size=1))
def test_a_row_is_kept_from_its_first_to_its_last_value_or_to_one_blank(
    rows: list[list[float]],
) -> None:
    matrix, times = np.array(rows), np.array([5, 6, 7, 9])
    sizes, keep = row_spans(matrix)
    values = matrix.ravel() if keep is None else matrix[keep]
    kept = each_row(times, keep, len(rows))
    expected = []
    for row in rows:
        known = np.flatnonzero(~np.isnan(row))
        first, last = (known[0], known[-1]) if len(known) else (0, 0)
        expected.append(list(zip(times[first : last + 1], row[first : last + 1], strict=True)))
    assert sizes.tolist() == list(map(len, expected))
    np.testing.assert_array_equal(
        np.column_stack([kept, values]), [pair for pairs in expected for pair in pairs]
    )


def test_nothing_is_masked_where_no_value_is_missing() -> None:
    assert row_spans(np.ones((3, 2)))[1] is None


def test_rows_are_put_in_order_one_after_the_other() -> None:
    matrix = np.asfortranarray(np.arange(3000.0).reshape(1500, 2))
    order = np.arange(1500)[::-1].astype(np.int32)
    rows = by_rows(matrix, order)
    assert rows.flags.c_contiguous
    np.testing.assert_array_equal(rows, matrix[::-1])
