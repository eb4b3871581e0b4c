"""A layer of torch, run as torch does not: with the embedding before it, or for a single step."""

import torch
from torch import Tensor, nn

State = tuple[Tensor, Tensor | None]
"""The hidden state [B, U] of a layer at the end of the context, and an LSTM's memory [B, U]."""

Run = tuple[Tensor, Tensor | tuple[Tensor, Tensor]]
"""What a layer of torch returns: all states [B, L, U], and those at the end."""


def run_embedded(embed: nn.Linear, layer: nn.RNNBase, features: Tensor) -> Run:
    """What a layer makes of embedded features.

    Two linear maps in a row are one, whose product is many times smaller: F is far below U. On a
    GPU cuDNN wants the layer's own weights, in one piece.
    """
    if not features.is_cpu or embed.in_features >= layer.input_size:
        run: Run = layer(embed(features))
        return run
    weights: list[Tensor] = []
    for weight_in, weight_kept, bias_in, bias_kept in layer.all_weights:
        bias = torch.addmv(bias_in, weight_in, embed.bias)
        weights += [weight_in @ embed.weight, weight_kept, bias, bias_kept]
    start = features.new_zeros(len(layer.all_weights), len(features), layer.hidden_size)
    settings = (weights, True, 1, 0.0, True, layer.bidirectional, True)
    if isinstance(layer, nn.LSTM):
        states, end, memory = torch.lstm(features, (start, start), *settings)
        return states, (end, memory)
    run_layer = torch.gru if isinstance(layer, nn.GRU) else torch.rnn_tanh
    states, end = run_layer(features, start, *settings)
    return states, end


def run_step(layer: nn.Module, inputs: Tensor, state: State) -> Tensor:
    """The hidden states [B, S, U] one step after `state`, for each of the inputs [B or 1, S, I].

    Written out, because all inputs of a row share one state: torch's layers would multiply it by
    the recurrent weights once for every input.
    """
    assert isinstance(layer, nn.RNNBase)
    weight_in, weight_kept, bias_in, bias_kept = layer.all_weights[0]
    hidden, memory = state
    fed = nn.functional.linear(inputs, weight_in, bias_in)
    kept = nn.functional.linear(hidden, weight_kept, bias_kept)[:, None]
    if memory is not None:
        enter, forget, candidate, leave = (fed + kept).chunk(4, dim=-1)
        stored = forget.sigmoid() * memory[:, None] + enter.sigmoid() * candidate.tanh()
        return leave.sigmoid() * stored.tanh()
    if not isinstance(layer, nn.GRU):
        return (fed + kept).tanh()
    fed_reset, fed_update, fed_new = fed.chunk(3, dim=-1)
    kept_reset, kept_update, kept_new = kept.chunk(3, dim=-1)
    update = (fed_update + kept_update).sigmoid()
    new = (fed_new + (fed_reset + kept_reset).sigmoid() * kept_new).tanh()
    return torch.lerp(new, hidden[:, None], update)
