"""Notes below the data: left out where they are certain, refused as bad rows elsewhere."""

from collections.abc import Callable

import pytest

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel

YEARS = range(2012, 2024)
Read = Callable[..., Panel]


def bank(below: str, rows: str = "Aruba,ABW") -> str:
    header = ",".join(["Country Name", "Country Code", *(f"{y} [YR{y}]" for y in YEARS)])
    names = rows.split(";")
    return "\n".join([header, *(f"{n}," + ",".join(map(str, YEARS)) for n in names)]) + "\n" + below


NOTES = "Data from database: World Development Indicators\nLast Updated: 10/24/2024\n"
FULL = NOTES.replace("\n", "," * 13 + "\n")


@pytest.mark.parametrize(
    "below",
    [
        NOTES,
        "\n\n\n" + NOTES,
        "\n" + NOTES + "\n\n",
        ("," * 13 + "\n") * 3 + FULL,
        "\n" + FULL,
        '\n"Source: a, b"\n',
        "\nany text after an empty line\n",
    ],
)
def test_notes_below_the_data_are_left_out_and_told(
    panel_of: Read, notices: list[Notice], below: str
) -> None:
    panel = panel_of(bank(below))
    assert panel.values.tolist() == [*YEARS]
    assert panel.ids.tolist() == [["Aruba"]]
    assert list(panel.calendar.labels(panel.ends + 1)) == [2024]
    assert any("below the data left out" in notice.text for notice in notices)


@pytest.mark.parametrize("below", ["Chad\n", "Chad,TCD,1\n", "\n2024\n", "\n1.5\n", "\nNA\n"])
def test_a_row_that_is_cut_short_is_refused(panel_of: Read, below: str) -> None:
    with pytest.raises(DataError, match="expected 14 as in the header"):
        panel_of(bank(below))


def test_a_series_without_values_at_the_end_is_no_note(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel = panel_of(bank("Chad" + "," * 13 + "\n\n" + NOTES))
    assert panel.n_series == 1
    assert any("1 series without any value left out: Chad" in notice.text for notice in notices)


def test_two_columns_have_no_notes(panel_of: Read) -> None:
    with pytest.raises(DataError, match="expected 2 as in the header"):
        panel_of("date,y\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n\nSource: me\n")
