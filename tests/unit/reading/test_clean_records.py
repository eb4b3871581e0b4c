import pytest

from forecast_cli.reading.clean_records import are_clean
from forecast_cli.reading.record_blocks import find_marks


def is_clean(text: str) -> bool:
    marks = find_marks(text.encode(), ",")
    assert marks is not None
    rows = [line.split(",") for line in text.splitlines()]
    return are_clean(text.encode(), marks, rows.__getitem__)


def test_a_header_above_data_is_clean() -> None:
    assert is_clean("date,y\n2024-01-01,1\n2024-01-02,\n")


@pytest.mark.parametrize(
    "text",
    [
        "date,y\n2024-01-01,1\n,\n2024-01-02,2\n",
        ",\ndate,y\n2024-01-01,1\n2024-01-02,2\n",
        "sep=,\ndate,y\n2024-01-01,1\n2024-01-02,2\n",
        "Sales,\ndate,y\n2024-01-01,1\n2024-01-02,2\n",
        "date,y,z\n2024-01-01,1,2\n2024-01-02,1,2\nSource: a book,,\n",
        "y\n1\n2\n",
    ],
)
def test_blank_records_and_notes_need_a_closer_look(text: str) -> None:
    assert not is_clean(text)
