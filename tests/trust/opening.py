"""Checkpoint files opened by the real program under strace: what it did, beside reading."""

import re
import resource
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.trust.programs import MEBIBYTE, PROGRAM, Ended, run

COMMANDS = {"predict": ("predict", "-q", "-m"), "info": ("info",)}
MOST_MIB = 600

_WATCHED = (
    "execve,execveat,connect,bind,sendto,socket,open,openat,openat2,creat,truncate,"
    "unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,"
    "chmod,fchmod,fchmodat,chown,kill,ptrace"
)
_HARMLESS = re.compile(r'O_RDONLY(?!.*(O_CREAT|O_TRUNC))|"/dev/null"')
_CALL = re.compile(r"^\d+ +(\w+)\(")


@dataclass(frozen=True)
class Opened:
    """How a command took a file, and the system calls by which it did more than read."""

    ended: Ended
    deeds: tuple[str, ...]

    def fault(self, name: str) -> str | None:
        """What is wrong about it as the refusal of a hostile file; None if nothing is."""
        lines = self.ended.words.splitlines()
        if self.deeds:
            return f"did {', '.join(self.deeds)}"
        if self.ended.code != 1:
            return f"ended with {self.ended.code}: {self.ended.words[-300:]}"
        if len(lines) != 1 or name not in lines[0] or self.ended.output:
            return f"said {lines}"
        if self.ended.peak_mib > MOST_MIB:
            return f"held {self.ended.peak_mib:.0f} MiB"
        return None


def open_traced(command: str, path: Path) -> Opened:
    """Run `predict` or `info` on a file, in the file's folder."""
    strace = shutil.which("strace")
    assert strace is not None
    trace = path.parent.parent / f"{path.stem}.trace"
    before = set(path.parent.iterdir())
    ended = run(
        [
            *(strace, "-f", "--seccomp-bpf", "-s", "100", "-e", f"trace={_WATCHED}"),
            *("-o", str(trace), *PROGRAM, *COMMANDS[command], path.name),
        ],
        path.parent,
        limit=_protect_this_machine,
    )
    lines = [line for line in trace.read_text(errors="replace").splitlines() if _CALL.match(line)]
    # The first call is that of the tracer, which starts the program.
    deeds = [line for line in lines[1:] if not _HARMLESS.search(line)]
    new = sorted(one.name for one in set(path.parent.iterdir()) - before)
    return Opened(ended, (*deeds, *(f"a new file {name}" for name in new)))


def _protect_this_machine() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4096 * MEBIBYTE, 4096 * MEBIBYTE))
