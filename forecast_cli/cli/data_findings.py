"""`forecast inspect`: what the data hold, as lines and tables for people."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from forecast_cli.inspect_findings import (
    CovariateFinding,
    Gaps,
    Outliers,
    Season,
    SeriesFinding,
    Understanding,
)
from forecast_cli.report import data_facts, facts, table
from forecast_cli.wording import counted, number, percent, printable, short_text

MOST_COLUMNS = 20
_FIRST_SERIES = 4
_MOST_SERIES = 8
_MOST_OUTLIERS = 3
_MOST_CATEGORIES = 4


def describe_data(found: Understanding) -> Iterator[RenderableType]:
    """The panel as a whole, its covariates and its series."""
    yield Text()
    values = found.values
    yield facts(
        [
            *data_facts(found.data),
            (
                "values",
                f"{number(values.minimum)} to {number(values.maximum)}, median "
                f"{number(values.median)}; {values.n_zero} zero, {values.n_negative} negative; "
                f"{counted(values.n_constant_series, 'constant series', 'constant series')}",
            ),
            ("gaps", printable(_gaps(found.gaps, found.data.n_series))),
            ("repeats", _repeats(found.n_repeated_rows)),
            ("outliers", printable(_outliers(found.outliers, found.data.n_series))),
            ("season", _season(found)),
        ]
    )
    if found.covariates:
        rows = [_covariate_row(covariate) for covariate in found.covariates]
        names = ["covariate", "role", "kind", "known ahead", "missing"]
        yield table(names, shortened(rows, MOST_COLUMNS), n_left=4)
    if found.data.n_series > 1:
        yield from _describe_series(found.series)


def shortened(rows: list[list[str]], most: int) -> list[list[str]]:
    """The first and the last rows of a long table, and how many lie between them."""
    if len(rows) <= most:
        return rows
    half = most // 2
    between = [f"… {len(rows) - 2 * half} more", *[""] * (len(rows[0]) - 1)]
    return [*rows[:half], between, *rows[-half:]]


def _gaps(gaps: Gaps, n_series: int) -> str:
    if gaps.longest is None:
        return "none"
    longest = gaps.longest
    where = f" in {counted(gaps.n_series, 'series', 'series')}" if n_series > 1 else ""
    whose = f" of {longest.series}" if n_series > 1 else ""
    if longest.n_steps == 1:
        when = f"at {longest.first}"
    else:
        when = f"from {longest.first} to {longest.last}"
    return (
        f"{counted(gaps.n_gaps, 'gap')}{where}, {counted(gaps.n_steps, 'step')} in all; "
        f"the longest: {counted(longest.n_steps, 'step')}{whose}, {when}"
    )


def _repeats(n_rows: int) -> str:
    return f"{counted(n_rows, 'repeated row')} left out" if n_rows else "none"


def _outliers(outliers: Outliers, n_series: int) -> str:
    if not outliers.n:
        return "none"
    where = f" in {counted(outliers.n_series, 'series', 'series')}" if n_series > 1 else ""
    shown = [
        f"{number(o.value)} at {f'{o.series}, ' if n_series > 1 else ''}{o.time}"
        + (f" ({o.place})" if o.place else "")
        for o in outliers.first[:_MOST_OUTLIERS]
    ]
    more = outliers.n - len(shown)
    return (
        f"{counted(outliers.n, 'value')}{where}: {', '.join(shown)}"
        + (f" and {more} more" if more else "")
        + f" (--outliers {outliers.treatment})"
    )


def _season(found: Understanding) -> str:
    """The seasons that there may be, and which one is used."""
    shown = [
        f"{season.length} steps are {_strength(season, found.data.n_series)}"
        + (" (used)" if season.length == found.season_length else "")
        for season in found.seasons
        if season.strength is not None
    ]
    long = [str(season.length) for season in found.seasons if season.strength is None]
    if long:
        shown.append(f"for {' and '.join(long)} steps the data are too short")
    unused = ["none is used"] if found.season_length == 1 and shown else []
    return "; ".join(shown + unused) or "none"


def _strength(season: Season, n_series: int) -> str:
    if n_series == 1:
        return "shown by the data" if season.strength else "not shown by the data"
    return f"shown by {percent(season.strength)} of the series"


def _covariate_row(covariate: CovariateFinding) -> list[str]:
    if covariate.categories is None:
        kind = "number"
    else:
        named = ", ".join(map(short_text, covariate.categories[:_MOST_CATEGORIES]))
        more = ", …" if len(covariate.categories) > _MOST_CATEGORIES else ""
        kind = f"{len(covariate.categories)} categories: {named}{more}"
    return [
        short_text(covariate.name),
        covariate.role,
        kind,
        _ahead(covariate),
        str(covariate.n_missing),
    ]


def _ahead(covariate: CovariateFinding) -> str:
    if covariate.role in ("calendar", "holiday", "static"):
        return "always"
    if covariate.fewest_ahead is None or covariate.most_ahead is None:
        return "no"
    if covariate.fewest_ahead == covariate.most_ahead:
        ahead = counted(covariate.fewest_ahead, "step")
    else:
        ahead = f"{covariate.fewest_ahead} to {counted(covariate.most_ahead, 'step')}"
    if covariate.n_lacking:
        ahead += f"; too few in {counted(covariate.n_lacking, 'series', 'series')}"
    return ahead


def _describe_series(series: Sequence[SeriesFinding]) -> Iterator[RenderableType]:
    """All series of a small panel; else the first ones, the shortest and the longest."""
    rows = [_series_row(one) for one in series]
    if len(series) > _MOST_SERIES:
        rows = rows[:_FIRST_SERIES]
        shortest = min(series, key=lambda one: one.n_steps)
        longest = max(series, key=lambda one: one.n_steps)
        rows.append([f"… {len(series) - _FIRST_SERIES} more", *[""] * 7])
        if shortest.n_steps < longest.n_steps:
            rows += [_series_row(shortest, " (shortest)"), _series_row(longest, " (longest)")]
    names = ["series", "first", "last", "steps", "missing", "min", "mean", "max"]
    yield table(names, rows, n_left=3)


def _series_row(one: SeriesFinding, note: str = "") -> list[str]:
    return [
        short_text(one.name) + note,
        short_text(one.first_time),
        short_text(one.last_time),
        *(str(one.n_steps), str(one.n_missing)),
        *(number(one.minimum), number(one.mean), number(one.maximum)),
    ]
