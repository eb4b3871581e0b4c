"""The documents say what is true: their commands run, their file map is the package."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def console_commands() -> list[str]:
    """Every line that README shows behind a prompt, in order."""
    blocks = re.findall(r"^```console\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def setup_commands(mark: str) -> str:
    found = re.search(rf"<!-- {mark} -->\n```sh\n(.*?)\n```", README, flags=re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample data, where README's commands run one after the other."""
    path = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "sample_data", path / "sample_data")
    return path


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    bin_folder = Path(sys.executable).parent
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env={"PATH": f"{bin_folder}:/usr/bin:/bin", "HOME": str(folder), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(console_commands())))
def test_every_command_of_the_readme_runs(number: int, folder: Path) -> None:
    result = run(console_commands()[number], folder)
    assert result.returncode == 0, result.stderr
    assert result.stdout or ">" in console_commands()[number]


@pytest.mark.slow
def test_the_setup_line_ends_with_the_main_job(folder: Path) -> None:
    # What stands before it is the installation, which CI runs as it is in a new environment.
    _, _, main_job = setup_commands("setup").partition("pip install . && ")
    result = run(main_job, folder)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[:2] == [
        "model.forecast",
        "Year,forecast,forecast-lo-80,forecast-hi-80,forecast-lo-95,forecast-hi-95",
    ]


def test_the_two_setup_lines_are_single_lines() -> None:
    assert "\n" not in setup_commands("setup")
    assert "\n" not in setup_commands("tests")
    assert "[test]" in setup_commands("tests")


def test_the_file_map_names_every_module_and_no_other() -> None:
    section = README.partition("## Files")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| `([\w/]+\.py)`", section, flags=re.MULTILINE))
    package = ROOT / "forecast_cli"
    modules = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if path.read_text(encoding="utf-8").strip()
    }
    assert named == modules


def test_every_benchmark_is_described() -> None:
    described = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    for script in (ROOT / "benchmarks").glob("*.py"):
        assert f"`{script.name}`" in described
