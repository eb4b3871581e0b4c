"""Forecasts made block by block are those of the data as a whole."""

import gzip
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast_cli import workflows
from forecast_cli.config import PredictionConfig
from forecast_cli.errors import DataError
from forecast_cli.findings import PredictReport
from forecast_cli.model import Model
from forecast_cli.notices import Notice
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.feeds import FileFeed
from forecast_cli.streaming import ForecastStream, ReadWholeError, find_feed
from tests.feeds import Chunks, by_lines
from tests.models import make_model
from tests.panels import make_panel, wave

LENGTHS = (40, 30, 12, 2, 25)
HEADER = "name,step,value\n"


def rows(name: str, length: int, seed: int = 0, start: int = 0) -> str:
    values = wave(length, seed=seed)
    return "".join(f"{name},{start + i},{float(value)!r}\n" for i, value in enumerate(values))


def text_of(names: str = "abcde") -> str:
    series = zip(names, LENGTHS, strict=False)
    return HEADER + "".join(rows(name, n, seed) for seed, (name, n) in enumerate(series))


def slow(text: str) -> Chunks:
    """A series at a time, each with the first row of the next one."""
    lines = by_lines(text)
    starts = [0, *(i + 1 for i in range(1, len(lines)) if lines[i][0] != lines[i - 1][0])]
    ends = [*starts[1:], len(lines)]
    return Chunks(b"".join(lines[i:j]) for i, j in zip(starts, ends, strict=True))


def streamed(
    chunks: Chunks | FileFeed,
    model: Model,
    *,
    source: str = "-",
    read: ReadConfig = ReadConfig(),
    horizon: int | None = None,
) -> tuple[list[pd.DataFrame], list[str], ForecastStream]:
    notices: list[Notice] = []
    stream = ForecastStream(
        source,
        chunks,
        model,
        read=read,
        wanted=PredictionConfig(horizon=horizon),
        tell=notices.append,
    )
    frames = [part.forecast.frame(part.order) for part in stream]
    return frames, [notice.text for notice in notices], stream


def whole(
    text: str, model: Model, folder: Path, horizon: int | None = None
) -> tuple[pd.DataFrame, list[str], PredictReport]:
    path = folder / "whole.csv"
    path.write_text(text)
    notices: list[Notice] = []
    forecast, report = workflows.predict(
        str(path),
        model,
        read=ReadConfig(),
        wanted=PredictionConfig(horizon=horizon),
        tell=notices.append,
    )
    said = [notice.text.replace(str(path), "standard input") for notice in notices]
    return forecast.frame(), said, report


@pytest.fixture(scope="module")
def model() -> Model:
    return make_model(make_panel(wave(40), wave(26, seed=1)))


@pytest.mark.parametrize("horizon", [None, 9])
def test_rows_messages_and_errors_are_those_of_the_whole(
    model: Model, tmp_path: Path, horizon: int | None
) -> None:
    frames, told, stream = streamed(slow(text_of()), model, horizon=horizon)
    expected, said, report = whole(text_of(), model, tmp_path, horizon)
    assert len(frames) == len(LENGTHS)
    pd.testing.assert_frame_equal(pd.concat(frames, ignore_index=True), expected, check_exact=True)
    assert sorted(told) == sorted(said)
    assert any("not seen in training: c, d, e" in text for text in told)
    known, of_whole = stream.report().known, report.known
    assert known is not None
    assert of_whole is not None
    for name, value in asdict(known).items():
        assert getattr(of_whole, name) == (value if name == "coverage" else pytest.approx(value))


def test_a_forecast_is_made_when_the_next_series_begins(model: Model) -> None:
    chunks = slow(text_of())
    stream = ForecastStream(
        "-", chunks, model, read=ReadConfig(), wanted=PredictionConfig(), tell=lambda _: None
    )
    part = next(iter(stream))
    assert part.forecast.ids.tolist() == [["a"]]
    assert len(chunks.left) == len(LENGTHS) - 1


def test_the_rows_come_in_the_order_of_the_series(model: Model) -> None:
    frames, _, _ = streamed(slow(text_of("badce")), model)
    assert "".join(pd.concat(frames)["name"].unique()) == "badce"


def test_a_series_without_any_value_is_left_out_and_told(model: Model, tmp_path: Path) -> None:
    empty = "".join(f"{name},{i},\n" for name in "xy" for i in range(3))
    text = text_of("ab") + empty + rows("z", 20)
    frames, told, _ = streamed(slow(text), model)
    expected, said, _ = whole(text, model, tmp_path)
    pd.testing.assert_frame_equal(pd.concat(frames, ignore_index=True), expected, check_exact=True)
    assert sorted(told) == sorted(said)


def test_faults_are_named_by_the_lines_of_the_whole_input(model: Model, tmp_path: Path) -> None:
    for bad in ("e,0,1,7\n", "e,0,many\n", 'e,0,"1\n', "e,never,1\n"):
        text = text_of("abcd") + bad + rows("e", 5, start=1)
        with pytest.raises(DataError) as streaming:
            streamed(slow(text), model)
        with pytest.raises(DataError) as reading:
            whole(text, model, tmp_path)
        said = str(reading.value).replace(str(tmp_path / "whole.csv"), "standard input")
        assert str(streaming.value).partition(";")[0] == said.partition(";")[0]


def test_a_series_that_comes_back_is_refused_with_its_line(model: Model) -> None:
    text = text_of("abc") + rows("a", 3, start=40)
    line = text.count("\n") - 2
    with pytest.raises(DataError) as error:
        streamed(slow(text), model)
    assert str(error.value) == (
        f"standard input, line {line}: series a comes back after others, whose forecasts are "
        "written already; sort standard input by series, or give a file instead of it"
    )


def read_whole(chunks: Chunks, model: Model, **options: object) -> bytes:
    with pytest.raises(ReadWholeError) as error:
        streamed(chunks, model, **options)  # type: ignore[arg-type]
    stream = error.value.source.stream  # type: ignore[attr-defined]
    return b"".join(iter(lambda: stream.read(100), b""))


def test_rows_by_time_are_read_as_a_whole(model: Model) -> None:
    text = HEADER + "".join(f"{name},{i},{i}\n" for i in range(9) for name in "ab")
    assert read_whole(slow(text), model) == text.encode()


def test_what_arrives_at_once_is_read_as_a_whole(model: Model) -> None:
    chunks = Chunks([text_of().encode()], pausing=False)
    assert read_whole(chunks, model) == text_of().encode()


def test_decimal_commas_are_read_as_a_whole(model: Model) -> None:
    text = text_of().replace(",", ";").replace(".", ",")
    assert read_whole(slow(text), model) == text.encode()


def test_a_later_block_is_not_read_otherwise_than_the_first(model: Model) -> None:
    text = (text_of("ab") + rows("c", 20).replace(".", "§")).replace(",", ";").replace("§", ",")
    with pytest.raises(DataError, match="is not a number"):
        streamed(slow(text), model)


def large_file(folder: Path, names: Sequence[str], *, packed: bool) -> Path:
    path = folder / ("large.csv.gz" if packed else "large.csv")
    text = HEADER + "".join(rows(name, 40, seed) for seed, name in enumerate(names))
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_a_large_file_is_read_in_blocks(
    model: Model, tmp_path: Path, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = large_file(tmp_path, [f"s{n:03d}" for n in range(50)], packed=packed)
    assert find_feed(str(path)) is None
    monkeypatch.setattr("forecast_cli.streaming.BLOCK_BYTES", 10_000)
    monkeypatch.setattr("forecast_cli.reading.blocks.BLOCK_BYTES", 10_000)
    monkeypatch.setattr("forecast_cli.reading.blocks._CHUNK", 3000)
    feed = find_feed(str(path))
    assert isinstance(feed, FileFeed)
    frames, _, _ = streamed(feed, model, source=str(path))
    assert len(frames) > 2
    expected, _ = workflows.predict(
        str(path), model, read=ReadConfig(), wanted=PredictionConfig(), tell=lambda _: None
    )
    found = pd.concat(frames, ignore_index=True)
    pd.testing.assert_frame_equal(found, expected.frame(), check_exact=True)


@pytest.mark.parametrize("names", ["abca", "acb", ["s1", "s2", "s10"]])
def test_a_file_whose_series_come_back_or_are_not_sorted_is_read_as_a_whole(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: Sequence[str]
) -> None:
    monkeypatch.setattr("forecast_cli.reading.blocks.BLOCK_BYTES", 1000)
    monkeypatch.setattr("forecast_cli.reading.blocks._CHUNK", 1000)
    path = large_file(tmp_path, names, packed=False)
    with pytest.raises(ReadWholeError) as error:
        streamed(FileFeed(path), model, source=str(path))
    assert error.value.source == str(path)


def test_damaged_gzip_is_left_to_the_reader_of_whole_files(model: Model, tmp_path: Path) -> None:
    path = large_file(tmp_path, "abc", packed=True)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ReadWholeError):
        streamed(FileFeed(path), model, source=str(path))


def test_what_is_no_file_has_no_feed(tmp_path: Path) -> None:
    for source in (str(tmp_path), str(tmp_path / "none.csv"), "\0", "x" * 5000):
        assert find_feed(source) is None


def test_a_series_does_not_depend_on_the_lengths_of_others(model: Model, tmp_path: Path) -> None:
    alone, _, _ = whole(HEADER + rows("q", 20), model, tmp_path)
    together, _, _ = whole(HEADER + rows("q", 20) + rows("r", 35, 1), model, tmp_path)
    of_q = together[together["name"] == "q"].reset_index(drop=True)
    np.testing.assert_array_equal(alone["forecast"], of_q["forecast"])
