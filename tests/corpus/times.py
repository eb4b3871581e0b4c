"""Single times that cannot be, and options that do not fit the times."""

from tests.corpus.cases import Case, changed, dated, days, hours, insert, refuses, table

CASES: tuple[Case, ...] = (
    *(
        refuses(f"the time {text or 'of nothing'}", changed(9, time=text), "line 9", "date", *facts)
        for text, *facts in (
            ("", "missing"),
            ("2023-02-31", "2023-02-31"),
            ("2023-13-01", "2023-13-01"),
            ("2023-00-01", "2023-00-01"),
            ("01/08/2023", "01/08/2023", "--date-format"),
            ("0000-08-01", "0000-08-01"),
            ("-0044-03-15", "-0044-03-15"),
            ("10000-01-01", "10000-01-01"),
            ("2023-08-01T24:00", "24:00"),
            ("Total", "Total"),
            ("NaT", "NaT"),
            ("August", "August"),
            ("2O23-08-01", "2O23"),
            ("2023\u201108\u201101", "2023"),
            ("20230801", "20230801"),
            ("2023-08", "2023-08"),
        )
    ),
    refuses(
        "29 February of a common year",
        dated("%Y-%m-%d", days("2023-02-18")).replace("2023-03-01", "2023-02-29"),
        "line 13",
        "2023-02-29",
    ),
    refuses(
        "a zone on all lines but one",
        table(times=[*hours("Z")[:7], "2023-05-01T07:00", *hours("Z")[8:]]),
        "line 9",
        "2023-05-01T07:00",
    ),
    refuses("a named zone", table(times=[f"{h} CET" for h in hours()]), "line 2", "CET"),
    refuses("a leap second", table(times=[*hours()[:11], "2023-05-01T23:59:60"]), "line 13"),
    refuses(
        "a date among seconds since 1970",
        table(times=[*range(1_672_531_200, 1_672_531_211), "2023-01-01"]),
        "line 13",
        "2023-01-01",
    ),
    refuses(
        "two values for one time",
        insert(9, "2023-07-01,99"),
        "lines 8 and 9",
        "2023-07-01",
        "17 and 99",
        "--id",
    ),
    refuses("a typing error in the year", changed(13, time="2203-12-01"), "line 13", "2203-12-01"),
    refuses("a day that is off the grid", table(), "line 3", "2023-02-01", "--freq", freq="W"),
    refuses(
        "irregular times",
        table(times=[*days("2023-01-01", 40)[:11], "2024-03-03"]),
        "irregular",
        "line 13",
    ),
    refuses(
        "a frequency that is not known", table(), "--freq", "fortnight", "MS", freq="fortnight"
    ),
    refuses(
        "months asked for among quarters",
        table(times=[f"{2021 + i // 4}Q{i % 4 + 1}" for i in range(12)]),
        "--freq MS",
        "2021Q1",
        "leave --freq out",
        freq="MS",
    ),
    refuses("a step for dates", table(), "--freq", freq="3"),
)
