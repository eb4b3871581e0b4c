"""The network's forward pass in NumPy: represented features [B, L, F] -> output [B, H].

Forecasts are made with this, so that predicting needs no torch. Weights have torch's names and
layout: gates stacked along the rows, in the order (i, f, g, o) for LSTM and (r, z, n) for GRU.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forecast_cli.config import Cell, NetworkConfig

FEATURES = 3
"""Input features per step, as `representation` makes them."""

_GATES: dict[Cell, int] = {"rnn": 1, "gru": 3, "lstm": 4}

Weights = Mapping[str, NDArray[np.floating]]
Array = NDArray[np.floating]


def forward(network: NetworkConfig, weights: Weights, features: Array) -> Array:
    """The output [B, H] for features [B, L, F]; dropout is for training only."""
    hidden = _affine(features, weights, "embed")
    for layer in range(network.layers):
        hidden = run_cell(network.cell, _part(weights, f"recurrent.{layer}"), hidden)
    dense = _gelu(_affine(hidden[:, -1], weights, "dense"))
    shortcut: Array = features[:, :, 0] @ weights["shortcut.weight"].T
    return _affine(dense, weights, "output") + shortcut


def weight_shapes(
    network: NetworkConfig, context_length: int, horizon: int
) -> dict[str, tuple[int, ...]]:
    """The name and shape of every weight of a network."""
    size, gates = network.hidden_size, _GATES[network.cell]
    shapes: dict[str, tuple[int, ...]] = {"embed.weight": (size, FEATURES), "embed.bias": (size,)}
    for layer in range(network.layers):
        for kind in ("ih", "hh"):
            shapes[f"recurrent.{layer}.weight_{kind}_l0"] = (gates * size, size)
            shapes[f"recurrent.{layer}.bias_{kind}_l0"] = (gates * size,)
    shapes |= {"dense.weight": (size, size), "dense.bias": (size,)}
    shapes |= {"output.weight": (horizon, size), "output.bias": (horizon,)}
    return {**shapes, "shortcut.weight": (horizon, context_length)}


def run_cell(cell: Cell, weights: Weights, inputs: Array) -> Array:
    """Every hidden state [B, L, U] of one recurrent layer over inputs [B, L, I], from zeros.

    Source: Elman (1990) for rnn; Hochreiter & Schmidhuber (1997) with the forget gate of Gers et
    al. (2000) for lstm; Cho et al. (2014), in the form with the reset gate applied after the
    recurrent product, for gru.
    """
    batch, length, _ = inputs.shape
    size = weights["weight_hh_l0"].shape[1]
    # One product for all steps; only the recurrent part has to wait for the step before.
    driven = inputs @ weights["weight_ih_l0"].T + weights["bias_ih_l0"]
    recurrent, bias = weights["weight_hh_l0"].T, weights["bias_hh_l0"]
    state: Array = np.zeros((batch, size), dtype=driven.dtype)
    memory: Array = np.zeros_like(state)
    states = np.empty((batch, length, size), dtype=driven.dtype)
    for step in range(length):
        fed, kept = driven[:, step], state @ recurrent + bias
        if cell == "lstm":
            state, memory = _lstm_step(fed + kept, memory)
        elif cell == "gru":
            state = _gru_step(fed, kept, state)
        else:
            state = np.tanh(fed + kept)
        states[:, step] = state
    return states


def _lstm_step(gates: Array, memory: Array) -> tuple[Array, Array]:
    enter, forget, candidate, leave = np.split(gates, 4, axis=1)
    memory = _sigmoid(forget) * memory + _sigmoid(enter) * np.tanh(candidate)
    return _sigmoid(leave) * np.tanh(memory), memory


def _gru_step(fed: Array, kept: Array, state: Array) -> Array:
    fed_reset, fed_update, fed_new = np.split(fed, 3, axis=1)
    kept_reset, kept_update, kept_new = np.split(kept, 3, axis=1)
    update = _sigmoid(fed_update + kept_update)
    new = np.tanh(fed_new + _sigmoid(fed_reset + kept_reset) * kept_new)
    return (1 - update) * new + update * state


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
