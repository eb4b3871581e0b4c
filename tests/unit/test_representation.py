from dataclasses import replace

import numpy as np
import pytest

from forecast_cli.representation import Representation, Represented, applies, represent

LEVEL = Representation(log=False, base="naive", season_length=1)
LOG = Representation(log=True, base="naive", season_length=1)
SEASONAL = Representation(log=False, base="seasonal-naive", season_length=2)
NAN = np.nan


@pytest.mark.parametrize("representation", [LEVEL, LOG, SEASONAL])
def test_expressing_and_restoring_a_future_gives_it_back(representation: Representation) -> None:
    context = np.array([[3.0, 5.0, 4.0, 7.0], [NAN, 100.0, 90.0, 120.0]])
    future = np.array([[8.0, 6.5], [130.0, 110.0]])
    represented = represent(representation, context, 2)
    linked = represented.express(future)
    relative = np.log(linked) if representation.log else linked
    output = (relative - represented.offset) / represented.gain
    np.testing.assert_allclose(represented.restore(output), future, rtol=1e-12)


@pytest.mark.parametrize(
    ("representation", "expected"),
    [(LEVEL, [7.0, 7.0]), (LOG, [7.0, 7.0]), (SEASONAL, [4.0, 7.0])],
)
def test_an_output_of_zero_is_the_simple_continuation(
    representation: Representation, expected: list[float]
) -> None:
    represented = represent(representation, np.array([[3.0, 5.0, 4.0, 7.0]]), 2)
    np.testing.assert_allclose(represented.restore(np.zeros((1, 2))), [expected])


@pytest.mark.parametrize("representation", [LEVEL, LOG])
def test_a_change_of_unit_changes_no_feature_and_scales_the_forecast(
    representation: Representation,
) -> None:
    context = np.array([[3.0, NAN, 4.0, 7.0, 6.0]])
    output = np.array([[0.5, -0.25]])
    plain = represent(representation, context, 2)
    scaled = represent(representation, 1000 * context, 2)
    np.testing.assert_allclose(scaled.features, plain.features, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(scaled.restore(output), 1000 * plain.restore(output), rtol=1e-12)


def test_the_unit_is_the_mean_absolute_change_and_the_origin_the_last_value() -> None:
    represented = represent(LEVEL, np.array([[1.0, 3.0, 7.0]]), 1)
    assert represented.unit.tolist() == [[3.0]]
    assert represented.shift.tolist() == [[7.0]]
    np.testing.assert_allclose(represented.features[0, :, 0], [-2.0, -4 / 3, 0.0], rtol=1e-6)


def test_padding_and_gaps_tell_how_long_ago_a_value_was_seen_and_hold_no_nan() -> None:
    features = represent(LEVEL, np.array([[NAN, 1.0, NAN, NAN, NAN, 2.0, NAN]]), 1).features
    assert np.isfinite(features).all()
    assert features[0, :, 1].tolist() == [0.0, 1.0, 0.5, np.float32(1 / 3), 0.25, 1.0, 0.5]


def test_a_gap_in_the_last_season_is_not_continued_from_a_level_long_left() -> None:
    seasonal = Representation(log=False, base="seasonal-naive", season_length=2)
    growing = np.array([[1.0, 11.0, 3.0, 13.0, 5.0, NAN]])
    represented = represent(seasonal, growing, 2)
    restored = represented.restore(np.zeros((1, 2)))
    np.testing.assert_allclose(restored, [[5.0, 15.0]])


def test_a_window_without_any_change_is_finite_and_restores_its_value() -> None:
    for value in (0.0, 5.0, -5.0):
        represented = represent(LEVEL, np.full((1, 4), value), 3)
        assert np.isfinite(represented.features).all()
        assert represented.restore(np.zeros((1, 3))).tolist() == [[value] * 3]
        assert np.isfinite(represented.express(np.full((1, 3), 1.0))).all()


def test_wild_values_are_clipped_as_features() -> None:
    features = represent(
        LEVEL, np.array([[1e30, 1.0, 2.0, 1.0, 2.0, 1.0] + [2.0] * 60]), 1
    ).features
    assert np.abs(features[:, :, 0]).max() <= 20


def test_a_forecast_on_logs_is_positive_and_never_overflows() -> None:
    represented = represent(LOG, np.array([[1e-3, 1e12, 5.0]]), 1)
    for output in (-1e6, 1e6):
        restored = represented.restore(np.array([[output]]))
        assert np.isfinite(restored).all()
        assert (restored > 0).all()


def test_logs_apply_only_to_positive_windows_and_nothing_to_empty_ones() -> None:
    context = np.array([[1.0, 2.0], [NAN, 2.0], [0.0, 2.0], [-1.0, 2.0], [NAN, NAN]])
    assert applies(LOG, context).tolist() == [True, True, False, False, False]
    assert applies(LEVEL, context).tolist() == [True, True, True, True, False]


def test_rows_are_represented_independently_of_each_other() -> None:
    rows = np.array([[1.0, 2.0, 4.0], [50.0, 40.0, 45.0]])
    together = represent(LOG, rows, 2)
    alone = represent(LOG, rows[1:], 2)
    assert isinstance(together, Represented)
    np.testing.assert_array_equal(together.features[1:], alone.features)
    np.testing.assert_array_equal(together.offset[1:], alone.offset)


def test_one_wild_value_in_a_window_does_not_become_its_unit() -> None:
    wild = np.array([[100.0, 101.0, 99.0, 1e6, 100.0, 102.0, 101.0, 103.0, 102.0, 104.0]])
    assert represent(LEVEL, wild, 1).unit[0, 0] < 10


def test_a_representation_tells_its_scale_its_season_and_what_it_corrects() -> None:
    assert str(LEVEL) == "level, correction to naive"
    plain = Representation(log=True, base="drift", season_length=12, deseasonalised=True)
    assert str(plain) == "log, season removed, correction to drift"


def test_what_has_lost_its_season_is_measured_and_continued_as_if_it_had_none() -> None:
    context = np.array([[1.0, 5.0, 2.0, 6.0, 3.0]])
    plain = Representation(log=False, base="seasonal-naive", season_length=2, deseasonalised=True)
    found = represent(plain, context, 2)
    expected = represent(replace(plain, season_length=1, deseasonalised=False), context, 2)
    np.testing.assert_array_equal(found.features, expected.features)
    np.testing.assert_array_equal(found.unit, expected.unit)
    np.testing.assert_array_equal(found.restore(np.zeros((1, 2))), [[3.0, 3.0]])
