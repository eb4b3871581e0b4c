"""Panel -> what it holds, in figures: gaps, values, seasons, outliers, covariates, every series."""

import numpy as np
from numpy.typing import NDArray

from forecast_cli.cleaning import find_outliers, natural_cycles
from forecast_cli.covariates import Covariates
from forecast_cli.inspect_findings import (
    CovariateFinding,
    Gap,
    Gaps,
    Outlier,
    Outliers,
    Season,
    SeriesFinding,
    Values,
)
from forecast_cli.panel import Panel
from forecast_cli.read_config import OutlierMode
from forecast_cli.season_strength import season_strength

_NAMED_OUTLIERS = 20


def find_gaps(panel: Panel) -> Gaps:
    """The runs of missing values; none touches an end of a series."""
    missing = np.isnan(panel.values)
    edges = np.diff(missing.astype(np.int8))
    first, last = np.flatnonzero(edges == 1) + 1, np.flatnonzero(edges == -1)
    lengths = last - first + 1
    longest = None
    if len(first):
        gap = int(lengths.argmax())
        series = int(_series_of(panel, first[gap : gap + 1])[0])
        start, end = _times(panel, np.array([first[gap], last[gap]]))
        longest = Gap(series=panel.name(series), first=start, last=end, n_steps=int(lengths[gap]))
    return Gaps(
        n_steps=int(missing.sum()),
        n_gaps=len(first),
        n_series=len(np.unique(_series_of(panel, first))),
        longest=longest,
    )


def describe_values(panel: Panel) -> Values:
    """What the known values are."""
    known = panel.values[np.isfinite(panel.values)]
    lowest = np.fmin.reduceat(panel.values, panel.offsets[:-1])
    highest = np.fmax.reduceat(panel.values, panel.offsets[:-1])
    # Between the largest numbers there is no middle that can be computed.
    with np.errstate(over="ignore"):
        median = float(np.median(known))
    return Values(
        minimum=float(known.min()),
        median=median,
        maximum=float(known.max()),
        n_zero=int((known == 0).sum()),
        n_negative=int((known < 0).sum()),
        n_constant_series=int((lowest == highest).sum()),
    )


def list_outliers(panel: Panel, season_length: int, treatment: OutlierMode) -> Outliers:
    """The values of a panel as it was read that stand alone, the first ones with their lines."""
    found, usual = find_outliers(panel, season_length)
    places = panel.places
    order = np.arange(len(found))
    if places is not None:
        order = np.argsort(places.rows_of(found), kind="stable")
    shown = order[:_NAMED_OUTLIERS]
    series, times = _series_of(panel, found[shown]), _times(panel, found[shown])
    return Outliers(
        n=len(found),
        n_series=len(np.unique(_series_of(panel, found))),
        treatment=treatment,
        first=tuple(
            Outlier(
                series=panel.name(int(series[i])),
                time=times[i],
                place="" if places is None else places.line(int(found[row])),
                value=float(panel.values[found[row]]),
                usual=float(usual[row]),
            )
            for i, row in enumerate(shown.tolist())
        ),
    )


def list_seasons(panel: Panel, chosen: int) -> tuple[Season, ...]:
    """The seasons that the calendar suggests and the one that was `chosen`, shortest first."""
    lengths = {panel.calendar.season_length, chosen, *natural_cycles(panel.calendar)}
    return tuple(
        Season(length=length, strength=season_strength(panel, length))
        for length in sorted(lengths)
        if length > 1
    )


def list_series(panel: Panel) -> tuple[SeriesFinding, ...]:
    """Every series in figures."""
    starts = panel.offsets[:-1]
    known = np.isfinite(panel.values)
    lowest, highest = np.fmin.reduceat(panel.values, starts), np.fmax.reduceat(panel.values, starts)
    n_known = np.add.reduceat(known.astype(np.int64), starts)
    # Sums of the largest numbers are infinite.
    with np.errstate(over="ignore", invalid="ignore"):
        means = np.add.reduceat(np.where(known, panel.values, 0.0), starts) / n_known
    labels = panel.calendar.labels(np.concatenate((panel.starts, panel.ends)))
    return tuple(
        SeriesFinding(
            name=panel.name(n),
            first_time=str(labels[n]),
            last_time=str(labels[panel.n_series + n]),
            n_steps=int(panel.lengths[n]),
            n_missing=int(panel.lengths[n] - n_known[n]),
            minimum=float(lowest[n]),
            mean=float(means[n]),
            maximum=float(highest[n]),
        )
        for n in range(panel.n_series)
    )


def list_covariates(panel: Panel, horizon: int) -> tuple[CovariateFinding, ...]:
    """The columns beside the target: what they are, where missing, and how far ahead known."""
    known = panel.covariates
    if known is None:
        return ()
    given = [_varying_column(panel, known, number, horizon) for number in range(len(known.given))]
    dated = [
        CovariateFinding(
            name=column.name,
            role=column.role,
            categories=column.categories,
            n_missing=0,
            fewest_ahead=None,
            most_ahead=None,
            n_lacking=0,
        )
        for column in known.dated
    ]
    constant = [
        CovariateFinding(
            name=column.name,
            role=column.role,
            categories=column.categories,
            n_missing=int(np.isnan(known.static[:, number]).sum()),
            fewest_ahead=None,
            most_ahead=None,
            n_lacking=0,
        )
        for number, column in enumerate(known.constant)
    ]
    return (*given, *dated, *constant)


def _varying_column(panel: Panel, known: Covariates, number: int, horizon: int) -> CovariateFinding:
    column = known.given[number]
    there = np.isfinite(known.values[:, number])
    series = np.repeat(np.arange(panel.n_series), np.diff(known.offsets))
    positions = np.arange(len(there)) - known.offsets[series] + known.starts[series]
    inside = (positions >= panel.starts[series]) & (positions <= panel.ends[series])
    ahead = None
    if column.role == "future":
        broken = (positions > panel.ends[series]) & ~there
        end = np.maximum(known.ends, panel.ends + 1)
        np.minimum.at(end, series[broken], positions[broken])
        ahead = end - panel.ends - 1
    return CovariateFinding(
        name=column.name,
        role=column.role,
        categories=column.categories,
        n_missing=int(panel.lengths.sum() - (there & inside).sum()),
        fewest_ahead=None if ahead is None else int(ahead.min()),
        most_ahead=None if ahead is None else int(ahead.max()),
        n_lacking=0 if ahead is None else int((ahead < horizon).sum()),
    )


def _series_of(panel: Panel, indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """The series [K] of values by index [K]."""
    return np.searchsorted(panel.offsets, indices, side="right") - 1


def _times(panel: Panel, indices: NDArray[np.int64]) -> list[str]:
    """The times [K] of values by index [K]."""
    series = _series_of(panel, indices)
    return [
        str(label)
        for label in panel.calendar.labels(panel.starts[series] + indices - panel.offsets[series])
    ]
