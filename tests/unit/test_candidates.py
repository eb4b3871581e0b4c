from dataclasses import replace
from typing import Any

import pytest

from forecast_cli.candidates import candidate_forms, choose_epochs, seed_of
from forecast_cli.committee import Form
from forecast_cli.config import EFFORTS, Effort, NetworkConfig, Settings, TrainConfig
from forecast_cli.defaults import WindowPlan
from forecast_cli.inputs import Input

PLAIN = WindowPlan(horizon=6, context_length=12, long_context_length=40, season_length=1)
SEASONAL = WindowPlan(horizon=12, context_length=24, long_context_length=90, season_length=12)
PLANS = pytest.mark.parametrize("plan", [PLAIN, SEASONAL], ids=["plain", "seasonal"])


def forms_of(
    plan: WindowPlan,
    *,
    network: NetworkConfig | None = None,
    positive: bool = True,
    base: str = "drift",
    **training: Any,
) -> list[Form]:
    settings = Settings(network=network or NetworkConfig(), optimisation=TrainConfig(**training))
    return candidate_forms(plan, settings, base=base, positive=positive)


@PLANS
def test_candidates_differ_in_scale_continuation_context_and_pace(plan: WindowPlan) -> None:
    forms = forms_of(plan)
    assert len(set(forms)) == len(forms)
    for values in (
        {form.representation.log for form in forms},
        {form.representation.base for form in forms},
        {form.context_length for form in forms},
        {form.network.pace for form in forms},
    ):
        assert len(values) > 1
    assert {form.representation.season_length for form in forms} == {plan.season_length}


@PLANS
def test_some_members_lose_the_season_where_there_is_one(plan: WindowPlan) -> None:
    found = {form.representation.deseasonalised for form in forms_of(plan)}
    assert found == ({False, True} if plan.season_length > 1 else {False})


def test_networks_that_read_a_long_context_are_wide_unless_a_width_is_asked_for() -> None:
    plan = replace(PLAIN, long_context_length=300)
    forms = forms_of(plan)
    assert {form.context_length: form.network.units for form in forms} == {12: 64, 300: 128}
    assert {form.network.units for form in forms_of(PLAIN)} == {64}
    asked = forms_of(plan, network=NetworkConfig(hidden_size=64))
    assert {form.network.units for form in asked} == {64}


def test_a_form_that_comes_twice_is_trained_twice_behind_those_that_differ() -> None:
    forms = forms_of(PLAIN, base="naive")
    assert len(forms) == 6
    assert len(set(forms[:4])) == 4
    assert forms[4:] == [forms[2], forms[1]]


def test_the_best_naive_continuation_is_corrected_by_some() -> None:
    for base in ("drift", "last-difference"):
        assert {form.representation.base for form in forms_of(PLAIN, base=base)} == {"naive", base}


@PLANS
def test_data_that_are_not_positive_have_no_logs_and_no_form_twice(plan: WindowPlan) -> None:
    forms = forms_of(plan, positive=False)
    assert not any(form.representation.log for form in forms)
    different = list(dict.fromkeys(forms))
    assert len(different) > 1
    assert forms[: len(different)] == different


def test_a_context_that_is_the_same_for_all_leaves_no_form_twice_before_all_were_there() -> None:
    plan = replace(PLAIN, context_length=8, long_context_length=8)
    forms = forms_of(plan, members=40)
    different = list(dict.fromkeys(forms))
    assert forms[: len(different)] == different


@PLANS
@pytest.mark.parametrize("members", [1, 2, 5, 13])
def test_as_many_members_as_asked_for_go_round_the_forms(plan: WindowPlan, members: int) -> None:
    forms, usual = forms_of(plan, members=members), list(dict.fromkeys(forms_of(plan)))
    assert len(forms) == members
    assert forms == [usual[number % len(usual)] for number in range(members)]


@PLANS
@pytest.mark.parametrize("effort", EFFORTS)
def test_the_number_of_members_that_is_asked_for_goes_before_the_effort(
    plan: WindowPlan, effort: Effort
) -> None:
    assert len(forms_of(plan, effort=effort, members=3)) == 3


@PLANS
def test_more_effort_trains_more_members(plan: WindowPlan) -> None:
    fast, normal, best = (len(forms_of(plan, effort=effort)) for effort in EFFORTS)
    assert fast < normal < best


def test_members_of_one_committee_have_seeds_of_their_own() -> None:
    config = TrainConfig(seed=3)
    seeds = [seed_of(number, config) for number in range(200)]
    assert len(set(seeds)) == 200
    assert seeds == [seed_of(number, config) for number in range(200)]
    assert seed_of(0, config) != seed_of(0, TrainConfig(seed=4))


def test_the_seed_of_a_member_does_not_depend_on_how_many_there_are() -> None:
    assert seed_of(1, TrainConfig(members=2)) == seed_of(1, TrainConfig(members=20))


@PLANS
def test_long_contexts_are_read_in_segments(plan: WindowPlan) -> None:
    for form in forms_of(replace(plan, context_length=300, long_context_length=300)):
        assert 1 < form.network.pace <= form.context_length


def test_a_segment_is_a_season() -> None:
    assert {form.network.pace for form in forms_of(SEASONAL)} == {1, 12}


def test_a_segment_is_never_longer_than_the_context() -> None:
    plan = WindowPlan(horizon=100, context_length=3, long_context_length=3, season_length=1)
    assert all(form.network.pace <= 3 for form in forms_of(plan))


@PLANS
@pytest.mark.parametrize("segment_length", [1, 5])
def test_a_segment_length_that_is_asked_for_holds_for_all(
    plan: WindowPlan, segment_length: int
) -> None:
    forms = forms_of(plan, network=NetworkConfig(segment_length=segment_length))
    assert {form.network.pace for form in forms} == {segment_length}


@PLANS
def test_every_network_has_the_cell_and_sizes_that_were_asked_for(plan: WindowPlan) -> None:
    asked = NetworkConfig(cell="lstm", layers=2, hidden_size=7, dropout=0.3)
    for form in forms_of(plan, network=asked):
        assert replace(form.network, segment_length=None) == asked


def test_epochs_that_are_asked_for_hold() -> None:
    for n_windows in (1, 10**9):
        assert choose_epochs(n_windows, TrainConfig(epochs=3)) == 3


@pytest.mark.parametrize("effort", EFFORTS)
def test_more_windows_take_more_epochs_within_bounds(effort: Effort) -> None:
    config = TrainConfig(effort=effort)
    epochs = [choose_epochs(n, config) for n in (1, 16, 10**3, 10**4, 10**5, 10**6, 10**9)]
    assert epochs == sorted(epochs)
    assert 1 < epochs[0] < epochs[-1] < 1000


def test_between_the_bounds_every_window_is_seen_the_same_number_of_times() -> None:
    base = TrainConfig()
    twice = replace(base, batch_size=2 * base.batch_size)
    assert choose_epochs(14_000, twice) == choose_epochs(7_000, base)
    assert choose_epochs(10_000, base) > choose_epochs(7_000, base)


def test_more_effort_trains_for_longer() -> None:
    fast, normal, best = (choose_epochs(10**9, TrainConfig(effort=effort)) for effort in EFFORTS)
    assert fast < normal <= best


INPUTS = (Input(column=0, role="future", n_categories=None, centre=0.0, spread=1.0),)


def forms_with_inputs(plan: WindowPlan, **training: Any) -> list[Form]:
    settings = Settings(optimisation=TrainConfig(**training))
    return candidate_forms(plan, settings, base="drift", positive=True, inputs=INPUTS)


@PLANS
@pytest.mark.parametrize("effort", EFFORTS)
def test_with_covariates_every_form_sees_them_and_the_first_half_comes_without_too(
    plan: WindowPlan, effort: Effort
) -> None:
    plain, forms = forms_of(plan, effort=effort), forms_with_inputs(plan, effort=effort)
    assert len(forms) == len(plain) + len(plain) // 2
    different = list(dict.fromkeys(plain))
    seeing = [replace(form, inputs=()) for form in dict.fromkeys(forms) if form.inputs]
    blind = [form for form in dict.fromkeys(forms) if not form.inputs]
    assert seeing == different
    assert blind == different[: len(plain) // 2]


@pytest.mark.parametrize("members", [1, 2, 3, 30])
def test_with_covariates_as_many_members_are_trained_as_are_asked_for(members: int) -> None:
    forms = forms_with_inputs(PLAIN, members=members)
    assert len(forms) == members
    assert [bool(form.inputs) for form in forms[:2]] == [True, False][:members]
