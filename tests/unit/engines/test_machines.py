"""Whole commands on clusters of their own, of which nodes are killed."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from forecast_cli import workflows
from forecast_cli.config import EvaluationConfig, PredictionConfig, WindowConfig
from forecast_cli.defaults import plan_windows
from forecast_cli.engine_config import EngineConfig
from forecast_cli.errors import EngineError
from forecast_cli.fitting import fit
from forecast_cli.partitions import evaluate_parts, predict_parts
from forecast_cli.training import Workshop
from forecast_cli.tune_config import SearchConfig, TuneConfig
from forecast_cli.tune_workflow import tune
from tests import works
from tests.panels import make_panel, wave
from tests.part_files import (
    SETTINGS,
    contents,
    ignore,
    parts_config,
    write_files,
    write_model_and_files,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from forecast_cli.committee import Committee
    from forecast_cli.progress import ProgressEvent

pytest.importorskip("ray")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
STORE_BYTES = 100 * 1024 * 1024
QUIETLY: Any = {"wanted": PredictionConfig(), "tell": ignore, "progress": ignore}


@pytest.fixture(scope="module")
def importable() -> Iterator[None]:
    """The processes of a cluster find the package and the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
        yield


class Machines:
    """A head without CPUs, and nodes with one each, that can be killed."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        self._cluster: Any = Cluster(
            initialize_head=True,
            head_node_args={"num_cpus": 0, "object_store_memory": STORE_BYTES},
        )
        self.config = EngineConfig(engine="ray", workers=2, address=self._cluster.address)
        self._nodes = [self._add(), self._add()]

    def _add(self) -> Any:
        return self._cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES)

    def kill_one(self) -> None:
        self._cluster.remove_node(self._nodes.pop(), allow_graceful=False)

    def end(self) -> None:
        self._cluster.shutdown()


@pytest.fixture
def machines(importable: None) -> Iterator[Machines]:
    machines = Machines()
    yield machines
    machines.end()


def test_a_node_killed_in_the_middle_of_training_changes_no_bit(machines: Machines) -> None:
    from forecast_cli.engines.cluster import connected

    panel = make_panel(wave(90), wave(70, seed=1))
    plan = plan_windows(panel, WindowConfig(horizon=6), ignore)
    expected = fit(panel, plan, SETTINGS, tell=ignore, progress=ignore)
    events: list[ProgressEvent] = []

    def kill_in_the_middle(event: ProgressEvent) -> None:
        events.append(event)
        if len(events) == 2:
            machines.kill_one()

    with connected(machines.config) as cluster:
        fitted = fit(
            panel,
            plan,
            SETTINGS,
            tell=ignore,
            progress=kill_in_the_middle,
            workshop=Workshop(cluster),
        )
    assert len(events) > 2
    assert_same_committee(fitted.committee, expected.committee)
    assert np.array_equal(fitted.widths, expected.widths)


def assert_same_committee(one: Committee, other: Committee) -> None:
    assert one.simple_weights == other.simple_weights
    assert len(one.members) == len(other.members) > 0
    for mine, theirs in zip(one.members, other.members, strict=True):
        assert (mine.weight, mine.epochs) == (theirs.weight, theirs.epochs)
        assert mine.weights.keys() == theirs.weights.keys()
        assert all(
            np.array_equal(mine.weights[name], theirs.weights[name]) for name in mine.weights
        )


def test_a_node_killed_in_the_middle_of_predicting_changes_no_part(
    machines: Machines, tmp_path: Path
) -> None:
    model, data = write_model_and_files(tmp_path, n_files=6)
    predict_parts(data, model, parts=parts_config(tmp_path / "local"), **QUIETLY)

    def kill_in_the_middle(event: ProgressEvent) -> None:
        if event.epoch == 2:
            machines.kill_one()

    predict_parts(
        data,
        model,
        parts=parts_config(tmp_path / "ray", machines.config),
        **QUIETLY | {"progress": kill_in_the_middle},
    )
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")
    assert len(contents(tmp_path / "ray")) == 6


@pytest.fixture
def local_ray(importable: None) -> EngineConfig:
    return EngineConfig(engine="ray", workers=2)


def test_a_checkpoint_trained_on_a_cluster_is_that_of_one_machine(
    local_ray: EngineConfig, tmp_path: Path
) -> None:
    (source,) = write_files(tmp_path, 1)
    made = [
        workflows.train(
            str(source),
            str(tmp_path / "model.forecast"),
            settings=replace(SETTINGS, engine=engine),
            tell=ignore,
            progress=ignore,
        )[0]
        for engine in (EngineConfig(), local_ray)
    ]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("begun_on", "ended_on"), [("ray", "ray"), ("ray", "local"), ("local", "ray")]
)
def test_a_training_that_was_interrupted_is_resumed_on_either_engine(
    importable: None, tmp_path: Path, begun_on: str, ended_on: str
) -> None:
    (source,) = write_files(tmp_path, 1)
    engines = {"local": EngineConfig(), "ray": EngineConfig(engine="ray", workers=2)}
    told: list[str] = []

    def train(name: str, engine: EngineConfig, *, resume: bool, progress: Any) -> bytes:
        return workflows.train(
            str(source),
            str(tmp_path / name),
            settings=replace(SETTINGS, engine=engine),
            resume=resume,
            tell=lambda notice: told.append(notice.text),
            progress=progress,
        )[0]

    def interrupt_in_the_middle(event: ProgressEvent) -> None:
        if event.epoch == event.epochs:
            raise KeyboardInterrupt

    whole = train("whole.forecast", EngineConfig(), resume=False, progress=ignore)
    with pytest.raises(KeyboardInterrupt):
        train("m.forecast", engines[begun_on], resume=False, progress=interrupt_in_the_middle)
    assert not (tmp_path / "m.forecast").exists()
    resumed = train("m.forecast", engines[ended_on], resume=True, progress=ignore)
    assert any("going on with" in message for message in told)
    assert resumed == whole


def test_a_search_on_a_cluster_ends_as_on_one_machine(
    local_ray: EngineConfig, tmp_path: Path
) -> None:
    (source,) = write_files(tmp_path, 1)
    made = [
        tune(
            str(source),
            "-",
            config=TuneConfig(
                search=SearchConfig(trials=4), settings=replace(SETTINGS, engine=engine)
            ),
            tell=ignore,
            progress=ignore,
        )
        for engine in (EngineConfig(), local_ray)
    ]
    (checkpoint, report), (other_checkpoint, other) = made
    assert checkpoint == other_checkpoint
    assert [t.errors for t in report.trials] == [t.errors for t in other.trials]
    assert [t.outcome for t in report.trials] == [t.outcome for t in other.trials]
    assert report.command == other.command


def test_an_evaluation_on_a_cluster_is_that_of_one_machine(
    local_ray: EngineConfig, tmp_path: Path
) -> None:
    model, data = write_model_and_files(tmp_path, n_files=3)
    reports = [
        evaluate_parts(
            data,
            model,
            scoring=EvaluationConfig(),
            parts=parts_config(tmp_path / engine.engine, engine),
            tell=ignore,
            progress=ignore,
        )
        for engine in (EngineConfig(), local_ray)
    ]
    assert reports[0] == reports[1]
    assert contents(tmp_path / "ray") == contents(tmp_path / "local")


def test_work_on_a_cluster_that_is_interrupted_leaves_no_process(importable: None) -> None:
    from forecast_cli.engines.cluster import connected

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = children()
    with (
        pytest.raises(KeyboardInterrupt),
        connected(EngineConfig(engine="ray", workers=1)) as cluster,
    ):
        cluster.run(works.endless, "", 1, hear=interrupt)
    assert children() == before


def children() -> list[str]:
    """The processes that this one started and that are there."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1:1", "no Ray cluster answers there"),
        ("nowhere", "an address is HOST:PORT"),
    ],
)
def test_an_address_where_nobody_answers_is_told_at_once(address: str, words: str) -> None:
    from forecast_cli.engines.cluster import connected

    with (
        pytest.raises(EngineError, match=words),
        connected(EngineConfig(engine="ray", address=address)),
    ):
        pass
