"""Parquet: typed columns as numbers and as texts, and refusals that name row and type."""

import gzip
import io
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from forecast_cli.errors import DataError, MissingExtraError
from forecast_cli.notices import Notice
from forecast_cli.panel import read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.formats import read_table
from forecast_cli.reading.parquet import is_parquet
from forecast_cli.reading.table import Table

needs_pyarrow = pytest.mark.skipif(
    util.find_spec("pyarrow") is None, reason="the extra is not installed"
)
VALUES = [12.5, 13.0, 14.25, 13.5, 15.0, 16.75, 17.0, 16.5, 18.0, 19.25, 20.0, 21.5]
MONTHS = [datetime(2023, month, 1) for month in range(1, 13)]
Read = Callable[..., Table]


def parquet_of(columns: dict[str, Any], **options: Any) -> bytes:
    """The bytes of a Parquet file of Arrow arrays or lists."""
    import pyarrow
    from pyarrow import parquet

    buffer = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), buffer, **options)
    return buffer.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data.parquet"


@pytest.fixture
def read(path: Path) -> Read:
    """Read columns as a file."""

    def read_columns(columns: dict[str, Any], **options: Any) -> Table:
        path.write_bytes(parquet_of(columns, **options))
        return read_table(str(path), ReadConfig(), lambda _: None)

    return read_columns


def texts_of(table: Table, column: int) -> list[str]:
    texts = table.texts(column)
    return [texts.values[code] for code in texts.codes.tolist()]


def refusal(path: Path, data: bytes, config: ReadConfig = ReadConfig()) -> str:
    path.write_bytes(data)
    with pytest.raises(DataError) as refused:
        read_panel(str(path), config, lambda _: None)
    message = str(refused.value)
    assert message.isprintable()
    assert len(message) < 700
    return message


def test_without_its_extra_parquet_is_refused_and_the_extra_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecast_cli.reading.parquet.find_spec", lambda _: None)
    path.write_bytes(b"PAR1" + bytes(40) + b"PAR1")
    with pytest.raises(MissingExtraError, match=r"pip install 'forecast-cli\[parquet\]'"):
        read_table(str(path), ReadConfig(), lambda _: None)


def test_text_that_starts_as_parquet_is_text(tmp_path: Path) -> None:
    assert not is_parquet(b"PAR1,y\n2020,1\n")
    path = tmp_path / "data.csv"
    path.write_text("PAR1,y\n2020-01-01,1\n2020-01-02,2\n")
    assert read_table(str(path), ReadConfig(), lambda _: None).columns == ("PAR1", "y")


@needs_pyarrow
def test_numbers_of_every_type_are_read(read: Read) -> None:
    import pyarrow as pa

    table = read(
        {
            "int": pa.array([1, None, 3], pa.int32()),
            "float": pa.array([1.5, float("nan"), None]),
            "small": pa.array([1.5, 2.5, None], pa.float32()),
            "decimal": pa.array([Decimal("1.10"), None, Decimal("-3.00")]),
            "dictionary": pa.array([1.5, None, 1.5]).dictionary_encode(),
            "null": pa.nulls(3),
        }
    )
    expected = [
        [1, np.nan, 3],
        [1.5, np.nan, np.nan],
        [1.5, 2.5, np.nan],
        [1.1, np.nan, -3],
        [1.5, np.nan, 1.5],
        [np.nan] * 3,
    ]
    assert np.array_equal(table.matrix(range(6)).T, expected, equal_nan=True)
    assert [table.kind(i) for i in range(6)] == ["number"] * 5 + ["empty"]


@needs_pyarrow
def test_numbers_do_not_become_python_objects(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    table = read({"y": VALUES})

    def refuse(column: object) -> None:
        raise AssertionError("the column was read as texts")

    monkeypatch.setattr("forecast_cli.reading.parquet._texts", refuse)
    assert table.cells.read([], [0])[1][:, 0].tolist() == VALUES


@needs_pyarrow
def test_ids_are_kept_exactly(read: Read) -> None:
    import pyarrow as pa

    table = read(
        {
            "big": [12345678901234567, 12345678901234568, 7],
            "text": ["007", "", None],
            "category": pa.DictionaryArray.from_arrays(
                pa.array([2, None, 1]), pa.array(["unused", "b", "a"])
            ),
            "whole": [1.0, 2.0, None],
        }
    )
    assert texts_of(table, 0) == ["12345678901234567", "12345678901234568", "7"]
    assert texts_of(table, 1) == ["007", "", ""]
    assert texts_of(table, 2) == ["a", "", "b"]
    assert "unused" not in table.texts(2).values
    assert texts_of(table, 3) == ["1", "2", ""]


@needs_pyarrow
@pytest.mark.parametrize(
    ("times", "next_time"),
    [
        (MONTHS, "2024-01-01"),
        ([time.date() for time in MONTHS], "2024-01-01"),
        ([time.date().isoformat() for time in MONTHS], "2024-01-01"),
        ([datetime(2024, 5, 1, hour) for hour in range(12)], "2024-05-01T12:00:00"),
        (
            [datetime(2024, 5, 1) + timedelta(milliseconds=500 * i) for i in range(12)],
            "2024-05-01T00:00:06.000",
        ),
        (range(2000, 2012), 2012),
    ],
    ids=["midnights", "days", "texts", "hours", "fractions", "years"],
)
def test_times_are_written_as_iso_has_them(path: Path, times: Any, next_time: object) -> None:
    path.write_bytes(parquet_of({"date": times, "y": VALUES}))
    panel = read_panel(str(path), ReadConfig(), lambda _: None)
    assert list(panel.calendar.labels(panel.ends + 1)) == [next_time]
    assert panel.values.tolist() == VALUES


@needs_pyarrow
def test_days_before_1970_and_all_resolutions_are_read(read: Read) -> None:
    import pyarrow as pa

    days = [date(1900, 1, 1), date(1969, 12, 31)]
    columns = {unit: pa.array(days).cast(pa.timestamp(unit)) for unit in ("s", "ms", "us")}
    table = read(columns | {"date64": pa.array(days, pa.date64())})
    assert {tuple(texts_of(table, i)) for i in range(4)} == {("1900-01-01", "1969-12-31")}


@needs_pyarrow
@pytest.mark.parametrize(
    ("zone", "start", "texts"),
    [
        ("UTC", "2023-03-26", ["2023-03-26T00:00:00+00:00", "2023-03-26T01:00:00+00:00"]),
        (
            "Europe/Berlin",
            "2023-03-26 01:00",
            ["2023-03-26T01:00:00+01:00", "2023-03-26T03:00:00+02:00"],
        ),
        (
            "America/St_Johns",
            "2023-01-01",
            ["2023-01-01T00:00:00-03:30", "2023-01-01T01:00:00-03:30"],
        ),
    ],
)
def test_times_with_a_zone_keep_their_offsets(
    path: Path, zone: str, start: str, texts: list[str]
) -> None:
    times = pd.date_range(start, periods=2, freq="h", tz=zone)
    path.write_bytes(parquet_of({"date": times}))
    assert texts_of(read_table(str(path), ReadConfig(), lambda _: None), 0) == texts


@needs_pyarrow
def test_an_index_that_only_counts_is_no_target(path: Path) -> None:
    frame = pd.DataFrame({"date": MONTHS, "y": VALUES}, index=np.arange(12))
    frame.to_parquet(path, index=True)
    panel = read_panel(str(path), ReadConfig(), lambda _: None)
    assert (panel.columns.target, panel.n_series) == ("y", 1)


@needs_pyarrow
def test_row_groups_and_gzip_and_wide_tables_are_read(path: Path) -> None:
    data = parquet_of({"date": MONTHS, "a": VALUES, "b": VALUES[::-1]}, row_group_size=5)
    path.write_bytes(gzip.compress(data))
    panel = read_panel(str(path), ReadConfig(), lambda _: None)
    assert panel.layout == "wide"
    assert panel.values.tolist() == VALUES + VALUES[::-1]


@needs_pyarrow
def test_columns_of_other_types_are_left_out_until_they_are_asked_for(path: Path) -> None:
    notices: list[Notice] = []
    data = parquet_of({"date": MONTHS, "tags": [[1]] * 12, "raw": [b"x"] * 12, "y": VALUES})
    path.write_bytes(data)
    assert read_panel(str(path), ReadConfig(), notices.append).values.tolist() == VALUES
    assert any("column tags is of type list" in notice.text for notice in notices)
    assert "column raw (--target) is of type binary" in refusal(
        path, data, ReadConfig(target=("raw",))
    )


@needs_pyarrow
def test_a_file_whose_only_values_are_of_another_type_is_refused_with_the_type(path: Path) -> None:
    message = refusal(path, parquet_of({"date": MONTHS, "y": [[1.5]] * 12}))
    assert "no numeric column" in message
    assert "column y is of type list" in message
    assert "--delimiter" not in message


@needs_pyarrow
@pytest.mark.parametrize(
    ("columns", "facts"),
    [
        ({"y": [True] * 12}, ["row 1, column y", "'true'", "1 and 0"]),
        ({"y": [*VALUES[:3], float("inf"), *VALUES[4:]]}, ["row 4, column y", "'inf'", "finite"]),
        ({"y": [*map(str, VALUES[:3]), "x", *map(str, VALUES[4:])]}, ["row 4, column y", "'x'"]),
        ({"date": [*MONTHS[:3], None, *MONTHS[4:]]}, ["row 4, column date", "time is missing"]),
        ({"date": [*MONTHS[:3], MONTHS[2], *MONTHS[4:]]}, ["rows 3 and 4: two values"]),
        ({"date": []}, ["0 rows"]),
    ],
    ids=["booleans", "infinity", "a text", "no time", "one time twice", "no rows"],
)
def test_what_is_wrong_is_named_with_its_row(
    path: Path, columns: dict[str, Any], facts: list[str]
) -> None:
    clean = {"date": MONTHS, "y": VALUES} if columns != {"date": []} else {}
    message = refusal(path, parquet_of(clean | columns))
    assert not [fact for fact in facts if fact not in message], message


@needs_pyarrow
def test_damaged_files_are_refused(path: Path) -> None:
    import pyarrow as pa

    data = parquet_of({"date": MONTHS, "y": VALUES}, write_page_checksum=True)
    for damaged in (
        data[:-100],
        data[:200] + data[-4:],
        data[:-8] + b"\xff\xff\xff\x7f" + data[-4:],
        data[:60] + bytes(10) + data[70:],
        b"PAR1" + bytes(8) + b"PAR1",
        b"PAR1" + bytes(200),
        parquet_of({"s": pa.array([b"\xff"] * 12).view(pa.string()), "date": MONTHS, "y": VALUES}),
    ):
        assert "damaged Parquet" in refusal(path, damaged)
    assert "encrypted" in refusal(path, b"PARE" + bytes(30) + b"PARE")


@needs_pyarrow
def test_a_changed_byte_is_read_or_refused_in_words(path: Path) -> None:
    import pyarrow as pa

    # Unchecked, a code beyond the dictionary reads memory that is not the file's.
    ids = pa.array(["a", "b", None, "c"] * 3).dictionary_encode()
    data = parquet_of({"id": ids, "y": VALUES}, compression="none")
    for i in range(len(data) // 2):
        changed = bytearray(data)
        changed[i] ^= 0x06
        path.write_bytes(bytes(changed))
        with suppress(DataError):
            read_panel(str(path), ReadConfig(), lambda _: None)


@needs_pyarrow
def test_limits_hold_before_anything_is_unpacked(path: Path) -> None:
    data = parquet_of({"date": np.zeros(200_000, dtype="M8[D]"), "y": np.zeros(200_000)})
    assert len(data) < 20_000
    assert "--max-bytes" in refusal(path, data, ReadConfig(max_bytes=100_000))
    wide = parquet_of({f"c{i}": [1.0] for i in range(20)})
    assert "20 columns" in refusal(path, wide, ReadConfig(max_columns=10))


@needs_pyarrow
def test_a_name_that_stands_twice_is_refused(path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.Table.from_arrays([pa.array(VALUES)] * 2, names=["y", "y"]), path)
    assert "column y appears twice" in refusal(path, path.read_bytes())


@needs_pyarrow
def test_a_folder_may_hold_parquet_beside_csv(tmp_path: Path) -> None:
    rows = zip(MONTHS, VALUES, strict=True)
    text = "date,y\n" + "".join(f"{month:%Y-%m-%d},{value}\n" for month, value in rows)
    (tmp_path / "a.csv").write_text(text)
    (tmp_path / "b.parquet").write_bytes(
        parquet_of({"y": [*VALUES[:2], None, *VALUES[3:]], "date": MONTHS})
    )
    notices: list[Notice] = []
    panel = read_panel(str(tmp_path), ReadConfig(), notices.append)
    assert panel.ids.tolist() == [["a"], ["b"]]
    assert panel.series(0).tolist() == VALUES
    assert any(f"first row 3 of {tmp_path}/b.parquet" in notice.text for notice in notices)
