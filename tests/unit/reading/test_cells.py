import gc
import weakref

import pytest

from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.cells import LentCells
from forecast_cli.reading.delimited import DelimitedCells
from forecast_cli.reading.records import split_records


def test_what_cells_were_read_from_is_free_when_they_are_let_go() -> None:
    records = split_records(b"a,b\nx,1\ny,2\n", "f.csv", ReadConfig(), lambda notice: None)
    lent = LentCells(DelimitedCells(records))
    text = weakref.ref(records)
    del records
    assert lent.read([0], [1])[1].tolist() == [[1.0], [2.0]]
    assert lent.sample(1) == [["x"], ["1"]]
    lent.let_go()
    gc.collect()
    assert text() is None
    with pytest.raises(AssertionError):
        lent.sample(1)
