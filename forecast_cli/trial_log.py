"""The errors of finished fits <-> the file beside the checkpoint that a killed search leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.errors import OutputError
from forecast_cli.filesystem import OwnedFile
from forecast_cli.fingerprint import Fingerprint
from forecast_cli.notices import Notice, Tell
from forecast_cli.resume import Work, note_state, owning_state
from forecast_cli.schema import from_plain, to_plain
from forecast_cli.sealed import Kind, Unsealed, seal, unseal

_LOG = Kind(
    mark="forecast-tuning-state",
    version=1,
    keys=frozenset({"log"}),
    noun="tuning state",
    source="tune without --resume",
    remedy="tune without --resume",
)


_SEARCH = Work(noun="search", verb="tune", may_differ="its errors may differ in their last digits")


@dataclass(frozen=True, kw_only=True)
class Fit:
    """One fit of a trial: its error, None where it could not be trained, and what it took."""

    error: float | None
    seconds: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Proof:
    """What settings forecast of the unseen part, [W, H], and what that took."""

    forecast: NDArray[np.float64]
    seconds: float
    n_parameters: int
    network_share: float


@dataclass(frozen=True, kw_only=True)
class _ProofRecord:
    """A proof but for its forecast, which is a tensor."""

    seconds: float
    n_parameters: int
    network_share: float


@dataclass(frozen=True, kw_only=True)
class _TrialRecord:
    settings: dict[str, str]
    fits: tuple[Fit, ...]
    proof: _ProofRecord | None


@dataclass(frozen=True, kw_only=True)
class _LogRecord:
    fingerprint: Fingerprint
    trials: tuple[_TrialRecord, ...]


_Key = tuple[tuple[str, str], ...]
_Fits = dict[_Key, tuple[Fit, ...]]
_Proofs = dict[_Key, Proof]


class TrialLog:
    """Keeps how every fit went, by the settings it was made with, and saves it at once.

    Without a file nothing outlives the process.
    """

    def __init__(self, file: OwnedFile | None, tell: Tell) -> None:
        self._file = file
        self._tell = tell
        self._fits: _Fits = {}
        self._proofs: _Proofs = {}
        self._fingerprint: Fingerprint | None = None
        self.is_kept = False

    def begin(self, fingerprint: Fingerprint, *, resume: bool) -> None:
        """Say what fits rest on, and go back to where an interrupted search of it stood.

        Raises:
            CheckpointError: the log that is there is of other data, options or versions, or
                damaged.
        """
        self._fingerprint = fingerprint
        # What lies there may as well be the state of a training.
        file = _SEARCH.state_of_before(self._file, self._tell, resume=resume, holds="work")
        if file is None:
            return
        before, fits, proofs = _load(file.read(), file.name)
        _SEARCH.check_same(before, fingerprint, file, self._tell)
        self._fits, self._proofs, self.is_kept = fits, proofs, True
        words = "1 trial" if len(fits) == 1 else f"{len(fits)} trials"
        self._tell(Notice("guess", f"--resume: going on after {words}"))

    def recall(self, settings: dict[str, str]) -> tuple[Fit, ...]:
        """The fits that were made with these settings, in order."""
        return self._fits.get(_key(settings), ())

    def keep(self, settings: dict[str, str], fit: Fit) -> None:
        """Note the next fit made with these settings, and save."""
        self._fits[_key(settings)] = (*self.recall(settings), fit)
        self._save()

    def recall_proof(self, settings: dict[str, str]) -> Proof | None:
        """What these settings, which were fitted before, forecast of the unseen part."""
        return self._proofs.get(_key(settings))

    def keep_proof(self, settings: dict[str, str], proof: Proof) -> None:
        """Note what these settings forecast of the unseen part, and save."""
        self._proofs[_key(settings)] = proof
        self._save()

    def _save(self) -> None:
        if self._file is None or self._fingerprint is None:
            return
        try:
            self._file.write(_dump(self._fingerprint, self._fits, self._proofs))
            self.is_kept = True
        except OutputError as error:
            self._file, self.is_kept = None, False
            self._tell(Notice("warning", f"{error}; the search goes on, but cannot be resumed"))


@contextmanager
def keeping_trials(output: str | None, tell: Tell) -> Iterator[TrialLog]:
    """Keep the trials of a search whose checkpoint is `output` until it is over.

    Where it fails or is interrupted, the log stays, which a note on the exception says.

    Raises:
        OutputError: another training to this output is going on.
    """
    with owning_state(output) as file:
        log = TrialLog(file, tell)
        try:
            yield log
        except BaseException as error:
            if file is not None and log.is_kept:
                note_state(error, file, "search")
            raise


def _dump(fingerprint: Fingerprint, fits: _Fits, proofs: _Proofs) -> bytes:
    trials = tuple(
        _TrialRecord(settings=dict(key), fits=made, proof=_describe(proofs.get(key)))
        for key, made in fits.items()
    )
    record = _LogRecord(fingerprint=fingerprint, trials=trials)
    tensors = {
        f"proofs.{number}": proofs[key].forecast for number, key in enumerate(fits) if key in proofs
    }
    return seal(_LOG, {"log": to_plain(record)}, tensors)


def _describe(proof: Proof | None) -> _ProofRecord | None:
    if proof is None:
        return None
    return _ProofRecord(
        seconds=proof.seconds,
        n_parameters=proof.n_parameters,
        network_share=proof.network_share,
    )


def _load(data: bytes, name: str) -> tuple[Fingerprint, _Fits, _Proofs]:
    """The inverse of `_dump`; `name` is for messages.

    Raises:
        CheckpointError: the bytes are not exactly what `_dump` wrote, or their content does not
            hold together.
    """
    return unseal(_LOG, data, name, _build)[0]


def _build(content: Unsealed) -> tuple[Fingerprint, _Fits, _Proofs]:
    record = from_plain(_LogRecord, content.metadata["log"], "log")
    for trial in record.trials:
        if not all((fit.error or 0) >= 0 and fit.seconds >= 0 for fit in trial.fits):
            raise ValueError("an error or a time is below zero")
    fits = {_key(trial.settings): trial.fits for trial in record.trials}
    proofs = {
        _key(trial.settings): _proof(trial.proof, content.tensors[f"proofs.{number}"])
        for number, trial in enumerate(record.trials)
        if trial.proof is not None
    }
    return record.fingerprint, fits, proofs


def _proof(record: _ProofRecord, forecast: NDArray[Any]) -> Proof:
    if forecast.dtype != np.float64 or forecast.ndim != 2 or not np.isfinite(forecast).all():
        raise ValueError("a forecast is no table of finite numbers")
    return Proof(
        forecast=forecast,
        seconds=record.seconds,
        n_parameters=record.n_parameters,
        network_share=record.network_share,
    )


def _key(settings: dict[str, str]) -> _Key:
    return tuple(sorted(settings.items()))
