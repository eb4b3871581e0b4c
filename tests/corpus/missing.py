"""Missing values: the marks that stand for one, and those that do not."""

from math import nan

from tests.corpus.cases import VALUES, Case, Panels, changed, gap, refuses, table, tells

CASES: tuple[Case, ...] = (
    *(
        tells(
            f"the missing mark {text or 'of nothing'}",
            changed(9, value=text),
            "1 value missing",
            "line 9",
            "2023-08-01",
            panel=gap(9),
        )
        for text in ("", "NA", "nan", "NaN", "NULL", "None", "N/A", "#N/A", "<NA>", "..")
    ),
    *(
        refuses(
            f"the missing mark {text}",
            changed(9, value=text),
            "line 9",
            f"'{text}'",
            "missing values are",
        )
        for text in ("-", "--", "?", ".", "...", "*", "x", "missing", "n.a.", "nil", "unknown")
    ),
    tells(
        "several missing values",
        table(["NA" if i % 3 == 1 else v for i, v in enumerate(VALUES)]),
        "4 values missing",
        "line 3",
        panel=Panels(values=tuple(nan if i % 3 == 1 else v for i, v in enumerate(VALUES))),
    ),
    tells(
        "the newest value missing",
        changed(13, value=""),
        "newest value",
        "line 13",
        "starts at 2023-12-01",
        panel=Panels(values=VALUES[:-1], next_times=("2023-12-01",)),
    ),
    tells(
        "the oldest value missing",
        changed(2, value=""),
        "1 value missing",
        "line 2",
        panel=Panels(values=VALUES[1:]),
    ),
    refuses("all values nan", table(["nan"] * 12), "value", "no values", "12 rows"),
    refuses("all values blank", table([""] * 12), "value", "no values", "12 rows"),
    refuses(
        "all values blank but for the wrong kind",
        table(["", "x"] + [""] * 10),
        "line 3",
        "'x'",
        target=("value",),
    ),
)
