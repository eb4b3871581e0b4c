"""`forecast tune`: a search, its proof on data that it did not see, and one training."""

import time
from collections.abc import Sequence
from dataclasses import replace

from forecast_cli.checkpoint import dump_model
from forecast_cli.command_line import train_command
from forecast_cli.comparison import told_once
from forecast_cli.config import Settings
from forecast_cli.engines.opening import opened
from forecast_cli.engines.work import Engine
from forecast_cli.filesystem import check_writable, write_atomically
from forecast_cli.findings import Leaderboard, TrainReport
from forecast_cli.fingerprint import Fingerprint, take_fingerprint
from forecast_cli.fitting import fit
from forecast_cli.matching import tell_short_series
from forecast_cli.model_findings import report_training
from forecast_cli.notices import Notice, Tell
from forecast_cli.panel import Panel, read_panel
from forecast_cli.preparation import prepare
from forecast_cli.progress import Progress
from forecast_cli.proposals import choose_method, propose
from forecast_cli.search import FINAL_SHARE, SEARCH_SHARE, Listener, Search, Trial, best, within
from forecast_cli.search_space import Space, apply, default_space, read_space
from forecast_cli.splits import origins_at_end
from forecast_cli.training import Workshop
from forecast_cli.trial_log import keeping_trials
from forecast_cli.tune_config import SearchConfig, TuneConfig
from forecast_cli.tuning import run_trials
from forecast_cli.tuning_findings import TuneReport
from forecast_cli.tuning_verdict import gain, judge_search
from forecast_cli.unseen import lay_out
from forecast_cli.unseen_proof import compare_unseen
from forecast_cli.wording import counted
from forecast_cli.workflows import STANDARD_STREAM, make_model


def tune(
    source: str,
    output: str,
    *,
    config: TuneConfig,
    resume: bool = False,
    tell: Tell,
    progress: Progress,
) -> tuple[bytes, TuneReport]:
    """Search for settings, prove the winner on unseen data, train it and write one checkpoint.

    The checkpoint is the one that `train` makes with the settings of the winner. Returns its bytes
    and what was found.
    """
    started = time.perf_counter()
    settings, space_file = config.settings, config.search.space
    asked = None if space_file is None else read_space(space_file, settings)
    if asked is not None:
        choose_method(asked, config.search)
    hears = Listener(told_once(tell), progress)
    to_file = output != STANDARD_STREAM
    if to_file:
        check_writable(output)
    with (
        opened(settings.engine, threads=settings.optimisation.threads) as engine,
        keeping_trials(output if to_file else None, tell) as log,
    ):
        panel = read_panel(source, settings.read, tell)
        search, space = _prepare(panel, config, asked, hears.tell)
        log.begin(_fingerprint(search, config.search), resume=resume)
        _tell_search(search, space, tell)
        proposals = propose(
            space, search.method, trials=search.trials, seed=settings.optimisation.seed
        )
        trials = run_trials(search, proposals, log=log, hears=hears, engine=engine)
        winner = best(trials)
        unseen = (
            compare_unseen(search, trials, log=log, hears=hears, engine=engine)
            if winner.number
            else None
        )
        final = within(apply(settings, winner.choice), FINAL_SHARE)
        checkpoint, training = _train(panel, output, final, hears, engine)
        if to_file:
            write_atomically(output, checkpoint)
    return checkpoint, _report(
        search,
        trials,
        unseen=unseen,
        command=train_command(source, final, output),
        training=training,
        seconds=time.perf_counter() - started,
    )


def _prepare(
    panel: Panel, config: TuneConfig, asked: Space | None, tell: Tell
) -> tuple[Search, Space]:
    """The search in a panel, and its space: what is `asked` for, or one that suits the panel."""
    settings = config.settings
    panel, plan = prepare(panel, settings.window, outliers=settings.cleaning.outliers, tell=tell)
    horizon = plan.horizon
    layout = lay_out(panel, settings.window, horizon=horizon, n_cutoffs=config.search.n_windows)
    space = asked or default_space(settings, layout.context_lengths)
    is_given = settings.optimisation.members is not None or {"effort", "members"} & set(space)
    search = Search(
        panel=panel,
        layout=layout,
        settings=replace(settings, window=replace(settings.window, horizon=horizon)),
        is_cheap=not is_given,
        method=choose_method(space, config.search),
        trials=config.search.trials,
    )
    return search, space


def _train(
    panel: Panel, output: str, settings: Settings, hears: Listener, engine: Engine
) -> tuple[bytes, TrainReport]:
    """The checkpoint that `train` makes of a panel."""
    started = time.perf_counter()
    outliers = settings.cleaning.outliers
    panel, plan = prepare(panel, settings.window, outliers=outliers, tell=hears.tell)
    fitted = fit(
        panel,
        plan,
        settings,
        tell=hears.tell,
        progress=hears.progress,
        workshop=Workshop(engine),
    )
    model = make_model(panel, fitted, settings, take_fingerprint(panel, settings))
    tell_short_series(model, panel, origins_at_end(panel), hears.tell)
    seconds = time.perf_counter() - started
    return dump_model(model), report_training(output, panel, plan, model, seconds)


def _report(
    search: Search,
    trials: Sequence[Trial],
    *,
    unseen: Leaderboard | None,
    command: str,
    training: TrainReport,
    seconds: float,
) -> TuneReport:
    return TuneReport(
        search=search.method,
        n_cutoffs=search.layout.n_cutoffs,
        n_origins=search.layout.n_origins,
        span=search.layout.span,
        effort=search.trained({}).optimisation.effort,
        trials=tuple(map(search.summary, trials)),
        winner=best(trials).number,
        unseen=unseen,
        gain=None if unseen is None else gain(unseen),
        verdict=judge_search(unseen, len(trials)),
        command=command,
        training=training,
        seconds=seconds,
    )


def _fingerprint(search: Search, config: SearchConfig) -> Fingerprint:
    """What the error of a trial rests on; which trials there are does not matter."""
    taken = take_fingerprint(search.panel, search.settings)
    own = {
        "--n-windows": "not given" if config.n_windows is None else str(config.n_windows),
        "the effort of trials": search.trained({}).optimisation.effort,
    }
    return replace(taken, options=taken.options | own)


def _tell_search(search: Search, space: Space, tell: Tell) -> None:
    layout, config = search.layout, search.settings.optimisation
    cutoffs = counted(layout.n_cutoffs, "cutoff")
    tell(
        Notice(
            "guess",
            f"searching {', '.join(space)} by {search.method} search (--space, --search): the "
            f"defaults and up to {counted(search.trials, 'other setting')} (--trials) at {cutoffs} "
            f"(--n-windows); the last {counted(layout.width, 'value')} of each series are left "
            "unseen until the search is over",
        )
    )
    if search.trained({}).optimisation.effort != config.effort:
        tell(
            Notice(
                "guess",
                f"trials are trained with --effort fast, the winner with --effort {config.effort}",
            )
        )
    if config.time_limit is not None:
        tell(
            Notice(
                "guess",
                f"--time-limit: {SEARCH_SHARE * config.time_limit:g} seconds to search, "
                f"{FINAL_SHARE * config.time_limit:g} to compare with the defaults, and "
                f"{FINAL_SHARE * config.time_limit:g} to train the winner",
            )
        )
