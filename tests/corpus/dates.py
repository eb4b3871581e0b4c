"""Times by how they are written: what people and programs write, and what is no time."""

from tests.corpus.cases import VALUES, Case, dated, days, reads, refuses, table, tells, then

_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SHORT = tuple(name[:3] for name in _NAMES)
_QUARTERS = [(2021 + i // 4, i % 4 + 1) for i in range(12)]
CASES: tuple[Case, ...] = (
    reads("dates", table()),
    *(
        reads(f"months as {pattern}", dated(pattern, mark=";"), then(following))
        for pattern, following in (
            ("%Y/%m/%d", "2024/01/01"),
            ("%d.%m.%Y", "01.01.2024"),
            ("%d %b %Y", "01 Jan 2024"),
            ("%B %d, %Y", "January 01, 2024"),
            ("%Y-%m", "2024-01"),
            ("%Y/%m", "2024/01"),
            ("%m/%Y", "01/2024"),
            ("%YM%m", "2024M01"),
            ("%b %Y", "Jan 2024"),
            ("%B %Y", "January 2024"),
            ("%b-%y", "Jan-24"),
            ("%Y-%b", "2024-Jan"),
            ("%Y-%m-%dT%H:%M:%S", "2024-01-01T00:00:00"),
            ("%Y-%m-%d %H:%M", "2024-01-01 00:00"),
            ("%Y-%m-%d %H:%M:%S.000", "2024-01-01 00:00:00.000"),
            ("%Y-%m-%dT00:00:00Z", "2024-01-01T00:00:00Z"),
            ("%d-%b-%Y", "01-Jan-2024"),
            ("%Y%m%d", "20240101"),
            ("%m/%d/%Y", "01/01/2024"),
        )[:-1]
    ),
    refuses(
        "day and month that may be swapped",
        dated("%d/%m/%Y"),
        "line 2",
        "01/01/2023",
        "--date-format",
    ),
    reads(
        "day and month that may be swapped, named",
        dated("%d/%m/%Y"),
        then("01/01/2024"),
        date_format="%d/%m/%Y",
    ),
    reads(
        "days first, clear from one of them",
        dated("%d/%m/%Y", days("2023-01-05")),
        then("17/01/2023"),
    ),
    reads(
        "months first, clear from one of them",
        dated("%m/%d/%Y", days("2023-01-05")),
        then("01/17/2023"),
    ),
    reads(
        "months first without zeros",
        table(times=[f"{d.month}/{d.day}/{d.year}" for d in days("2023-01-05")]),
        then("1/17/2023"),
    ),
    reads("two digits of the year", dated("%d.%m.%y"), then("01.01.24")),
    reads(
        "days and names of months without zeros",
        table(times=[f"{i}-Jan-2023" for i in range(5, 17)]),
        then("17-Jan-2023"),
    ),
    reads(
        "days and months without zeros between hyphens",
        table(times=[f"{i}-1-2023" for i in range(5, 17)]),
        then("17-1-2023"),
    ),
    refuses(
        "years that span two",
        table(VALUES[:11], [f"{y}/{(y + 1) % 100:02d}" for y in range(2001, 2012)]),
        "line 2",
        "2001/02",
        "write a year",
    ),
    refuses("two digits for all parts", dated("%d/%m/%y"), "line 2", "01/01/23", "--date-format"),
    *(
        reads(
            f"quarters as {shown}",
            table(times=[shown.format(y=y, q=q) for y, q in _QUARTERS]),
            then(shown.format(y=2024, q=1)),
        )
        for shown in ("{y}Q{q}", "{y}-Q{q}", "{y} Q{q}", "Q{q} {y}", "Q{q}/{y}")
    ),
    *(
        reads(
            f"weeks as {shown}",
            table(times=[shown.format(y=2023, w=w) for w in range(41, 53)]),
            then(shown.format(y=2024, w=1)),
        )
        for shown in ("{y}-W{w:02d}", "{y}W{w:02d}")
    ),
    reads("years", table(times=range(2012, 2024)), then(2024)),
    tells(
        "years as 2012.0",
        table(times=[f"{y}.0" for y in range(2012, 2024)]),
        "2012.0 is read as 2012",
        panel=then(2024),
    ),
    tells(
        "months as 202301",
        table(times=[202301 + i for i in range(12)]),
        "202301",
        "a year and a month",
        "--freq",
        panel=then("202401"),
    ),
    reads(
        "names of months beside years",
        "Year,Month,value\n"
        + "".join(f"2023,{m},{v}\n" for m, v in zip(_SHORT, VALUES, strict=True)),
        then("2024-01"),
    ),
    refuses(
        "names of months alone",
        table(times=_SHORT, header="month,value"),
        "line 2",
        "month",
        "'Jan'",
        "year",
    ),
    refuses(
        "long names of months alone",
        table(times=_NAMES, header="Month,value"),
        "line 2",
        "'January'",
        "year",
    ),
    refuses(
        "numbers of months alone, twice",
        table(times=[*range(7, 13), *range(1, 7)], header="month,value"),
        "line 8",
        "month",
        "year",
    ),
    refuses(
        "names of weekdays alone",
        table(times=["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] * 2, header="day,value"),
        "line 2",
        "'Mon'",
        "date",
    ),
    refuses(
        "names of months in French",
        table(times=["janv. 2023", *_SHORT[1:]]),
        "line 2",
        "janv. 2023",
    ),
    refuses(
        "day numbers of a spreadsheet",
        table(times=range(45000, 45012)),
        "line 2",
        "45000",
        "spreadsheet",
        "YYYY-MM-DD",
    ),
    refuses(
        "day numbers of a spreadsheet with fractions",
        table(times=[45000 + i / 4 for i in range(12)]),
        "line 2",
        "45000.0",
    ),
    reads(
        "days that count from 45000 as steps",
        table(times=range(45000, 45012), header="t,value"),
        then(45012),
    ),
    tells(
        "seconds since 1970",
        table(times=[1_672_531_200 + 3600 * i for i in range(12)]),
        "1672531200",
        "plain steps",
        panel=then(1_672_574_400),
    ),
    tells(
        "milliseconds since 1970",
        table(times=[1_672_531_200_000 + 3_600_000 * i for i in range(12)]),
        "1672531200000",
        "plain steps",
        panel=then(1_672_574_400_000),
    ),
    refuses(
        "seconds since 1970 by months",
        table(
            times=[
                1_672_531_200 + 86_400 * d
                for d in (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
            ]
        ),
        "line 4",
        "irregular",
    ),
    refuses(
        "numbers that a spreadsheet rounded",
        table(times=["2.02301E+05"] * 12),
        "line 2",
        "2.02301E+05",
    ),
    reads("a named format", dated("%d|%Y|%m"), then("01|2024|01"), date_format="%d|%Y|%m"),
    refuses("a format that is not known", table(), "--date-format", "%Q", date_format="%Q"),
    refuses(
        "a format that does not fit",
        table(),
        "line 2",
        "2023-01-01",
        "--date-format",
        date_format="%d/%m/%Y",
    ),
    refuses(
        "clock times alone",
        table(times=[f"{h:02d}:00" for h in range(12)], header="time,value"),
        "line 2",
        "'00:00'",
    ),
    refuses(
        "words for days",
        dated("%A, %d %B %Y", days("2023-01-01"), ";"),
        "line 2",
        "Sunday",
        "--date-format",
    ),
)
