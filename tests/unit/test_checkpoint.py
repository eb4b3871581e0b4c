import itertools
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy

from forecast_cli import analogues_record
from forecast_cli.checkpoint import dump_model, load_model, read_checkpoint
from forecast_cli.config import STRATEGIES, Strategy
from forecast_cli.covariates import Covariate
from forecast_cli.errors import CheckpointError
from forecast_cli.inference import forecast_from
from forecast_cli.migrations import FORMAT_VERSION
from forecast_cli.model import Model
from forecast_cli.splits import origins_at_end
from tests.models import (
    make_committee,
    make_form,
    make_member,
    make_model,
    make_model_with_covariates,
    with_analogues,
)
from tests.panels import (
    KIND,
    PRICE,
    RAIN,
    SIZE,
    covariates_of,
    make_panel,
    wave,
    with_covariates,
)
from tests.sealed_files import put_together, take_apart


def load(data: bytes) -> Model:
    return load_model(data, "m.forecast")[0]


def rebuilt(
    change: Callable[[dict[str, Any], dict[str, Any]], None], model: Model | None = None
) -> bytes:
    """A checkpoint whose metadata or tensors were changed, with a right SHA-256 again."""
    metadata, tensors = take_apart(dump_model(model or make_model()))
    change(metadata, tensors)
    return put_together(metadata, tensors)


def edit_model(**changes: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def change(metadata: dict[str, Any], tensors: dict[str, Any]) -> None:
        metadata["model"].update(changes)

    return change


def edit_member(**changes: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda metadata, _: metadata["model"]["members"][0].update(changes)


def edit_form(**changes: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda metadata, _: metadata["model"]["members"][0]["form"].update(changes)


def edit_representation(**changes: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda metadata, _: metadata["model"]["members"][0]["form"]["representation"].update(
        changes
    )


def edit_training(**changes: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda metadata, _: metadata["model"]["training"].update(changes)


def edit_tensor(name: str, value: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def change(metadata: dict[str, Any], tensors: dict[str, Any]) -> None:
        tensors[name] = value

    return change


def test_a_model_survives_the_way_through_a_file() -> None:
    model = make_model()
    loaded = load(dump_model(model))
    np.testing.assert_array_equal(loaded.panel.values, model.panel.values)
    np.testing.assert_array_equal(loaded.panel.ids, model.panel.ids)
    np.testing.assert_array_equal(loaded.widths, model.widths)
    assert loaded.usual_disagreement == model.usual_disagreement
    assert loaded.panel.columns == model.panel.columns
    assert loaded.panel.calendar == model.panel.calendar
    assert loaded.training == model.training
    context = np.array([[1.0, 4.0, 2.0, 5.0, 3.0]])
    np.testing.assert_array_equal(
        loaded.committee.forecast(context), model.committee.forecast(context)
    )


def test_the_same_model_gives_the_same_bytes() -> None:
    assert dump_model(make_model()) == dump_model(make_model())


def test_any_safetensors_tool_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / "m.forecast"
    path.write_bytes(dump_model(make_model()))
    with safetensors.safe_open(path, framework="numpy") as file:
        assert "members.0.output.weight" in file.keys()  # noqa: SIM118 (it is no mapping)
        assert "forecast-checkpoint" in file.metadata()["forecast"]


def test_no_single_bit_can_flip_unnoticed() -> None:
    data = bytearray(dump_model(make_model()))
    random = np.random.default_rng(0)
    (length,) = struct.unpack("<Q", bytes(data[:8]))
    header = random.choice((length + 8) * 8, size=700, replace=False)
    anywhere = random.choice(len(data) * 8, size=700, replace=False)
    for bit in np.concatenate((header, anywhere)):
        byte, mask = divmod(int(bit), 8)
        data[byte] ^= 1 << mask
        with pytest.raises(CheckpointError):
            load(bytes(data))
        data[byte] ^= 1 << mask
    load(bytes(data))


@pytest.mark.parametrize("kept", [0, 7, 8, 100, -1])
def test_a_file_that_was_cut_off_is_refused(kept: int) -> None:
    with pytest.raises(CheckpointError, match=r"m\.forecast"):
        load(dump_model(make_model())[:kept])


def test_bytes_behind_the_end_are_refused() -> None:
    with pytest.raises(CheckpointError):
        load(dump_model(make_model()) + b"\0")


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html><html>not found</html>",
        b"{}",
        b"\0" * 16384,
        struct.pack("<Q", 2**60) + b"{}",
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 20_000) + b"[" * 20_000,
        safetensors.numpy.save({"weight": np.zeros(3)}),
        safetensors.numpy.save({"weight": np.zeros(3)}, {"format": "pt"}),
    ],
)
def test_a_foreign_file_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(CheckpointError, match=r"m\.forecast: not a checkpoint of forecast"):
        load(data)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edit_model(surprise=1), "unknown key 'surprise'"),
        (edit_model(horizon="4"), "horizon is '4', not int"),
        (edit_model(horizon=10**9), "size of the model"),
        (edit_model(simple="magic"), "unknown simple forecast 'magic'"),
        (edit_model(simple_weights={"magic": 0.5}), "unknown simple forecast 'magic'"),
        (edit_model(simple_weights={"drift": 1.5}), "weight is outside 0 to 1"),
        (edit_model(simple_weights={"drift": float("nan")}), "simple_weights"),
        (edit_model(simple_weights={"drift": 0.5}), "the weights do not sum to one"),
        (edit_model(simple_weights={}), "the weights do not sum to one"),
        (edit_member(weight=-0.1), "weight is outside 0 to 1"),
        (edit_member(weight=int("9" * 400)), "not a usable checkpoint"),
        (edit_member(weight="0.1"), "weight is '0.1', not a finite float"),
        (edit_form(context_length=0), "size of the model"),
        (edit_form(context_length=10**7), "size of the model"),
        (edit_form(context_length=9), r"shortcut\.weight"),
        (edit_form(network={"cell": "gru"}), "network lacks the key"),
        (edit_representation(base="theta"), "unknown simple forecast 'theta'"),
        (edit_representation(season_length=7), "another season length"),
        (edit_representation(deseasonalised=1), "deseasonalised is '1', not bool"),
        (edit_training(levels=[200]), "--level is 200"),
        (edit_training(written_by="\x1b[31m"), "a text of ours holds control characters"),
        (
            edit_model(columns={"id": ["\ud800"], "time": "t", "target": "y"}),
            "the name of a column is no text",
        ),
        (edit_tensor("extra", np.zeros(1)), "unknown tensor 'extra'"),
        (edit_tensor("series.surprise", np.zeros(1)), "unknown tensor 'series.surprise'"),
        (edit_tensor("members.0.dense.bias", np.full(5, np.nan, np.float32)), "not finite"),
        (edit_tensor("members.0.dense.bias", np.zeros(6, np.float32)), "dense.bias"),
        (edit_tensor("members.0.dense.bias", np.zeros(5)), "is float64"),
        (edit_tensor("series.offsets", np.array([0, 80, 70])), "does not ascend"),
        (edit_tensor("series.starts", np.zeros(3, np.int64)), "series.offsets"),
        (edit_tensor("series.starts", np.array([0, 2**62])), "beyond all times"),
        (edit_tensor("series.starts", np.array([-(2**63), 0])), "beyond all times"),
        (edit_tensor("series.values", np.full(70, np.inf)), "series.values"),
        (edit_tensor("series.values", np.full(70, np.nan)), "no last value"),
        (edit_tensor("interval.widths", -np.ones((99, 4))), "below zero"),
        (
            lambda metadata, _: metadata["model"].update(usual_disagreement=-0.5),
            "usual disagreement of -0.5",
        ),
        (edit_tensor("series.ids", np.full(2, 0xFF, np.uint8)), "utf-8"),
        (lambda metadata, _: metadata.update(calendar=[]), "not a usable checkpoint"),
        (lambda metadata, _: metadata.update(calendar={"grid": 1}), "not a usable checkpoint"),
        (lambda _, tensors: tensors.pop("interval.widths"), "lacks 'interval.widths'"),
    ],
)
def test_content_that_does_not_hold_together_is_refused_despite_a_right_digest(
    change: Callable[[dict[str, Any], dict[str, Any]], None], words: str
) -> None:
    with pytest.raises(CheckpointError, match=words):
        load(rebuilt(change))


@pytest.mark.parametrize("version", [0, -1, FORMAT_VERSION + 1, 99, True, "1", 1.0, None, [1]])
def test_a_format_that_is_not_known_is_refused_with_advice(version: Any) -> None:
    data = rebuilt(lambda metadata, _: metadata.update(format_version=version))
    with pytest.raises(CheckpointError, match="is not known to this version, which reads formats"):
        load(data)


def test_a_model_under_the_version_of_another_format_is_refused() -> None:
    data = rebuilt(lambda metadata, _: metadata.update(format_version=1))
    with pytest.raises(CheckpointError, match="not a usable checkpoint"):
        load(data)


def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no such file.*forecast train"):
        read_checkpoint(str(tmp_path / "none.forecast"))


def edit_input(number: int, **changes: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda metadata, _: metadata["model"]["members"][0]["form"]["inputs"][number].update(
        changes
    )


def edit_covariate(number: int, **changes: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda metadata, _: metadata["model"]["covariates"][number].update(changes)


def edit_effects(**changes: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda metadata, _: metadata["model"]["effects"].update(changes)


def edit_term(number: int, **changes: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda metadata, _: metadata["model"]["effects"]["terms"][number].update(changes)


def edit_cell(
    name: str, value: float, *at: int
) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def change(metadata: dict[str, Any], tensors: dict[str, Any]) -> None:
        tensors[name] = tensors[name].copy()
        tensors[name][at] = value

    return change


def make_model_with_analogues() -> Model:
    panel = make_panel(*[wave(60, seed=n) for n in range(3)])
    return make_model(panel, with_analogues(make_committee([make_member()]), panel))


def edit_analogues(**changes: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda metadata, _: metadata["model"]["analogues"].update(changes)


def test_analogues_survive_the_way_through_a_file() -> None:
    model = make_model_with_analogues()
    loaded = load(dump_model(model))
    context = np.array([wave(50, seed=7)])
    np.testing.assert_array_equal(
        loaded.committee.forecast(context), model.committee.forecast(context)
    )
    assert dump_model(loaded) == dump_model(model)


@pytest.mark.parametrize(
    "change",
    [
        edit_model(analogues=None),
        edit_analogues(stride=0),
        edit_analogues(weight=-0.1),
        edit_analogues(weight=0.6),
        edit_analogues(log="yes"),
        edit_tensor("analogues.values", np.zeros(180, np.float32)),
        edit_tensor("analogues.values", np.full(180, np.inf)),
        edit_tensor("analogues.values", np.zeros((180, 1))),
        edit_tensor("analogues.offsets", np.array([0, 60, 120, 181])),
        edit_tensor("analogues.offsets", np.array([0, 90, 60, 180])),
        edit_tensor("analogues.offsets", np.array(180)),
        edit_tensor("analogues.offsets", np.empty(0, np.int64)),
        lambda _, tensors: tensors.pop("analogues.values"),
        lambda _, tensors: tensors.pop("analogues.offsets"),
    ],
)
def test_analogues_that_do_not_hold_together_are_refused(
    change: Callable[[dict[str, Any], dict[str, Any]], None],
) -> None:
    with pytest.raises(CheckpointError):
        load(rebuilt(change, make_model_with_analogues()))


def test_more_windows_than_are_ever_kept_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = dump_model(make_model_with_analogues())
    monkeypatch.setattr(analogues_record, "MOST_NUMBERS", 2000)
    with pytest.raises(CheckpointError, match="more windows than are ever kept"):
        load(data)


def test_a_model_with_covariates_survives_the_way_through_a_file() -> None:
    model = make_model_with_covariates()
    loaded = load(dump_model(model))
    assert loaded.effects == model.effects
    assert [m.form for m in loaded.committee.members] == [m.form for m in model.committee.members]
    known, again = covariates_of(model.panel), covariates_of(loaded.panel)
    assert again.columns == known.columns
    for name in ("values", "offsets", "starts", "static"):
        np.testing.assert_array_equal(getattr(again, name), getattr(known, name))
    one, other = (
        forecast_from(m, m.panel, origins_at_end(m.panel), horizon=4, levels=(80,))
        for m in (model, loaded)
    )
    np.testing.assert_array_equal(one.mean, other.mean)
    np.testing.assert_array_equal(one.bounds[80], other.bounds[80])
    assert dump_model(loaded) == dump_model(model)


@pytest.mark.parametrize("columns", [(PRICE,), (SIZE,), (RAIN, KIND)])
def test_covariates_of_any_role_alone_survive_the_way_through_a_file(
    columns: tuple[Covariate, ...],
) -> None:
    panel = with_covariates(make_panel(wave(20)), columns)
    again = load(dump_model(make_model(panel))).panel
    assert covariates_of(again).columns == columns
    np.testing.assert_array_equal(covariates_of(again).static, covariates_of(panel).static)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edit_input(0, column=1), "other categories than its covariate"),
        (edit_input(0, column=6), "an input of a member is no covariate"),
        (edit_input(0, column=-1), "an input of a member is no covariate"),
        (edit_input(4, column=-1), "an input of a member is no covariate"),
        (edit_input(0, role="past"), "an input of a member is no covariate"),
        (edit_input(0, role="never"), "role is 'never'"),
        (edit_input(0, spread=0.0), "an input of a member has no unit"),
        (edit_input(1, n_categories=4), "other categories than its covariate"),
        (edit_input(1, n_categories=None), "other categories than its covariate"),
        (edit_input(0, surprise=1), "unknown key 'surprise'"),
        (
            edit_covariate(0, role="static"),
            "the covariates are not in their order|is no covariate of the model",
        ),
        (edit_covariate(1, categories=["a", "b"]), "other categories than its covariate"),
        (edit_covariate(1, categories=["", "\ud800", "b"]), "the name of a column is no text"),
        (edit_covariate(0, name="\ud800"), "the name of a column is no text"),
        (edit_model(covariates=[]), "an input of a member is no covariate"),
        (edit_model(effects=None, covariates=[]), "an input of a member is no covariate"),
        (edit_term(0, column=2), "is no covariate known ahead"),
        (edit_term(0, column=-1), "is no covariate known ahead"),
        (edit_term(0, column=99), "is no covariate known ahead"),
        (edit_term(0, spread=0.0), "is no covariate known ahead"),
        (edit_term(0, category=0), "a term of the effects has another category"),
        (edit_term(1, category=None), "a term of the effects has another category"),
        (edit_term(1, category=3), "a term of the effects has another category"),
        (edit_term(1, category=-1), "a term of the effects has another category"),
        (edit_effects(terms=[]), "the effects do not fit their terms"),
        (edit_effects(mean=[0.1]), "the effects do not fit their terms"),
        (edit_effects(variance=[-0.1, 0.1, 0.1]), "variance below zero"),
        (edit_effects(season_length=0), "the season of the effects is out of range"),
        (edit_effects(mean=[float("nan"), 0.1, 0.1]), "mean"),
        (edit_tensor("covariates.values", np.zeros(78)), "'covariates.values' is not a table"),
        (edit_tensor("covariates.values", np.zeros((78, 3))), "'covariates.values' is not a table"),
        (edit_tensor("covariates.values", np.array(1.0)), "'covariates.values' is not a table"),
        (edit_tensor("covariates.values", np.zeros((78, 4), np.float32)), "is not a table"),
        (edit_tensor("covariates.values", np.zeros((9, 4))), "covariates.offsets"),
        (edit_cell("covariates.values", np.inf, 0, 0), "'covariates.values' is not a table"),
        (edit_cell("covariates.values", 3, 0, 1), "a category without a name"),
        (edit_cell("covariates.values", 0.5, 0, 1), "a category without a name"),
        (edit_cell("covariates.values", -2, 0, 1), "a category without a name"),
        (edit_cell("covariates.static", 9, 0, 1), "a category without a name"),
        (edit_tensor("covariates.static", np.zeros((2, 1))), "'covariates.static' is not a table"),
        (edit_tensor("covariates.static", np.zeros((1, 2))), "'covariates.static' is not a table"),
        (edit_tensor("covariates.offsets", np.array([0, 80, 78])), "covariates.offsets"),
        (edit_tensor("covariates.offsets", np.array([0, 78])), "covariates.offsets"),
        (edit_tensor("covariates.starts", np.array([0, 2**62])), "starts beyond all times"),
        (edit_tensor("covariates.starts", np.array([-(2**63), 0])), "starts beyond all times"),
        (edit_tensor("members.0.given.weight", np.zeros((5, 1), np.float32)), "given.weight"),
        (lambda _, tensors: tensors.pop("covariates.starts"), "lacks 'covariates.starts'"),
        (lambda _, tensors: tensors.pop("covariates.values"), "lacks 'covariates.values'"),
    ],
)
def test_covariates_that_do_not_fit_the_model_are_refused_despite_a_right_digest(
    change: Callable[[dict[str, Any], dict[str, Any]], None], words: str
) -> None:
    with pytest.raises(CheckpointError, match=words):
        load(rebuilt(change, make_model_with_covariates()))


def test_covariates_of_a_model_without_any_are_refused() -> None:
    change = edit_tensor("covariates.values", np.zeros((70, 1)))
    with pytest.raises(CheckpointError, match=r"unknown tensor 'covariates\.values'"):
        load(rebuilt(change))


def test_a_category_that_is_unknown_is_allowed() -> None:
    load(rebuilt(edit_cell("covariates.values", -1, 0, 1), make_model_with_covariates()))


@pytest.mark.parametrize("segment_length", [1, 3])
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(
    ("bidirectional", "attention"), list(itertools.product((False, True), (False, True)))
)
def test_with_any_options_of_the_network_a_loaded_model_forecasts_the_same(
    *, segment_length: int, strategy: Strategy, bidirectional: bool, attention: bool
) -> None:
    form = make_form(segment_length=segment_length)
    network = replace(
        form.network,
        cell="lstm-gru",
        bidirectional=bidirectional,
        attention=attention,
        strategy=strategy,
        activation="silu",
    )
    committee = make_committee([make_member(replace(form, network=network))])
    model = make_model(committee=committee)
    loaded = load(dump_model(model))
    assert loaded.committee.members[0].form == committee.members[0].form
    context = model.panel.values[None, :30]
    np.testing.assert_array_equal(loaded.committee.forecast(context), committee.forecast(context))
