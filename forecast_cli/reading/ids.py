"""Id columns -> series: the distinct ids in order, and the series of each row."""

import unicodedata

import numpy as np
from numpy.typing import NDArray

from forecast_cli.id_order import rank_ids
from forecast_cli.notices import Notice
from forecast_cli.reading.cells import paired
from forecast_cli.reading.places import Numbered, number_rows
from forecast_cli.reading.table import Table
from forecast_cli.wording import escape


def read_ids(table: Table, columns: tuple[int, ...]) -> tuple[NDArray[np.object_], Numbered]:
    """The distinct ids [N, K], sorted, and the series [R] of each row; twins are told."""
    # As all are the same, there is one in memory.
    codes = np.broadcast_to(np.int64(0), table.n_rows)
    ids = np.empty((1, 0), dtype=np.object_)
    for column in columns:
        texts = table.texts(column)
        values = list(texts.values)
        pairs, codes = paired(codes, texts)
        _tell_twins(table, column, values)
        part = np.array(values, dtype=np.object_)[pairs % len(values)]
        ids = np.hstack([ids[pairs // len(values)], part[:, None]])
    order, rank = sort_ids(ids)
    return ids[order], rank[codes]


def sort_ids(ids: NDArray[np.object_]) -> tuple[Numbered, Numbered]:
    """The order that sorts ids [N, K], and the rank of each; whole numbers sort as numbers.

    >>> sort_ids(np.array([["10"], ["9"]], dtype=object))[0]
    array([1, 0], dtype=int32)
    """
    keys = [rank_ids(ids[:, k].tolist()) for k in reversed(range(ids.shape[1]))]
    numbers = number_rows(len(ids))
    order = np.lexsort(keys).astype(numbers.dtype) if keys else numbers
    rank = np.empty_like(numbers)
    rank[order] = numbers
    return order, rank


def _tell_twins(table: Table, column: int, values: list[str]) -> None:
    """Tell of ids that look the same: spaces at an end, or letters composed in two ways."""
    if "".join(values).isascii() and len(set(map(str.strip, values))) == len(values):
        return
    twins: dict[str, str] = {}
    for text in values:
        other = twins.setdefault(unicodedata.normalize("NFC", text).strip(), text)
        if other != text:
            table.tell(
                Notice(
                    "warning",
                    f"{table.source}, column {table.label(column)}: '{escape(other)}' and "
                    f"'{escape(text)}' look the same but are written differently, so they "
                    "are two series; mend one if that is wrong",
                )
            )
            return
