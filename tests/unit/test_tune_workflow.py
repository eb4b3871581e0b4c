import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from forecast_cli import tune_workflow, workflows
from forecast_cli.config import NetworkConfig, Settings, TrainConfig, WindowConfig
from forecast_cli.errors import CheckpointError, ConfigError, DataError
from forecast_cli.notices import Notice
from forecast_cli.progress import ProgressEvent
from forecast_cli.search_space import apply
from forecast_cli.tune_config import SearchConfig, TuneConfig
from forecast_cli.tuning_findings import TuneReport
from tests.panels import wave

pytestmark = pytest.mark.slow

QUICK = Settings(
    window=WindowConfig(horizon=4),
    network=NetworkConfig(hidden_size=4),
    optimisation=TrainConfig(epochs=1, steps_per_epoch=3, batch_size=32, members=1, threads=1),
)
SPACE = "[space]\nhidden-size = [4, 6]\nlearning-rate = [0.002, 0.02]\n"


def write_series(path: Path, *series: list[float]) -> str:
    rows = [f"s{n},{2000 + t},{y}" for n, ys in enumerate(series) for t, y in enumerate(ys)]
    path.write_text("\n".join(["item,Year,sales", *rows]) + "\n")
    return str(path)


@pytest.fixture
def data(tmp_path: Path) -> str:
    return write_series(tmp_path / "data.csv", wave(60), wave(52, seed=1))


@pytest.fixture
def config(tmp_path: Path) -> TuneConfig:
    path = tmp_path / "space.toml"
    path.write_text(SPACE)
    return TuneConfig(search=SearchConfig(space=str(path), trials=5), settings=QUICK)


def tune(
    data: str,
    output: Path | str,
    config: TuneConfig,
    *,
    resume: bool = False,
    told: list[str] | None = None,
    stop_after: int = 0,
) -> tuple[bytes, TuneReport]:
    def tell(notice: Notice) -> None:
        if told is not None:
            told.append(notice.text)

    def progress(event: ProgressEvent) -> None:
        if event.unit == "trial" and event.epoch == stop_after:
            raise KeyboardInterrupt

    return tune_workflow.tune(
        data, str(output), config=config, resume=resume, tell=tell, progress=progress
    )


def without_times(report: TuneReport) -> TuneReport:
    unseen = report.unseen
    if unseen is not None:
        unseen = replace(unseen, rows=tuple(replace(row, seconds=0) for row in unseen.rows))
    return replace(
        report,
        trials=tuple(replace(trial, seconds=0) for trial in report.trials),
        unseen=unseen,
        training=replace(report.training, seconds=0),
        seconds=0,
    )


def test_the_checkpoint_is_what_train_makes_with_the_settings_of_the_winner(
    data: str, tmp_path: Path, config: TuneConfig
) -> None:
    told: list[str] = []
    checkpoint, report = tune(data, tmp_path / "m.forecast", config, told=told)
    assert (report.search, len(report.trials)) == ("grid", 4)
    assert (tmp_path / "m.forecast").read_bytes() == checkpoint
    settings = report.trials[report.winner].settings
    choice = {
        name: float(value) if "." in value else int(value) for name, value in settings.items()
    }
    trained, _ = workflows.train(
        data, "-", settings=apply(QUICK, choice), tell=lambda _: None, progress=lambda _: None
    )
    assert trained == checkpoint
    words = shlex.split(report.command)
    assert words[:3] == ["forecast", "train", data]
    for name, value in settings.items():
        assert words[words.index(f"--{name}") + 1] == value
    assert words[-2:] == ["--output", str(tmp_path / "m.forecast")]
    assert report.training.checkpoint == str(tmp_path / "m.forecast")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "data.csv",
        "m.forecast",
        "space.toml",
    ]
    assert any(text.startswith("searching hidden-size, learning-rate by grid") for text in told)


def test_what_tuning_brought_is_measured_on_what_the_search_did_not_see(
    data: str, tmp_path: Path, config: TuneConfig
) -> None:
    _, report = tune(data, "-", config)
    if report.winner == 0:
        assert (report.unseen, report.gain) == (None, None)
    else:
        assert report.unseen is not None
        errors = {row.model: row.mase for row in report.unseen.rows}
        assert errors["tuned"] is not None
        assert errors["defaults"] is not None
        assert report.gain == pytest.approx(1 - errors["tuned"] / errors["defaults"])
    changed = write_series(tmp_path / "new.csv", [*wave(60)[:-4], 1, 900, 2, 3], wave(52, seed=1))
    _, other = tune(changed, "-", config)
    assert [t.errors for t in other.trials] == [t.errors for t in report.trials]
    assert other.winner == report.winner


def test_a_resumed_search_ends_with_the_same_bytes_and_leaves_nothing_else(
    data: str, tmp_path: Path, config: TuneConfig
) -> None:
    undisturbed, report = tune(data, tmp_path / "one.forecast", config)
    output, told = tmp_path / "m.forecast", list[str]()
    with pytest.raises(KeyboardInterrupt):
        tune(data, output, config, stop_after=3)
    state = tmp_path / "m.forecast.state"
    before = state.read_bytes()
    changed = write_series(tmp_path / "other.csv", wave(60), wave(52, seed=2))
    with pytest.raises(CheckpointError, match="the data differ"):
        tune(changed, output, config, resume=True)
    other = replace(config, settings=replace(QUICK, network=NetworkConfig(hidden_size=5)))
    with pytest.raises(CheckpointError, match="--hidden-size was 4 and is 5"):
        tune(data, output, other, resume=True)
    assert state.read_bytes() == before
    checkpoint, resumed = tune(data, output, config, resume=True, told=told)
    assert any("going on after 3 trials" in text for text in told)
    assert checkpoint == undisturbed
    renamed = resumed.command.replace("m.forecast", "one.forecast")
    same = replace(resumed.training, checkpoint=str(tmp_path / "one.forecast"))
    assert without_times(replace(resumed, command=renamed, training=same)) == without_times(report)
    assert not state.exists()


def test_without_a_file_the_space_suits_the_panel(data: str) -> None:
    told: list[str] = []
    config = TuneConfig(search=SearchConfig(trials=1), settings=QUICK)
    _, report = tune(data, "-", config, told=told)
    assert report.search == "random"
    # The hidden size and the batch size were given.
    assert set(report.trials[1].settings) <= {
        *("layers", "dropout", "context-length", "learning-rate", "l2")
    }
    assert not any("--effort fast" in text for text in told)


def test_trials_with_less_effort_than_the_winner_are_told(data: str, tmp_path: Path) -> None:
    told: list[str] = []
    settings = replace(QUICK, optimisation=replace(QUICK.optimisation, members=None))
    space = tmp_path / "space.toml"
    space.write_text("[space]\nlayers = [2]\n")
    config = TuneConfig(search=SearchConfig(space=str(space)), settings=settings)
    _, report = tune(data, "-", config, told=told)
    assert "trials are trained with --effort fast, the winner with --effort normal" in told
    assert report.effort == "fast"
    assert len(report.training.members) == 6
    space.write_text("[space]\nmembers = [2]\n")
    _, report = tune(data, "-", config)
    assert report.effort == "normal"


def test_the_time_limit_is_shared(data: str, tmp_path: Path, config: TuneConfig) -> None:
    optimisation = replace(QUICK.optimisation, time_limit=60.0)
    told: list[str] = []
    limited = replace(config, settings=replace(QUICK, optimisation=optimisation))
    _, report = tune(data, "-", limited, told=told)
    assert (
        "--time-limit: 30 seconds to search, 15 to compare with the defaults, and 15 to train "
        "the winner"
    ) in told
    assert "--time-limit 15.0" in report.command


@pytest.mark.parametrize(
    ("search", "words"),
    [
        (SearchConfig(space="nowhere.toml"), "there is no such file"),
        (SearchConfig(method="grid", trials=1), "the grid has 4 combinations"),
    ],
)
def test_a_bad_space_is_refused_before_the_data_are_read(
    config: TuneConfig, search: SearchConfig, words: str
) -> None:
    space = search.space or config.search.space
    with pytest.raises(ConfigError, match=words):
        tune("nowhere.csv", "-", replace(config, search=replace(search, space=space)))


def test_data_too_short_to_search_leave_no_file(tmp_path: Path, config: TuneConfig) -> None:
    data = write_series(tmp_path / "short.csv", wave(15))
    with pytest.raises(DataError, match="too few to search for settings; use forecast train"):
        tune(data, tmp_path / "m.forecast", config)
    assert not list(tmp_path.glob("m.forecast*"))
