"""The network's forward pass in NumPy: represented features [B, L, F] -> output [B, H].

Forecasts are made with this, so that predicting needs no torch. Weights have torch's names and
layout: gates stacked along the rows, in the order (i, f, g, o) for LSTM and (r, z, n) for GRU.
`network` says what the forms with and without segments compute.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.config import Layer, NetworkConfig
from forecast_cli.inputs import Feed, Input, ahead, expanded_width

FEATURES = 3
"""Input features per step, as `representation` makes them; the last is the same at every step."""

_GATES: dict[Layer, int] = {"rnn": 1, "gru": 3, "lstm": 4}

Weights = Mapping[str, NDArray[np.floating]]
Array = NDArray[np.floating]
State = tuple[Array, Array]
"""The hidden state [B, U] of a layer and its memory [B, U], which only an LSTM uses."""


def forward(
    network: NetworkConfig,
    weights: Weights,
    features: Array,
    inputs: Sequence[Input] = (),
    feed: Feed | None = None,
) -> Array:
    """The output [B, H] for features [B, L, F] and what is fed of the inputs, if there are any.

    Dropout is for training only.
    """
    window = features[:, :, 0]
    shortcut: Array = window @ weights["shortcut.weight"].T
    if feed is not None:
        features = _with_inputs(features, _expand(feed.before, inputs, weights))
    if network.pace == 1:
        hidden, states = _run_layers(network, weights, _affine(features, weights, "embed"))
        output = _affine(_gelu(_affine(hidden[:, -1], weights, "dense")), weights, "output")
    else:
        segments = _segments(features, network.pace)
        embedded = np.maximum(_affine(segments, weights, "embed"), 0)
        _, states = _run_layers(network, weights, embedded)
        decoded = _affine(_decode(network, weights, states), weights, "output")
        batch, count, steps = decoded.shape
        output = decoded.reshape(batch, count * steps)[:, : shortcut.shape[1]]
    if feed is not None and feed.after.shape[2]:
        last = _affine(states[-1][0], weights, "reach")[:, None]
        given = _affine(_expand(feed.after, ahead(inputs), weights), weights, "given")
        output = output + _affine(_gelu(given + last), weights, "answer")[:, :, 0]
    return output + shortcut


def weight_shapes(
    network: NetworkConfig, context_length: int, horizon: int, inputs: Sequence[Input] = ()
) -> dict[str, tuple[int, ...]]:
    """The name and shape of every weight of a network."""
    size, segment = network.hidden_size, network.pace
    is_segmented = segment > 1
    shapes: dict[str, tuple[int, ...]] = {}
    if is_segmented:
        shapes["positions"] = (count_segments(horizon, segment), size)
    width = embedded_features(segment, expanded_width(inputs))
    shapes |= {"embed.weight": (size, width), "embed.bias": (size,)}
    for depth, layer in enumerate(network.recurrent_layers):
        for kind in ("ih", "hh"):
            shapes[f"recurrent.{depth}.weight_{kind}_l0"] = (_GATES[layer] * size, size)
            shapes[f"recurrent.{depth}.bias_{kind}_l0"] = (_GATES[layer] * size,)
    if not is_segmented:
        shapes |= {"dense.weight": (size, size), "dense.bias": (size,)}
    steps = segment if is_segmented else horizon
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


def run_cell(layer: Layer, weights: Weights, inputs: Array) -> tuple[Array, State]:
    """Every hidden state [B, L, U] of a recurrent layer over inputs [B, L, I], and the last state.

    It starts from zeros. Source: Elman (1990) for rnn; Hochreiter & Schmidhuber (1997) with the
    forget gate of Gers et al. (2000) for lstm; Cho et al. (2014), in the form with the reset gate
    applied after the recurrent product, for gru.
    """
    batch, length, _ = inputs.shape
    size = weights["weight_hh_l0"].shape[1]
    # One product for all steps; only the recurrent part has to wait for the step before.
    driven = _driven(weights, inputs)
    hidden: Array = np.zeros((batch, size), dtype=driven.dtype)
    memory: Array = np.zeros_like(hidden)
    states = np.empty((batch, length, size), dtype=driven.dtype)
    for step in range(length):
        hidden, memory = _step(layer, driven[:, step], _kept(weights, hidden), (hidden, memory))
        states[:, step] = hidden
    return states, (hidden, memory)


def _run_layers(
    network: NetworkConfig, weights: Weights, hidden: Array
) -> tuple[Array, list[State]]:
    states = []
    for depth, layer in enumerate(network.recurrent_layers):
        hidden, state = run_cell(layer, _part(weights, f"recurrent.{depth}"), hidden)
        states.append(state)
    return hidden, states


def _segments(features: Array, segment_length: int) -> Array:
    """Segments [B, S, K] that end with the window, padded on the left as a short series is."""
    batch, length, _ = features.shape
    count = count_segments(length, segment_length)
    width = features.shape[2] - 1
    varying = np.zeros((batch, count * segment_length, width), dtype=features.dtype)
    varying[:, -length:] = features[:, :, :-1]
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
        else weights[f"tables.{entry.name}"][fed[:, :, number].astype(np.int64) + 1]
        for number, entry in enumerate(inputs)
    ]
    return np.concatenate(parts, axis=2)


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
    enter, forget, candidate, leave = np.split(gates, 4, axis=-1)
    memory = _sigmoid(forget) * memory + _sigmoid(enter) * np.tanh(candidate)
    return _sigmoid(leave) * np.tanh(memory), memory


def _gru_step(fed: Array, kept: Array, hidden: Array) -> Array:
    fed_reset, fed_update, fed_new = np.split(fed, 3, axis=-1)
    kept_reset, kept_update, kept_new = np.split(kept, 3, axis=-1)
    update = _sigmoid(fed_update + kept_update)
    new = np.tanh(fed_new + _sigmoid(fed_reset + kept_reset) * kept_new)
    return (1 - update) * new + update * hidden


def _part(weights: Weights, prefix: str) -> Weights:
    start = len(prefix) + 1
    return {name[start:]: w for name, w in weights.items() if name.startswith(f"{prefix}.")}


def _affine(x: Array, weights: Weights, name: str) -> Array:
    product: Array = x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    return product


def _sigmoid(x: Array) -> Array:
    # By tanh: exp would overflow for large negative x.
    half = x.dtype.type(0.5)
    result: Array = half * np.tanh(half * x) + half
    return result


def _gelu(x: Array) -> Array:
    """GELU in its tanh form (Hendrycks & Gimpel 2016), which needs no error function."""
    inner = np.sqrt(2 / np.pi).astype(x.dtype) * (x + x.dtype.type(0.044715) * x**3)
    return np.asarray(x.dtype.type(0.5) * x * (1 + np.tanh(inner)))
