from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from forecast_cli.drawing.explanation import draw_explanation
from forecast_cli.explanation_findings import AttentionActivity, LagImportance
from tests.explanations import EXPLAINED, make_lag

TEXT = "{http://www.w3.org/2000/svg}text"


def words(image: bytes) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(image).iter(TEXT)]


def test_lags_columns_and_gates_are_drawn_the_same_each_time() -> None:
    image = draw_explanation(EXPLAINED, "svg")
    assert {"Importance by lag", "Importance by column", "Gates"} <= set(words(image))
    assert "Attention" not in words(image)
    assert {"12", "promo", "1: gru 1", "2: lstm 1"} <= set(words(image))
    assert image == draw_explanation(EXPLAINED, "svg")
    assert draw_explanation(EXPLAINED, "png").startswith(b"\x89PNG")


def test_attention_is_drawn_where_there_is_any() -> None:
    looked = AttentionActivity(member=2, pace=1, weight=0.5, weights=(0.1, 0.2, 0.7))
    assert "Attention" in words(draw_explanation(replace(EXPLAINED, attention=(looked,)), "svg"))


def test_what_is_not_there_is_not_drawn() -> None:
    image = draw_explanation(replace(EXPLAINED, covariates=(), gates=()), "svg")
    assert "Importance by column" not in words(image)
    assert "Gates" not in words(image)


@pytest.mark.parametrize(
    "lags", [(make_lag(1, 1, None),), tuple(make_lag(n, n, 0.0) for n in range(1, 41))]
)
def test_lags_that_matter_nothing_and_many_lags_are_drawn(lags: tuple[LagImportance, ...]) -> None:
    assert "Importance by lag" in words(draw_explanation(replace(EXPLAINED, lags=lags), "svg"))


def test_every_lag_has_its_label_however_many_there_are() -> None:
    lags = (*(make_lag(n, n, 0.1) for n in range(1, 40)), make_lag(40, 99, 0.2))
    shown = words(draw_explanation(replace(EXPLAINED, lags=lags), "svg"))
    assert {*map(str, range(1, 40)), "40–99"} <= set(shown)


def test_a_name_from_a_file_is_no_markup() -> None:
    named = tuple(replace(e, name="$\x1b[31m<b>" * 9) for e in EXPLAINED.covariates)
    shown = "".join(words(draw_explanation(replace(EXPLAINED, covariates=named), "svg")))
    assert "\x1b" not in shown
