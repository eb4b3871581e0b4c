import numpy as np

from forecast_cli.scales import mean_size, positive_scales, typical_share


def test_the_scale_is_the_mean_absolute_change_over_a_season() -> None:
    assert positive_scales(np.array([[1.0, 5.0, 3.0, 9.0]]), 2).tolist() == [3.0]


def test_padding_and_gaps_do_not_count() -> None:
    context = np.array([[np.nan, 1.0, np.nan, 2.0, 6.0]])
    assert positive_scales(context, 1).tolist() == [4.0]


def test_a_series_that_repeats_its_season_is_scaled_by_its_steps() -> None:
    assert positive_scales(np.array([[1.0, 3.0, 1.0, 3.0]]), 2).tolist() == [2.0]


def test_a_constant_series_is_scaled_by_its_level_and_zeros_by_one() -> None:
    context = np.array([[-50.0, -50.0], [0.0, 0.0], [np.nan, np.nan]])
    assert positive_scales(context, 1).tolist() == [0.5, 1.0, 1.0]


def test_one_wild_value_does_not_become_the_unit() -> None:
    plain = np.array([[1.0, 3.0, 2.0, 4.0, 3.0, 5.0, 4.0, 6.0, 5.0, 7.0, 6.0, 8.0]])
    wild = plain.copy()
    wild[0, 5] = 1e9
    assert positive_scales(wild, 1)[0] < 5 * positive_scales(plain, 1)[0]


def test_many_zeros_do_not_make_the_rest_outliers() -> None:
    assert mean_size(np.array([[0.0, 0.0, 0.0, 0.0, 4.0]])).tolist() == [0.8]


def test_the_typical_share_is_that_of_the_rows_that_change() -> None:
    context = np.array([[9.0, 11.0], [90.0, 110.0], [500.0, 500.0], [0.5, 0.5], [np.nan, 3.0]])
    assert typical_share(context, 1) == 0.2
    assert typical_share(context[2:], 1) == 0.01
