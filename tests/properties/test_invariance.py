"""What must not matter does not: units, row order, neighbours, batches, and the way through files.

The laws hold for whole fits and for real files; `test_laws` has them for models at random.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forecast_cli import splits, workflows
from forecast_cli.checkpoint import dump_model
from forecast_cli.config import PredictionConfig, Settings, WindowConfig
from forecast_cli.defaults import WindowPlan
from forecast_cli.fitting import Fitted
from forecast_cli.forecast import Forecast
from forecast_cli.inference import forecast_from
from forecast_cli.model import Model
from forecast_cli.panel import Panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.snapshot import Trained
from forecast_cli.splits import Origins, minimum_context, origins_at_end
from forecast_cli.windows import WindowSampler, contexts, count_windows, futures, histories
from tests.examples import share
from tests.models import make_model, make_model_with_covariates, make_seasonal_committee
from tests.panels import alone_in_its_panel, make_panel, wave, with_covariates
from tests.properties.fits import PLANS, TINY, assert_same_bits, candidates, forecast, tiny_fit

Array = NDArray[np.float64]
FILED = replace(TINY, window=WindowConfig(horizon=4))

lists = st.lists(
    st.lists(st.integers(-99, 99).map(float), min_size=1, max_size=30), min_size=1, max_size=4
)


def panel_at(unit: float) -> Panel:
    panel = make_panel(wave(50, season=4), wave(44, season=4, seed=1))
    return replace(panel, values=unit * panel.values)


@cache
def fitted(plan: WindowPlan) -> tuple[Fitted, list[Trained]]:
    """A fit in a unit of one, and its candidates; no test changes it."""
    with candidates() as trained:
        made = tiny_fit(panel_at(1.0), plan)
    return made, trained


@pytest.mark.parametrize(
    ("plan", "unit"),
    [
        *((PLANS["plain"], unit) for unit in (1000.0, 1e-6)),
        *((PLANS["seasonal"], unit) for unit in (1024.0, 1e12)),
        *(pytest.param(PLANS["plain"], unit, marks=pytest.mark.slow) for unit in (1024.0, 1e12)),
        *(pytest.param(PLANS["seasonal"], unit, marks=pytest.mark.slow) for unit in (1000.0, 1e-6)),
    ],
)
def test_a_fit_in_another_unit_forecasts_the_same_in_that_unit(
    plan: WindowPlan, unit: float
) -> None:
    one, other = panel_at(1.0), panel_at(unit)
    fitted_here, trained = fitted(plan)
    with candidates() as scaled:
        fitted_there = tiny_fit(other, plan)
    assert len(trained) == len(scaled) > 1
    for network, there in zip(trained, scaled, strict=True):
        assert there.validation_error == pytest.approx(network.validation_error, rel=1e-4)
    expected = forecast(fitted_here, one)
    np.testing.assert_allclose(forecast(fitted_there, other) / unit, expected, rtol=1e-4)
    np.testing.assert_allclose(fitted_there.widths, fitted_here.widths, rtol=1e-3)


@pytest.mark.parametrize("plan", PLANS.values(), ids=list(PLANS))
def test_the_same_fit_beside_another_gives_the_same_bits(plan: WindowPlan) -> None:
    _, trained = fitted(plan)
    with candidates() as again:
        tiny_fit(panel_at(1.0), plan)
    for one, other in zip(trained, again, strict=True):
        assert_same_bits(one, other)


MODELS = {"plain": make_model(), "seasonal": make_model(committee=make_seasonal_committee(3))}
SEEING = make_model_with_covariates()


def assert_alone_as_together(model: Model, panel: Panel, block: int) -> None:
    """Series get the same forecast together, in blocks of so many and alone."""
    together = made_from(model, panel)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splits, "_BLOCK", block)
        in_blocks = made_from(model, panel)
    alone = [made_from(model, alone_in_its_panel(panel, n)) for n in range(panel.n_series)]
    size = 1 + np.abs(panel.values).max()
    for number, array in enumerate(together):
        one_by_one = np.concatenate([single[number] for single in alone])
        np.testing.assert_allclose(in_blocks[number], array, rtol=1e-6, atol=1e-6 * size)
        np.testing.assert_allclose(one_by_one, array, rtol=1e-6, atol=1e-6 * size)


@settings(max_examples=share(30))
@given(values=lists, seed=st.integers(0, 99), block=st.integers(1, 3))
def test_with_covariates_series_forecast_together_or_alone_have_the_same_forecasts(
    values: Sequence[list[float]], seed: int, block: int
) -> None:
    panel = with_covariates(make_panel(*values), ahead=9, seed=seed)
    assert_alone_as_together(SEEING, panel, block)


@pytest.mark.parametrize("unit", [1000.0, 1e-6, 1e12])
def test_with_covariates_a_model_forecasts_the_same_in_another_unit(unit: float) -> None:
    panel = SEEING.panel
    scaled = made_from(SEEING, replace(panel, values=unit * panel.values), horizon=4)
    for there, here in zip(scaled, made_from(SEEING, panel, horizon=4), strict=True):
        np.testing.assert_allclose(there / unit, here, rtol=1e-4)


def arrays(made: Forecast) -> list[Array]:
    return [made.mean, *(bound for pair in made.bounds.values() for bound in pair)]


def made_from(
    model: Model, panel: Panel, origins: Origins | None = None, *, horizon: int = 9
) -> list[Array]:
    at = origins or origins_at_end(panel)
    return arrays(forecast_from(model, panel, at, horizon=horizon, levels=(80, 95)))


@settings(max_examples=share(30))
@given(values=lists, kind=st.sampled_from(sorted(MODELS)), block=st.integers(1, 3))
def test_series_forecast_together_in_blocks_or_alone_have_the_same_forecasts(
    values: Sequence[list[float]], kind: str, block: int
) -> None:
    assert_alone_as_together(MODELS[kind], make_panel(*values), block)


@given(
    values=lists,
    constant=st.integers(-9, 9),
    length=st.integers(1, 60),
    season_length=st.integers(1, 5),
    data=st.data(),
)
def test_a_constant_series_beside_them_changes_no_window_of_the_others(
    values: Sequence[list[float]],
    constant: int,
    length: int,
    season_length: int,
    data: st.DataObject,
) -> None:
    alone, beside = make_panel(*values), make_panel(*values, [float(constant)] * length)
    n, least = alone.n_series, minimum_context(season_length)
    seen = np.array([data.draw(st.integers(0, len(one))) for one in values])
    at = Origins(series=np.arange(n), stops=alone.offsets[:-1] + seen, limits=alone.offsets[1:])
    width = int(alone.lengths.max())
    np.testing.assert_array_equal(histories(beside, at)[:, -width:], histories(alone, at))
    np.testing.assert_array_equal(contexts(beside, at, 7), contexts(alone, at, 7))
    np.testing.assert_array_equal(futures(beside, at, 7), futures(alone, at, 7))
    one = WindowSampler.over(alone, alone.offsets[1:], least)
    other = WindowSampler.over(beside, beside.offsets[1:], least)
    np.testing.assert_array_equal(other.first[:n], one.first)
    np.testing.assert_array_equal(other.limits[:n], one.limits)
    np.testing.assert_array_equal(other.eligible[other.eligible < n], one.eligible)
    own = max(0, length - least)
    assert count_windows(beside, season_length) == count_windows(alone, season_length) + own


def write_rows(folder: Path, order: Sequence[int]) -> str:
    """Two series in one file, whose rows come in some order."""
    folder.mkdir()
    rows = [
        f"{name},{2000 + n},{value:.3f}"
        for name, values in (("a", wave(40)), ("b", wave(36, seed=1)))
        for n, value in enumerate(values)
    ]
    lines = ["shop,year,sales", *(rows[i] for i in order)]
    (folder / "sales.csv").write_text("\n".join(lines) + "\n")
    return str(folder / "sales.csv")


def train(source: str, output: Path, options: Settings = FILED) -> bytes:
    checkpoint, _ = workflows.train(
        source, str(output), settings=options, tell=lambda _: None, progress=lambda _: None
    )
    assert output.read_bytes() == checkpoint
    return checkpoint


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))]
)
def test_the_order_of_the_rows_changes_no_byte_of_the_checkpoint(seed: int, tmp_path: Path) -> None:
    straight = write_rows(tmp_path / "straight", range(76))
    order = np.random.default_rng(seed).permutation(76).tolist()
    mixed = write_rows(tmp_path / "mixed", order)
    assert Path(straight).read_bytes() != Path(mixed).read_bytes()
    one, other = (
        train(path, tmp_path / f"{n}.forecast") for n, path in enumerate((straight, mixed))
    )
    assert one == other


@pytest.mark.parametrize("season_length", [1, 4])
def test_a_model_forecasts_the_same_bits_from_memory_and_from_its_file(
    season_length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Model] = []

    def keep(model: Model) -> bytes:
        kept.append(model)
        return dump_model(model)

    monkeypatch.setattr(workflows, "dump_model", keep)
    window = WindowConfig(horizon=4, season_length=season_length)
    source = write_rows(tmp_path / "rows", range(76))
    train(source, tmp_path / "m.forecast", replace(FILED, window=window))
    read, _ = workflows.predict(
        None,
        str(tmp_path / "m.forecast"),
        read=ReadConfig(),
        wanted=PredictionConfig(horizon=9, levels=(80, 95)),
        tell=lambda _: None,
    )
    (model,) = kept
    assert model.committee.members
    for from_file, from_memory in zip(arrays(read), made_from(model, model.panel), strict=True):
        np.testing.assert_array_equal(from_file, from_memory)
