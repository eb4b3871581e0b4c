"""Files that a model is to forecast from, and that are not as its training data was."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.checkpoint import dump_model, load_model
from forecast_cli.errors import DataError
from forecast_cli.matching import read_like_training, tell_new_series, training_ends
from forecast_cli.model import Model
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_panel
from forecast_cli.read_config import ReadConfig
from tests.corpus.cases import MONTHS, VALUES, days, lines, table
from tests.models import make_model

LONG = lines(
    "shop,date,value",
    *(f"{shop},{m},{v}" for shop in "ab" for m, v in zip(MONTHS, VALUES, strict=True)),
)


def model_of(text: str, folder: Path) -> Model:
    """A model that was trained on the text as a file."""
    path = folder / "training.csv"
    path.write_text(text)
    return make_model(read_panel(str(path), ReadConfig(), lambda _: None))


def read_later(
    trained: str, later: str, folder: Path, notices: list[Notice], **read: str
) -> tuple[Model, Panel]:
    model = model_of(trained, folder)
    path = folder / "later.csv"
    path.write_text(later)
    config = ReadConfig(**read)  # type: ignore[arg-type]
    return model, read_like_training(str(path), model, config, notices.append)


@pytest.mark.parametrize(
    ("trained", "later", "facts"),
    [
        (table(), table(header="date,amount"), ["value", "date, amount", "--target"]),
        (table(), table(header="month,value"), ["date", "month, value", "--time"]),
        (LONG, table(), ["shop", "date, value", "--id"]),
        (
            table(),
            table(times=days("2024-01-05")),
            ["monthly (MS)", "2024-01-05", "line 2", "resample"],
        ),
        (
            table(),
            table(times=[f"{2021 + i // 4}Q{i % 4 + 1}" for i in range(12)]),
            ["monthly (MS)", "2021Q1", "line 2"],
        ),
        (table(), table(times=range(2012, 2024)), ["monthly (MS)", "2012", "line 2"]),
        (table(), table(times=range(12)), ["monthly (MS)", "'0'", "line 2"]),
        (table(), table(times=[f"2023-05-01T{h:02d}:00" for h in range(12)]), ["T01:00", "line 3"]),
        (table(times=range(12)), table(), ["whole numbers", "2023-01-01", "line 2"]),
        (table(), table().replace("15.0", "x"), ["line 6", "column value", "'x'"]),
        (table(), "date,value\n", ["0 rows", "add rows"]),
        (table(), "", ["empty"]),
    ],
    ids=["no target", "no time", "no id", "daily", "quarterly", "yearly", "steps", "hourly",
         "dates for steps", "a bad value", "no rows", "nothing"],
)  # fmt: skip
def test_data_unlike_the_training_data_is_refused_in_one_line(
    tmp_path: Path, trained: str, later: str, facts: list[str]
) -> None:
    with pytest.raises(DataError) as refusal:
        read_later(trained, later, tmp_path, [])
    message = str(refusal.value)
    assert not [fact for fact in (*facts, "later.csv") if fact not in message], message
    assert message.isprintable()
    assert ";" in message


def test_a_column_with_another_name_is_read_where_an_option_names_it(tmp_path: Path) -> None:
    model = model_of(table(), tmp_path)
    path = tmp_path / "later.csv"
    path.write_text(table(header="date,amount"))
    config = ReadConfig(target=("amount",))
    assert read_like_training(str(path), model, config, lambda _: None).values.tolist() == [*VALUES]


def test_columns_in_another_order_and_more_of_them_are_read(tmp_path: Path) -> None:
    rows = (f"n,{v},{m}" for m, v in zip(MONTHS, VALUES, strict=True))
    _, panel = read_later(table(), lines("note,value,date", *rows), tmp_path, [])
    assert panel.values.tolist() == [*VALUES]


def test_times_written_in_another_way_are_read(tmp_path: Path) -> None:
    model, panel = read_later(table(), table(times=[m[:7] for m in MONTHS]), tmp_path, [])
    assert panel.ends.tolist() == model.panel.ends.tolist()


@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_few_rows_are_read(tmp_path: Path, n_rows: int) -> None:
    _, panel = read_later(table(), table(VALUES[:n_rows], MONTHS[:n_rows]), tmp_path, [])
    assert panel.values.tolist() == [*VALUES[:n_rows]]


def test_values_on_another_scale_are_read_as_they_are(tmp_path: Path) -> None:
    _, panel = read_later(table(), table([1e6 * v for v in VALUES]), tmp_path, [])
    assert panel.values.tolist() == [1e6 * v for v in VALUES]


def test_a_new_series_is_read_and_named(tmp_path: Path) -> None:
    notices: list[Notice] = []
    model, panel = read_later(LONG, LONG + "z\x1b,2023-12-01,5\n", tmp_path, notices)
    tell_new_series(model, panel, training_ends(model, panel), notices.append)
    assert any("1 series not seen in training: z" in notice.text for notice in notices)
    assert all(notice.text.isprintable() for notice in notices)
    assert np.isfinite(panel.values).all()


def test_one_row_per_series_keeps_the_columns_that_name_a_series(tmp_path: Path) -> None:
    header = "Country Name,Country Code,Indicator Name," + ",".join(map(str, range(2012, 2024)))
    values = ",".join(map(str, VALUES))
    rows = [f"{n},{c},{i},{values}" for n, c in (("Chad", "TCD"), ("Peru", "PER")) for i in "pq"]
    notices: list[Notice] = []
    model, panel = read_later(lines(header, *rows), lines(header, *rows[::2]), tmp_path, notices)
    tell_new_series(model, panel, training_ends(model, panel), notices.append)
    assert panel.columns.id == ("Country Name", "Indicator Name")
    assert panel.ids.tolist() == [["Chad", "p"], ["Peru", "p"]]
    assert not [notice.text for notice in notices if notice.kind != "guess"]


def kept(model: Model) -> Model:
    return load_model(dump_model(model), "model.forecast")[0]


def test_a_model_puts_later_values_into_periods_as_its_training_did(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(table([1.0] * 200, [str(d) for d in days_from("2024-01-03", 200)]))
    trained = read_panel(str(path), ReadConfig(freq="W", aggregate="sum"), lambda _: None)
    path.write_text(table([1.0] * 60, [str(d) for d in days_from("2024-07-16", 60)]))
    panel = read_like_training(str(path), kept(make_model(trained)), ReadConfig(), lambda _: None)
    assert panel.values.tolist() == [7.0] * 7
    assert panel.calendar.labels(panel.starts) == ["2024-07-28"]


def test_a_model_of_one_frequency_leaves_out_the_series_of_others(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    rows = [f"d,{d},1.5" for d in days_from("2024-01-01", 40)]
    path.write_text(lines("id,date,value", *rows, *(f"m,{m},2.5" for m in MONTHS)))
    trained = read_panel(str(path), ReadConfig(freq="MS", by_frequency=True), lambda _: None)
    notices: list[Notice] = []
    model = kept(make_model(trained))
    panel = read_like_training(str(path), model, ReadConfig(), notices.append)
    assert panel.ids.tolist() == [["m"]]
    assert any("left out: D: 1 series (d)" in notice.text for notice in notices)


def days_from(first: str, count: int) -> list[date]:
    return [date.fromisoformat(first) + timedelta(days=i) for i in range(count)]
