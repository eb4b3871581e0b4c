"""Covariates <-> named tensors, and what a model may use of them, all checked."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.calendar_features import (
    CALENDAR_FEATURES,
    DAY_AFTER,
    EVE,
    HOLIDAY,
    NO_HOLIDAY,
    SpecialDays,
)
from forecast_cli.committee import Form
from forecast_cli.covariates import CONSTANT_ROLES, Covariate, CovariateRole, Covariates
from forecast_cli.effects import Effects
from forecast_cli.sealed import Tensors
from forecast_cli.tensors import offsets_of, tensor_of
from forecast_cli.times.calendar import Calendar

COVARIATE_TENSORS = {
    "covariates.values",
    "covariates.offsets",
    "covariates.starts",
    "covariates.static",
    "covariates.special_days",
    "covariates.special_codes",
}

_LARGEST_SIZE = 1_000_000
_FURTHEST_START = 2**60
_FURTHEST_DAY = 10**7

_PLACES: dict[CovariateRole, int] = {
    "past": 0,
    "future": 0,
    "calendar": 1,
    "holiday": 1,
    "sibling": 2,
    "static": 3,
    "identity": 4,
}
"""Columns of the data stand before those of the calendar, then siblings, and constant ones last."""


def covariate_tensors(covariates: Covariates) -> Tensors:
    """The arrays of covariates by name."""
    return {
        "covariates.values": covariates.values,
        "covariates.offsets": covariates.offsets,
        "covariates.starts": covariates.starts,
        "covariates.static": covariates.static,
        "covariates.special_days": covariates.special_days.days,
        "covariates.special_codes": covariates.special_days.codes,
    }


def assemble_covariates(
    columns: tuple[Covariate, ...], tensors: Tensors, n_series: int, calendar: Calendar
) -> Covariates | None:
    """The covariates of tensors as `covariate_tensors` gives them; None without columns.

    Raises:
        ValueError, KeyError: they do not hold together.
    """
    if not columns:
        return None
    places = [_PLACES[column.role] for column in columns]
    if places != sorted(places):
        raise ValueError("the covariates are not in their order")
    given = columns[: places.count(0)]
    constant = [column for column in columns if column.role == "static"]
    siblings = tuple(column.name for column in columns if column.role == "sibling")
    identity = [column.categories for column in columns if column.role == "identity"]
    if identity != ([siblings] if siblings else []):
        raise ValueError("the targets of the network do not name themselves")
    values = _table(tensors, "covariates.values", None, given)
    starts = tensor_of(tensors, "covariates.starts", np.int64, (n_series,))
    if (starts < -_FURTHEST_START).any() or (starts > _FURTHEST_START).any():
        raise ValueError("a covariate starts beyond all times")
    return Covariates(
        columns=columns,
        values=values,
        offsets=offsets_of(tensors, "covariates.offsets", n_series, len(values)),
        starts=starts,
        static=_table(tensors, "covariates.static", n_series, constant),
        calendar=calendar,
        special_days=_special_days(columns, tensors, calendar),
    )


def _table(
    tensors: Tensors, name: str, n_rows: int | None, columns: Sequence[Covariate]
) -> NDArray[np.float64]:
    """A number or NaN for each row and column; a category is -1 (unknown) or one of the named."""
    table = tensors[name]
    if table.dtype != np.float64 or table.ndim != 2 or np.isinf(table).any():
        raise ValueError(f"tensor {name!r} is not a table of finite numbers")
    if table.shape != (len(table) if n_rows is None else n_rows, len(columns)):
        raise ValueError(f"tensor {name!r} is not a table of that many rows and columns")
    for column, codes in zip(columns, table.T, strict=True):
        known = codes[~np.isnan(codes)]
        if column.categories is None:
            continue
        if not np.isin(known, np.arange(-1, len(column.categories))).all():
            raise ValueError(f"tensor {name!r} holds a category without a name")
    return table


def _special_days(
    columns: Sequence[Covariate], tensors: Tensors, calendar: Calendar
) -> SpecialDays:
    days = tensor_of(tensors, "covariates.special_days", np.int64, (None,))
    codes = tensor_of(tensors, "covariates.special_codes", np.int64, (len(days),))
    names: tuple[str, ...] = (NO_HOLIDAY,)
    for column in columns:
        if column.role == "calendar" and column.categories != CALENDAR_FEATURES.get(column.name):
            raise ValueError("a column of the calendar is none")
        if column.role == "holiday":
            if column.name not in (HOLIDAY, EVE, DAY_AFTER):
                raise ValueError("a column of holidays is none")
            names = column.categories or names
        if column.role in ("calendar", "holiday") and calendar.kind != "date":
            raise ValueError("the calendar has no days")
    if (np.diff(days) <= 0).any() or (np.abs(days) > _FURTHEST_DAY).any():
        raise ValueError("the holidays are not in their order")
    if len(codes) and not 1 <= codes.min() <= codes.max() < len(names):
        raise ValueError("a holiday has no name")
    return SpecialDays(days=days, codes=codes, names=names)


def check_uses(
    columns: Sequence[Covariate], forms: Iterable[Form], effects: Effects | None
) -> None:
    """Refuse inputs and effects that rest on covariates which are not there.

    Raises:
        ValueError: saying which.
    """
    n_varying = sum(column.role not in CONSTANT_ROLES for column in columns)
    for form in forms:
        for entry in form.inputs:
            number = entry.column + (n_varying if entry.role in CONSTANT_ROLES else 0)
            if not 0 <= number < len(columns) or columns[number].role != entry.role:
                raise ValueError("an input of a member is no covariate of the model")
            categories = columns[number].categories
            if entry.n_categories != (None if categories is None else len(categories)):
                raise ValueError("an input of a member has other categories than its covariate")
            if entry.spread <= 0:
                raise ValueError("an input of a member has no unit")
    if effects is not None:
        _check_effects(effects, columns)


def _check_effects(effects: Effects, columns: Sequence[Covariate]) -> None:
    if not 1 <= effects.season_length <= _LARGEST_SIZE:
        raise ValueError("the season of the effects is out of range")
    if not len(effects.terms) == len(effects.mean) == len(effects.variance) > 0:
        raise ValueError("the effects do not fit their terms")
    if min(effects.variance) < 0:
        raise ValueError("an effect has a variance below zero")
    for term in effects.terms:
        column = columns[term.column] if 0 <= term.column < len(columns) else None
        if column is None or column.role not in ("future", "holiday") or term.spread <= 0:
            raise ValueError("a term of the effects is no covariate known ahead")
        codes = (None,) if column.categories is None else range(len(column.categories))
        if term.category not in codes:
            raise ValueError("a term of the effects has another category than its covariate")
