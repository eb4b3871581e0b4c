"""Model <-> one safetensors file: weights and contexts as tensors, all else as checked metadata.

The file is read by any safetensors tool. One SHA-256 covers every byte of it: it is computed with
zeros in its own place, so that no bit can change unnoticed. Nothing in the file is ever executed.
"""

import hashlib
import json
import struct
import sys
from pathlib import Path
from typing import Any

import safetensors
import safetensors.numpy

from forecast_cli.errors import CheckpointError, ConfigError, escape
from forecast_cli.migrations import FORMAT_VERSION, migrate
from forecast_cli.model import Model
from forecast_cli.model_record import assemble, describe_model, tensors_of
from forecast_cli.times.calendar import Calendar

_LONGEST_HEADER = 4 * 1024 * 1024
"""Bytes of header that are parsed at most; a real one has some ten thousand."""

_ENTRY = "forecast"
_FORMAT = "forecast-checkpoint"
_KEYS = {"format", "format_version", "sha256", "model", "calendar"}
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


def dump_model(model: Model) -> bytes:
    """The checkpoint file of a model; the same model gives the same bytes."""
    metadata = {
        "format": _FORMAT,
        "format_version": FORMAT_VERSION,
        "sha256": _NO_DIGEST,
        "model": describe_model(model),
        "calendar": model.panel.calendar.to_dict(),
    }
    # One entry, because safetensors writes several in an order of its own choice.
    text = json.dumps(metadata, allow_nan=False, sort_keys=True)
    data = safetensors.numpy.save(tensors_of(model), {_ENTRY: text})
    digest = hashlib.sha256(data).hexdigest().encode()
    return data.replace(_NO_DIGEST.encode(), digest, 1)


def read_checkpoint(source: str) -> tuple[Model, str]:
    """The model in the file `source` (`-` for standard input) and the file's SHA-256.

    Raises:
        CheckpointError: the file is missing, damaged, foreign or of another version.
    """
    name = "standard input" if source == "-" else escape(source, limit=200)
    if source == "-" and sys.stdin is None:
        raise CheckpointError(f"{name} is closed; give the checkpoint as a file with --model")
    try:
        data = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        advice = (
            "; train one first: forecast train DATA" if isinstance(error, FileNotFoundError) else ""
        )
        raise CheckpointError(
            f"{name}: cannot read the checkpoint: {(error.strerror or str(error)).lower()}{advice}"
        ) from error
    return load_model(data, name)


def load_model(data: bytes, name: str) -> tuple[Model, str]:
    """The model in the bytes of a checkpoint file, and their SHA-256; `name` is for messages.

    Raises:
        CheckpointError: the bytes are not exactly what `dump_model` wrote, or their content does
            not hold together.
    """
    metadata = _read_metadata(data, name)
    digest = _check_digest(data, metadata, name)
    try:
        calendar = Calendar.from_dict(metadata["calendar"])
        model = assemble(migrate(metadata), calendar, safetensors.numpy.load(data))
    except _UNUSABLE as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise CheckpointError(
            f"{name}: not a usable checkpoint: {escape(reason, limit=200)}"
        ) from error
    return model, digest


def _read_metadata(data: bytes, name: str) -> dict[str, Any]:
    """The metadata of a safetensors file, after bounding what is parsed."""
    foreign = CheckpointError(
        f"{name}: not a checkpoint of forecast, or damaged; give a file that `forecast train` wrote"
    )
    if not data:
        raise CheckpointError(f"{name} is empty: what was to write the checkpoint gave nothing")
    if len(data) < _LENGTH_BYTES:
        raise foreign
    (length,) = struct.unpack("<Q", data[:_LENGTH_BYTES])
    if length > min(_LONGEST_HEADER, len(data) - _LENGTH_BYTES):
        raise foreign
    try:
        header = json.loads(data[_LENGTH_BYTES : _LENGTH_BYTES + length])
        metadata = json.loads(header["__metadata__"][_ENTRY])
        version = metadata["format_version"]
        if metadata["format"] != _FORMAT:
            raise foreign
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CheckpointError(f"{foreign} (its metadata is missing or unreadable)") from error
    if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
        raise CheckpointError(
            f"{name}: checkpoint format {escape(str(version))} is not known to this version, which "
            f"reads formats 1 to {FORMAT_VERSION}; train again, or install a newer forecast-cli"
        )
    if set(metadata) != _KEYS:
        raise foreign
    return dict(metadata)


def _check_digest(data: bytes, metadata: dict[str, Any], name: str) -> str:
    digest = str(metadata["sha256"])
    stamped = digest.encode()
    blank = data.replace(stamped, _NO_DIGEST.encode(), 1)
    if len(stamped) != len(_NO_DIGEST) or hashlib.sha256(blank).hexdigest() != digest:
        raise CheckpointError(
            f"{name}: the checkpoint is damaged: its content does not match its SHA-256; "
            "restore the file or train again"
        )
    return digest
