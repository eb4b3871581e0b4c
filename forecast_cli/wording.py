"""Numbers and texts from elsewhere -> what a person reads."""

import math
from collections.abc import Sequence

MISSING = "–"
"""What stands where a number would."""

_LONGEST_CELL = 40
_LONGEST_LINE = 4000


def escape(text: str, limit: int = 60) -> str:
    r"""Make text from a file safe and short enough to show on a terminal.

    Control, format and surrogate characters are written as escapes, and a long text is cut in the
    middle.

    >>> print(escape("a\x1b[31mb"))
    a\x1b[31mb
    >>> escape("x" * 100, limit=11)
    'xxxxx…xxxxx'
    """
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    if len(shown) <= limit:
        return shown
    half = (limit - 1) // 2
    return f"{shown[:half]}…{shown[-half:]}"


def some_of(count: int, named: Sequence[str]) -> str:
    """The names of the first of so many things, and how many more there are.

    >>> some_of(5, ["a", "b", "c"])
    'a, b, c and 2 more'
    """
    more = count - len(named)
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """A number of things.

    >>> counted(1, "series", "series"), counted(2, "step"), counted(12000, "value")
    ('1 series', '2 steps', '12 000 values')
    """
    return f"{n:,}".replace(",", " ") + " " + (noun if n == 1 else plural or f"{noun}s")


def short_text(text: str) -> str:
    """Text from a file, safe to show in a table."""
    return escape(text, limit=_LONGEST_CELL)


def printable(text: str) -> str:
    """Text from elsewhere in its full length, without anything that a terminal acts on."""
    return escape(text, limit=_LONGEST_LINE)


def number(value: float | None, digits: int = 4) -> str:
    """A number in so many significant digits, without an exponent where that is readable.

    >>> number(1234.5678), number(0.0123456), number(None), number(1.5e13)
    ('1235', '0.01235', '–', '1.5e+13')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 1e7:
        return f"{value:.{decimals(abs(value), digits)}f}"
    return f"{value:.{digits}g}"


def decimals(size: float, digits: int) -> int:
    """Decimals that show a number of this size in so many digits.

    >>> decimals(1234.5, 4), decimals(0.0123, 4)
    (0, 5)
    """
    return max(0, digits - 1 - math.floor(math.log10(size)))


def percent(share: float | None) -> str:
    """A share in per cent.

    >>> percent(0.1234), percent(-0.2), percent(None)
    ('12.3 %', '-20.0 %', '–')
    """
    # Adding zero turns -0.0 into 0.0.
    return MISSING if share is None else f"{round(100 * share, 1) + 0.0:.1f} %"


def describe_chance(chance: float) -> str:
    """A probability as it is usually written.

    >>> describe_chance(0.6234), describe_chance(0.0123), describe_chance(0.0001)
    ('p = .62', 'p = .012', 'p < .001')
    """
    if chance < 0.001:
        return "p < .001"
    digits = 2 if chance >= 0.095 else 3
    return f"p = {chance:.{digits}f}".replace("= 0.", "= .")
