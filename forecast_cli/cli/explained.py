"""What a forecast rests on -> tables with bars, for people."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from forecast_cli.explanation_findings import (
    AttentionActivity,
    CovariateImportance,
    ExplainReport,
    GateActivity,
    LagImportance,
    SeriesShares,
    Spread,
)
from forecast_cli.report import table
from forecast_cli.wording import counted, decimals, number, percent, short_text

_BAR = 16
_EIGHTHS = " ▏▎▍▌▋▊▉"
_SPARKS = "▁▂▃▄▅▆▇█"
_LONGEST_SPARKS = 20
_MOST_OPEN = 3
_MOST_LAGS = 24
_KNOWN = {
    **dict.fromkeys(("past", "sibling"), "past"),
    **dict.fromkeys(("static", "identity"), "always the same"),
}
_SMALLEST, _LARGEST = 1e-4, 1e7


def describe_explanation(report: ExplainReport) -> Iterator[RenderableType]:
    """All that was found out, part by part."""
    yield Text(f"What the forecast of {short_text(report.data.target)} rests on", style="bold")
    yield Text(_basis(report))
    yield from _describe_lags(report)
    yield from _describe_covariates(report)
    yield from _describe_gates(report.gates)
    yield from _describe_attention(report.attention)
    yield from _describe_shares(report)


def _basis(report: ExplainReport) -> str:
    n = report.n_windows
    seen = "all of them" if report.n_in_sample == n else str(report.n_in_sample)
    in_sample = f"; {seen} seen in training" if report.n_in_sample else ""
    return (
        f"{report.model}, {counted(report.horizon, 'step')} ahead; measured on "
        f"{counted(n, 'window')} of {counted(report.n_series, 'series', 'series')}{in_sample}"
    )


def _describe_lags(report: ExplainReport) -> Iterator[RenderableType]:
    yield Text("\nLags: how far the forecast moves without these values, in seasonal errors")
    largest = max((_mean(entry.next_step) for entry in report.lags), default=0.0)
    shown = _weightiest(report.lags)
    rows = [
        [
            _lag_name(entry),
            _bar(_mean(entry.next_step), largest),
            _with_error(entry.next_step),
            _with_error(entry.all_steps),
            _with_error(entry.growth, signed=True),
        ]
        for entry in shown
    ]
    names = ["steps back", "", "next step", "all steps", "error grows by"]
    yield table(names, rows, n_left=2, is_narrow=True)
    left_out = [entry for entry in report.lags if entry not in shown]
    if left_out:
        most = max(_mean(entry.next_step) for entry in left_out)
        yield Text(f"(and {len(left_out)} more that move the next step by {most:.3f} or less)")
    yield Text()
    yield Text(_lag_verdict(report), style="bold")


def _weightiest(lags: Sequence[LagImportance]) -> list[LagImportance]:
    """The lags that matter most to the next step or to all, in their order."""
    tops = [
        max((_mean(spread) for spread in spreads), default=0.0) or 1.0
        for spreads in (
            [entry.next_step for entry in lags],
            [entry.all_steps for entry in lags],
        )
    ]
    weights = [
        max(_mean(entry.next_step) / tops[0], _mean(entry.all_steps) / tops[1]) for entry in lags
    ]
    order = sorted(range(len(lags)), key=lambda place: (-weights[place], place))
    return [lags[place] for place in sorted(order[:_MOST_LAGS])]


def _lag_name(entry: LagImportance) -> str:
    return str(entry.first) if entry.first == entry.last else f"{entry.first}–{entry.last}"


def _lag_verdict(report: ExplainReport) -> str:
    if not any(_mean(entry.next_step) for entry in report.lags):
        return "No value matters: the forecast stays the same without any of them."
    leading = max(report.lags, key=lambda entry: _mean(entry.next_step))
    if report.leading_lag is None:
        values = "value" if leading.first == leading.last else "values"
        steps = "step" if leading.last == 1 else "steps"
        return f"The next step rests most on the {values} {_lag_name(leading)} {steps} before it."
    lag = report.leading_lag
    season = ", one season" if lag == report.season_length > 1 else ""
    return (
        f"{report.n_leading} of {counted(report.horizon, 'step')} rest most on the value "
        f"{counted(lag, 'step')} before them{season}."
    )


def _describe_covariates(report: ExplainReport) -> Iterator[RenderableType]:
    if report.covariates:
        yield Text("\nColumns: how far the forecast moves with the values of other windows")
        largest = max(_mean(entry.change) for entry in report.covariates)
        names = ["column", "known", "", "all steps", "error grows by"]
        rows = [_covariate_row(entry, largest) for entry in report.covariates]
        yield table(names, rows, n_left=3, is_narrow=True)
    if report.effects:
        yield Text("\nEffects that are taken out first and put back:")
        names = ["column", "", "changes the target by"]
        rows = [
            [
                short_text(entry.name),
                "one unit more" if entry.category is None else short_text(entry.category),
                f"{100 * entry.share:+.3g} %",
            ]
            for entry in report.effects
        ]
        yield table(names, rows, n_left=2, is_narrow=True)


def _covariate_row(entry: CovariateImportance, largest: float) -> list[str]:
    known = _KNOWN.get(entry.role, "ahead")
    return [
        short_text(entry.name),
        known,
        _bar(_mean(entry.change), largest) if entry.change else "same everywhere",
        _with_error(entry.change),
        _with_error(entry.growth, signed=True),
    ]


def _describe_gates(gates: Sequence[GateActivity]) -> Iterator[RenderableType]:
    if not gates:
        return
    yield Text("\nGates: what the networks write and keep over the context, oldest step first")
    rows = [
        [
            str(entry.member),
            f"{entry.cell} {entry.layer}",
            percent(entry.weight),
            _sparks(entry.openness),
            _most_open(entry),
            number(max(entry.openness), 2),
            _describe_half_life(entry),
        ]
        for entry in gates
    ]
    names = ["", "layer", "weight", "writes", "most at", "open", "half-life, steps"]
    yield table(names, rows, n_left=5, is_narrow=True)


def _describe_half_life(entry: GateActivity) -> str:
    if entry.half_life is None:
        return ""
    low, middle, high = (number(value, 2) for value in entry.half_life)
    return f"{middle} ({low} to {high})"


def _most_open(entry: GateActivity) -> str:
    """The steps back at which most is written, the most first."""
    order = sorted(range(len(entry.openness)), key=lambda step: (-entry.openness[step], -step))
    places = (_steps_back(step, entry) for step in order[:_MOST_OPEN])
    return ", ".join(places)


def _steps_back(step: int, entry: GateActivity) -> str:
    first = (len(entry.openness) - 1 - step) * entry.pace + 1
    return str(first) if entry.pace == 1 else f"{first}–{first + entry.pace - 1}"


def _describe_attention(attention: Sequence[AttentionActivity]) -> Iterator[RenderableType]:
    if not attention:
        return
    yield Text("\nAttention: what the networks look at, oldest step first")
    rows = [
        [str(entry.member), percent(entry.weight), _sparks(entry.weights)] for entry in attention
    ]
    yield table(["", "weight", "looks at"], rows, n_left=3, is_narrow=True)


def _describe_shares(report: ExplainReport) -> Iterator[RenderableType]:
    if not report.shares:
        return
    parts = [("networks", report.network_weight), *report.simple_weights.items()]
    if report.analogues_weight:
        parts.append(("analogues", report.analogues_weight))
    weights = ", ".join(
        f"{name} {percent(weight)}" for name, weight in sorted(parts, key=lambda part: -part[1])
    )
    yield Text(f"\nShares: what each number is the sum of (weights: {weights})")
    rows = [row for series in report.shares for row in _share_rows(series)]
    simple = "without networks" if report.analogues_weight else "trend, season"
    names = ["series", "step", "forecast", "last value", simple, "networks", "effects"]
    first = 0 if report.data.id_columns else 1
    has_effects = any(step.effects for series in report.shares for step in series.steps)
    shown = slice(first, None if has_effects else -1)
    yield table(names[shown], [row[shown] for row in rows], n_left=2 - first, is_narrow=True)


def _share_rows(series: SeriesShares) -> Iterator[list[str]]:
    """The first, the middle and the last step, with the size of each part in per cent."""
    last = len(series.steps) - 1
    for place in sorted({0, last // 2, last}):
        step = series.steps[place]
        yield [
            "" if place else short_text(series.series),
            str(place + 1),
            number(step.forecast),
            number(step.last_value),
            *(_part(part, step.forecast) for part in (step.simple, step.networks, step.effects)),
        ]


def _part(part: float, whole: float) -> str:
    """A part of a number in its decimals, and what it is of its size.

    >>> _part(-5.0, 40.0), _part(0.0, 40.0), _part(2.0, 0.0)
    ('-5.00 (-12 %)', '0', '2.00')
    """
    if not part or not _SMALLEST <= abs(whole) < _LARGEST:
        return number(part, 3)
    places = decimals(abs(whole), 4)
    return f"{round(part, places) + 0.0:.{places}f} ({round(100 * part / abs(whole)) + 0:+d} %)"


def _mean(spread: Spread | None) -> float:
    return 0.0 if spread is None else spread.mean


def _with_error(spread: Spread | None, *, signed: bool = False) -> str:
    if spread is None:
        return number(None)
    form = "+.3f" if signed else ".3f"
    return f"{spread.mean:{form}} ± {spread.error:.3f}"


def _bar(value: float, largest: float) -> str:
    """A bar of at most 16 characters.

    >>> _bar(1.0, 4.0), _bar(0.0, 0.0)
    ('████', '')
    """
    eighths = round(8 * _BAR * max(value, 0.0) / largest) if largest > 0 else 0
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def _sparks(values: Sequence[float]) -> str:
    """A line of small bars, from the lowest to the highest value; of many, means of neighbours."""
    size = -(-len(values) // _LONGEST_SPARKS)
    parts = [values[max(0, end - size) : end] for end in range(len(values), 0, -size)][::-1]
    means = [sum(part) / len(part) for part in parts]
    low, reach = min(means), max(means) - min(means)
    steps = [round((len(_SPARKS) - 1) * (mean - low) / reach) if reach else 0 for mean in means]
    return "".join(_SPARKS[step] for step in steps)
