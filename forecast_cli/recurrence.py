"""The network's forward pass in NumPy: represented features [B, L, F] -> output [B, H].

Forecasts are made with this, so that predicting needs no torch. Weights have torch's names and
layout (see `cells`). `network` says what the forms of the network compute.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forecast_cli.activations import ACTIVATE, softmax
from forecast_cli.cells import State, reading_backwards, run_cell, run_step
from forecast_cli.config import NetworkConfig
from forecast_cli.folding import tiled
from forecast_cli.inputs import Feed, Input, ahead
from forecast_cli.network_shapes import count_segments

Weights = Mapping[str, NDArray[np.floating]]
Array = NDArray[np.floating]

_TILE = 64
"""Rows that go through a network together."""


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
            backwards, (start, _) = run_cell(layer, reading_backwards(part), hidden[:, ::-1])
            both = np.concatenate((forwards, backwards[:, ::-1]), axis=2)
            forwards = _affine(both, weights, f"merge.{depth}")
            end = _affine(np.concatenate((end, start), axis=1), weights, f"merge.{depth}")
        hidden = forwards
        states.append((end, memory))
    return hidden, states


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
        else looked_up(weights[f"tables.{entry.name}"], fed[:, :, number].astype(np.int64) + 1)
        for number, entry in enumerate(inputs)
    ]
    return np.concatenate(parts, axis=2)


def looked_up(table: Array, rows: NDArray[np.int64]) -> Array:
    """The rows [B, K, W] of a table [R, W] that have these numbers [B, K]."""
    found = np.take_along_axis(table, rows.reshape(-1, 1), axis=0)
    return found.reshape(*rows.shape, table.shape[1])


def _decode(network: NetworkConfig, weights: Weights, states: list[State]) -> Array:
    """The state [B, S, U] of each segment of the horizon: one step from the end of the context."""
    hidden: Array = weights["positions"][None]
    for depth, (layer, state) in enumerate(zip(network.recurrent_layers, states, strict=True)):
        part = _part(weights, f"recurrent.{depth}")
        before, memory = (values[:, None] for values in state)
        hidden, _ = run_step(layer, part, hidden, (before, memory))
    return hidden


def _part(weights: Weights, prefix: str) -> Weights:
    start = len(prefix) + 1
    return {name[start:]: w for name, w in weights.items() if name.startswith(f"{prefix}.")}


def _affine(x: Array, weights: Weights, name: str) -> Array:
    product: Array = x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    return product
