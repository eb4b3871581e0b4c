"""Column beside a date -> time of day: 13:00, 1300 or the hour 13."""

import re
from collections.abc import Sequence

from forecast_cli.reading.numbers import is_missing
from forecast_cli.reading.preamble import normal_name

_NAMES = (
    *("hour", "hr", "hh", "hourofday", "stunde", "heure", "hora", "ora"),
    *("time", "timeofday", "clock", "uhrzeit", "zeit", "heures", "orario"),
)
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}([.,]\d{1,9})?)?( ?[AaPp][Mm])?", re.ASCII)
_DOTTED = re.compile(r"\d{1,2}\.\d{2}\.\d{2}", re.ASCII)
_DIGITS = re.compile(r"\d{1,4}", re.ASCII)


def is_clock_column(name: str, texts: Sequence[str]) -> bool:
    """Whether a column is called and looks like a time of day, and not always the same one."""
    present = {text.strip() for text in texts if not is_missing(text)}
    named = normal_name(name) in _NAMES
    return named and len(present) > 1 and all(map(_is_time_of_day, present))


def clock_text(text: str) -> str:
    """A time of day with its minutes.

    >>> clock_text("7"), clock_text("730"), clock_text("7:30"), clock_text("07.30.00")
    ('07:00', '07:30', '7:30', '07:30:00')
    """
    if _DOTTED.fullmatch(text):
        return text.replace(".", ":")
    if not _DIGITS.fullmatch(text):
        return text
    digits = text.zfill(2) + "00" if len(text) < 3 else text.zfill(4)
    return f"{digits[:2]}:{digits[2:]}"


def _is_time_of_day(text: str) -> bool:
    if _DIGITS.fullmatch(text):
        hour, minute = map(int, clock_text(text).split(":"))
        # Hours from 1 to 24 are refused later, with their line.
        return hour <= 24 and minute < 60
    return _CLOCK.fullmatch(clock_text(text)) is not None
