"""With real processes: one cluster of this machine for all tests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from forecast_cli.engine_config import EngineConfig
from forecast_cli.errors import DataError, EngineError
from tests import works
from tests.part_files import ignore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from forecast_cli.engines.cluster import Cluster

pytest.importorskip("ray")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def importable() -> Iterator[None]:
    """The processes of a cluster find the package and the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
        yield


@pytest.fixture(scope="module")
def cluster(importable: None) -> Iterator[Cluster]:
    from forecast_cli.engines.cluster import connected

    with connected(EngineConfig(engine="ray", workers=2)) as cluster:
        yield cluster


def test_a_local_cluster_has_the_workers_that_are_asked_for(cluster: Cluster) -> None:
    assert cluster.workers == 2


def test_results_come_in_the_order_of_the_parts(cluster: Cluster) -> None:
    numbers = list(range(7))
    doubled = cluster.run(works.doubling, numbers, 7, hear=ignore)
    assert doubled == [2 * number for number in numbers]


def test_what_work_says_is_heard_in_order(cluster: Cluster) -> None:
    heard: dict[int, list[str]] = {0: [], 1: []}
    cluster.run(works.doubling, [3, 1], 2, hear=lambda number, said: heard[number].append(said))
    assert heard == {0: ["doubling 3", "done"], 1: ["doubling 1", "done"]}


def test_no_parts_are_no_work(cluster: Cluster) -> None:
    assert cluster.run(works.doubling, [], 0, hear=ignore) == []


def test_a_fault_of_the_user_comes_back_as_it_was_raised(cluster: Cluster) -> None:
    with pytest.raises(DataError, match=r"^-1 is negative$"):
        cluster.run(works.refusing, [1, -1], 2, hear=ignore)


def test_a_bug_comes_back_as_itself(cluster: Cluster) -> None:
    with pytest.raises(ZeroDivisionError):
        cluster.run(works.broken, [1, 0], 2, hear=ignore)


def test_too_little_memory_comes_back_as_itself(cluster: Cluster) -> None:
    with pytest.raises(MemoryError):
        cluster.run(works.dividing_memory, "", 1, hear=ignore)


def test_work_whose_process_is_killed_is_done_again_and_heard_once(
    cluster: Cluster, tmp_path: Path
) -> None:
    heard: list[tuple[int, str]] = []

    def hear(number: int, said: str) -> None:
        heard.append((number, said))

    assert cluster.run(works.dying_once, str(tmp_path), 2, hear=hear) == [0, 1]
    assert sorted(heard) == [(0, "first"), (0, "second"), (1, "first"), (1, "second")]


def test_work_that_kills_its_process_each_time_is_given_up(cluster: Cluster) -> None:
    with pytest.raises(EngineError, match="lost the work on part 1 for good"):
        cluster.run(works.always_dying, "", 1, hear=ignore)
