"""Settings -> fits scored at cutoffs, several at a time where the engine has the workers."""

import math
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from forecast_cli.adjustment import without_effects
from forecast_cli.backtest import Scene
from forecast_cli.config import Settings
from forecast_cli.defaults import plan_windows
from forecast_cli.engines.threads import Threads
from forecast_cli.engines.work import Engine, IsStopped
from forecast_cli.errors import TrainingError
from forecast_cli.fitting import fit
from forecast_cli.inference import mean_from
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel
from forecast_cli.proposals import Proposals
from forecast_cli.search_space import Choice
from forecast_cli.training import Workshop
from forecast_cli.trial_log import Fit


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """What settings are scored on: at each cutoff what was known, and the scene of what came."""

    panel: Panel
    known: tuple[Panel, ...]
    scenes: tuple[Scene, ...]


Attempt = tuple[Settings, int]
"""Settings, and the number of the cutoff that they are tried at."""


@dataclass(frozen=True)
class Fits:
    """Makes fits; those that were made ahead are there when they are asked for."""

    course: Course
    engine: Engine
    tell: Tell
    ahead: dict[Attempt, Fit] = field(default_factory=dict)

    def make_ahead(self, attempts: Sequence[Attempt]) -> None:
        """Make these fits side by side, each by one worker, unless they are there."""
        missing = [each for each in dict.fromkeys(attempts) if each not in self.ahead]
        made = self.engine.run(
            _attempt, (self.course, missing), len(missing), hear=lambda _, n: self.tell(n)
        )
        self.ahead.update(zip(missing, made, strict=True))

    def take(self, attempt: Attempt) -> Fit:
        """The fit; if it was not made ahead, all workers make it."""
        made = self.ahead.get(attempt)
        return made or _fit(self.course, attempt, Workshop(self.engine), self.tell)


class Ahead:
    """Proposals of which several are prepared together before they are drawn one by one."""

    def __init__(self, proposals: Proposals, prepare: Callable[[Sequence[Choice]], None]) -> None:
        self._proposals = proposals
        self._prepare = prepare
        self._drawn: deque[Choice] = deque()

    def draw(self, together: int) -> Choice | None:
        """The next one; where none is prepared, up to so many are."""
        if not self._drawn:
            while len(self._drawn) < together and (choice := self._proposals.draw()) is not None:
                self._drawn.append(choice)
            if together > 1:
                self._prepare(tuple(self._drawn))
        return self._drawn.popleft() if self._drawn else None


def _attempt(
    shared: tuple[Course, Sequence[Attempt]], number: int, _: IsStopped
) -> Generator[Notice, None, Fit]:
    """One fit by one worker."""
    course, attempts = shared
    notices: list[Notice] = []
    made = _fit(course, attempts[number], Workshop(Threads(1)), notices.append)
    yield from notices
    return made


def _fit(course: Course, attempt: Attempt, workshop: Workshop, tell: Tell) -> Fit:
    """Train on what was known at a cutoff and score what came, which training never sees."""
    started = time.perf_counter()
    settings, cutoff = attempt
    known, scene = course.known[cutoff], course.scenes[cutoff]
    plan = plan_windows(without_effects(known), settings.window, _ignore)
    try:
        fitted = fit(known, plan, settings, tell=tell, progress=_ignore, workshop=workshop)
    except TrainingError:
        error = math.nan
    else:
        forecast = mean_from(fitted, course.panel, scene.origins, horizon=scene.horizon)
        error = scene.scaled_error(forecast)
    return Fit(error=error if math.isfinite(error) else None, seconds=time.perf_counter() - started)


def _ignore(_: object) -> None:
    pass
