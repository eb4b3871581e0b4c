"""Plain metadata and named tensors <-> one safetensors file in which no bit changes unnoticed.

The file is read by any safetensors tool. One SHA-256 covers every byte of it: it is computed with
zeros in its own place. Nothing in the file is ever executed.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from forecast_cli.errors import CheckpointError, ConfigError
from forecast_cli.wording import escape

_LONGEST_HEADER = 4 * 1024 * 1024
"""Bytes of header that are parsed at most; a real one has some ten thousand."""

_LONGEST_BODY = 8 * 1024**3
"""Bytes of tensors that are read at most."""

_METADATA = "__metadata__"
_ENTRY = "forecast"
_DIGEST = "sha256"
_NO_DIGEST = "0" * 64
_LENGTH_BYTES = 8

_UNUSABLE = (
    safetensors.SafetensorError,
    ConfigError,
    ValueError,
    KeyError,
    TypeError,
    ArithmeticError,
    RecursionError,
)
"""What content that was made to hurt, yet carries a right SHA-256, can raise."""

Tensors = dict[str, NDArray[Any]]
Content = TypeVar("Content")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of file: its mark and newest version, the keys of its metadata, words for messages.

    `noun` names such a file, `source` says where a good one comes from, and `remedy` what to do
    about a bad one.
    """

    mark: str
    version: int
    keys: frozenset[str]
    noun: str
    source: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Unsealed:
    """The content of a file whose seal is whole, not checked any further."""

    metadata: dict[str, Any]
    tensors: Tensors
    digest: str


def seal(kind: Kind, content: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """The file with this content; the same content gives the same bytes."""
    metadata = {
        "format": kind.mark,
        "format_version": kind.version,
        _DIGEST: _NO_DIGEST,
        **content,
    }
    # One entry, because safetensors writes several in an order of its own choice.
    text = json.dumps(metadata, allow_nan=False, sort_keys=True)
    plain = {name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}
    data = safetensors.numpy.save(plain, {_ENTRY: text})
    digest = hashlib.sha256(data).hexdigest().encode()
    return data.replace(_NO_DIGEST.encode(), digest, 1)


def unseal(
    kind: Kind, data: bytes, name: str, build: Callable[[Unsealed], Content]
) -> tuple[Content, str]:
    """What `build` makes of a file's content, and the file's SHA-256; `name` is for messages.

    Raises:
        CheckpointError: the bytes are not exactly what `seal` gave for this kind, or `build` finds
            that their content does not hold together.
    """
    metadata = _read_metadata(kind, data, name)
    digest = _check_digest(kind, data, metadata, name)
    try:
        tensors = safetensors.numpy.load(data)
        return build(Unsealed(metadata=metadata, tensors=tensors, digest=digest)), digest
    except _UNUSABLE as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise CheckpointError(
            f"{name}: not a usable {kind.noun}: {escape(reason, limit=200)}"
        ) from error


def read_bounded(stream: BinaryIO) -> bytes:
    """A file as far as its header says it goes, and one byte more.

    So a device without an end, or a file of terabytes, is refused without being read.
    """
    start = stream.read(_LENGTH_BYTES)
    if len(start) < _LENGTH_BYTES:
        return start
    (length,) = struct.unpack("<Q", start)
    if length > _LONGEST_HEADER:
        return start
    header = stream.read(length)
    return start + header + stream.read(_body_length(header) + 1)


def _body_length(header: bytes) -> int:
    """Where the last tensor ends; 0 if the header is none, or says more than any file holds."""
    try:
        tensors = _parse(header)
        ends = [int(t["data_offsets"][1]) for name, t in tensors.items() if name != _METADATA]
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return 0
    longest = max(ends, default=0)
    return longest if 0 <= longest <= _LONGEST_BODY else 0


def _parse(text: bytes | str) -> Any:
    """JSON without two values under one name, of which each reader could take another."""
    return json.loads(text, object_pairs_hook=_without_doubles)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a name stands twice")
    return record


def _read_metadata(kind: Kind, data: bytes, name: str) -> dict[str, Any]:
    """The metadata of a safetensors file, after bounding what is parsed."""
    foreign = CheckpointError(f"{name}: not a {kind.noun} of forecast, or damaged; {kind.source}")
    if not data:
        raise CheckpointError(f"{name} is empty: what was to write the {kind.noun} gave nothing")
    if len(data) < _LENGTH_BYTES:
        raise foreign
    (length,) = struct.unpack("<Q", data[:_LENGTH_BYTES])
    if length > min(_LONGEST_HEADER, len(data) - _LENGTH_BYTES):
        raise foreign
    try:
        header = _parse(data[_LENGTH_BYTES : _LENGTH_BYTES + length])
        metadata = _parse(header[_METADATA][_ENTRY])
        version = metadata["format_version"]
        if metadata["format"] != kind.mark:
            raise foreign
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CheckpointError(f"{foreign} (its metadata is missing or unreadable)") from error
    if type(version) is not int or not 1 <= version <= kind.version:
        raise CheckpointError(
            f"{name}: {kind.noun} format {escape(str(version))} is not known to this version, "
            f"which reads formats 1 to {kind.version}; train again, or install a newer forecast-cli"
        )
    if set(metadata) != kind.keys | {"format", "format_version", _DIGEST}:
        raise foreign
    return dict(metadata)


def _check_digest(kind: Kind, data: bytes, metadata: dict[str, Any], name: str) -> str:
    digest = str(metadata[_DIGEST])
    stamped = digest.encode()
    blank = data.replace(stamped, _NO_DIGEST.encode(), 1)
    if len(stamped) != len(_NO_DIGEST) or hashlib.sha256(blank).hexdigest() != digest:
        raise CheckpointError(
            f"{name}: the {kind.noun} is damaged: its content does not match its SHA-256; "
            f"{kind.remedy}"
        )
    return digest
