"""Trained members, simple continuations and analogues, weighted -> one forecast."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast_cli.analogues import ANALOGUES, Analogues
from forecast_cli.baselines import SIMPLE, SIMPLE_MEAN, Continuations, naive
from forecast_cli.config import NetworkConfig
from forecast_cli.inputs import Feed, Input, Surroundings
from forecast_cli.recurrence import attention_weights, forward
from forecast_cli.representation import Representation, Represented, applies, represent
from forecast_cli.splits import minimum_context
from forecast_cli.windows import last_steps

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a member is made of: how it sees a window, how much of it, and its network.

    `inputs` are the covariates that it sees.
    """

    representation: Representation
    context_length: int
    network: NetworkConfig
    inputs: tuple[Input, ...] = ()

    def __str__(self) -> str:
        pace = self.network.pace
        grouped = f", {pace} at a time" if pace > 1 else ""
        sees = ", sees covariates" if self.inputs else ""
        return f"{self.representation}, from {self.context_length} steps{grouped}{sees}"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One trained network, its weight in the committee's forecast, and how it did before.

    `validation_error` and `test_error` are those of the same form trained without the validation
    and the test part, in seasonal errors.
    """

    form: Form
    weights: Mapping[str, NDArray[np.float32]]
    epochs: int
    validation_error: float | None
    test_error: float | None
    weight: float

    def forecast(self, context: Array, horizon: int, around: Surroundings | None = None) -> Array:
        """The forecast [B, H]; the representation must apply to every row of the context [B, L].

        A member with inputs needs the covariates around the cutoffs.
        """
        stride = self.form.network.stride(horizon)
        if stride == horizon:
            return self._say(context, horizon, around)
        return self._go_on(context, horizon, around)

    def attention(
        self, context: Array, horizon: int, around: Surroundings | None = None
    ) -> Array | None:
        """How much each state of the context [B, L] counts [B, Q, K]; None without attention.

        `recurrence.attention_weights` says what Q and K are; in a recursive network it is what
        counts for the first step.
        """
        form = self.form
        if not form.network.attention:
            return None
        represented, feed = self._see(context, form.network.stride(horizon), around)
        features = represented.features
        shares = attention_weights(form.network, self.weights, features, form.inputs, feed)
        return np.asarray(shares, dtype=np.float64)

    def _go_on(self, context: Array, horizon: int, around: Surroundings | None) -> Array:
        """The forecast [B, H] one step after the other, each from what was said before it.

        NaN where what was said can be no context any more, as it left the range of numbers.
        """
        said = []
        if around is not None:
            around = around.unseen(self.form.inputs)
        context = last_steps(context, self.form.context_length)
        for step in range(horizon):
            moved = None if around is None else around.moved(step, 1)
            forecast = self._say(context, 1, moved)
            usable = np.isfinite(forecast) & applies(self.form.representation, forecast)[:, None]
            said.append(np.where(usable, forecast, np.nan))
            # What is lost goes on all the same: a context needs a value.
            seen = np.where(usable, forecast, SIMPLE["naive"](context, 1, 1))
            context = np.concatenate((context[:, 1:], seen), axis=1)
        return np.concatenate(said, axis=1)

    def _say(self, context: Array, horizon: int, around: Surroundings | None) -> Array:
        """What the network forecasts at a time [B, H]."""
        form = self.form
        represented, feed = self._see(context, horizon, around)
        output = forward(form.network, self.weights, represented.features, form.inputs, feed)
        return represented.restore(output)

    def _see(
        self, context: Array, horizon: int, around: Surroundings | None
    ) -> tuple[Represented, Feed | None]:
        form = self.form
        window = last_steps(context, form.context_length)
        represented = represent(form.representation, window, horizon)
        if not form.inputs:
            return represented, None
        assert around is not None
        return represented, around.feed(form.inputs, form.context_length)


@dataclass(frozen=True, kw_only=True)
class Said:
    """The forecast [B, H] of a committee, and how far its parts are apart [B].

    `disagreement` is what the parts differ from the forecast, by their weights and in the mean over
    the steps, in the user's units; 0 where one part speaks alone.
    """

    forecast: Array
    disagreement: Array


@dataclass(frozen=True, kw_only=True)
class _Voice:
    """What one part says [K, H], as a change from the last value, of the rows [K] it speaks of."""

    rows: NDArray[np.intp] | slice
    weight: float
    change: Array


@dataclass(frozen=True, kw_only=True)
class Committee:
    """Members, simple continuations and, if any, analogues, whose weights sum to one.

    A row that no weighted part can forecast is continued by `simple`, the best simple one.
    """

    network: NetworkConfig
    members: tuple[Member, ...]
    simple_weights: Mapping[str, float]
    simple: str
    horizon: int
    season_length: int
    analogues: Analogues | None = None

    @property
    def name(self) -> str:
        """What reports call it: its cell, or what stands there without networks."""
        if self.members:
            return self.network.cell
        if self.analogues is not None:
            return ANALOGUES
        return self.simple_name

    @property
    def simple_name(self) -> str:
        """What reports call the simple forecasts by their weights."""
        if len(self.simple_weights) > 1:
            return SIMPLE_MEAN
        return next(iter(self.simple_weights), self.simple)

    @property
    def n_parameters(self) -> int:
        """Weights of all members together."""
        return sum(int(w.size) for member in self.members for w in member.weights.values())

    def forecast(self, context: Array, around: Surroundings | None = None) -> Array:
        """The forecast [B, H] from contexts [B, L]: what `say` makes of them."""
        return self.say(context, around).forecast

    def say(
        self,
        context: Array,
        around: Surroundings | None = None,
        voiced: NDArray[np.bool_] | None = None,
    ) -> Said:
        """The forecast from contexts [B, L], NaN where padded or missing, and its disagreement.

        Members with inputs need the covariates `around` the cutoffs, with H steps behind them. A
        row that is not `voiced` [B] gets the simple continuations only; by default that is one too
        short for the networks, or without any change. So does one that the parts do not apply to.
        """
        if voiced is None:
            voiced = self.rows_for_networks(context)
        # Parts are added as changes from the last value: where all say the same, so does the mean.
        last = naive(context, 1)
        voices = list(self._voices(context, last, around, voiced))
        total = np.zeros_like(context, np.float64, shape=(len(context), self.horizon))
        weight = np.zeros_like(context, np.float64, shape=(len(context), 1))
        for voice in voices:
            total[voice.rows] += voice.weight * voice.change
            weight[voice.rows] += voice.weight
        mean = np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0)
        apart = np.zeros_like(total)
        # What overflows is no number, and says nothing.
        with np.errstate(over="ignore", invalid="ignore"):
            for voice in voices:
                apart[voice.rows] += voice.weight * np.abs(voice.change - mean[voice.rows])
        disagreement = np.divide(apart, weight, out=np.zeros_like(apart), where=weight > 0)
        forecast = last + mean
        # Next to the largest float a correction can overflow; the simple forecast never does.
        lost = ~np.isfinite(forecast).all(axis=1)
        if lost.any():
            forecast[lost] = SIMPLE[self.simple](context[lost], self.horizon, self.season_length)
        return Said(forecast=forecast, disagreement=disagreement.mean(axis=1))

    def _voices(
        self,
        context: Array,
        last: Array,
        around: Surroundings | None,
        voiced: NDArray[np.bool_],
    ) -> Iterator[_Voice]:
        """What each part says, as changes from the last values [B, 1]."""
        simple = Continuations(
            context=context, horizon=self.horizon, season_length=self.season_length
        )
        # In the order of a file, as the order of a sum shows in its last bits.
        for name, weight in sorted(self.simple_weights.items()):
            change = simple.by(SIMPLE[name]) - last
            yield _Voice(rows=slice(None), weight=weight, change=change)
        for member in self.members:
            rows, forecast = self._hear(member, simple, around, voiced)
            yield _Voice(rows=rows, weight=member.weight, change=forecast - last[rows])
        if self.analogues is not None:
            rows = np.flatnonzero(voiced & self.analogues.applies(context))
            if len(rows):
                change = self.analogues.forecast(context[rows]) - last[rows]
                yield _Voice(rows=rows, weight=self.analogues.weight, change=change)

    def _hear(
        self,
        member: Member,
        simple: Continuations,
        around: Surroundings | None,
        voiced: NDArray[np.bool_],
    ) -> tuple[NDArray[np.intp], Array]:
        """The rows that a member can forecast, and its forecast of them."""
        context, representation = simple.context, member.form.representation
        window = context[:, -member.form.context_length :]
        usable = voiced & applies(representation, window)
        if not representation.deseasonalised:
            rows = np.flatnonzero(usable)
            return rows, member.forecast(context[rows], self.horizon, _rows(around, rows))
        # A season that is subtracted, as some value is not positive, can leave less than zero.
        rows = np.flatnonzero(usable & applies(representation, context))
        season = simple.season.rows(rows)
        calm = season.remove(context[rows])
        return rows, season.restore(member.forecast(calm, self.horizon, _rows(around, rows)))

    def rows_for_networks(self, context: Array) -> NDArray[np.bool_]:
        """Which contexts [B, L] are long enough for the networks, and change at all [B]."""
        observed = np.isfinite(context)
        enough = observed.sum(axis=1) >= minimum_context(self.season_length)
        lowest = np.where(observed, context, np.inf).min(axis=1, initial=np.inf)
        highest = np.where(observed, context, -np.inf).max(axis=1, initial=-np.inf)
        changes: NDArray[np.bool_] = enough & (highest > lowest)
        return changes


def _rows(around: Surroundings | None, rows: NDArray[np.intp]) -> Surroundings | None:
    return None if around is None else around.rows(rows)
