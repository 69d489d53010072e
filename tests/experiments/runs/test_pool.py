"""Workers do all runs, survive what runs do to them, and never outlive their parent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fake_runs
import pytest
from fake_runs import all_gone, gone

from experiments.runs.local import Done, Job, Pool
from experiments.runs.runfile import RunKey, encode_run
from experiments.runs.selftest import check_pool
from sim.core.errors import UserError

Knobs = Callable[..., None]


@pytest.fixture
def knobs(monkeypatch: pytest.MonkeyPatch) -> Knobs:
    return lambda **values: monkeypatch.setenv("FAKE", json.dumps(values))


def job(**changes: Any) -> Job:
    plans = fake_runs.four_plans()
    keys = [RunKey(plan.id, 0, plan.digest(), "test") for plan in plans]
    return Job(**{"plans": plans, "keys": keys, "run": fake_runs.RUN, "check_version": False, **changes})


@pytest.mark.parametrize("workers", [0, 2])
def test_every_task_is_done_once_with_the_right_bytes(workers: int, knobs: Knobs) -> None:
    knobs(fail={"training": [2]}, refuse={"mix": [1]})
    tasks = [(index, seed) for seed in (1, 2, 3) for index in range(4)]
    with Pool(job(), workers) as pool:
        found = {(done.key.scenario, done.key.seed): done for done in pool.results(tasks)}
        again = [done.key.seed for done in pool.results([(0, 7)])]
        pids = pool.pids
    assert again == [7]
    assert len(found) == 12 and all_gone(pids)
    plan = fake_runs.four_plans()[1]
    key = RunKey("credit", 2, plan.digest(), "test")
    assert found["credit", 2] == Done(key, encode_run(fake_runs.records(plan, 2), key))
    failed = found["training", 2]
    assert failed.data is None and failed.error == "ZeroDivisionError: nothing to divide by in training"
    assert "fake_runs.py" in failed.traceback
    assert found["mix", 1].error == "campaign.cadres: no cadre is left"
    assert sum(done.data is None for done in found.values()) == 2


def test_a_worker_that_dies_once_is_replaced_and_its_run_done(knobs: Knobs, tmp_path: Path) -> None:
    once = tmp_path / "die"
    once.touch()
    knobs(die_once=str(once))
    with Pool(job(), 2) as pool:
        found = list(pool.results([(0, seed) for seed in range(8)]))
    assert sorted(done.key.seed for done in found) == list(range(8))
    assert all(done.data for done in found) and not once.exists()


def test_a_run_that_kills_its_worker_counts_as_failed_and_stops_nothing_else(knobs: Knobs) -> None:
    knobs(die={"credit": [1]})
    with Pool(job(), 2) as pool:
        found = list(pool.results([(index, seed) for seed in (0, 1, 2) for index in (0, 1)]))
    failed = [done for done in found if done.data is None]
    assert len(found) == 6 and [(done.key.scenario, done.key.seed) for done in failed] == [("credit", 1)]
    assert "died 2 times (signal 9, SIGKILL)" in failed[0].error


def test_workers_that_cannot_start_are_an_error_not_a_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Pool(job(run="fake_runs:absent"), 1) as pool, pytest.raises(RuntimeError, match="absent"):
        list(pool.results([(0, 1)]))
    (tmp_path / "deadly.py").write_text("import os\nos._exit(7)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with Pool(job(run="deadly:run"), 1) as pool, pytest.raises(RuntimeError, match="exit status 7"):
        list(pool.results([(0, 1)]))


def test_workers_refuse_a_program_that_has_changed_meanwhile() -> None:
    with Pool(job(check_version=True), 1) as pool, pytest.raises(UserError, match="changed while"):
        list(pool.results([(0, 1)]))


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_its_parent(tmp_path: Path, ending: signal.Signals) -> None:
    pids = tmp_path / "pids"
    pids.mkdir()
    environment = {**os.environ, "FAKE": json.dumps({"delay": 60, "pids": str(pids)})}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    more = json.dumps({"workers": 2, "progress": False})
    parent = subprocess.Popen(
        [sys.executable, fake_runs.__file__, str(tmp_path / "results"), "trial", more], env=environment
    )
    try:
        end = time.monotonic() + 20
        while len(list(pids.iterdir())) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        workers = [int(entry.name) for entry in pids.iterdir()]
        assert len(workers) == 2 and not any(gone(pid) for pid in workers)
    finally:
        parent.send_signal(ending)
        parent.wait()
    assert all_gone(workers, 2.0)


def test_the_check_of_the_pool_reports_what_it_did() -> None:
    found = check_pool(runs=12, workers=1)
    assert found.runs == 12 and found.alone_seconds > 0 and found.efficiency > 0
