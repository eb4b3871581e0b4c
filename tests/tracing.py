"""Code for NumPy, run as a graph."""

from collections.abc import Callable
from typing import Any

import onnxruntime
from numpy.typing import NDArray

import forecast_cli.graph.translation  # noqa: F401  (the rules)
from forecast_cli.graph.nodes import GraphWriter
from forecast_cli.graph.traced import Traced, lift

Array = NDArray[Any]


def run_as_graph(function: Callable[..., Any], *arrays: Array) -> list[Array]:
    """What a function of arrays [B, ...] gives when it is traced and the graph is run on them."""
    writer = GraphWriter()
    inputs = {f"x{number}": array for number, array in enumerate(arrays)}
    for name, array in inputs.items():
        writer.input(name, ("rows", *array.shape[1:]), array.dtype)
    rows = writer.rows("x0")
    traced = [Traced(writer, n, (rows, *a.shape[1:]), a.dtype) for n, a in inputs.items()]
    found = function(*traced)
    parts = [lift(writer, part) for part in (found if isinstance(found, tuple) else (found,))]
    outputs: dict[str, Any] = {
        f"y{number}": (part.name, [None] * part.ndim, part.dtype)
        for number, part in enumerate(parts)
    }
    session: Any = onnxruntime.InferenceSession(writer.finish(outputs, "").SerializeToString())
    return list(session.run(None, inputs))
