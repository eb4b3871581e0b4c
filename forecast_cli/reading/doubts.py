"""Table, roles -> notices of what a user may have meant otherwise: marks, columns left out."""

from forecast_cli.notices import Notice, Tell
from forecast_cli.reading.numbers import is_plain, may_be_grouped
from forecast_cli.reading.roles import Roles
from forecast_cli.reading.table import Table
from forecast_cli.wording import escape

_LOOKED_AT = 50
_MOSTLY_TEXT = 0.8


def tell_grouped(table: Table, columns: tuple[int, ...]) -> None:
    """Tell of the first column whose dots are read as decimal marks but may mark thousands."""
    for column in columns[:_LOOKED_AT]:
        sample = table.sample(column)
        if may_be_grouped(sample):
            row = next(row for row, text in enumerate(sample) if "." in text)
            shown = escape(sample[row])
            text = f"{table.where(row, column)}: '{shown}' is read with dot as the decimal mark"
            table.tell(Notice("warning", f"{text}; say --thousands . if it marks thousands"))
            return


def tell_left_out(table: Table, roles: Roles, tell: Tell) -> None:
    """Tell of columns that are no target but may have been meant as one."""
    used = {*roles.id, *roles.time, *roles.targets, *roles.covariates}
    left = [i for i, name in enumerate(table.columns) if name and i not in used]
    empty = [i for i in left if table.kind(i) == "empty"]
    mixed = [(i, bad) for i in left if (bad := _rows_of_words(table, i))]
    if empty:
        text = f"{table.source}: column {table.label(empty[0])} without any value is left out"
        tell(Notice("guess", text + _more(len(empty))))
    if mixed:
        column, rows = mixed[0]
        found = f"{table.where(rows[0], column)}: '{escape(table.sample(column)[rows[0]])}'"
        text = f"{found} is no number; {table.label(column)} is left out"
        tell(Notice("guess", text + _more(len(mixed))))


def _more(count: int) -> str:
    return f", and {count - 1} more like it (--target)" if count > 1 else " (--target)"


def _rows_of_words(table: Table, column: int) -> list[int]:
    """The first rows without a number in a column of text that holds some numbers."""
    sample = table.sample(column)
    rows = [row for row, text in enumerate(sample) if not is_plain(text)]
    some = table.kind(column) == "text" and len(rows) <= _MOSTLY_TEXT * len(sample)
    return rows if some else []
