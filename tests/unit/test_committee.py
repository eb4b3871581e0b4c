import numpy as np
import pytest

from forecast_cli.baselines import drift
from forecast_cli.committee import member_forecast
from tests.models import HORIZON, NETWORK, make_committee, make_member

CONTEXT = np.array([[3.0, 5.0, 4.0, 7.0, 8.0, 6.0, 9.0, 8.0, 10.0], [2.0] * 8 + [5.0]])


def test_the_forecast_is_the_weighted_mean_of_members_and_the_simple_continuation() -> None:
    one, two = make_member(share=1.0), make_member(log=True, share=3.0, seed=1)
    forecasts = [member_forecast(NETWORK, m, CONTEXT, HORIZON) for m in (one, two)]
    networks = (forecasts[0] + 3 * forecasts[1]) / 4
    expected = 0.25 * drift(CONTEXT, HORIZON) + 0.75 * networks
    np.testing.assert_allclose(make_committee([one, two]).forecast(CONTEXT), expected)


def test_without_members_the_simple_continuation_stands_alone() -> None:
    alone = make_committee([], simple_weight=1.0)
    np.testing.assert_array_equal(alone.forecast(CONTEXT), drift(CONTEXT, HORIZON))


def test_a_row_too_short_or_without_change_gets_the_simple_continuation() -> None:
    context = np.array([[np.nan, np.nan, np.nan, 3.0, 5.0], [4.0] * 5])
    forecast = make_committee([make_member()]).forecast(context)
    np.testing.assert_array_equal(forecast, drift(context, HORIZON))


def test_a_row_with_zeros_is_left_to_the_members_without_logs() -> None:
    context = np.array([[0.0, 5.0, 4.0, 7.0, 8.0]])
    both = make_committee([make_member(), make_member(log=True, seed=1)])
    level = make_committee([make_member()])
    np.testing.assert_allclose(both.forecast(context), level.forecast(context))


def test_a_context_shorter_than_the_window_is_padded() -> None:
    short = CONTEXT[:, -5:]
    padded = np.pad(short, ((0, 0), (4, 0)), constant_values=np.nan)
    committee = make_committee([make_member()], simple_weight=0.0)
    np.testing.assert_array_equal(committee.forecast(short), committee.forecast(padded))


@pytest.mark.parametrize("factor", [1e-9, 1000.0, 1e12])
def test_a_change_of_unit_scales_the_forecast(factor: float) -> None:
    committee = make_committee([make_member(), make_member(log=True, seed=1)])
    np.testing.assert_allclose(
        committee.forecast(factor * CONTEXT), factor * committee.forecast(CONTEXT), rtol=1e-5
    )


def test_a_row_is_forecast_the_same_whatever_stands_beside_it() -> None:
    committee = make_committee([make_member(), make_member(log=True, seed=1)])
    many = np.concatenate([CONTEXT] * 50)
    np.testing.assert_allclose(committee.forecast(many)[:2], committee.forecast(CONTEXT), rtol=1e-6)
