"""Parts of a date <-> microseconds since 1970, as integer arithmetic on arrays."""

import numpy as np
from numpy.typing import NDArray

MICROSECONDS = {"D": 86_400_000_000, "h": 3_600_000_000, "min": 60_000_000, "s": 1_000_000}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

Fields = dict[str, NDArray[np.int64]]
"""Arrays [T] by the letter that strftime has for a part; "q" is the quarter, "f" microseconds."""


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The different values, ascending; for integers many times faster than the hash of NumPy."""
    ascending = ordered(values)
    new = ascending[1:] != ascending[:-1]
    return ascending if new.all() else np.asarray(ascending[np.append(True, new)])


def ordered(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The values, ascending; times mostly are."""
    return values if (values[1:] >= values[:-1]).all() else np.sort(values)


def month_number(name: str) -> int | None:
    """The month that has an English name, short or long; None for another text.

    >>> month_number("sept"), month_number("March"), month_number("Ma")
    (9, 3, None)
    """
    lowered = name.strip().rstrip(".").lower()
    if lowered == "sept":
        return 9
    for number, month in enumerate(MONTHS, start=1):
        if lowered in (month[:3].lower(), month.lower()):
            return number
    return None


def month_days(months: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first day (days since 1970) and the number of days of months since January 1970."""
    if len(months) and (lowest := int(months.min())) + len(months) > (highest := int(months.max())):
        # Many times share few months.
        first = _month_starts(np.arange(lowest, highest + 2))
        return first[months - lowest], np.diff(first)[months - lowest]
    first = _month_starts(months)
    return first, _month_starts(months + 1) - first


def _month_starts(months: NDArray[np.int64]) -> NDArray[np.int64]:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def wall_times(fields: Fields, n: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Microseconds since 1970 from the parts of a time, and which cannot be."""
    days, bad = _week_days(fields) if "G" in fields else _calendar_days(fields, n)
    zero = np.zeros(n, dtype=np.int64)
    hour = fields.get("H", zero)
    if "I" in fields:
        bad = bad | (fields["I"] < 1) | (fields["I"] > 12)
        hour = fields["I"] % 12 + fields.get("p", zero)
    minute, second = fields.get("M", zero), fields.get("S", zero)
    bad = bad | (hour > 23) | (minute > 59) | (second > 59)
    seconds = (hour * 60 + minute) * 60 + second
    wall = days * MICROSECONDS["D"] + seconds * MICROSECONDS["s"] + fields.get("f", zero)
    return wall, bad


def _calendar_days(fields: Fields, n: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    one = np.ones(n, dtype=np.int64)
    year = fields.get("Y", np.full(n, 1970))
    if "y" in fields:
        year = fields["y"] + np.where(fields["y"] < 69, 2000, 1900)
    month = fields.get("m", fields.get("b", fields.get("q", one) * 3 - 2))
    bad = (month < 1) | (month > 12)
    months = (year - 1970) * 12 + np.clip(month, 1, 12) - 1
    first, length = month_days(months)
    day = fields.get("d", one)
    bad |= (day < 1) | (day > length)
    if "j" in fields:
        leap = month_days((year - 1970) * 12 + 1)[1] == 29
        day = fields["j"]
        bad = bad | (day < 1) | (day > np.where(leap, 366, 365))
    return first + day - 1, bad


def _week_days(fields: Fields) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Days since 1970 of ISO weeks (Monday without a weekday)."""
    first = _first_week(fields["G"])
    n_weeks = (_first_week(fields["G"] + 1) - first) // 7
    week = fields["V"] if "V" in fields else np.ones_like(first)
    weekday = fields["u"] if "u" in fields else np.ones_like(first)
    return first + 7 * (week - 1) + weekday - 1, (week < 1) | (week > n_weeks)


def _first_week(year: NDArray[np.int64]) -> NDArray[np.int64]:
    """The Monday of ISO week 1, which holds 4 January."""
    fourth = month_days((year - 1970) * 12)[0] + 3
    return np.asarray(fourth - (fourth + 3) % 7, dtype=np.int64)


def fields_of(wall: NDArray[np.int64]) -> Fields:
    """The parts of wall times [T] in microseconds since 1970."""
    days, micro = np.divmod(wall, MICROSECONDS["D"])
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    year, month = 1970 + months // 12, months % 12 + 1
    second = micro // MICROSECONDS["s"]
    weekday = (days + 3) % 7
    iso_year = 1970 + (days - weekday + 3).astype("datetime64[D]").astype("datetime64[Y]").astype(
        np.int64
    )
    return {
        "Y": year,
        "y": year % 100,
        "m": month,
        "b": month,
        "B": month,
        "q": (month + 2) // 3,
        "d": days - month_days(months)[0] + 1,
        "j": days - month_days((year - 1970) * 12)[0] + 1,
        "G": iso_year,
        "V": (days - _first_week(iso_year)) // 7 + 1,
        "u": weekday + 1,
        "H": second // 3600,
        "I": (second // 3600 + 11) % 12 + 1,
        "p": second // 43_200,
        "M": second // 60 % 60,
        "S": second % 60,
        "f": micro % MICROSECONDS["s"],
    }
