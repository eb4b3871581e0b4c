"""The recurrent network in torch: represented features [B, L, F] -> output [B, H].

`recurrence` holds the same forward pass in NumPy; a test holds the two together.
"""

import math

import torch
from torch import Tensor, nn

from forecast_cli.config import Cell, NetworkConfig
from forecast_cli.recurrence import FEATURES

_LAYERS: dict[Cell, type[nn.RNN | nn.GRU | nn.LSTM]] = {
    "rnn": nn.RNN,
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}


class RecurrentRegressor(nn.Module):
    """Embed each step, run the recurrent layers, map the last state to the whole horizon.

    The output layer and the linear shortcut from the window's relative values start at zero, so
    training starts at the simple continuation that the output corrects. Dropout and the initial
    weights take their chance from the generator that is passed in, never from torch's global one.
    """

    def __init__(
        self,
        config: NetworkConfig,
        context_length: int,
        horizon: int,
        *,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.dropout = config.dropout
        size = config.hidden_size
        # Built without memory: the constructors would draw from the global generator.
        with torch.device("meta"):
            self.embed = nn.Linear(FEATURES, size)
            self.recurrent = nn.ModuleList(
                _LAYERS[config.cell](size, size, batch_first=True) for _ in range(config.layers)
            )
            self.dense = nn.Linear(size, size)
            self.output = nn.Linear(size, horizon)
            self.shortcut = nn.Linear(context_length, horizon, bias=False)
        self.to_empty(device="cpu")
        self._initialise(generator)

    def forward(self, features: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """The output [B, H] for features [B, L, F]; a generator turns dropout on."""
        hidden = self.embed(features)
        for depth, layer in enumerate(self.recurrent):
            if depth:
                hidden = self._drop(hidden, generator)
            hidden, _ = layer(hidden)
        last = self._drop(hidden[:, -1], generator)
        dense = nn.functional.gelu(self.dense(last), approximate="tanh")
        output: Tensor = self.output(self._drop(dense, generator))
        shortcut: Tensor = self.shortcut(features[:, :, 0])
        return output + shortcut

    def _drop(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        if generator is None or self.dropout == 0:
            return x
        keep = 1 - self.dropout
        mask = torch.empty_like(x).bernoulli_(keep, generator=generator)
        return x * mask / keep

    @torch.no_grad()
    def _initialise(self, generator: torch.Generator) -> None:
        for linear in (self.embed, self.dense):
            bound = 1 / math.sqrt(linear.in_features)
            nn.init.uniform_(linear.weight, -bound, bound, generator=generator)
            nn.init.zeros_(linear.bias)
        for layer in self.recurrent:
            assert isinstance(layer, nn.RNNBase)
            _initialise_recurrent(layer, generator)
        for tensor in (self.output.weight, self.output.bias, self.shortcut.weight):
            nn.init.zeros_(tensor)


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
