"""What `forecast tune` found out, as plain records."""

from dataclasses import dataclass
from typing import Literal

from forecast_cli.findings import Leaderboard, TrainReport

Outcome = Literal["scored", "dropped", "failed"]


@dataclass(frozen=True, kw_only=True)
class TrialSummary:
    """One try: the settings in which it differs from the defaults, and how it went.

    `errors` are those at the cutoffs, the latest first, and `error` is their mean: None where the
    trial was `dropped` before all cutoffs, or `failed` because it could not be trained.
    """

    number: int
    settings: dict[str, str]
    errors: tuple[float | None, ...]
    error: float | None
    outcome: Outcome
    seconds: float


@dataclass(frozen=True, kw_only=True)
class TuneReport:
    """The outcome of `forecast tune`.

    Trials are in the order of their numbers; number 0 are the defaults, that is the settings as
    they were given. `unseen` compares `tuned` and `defaults` on data that the search did not see;
    None where the defaults won. `gain` is the share by which tuning brought the error down there.
    `command` trains the same checkpoint.
    """

    search: str
    n_cutoffs: int
    n_origins: int
    span: int
    effort: str
    trials: tuple[TrialSummary, ...]
    winner: int
    unseen: Leaderboard | None
    gain: float | None
    verdict: str
    command: str
    training: TrainReport
    seconds: float
