import pickle
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli import analogues
from forecast_cli.analogues import Analogues, compared_length
from tests.panels import wave

HORIZON = 2
LENGTH = compared_length(HORIZON)


def make_analogues(*series: NDArray[np.float64], log: bool = False, stride: int = 1) -> Analogues:
    return Analogues(
        log=log,
        horizon=HORIZON,
        stride=stride,
        values=np.concatenate(series),
        offsets=np.cumsum([0, *map(len, series)]),
        test_error=None,
        weight=1.0,
    )


def walks(count: int, length: int, *, seed: int = 0) -> list[NDArray[np.float64]]:
    random = np.random.default_rng(seed)
    return [50 + random.normal(size=length).cumsum() for _ in range(count)]


@pytest.fixture
def nearest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the nearest window is asked."""
    monkeypatch.setattr(analogues, "N_NEAREST", 1)


@pytest.mark.usefixtures("nearest_one")
@pytest.mark.parametrize("log", [False, True])
def test_a_window_seen_before_goes_on_as_it_did_then(log: bool) -> None:
    series = walks(3, 40)
    known = make_analogues(*series, log=log)
    context = np.stack([values[10 : 10 + LENGTH] for values in series])
    wanted = np.stack([values[10 + LENGTH :][:HORIZON] for values in series])
    np.testing.assert_allclose(known.forecast(context), wanted, rtol=1e-4)


@pytest.mark.usefixtures("nearest_one")
def test_the_same_shape_in_other_units_goes_on_in_those_units() -> None:
    series = walks(3, 40)
    known = make_analogues(*series)
    context = 1000 * series[1][5 : 5 + LENGTH][None]
    np.testing.assert_allclose(
        known.forecast(context)[0], 1000 * series[1][5 + LENGTH :][:HORIZON], rtol=1e-4
    )


@pytest.mark.usefixtures("nearest_one")
def test_latest_steps_count_more_than_old_ones() -> None:
    ramp = np.arange(float(LENGTH))
    late, early = ramp.copy(), ramp.copy()
    late[-2] += 1.5
    early[0] -= 1.5
    known = make_analogues(np.append(late, [-50, -50]), np.append(early, [50, 50]))
    assert (known.forecast(ramp[None]) > ramp[-1]).all()


def test_a_forecast_is_the_median_of_what_followed_the_nearest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(analogues, "N_NEAREST", 3)
    ramp = np.arange(float(LENGTH))
    ends = [LENGTH, LENGTH + 1, LENGTH + 400]
    known = make_analogues(
        *[np.append(ramp, [end, end]) for end in ends],
        *[np.append(ramp[::-1], [0, 0]) for _ in ends],
    )
    np.testing.assert_allclose(known.forecast(ramp[None]), [[LENGTH + 1] * HORIZON], rtol=1e-5)


def test_no_window_reads_from_one_series_into_the_next_or_over_a_gap() -> None:
    whole = LENGTH + HORIZON
    assert make_analogues(*walks(4, whole - 1)).n_windows == 0
    assert make_analogues(*walks(4, whole)).n_windows == 4
    assert make_analogues(*walks(1, whole + 5)).n_windows == 6
    (gap,) = walks(1, 3 * whole)
    gap[whole] = np.nan
    assert make_analogues(gap).n_windows == 1 + (2 * whole - 1) - whole + 1


def test_on_logs_windows_that_touch_zero_are_left_out() -> None:
    (values,) = walks(1, 3 * (LENGTH + HORIZON))
    values[LENGTH + HORIZON] = 0.0
    assert make_analogues(values, log=True).n_windows < make_analogues(values).n_windows


def test_a_stride_keeps_every_so_many_windows() -> None:
    (values,) = walks(1, LENGTH + HORIZON + 9)
    assert [make_analogues(values, stride=stride).n_windows for stride in (1, 3, 4)] == [10, 4, 3]


def test_what_applies_has_all_steps_that_are_compared() -> None:
    (values,) = walks(1, 40)
    context = np.stack([values[:LENGTH]] * 4)
    context[1, 0] = np.nan
    context[2, -1] = np.nan
    context[3, 3] = -1.0
    assert make_analogues(values).applies(context).tolist() == [True, False, False, True]
    assert make_analogues(values, log=True).applies(context).tolist() == [True, False, False, False]
    assert not make_analogues(values).applies(context[:, 1:]).any()
    assert not make_analogues(values[:5]).applies(context).any()


def test_steps_before_those_that_are_compared_do_not_matter() -> None:
    known = make_analogues(*walks(3, 40))
    (context,) = walks(1, 3 * LENGTH, seed=7)
    np.testing.assert_array_equal(
        known.forecast(context[None]), known.forecast(context[None, -LENGTH:])
    )


def test_a_row_is_forecast_the_same_whatever_stands_beside_it() -> None:
    known = make_analogues(*walks(5, 60))
    context = np.stack(walks(11, LENGTH, seed=3))
    together = known.forecast(context)
    alone = np.concatenate([known.forecast(row[None]) for row in context])
    np.testing.assert_array_equal(together, alone)


def test_windows_are_the_same_in_one_block_and_in_many(monkeypatch: pytest.MonkeyPatch) -> None:
    known = make_analogues(*walks(5, 60))
    context = np.stack(walks(4, LENGTH, seed=3))
    whole = known.forecast(context)
    monkeypatch.setattr(analogues, "_BLOCK", 40)
    np.testing.assert_array_equal(replace(known).forecast(context), whole)


def test_a_pickle_does_not_grow_with_what_was_forecast() -> None:
    known = make_analogues(*walks(5, 60))
    context = np.stack(walks(4, LENGTH, seed=3))
    before = pickle.dumps(known)
    forecast = known.forecast(context)
    assert pickle.dumps(known) == before
    np.testing.assert_array_equal(pickle.loads(before).forecast(context), forecast)


def test_windows_without_any_change_are_finite() -> None:
    flat = np.zeros(40)
    known = make_analogues(flat, np.full(40, 7.0))
    forecast = known.forecast(np.stack([flat[:LENGTH], np.array(wave(LENGTH))]))
    assert np.isfinite(forecast).all()
    np.testing.assert_array_equal(forecast[0], 0.0)
