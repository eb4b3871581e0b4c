"""Model <-> plain metadata and named tensors, under a closed schema.

What is put together from metadata and tensors is checked: sizes, shapes, finite numbers, and that
all parts belong together. Nothing of it is executed.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.baselines import NAIVE, SIMPLE
from forecast_cli.committee import Committee, Form, Member
from forecast_cli.config import NetworkConfig, check_levels
from forecast_cli.covariates import Covariate, Covariates
from forecast_cli.effects import Effects
from forecast_cli.intervals import LEVELS
from forecast_cli.model import Model, Training
from forecast_cli.panel import Columns, Panel
from forecast_cli.recurrence import weight_shapes
from forecast_cli.schema import from_plain, to_plain
from forecast_cli.sealed import Tensors
from forecast_cli.times.calendar import Calendar

_SERIES_TENSORS = {
    "interval.widths",
    "series.values",
    "series.offsets",
    "series.starts",
    "series.ids",
    "series.id_offsets",
}
_COVARIATE_TENSORS = {
    "covariates.values",
    "covariates.offsets",
    "covariates.starts",
    "covariates.static",
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
    simple: str
    simple_weights: dict[str, float]
    horizon: int
    season_length: int
    effects: Effects | None
    covariates: tuple[Covariate, ...]
    columns: Columns
    layout: str
    source: str
    training: Training


def describe_model(model: Model) -> Any:
    """The metadata of a model as plain JSON values."""
    committee = model.committee
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
            simple=committee.simple,
            simple_weights=dict(committee.simple_weights),
            horizon=committee.horizon,
            season_length=committee.season_length,
            effects=model.effects,
            covariates=() if model.panel.covariates is None else model.panel.covariates.columns,
            columns=model.panel.columns,
            layout=model.panel.layout,
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
    covariates = model.panel.covariates
    if covariates is not None:
        tensors |= {
            "covariates.values": covariates.values,
            "covariates.offsets": covariates.offsets,
            "covariates.starts": covariates.starts,
            "covariates.static": covariates.static,
        }
    for number, member in enumerate(model.committee.members):
        for name, weight in member.weights.items():
            tensors[f"members.{number}.{name}"] = weight
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
    names |= _COVARIATE_TENSORS if record.covariates else set()
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
        simple_weights=record.simple_weights,
        horizon=record.horizon,
        season_length=record.season_length,
    )
    return Model(
        committee=committee,
        widths=widths,
        effects=record.effects,
        panel=_panel(record, calendar, tensors),
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
    if not all(0 <= weight <= 1 for weight in weights):
        raise ValueError("a weight is outside 0 to 1")
    if abs(sum(weights) - 1) > _ROUNDING:
        raise ValueError("the weights do not sum to one")
    check_levels(record.training.levels)
    _check_covariates(record)
    _check_texts(record)


def _check_covariates(record: _ModelRecord) -> None:
    roles = [column.role for column in record.covariates]
    n_varying = len(roles) - roles.count("static")
    if "static" in roles[:n_varying]:
        raise ValueError("the static covariates are not the last ones")
    for member in record.members:
        for entry in member.form.inputs:
            number = entry.column + (n_varying if entry.role == "static" else 0)
            if not 0 <= number < len(roles) or roles[number] != entry.role or entry.spread <= 0:
                raise ValueError("an input of a member is no covariate of the model")
            categories = record.covariates[number].categories
            if entry.n_categories != (None if categories is None else len(categories)):
                raise ValueError("an input of a member has other categories than its covariate")
    if record.effects is not None:
        _check_effects(record.effects, roles)


def _check_effects(effects: Effects, roles: Sequence[str]) -> None:
    if not 1 <= effects.season_length <= _LARGEST_SIZE:
        raise ValueError("the season of the effects is out of range")
    if not len(effects.terms) == len(effects.mean) == len(effects.variance) > 0:
        raise ValueError("the effects do not fit their terms")
    if min(effects.variance) < 0:
        raise ValueError("an effect has a variance below zero")
    for term in effects.terms:
        if not 0 <= term.column < len(roles) or roles[term.column] != "future" or term.spread <= 0:
            raise ValueError("a term of the effects is no covariate known ahead")


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
            name: _tensor(tensors, f"members.{number}.{name}", np.float32, shape)
            for name, shape in _shapes(record, member).items()
        },
        epochs=member.epochs,
        validation_error=member.validation_error,
        test_error=member.test_error,
        weight=member.weight,
    )


def _panel(record: _ModelRecord, calendar: Calendar, tensors: Tensors) -> Panel:
    starts = _tensor(tensors, "series.starts", np.int64, (None,))
    if (starts < -_FURTHEST_START).any() or (starts > _FURTHEST_START).any():
        raise ValueError("a series starts beyond all times")
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
        covariates=_covariates(record, tensors, len(starts)),
    )


def _covariates(record: _ModelRecord, tensors: Tensors, n_series: int) -> Covariates | None:
    if not record.covariates:
        return None
    n_static = sum(column.role == "static" for column in record.covariates)
    values, static = tensors["covariates.values"], tensors["covariates.static"]
    expected = {
        "covariates.values": (values, (len(values), len(record.covariates) - n_static)),
        "covariates.static": (static, (n_series, n_static)),
    }
    for name, (tensor, shape) in expected.items():
        if tensor.dtype != np.float64 or tensor.shape != shape or np.isinf(tensor).any():
            raise ValueError(f"tensor {name!r} is not a table of finite numbers")
    starts = _tensor(tensors, "covariates.starts", np.int64, (n_series,))
    if (np.abs(starts) > _FURTHEST_START).any():
        raise ValueError("a covariate starts beyond all times")
    _check_codes(record.covariates, [*values.T, *static.T])
    return Covariates(
        columns=record.covariates,
        values=values,
        offsets=_offsets(tensors, "covariates.offsets", n_series, len(values)),
        starts=starts,
        static=static,
    )


def _check_codes(columns: tuple[Covariate, ...], values: list[NDArray[np.float64]]) -> None:
    """A category that is -1 is unknown; any other has to be one of those named."""
    for column, codes in zip(columns, values, strict=True):
        known = codes[~np.isnan(codes)]
        if (
            column.categories is not None
            and not np.isin(known, np.arange(-1, len(column.categories))).all()
        ):
            raise ValueError("a category has no name")


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
