import pytest

from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.records import split_records

HEADER = "name,1960,1961"
ROWS = ["place 1,2,3.5", "NA,,-1", "ü,5,"]


@pytest.mark.parametrize(
    "odd",
    [
        "plain,1,2",
        "a, b,2",
        " a,1,2",
        '"quoted",1,2',
        '" a",1,2',
        '"",1,2',
        '"a,b",1,2',
        '"a""b",1,2',
        '"a\nb",1,2',
    ],
)
@pytest.mark.parametrize("place", [0, 1, 3])
def test_columns_are_those_of_the_rows(odd: str, place: int) -> None:
    lines = [HEADER, *ROWS]
    lines.insert(1 + place, odd)
    text = "".join(f"{line}\n" for line in lines).encode()
    found = split_records(text, "f.csv", ReadConfig(), lambda notice: None)
    rows = found.rows(1, 5)
    assert found.columns(1, 5) == [list(column) for column in zip(*rows, strict=True)]
    assert found.columns(2, 3) == [[field] for field in rows[1]]
