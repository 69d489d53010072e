"""Many runs from Python: `run_many(plans, seeds)` gives each its result, in worker processes, and stores nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.runs.progress import Progress, compile_first
from experiments.runs.records import RECORDS
from experiments.runs.request import Request, Work
from experiments.runs.runfile import Columns, RunFile, RunKey, Table
from experiments.runs.where import Workers, check_workers, executor_for
from sim.core.errors import UserError
from sim.running import RunResult, run
from sim.scenario import Plan

if TYPE_CHECKING:
    from pandas import DataFrame

AUDIT = Table("audit", {"value": "float64"})


class Runs(Mapping[tuple[str, int], RunResult]):
    """The results of many runs, by (scenario, seed)."""

    def __init__(self, results: Mapping[tuple[str, int], RunResult]) -> None:
        self._results = dict(results)

    def __getitem__(self, which: tuple[str, int]) -> RunResult:
        return self._results[which]

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def panel(self) -> DataFrame:
        """`RunResult.panel` of every run, by scenario, seed, group and month."""
        return self._together(RunResult.panel)

    def monthly(self) -> DataFrame:
        """`RunResult.monthly` of every run, by scenario, seed, group and month."""
        return self._together(RunResult.monthly)

    def households(self, month: int | None = None) -> DataFrame:
        """`RunResult.households` of every run, by scenario, seed and household."""
        return self._together(lambda result: result.households(month))

    def _together(self, frame_of: Callable[[RunResult], Any]) -> DataFrame:
        import pandas as pd

        frames = {which: frame_of(result) for which, result in self.items()}
        return pd.concat(frames, names=["scenario", "seed"]).sort_index()


def run_many(
    plans: Plan | Sequence[Plan],
    seeds: Sequence[int],
    *,
    workers: Workers = None,
    progress: bool = False,
    monthly: bool = False,
) -> Runs:
    """Run every plan under every seed.

    Args:
        plans: Resolved scenarios, each with an id of its own.
        seeds: Run seeds. Plans under one seed share every chance event that they can share.
        workers: Worker processes; None = one a processor, 0 = none (run in this process, to debug).
        progress: Whether to say on the error stream how far it has come.
        monthly: As for `sim.run`.

    Returns:
        The results in the order of plans, then seeds; the same bits for any number of workers.

    Raises:
        UserError: Two plans have one id, a seed is given twice, or a run failed.
    """
    plans, seeds = ([plans] if isinstance(plans, Plan) else list(plans)), [int(seed) for seed in seeds]
    check_workers(workers)
    for field, given in (("plans", [plan.id for plan in plans]), ("seeds", [str(seed) for seed in seeds])):
        if twice := sorted({one for one in given if given.count(one) > 1}):
            raise UserError(f"given twice: {', '.join(twice)}", field=field, mend="give each one once")
    requests = [
        Request(RunKey(plan.id, seed, "", ""), plan, (seed, monthly), together=seed) for plan in plans for seed in seeds
    ]
    found: dict[tuple[str, int], RunResult] = {}
    executor = executor_for(Work("experiments.runs.many:one_run", (RECORDS, AUDIT)), workers)
    with Progress(progress) as said:
        try:
            compile_first(said.say)
            said.begin(len(requests), f"{len(plans)} scenarios under {len(seeds)} seeds")
            for ended in executor.results(requests):
                which = ended.request.key.scenario, ended.request.key.seed
                said.advance(failed=ended.data is None)
                if ended.data is None:
                    raise UserError(f"the run of '{which[0]}' under seed {which[1]} failed: {ended.error}")
                found[which] = _result(ended.data)
        finally:
            executor.close()
    return Runs({(plan.id, seed): found[plan.id, seed] for plan in plans for seed in seeds})


def one_run(plan: Plan, seed: int, monthly: bool) -> dict[str, Columns]:
    """A run, as a worker hands it back."""
    result = run(plan, seed, monthly=monthly)
    return {RECORDS.name: result.records, AUDIT.name: {"value": np.array([result.audit])}}


def _result(data: bytes) -> RunResult:
    file = RunFile(Path("a run in memory"), data)
    rows = file.table(RECORDS)
    records = {name: rows[name].to_numpy(zero_copy_only=False) for name in RECORDS.columns}
    return RunResult(records, float(file.table(AUDIT)["value"][0].as_py()))
