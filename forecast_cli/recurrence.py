"""The network's forward pass in NumPy: represented features [B, L, F] -> output [B, H].

Forecasts are made with this, so that predicting needs no torch. Weights have torch's names and
layout: gates stacked along the rows, in the order (i, f, g, o) for LSTM and (r, z, n) for GRU.
`network` says what the forms of the network compute.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.activations import ACTIVATE, sigmoid, softmax
from forecast_cli.config import Layer, NetworkConfig
from forecast_cli.folding import Arrays, fold, tiled
from forecast_cli.inputs import Feed, Input, ahead, expanded_width

FEATURES = 3
"""Input features per step, as `representation` makes them; the last is the same at every step."""

_GATES: dict[Layer, int] = {"rnn": 1, "gru": 3, "lstm": 4}

Weights = Mapping[str, NDArray[np.floating]]
Array = NDArray[np.floating]
State = tuple[Array, Array]
"""The hidden state [B, U] of a layer and its memory [B, U], which only an LSTM uses."""

_TILE = 64
"""Rows that go through a network together."""

_REVERSE = "_reverse"
"""The end of the names of weights that read the context backwards."""


def forward(
    network: NetworkConfig,
    weights: Weights,
    features: Array,
    inputs: Sequence[Input] = (),
    feed: Feed | None = None,
) -> Array:
    """The output [B, H] for features [B, L, F] and what is fed of the inputs, if there are any.

    Dropout is for training only. A row is the same to the bit whatever rows stand beside it:
    libraries multiply matrices of another size in another order, so all are of one size.
    """
    fed = () if feed is None else (feed.before, feed.after)

    def run(features: Array, *fed: NDArray[np.float32]) -> Array:
        tile = Feed(before=fed[0], after=fed[1]) if fed else None
        return _forward(network, weights, features, inputs, tile)

    output: Array = tiled(run, (features, *fed), _TILE)
    return output


def _forward(
    network: NetworkConfig,
    weights: Weights,
    features: Array,
    inputs: Sequence[Input],
    feed: Feed | None,
) -> Array:
    activate = ACTIVATE[network.activation]
    window = features[:, :, 0]
    shortcut: Array = window @ weights["shortcut.weight"].T
    hidden, states = _encode(network, weights, features, inputs, feed)
    found = _queries(network, weights, states)
    if network.attention:
        seen = _attention(weights, found, hidden) @ hidden
        found = np.tanh(_affine(np.concatenate((seen, found), axis=2), weights, "combine"))
    if network.pace == 1:
        output = _affine(activate(_affine(found[:, 0], weights, "dense")), weights, "output")
    else:
        decoded = _affine(found, weights, "output")
        batch, count, steps = decoded.shape
        output = decoded.reshape(batch, count * steps)[:, : shortcut.shape[1]]
    if feed is not None and feed.after.shape[2]:
        last = _affine(states[-1][0], weights, "reach")[:, None]
        given = _affine(_expand(feed.after, ahead(inputs), weights), weights, "given")
        output = output + _affine(activate(given + last), weights, "answer")[:, :, 0]
    return output + shortcut


def attention_weights(
    network: NetworkConfig,
    weights: Weights,
    features: Array,
    inputs: Sequence[Input] = (),
    feed: Feed | None = None,
) -> Array:
    """How much each state of the context counts [B, Q, K], which sums to one over K.

    Without segments Q is 1, for all of the horizon, and K the steps of the context; else Q are
    the segments of the horizon, and K those of the context, which end with it (see `network`).
    The network must have attention. Source: Luong et al. (2015), the general score, over the root
    of the number of units as in Vaswani et al. (2017).
    """
    hidden, states = _encode(network, weights, features, inputs, feed)
    return _attention(weights, _queries(network, weights, states), hidden)


def embed_context(
    network: NetworkConfig,
    weights: Weights,
    features: Array,
    inputs: Sequence[Input] = (),
    feed: Feed | None = None,
) -> Array:
    """What the first recurrent layer is fed [B, S, U]: one entry for each `pace` steps."""
    if feed is not None:
        features = _with_inputs(features, _expand(feed.before, inputs, weights))
    if network.pace == 1:
        return _affine(features, weights, "embed")
    return np.maximum(_affine(_segments(features, network.pace), weights, "embed"), 0)


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
        for kind in ("ih_l0", "hh_l0", "ih_l0_reverse", "hh_l0_reverse"):
            if network.bidirectional or not kind.endswith(_REVERSE):
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


def run_cell(layer: Layer, weights: Weights, inputs: Array) -> tuple[Array, State]:
    """Every hidden state [B, L, U] of a recurrent layer over inputs [B, L, I], and the last state.

    It starts from zeros. Source: Elman (1990) for rnn; Hochreiter & Schmidhuber (1997) with the
    forget gate of Gers et al. (2000) for lstm; Cho et al. (2014), in the form with the reset gate
    applied after the recurrent product, for gru.
    """
    # One product for all steps; only the recurrent part has to wait for the step before.
    driven = _driven(weights, inputs)

    def step(state: Arrays, now: Arrays) -> tuple[Arrays, Arrays]:
        hidden, memory = state
        after = _step(layer, now[0], _kept(weights, hidden), (hidden, memory))
        return after, after[:1]

    start = np.zeros_like(driven, shape=(len(driven), weights["weight_hh_l0"].shape[1]))
    last, (states,) = fold(step, (start, np.zeros_like(start)), (driven,))
    return states, last


def _encode(
    network: NetworkConfig,
    weights: Weights,
    features: Array,
    inputs: Sequence[Input],
    feed: Feed | None,
) -> tuple[Array, list[State]]:
    """The last layer's states [B, K, U] over the context, and the state of each layer at its end.

    K are its steps, or its segments.
    """
    hidden = embed_context(network, weights, features, inputs, feed)
    states = []
    for depth, layer in enumerate(network.recurrent_layers):
        part = _part(weights, f"recurrent.{depth}")
        forwards, (end, memory) = run_cell(layer, part, hidden)
        if network.bidirectional:
            backwards, (start, _) = run_cell(layer, _reversed(part), hidden[:, ::-1])
            both = np.concatenate((forwards, backwards[:, ::-1]), axis=2)
            forwards = _affine(both, weights, f"merge.{depth}")
            end = _affine(np.concatenate((end, start), axis=1), weights, f"merge.{depth}")
        hidden = forwards
        states.append((end, memory))
    return hidden, states


def _reversed(weights: Weights) -> Weights:
    """The weights of a layer that read backwards, under the names of those that read forwards."""
    return {
        name.removesuffix(_REVERSE): w for name, w in weights.items() if name.endswith(_REVERSE)
    }


def _queries(network: NetworkConfig, weights: Weights, states: list[State]) -> Array:
    """The states [B, Q, U] that forecasts are made of: the last one, or one for each segment."""
    if network.pace == 1:
        return states[-1][0][:, None]
    return _decode(network, weights, states)


def _attention(weights: Weights, queries: Array, states: Array) -> Array:
    """How much each state [B, K, U] counts for each query [B, Q, U], as shares [B, Q, K]."""
    root = states.dtype.type(np.sqrt(states.shape[2]))
    scores = (queries @ weights["attention.weight"].T) @ states.transpose(0, 2, 1)
    return softmax(scores / root)


def _segments(features: Array, segment_length: int) -> Array:
    """Segments [B, S, K] that end with the window, padded on the left as a short series is."""
    batch, length, _ = features.shape
    count = count_segments(length, segment_length)
    width = features.shape[2] - 1
    missing = count * segment_length - length
    varying = np.pad(features[:, :, :-1], ((0, 0), (missing, 0), (0, 0)))
    constant = np.broadcast_to(features[:, -1:, -1:], (batch, count, 1))
    width *= segment_length
    return np.concatenate((varying.reshape(batch, count, width), constant), axis=-1)


def _with_inputs(features: Array, expanded: Array) -> Array:
    """The inputs [B, L, E] between the features [B, L, F]: the last one stays the last."""
    return np.concatenate((features[:, :, :-1], expanded, features[:, :, -1:]), axis=2)


def _expand(fed: Array, inputs: Sequence[Input], weights: Weights) -> Array:
    """Encoded inputs [B, K, I] as the numbers [B, K, E] that the network sees."""
    parts = [
        fed[:, :, [number]]
        if entry.n_categories is None
        else _looked_up(weights[f"tables.{entry.name}"], fed[:, :, number].astype(np.int64) + 1)
        for number, entry in enumerate(inputs)
    ]
    return np.concatenate(parts, axis=2)


def _looked_up(table: Array, rows: NDArray[np.int64]) -> Array:
    """The rows [B, K, W] of a table that have these numbers [B, K]."""
    found = np.take_along_axis(table, rows.reshape(-1, 1), axis=0)
    return found.reshape(*rows.shape, table.shape[1])


def _decode(network: NetworkConfig, weights: Weights, states: list[State]) -> Array:
    """The state [B, S, U] of each segment of the horizon: one step from the end of the context."""
    hidden: Array = weights["positions"][None]
    for depth, (layer, state) in enumerate(zip(network.recurrent_layers, states, strict=True)):
        part = _part(weights, f"recurrent.{depth}")
        before, memory = (values[:, None] for values in state)
        hidden, _ = _step(layer, _driven(part, hidden), _kept(part, before), (before, memory))
    return hidden


def _driven(weights: Weights, inputs: Array) -> Array:
    product: Array = inputs @ weights["weight_ih_l0"].T + weights["bias_ih_l0"]
    return product


def _kept(weights: Weights, hidden: Array) -> Array:
    product: Array = hidden @ weights["weight_hh_l0"].T + weights["bias_hh_l0"]
    return product


def _step(layer: Layer, fed: Array, kept: Array, state: State) -> State:
    """One step from what the input feeds [..., G U] and what the state keeps [..., G U]."""
    hidden, memory = state
    if layer == "lstm":
        return _lstm_step(fed + kept, memory)
    if layer == "gru":
        return _gru_step(fed, kept, hidden), memory
    return np.tanh(fed + kept), memory


def _lstm_step(gates: Array, memory: Array) -> State:
    enter, forget, candidate, leave = _gates(gates, 4)
    memory = sigmoid(forget) * memory + sigmoid(enter) * np.tanh(candidate)
    return sigmoid(leave) * np.tanh(memory), memory


def _gru_step(fed: Array, kept: Array, hidden: Array) -> Array:
    fed_reset, fed_update, fed_new = _gates(fed, 3)
    kept_reset, kept_update, kept_new = _gates(kept, 3)
    update = sigmoid(fed_update + kept_update)
    new = np.tanh(fed_new + sigmoid(fed_reset + kept_reset) * kept_new)
    return (1 - update) * new + update * hidden


def _gates(stacked: Array, count: int) -> list[Array]:
    """The parts [..., U] of what is stacked [..., G U]; `np.split` takes longer than a gate."""
    size = stacked.shape[-1] // count
    return [stacked[..., n * size : (n + 1) * size] for n in range(count)]


def _part(weights: Weights, prefix: str) -> Weights:
    start = len(prefix) + 1
    return {name[start:]: w for name, w in weights.items() if name.startswith(f"{prefix}.")}


def _affine(x: Array, weights: Weights, name: str) -> Array:
    product: Array = x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    return product
