"""`forecast inspect`: a file in, what is understood of it and what `train` would do out."""

from dataclasses import replace

import numpy as np

from forecast_cli.adjustment import without_effects
from forecast_cli.cleaning import treat_outliers
from forecast_cli.command_line import explicit_command
from forecast_cli.config import Settings
from forecast_cli.defaults import WindowPlan, plan_windows
from forecast_cli.errors import DataError
from forecast_cli.inspect_findings import (
    FrequencyGroup,
    InspectReport,
    TrainingPlan,
    Understanding,
)
from forecast_cli.inspection import describe_columns, summarise
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel, panel_from_table
from forecast_cli.panel_facts import (
    describe_values,
    find_gaps,
    list_covariates,
    list_outliers,
    list_seasons,
    list_series,
)
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.frequencies import list_frequencies
from forecast_cli.reading.layout import observe
from forecast_cli.reading.role_guess import guess_roles
from forecast_cli.reading.roles import Roles
from forecast_cli.reading.stack import read_tables
from forecast_cli.reading.table import Table
from forecast_cli.season_strength import season_strength
from forecast_cli.training_plan import plan_training
from forecast_cli.windows import count_windows

_NAMED_SERIES = 5


def inspect(source: str, *, settings: Settings, tell: Tell) -> InspectReport:
    """Say what is understood of a file and what `train` would do with it under these settings.

    Whatever stands in the way of `train` is part of the report.

    Raises:
        DataError: The file cannot be read at all.
        ConfigError: An option does not fit.
        MissingExtraError: A package that the file or an option needs is not installed.
    """
    return _Look(source, settings, tell).report()


class _Look:
    """One look at a file; each step finds out more, or why no more can be found out."""

    def __init__(self, source: str, settings: Settings, tell: Tell) -> None:
        self.source = source
        self.settings = settings
        self.read = settings.read
        self.notices: list[str] = []
        self.problems: list[str] = []
        self._tell = tell
        self.table = read_tables(source, self.read, self.keep)

    def keep(self, notice: Notice) -> None:
        """Tell, and keep for the report."""
        self.notices.append(notice.text)
        self._tell(notice)

    def report(self) -> InspectReport:
        """All that can be found out."""
        roles = self._roles()
        ties = {} if roles is None else roles.ties
        panel = None if roles is None or ties else self._panel()
        frequencies: tuple[FrequencyGroup, ...] = ()
        if roles is not None and panel is None and not ties:
            frequencies = _frequencies(self.table, roles, self.read)
        understood = None
        if roles is not None and panel is not None:
            understood = self._understand(panel, roles)
        return InspectReport(
            columns=describe_columns(self.table, roles),
            ties={
                role: tuple(self.table.columns[column] for column in columns)
                for role, columns in ties.items()
            },
            problems=tuple(self.problems),
            frequencies=frequencies,
            notices=tuple(self.notices),
            understood=understood,
        )

    def _roles(self) -> Roles | None:
        try:
            return guess_roles(self.table, self.read)
        except DataError as error:
            self.problems.append(str(error))
        return None

    def _panel(self) -> Panel | None:
        try:
            return panel_from_table(self.table, self.read, self.keep)
        except DataError as error:
            self.problems.append(str(error))
        return None

    def _understand(self, panel: Panel, roles: Roles) -> Understanding:
        plan = plan_windows(without_effects(panel), self.settings.window, self.keep)
        season = panel.calendar.season_length
        return Understanding(
            data=summarise(panel),
            n_repeated_rows=_repeated_rows(self.table, roles, panel, self.read),
            values=describe_values(panel),
            gaps=find_gaps(panel),
            outliers=list_outliers(panel, plan.season_length, self.settings.cleaning.outliers),
            seasons=list_seasons(panel, plan.season_length),
            season_length=plan.season_length,
            season_strength=season_strength(panel, season) if season > 1 else None,
            covariates=list_covariates(panel, plan.horizon),
            series=list_series(panel),
            horizon=plan.horizon,
            context_length=plan.context_length,
            long_context_length=plan.long_context_length,
            n_windows=count_windows(panel, plan.season_length),
            training=self._training(panel, plan),
            # Messages may call the source by a shorter name.
            command=explicit_command(replace(panel, source=self.source), plan, self.settings),
        )

    def _training(self, panel: Panel, plan: WindowPlan) -> TrainingPlan | None:
        mode = self.settings.cleaning.outliers
        try:
            treated = treat_outliers(panel, mode, plan.season_length, self.keep)
            return plan_training(treated, plan, self.settings, self.keep)
        except DataError as error:
            self.problems.append(str(error))
        return None


def _silent(_: Notice) -> None:
    """What is read again was told before."""


def _repeated_rows(table: Table, roles: Roles, panel: Panel, config: ReadConfig) -> int:
    """How many rows say again what another one says of the same series and time."""
    is_whole = panel.places is not None and len(panel.places.rows) == table.n_rows
    if config.aggregate is not None or (is_whole and panel.layout == "long"):
        return 0
    asked = replace(config, freq=None) if config.by_frequency else config
    observed = observe(table, roles, asked, _silent)
    order = np.lexsort((observed.positions, observed.series))
    series, positions = observed.series[order], observed.positions[order]
    return int(((np.diff(series) == 0) & (np.diff(positions) == 0)).sum())


def _frequencies(table: Table, roles: Roles, config: ReadConfig) -> tuple[FrequencyGroup, ...]:
    """The frequencies of a file that could not be read as one panel, where there are several."""
    try:
        found = list_frequencies(table, roles, config)
    except DataError:
        return ()
    if len(found) < 2:
        return ()
    return tuple(
        FrequencyGroup(freq=freq, n_series=len(names), series=tuple(names[:_NAMED_SERIES]))
        for freq, names in found
    )
