"""JSON lines, Parquet that cannot be read, and years as columns as the World Bank writes them."""

import gzip
import json
from math import nan

from tests.corpus.cases import MONTHS, VALUES, Case, Panels, gap, lines, reads, refuses, tells, then

_ROWS = [{"date": m, "value": v} for m, v in zip(MONTHS, VALUES, strict=True)]
_YEARS = range(2012, 2024)
_LATER = then(2024, ids=("Aruba",))


def _objects(*, line: int = 0, text: str = "", **more: object) -> str:
    """The clean rows as JSON lines, with another text on one line, or one more key on all."""
    rows = _with_keys(more).splitlines()
    if line:
        rows[line - 1] = text
    return lines(*rows)


def _with_keys(more: dict[str, object]) -> str:
    """The clean rows as JSON lines with more keys."""
    return lines(*(json.dumps(row | more) for row in _ROWS))


def _changed(line: int, value: str) -> str:
    """The clean rows with another value, written as in JSON."""
    return _objects(line=line, text=f'{{"date": "{MONTHS[line - 1]}", "value": {value}}}')


_JSON = (
    reads("JSON lines", _objects(), suffix=".jsonl"),
    reads("JSON lines without their ending", _objects(), suffix=""),
    reads("JSON lines called CSV", _objects()),
    reads("JSON lines in gzip", gzip.compress(_objects().encode()), suffix=".jsonl.gz"),
    reads("JSON lines in UTF-16", _objects().encode("utf-16"), suffix=".jsonl"),
    reads("JSON lines of Windows", _objects().replace("\n", "\r\n"), suffix=".ndjson"),
    reads("JSON lines with empty lines", _objects().replace("\n", "\n\n"), suffix=".jsonl"),
    reads("JSON lines with numbers as texts", _changed(4, '"13.5"'), suffix=".jsonl"),
    reads(
        "JSON lines with a true that is not needed",
        _objects(open=True),
        target=("value",),
        suffix=".jsonl",
    ),
    reads("JSON lines with a list that is not needed", _objects(tags=[1, 2]), suffix=".jsonl"),
    reads("JSON lines with an object that is not needed", _objects(at={"x": 1}), suffix=".jsonl"),
    reads(
        "JSON lines with unicode escapes",
        _objects(id="\u00e9\u202e\U0001f600"),
        then("2024-01-01", ids=("\u00e9\u202e\U0001f600",)),
        suffix=".jsonl",
    ),
    reads(
        "JSON lines with huge whole numbers as ids",
        lines(*(json.dumps({"id": i} | row) for i in (10**30, 10**30 + 1) for row in _ROWS)),
        Panels(
            values=VALUES * 2,
            next_times=("2024-01-01",) * 2,
            ids=(str(10**30), str(10**30 + 1)),
        ),
        suffix=".jsonl",
    ),
    reads(
        "JSON lines with control characters in keys",
        _with_keys({"a\x1b[31m\n\r": "n"}),
        suffix=".jsonl",
    ),
    tells(
        "JSON lines with a key that is missing",
        _objects(line=3, text=f'{{"date": "{MONTHS[2]}"}}'),
        *("1 value missing", "line 3"),
        panel=gap(4),
        suffix=".jsonl",
    ),
    tells("JSON lines with null", _changed(3, "null"), "line 3", panel=gap(4), suffix=".jsonl"),
    tells("JSON lines with NaN", _changed(3, "NaN"), "line 3", panel=gap(4), suffix=".jsonl"),
    refuses(
        "JSON lines with a bad line", _objects(line=5, text='{"date"'), "line 5", suffix=".jsonl"
    ),
    refuses(
        "JSON lines with a line of CSV", _objects(line=5, text="a,b"), "line 5", suffix=".jsonl"
    ),
    refuses("JSON lines with a list as line", _objects(line=5, text="[1]"), "line 5", suffix=""),
    refuses("JSON lines cut off", _objects()[:-10], "line 12", "no JSON object", suffix=".jsonl"),
    refuses(
        "JSON lines nested deeply",
        _changed(5, "[" * 99_999 + "]" * 99_999),
        *("line 5", "nested"),
        suffix=".jsonl",
    ),
    refuses("JSON lines with true", _changed(5, "true"), "line 5", "column value", "1 and 0"),
    refuses("JSON lines with a list", _changed(5, "[1]"), "line 5", "column value", "list"),
    refuses("JSON lines with Infinity", _changed(5, "Infinity"), "line 5", "finite"),
    refuses("JSON lines with 1e999", _changed(5, "1e999"), "line 5", "1e999", "finite"),
    refuses("JSON lines with 9000 digits", _changed(5, "9" * 9000), "line 5", "column value"),
    refuses("JSON lines with a key twice", _changed(5, '1, "value": 2'), "line 5", "twice"),
    refuses("JSON lines with a NUL", _changed(5, '"\\u0000"'), "line 5", "NUL"),
    refuses("JSON lines with half a character", _changed(5, '"\\udc00"'), "line 5", r"\udc00"),
    refuses("JSON lines with a bad byte", _objects().encode()[:-9] + b"\xff}\n", "line 12"),
    refuses("JSON lines without keys", lines("{}", "{}"), "empty", suffix=".jsonl"),
    refuses("JSON in one document", json.dumps(_ROWS, indent=1), "JSON lines", suffix=".json"),
    refuses(
        "JSON as forecasts are written",
        json.dumps({"schema_version": 1, "forecast": _ROWS}, indent=2),
        "JSON lines",
        suffix=".json",
    ),
)


def _bank(
    *rows: tuple[str, ...], above: str = "", below: str = "", end: str = "", mark: str = "{0}"
) -> str:
    """Rows of names, code and values under years."""
    header = ("Country Name", "Country Code", *(mark.format(year) for year in _YEARS))
    written = [",".join(f'"{field}"' for field in row) + end for row in (header, *rows)]
    return above + lines(*written) + below


_ABOVE = (
    '\ufeff"Data Source","World Development Indicators",\n\n"Last Updated Date","2024-10-24",\n\n'
)
_BELOW = "\n\nData from database: World Development Indicators\nLast Updated: 10/24/2024\n"
_TEXTS = tuple(map(str, VALUES))
_ARUBA, _CHAD = ("Aruba", "ABW", *_TEXTS), ("Chad", "TCD", *_TEXTS)
_BOTH = Panels(values=VALUES * 2, next_times=(2024, 2024), ids=("Aruba", "Chad"))
_INDICATORS = tuple(
    (name, code, indicator, short, *_TEXTS)
    for name, code in (("Aruba", "ABW"), ("Chad", "TCD"))
    for indicator, short in (("Population, total", "SP.POP"), ("GDP", "NY.GDP"))
)
_BANK = (
    reads("years as columns", _bank(_ARUBA, _CHAD), _BOTH),
    tells(
        "a file of the World Bank",
        _bank(_ARUBA, _CHAD, above=_ABOVE, end=","),
        "lines 1 to 3",
        panel=_BOTH,
    ),
    tells(
        "one country of the World Bank",
        _bank(_ARUBA, above=_ABOVE, end=","),
        "lines 1 to 3",
        panel=_LATER,
    ),
    tells(
        "an export of the World Bank",
        _bank(_ARUBA, _CHAD, below=_BELOW, mark="{0} [YR{0}]"),
        "lines 6 to 7",
        "below the data",
        panel=_BOTH,
    ),
    reads("years as the World Bank marks them", _bank(_ARUBA, mark="{0} [YR{0}]"), _LATER),
    tells(
        "two dots at both ends",
        _bank(("Aruba", "ABW", "..", *_TEXTS[1:-1], ".."), _CHAD),
        "1 series ends before 2023: Aruba (2022)",
        panel=Panels(
            values=(*VALUES[1:-1], *VALUES), next_times=(2023, 2024), ids=("Aruba", "Chad")
        ),
    ),
    tells(
        "two dots within a series",
        _bank(("Aruba", "ABW", *_TEXTS[:4], "..", *_TEXTS[5:])),
        *("1 value missing", "line 2", "2016"),
        panel=Panels(values=(*VALUES[:4], nan, *VALUES[5:]), next_times=(2024,), ids=("Aruba",)),
    ),
    tells(
        "a country without values",
        _bank(_ARUBA, ("Nowhere", "XXX", *[".."] * 12)),
        *("Nowhere", "line 3"),
        panel=_LATER,
    ),
    reads(
        "several indicators",
        _bank(*_INDICATORS).replace('"Country Code"', '"Country Code","Indicator Name","Code"'),
        Panels(
            values=VALUES * 4,
            next_times=(2024,) * 4,
            ids=("Aruba, GDP", "Aruba, Population, total", "Chad, GDP", "Chad, Population, total"),
        ),
    ),
    refuses("a row of years that is cut short", _bank(_ARUBA, below="Chad,TC\n"), "line 3"),
    refuses(
        "a bad value under a year",
        _bank(_ARUBA, ("Chad", "TCD", *_TEXTS[:-1], "x1")),
        "line 3",
        "column 2023",
        "'x1'",
    ),
)
CASES: tuple[Case, ...] = (
    *_JSON,
    *_BANK,
    refuses("Parquet cut off", b"PAR1" + bytes(40), "Parquet", suffix=".parquet"),
    refuses("Parquet with a key", b"PARE" + bytes(40) + b"PARE", "Parquet", suffix=".parquet"),
)
