"""`forecast export` in process and as a process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from forecast_cli import exporting
from forecast_cli.checkpoint import dump_model
from forecast_cli.cli.app import main
from tests.models import make_model


def write_checkpoint(folder: Path) -> Path:
    path = folder / "model.forecast"
    path.write_bytes(dump_model(make_model()))
    return path


def test_without_the_extra_nothing_is_written_and_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(exporting, "find_spec", lambda name: None)
    output = tmp_path / "model.onnx"
    assert main(["export", str(write_checkpoint(tmp_path)), "-o", str(output)]) == 1
    assert "forecast-cli[onnx]" in capsys.readouterr().err
    assert not output.exists()


def test_a_wrong_graph_is_an_internal_error_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(exporting, "translate_model", lambda *_: b"")
    monkeypatch.setattr(exporting, "_largest_difference", lambda *_: 0.5)
    output = tmp_path / "model.onnx"
    output.write_bytes(b"old")
    assert main(["export", str(write_checkpoint(tmp_path)), "-o", str(output)]) == 70
    assert "0.5 away from the forecasts of the checkpoint" in capsys.readouterr().err
    assert output.read_bytes() == b"old"


def test_a_damaged_checkpoint_is_a_fault_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model.forecast").write_bytes(b"nonsense")
    output = tmp_path / "model.onnx"
    assert main(["export", str(tmp_path / "model.forecast"), "-o", str(output)]) == 1
    assert "model.forecast" in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.slow
def test_the_command_writes_a_graph_into_a_file_or_a_pipe_and_says_how_it_was_checked(
    tmp_path: Path,
) -> None:
    checkpoint = write_checkpoint(tmp_path)
    command = [sys.executable, "-m", "forecast_cli", "export", str(checkpoint)]

    def run(*options: str) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done

    to_file = run("-o", "model.onnx", "--json")
    report = json.loads(to_file.stdout)
    assert (report["report"], report["horizon"]) == ("export", 4)
    assert report["largest_difference"] < 1e-5
    assert to_file.stderr.startswith(b"checked on 74 contexts: the graph is at most ")
    assert to_file.stderr.count(b"\n") == 1
    written = (tmp_path / "model.onnx").read_bytes()
    assert len(written) == report["n_bytes"]
    to_pipe = run("--quiet")
    assert to_pipe.stdout == written
    assert to_pipe.stderr == b""
