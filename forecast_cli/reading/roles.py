"""What the columns of a table are: ids, times, targets, covariates, or nothing."""

from dataclasses import dataclass, field
from typing import Literal

from forecast_cli.errors import DataError
from forecast_cli.reading.table import Table

Layout = Literal["long", "wide", "rows"]
Role = Literal["id", "time", "target", "past", "future", "static", "unused"]

# What the output calls the names of files, and series that no column names.
FILE_ID = "unique_id"
# What the output calls the order of rows, where a file has no time column.
STEP_TIME = "step"


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Column indices by role; `time` holds a year and a month column, or none for row order.

    `guessed` names the roles that no option gave; `ties` the equally good columns of a role that
    has to be given; `notes` say what else was decided.
    """

    layout: Layout
    id: tuple[int, ...] = ()
    time: tuple[int, ...] = ()
    targets: tuple[int, ...] = ()
    past: tuple[int, ...] = ()
    future: tuple[int, ...] = ()
    static: tuple[int, ...] = ()
    guessed: tuple[Role, ...] = ()
    ties: dict[str, tuple[int, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def role_of(self, column: int) -> Role:
        """The role of a column."""
        of_role: dict[Role, tuple[int, ...]] = {
            "id": self.id,
            "time": self.time,
            "target": self.targets,
            "past": self.past,
            "future": self.future,
            "static": self.static,
        }
        return next((role for role, columns in of_role.items() if column in columns), "unused")

    @property
    def covariates(self) -> tuple[int, ...]:
        """The columns beside the target, those that vary with time first."""
        return (*self.past, *self.future, *self.static)


def check_ties(table: Table, roles: Roles) -> None:
    """Raise DataError where two columns are equally good for a role."""
    for role, columns in roles.ties.items():
        names = ", ".join(table.label(column) for column in columns)
        raise DataError(
            f"{table.source}: the {role} may be any of {names}; say which with --{role}"
        )
