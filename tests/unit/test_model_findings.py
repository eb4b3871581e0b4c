from dataclasses import replace

from forecast_cli.defaults import WindowPlan
from forecast_cli.migrations import FORMAT_VERSION
from forecast_cli.model_findings import describe_checkpoint, report_training
from forecast_cli.report import describe_network
from tests.models import HORIZON, make_model, make_model_with_covariates
from tests.panels import EVERY_KIND

MODEL = make_model()
PLAN = WindowPlan(horizon=HORIZON, context_length=8, long_context_length=16, season_length=1)


def test_a_report_of_training_names_every_part_with_its_weight() -> None:
    report = report_training("m.forecast", MODEL.panel, PLAN, MODEL, 1.5)
    weights = [*report.simple_weights.values(), *(part.weight for part in report.members)]
    assert sum(weights) == 1
    assert len(report.members) == len(MODEL.committee.members) == 2
    assert (report.checkpoint, report.seconds) == ("m.forecast", 1.5)


def test_a_report_of_training_tells_the_longest_context() -> None:
    assert report_training("m", MODEL.panel, PLAN, MODEL, 0).context_length == 16


def test_a_checkpoint_is_described_by_what_it_holds() -> None:
    report = describe_checkpoint("m.forecast", MODEL, "ab" * 32)
    assert report.format_version == FORMAT_VERSION
    assert report.sha256 == "ab" * 32
    assert report.horizon == HORIZON
    assert report.n_parameters == sum(
        weight.size for member in MODEL.committee.members for weight in member.weights.values()
    )
    assert [part.validation_mase for part in report.members] == [0.9, 0.9]
    assert [part.backtest_mase for part in report.members] == [1.1, 1.1]


def test_a_member_is_described_with_the_covariates_that_it_sees() -> None:
    parts = describe_checkpoint("m.forecast", make_model_with_covariates(), "").members
    names = tuple(column.name for column in EVERY_KIND)
    assert [part.covariates for part in parts] == [names, names, ()]


def test_a_network_is_described_by_its_size_and_by_what_is_not_as_by_default() -> None:
    plain = describe_checkpoint("m.forecast", MODEL, "ab" * 32)
    assert describe_network(plain) == (f"gru, 1 layer of 5 units, {MODEL.n_parameters} parameters")
    network = replace(
        MODEL.committee.network,
        bidirectional=True,
        attention=True,
        strategy="recursive",
        activation="relu",
    )
    other = replace(MODEL, committee=replace(MODEL.committee, network=network))
    assert describe_network(describe_checkpoint("m.forecast", other, "ab" * 32)) == (
        "bidirectional gru with attention, 1 layer of 5 units, "
        f"{MODEL.n_parameters} parameters, recursive, relu activation"
    )


def test_networks_of_different_width_are_described_with_all_of_them() -> None:
    narrow, *others = MODEL.committee.members
    network = replace(narrow.form.network, hidden_size=128)
    wide = replace(narrow, form=replace(narrow.form, network=network))
    mixed = replace(MODEL, committee=replace(MODEL.committee, members=(wide, *others)))
    report = describe_checkpoint("m.forecast", mixed, "ab" * 32)
    assert [part.hidden_size for part in report.members] == [128, 5]
    assert report.hidden_size == 128
    assert describe_network(report).startswith("gru, 1 layer of 5 or 128 units, ")
