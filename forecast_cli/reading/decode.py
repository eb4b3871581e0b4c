"""File -> bytes -> text: a source unpacked, and as UTF-8 with plain line ends, within limits."""

import codecs
import gzip
import io
import stat
import sys
import zlib
from pathlib import Path

from forecast_cli.errors import ConfigError, DataError
from forecast_cli.read_config import MEBIBYTE, ReadConfig
from forecast_cli.reading.feeds import OpenSource, Readable
from forecast_cli.wording import escape

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SHEET, _UNPACK = "save the sheet as CSV", "unpack it or use gzip"
_CONVERT, _EXPORT = "convert it to CSV", "export the data as CSV"
_FOREIGN = (
    (b"\x1f\x8b", "compressed twice with gzip", "unpack it once"),
    (b"PK\x03\x04", "a zip archive or a spreadsheet", _SHEET),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet", _SHEET),
    (b"BZh", "compressed with bzip2", _UNPACK),
    (b"\xfd7zXZ", "compressed with xz", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", _UNPACK),
    (b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    (b"ARROW1\0", "an Arrow file", _CONVERT),
    (b"\x89HDF", "an HDF5 file", _CONVERT),
    (b"\x93NUMPY", "a NumPy array", _CONVERT),
    (b"SQLite format 3\0", "an SQLite database", _EXPORT),
    (b"%PDF", "a PDF", _EXPORT),
    (b"\x89PNG", "an image", _EXPORT),
    (b"\xff\xd8\xff", "an image", _EXPORT),
    (b"GIF8", "an image", _EXPORT),
    (b"\x7fELF", "a program", "name the file with the data"),
    (b"version https://git-lfs", "a pointer of Git LFS", "fetch the data with git lfs pull"),
)
_MARKUP = (
    (b"<!doctype html", "a web page", _EXPORT),
    (b"<html", "a web page", _EXPORT),
    (b"<?xml", "XML", _EXPORT),
)
_CHUNK = MEBIBYTE


def source_name(source: str) -> str:
    """How messages call a source."""
    return "standard input" if source == "-" else escape(source, limit=200)


def read_source(source: str, config: ReadConfig) -> bytes:
    """The bytes of a file or of standard input ("-"), unpacked where they are gzip.

    Raises:
        DataError: The source cannot be read, is larger than `max_bytes`, or damaged.
    """
    name = source_name(source)
    data = _read_bytes(source, name, config.max_bytes)
    if data.startswith(b"\x1f\x8b"):
        data = _unpack(data, name, config.max_bytes)
    return data


def decode_text(data: bytes, name: str, config: ReadConfig) -> bytes:
    r"""The text of a file as UTF-8.

    A byte order mark is taken off, line ends are "\n", and so is the last byte.

    Raises:
        DataError: It is no text.
        ConfigError: The encoding is not known.
    """
    _refuse_foreign(data, name)
    data = _to_utf8(data, name, config.encoding)
    _refuse_markup(data, name)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data or data.isspace():
        raise DataError(f"{name} is empty; accepted: a header line and rows of data")
    if b"\0" in data:
        line = 1 + data.count(b"\n", 0, data.index(b"\0"))
        raise DataError(
            f"{name}, line {line}: a NUL byte; if the file is UTF-16, say --encoding utf-16"
        )
    return data if data.endswith(b"\n") else data + b"\n"


def _refuse_foreign(data: bytes, name: str) -> None:
    """Raise DataError for bytes that are another kind of file by the mark they start with."""
    for magic, what, remedy in _FOREIGN:
        if data.startswith(magic):
            raise DataError(f"{name} is {what}, not delimited text; {remedy}")


def _refuse_markup(data: bytes, name: str) -> None:
    """Raise DataError for text in a markup language."""
    start = data[:64].lstrip()
    for mark, what, remedy in _MARKUP:
        if start.lower().startswith(mark):
            raise DataError(f"{name} is {what}, not delimited text; {remedy}")


def too_large(name: str, limit: int) -> DataError:
    """The error for data above `max_bytes`."""
    size = f"{limit / MEBIBYTE:,.0f} MiB" if limit >= MEBIBYTE else f"{limit} bytes"
    return DataError(f"{name} holds more than the limit of {size}; --max-bytes raises it")


def _read_bytes(source: str, name: str, limit: int) -> bytes:
    if source == "-":
        if sys.stdin is None:
            raise DataError("standard input is closed; name a file, or pipe data in")
        stream = source.stream if isinstance(source, OpenSource) else sys.stdin.buffer
        return _read_stream(stream, name, limit)
    if not source.strip():
        raise DataError("the name of the file is empty; name a file, or - for standard input")
    path = Path(source)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise DataError(f"{name} is a folder; name a file in it")
        if stat.S_ISREG(status.st_mode) and status.st_size > limit:
            raise too_large(name, limit)
        if stat.S_ISREG(status.st_mode) and status.st_size:
            return path.read_bytes()
        with path.open("rb") as stream:
            return _read_stream(stream, name, limit)
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        what = reason[:1].lower() + reason[1:]
        raise DataError(f"{name} cannot be read: {escape(what)}; {_remedy(error)}") from error


def _remedy(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "check the name and the folder"
    if isinstance(error, PermissionError):
        return "ask for the right to read it"
    return "name a file that can be read"


def _read_stream(stream: Readable, name: str, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := stream.read(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise too_large(name, limit)
    return b"".join(chunks)


def _unpack(data: bytes, name: str, limit: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return _read_stream(stream, name, limit)
    except (OSError, EOFError, zlib.error) as error:
        early = isinstance(error, EOFError)
        fault = "the gzip data ends too early" if early else escape(str(error))
        raise DataError(
            f"{name} is damaged: it cannot be unpacked ({fault}); fetch it anew"
        ) from error


def _to_utf8(data: bytes, name: str, encoding: str | None) -> bytes:
    found = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), "utf-8")
    chosen = encoding or found
    if chosen == "utf-8" and data.isascii():
        return data
    try:
        text = data.decode(chosen)
        if chosen == "utf-8":
            return data
        return text.removeprefix("\ufeff").encode("utf-8")
    except LookupError as error:
        raise ConfigError(
            f"--encoding is {encoding!r}; accepted are names such as utf-8, utf-16, cp1252, latin-1"
        ) from error
    except UnicodeDecodeError as error:
        line = 1 + error.object.count(b"\n", 0, error.start)
        byte = error.object[error.start]
        raise DataError(
            f"{name}, line {line}: byte 0x{byte:02X} is not {chosen.removesuffix('-sig').upper()}; "
            "name the encoding with --encoding (cp1252, latin-1, utf-16, …)"
        ) from error
    except (UnicodeError, ValueError) as error:
        raise DataError(
            f"{name} is not {chosen} ({escape(str(error))}); name the encoding with --encoding"
        ) from error
