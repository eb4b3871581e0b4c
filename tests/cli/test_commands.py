from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from forecast_cli.findings import ModelScores
from forecast_cli.notices import Notice
from tests.findings import PLANNED, REFUSED, SHOP, UNDERSTOOD

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run, Workflows

CSV = "shop,year,forecast\na,2001,1.5\na,2002,2.0\nb,2001,333333.3333333333\nb,2002,7.0\n"


def test_train_prints_the_path_as_it_was_given_and_nothing_else(run: Run) -> None:
    outcome = run("train", "sales.csv", "-o", "./models.forecast")
    assert (outcome.code, outcome.output) == (0, b"./models.forecast\n")


def test_train_to_standard_output_writes_the_checkpoint_and_nothing_else(run: Run) -> None:
    assert run("train", "sales.csv", "-o", "-").output == b"\x00weights\xff"


def test_train_reports_what_was_understood_and_chosen_and_how_good_it_is(run: Run) -> None:
    words = run("train", "sales.csv").words
    assert "sales.csv (long layout)" in words
    assert "2 series of 20 steps, 40 values" in words
    assert "2 steps ahead from the last 8, season length 1, 30 windows" in words
    assert "gru, 12 345 parameters, trained in 1.5 s" in words
    rows = [" ".join(line.split()) for line in words.splitlines()]
    assert "log, from 8 steps, 2 at a time 75.0 % 5 0.8000 0.9000" in rows
    assert "naive 25.0 %" in rows
    assert "79.0 % in the 80 % interval" in words
    assert words.endswith("The model is worth using: 20 % less error than naive.\n")


def test_train_without_a_backtest_still_reports(run: Run, workflows: Workflows) -> None:
    workflows.trained = replace(workflows.trained, backtest=None)
    outcome = run("train", "sales.csv")
    assert outcome.code == 0
    assert "backtest:" not in outcome.words


def test_json_replaces_the_path(run: Run) -> None:
    document = json.loads(run("train", "sales.csv", "--json").output)
    assert document["report"] == "train"
    assert document["checkpoint"] == "model.forecast"
    assert document["backtest"]["skill"] == 0.2


def test_by_frequency_prints_one_path_for_each_frequency(run: Run) -> None:
    outcome = run("train", "sales.csv", "--by-frequency", "-o", "./m.forecast")
    assert (outcome.code, outcome.output) == (0, b"./m.D.forecast\n./m.MS.forecast\n")


def test_by_frequency_reports_all_trainings_as_one_document(run: Run) -> None:
    document = json.loads(run("train", "sales.csv", "--by-frequency", "--json").output)
    assert document["report"] == "train"
    assert [one["horizon"] for one in document["frequencies"]] == [2, 2]


@pytest.mark.parametrize("arguments", [["sales.csv", "-o", "-"], ["-"]])
def test_by_frequency_needs_files(run: Run, arguments: list[str]) -> None:
    outcome = run("train", *arguments, "--by-frequency")
    assert outcome.code == 2
    assert "--freq" in outcome.words


def test_by_frequency_with_one_frequency_is_one_training(run: Run) -> None:
    outcome = run("train", "-", "--by-frequency", "--freq", "MS", "-o", "-")
    assert outcome.output == b"\x00weights\xff"


def test_guesses_are_notes_and_repairs_are_warnings(run: Run) -> None:
    words = run("train", "sales.csv").words.splitlines()
    assert words[:3] == [
        "note: the target is column sales",
        "warning: 2 rows were put in order",
        "warning: 1 series is constant",
    ]


@pytest.mark.parametrize("command", ["train", "predict", "evaluate", "compare", "tune", "inspect"])
def test_quiet_leaves_only_warnings(run: Run, command: str) -> None:
    words = run(command, "sales.csv", "-q").words
    assert words == "warning: 2 rows were put in order\nwarning: 1 series is constant\n"


def test_a_long_notice_stays_one_line_off_the_terminal(run: Run, workflows: Workflows) -> None:
    workflows.notices = (Notice("warning", "far too many words " * 20),)
    assert run("predict", "-q").words.count("\n") == 1


def test_markup_in_a_notice_is_shown_as_it_is(run: Run, workflows: Workflows) -> None:
    workflows.notices = (Notice("warning", "column [/x] and [bold]y[/bold] :smile:"),)
    assert run("predict", "-q").words == "warning: column [/x] and [bold]y[/bold] :smile:\n"


def test_progress_off_the_terminal_is_a_line_every_few_epochs(run: Run) -> None:
    words = run("train", "sales.csv").words
    lines = [line for line in words.splitlines() if line.startswith("gru: ")]
    assert [line.split(",")[0] for line in lines] == [
        f"gru: epoch {n} of 12" for n in (1, 5, 10, 12)
    ]
    assert lines[1] == "gru: epoch 5 of 12, loss 0.2000, validation 0.5000, 0:07 left"
    assert "\x1b" not in words


def test_no_progress_shows_no_progress(run: Run) -> None:
    words = run("train", "sales.csv", "--no-progress").words
    assert "gru: epoch" not in words
    assert "worth using" in words


def test_predict_writes_csv_off_the_terminal(run: Run) -> None:
    assert run("predict").text == CSV


def test_predict_ends_with_one_line_of_metrics(run: Run, workflows: Workflows) -> None:
    workflows.notices = ()
    assert run("predict").words == (
        "gru: backtest MASE 0.8000, sMAPE 3.000, MAE 10.00, skill 20.0 % against naive\n"
    )


def test_the_metrics_line_tells_the_error_on_known_values(run: Run, workflows: Workflows) -> None:
    known = ModelScores(
        model="gru", mae=1.0, rmse=1.0, smape=2.0, mase=None, mape=None, r2=None, coverage={}
    )
    workflows.predicted = replace(workflows.predicted, backtest=None, known=known)
    last_line = run("predict").words.splitlines()[-1]
    assert last_line == (
        "gru: no backtest, the training data was too short; known values: sMAPE 2.000, MAE 1.000"
    )


@pytest.mark.parametrize("file_format", ["json", "jsonl", "tsv", "table"])
def test_every_format_holds_every_row(run: Run, file_format: str) -> None:
    text = run("predict", "--format", file_format).text
    if file_format == "json":
        rows = json.loads(text)["forecast"]
    elif file_format == "jsonl":
        rows = [json.loads(line) for line in text.splitlines()]
    else:
        names, *cells = [line.split() for line in text.splitlines()]
        rows = [dict(zip(names, row, strict=True)) for row in cells]
    assert [(row["shop"], int(row["year"])) for row in rows] == [
        ("a", 2001),
        ("a", 2002),
        ("b", 2001),
        ("b", 2002),
    ]


def test_a_table_writes_numbers_in_the_digits_that_their_series_needs(
    run: Run, workflows: Workflows
) -> None:
    workflows.forecast = replace(
        workflows.forecast, mean=np.array([[331501080.25, 999.5], [0.0123456, 12.0]])
    )
    cells = [line.split()[-1] for line in run("predict", "--format", "table").text.splitlines()]
    assert cells == ["forecast", "331501080", "1000", "0.012", "12.000"]


def test_names_in_a_table_cannot_drive_the_terminal(run: Run, workflows: Workflows) -> None:
    ids = np.array([["\x1b[31m"], ["\u202eb"]], dtype=np.object_)
    workflows.forecast = replace(workflows.forecast, ids=ids)
    text = run("predict", "--format", "table").text
    assert text.replace("\n", "").isprintable()
    assert "\\x1b[31m" in text


def test_json_adds_the_rows_to_the_report(run: Run) -> None:
    document = json.loads(run("predict", "--json").output)
    assert document["report"] == "predict"
    assert document["forecast"][0] == {"shop": "a", "year": 2001, "forecast": 1.5}


def test_with_an_output_file_json_is_the_report_alone(run: Run, tmp_path: Path) -> None:
    document = json.loads(run("predict", "--json", "-o", "out.csv").output)
    assert "forecast" not in document
    assert (tmp_path / "out.csv").read_text() == CSV


def test_predict_to_a_file_leaves_standard_output_empty(run: Run, tmp_path: Path) -> None:
    assert run("predict", "-o", "out.csv").output == b""
    assert (tmp_path / "out.csv").read_text() == CSV


def test_evaluate_reports_by_series_and_says_what_is_in_sample(run: Run) -> None:
    outcome = run("evaluate", "sales.csv")
    assert outcome.text == CSV
    assert "series" in outcome.words
    assert "12 points, 4 of them in-sample" in outcome.words
    assert outcome.words.endswith("The model is worth using: 20 % less error than naive.\n")


LEADERBOARD = (
    "model,mase,smape,mae,rmse,skill,seconds,n_parameters,network_share,chance,standing\n"
    "gru,0.8,3.0,10.0,12.0,0.2,2.5,12345,0.4,,best\n"
    "naive,1.0,4.0,12.5,15.0,,0.1,0,0.0,0.25,level\n"
)


def test_compare_writes_the_leaderboard_and_says_what_it_means(run: Run) -> None:
    outcome = run("compare", "sales.csv")
    assert outcome.text == LEADERBOARD
    assert "2 series, up to 3 cutoffs each, 2 apart, 12 points, in 3.5 s" in outcome.words
    assert "against naive, the best naive forecast" in outcome.words
    assert "weight beside simple parts: gru 40.0 %" in outcome.words
    assert outcome.words.endswith("gru and naive are level here (p = .25 over 6 forecasts).\n")


def test_compare_says_how_many_series_are_long_enough(run: Run, workflows: Workflows) -> None:
    workflows.compared = replace(workflows.compared, n_series=1)
    assert "1 of 2 series, up to 3 cutoffs each" in run("compare", "sales.csv").words


def test_a_leaderboard_may_be_a_table_or_json(run: Run, tmp_path: Path) -> None:
    table = run("compare", "sales.csv", "--format", "table").text
    rows = [" ".join(line.split()) for line in table.splitlines()]
    assert "gru 0.800 3.00 10.0 20 % 2.5 s 12 345 best" in rows
    document = json.loads(run("compare", "sales.csv", "--format", "json").output)
    assert [row["model"] for row in document["leaderboard"]] == ["gru", "naive"]
    report = json.loads(run("compare", "sales.csv", "--json", "-o", "board.csv").output)
    assert (report["report"], report["schema_version"]) == ("compare", 1)
    assert report["leaderboard"]["rows"][1]["chance"] == 0.25
    assert (tmp_path / "board.csv").read_text() == LEADERBOARD
    assert json.loads(run("compare", "sales.csv", "--json").output) == report


def test_tune_prints_the_path_and_ranks_its_trials(run: Run) -> None:
    outcome = run("tune", "sales.csv")
    assert (outcome.code, outcome.text) == (0, "model.forecast\n")
    rows = [" ".join(line.split()) for line in outcome.words.splitlines()]
    start = rows.index("2 (best) layers 1, l2 0.1 0.7500 2.5 s")
    assert rows[start + 1 : start + 4] == [
        "0 defaults 0.8000 3.0 s",
        "1 layers 2 dropped 1.0 s",
        "3 learning-rate 9.0 failed 0.5 s",
    ]
    assert "search: 4 trials (random), trained with --effort fast" in outcome.words
    assert "The model is worth using" in outcome.words
    assert outcome.words.endswith(
        "Tuning brought 12.5 % less error.\n"
        "the same checkpoint: forecast train sales.csv --l2 0.1 --output model.forecast\n"
    )


def test_a_long_search_shows_its_best_trials_and_the_defaults(
    run: Run, workflows: Workflows
) -> None:
    trials = tuple(
        replace(workflows.tuned.trials[0], number=n, error=1 - n / 100) for n in range(30)
    )
    workflows.tuned = replace(workflows.tuned, trials=trials, winner=29)
    words = run("tune", "sales.csv").words
    shown = [line.split()[0] for line in words.splitlines() if line.endswith(" 3.0 s")]
    assert shown == [*map(str, range(29, 19, -1)), "0"]
    assert "… 19 more" in words


def test_tune_writes_its_checkpoint_or_its_report_to_standard_output(run: Run) -> None:
    assert run("tune", "sales.csv", "-q", "-o", "-").output == b"\x00weights\xff"
    report = json.loads(run("tune", "sales.csv", "--json").output)
    assert (report["report"], report["schema_version"], report["winner"]) == ("tune", 1, 2)
    assert report["trials"][1]["error"] is None
    assert report["training"]["backtest"]["skill"] == 0.2
    assert run("tune", "sales.csv", "--json", "-o", "-").code == 2
    assert run("tune", "sales.csv", "--resume", "-o", "-").code == 2
    assert run("tune", "sales.csv", "--min-skill", "0.5").code == 3


def test_inspect_shows_the_columns_and_the_command_to_go_on_with(run: Run) -> None:
    text = run("inspect", "sales.csv").text
    assert "sales    target   number   12.5\n" in text
    assert text.endswith("forecast train sales.csv --target sales\n")


def test_inspect_tells_what_is_in_the_data(run: Run) -> None:
    text = " ".join(run("inspect", "sales.csv").text.split())
    for fact in (
        "values -1.000 to 3.000, median 2.000; 0 zero, 1 negative; 0 constant series",
        "1 gap in 1 series, 2 steps in all; the longest: 2 steps of a, from 1993 to 1994",
        "3 repeated rows left out",
        "1 value in 1 series: 900.0 at a, 1996 (line 8) (--outliers clip)",
        "4 steps are shown by 50.0 % of the series; for 12 steps the data are too short; none is",
        "0 to 2 steps; too",
        "5 categories: none,",
        "a 1990 2000 11 2 1.000 2.000 3.000",
    ):
        assert fact in text


def test_inspect_tells_what_train_would_do(run: Run) -> None:
    text = " ".join(run("inspect", "sales.csv").text.split())
    for fact in (
        "2 steps ahead from the last 8 or 16, 30 windows to learn from",
        "2 networks, up to 6 epochs each, none on logs, as not all values are positive; "
        "1 series too short for them: simple forecasts",
        "up to 3 cutoffs of each of 2 series (1997 to 1999), 1 step ahead, for the series are too "
        "short to hold back all 2; the last 6 steps are held back",
        "level, correction to naive, from 8 steps, and promo 2",
    ):
        assert fact in text


def test_inspect_says_where_the_data_are_too_short_for_networks(
    run: Run, workflows: Workflows
) -> None:
    short = replace(PLANNED, networks=(), backtest=None)
    workflows.inspected = replace(
        workflows.inspected, understood=replace(UNDERSTOOD, training=short)
    )
    text = " ".join(run("inspect", "sales.csv").text.split())
    assert "the mean of the simple ones not clearly worse than theta" in text


def test_inspect_shows_what_stands_in_the_way_of_train(run: Run, workflows: Workflows) -> None:
    workflows.inspected = REFUSED
    outcome = run("inspect", "sales.csv")
    assert outcome.code == 0
    rows = [" ".join(line.split()) for line in outcome.text.splitlines()]
    assert "YS b, c, … 9" in rows
    assert "train would stop here: sales.csv holds series of \\x1b[31m different" in outcome.text


def test_inspect_shows_the_first_of_many_series_the_shortest_and_the_longest(
    run: Run, workflows: Workflows
) -> None:
    series = tuple(replace(SHOP, name=f"s{n}", n_steps=(n * 7) % 11 + 5) for n in range(10))
    workflows.inspected = replace(
        workflows.inspected, understood=replace(UNDERSTOOD, series=series)
    )
    rows = [line.split() for line in run("inspect", "sales.csv").text.splitlines()]
    start = next(n for n, row in enumerate(rows) if row[:2] == ["series", "first"])
    names = [" ".join(row[:2]) for row in rows[start + 2 : start + 9]]
    assert names[:5] == ["s0 1990", "s1 1990", "s2 1990", "s3 1990", "… 6"]
    assert names[5:] == ["s0 (shortest)", "s3 (longest)"]


def test_no_line_of_inspect_but_the_command_is_wider_than_80_columns(
    run: Run, workflows: Workflows
) -> None:
    long = replace(SHOP, name="a very long name of a shop " * 3, first_time="1990-01-01 00:00:00")
    command = "forecast train " + "x" * 100
    workflows.inspected = replace(
        workflows.inspected,
        understood=replace(UNDERSTOOD, series=(long, SHOP), command=command),
    )
    *lines, last = run("inspect", "sales.csv").text.splitlines()
    assert max(map(len, lines)) <= 80
    assert last == command


def test_info_shows_the_digest_in_full(run: Run, workflows: Workflows) -> None:
    text = run("info", "other.forecast").text
    assert workflows.asked == {"model": "other.forecast"}
    assert "ab" * 32 in text
    assert "forecast-cli 0.1.0" in text


@pytest.mark.parametrize("command", ["inspect", "info"])
def test_a_report_is_text_in_a_file_and_json_on_standard_output(
    run: Run, tmp_path: Path, command: str
) -> None:
    outcome = run(command, "x", "--json", "-o", "report.txt")
    assert json.loads(outcome.output)["report"] == command
    assert "sales.csv (long layout)" in (tmp_path / "report.txt").read_text()


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_a_skill_below_the_one_asked_for_exits_with_3_after_all_is_written(
    run: Run, command: str
) -> None:
    outcome = run(command, "sales.csv", "--min-skill", "0.25")
    assert outcome.code == 3
    assert outcome.text in (CSV, "model.forecast\n")
    assert outcome.words.splitlines()[-1] == (
        "error: the skill is 0.2000 (1 would be no error, 0 the error of naive), "
        "below --min-skill 0.25"
    )


def test_a_skill_that_is_reached_exits_with_0(run: Run) -> None:
    assert run("train", "sales.csv", "--min-skill", "0.2").code == 0


def test_a_skill_that_cannot_be_told_is_below_any_that_is_asked_for(
    run: Run, workflows: Workflows
) -> None:
    backtest = workflows.trained.backtest
    assert backtest is not None
    for none in (None, replace(backtest, skill=None)):
        workflows.trained = replace(workflows.trained, backtest=none)
        assert run("train", "sales.csv", "--min-skill", "0").code == 3
