"""Lines above the header: which are left out, and which doubts refuse the file."""

from collections.abc import Callable

import pytest

from forecast_cli.errors import DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.preamble import find_header

Read = Callable[..., Panel]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_comment_above_the_header_is_left_out_and_told(
    panel_of: Read, notices: list[Notice], mark: str
) -> None:
    text = "# made by hand\nmonth,y\n2024-01,1\n2024-02,2\n2024-03,4\n".replace(",", mark)
    panel = panel_of(text)
    assert panel.columns.target == "y"
    assert panel.values.tolist() == [1, 2, 4]
    warnings = [notice.text for notice in notices if notice.kind == "warning"]
    assert len(warnings) == 1
    assert "line 1 above the header left out" in warnings[0]


def test_a_preamble_with_blank_lines_leads_to_years_as_headings(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel = panel_of(
        '"Source","Indicators",\n\n"Updated","2024-01-01",\n\n'
        '"Country","Code","1960","1961","1962",\n"Aruba","ABW",1,2,3,\n"Chad","TCD",4,5,7,\n'
    )
    assert panel.calendar.labels(panel.starts) == [1960, 1960]
    assert any("lines 1 to 3 above the header" in notice.text for notice in notices)


def test_places_in_messages_count_the_lines_of_the_preamble(panel_of: Read) -> None:
    with pytest.raises(DataError, match="line 4, column y: 'x' is not a number"):
        panel_of("# title\nmonth,y\n2024-01,1\n2024-02,x\n" + "2024-03,1\n" * 9)


def test_a_comma_in_every_row_below_the_header_does_not_make_it_a_title(panel_of: Read) -> None:
    text = "y;place\n1;Paris, old\n2;Rome, 5\n3;Bonn, 6\n"
    assert panel_of(text).columns.target == "y"


@pytest.mark.parametrize(
    "text",
    [
        "date,y\n2024-01-01,1,7\n2024-01-02,2\n2024-01-03,3\n",
        "date,y\n2024-01-01,1,7\n2024-01-02,2,7\n2024-01-03,3,7\n",
        "y\n1,5\n2,5\n3,5\n",
        "name\na,b\nc,d\ne,f\n",
        "a,b\nA,B,C\n1,2,3\n",
        "id,y\nA,100,120,150\nB,101,121,151\nC,102,122,152\n",
        "# c\nmonth,y\n2024-01,1\n2024-02,2,3\n2024-03,3\n",
        "# c\n" * 21 + "month,y\n2024-01,1\n2024-02,2\n",
    ],
    ids=["one long row", "short header", "decimal commas", "text", "one row", "rows of values",
         "ragged rows", "many lines"],
)  # fmt: skip
def test_a_file_without_a_certain_header_is_refused_with_its_line(
    panel_of: Read, text: str
) -> None:
    with pytest.raises(DataError, match=r"line \d+ has \d fields?, expected \d as in the header"):
        panel_of(text)


def test_a_line_that_names_the_delimiter_is_followed_and_left_out(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel = panel_of("sep=^\nmonth^y\n2024-01^1\n2024-02^2\n")
    assert panel.values.tolist() == [1, 2]
    assert any("line 1 above the header left out" in notice.text for notice in notices)


def test_an_option_beats_the_line_that_names_the_delimiter(panel_of: Read) -> None:
    panel = panel_of("sep=;\nmonth,y\n2024-01,1\n2024-02,2\n", ReadConfig(delimiter=","))
    assert panel.columns.target == "y"


def test_a_column_called_sep_is_a_column(panel_of: Read) -> None:
    assert panel_of("month,sep=\n2024-01,1\n2024-02,2\n").columns.target == "sep="


def test_titles_with_as_many_fields_end_where_a_time_column_is_named(
    panel_of: Read, notices: list[Notice]
) -> None:
    panel = panel_of("Source,Bank\nUpdated,2024-05-01\nmonth,y\n2024-01,1\n2024-02,2\n")
    assert panel.columns.time == "month"
    assert any("lines 1 to 2 above the header left out" in notice.text for notice in notices)


@pytest.mark.parametrize(
    "text",
    [
        "name,y\ndate,5\nfig,6\nplum,7\n",
        "fruit,size\ndate,small\nfig,big\nplum,big\n",
        "date,y\ndate,x\n2024-01,1\n2024-02,2\n",
    ],
    ids=["values", "words", "named at the top"],
)
def test_the_name_of_a_time_below_the_header_does_not_make_it_a_title(text: str) -> None:
    rows = [line.split(",") for line in text.splitlines()]
    assert find_header([len(row) for row in rows], rows.__getitem__) == 0
