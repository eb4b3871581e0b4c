"""Fingerprint and snapshots <-> one sealed file, under a closed schema."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.fingerprint import Fingerprint
from forecast_cli.schema import from_plain, to_plain
from forecast_cli.sealed import Kind, Tensors, Unsealed, seal, unseal
from forecast_cli.snapshot import Snapshot, Trained, Weights

_STATE = Kind(
    mark="forecast-training-state",
    version=1,
    keys=frozenset({"state"}),
    noun="training state",
    source="train without --resume",
    remedy="train without --resume",
)

States = Mapping[str, Snapshot | Trained]


@dataclass(frozen=True, kw_only=True)
class _Position:
    """A PCG64 generator's state, as NumPy tells it."""

    state: int
    inc: int


@dataclass(frozen=True, kw_only=True)
class _Draws:
    bit_generator: str
    state: _Position
    has_uint32: int
    uinteger: int


@dataclass(frozen=True, kw_only=True)
class _Underway:
    epoch: int
    seconds: float
    draws: _Draws


@dataclass(frozen=True, kw_only=True)
class _NetworkRecord:
    """Where one network stands; without `underway` its training is over."""

    epochs: int
    validation_error: float | None
    is_cut_short: bool
    underway: _Underway | None


@dataclass(frozen=True, kw_only=True)
class _StateRecord:
    fingerprint: Fingerprint
    networks: dict[str, _NetworkRecord]


def dump_state(fingerprint: Fingerprint, states: States) -> bytes:
    """The state file of a fit whose networks, by name, stand there."""
    record = {
        "fingerprint": to_plain(fingerprint),
        "networks": {name: to_plain(_describe(state)) for name, state in states.items()},
    }
    tensors = {
        f"{name}/{part}": tensor
        for name, state in states.items()
        for part, tensor in _tensors(state)
    }
    return seal(_STATE, {"state": record}, tensors)


def load_state(data: bytes, name: str) -> tuple[Fingerprint, dict[str, Snapshot | Trained]]:
    """The inverse of `dump_state`; `name` is for messages.

    Raises:
        CheckpointError: the bytes are not exactly what `dump_state` wrote, or their content does
            not hold together.
    """
    return unseal(_STATE, data, name, _build)[0]


def _describe(state: Snapshot | Trained) -> _NetworkRecord:
    best, underway = (state, None) if isinstance(state, Trained) else (state.best, _underway(state))
    return _NetworkRecord(
        epochs=best.epochs,
        # JSON has no NaN, which stands for: there was nothing to validate on.
        validation_error=None if math.isnan(best.validation_error) else best.validation_error,
        is_cut_short=best.is_cut_short,
        underway=underway,
    )


def _underway(snapshot: Snapshot) -> _Underway:
    draws = snapshot.draws
    return _Underway(
        epoch=snapshot.epoch,
        seconds=snapshot.seconds,
        draws=_Draws(
            bit_generator=draws["bit_generator"],
            state=_Position(**draws["state"]),
            has_uint32=draws["has_uint32"],
            uinteger=draws["uinteger"],
        ),
    )


def _tensors(state: Snapshot | Trained) -> Iterator[tuple[str, NDArray[Any]]]:
    best = state if isinstance(state, Trained) else state.best
    yield from _named("best", best.weights)
    if isinstance(state, Snapshot):
        yield from _named("weights", state.weights)
        yield from _named("moments", state.moments)
        yield "dropout", state.dropout


def _named(group: str, weights: Weights) -> Iterator[tuple[str, NDArray[Any]]]:
    return ((f"{group}/{name}", tensor) for name, tensor in weights.items())


def _build(content: Unsealed) -> tuple[Fingerprint, dict[str, Snapshot | Trained]]:
    record = from_plain(_StateRecord, content.metadata["state"], "state")
    states = {
        name: _assemble(network, _below(content.tensors, name))
        for name, network in record.networks.items()
    }
    return record.fingerprint, states


def _assemble(record: _NetworkRecord, tensors: Tensors) -> Snapshot | Trained:
    error = record.validation_error
    best = Trained(
        weights=_weights(tensors, "best"),
        epochs=record.epochs,
        validation_error=math.nan if error is None else error,
        is_cut_short=record.is_cut_short,
    )
    if record.underway is None:
        return best
    return Snapshot(
        epoch=record.underway.epoch,
        seconds=record.underway.seconds,
        weights=_weights(tensors, "weights"),
        moments=_weights(tensors, "moments"),
        draws=to_plain(record.underway.draws),
        dropout=tensors["dropout"],
        best=best,
    )


def _weights(tensors: Tensors, group: str) -> Weights:
    weights = _below(tensors, group)
    for name, tensor in weights.items():
        if tensor.dtype != np.float32 or not np.isfinite(tensor).all():
            raise ValueError(f"{group}/{name} is not a tensor of finite float32 numbers")
    return weights


def _below(tensors: Tensors, group: str) -> Tensors:
    start = f"{group}/"
    return {name[len(start) :]: t for name, t in tensors.items() if name.startswith(start)}
