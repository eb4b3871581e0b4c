"""Files that are too large, compressed, damaged, or no delimited text at all."""

import bz2
import gzip
import io
import lzma
import zipfile

from tests.corpus.cases import Case, lines, reads, refuses, table

_GZ = gzip.compress(table().encode(), mtime=0)


def _zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("data.csv", table())
    return out.getvalue()


def _wide(columns: int) -> bytes:
    return b"a," * (columns - 1) + b"b\n" + b"1," * (columns - 1) + b"1\n"


def _bomb() -> bytes:
    """64 MiB of one row, some 60 KiB packed."""
    return gzip.compress(b"date,value\n" + b"2023-01-01,1\n" * (5 * 2**20), mtime=0)


_LIMITS = (
    refuses("a bomb of gzip", _bomb, "limit", "--max-bytes", suffix=".csv.gz", max_bytes=2**20),
    refuses("a file above the limit", table(), "limit of 100 bytes", "--max-bytes", max_bytes=100),
    reads("a file below the limit", table(), max_bytes=len(table())),
    refuses(
        "unpacked above the limit", _GZ, "100 bytes", "--max-bytes", suffix=".gz", max_bytes=100
    ),
    refuses(
        "a long line",
        lines("date,value", "2023-01-01," + "1" * 99),
        "line 2",
        "--max-line-bytes",
        max_line_bytes=64,
    ),
    refuses(
        "a line of 17 MiB",
        lambda: b"date,value\n" + b"1" * (17 * 2**20),
        "line 2",
        "16 MiB",
        "--max-line-bytes",
    ),
    refuses("400 000 columns", lambda: _wide(400_000), "line 1", "400000 columns", "--max-columns"),
    refuses(
        "more columns than asked for",
        _wide(12),
        "line 1",
        "12 columns",
        "--max-columns",
        max_columns=9,
    ),
    refuses(
        "a number of 5000 digits",
        table(["1" * 5000, *"23456789abc"]).replace("a", "1"),
        "line 2",
        "value",
    ),
)
_PACKED = (
    reads("gzip", _GZ, suffix=".csv.gz"),
    reads("gzip without the ending .gz", _GZ),
    reads("plain text with the ending .gz", table(), suffix=".csv.gz"),
    reads(
        "gzip of two members",
        gzip.compress(table()[:50].encode()) + gzip.compress(table()[50:].encode()),
    ),
    reads("gzip with zeros after it", _GZ + b"\0" * 512),
    refuses("gzip with garbage after it", _GZ + b"garbage", "damaged", "fetch it anew"),
    refuses(
        "gzip with a wrong checksum",
        _GZ[:-8] + bytes([_GZ[-8] ^ 1]) + _GZ[-7:],
        "damaged",
        "fetch it anew",
    ),
    refuses("gzip with a wrong length", _GZ[:-1] + b"\x01", "damaged"),
    refuses("gzip cut at half", _GZ[: len(_GZ) // 2], "damaged", "too early"),
    refuses("gzip of a header alone", _GZ[:10], "damaged"),
    refuses("gzip of nothing", gzip.compress(b""), "empty"),
    refuses("gzip in gzip", gzip.compress(_GZ), "gzip", "twice"),
    refuses("gzip of a zip archive", lambda: gzip.compress(_zipped()), "zip", "CSV"),
)
_FOREIGN = (
    refuses("a zip archive", _zipped, "zip", "CSV", suffix=".zip"),
    refuses("a spreadsheet", _zipped, "spreadsheet", "save the sheet as CSV", suffix=".xlsx"),
    refuses(
        "an old spreadsheet",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        "spreadsheet",
        suffix=".xls",
    ),
    refuses("bzip2", bz2.compress(table().encode()), "bzip2", "unpack", suffix=".bz2"),
    refuses("xz", lzma.compress(table().encode()), "xz", "unpack", suffix=".xz"),
    refuses("zstd", b"\x28\xb5\x2f\xfd" + bytes(40), "zstd", "unpack", suffix=".zst"),
    refuses("a 7z archive", b"7z\xbc\xaf\x27\x1c" + bytes(40), "7z", "unpack", suffix=".7z"),
    refuses("Parquet", b"PAR1" + bytes(40) + b"PAR1", "Parquet", suffix=".parquet"),
    refuses("Arrow", b"ARROW1\0\0" + bytes(40), "Arrow", "CSV", suffix=".feather"),
    refuses("HDF5", b"\x89HDF\r\n\x1a\n" + bytes(40), "HDF5", "CSV", suffix=".h5"),
    refuses("a NumPy array", b"\x93NUMPY\x01\0" + bytes(40), "NumPy", "CSV", suffix=".npy"),
    refuses("SQLite", b"SQLite format 3\0" + bytes(90), "SQLite", "CSV", suffix=".db"),
    refuses("a PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF", "CSV", suffix=".pdf"),
    refuses("a PNG", b"\x89PNG\r\n\x1a\n" + bytes(40), "image", suffix=".png"),
    refuses("a JPEG", b"\xff\xd8\xff\xe0" + bytes(40), "image", suffix=".jpg"),
    refuses("a GIF", b"GIF89a" + bytes(40), "image", suffix=".gif"),
    refuses("an executable", b"\x7fELF" + bytes(40), "program"),
    refuses(
        "a web page",
        "<!DOCTYPE html>\n<html><head><title>404, gone</title></head>\n</html>\n",
        "web page",
    ),
    refuses("XML", '<?xml version="1.0"?>\n<rows><row date="2023-01-01"/></rows>\n', "XML", "CSV"),
    refuses("a JSON array", '[{"date": "2023-01-01", "value": 1}]', "JSON", "CSV", suffix=".json"),
    refuses(
        "a pointer of Git LFS",
        lines("version https://git-lfs.github.com/spec/v1", "oid sha256:4d7a", "size 12"),
        "Git LFS",
        "git lfs pull",
    ),
    refuses("random bytes", bytes(range(128, 256)) * 4, "line 1", "0x80"),
)
_EMPTY = (
    refuses("an empty file", b"", "empty", "header"),
    refuses("line ends alone", "\n\n\r\n", "empty"),
    refuses("a byte order mark alone", b"\xef\xbb\xbf", "empty"),
    refuses("spaces alone", "   \t \n", "empty"),
    refuses("delimiters alone", ",,\n,,\n", "header"),
    refuses("a header alone", "date,value\n", "0 rows", "date, value"),
    refuses("one row", table()[:27], "1 time", "at least 2 rows", "--freq"),
    refuses("one word", "hello", "0 rows"),
)
CASES: tuple[Case, ...] = (*_LIMITS, *_PACKED, *_FOREIGN, *_EMPTY)
