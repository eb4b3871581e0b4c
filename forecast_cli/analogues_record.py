"""Analogues <-> plain metadata and named tensors, all checked."""

from dataclasses import dataclass

import numpy as np

from forecast_cli.analogues import MOST_NUMBERS, Analogues, compared_length
from forecast_cli.sealed import Tensors
from forecast_cli.tensors import offsets_of, tensor_of, values_of

ANALOGUES_TENSORS = {"analogues.values", "analogues.offsets"}

_LARGEST_STRIDE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class AnaloguesRecord:
    """The metadata of analogues. A change here needs a new format version and a migration."""

    log: bool
    stride: int
    test_error: float | None
    weight: float


def describe_analogues(analogues: Analogues) -> AnaloguesRecord:
    """The metadata of analogues, but for the horizon, which is the model's."""
    return AnaloguesRecord(
        log=analogues.log,
        stride=analogues.stride,
        test_error=analogues.test_error,
        weight=analogues.weight,
    )


def analogues_tensors(analogues: Analogues) -> Tensors:
    """The arrays of analogues by name."""
    return {"analogues.values": analogues.values, "analogues.offsets": analogues.offsets}


def assemble_analogues(record: AnaloguesRecord, horizon: int, tensors: Tensors) -> Analogues:
    """The analogues of a record and of tensors as `analogues_tensors` gives them.

    Raises:
        ValueError, KeyError: they do not hold together, or are more than are ever kept.
    """
    if not 1 <= record.stride <= _LARGEST_STRIDE:
        raise ValueError(f"the stride of the analogues is outside 1 to {_LARGEST_STRIDE}")
    values = values_of(tensors, "analogues.values")
    offsets = tensor_of(tensors, "analogues.offsets", np.int64, (None,))
    analogues = Analogues(
        log=record.log,
        horizon=horizon,
        stride=record.stride,
        values=values,
        offsets=offsets_of(tensors, "analogues.offsets", max(0, len(offsets) - 1), len(values)),
        test_error=record.test_error,
        weight=record.weight,
    )
    if analogues.n_windows * (compared_length(horizon) + horizon) > MOST_NUMBERS:
        raise ValueError("the analogues have more windows than are ever kept")
    return analogues
