"""Model <-> plain metadata and named tensors, under a closed schema.

What is put together from metadata and tensors is checked: sizes, shapes, finite numbers, and that
all parts belong together. Nothing of it is executed.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast_cli.analogues_record import (
    ANALOGUES_TENSORS,
    AnaloguesRecord,
    analogues_tensors,
    assemble_analogues,
    describe_analogues,
)
from forecast_cli.baselines import NAIVE, SIMPLE
from forecast_cli.cleaning import with_rule
from forecast_cli.committee import Committee, Form, Member
from forecast_cli.config import NetworkConfig, check_levels
from forecast_cli.covariate_record import (
    COVARIATE_TENSORS,
    assemble_covariates,
    check_uses,
    covariate_tensors,
)
from forecast_cli.covariates import Covariate
from forecast_cli.effects import Effects
from forecast_cli.intervals import LEVELS
from forecast_cli.model import Model, Training
from forecast_cli.network_shapes import weight_shapes
from forecast_cli.panel import Columns, Panel
from forecast_cli.read_config import Aggregate, Missing
from forecast_cli.schema import from_plain, to_plain
from forecast_cli.sealed import Tensors
from forecast_cli.tensors import offsets_of, tensor_of, values_of
from forecast_cli.times.calendar import Calendar

_SERIES_TENSORS = {
    "interval.widths",
    "series.values",
    "series.offsets",
    "series.starts",
    "series.ids",
    "series.id_offsets",
}
_LARGEST_SIZE = 1_000_000
_FURTHEST_START = 2**60
"""Times after it, a horizon of the largest size included, must not overflow."""

_ROUNDING = 1e-6
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class _MemberRecord:
    form: Form
    epochs: int
    validation_error: float | None
    test_error: float | None
    weight: float


@dataclass(frozen=True, kw_only=True)
class _ModelRecord:
    """The metadata of a model. A change here needs a new format version and a migration."""

    network: NetworkConfig
    members: tuple[_MemberRecord, ...]
    analogues: AnaloguesRecord | None
    simple: str
    simple_weights: dict[str, float]
    horizon: int
    season_length: int
    usual_disagreement: float
    effects: Effects | None
    covariates: tuple[Covariate, ...]
    columns: Columns
    layout: str
    aggregate: Aggregate | None
    by_frequency: bool
    missing: Missing
    source: str
    training: Training


def describe_model(model: Model) -> Any:
    """The metadata of a model as plain JSON values."""
    committee, analogues = model.committee, model.committee.analogues
    members = tuple(
        _MemberRecord(
            form=member.form,
            epochs=member.epochs,
            validation_error=member.validation_error,
            test_error=member.test_error,
            weight=member.weight,
        )
        for member in committee.members
    )
    return to_plain(
        _ModelRecord(
            network=committee.network,
            members=members,
            analogues=None if analogues is None else describe_analogues(analogues),
            simple=committee.simple,
            simple_weights=dict(committee.simple_weights),
            horizon=committee.horizon,
            season_length=committee.season_length,
            usual_disagreement=model.usual_disagreement,
            effects=model.effects,
            covariates=() if model.panel.covariates is None else model.panel.covariates.columns,
            columns=model.panel.columns,
            layout=model.panel.layout,
            aggregate=model.panel.aggregate,
            by_frequency=model.panel.by_frequency,
            missing=model.panel.missing,
            source=model.panel.source,
            training=model.training,
        )
    )


def tensors_of(model: Model) -> Tensors:
    """The arrays of a model by name: weights, interval widths and the last values of its series."""
    texts = [text.encode() for row in model.panel.ids for text in row]
    tensors: Tensors = {
        "interval.widths": model.widths,
        "series.values": model.panel.values,
        "series.offsets": model.panel.offsets,
        "series.starts": model.panel.starts,
        "series.ids": np.frombuffer(b"".join(texts), dtype=np.uint8),
        "series.id_offsets": np.cumsum([0, *map(len, texts)], dtype=np.int64),
    }
    if model.panel.covariates is not None:
        tensors |= covariate_tensors(model.panel.covariates)
    for number, member in enumerate(model.committee.members):
        for name, weight in member.weights.items():
            tensors[f"members.{number}.{name}"] = weight
    if model.committee.analogues is not None:
        tensors |= analogues_tensors(model.committee.analogues)
    return tensors


def assemble(metadata: Any, calendar: Calendar, tensors: Tensors) -> Model:
    """The model of metadata as `describe_model` gives it, and tensors as `tensors_of` does.

    Raises:
        ValueError, KeyError: they do not hold together, or hold what no model has.
    """
    record = from_plain(_ModelRecord, metadata, "model")
    _check_sizes(record)
    _check_parts(record)
    names = {
        f"members.{i}.{name}" for i, m in enumerate(record.members) for name in _shapes(record, m)
    }
    names |= COVARIATE_TENSORS if record.covariates else set()
    names |= ANALOGUES_TENSORS if record.analogues else set()
    unknown = sorted(set(tensors) - names - _SERIES_TENSORS)
    if unknown:
        raise ValueError(f"unknown tensor {unknown[0]!r}")
    widths = tensor_of(tensors, "interval.widths", np.float64, (len(LEVELS), record.horizon))
    if (widths < 0).any():
        raise ValueError("interval widths below zero")
    if not 0 <= record.usual_disagreement < np.inf:
        raise ValueError(f"a usual disagreement of {record.usual_disagreement}")
    noted = record.analogues
    committee = Committee(
        network=record.network,
        members=tuple(_member(record, m, tensors, i) for i, m in enumerate(record.members)),
        simple=record.simple,
        simple_weights=record.simple_weights,
        horizon=record.horizon,
        season_length=record.season_length,
        analogues=None if noted is None else assemble_analogues(noted, record.horizon, tensors),
    )
    panel = _panel(record, calendar, tensors)
    return Model(
        committee=committee,
        widths=widths,
        usual_disagreement=record.usual_disagreement,
        effects=record.effects,
        panel=with_rule(panel, record.training.outliers, record.season_length),
        training=record.training,
    )


def _check_sizes(record: _ModelRecord) -> None:
    sizes = [record.horizon, record.season_length]
    sizes += [member.form.context_length for member in record.members]
    if not all(1 <= size <= _LARGEST_SIZE for size in sizes):
        raise ValueError(f"a size of the model is outside 1 to {_LARGEST_SIZE}")


def _check_parts(record: _ModelRecord) -> None:
    _check_names([record.simple, *record.simple_weights], SIMPLE)
    for member in record.members:
        representation = member.form.representation
        _check_names([representation.base], NAIVE)
        if representation.season_length != record.season_length:
            raise ValueError("a member has another season length than the model")
    weights = [*record.simple_weights.values(), *(member.weight for member in record.members)]
    if record.analogues is not None:
        weights.append(record.analogues.weight)
    if not all(0 <= weight <= 1 for weight in weights):
        raise ValueError("a weight is outside 0 to 1")
    if abs(sum(weights) - 1) > _ROUNDING:
        raise ValueError("the weights do not sum to one")
    check_levels(record.training.levels)
    check_uses(record.covariates, (member.form for member in record.members), record.effects)
    _check_texts(record)


def _check_texts(record: _ModelRecord) -> None:
    columns, data = record.columns, record.training.data
    # Half a character could not be written into a result.
    names = [column.name for column in record.covariates]
    texts = [text for column in record.covariates for text in column.categories or ()]
    if _SURROGATE.search("".join((*columns.id, columns.time, columns.target, *names, *texts))):
        raise ValueError("the name of a column is no text")
    # Other texts come from the user's file and are escaped where they are shown.
    own = (record.layout, record.training.written_by, data.layout, data.freq)
    if not all(text.isprintable() for text in own):
        raise ValueError("a text of ours holds control characters")


def _check_names(names: list[str], known: Mapping[str, object]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"unknown simple forecast {unknown[0]!r}")


def _shapes(record: _ModelRecord, member: _MemberRecord) -> dict[str, tuple[int, ...]]:
    form = member.form
    return weight_shapes(form.network, form.context_length, record.horizon, form.inputs)


def _member(record: _ModelRecord, member: _MemberRecord, tensors: Tensors, number: int) -> Member:
    return Member(
        form=member.form,
        weights={
            name: tensor_of(tensors, f"members.{number}.{name}", np.float32, shape)
            for name, shape in _shapes(record, member).items()
        },
        epochs=member.epochs,
        validation_error=member.validation_error,
        test_error=member.test_error,
        weight=member.weight,
    )


def _panel(record: _ModelRecord, calendar: Calendar, tensors: Tensors) -> Panel:
    starts = tensor_of(tensors, "series.starts", np.int64, (None,))
    if (starts < -_FURTHEST_START).any() or (starts > _FURTHEST_START).any():
        raise ValueError("a series starts beyond all times")
    values = values_of(tensors, "series.values")
    offsets = offsets_of(tensors, "series.offsets", len(starts), len(values))
    n_texts = len(starts) * len(record.columns.id)
    text = tensor_of(tensors, "series.ids", np.uint8, (None,)).tobytes()
    cuts = offsets_of(tensors, "series.id_offsets", n_texts, len(text))
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
        aggregate=record.aggregate,
        by_frequency=record.by_frequency,
        missing=record.missing,
        source=record.source,
        covariates=assemble_covariates(record.covariates, tensors, len(starts), calendar),
    )
