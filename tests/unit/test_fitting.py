import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from forecast_cli import fit_job, fitting
from forecast_cli.backtest import Scene, score
from forecast_cli.baselines import SIMPLE, simple_for
from forecast_cli.calendar_features import CALENDAR_FEATURES
from forecast_cli.cleaning import with_rule
from forecast_cli.committee import Committee, Form
from forecast_cli.config import NetworkConfig, Settings, TrainConfig
from forecast_cli.covariates import Covariate
from forecast_cli.defaults import WindowPlan
from forecast_cli.engines.threads import Threads
from forecast_cli.errors import DataError
from forecast_cli.findings import ModelScores
from forecast_cli.fitting import Fitted, fit
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.progress import ProgressEvent
from forecast_cli.scales import positive_scales
from forecast_cli.selection import _half_of
from forecast_cli.snapshot import Keeper, Snapshot, Trained
from forecast_cli.splits import origins_at_end, split_panel
from forecast_cli.times.calendar import Calendar
from forecast_cli.training import Workshop, train_all
from forecast_cli.training_run import Task
from forecast_cli.windows import contexts, histories
from tests.panels import KIND, PRICE, RAIN, covariates_of, make_panel, wave, with_covariates
from tests.properties.fits import candidates

QUICK = Settings(
    network=NetworkConfig(hidden_size=12),
    optimisation=TrainConfig(epochs=2, steps_per_epoch=4, batch_size=32, members=5),
)
LONGER = replace(
    QUICK, optimisation=replace(QUICK.optimisation, epochs=4, steps_per_epoch=5, members=None)
)
PLAN = WindowPlan(horizon=6, context_length=12, long_context_length=24, season_length=1)
SEASONAL = replace(PLAN, season_length=12)


def run(
    panel: Panel, plan: WindowPlan = PLAN, settings: Settings = QUICK
) -> tuple[Fitted, list[str]]:
    told: list[Notice] = []
    fitted = fit(panel, plan, settings, tell=told.append, progress=lambda _: None)
    return fitted, [notice.text for notice in told]


@cache
def fitted_to_two_waves(plan: WindowPlan = PLAN) -> Fitted:
    """What many tests look at and none changes."""
    return run(make_panel(wave(90), wave(80, seed=1)), plan)[0]


def with_members(count: int, settings: Settings = QUICK) -> Settings:
    return replace(settings, optimisation=replace(settings.optimisation, members=count))


def weights_of(committee: Committee) -> list[float]:
    return [*committee.simple_weights.values(), *(m.weight for m in committee.members)]


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """The forecasts that are scored as a backtest, in the order of the fits."""
    forecasts: list[np.ndarray] = []

    def keep(model: str, scene: Scene, forecast: np.ndarray, *rest: Any) -> ModelScores:
        forecasts.append(forecast)
        return score(model, scene, forecast, *rest)

    monkeypatch.setattr(fitting, "score", keep)
    return forecasts


def with_other_ends(panel: Panel, series: Sequence[int], steps: int = 6) -> Panel:
    """The panel with the last steps of some series shifted up by different amounts."""
    values = panel.values.copy()
    for number in series:
        end = panel.offsets[number + 1]
        values[end - steps : end] += 5 * (1 + number % 3)
    return replace(panel, values=values)


def forecast(fitted: Fitted, panel: Panel) -> np.ndarray:
    return fitted.committee.forecast(contexts(panel, origins_at_end(panel), 100))


def test_a_fit_gives_a_committee_widths_and_a_backtest_beside_simple_forecasts() -> None:
    panel = make_panel(wave(90), wave(80, seed=1), wave(70, seed=2))
    fitted, _ = run(panel)
    assert fitted.widths.shape == (99, 6)
    assert (np.diff(fitted.widths, axis=0) >= 0).all()
    assert fitted.backtest is not None
    assert [scores.model for scores in fitted.backtest.scores[1:]] == [
        name for name in simple_for(1) if name != fitted.backtest.scores[0].model
    ]
    assert set(fitted.backtest.scores[0].coverage) == {"80", "95"}
    assert np.isfinite(forecast(fitted, panel)).all()


@pytest.mark.parametrize("plan", [PLAN, SEASONAL], ids=["plain", "seasonal"])
def test_the_weights_of_a_fitted_committee_are_shares_and_sum_to_one(plan: WindowPlan) -> None:
    weights = weights_of(fitted_to_two_waves(plan).committee)
    assert sum(weights) == pytest.approx(1)
    assert min(weights) > 0


def test_members_on_logs_take_part_only_where_all_values_are_positive() -> None:
    fitted = fitted_to_two_waves()
    assert any(m.form.representation.log for m in fitted.committee.members)
    below_zero, _ = run(make_panel(list(np.array(wave(90)) - 60), wave(80, seed=1)))
    assert below_zero.committee.members
    assert not any(m.form.representation.log for m in below_zero.committee.members)


def test_members_without_the_season_take_part_where_there_is_one() -> None:
    fitted = fitted_to_two_waves(SEASONAL)
    assert any(m.form.representation.deseasonalised for m in fitted.committee.members)
    assert fitted.committee.season_length == 12


def test_every_member_tells_how_it_did_in_validation_and_backtest() -> None:
    fitted = fitted_to_two_waves()
    for member in fitted.committee.members:
        assert member.validation_error is not None
        assert member.test_error is not None
        assert 0 < member.validation_error != member.test_error > 0


@pytest.mark.parametrize(
    "plan", [PLAN, pytest.param(SEASONAL, marks=pytest.mark.slow)], ids=["plain", "seasonal"]
)
def test_values_of_the_test_part_reach_no_forecast_that_is_scored(
    plan: WindowPlan, scored: list[np.ndarray]
) -> None:
    panel = make_panel(*[wave(38 + n, seed=n) for n in range(3)])
    one, _ = run(panel, plan)
    other, _ = run(with_other_ends(panel, range(3)), plan)
    assert one.backtest is not None
    assert one.backtest.n_windows == 1
    np.testing.assert_array_equal(scored[0], scored[1])
    assert one.backtest != other.backtest
    assert one.committee.simple == other.committee.simple


@pytest.mark.slow
def test_in_many_series_test_values_reach_only_the_scored_forecasts_of_others(
    scored: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "_ENOUGH_SERIES", 8)
    panel = make_panel(*[wave(32 + n, seed=n) for n in range(8)])
    changed = _half_of(np.arange(8)) == 0
    run(panel)
    run(with_other_ends(panel, np.flatnonzero(changed).tolist()))
    one, other = scored
    assert len(one) == 8
    np.testing.assert_array_equal(one[changed], other[changed])
    assert (one[~changed] != other[~changed]).any()


@pytest.mark.slow
def test_what_the_test_part_shows_may_reach_the_final_weights() -> None:
    panel = make_panel(*[wave(38 + n, seed=n) for n in range(3)])
    one, _ = run(panel, settings=LONGER)
    other, _ = run(with_other_ends(panel, range(3)), settings=LONGER)
    assert weights_of(one.committee) != weights_of(other.committee)


@pytest.mark.slow
def test_few_series_are_scored_as_they_were_weighed_on_the_validation_part(
    scored: list[np.ndarray],
) -> None:
    panel = make_panel(*[wave(38 + n, seed=n) for n in range(3)])
    split = split_panel(panel, horizon=6, season_length=1)
    assert split is not None
    values = panel.values.copy()
    for limit in split.validation_limits:
        values[limit - 6 : limit] += 5
    run(panel)
    run(replace(panel, values=values))
    assert (scored[0] != scored[1]).any()


@pytest.mark.parametrize(
    "gap", [slice(40, 59), pytest.param(slice(40, 55), marks=pytest.mark.slow)]
)
def test_a_gap_over_the_whole_validation_part_is_survived(gap: slice) -> None:
    values = np.array(wave(60))
    values[gap] = np.nan
    panel = make_panel(list(values))
    fitted, _ = run(panel)
    assert np.isfinite(forecast(fitted, panel)).all()
    assert np.isfinite(fitted.widths).all()
    assert fitted.backtest is not None
    assert np.isfinite(fitted.backtest.scores[0].mae)


def test_more_origins_than_are_looked_at_are_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_job, "_MOST_ORIGINS", 15)
    panel = make_panel(*[wave(40, seed=n) for n in range(30)])
    fitted, _ = run(panel, settings=with_members(1))
    assert fitted.backtest is not None
    assert fitted.backtest.n_series == 15


@pytest.mark.parametrize("count", [1, 3, pytest.param(8, marks=pytest.mark.slow)])
def test_as_many_networks_are_tried_as_asked_for(count: int) -> None:
    stages: list[str] = []

    def keep(event: ProgressEvent) -> None:
        if event.epoch == 1:
            stages.append(event.stage)

    panel = make_panel(wave(60), wave(50, seed=1))
    fitted = fit(panel, PLAN, with_members(count), tell=lambda _: None, progress=keep)
    assert len([stage for stage in stages if stage.startswith("validating")]) == count
    assert len(fitted.committee.members) <= count


def test_the_same_form_twice_gives_two_networks_each_refitted_with_its_own_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trained: list[list[tuple[Form, int]]] = []

    def keep(tasks: Sequence[Task], *rest: Any) -> list[Trained]:
        trained.append([(task.form, task.seed) for task in tasks])
        return train_all([replace(task, epochs=0) for task in tasks], *rest)

    monkeypatch.setattr(fit_job, "train_all", keep)
    panel = make_panel(wave(60), wave(50, seed=1))
    run(panel, settings=with_members(20))
    candidates, refitted = trained
    assert len({form for form, _ in candidates}) < len(candidates) == len(set(candidates)) == 20
    assert set(refitted) <= set(candidates)


def test_the_refit_learns_from_the_newest_values() -> None:
    panel = make_panel(wave(90), wave(80, seed=1))
    values = panel.values.copy()
    values[panel.offsets[1:] - 3] += 20
    one = fitted_to_two_waves()
    other, _ = run(replace(panel, values=values))
    assert one.committee.members
    weights = one.committee.members[0].weights["output.weight"]
    assert (weights != other.committee.members[0].weights["output.weight"]).any()


def test_a_straight_line_is_continued_by_the_line() -> None:
    panel = make_panel([float(n) for n in range(10, 60)])
    fitted, _ = run(panel)
    np.testing.assert_allclose(forecast(fitted, panel), [np.arange(60.0, 66.0)], rtol=0.01)


def test_few_origins_leave_weight_to_simple_forecasts() -> None:
    fitted, _ = run(make_panel(wave(60)))
    assert sum(fitted.committee.simple_weights.values()) > 0.2


@pytest.mark.parametrize("values", [[5.0] * 8, [1.0, 2.0], list(range(1, 9))])
def test_too_few_values_get_equal_shares_of_simple_forecasts_and_a_warning(
    values: list[float],
) -> None:
    panel = make_panel(values)
    fitted, told = run(
        panel, WindowPlan(horizon=2, context_length=4, long_context_length=4, season_length=1)
    )
    assert fitted.committee.members == ()
    shares = fitted.committee.simple_weights
    assert fitted.committee.simple in shares
    assert set(shares.values()) == {1 / len(shares)}
    assert fitted.backtest is None
    assert "too few to train a network on" in told[0]
    assert np.isfinite(forecast(fitted, panel)).all()


def test_too_few_values_get_the_mean_of_the_simple_forecasts_that_are_not_clearly_worse() -> None:
    # On a line the rest are far off; a jagged one tells little.
    plan = WindowPlan(horizon=2, context_length=4, long_context_length=4, season_length=1)
    line, jagged = make_panel([float(n) for n in range(1, 9)]), make_panel([3, 5, 4, 6, 4, 7, 5, 6])
    assert set(run(line, plan)[0].committee.simple_weights) == {"drift", "last-difference"}
    fitted, told = run(jagged, plan)
    shares = fitted.committee.simple_weights
    assert len(shares) > 1
    context = jagged.values[None]
    alone = [SIMPLE[name](context, 2, 1) for name in shares]
    np.testing.assert_allclose(forecast(fitted, jagged), np.mean(alone, axis=0), rtol=1e-12)
    assert f"not clearly worse than {fitted.committee.simple}" in told[0]


@pytest.mark.parametrize("count", range(4, 9))
def test_a_few_equal_values_leave_no_doubt(count: int) -> None:
    plan = WindowPlan(horizon=2, context_length=4, long_context_length=4, season_length=1)
    panel = make_panel([5.0] * count)
    fitted, _ = run(panel, plan)
    assert (forecast(fitted, panel) == 5).all()
    assert not fitted.widths.any()


def test_a_single_value_is_refused() -> None:
    with pytest.raises(DataError, match="no series has two values"):
        run(make_panel([1.0], [2.0]))


def test_a_horizon_longer_than_what_can_be_scored_still_has_widths_for_every_step() -> None:
    fitted, _ = run(make_panel(wave(45)), replace(PLAN, horizon=20))
    assert fitted.widths.shape == (99, 20)
    assert fitted.backtest is not None
    assert fitted.backtest.horizon < 20


def test_the_same_seed_gives_the_same_committee() -> None:
    panel = make_panel(wave(60), wave(50, seed=1))
    one, other = (run(panel, settings=with_members(3))[0] for _ in range(2))
    np.testing.assert_array_equal(forecast(one, panel), forecast(other, panel))
    np.testing.assert_array_equal(one.widths, other.widths)


def test_a_time_limit_is_told_once_and_still_gives_a_forecast() -> None:
    panel = make_panel(wave(90), wave(80, seed=1))
    hurried = replace(QUICK, optimisation=replace(QUICK.optimisation, epochs=500, time_limit=0.5))
    told: list[Notice] = []
    started = time.monotonic()
    fitted = fit(panel, PLAN, hurried, tell=told.append, progress=lambda _: None)
    assert time.monotonic() - started < 5
    assert [notice.text[:12] for notice in told] == ["--time-limit"]
    assert np.isfinite(forecast(fitted, panel)).all()


@pytest.mark.parametrize("values", [[5.0, 6.0], [1.0, 2.0, 3.0]])
def test_tiny_data_get_intervals_of_the_size_of_their_changes(values: list[float]) -> None:
    fitted, _ = run(
        make_panel(values),
        WindowPlan(horizon=1, context_length=2, long_context_length=2, season_length=1),
    )
    # Few residuals prove little, so the intervals are wider than the changes.
    assert 0 < fitted.widths[79, 0] <= 3


def test_many_residuals_tell_what_the_disagreement_of_the_parts_means(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panel = make_panel(wave(90), wave(80, seed=1), wave(70, seed=2))
    few, _ = run(panel)
    monkeypatch.setattr(fitting, "_ENOUGH_RESIDUALS", 3)
    many, _ = run(panel)
    assert few.usual_disagreement == 0
    context = histories(panel, origins_at_end(panel))
    apart = many.committee.say(context).disagreement / positive_scales(context, 1)
    assert many.usual_disagreement == pytest.approx(np.median(apart))
    assert not np.array_equal(few.widths, many.widths)


def test_the_past_the_calendar_and_what_never_changes_hide_no_disagreement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fitting, "_ENOUGH_RESIDUALS", 3)
    months = make_panel(wave(90), wave(80, seed=1), calendar=Calendar.dates("MS"))
    panel = with_covariates(months, [RAIN, KIND])
    known = covariates_of(panel)
    month = Covariate(name="month", role="calendar", categories=CALENDAR_FEATURES["month"])
    panel = replace(panel, covariates=replace(known, columns=(RAIN, month, KIND)))
    fitted, _ = run(panel)
    assert any(member.form.inputs for member in fitted.committee.members)
    assert fitted.usual_disagreement > 0


def test_columns_that_may_end_before_the_horizon_tell_no_disagreement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fitting, "_ENOUGH_RESIDUALS", 3)
    panel = with_covariates(make_panel(wave(90), wave(80, seed=1)), [PRICE])
    assert run(panel)[0].usual_disagreement == 0


class Interrupted(BaseException):
    """What ends a fit in the middle."""


class Interrupting:
    """Keeps states, and interrupts once it has been told of `count` epochs."""

    def __init__(self, count: int, known: dict[str, Snapshot | Trained] | None = None) -> None:
        self.count = count
        self.known = known or {}

    def recall(self, name: str) -> Snapshot | Trained | None:
        return self.known.get(name)

    def keep(self, name: str, state: Snapshot | Trained) -> None:
        self.known[name] = state
        self.count -= 1
        if self.count == 0:
            raise Interrupted


def fit_with(keeper: Keeper, panel: Panel, settings: Settings = QUICK) -> Fitted:
    settings = with_members(3, settings)
    one_thread = replace(settings, optimisation=replace(settings.optimisation, threads=1))
    return fit(
        panel,
        PLAN,
        one_thread,
        tell=lambda _: None,
        progress=lambda _: None,
        workshop=Workshop(Threads(1), keeper),
    )


@pytest.mark.parametrize(
    ("settings", "epochs"), [(QUICK, 12), pytest.param(LONGER, 24, marks=pytest.mark.slow)]
)
def test_a_fit_that_was_interrupted_anywhere_goes_on_to_the_same_bits(
    settings: Settings, epochs: int
) -> None:
    panel = make_panel(wave(90), wave(70, seed=1))
    every = 10**9
    whole = fit_with(Interrupting(every), panel, settings)
    for count in range(1, epochs, 3):
        interrupted = Interrupting(count)
        with pytest.raises(Interrupted):
            fit_with(interrupted, panel, settings)
        again = fit_with(Interrupting(every, interrupted.known), panel, settings)
        np.testing.assert_array_equal(again.widths, whole.widths)
        assert again.backtest == whole.backtest
        for one, other in zip(again.committee.members, whole.committee.members, strict=True):
            assert one.weight == other.weight
            for name, weight in one.weights.items():
                np.testing.assert_array_equal(weight, other.weights[name])


def test_what_was_trained_before_an_interruption_is_not_trained_again() -> None:
    panel = make_panel(wave(90), wave(70, seed=1))
    complete = Interrupting(10**9)
    fit_with(complete, panel)
    # Told of a single epoch, it would interrupt.
    fit_with(Interrupting(1, complete.known), panel)


@pytest.mark.parametrize("seasonal", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_three_wild_values_move_neither_the_forecast_nor_its_intervals(seasonal: bool) -> None:
    plan = SEASONAL if seasonal else PLAN
    values = wave(150)
    calm = make_panel(values)
    values[40] = 0.0
    values[125] = 1e9
    values[147] = -400.0
    wild = with_rule(make_panel(values), "clip", plan.season_length)
    (before, _), (after, _) = run(calm, plan), run(wild, plan)
    expected = before.committee.forecast(histories(calm, origins_at_end(calm)))
    found = after.committee.forecast(histories(wild, origins_at_end(wild)))
    assert np.abs(found - expected).mean() < 3
    assert after.widths[94].mean() < 2 * before.widths[94].mean()


def test_an_outlier_is_scored_as_it_stands_in_the_data() -> None:
    values = wave(150)
    values[147] = 1e6
    fitted, _ = run(with_rule(make_panel(values), "clip", 1))
    assert fitted.backtest is not None
    assert fitted.backtest.scores[0].mae > 1e4


def promoted(length: int = 120, n_series: int = 2) -> Panel:
    """Series in which a known event matters, and much else does not."""
    panel = with_covariates(
        make_panel(*[wave(length, seed=n) for n in range(n_series)]), ahead=PLAN.horizon
    )
    known = covariates_of(panel)
    codes = np.concatenate([known.values[a : a + length, 1] for a in known.offsets[:-1]])
    return replace(panel, values=panel.values * np.exp(0.2 * codes))


def test_effects_of_what_is_known_ahead_are_taken_out_told_and_kept() -> None:
    panel = promoted()
    fitted, told = run(panel)
    blind, _ = run(replace(panel, covariates=None))
    assert fitted.effects is not None
    (text,) = (text for text in told if text.startswith("effects of what is known ahead"))
    assert "event 'sale'" in text
    assert fitted.backtest is not None
    assert blind.backtest is not None
    assert blind.effects is None
    assert fitted.backtest.scores[0].mae < 0.6 * blind.backtest.scores[0].mae
    # The simple forecasts beside it are those of the values themselves.
    simple, other = (
        next(scores for scores in found.backtest.scores[1:] if scores.model == "theta")
        for found in (fitted, blind)
        if found.backtest is not None
    )
    assert simple.mae == other.mae


@pytest.mark.slow
def test_intervals_with_effects_hold_what_they_should() -> None:
    fitted, _ = run(promoted(length=200))
    assert fitted.backtest is not None
    assert 0.6 < (fitted.backtest.scores[0].coverage["80"] or 0) <= 1


def test_members_that_see_covariates_stand_beside_some_that_do_not() -> None:
    panel = promoted()
    with candidates() as trained:
        fitted, _ = run(panel)
    assert {"tables.future1" in network.weights for network in trained} == {True, False}
    inputs = [m.form.inputs for m in fitted.committee.members if m.form.inputs]
    for entries in inputs:
        assert [entry.role for entry in entries] == [
            column.role for column in covariates_of(panel).columns
        ]


def test_a_panel_too_short_for_networks_has_no_effects() -> None:
    fitted, _ = run(with_covariates(make_panel(wave(8))))
    assert fitted.effects is None
    assert fitted.committee.members == ()


@pytest.mark.slow
def test_covariates_of_the_past_alone_are_seen_and_have_no_effects() -> None:
    fitted, told = run(with_covariates(make_panel(wave(120), wave(120, seed=1)), (RAIN, KIND)))
    assert fitted.effects is None
    assert not [text for text in told if "known ahead" in text]
