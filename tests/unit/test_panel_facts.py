from dataclasses import replace

import numpy as np

from forecast_cli.calendar_features import CALENDAR_FEATURES
from forecast_cli.covariates import Covariate, Covariates
from forecast_cli.panel import Panel, ValuePlaces
from forecast_cli.panel_facts import (
    describe_values,
    find_gaps,
    list_covariates,
    list_outliers,
    list_seasons,
    list_series,
)
from forecast_cli.reading.places import Places
from forecast_cli.times.calendar import Calendar
from tests.panels import make_panel, wave

NAN = float("nan")
MONTHLY = Calendar.dates("MS", pattern="%Y-%m")


def test_gaps_are_counted_and_the_longest_is_named() -> None:
    panel = make_panel([1, NAN, 2, 3], [1, NAN, NAN, 2, NAN, 3], [4, 5], calendar=Calendar.years())
    gaps = find_gaps(replace(panel, starts=np.array([1990, 2000, 2000])))
    assert (gaps.n_steps, gaps.n_gaps, gaps.n_series) == (4, 3, 2)
    assert gaps.longest is not None
    assert (gaps.longest.series, gaps.longest.n_steps) == ("b", 2)
    assert (gaps.longest.first, gaps.longest.last) == ("2001", "2002")


def test_without_gaps_none_is_the_longest() -> None:
    gaps = find_gaps(make_panel([1.0, 2.0]))
    assert (gaps.n_steps, gaps.n_gaps, gaps.n_series, gaps.longest) == (0, 0, 0, None)


def test_zeros_negative_values_and_constant_series_are_counted() -> None:
    values = describe_values(
        make_panel([0.0, NAN, 0.0, 5.0], [-1.0, -2.0], [3.0, NAN, 3.0], [0.0, 0.0])
    )
    assert (values.n_zero, values.n_negative, values.n_constant_series) == (4, 2, 2)
    assert (values.minimum, values.median, values.maximum) == (-2.0, 0.0, 5.0)


def test_an_outlier_has_its_series_time_line_and_what_is_usual() -> None:
    wild = wave(60)
    wild[30] = 9000.0
    panel = make_panel(wave(60, seed=1), wild, calendar=MONTHLY)
    rows = np.arange(120)[::-1]
    places = Places(lines=np.arange(2, 122), files=("a.csv",))
    panel = replace(panel, places=ValuePlaces(indices=np.arange(120), rows=rows, places=places))
    found = list_outliers(panel, 12, "keep")
    assert (found.n, found.n_series, found.treatment) == (1, 1, "keep")
    (one,) = found.first
    assert (one.series, one.time, one.place, one.value) == ("b", "1972-07", "line 31", 9000.0)
    assert 40 < one.usual < 100


def test_seasons_are_those_of_the_calendar_and_the_chosen_one() -> None:
    seasons = list_seasons(make_panel(wave(60), calendar=MONTHLY), 6)
    assert [(season.length, season.strength) for season in seasons] == [(6, 0.0), (12, 1.0)]
    assert list_seasons(make_panel(wave(60), calendar=Calendar.years()), 1) == ()
    short = list_seasons(make_panel(wave(60), calendar=Calendar.dates("D")), 1)
    assert [(season.length, season.strength) for season in short] == [(7, 0.0), (365, None)]


def test_every_series_is_listed_by_its_known_values() -> None:
    first, second = list_series(make_panel([1.0, NAN, 3.0, 5.0], [7.0, 7.0]))
    assert (first.name, first.first_time, first.last_time) == ("a", "0", "3")
    assert (first.n_steps, first.n_missing) == (4, 1)
    assert (first.minimum, first.mean, first.maximum) == (1.0, 3.0, 5.0)
    assert (second.name, second.n_steps, second.mean) == ("b", 2, 7.0)


def with_covariates(panel: Panel) -> Panel:
    """Series a is known for two steps ahead but with a break after one, b for none."""
    return replace(
        panel,
        covariates=Covariates(
            columns=(
                Covariate(name="temp", role="past"),
                Covariate(name="promo", role="future", categories=("no", "yes")),
                Covariate(name="month", role="calendar", categories=CALENDAR_FEATURES["month"]),
                Covariate(name="size", role="static"),
            ),
            values=np.array(
                [[1, 0], [NAN, 1], [3, 0], [NAN, 1], [NAN, NAN], [NAN, 1], [8, 1], [9, NAN]]
            ),
            offsets=np.array([0, 6, 8]),
            starts=np.zeros(2, dtype=np.int64),
            static=np.array([[1.0], [NAN]]),
            calendar=panel.calendar,
        ),
    )


def test_a_covariate_is_known_ahead_up_to_the_first_break() -> None:
    panel = with_covariates(make_panel([1.0, 2.0, 3.0], [4.0, 5.0], calendar=MONTHLY))
    temp, promo, month, size = list_covariates(panel, horizon=1)
    assert (promo.fewest_ahead, promo.most_ahead, promo.n_lacking) == (0, 1, 1)
    assert (temp.fewest_ahead, month.fewest_ahead, size.most_ahead) == (None, None, None)


def test_missing_covariates_are_counted_up_to_the_last_value() -> None:
    panel = with_covariates(make_panel([1.0, 2.0, 3.0], [4.0, 5.0], calendar=MONTHLY))
    found = list_covariates(panel, horizon=1)
    assert [(c.name, c.role, c.n_missing) for c in found] == [
        ("temp", "past", 1),
        ("promo", "future", 1),
        ("month", "calendar", 0),
        ("size", "static", 1),
    ]
    assert found[1].categories == ("no", "yes")


def test_without_covariates_none_are_listed() -> None:
    assert list_covariates(make_panel(wave(9)), horizon=1) == ()
