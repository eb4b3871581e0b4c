from __future__ import annotations

import json
import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import forecast_cli
from forecast_cli.checkpoint import dump_model
from forecast_cli.drawing import canvas
from forecast_cli.explanation_findings import AttentionActivity, ExplainReport, LagImportance
from tests.explanations import EXPLAINED, make_lag
from tests.models import make_model

if TYPE_CHECKING:
    from tests.cli.conftest import Outcome, Run


@pytest.fixture
def shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command over a report that is given."""

    def show(report: ExplainReport, *arguments: str) -> Outcome:
        fake: Any = types.ModuleType("forecast_cli.explain_workflow")
        fake.explain = lambda *_, **__: report
        monkeypatch.setitem(sys.modules, "forecast_cli.explain_workflow", fake)
        monkeypatch.setattr(forecast_cli, "explain_workflow", fake, raising=False)
        return run("explain", *arguments)

    return show


@pytest.fixture
def _checkpoint(run: Run) -> None:
    Path("model.forecast").write_bytes(dump_model(make_model()))


def test_the_text_names_lags_columns_effects_gates_and_shares(shown: Any) -> None:
    text = shown(EXPLAINED).text
    assert "4 of 4 steps rest most on the value 12 steps before them, one season." in text
    assert "12          ████████████████  1.250 ± 0.125" in text
    assert "promo    ahead            ████████████████  0.500 ± 0.050  +0.200 ± 0.020" in text
    assert "kind     always the same  same everywhere" in text
    assert "+25 %" in text
    assert "▁▃█▆" in text
    assert "6.5 (2.0 to 20)" in text
    assert "networks 80.0 %, theta 20.0 %" in text
    assert "-5.0 (-5 %)" in text
    assert "24 windows of 2 series; all of them seen in training" in " ".join(text.split())
    assert "Attention" not in text


@pytest.mark.parametrize("analogues_weight", [0.0, 0.3])
def test_the_text_fits_into_eighty_columns(shown: Any, analogues_weight: float) -> None:
    report = replace(EXPLAINED, analogues_weight=analogues_weight)
    assert max(map(len, shown(report).text.splitlines())) <= 80


def test_what_analogues_add_is_not_called_trend_and_season(shown: Any) -> None:
    assert "last value  trend, season " in shown(EXPLAINED).text
    text = shown(replace(EXPLAINED, analogues_weight=0.3)).text
    assert "last value  without networks " in text


def test_the_steps_at_which_a_gate_opens_most_are_counted_from_the_end(shown: Any) -> None:
    lines = shown(EXPLAINED).text.splitlines()
    assert any("2, 1, 3" in line for line in lines if "gru 1" in line)
    assert any("1–3, 4–6" in line for line in lines if "lstm 1" in line)


def test_attention_is_shown_where_there_is_any(shown: Any) -> None:
    looked = AttentionActivity(member=2, pace=1, weight=0.5, weights=(0.1, 0.2, 0.7))
    assert "▁▂█" in shown(replace(EXPLAINED, attention=(looked,))).text


@pytest.mark.parametrize(
    ("lag", "words"),
    [
        (make_lag(1, 1, 3.0), "The next step rests most on the value 1 step before it."),
        (make_lag(30, 40, 3.0), "The next step rests most on the values 30–40 steps before it."),
        (make_lag(1, 1, 0.0), "No value matters"),
    ],
)
def test_without_a_leading_lag_the_next_step_is_spoken_of(
    shown: Any, lag: LagImportance, words: str
) -> None:
    report = replace(EXPLAINED, leading_lag=None, n_leading=0, lags=(lag,))
    assert words in shown(report).text


def test_of_many_lags_those_that_matter_are_shown_in_order(shown: Any) -> None:
    lags = tuple(make_lag(n, n, 1.0 / (1 + n % 30)) for n in range(1, 41))
    text = shown(replace(EXPLAINED, lags=lags)).text
    assert "(and 16 more that move the next step by" in text
    places = [text.index(f"\n{n}  ") for n in (1, 2, 30, 31)]
    assert places == sorted(places)
    assert "\n29  " not in text


def test_a_name_from_a_file_does_not_drive_the_terminal(shown: Any) -> None:
    named = tuple(replace(e, name="\x1b[31m[red]") for e in EXPLAINED.covariates)
    series = (replace(EXPLAINED.shares[0], series="\x1b]0;x\x07"),)
    text = shown(replace(EXPLAINED, covariates=named, shares=series)).text
    assert "\x1b" not in text
    assert "[red]" in text


@pytest.mark.usefixtures("_checkpoint")
def test_the_report_is_one_document(run: Run) -> None:
    outcome = run("explain", "--json", "--windows", "8")
    report = json.loads(outcome.output)
    assert (report["report"], report["schema_version"]) == ("explain", 1)
    assert report["n_windows"] == 8
    assert {"mean", "error", "low", "high"} == set(report["lags"][0]["next_step"])
    assert outcome.code == 0


@pytest.mark.usefixtures("_checkpoint")
@pytest.mark.parametrize(("name", "start"), [("p.png", b"\x89PNG"), ("p.SVG", b"<?xml")])
def test_the_name_of_the_output_asks_for_a_picture(run: Run, name: str, start: bytes) -> None:
    outcome = run("explain", "-o", name, "--windows", "4", "--json")
    assert outcome.code == 0
    assert json.loads(outcome.output)["report"] == "explain"
    assert Path(name).read_bytes().startswith(start)


def test_any_other_name_gets_the_text(shown: Any) -> None:
    outcome = shown(EXPLAINED, "-o", "why.txt")
    assert (outcome.code, outcome.output) == (0, b"")
    assert "What the forecast of value rests on" in Path("why.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("_checkpoint")
def test_only_a_picture_needs_matplotlib(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "find_spec", lambda _: None)
    outcome = run("explain", "-o", "p.png")
    assert outcome.code == 1
    assert "pip install 'forecast-cli[plot]'" in outcome.words
    assert run("explain", "--windows", "4").code == 0


def test_what_cannot_be_is_refused(run: Run) -> None:
    assert run("explain", "--windows", "1").code == 2
    assert run("explain", "-", "-m", "-").code == 2
