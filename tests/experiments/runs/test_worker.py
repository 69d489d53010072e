"""Workers that serve a folder: the same bytes, each run by one of them, and a killed one loses the run it is at."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import fake_runs
import pytest
from test_executor import request, work

from experiments.compare.run import compare
from experiments.runs.executor import Ended, attempt, load
from experiments.runs.posted import Board, FolderExecutor, Round
from experiments.runs.worker import TRIES, serve
from sim.core.errors import UserError

LEASE = 1.0


def compared(results: Path, workers: int | str, replicates: int = 4) -> dict[str, bytes]:
    made = compare(
        fake_runs.four_plans(), name="asked", results=results, replicates=replicates, workers=workers,
        run=fake_runs.RUN, program="test", progress=False, command="the same",
    )  # fmt: skip
    files = (file for file in made.rglob("*") if file.is_file() and not file.name.startswith("."))
    return {file.relative_to(made).as_posix(): file.read_bytes() for file in files}


def started(folder: Path, pids: Path, **knobs: object) -> subprocess.Popen[bytes]:
    pids.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment["FAKE"] = json.dumps({"pids": str(pids), **knobs})
    words = ["worker", str(folder), "--lease", str(LEASE), "--idle", "20", "-q"]
    return subprocess.Popen([sys.executable, "-c", "from experiments.cli import main; main()", *words], env=environment)


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_one_of_two_workers_is_killed_and_the_folder_is_the_same(tmp_path: Path) -> None:
    folder, pids = tmp_path / "there" / "asked", tmp_path / "pids"
    slow, quick = started(folder, pids, delay=60), started(folder, tmp_path / "more")
    try:
        found: list[dict[str, bytes]] = []
        asking = threading.Thread(target=lambda: found.append(compared(tmp_path / "there", "folder")))
        asking.start()
        until(lambda: any(pids.iterdir()))  # it is at a run, and will be for a minute
        slow.kill()
        asking.join(60)
        assert found == [compared(tmp_path / "here", 0)]
        assert not (folder / ".queue").exists()
        assert quick.wait(20) == 0  # the experiment is complete: nobody has to tell it
    finally:
        for one in (slow, quick):
            one.kill()
            one.wait()


def ask(board: Path, *wanted: tuple[int, int]) -> tuple[list[Ended], threading.Thread]:
    found: list[Ended] = []
    executor = FolderExecutor(work(), board)
    asking = threading.Thread(target=lambda: found.extend(executor.results([request(*one) for one in wanted])))
    asking.start()
    until(lambda: len(Board(board).rounds()) == 1)
    return found, asking


def test_a_run_that_silences_its_workers_counts_as_failed(tmp_path: Path) -> None:
    found, asking = ask(tmp_path, (0, 1), (1, 2))
    board = Board(tmp_path)
    for trial in range(1, TRIES + 1):
        claim = board.file(board.rounds()[0], 0, f"try{trial}")
        claim.touch()
        os.utime(claim, (1.0, 1.0))
    assert serve(tmp_path, lease_seconds=LEASE, idle_seconds=0.5) == 1
    asking.join(10)
    assert {one.request.key.seed: bool(one.data) for one in found} == {1: False, 2: True}
    assert "fell silent" in next(one.error for one in found if not one.data)


def test_a_live_worker_keeps_its_run(tmp_path: Path) -> None:
    found, asking = ask(tmp_path, (0, 1), (1, 2))
    board = Board(tmp_path)
    held = board.file(board.rounds()[0], 0, "try1")
    held.touch()
    assert serve(tmp_path, lease_seconds=60, idle_seconds=0.3) == 1
    assert not board.file(board.rounds()[0], 0, "try2").exists()
    held.unlink()
    serve(tmp_path, idle_seconds=0.3)
    asking.join(10)
    assert len(found) == 2 and all(one.data for one in found)


def test_whoever_asked_is_killed_and_goes_on_with_what_was_done(tmp_path: Path) -> None:
    wanted = [request(index, seed) for seed in (1, 2) for index in range(4)]
    board = Board(tmp_path)
    file = board.hang(Round.of(work(), wanted))
    assert serve(tmp_path, idle_seconds=0.3) == 8  # nobody waits, and all is done
    board.file(file, 5, "done").write_bytes(b"")  # stored, then asked for once more
    later = FolderExecutor(work(), tmp_path).results(wanted[2:6])
    first = [next(later) for _ in range(3)]
    function = load(work())
    for one in first:
        assert one.data == attempt(function, work().tables, one.request.key, one.request.plan, one.request.arguments)[0]
    asking = threading.Thread(target=lambda: first.append(next(later)))
    asking.start()
    assert serve(tmp_path, idle_seconds=0.5) == 1
    asking.join(10)
    later.close()
    assert {one.request.key for one in first} == {one.key for one in wanted[2:6]}
    assert not board.place.exists()


def test_other_work_is_taken_down_and_another_program_refused(tmp_path: Path) -> None:
    Board(tmp_path).hang(Round.of(work(code_version="another"), [request(0, 1)]))
    with pytest.raises(UserError, match="changed"):
        serve(tmp_path, idle_seconds=0.3)
    assert not [one for one in Board(tmp_path).place.iterdir() if ".try" in one.name]  # given back
    found, asking = ask(tmp_path, (0, 1))
    until(lambda: pickle.loads(Board(tmp_path).rounds()[0].read_bytes()).work == work())
    serve(tmp_path, idle_seconds=0.3)
    asking.join(10)
    assert found[0].data


@pytest.mark.parametrize("ending", [signal.SIGTERM])
def test_a_worker_whose_time_is_up_gives_its_run_back(tmp_path: Path, ending: signal.Signals) -> None:
    Board(tmp_path).hang(Round.of(work(), [request(0, 1)]))
    one = started(tmp_path, tmp_path / "pids", delay=60)
    try:
        until(lambda: any((tmp_path / "pids").iterdir()))
        one.send_signal(ending)
        assert one.wait(20) == 130
        assert not [file for file in Board(tmp_path).place.iterdir() if ".try" in file.name]
    finally:
        one.kill()
        one.wait()
