"""Panel -> what was understood of a file, and what `train` would do with it."""

import numpy as np

from forecast_cli.command_line import explicit_command
from forecast_cli.config import OutlierMode, ReadConfig
from forecast_cli.defaults import WindowPlan, season_strength
from forecast_cli.findings import ColumnGuess, DataSummary, Understanding
from forecast_cli.panel import Panel
from forecast_cli.reading.roles import Roles
from forecast_cli.reading.table import Table, kind_of
from forecast_cli.windows import count_windows


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


def describe_columns(table: Table, roles: Roles) -> tuple[ColumnGuess, ...]:
    """Every column of a file with the role it was given and its first value."""
    samples = [table.sample(column) for column in range(len(table.columns))]
    return tuple(
        ColumnGuess(
            name=table.columns[column],
            role=roles.role_of(column),
            kind=kind_of(sample) or "empty",
            example=next((text for text in sample if text.strip()), ""),
        )
        for column, sample in enumerate(samples)
    )


def inspect_panel(
    panel: Panel, config: ReadConfig, plan: WindowPlan, *, outliers: OutlierMode = "clip"
) -> Understanding:
    """What there is to know of a panel, read as `config` says, before training."""
    season = panel.calendar.season_length
    lowest = np.fmin.reduceat(panel.values, panel.offsets[:-1])
    highest = np.fmax.reduceat(panel.values, panel.offsets[:-1])
    return Understanding(
        data=summarise(panel),
        season_length=plan.season_length,
        season_strength=season_strength(panel, season) if season > 1 else None,
        n_zero=int((panel.values == 0).sum()),
        n_negative=int((panel.values < 0).sum()),
        n_constant_series=int((lowest == highest).sum()),
        horizon=plan.horizon,
        context_length=plan.long_context_length,
        n_windows=count_windows(panel, plan.season_length),
        command=explicit_command(panel, config, plan, outliers=outliers),
    )
