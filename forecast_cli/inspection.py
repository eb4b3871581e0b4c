"""Panel -> its shape in a few figures; Table, roles -> its columns with their roles."""

import numpy as np

from forecast_cli.findings import DataSummary
from forecast_cli.inspect_findings import ColumnGuess
from forecast_cli.panel import Panel
from forecast_cli.reading.roles import Roles
from forecast_cli.reading.table import Table, kind_of


def summarise(panel: Panel) -> DataSummary:
    """The shape of a panel in a few figures; the times are the first and last of all series."""
    calendar, columns = panel.calendar, panel.columns
    first, last = calendar.labels(np.array([panel.starts.min(), panel.ends.max()]))
    return DataSummary(
        source=panel.source,
        layout=panel.layout,
        id_columns=columns.id,
        time_column=columns.time,
        target=columns.target,
        freq=calendar.describe(),
        n_series=panel.n_series,
        n_values=len(panel.values) - panel.n_missing,
        n_missing=panel.n_missing,
        shortest=int(panel.lengths.min()),
        longest=int(panel.lengths.max()),
        first_time=str(first),
        last_time=str(last),
    )


def describe_columns(table: Table, roles: Roles | None) -> tuple[ColumnGuess, ...]:
    """Every column of a file with the role it was given, if any was, and its first value."""
    samples = [table.sample(column) for column in range(len(table.columns))]
    return tuple(
        ColumnGuess(
            name=table.columns[column],
            role="unused" if roles is None else roles.role_of(column),
            kind=kind_of(sample) or "empty",
            example=next((text for text in sample if text.strip()), ""),
        )
        for column, sample in enumerate(samples)
    )
