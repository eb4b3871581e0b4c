import csv
import io
import json
from importlib import util
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast_cli.errors import MissingExtraError
from forecast_cli.writer import (
    RowFormat,
    check_format,
    dump_json,
    records,
    render_frame,
    render_rows,
)

FRAME = pd.DataFrame(
    {
        "shop": ["NA", 'a "b", c'],
        "year": [2001, 2002],
        "sales": [np.nan, 0.1],
        "forecast": [1 / 3, 1e-300],
        "in_sample": [False, True],
    }
)


def test_csv_numbers_read_back_as_the_same_numbers() -> None:
    read = pd.read_csv(
        io.BytesIO(render_frame(FRAME, "csv")), keep_default_na=False, na_values=[""]
    )
    pd.testing.assert_frame_equal(read, FRAME, check_exact=True)


def test_csv_is_written_in_the_shortest_form() -> None:
    text = render_frame(FRAME, "csv").decode()
    assert text == (
        "shop,year,sales,forecast,in_sample\n"
        "NA,2001,,0.3333333333333333,False\n"
        '"a ""b"", c",2002,0.1,1e-300,True\n'
    )


@pytest.mark.parametrize("form", ["csv", "tsv"])
@pytest.mark.parametrize("text", ["a", "", " a", "a,b", "a\tb", 'a"b', "a\rb", "a\nb", "é'"])
@pytest.mark.parametrize("number", [1.0, -0.0, 1e22, 0.1, None])
def test_rows_are_those_of_the_standard_library(
    form: RowFormat, text: str, number: float | None
) -> None:
    columns: dict[str, list[Any]] = {"shop": ["b", text], "sales": [5e-324, number]}
    expected = io.StringIO()
    writer = csv.writer(expected, delimiter="," if form == "csv" else "\t", lineterminator="\n")
    writer.writerows(zip(*columns.values(), strict=True))
    assert render_rows(columns, form, header=False) == expected.getvalue().encode()


def test_a_column_by_itself_shows_where_a_text_is_empty() -> None:
    assert render_rows({"shop": ["", "a"]}, "csv") == b'shop\n""\na\n'


def test_tsv_is_separated_by_tabs() -> None:
    assert (
        render_frame(FRAME[["shop", "year"]], "tsv")
        == b'shop\tyear\nNA\t2001\n"a ""b"", c"\t2002\n'
    )


def test_json_is_one_document_with_null_for_what_is_missing() -> None:
    document = json.loads(render_frame(FRAME, "json"))
    assert document["schema_version"] == 1
    assert document["forecast"][0] == {
        "shop": "NA",
        "year": 2001,
        "sales": None,
        "forecast": 1 / 3,
        "in_sample": False,
    }


def test_json_lines_are_one_record_a_line() -> None:
    lines = render_frame(FRAME, "jsonl").decode().splitlines()
    assert [json.loads(line) for line in lines] == records(FRAME)


def test_json_leaves_nothing_that_a_terminal_could_act_on() -> None:
    hostile = "\x1b[31m\x9b\u202eé\n\ud800"
    text = dump_json({hostile: hostile})
    assert text[:-1].isprintable()
    assert "é" in text
    assert json.loads(text) == {hostile: hostile}


def test_parquet_without_its_extra_is_refused_and_the_extra_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("forecast_cli.writer.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'forecast-cli\[parquet\]'"):
        check_format("parquet")
    with pytest.raises(MissingExtraError):
        render_frame(FRAME, "parquet")


@pytest.mark.skipif(util.find_spec("pyarrow") is None, reason="the extra is not installed")
def test_parquet_reads_back_as_the_same_frame() -> None:
    read = pd.read_parquet(io.BytesIO(render_frame(FRAME, "parquet")))
    pd.testing.assert_frame_equal(read, FRAME)


def test_rows_without_a_header_go_on_where_others_ended() -> None:
    columns: dict[str, list[Any]] = {"shop": ["a", "b"], "year": [2001, 2002]}
    first = render_rows({name: column[:1] for name, column in columns.items()}, "csv")
    second = render_rows(
        {name: column[1:] for name, column in columns.items()}, "csv", header=False
    )
    assert first + second == render_rows(columns, "csv") == b"shop,year\na,2001\nb,2002\n"
    assert render_rows(columns, "jsonl").decode().splitlines()[1] == '{"shop": "b", "year": 2002}'
