from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli import baselines
from forecast_cli.baselines import SIMPLE, drift
from forecast_cli.committee import Committee, Member
from forecast_cli.config import Strategy
from forecast_cli.covariates import CovariateRole
from forecast_cli.inputs import Input, Surroundings
from forecast_cli.network_shapes import weight_shapes
from forecast_cli.seasonality import Season, estimate_season
from forecast_cli.splits import origins_at_end
from forecast_cli.windows import histories, last_steps, look_around
from tests.models import (
    HORIZON,
    inputs_of,
    make_committee,
    make_form,
    make_member,
    make_seasonal_committee,
    with_analogues,
)
from tests.panels import make_panel, wave, with_covariates

Array = NDArray[np.float64]
CONTEXT = np.array([[3.0, 5.0, 4.0, 7.0, 8.0, 6.0, 9.0, 8.0, 10.0], [2.0] * 8 + [5.0]])
YEARS = np.array([wave(60, season=12), wave(60, season=12, seed=1)])


def silent(member: Member) -> Member:
    """The member with all weights zero: its forecast is the continuation that it corrects."""
    return replace(member, weights={name: 0 * w for name, w in member.weights.items()})


def test_the_forecast_is_the_weighted_mean_of_members_and_simple_continuations() -> None:
    one, two = make_member(weight=0.3), make_member(log=True, weight=0.2, seed=1)
    committee = replace(
        make_committee([]), members=(one, two), simple_weights={"drift": 0.4, "theta": 0.1}
    )
    expected = (
        0.3 * one.forecast(CONTEXT, HORIZON)
        + 0.2 * two.forecast(CONTEXT, HORIZON)
        + 0.4 * drift(CONTEXT, HORIZON)
        + 0.1 * SIMPLE["theta"](CONTEXT, HORIZON, 1)
    )
    np.testing.assert_allclose(committee.forecast(CONTEXT), expected)


def test_parts_disagree_by_what_they_differ_from_the_forecast_by_their_weights() -> None:
    one, two = make_member(weight=0.3), make_member(log=True, weight=0.2, seed=1)
    committee = replace(make_committee([]), members=(one, two), simple_weights={"drift": 0.5})
    parts = (
        one.forecast(CONTEXT, HORIZON),
        two.forecast(CONTEXT, HORIZON),
        drift(CONTEXT, HORIZON),
    )
    said = committee.say(CONTEXT)
    apart = [np.abs(part - said.forecast).mean(axis=1) for part in parts]
    expected = 0.3 * apart[0] + 0.2 * apart[1] + 0.5 * apart[2]
    np.testing.assert_allclose(said.disagreement, expected)


def test_a_part_that_speaks_alone_does_not_disagree() -> None:
    short = np.array([[np.nan, 3.0, 5.0]])
    for committee, context in (
        (make_committee([]), CONTEXT),
        (make_committee([make_member()]), short),
    ):
        assert (committee.say(context).disagreement == 0).all()


def test_in_whichever_order_simple_continuations_stand_the_forecast_has_the_same_bits() -> None:
    shares = dict(zip(SIMPLE, np.arange(1, len(SIMPLE) + 1) / 66, strict=True))
    one, other = (
        replace(make_seasonal_committee(), members=(), simple_weights=dict(order))
        for order in (shares.items(), reversed(shares.items()))
    )
    # Behind a last value of 0 no bit of the sum is lost.
    context = YEARS - YEARS[:, -1:]
    np.testing.assert_array_equal(one.forecast(context), other.forecast(context))


def test_simple_continuations_that_agree_are_not_rounded() -> None:
    shares = dict.fromkeys(list(SIMPLE)[:9], 1 / 9)
    committee = replace(make_committee([]), simple_weights=shares)
    assert (committee.forecast(np.full((1, 9), 5.1)) == 5.1).all()


def test_without_members_the_simple_continuation_stands_alone() -> None:
    np.testing.assert_array_equal(make_committee([]).forecast(CONTEXT), drift(CONTEXT, HORIZON))


def test_a_committee_is_called_by_its_cell_or_by_the_continuation_that_stands_alone() -> None:
    assert make_committee([make_member()]).name == "gru"
    assert make_committee([]).name == "drift"
    two = replace(make_committee([]), simple_weights={"drift": 0.5, "theta": 0.5})
    assert two.name == "simple-mean"
    # That with all the weight need not be the one that steps in where parts fail.
    assert replace(make_committee([]), simple_weights={"theta": 1.0}).name == "theta"


def test_analogues_take_part_with_their_weight_where_they_apply() -> None:
    panel = make_panel(*[wave(60, seed=n) for n in range(4)])
    without = make_committee([make_member()])
    committee = with_analogues(without, panel, weight=0.4)
    assert committee.analogues is not None
    context = np.stack([wave(60, seed=n) for n in range(3)])
    context[2, -5] = np.nan
    mixed = 0.6 * without.forecast(context) + 0.4 * committee.analogues.forecast(context)
    np.testing.assert_allclose(committee.forecast(context)[:2], mixed[:2], rtol=1e-12)
    np.testing.assert_allclose(committee.forecast(context)[2], without.forecast(context)[2])
    few = committee.forecast(context[:, -9:])
    np.testing.assert_allclose(few, without.forecast(context[:, -9:]), rtol=1e-12)


def test_analogues_are_silent_where_networks_have_no_voice() -> None:
    panel = make_panel(*[wave(60, seed=n) for n in range(4)])
    committee = with_analogues(make_committee([]), panel)
    context = np.stack([wave(60), wave(60, seed=1)])
    voiced = np.array([True, False])
    forecast = committee.say(context, voiced=voiced).forecast
    np.testing.assert_allclose(forecast[1], drift(context[1:], HORIZON)[0])
    assert (forecast[0] != drift(context[:1], HORIZON)[0]).all()


@pytest.mark.parametrize(
    ("committee", "needs_season"),
    [
        (make_committee([]), False),
        (make_committee([make_member()]), False),
        (replace(make_committee([]), simple_weights={"theta": 1.0}), True),
        (replace(make_seasonal_committee(12), simple_weights={}), True),
    ],
)
def test_a_season_is_estimated_only_if_a_part_needs_it(
    monkeypatch: pytest.MonkeyPatch, committee: Committee, *, needs_season: bool
) -> None:
    seen: list[int] = []

    def counted(context: Array, season_length: int) -> Season:
        seen.append(season_length)
        return estimate_season(context, season_length)

    monkeypatch.setattr(baselines, "estimate_season", counted)
    committee.forecast(YEARS)
    assert seen == [committee.season_length] * needs_season


def test_without_networks_analogues_give_the_name() -> None:
    panel = make_panel(*[wave(60, seed=n) for n in range(4)])
    assert with_analogues(make_committee([]), panel).name == "analogues"
    assert with_analogues(make_committee([make_member()]), panel).name == "gru"


def test_a_form_tells_how_it_sees_a_window() -> None:
    assert str(make_form(log=True)) == "log, correction to naive, from 8 steps"
    assert str(make_form(season_length=3, deseasonalised=True, segment_length=4)) == (
        "level, season removed, correction to naive, from 8 steps, 4 at a time"
    )


def test_a_row_too_short_or_without_change_gets_the_simple_continuation() -> None:
    context = np.array([[np.nan, np.nan, np.nan, 3.0, 5.0], [4.0] * 5])
    forecast = make_committee([make_member()]).forecast(context)
    np.testing.assert_array_equal(forecast, drift(context, HORIZON))


def test_a_row_that_no_weighted_part_can_forecast_gets_the_best_simple_continuation() -> None:
    context = np.array([[np.nan, np.nan, np.nan, 3.0, 5.0], [-1.0, 4.0, 3.0, 4.0, 2.0]])
    only_logs = make_committee([make_member(log=True)], simple_weight=0.0)
    assert only_logs.simple_weights == {}
    np.testing.assert_array_equal(only_logs.forecast(context), drift(context, HORIZON))


def test_a_row_that_is_not_voiced_gets_the_simple_continuations_only() -> None:
    committee = make_committee([make_member()])
    found = committee.say(CONTEXT, voiced=np.array([True, False])).forecast
    np.testing.assert_allclose(found[0], committee.forecast(CONTEXT)[0], rtol=1e-6)
    np.testing.assert_array_equal(found[1], drift(CONTEXT, HORIZON)[1])


def test_a_row_with_zeros_is_left_to_the_members_without_logs() -> None:
    context = np.array([[0.0, 5.0, 4.0, 7.0, 8.0]])
    level = make_member()
    both = make_committee([level, make_member(log=True, seed=1)], simple_weight=0.2)
    # The level member keeps its 0.4 of what is left: 0.2 and 0.4.
    expected = (0.2 * drift(context, HORIZON) + 0.4 * level.forecast(context, HORIZON)) / 0.6
    np.testing.assert_allclose(both.forecast(context), expected)


def test_zeros_before_the_window_of_a_log_member_do_not_silence_it() -> None:
    context = np.array([[0.0, *wave(8)]])
    committee = make_committee([make_member(log=True)], simple_weight=0.0)
    alone = make_member(log=True).forecast(context, HORIZON)
    np.testing.assert_allclose(committee.forecast(context), alone)


@pytest.mark.parametrize("length", [3, 5, 9])
def test_a_context_shorter_than_the_window_is_padded(length: int) -> None:
    short = CONTEXT[:, -length:]
    padded = np.pad(short, ((0, 0), (4, 0)), constant_values=np.nan)
    committee = make_committee([make_member()], simple_weight=0.0)
    np.testing.assert_array_equal(committee.forecast(short), committee.forecast(padded))


@pytest.mark.parametrize("factor", [1e-9, 1000.0, 1e12])
def test_a_change_of_unit_scales_the_forecast(factor: float) -> None:
    committee = make_committee([make_member(), make_member(log=True, seed=1)])
    np.testing.assert_allclose(
        committee.forecast(factor * CONTEXT), factor * committee.forecast(CONTEXT), rtol=1e-5
    )


@pytest.mark.parametrize("factor", [1e-9, 1000.0, 1e12])
def test_a_change_of_unit_scales_the_forecast_of_deseasonalised_members(factor: float) -> None:
    committee = make_seasonal_committee(12)
    np.testing.assert_allclose(
        committee.forecast(factor * YEARS), factor * committee.forecast(YEARS), rtol=1e-5
    )


def test_a_row_is_forecast_the_same_whatever_stands_beside_it() -> None:
    committee = make_committee([make_member(), make_member(log=True, seed=1)])
    many = np.concatenate([CONTEXT] * 50)
    np.testing.assert_allclose(committee.forecast(many)[:2], committee.forecast(CONTEXT), rtol=1e-6)


def deseasonalised(*, log: bool = False, season_length: int = 12) -> Committee:
    form = make_form(log=log, season_length=season_length, deseasonalised=True)
    return make_committee([silent(make_member(form))], simple_weight=0.0)


@pytest.mark.parametrize("log", [False, True])
def test_a_deseasonalised_member_forecasts_what_is_left_and_gets_its_season_back(
    log: bool,
) -> None:
    # Silent, it repeats the last value without its season; the season then goes on.
    pattern = np.array([0.5, 1.0, 2.0, 4.0])
    context = np.tile(pattern, 6)[None]
    found = deseasonalised(log=log, season_length=4).forecast(context)
    np.testing.assert_allclose(found, [pattern], rtol=1e-9)


def test_a_season_that_is_subtracted_leaves_nothing_to_a_member_on_logs() -> None:
    # The window is positive, but a value before it is not: without its season it is below zero.
    context = np.array([[0.0, *np.tile([1.0, 9.0, 1.0], 8)], [5.0, *np.tile([1.0, 9.0, 2.0], 8)]])
    committee = deseasonalised(log=True, season_length=3)
    found = committee.forecast(context)
    np.testing.assert_array_equal(found[0], drift(context, HORIZON)[0])
    assert (found[1] != drift(context, HORIZON)[1]).any()


def test_members_that_no_row_applies_to_are_left_out() -> None:
    context = -YEARS
    for segment_length in (1, 3):
        form = make_form(log=True, context_length=12, segment_length=segment_length)
        committee = make_committee([make_member(form)])
        np.testing.assert_array_equal(committee.forecast(context), drift(context, HORIZON))


def test_the_season_is_that_of_the_whole_context_not_of_the_window_of_a_member() -> None:
    committee = make_seasonal_committee(12)
    member = replace(committee.members[1], weight=1.0)
    alone = replace(committee, members=(member,), simple_weights={})
    season = estimate_season(YEARS, 12)
    window = last_steps(season.remove(YEARS), member.form.context_length)
    expected = season.restore(member.forecast(window, HORIZON))
    assert member.form.context_length < 24 < YEARS.shape[1]
    np.testing.assert_allclose(alone.forecast(YEARS), expected)


def test_next_to_the_largest_float_a_forecast_is_finite() -> None:
    context = 1.7e308 * np.array([[0.9, -0.9, 1.0, -1.0, 0.8, -1.0]])
    loud = [replace(m, weights={k: 50 * w for k, w in m.weights.items()}) for m in [make_member()]]
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isfinite(make_committee(loud).forecast(context)).all()


def test_rows_for_networks_are_long_enough_and_change() -> None:
    nan = np.nan
    context = np.array(
        [[nan, 1.0, 2.0, 3.0], [nan, nan, 1.0, 2.0], [4.0] * 4, [nan] * 4, [1.0, nan, 2.0, 2.0]]
    )
    found = make_committee([make_member()]).rows_for_networks(context)
    assert found.tolist() == [True, False, False, False, True]


SEEN = with_covariates(make_panel(wave(40), [5.0] * 40, wave(40, seed=1)), ahead=HORIZON)
AROUND = look_around(SEEN, origins_at_end(SEEN), 40, HORIZON)


def test_a_member_with_inputs_sees_the_covariates_and_one_without_does_not() -> None:
    assert AROUND is not None
    nothing = replace(AROUND, after=np.full_like(AROUND.after, np.nan))
    context = histories(SEEN, origins_at_end(SEEN))[[0, 2]]
    seeing, blind = make_member(make_form(inputs=inputs_of(SEEN))), make_member()
    around, unknown = (x.rows(np.array([0, 2])) for x in (AROUND, nothing))
    said = seeing.forecast(context, HORIZON, around)
    assert (said != seeing.forecast(context, HORIZON, unknown)).all()
    np.testing.assert_array_equal(
        blind.forecast(context, HORIZON, around), blind.forecast(context, HORIZON)
    )
    assert str(seeing.form).endswith(", sees covariates")


@pytest.mark.parametrize("deseasonalised", [False, True])
def test_each_row_is_forecast_with_the_covariates_that_are_its_own(deseasonalised: bool) -> None:
    form = make_form(inputs=inputs_of(SEEN), season_length=4, deseasonalised=deseasonalised)
    committee = make_committee([make_member(form)])
    context = histories(SEEN, origins_at_end(SEEN))
    assert AROUND is not None
    # The row without any change in the middle gets no say of a network.
    together = committee.forecast(context, AROUND)
    for row in range(3):
        alone = committee.forecast(context[[row]], AROUND.rows(np.array([row])))
        np.testing.assert_allclose(together[[row]], alone, rtol=1e-6)


def recursive(member: Member) -> Member:
    """A recursive member with weights of its own."""
    network = replace(member.form.network, strategy="recursive")
    return make_member(replace(member.form, network=network))


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("segment_length", [1, 3])
def test_a_recursive_member_forecasts_each_step_from_its_own_forecast_of_those_before(
    log: bool, segment_length: int
) -> None:
    member = recursive(make_member(make_form(log=log, segment_length=segment_length)))
    known = CONTEXT
    for _ in range(HORIZON):
        known = np.concatenate((known, member.forecast(known, 1)), axis=1)
    said = member.forecast(CONTEXT, HORIZON)
    np.testing.assert_allclose(said, known[:, -HORIZON:], rtol=1e-12)
    assert len(np.unique(said)) == said.size


def test_a_silent_recursive_member_goes_on_with_the_season_that_it_corrects() -> None:
    form = make_form(season_length=12, context_length=24)
    form = replace(form, representation=replace(form.representation, base="seasonal-naive"))
    said = silent(recursive(make_member(form))).forecast(YEARS, 30)
    expected = np.concatenate([YEARS[:, -12:]] * 3, axis=1)[:, :30]
    np.testing.assert_allclose(said, expected, rtol=1e-5)


def test_a_recursive_committee_puts_the_season_back_on_every_step() -> None:
    form = make_form(season_length=12, deseasonalised=True)
    member = silent(recursive(make_member(form)))
    committee = replace(make_committee([member], simple_weight=0.0), simple_weights={})
    season = estimate_season(YEARS, 12)
    calm = np.repeat(season.remove(YEARS)[:, -1:], HORIZON, axis=1)
    np.testing.assert_allclose(committee.forecast(YEARS), season.restore(calm))


def test_a_recursive_forecast_that_leaves_all_numbers_is_the_simple_one() -> None:
    member = silent(recursive(make_member()))
    wild = {**member.weights, "output.bias": np.full(1, 3e38, np.float32)}
    lost = replace(member, weights=wild)
    huge = 1e300 * CONTEXT
    with np.errstate(over="ignore"):
        # More steps than it sees: nothing is left of what was known.
        assert np.isnan(lost.forecast(huge, 20)).all()
        said = make_committee([lost]).forecast(huge)
    np.testing.assert_array_equal(said, drift(huge, HORIZON))


def seeing(role: CovariateRole) -> tuple[Member, Surroundings]:
    """A recursive member that sees one covariate, and what there is of it around the cutoffs."""
    entry = Input(column=0, role=role, n_categories=None, centre=0.0, spread=1.0)
    form = replace(recursive(make_member()).form, inputs=(entry,))
    random = np.random.default_rng(3)
    shapes = weight_shapes(form.network, form.context_length, HORIZON, form.inputs)
    weights = {
        name: random.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()
    }
    around = Surroundings(
        before=random.normal(size=(2, 9, 1)),
        after=random.normal(size=(2, HORIZON, 1)),
        static=np.empty((2, 0)),
    )
    return replace(make_member(), form=form, weights=weights), around


def test_in_a_recursive_forecast_what_is_known_ahead_moves_along() -> None:
    member, around = seeing("future")
    said = member.forecast(CONTEXT, HORIZON, around)
    for step in range(HORIZON):
        after = around.after.copy()
        after[:, step] += 1
        other = member.forecast(CONTEXT, HORIZON, replace(around, after=after))
        np.testing.assert_array_equal(other[:, :step], said[:, :step])
        assert (other[:, step:] != said[:, step:]).all()


def test_a_recursive_forecast_sees_nothing_of_what_is_not_known_ahead() -> None:
    member, around = seeing("past")
    said = member.forecast(CONTEXT, HORIZON, around)
    other = replace(around, after=around.after + 100)
    np.testing.assert_array_equal(member.forecast(CONTEXT, HORIZON, other), said)
    assert np.isfinite(said).all()
    assert np.isfinite(around.after).all()


@pytest.mark.parametrize(
    ("strategy", "segment", "shape"),
    [
        ("direct", 1, (2, 1, 8)),
        ("direct", 2, (2, 2, 4)),
        ("recursive", 1, (2, 1, 8)),
        ("recursive", 2, (2, 1, 4)),
    ],
)
def test_a_member_tells_what_its_attention_was_on(
    strategy: Strategy, segment: int, shape: tuple[int, ...]
) -> None:
    form = make_form(segment_length=segment)
    network = replace(form.network, attention=True, strategy=strategy)
    shares = make_member(replace(form, network=network)).attention(CONTEXT, HORIZON)
    assert shares is not None
    assert shares.shape == shape
    np.testing.assert_allclose(shares.sum(axis=2), 1, rtol=1e-5)
    assert make_member(form).attention(CONTEXT, HORIZON) is None
