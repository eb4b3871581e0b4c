"""Model <-> one safetensors file: weights and contexts as tensors, all else as checked metadata.

The file is read by any safetensors tool. One SHA-256 covers every byte of it: it is computed with
zeros in its own place, so that no bit can change unnoticed. Nothing in the file is ever executed.
"""

import hashlib
import itertools
import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from forecast_cli.baselines import SIMPLE
from forecast_cli.committee import Committee, Member
from forecast_cli.config import NetworkConfig
from forecast_cli.errors import CheckpointError, ConfigError, escape
from forecast_cli.intervals import LEVELS
from forecast_cli.model import Model, Training
from forecast_cli.panel import Columns, Panel
from forecast_cli.recurrence import weight_shapes
from forecast_cli.representation import Representation
from forecast_cli.schema import from_plain, to_plain
from forecast_cli.times.calendar import Calendar

FORMAT_VERSION = 1

_LONGEST_HEADER = 4 * 1024 * 1024
"""Bytes of header that are parsed at most; a real one has some ten thousand."""

_ENTRY = "forecast"
_FORMAT = "forecast-checkpoint"
_KEYS = {"format", "format_version", "sha256", "model", "calendar"}
_NO_DIGEST = "0" * 64
_SERIES_TENSORS = {
    "interval.widths",
    "series.values",
    "series.offsets",
    "series.starts",
    "series.ids",
    "series.id_offsets",
}
_LENGTH_BYTES = 8
_LARGEST_SIZE = 1_000_000

_UNUSABLE = (
    safetensors.SafetensorError,
    ConfigError,
    ValueError,
    KeyError,
    TypeError,
    RecursionError,
)
"""What content that was made to hurt, yet carries a right SHA-256, can raise."""

Tensors = dict[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class _MemberRecord:
    representation: Representation
    context_length: int
    epochs: int
    validation_error: float | None
    share: float


@dataclass(frozen=True, kw_only=True)
class _ModelRecord:
    """The metadata of format version 1. A change here needs a new version and a migration."""

    network: NetworkConfig
    members: tuple[_MemberRecord, ...]
    simple: str
    simple_weight: float
    horizon: int
    season_length: int
    columns: Columns
    layout: str
    source: str
    training: Training


def dump_model(model: Model) -> bytes:
    """The checkpoint file of a model; the same model gives the same bytes."""
    committee = model.committee
    members = tuple(
        _MemberRecord(
            representation=member.representation,
            context_length=member.context_length,
            epochs=member.epochs,
            validation_error=member.validation_error,
            share=member.share,
        )
        for member in committee.members
    )
    record = _ModelRecord(
        network=committee.network,
        members=members,
        simple=committee.simple,
        simple_weight=committee.simple_weight,
        horizon=committee.horizon,
        season_length=committee.season_length,
        columns=model.panel.columns,
        layout=model.panel.layout,
        source=model.panel.source,
        training=model.training,
    )
    metadata = {
        "format": _FORMAT,
        "format_version": FORMAT_VERSION,
        "sha256": _NO_DIGEST,
        "model": to_plain(record),
        "calendar": model.panel.calendar.to_dict(),
    }
    # One entry, because safetensors writes several in an order of its own choice.
    text = json.dumps(metadata, allow_nan=False, sort_keys=True)
    data = safetensors.numpy.save(_tensors(model), {_ENTRY: text})
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
        tensors = safetensors.numpy.load(data)
        model = _assemble(metadata, tensors)
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
    if version != FORMAT_VERSION:
        raise CheckpointError(
            f"{name}: checkpoint format {escape(str(version))} is not known to this version, "
            f"which reads format {FORMAT_VERSION}; train again, or install a newer forecast-cli"
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


def _tensors(model: Model) -> Tensors:
    texts = [text.encode() for row in model.panel.ids for text in row]
    tensors: Tensors = {
        "interval.widths": model.widths,
        "series.values": model.panel.values,
        "series.offsets": model.panel.offsets,
        "series.starts": model.panel.starts,
        "series.ids": np.frombuffer(b"".join(texts), dtype=np.uint8),
        "series.id_offsets": np.cumsum([0, *map(len, texts)], dtype=np.int64),
    }
    for number, member in enumerate(model.committee.members):
        for name, weight in member.weights.items():
            tensors[f"members.{number}.{name}"] = weight
    return {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _assemble(metadata: dict[str, Any], tensors: Tensors) -> Model:
    record = from_plain(_ModelRecord, metadata["model"], "model")
    calendar = Calendar.from_dict(metadata["calendar"])
    _check_sizes(record)
    names = {
        f"members.{i}.{name}" for i, m in enumerate(record.members) for name in _shapes(record, m)
    }
    unknown = sorted(set(tensors) - names - _SERIES_TENSORS)
    if unknown:
        raise ValueError(f"unknown tensor {unknown[0]!r}")
    widths = _tensor(tensors, "interval.widths", np.float64, (len(LEVELS), record.horizon))
    if (widths < 0).any():
        raise ValueError("interval widths below zero")
    committee = Committee(
        network=record.network,
        members=tuple(_member(record, m, tensors, i) for i, m in enumerate(record.members)),
        simple=record.simple,
        simple_weight=record.simple_weight,
        horizon=record.horizon,
        season_length=record.season_length,
    )
    return Model(
        committee=committee,
        widths=widths,
        panel=_panel(record, calendar, tensors),
        training=record.training,
    )


def _check_sizes(record: _ModelRecord) -> None:
    network = record.network
    sizes = [network.layers, network.hidden_size, record.horizon, record.season_length]
    sizes += [member.context_length for member in record.members]
    if not all(1 <= size <= _LARGEST_SIZE for size in sizes):
        raise ValueError(f"a size of the network is outside 1 to {_LARGEST_SIZE}")
    names = [record.simple, *(member.representation.base for member in record.members)]
    unknown = [name for name in names if name not in SIMPLE]
    if unknown:
        raise ValueError(f"unknown simple forecast {unknown[0]!r}")
    weights = [record.simple_weight, *(member.share for member in record.members)]
    if not all(0 <= weight <= 1 for weight in weights):
        raise ValueError("a weight is outside 0 to 1")


def _shapes(record: _ModelRecord, member: _MemberRecord) -> dict[str, tuple[int, ...]]:
    return weight_shapes(record.network, member.context_length, record.horizon)


def _member(record: _ModelRecord, member: _MemberRecord, tensors: Tensors, number: int) -> Member:
    return Member(
        representation=member.representation,
        context_length=member.context_length,
        weights={
            name: _tensor(tensors, f"members.{number}.{name}", np.float32, shape)
            for name, shape in _shapes(record, member).items()
        },
        epochs=member.epochs,
        validation_error=member.validation_error,
        share=member.share,
    )


def _panel(record: _ModelRecord, calendar: Calendar, tensors: Tensors) -> Panel:
    starts = _tensor(tensors, "series.starts", np.int64, (None,))
    values = tensors["series.values"]
    if values.dtype != np.float64 or values.ndim != 1 or np.isinf(values).any():
        raise ValueError("tensor 'series.values' is not a list of finite numbers")
    offsets = _offsets(tensors, "series.offsets", len(starts), len(values))
    n_texts = len(starts) * len(record.columns.id)
    text = _tensor(tensors, "series.ids", np.uint8, (None,)).tobytes()
    cuts = _offsets(tensors, "series.id_offsets", n_texts, len(text))
    ids = np.empty(n_texts, dtype=object)
    ids[:] = [text[a:b].decode() for a, b in itertools.pairwise(cuts)]
    if (
        len(starts) == 0
        or not np.isfinite(values[offsets[1:] - 1]).all()
        or (np.diff(offsets) < 1).any()
    ):
        raise ValueError("a series has no last value")
    return Panel(
        values=values,
        offsets=offsets,
        ids=ids.reshape(len(starts), len(record.columns.id)),
        starts=starts,
        calendar=calendar,
        columns=record.columns,
        layout=record.layout,
        source=record.source,
    )


def _offsets(tensors: Tensors, name: str, count: int, total: int) -> NDArray[np.int64]:
    offsets = _tensor(tensors, name, np.int64, (count + 1,))
    if offsets[0] != 0 or offsets[-1] != total or (np.diff(offsets) < 0).any():
        raise ValueError(f"tensor {name!r} does not ascend from 0 to {total}")
    return offsets


def _tensor(
    tensors: Tensors, name: str, dtype: type[np.generic], shape: tuple[int | None, ...]
) -> NDArray[Any]:
    """A tensor of the expected type, shape (None: any length) and finite content."""
    tensor = tensors[name]
    fits = tensor.ndim == len(shape) and all(
        want is None or have == want for have, want in zip(tensor.shape, shape, strict=True)
    )
    if tensor.dtype != dtype or not fits:
        raise ValueError(
            f"tensor {name!r} is {tensor.dtype}{list(tensor.shape)}, "
            f"not {np.dtype(dtype)}{list(shape)}"
        )
    if not np.isfinite(tensor).all():
        raise ValueError(f"tensor {name!r} holds values that are not finite")
    return tensor
