import contextlib
import io
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from forecast_cli import exporting
from forecast_cli.checkpoint import dump_model, read_checkpoint
from forecast_cli.config import HISTORY_LENGTH
from forecast_cli.errors import MissingExtraError, OutputError
from forecast_cli.exporting import METADATA_KEY, ParityError, describe_graph, export
from forecast_cli.inference import forecast_from
from forecast_cli.panel import read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.splits import origins_at_end
from tests.models import (
    HORIZON,
    make_committee,
    make_form,
    make_member,
    make_model,
    make_model_with_covariates,
    with_analogues,
)
from tests.panels import make_panel, wave

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data" / "airline_passengers.csv"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "model.forecast"
    panel = read_panel(str(SAMPLE), ReadConfig(), lambda _: None)
    path.write_bytes(dump_model(make_model(panel)))
    return path


@pytest.fixture(scope="module")
def graph(checkpoint: Path) -> bytes:
    return export(str(checkpoint))[0]


def run(graph: bytes, context: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    session: Any = onnxruntime.InferenceSession(graph)
    return list(session.run(None, {"context": context}))


def test_a_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "find_spec", lambda name: None if name == "onnx" else name)
    with pytest.raises(MissingExtraError, match=r"needs onnx; install it: .*forecast-cli\[onnx\]"):
        export("model.forecast")


def test_the_metadata_tell_what_to_feed() -> None:
    record = describe_graph(make_model(), "ab")
    assert record.context_length == HISTORY_LENGTH
    assert record.horizon == HORIZON
    assert sorted(record.widths) == [80, 95]
    assert [member.weight for member in record.members] == [0.375, 0.375]
    assert record.inputs == ("context",)
    record = describe_graph(make_model_with_covariates(), "ab")
    assert record.inputs == ("context", "before", "after", "static")


def test_a_graph_that_forecasts_something_else_is_refused(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _ = read_checkpoint(str(checkpoint))
    wrong = describe_graph(model, "")
    data = exporting.translate_model(model, wrong)
    monkeypatch.setattr(exporting, "translate_model", lambda *_: data)
    monkeypatch.setattr(
        exporting,
        "forecast_contexts",
        lambda _, context, __: (np.ones((len(context), HORIZON)),) * 5,
    )
    with pytest.raises(ParityError, match="nothing was written"):
        export(str(checkpoint))


def test_a_recursive_network_that_rounding_takes_too_far_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = make_form()
    form = replace(form, network=replace(form.network, strategy="recursive"))
    path = tmp_path / "r.forecast"
    path.write_bytes(dump_model(make_model(committee=make_committee([make_member(form)]))))
    monkeypatch.setattr(exporting, "_LARGEST_DIFFERENCE", 0.0)
    with pytest.raises(OutputError, match=r"r\.forecast: the graph is .* --strategy direct"):
        export(str(path))


@pytest.fixture
def with_windows(tmp_path: Path) -> Path:
    """A checkpoint that rests on analogues too."""
    panel = make_panel(*[wave(60, seed=n) for n in range(4)])
    path = tmp_path / "windows.forecast"
    committee = with_analogues(make_committee([make_member()]), panel, weight=0.25)
    path.write_bytes(dump_model(make_model(panel, committee)))
    return path


def test_analogues_are_looked_for_in_the_graph_as_well(with_windows: Path) -> None:
    data, report = export(str(with_windows))
    assert report.largest_difference < 1e-6
    model = read_checkpoint(str(with_windows))[0]
    context = np.full((9, HISTORY_LENGTH), np.nan)
    context[:, -50:] = [wave(50, seed=20 + n) for n in range(9)]
    context[8, -3] = np.nan
    wanted = model.committee.forecast(context)
    np.testing.assert_allclose(run(data, context)[0], wanted, rtol=1e-6)
    alone = replace(model.committee, analogues=None).forecast(context)
    assert (wanted[:8] != alone[:8]).any(axis=1).all()


def test_analogues_that_are_chosen_otherwise_in_the_graph_are_refused_in_words(
    with_windows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_LARGEST_DIFFERENCE", 0.0)
    with pytest.raises(OutputError, match=r"s\.forecast: the graph is .* --analogues off"):
        export(str(with_windows))


def test_the_graph_forecasts_what_predict_does_for_any_number_of_series(
    checkpoint: Path, graph: bytes
) -> None:
    model, digest = read_checkpoint(str(checkpoint))
    levels = model.training.levels
    origins = origins_at_end(model.panel)
    predicted = forecast_from(model, model.panel, origins, horizon=HORIZON, levels=levels)
    values = model.panel.values
    context = np.full((3, HISTORY_LENGTH), np.nan)
    context[0, -len(values) :] = context[1, -len(values) :] = values
    mean, low, *_ = run(graph, context)
    for row in (0, 1):
        np.testing.assert_allclose(mean[row], predicted.mean[0], rtol=1e-5)
        np.testing.assert_allclose(low[row], predicted.bounds[80][0][0], rtol=1e-5)
    # Of nothing follows nothing.
    assert not np.isfinite(mean[2]).any()
    assert [part.shape for part in run(graph, context[:0])] == [(0, HORIZON)] * 5
    session: Any = onnxruntime.InferenceSession(graph)
    about = json.loads(session.get_modelmeta().custom_metadata_map[METADATA_KEY])
    assert about["checkpoint_sha256"] == digest


def test_the_same_checkpoint_gives_the_same_bytes_without_any_path(
    checkpoint: Path, graph: bytes
) -> None:
    assert export(str(checkpoint))[0] == graph
    assert b".py" not in graph


def test_the_example_of_the_documentation_forecasts_what_predict_does(
    checkpoint: Path, graph: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs" / "onnx.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert found is not None
    assert len([line for line in found[1].splitlines() if line]) <= 20
    shutil.copy(SAMPLE, tmp_path)
    (tmp_path / "model.onnx").write_bytes(graph)
    monkeypatch.chdir(tmp_path)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(found[1], {})
    model, _ = read_checkpoint(str(checkpoint))
    origins = origins_at_end(model.panel)
    predicted = forecast_from(model, model.panel, origins, horizon=HORIZON, levels=(80, 95))
    sides = [side[0] for level in (80, 95) for side in predicted.bounds[level]]
    expected = np.stack([predicted.mean[0], *sides], axis=1)
    shown = [json.loads(line) for line in said.getvalue().splitlines()]
    np.testing.assert_allclose(shown, expected, atol=0.06)
