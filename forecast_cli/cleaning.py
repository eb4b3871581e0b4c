"""Panel -> the same without outliers, for what is learnt and chosen; and what is told of them."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from forecast_cli.config import HISTORY_LENGTH
from forecast_cli.errors import DataError
from forecast_cli.notices import Headcount, Tell
from forecast_cli.outliers import OutlierRule
from forecast_cli.panel import Panel
from forecast_cli.read_config import OutlierMode
from forecast_cli.splits import Origins
from forecast_cli.times.calendar import Calendar
from forecast_cli.windows import contexts, futures
from forecast_cli.wording import counted, escape, some_of

Array = NDArray[np.float64]

_PIECE = 1024
"""Steps of a long series that are judged together, with as many around them."""

_STEPS_BEHIND = 8
"""What tells an outlier in the last step of a horizon from a new level."""

_VALUES_AT_ONCE = 2**20
_NAMED = 3
_DAY = 86_400_000_000
_CYCLES_IN_DAYS = (1.0, 7.0, 365.2425)


def treat_outliers(panel: Panel, mode: OutlierMode, season_length: int, tell: Tell) -> Panel:
    """The panel with its rule for outliers, if any is to be followed; what is found is told.

    Raises:
        DataError: there are outliers, and `mode` is to refuse them.
    """
    found, _ = find_outliers(panel, season_length)
    if len(found):
        headcount = Headcount(
            topic="outliers",
            count=len(found),
            named=tuple(_place(panel, int(index)) for index in found[:_NAMED]),
            say=partial(_stand_alone, panel.source, mode),
            most_named=_NAMED,
        )
        if mode == "error":
            raise DataError(headcount.notice("warning").text)
        tell(headcount.notice("warning"))
    return replace(with_rule(panel, mode, season_length), places=None)


def _stand_alone(source: str, mode: OutlierMode, count: int, named: tuple[str, ...]) -> str:
    verb, them = ("stands", "it") if count == 1 else ("stand", "them")
    advice = f"mend or empty {them}, or train with --outliers clip or keep"
    return (
        f"{source}: {counted(count, 'value')} {verb} alone, far outside what is usual there: "
        f"{some_of(count, named)}; {advice if mode == 'error' else _TREATMENT[mode]}"
    )


def find_outliers(panel: Panel, season_length: int) -> tuple[NDArray[np.int64], Array]:
    """The values that stand alone, by index [K], and the edge of what is usual there [K]."""
    ruled = with_rule(panel, "clip", season_length)
    clipped = without_outliers(ruled, panel.offsets[1:]).values
    found = np.flatnonzero((clipped != panel.values) & np.isfinite(panel.values))
    return found, clipped[found]


_TREATMENT = {
    "clip": "clipped in what forecasts rest on, but scored as in the data (--outliers)",
    "keep": "kept (--outliers), which forecasts and intervals may suffer from",
}


def with_rule(panel: Panel, mode: OutlierMode, season_length: int) -> Panel:
    """The panel with the rule that a mode stands for on its calendar."""
    rule = OutlierRule(season_length=season_length, cycles=natural_cycles(panel.calendar))
    return replace(panel, outlier_rule=rule if mode == "clip" else None)


def without_outliers(panel: Panel, limits: NDArray[np.int64]) -> Panel:
    """The panel with the outliers before each limit [N] moved as its rule says, and no rule left.

    Nothing behind a limit is looked at or changed.
    """
    rule, values = panel.outlier_rule, panel.values.copy()
    if rule is None:
        return panel
    for piece in _pieces(panel, limits):
        context = contexts(panel, piece.origins, piece.width)
        clipped = rule.clip(context)
        rows, columns = np.nonzero((clipped != context) & np.isfinite(context))
        behind = piece.width - columns
        inside = (behind > piece.left_to_later[rows]) & (behind <= _PIECE + _PIECE // 2)
        rows, columns, behind = rows[inside], columns[inside], behind[inside]
        values[piece.origins.stops[rows] - behind] = clipped[rows, columns]
    return replace(panel, values=values, outlier_rule=None)


def usual_futures(panel: Panel, origins: Origins, horizon: int) -> Array:
    """The `futures` [B, H] to learn and to choose from: outliers moved as the panel's rule says."""
    if panel.outlier_rule is None:
        return futures(panel, origins, horizon)
    before = min(HISTORY_LENGTH, int(panel.lengths.max()))
    context = contexts(panel, origins, before)
    ahead = futures(panel, origins, horizon + _STEPS_BEHIND)
    clipped = panel.outlier_rule.clip(np.concatenate((context, ahead), axis=1))
    return clipped[:, before : before + horizon]


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """Where some series are looked at: `width` steps before each stop.

    The last `left_to_later` [B] of them are judged in the piece after this one, which also knows
    what follows.
    """

    origins: Origins
    left_to_later: NDArray[np.int64]
    width: int


def _pieces(panel: Panel, limits: NDArray[np.int64]) -> list[_Piece]:
    """Pieces of bounded size that cover what lies before the limits, like lengths together."""
    known = np.maximum(limits - panel.offsets[:-1], 0)
    counts = 1 + np.maximum(known - _PIECE // 2 - 1, 0) // _PIECE
    series = np.repeat(np.arange(panel.n_series), counts)
    number = np.arange(len(series)) - np.repeat(np.cumsum(counts) - counts, counts)
    widths = np.minimum(known[series] - _PIECE * number, 2 * _PIECE)
    order = np.argsort(widths, kind="stable")
    return [
        _Piece(
            origins=Origins(
                series=series[part],
                stops=limits[series[part]] - _PIECE * number[part],
                limits=limits[series[part]],
            ),
            left_to_later=np.where(number[part] > 0, _PIECE // 2, 0),
            width=int(widths[part].max(initial=0)),
        )
        for part in np.array_split(order, 1 + int(widths.sum()) // _VALUES_AT_ONCE)
        if len(part)
    ]


def natural_cycles(calendar: Calendar) -> tuple[int, ...]:
    """The steps in a day, a week and a year, as far as a forecast can look back so far."""
    if calendar.kind != "date":
        return ()
    start, end = calendar.grid.times(np.array([0, HISTORY_LENGTH])).tolist()
    days = (end - start) / _DAY / HISTORY_LENGTH
    steps = [round(cycle / days) for cycle in _CYCLES_IN_DAYS]
    return tuple(count for count in steps if 1 < count <= HISTORY_LENGTH)


def _place(panel: Panel, index: int) -> str:
    """A value with its line, where that is known, its time, and its series if there are several."""
    series = int(np.searchsorted(panel.offsets, index, side="right")) - 1
    position = int(panel.starts[series] + index - panel.offsets[series])
    time = escape(str(panel.calendar.labels([position])[0]))
    name = f", {panel.name(series)}" if panel.n_series > 1 else ""
    line = "" if panel.places is None else f"{panel.places.line(index)}, "
    return f"{panel.values[index]:.6g} ({line}{time}{name})"
