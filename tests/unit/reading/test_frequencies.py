"""Series of several frequencies in one file: refused with a table, or taken one at a time."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from forecast_cli.errors import ConfigError, DataError
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel, read_again
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.frequencies import read_frequencies

Read = Callable[..., Panel]


def table(**frequencies: str) -> str:
    """Thirty dates of each frequency, by the name of the series."""
    rows = ["id,date,y"]
    for name, freq in frequencies.items():
        times = pd.date_range("2020-01-01", periods=30, freq=freq)
        rows += [f"{name},{time:%Y-%m-%d},{i % 5}" for i, time in enumerate(times)]
    return "\n".join(rows) + "\n"


MIXED = table(a="D", b="D", m="MS", q="QS")


def test_different_frequencies_are_refused_with_a_table(panel_of: Read) -> None:
    with pytest.raises(DataError) as refusal:
        panel_of(MIXED)
    message = str(refusal.value)
    assert "D: 2 series (a, b); MS: 1 series (m); QS-JAN: 1 series (q)" in message
    assert "--by-frequency" in message
    assert "--aggregate" in message


@pytest.mark.parametrize(
    ("one", "other", "rows"),
    [
        ("W-MON", "W-THU", "W-MON: 1 series (a); W-THU: 1 series (b)"),
        ("MS", "ME", "ME: 1 series (b); MS: 1 series (a)"),
        ("D", "2D", "D: 1 series (a); 2D: 1 series (b)"),
        ("D", "W", "D: 1 series (a); W-SUN: 1 series (b)"),
    ],
)
def test_series_out_of_phase_are_rows_of_their_own(
    panel_of: Read, one: str, other: str, rows: str
) -> None:
    with pytest.raises(DataError) as refusal:
        panel_of(table(a=one, b=other))
    assert rows in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        table(a="D", b="B"),
        table(a="D") + "b,2020-01-03,1\nb,2020-01-10,1\nb,2020-01-17,2\n",
        table(a="D") + "".join(f"b,2020-01-{day:02d},1\n" for day in (1, 3, 9, 13, 20, 28)),
        table(a="MS", b="MS"),
    ],
    ids=["weekends off", "three rows a week apart", "now and then", "one frequency"],
)
def test_gaps_are_no_other_frequency(panel_of: Read, text: str) -> None:
    assert panel_of(text).n_series == 2


def test_a_frequency_that_is_asked_for_is_that_of_all(panel_of: Read) -> None:
    assert panel_of(table(a="D", b="MS"), ReadConfig(freq="D")).calendar.freq == "D"


def test_frequencies_are_brought_to_one(panel_of: Read) -> None:
    config = ReadConfig(freq="W-MON", aggregate="mean")
    panel = panel_of(table(a="W-MON", b="W-THU"), config)
    assert panel.lengths.tolist() == [30, 30]
    assert panel.calendar.labels(panel.starts) == ["2020-01-06", "2020-01-06"]


@pytest.mark.parametrize(
    ("freq", "ids", "following"),
    [("D", ["a", "b"], "2020-01-31"), ("MS", ["m"], "2022-07-01"), ("QS", ["q"], "2027-07-01")],
)
def test_the_series_of_one_frequency_are_taken(
    panel_of: Read, notices: list[Notice], freq: str, ids: list[str], following: str
) -> None:
    panel = panel_of(MIXED, ReadConfig(freq=freq, by_frequency=True))
    assert panel.ids.ravel().tolist() == ids
    assert panel.lengths.tolist() == [30] * len(ids)
    assert set(panel.calendar.labels(panel.ends + 1)) == {following}
    assert any("series of other frequencies left out" in notice.text for notice in notices)


def test_a_series_too_short_to_tell_goes_with_the_coarsest_that_holds_it(panel_of: Read) -> None:
    text = MIXED + "z,2021-02-01,1\nz,2021-03-01,2\n"
    panel = panel_of(text, ReadConfig(freq="MS", by_frequency=True))
    assert panel.ids.ravel().tolist() == ["m", "z"]


def test_phases_that_make_times_irregular_are_told_apart(panel_of: Read) -> None:
    text = table(a="QS", b="QE")
    panel = panel_of(text, ReadConfig(freq="QE", by_frequency=True))
    assert panel.ids.ravel().tolist() == ["b"]


def test_hours_and_days_of_a_zone_are_told_apart(panel_of: Read) -> None:
    hours = pd.date_range("2024-03-28", periods=200, freq="h", tz="Europe/Berlin")
    days = pd.date_range("2024-03-28", periods=20, freq="D", tz="Europe/Berlin")
    rows = [f"h,{time.isoformat()},1" for time in hours]
    rows += [f"d,{time.isoformat()},2" for time in days]
    text = "\n".join(["id,t,y", *rows])
    assert panel_of(text, ReadConfig(freq="D", by_frequency=True)).ids.tolist() == [["d"]]
    assert panel_of(text, ReadConfig(freq="h", by_frequency=True)).ids.tolist() == [["h"]]


def test_years_of_different_steps_are_told_apart(panel_of: Read) -> None:
    rows = [f"a,{year},1" for year in range(1960, 2020)]
    rows += [f"b,{year},1" for year in range(1960, 2020, 10)]
    with pytest.raises(DataError, match=r"YS: 1 series \(a\); 10YS: 1 series \(b\)"):
        panel_of("\n".join(["id,year,y", *rows]))


def test_a_frequency_that_no_series_has_is_refused(panel_of: Read) -> None:
    with pytest.raises(DataError, match=r"no series of --freq h: D: 2 series \(a, b\)"):
        panel_of(MIXED, ReadConfig(freq="h", by_frequency=True))


def test_one_of_several_frequencies_must_be_named(panel_of: Read) -> None:
    with pytest.raises(ConfigError, match="--by-frequency needs --freq here"):
        panel_of(MIXED, ReadConfig(by_frequency=True))


def test_the_same_frequency_on_different_days_is_refused(panel_of: Read) -> None:
    text = table(a="MS") + table(b="MS").partition("\n")[2].replace("-01,", "-15,")
    with pytest.raises(DataError, match=r"MS as in 2020-01-01.*--freq MS --aggregate"):
        panel_of(text, ReadConfig(freq="MS", by_frequency=True))


def test_a_model_of_one_frequency_takes_its_series_by_itself(panel_of: Read) -> None:
    trained = panel_of(MIXED, ReadConfig(freq="MS", by_frequency=True))
    later = panel_of(MIXED, read_again(trained, ReadConfig()))
    assert later.ids.tolist() == [["m"]]


def test_a_file_without_the_frequency_of_the_model_is_refused(panel_of: Read) -> None:
    trained = panel_of(MIXED, ReadConfig(freq="MS", by_frequency=True))
    with pytest.raises(DataError, match="the checkpoint forecasts series of frequency MS"):
        panel_of(table(a="D", w="W"), read_again(trained, ReadConfig()))


def test_the_frequencies_of_a_file_are_listed_from_the_finest(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_text(MIXED)
    assert read_frequencies(str(path), ReadConfig()) == ("D", "MS", "QS-JAN")


def test_both_ways_at_once_are_refused() -> None:
    with pytest.raises(ConfigError, match="--aggregate brings all series to one"):
        ReadConfig(aggregate="sum", by_frequency=True)
