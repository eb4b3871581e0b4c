"""Table -> roles: which column is the id, the time, the target, and which is left out."""

import re
from collections.abc import Sequence

from forecast_cli.errors import DataError
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.dateparts import date_parts, time_columns, with_clock
from forecast_cli.reading.keys import (
    Key,
    are_whole,
    best_named,
    find_column,
    guess_key,
    guess_row_key,
    listed,
)
from forecast_cli.reading.numbers import is_missing, is_plain, remedy
from forecast_cli.reading.preamble import TIME_NAMES, normal_name, plain_heading
from forecast_cli.reading.roles import STEP_TIME, Layout, Role, Roles
from forecast_cli.reading.table import Table, kind_of
from forecast_cli.wording import escape

_TARGET_NAMES = ("y", "target")
_LIKELY_TARGET_NAMES = (
    *("value", "values", "sales", "demand", "obsvalue", "quantity", "qty", "volume", "amount"),
    "total",
)
_STEP_HEADING = re.compile(r"[A-Za-z]{0,6}[_ .]?\d{1,6}", re.ASCII)
_UNNAMED_INDEX = re.compile(r"|Unnamed: ?\d+|index|rownames|__index_level_\d+__", re.IGNORECASE)


def guess_roles(table: Table, config: ReadConfig) -> Roles:
    """The role of every column: as the options say, the rest by content and name.

    Raises:
        ConfigError: An option names a column that is not there.
        DataError: No column can be the target.
    """
    return _Guess(table, config).roles()


class _Guess:
    """One pass over the columns; each step sees what the steps before have taken."""

    def __init__(self, table: Table, config: ReadConfig) -> None:
        self.table = table
        self.config = config
        self.normal = [normal_name(column) for column in table.columns]
        self.columns = range(len(table.columns))
        self.kinds = _kinds(table)
        self.ties: dict[str, tuple[int, ...]] = {}
        self.notes: list[str] = []
        self.id = tuple(find_column(table, name, "id", config) for name in config.id)
        if table.names_files and not self.id:
            self.id = (len(table.columns) - 1,)
        self.targets = tuple(find_column(table, name, "target", config) for name in config.target)
        self.past = tuple(find_column(table, name, "past", config) for name in config.past)
        self.future = tuple(find_column(table, name, "future", config) for name in config.future)
        self.static = tuple(find_column(table, name, "static", config) for name in config.static)
        self.time = self._given_time()
        covariates = {*self.past, *self.future, *self.static}
        self.taken = {*self.id, *self.targets, *self.time, *covariates}

    def roles(self) -> Roles:
        time_given, id_given, targets_given = bool(self.time), bool(self.id), bool(self.targets)
        if not time_given:
            self.time = self._guess_time()
            if self._is_one_row_per_series():
                return self._rows()
        self.taken |= set(self.time)
        if not id_given:
            self.id = self._keep(guess_key(self.table, self._free(), self.kinds, self.time))
            self.taken |= set(self.id)
        layout: Layout = "long"
        if not targets_given:
            layout = self._guess_targets()
        elif len(self.targets) > 1:
            layout = "wide"
        guessed: list[Role] = [] if time_given else ["time"]
        guessed += [] if id_given or not self.id else ["id"]
        guessed += [] if targets_given else ["target"]
        return self._made(layout, tuple(guessed))

    def _made(self, layout: Layout, guessed: tuple[Role, ...]) -> Roles:
        return Roles(
            layout=layout,
            id=self.id,
            time=self.time,
            targets=self.targets,
            past=self.past,
            future=self.future,
            static=self.static,
            guessed=guessed,
            ties=self.ties,
            notes=tuple(self.notes),
        )

    def _keep(self, key: Key) -> tuple[int, ...]:
        if key.tied:
            self.ties["id"] = key.tied
        self.notes.extend(key.notes)
        return key.columns

    def _given_time(self) -> tuple[int, ...]:
        if self.config.time is None:
            return ()
        if self.config.time == STEP_TIME and STEP_TIME not in self.table.columns:
            return ()
        return time_columns(self.table, self.config.time, self.config)

    def _free(self, kind: str | None = None) -> list[int]:
        return [
            i
            for i in self.columns
            if i not in self.taken and (kind is None or self.kinds[i] == kind)
        ]

    def _guess_time(self) -> tuple[int, ...]:
        dates = self._free("time")
        if dates:
            best = dates if len(dates) == 1 else best_named(self.table, dates, TIME_NAMES)
            if len(best) != 1:
                self.ties["time"] = tuple(best or dates)
            return with_clock(self.table, (best or dates)[0], self._free())
        parts = date_parts(self.table)
        if parts:
            return parts
        numeric = self._free("number")
        named = [i for i in numeric if self.normal[i] in TIME_NAMES]
        whole = [i for i in named if are_whole(self.table.sample(i))]
        # What is called a time but does not look like one is refused later, with its line.
        for columns in (whole, named, self._free("text")):
            best = best_named(self.table, columns, TIME_NAMES)
            if best:
                return (best[0],)
        counting = 0 in numeric and _counts_up(self.table.sample(0))
        return (0,) if counting and len(numeric) > 1 and not self._is_index(0) else ()

    def _is_index(self, column: int) -> bool:
        """Whether a column numbers the rows, as `DataFrame.to_csv` does."""
        return _UNNAMED_INDEX.fullmatch(self.table.columns[column]) is not None and _counts_up(
            self.table.sample(column), first=(0, 1)
        )

    def _is_one_row_per_series(self) -> bool:
        """Whether there is no time column, and the headings of the number columns count or date."""
        if self.time or self.targets:
            return False
        numeric = self._value_columns()
        headings = [self.table.columns[i] for i in numeric]
        if len(numeric) < 3 or not (self.id or self._free("text")):
            return len(numeric) >= 3 and not self._free("text") and _count_headings(headings) >= 0.8
        return _count_headings(headings) >= 0.8 or kind_of(headings) == "time"

    def _value_columns(self) -> list[int]:
        columns = [
            i
            for i in self.columns
            if i not in self.taken
            and self.kinds[i] in ("number", "empty")
            and not self._is_index(i)
        ]
        if not any(self.table.columns[i] for i in columns):
            return columns
        # A comma at the end of every line makes a column that is none.
        return [i for i in columns if self.table.columns[i] or not self._is_void(i)]

    def _is_void(self, column: int) -> bool:
        return self.kinds[column] == "empty" and all(
            map(is_missing, self.table.texts(column).values)
        )

    def _rows(self) -> Roles:
        self.targets = tuple(self._value_columns())
        self.targets = tuple(sorted([*self.targets, *self._misread_columns()]))
        guessed: tuple[Role, ...] = ("target",)
        if not self.id:
            texts = [i for i in self._free("text") if i not in self.targets]
            self.id = guess_row_key(self.table, texts)
            guessed = ("id", "target")
        return self._made("rows", guessed)

    def _misread_columns(self) -> list[int]:
        """Columns that look like text for a bad value, but stand and are called as the values."""
        first, last = self.targets[0], self.targets[-1]
        return [
            i
            for i in self._free("text")
            if i > first
            and (i < last or any(map(is_plain, self.table.sample(i))))
            and _is_value_heading(self.table.columns[i])
        ]

    def _guess_targets(self) -> Layout:
        numeric = [i for i in self._free("number") if not self._is_index(i)]
        if not numeric:
            empty = [i for i in self._free("empty") if self.table.columns[i]]
            if not empty:
                raise self._no_target()
            numeric = empty
        if len(numeric) == 1:
            self.targets = (numeric[0],)
            return "long"
        named = best_named(self.table, numeric, _TARGET_NAMES)
        if not named and self.id:
            named = [i for i in numeric if self.normal[i] in _LIKELY_TARGET_NAMES]
        if len(named) == 1:
            self.targets = (named[0],)
            return "long"
        if (not self.id or self.table.names_files) and self.time and not named:
            self.targets = tuple(numeric)
            return "wide"
        self.targets = (numeric[0],)
        self.ties["target"] = tuple(named or numeric)
        return "long"

    def _no_target(self) -> DataError:
        """The error for a file without numbers; it shows the last column of text."""
        texts = self._free("text") or [i for i in self.id if self.kinds[i] == "text"]
        sample = self.table.sample(texts[-1]) if texts else []
        row = next((row for row, text in enumerate(sample) if not is_missing(text)), None)
        shown, advice = "", "write values as in 1234.5"
        if row is not None:
            advice = remedy(sample[row])
            line = self.table.places.line(row)
            label = self.table.label(texts[-1])
            shown = f"; {line}, column {label} holds '{escape(sample[row])}', no number"
        return DataError(
            f"{self.table.source} has no numeric column to forecast; its columns are: "
            f"{listed(self.table, self.columns)}{shown}; {advice}" + self._why_no_column()
        )

    def _why_no_column(self) -> str:
        """What may have hidden a column, for a message."""
        for name, why in self.table.left_out.items():
            return f"; column {escape(name)} {why}"
        few = len(self.columns) == 1 and self.table.header_line is not None
        return "; name the delimiter with --delimiter" if few else ""


def _kinds(table: Table) -> list[str]:
    return [table.kind(column) for column in range(len(table.columns))]


def _counts_up(texts: Sequence[str], first: tuple[int, ...] | None = None) -> bool:
    """Whether texts are whole numbers in equal steps upward."""
    if not are_whole(texts) or any(is_missing(text) for text in texts):
        return False
    values = [int(text) for text in texts]
    step = values[1] - values[0] if len(values) > 1 else 1
    rising = step > 0 and values == list(range(values[0], values[0] + step * len(values), step))
    return rising and (first is None or (values[0] in first and step == 1))


def _is_value_heading(heading: str) -> bool:
    return _count_headings([heading]) > 0 or kind_of([heading]) == "time"


def _count_headings(headings: Sequence[str]) -> float:
    """The share of headings such as V1, 1960 or none at all."""
    headings = [plain_heading(heading) for heading in headings]
    count = sum(not h or bool(_STEP_HEADING.fullmatch(h)) or is_plain(h) for h in headings)
    return count / len(headings) if headings else 0.0
