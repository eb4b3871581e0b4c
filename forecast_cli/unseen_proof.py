"""The best trial and the defaults -> how both do on the part that no trial saw."""

import time
from collections.abc import Sequence

from forecast_cli.adjustment import without_effects
from forecast_cli.backtest import Scene
from forecast_cli.comparison import under
from forecast_cli.config import Settings
from forecast_cli.defaults import plan_windows
from forecast_cli.engines.work import Engine
from forecast_cli.findings import Leaderboard
from forecast_cli.fitting import fit
from forecast_cli.inference import mean_from
from forecast_cli.leaderboard import Contender, rank
from forecast_cli.search import UNSEEN_SHARE, Listener, Search, Trial, best, differences, within
from forecast_cli.search_space import apply
from forecast_cli.training import Workshop
from forecast_cli.trial_log import Proof, TrialLog

TUNED, DEFAULTS = "tuned", "defaults"


def compare_unseen(
    search: Search, trials: Sequence[Trial], *, log: TrialLog, hears: Listener, engine: Engine
) -> Leaderboard:
    """The best trial and the defaults on the unseen part, each fitted to everything before it."""
    scene = search.layout.scene(search.panel, 0)
    contenders = [
        Contender(model=name, forecast=forecast, seconds=0.0)
        for name, forecast in scene.simple.items()
    ]
    for name, trial in ((TUNED, best(trials)), (DEFAULTS, trials[0])):
        if trial.outcome != "scored":
            continue
        changed = differences(search.settings, trial.choice)
        proof = log.recall_proof(changed)
        if proof is None or proof.forecast.shape != scene.actual.shape:
            settings = within(apply(search.settings, trial.choice), UNSEEN_SHARE)
            told = Listener(hears.tell, under(f"{name} before the unseen part", hears.progress))
            proof = _prove(search, settings, scene, told, engine)
            log.keep_proof(changed, proof)
        contenders.append(Contender(model=name, **vars(proof)))
    return rank(scene, contenders, {TUNED, DEFAULTS}, step_size=search.layout.span)


def _prove(
    search: Search, settings: Settings, scene: Scene, hears: Listener, engine: Engine
) -> Proof:
    started = time.perf_counter()
    known = search.layout.known(search.panel, 0)
    plan = plan_windows(without_effects(known), settings.window, _ignore)
    fitted = fit(
        known,
        plan,
        settings,
        tell=hears.tell,
        progress=hears.progress,
        workshop=Workshop(engine),
    )
    committee = fitted.committee
    return Proof(
        forecast=mean_from(fitted, search.panel, scene.origins, horizon=scene.horizon),
        seconds=time.perf_counter() - started,
        n_parameters=committee.n_parameters,
        network_share=sum(member.weight for member in committee.members),
    )


def _ignore(_: object) -> None:
    pass
