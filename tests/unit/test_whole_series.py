"""What `test_streaming` does not show of single blocks."""

import numpy as np
import pytest

from forecast_cli.errors import DataError, UserError
from forecast_cli.notices import Notice
from forecast_cli.panel import read_again
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.blocks import Block
from forecast_cli.times.calendar import Calendar
from forecast_cli.whole_series import BlockReader
from tests.models import make_model
from tests.panels import make_panel, wave

HEADER = b"name,step,value\n"


def reader_of(*, freq: str = "MS") -> tuple[BlockReader, list[Notice]]:
    calendar = Calendar.dates(freq, pattern="%d/%m/%Y")
    model = make_model(make_panel(wave(30), calendar=calendar))
    told: list[Notice] = []
    return BlockReader("-", model, read_again(model.panel, ReadConfig()), told.append), told


def block(rows: str, above: int = 0) -> Block:
    return Block(header=HEADER, rows=rows.encode(), above=above)


def monthly(name: str, count: int, year: int = 2020) -> str:
    return "".join(f"{name},01/{i % 12 + 1:02d}/{year + i // 12},{i % 5}\n" for i in range(count))


def test_how_times_are_written_is_settled_by_the_first_block() -> None:
    reader, _ = reader_of()
    first = monthly("a", 20) + "a,15/09/2021,\n"
    with pytest.raises(UserError):
        reader.read(block(first))
    reader, _ = reader_of(freq="D")
    days = "".join(f"a,{day:02d}/03/2020,{day % 4}\n" for day in range(1, 28))
    assert reader.read(block(days)) is not None
    # By themselves these may be days of May or fifths of months.
    later = reader.read(block("b,05/03/2020,1\nb,06/03/2020,2\n", above=27))
    assert later is not None
    assert later.panel.calendar.labels([int(later.panel.ends[0])]) == ["06/03/2020"]


def test_one_row_alone_does_not_say_that_rows_are_together_by_series() -> None:
    reader, _ = reader_of()
    with pytest.raises(UserError):
        reader.read(block(monthly("a", 1)))
    assert reader.is_new


def test_the_order_is_that_of_the_rows() -> None:
    reader, _ = reader_of(freq="D")
    rows = "".join(
        f"{name},{day:02d}/03/2020,{day % 4}\n" for name in "cab" for day in range(1, 28)
    )
    grouped = reader.read(block(rows))
    assert grouped is not None
    assert grouped.panel.ids[np.array(grouped.order), 0].tolist() == ["c", "a", "b"]


def test_what_is_told_of_a_block_names_the_lines_of_the_input() -> None:
    reader, told = reader_of(freq="D")
    reader.read(block("".join(f"a,{day:02d}/03/2020,{day % 4}\n" for day in range(1, 28))))
    told.clear()
    reader.read(block("b,01/03/2020,1\n,,\nb,02/03/2020,2\n", above=27))
    expected = "standard input: 1 row without any value left out, first line 30"
    assert [notice.text for notice in told] == [expected]
    with pytest.raises(DataError, match="line 42 has 2 fields"):
        reader.read(block("c,01/03/2020,1\nc,02/03/2020\nc,03/03/2020,2\n", above=39))
