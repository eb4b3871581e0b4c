"""What `forecast explain` may find, made up for tests."""

from forecast_cli.explanation_findings import (
    CovariateImportance,
    EffectSize,
    ExplainReport,
    GateActivity,
    LagImportance,
    SeriesShares,
    Spread,
    StepShares,
)
from forecast_cli.inspection import summarise
from tests.panels import make_panel, wave


def make_spread(mean: float | None) -> Spread | None:
    if mean is None:
        return None
    return Spread(mean=mean, error=0.1 * abs(mean), low=mean / 2, high=mean * 2)


def make_lag(first: int, last: int, mean: float | None) -> LagImportance:
    spread = make_spread(mean)
    return LagImportance(
        first=first,
        last=last,
        n_windows=0 if mean is None else 24,
        next_step=spread,
        all_steps=spread,
        growth=spread,
    )


def make_gates(member: int, cell: str, openness: tuple[float, ...], pace: int) -> GateActivity:
    return GateActivity(
        member=member,
        layer=1,
        cell=cell,
        pace=pace,
        weight=0.4,
        signal="input gate",
        openness=openness,
        keep=0.9,
        half_life=(2.0, 6.5, 20.0),
        others={"output": 0.5},
    )


EXPLAINED = ExplainReport(
    checkpoint="model.forecast",
    data=summarise(make_panel(wave(40), wave(30, seed=1))),
    model="gru",
    horizon=4,
    season_length=12,
    n_series=2,
    n_windows=24,
    n_in_sample=24,
    leading_lag=12,
    n_leading=4,
    lags=(
        *(make_lag(lag, lag, 0.02 * lag) for lag in range(1, 12)),
        make_lag(12, 12, 1.25),
        make_lag(13, 24, 0.1),
        make_lag(25, 40, 0.0),
    ),
    covariates=(
        CovariateImportance(
            name="promo", role="future", change=make_spread(0.5), growth=make_spread(0.2)
        ),
        CovariateImportance(
            name="weather", role="past", change=make_spread(0.1), growth=make_spread(-0.01)
        ),
        CovariateImportance(name="kind", role="static", change=None, growth=None),
    ),
    effects=(EffectSize(name="promo", category="yes", share=0.25),),
    gates=(
        make_gates(1, "gru", (0.2, 0.3, 0.6, 0.5), 1),
        make_gates(2, "lstm", (0.4, 0.5), 3),
    ),
    attention=(),
    analogues_weight=0.0,
    network_weight=0.8,
    simple_weights={"theta": 0.2},
    shares=(
        SeriesShares(
            series="a",
            steps=tuple(
                StepShares(
                    time=str(40 + step),
                    forecast=100.0 + step,
                    last_value=90.0,
                    simple=5.0 + step,
                    networks=-5.0,
                    effects=10.0,
                )
                for step in range(4)
            ),
        ),
    ),
)
