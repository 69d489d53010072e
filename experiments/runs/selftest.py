"""Do worker processes stay busy, and does their memory stay put? `python -m experiments.runs.selftest`."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from experiments.runs.executor import Executor, SerialExecutor
from experiments.runs.local import LocalExecutor
from experiments.runs.on_dask import DaskExecutor
from experiments.runs.records import RUN, TABLES
from experiments.runs.request import MODEL, Request, Work
from experiments.runs.runfile import RunKey
from experiments.runs.store import Store

_TURN = 50


@dataclass(frozen=True)
class WorkersCheck:
    """What a check of the workers found.

    Attributes:
        runs: Runs done each way.
        alone_seconds: One process, one run after the other, stored.
        workers_seconds: Warm workers, stored by the parent.
        workers: How many.
        growth_mb: Resident memory of parent and workers together at the end, less after the first half.
    """

    runs: int
    alone_seconds: float
    workers_seconds: float
    workers: int
    growth_mb: float

    @property
    def efficiency(self) -> float:
        """1 = n workers are n times as fast as one process."""
        return self.alone_seconds / (self.workers * self.workers_seconds)


def busy_run(plan: Any, seed: int) -> Any:
    """A stand-in for a small run: some 15 ms of arithmetic and the records of 200 households."""
    numbers = np.random.default_rng(seed).random(20_000)
    for _ in range(55):
        numbers = np.sort(np.cos(numbers * 7.0))
    months = np.repeat([12, 24, 36], 200).astype(np.int16)
    rows = len(months)
    records = {
        "table": np.full(rows, "household"),
        "month": months,
        "group": np.full(rows, "all"),
        "name": np.full(rows, "income_yuan"),
        "item": np.tile(np.arange(200), 3),
        "value": numbers[:rows],
    }
    return SimpleNamespace(records=records)


def check_workers(
    plans: Sequence[Any] = (None,),
    run: str = "experiments.runs.selftest:busy_run",
    runs: int = 200,
    workers: int = 2,
    dask: bool = False,
) -> WorkersCheck:
    """Do the same runs in one process and with warm workers, storing both.

    Args:
        plans: Scenarios, taken in turn.
        run: `module:function` of a run.
        runs: How many runs each way.
        workers: How many workers.
        dask: Whether they are those of a Dask cluster on this machine.
    """
    work = Work(RUN, TABLES, run)
    requests = [
        Request(RunKey(f"plan{number % len(plans)}", number, "none", "none"), plans[number % len(plans)], (run, number))
        for number in range(runs)
    ]
    alone = together = 0.0
    with (
        tempfile.TemporaryDirectory() as place,
        Store(Path(place), "alone") as apart,
        Store(Path(place), "shared") as shared,
        closing(_warm(work, workers, dask)) as many,
    ):
        many.start()
        list(many.results(requests[: 6 * workers]))  # so that each worker has had its first, which loads the model
        early = None
        for start in range(0, runs, _TURN):  # by turns, so that a busy neighbour weighs on both alike
            alone += _timed(SerialExecutor(work), apart, requests[start : start + _TURN])
            together += _timed(many, shared, requests[start : start + _TURN])
            if early is None and start + _TURN >= runs / 2:
                early = _resident_mb(many.pids)
        growth = _resident_mb(many.pids) - (early or 0.0)
    return WorkersCheck(runs, alone, together, workers, growth)


def _warm(work: Work, workers: int, dask: bool) -> LocalExecutor | DaskExecutor:
    return DaskExecutor(work, f"dask://local/{workers}") if dask else LocalExecutor(work, workers)


def _timed(executor: Executor, store: Store, requests: Sequence[Request]) -> float:
    start = time.perf_counter()
    for ended in executor.results(requests):
        if ended.data is None:
            raise RuntimeError(f"a run failed: {ended.error}\n{ended.traceback}")
        store.write_run(ended.request.key, ended.data)
    return time.perf_counter() - start


def _resident_mb(pids: Sequence[int]) -> float:
    total = 0.0
    for pid in ("self", *pids):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1]) / 1024
    return total


def main() -> None:
    """Print the check; exit status 1 when efficiency is under 0.9 or memory grows."""
    parser = argparse.ArgumentParser(prog="python -m experiments.runs.selftest", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--scenario", type=Path, help="a real scenario to run (default: a stand-in of 15 ms)")
    parser.add_argument("--dask", action="store_true", help="workers of a Dask cluster on this machine")
    asked = parser.parse_args()
    if asked.scenario:
        from sim import load_plan, warm_up

        warm_up()
        found = check_workers([load_plan(asked.scenario)], MODEL, asked.runs, asked.workers, asked.dask)
    else:
        found = check_workers(runs=asked.runs, workers=asked.workers, dask=asked.dask)
    print(
        f"{found.runs} runs: one process {found.alone_seconds:.2f} s, {found.workers} warm "
        f"{'Dask workers' if asked.dask else 'workers'} "
        f"{found.workers_seconds:.2f} s; efficiency {found.efficiency:.2f}; memory grew by {found.growth_mb:.1f} MB"
    )
    raise SystemExit(0 if found.efficiency >= 0.9 and found.growth_mb < 20 else 1)


if __name__ == "__main__":
    main()
