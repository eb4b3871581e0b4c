"""Laws that hold for every panel: nothing leaks, units and neighbours do not matter, files keep."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from forecast_cli.backtest import make_scene
from forecast_cli.baselines import NAIVE
from forecast_cli.checkpoint import dump_model, load_model
from forecast_cli.forecast import Forecast
from forecast_cli.inference import forecast_from
from forecast_cli.intervals import extend, half_widths
from forecast_cli.model import Model
from forecast_cli.panel import Panel
from forecast_cli.representation import Representation, represent
from forecast_cli.splits import Origins, origins_at_end
from forecast_cli.times.calendar import Calendar
from forecast_cli.windows import contexts
from tests.examples import share
from tests.models import (
    HORIZON,
    make_committee,
    make_form,
    make_member,
    make_model,
    make_seasonal_committee,
)
from tests.panels import make_panel

Array = NDArray[np.float64]
BEYOND = 2 * HORIZON + 1
LEVELS = (50, 80, 95)
NAN = float("nan")

laws = settings(max_examples=share(60))

eighths = st.integers(-8000, 8000).map(lambda n: n / 8)
positives = st.integers(1, 8000).map(lambda n: n / 8)


@st.composite
def series(draw: st.DrawFn, numbers: st.SearchStrategy[float] = eighths) -> list[float]:
    """Numbers with gaps; the first and the last are there, as in every panel."""
    values = draw(st.lists(numbers, min_size=1, max_size=20))
    gaps = draw(st.sets(st.integers(1, len(values)), max_size=4))
    inner = [NAN if n in gaps else value for n, value in enumerate(values[:-1])]
    return [*inner, values[-1]]


MODELS = {
    "plain": make_model(),
    "season of 2": make_model(committee=make_seasonal_committee(2)),
    "season of 3": make_model(committee=make_seasonal_committee(3)),
}
"""Members that see the season, and members whose window has lost it."""

kinds = st.sampled_from(sorted(MODELS))


def some_series(least: int = 1) -> st.SearchStrategy[list[list[float]]]:
    one = st.one_of(series(), series(numbers=positives))
    return st.lists(one, min_size=least, max_size=4)


def forecast(panel: Panel, origins: Origins | None = None, model: Model | None = None) -> Forecast:
    at = origins or origins_at_end(panel)
    return forecast_from(model or MODELS["plain"], panel, at, horizon=BEYOND, levels=LEVELS)


def assert_close(one: Array, other: Array, size: Array) -> None:
    """Equal up to rounding in single precision, `size` [N] being that of the values."""
    allowed = 1e-5 * (np.abs(other) + size[:, None])
    assert (np.abs(one - other) <= allowed).all()


def sizes(panel: Panel) -> Array:
    return np.fmax.reduceat(np.abs(panel.values), panel.offsets[:-1])


@laws
@given(values=some_series(), kind=kinds, data=st.data())
def test_nothing_behind_a_cutoff_reaches_a_context_a_scale_or_a_forecast(
    values: list[list[float]], kind: str, data: st.DataObject
) -> None:
    panel = make_panel(*values)
    model = MODELS[kind]
    seen = np.array([data.draw(st.integers(1, len(one))) for one in values])
    stops = panel.offsets[:-1] + seen
    origins = Origins(series=np.arange(panel.n_series), stops=stops, limits=panel.offsets[1:])
    future = np.arange(len(panel.values)) >= np.repeat(stops, panel.lengths)
    other = data.draw(npst.arrays(np.float64, len(panel.values), elements=st.just(NAN) | eighths))
    changed = replace(panel, values=np.where(future, other, panel.values))

    def before(panel: Panel) -> list[Array]:
        scene = make_scene(panel, origins, HORIZON, model.committee.season_length)
        made = forecast(panel, origins, model)
        return [
            contexts(panel, origins, 6),
            scene.context,
            scene.scale,
            *scene.simple.values(),
            made.mean,
            *flat(made),
        ]

    for one, again in zip(before(panel), before(changed), strict=True):
        np.testing.assert_array_equal(one, again)


def flat(made: Forecast) -> list[Array]:
    return [bound for pair in made.bounds.values() for bound in pair]


@laws
@given(values=some_series(), kind=kinds, factor=st.sampled_from([1000.0, 1e-6, 1e9]))
def test_another_unit_gives_the_same_forecast_in_that_unit(
    values: list[list[float]], kind: str, factor: float
) -> None:
    panel, model = make_panel(*values), MODELS[kind]
    scaled = replace(panel, values=factor * panel.values)
    one, other = forecast(panel, model=model), forecast(scaled, model=model)
    assert_close(other.mean / factor, one.mean, sizes(panel))
    # A series of zeros has no size that an interval could scale with.
    sized = sizes(panel) > 0
    for bound, scaled_bound in zip(flat(one), flat(other), strict=True):
        assert_close(scaled_bound[sized] / factor, bound[sized], sizes(panel)[sized])


@laws
@given(values=some_series(), kind=kinds, constant=eighths, length=st.integers(1, 60))
def test_a_constant_series_beside_them_changes_no_other_forecast(
    values: list[list[float]], kind: str, constant: float, length: int
) -> None:
    panel, model = make_panel(*values), MODELS[kind]
    alone = forecast(panel, model=model)
    beside = forecast(make_panel(*values, [constant] * length), model=model)
    assert_close(beside.mean[:-1], alone.mean, sizes(panel))
    for bound, other in zip(flat(alone), flat(beside), strict=True):
        assert_close(other[:-1], bound, sizes(panel))


@laws
@given(values=some_series(least=2), kind=kinds, data=st.data())
def test_the_order_of_the_series_does_not_matter(
    values: list[list[float]], kind: str, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(values))))
    panel, model = make_panel(*values), MODELS[kind]
    plain = forecast(panel, model=model)
    shuffled = forecast(make_panel(*[values[n] for n in order]), model=model)
    assert_close(shuffled.mean, plain.mean[order], sizes(panel)[order])
    for bound, other in zip(flat(plain), flat(shuffled), strict=True):
        assert_close(other, bound[order], sizes(panel)[order])


@laws
@given(
    log=st.booleans(),
    base=st.sampled_from(sorted(NAIVE)),
    season_length=st.integers(1, 5),
    deseasonalised=st.booleans(),
    data=st.data(),
)
def test_a_future_that_is_expressed_and_restored_is_the_same_future(
    log: bool, base: str, season_length: int, deseasonalised: bool, data: st.DataObject
) -> None:
    numbers = positives if log else eighths
    shape = data.draw(npst.array_shapes(min_dims=2, max_dims=2, max_side=8))
    context = data.draw(npst.arrays(np.float64, shape, elements=st.just(NAN) | numbers))
    # A window without a value is not expressed, and one of zeros has no unit.
    assume((np.nan_to_num(context) != 0).any(axis=1).all())
    future = data.draw(npst.arrays(np.float64, (shape[0], 3), elements=numbers))
    representation = Representation(
        log=log, base=base, season_length=season_length, deseasonalised=deseasonalised
    )
    represented = represent(representation, context, 3)
    linked = represented.express(future)
    output = ((np.log(linked) if log else linked) - represented.offset) / represented.gain
    size = max(np.nanmax(np.abs(context)), np.abs(future).max())
    np.testing.assert_allclose(represented.restore(output), future, rtol=1e-9, atol=1e-9 * size)


def named(panel: Panel, names: list[str]) -> Panel:
    return replace(panel, ids=np.array([[name] for name in names], dtype=object))


calendars: list[Callable[[], Calendar]] = [
    Calendar.steps,
    Calendar.years,
    lambda: Calendar.dates("MS", pattern="%Y-%m"),
    lambda: Calendar.dates("B"),
]


@laws
@given(
    values=some_series(),
    make_calendar=st.sampled_from(calendars),
    start=st.integers(0, 2000),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_a_model_that_was_saved_and_loaded_forecasts_the_same_bits(
    values: list[list[float]],
    make_calendar: Callable[[], Calendar],
    start: int,
    seed: int,
    data: st.DataObject,
) -> None:
    text = st.text(st.characters(codec="utf-8"), max_size=5)
    names = data.draw(
        st.lists(text, min_size=len(values), max_size=len(values), unique=True), label="names"
    )
    panel = named(make_panel(*values, calendar=make_calendar()), names)
    panel = replace(panel, starts=panel.starts + start)
    forms = [make_form(), make_form(log=True), make_form(segment_length=3)]
    members = [make_member(form, seed=seed + number) for number, form in enumerate(forms)]
    if seed % 2:
        members = list(make_seasonal_committee().members)
    model = make_model(panel, make_committee(members))
    loaded, _ = load_model(dump_model(model), "m.forecast")
    one, again = forecast(panel, model=model), forecast(loaded.panel, model=loaded)
    for array, loaded_array in zip([one.mean, *flat(one)], [again.mean, *flat(again)], strict=True):
        np.testing.assert_array_equal(array, loaded_array)
    np.testing.assert_array_equal(again.ids, one.ids)
    assert again.frame().equals(one.frame())


@laws
@given(
    residuals=npst.arrays(
        np.float64,
        npst.array_shapes(min_dims=2, max_dims=2, max_side=6),
        elements=st.just(NAN) | eighths,
    ),
    repeats=st.sampled_from([1, 150]),
    horizon=st.integers(1, 9),
)
def test_a_wider_level_has_a_wider_interval_at_every_step(
    residuals: Array, repeats: int, horizon: int
) -> None:
    assume(np.isfinite(residuals).any())
    widths = extend(half_widths(np.repeat(residuals, repeats, axis=0)), horizon)
    assert widths.shape == (99, horizon)
    assert (widths >= 0).all()
    assert (np.diff(widths, axis=0) >= 0).all()


@laws
@given(values=some_series(), kind=kinds)
def test_the_intervals_of_every_forecast_hold_the_mean_and_each_other(
    values: list[list[float]], kind: str
) -> None:
    made = forecast(make_panel(*values), model=MODELS[kind])
    assert np.isfinite([made.mean, *flat(made)]).all()
    inner_low = inner_high = made.mean
    for level in LEVELS:
        low, high = made.bounds[level]
        assert (low <= inner_low).all()
        assert (high >= inner_high).all()
        inner_low, inner_high = low, high
