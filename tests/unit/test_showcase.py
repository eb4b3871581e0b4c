from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli.config import PredictionConfig
from forecast_cli.errors import ConfigError
from forecast_cli.inference import forecast_from
from forecast_cli.model import Model
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.picture import Picture
from forecast_cli.showcase import Wish, choose_series, compose
from forecast_cli.splits import origins_at_end
from tests.models import HORIZON, make_model
from tests.panels import make_panel, wave


def silent(notice: Notice) -> None:
    pytest.fail(f"told: {notice.text}")


def picture_of(
    model: Model,
    panel: Panel,
    wish: Wish | None = None,
    trained_until: NDArray[np.int64] | None = None,
) -> Picture:
    everything = np.arange(panel.n_series)
    ends = panel.ends if trained_until is None else trained_until
    return compose(model, panel, everything, wish or Wish(), ends)


def test_a_few_series_are_all_shown() -> None:
    model = make_model()
    assert choose_series(model, model.panel, Wish(), silent).tolist() == [0, 1]


def test_of_many_series_six_from_the_best_to_the_worst_are_shown_and_told() -> None:
    # The error of a forecast is measured where the noise is: it grows from a to z.
    series = [wave(50)[:-HORIZON] + [60.0 + 5 * n] * HORIZON for n in range(26)]
    model = make_model(make_panel(*series))
    told: list[Notice] = []
    chosen = choose_series(model, model.panel, Wish(), told.append)
    assert len(chosen) == 6
    assert len(set(chosen.tolist())) == 6
    assert 25 in chosen
    assert [notice.kind for notice in told] == ["guess"]
    assert "6 of 26 series are shown, from the best to the worst" in told[0].text
    assert "(--series)" in told[0].text


def test_of_many_series_too_short_to_be_scored_the_first_are_shown() -> None:
    model = make_model(make_panel(*[[1.0, 2.0]] * 10))
    told: list[Notice] = []
    assert choose_series(model, model.panel, Wish(), told.append).tolist() == [0, 1, 2, 3, 4, 5]
    assert "the first ones" in told[0].text


def test_series_are_shown_in_the_order_they_are_asked_for() -> None:
    model = make_model(make_panel(*[wave(40)] * 10))
    wish = Wish(series=("j", "b", "j"))
    assert choose_series(model, model.panel, wish, silent).tolist() == [9, 1]


def test_a_series_that_is_not_there_is_refused_with_those_that_are() -> None:
    model = make_model()
    with pytest.raises(ConfigError, match=r"--series names 'x', .* there are a, b$"):
        choose_series(model, model.panel, Wish(series=("x",)), silent)


def test_more_series_than_a_picture_holds_are_refused() -> None:
    panel = make_panel(*[wave(10)] * 30)
    panel.ids[:] = "same"
    with pytest.raises(ConfigError, match="30 series; a picture shows at most 24"):
        choose_series(make_model(panel), panel, Wish(series=("same",)), silent)


def test_a_picture_shows_the_forecast_that_predict_makes() -> None:
    model = make_model()
    wish = Wish(wanted=PredictionConfig(horizon=6, levels=(50,)))
    picture = picture_of(model, model.panel, wish)
    expected = forecast_from(
        model, model.panel, origins_at_end(model.panel), horizon=6, levels=(50,)
    )
    for index, series in enumerate(picture.series):
        assert series.forecast.values.tolist() == expected.mean[index].tolist()
        assert series.bounds[50][0].tolist() == expected.bounds[50][0][index].tolist()
        assert series.forecast.start == model.panel.ends[index] + 1
        assert series.history.positions[-1] == model.panel.ends[index]


def test_earlier_forecasts_know_nothing_of_what_came() -> None:
    model = make_model(make_panel(wave(40)))
    before = picture_of(model, model.panel).series[0].earlier
    changed = make_panel([*wave(40)[:-HORIZON], *[1000.0] * HORIZON])
    after = picture_of(model, changed, trained_until=model.panel.ends).series[0].earlier
    assert len(before) == 3
    assert [path.start for path in before] == [28, 32, 36]
    for one, other in zip(before, after, strict=True):
        assert one.values.tolist() == other.values.tolist()


@pytest.mark.parametrize(
    ("trained_until", "note"), [(39, "in-sample"), (30, "partly in-sample"), (10, "unseen")]
)
def test_earlier_forecasts_of_what_was_trained_on_are_called_so(
    trained_until: int, note: str
) -> None:
    model = make_model(make_panel(wave(40)))
    picture = picture_of(model, model.panel, trained_until=np.array([trained_until]))
    assert picture.earlier_note == note


def test_as_much_history_as_asked_for_is_shown() -> None:
    model = make_model()
    picture = picture_of(model, model.panel, Wish(history=5))
    assert [len(series.history.values) for series in picture.series] == [5, 5]
    assert all(path.start >= s.first for s in picture.series for path in s.earlier)


def test_a_series_of_one_value_is_shown() -> None:
    model = make_model(make_panel([1.0]))
    picture = picture_of(model, model.panel)
    assert picture.earlier_note == ""
    assert picture.series[0].error is None
