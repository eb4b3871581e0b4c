"""Ids of series -> which of them are the targets of the same thing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast_cli.covariates import Covariate, Covariates, without_columns
from forecast_cli.times.calendar import Calendar

_MOST_SIBLINGS = 30
"""With more targets than these a network would see little else."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Family:
    """N series, each one of M targets of its thing.

    `identity` [N] is the number of its target, `members` [N, M] are the series of all targets of
    the same thing, -1 where there is none.
    """

    identity: NDArray[np.float64]
    members: NDArray[np.int64]


def find_family(ids: NDArray[np.object_], names: Sequence[str]) -> Family:
    """The families of series with ids [N, K], the last of which is one of the names of targets.

    >>> ids = np.array([["a", "x"], ["a", "y"], ["b", "y"]], dtype=object)
    >>> find_family(ids, ["x", "y"]).members.tolist()
    [[0, 1], [0, 1], [-1, 2]]
    """
    number = {name: count for count, name in enumerate(names)}
    identity = np.array([number.get(name, -1) for name in ids[:, -1].tolist()], dtype=np.int64)
    things = [tuple(row) for row in ids[:, :-1].tolist()]
    row = {thing: count for count, thing in enumerate(dict.fromkeys(things))}
    thing = np.array([row[key] for key in things], dtype=np.int64)
    known = identity >= 0
    table = np.full((len(row), len(names)), -1, dtype=np.int64)
    table[thing[known], identity[known]] = np.flatnonzero(known)
    return Family(identity=identity.astype(np.float64), members=table[thing])


def with_siblings(
    covariates: Covariates | None,
    calendar: Calendar,
    starts: NDArray[np.int64],
    ids: NDArray[np.object_],
) -> Covariates | None:
    """The covariates of N series, and the other targets that the last of their ids [N, K] name.

    There are none where that would be one target only, or very many.
    """
    names = tuple(sorted(set(ids[:, -1].tolist())))
    if not 1 < len(names) <= _MOST_SIBLINGS:
        return covariates
    known = without_columns(calendar, starts) if covariates is None else covariates
    siblings = tuple(Covariate(name=name, role="sibling") for name in names)
    identity = Covariate(name="target", role="identity", categories=names)
    return replace(known, columns=(*known.varying, *siblings, *known.constant, identity))
