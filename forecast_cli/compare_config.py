"""What `forecast compare` can be told."""

from dataclasses import dataclass, fields, replace

from forecast_cli.checks import require_at_least
from forecast_cli.config import (
    CELLS,
    Activation,
    Cell,
    NetworkConfig,
    Settings,
    Strategy,
    TrainConfig,
    WindowConfig,
)
from forecast_cli.read_config import OutlierConfig, ReadConfig


@dataclass(frozen=True, kw_only=True)
class NetworkSizes:
    """What networks have in common that differ in their cell."""

    layers: int = NetworkConfig.layers
    hidden_size: int | None = NetworkConfig.hidden_size
    segment_length: int | None = NetworkConfig.segment_length
    dropout: float = NetworkConfig.dropout
    bidirectional: bool = NetworkConfig.bidirectional
    attention: bool = NetworkConfig.attention
    strategy: Strategy = NetworkConfig.strategy
    activation: Activation = NetworkConfig.activation

    def __post_init__(self) -> None:
        self.of(CELLS[0])

    def of(self, cell: Cell) -> NetworkConfig:
        """A network of this cell."""
        return NetworkConfig(
            cell=cell, **{field.name: getattr(self, field.name) for field in fields(self)}
        )


@dataclass(frozen=True, kw_only=True)
class CutoffConfig:
    """What is compared, and where. Empty or None means: all models, as many cutoffs as fit in."""

    models: tuple[str, ...] = ()
    n_windows: int | None = None
    step_size: int | None = None

    def __post_init__(self) -> None:
        require_at_least("--n-windows", self.n_windows, 1)
        require_at_least("--step-size", self.step_size, 1)


@dataclass(frozen=True, kw_only=True)
class CompareConfig:
    """Everything that `forecast compare` can be told."""

    read: ReadConfig = ReadConfig()
    cleaning: OutlierConfig = OutlierConfig()
    window: WindowConfig = WindowConfig()
    sizes: NetworkSizes = NetworkSizes()
    optimisation: TrainConfig = TrainConfig()
    cutoffs: CutoffConfig = CutoffConfig()

    def training(self, cell: Cell, *, n_fits: int) -> Settings:
        """How each of so many fits is trained: they share the time limit."""
        limit = self.optimisation.time_limit
        share = None if limit is None else limit / n_fits
        return Settings(
            read=self.read,
            cleaning=self.cleaning,
            window=self.window,
            network=self.sizes.of(cell),
            optimisation=replace(self.optimisation, time_limit=share),
        )
