"""What is known beside the target: columns along the calendar of a panel, and of each series."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast_cli.calendar_features import NO_SPECIAL_DAYS, SpecialDays, feature_values
from forecast_cli.times.calendar import Calendar

CovariateRole = Literal["past", "future", "calendar", "holiday", "sibling", "static", "identity"]
CONSTANT_ROLES = ("static", "identity")


@dataclass(frozen=True, kw_only=True)
class Covariate:
    """A column beside the target, known up to the cutoff, over the horizon too, or constant.

    What is read off the calendar, and which days are holidays, is known at all times. A sibling is
    another target of the same network, and the identity says which target a series is. A
    categorical one has its `categories`, texts in order, and is stored as their numbers 0, 1, …; a
    numeric one has None.
    """

    name: str
    role: CovariateRole
    categories: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Covariates:
    """The covariates of N series: V that vary along the calendar and S that do not.

    The first D of the V stand in the data. Series n has the rows `offsets[n]:offsets[n + 1]` of
    `values` [sum of T, D]; the first of them lies at calendar position `starts[n]`, and the last
    one may lie after the last target value. The others of the V follow from `calendar` and
    `special_days`, or are siblings, whose values are those of the panel. The first of the S are
    `static` [N, …], the identity follows from the panel. NaN is missing. `columns` names the V
    first, then the S.
    """

    columns: tuple[Covariate, ...]
    values: NDArray[np.float64]
    offsets: NDArray[np.int64]
    starts: NDArray[np.int64]
    static: NDArray[np.float64]
    calendar: Calendar
    special_days: SpecialDays = NO_SPECIAL_DAYS

    @property
    def varying(self) -> tuple[Covariate, ...]:
        """The columns that vary along the calendar."""
        return tuple(column for column in self.columns if column.role not in CONSTANT_ROLES)

    @property
    def given(self) -> tuple[Covariate, ...]:
        """Those of the varying columns that stand in the data."""
        return self.columns[: self.values.shape[1]]

    @property
    def dated(self) -> tuple[Covariate, ...]:
        """Those of the varying columns that follow from the calendar."""
        return tuple(c for c in self.columns if c.role in ("calendar", "holiday"))

    @property
    def siblings(self) -> tuple[Covariate, ...]:
        """Those of the varying columns that are targets themselves."""
        return tuple(column for column in self.columns if column.role == "sibling")

    @property
    def constant(self) -> tuple[Covariate, ...]:
        """The columns of the data that are the same at all times."""
        return tuple(column for column in self.columns if column.role == "static")

    @property
    def known_ahead(self) -> NDArray[np.intp]:
        """Which of the columns in the data are known over the horizon, by number."""
        return np.flatnonzero([column.role == "future" for column in self.given])

    @property
    def ends(self) -> NDArray[np.int64]:
        """The calendar position [N] behind the last row of each series."""
        return self.starts + np.diff(self.offsets)

    def at(self, series: NDArray[np.int64], positions: NDArray[np.int64]) -> NDArray[np.float64]:
        """The varying columns but siblings [W, K, …] of series [W] at calendar positions [W, K].

        NaN where nothing is known.
        """
        dated = tuple(column.name for column in self.dated)
        read = feature_values(dated, self.calendar, positions, self.special_days)
        return np.concatenate((self._given_at(series, positions), read), axis=2)

    def _given_at(
        self, series: NDArray[np.int64], positions: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        rows = positions - self.starts[series][:, None]
        inside = (rows >= 0) & (rows < np.diff(self.offsets)[series][:, None])
        rows = np.where(inside, rows + self.offsets[:-1][series][:, None], 0)
        if len(self.values) == 0:
            return np.full((*positions.shape, self.values.shape[1]), np.nan)
        return np.where(inside[:, :, None], self.values[rows], np.nan)

    def select(self, series: NDArray[np.int64]) -> "Covariates":
        """The covariates of some series [M], in the order given."""
        return self._cut(series, self.starts[series])

    def after(self, positions: NDArray[np.int64]) -> "Covariates":
        """The same without what lies before a calendar position of each series [N]."""
        return self._cut(np.arange(len(self.starts)), np.maximum(positions, self.starts))

    def _cut(self, series: NDArray[np.int64], starts: NDArray[np.int64]) -> "Covariates":
        lengths = np.maximum(self.ends[series] - starts, 0)
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        first = self.offsets[:-1][series] + starts - self.starts[series]
        rows = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], lengths)
        return replace(
            self,
            values=self.values[rows],
            offsets=offsets,
            starts=starts,
            static=self.static[series],
        )

    def overlaid(
        self, series: NDArray[np.int64], positions: NDArray[np.int64], values: NDArray[np.float64]
    ) -> "Covariates":
        """The same with the values [R, D] of series [R] at calendar positions [R] put in.

        What is NaN among them leaves what is known.
        """
        starts, ends = self.starts.copy(), self.ends.copy()
        np.minimum.at(starts, series, positions)
        np.maximum.at(ends, series, positions + 1)
        offsets = np.concatenate(([0], np.cumsum(ends - starts)))
        whole = np.full((offsets[-1], self.values.shape[1]), np.nan)
        of_row = np.repeat(np.arange(len(starts)), np.diff(self.offsets))
        moved = (offsets[:-1] - self.offsets[:-1] + self.starts - starts)[of_row]
        whole[np.arange(len(self.values)) + moved] = self.values
        rows = offsets[:-1][series] + positions - starts[series]
        whole[rows] = np.where(np.isnan(values), whole[rows], values)
        return replace(self, values=whole, offsets=offsets, starts=starts)

    def missing_ahead(
        self, cutoffs: NDArray[np.int64], horizon: int
    ) -> list[tuple[int, int, list[int]]]:
        """What is not known of the `horizon` steps after the cutoffs [N] but has to be.

        One entry for each series and column that lacks something: the number of the series, that
        of the column, and the calendar positions.
        """
        numbers = np.arange(len(cutoffs))
        positions = cutoffs[:, None] + np.arange(1, horizon + 1)
        lacking = np.isnan(self._given_at(numbers, positions))
        return [
            (int(n), int(v), positions[n][lacking[n, :, v]].tolist())
            for v in self.known_ahead
            for n in np.flatnonzero(lacking[:, :, v].any(axis=1))
        ]


def without_columns(calendar: Calendar, starts: NDArray[np.int64]) -> Covariates:
    """No covariates as yet for N series that begin at calendar positions `starts` [N]."""
    return Covariates(
        columns=(),
        values=np.empty((0, 0)),
        offsets=np.zeros(len(starts) + 1, dtype=np.int64),
        starts=starts,
        static=np.empty((len(starts), 0)),
        calendar=calendar,
    )


def recode(
    values: NDArray[np.float64], old: Sequence[str], new: Sequence[str]
) -> NDArray[np.float64]:
    """Numbers of old categories as numbers of new ones; what the new ones lack becomes -1.

    >>> recode(np.array([0.0, 1.0, np.nan]), ["a", "b"], ["b"]).tolist()
    [-1.0, 0.0, nan]
    """
    number = {text: float(code) for code, text in enumerate(new)}
    table = np.array([*(number.get(text, -1.0) for text in old), np.nan])
    return table[np.where(np.isnan(values), len(old), values).astype(np.int64)]
