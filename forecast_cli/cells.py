"""A recurrent layer in NumPy: inputs [B, L, I] -> its states [B, L, U], and the last one.

Weights have torch's names and layout: gates stacked along the rows, in the order (i, f, g, o) for
LSTM and (r, z, n) for GRU.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from forecast_cli.activations import sigmoid
from forecast_cli.config import Layer
from forecast_cli.folding import Arrays, fold

Weights = Mapping[str, NDArray[np.floating]]
Array = NDArray[np.floating]
State = tuple[Array, Array]
"""The hidden state [B, U] of a layer and its memory [B, U], which only an LSTM uses."""

BACKWARDS = "_reverse"
"""The end of the names of weights that read the context from its end to its start."""


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


def run_step(layer: Layer, weights: Weights, inputs: Array, state: State) -> State:
    """The state [..., U] one step after `state` [..., U], for inputs [..., I]."""
    return _step(layer, _driven(weights, inputs), _kept(weights, state[0]), state)


def reading_backwards(weights: Weights) -> Weights:
    """The weights of a layer that read backwards, under the names of those that read forwards."""
    return {
        name.removesuffix(BACKWARDS): w for name, w in weights.items() if name.endswith(BACKWARDS)
    }


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
