"""What an exported graph says of itself in its metadata, as plain records."""

from dataclasses import dataclass

from forecast_cli.committee import Form
from forecast_cli.covariates import Covariate
from forecast_cli.effects import Effects
from forecast_cli.outliers import OutlierRule


@dataclass(frozen=True, kw_only=True)
class GraphMemberRecord:
    """A member of the graph: its form, with centres and spreads of its inputs, and its weight."""

    form: Form
    weight: float


@dataclass(frozen=True, kw_only=True)
class GraphRecord:
    """What stands in the metadata of the graph: what to feed it, and the constants in it.

    A category of `covariates` is fed as its number in the list, from 0 on. `widths` are the
    half-widths of the intervals of each level by step, in seasonal errors times the root of how
    much more the parts disagree than is usual: than `usual_disagreement`, in seasonal errors.
    """

    schema_version: int
    checkpoint_sha256: str
    written_by: str
    target: str
    time: str
    id: tuple[str, ...]
    freq: str
    season_length: int
    context_length: int
    horizon: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    covariates: tuple[Covariate, ...]
    members: tuple[GraphMemberRecord, ...]
    simple_weights: dict[str, float]
    simple: str
    outlier_rule: OutlierRule | None
    missing: str
    effects: Effects | None
    typical_share: float
    usual_disagreement: float
    widths: dict[int, list[float]]
