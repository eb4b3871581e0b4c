"""Exhibit, report -> one HTML page that needs nothing beside itself and runs nothing."""

from collections.abc import Iterable, Iterator

import numpy as np

from forecast_cli.drawing.diagnostics import draw_residuals, draw_steps
from forecast_cli.drawing.forecast import draw_forecast
from forecast_cli.findings import Backtest, InfoReport, ModelScores
from forecast_cli.page.elements import definitions, figure, paragraph, table, text
from forecast_cli.page.style import STYLE
from forecast_cli.picture import Picture, SeriesPicture
from forecast_cli.presentation import Exhibit
from forecast_cli.presentation_findings import FullReport, ResidualReport
from forecast_cli.report import (
    PART_COLUMNS,
    backtest_line,
    data_facts,
    describe_network,
    part_rows,
)
from forecast_cli.wording import counted, number, percent, printable

# Nothing is loaded from anywhere, and nothing runs, whatever a name in the data holds.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_MOST_ROWS = 120


def render_page(exhibit: Exhibit, report: FullReport) -> str:
    """The page as text; whatever comes from files is escaped in it."""
    target = printable(report.data.target)
    sections = [
        _section("Forecast", _forecast_parts(exhibit.picture, report)),
        _section("Data", _data_parts(report)),
        _section("How good it is", _score_parts(report.model.backtest)),
        _section("Residuals", _residual_parts(exhibit, report.residuals)),
        _section("What it is made of", _model_parts(report.model)),
        _section("Do it again", _command_parts(report)),
    ]
    title = f"Forecast of {target}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<header><h1>{text(title)}</h1>\n{_lead(report)}{_tiles(report)}</header>\n"
        f"{''.join(sections)}</main>\n</body>\n</html>\n"
    )


def _lead(report: FullReport) -> str:
    data = report.data
    words = (
        f"{printable(data.source)}: {counted(data.n_series, 'series', 'series')}, {data.freq}, "
        f"{printable(data.first_time)} to {printable(data.last_time)}; "
        f"{counted(report.horizon, 'step')} ahead"
    )
    backtest = report.model.backtest
    verdict = backtest.verdict if backtest else "No verdict: the training data was too short."
    return f'<p class="verdict">{text(verdict)}</p>\n<p class="quiet">{text(words)}</p>\n'


def _tiles(report: FullReport) -> str:
    """The figures that matter most."""
    backtest = report.model.backtest
    if backtest is None:
        return ""
    scores = backtest.scores[0]
    tiles = [(percent(backtest.skill), f"less error than {backtest.best_naive}")]
    if backtest.skill is not None and backtest.skill < 0:
        tiles = [(percent(-backtest.skill), f"more error than {backtest.best_naive}")]
    if scores.mase is not None:
        tiles.append((number(scores.mase, 3), "MASE; 1 is seasonal naive in training"))
    tiles.append((number(scores.mae), f"mean absolute error, {printable(report.data.target)}"))
    tiles += [
        (percent(share), f"of unseen values in the {level} % interval")
        for level, share in list(scores.coverage.items())[:1]
    ]
    items = "".join(f"<li><b>{text(big)}</b> {text(small)}</li>" for big, small in tiles)
    return f'<ul class="tiles">{items}</ul>\n'


def _section(title: str, parts: Iterable[str]) -> str:
    return f"<section>\n<h2>{text(title)}</h2>\n{''.join(parts)}</section>\n"


def _forecast_parts(picture: Picture, report: FullReport) -> Iterator[str]:
    yield figure(
        draw_forecast(picture, "svg", has_head=False), "history, forecast and intervals", "forecast"
    )
    n_series = report.data.n_series
    if len(picture.series) < n_series:
        yield paragraph(
            f"{len(picture.series)} of {n_series} series are shown; "
            "forecast predict writes the forecast of all."
        )
    for index, series in enumerate(picture.series):
        yield _forecast_table(picture, series, is_open=index == 0)


def _forecast_table(picture: Picture, series: SeriesPicture, *, is_open: bool) -> str:
    path = series.forecast
    times = picture.calendar.labels(path.positions)
    bounds = [bound for level in picture.levels for bound in series.bounds[level]]
    columns = np.column_stack([path.values, *bounds])
    names = [f"{side} {level} %" for level in picture.levels for side in ("low", "high")]
    rows = [
        [printable(str(time)), *map(number, row)]
        for time, row in zip(times[:_MOST_ROWS], columns[:_MOST_ROWS].tolist(), strict=True)
    ]
    name = f"{printable(series.name)}: " if series.name else ""
    title = f"{name}forecast, {counted(len(times), 'step')}"
    more = len(times) - _MOST_ROWS
    note = (
        paragraph(f"{counted(more, 'more step')}: forecast predict writes them.")
        if more > 0
        else ""
    )
    opened = " open" if is_open else ""
    head = ["time", "forecast", *names]
    return (
        f"<details{opened}><summary>{text(title)}</summary>\n{table(head, rows)}{note}</details>\n"
    )


def _data_parts(report: FullReport) -> Iterator[str]:
    yield definitions(data_facts(report.data))
    if report.data != report.model.data:
        yield paragraph(f"The checkpoint was trained on {printable(report.model.data.source)}.")
    if report.notices:
        items = "".join(f"<li>{text(printable(notice))}</li>" for notice in report.notices)
        yield f'<p>Told while it was read and forecast:</p>\n<ul class="notes">{items}</ul>\n'


def _score_parts(backtest: Backtest | None) -> Iterator[str]:
    if backtest is None:
        yield paragraph("There was too little data to hold any back and score a forecast of it.")
        return
    yield paragraph(
        "In training, the last known steps were held back and forecast by a model that had not "
        f"seen them, and by simple rules. {backtest_line(backtest).capitalize()}."
    )
    head = ["", "MASE", "sMAPE", "MAE", "RMSE", "R²"]
    yield table(head, map(_score_row, backtest.scores), marked=0)
    coverage = backtest.scores[0].coverage
    if coverage:
        yield paragraph(
            "Intervals, on the same unseen values; the mark is where the bar should end:"
        )
        yield _coverage_table(coverage)


def _score_row(scores: ModelScores) -> list[str]:
    values = (scores.mase, scores.smape, scores.mae, scores.rmse, scores.r2)
    return [scores.model, *map(number, values)]


def _coverage_table(coverage: dict[str, float]) -> str:
    rows = (
        f"<tr><td>{text(level)} % interval</td><td>{text(percent(share))} inside</td>"
        f'<td class="wide">{_bar(share, int(level))}</td></tr>\n'
        for level, share in coverage.items()
    )
    return f'<table class="coverage"><tbody>\n{"".join(rows)}</tbody></table>\n'


def _bar(share: float, mark: int) -> str:
    """A bar of that length (0 to 1), and a mark in per cent."""
    return (
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="8" fill="#e4e7ea"/>'
        f'<rect width="{100 * share:.1f}" height="8" fill="#0072b2"/>'
        f'<rect x="{mark - 0.4:.1f}" width="0.8" height="8" fill="#1f2328"/></svg>'
    )


def _residual_parts(exhibit: Exhibit, found: ResidualReport | None) -> Iterator[str]:
    if found is None or exhibit.residuals is None:
        yield paragraph("There are too few known values after a cutoff to check residuals.")
        return
    yield paragraph(
        f"The checkpoint forecast again from {counted(found.n_origins, 'cutoff')} of "
        f"{counted(found.n_series, 'series', 'series')}, {counted(found.n_points, 'value')} in "
        f"all. {_seen(found)}"
    )
    checks = "".join(
        f'<li class="{"good" if check.passed else "bad"}"><b>{text(check.name)}</b> '
        f"{text(check.text)}</li>"
        for check in found.checks
    )
    yield f'<ul class="checks">{checks}</ul>\n'
    yield figure(draw_residuals(exhibit.residuals, "svg"), "residuals", "residuals")
    if len(found.by_step) > 1:
        yield figure(draw_steps(found.by_step, "svg"), "error by steps ahead", "steps")


def _seen(found: ResidualReport) -> str:
    """Whether the errors are those of a forecast, or look better."""
    if found.n_in_sample == 0:
        return "None of these values was seen in training."
    share = percent(found.n_in_sample / found.n_points)
    which = "All of them" if found.n_in_sample == found.n_points else f"{share} of them"
    return (
        f"{which} are in-sample: the checkpoint was trained on them, so the errors look smaller "
        "than those of a forecast. Give DATA that goes on after the training data to check unseen "
        "values."
    )


def _model_parts(model: InfoReport) -> Iterator[str]:
    yield definitions(
        [
            ("checkpoint", printable(model.checkpoint)),
            ("written by", f"{model.written_by}, format {model.format_version}"),
            ("network", describe_network(model)),
            ("season", counted(model.season_length, "step")),
            ("seed", str(model.seed)),
            ("sha256", model.sha256),
        ]
    )
    yield table(PART_COLUMNS, part_rows(model))
    yield paragraph("Validation and backtest: the MASE of that part alone, on unseen values.")


def _command_parts(report: FullReport) -> Iterator[str]:
    yield paragraph(
        "With the same data these commands make such a checkpoint and this forecast. A checkpoint "
        "does not keep how training was hurried or stretched (--effort, --epochs and the like): "
        "what was changed there must be added."
    )
    for command in report.commands:
        yield f"<pre><code>{text(printable(command))}</code></pre>\n"
