"""Several series: long, wide and one-row-per-series tables, ids, and series that are odd."""

from math import isnan, nan

from tests.corpus.cases import MONTHS, VALUES, Case, Panels, lines, reads, refuses, tells

_DOUBLE = tuple(2 * value for value in VALUES)


def _long(*series: tuple[str, tuple[float, ...]], header: str = "unique_id,ds,y") -> str:
    """Series that start together, one after the other."""
    rows = [
        f"{name},{m},{'' if isnan(v) else v}"
        for name, values in series
        for m, v in zip(MONTHS, values, strict=False)
    ]
    return lines(header, *rows)


def _both(a: str, b: str, next_time: str | int = "2024-01-01") -> Panels:
    return Panels(values=VALUES + _DOUBLE, next_times=(next_time,) * 2, ids=(a, b))


_TWO = _long(("a", VALUES), ("b", _DOUBLE))
_WIDE = lines("date,a,b", *(f"{m},{v},{2 * v}" for m, v in zip(MONTHS, VALUES, strict=True)))
_ROWS = lines(
    ",".join(["name", *(f"V{i}" for i in range(1, 13))]),
    ",".join(["a", *map(str, VALUES)]),
    ",".join(["b", *map(str, _DOUBLE)]),
)
_LAYOUTS = (
    reads("the long layout", _TWO, _both("a", "b")),
    reads(
        "series in turn",
        lines(
            "unique_id,ds,y",
            *(
                f"{n},{m},{v * f}"
                for m, v in zip(MONTHS, VALUES, strict=True)
                for n, f in (("a", 1), ("b", 2))
            ),
        ),
        _both("a", "b"),
    ),
    tells("the wide layout", _WIDE, "one series per column", panel=_both("a", "b")),
    reads("one column of the wide layout", _WIDE, Panels(values=_DOUBLE), target=("b",)),
    tells(
        "the layout of one row per series", _ROWS, "one row per series", panel=_both("a", "b", 13)
    ),
    tells(
        "one row per series with blanks at the end",
        _ROWS + "c,7,8" + "," * 10 + "\n",
        "one row per series",
        panel=Panels(values=(*VALUES, *_DOUBLE, 7, 8), next_times=(13, 13, 3), ids=("a", "b", "c")),
    ),
    tells(
        "one row per series under years",
        lines(",".join(["name", *map(str, range(2012, 2024))]), *_ROWS.splitlines()[1:]),
        "one row per series",
        panel=_both("a", "b", 2024),
    ),
    tells(
        "one row per series under months",
        lines(",".join(["name", *MONTHS]), *_ROWS.splitlines()[1:]),
        "one row per series",
        panel=_both("a", "b", "2024-01-01"),
    ),
    refuses(
        "one row per series with a bad value", _ROWS.replace("30.0", "x"), "line 3", "V5", "'x'"
    ),
    refuses(
        "a bad value in the wide layout", _WIDE.replace("30.0", "x"), "line 6", "column b", "'x'"
    ),
    tells(
        "values without a time column",
        lines("value", *map(str, VALUES)),
        "order of the rows",
        "--time",
        panel=Panels(next_times=(13,)),
    ),
    tells(
        "a blank line among values without a time column",
        lines("value", *map(str, VALUES[:6]), "", *map(str, VALUES[7:])),
        "1 value missing",
        "line 8",
        panel=Panels(values=(*VALUES[:6], nan, *VALUES[7:]), next_times=(13,)),
    ),
    reads(
        "two id columns",
        lines(
            "region,item,ds,y",
            *(
                f"{r},{i},{m},{v}"
                for r in "ns"
                for i in "pq"
                for m, v in zip(MONTHS, VALUES, strict=True)
            ),
        ),
        Panels(
            values=VALUES * 4, next_times=("2024-01-01",) * 4, ids=("n, p", "n, q", "s, p", "s, q")
        ),
        id=("region", "item"),
    ),
    tells(
        "id columns that say the same",
        lines(
            "name,code,ds,y",
            *(
                f"{n},{c},{m},{v}"
                for n, c in (("Aruba", "ABW"), ("Chad", "TCD"))
                for m, v in zip(MONTHS, VALUES, strict=True)
            ),
        ),
        "name the same series",
        "--id",
        panel=Panels(values=VALUES * 2, next_times=("2024-01-01",) * 2, ids=("Aruba", "Chad")),
    ),
    refuses(
        "series without a name",
        lines(
            "ds,y",
            *(
                f"{m},{v}"
                for values in (VALUES, _DOUBLE)
                for m, v in zip(MONTHS, values, strict=True)
            ),
        ),
        "lines 2 and 14",
        "2023-01-01",
        "--id",
    ),
    refuses(
        "two columns that may be the time",
        lines("opened,closed,y", *(f"{m},{m},{v}" for m, v in zip(MONTHS, VALUES, strict=True))),
        "opened, closed",
        "--time",
    ),
    refuses(
        "two columns that may be the target",
        lines("unique_id,ds,p,q", *(f"a,{m},{v},{v}" for m, v in zip(MONTHS, VALUES, strict=True))),
        "p, q",
        "--target",
    ),
)
_IDS = (
    *(
        reads(f"the ids {a} and {b}", _long((a, VALUES), (b, _DOUBLE)), _both(a, b))
        for a, b in (
            ("", "NA"),
            ("NA", "nan"),
            ("2", "10"),
            ("False", "True"),
            ("2023-01-01", "2023-02-01"),
            ("inf", "null"),
            ("A", "a"),
            ("[red]", "x"),
            ("=1+1", "@x"),
            ("-0", "0"),
        )
    ),
    reads("ids with leading zeros", _long(("07", VALUES), ("7", _DOUBLE)), _both("07", "7")),
    reads(
        "ids that are one number", _long(("1000", VALUES), ("1e3", _DOUBLE)), _both("1000", "1e3")
    ),
    tells(
        "ids that differ in a space at the end",
        _long(("a", VALUES), ("a ", _DOUBLE)),
        "'a'",
        "'a '",
        "column unique_id",
        panel=_both("a", "a "),
    ),
    reads(
        "an id of a thousand characters",
        _long(("a" * 1000, VALUES), ("b", _DOUBLE)),
        _both("a" * 1000, "b"),
    ),
    tells(
        "a control character in an id",
        _long(("a", VALUES), ("\x1b[31mb", _DOUBLE[:9])),
        r"\x1b[31mb",
        "ends before",
        panel=Panels(values=None, next_times=None),
    ),
)
_ODD = (
    tells(
        "a series that ends earlier",
        _long(("a", VALUES), ("old", _DOUBLE[:6])),
        "old",
        "2023-06-01",
        "ends before",
        panel=Panels(
            values=VALUES + _DOUBLE[:6], next_times=("2024-01-01", "2023-07-01"), ids=("a", "old")
        ),
    ),
    tells(
        "a series of one value",
        _long(("a", VALUES), ("b", _DOUBLE[:1])),
        "b",
        "ends before",
        panel=Panels(
            values=VALUES + _DOUBLE[:1], next_times=("2024-01-01", "2023-02-01"), ids=("a", "b")
        ),
    ),
    tells(
        "a series without any value",
        _long(("a", VALUES), ("ghost", (nan,) * 12)),
        "ghost",
        "1 series",
        "left out",
        "first line 14",
        panel=Panels(ids=("a",)),
    ),
    tells(
        "a column without any value in the wide layout",
        _WIDE.replace("date,a,b", "date,a,ghost,b")
        .replace(".5,", ".5,,")
        .replace(".0,", ".0,,")
        .replace(".25,", ".25,,")
        .replace(".75,", ".75,,"),
        "ghost",
        "left out",
        panel=_both("a", "b"),
    ),
    tells(
        "a column of many bad values in the wide layout",
        lines(
            "date,a,b",
            *(
                f"{m},{v},{'-' if i % 3 else v}"
                for i, (m, v) in enumerate(zip(MONTHS, VALUES, strict=True))
            ),
        ),
        "line 3",
        "column b",
        "'-'",
        "left out",
        panel=Panels(),
    ),
    tells(
        "a row without any value",
        _ROWS + "ghost" + "," * 12 + "\n",
        "ghost",
        "left out",
        "first line 4",
        panel=_both("a", "b", 13),
    ),
    reads(
        "a constant series",
        _long(("a", VALUES), ("flat", (7.0,) * 12)),
        Panels(values=VALUES + (7.0,) * 12, next_times=None, ids=("a", "flat")),
    ),
    refuses(
        "series on times that do not fit together",
        _long(("a", VALUES)) + "b,2023-01-01 00:07,1\n",
        "line 14",
        "2023-01-01 00:07",
    ),
    refuses(
        "a bad value in the second series",
        _TWO.replace("b,2023-05-01,30.0", "b,2023-05-01,x"),
        "line 18",
        "'x'",
    ),
    refuses(
        "two values for one time of a series",
        _TWO + "b,2023-05-01,31\n",
        "lines 18 and 26",
        "2023-05-01",
        "of b",
        "30 and 31",
    ),
    tells(
        "rows of two series out of order",
        _TWO + "a,2022-12-01,1\n",
        "1 row",
        "line 26",
        panel=Panels(values=(1, *VALUES, *_DOUBLE), next_times=None, ids=("a", "b")),
    ),
    tells(
        "a gap in one series",
        _TWO.replace("b,2023-05-01,30.0\n", ""),
        "1 time",
        "2023-05-01",
        "b",
        panel=Panels(values=None, next_times=("2024-01-01",) * 2, ids=("a", "b")),
    ),
)
CASES: tuple[Case, ...] = (*_LAYOUTS, *_IDS, *_ODD)
