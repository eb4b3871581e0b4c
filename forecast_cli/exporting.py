"""Checkpoint -> an ONNX file that forecasts as it does, checked before anything is written."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast_cli.checkpoint import read_checkpoint
from forecast_cli.config import HISTORY_LENGTH
from forecast_cli.covariates import CONSTANT_ROLES, Covariate
from forecast_cli.errors import MissingExtraError, OutputError
from forecast_cli.export_findings import ExportReport
from forecast_cli.export_trials import Trial, make_trials
from forecast_cli.graph_record import GraphMemberRecord, GraphRecord
from forecast_cli.inference import forecast_contexts
from forecast_cli.model import Model
from forecast_cli.schema import to_plain
from forecast_cli.wording import escape
from forecast_cli.writer import dump_json

Array = NDArray[np.float64]

METADATA_KEY = "forecast"
_SCHEMA_VERSION = 1
_PACKAGES = ("onnx", "onnxruntime")
_LARGEST_DIFFERENCE = 1e-5


class ParityError(Exception):
    """The graph does not forecast as its checkpoint does: a bug of ours."""


def _check_exporting() -> None:
    """Find out before the work that nothing can be exported.

    Raises:
        MissingExtraError: A package is not installed.
    """
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"forecast export needs {' and '.join(missing)}; "
            "install it: pip install 'forecast-cli[onnx]'"
        )


def export(source: str) -> tuple[bytes, ExportReport]:
    """The ONNX file of the checkpoint `source`, and how far its forecasts are from those.

    Raises:
        CheckpointError: The checkpoint cannot be read.
        MissingExtraError: A package is not installed.
        OutputError: Rounding takes the graph too far away, as the networks are recursive, or other
            analogues are chosen.
        ParityError: The graph is wrong.
    """
    _check_exporting()
    model, digest = read_checkpoint(source)
    record = describe_graph(model, digest)
    data = translate_model(model, record)
    trials = make_trials(model)
    largest = _largest_difference(model, data, trials)
    if not largest <= _LARGEST_DIFFERENCE:
        words = (
            f"the graph is {largest:.2g} away from the forecasts of the checkpoint, "
            f"more than {_LARGEST_DIFFERENCE:g}; nothing was written"
        )
        if any(m.form.network.strategy == "recursive" for m in model.committee.members):
            raise OutputError(
                f"{escape(source)}: {words}. Its networks feed on their own forecasts "
                "(--strategy recursive), where differences of rounding grow; "
                "train with --strategy direct"
            )
        if model.committee.analogues is not None:
            raise OutputError(
                f"{escape(source)}: {words}. Among windows that are equally far away, analogues "
                "may be chosen otherwise there; train with --analogues off"
            )
        raise ParityError(words)
    return data, ExportReport(
        checkpoint=source,
        sha256=digest,
        inputs=record.inputs,
        outputs=record.outputs,
        context_length=HISTORY_LENGTH,
        horizon=model.committee.horizon,
        levels=model.training.levels,
        n_bytes=len(data),
        n_checked=sum(len(trial.context) for trial in trials),
        largest_difference=largest,
    )


def parity(model: Model) -> float:
    """The largest difference of a graph's forecasts from those of its model.

    It is counted in sizes of the values of each series.
    """
    data = translate_model(model, describe_graph(model, ""))
    return _largest_difference(model, data, make_trials(model))


def describe_graph(model: Model, digest: str) -> GraphRecord:
    """What a user of the graph has to know of the model whose file has this SHA-256."""
    committee, panel, levels = model.committee, model.panel, model.training.levels
    bounds = (f"forecast-{side}-{level}" for level in levels for side in ("lo", "hi"))
    return GraphRecord(
        schema_version=_SCHEMA_VERSION,
        checkpoint_sha256=digest,
        written_by=model.training.written_by,
        target=panel.columns.target,
        time=panel.columns.time,
        id=panel.columns.id,
        freq=model.training.data.freq,
        season_length=committee.season_length,
        context_length=HISTORY_LENGTH,
        horizon=committee.horizon,
        inputs=_inputs(_columns(model)),
        outputs=("forecast", *bounds),
        covariates=_columns(model),
        members=tuple(GraphMemberRecord(form=m.form, weight=m.weight) for m in committee.members),
        simple_weights=dict(committee.simple_weights),
        simple=committee.simple,
        outlier_rule=panel.outlier_rule,
        missing=panel.missing,
        effects=model.effects,
        typical_share=model.typical_share,
        usual_disagreement=model.usual_disagreement,
        widths={level: model.widths[level - 1].tolist() for level in levels},
    )


def _columns(model: Model) -> tuple[Covariate, ...]:
    covariates = model.panel.covariates
    return () if covariates is None or not model.uses_covariates else covariates.columns


def _inputs(columns: Sequence[Covariate]) -> tuple[str, ...]:
    """The names of the inputs; what has no columns is none."""
    is_constant = [column.role in CONSTANT_ROLES for column in columns]
    varying = () if all(is_constant) else ("before", "after")
    return ("context", *varying, *(("static",) if any(is_constant) else ()))


def translate_model(model: Model, record: GraphRecord) -> bytes:
    """The graph of a model, with this in its metadata."""
    from forecast_cli.graph.translation import translate

    about = {METADATA_KEY: dump_json(to_plain(record))}
    return translate(model, record.covariates, record.outputs, metadata=about)


def _largest_difference(model: Model, data: bytes, trials: Sequence[Trial]) -> float:
    session = _open(data)
    return max(_difference(model, session, trial) for trial in trials)


def _difference(model: Model, session: Any, trial: Trial) -> float:
    """The largest difference of the graph's outputs from the forecasts, in sizes of a row."""
    expected = forecast_contexts(model, trial.context, trial.around)
    values = {"context": trial.context, **({} if trial.around is None else vars(trial.around))}
    found = session.run(None, {part.name: values[part.name] for part in session.get_inputs()})
    seen = np.concatenate((expected[0], trial.context), axis=1)
    size = np.nanmax(np.abs(seen), axis=1, keepdims=True)
    size = np.where(size > 0, size, 1.0)
    ours, theirs = np.stack(found), np.stack(expected)
    with np.errstate(over="ignore", invalid="ignore"):
        apart = np.abs(ours - theirs) / size
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    apart = np.where(same, 0.0, np.where(np.isfinite(apart), apart, np.inf))
    return float(apart.max())


def _open(data: bytes) -> Any:
    """What runs the graph."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # What it thinks of the graph is nothing a user could act on.
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
