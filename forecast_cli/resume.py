"""A training's snapshots <-> the file beside its checkpoint that a killed run leaves behind."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from forecast_cli.errors import CheckpointError, OutputError, TrainingError
from forecast_cli.filesystem import OwnedFile
from forecast_cli.fingerprint import Fingerprint, differences
from forecast_cli.notices import Notice, Tell
from forecast_cli.snapshot import Snapshot, Trained
from forecast_cli.training_state import dump_state, load_state
from forecast_cli.wording import escape

_SUFFIX = ".state"
_LONGEST_NAME = 255
_SHORTEST_PAUSE = 1.0
_SHARE_OF_TIME = 0.01
"""Saving may take this share of the run."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What messages call work whose state is kept, the command that does it, and what may differ.

    What may differ does so on another machine, from an undisturbed run.
    """

    noun: str
    verb: str
    may_differ: str

    def state_of_before(
        self, file: OwnedFile | None, tell: Tell, *, resume: bool, holds: str
    ) -> OwnedFile | None:
        """The file with the state to go on from; None where there is none, which is told.

        A state that is not gone on from, and `holds` something, is replaced, which is told too.
        """
        found = None if file is None or file.is_empty else file
        if resume and found is None:
            tell(Notice("guess", f"--resume: no interrupted {self.noun} is here; starting anew"))
        elif not resume and found is not None:
            tell(
                Notice(
                    "warning",
                    f"{found.name} holds {holds} that was interrupted; it is replaced, because "
                    "this run starts anew (--resume would go on from it)",
                )
            )
        return found if resume else None

    def check_same(
        self, before: Fingerprint, now: Fingerprint, file: OwnedFile, tell: Tell
    ) -> None:
        """Tell of another machine than before.

        Raises:
            CheckpointError: it was other work.
        """
        changed = differences(before, now)
        if changed:
            raise CheckpointError(
                f"{file.name}: the interrupted {self.noun} is another one: {'; '.join(changed)}. "
                f"Give it what it had, or {self.verb} without --resume to start anew"
            )
        if before.machine != now.machine:
            tell(
                Notice(
                    "warning",
                    f"the {self.noun} was begun on {escape(before.machine)}: {self.may_differ} "
                    "from those of an undisturbed run",
                )
            )


_TRAINING = Work(noun="training", verb="train", may_differ="its last bits may differ")


class StateKeeper:
    """Keeps where every network of a fit stands, and saves it now and then.

    Without a file nothing outlives the process.
    """

    def __init__(self, file: OwnedFile | None, tell: Tell) -> None:
        self._file = file
        self._tell = tell
        self._states: dict[str, Snapshot | Trained] = {}
        self._fingerprint: Fingerprint | None = None
        self._changing, self._saving = threading.Lock(), threading.Lock()
        self._next_save = time.monotonic() + _SHORTEST_PAUSE
        self._is_broken = False

    def begin(self, fingerprint: Fingerprint, *, resume: bool) -> None:
        """Say what will be trained, and go back to where an interrupted run of it stood.

        Raises:
            CheckpointError: the state that is there is of other data, options or versions, or
                damaged.
        """
        self._fingerprint = fingerprint
        file = _TRAINING.state_of_before(self._file, self._tell, resume=resume, holds="a training")
        if file is None:
            return
        before, states = load_state(file.read(), file.name)
        _TRAINING.check_same(before, fingerprint, file, self._tell)
        # Not before: the states of another training must never be saved as those of this one.
        self._states = states
        n_over = sum(isinstance(state, Trained) for state in self._states.values())
        self._tell(
            Notice(
                "guess",
                f"--resume: going on with {n_over} trained networks and "
                f"{len(self._states) - n_over} in training",
            )
        )

    def recall(self, name: str) -> Snapshot | Trained | None:
        """Where the training of a network stood when it was interrupted; None: not begun."""
        return self._states.get(name)

    def keep(self, name: str, state: Snapshot | Trained) -> None:
        """Note where the training of a network stands, and save if it is time."""
        with self._changing:
            self._states[name] = state
        if time.monotonic() < self._next_save or not self._saving.acquire(blocking=False):
            return
        try:
            self._save()
        finally:
            self._saving.release()

    def save(self) -> bool:
        """Save what is known now; whether there is something to go on from."""
        with self._saving:
            self._save()
        return self._file is not None and bool(self._states) and not self._is_broken

    def _save(self) -> None:
        if self._file is None or self._fingerprint is None or self._is_broken:
            return
        with self._changing:
            states = dict(self._states)
        if not states:
            return
        started = time.monotonic()
        try:
            self._file.write(dump_state(self._fingerprint, states))
        except OutputError as error:
            self._is_broken = True
            self._tell(Notice("warning", f"{error}; the training goes on, but cannot be resumed"))
        cost = time.monotonic() - started
        self._next_save = time.monotonic() + max(_SHORTEST_PAUSE, cost / _SHARE_OF_TIME)


@contextmanager
def keeping_state(output: str | None, tell: Tell) -> Iterator[StateKeeper]:
    """Keep the state of a training to `output` until it is over.

    Where the training fails or is interrupted, its state is saved and stays, which a note on the
    exception says.

    Raises:
        OutputError: another training to this output is going on.
    """
    with owning_state(output) as file:
        keeper = StateKeeper(file, tell)
        try:
            yield keeper
        except BaseException as error:
            # What cannot be trained would fail again at the same place.
            if file is not None and keeper.save() and not isinstance(error, TrainingError):
                note_state(error, file, "training")
            raise


@contextmanager
def owning_state(output: str | None) -> Iterator[OwnedFile | None]:
    """Own the state file of work on `output`, which goes away when the work ends well.

    None where there is no place beside it: `output` is None, or no regular file.

    Raises:
        OutputError: other work on this output is going on.
    """
    if output is None or (Path(output).exists() and not Path(output).is_file()):
        yield None
        return
    name = escape(output, limit=200)
    file = OwnedFile(
        _state_path(output),
        f"{name}: another training to this file is going on; wait for its end, or give another "
        "--output",
    )
    try:
        yield file
    except BaseException:
        file.close(remove=file.is_empty)
        raise
    file.close(remove=True)


def note_state(error: BaseException, file: OwnedFile, work: str) -> None:
    """Let an exception say where the state of the work is, and what to do with it."""
    error.add_note(
        f"the {work} so far is kept in {file.name}; the same command with --resume "
        "goes on from there"
    )


def _state_path(output: str) -> Path:
    """Where the state of a training to `output` lies: beside it, or beside what it is a link to."""
    target = Path(os.path.realpath(output)) if Path(output).is_symlink() else Path(output)
    name = f"{target.name}{_SUFFIX}"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = f"{hashlib.sha256(os.fsencode(target.name)).hexdigest()}{_SUFFIX}"
    return target.with_name(name)
