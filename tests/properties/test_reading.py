"""Laws of reading: nothing but a UserError leaves it, and what is read is what was written."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast_cli.errors import UserError
from forecast_cli.panel import Panel, read_again, read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.numbers import LARGEST
from forecast_cli.times.calendar import Calendar
from tests.corpus.files import CASES
from tests.corpus.mutations import mutated
from tests.corpus.soundness import check_sound
from tests.examples import share

SEEDS = (
    b"date,value\n2024-01-01,1.5\n2024-02-01,2\n2024-03-01,\n2024-04-01,4e1\n",
    b'id;ds;y\n"a";31.12.2023;1,5\n"b";01.01.2024;2,5\nb;02.01.2024;3,25\n',
    b"unique_id\tds\ty\nNA\t1\t1\n007\t5\t2\n007\t10\t-3\n",
    b"V1,V2,V3,V4\nY1,1,2,3\nY2,4,5,\n",
    b"Year,Month,a,b\n2020,1,1,2\n2020,2,3,4\n2020,3,5,6\n",
    b"t,x\n2024-03-30T00:00:00+01:00,1\n2024-04-01T00:00:00+02:00,2\n2024-04-02T00:00:00+02:00,3\n",
    b'date,value,note\n2024Q1,"1,234.5","two\nlines"\n2024Q2,"2,000","say ""hi"""\n',
    b"value\n1\n\n3\n",
    "\ufeffdate,välue\n2024-W01,1\n2024-W02,2\n".encode(),
    "date,value\n2024-01-01,1\n2024-01-02,2\n".encode("utf-16"),
    gzip.compress(b"date,value\n2024-01-01,1\n2024-01-02,2\n", mtime=0),
)
# What is large takes long, and shows no more.
CORPUS = [c.bytes for c in CASES if not callable(c.data) and len(c.bytes) < 2000]
CONFIGS = (
    ReadConfig(),
    ReadConfig(freq="MS"),
    ReadConfig(freq="3"),
    ReadConfig(freq="15min", date_format="%Y-%m-%d"),
    ReadConfig(target=("value",), time="date"),
    ReadConfig(id=("id",), decimal=",", thousands="."),
    ReadConfig(encoding="utf-16"),
    ReadConfig(delimiter=";", max_bytes=60, max_line_bytes=30, max_columns=3),
)

# Each example writes its own file over the one before, so that a shared folder does no harm.
one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path, data: bytes, config: ReadConfig) -> Panel | None:
    """The panel, or None where the file is refused in words."""
    path.write_bytes(data)
    try:
        return read_panel(str(path), config, lambda notice: None)
    except UserError as error:
        message = str(error)
    assert message.isprintable(), "a message must not drive the terminal"
    assert len(message) < 1500
    return None


@st.composite
def changed_files(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from([*SEEDS, *CORPUS]))
    return mutated(data, draw(st.randoms(use_true_random=False)))


@pytest.mark.parametrize("seed", SEEDS, ids=map(str, range(len(SEEDS))))
def test_each_file_that_is_mutated_is_readable_before(tmp_path: Path, seed: bytes) -> None:
    assert read(tmp_path / "data.csv", seed, ReadConfig()) is not None


@settings(one_folder, max_examples=share(600))
@given(data=changed_files(), config=st.sampled_from(CONFIGS))
def test_a_file_is_read_to_a_sound_panel_or_refused_in_words(
    tmp_path: Path, data: bytes, config: ReadConfig
) -> None:
    panel = read(tmp_path / "data.csv", data, config)
    if panel is not None:
        check_sound(panel)


@settings(one_folder, max_examples=share(200))
@given(
    seed=st.sampled_from(SEEDS),
    damage=st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), max_size=3),
    cut=st.integers(0, 40),
)
def test_damaged_gzip_is_refused_or_gives_what_was_packed(
    tmp_path: Path, seed: bytes, damage: list[tuple[int, int]], cut: int
) -> None:
    packed = bytearray(gzip.compress(seed, mtime=0))
    for place, change in damage:
        # The first ten bytes are the header: they hold no data, and a damaged mark makes it text.
        packed[10 + place % (len(packed) - 10)] ^= change
    panel = read(tmp_path / "data.csv.gz", bytes(packed[: len(packed) - cut]), ReadConfig())
    if panel is not None:
        expected = read(tmp_path / "data.csv", seed, ReadConfig())
        assert expected is not None
        assert np.array_equal(panel.values, expected.values, equal_nan=True)


@one_folder
@given(data=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_in_words(tmp_path: Path, data: bytes) -> None:
    read(tmp_path / "data.csv", data, ReadConfig())


numbers = st.floats(-LARGEST, LARGEST)


@one_folder
@given(
    values=st.lists(numbers, min_size=2, max_size=30),
    freq=st.sampled_from(["MS", "ME", "QS-FEB", "YE-JUN", "W-WED", "D", "h", "15min"]),
    start=st.integers(-100, 150),
)
def test_values_and_times_come_back_as_written(
    tmp_path: Path, values: list[float], freq: str, start: int
) -> None:
    calendar = Calendar.dates(freq, pattern="%Y-%m-%dT%H:%M:%S")
    positions = start + np.arange(len(values))
    rows = zip(calendar.labels(positions), values, strict=True)
    text = "date,value\n" + "".join(f"{time},{value!r}\n" for time, value in rows)
    panel = read(tmp_path / "data.csv", text.encode(), ReadConfig(freq=freq))
    assert panel is not None
    assert panel.values.tolist() == values
    assert panel.calendar.labels(panel.starts) == calendar.labels([start])
    assert panel.calendar.freq == calendar.freq


@settings(one_folder, max_examples=share(60))
@given(order=st.permutations(range(24)))
def test_the_order_of_rows_does_not_matter(tmp_path: Path, order: Sequence[int]) -> None:
    months = Calendar.dates("MS").labels(range(12))
    rows = [f"{name},{months[m]},{m * 1.5}\n" for name in "ab" for m in range(12)]
    head = "unique_id,ds,y\n"
    straight = read(tmp_path / "a.csv", (head + "".join(rows)).encode(), ReadConfig())
    mixed = head + "".join(rows[i] for i in order)
    shuffled = read(tmp_path / "b.csv", mixed.encode(), ReadConfig())
    assert straight is not None
    assert shuffled is not None
    assert shuffled.values.tolist() == straight.values.tolist()
    assert shuffled.ids.tolist() == straight.ids.tolist()
    assert shuffled.calendar == straight.calendar


@pytest.mark.parametrize("seed", SEEDS, ids=map(str, range(len(SEEDS))))
def test_reading_again_by_the_columns_of_a_panel_gives_the_same_panel(
    tmp_path: Path, seed: bytes
) -> None:
    path = tmp_path / "data.csv"
    panel = read(path, seed, ReadConfig())
    assert panel is not None
    again = read(path, seed, read_again(panel, ReadConfig()))
    assert again is not None
    assert again.calendar == panel.calendar
    assert again.ids.tolist() == panel.ids.tolist()
    assert np.array_equal(again.values, panel.values, equal_nan=True)
