"""A Dask cluster does the same runs to the same bytes, and a worker that is killed loses nothing but time."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import fake_runs
import pytest
from test_executor import Knobs, done, knobs, request, work  # noqa: F401

from experiments.compare.run import compare
from experiments.runs.executor import SerialExecutor
from experiments.runs.on_dask import DaskExecutor
from experiments.runs.where import asked_for, check_workers
from sim.core.errors import UserError

pytest.importorskip("distributed", reason="the extra 'dask' is not installed")


@pytest.fixture
def cluster(knobs: Knobs, tmp_path: Path) -> Iterator[DaskExecutor]:  # noqa: F811
    once = tmp_path / "die"
    once.touch()
    knobs(die_once=str(once), fail={"training": [2]}, refuse={"mix": [1]}, die={"credit": [4]})
    with closing(DaskExecutor(work(), "dask://local/2")) as executor:
        yield executor
    assert not once.exists()


def test_the_same_bytes_though_workers_die(cluster: DaskExecutor) -> None:
    wanted = [(index, seed) for seed in (1, 2, 3) for index in range(4)]
    found = {one.request.key: one for one in done(cluster, *wanted)}
    os.kill(cluster.pids[0], signal.SIGKILL)
    more = done(cluster, (0, 7), (1, 4), (0, 8), (0, 9))  # that of (1, 4) kills whoever is at it
    alone = done(SerialExecutor(work()), *wanted)
    assert len(found) == 12 and sum(one.data is None for one in found.values()) == 2
    for one in alone:
        assert (found[one.request.key].data, found[one.request.key].error) == (one.data, one.error)
    assert {one.request.key.seed: bool(one.data) for one in more} == {7: True, 4: False, 8: True, 9: True}
    assert "died" in next(one.error for one in more if not one.data)


def test_a_comparison_on_dask_leaves_the_same_folder(tmp_path: Path) -> None:
    def folder(name: str, workers: int | str) -> dict[str, bytes]:
        made = compare(
            fake_runs.four_plans(), name="asked", results=tmp_path / name, replicates=2, workers=workers,
            run=fake_runs.RUN, program="test", progress=False, command="the same",
        )  # fmt: skip
        files = (file for file in made.rglob("*") if file.is_file() and not file.name.startswith("."))
        return {file.relative_to(made).as_posix(): file.read_bytes() for file in files}

    here, there = folder("here", 0), folder("there", "dask://local/1")
    assert here == there and len(here) > 10


def test_what_is_no_place_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.runs.on_dask._WAIT", "1s")
    for wrong in ("dask://", "dask://host", "slurm", "dask://local/0"):
        with pytest.raises(UserError, match="nowhere"):
            check_workers(wrong)
    assert asked_for(3, "dask://local") == "dask://local/3" and asked_for(3, None) == 3
    with pytest.raises(UserError, match="own workers"):
        asked_for(3, "folder")
    with closing(DaskExecutor(work(), "dask://127.0.0.1:9")) as absent, pytest.raises(UserError, match="no Dask"):
        list(absent.results([request(0, 1)]))
