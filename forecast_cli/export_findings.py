"""What `forecast export` found out, as a plain record."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ExportReport:
    """The outcome of `forecast export`.

    `inputs` and `outputs` have the names of the graph. `largest_difference` is that between the
    graph and the checkpoint over `n_checked` contexts, as a share of the size of each one's values.
    """

    checkpoint: str
    sha256: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    context_length: int
    horizon: int
    levels: tuple[int, ...]
    n_bytes: int
    n_checked: int
    largest_difference: float
