"""Bytes that are not plain UTF-8: marks, other encodings, control characters."""

import codecs

from tests.corpus.cases import (
    MONTHS,
    VALUES,
    Case,
    Panels,
    changed,
    insert,
    reads,
    refuses,
    table,
    tells,
)

_NAMED = table(header="date,wért")
_NOTES = table(
    [f"{value},{'5 €' if i == 3 else 'ok'}" for i, value in enumerate(VALUES)],
    header="date,value,note",
    mark="\0",
).replace("\0", ",")

CASES: tuple[Case, ...] = (
    reads("a UTF-8 byte order mark", codecs.BOM_UTF8 + table().encode()),
    reads("two byte order marks", 2 * codecs.BOM_UTF8 + table().encode()),
    reads("UTF-16 little endian with a mark", codecs.BOM_UTF16_LE + table().encode("utf-16-le")),
    reads("UTF-16 big endian with a mark", codecs.BOM_UTF16_BE + table().encode("utf-16-be")),
    reads("UTF-32 with a mark", table().encode("utf-32")),
    refuses("UTF-16 without a mark", table().encode("utf-16-le"), "line 1", "--encoding utf-16"),
    reads("UTF-16 without a mark, named", table().encode("utf-16-le"), encoding="utf-16-le"),
    refuses("an odd number of bytes of UTF-16", table().encode("utf-16")[:-1], "UTF-16"),
    refuses("a Latin-1 header", _NAMED.encode("latin-1"), "line 1", "0xE9", "--encoding"),
    reads("a Latin-1 header, named", _NAMED.encode("latin-1"), encoding="latin-1"),
    refuses("a cp1252 euro sign in a note", _NOTES.encode("cp1252"), "line 5", "0x80", "cp1252"),
    reads("a cp1252 euro sign in a note, named", _NOTES.encode("cp1252"), encoding="cp1252"),
    refuses("Shift JIS", table(header="date,値").encode("shift_jis"), "line 1", "--encoding"),
    reads("Shift JIS, named", table(header="date,値").encode("shift_jis"), encoding="shift_jis"),
    refuses("an encoding that is not known", table(), "--encoding", "utf-9", encoding="utf-9"),
    refuses("an encoding of bytes", table(), "--encoding", "base64", encoding="base64"),
    refuses("the wrong encoding", table(), "0 rows", "--encoding", encoding="utf-16"),
    refuses("ASCII asked for and é found", _NAMED, "line 1", "0xC3", encoding="ascii"),
    refuses("one Latin-1 line in UTF-8", changed(7, value="é").encode("latin-1"), "line 7", "0xE9"),
    refuses("a cut UTF-8 character at the end", table().encode() + b"\xe2\x82", "line 14"),
    refuses("a lone surrogate", table().encode() + b"\xed\xa0\x80", "line 14", "0xED"),
    refuses("a NUL byte", changed(5, value="13\x005"), "line 5", "NUL"),
    refuses("zeros at the end, as a crash leaves them", table() + "\0" * 512, "line 14", "NUL"),
    refuses("a DOS end-of-file byte in a value", changed(9, value="16\x1a"), "line 9", r"16\x1a"),
    refuses("a DOS end-of-file byte on its own line", table() + "\x1a", "line 14"),
    refuses("byte order marks and line ends alone", "\ufeff\n\ufeff\n\ufeff", "no numeric column"),
    refuses("two files with marks, glued", 2 * ("\ufeff" + table()), "line 14"),
    reads(
        "letters of many scripts in a name",
        table(header="date,Größe 数 📈"),
    ),
    reads("a right-to-left override in a name", table(header="date,\u202evalue")),
    refuses(
        "a zero-width space in a name that is asked for",
        table(header="date,\u200bvalue"),
        r"\u200bvalue",
        "--target",
        target=("value",),
    ),
    refuses(
        "escape codes in a value", changed(6, value="\x1b[31m15\x1b[0m"), "line 6", r"\x1b[31m"
    ),
    refuses("a terminal link in a value", changed(6, value="\x1b]8;;http://a\x1b\\"), r"\x1b]8"),
    refuses("markup in a value", changed(6, value="[/bold]"), "line 6", "[/bold]"),
    reads("markup in a name", table(header="date,[red]value[/red]")),
    reads("a next-line character in a note", _NOTES.replace("5 €", "a\u0085b\u2028c")),
    tells(
        "a no-break space around values",
        table([f"\u00a0{value}\u00a0" for value in VALUES]),
        "columns",
    ),
    reads("a form feed between pages", insert(8, "\f")),
    tells(
        "ids that look alike, composed and decomposed",
        "name,date,y\n"
        + "".join(f"{n},{m},{i}\n" for n in ("é", "e\u0301") for i, m in enumerate(MONTHS)),
        "column name",
        "look the same",
        panel=Panels(
            values=(*map(float, range(12)),) * 2,
            next_times=("2024-01-01",) * 2,
            ids=("e\u0301", "é"),
        ),
    ),
)
