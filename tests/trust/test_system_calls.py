"""A save that meets a fault leaves the old file or the new one, whole, and says which."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trust import system_calls
from tests.trust.system_calls import NAME, NEW, OLD, ROOT

pytestmark = pytest.mark.slow

REASON = system_calls.why_not()
traced = pytest.mark.skipif(REASON is not None, reason=REASON or "")

# What a save cannot do without; the list itself comes from a trace.
NEEDED = {"openat", "write", "fsync", "rename", "flock", "chmod", "close"}


@traced
@pytest.mark.parametrize("fault", ["error=EIO", "error=ENOSPC", "signal=KILL"])
def test_each_system_call_of_a_save_may_fail_and_the_file_is_old_or_new(
    fault: str, tmp_path: Path
) -> None:
    calls = system_calls.calls_of_a_save(tmp_path / "dry")
    assert {call.name for call in calls} >= NEEDED
    assert sum(call.name == "fsync" for call in calls) == 2
    wrong = []
    for number, call in enumerate(calls):
        folder = tmp_path / str(number)
        outcome = system_calls.save_with(folder, call, fault)
        found = system_calls.fault_found(outcome) or system_calls.save_again(folder)
        if found is not None:
            wrong.append(f"{call.shown}: {found}")
    assert not wrong, "\n".join(wrong)


WRITE = f"""
import sys
from forecast_cli.errors import OutputError
from forecast_cli.filesystem import write_atomically
try:
    write_atomically("{NAME}", bytes(200_000))
except OutputError as error:
    sys.exit(str(error))
"""


def test_a_file_larger_than_allowed_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(OLD)
    done = subprocess.run(
        [sys.executable, "-S", "-c", WRITE],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"{NAME}: cannot be written: file too large\n"
    assert (tmp_path / NAME).read_bytes() == OLD
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


ON_A_FULL_DISK = f"""
import json, os, subprocess, sys
from pathlib import Path
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", "."], check=True)
os.chdir(os.getcwd())
Path("{NAME}").write_bytes({OLD!r})
done = subprocess.run([sys.executable, "-S", "-c", {WRITE!r}], capture_output=True, text=True)
failed = [done.returncode, done.stderr, Path("{NAME}").read_bytes().decode(), os.listdir()]
from forecast_cli.filesystem import write_atomically
write_atomically("{NAME}", {NEW!r})
print(json.dumps([failed, Path("{NAME}").read_bytes() == {NEW!r}, os.listdir()]))
"""


def test_a_full_disk_leaves_the_old_file_and_a_later_save_succeeds(tmp_path: Path) -> None:
    # A mount of its own name space goes away with the process.
    alone = ["unshare", "--mount", "--user", "--map-root-user"]
    try:
        subprocess.run([*alone, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    done = subprocess.run(
        [*alone, sys.executable, "-c", ON_A_FULL_DISK],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    failed, saved, names = json.loads(done.stdout)
    words = f"{NAME}: cannot be written: no space left on device\n"
    assert failed == [1, words, OLD.decode(), [NAME]]
    assert saved
    assert names == [NAME]
