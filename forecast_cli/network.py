"""The recurrent network in torch: represented features [B, L, F] -> output [B, H].

`recurrence` holds the same forward pass in NumPy; a test holds the two together.
"""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from forecast_cli.config import Activation, Layer, NetworkConfig
from forecast_cli.inputs import Input, ahead, expanded_width
from forecast_cli.network_shapes import count_segments, embedded_features, output_steps
from forecast_cli.torch_layers import State, run_embedded, run_step

_LAYERS: dict[Layer, type[nn.RNN | nn.GRU | nn.LSTM]] = {
    "rnn": nn.RNN,
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}

_ACTIVATE: dict[Activation, Callable[[Tensor], Tensor]] = {
    "gelu": lambda x: nn.functional.gelu(x, approximate="tanh"),
    "relu": nn.functional.relu,
    "tanh": torch.tanh,
    "silu": nn.functional.silu,
    "none": lambda x: x,
}


class RecurrentRegressor(nn.Module):
    """Embed the steps of a window, run the recurrent layers, map the end to the whole horizon.

    Without segments the layers take one step at a time, and a dense layer maps the last state to
    all H outputs. With segments they take `segment_length` steps at a time, counted back from the
    end of the window; then, from the state at its end, they make one step for each segment of the
    horizon, side by side, with a learned position as the input, and one linear map turns each of
    these states into the outputs of its segment (Lin et al. 2023, SegRNN).

    A bidirectional layer also reads the context from its end to its start, and a linear map makes
    one state of two (Schuster & Paliwal 1997). What it hands on as its state at the end is the one
    of both readings when they are through, and an LSTM's memory that of the reading forwards. With
    attention the last state, or the one of each segment of the horizon, asks the states of the
    context; the answer is their mean by how well they fit, and both make a new state (Luong et al.
    2015, the general score, over the root of U). A recursive network has a horizon of 1.

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
        self.activate = _ACTIVATE[config.activation]
        self.horizon = horizon = config.stride(horizon)
        self.inputs = tuple(inputs)
        known_ahead = ahead(self.inputs)
        size, segment = config.units, config.pace
        # Built without memory: the constructors would draw from the global generator.
        with torch.device("meta"):
            width = embedded_features(segment, expanded_width(self.inputs))
            self.embed = nn.Linear(width, size)
            self._make_layers(config)
            if segment == 1:
                self.dense = nn.Linear(size, size)
            else:
                self.positions = nn.Parameter(torch.empty(count_segments(horizon, segment), size))
            self.output = nn.Linear(size, output_steps(config, horizon))
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
        _give_memory(self)
        self._initialise(generator)

    def _make_layers(self, config: NetworkConfig) -> None:
        """What reads the context: recurrent layers, and attention to their states."""
        size, both_ways = config.units, config.bidirectional
        kinds = config.recurrent_layers
        self.recurrent = nn.ModuleList(
            _LAYERS[kind](size, size, batch_first=True, bidirectional=both_ways) for kind in kinds
        )
        self.merge = nn.ModuleList(nn.Linear(2 * size, size) for _ in kinds if both_ways)
        self.attends = config.attention
        if config.attention:
            self.attention = nn.Linear(size, size, bias=False)
            self.combine = nn.Linear(2 * size, size)

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
        hidden = self.activate(given + self.reach(last)[:, None])
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
        hidden, states = self._run_layers(features, generator, embed=self.embed)
        end = found = states[-1][0]
        if self.attends:
            found = self._attend(end[:, None], hidden)[:, 0]
        dense = self.activate(self.dense(self._drop(found, generator)))
        output: Tensor = self.output(self._drop(dense, generator))
        return output, end

    def _by_segment(
        self, features: Tensor, generator: torch.Generator | None
    ) -> tuple[Tensor, Tensor]:
        """The same as `_by_step`, one segment at a time."""
        segments = _segments(features, self.segment_length)
        seen, states = self._run_layers(nn.functional.relu(self.embed(segments)), generator)
        hidden = self.positions[None]
        for depth, (layer, state) in enumerate(zip(self.recurrent, states, strict=True)):
            if depth:
                hidden = self._drop(hidden, generator)
            hidden = run_step(layer, hidden, state)
        if self.attends:
            hidden = self._attend(hidden, seen)
        output: Tensor = self.output(self._drop(hidden, generator))
        return output.flatten(1)[:, : self.horizon], states[-1][0]

    def _run_layers(
        self,
        hidden: Tensor,
        generator: torch.Generator | None,
        *,
        embed: nn.Linear | None = None,
    ) -> tuple[Tensor, list[State]]:
        """The last layer's states [B, L, U], and the state of every layer at the end.

        What goes in is embedded before, if `embed` says how.
        """
        states: list[State] = []
        for depth, layer in enumerate(self.recurrent):
            if depth:
                hidden = self._drop(hidden, generator)
            assert isinstance(layer, nn.RNNBase)
            first = None if depth else embed
            hidden, end = run_embedded(first, layer, hidden) if first else layer(hidden)
            last, memory = (end[0], end[1][0]) if isinstance(layer, nn.LSTM) else (end, None)
            state = last[0]
            if self.merge:
                merge = self.merge[depth]
                hidden, state = merge(hidden), merge(torch.cat((last[0], last[1]), dim=-1))
            states.append((state, memory))
        return hidden, states

    def _attend(self, queries: Tensor, states: Tensor) -> Tensor:
        """The queries [B, Q, U] with what they find in the states [B, K, U]."""
        scores = self.attention(queries) @ states.transpose(1, 2) / math.sqrt(states.shape[2])
        found = scores.softmax(dim=-1) @ states
        combined: Tensor = self.combine(torch.cat((found, queries), dim=-1))
        return combined.tanh()

    def _drop(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        if generator is None or self.dropout == 0:
            return x
        keep = 1 - self.dropout
        mask = torch.empty_like(x).bernoulli_(keep, generator=generator)
        return x * mask / keep

    @torch.no_grad()
    def _initialise(self, generator: torch.Generator) -> None:
        for linear in (self.embed, self.dense) if self.segment_length == 1 else (self.embed,):
            _initialise_linear(linear, generator)
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
                _initialise_linear(linear, generator)
            nn.init.zeros_(self.answer.weight)
            nn.init.zeros_(self.answer.bias)
        for linear in (*self.merge, *((self.attention, self.combine) if self.attends else ())):
            _initialise_linear(linear, generator)


def _segments(features: Tensor, segment_length: int) -> Tensor:
    """Segments [B, S, K] that end with the window, padded on the left as a short series is."""
    batch, length, _ = features.shape
    count = count_segments(length, segment_length)
    missing = count * segment_length - length
    varying = nn.functional.pad(features[:, :, :-1], (0, 0, missing, 0))
    constant = features[:, -1:, -1:].expand(batch, count, 1)
    width = segment_length * varying.shape[2]
    return torch.cat((varying.reshape(batch, count, width), constant), dim=-1)


def _give_memory(network: nn.Module) -> None:
    """Make parameters on the CPU, without values, of those that were built without memory.

    `Module.to_empty` does the same, but the first call imports SymPy, which takes half a second.
    """
    for part in network.modules():
        for name, parameter in tuple(part.named_parameters(recurse=False)):
            setattr(part, name, nn.Parameter(torch.empty(parameter.shape)))


def _initialise_linear(linear: nn.Module, generator: torch.Generator) -> None:
    assert isinstance(linear, nn.Linear)
    bound = 1 / math.sqrt(linear.in_features)
    nn.init.uniform_(linear.weight, -bound, bound, generator=generator)
    if linear.bias is not None:
        nn.init.zeros_(linear.bias)


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
