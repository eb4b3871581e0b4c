import numpy as np
import pytest
import torch

from forecast_cli import examples
from forecast_cli.cleaning import with_rule
from forecast_cli.examples import ExampleSource, Ground, Grounds
from forecast_cli.losses import Examples
from forecast_cli.panel import Panel
from forecast_cli.splits import Origins, origins_at
from tests.models import inputs_of, make_form
from tests.panels import covariates_of, make_panel, wave, with_covariates

HORIZON = 4
LIMITS = np.array([40, 100])


def panel() -> Panel:
    return make_panel(wave(60), wave(60, seed=1))


def make_source(of: Panel, *, season_length: int = 1, log: bool = False) -> ExampleSource:
    form = make_form(season_length=season_length, deseasonalised=season_length > 1, log=log)
    ground = Ground(of, LIMITS, season_length=season_length)
    return ExampleSource(ground, form, horizon=HORIZON, device="cpu")


def batches(source: ExampleSource, count: int = 3) -> list[Examples]:
    return list(source.batches(np.random.default_rng(0), count=count, batch_size=5))


def assert_same(one: Examples, other: Examples) -> None:
    for name in ("features", "offset", "gain", "target", "weight"):
        assert torch.equal(getattr(one, name), getattr(other, name))


def test_batches_have_the_size_that_was_asked_for() -> None:
    drawn = batches(make_source(panel()))
    assert [len(batch) for batch in drawn] == [5, 5, 5]
    assert drawn[0].features.shape[1] == make_form().context_length
    assert drawn[0].target.shape[1] == HORIZON


@pytest.mark.parametrize("values", [1, 200, 400])
def test_how_many_batches_are_made_at_a_time_does_not_matter(
    values: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = batches(make_source(panel()))
    monkeypatch.setattr(examples, "_LARGEST_BLOCK", values)
    for one, other in zip(batches(make_source(panel())), at_once, strict=True):
        assert_same(one, other)


def test_however_few_windows_are_drawn_at_a_time_all_batches_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(examples, "_MOST_DRAWN", 10)
    assert [len(batch) for batch in batches(make_source(panel()))] == [5, 5, 5]


@pytest.mark.parametrize("season_length", [1, 6])
def test_nothing_behind_the_limits_reaches_a_window_before_them(season_length: int) -> None:
    changed = panel()
    changed.values[40:60] *= -3
    changed.values[100:] += 1000
    before = batches(make_source(panel(), season_length=season_length))
    after = batches(make_source(changed, season_length=season_length))
    for one, other in zip(before, after, strict=True):
        assert_same(one, other)


def test_a_window_after_the_limits_sees_what_was_known_at_its_origin() -> None:
    origins = Origins(
        series=np.array([0, 1]), stops=np.array([50, 110]), limits=np.array([60, 120])
    )
    changed = panel()
    changed.values[50:60] += 100
    one = make_source(panel(), season_length=6).after(origins)
    other = make_source(changed, season_length=6).after(origins)
    assert torch.equal(one.features, other.features)
    assert not torch.equal(one.target[0], other.target[0])
    assert torch.equal(one.target[1], other.target[1])


@pytest.mark.parametrize("season_length", [1, 6])
def test_an_outlier_is_neither_seen_nor_learnt(season_length: int) -> None:
    wild = with_rule(panel(), "clip", season_length)
    wild.values[[20, 37, 80]] = 1e9
    for batch in batches(make_source(wild, season_length=season_length), count=20):
        assert batch.target.abs().max() < 100
        known = batch.weight[batch.weight > 0]
        assert known.min() > 0.1 * known.max()
    origins = Origins(series=np.array([0]), stops=np.array([50]), limits=np.array([60]))
    calm = make_source(panel(), season_length=season_length).after(origins)
    wild.values[51] = 1e9
    after = make_source(wild, season_length=season_length).after(origins)
    torch.testing.assert_close(after.features, calm.features, atol=1.5, rtol=0)
    assert after.target.abs().max() < 3 * calm.target.abs().max() + 3


def test_windows_that_a_form_cannot_express_are_left_out() -> None:
    below_zero = panel()
    below_zero.values[60:] -= 1e6
    origins = Origins(
        series=np.array([0, 1]), stops=np.array([50, 110]), limits=np.array([60, 120])
    )
    assert len(make_source(below_zero, log=True).after(origins)) == 1
    assert len(make_source(below_zero).after(origins)) == 2


def seeing_source(of: Panel) -> ExampleSource:
    form = make_form(inputs=inputs_of(with_covariates(panel())))
    ground = Ground(of, LIMITS, season_length=1)
    return ExampleSource(ground, form, horizon=HORIZON, device="cpu")


def assert_fed_the_same(one: Examples, other: Examples) -> None:
    assert_same(one, other)
    assert one.fed is not None
    assert other.fed is not None
    assert torch.equal(one.fed[0], other.fed[0])
    assert torch.equal(one.fed[1], other.fed[1])


def test_a_form_with_inputs_is_fed_them_and_one_without_is_not() -> None:
    of = with_covariates(panel())
    fed = batches(seeing_source(of))[0].fed
    assert fed is not None
    assert fed[0].shape == (5, make_form().context_length, 6)
    assert fed[1].shape == (5, HORIZON, 4)
    assert batches(make_source(of))[0].fed is None


def test_some_of_the_windows_are_fed_what_is_theirs() -> None:
    batch = batches(seeing_source(with_covariates(panel())))[0]
    assert batch.fed is not None
    part = batch.batch(slice(2, 4)).fed
    assert part is not None
    assert torch.equal(part[0], batch.fed[0][2:4])
    assert torch.equal(part[1], batch.fed[1][2:4])


@pytest.mark.parametrize("limited", [False, True])
def test_covariates_behind_the_limits_reach_a_window_before_them_only_where_known_ahead(
    limited: bool,
) -> None:
    one, other = (with_covariates(panel()) for _ in range(2))
    known = covariates_of(other)
    for start, stop in ((40, 60), (100, 120)):
        # No window before the limits has more than the horizon behind it.
        known.values[start:stop, 2:] += 1e3
        if not limited:
            known.values[start + HORIZON : stop, :2] += 1e3
    for before, after in zip(
        batches(seeing_source(one)), batches(seeing_source(other)), strict=True
    ):
        assert_fed_the_same(before, after)


def test_networks_that_learn_from_the_same_values_share_their_ground() -> None:
    grounds, of = Grounds(), panel()
    first = grounds.of(of, LIMITS, 1)
    assert grounds.of(of, LIMITS, 1) is first
    assert grounds.of(of, LIMITS.copy(), 1) is not first
    assert grounds.of(of, LIMITS, 12) is not first
    assert grounds.of(panel(), LIMITS, 1) is not first


def test_what_comes_after_the_limits_is_looked_up_once_for_each_kind_of_form() -> None:
    ground = Ground(panel(), LIMITS, season_length=12)
    origins = origins_at(LIMITS)
    plain, calm = (make_form(season_length=12, deseasonalised=calm) for calm in (False, True))
    seen = ground.later(origins, plain, HORIZON)
    assert ground.later(origins, plain, HORIZON) is seen
    assert ground.later(origins, calm, HORIZON) is not seen
    assert ground.later(origins, plain, 1)[1].shape == (2, 1)
