"""Forecast frame -> aligned text for people."""

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from forecast_cli.wording import decimals, number, short_text

if TYPE_CHECKING:
    import pandas as pd

_SIGNIFICANT_DIGITS = 5
_BOUND = re.compile(r"forecast-(?:lo|hi)-(\d+)_*$")


def frame_table(
    frame: "pd.DataFrame", id_columns: Sequence[str], *, width: int | None = None
) -> str:
    """A forecast frame as aligned text: every row, numbers in the digits their series needs.

    What does not fit into `width` columns goes without its widest intervals, and says so.
    """
    forms = _number_forms(frame, id_columns)
    columns = {str(name): _column(str(name), frame[name].tolist(), forms) for name in frame.columns}
    left_out = [] if width is None else _narrow(columns, width)
    rows = zip(*columns.values(), strict=True)
    text = "".join("  ".join(row).rstrip() + "\n" for row in rows)
    if left_out:
        levels = ", ".join(map(str, left_out))
        text += f"(too wide for the interval of level {levels}; --format csv shows all)\n"
    return text


def _narrow(columns: dict[str, list[str]], width: int) -> list[int]:
    """Take intervals away, the widest first, until the rest fits; which levels these were."""
    bounds = {name: int(found[1]) for name in columns if (found := _BOUND.match(name))}
    left_out: list[int] = []
    while bounds and sum(2 + cell_len(cells[0]) for cells in columns.values()) - 2 > width:
        left_out.append(max(bounds.values()))
        for name in [name for name, level in bounds.items() if level == left_out[-1]]:
            del columns[name], bounds[name]
    return left_out


def _number_forms(frame: "pd.DataFrame", id_columns: Sequence[str]) -> list[str]:
    """How the numbers of each row are written: alike within a series."""
    largest = frame.select_dtypes("float64").abs().max(axis=1)
    if id_columns:
        largest = largest.groupby([frame[name] for name in id_columns]).transform("max")
    else:
        largest = largest * 0 + largest.max()
    return [_number_form(float(value)) for value in largest]


def _number_form(largest: float) -> str:
    if largest == 0 or 1e-4 <= largest < 1e15:
        return f".{decimals(largest or 1, _SIGNIFICANT_DIGITS)}f"
    return f".{_SIGNIFICANT_DIGITS}g"


def _column(name: str, values: Sequence[object], forms: Sequence[str]) -> list[str]:
    """The head and the cells of a column, all of one width: text to the left, numbers right."""
    cells = [_head(name), *map(_cell, values, forms)]
    width = max(map(cell_len, cells))
    pads = [" " * (width - cell_len(text)) for text in cells]
    is_text = any(isinstance(value, str) for value in values[:1])
    return [text + pad if is_text else pad + text for text, pad in zip(cells, pads, strict=True)]


def _head(name: str) -> str:
    """The name of a column; that of a bound without what all of them begin with."""
    return short_text(name.removeprefix("forecast-") if _BOUND.match(name) else name)


def _cell(value: object, form: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(None) if math.isnan(value) else format(value, form)
    return short_text(str(value))
