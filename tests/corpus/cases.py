"""What a case of the corpus is: a file, how it is asked for, and what must come of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import nan
from typing import Literal

from forecast_cli.read_config import ReadConfig

Outcome = Literal["read", "told", "refused"]
Data = str | bytes | Callable[[], bytes]

VALUES = (12.5, 13.0, 14.25, 13.5, 15.0, 16.75, 17.0, 16.5, 18.0, 19.25, 20.0, 21.5)
MONTHS = tuple(f"2023-{month:02d}-01" for month in range(1, 13))


@dataclass(frozen=True, kw_only=True)
class Panels:
    """What a readable file holds: values of all series in turn, and the time after each series."""

    values: tuple[float, ...] | None = VALUES
    next_times: tuple[str | int, ...] | None = ("2024-01-01",)
    ids: tuple[str, ...] | None = None


CLEAN = Panels()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One input. `facts` are what the refusal, or one notice, must hold.

    "read" files give no warning and no repair; guesses are fine.
    """

    name: str
    data: Data = field(repr=False)
    outcome: Outcome
    facts: tuple[str, ...] = ()
    panel: Panels = CLEAN
    config: ReadConfig = ReadConfig()
    suffix: str = ".csv"

    @property
    def bytes(self) -> bytes:
        """The content of the file."""
        if callable(self.data):
            return self.data()
        return self.data.encode() if isinstance(self.data, str) else self.data


def reads(name: str, data: Data, panel: Panels = CLEAN, **read: object) -> Case:
    """A file that is read without a warning."""
    return _case(name, data, "read", (), panel, read)


def tells(name: str, data: Data, *facts: str, panel: Panels = CLEAN, **read: object) -> Case:
    """A file that is read, with a notice that holds the facts."""
    return _case(name, data, "told", facts, panel, read)


def refuses(name: str, data: Data, *facts: str, **read: object) -> Case:
    """A file that is refused in a message that holds the facts."""
    return _case(name, data, "refused", facts, CLEAN, read)


def _case(
    name: str,
    data: Data,
    outcome: Outcome,
    facts: tuple[str, ...],
    panel: Panels,
    read: dict[str, object],
) -> Case:
    suffix = str(read.pop("suffix", ".csv"))
    config = ReadConfig(**read)  # type: ignore[arg-type]
    return Case(
        name=name,
        data=data,
        outcome=outcome,
        facts=facts,
        panel=panel,
        config=config,
        suffix=suffix,
    )


def table(
    values: Sequence[object] = VALUES,
    times: Sequence[object] = MONTHS,
    *,
    header: str = "date,value",
    mark: str = ",",
    end: str = "\n",
) -> str:
    """Two columns of text; a value that holds the mark is quoted."""
    rows = [
        f"{time}{mark}{_quoted(value, mark)}" for time, value in zip(times, values, strict=True)
    ]
    return "".join(row + end for row in [header.replace(",", mark), *rows])


def _quoted(value: object, mark: str) -> str:
    text = str(value)
    return f'"{text}"' if mark in text else text


def changed(line: int, *, value: object = None, time: object = None) -> str:
    """The clean table with another value or time on one physical line (the header is line 1)."""
    values, times = list[object](VALUES), list[object](MONTHS)
    if value is not None:
        values[line - 2] = value
    if time is not None:
        times[line - 2] = time
    return table(values, times)


def lines(*texts: str) -> str:
    """Text of these lines."""
    return "".join(text + "\n" for text in texts)


def insert(line: int, text: str) -> str:
    """The clean table with one more line, which becomes physical line `line`."""
    rows = table().splitlines()
    return lines(*rows[: line - 1], text, *rows[line - 1 :])


def gap(line: int) -> Panels:
    """The clean panel with a missing value where that line stands."""
    values = list(VALUES)
    values[line - 2] = nan
    return Panels(values=tuple(values))


def then(*next_times: str | int, ids: tuple[str, ...] | None = None) -> Panels:
    """The clean values, followed by these times."""
    return Panels(next_times=next_times, ids=ids)


def days(first: str, step: int = 1) -> list[date]:
    """Twelve dates, so many days apart."""
    return [date.fromisoformat(first) + timedelta(days=step * i) for i in range(12)]


def hours(zone: str = "", clock: int = 0) -> list[str]:
    """Twelve hours of one day or two, from the hour of the clock on."""
    return [f"2023-05-01T{clock + i:02d}:00{zone}" for i in range(12)]


def dated(pattern: str, days: list[date] | None = None, mark: str = ",") -> str:
    """The clean values under times written so."""
    times = [day.strftime(pattern) for day in days or map(date.fromisoformat, MONTHS)]
    return table(times=times, mark=mark)
