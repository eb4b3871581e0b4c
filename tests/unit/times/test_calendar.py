"""The calendar: frequencies, labels, and records that cannot be trusted."""

import json
from typing import Any

import numpy as np
import pytest

from forecast_cli.errors import DataError
from forecast_cli.packed_texts import PackedTexts
from forecast_cli.times.aliases import grid_from_alias
from forecast_cli.times.calendar import Calendar
from forecast_cli.times.grid import Grid, infer_grid
from forecast_cli.times.timeformats import AmbiguousTimesError, from_format, share_readable, sniff
from forecast_cli.times.timestamps import TimeText, zone_of


def understood(texts: list[str]) -> Calendar:
    """The calendar of time texts as a file has them."""
    written = sniff(texts)
    assert written is not None
    times = written.parse(texts)
    assert not times.bad.any()
    if len(set((times.wall - times.utc).tolist())) > 1:
        written = TimeText(
            pattern=written.pattern, suffix=written.suffix, zone=zone_of(times) or ""
        )
    grid = infer_grid(np.sort(times.wall), np.sort(times.utc))
    assert grid.holds(times.utc if grid.unit == "instant" else times.wall).all()
    return Calendar(grid=grid, text=written)


def following(texts: list[str], steps: int = 2) -> list[str]:
    """The times after the last one."""
    calendar = understood(texts)
    times = calendar.text.parse(texts)
    moments = times.utc if calendar.grid.unit == "instant" else times.wall
    last = int(calendar.positions(moments).max())
    return [str(label) for label in calendar.labels(last + 1 + np.arange(steps))]


@pytest.mark.parametrize(
    ("texts", "freq", "season", "following_times"),
    [
        (["2024-01-01", "2024-02-01"], "MS", 12, ["2024-03-01", "2024-04-01"]),
        (["2023-12-31", "2024-01-31"], "ME", 12, ["2024-02-29", "2024-03-31"]),
        (["2024-01-15", "2024-02-15"], "MS", 12, ["2024-03-15", "2024-04-15"]),
        (["2024-05-31", "2024-06-28"], "BME", 12, ["2024-07-31", "2024-08-30"]),
        (["2024-06-10", "2024-07-08"], "4W-MON", 13, ["2024-08-05", "2024-09-02"]),
        (["2024-01-01", "2024-04-01"], "QS-JAN", 4, ["2024-07-01", "2024-10-01"]),
        (["2023-12-31", "2024-03-31"], "QE-DEC", 4, ["2024-06-30", "2024-09-30"]),
        (["2022-06-30", "2023-06-30"], "YE-JUN", 1, ["2024-06-30", "2025-06-30"]),
        (["2023-01-01", "2024-01-01"], "YS-JAN", 1, ["2025-01-01", "2026-01-01"]),
        (["2024-02-18", "2024-02-25"], "W-SUN", 52, ["2024-03-03", "2024-03-10"]),
        (["2024-02-27", "2024-02-28"], "D", 7, ["2024-02-29", "2024-03-01"]),
        (["2023-02-27", "2023-02-28"], "D", 7, ["2023-03-01", "2023-03-02"]),
        (
            ["2024-01-01 22:00", "2024-01-01 23:00"],
            "h",
            24,
            ["2024-01-02 00:00", "2024-01-02 01:00"],
        ),
        (["2024-01-01T00:00Z", "2024-01-01T00:15Z"], "15min", 96, ["2024-01-01T00:30Z"]),
        (["2024-01-01 00:00:00", "2024-01-01 00:00:01"], "s", 60, ["2024-01-01 00:00:02"]),
        (["2024-01-01 12:00", "2024-01-02 12:00"], "D", 7, ["2024-01-03 12:00"]),
        (["2024Q3", "2024Q4"], "QS-JAN", 4, ["2025Q1", "2025Q2"]),
        (["Q3 2024", "Q4 2024"], "QS-JAN", 4, ["Q1 2025"]),
        (["2024-11", "2024-12"], "MS", 12, ["2025-01"]),
        (["2024M11", "2024M12"], "MS", 12, ["2025M01"]),
        (["Nov 2024", "Dec 2024"], "MS", 12, ["Jan 2025"]),
        (["2024-W51", "2024-W52"], "W-MON", 52, ["2025-W01"]),
        (["20241230", "20241231"], "D", 7, ["20250101"]),
        (["30.12.2024", "31.12.2024"], "D", 7, ["01.01.2025"]),
        (["12/30/2024", "12/31/2024"], "D", 7, ["01/01/2025"]),
        (["30/1/2024", "31/1/2024"], "D", 7, ["1/2/2024"]),
        (["1/30/2024 11:00 PM", "1/31/2024 12:00 AM"], "h", 24, ["1/31/2024 01:00 AM"]),
        (
            ["2024-01-01 00:00:00.250", "2024-01-01 00:00:00.500"],
            "250ms",
            240,
            ["2024-01-01 00:00:00.750"],
        ),
    ],
)
def test_the_next_times_are_written_as_the_last_ones(
    texts: list[str], freq: str, season: int, following_times: list[str]
) -> None:
    calendar = understood(texts)
    assert calendar.freq == freq
    assert calendar.season_length == season
    assert following(texts, len(following_times)) == following_times


def test_a_single_gap_does_not_hide_the_frequency() -> None:
    assert understood(["2024-01-01", "2024-02-01", "2024-05-01"]).freq == "MS"
    assert understood(["2024-01-01 00:00", "2024-01-01 01:00", "2024-01-01 05:00"]).freq == "h"


def test_weekdays_over_several_weeks_are_business_days() -> None:
    days = [f"2024-01-{day:02d}" for day in range(1, 20) if day not in (6, 7, 13, 14)]
    assert understood(days).freq == "B"
    assert following(days, 1) == ["2024-01-22"]


def test_a_single_week_of_weekdays_is_daily() -> None:
    assert understood([f"2024-01-0{day}" for day in range(1, 6)]).freq == "D"


def test_one_weekend_day_makes_a_file_daily() -> None:
    days = [f"2024-01-{day:02d}" for day in range(1, 20) if day not in (6, 7, 13)]
    assert understood(days).freq == "D"


def test_hours_with_changing_offsets_are_counted_in_utc() -> None:
    texts = ["2024-03-31T00:00:00+01:00", "2024-03-31T01:00:00+01:00", "2024-03-31T03:00:00+02:00"]
    assert understood(texts).freq == "h"
    assert following(texts, 1) == ["2024-03-31T04:00:00+02:00"]


def test_days_with_changing_offsets_are_counted_on_the_clock_of_the_place() -> None:
    texts = ["2024-10-26T00:00:00+02:00", "2024-10-27T00:00:00+02:00", "2024-10-28T00:00:00+01:00"]
    assert understood(texts).freq == "D"
    assert following(texts, 1) == ["2024-10-29T00:00:00+01:00"]


def test_a_day_that_no_text_tells_from_a_month_is_ambiguous() -> None:
    with pytest.raises(AmbiguousTimesError, match=r"%-?d/%-?m/%Y or %-?m/%-?d/%Y"):
        sniff(["01/02/2024", "01/03/2024"])


def test_one_text_is_enough_to_tell_day_from_month() -> None:
    found = sniff(["01/02/2024", "13/02/2024"])
    assert found is not None
    assert found.pattern == "%d/%m/%Y"


@pytest.mark.parametrize(
    "text", ["2023-02-29", "2024-13-01", "2024-04-31", "2024-1-01", "2024-01-01x", "Total", ""]
)
def test_an_impossible_or_foreign_date_is_bad(text: str) -> None:
    times = TimeText(pattern="%Y-%m-%d").parse(["2024-01-01", text])
    assert times.bad.tolist() == [False, True]


def test_a_time_without_its_offset_is_bad_among_times_with_one() -> None:
    written = TimeText(pattern="%Y-%m-%dT%H:%M", suffix="Z")
    assert written.parse(["2024-01-01T00:00Z", "2024-01-01T01:00"]).bad.tolist() == [False, True]


@pytest.mark.parametrize("texts", [["1.5", "2.5"], ["a", "b"], ["5.1234", "7.9345"], ["12", "13"]])
def test_numbers_and_words_are_no_times(texts: list[str]) -> None:
    assert share_readable(texts) == 0
    assert sniff(texts) is None


def test_a_date_format_takes_its_padding_from_the_texts() -> None:
    assert from_format("%d/%m/%Y", ["1/2/2024", "10/2/2024"])[0].pattern == "%-d/%-m/%Y"
    assert from_format("%d/%m/%Y", ["01/02/2024"])[0].pattern == "%d/%m/%Y"


def test_a_date_format_may_end_in_an_offset() -> None:
    written, _ = from_format("%Y%m%dT%H%M%z", ["20240101T0000+0530"])
    assert written.suffix == "+0530"
    times = written.parse(["20240101T0000+0530"])
    assert (times.wall - times.utc).tolist() == [330 * 60 * 10**6]


def test_an_unknown_directive_is_refused() -> None:
    with pytest.raises(ValueError, match="%Q is not known"):
        from_format("%Q", ["1"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("H", "h"), ("T", "min"), ("15T", "15min"), ("S", "s"), ("L", "ms"), ("BM", "BME"),
        ("A-DEC", "YE-DEC"), ("AS", "YS-JAN"), ("Q-DEC", "QE-DEC"), ("W-TUE", "W-TUE"), ("b", "B"),
    ],
)  # fmt: skip
def test_old_spellings_of_a_frequency_are_translated(old: str, new: str) -> None:
    dates = ["1970-12-31"] if new.endswith("DEC") else ["1970-01-01"]
    times = TimeText().parse(dates)
    assert grid_from_alias(old, times.wall, times.utc).freq == new


@pytest.mark.parametrize("alias", ["", "fortnight", "0D", "-1D", "m", "W-FOO", "D-MON", "1.5h"])
def test_an_unknown_frequency_is_refused(alias: str) -> None:
    with pytest.raises(ValueError, match=r"is not known|has the anchor"):
        Calendar.dates(alias)


@pytest.mark.parametrize(
    "freq", ["MS", "ME", "2MS", "QS-FEB", "QE-NOV", "YS-JUL", "YE-FEB", "W-SAT", "2W-SAT", "D"]
)
@pytest.mark.parametrize("start", [-5000, 0, 1234])
def test_positions_and_labels_are_inverse(freq: str, start: int) -> None:
    calendar = Calendar.dates(freq)
    positions = start // 12 + np.arange(200)
    times = calendar.text.parse([str(label) for label in calendar.labels(positions)])
    assert calendar.grid.holds(times.wall).all()
    assert calendar.positions(times.wall).tolist() == positions.tolist()


def test_plain_steps_and_years_stay_integers() -> None:
    assert Calendar.steps(5).labels([2, 3]) == [10, 15]
    assert Calendar.years().labels([1960]) == [1960]
    assert Calendar.years().kind == "year"
    assert Calendar.years().season_length == 1


def test_labels_of_repeated_positions_keep_their_order() -> None:
    assert Calendar.dates("D").labels([1, 0, 1]) == ["1970-01-02", "1970-01-01", "1970-01-02"]
    assert Calendar.dates("D").labels([]) == []


@pytest.mark.parametrize(
    ("calendar", "words"),
    [
        (Calendar.dates("MS"), "monthly (MS)"),
        (Calendar.dates("15min"), "every 15 minutes (15min)"),
        (Calendar.dates("2W-MON"), "every 2 weeks (2W-MON)"),
        (Calendar.dates("B"), "business daily (B)"),
        (Calendar.dates("QE-DEC"), "quarterly (QE-DEC)"),
        (Calendar.steps(5), "every 5 steps"),
        (Calendar.years(), "yearly"),
    ],
)
def test_a_calendar_is_described_in_words(calendar: Calendar, words: str) -> None:
    assert calendar.describe() == words


def test_an_hour_that_comes_twice_is_written_with_two_offsets() -> None:
    calendar = Calendar(
        grid=Grid(unit="instant", step=3_600_000_000),
        text=TimeText(pattern="%Y-%m-%dT%H:%M", suffix="+01:00", zone="Europe/Berlin"),
    )
    before = calendar.positions(np.array(["2024-10-26T23:00"], dtype="datetime64[us]").astype(int))
    assert calendar.labels(before + np.arange(4)) == [
        *("2024-10-27T01:00+02:00", "2024-10-27T02:00+02:00"),
        *("2024-10-27T02:00+01:00", "2024-10-27T03:00+01:00"),
    ]


def test_dates_without_leading_zeros_before_a_year_are_no_utc_offset() -> None:
    assert following(["9-Jan-2024", "10-Jan-2024"]) == ["11-Jan-2024", "12-Jan-2024"]
    assert following(["9-12-2024", "13-12-2024"], steps=1) == ["17-12-2024"]


@pytest.mark.parametrize(
    "calendar",
    [
        Calendar.steps(7),
        Calendar.years(),
        Calendar.dates("BQE"),
        Calendar(
            grid=Grid(unit="instant", step=3_600_000_000),
            text=TimeText(pattern="%Y-%m-%dT%H:%M", suffix="+01:00", zone="Europe/Berlin"),
        ),
    ],
)
def test_a_record_of_a_calendar_survives_json(calendar: Calendar) -> None:
    assert Calendar.from_dict(json.loads(json.dumps(calendar.to_dict()))) == calendar


def _changed(part: str, name: str, value: Any) -> dict[str, Any]:
    record = Calendar.dates("MS").to_dict()
    record[part] = {**record[part], name: value}
    return record


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {},
        {"grid": {}, "text": {}},
        _changed("grid", "unit", "century"),
        _changed("grid", "unit", 3),
        _changed("grid", "step", 0),
        _changed("grid", "step", True),
        _changed("grid", "step", 1.0),
        _changed("grid", "step", 10**18),
        _changed("grid", "phase", 1),
        _changed("grid", "day", 32),
        _changed("grid", "clock", -1),
        _changed("grid", "roll", 0),
        _changed("grid", "extra", 0),
        _changed("text", "pattern", "%Q"),
        _changed("text", "pattern", "no year"),
        _changed("text", "pattern", "%Y %Y"),
        _changed("text", "suffix", "\x1b[2J"),
        _changed("text", "zone", "../../etc/passwd"),
        _changed("text", "zone", "Europe/Berlin"),
    ],
)
def test_an_odd_record_of_a_calendar_is_refused(record: object) -> None:
    with pytest.raises(ValueError, match=r"calendar|known|year|offset|zone|twice"):
        Calendar.from_dict(record)


def test_dates_end_with_the_year_9999() -> None:
    monthly = Calendar.dates("MS", pattern="%Y-%m")
    last = 12 * (9999 - 1970) + 11
    assert monthly.labels([last]) == ["9999-12"]
    with pytest.raises(DataError, match="beyond the year 9999"):
        monthly.labels([last + 1])


@pytest.mark.parametrize("suffix", ["Z", " UTC", "+05:30", "-0800", ""])
@pytest.mark.parametrize("last", ["2024-01-02 03:04", "2024-13-02 03:04", "2024-01-02 03 Z"])
def test_packed_times_are_read_as_others_are(suffix: str, last: str) -> None:
    texts = [f"2024-01-01 00:00{suffix}", f"{last}{suffix}"]
    words = np.array([text.encode() for text in texts], dtype="S24").view("<u8").reshape(2, 3)
    for written in (TimeText(pattern="%Y-%m-%d %H:%M", suffix=suffix), TimeText(suffix="Z")):
        one, other = written.parse(texts), written.parse(PackedTexts(words))
        assert one.bad.tolist() == other.bad.tolist()
        good = ~one.bad
        assert one.utc[good].tolist() == other.utc[good].tolist()
        assert one.wall[good].tolist() == other.wall[good].tolist()
