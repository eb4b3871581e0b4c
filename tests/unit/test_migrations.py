"""Files of older versions: `tests/data` keeps one that each format's own version wrote."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast_cli import smoothing
from forecast_cli.checkpoint import dump_model, load_model, read_checkpoint
from forecast_cli.errors import CheckpointError
from forecast_cli.inference import forecast_from
from forecast_cli.migrations import FORMAT_VERSION, migrate
from forecast_cli.model import Model
from forecast_cli.splits import origins_at_end
from tests.sealed_files import put_together, take_apart

DATA = Path(__file__).parents[1] / "data"

# What the version that wrote a file forecast with it: the mean, and the lower bound at 80 %.
FORECASTS = {
    1: (
        [
            [68.93912290787108, 83.61858425442013, 70.16159277348484, 73.03895684240499],
            [61.654474562004694, 69.09048555486223, 61.06445773922397, 63.16921863019046],
        ],
        [
            [64.69736412780686, 77.61983145933814, 62.81465105296223, 64.55543928227654],
            [57.48683674267324, 63.196555627704655, 53.84589728859633, 54.83394299152755],
        ],
    ),
    2: (
        [
            [133.2170673865566, 139.05644949609405, 142.42046971362487, 145.28320461969335],
            [158.96000333306125, 162.77888609308516, 164.93452382257442, 163.7378438769437],
        ],
        [
            [128.862023393537, 133.90273634420578, 135.72933381311836, 137.66827666691898],
            [154.60495934004163, 157.6251729411969, 158.2433879220679, 156.12291592416935],
        ],
    ),
    3: (
        [
            [58.09601721266439, 58.13548591205251, 58.12098020581109, 58.12527966103332],
            [57.88278277512317, 57.910745557731936, 57.88710910403752, 57.878963335855914],
        ],
        [
            [48.891559746296686, 48.03937022412507, 48.02486451788365, 48.02916397310588],
            [48.69133681452299, 47.82890183183845, 47.805265378144036, 47.79711960996243],
        ],
    ),
    4: (
        [
            [133.20215390715424, 134.5769127188992, 139.15666599505752, 142.82255518301136],
            [125.81104302592729, 135.9788169152326, 137.14787925134092, 139.20738369558168],
        ],
        [
            [127.98466907983173, 128.55615757792552, 131.0522367237004, 133.66450825522327],
            [120.79007430632606, 130.18483298778526, 129.3487025966027, 130.39427380089302],
        ],
    ),
    5: (
        [
            [142.37929473458772, 141.0200597324141, 142.06892816267091, 144.55042062325927],
            [74.493758025567, 73.62061690928752, 76.97529398592718, 80.80685661225858],
        ],
        [
            [137.18595607728057, 132.00653074010845, 129.78303314432674, 128.22235244904925],
            [68.28617066361959, 62.84676364238051, 62.28998812034911, 61.289949217700574],
        ],
    ),
}


def of_format(version: int) -> Model:
    return read_checkpoint(str(DATA / f"format-{version}.forecast"))[0]


def forecast(model: Model) -> tuple[Any, Any]:
    made = forecast_from(model, model.panel, origins_at_end(model.panel), horizon=4, levels=[80])
    return made.mean, made.bounds[80][0]


def test_every_older_format_has_a_file_that_its_own_version_wrote() -> None:
    kept = {path.name for path in DATA.glob("format-*.forecast")}
    assert kept == {f"format-{version}.forecast" for version in range(1, FORMAT_VERSION)}


@pytest.mark.parametrize("version", FORECASTS)
def test_a_file_of_an_older_format_forecasts_what_its_version_forecast(
    version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if version < 4:
        # They tried all settings of the damped trend; now it tries some, and those beside.
        everywhere = tuple(tuple(range(len(axis))) for axis in smoothing._DAMPED_TREND)
        monkeypatch.setattr(smoothing, "_TRIED_FIRST", everywhere)
    for made, then in zip(forecast(of_format(version)), FORECASTS[version], strict=True):
        np.testing.assert_allclose(made, then, rtol=1e-6)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_model_that_knew_no_outliers_keeps_them(version: int) -> None:
    model = of_format(version)
    assert model.training.outliers == "keep"
    assert model.panel.outlier_rule is None


def test_the_parts_of_a_migrated_committee_have_weights_that_sum_to_one() -> None:
    committee = of_format(1).committee
    weights = [*committee.simple_weights.values(), *(m.weight for m in committee.members)]
    assert sum(weights) == pytest.approx(1)
    assert len(committee.members) == 2
    assert not any(m.form.representation.deseasonalised for m in committee.members)
    assert [m.form.network.pace for m in committee.members] == [1, 1]


def test_the_backtest_of_a_migrated_model_is_kept() -> None:
    backtest = of_format(1).training.backtest
    assert backtest is not None
    assert backtest.best_naive == backtest.best_simple
    assert backtest.scores[0].model == "gru"


def test_a_migrated_model_is_written_in_the_present_format() -> None:
    old = of_format(1)
    again, _ = load_model(dump_model(old), "again.forecast")
    for one, other in zip(forecast(old), forecast(again), strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.training == old.training


def test_a_migrated_model_reads_later_data_as_its_version_did() -> None:
    panel = of_format(3).panel
    assert (panel.aggregate, panel.by_frequency, panel.missing) == (None, False, "mask")


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_model_that_knew_no_options_of_the_network_has_none(version: int) -> None:
    committee = of_format(version).committee
    for network in (committee.network, *(m.form.network for m in committee.members)):
        assert not network.bidirectional
        assert not network.attention
        assert (network.strategy, network.activation) == ("direct", "gelu")


@pytest.mark.parametrize("version", FORECASTS)
def test_widths_that_knew_no_disagreement_are_in_seasonal_errors(version: int) -> None:
    assert of_format(version).usual_disagreement == 0


@pytest.mark.parametrize("version", FORECASTS)
def test_a_model_that_knew_no_analogues_has_none(version: int) -> None:
    assert of_format(version).committee.analogues is None


def test_metadata_of_the_present_format_are_taken_as_they_are() -> None:
    assert migrate({"format_version": FORMAT_VERSION, "model": {"anything": 1}}) == {"anything": 1}


def metadata_of_format_1(**changes: Any) -> dict[str, Any]:
    member = {
        "representation": {"log": False, "base": "naive", "season_length": 1},
        "context_length": 8,
        "epochs": 3,
        "validation_error": None,
        "share": 3.0,
    }
    model = {
        "network": {"cell": "gru", "layers": 1, "hidden_size": 5, "dropout": 0.1},
        "members": [member, member | {"share": 1.0}],
        "simple": "drift",
        "simple_weight": 0.2,
        "training": {"backtest": None},
    }
    return {"format_version": 1, "model": model | changes}


def test_the_weights_of_format_1_become_shares_of_the_whole() -> None:
    migrated = migrate(metadata_of_format_1())
    assert migrated["simple_weights"] == {"drift": 0.2}
    assert [member["weight"] for member in migrated["members"]] == pytest.approx([0.6, 0.2])
    assert "simple_weight" not in migrated


def test_a_model_of_format_1_without_members_or_backtest_migrates() -> None:
    migrated = migrate(metadata_of_format_1(members=[], simple_weight=1.0))
    assert (migrated["members"], migrated["simple_weights"]) == ([], {"drift": 1.0})
    assert migrated["training"] == {"backtest": None, "task": None, "outliers": "keep"}


def test_what_was_read_is_not_changed() -> None:
    metadata = metadata_of_format_1()
    kept = copy.deepcopy(metadata)
    migrate(metadata)
    assert metadata == kept


@pytest.mark.parametrize("shares", [[0.0, 0.0], [int("9" * 400), 1.0], ["1.0", 1.0]])
def test_shares_that_give_no_weights_are_refused_despite_a_right_digest(shares: list[Any]) -> None:
    metadata, tensors = take_apart((DATA / "format-1.forecast").read_bytes())
    for member, share in zip(metadata["model"]["members"], shares, strict=True):
        member["share"] = share
    changed = put_together(metadata, tensors)
    with pytest.raises(CheckpointError, match="not a usable checkpoint"):
        load_model(changed, "m.forecast")


@pytest.mark.parametrize("members", [None, 3, [{}], [None]])
def test_what_format_1_does_not_hold_is_refused(members: Any) -> None:
    with pytest.raises((KeyError, TypeError)):
        migrate(metadata_of_format_1(members=members))
