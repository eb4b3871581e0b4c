"""Model -> the bytes of an ONNX graph that forecasts as it does.

The graph is what `inference` does with arrays that write down what happens to them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

# The rules come with their modules.
import forecast_cli.graph.elementwise
import forecast_cli.graph.functions
import forecast_cli.graph.indexing  # noqa: F401
from forecast_cli.config import HISTORY_LENGTH
from forecast_cli.covariates import CONSTANT_ROLES, Covariate
from forecast_cli.graph.nodes import GraphWriter
from forecast_cli.graph.traced import Traced, lift
from forecast_cli.inference import forecast_contexts
from forecast_cli.inputs import Surroundings
from forecast_cli.model import Model


def translate(
    model: Model,
    columns: Sequence[Covariate],
    outputs: Sequence[str],
    *,
    metadata: Mapping[str, str],
) -> bytes:
    """The graph, which is fed these covariates, with names for its outputs.

    These are the forecast, and the bounds of each level.
    """
    writer = GraphWriter()
    rows = writer.rows(writer.input("context", ("series", HISTORY_LENGTH), "f8"))
    context: Any = Traced(writer, "context", (rows, HISTORY_LENGTH), "f8")
    around = None
    if columns:
        n_constant = sum(column.role in CONSTANT_ROLES for column in columns)
        n_varying = len(columns) - n_constant
        around = Surroundings(
            before=_input(writer, "before", (rows, HISTORY_LENGTH, n_varying)),
            after=_input(writer, "after", (rows, model.committee.horizon, n_varying)),
            static=_input(writer, "static", (rows, n_constant)),
        )
    found: Any = forecast_contexts(model, context, around)
    shape = ("series", model.committee.horizon)
    graph = writer.finish(
        {name: (part.name, shape, "f8") for name, part in zip(outputs, found, strict=True)},
        "Forecasts of forecast-cli; the metadata say what goes in.",
    )
    for key, text in metadata.items():
        graph.metadata_props.add(key=key, value=text)
    return bytes(graph.SerializeToString(deterministic=True))


def _input(writer: GraphWriter, name: str, shape: tuple[int, ...]) -> Any:
    """An input with a row for each series; what has no columns is fed by nobody."""
    if 0 in shape:
        return lift(writer, np.zeros(shape))
    writer.input(name, ("series", *shape[1:]), "f8")
    return Traced(writer, name, shape, "f8")
