"""Arranged rows -> covariates on the calendar of their panel."""

import numpy as np

from forecast_cli.covariates import Covariates
from forecast_cli.notices import Notice, Tell
from forecast_cli.reading.beside import check_constant
from forecast_cli.reading.layout import Observations
from forecast_cli.reading.repairs import bounds, place, series_name
from forecast_cli.reading.spans import Spans
from forecast_cli.reading.steps import lay_out
from forecast_cli.wording import counted, escape


def align(observed: Observations, tell: Tell) -> Covariates | None:
    """The covariates of arranged rows; None without any. Steps that are not in the file are NaN.

    Raises:
        DataError: A static column changes within a series.
    """
    beside = observed.beside
    if not beside.columns:
        return None
    _tell_missing(observed, tell)
    names = [series_name(row) for row in observed.ids]
    first, last = bounds(observed)
    steps = lay_out(observed, Spans(first=first, last=last))
    n_varying = sum(column.role != "static" for column in beside.columns)
    return Covariates(
        columns=beside.columns,
        values=np.ascontiguousarray(steps.spread(beside.values[:, :n_varying])),
        offsets=steps.offsets,
        starts=steps.starts,
        static=check_constant(beside, observed.series, names, observed.source),
        calendar=observed.calendar,
    )


def _tell_missing(observed: Observations, tell: Tell) -> None:
    for column, values in zip(observed.beside.columns, observed.beside.values.T, strict=True):
        # What is known only up to the cutoff has no values behind the last one of the target.
        needed = ~np.isnan(observed.values) | (column.role == "future")
        rows = np.flatnonzero(np.isnan(values) & needed)
        if len(rows) and column.role != "static":
            first = int(rows[observed.rows[rows].argmin()])
            text = f"{counted(len(rows), 'value')} missing in column {escape(column.name)}"
            tell(
                Notice(
                    "warning",
                    f"{observed.source}: {text} (--{column.role}), first {place(observed, first)}; "
                    "what is usual stands for them",
                )
            )
