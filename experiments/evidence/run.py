"""The runs behind `village evidence`: every view that the targets need, under its seeds, stored and resumable."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.registry import SERIES, TABLE, Task, View, measures, views
from experiments.runs.codeversion import code_version
from experiments.runs.local import Job, Pool, default_workers
from experiments.runs.progress import Progress, compile_first
from experiments.runs.runfile import RunFile, RunKey
from experiments.runs.store import Store
from sim.core.errors import UserError

Floats = NDArray[np.float64]
RUN = "experiments.evidence.registry:look"
QUICK_SEEDS = 4


@dataclass(frozen=True)
class Measured:
    """What the runs gave.

    Attributes:
        values: Each measure, a seed each.
        series: Each view's yearly series, a row a seed, by (view, name).
        villages: How many villages each view lived in.
        folder: Where the runs are stored.
    """

    values: Mapping[str, Floats]
    series: Mapping[tuple[str, str], Floats]
    villages: Mapping[str, int]
    folder: Path


def measure_all(
    wanted: Collection[str],
    *,
    name: str,
    results: Path,
    quick: bool = False,
    workers: int | None = None,
    fresh: bool = False,
    progress: bool = True,
    command: str = "village evidence",
) -> Measured:
    """Run what these measures need, unless it is stored, and read it.

    Args:
        wanted: Names of measures.
        name: Name of the experiment and its folder.
        results: Folder of all experiments.
        quick: Smaller worlds and fewer seeds: to try, not to judge by.
        workers: Worker processes; None = one a processor, 0 = none.
        fresh: Throw away what the folder holds.
        progress: Whether to say how far it has come.
        command: The command line to record.

    Raises:
        UserError: The folder cannot be used, or a run failed.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    needed = sorted({measures()[one].view for one in wanted})
    shown = [views()[one] for one in needed]
    tasks = [Task(view.name, view.quick if quick else view.villages) for view in shown]
    stamp = code_version()
    keys = [RunKey(task.view, 0, task.digest(), stamp) for task in tasks]
    manifest = {
        "name": name,
        "kind": "evidence",
        "complete": False,
        "code_version": stamp,
        "scenarios": [{"id": key.scenario, "digest": key.digest} for key in keys],
        "command": command,
    }
    seeds = {view.name: range(1, (QUICK_SEEDS if quick else view.seeds) + 1) for view in shown}
    job = Job(tasks, keys, RUN)
    with Store(results, name, fresh=fresh) as store, Progress(progress) as said:
        store.begin(manifest, {})
        with Pool(job, default_workers() if workers is None else workers) as pool:
            _do(store, pool, seeds, said)
        files = {
            key.scenario: [store.read_run(job.key(at, seed)) for seed in seeds[key.scenario]]
            for at, key in enumerate(keys)
        }
        store.write_manifest({**manifest, "complete": True})
    return _read(shown, files, {task.view: task.villages for task in tasks}, store.folder)


def _do(store: Store, pool: Pool, seeds: Mapping[str, range], said: Progress) -> None:
    """Do what is not stored yet."""
    said.status("looking at what is stored")
    missing = [
        (at, seed)
        for at, key in enumerate(pool.job.keys)
        for seed in seeds[key.scenario]
        if not store.has_run(pool.job.key(at, seed))
    ]
    if not missing:
        return
    compile_first(said.say, RUN)
    said.begin(len(missing), "model beside published figures")
    failed = ""
    try:
        for done in pool.results(missing):
            if done.data is None:
                store.write_failure(done.key, done.error, done.traceback)
                failed = failed or f"{done.key.scenario}, seed {done.key.seed}: {done.error}"
            else:
                store.write_run(done.key, done.data)
            said.advance(failed=done.data is None)
    except KeyboardInterrupt:
        said.say("stopped; what is done is stored, and the same command continues")
        raise
    if failed:
        raise UserError(
            f"a run failed: {failed}", file=store.folder, mend="fix the cause and run the command again; the rest stays"
        )


def _read(shown: list[View], files: Mapping[str, list[RunFile]], villages: Mapping[str, int], folder: Path) -> Measured:
    values: dict[str, Floats] = {}
    series: dict[tuple[str, str], Floats] = {}
    for view in shown:
        numbers: dict[str, list[float]] = {}
        lists: dict[str, list[Floats]] = {}
        for file in files[view.name]:
            rows = file.small().to_pandas()
            targets = rows[rows["table"] == TABLE]
            for name, value in zip(targets["name"], targets["value"], strict=True):
                numbers.setdefault(name, []).append(float(value))
            for name, part in rows[rows["table"] == SERIES].groupby("name", observed=True):
                lists.setdefault(str(name), []).append(part.sort_values("item")["value"].to_numpy(np.float64))
        values |= {name: np.array(found) for name, found in numbers.items()}
        series |= {(view.name, name): np.array(found) for name, found in lists.items()}
    return Measured(values, series, villages, folder)
