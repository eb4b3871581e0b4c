from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.config import NetworkConfig, Settings, TrainConfig, WindowConfig
from forecast_cli.errors import ConfigError
from forecast_cli.search_space import Range, Space, Values, apply, default_space, get, read_space

Read = Callable[[str], Space]

SPACE = """
[space]
hidden_size = [16, 32, 32]
cell = ["gru", "lstm"]
dropout = [0, 0.5]
layers = {low = 1, high = 3}
learning-rate = {low = 0.0001, high = 0.01, log = true}
l2 = {low = 0, high = 1}
"""


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    monkeypatch.chdir(tmp_path)

    def read_text(text: str) -> Space:
        Path("space.toml").write_text(text, encoding="utf-8")
        return read_space("space.toml", Settings())

    return read_text


def test_a_setting_has_values_or_a_range(read: Read) -> None:
    assert read(SPACE) == {
        "hidden-size": Values((16, 32)),
        "cell": Values(("gru", "lstm")),
        "dropout": Values((0.0, 0.5)),
        "layers": Range(1, 3),
        "learning-rate": Range(0.0001, 0.01, log=True),
        "l2": Range(0.0, 1.0),
    }


def test_options_of_the_network_and_the_optimisation_can_be_searched(read: Read) -> None:
    space = read(
        "[space]\nattention = [true, false]\nbidirectional = [true]\n"
        "strategy = ['direct', 'recursive']\nactivation = ['relu', 'none']\n"
        "optimizer = ['adam', 'sgd']\nschedule = ['plateau', 'none']"
    )
    assert space["attention"] == Values((True, False))
    assert space["schedule"] == Values(("plateau", "none"))
    chosen = apply(Settings(), {"attention": True, "strategy": "recursive", "optimizer": "sgd"})
    assert chosen.network == NetworkConfig(attention=True, strategy="recursive")
    assert chosen.optimisation == TrainConfig(optimizer="sgd")
    assert get(chosen, "attention") is True


def test_a_range_is_whole_where_the_setting_is(read: Read) -> None:
    space = read("[space]\nepochs = {low = 1, high = 3}\nl1 = {low = 0, high = 1}")
    assert isinstance(space["epochs"], Range)
    assert isinstance(space["l1"], Range)
    assert (space["epochs"].is_whole, space["l1"].is_whole) == (True, False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no table [space]; it must have one table [space] with lines like hidden-size"),
        ("space = 3", "has no table [space]"),
        ("[space]", "[space] is empty; a line reads: hidden-size = [16, 32, 64]"),
        ("hidden-size = [3]", "has hidden-size; it must have one table [space]"),
        ("[space]\nlayers = [1]\n[more]", "has more; it must have one table"),
        ("[space]\nhiden-size = [3]", "did you mean hidden-size?; accepted: context-length, cell"),
        ("[space]\nseed = [3]", "seed cannot be searched"),
        ("[space]\nhorizon = [3]", "horizon cannot be searched"),
        ('[space]\n"a\\u001b[31m" = [3]', "[space]: a\\x1b[31m cannot be searched"),
        ("[space]\nl_1 = [1]\n", "l_1 cannot be searched"),
        ("[space]\nbatch-size = [1]\nbatch_size = [2]", "batch-size is given twice"),
        ("[space]\nlayers = 2", "layers is 2; it must be a list of whole numbers, or a range"),
        ("[space]\nlayers = []", "layers has 0 values; it must have 1 to 1000"),
        (f"[space]\nlayers = {[1] * 1001}", "layers has 1001 values"),
        ("[space]\nlayers = [1.5]", "layers has 1.5; it must be a list of whole numbers"),
        ("[space]\nlayers = [true]", "layers has true; it must be a list of whole numbers"),
        ("[space]\nattention = [1]", "attention has 1; it must be a list of true, false"),
        ("[space]\nattention = ['yes']", "attention has 'yes'; it must be a list of true, false"),
        ("[space]\nattention = true", "attention is true; it must be a list of true, false"),
        (
            "[space]\nbidirectional = {low = 0, high = 1}",
            "bidirectional is a range; it must be a list of true, false",
        ),
        ("[space]\noptimizer = ['lion']", "optimizer has 'lion'; it must be a list of adamw, adam"),
        ("[space]\nlayers = ['2']", "layers has '2'; it must be a list of whole numbers"),
        ("[space]\nlayers = [[2]]", "layers has '[2]'; it must be"),
        ("[space]\nlayers = [1999-01-01]", "layers has '1999-01-01'; it must be"),
        ("[space]\nlayers = [0]", "layers: --layers is 0; it must be in 1 to 32"),
        (f"[space]\nlayers = [{'9' * 40}]", "layers has a number that is too large"),
        (f"[space]\nlayers = [{'9' * 9999}]", "has a value that is too long"),
        ("[space]\ndropout = [1.0]", "dropout: --dropout is 1.0; it must be in [0, 1)"),
        ("[space]\ndropout = [nan]", "dropout has nan; it must be a list of numbers"),
        ("[space]\nl2 = [inf]", "l2 has inf; it must be a list of numbers"),
        ("[space]\ncell = ['gru', 'cnn']", "cell has 'cnn'; it must be a list of gru, lstm, rnn"),
        ("[space]\ncell = {low = 1, high = 2}", "cell is a range; it must be a list of gru"),
        ("[space]\nl2 = {low = 1}", "l2 is a range with low; it reads: {low = 0.0001"),
        ("[space]\nl2 = {low = 0, high = 1, step = 1}", "l2 is a range with low, high, step"),
        ("[space]\nl2 = {low = 1, high = 1}", "l2 goes from 1.0 to 1.0; low must be below high"),
        ("[space]\nl2 = {low = nan, high = 1}", "l2.low has nan; it must be"),
        ("[space]\nl2 = {low = 0, high = inf}", "l2.high has inf; it must be"),
        ("[space]\nl2 = {low = 0, high = 1, log = true}", "a log range from 0.0; low must be"),
        ("[space]\nl2 = {low = 1, high = 2, log = 1}", "l2.log is 1; it must be true or false"),
        ("[space]\nlayers = {low = 1, high = 2.5}", "layers.high has 2.5; it must be"),
        ("[space]\nlayers = {low = 1, high = 99}", "layers: --layers is 99; it must be in 1 to 32"),
        ("[space\n", "line 1: expected ']'"),
        (
            "[space]\nlayers = [1",
            "line 2: unclosed array; a line reads: hidden-size = [16, 32, 64]",
        ),
        ("[" * 100_000, ""),
    ],
)
def test_what_is_no_space_is_refused_with_the_file_the_key_and_what_is_accepted(
    read: Read, text: str, words: str
) -> None:
    with pytest.raises(ConfigError) as error:
        read(text)
    assert str(error.value).startswith("space.toml")
    assert words in str(error.value)
    assert "\x1b" not in str(error.value)


@pytest.mark.parametrize("path", ["nowhere.toml", "", ".", "no\x00name", "x" * 5000])
def test_a_file_that_cannot_be_read_is_refused(read: Read, path: str) -> None:
    with pytest.raises(ConfigError, match=r"there is no such file|cannot be read"):
        read_space(path, Settings())


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "space.toml"
    path.write_bytes(b"[space]\nlayers = [1] # \xff")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        read_space(str(path), Settings())
    path.write_bytes(b"#" * 2_000_000)
    with pytest.raises(ConfigError, match="has more than 1048576 bytes"):
        read_space(str(path), Settings())


@pytest.mark.parametrize("dimension", [Range(1, 4), Range(1, 4, log=True), Range(0.5, 2.0)])
def test_draws_stay_in_the_range_and_reach_both_halves(dimension: Range) -> None:
    random = np.random.RandomState(0)
    drawn = [dimension.rvs(random) for _ in range(200)]
    assert all(dimension.low <= float(number) <= dimension.high for number in drawn)
    assert all(isinstance(number, int) for number in drawn) == dimension.is_whole
    if dimension.is_whole:
        assert set(drawn) == {1, 2, 3, 4}


def test_a_drawn_number_is_short_enough_to_type() -> None:
    random = np.random.RandomState(0)
    assert all(len(str(Range(0.001, 0.01, log=True).rvs(random))) <= 7 for _ in range(50))


def test_magnitudes_are_equally_likely_in_a_log_range() -> None:
    random = np.random.RandomState(0)
    drawn = [float(Range(1e-4, 1.0, log=True).rvs(random)) for _ in range(400)]
    assert np.mean(np.array(drawn) < 1e-2) == pytest.approx(0.5, abs=0.1)


def test_a_choice_changes_what_it_names_and_nothing_else() -> None:
    changed = apply(Settings(), {"hidden-size": 8, "context-length": 9, "l2": 0.5})
    assert changed == Settings(
        window=WindowConfig(context_length=9),
        network=NetworkConfig(hidden_size=8),
        optimisation=TrainConfig(l2=0.5),
    )
    assert get(changed, "hidden-size") == 8
    assert apply(Settings(), {}) == Settings()


def test_every_value_of_the_built_in_space_is_accepted() -> None:
    for name, dimension in default_space(Settings(), (12, 24)).items():
        ends = (dimension.low, dimension.high) if isinstance(dimension, Range) else dimension.values
        for end in ends:
            assert get(apply(Settings(), {name: end}), name) == end


def test_what_was_given_otherwise_is_not_searched_without_a_file() -> None:
    given = Settings(network=NetworkConfig(layers=3), window=WindowConfig(context_length=5))
    assert set(default_space(Settings(), (8,))) - set(default_space(given, (8,))) == {
        "layers",
        "context-length",
    }
