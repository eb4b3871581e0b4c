"""Trained members and a simple continuation -> one forecast: how they are chosen and weighed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.baselines import SIMPLE
from forecast_cli.config import NetworkConfig
from forecast_cli.recurrence import forward
from forecast_cli.representation import Representation, applies, represent
from forecast_cli.splits import minimum_context

_SIMPLE_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, kw_only=True)
class Member:
    """One trained network, how it sees a window, and its share of the committee's voice."""

    representation: Representation
    context_length: int
    weights: Mapping[str, NDArray[np.float32]]
    epochs: int
    validation_error: float | None
    share: float


@dataclass(frozen=True, kw_only=True)
class Committee:
    """Members and the simple continuation they are blended with.

    The forecast is ``simple_weight`` times the simple continuation plus the rest times the mean of
    the members, weighted by their shares. Without members the simple continuation stands alone.
    """

    network: NetworkConfig
    members: tuple[Member, ...]
    simple: str
    simple_weight: float
    horizon: int
    season_length: int

    @property
    def name(self) -> str:
        """What reports call it: its cell, or the simple continuation that stands alone."""
        return self.network.cell if self.members else self.simple

    def forecast(
        self, context: NDArray[np.float64], voiced: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        """The forecast [B, H] from contexts [B, L], NaN where padded or missing.

        A row that is not `voiced` [B] gets the simple continuation; by default that is one too
        short for the networks, or without any change.
        """
        simple = SIMPLE[self.simple](context, self.horizon, self.season_length)
        if voiced is None:
            voiced = self.rows_for_networks(context)
        total, share = np.zeros_like(simple), np.zeros((len(context), 1))
        for member in self.members:
            rows = np.flatnonzero(
                voiced & applies(member.representation, context[:, -member.context_length :])
            )
            if member.share > 0 and len(rows):
                total[rows] += member.share * member_forecast(
                    self.network, member, context[rows], self.horizon
                )
                share[rows] += member.share
        networks = np.divide(total, share, out=simple.copy(), where=share > 0)
        blend = self.simple_weight * simple + (1 - self.simple_weight) * networks
        # Next to the largest float a correction can overflow; the simple forecast never does.
        return np.where((share > 0) & np.isfinite(blend), blend, simple)

    def rows_for_networks(self, context: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which contexts [B, L] are long enough for the networks, and change at all [B]."""
        observed = np.isfinite(context)
        enough = observed.sum(axis=1) >= minimum_context(self.season_length)
        lowest = np.where(observed, context, np.inf).min(axis=1, initial=np.inf)
        highest = np.where(observed, context, -np.inf).max(axis=1, initial=-np.inf)
        changes: NDArray[np.bool_] = enough & (highest > lowest)
        return changes


def member_forecast(
    network: NetworkConfig, member: Member, context: NDArray[np.float64], horizon: int
) -> NDArray[np.float64]:
    """The forecast [B, H] of one member; its representation must apply to every row."""
    window = context[:, -member.context_length :]
    short = member.context_length - window.shape[1]
    if short > 0:
        window = np.pad(window, ((0, 0), (short, 0)), constant_values=np.nan)
    represented = represent(member.representation, window, horizon)
    return represented.restore(forward(network, member.weights, represented.features))
