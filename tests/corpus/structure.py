"""Rows and fields: delimiters, line ends, quotes, headers and what stands around the table."""

from tests.corpus.cases import (
    VALUES,
    Case,
    changed,
    insert,
    lines,
    reads,
    refuses,
    table,
    tells,
)

_ROWS = table().splitlines()
_BODY = _ROWS[1:]


def _with_note(note: str) -> str:
    """The clean table with a third column that holds the note on line 4."""
    return lines(
        "date,value,note", *(f"{row},{note if i == 2 else 'ok'}" for i, row in enumerate(_BODY))
    )


_DELIMITERS = (
    *(
        reads(f"delimiter {name}", table(mark=mark))
        for name, mark in (
            ("semicolon", ";"),
            ("tab", "\t"),
            ("pipe", "|"),
            ("comma and space", ", "),
        )
    ),
    refuses("delimiter space", table(mark=" "), "--delimiter"),
    reads("delimiter space, named", table(mark=" "), delimiter=" "),
    refuses(
        "delimiter space, named, and a line that starts with one",
        table(mark=" ").replace("2023-05-01", ""),
        "line 6",
        "the time is missing",
        delimiter=" ",
    ),
    reads("delimiter caret, named", table(mark="^"), delimiter="^"),
    refuses("delimiter caret", table(mark="^"), "--delimiter"),
    refuses("columns padded with spaces", table(mark="    "), "--delimiter"),
    refuses(
        "a delimiter that the file does not hold", table(), "--delimiter", "','", delimiter=";"
    ),
    tells(
        "a line sep=; as Excel writes it", "sep=;\n" + table(mark=";"), "line 1 above the header"
    ),
    tells("a line sep=, as Excel writes it", "sep=,\n" + table(), "line 1 above the header"),
    tells("a quoted line sep", '"sep=;"\r\n' + table(mark=";", end="\r\n"), "line 1"),
    tells("a line sep=^", "sep=^\n" + table(mark="^"), "line 1 above the header"),
    tells("a line sep= that names a quote", 'sep="\n' + table(), "line 1 above the header"),
    refuses(
        "a line sep and then a bad value",
        "sep=;\n" + changed(5, value="x").replace(",", ";"),
        "line 6",
        "'x'",
    ),
    reads("a delimiter at the end of all lines", table(end=",\n")),
    refuses(
        "a delimiter at the end of all lines but the header",
        lines(_ROWS[0], *(row + "," for row in _BODY)),
        "line 2",
        "3 fields",
        "expected 2",
    ),
)
_LINE_ENDS = (
    reads("line ends CRLF", table(end="\r\n")),
    reads("line ends CR", table(end="\r")),
    reads("line ends CR CR LF", table(end="\r\r\n")),
    reads("line ends LF CR", table(end="\n\r")),
    reads("mixed line ends", table().replace("\n", "\r\n", 5).replace("06-01", "06-01", 1)),
    reads("no line end at the end", table().rstrip("\n")),
    reads("blank lines around the table", "\n\n" + table() + "\n \n\n"),
    reads("a blank line in the middle", insert(8, "")),
    reads("a line of spaces in the middle", insert(8, "   ")),
    refuses(
        "a bad value after blank lines", "\n\n" + changed(5, value="x"), "line 7", "value", "'x'"
    ),
    refuses(
        "a bad value after lone CRs", changed(5, value="x").replace("\n", "\r"), "line 5", "'x'"
    ),
    tells("a row of delimiters alone", insert(8, ","), "1 row", "line 8"),
    tells(
        "rows of delimiters alone",
        insert(8, ",").replace("2023-10", ",\n2023-10"),
        "2 rows",
        "line 8",
    ),
)
_QUOTES = (
    reads(
        "all fields quoted",
        table()
        .replace(",", '","')
        .replace("2023", '"2023')
        .replace("\n", '"\n')
        .replace("date", '"date'),
    ),
    reads("a note with a comma", _with_note('"a, b"')),
    reads("a note with line ends", _with_note('"a\nb\r\nc"')),
    reads("a note with doubled quotes", _with_note('"say ""a"""')),
    reads("a note with a stray quote", _with_note('5" pipe')),
    refuses(
        "a bad value after a note with line ends",
        _with_note('"a\nb\nc"').replace("15.0", "x"),
        "line 8",
        "value",
        "'x'",
    ),
    refuses("a quote that is never closed", _with_note('"a'), "line 4", "quote"),
    refuses("text after a closing quote", _with_note('"a"b'), "line 4", "quote"),
    refuses("Excel's escaped numbers", table([f'="{v}"' for v in VALUES]), "line 2", "value"),
    reads("single quotes in a note", _with_note("it's")),
    refuses("single quotes around numbers", table([f"'{v}'" for v in VALUES]), "line 2", "value"),
    reads("a name with a line end", table(header='date,"val\nue"')),
    reads("a note of a million characters", _with_note("z" * 10**6)),
)
_RAGGED = (
    refuses("a long row", insert(8, "2023-06-15,1,2"), "line 8", "3 fields", "expected 2"),
    refuses("a long first row", insert(2, "2022-12-01,1,2"), "line 2", "3 fields", "expected 2"),
    refuses("a short row", insert(8, "2023-06-15"), "line 8", "1 field", "expected 2"),
    refuses("a cut last row", table()[:-12] + "\n", "line 13", "1 field", "expected 2"),
    refuses(
        "row names without a header, as R writes them",
        lines(_ROWS[0], *(f"{i},{row}" for i, row in enumerate(_BODY, 1))),
        "line 2",
        "3 fields",
    ),
    refuses(
        "decimal commas in a file of commas", table(VALUES).replace(".", ","), "line 2", "3 fields"
    ),
    reads(
        "row names under an empty name",
        lines("," + _ROWS[0], *(f"{i},{row}" for i, row in enumerate(_BODY))),
    ),
    refuses("a merge conflict", insert(8, "<<<<<<< HEAD"), "line 8"),
    refuses(
        "a markdown table",
        lines("| date | value |", "|---|---|", *(f"| {r.replace(',', ' | ')} |" for r in _BODY)),
        "line 2",
    ),
)
_HEADERS = (
    tells("a title above the header", "Sales of 2023\n" + table(), "line 1", "header"),
    tells("comments above the header", "# made\n# by hand\n" + table(), "lines 1 to 2", "header"),
    tells("a preamble with blank lines", "Source: a\n\nUnits: kWh\n\n" + table(), "lines 1 to 3"),
    tells(
        "a preamble with as many fields",
        "Source,World Bank\nUpdated,2024-01-15\n" + table(),
        "lines 1 to 2",
    ),
    tells("a title padded with delimiters", "Sales of 2023,\n,\n" + table(), "line 1", "header"),
    refuses(
        "a preamble with as many fields and unknown names",
        "Source,World Bank\nUpdated,2024-01-15\n" + table(header="p,q"),
        "line 2",
        "Updated",
        "delete the line",
    ),
    refuses("a bad value under a preamble", "# made\n" + changed(5, value="x"), "line 6", "'x'"),
    refuses("a comment in the middle", insert(8, "# revised"), "line 8", "1 field"),
    refuses(
        "a comment with a delimiter in the middle",
        insert(8, "# revised, twice"),
        "line 8",
        "# revised",
    ),
    refuses("a row of units under the header", insert(2, "yyyy-mm-dd,kWh"), "line 2", "yyyy-mm-dd"),
    refuses("two rows of names", "time,energy\n" + table(), "line 2", "date"),
    refuses(
        "the header again",
        table() + table().replace("2023", "2024"),
        "line 14",
        "'date'",
        "delete the line",
    ),
    refuses("no header", lines(*_BODY), "line 1", "2023-01-01", "header"),
    refuses("a total at the end", table() + "Total,197.25\n", "line 14", "Total"),
    refuses("a footnote at the end", table() + "* provisional\n", "line 14", "1 field"),
    refuses(
        "a footnote with a delimiter", table() + '"* provisional",\n', "line 14", "provisional"
    ),
    refuses(
        "a name that stands twice", table(header="date,date"), "date", "fields 1 and 2", "rename"
    ),
    reads(
        "names that differ in case only",
        lines("date,Value,value", *(f"{r},1" for r in _BODY)),
        target=("Value",),
    ),
    refuses(
        "a name asked for in another case that fits twice",
        lines("date,Value,value", *(f"{r},1" for r in _BODY)),
        "VALUE",
        "Value, value",
        target=("VALUE",),
    ),
    reads("a name asked for in another case", table(), time="DATE", target=("Value",)),
    refuses(
        "a name that is not there", table(), "amount", "date, value", "--target", target=("amount",)
    ),
    reads("spaces around names", table(header=" date , value ")),
    reads("no name above the values", table(header="date,")),
    reads("no name above the times", table(header=",value")),
    refuses("no names at all", table(header=","), "header"),
    reads("a name of a thousand characters", table(header="date," + "v" * 1000)),
    refuses(
        "a bad value under a name of a thousand characters",
        changed(5, value="x").replace("value", "v" * 1000),
        "line 5",
        "'x'",
        "vvv…vvv",
    ),
    reads("a text column that nobody asked for", _with_note("ok")),
    reads(
        "an empty column that nobody asked for",
        lines("date,value,note", *(row + "," for row in _BODY)),
    ),
)
CASES: tuple[Case, ...] = (*_DELIMITERS, *_LINE_ENDS, *_QUOTES, *_RAGGED, *_HEADERS)
