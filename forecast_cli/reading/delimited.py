"""Records -> columns: delimited text through the C parser, each column as it is asked for."""

import codecs
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.reading.cells import Texts, as_texts
from forecast_cli.reading.delimiters import skips_space
from forecast_cli.reading.fields import read_fields
from forecast_cli.reading.numbers import MISSING_SPELLINGS
from forecast_cli.reading.records import Records

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class DelimitedCells:
    """The columns of delimited text, as `Cells`."""

    records: Records

    def sample(self, n_rows: int) -> list[list[str]]:
        """The texts of the first rows, by column."""
        last = min(len(self.records.lines), n_rows + 1)
        return self.records.columns(1, last)

    def read(
        self, texts: Sequence[int], numbers: Sequence[int]
    ) -> tuple[list[Texts], NDArray[np.float64]]:
        """As `Cells.read`."""
        found, values = read_fields(self.records, texts, numbers)
        objects = [column for column in texts if column not in found]
        if objects or values is None:
            parsed = () if values is not None else numbers
            frame = self._parse(objects, parsed)
            found |= {column: as_texts(frame[column].to_numpy()) for column in objects}
            if values is None:
                part = frame[list(numbers)] if objects else frame
                values = np.asarray(part.to_numpy(), dtype=np.float64)
        return [found[column] for column in texts], values

    def _parse(self, texts: Sequence[int], numbers: Sequence[int]) -> "pd.DataFrame":
        """One pass of the C parser; ValueError where a number is not plain."""
        import pandas as pd

        stream = _stream_from(self.records.data, int(self.records.ends[0]) + 1)
        columns = [*texts, *numbers]
        options: dict[str, Any] = {
            "dtype": dict.fromkeys(texts, "object") | dict.fromkeys(numbers, "float64"),
            "na_values": dict.fromkeys(numbers, MISSING_SPELLINGS),
        }
        if not texts:
            # Thousands of columns share one type and one list.
            options = {"dtype": "float64", "na_values": MISSING_SPELLINGS}
        frame: pd.DataFrame = pd.read_csv(
            stream,
            sep=self.records.delimiter,
            header=None,
            names=range(self.records.n_fields),
            usecols=columns,
            index_col=False,
            na_filter=bool(numbers),
            keep_default_na=False,
            skipinitialspace=skips_space(self.records.delimiter),
            skip_blank_lines=False,
            encoding="utf-8",
            engine="c",
            **options,
        )
        return frame[columns]


def _stream_from(data: bytes, start: int) -> io.BytesIO:
    """The data from an offset on, as the parser is to see it."""
    if data.startswith(codecs.BOM_UTF8, start):
        # The parser takes off one mark, and here it belongs to the first text.
        return io.BytesIO(codecs.BOM_UTF8 + data[start:])
    stream = io.BytesIO(data)
    stream.seek(start)
    return stream
