import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli.covariates import Covariate, Covariates, recode
from forecast_cli.times.calendar import Calendar

COLUMNS = (
    Covariate(name="rain", role="past"),
    Covariate(name="price", role="future"),
    Covariate(name="event", role="future", categories=("", "sale")),
    Covariate(name="size", role="static"),
)
NAN = np.nan


def make(*, starts: tuple[int, int] = (5, 2)) -> Covariates:
    """Two series of four and of two rows, in which it rains 10 times the series plus the row."""
    rain = np.array([0.0, 1, 2, 3, 10, 11])
    return Covariates(
        columns=COLUMNS,
        values=np.column_stack((rain, rain / 2, rain % 2)),
        offsets=np.array([0, 4, 6]),
        starts=np.array(starts),
        static=np.array([[7.0], [8.0]]),
        calendar=Calendar.steps(),
    )


def rain_at(covariates: Covariates, series: list[int], positions: list[list[int]]) -> object:
    found = covariates.at(np.array(series), np.array(positions))
    return np.nan_to_num(found[:, :, 0], nan=-1).tolist()


def test_columns_are_told_apart_by_whether_they_vary_and_are_known_ahead() -> None:
    covariates = make()
    assert [column.name for column in covariates.varying] == ["rain", "price", "event"]
    assert [column.name for column in covariates.constant] == ["size"]
    assert covariates.known_ahead.tolist() == [1, 2]
    assert covariates.ends.tolist() == [9, 4]


def test_values_are_found_by_series_and_position_and_nothing_is_known_outside() -> None:
    assert rain_at(make(), [0, 1], [[4, 5, 8, 9], [1, 2, 3, 4]]) == [
        [-1, 0, 3, -1],
        [-1, 10, 11, -1],
    ]
    assert rain_at(make(), [1, 0], [[3], [6]]) == [[11], [1]]


def test_without_any_row_nothing_is_known() -> None:
    empty = make().select(np.array([], dtype=np.int64))
    assert empty.at(np.empty(0, dtype=np.int64), np.empty((0, 3), dtype=np.int64)).shape == (
        0,
        3,
        3,
    )
    none = make().after(np.array([100, 100]))
    assert np.isnan(none.at(np.array([0]), np.array([[5, 100]]))).all()


def test_series_are_selected_in_any_order_with_their_rows() -> None:
    chosen = make().select(np.array([1, 0, 1]))
    assert chosen.starts.tolist() == [2, 5, 2]
    assert chosen.offsets.tolist() == [0, 2, 6, 8]
    assert chosen.static.tolist() == [[8], [7], [8]]
    assert rain_at(chosen, [0, 1, 2], [[3], [8], [2]]) == [[11], [3], [10]]


@pytest.mark.parametrize(
    ("positions", "offsets", "starts"),
    [
        ((7, 3), [0, 2, 3], [7, 3]),
        ((0, 0), [0, 4, 6], [5, 2]),
        ((9, 4), [0, 0, 0], [9, 4]),
        ((50, 3), [0, 0, 1], [50, 3]),
    ],
)
def test_what_lies_before_a_position_is_cut_away(
    positions: tuple[int, int], offsets: list[int], starts: list[int]
) -> None:
    cut = make().after(np.array(positions))
    assert cut.offsets.tolist() == offsets
    assert cut.starts.tolist() == starts
    everywhere = np.arange(60)
    for series, first in enumerate(positions):
        kept = cut.at(np.array([series]), everywhere[None])[0]
        whole = make().at(np.array([series]), everywhere[None])[0]
        whole[everywhere < first] = NAN
        np.testing.assert_array_equal(kept, whole)


def overlay(*entries: tuple[int, int, float]) -> Covariates:
    """The covariates with a price put in at (series, position)."""
    values = np.full((len(entries), 3), NAN)
    values[:, 1] = [price for _, _, price in entries]
    series, positions = (
        np.array([entry[i] for entry in entries], dtype=np.int64) for i in range(2)
    )
    return make().overlaid(series, positions, values)


def prices(covariates: Covariates, series: int) -> NDArray[np.float64]:
    return covariates.at(np.array([series]), np.arange(12)[None])[0, :, 1]


def test_what_is_put_in_extends_the_rows_at_both_ends_and_leaves_gaps_unknown() -> None:
    found = overlay((0, 11, 90.0), (1, 0, 91.0))
    np.testing.assert_array_equal(
        prices(found, 0), [NAN, NAN, NAN, NAN, NAN, 0, 0.5, 1, 1.5, NAN, NAN, 90]
    )
    np.testing.assert_array_equal(
        prices(found, 1), [91, NAN, 5, 5.5, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN]
    )
    assert rain_at(found, [0, 1], [[5, 8], [2, 3]]) == [[0, 3], [10, 11]]


def test_what_is_put_in_replaces_what_was_there_but_nothing_replaces_nothing() -> None:
    found = overlay((0, 6, 90.0), (0, 7, NAN))
    assert prices(found, 0)[5:9].tolist() == [0, 90, 1, 1.5]
    assert found.offsets.tolist() == make().offsets.tolist()


def test_putting_in_nothing_changes_nothing() -> None:
    found = overlay()
    np.testing.assert_array_equal(found.values, make().values)
    assert found.starts.tolist() == make().starts.tolist()


def test_what_is_missing_ahead_is_listed_by_series_and_column() -> None:
    covariates = make()
    covariates.values[3, 2] = NAN
    assert covariates.missing_ahead(np.array([6, 2]), 2) == [
        (1, 1, [4]),
        (0, 2, [8]),
        (1, 2, [4]),
    ]
    # What is known only up to the cutoff may be missing.
    covariates.values[:, 0] = NAN
    assert covariates.missing_ahead(np.array([5, 2]), 1) == []


def test_categories_are_numbered_as_they_were_elsewhere_and_new_ones_are_unknown() -> None:
    codes = np.array([2.0, 0.0, NAN, 1.0])
    np.testing.assert_array_equal(recode(codes, ["a", "b", "c"], ["c", "a"]), [0, 1, NAN, -1])
    np.testing.assert_array_equal(recode(np.array([NAN]), [], ["a"]), [NAN])
