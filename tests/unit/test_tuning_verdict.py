from typing import Literal

import pytest

from forecast_cli.findings import Leaderboard, Standing
from forecast_cli.tuning_verdict import gain, judge_search


def standing(
    model: str,
    error: float,
    chance: float | None,
    judged: Literal["best", "level", "worse", "too few pairs"],
) -> Standing:
    return Standing(
        model=model,
        mase=error,
        smape=1.0,
        mae=1.0,
        rmse=1.0,
        skill=None,
        seconds=1.0,
        n_parameters=1,
        network_share=1.0,
        chance=chance,
        standing=judged,
    )


def board(tuned: float, defaults: float, chance: float | None = 0.5) -> Leaderboard:
    ranked = sorted([("tuned", tuned), ("defaults", defaults)], key=lambda pair: pair[1])
    judged: Literal["level", "worse", "too few pairs"] = "too few pairs"
    if chance is not None:
        judged = "worse" if chance < 0.05 else "level"
    (first, least), (second, most) = ranked
    return Leaderboard(
        rows=(standing(first, least, None, "best"), standing(second, most, chance, judged)),
        best_naive="naive",
        n_pairs=30 if chance is not None else 1,
        paired_over="series",
        verdict="",
    )


def test_the_gain_is_the_share_of_the_error_that_tuning_took_away() -> None:
    assert gain(board(0.75, 1.0)) == pytest.approx(0.25)
    assert gain(board(1.25, 1.0)) == pytest.approx(-0.25)


@pytest.mark.parametrize(
    ("unseen", "words"),
    [
        (
            board(0.75, 1.0, 0.01),
            "Tuning brought 25.0 % less error on data that the search did not see (MASE 0.7500 "
            "against 1.000 of the defaults); that is more than chance (p = .010 over 30 series).",
        ),
        (
            board(0.75, 1.0, 0.3),
            "Tuning brought 25.0 % less error on data that the search did not see (MASE 0.7500 "
            "against 1.000 of the defaults); that may be chance (p = .30 over 30 series).",
        ),
        (
            board(1.25, 1.0, None),
            "Tuning brought nothing: on data that the search did not see, the winner errs 25.0 % "
            "more (MASE 1.250 against 1.000 of the defaults); over one forecast, so it may be "
            "chance: it takes 6 to tell. The defaults (forecast train) may serve as well.",
        ),
        (
            board(1.0, 1.0),
            "Tuning brought nothing on data that the search did not see: MASE 1.000 against 1.000 "
            "of the defaults.",
        ),
    ],
)
def test_what_tuning_brought_is_told_with_its_doubt(unseen: Leaderboard, words: str) -> None:
    assert judge_search(unseen, 9) == words


def test_defaults_that_won_are_told_without_a_comparison() -> None:
    assert judge_search(None, 3) == (
        "The defaults won: of 2 other settings tried none erred less at every cutoff, so they are "
        "trained."
    )


def test_defaults_that_could_not_be_trained_are_told() -> None:
    unseen = board(0.75, 1.0)
    alone = Leaderboard(
        rows=unseen.rows[:1], best_naive="naive", n_pairs=30, paired_over="series", verdict=""
    )
    assert gain(alone) is None
    assert judge_search(alone, 3).startswith("The defaults could not be trained")
