"""The options of a network -> the name and shape of every weight, and how many steps go together.

`network` builds its layers by these numbers, and a checkpoint must hold weights of these shapes.
"""

from collections.abc import Sequence

from forecast_cli.cells import BACKWARDS
from forecast_cli.config import Layer, NetworkConfig
from forecast_cli.inputs import Input, ahead, expanded_width

FEATURES = 3
"""Input features per step, as `representation` makes them; the last is the same at every step."""

_GATES: dict[Layer, int] = {"rnn": 1, "gru": 3, "lstm": 4}


def weight_shapes(
    network: NetworkConfig, context_length: int, horizon: int, inputs: Sequence[Input] = ()
) -> dict[str, tuple[int, ...]]:
    """The name and shape of every weight of a network."""
    horizon = network.stride(horizon)
    size, segment = network.units, network.pace
    is_segmented = segment > 1
    shapes: dict[str, tuple[int, ...]] = {}
    if is_segmented:
        shapes["positions"] = (count_segments(horizon, segment), size)
    width = embedded_features(segment, expanded_width(inputs))
    shapes |= {"embed.weight": (size, width), "embed.bias": (size,)}
    for depth, layer in enumerate(network.recurrent_layers):
        ways = ("", BACKWARDS) if network.bidirectional else ("",)
        for kind in (f"{kind}_l0{way}" for way in ways for kind in ("ih", "hh")):
            shapes[f"recurrent.{depth}.weight_{kind}"] = (_GATES[layer] * size, size)
            shapes[f"recurrent.{depth}.bias_{kind}"] = (_GATES[layer] * size,)
        if network.bidirectional:
            shapes |= {f"merge.{depth}.weight": (size, 2 * size), f"merge.{depth}.bias": (size,)}
    if network.attention:
        shapes |= {"attention.weight": (size, size)}
        shapes |= {"combine.weight": (size, 2 * size), "combine.bias": (size,)}
    if not is_segmented:
        shapes |= {"dense.weight": (size, size), "dense.bias": (size,)}
    steps = output_steps(network, horizon)
    shapes |= {"output.weight": (steps, size), "output.bias": (steps,)}
    return {**shapes, "shortcut.weight": (horizon, context_length), **_input_shapes(inputs, size)}


def _input_shapes(inputs: Sequence[Input], size: int) -> dict[str, tuple[int, ...]]:
    """A table of embeddings for each categorical input, and the layers that see the horizon."""
    shapes: dict[str, tuple[int, ...]] = {
        f"tables.{entry.name}": (entry.n_categories + 1, entry.width)
        for entry in inputs
        if entry.n_categories is not None
    }
    known_ahead = ahead(inputs)
    if known_ahead:
        shapes |= {"given.weight": (size, expanded_width(known_ahead)), "given.bias": (size,)}
        shapes |= {"reach.weight": (size, size), "reach.bias": (size,)}
        shapes |= {"answer.weight": (1, size), "answer.bias": (1,)}
    return shapes


def embedded_features(segment_length: int, n_inputs: int = 0) -> int:
    """How many numbers the embedding of a segment takes; the last feature counts once.

    >>> embedded_features(1), embedded_features(24)
    (3, 49)
    """
    return (FEATURES - 1 + n_inputs) * segment_length + 1


def count_segments(steps: int, segment_length: int) -> int:
    """The fewest segments that hold so many steps."""
    return -(-steps // segment_length)


def output_steps(network: NetworkConfig, horizon: int) -> int:
    """How many steps of a horizon the output layer makes of one state."""
    is_whole = network.pace == 1 or network.strategy == "recursive"
    return network.stride(horizon) if is_whole else network.pace
