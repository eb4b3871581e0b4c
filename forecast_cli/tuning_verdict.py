"""A finished search -> what it brought, in words and figures."""

from forecast_cli.backtest import skill
from forecast_cli.findings import Leaderboard, Standing
from forecast_cli.significance import FEWEST_UNITS
from forecast_cli.unseen_proof import DEFAULTS, TUNED
from forecast_cli.wording import counted, describe_chance, number, percent

_NEGLIGIBLE = 0.0005
"""Shares that would be shown as zero."""


def gain(unseen: Leaderboard) -> float | None:
    """The share by which the tuned settings err less than the defaults on unseen data."""
    tuned, defaults = _row(unseen, TUNED), _row(unseen, DEFAULTS)
    if tuned is None or defaults is None:
        return None
    return skill(_error(tuned), _error(defaults))


def judge_search(unseen: Leaderboard | None, n_trials: int) -> str:
    """What a search of so many trials brought; without `unseen`, the defaults won it."""
    if unseen is None:
        others = counted(n_trials - 1, "other setting")
        return (
            f"The defaults won: of {others} tried none erred less at every cutoff, so they are "
            "trained."
        )
    tuned, defaults = _row(unseen, TUNED), _row(unseen, DEFAULTS)
    if tuned is None or defaults is None:
        return "The defaults could not be trained, so there is nothing to compare with."
    share = gain(unseen)
    against = (
        f"{_metric(tuned)} {number(_error(tuned))} against {number(_error(defaults))} "
        "of the defaults"
    )
    where = "on data that the search did not see"
    if share is None or abs(share) < _NEGLIGIBLE:
        return f"Tuning brought nothing {where}: {against}."
    doubt = _doubt(unseen)
    if share > 0:
        return f"Tuning brought {percent(share)} less error {where} ({against}); {doubt}."
    return (
        f"Tuning brought nothing: {where}, the winner errs {percent(-share)} more "
        f"({against}); {doubt}. The defaults (forecast train) may serve as well."
    )


def _doubt(unseen: Leaderboard) -> str:
    """Whether the difference is more than chance, as far as that can be told."""
    (chance,) = (row.chance for row in unseen.rows[1:])
    over = f"{unseen.n_pairs} {unseen.paired_over}"
    if chance is None:
        pairs = over if unseen.n_pairs > 1 else "one forecast"
        return f"over {pairs}, so it may be chance: it takes {FEWEST_UNITS} to tell"
    if unseen.rows[1].standing == "worse":
        return f"that is more than chance ({describe_chance(chance)} over {over})"
    return f"that may be chance ({describe_chance(chance)} over {over})"


def _row(unseen: Leaderboard, model: str) -> Standing | None:
    return next((row for row in unseen.rows if row.model == model), None)


def _metric(row: Standing) -> str:
    return "MAE" if row.mase is None else "MASE"


def _error(row: Standing) -> float:
    return row.mae if row.mase is None else row.mase
