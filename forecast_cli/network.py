"""The recurrent network in torch: represented features [B, L, F] -> output [B, H].

`recurrence` holds the same forward pass in NumPy; a test holds the two together.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from forecast_cli.config import Layer, NetworkConfig
from forecast_cli.inputs import Input, ahead, expanded_width
from forecast_cli.recurrence import count_segments, embedded_features

_LAYERS: dict[Layer, type[nn.RNN | nn.GRU | nn.LSTM]] = {
    "rnn": nn.RNN,
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}

_State = tuple[Tensor, Tensor | None]
"""The hidden state [B, U] of a layer at the end of the context, and an LSTM's memory [B, U]."""


class RecurrentRegressor(nn.Module):
    """Embed the steps of a window, run the recurrent layers, map the end to the whole horizon.

    Without segments the layers take one step at a time, and a dense layer maps the last state to
    all H outputs. With segments they take `segment_length` steps at a time, counted back from the
    end of the window; then, from the state at its end, they make one step for each segment of the
    horizon, side by side, with a learned position as the input, and one linear map turns each of
    these states into the outputs of its segment (Lin et al. 2023, SegRNN).

    The output layer and the linear shortcut from the window's relative values start at zero, so
    training starts at the simple continuation that the output corrects. Dropout and the initial
    weights take their chance from the generator that is passed in, never from torch's global one.
    """

    def __init__(
        self,
        config: NetworkConfig,
        context_length: int,
        horizon: int,
        inputs: Sequence[Input] = (),
        *,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.dropout = config.dropout
        self.segment_length = config.pace
        self.horizon = horizon
        self.inputs = tuple(inputs)
        known_ahead = ahead(self.inputs)
        size, segment = config.hidden_size, config.pace
        # Built without memory: the constructors would draw from the global generator.
        with torch.device("meta"):
            width = embedded_features(segment, expanded_width(self.inputs))
            self.embed = nn.Linear(width, size)
            self.recurrent = nn.ModuleList(
                _LAYERS[layer](size, size, batch_first=True) for layer in config.recurrent_layers
            )
            if segment == 1:
                self.dense = nn.Linear(size, size)
            else:
                self.positions = nn.Parameter(torch.empty(count_segments(horizon, segment), size))
            self.output = nn.Linear(size, horizon if segment == 1 else segment)
            self.shortcut = nn.Linear(context_length, horizon, bias=False)
            self.tables = nn.ParameterDict(
                {
                    entry.name: nn.Parameter(torch.empty(entry.n_categories + 1, entry.width))
                    for entry in self.inputs
                    if entry.n_categories is not None
                }
            )
            if known_ahead:
                self.given = nn.Linear(expanded_width(known_ahead), size)
                self.reach = nn.Linear(size, size)
                self.answer = nn.Linear(size, 1)
        self.to_empty(device="cpu")
        self._initialise(generator)

    def forward(
        self,
        features: Tensor,
        generator: torch.Generator | None = None,
        fed: tuple[Tensor, Tensor] | None = None,
    ) -> Tensor:
        """The output [B, H] for features [B, L, F]; a generator turns dropout on.

        A network with inputs is `fed` them, encoded, before the cutoffs and behind them.
        """
        shortcut: Tensor = self.shortcut(features[:, :, 0])
        if fed is not None:
            expanded = self._expand(fed[0], self.inputs)
            features = torch.cat((features[:, :, :-1], expanded, features[:, :, -1:]), dim=-1)
        by_state = self._by_step if self.segment_length == 1 else self._by_segment
        output, last = by_state(features, generator)
        if fed is not None and fed[1].shape[2]:
            output = output + self._answer(fed[1], last, generator)
        return output + shortcut

    def _answer(self, after: Tensor, last: Tensor, generator: torch.Generator | None) -> Tensor:
        """What is known of each step of the horizon changes there [B, H], given the last state."""
        given = self.given(self._expand(after, ahead(self.inputs)))
        hidden = nn.functional.gelu(given + self.reach(last)[:, None], approximate="tanh")
        answer: Tensor = self.answer(self._drop(hidden, generator))
        return answer[:, :, 0]

    def _expand(self, fed: Tensor, inputs: Sequence[Input]) -> Tensor:
        """Encoded inputs [B, K, I] as the numbers [B, K, E] that the network sees."""
        parts = [
            fed[:, :, [number]]
            if entry.n_categories is None
            else nn.functional.embedding(fed[:, :, number].long() + 1, self.tables[entry.name])
            for number, entry in enumerate(inputs)
        ]
        return torch.cat(parts, dim=-1)

    def _by_step(
        self, features: Tensor, generator: torch.Generator | None
    ) -> tuple[Tensor, Tensor]:
        """The output [B, H], and the last layer's state [B, U] at the end of the context."""
        hidden, _ = self._run_layers(self.embed(features), generator)
        last = self._drop(hidden[:, -1], generator)
        dense = nn.functional.gelu(self.dense(last), approximate="tanh")
        output: Tensor = self.output(self._drop(dense, generator))
        return output, hidden[:, -1]

    def _by_segment(
        self, features: Tensor, generator: torch.Generator | None
    ) -> tuple[Tensor, Tensor]:
        """The same as `_by_step`, one segment at a time."""
        segments = _segments(features, self.segment_length)
        _, states = self._run_layers(nn.functional.relu(self.embed(segments)), generator)
        hidden = self.positions[None]
        for depth, (layer, state) in enumerate(zip(self.recurrent, states, strict=True)):
            if depth:
                hidden = self._drop(hidden, generator)
            hidden = _step(layer, hidden, state)
        output: Tensor = self.output(self._drop(hidden, generator))
        return output.flatten(1)[:, : self.horizon], states[-1][0]

    def _run_layers(
        self, hidden: Tensor, generator: torch.Generator | None
    ) -> tuple[Tensor, list[_State]]:
        """The last layer's states [B, L, U], and the state of every layer at the end."""
        states: list[_State] = []
        for depth, layer in enumerate(self.recurrent):
            if depth:
                hidden = self._drop(hidden, generator)
            hidden, end = layer(hidden)
            states.append((end[0][0], end[1][0]) if isinstance(layer, nn.LSTM) else (end[0], None))
        return hidden, states

    def _drop(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        if generator is None or self.dropout == 0:
            return x
        keep = 1 - self.dropout
        mask = torch.empty_like(x).bernoulli_(keep, generator=generator)
        return x * mask / keep

    @torch.no_grad()
    def _initialise(self, generator: torch.Generator) -> None:
        for linear in (self.embed, self.dense) if self.segment_length == 1 else (self.embed,):
            bound = 1 / math.sqrt(linear.in_features)
            nn.init.uniform_(linear.weight, -bound, bound, generator=generator)
            nn.init.zeros_(linear.bias)
        for layer in self.recurrent:
            assert isinstance(layer, nn.RNNBase)
            _initialise_recurrent(layer, generator)
        if self.segment_length > 1:
            nn.init.normal_(self.positions, generator=generator)
        for tensor in (self.output.weight, self.output.bias, self.shortcut.weight):
            nn.init.zeros_(tensor)
        for table in self.tables.values():
            nn.init.normal_(table, generator=generator)
        if ahead(self.inputs):
            for linear in (self.given, self.reach):
                bound = 1 / math.sqrt(linear.in_features)
                nn.init.uniform_(linear.weight, -bound, bound, generator=generator)
                nn.init.zeros_(linear.bias)
            nn.init.zeros_(self.answer.weight)
            nn.init.zeros_(self.answer.bias)


def _segments(features: Tensor, segment_length: int) -> Tensor:
    """Segments [B, S, K] that end with the window, padded on the left as a short series is."""
    batch, length, _ = features.shape
    count = count_segments(length, segment_length)
    missing = count * segment_length - length
    varying = nn.functional.pad(features[:, :, :-1], (0, 0, missing, 0))
    constant = features[:, -1:, -1:].expand(batch, count, 1)
    width = segment_length * varying.shape[2]
    return torch.cat((varying.reshape(batch, count, width), constant), dim=-1)


def _step(layer: nn.Module, inputs: Tensor, state: _State) -> Tensor:
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


def _initialise_recurrent(layer: nn.RNNBase, generator: torch.Generator) -> None:
    """Glorot input weights, orthogonal recurrent weights gate by gate, forget-gate bias 1.

    Source: Saxe et al. (2014) for orthogonal, Gers et al. (2000) and Jozefowicz et al. (2015) for
    the forget gate.
    """
    for name, parameter in layer.named_parameters():
        if name.startswith("weight_ih"):
            nn.init.xavier_uniform_(parameter, generator=generator)
        elif name.startswith("weight_hh"):
            for gate in torch.split(parameter, layer.hidden_size):
                nn.init.orthogonal_(gate, generator=generator)
        else:
            nn.init.zeros_(parameter)
            if isinstance(layer, nn.LSTM) and name.startswith("bias_ih"):
                nn.init.ones_(parameter[layer.hidden_size : 2 * layer.hidden_size])
