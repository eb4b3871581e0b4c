import numpy as np

from forecast_cli.splits import Origins, origins_at_end
from forecast_cli.windows import WindowSampler, contexts, futures
from tests.panels import make_panel

NAN = np.nan


def test_a_context_ends_at_its_stop_and_is_padded_on_the_left() -> None:
    panel = make_panel([1, 2, 3], [4, 5])
    np.testing.assert_array_equal(
        contexts(panel, origins_at_end(panel), 3), [[1, 2, 3], [NAN, 4, 5]]
    )


def test_no_context_reaches_into_the_series_before() -> None:
    panel = make_panel([1, 2, 3], [4, 5, 6])
    origins = Origins(series=np.array([1]), stops=np.array([4]), limits=np.array([6]))
    np.testing.assert_array_equal(contexts(panel, origins, 3), [[NAN, NAN, 4]])


def test_no_future_reaches_past_its_limit() -> None:
    panel = make_panel([1, 2, 3, 4, 5], [6, 7])
    origins = Origins(series=np.array([0]), stops=np.array([2]), limits=np.array([4]))
    np.testing.assert_array_equal(futures(panel, origins, 4), [[3, 4, NAN, NAN]])


def test_a_stop_before_the_series_gives_an_empty_context() -> None:
    panel = make_panel([1, 2, 3])
    origins = Origins(series=np.array([0]), stops=np.array([-4]), limits=np.array([3]))
    assert np.isnan(contexts(panel, origins, 2)).all()


def test_the_sampler_counts_and_draws_only_windows_with_a_context_and_a_target() -> None:
    panel = make_panel([1, 2, 3, 4, 5, 6], [1, 2, 3])
    sampler = WindowSampler.over(panel, panel.offsets[1:], 3)
    drawn = sampler.draw(np.random.default_rng(0), 200)
    assert sampler.n_windows == 3
    assert set(drawn.series.tolist()) == {0}
    assert set(drawn.stops.tolist()) == {3, 4, 5}


def test_every_series_is_drawn_as_often_whatever_its_length() -> None:
    panel = make_panel(range(1000), range(10))
    drawn = WindowSampler.over(panel, panel.offsets[1:], 3).draw(np.random.default_rng(0), 4000)
    assert 0.45 < np.mean(drawn.series == 1) < 0.55


def test_no_window_is_drawn_past_the_limit() -> None:
    panel = make_panel(range(20))
    sampler = WindowSampler.over(panel, np.array([10]), 3)
    drawn = sampler.draw(np.random.default_rng(0), 100)
    assert drawn.stops.max() == 9
    assert np.nanmax(futures(panel, drawn, 5)) == 9
