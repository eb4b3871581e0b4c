"""Calendar, options -> the covariates that follow from it: hours, weekdays, months, holidays."""

import importlib.util
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecast_cli.calendar_features import (
    CALENDAR_FEATURES,
    DAY_AFTER,
    EVE,
    HOLIDAY,
    NO_HOLIDAY,
    NO_SPECIAL_DAYS,
    SpecialDays,
    has_days,
    has_feature,
    useful_features,
)
from forecast_cli.covariates import Covariate, Covariates, without_columns
from forecast_cli.errors import ConfigError, MissingExtraError
from forecast_cli.read_config import ReadConfig
from forecast_cli.times.calendar import Calendar
from forecast_cli.times.dates import MICROSECONDS

_YEARS_AHEAD = 10
"""So many years after the last value holidays are known: a checkpoint lives on."""

_EPOCH = date(1970, 1, 1).toordinal()


def with_calendar_columns(
    given: Covariates | None,
    *,
    calendar: Calendar,
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    config: ReadConfig,
) -> Covariates | None:
    """The covariates of N series and those that the options ask for, or the data may show.

    `starts` [N] and `lengths` [N] are those of the series.

    Raises:
        ConfigError: The calendar has no such columns, or the country is not known.
        MissingExtraError: Holidays are asked for, and the package is not installed.
    """
    features = _features(calendar, int(np.median(lengths)), config)
    columns = [
        Covariate(name=name, role="calendar", categories=CALENDAR_FEATURES[name])
        for name in features
    ]
    special = NO_SPECIAL_DAYS
    if config.holidays is not None:
        special = _special_days(calendar, starts, lengths, config.holidays)
        columns.append(Covariate(name=HOLIDAY, role="holiday", categories=special.names))
        columns += [Covariate(name=name, role="holiday") for name in (EVE, DAY_AFTER)]
    if not columns:
        return given
    if given is None:
        given = without_columns(calendar, starts)
    return replace(given, columns=(*given.given, *columns, *given.constant), special_days=special)


def _features(calendar: Calendar, n_steps: int, config: ReadConfig) -> tuple[str, ...]:
    if not config.calendar:
        return useful_features(calendar, n_steps)
    asked = tuple(name for name in config.calendar if name != "none")
    for name in asked:
        if not has_feature(calendar, name):
            raise ConfigError(f"--calendar {name}: {calendar.describe()} data have no {name}")
    return asked


def _special_days(
    calendar: Calendar, starts: NDArray[np.int64], lengths: NDArray[np.int64], place: str
) -> SpecialDays:
    if not has_days(calendar):
        raise ConfigError(
            f"--holidays: {calendar.describe()} data have no days; holidays are for daily data and "
            "what comes more often"
        )
    wall = calendar.wall(np.array([starts.min(), (starts + lengths).max()]))
    first, last = (wall // MICROSECONDS["D"]).astype("datetime64[D]").astype("datetime64[Y]")
    years = range(first.astype(int) + 1970, last.astype(int) + 1970 + _YEARS_AHEAD + 1)
    found = _holidays(place, years)
    names = sorted(set(found.values()))
    days = sorted(found)
    return SpecialDays(
        days=np.array([day.toordinal() - _EPOCH for day in days], dtype=np.int64),
        codes=np.array([names.index(found[day]) + 1 for day in days], dtype=np.int64),
        names=(NO_HOLIDAY, *names),
    )


def _holidays(place: str, years: range) -> dict[date, str]:
    """The public holidays of a country, as in DE, or of a part of one, as in DE-BY."""
    if importlib.util.find_spec("holidays") is None:
        raise MissingExtraError(
            "--holidays needs the extra holidays: pip install 'forecast-cli[holidays]'"
        )
    import holidays

    country, _, part = place.upper().partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=years)
    except (NotImplementedError, AttributeError, ValueError) as error:
        raise ConfigError(
            f"--holidays {place!r} is not known; accepted are countries by their ISO code, as in "
            "DE or US, and parts of them, as in DE-BY or US-CA"
        ) from error
    return dict(found.items())
