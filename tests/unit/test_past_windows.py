import numpy as np

from forecast_cli.inference import forecast_from
from forecast_cli.past_windows import past_windows, take_windows
from forecast_cli.splits import origins_at_end
from tests.models import HORIZON, make_model
from tests.panels import make_panel, wave, with_columns


def test_a_window_is_forecast_as_the_panel_is_from_its_origin() -> None:
    model = make_model(with_columns(make_panel(wave(60), wave(50, seed=1))))
    windows = past_windows(model, model.panel, 40)
    found = windows.forecast(model, windows.values, windows.around)
    wanted = forecast_from(model, model.panel, windows.origins, horizon=HORIZON, levels=())
    np.testing.assert_array_equal(found, wanted.mean)
    assert np.isfinite(windows.actual).all()


def test_of_many_series_some_are_looked_at() -> None:
    panel = make_panel(*(wave(30, seed=seed) for seed in range(20)))
    assert 2 <= len(past_windows(make_model(panel), panel, 7)) <= 7


def test_windows_at_the_end_know_the_columns_of_the_future() -> None:
    model = make_model(with_columns(make_panel(wave(60))))
    windows = take_windows(model, model.panel, origins_at_end(model.panel))
    known = model.panel.covariates
    assert known is not None
    assert windows.around is not None
    np.testing.assert_array_equal(windows.around.after[0, :, 0], known.values[-HORIZON:, 0])
    assert np.isnan(windows.around.after[0, :, 1]).all()
