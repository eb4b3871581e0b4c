import pytest
import torch
from torch import Tensor, nn

from forecast_cli.torch_layers import run_embedded

LAYERS: tuple[type[nn.RNN | nn.GRU | nn.LSTM], ...] = (nn.RNN, nn.GRU, nn.LSTM)


def flat(run: tuple[Tensor, Tensor | tuple[Tensor, Tensor]]) -> list[Tensor]:
    states, end = run
    return [states, *(end if isinstance(end, tuple) else (end,))]


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("n_features", [3, 9])
def test_states_and_gradients_are_those_of_a_layer_that_is_fed_the_embedding(
    kind: type[nn.RNN | nn.GRU | nn.LSTM], both_ways: bool, n_features: int
) -> None:
    torch.manual_seed(0)
    embed = nn.Linear(n_features, 8)
    layer = kind(8, 8, batch_first=True, bidirectional=both_ways)
    features = torch.randn(4, 6, n_features)
    weights = [*embed.parameters(), *layer.parameters()]
    together = flat(run_embedded(embed, layer, features))
    apart = flat(layer(embed(features)))
    for one, other in zip(together, apart, strict=True):
        torch.testing.assert_close(one, other)
    gradients = [
        torch.autograd.grad(torch.cat([s.flatten() for s in run]).square().sum(), weights)
        for run in (together, apart)
    ]
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
