import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from forecast_cli.config import Schedule
from forecast_cli.schedules import Pace, cosine, one_cycle


def test_the_learning_rate_warms_up_and_decays_to_zero() -> None:
    rates = [one_cycle(done) for done in np.linspace(0, 1, 101)]
    assert rates[0] == 0
    assert max(rates) == rates[10] == 1
    assert rates[100] == pytest.approx(0)
    assert all(a >= b for a, b in itertools.pairwise(rates[10:]))


def test_a_cosine_only_falls() -> None:
    rates = [cosine(done) for done in np.linspace(0, 1, 11)]
    assert (rates[0], rates[5], rates[10]) == pytest.approx((1, 0.5, 0))
    assert all(a > b for a, b in itertools.pairwise(rates))


@pytest.mark.parametrize(
    ("schedule", "share"), [("onecycle", one_cycle(0.3)), ("cosine", cosine(0.3)), ("none", 1.0)]
)
def test_no_other_schedule_looks_at_errors(schedule: Schedule, share: float) -> None:
    pace = Pace(schedule)
    for _ in range(10):
        pace.note(1.0)
    assert pace.share(0.3) == share
    assert not pace.moments()


def shares(errors: Sequence[float]) -> list[float]:
    """The share before each epoch, and after the last."""
    pace = Pace("plateau")
    found = [pace.share(0.0)]
    for error in errors:
        pace.note(error)
        found.append(pace.share(0.5))
    return found


def test_on_a_plateau_the_rate_is_halved_after_every_three_idle_epochs() -> None:
    assert shares([3, 2, 2, 2, 2]) == [1, 1, 1, 1, 1, 0.5]
    assert shares([3] + 6 * [4]) == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25]


def test_a_smaller_error_than_ever_starts_the_count_anew() -> None:
    assert shares([3, 4, 4, 2, 3, 3, 1])[-1] == 1
    assert shares([3, 4, 4, 3.5, 2])[-1] == 0.5


def test_from_its_moments_a_pace_goes_on_as_before() -> None:
    errors = [3.0, 0.1, 2.0, 0.2, 0.3, 0.1, 0.4, 0.5]
    whole = shares(errors)
    for cut in range(1, len(errors)):
        first, second = Pace("plateau"), Pace("plateau")
        for error in errors[:cut]:
            first.note(error)
        for name, moment in second.moments().items():
            moment[...] = first.moments()[name]
        assert all(np.isfinite(moment) for moment in second.moments().values())
        found = []
        for error in errors[cut:]:
            second.note(error)
            found.append(second.share(0.5))
        assert found == whole[cut + 1 :]
