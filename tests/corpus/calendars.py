"""Times by what lies between them: calendars, gaps, order, doubles and zones."""

from datetime import date, timedelta

from tests.corpus.cases import (
    MONTHS,
    VALUES,
    Case,
    Panels,
    dated,
    days,
    hours,
    insert,
    reads,
    refuses,
    table,
    tells,
    then,
)


def _end(quarter: int) -> int:
    """The last day of the quarters from February 2020 on."""
    return (29 if quarter == 0 else 28, 31, 31, 30)[quarter % 4]


def _months_of_weeks() -> list[date]:
    weeks = [0, 4, 8, 13, 17, 21, 26, 30, 34, 39, 43, 47]
    return [date(2023, 1, 2) + timedelta(weeks=week) for week in weeks]


_ORDER = (
    tells("newest first", table(VALUES[::-1], MONTHS[::-1]), "time order", "11 rows", "line 3"),
    tells(
        "one row out of order",
        table((*VALUES[1:], VALUES[0]), (*MONTHS[1:], MONTHS[0])),
        "time order",
        "1 row",
        "line 13",
    ),
    tells("a row repeated", insert(9, "2023-07-01,17.0"), "1 repeated row", "line 9", "2023-07-01"),
    tells("all rows repeated", table() + table().partition("\n")[2], "12 repeated rows", "line 14"),
    tells(
        "one month absent",
        table(VALUES[:5] + VALUES[6:], MONTHS[:5] + MONTHS[6:]),
        "1 time",
        "absent",
        "2023-06-01",
        "line 7",
        panel=Panels(values=(*VALUES[:5], float("nan"), *VALUES[6:])),
    ),
    tells(
        "two gaps",
        table(
            [v for i, v in enumerate(VALUES) if i not in (3, 8)],
            [m for i, m in enumerate(MONTHS) if i not in (3, 8)],
        ),
        "2 times",
        "2023-04-01",
        "line 5",
        panel=Panels(values=None),
    ),
)
_CALENDARS = (
    reads("the day before a leap day", dated("%Y-%m-%d", days("2024-02-17")), then("2024-02-29")),
    reads(
        "the day before 1 March of a common year",
        dated("%Y-%m-%d", days("2023-02-17")),
        then("2023-03-01"),
    ),
    reads(
        "29 February from year to year",
        table(VALUES[:4], [f"{y}-02-{29 if y % 4 == 0 else 28}" for y in (2020, 2021, 2022, 2023)]),
        Panels(values=VALUES[:4], next_times=("2024-02-29",)),
    ),
    reads(
        "ends of months",
        table(times=[(date.fromisoformat(m) - timedelta(days=1)).isoformat() for m in MONTHS]),
        then("2023-12-31"),
    ),
    reads("the middle of months", table(times=[m[:-2] + "15" for m in MONTHS]), then("2024-01-15")),
    reads("weeks from Sunday", dated("%Y-%m-%d", days("2023-01-01", 7)), then("2023-03-26")),
    reads(
        "weekdays",
        table(
            VALUES + VALUES[:8],
            [
                d
                for step in (0, 14)
                for d in days("2023-01-02")
                for d in [d + timedelta(days=step)]
                if d.weekday() < 5
            ],
        ),
        Panels(values=VALUES + VALUES[:8], next_times=("2023-01-30",)),
    ),
    reads("hours", table(times=hours()), then("2023-05-01T12:00")),
    reads("hours up to midnight", table(times=hours(clock=12)), then("2023-05-02T00:00")),
    reads(
        "quarters of an hour",
        table(times=[f"2023-05-01 {i // 4:02d}:{i % 4 * 15:02d}" for i in range(12)]),
        then("2023-05-01 03:00"),
    ),
    reads(
        "times far in the past",
        table(times=[m.replace("2023", "1601") for m in MONTHS]),
        then("1602-01-01"),
    ),
    reads(
        "times far in the future",
        table(times=[m.replace("2023", "2190") for m in MONTHS]),
        then("2191-01-01"),
    ),
    reads(
        "twice a month",
        table(times=[f"2023-{1 + i // 2:02d}-{(1, 15)[i % 2]:02d}" for i in range(12)]),
        then("2023-07-01"),
    ),
    reads(
        "the middle and the end of months",
        table(
            times=[f"2023-{1 + i // 2:02d}-{(15, 31, 15, 28)[i % 4]}" for i in range(4)]
            + [
                "2023-03-15",
                "2023-03-31",
                "2023-04-15",
                "2023-04-30",
                "2023-05-15",
                "2023-05-31",
                "2023-06-15",
                "2023-06-30",
            ]
        ),
        then("2023-07-15"),
    ),
    reads(
        "fiscal years that end in March",
        table(times=[f"{year}-03-31" for year in range(2012, 2024)]),
        then("2024-03-31"),
    ),
    reads(
        "quarters that end in November",
        table(times=[f"{2020 + i // 4}-{(2, 5, 8, 11)[i % 4]:02d}-{_end(i)}" for i in range(12)]),
        then("2023-02-28"),
    ),
    reads(
        "first weekdays of months",
        table(
            times=[
                "2023-01-02",
                "2023-02-01",
                "2023-03-01",
                "2023-04-03",
                "2023-05-01",
                "2023-06-01",
                "2023-07-03",
                "2023-08-01",
                "2023-09-01",
                "2023-10-02",
                "2023-11-01",
                "2023-12-01",
            ]
        ),
        then("2024-01-01"),
    ),
    reads(
        "a date and an hour",
        table(
            times=[f"2023-05-{1 + i // 6:02d},{4 * (i % 6)}" for i in range(12)],
            header="date,hour,value",
        ),
        then("2023-05-03 00:00"),
    ),
    refuses(
        "months of four and five weeks",
        table(times=_months_of_weeks()),
        "line 2",
        "4-4-5",
        "number the periods",
    ),
    tells(
        "several sales a day",
        table(VALUES * 2, [str(d) for d in days("2023-05-01")] * 2),
        "24 values put into 12 periods",
        "--aggregate",
        panel=then("2023-05-13"),
        aggregate="mean",
    ),
    tells(
        "times of a sensor",
        table(times=[f"2023-05-01 13:{5 * i:02d}:{(i * 7) % 60:02d}" for i in range(12)]),
        "12 values put into 12 periods",
        panel=then("2023-05-01 14:00:00"),
        freq="5min",
        aggregate="last",
    ),
    refuses(
        "times of a sensor without what becomes of them",
        table(times=[f"2023-05-01 13:{5 * i:02d}:{(i * 7) % 60:02d}" for i in range(12)]),
        "line 3",
        "13:05:07",
        "--aggregate",
        freq="5min",
    ),
    reads("steps from 1", table(times=range(1, 13), header="t,value"), then(13)),
    reads("steps of five", table(times=range(0, 60, 5), header="t,value"), then(60)),
    reads("negative steps", table(times=range(-6, 6), header="t,value"), then(6)),
    reads(
        "steps of eighteen digits",
        table(times=range(10**17, 10**17 + 12), header="t,value"),
        then(10**17 + 12),
    ),
    refuses(
        "steps beyond 64 bits",
        table(times=range(10**19, 10**19 + 12), header="t,value"),
        "line 2",
        "10000000000000000000",
    ),
    refuses(
        "steps with fractions",
        table(times=[i / 10 for i in range(12)], header="t,value"),
        "line 2",
        "'0.0'",
    ),
    tells(
        "steps as 1.0",
        table(times=[f"{i}.0" for i in range(12)], header="t,value"),
        "0.0 is read as 0",
        panel=then(12),
    ),
    refuses(
        "years far from ours",
        table(times=[f"{y}-12-31" for y in range(9988, 10000)]),
        "line 2",
        "9988-12-31",
        "--date-format",
    ),
)
_ZONES = (
    reads("UTC offsets that stay", table(times=hours("+05:30")), then("2023-05-01T12:00+05:30")),
    reads(
        "days of Berlin over a change of the clock",
        table(
            times=[
                f"{d}T00:00:00+0{1 if d < date(2023, 3, 27) else 2}:00" for d in days("2023-03-20")
            ]
        ),
        then("2023-04-01T00:00:00+02:00"),
    ),
    reads(
        "hours of Berlin over a change of the clock",
        table(times=[f"2023-03-26T{h + (h > 1):02d}:00+0{1 + (h > 1)}:00" for h in range(12)]),
        then("2023-03-26T13:00+02:00"),
    ),
    reads(
        "hours of Berlin over an hour that comes twice",
        table(times=[f"2023-10-29T{h - (h > 2):02d}:00+0{2 - (h > 2)}:00" for h in range(12)]),
        then("2023-10-29T11:00+01:00"),
    ),
    tells(
        "hours without a zone over an hour that is not there",
        table(times=[f"2023-03-26T{h + (h > 1):02d}:00" for h in range(12)]),
        "1 time",
        "02:00",
        "line 4",
        panel=Panels(values=None, next_times=("2023-03-26T13:00",)),
    ),
    refuses(
        "hours without a zone over an hour that comes twice",
        table(times=[f"2023-10-29T{h - (h > 2):02d}:00" for h in range(12)]),
        "lines 4 and 5",
        "02:00",
    ),
    tells(
        "offsets that follow no rule",
        table(times=[*hours("+01:00")[:6], *hours("+03:00", 8)[:4], *hours("+03:00", 12)[:2]]),
        "UTC offsets change",
        panel=Panels(values=None, next_times=None),
    ),
)
CASES: tuple[Case, ...] = (*_ORDER, *_CALENDARS, *_ZONES)
