"""Signals at every stage: while the program loads, works, is deaf, and ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_process import ENVIRONMENT, REAL, ROOT, run

NUMBERS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "stopped by SIGTERM")]
ready = 'import sys; sys.stderr.write("ready\\n"); sys.stderr.flush()'


def start(*command: str, cwd: Path, ignored: bool = False) -> subprocess.Popen[bytes]:
    handler = signal.SIG_IGN if ignored else signal.default_int_handler
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A background job of a shell inherits an ignored SIGINT, and so would this test.
        preexec_fn=lambda: signal.signal(signal.SIGINT, handler),  # noqa: PLW1509
    )


def after_ready(process: subprocess.Popen[bytes], *numbers: int) -> tuple[int, str]:
    """Send a signal each time that a process says it is ready; its exit code and last words."""
    assert process.stderr is not None
    for number in numbers:
        assert process.stderr.readline() == b"ready\n"
        process.send_signal(number)
    _, words = process.communicate(timeout=20)
    return process.returncode, words.decode()


def program(work: str) -> tuple[str, ...]:
    """The real start of the program, with some work instead of the command line."""
    script = (
        "import sys, types\n"
        "from forecast_cli.cli.start import main\n"
        "app = types.ModuleType('forecast_cli.cli.app')\n"
        f"def run():\n{work}\n    return 0\n"
        "app.main = run\n"
        "sys.modules['forecast_cli.cli.app'] = app\n"
        "sys.exit(main())\n"
    )
    return sys.executable, "-c", script


WAIT = f"    {ready}; import time; time.sleep(60)"


@pytest.mark.parametrize(("number", "code", "words"), NUMBERS)
def test_a_signal_while_the_program_is_loading_is_one_line(
    tmp_path: Path, number: signal.Signals, code: int, words: str
) -> None:
    (tmp_path / "typer.py").write_text(f"{ready}\nimport time\ntime.sleep(60)\n")
    process = start(*REAL, "--help", cwd=tmp_path)
    assert after_ready(process, number) == (code, f"error: {words}\n")


@pytest.mark.parametrize(("number", "code", "words"), NUMBERS)
def test_a_signal_that_a_library_swallows_ends_the_program_all_the_same(
    tmp_path: Path, number: signal.Signals, code: int, words: str
) -> None:
    deaf = (
        f"    {ready}; import time\n"
        "    while True:\n"
        "        try: time.sleep(60)\n"
        "        except BaseException: pass\n"
    )
    begun = time.monotonic()
    ended = after_ready(start(*program(deaf), cwd=tmp_path), number)
    assert ended == (code, f"error: {words}\n")
    assert time.monotonic() - begun < 10


def test_a_signal_that_falls_into_a_destructor_is_no_traceback(tmp_path: Path) -> None:
    late = (
        "    import time\n"
        "    class Late:\n"
        f"        def __del__(self):\n            {ready}; time.sleep(60)\n"
        "    Late()\n"
        "    time.sleep(60)\n"
    )
    process = start(*program(late), cwd=tmp_path)
    assert after_ready(process, signal.SIGINT) == (130, "error: interrupted\n")


def test_a_signal_that_becomes_another_error_is_told_as_the_signal(tmp_path: Path) -> None:
    converted = (
        f"    try:\n        {ready}; import time; time.sleep(60)\n"
        "    except BaseException as error: raise SystemError('converted') from error\n"
    )
    process = start(*program(converted), cwd=tmp_path)
    assert after_ready(process, signal.SIGINT) == (130, "error: interrupted\n")


def test_a_lack_of_memory_that_leaves_none_for_words_is_one_line(tmp_path: Path) -> None:
    done = run(*program("    raise MemoryError"), cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("error: there is not enough memory")
    assert done.stderr.count(b"\n") == 1


def test_a_second_signal_ends_the_program_at_once(tmp_path: Path) -> None:
    deaf = (
        f"    import time\n    try: {ready}; time.sleep(60)\n    finally: {ready}; time.sleep(60)\n"
    )
    process = start(*program(deaf), cwd=tmp_path)
    assert after_ready(process, signal.SIGINT, signal.SIGINT) == (-signal.SIGINT, "")


def test_a_signal_after_the_work_is_done_comes_too_late(tmp_path: Path) -> None:
    slow_end = (
        f"    import atexit, time\n"
        "    @atexit.register\n"
        f"    def end():\n        {ready}; time.sleep(0.5)\n"
    )
    process = start(*program(slow_end), cwd=tmp_path)
    assert after_ready(process, signal.SIGTERM) == (0, "")


def test_an_interrupt_that_is_ignored_from_the_beginning_stays_ignored(tmp_path: Path) -> None:
    brief = WAIT.replace("sleep(60)", "sleep(1)")
    process = start(*program(brief), cwd=tmp_path, ignored=True)
    assert after_ready(process, signal.SIGINT) == (0, "")


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [NUMBERS[0], pytest.param(*NUMBERS[1], marks=pytest.mark.slow)],
)
def test_a_training_that_is_stopped_keeps_the_old_checkpoint_and_its_state(
    tmp_path: Path, number: signal.Signals, code: int, words: str
) -> None:
    old = tmp_path / "model.forecast"
    old.write_bytes(b"the checkpoint of yesterday")
    data = str(ROOT / "sample_data" / "us_population.csv")
    command = (*REAL, "train", data, "--epochs", "100000", "--patience", "100000")
    process = start(*command, cwd=tmp_path)
    assert process.stderr is not None
    for line in process.stderr:
        if b"epoch 1 of" in line:
            break
    process.send_signal(number)
    sent = time.monotonic()
    output, said = process.communicate(timeout=20)
    assert time.monotonic() - sent < 2
    assert (process.returncode, output) == (code, b"")
    last = said.decode().splitlines()[-1]
    assert last.startswith(f"error: {words}; the training so far is kept in model.forecast.state")
    assert old.read_bytes() == b"the checkpoint of yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "model.forecast",
        "model.forecast.state",
    ]


@pytest.mark.slow
def test_a_training_that_is_killed_goes_on_to_the_same_file(tmp_path: Path) -> None:
    data = str(ROOT / "sample_data" / "us_population.csv")
    options = (
        "--members",
        "2",
        "--hidden-size",
        "8",
        "--epochs",
        "16",
        "--steps-per-epoch",
        "30",
        "-q",
    )
    command = (*REAL, "train", data, *options)
    assert run(*command, "-o", "whole.forecast", cwd=tmp_path).returncode == 0
    process = start(*command, cwd=tmp_path)
    state = tmp_path / "model.forecast.state"
    begun = time.monotonic()
    while not (state.exists() and state.stat().st_size):
        assert time.monotonic() - begun < 20
        assert process.poll() is None, "it ended before its state was saved"
        time.sleep(0.02)
    process.kill()
    process.communicate()
    resumed = run(*command, "--resume", cwd=tmp_path)
    assert (resumed.returncode, resumed.stderr) == (0, b"")
    whole = (tmp_path / "whole.forecast").read_bytes()
    assert (tmp_path / "model.forecast").read_bytes() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.forecast", "whole.forecast"]
