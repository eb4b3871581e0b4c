"""Model -> findings: what reports say of it."""

from collections.abc import Sequence

from forecast_cli.analogues import Analogues, compared_length
from forecast_cli.config import PredictionConfig
from forecast_cli.covariates import CONSTANT_ROLES, Covariates
from forecast_cli.defaults import WindowPlan
from forecast_cli.findings import (
    AnaloguesSummary,
    InfoReport,
    MemberSummary,
    ModelScores,
    PredictReport,
    TrainReport,
)
from forecast_cli.inputs import Input
from forecast_cli.inspection import summarise
from forecast_cli.migrations import FORMAT_VERSION
from forecast_cli.model import Model
from forecast_cli.panel import Panel


def report_training(
    output: str, panel: Panel, plan: WindowPlan, model: Model, seconds: float
) -> TrainReport:
    """The outcome of a training that took so many seconds, and whose checkpoint is `output`."""
    return TrainReport(
        checkpoint=output,
        data=summarise(panel),
        cell=model.committee.network.cell,
        horizon=plan.horizon,
        context_length=max(plan.context_length, plan.long_context_length),
        season_length=plan.season_length,
        n_windows=model.training.n_windows,
        n_parameters=model.n_parameters,
        members=_members(model),
        analogues=_analogues(model.committee.analogues),
        simple=model.committee.simple,
        simple_weights=dict(model.committee.simple_weights),
        backtest=model.training.backtest,
        seconds=seconds,
    )


def report_forecast(
    model: Model, wanted: PredictionConfig, *, n_series: int, known: ModelScores | None
) -> PredictReport:
    """What there is to say of a forecast of so many series, and of values that were known."""
    return PredictReport(
        n_series=n_series,
        horizon=model.horizon_of(wanted),
        model=model.committee.name,
        backtest=model.training.backtest,
        known=known,
    )


def describe_checkpoint(source: str, model: Model, digest: str) -> InfoReport:
    """What the checkpoint `source` with this SHA-256 holds."""
    committee, training = model.committee, model.training
    sizes = [member.form.network.units for member in committee.members]
    return InfoReport(
        checkpoint=source,
        format_version=FORMAT_VERSION,
        written_by=training.written_by,
        sha256=digest,
        data=training.data,
        cell=committee.network.cell,
        layers=committee.network.layers,
        hidden_size=max(sizes, default=committee.network.units),
        bidirectional=committee.network.bidirectional,
        attention=committee.network.attention,
        strategy=committee.network.strategy,
        activation=committee.network.activation,
        horizon=committee.horizon,
        season_length=committee.season_length,
        n_parameters=model.n_parameters,
        members=_members(model),
        analogues=_analogues(model.committee.analogues),
        simple=committee.simple,
        simple_weights=dict(committee.simple_weights),
        seed=training.seed,
        backtest=training.backtest,
    )


def _members(model: Model) -> tuple[MemberSummary, ...]:
    return tuple(
        MemberSummary(
            representation=str(member.form.representation),
            context_length=member.form.context_length,
            segment_length=member.form.network.pace,
            hidden_size=member.form.network.units,
            covariates=names_of(member.form.inputs, model.panel.covariates),
            epochs=member.epochs,
            validation_mase=member.validation_error,
            backtest_mase=member.test_error,
            weight=member.weight,
        )
        for member in model.committee.members
    )


def _analogues(analogues: Analogues | None) -> AnaloguesSummary | None:
    if analogues is None:
        return None
    return AnaloguesSummary(
        context_length=compared_length(analogues.horizon),
        n_windows=analogues.n_windows,
        backtest_mase=analogues.test_error,
        weight=analogues.weight,
    )


def names_of(inputs: Sequence[Input], covariates: Covariates | None) -> tuple[str, ...]:
    """The names of the covariates that networks see as these inputs."""
    if covariates is None:
        return ()
    n_varying = len(covariates.varying)
    return tuple(
        covariates.columns[entry.column + (n_varying if entry.role in CONSTANT_ROLES else 0)].name
        for entry in inputs
    )
