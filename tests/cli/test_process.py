"""The program as a process: pipes, full disks, signals, terminals, and what it loads."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from forecast_cli.checkpoint import dump_model
from tests.interruptions import hear_interrupts
from tests.models import make_model

ROOT = Path(__file__).parents[2]
FAKE = (sys.executable, str(Path(__file__).with_name("fake_program.py")))
REAL = (sys.executable, "-m", "forecast_cli")
ENVIRONMENT = {
    # Unbuffered streams would hide what fails when Python empties its buffers at the end.
    **{
        name: value
        for name, value in os.environ.items()
        if name not in ("COLUMNS", "NO_COLOR", "PYTHONUNBUFFERED")
    },
    "PYTHONPATH": str(ROOT),
    "TERM": "xterm-256color",
}
HEAVY = {"matplotlib", "numpy", "pandas", "scipy", "sklearn", "torch", "safetensors"}
SECONDS = 60


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command,
        cwd=cwd,
        env=ENVIRONMENT | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )


def shell(script: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    forecast = f'forecast() {{ {shlex.join(FAKE)} "$@"; }}'
    return run("bash", "-c", f"set -o pipefail; {forecast}; {script}", cwd=cwd)


@dataclass(frozen=True)
class Screen:
    code: int
    text: str


def on_a_terminal(command: Sequence[str], cwd: Path, **environment: str) -> Screen:
    """Run with standard output and error on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=ENVIRONMENT | {"COLUMNS": "80"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            # Linux tells in this way that the last writer has closed a terminal.
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return Screen(process.wait(SECONDS), shown.decode().replace("\r\n", "\n"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--help"],
        ["train", "x", "--nonsense"],
        *(pytest.param(words, marks=pytest.mark.slow) for words in (["--help"], ["--version"])),
    ],
)
def test_help_and_wrong_usage_load_no_heavy_library(tmp_path: Path, arguments: list[str]) -> None:
    command = (sys.executable, "-X", "importtime", "-m", "forecast_cli", *arguments)
    listing = run(*command, cwd=tmp_path).stderr.decode()
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in listing.splitlines()}
    assert "typer" in loaded
    assert not loaded & HEAVY


@pytest.mark.slow
def test_shell_completion_loads_no_heavy_library(tmp_path: Path) -> None:
    script = (
        "import sys; from forecast_cli.cli.start import main\n"
        "try: main()\n"
        f"finally: print(*sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    completion = {
        "_FORECAST_COMPLETE": "complete_bash",
        "COMP_WORDS": "forecast train --ce",
        "COMP_CWORD": "2",
    }
    done = run(sys.executable, "-c", script, cwd=tmp_path, **completion)
    assert done.stdout.split() == [b"--cell"]
    assert done.stderr.split() == []


def test_a_reader_that_has_enough_ends_the_program_quietly(tmp_path: Path) -> None:
    done = shell("forecast predict -q | head -1", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"shop,step,forecast\n", b"")


@pytest.mark.slow
def test_a_reader_that_reads_nothing_is_no_fault(tmp_path: Path) -> None:
    done = shell("forecast predict -q | true", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_checkpoint_goes_through_a_pipe_unchanged(tmp_path: Path) -> None:
    done = shell("forecast train sales.csv -q -o - | cat", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"\x00checkpoint\xff", b"")


def test_the_path_of_the_checkpoint_can_be_used_by_the_next_command(tmp_path: Path) -> None:
    done = shell('test "$(forecast train sales.csv -o ./m.forecast)" = ./m.forecast', tmp_path)
    assert done.returncode == 0


def test_a_pipe_of_mere_numbers_shows_its_season(tmp_path: Path) -> None:
    pattern = (0, 2, 9, 4, 1, -3, -8, -4, -1, 3, 5, -2)
    numbers = "".join(f"{50 + n * 0.3 + pattern[n % 12]:.1f}\n" for n in range(120))
    (tmp_path / "numbers.txt").write_text(f"value\n{numbers}", encoding="utf-8")
    forecast = shlex.join(REAL)
    done = run("bash", "-c", f"cat numbers.txt | {forecast} inspect -", cwd=tmp_path)
    assert done.returncode == 0
    assert re.search(rb"season +12 steps .*\(used\)", done.stdout)
    assert b"a season of 12 steps forecasts" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "command",
    [
        *("predict -q", "train sales.csv -q -o -"),
        *(pytest.param(c, marks=pytest.mark.slow) for c in ("train sales.csv -q", "--version")),
    ],
)
def test_a_full_disk_is_told_in_words(tmp_path: Path, command: str) -> None:
    done = shell(f"forecast {command} > /dev/full", tmp_path)
    assert done.returncode == 1
    assert done.stderr == b"error: standard output: cannot be written: no space left on device\n"


def test_a_closed_standard_output_is_told_in_words(tmp_path: Path) -> None:
    done = shell("forecast predict -q >&-", tmp_path)
    assert (done.returncode, done.stderr) == (1, b"error: standard output: it is closed\n")


@pytest.mark.parametrize(
    "where",
    ["2>&-", *(pytest.param(w, marks=pytest.mark.slow) for w in ("2>/dev/full", "2> >(true)"))],
)
def test_words_that_nobody_hears_do_not_stop_the_work(tmp_path: Path, where: str) -> None:
    done = shell(f"forecast train sales.csv {where}", tmp_path)
    assert (done.returncode, done.stdout) == (0, b"model.forecast\n")


@pytest.mark.parametrize(
    ("source", "code"),
    [("fail", 70), ("refuse", 1), pytest.param("end", 70, marks=pytest.mark.slow)],
)
def test_a_failed_command_leaves_standard_output_empty(
    tmp_path: Path, source: str, code: int
) -> None:
    done = run(*FAKE, "train", source, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, b"")
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stderr


@pytest.mark.parametrize(
    ("sent", "code", "words"),
    [
        (signal.SIGINT, 130, b"error: interrupted\n"),
        (signal.SIGTERM, 143, b"error: stopped by SIGTERM\n"),
    ],
)
def test_a_signal_ends_the_program_with_one_line(
    tmp_path: Path, sent: signal.Signals, code: int, words: bytes
) -> None:
    process = subprocess.Popen(
        [*FAKE, "train", "wait", "-q"],
        cwd=tmp_path,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hear_interrupts,  # noqa: PLW1509
    )
    assert process.stderr is not None
    assert process.stderr.readline() == b"ready\n"
    process.send_signal(sent)
    output, rest = process.communicate(timeout=SECONDS)
    assert (process.returncode, output, rest) == (code, b"", words)


def test_colour_variables_do_not_put_escapes_into_a_log(tmp_path: Path) -> None:
    forced = {"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1", "CLICOLOR_FORCE": "1"}
    done = run(*FAKE, "train", "refuse", cwd=tmp_path, **forced)
    assert b"\x1b" not in done.stderr


def test_a_terminal_gets_colours_unless_it_wants_none(tmp_path: Path) -> None:
    command = (*FAKE, "train", "refuse", "--no-progress")
    coloured = on_a_terminal(command, tmp_path)
    plain = on_a_terminal(command, tmp_path, NO_COLOR="1")
    assert coloured.code == plain.code == 1
    assert "\x1b[1;31merror: \x1b[0msales.csv" in coloured.text
    assert "\x1b[31m" not in plain.text
    assert "31" not in plain.text.replace("\\x1b[31m", "")


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Screen:
    """A training as it is seen on a terminal."""
    return on_a_terminal((*FAKE, "train", "sales.csv"), tmp_path_factory.mktemp("training"))


def test_progress_on_a_terminal_is_a_bar_that_goes_away(training: Screen) -> None:
    screen = training
    assert screen.code == 0
    assert "gru [/x]" in screen.text
    assert "3/3  loss 0.5000" in screen.text
    assert "epoch 3 of 3" not in screen.text
    cleared = screen.text.rpartition("\x1b[2K")[2]
    assert "3/3" not in cleared
    assert cleared.endswith("model.forecast\n")


def test_progress_leaves_room_for_the_echo_of_ctrl_c(training: Screen) -> None:
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\n", training.text).replace("\r", "\n")
    bars = [line for line in shown.splitlines() if "3/3" in line]
    assert bars
    assert max(map(len, bars)) <= 78


def test_progress_on_a_terminal_that_cannot_move_is_lines(tmp_path: Path) -> None:
    screen = on_a_terminal((*FAKE, "train", "sales.csv"), tmp_path, TERM="dumb")
    assert "gru [/x]: epoch 3 of 3, loss 0.5000\n" in screen.text
    assert "\x1b" not in screen.text


def test_a_checkpoint_is_not_written_to_a_terminal(tmp_path: Path) -> None:
    screen = on_a_terminal((*FAKE, "train", "sales.csv", "-o", "-"), tmp_path)
    assert screen.code == 2
    assert "binary checkpoint" in screen.text


@pytest.mark.parametrize(
    ("file_format", "head"),
    [
        ([], ""),
        pytest.param(["--format", "csv"], "shop,step,forecast\n", marks=pytest.mark.slow),
    ],
)
def test_a_terminal_gets_a_table_without_escapes_from_the_data(
    tmp_path: Path, file_format: list[str], head: str
) -> None:
    screen = on_a_terminal((*FAKE, "predict", "-q", *file_format), tmp_path)
    assert screen.code == 0
    assert "\\x1b[31mred" in screen.text
    assert "\x1b" not in screen.text
    assert screen.text.startswith(head)


def test_both_names_are_the_same_program(tmp_path: Path) -> None:
    as_module = run(*REAL, "--help", cwd=tmp_path)
    start = "import sys; from forecast_cli.cli.start import main; sys.exit(main())"
    as_script = run(sys.executable, "-c", start, "--help", cwd=tmp_path)
    assert as_module.returncode == as_script.returncode == 0
    assert as_module.stdout == as_script.stdout


def test_train_and_predict_work_hand_in_hand_through_pipes(tmp_path: Path) -> None:
    rows = [f"{1990 + i},{100 + 3 * i}" for i in range(24)]
    (tmp_path / "people.csv").write_text("\n".join(["Year,People", *rows]) + "\n")
    forecast = shlex.join(REAL)
    script = (
        f"cat people.csv | {forecast} train - -o - -q -H 3 --epochs 1 --hidden-size 4"
        f" | {forecast} predict -m - -q | cut -d, -f1,2"
    )
    done = run("bash", "-c", f"set -o pipefail; {script}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    names, *cells = [line.split(",") for line in done.stdout.decode().splitlines()]
    assert names == ["Year", "forecast"]
    assert [year for year, _ in cells] == ["2014", "2015", "2016"]
    assert all(150 < float(value) < 200 for _, value in cells)
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"]


@pytest.mark.slow
def test_json_lines_from_a_pipe_are_trained_on_and_continued_as_json_lines(tmp_path: Path) -> None:
    rows = [{"Year": 1990 + i, "People": 100 + 3 * i} for i in range(24)]
    (tmp_path / "people").write_text("".join(json.dumps(row) + "\n" for row in rows))
    forecast = shlex.join(REAL)
    script = (
        f"cat people | {forecast} train - -o - -q -H 3 --epochs 1 --hidden-size 4"
        f" | {forecast} predict -m - -q --format jsonl"
    )
    done = run("bash", "-c", f"set -o pipefail; {script}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    written = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [row["Year"] for row in written] == [2014, 2015, 2016]
    assert all(150 < row["forecast"] < 200 for row in written)


@pytest.mark.slow
def test_a_wild_value_is_told_once_kept_from_the_forecast_or_refused(tmp_path: Path) -> None:
    rows = [f"{1990 + i},{100 + 3 * i + i % 2}" for i in range(24)]
    rows[15] = "2005,1000000000"
    (tmp_path / "people.csv").write_text("\n".join(["Year,People", *rows]) + "\n")
    sizes = ("-H", "3", "--epochs", "1", "--hidden-size", "4")
    options = ("people.csv", "-q", "-o", "m.forecast", *sizes)
    refused = run(*REAL, "train", *options, "--outliers", "error", cwd=tmp_path)
    assert refused.returncode == 1
    assert b"1e+09 (line 17, 2005); mend or empty it" in refused.stderr
    trained = run(*REAL, "train", *options, cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr.decode()
    assert trained.stderr.count(b"far outside") == 1
    done = run(*REAL, *["predict", "-m", "m.forecast", "-q", "--format", "csv"], cwd=tmp_path)
    _, *cells = [line.split(",") for line in done.stdout.decode().splitlines()]
    assert all(150 < float(value) < 200 for _, value, *_ in cells)


@pytest.mark.slow
def test_a_folder_of_files_is_one_panel_for_training_and_for_prediction(tmp_path: Path) -> None:
    (tmp_path / "shops").mkdir()
    for shop, level in (("north", 100), ("south", 500)):
        rows = [f"{1990 + i},{level + 3 * i}" for i in range(24)]
        (tmp_path / "shops" / f"{shop}.csv").write_text("\n".join(["Year,Sales", *rows]) + "\n")
    (tmp_path / "shops" / "notes.md").write_text("no data")
    options = "-q -o shops/model.forecast -H 2 --epochs 1 --hidden-size 4"
    trained = run(*REAL, "train", "shops", *options.split(), cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr.decode()
    assert b"notes.md" in trained.stderr
    for data in ([], ["shops"], ["shops/*.csv"]):
        command = ("predict", *data, "-m", "shops/model.forecast", "-q", "--format", "csv")
        done = run(*REAL, *command, cwd=tmp_path)
        assert done.returncode == 0, done.stderr.decode()
        names, *cells = [line.split(",") for line in done.stdout.decode().splitlines()]
        assert names[:2] == ["unique_id", "Year"]
        assert [row[:2] for row in cells] == [
            [shop, year] for shop in ("north", "south") for year in ("2014", "2015")
        ]


@pytest.mark.parametrize(
    "command",
    ["forecast --help", pytest.param("forecast train --help", marks=pytest.mark.slow)],
)
def test_help_that_nobody_reads_any_more_ends_quietly(command: str, tmp_path: Path) -> None:
    result = shell(f"{command} | true", tmp_path)
    assert result.returncode == 0
    assert result.stderr == b""


def test_help_on_a_full_disk_is_an_error_in_words(tmp_path: Path) -> None:
    result = shell("forecast --help > /dev/full", tmp_path)
    assert result.returncode == 1
    assert b"standard output: cannot be written" in result.stderr


@pytest.mark.slow
def test_models_are_compared_from_a_file_to_a_leaderboard(tmp_path: Path) -> None:
    data = ROOT / "sample_data" / "airline_passengers.csv"
    options = "--epochs 1 --steps-per-epoch 3 --members 1 --hidden-size 4 --models gru,naive"
    done = run(*REAL, "compare", str(data), *options.split(), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"gru 3 of 3, validating: " in done.stderr
    assert done.stderr.endswith(b"--n-windows gives more).\n")
    head, *rows = done.stdout.decode().splitlines()
    assert head.startswith("model,mase,smape,mae,rmse,skill,seconds,")
    assert {row.split(",")[0] for row in rows} == {"gru", "naive"}
    assert list(tmp_path.iterdir()) == []


def test_a_picture_on_a_terminal_fits_into_it_and_needs_no_colour(tmp_path: Path) -> None:
    (tmp_path / "model.forecast").write_bytes(dump_model(make_model()))
    screen = on_a_terminal([*REAL, "plot"], tmp_path, NO_COLOR="1")
    assert screen.code == 0
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in screen.text.splitlines()]
    assert lines[0] == "value: history and forecast"
    assert max(map(len, lines)) <= 80
    assert not re.search(r"\x1b\[(?:\d+;)*[349]\d", screen.text)


TINY = "--epochs 1 --steps-per-epoch 3 --members 1 --hidden-size 4 --threads 1"


@pytest.mark.slow
def test_settings_are_searched_from_a_pipe_to_a_forecast(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[space]\nlayers = [1, 2]\nl2 = {low = 0.1, high = 1}\n")
    data = ROOT / "sample_data" / "airline_passengers.csv"
    forecast = shlex.join(REAL)
    script = (
        f"{forecast} tune - --space s.toml --trials 2 {TINY} -o - < {shlex.quote(str(data))}"
        f" | {forecast} predict -m - -q | head -2"
    )
    done = run("bash", "-c", f"set -o pipefail; {script}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"Month,forecast,")
    assert b"searching: trial 1 of 3, error " in done.stderr
    assert done.stderr.splitlines()[-1].startswith(b"the same checkpoint: forecast train - ")
    assert [path.name for path in tmp_path.iterdir()] == ["s.toml"]


@pytest.mark.slow
def test_a_search_that_is_interrupted_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    data = str(ROOT / "sample_data" / "airline_passengers.csv")
    tune = (*REAL, "tune", data, "--trials", "8", *TINY.split())
    assert run(*tune, "-q", "-o", "one.forecast", cwd=tmp_path).returncode == 0
    with subprocess.Popen(
        (*tune, "-o", "two.forecast"),
        cwd=tmp_path,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        preexec_fn=hear_interrupts,  # noqa: PLW1509
    ) as process:
        assert process.stderr is not None
        while b"trial 1 of 9" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        words = process.stderr.read()
        assert process.wait(2) == 130
    assert b"error: interrupted; the search so far is kept in two.forecast.state" in words
    done = run(*tune, "-q", "-o", "two.forecast", "--resume", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"two.forecast\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.forecast", "two.forecast"]
    one, two = ((tmp_path / f"{name}.forecast").read_bytes() for name in ("one", "two"))
    assert one == two
