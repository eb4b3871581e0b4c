from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from forecast_cli.adjustment import Adjustment, choose, estimate, tell_effects
from forecast_cli.covariates import Covariate
from forecast_cli.effects import Effects, Term
from forecast_cli.notices import Notice
from forecast_cli.panel import Panel
from forecast_cli.splits import Split, origins_at, split_panel
from tests.panels import EVENT, PRICE, RAIN, SIZE, covariates_of, make_panel, wave, with_covariates

Array = NDArray[np.float64]


def promoted(*, effect: float = 0.4, on_logs: bool = True, shift: float = 0.0) -> Panel:
    """Three series of which a fair and, twice as much, a sale change the values."""
    panel = with_covariates(
        make_panel(*[wave(90, seed=n) for n in range(3)]), (EVENT, PRICE), ahead=6
    )
    covariates = covariates_of(panel)
    codes = np.concatenate([covariates.values[a : a + 90, 0] for a in covariates.offsets[:-1]])
    change = effect * codes / 2
    values = panel.values * np.exp(change) if on_logs else panel.values + 50 * change
    return replace(panel, values=values + shift)


def split_of(panel: Panel) -> Split:
    split = split_panel(panel, horizon=6, season_length=1)
    assert split is not None
    return split


def test_an_adjusted_panel_and_what_is_put_back_are_the_panel() -> None:
    panel = promoted()
    found = estimate(panel, panel.offsets[1:], on_logs=True, season_length=1)
    assert found is not None
    origins = origins_at(panel.offsets[1:] - 6)
    without = found.without(panel)
    last = np.stack([without.series(n)[-6:] for n in range(3)])
    expected = np.stack([panel.series(n)[-6:] for n in range(3)])
    np.testing.assert_allclose(found.restore(panel, origins, last), expected, rtol=1e-12)
    assert np.abs(np.diff(without.values)).mean() < 0.5 * np.abs(np.diff(panel.values)).mean()


@pytest.mark.parametrize("on_logs", [False, True])
def test_effects_that_help_are_chosen_on_the_scale_that_suits_them(on_logs: bool) -> None:
    panel = promoted(on_logs=on_logs)
    found = choose(panel, split_of(panel), season_length=1)
    assert found is not None
    assert found.effects.on_logs == on_logs


def test_effects_that_do_not_help_are_left_out() -> None:
    panel = promoted(effect=0.0)
    assert choose(panel, split_of(panel), season_length=1) is None


def test_values_below_zero_keep_effects_off_the_logarithms() -> None:
    panel = promoted(shift=-60.0)
    found = choose(panel, split_of(panel), season_length=1)
    assert found is not None
    assert not found.effects.on_logs


@pytest.mark.parametrize("value", [-1e6, 0.0, 1e6])
def test_values_of_the_test_part_change_no_effect(value: float) -> None:
    panel = promoted()
    split = split_of(panel)
    later = np.arange(len(panel.values)) >= np.repeat(split.validation_limits, panel.lengths)
    changed = replace(panel, values=np.where(later, value, panel.values))
    one, other = (choose(p, split, season_length=1) for p in (panel, changed))
    assert one is not None
    assert other is not None
    assert one.effects == other.effects
    np.testing.assert_array_equal(one.coefficients, other.coefficients)
    np.testing.assert_array_equal(one.sizes, other.sizes)


@pytest.mark.parametrize("columns", [(RAIN,), (SIZE,), ()])
def test_without_columns_known_ahead_there_are_no_effects(columns: tuple[Covariate, ...]) -> None:
    panel = with_covariates(make_panel(wave(90)), columns)
    assert estimate(panel, panel.offsets[1:], on_logs=False, season_length=1) is None
    bare = make_panel(wave(90))
    assert choose(bare, split_of(bare), season_length=1) is None


def told_of(panel: Panel, found: Adjustment | None) -> list[str]:
    told: list[Notice] = []
    tell_effects(panel, found, told.append)
    return [notice.text for notice in told]


def told_of_effects(panel: Panel, terms: tuple[Term, ...], *mean: float, on_logs: bool) -> str:
    effects = Effects(
        terms=terms, on_logs=on_logs, season_length=1, mean=mean, variance=(0.0,) * len(terms)
    )
    nothing = np.empty((0, 1))
    (text,) = told_of(panel, Adjustment(effects=effects, coefficients=nothing, sizes=nothing))
    return text.removeprefix("effects of what is known ahead (--future): ")


def category(code: int) -> Term:
    return Term(column=0, category=code, centre=0.0, spread=1.0)


def test_effects_are_told_in_per_cent_by_category_the_largest_first() -> None:
    terms = (category(0), category(1), category(2))
    text = told_of_effects(promoted(), terms, 0.0, 0.1, -0.5, on_logs=True)
    assert text == "event 'sale' -39.3 %, event 'fair' +10.5 %"


def test_an_effect_of_a_number_is_told_for_one_unit_more() -> None:
    price = Term(column=1, category=None, centre=7.0, spread=4.0)
    assert told_of_effects(promoted(), (price,), 0.4, on_logs=False) == "price +10 %"


def test_many_effects_are_told_in_part() -> None:
    many = Covariate(name="day", role="future", categories=tuple("abcdefghij"))
    panel = with_covariates(make_panel(wave(20)), (many,))
    text = told_of_effects(panel, tuple(map(category, range(9))), *[0.1] * 9, on_logs=False)
    assert text.startswith("day 'a' +10 %, day 'b' +10 %, ")
    assert text.endswith("day 'f' +10 % and 3 more")


def test_that_nothing_was_found_is_told_only_where_something_was_looked_for() -> None:
    assert told_of(promoted(), None) == [
        "effects of what is known ahead (--future): no steady effect on the target was found; "
        "networks see the columns all the same"
    ]
    assert told_of(make_panel(wave(20)), None) == []
    assert told_of(with_covariates(make_panel(wave(20)), (RAIN,)), None) == []
