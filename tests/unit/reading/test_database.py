"""Queries of a DuckDB database: typed columns, safety, and refusals that say what is wrong."""

from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast_cli.errors import ConfigError, DataError, MissingExtraError
from forecast_cli.panel import read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading import database
from forecast_cli.reading.database import database_file
from forecast_cli.reading.datafiles import data_files
from forecast_cli.reading.formats import read_table
from forecast_cli.reading.table import Table

needs_duckdb = pytest.mark.skipif(
    util.find_spec("duckdb") is None, reason="the extra is not installed"
)
SHOP = """
create table shop as select
    date '2023-01-01' + cast(i as integer) as day, i * 1.5 as sales, i % 2 = 0 as promo
from range(14) as t(i)
"""
Ask = Callable[..., Table]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sales.db"


@pytest.fixture
def ask(path: Path) -> Ask:
    """Fill a database by statements and ask it."""

    def read(query: str, *statements: str, **asked: Any) -> Table:
        import duckdb

        if not path.exists():
            with duckdb.connect(str(path)) as connection:
                for statement in statements or (SHOP,):
                    connection.execute(statement)
        source = f"duckdb:{path}" + (f"?{query}" if query else "")
        return read_table(source, ReadConfig(**asked), lambda _: None)

    return read


def texts(table: Table, column: int = 0) -> list[str]:
    found = table.texts(column)
    return [found.values[code] for code in found.codes]


def test_only_a_source_with_the_mark_is_a_query() -> None:
    assert database_file("duckdb:a/sales.db?select '?'") == Path("a/sales.db")
    assert database_file("duckdb:sales.db") == Path("sales.db")
    for other in ("sales.db", "./duckdb:sales.db", "-", "", "data/*.csv"):
        assert database_file(other) is None


def test_a_query_is_no_pattern_of_file_names() -> None:
    assert data_files("duckdb:sales.db?select * from shop", lambda _: None) is None


@needs_duckdb
def test_the_columns_of_a_query_are_read_by_their_types(ask: Ask) -> None:
    table = ask("select day, sales, promo from shop where day < '2023-01-04'")
    assert table.columns == ("day", "sales", "promo")
    assert texts(table) == ["2023-01-01", "2023-01-02", "2023-01-03"]
    assert table.numbers(1).tolist() == [0.0, 1.5, 3.0]
    assert texts(table, 2) == ["true", "false", "true"]
    assert table.where(1, 1).endswith("sales.db, row 2, column sales")


@needs_duckdb
def test_the_only_table_needs_no_query(ask: Ask) -> None:
    assert ask("").n_rows == 14


@needs_duckdb
def test_several_tables_need_a_query(ask: Ask) -> None:
    with pytest.raises(DataError, match=r'holds the tables "my table", shop; say which'):
        ask("", SHOP, 'create table "my table" (x int)')


@needs_duckdb
@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("timestamp '2023-01-01 00:00:00'", "2023-01-01"),
        ("timestamp '2023-01-01 06:30:00'", "2023-01-01 06:30:00"),
        ("timestamptz '2023-01-01 06:30:00+02'", "2023-01-01 04:30:00+00"),
        ("12.50::decimal(8, 2)", "12.50"),
        ("170141183460469231731687303715884105727", "170141183460469231731687303715884105727"),
        ("0.1::float", "0.1"),
        ("null::integer", ""),
        ("null", ""),
        ("'a'::enum('a', 'b]')", "a"),
        ("uuid '00000000-0000-0000-0000-000000000001'", "00000000-0000-0000-0000-000000000001"),
        ("'\u2003x'", "\u2003x"),
    ],
)
def test_values_are_written_as_a_csv_of_them_would_be(ask: Ask, expression: str, text: str) -> None:
    assert texts(ask(f"select {expression} as x, 1 as y")) == [text]


@needs_duckdb
def test_missing_and_undefined_numbers_are_nan(ask: Ask) -> None:
    table = ask("select * from (values (1.0::double), (null), ('nan'), (-'nan'::double)) as t(x)")
    assert np.isnan(table.numbers(0)).tolist() == [False, True, True, True]


@needs_duckdb
def test_text_that_python_would_take_for_a_number_is_none(ask: Ask) -> None:
    with pytest.raises(DataError, match="'1_000' is not a number"):
        ask("select '1_000' as x").numbers(0)


@needs_duckdb
def test_columns_that_are_no_values_are_left_out(ask: Ask) -> None:
    table = ask("select day, sales, [1] as many, {'a': 1} as deep, 'x'::blob as raw from shop")
    assert table.columns == ("day", "sales")
    assert table.left_out["many"].startswith("is of type INTEGER[], which holds neither")
    assert set(table.left_out) == {"many", "deep", "raw"}
    with pytest.raises(DataError, match="finds no column of numbers"):
        ask("select [1] as many")


@needs_duckdb
def test_the_order_of_a_query_is_kept(ask: Ask) -> None:
    assert texts(ask("select day from shop order by sales desc limit 2;  -- the last")) == [
        "2023-01-14",
        "2023-01-13",
    ]


@needs_duckdb
def test_many_rows_are_read_in_pieces(ask: Ask) -> None:
    table = ask("select i % 3 as shop, i as y from range(45000) as t(i)")
    assert table.numbers(1).tolist() == list(range(45_000))
    assert table.texts(0).values == ["0", "1", "2"]


@needs_duckdb
def test_a_panel_is_read_from_a_query(ask: Ask, path: Path) -> None:
    ask("")
    panel = read_panel(f"duckdb:{path}?select day, sales from shop", ReadConfig(), lambda _: None)
    assert panel.values.tolist() == [1.5 * n for n in range(14)]
    assert panel.source == str(path)


@needs_duckdb
@pytest.mark.parametrize(
    ("query", "fact"),
    [
        ("selec day", 'syntax error at or near "selec"'),
        ("select dya from shop", "at 'dya"),
        ("select * from stock", "holds the table shop"),
        ("select cast('x' as integer) from shop", "Could not convert string 'x'"),
        ("select day, day from shop", "column day appears twice"),
        ("select day from shop where sales < 0", "0 rows"),
    ],
)
def test_what_is_wrong_with_a_query_is_told_in_one_line(ask: Ask, query: str, fact: str) -> None:
    with pytest.raises(DataError) as refusal:
        ask(query)
    assert fact in str(refusal.value)
    assert "sales.db" in str(refusal.value)
    assert str(refusal.value).isprintable()


@needs_duckdb
@pytest.mark.parametrize(
    "query",
    [
        *("select 1; select 2", "drop table shop", "attach 'other.db'", "copy shop to 'out.csv'"),
        *("set enable_external_access = true", "-- nothing"),
        *(
            pytest.param(query, marks=pytest.mark.slow)
            for query in (
                *("delete from shop", "export database 'out'", "install httpfs", "load httpfs"),
                *("pragma memory_limit='9GB'", "checkpoint"),
            )
        ),
    ],
)
def test_nothing_but_one_select_is_accepted(ask: Ask, path: Path, query: str) -> None:
    ask("")
    before = path.read_bytes()
    with pytest.raises(DataError, match="the query must be one SELECT"):
        ask(query)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["sales.db"]


@needs_duckdb
@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('{0}')",
        "select * from '{0}'",
        "select content as x from read_text('{0}')",
        "select * from glob('{1}/*')",
        "select * from read_csv('http://localhost:1/a.csv')",
        "select * from query('copy shop to ''{0}.out''')",
        "select getenv('HOME') as home",
        "select * from sys",
    ],
)
def test_a_query_reaches_nothing_but_its_database(ask: Ask, path: Path, query: str) -> None:
    secret = path.with_name("secret.csv")
    secret.write_text("date,y\n2020-01-01,1\n2020-01-02,2\n")
    with pytest.raises(DataError, match="the query fails"):
        ask(query.format(secret, path.parent))
    assert {file.name for file in path.parent.iterdir()} == {"sales.db", "secret.csv"}


@needs_duckdb
def test_too_much_is_refused_with_the_option_that_helps(ask: Ask) -> None:
    with pytest.raises(DataError, match="--max-bytes raises it"):
        ask("select repeat('x', 100) || i as x from range(50) as t(i)", max_bytes=1000)
    with pytest.raises(DataError, match="--max-columns"):
        ask("select day, sales, promo from shop", max_columns=2)


@needs_duckdb
@pytest.mark.slow
def test_a_query_that_takes_too_much_memory_is_refused(ask: Ask) -> None:
    with pytest.raises(DataError, match="--max-bytes raises it"):
        ask("select count(distinct i) as n from range(200000000) as t(i)", max_bytes=1000)


@needs_duckdb
def test_a_file_that_is_no_database_is_refused_and_none_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("date,y\n2020-01-01,1\n")
    with pytest.raises(DataError, match="is no DuckDB database"):
        read_table(f"duckdb:{path}?select 1", ReadConfig(), lambda _: None)
    with pytest.raises(DataError, match="no such file"):
        read_table(f"duckdb:{tmp_path / 'none.db'}?select 1", ReadConfig(), lambda _: None)
    with pytest.raises(DataError, match="is a directory"):
        read_table(f"duckdb:{tmp_path}?select 1", ReadConfig(), lambda _: None)
    with pytest.raises(ConfigError, match="names no file"):
        read_table("duckdb:?select 1", ReadConfig(), lambda _: None)
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


@needs_duckdb
def test_a_damaged_database_is_refused(ask: Ask, path: Path) -> None:
    ask("")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DataError, match="cannot be read"):
        ask("select * from shop")


def test_the_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'forecast-cli\[duckdb\]'"):
        read_table(f"duckdb:{tmp_path / 'a.db'}", ReadConfig(), lambda _: None)
