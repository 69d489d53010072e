"""Executors do all runs, survive what runs do to them, and leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import fake_runs
import pytest
from fake_runs import all_gone, gone

from experiments.runs.executor import Ended, Executor, SerialExecutor
from experiments.runs.local import LocalExecutor, next_for
from experiments.runs.records import RUN, TABLES, split
from experiments.runs.request import Request, Work
from experiments.runs.runfile import RunKey, encode_run
from experiments.runs.selftest import check_workers
from experiments.runs.where import executor_for
from sim.core.errors import UserError

Knobs = Callable[..., None]
PLANS = fake_runs.four_plans()


@pytest.fixture
def knobs(monkeypatch: pytest.MonkeyPatch) -> Knobs:
    return lambda **values: monkeypatch.setenv("FAKE", json.dumps(values))


def work(**changes: Any) -> Work:
    return Work(**{"call": RUN, "tables": TABLES, **changes})


def local(workers: int = 2, **changes: Any) -> LocalExecutor:
    return LocalExecutor(work(**changes), workers)


def request(index: int, seed: int) -> Request:
    plan = PLANS[index]
    return Request(RunKey(plan.id, seed, plan.digest(), "test"), plan, (fake_runs.RUN, seed))


def done(executor: Executor, *wanted: tuple[int, int]) -> list[Ended]:
    return list(executor.results([request(*one) for one in wanted]))


@pytest.fixture(params=["serial", "local"])
def executor(request: pytest.FixtureRequest) -> Executor:
    return SerialExecutor(work()) if request.param == "serial" else local()


def test_every_run_is_done_once_with_the_right_bytes(executor: Executor, knobs: Knobs) -> None:
    knobs(fail={"training": [2]}, refuse={"mix": [1]})
    with closing(executor):
        wanted = [(index, seed) for seed in (1, 2, 3) for index in range(4)]
        found = {(one.request.key.scenario, one.request.key.seed): one for one in done(executor, *wanted)}
        again = done(executor, (0, 7))
    assert [one.request.key.seed for one in again] == [7] and again[0].data
    assert len(found) == 12
    key = RunKey("credit", 2, PLANS[1].digest(), "test")
    assert found["credit", 2].request.key == key
    assert found["credit", 2].data == encode_run(TABLES, split(fake_runs.records(PLANS[1], 2)), key)
    failed = found["training", 2]
    assert failed.data is None and failed.error == "ZeroDivisionError: nothing to divide by in training"
    assert "fake_runs.py" in failed.traceback
    assert found["mix", 1].error == "campaign.cadres: no cadre is left"
    assert sum(one.data is None for one in found.values()) == 2


def test_what_is_asked_for_after_an_early_end_is_all_that_comes(executor: Executor) -> None:
    with closing(executor):
        with closing(executor.results([request(0, seed) for seed in range(6)])) as results:
            next(results)
        assert sorted(one.request.key.seed for one in done(executor, (1, 10), (1, 11), (1, 12))) == [10, 11, 12]


def test_what_cannot_be_called_is_an_error_not_a_failure_of_each_run(executor: Executor) -> None:
    absent = type(executor)(work(call="fake_runs:absent"))
    with closing(absent), pytest.raises(RuntimeError, match="absent"):
        done(absent, (0, 1))


def test_a_program_that_has_changed_meanwhile_is_refused(executor: Executor) -> None:
    changed = type(executor)(work(code_version="another"))
    with closing(changed), pytest.raises(UserError, match="changed while"):
        done(changed, (0, 1))


def test_nothing_is_started_for_nothing_and_all_is_ended() -> None:
    many = local()
    assert not done(many) and not many.pids
    done(many, (0, 1), (0, 2), (0, 3))
    pids = many.pids
    assert len(pids) == 2
    many.close()
    assert all_gone(pids)


def test_no_workers_means_this_process() -> None:
    assert isinstance(executor_for(work(), 0), SerialExecutor)
    assert isinstance(executor_for(work()), LocalExecutor)


def test_a_plan_goes_to_a_worker_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = (
        "import os\nfrom types import SimpleNamespace\nimport fake_runs\n\n\n"
        "class Plan:\n"
        "    def __setstate__(self, state):\n"
        f"        open({str(tmp_path / 'arrived')!r}, 'a').write('here\\n')\n\n"
        "    def __getstate__(self):\n        return 1\n\n\n"
        "def run(plan, seed):\n"
        "    return SimpleNamespace(records=fake_runs.records(fake_runs.plan('baseline'), seed))\n"
    )
    (tmp_path / "told_once.py").write_text(module)
    monkeypatch.syspath_prepend(str(tmp_path))
    import told_once  # type: ignore[import-not-found]

    plan = told_once.Plan()
    wanted = [Request(RunKey("a", seed, "", ""), plan, ("told_once:run", seed)) for seed in range(6)]
    with closing(local(1)) as one:
        assert all(ended.data for ended in one.results(wanted[:3]))
        assert all(ended.data for ended in one.results(wanted[3:]))
    assert (tmp_path / "arrived").read_text() == "here\n"


def test_a_worker_is_given_what_goes_with_its_last() -> None:
    def wanted(together: object) -> Request:
        return Request(RunKey("a", 0, "", ""), None, (), together=together)

    waiting = deque(wanted(seed) for seed in (1, 2) for _ in range(3))
    last: dict[int, Any] = {0: None, 1: None}
    given: dict[int, list[Any]] = {0: [], 1: []}
    for turn in range(6):
        last[turn % 2] = next_for(last[turn % 2], set(last.values()), waiting).together
        given[turn % 2].append(last[turn % 2])
    assert given == {0: [1, 1, 1], 1: [2, 2, 2]}
    waiting = deque(wanted(None) for _ in range(3))
    first = waiting[0]
    assert next_for(None, {None}, waiting) is first  # nothing in common: in the order asked for


def test_a_worker_that_dies_once_is_replaced_and_its_run_done(knobs: Knobs, tmp_path: Path) -> None:
    once = tmp_path / "die"
    once.touch()
    knobs(die_once=str(once))
    with closing(local()) as many:
        found = done(many, *((0, seed) for seed in range(8)))
    assert sorted(one.request.key.seed for one in found) == list(range(8))
    assert all(one.data for one in found) and not once.exists()


def test_a_run_that_kills_its_worker_counts_as_failed_and_stops_nothing_else(knobs: Knobs) -> None:
    knobs(die={"credit": [1]})
    with closing(local()) as many:
        found = done(many, *((index, seed) for seed in (0, 1, 2) for index in (0, 1)))
    failed = [one for one in found if one.data is None]
    assert len(found) == 6
    assert [(one.request.key.scenario, one.request.key.seed) for one in failed] == [("credit", 1)]
    assert "died 2 times (signal 9, SIGKILL)" in failed[0].error


def test_workers_that_cannot_start_are_an_error_not_a_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deadly.py").write_text("import os\nos._exit(7)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with closing(local(1, call="deadly:run")) as one, pytest.raises(RuntimeError, match="exit status 7"):
        done(one, (0, 1))


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
        end = time.monotonic() + 60  # a busy machine takes its time to start a program
        while len(list(pids.iterdir())) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        workers = [int(entry.name) for entry in pids.iterdir()]
        assert len(workers) == 2 and not any(gone(pid) for pid in workers)
    finally:
        parent.send_signal(ending)
        parent.wait()
    assert all_gone(workers, 2.0)


def test_the_check_of_the_workers_reports_what_it_did() -> None:
    found = check_workers(runs=12, workers=1)
    assert found.runs == 12 and found.alone_seconds > 0 and found.efficiency > 0
