from __future__ import annotations

import numpy as np

from forecast_cli.picture import Path, SeriesPicture


def make_series(history: list[float], forecast: list[float]) -> SeriesPicture:
    values = np.array(forecast)
    return SeriesPicture(
        name="a",
        history=Path(start=10, values=np.array(history)),
        earlier=(),
        forecast=Path(start=10 + len(history), values=values),
        bounds={80: (values - 1, values + 1)},
        error=None,
    )


def test_the_extent_holds_the_intervals() -> None:
    assert make_series([1.0, np.nan, 5.0], [4.0, 6.0]).extent() == (1.0, 7.0)


def test_a_series_that_hardly_changes_is_shown_in_some_room() -> None:
    low, high = make_series([1e9, 1e9], [1e9]).extent()
    assert high - low > 1e8


def test_a_forecast_goes_on_from_the_last_value_it_knew() -> None:
    series = make_series([1.0, 2.0], [3.0])
    joined = series.joined(series.forecast)
    assert joined.positions.tolist() == [11, 12]
    assert joined.values.tolist() == [2.0, 3.0]


def test_a_forecast_whose_last_value_is_not_shown_stays_as_it_is() -> None:
    series = make_series([1.0, 2.0], [3.0])
    path = Path(start=10, values=np.array([4.0]))
    assert series.joined(path) is path
