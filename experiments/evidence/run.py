"""The runs behind `village evidence`: every view that the targets need, under its seeds, stored and resumable."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.evidence.nulls import null_worlds
from experiments.evidence.registry import MEASURES, SERIES, TABLES, Task, measures, views
from experiments.runs.codeversion import code_version
from experiments.runs.estimate import Size, expect, mean_size
from experiments.runs.progress import Progress
from experiments.runs.request import Request, Work
from experiments.runs.runfile import RunFile, RunKey
from experiments.runs.store import Store
from experiments.runs.todo import ToDo
from experiments.runs.where import Workers, executor_for
from sim.core.errors import UserError

Floats = NDArray[np.float64]
RUN = "experiments.evidence.registry:look"
QUICK_SEEDS = 4
COUNTY = "gansu_county"
MONTHS_A_SEED = 150
"""Lived by a view on average, in all its runs together; for a rough estimate of time."""
STILL = "start"
"""The view of the world as it opens: in a null world it is the same, since nobody has chosen anything yet."""


@dataclass(frozen=True)
class Measured:
    """What the runs gave.

    Attributes:
        values: Each measure, a seed each.
        series: Each view's yearly series, a row a seed, by (view, name).
        villages: How many villages each view lived in.
        folder: Where the runs are stored.
        nulls: Each measure in each null world, a seed each.
    """

    values: Mapping[str, Floats]
    series: Mapping[tuple[str, str], Floats]
    villages: Mapping[str, int]
    folder: Path
    nulls: Mapping[str, Mapping[str, Floats]]


def measure_all(
    wanted: Collection[str],
    *,
    name: str,
    results: Path,
    quick: bool = False,
    workers: Workers = None,
    fresh: bool = False,
    progress: bool = True,
    inputs: Sequence[Path] = (),
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
        inputs: The files that were given; none of them is written or deleted.
        command: The command line to record.

    Raises:
        UserError: The folder cannot be used, or a run failed.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    needed = sorted({measures()[one].view for one in wanted})
    shown = [views()[one] for one in needed]
    stamp = code_version()
    tasks = [
        Task(view.name, view.quick if quick else view.villages, null)
        for null in ("", *null_worlds())
        for view in shown
        if not (null and view.name == STILL)
    ]
    keys = [RunKey(task.name, 0, task.digest(), stamp) for task in tasks]
    manifest = {
        "name": name,
        "kind": "evidence",
        "complete": False,
        "code_version": stamp,
        "scenarios": [{"id": key.scenario, "digest": key.digest} for key in keys],
        "command": command,
    }
    requests = {
        task: [Request(replace(key, seed=seed), task, (seed,)) for seed in range(1, _seeds(task, quick) + 1)]
        for task, key in zip(tasks, keys, strict=True)
    }
    sizes = [Size.of_world(COUNTY, task.villages, MONTHS_A_SEED, few=True) for task in tasks]
    expected = expect(
        results / name,
        sum(map(len, requests.values())),
        mean_size([(size, len(those)) for size, those in zip(sizes, requests.values(), strict=True)]),
        field="--only",
        workers=workers,
        scenarios=[key.scenario for key in keys],
        afresh=fresh,
    )
    work = Work(RUN, TABLES, model=RUN, code_version=stamp)
    with Store(results, name, "evidence", fresh=fresh, inputs=inputs) as store, Progress(progress) as said:
        store.begin(manifest, {})
        said.say(expected.text())
        with ToDo(store, executor_for(work, workers, store.folder), said, retry_failed=True) as todo:
            _do([one for those in requests.values() for one in those], todo, store.folder)
        files = {task: [store.read_run(one.key) for one in those] for task, those in requests.items()}
        store.write_manifest({**manifest, "complete": True})
    values, series = _read({task.view: those for task, those in files.items() if not task.null})
    still = {name: found for name, found in values.items() if measures()[name].view == STILL}
    nulls = {
        null: {**still, **_read({task.view: those for task, those in files.items() if task.null == null})[0]}
        for null in null_worlds()
    }
    return Measured(values, series, {task.view: task.villages for task in tasks}, store.folder, nulls)


def _seeds(task: Task, quick: bool) -> int:
    seeds = QUICK_SEEDS if quick else views()[task.view].seeds
    return null_worlds()[task.null].seeds(seeds) if task.null else seeds


def _do(requests: Sequence[Request], todo: ToDo, folder: Path) -> None:
    """Do what is not stored yet; a failure is an error once the rest is done."""
    todo.do(requests, "model beside published figures")
    failed = next((one.key for one in requests if one.key in todo.failures), None)
    if failed:
        raise UserError(
            f"a run failed: {failed.scenario}, seed {failed.seed}: {todo.failures[failed]}",
            file=folder,
            mend="fix the cause and run the command again; the rest stays",
        )


def _read(files: Mapping[str, list[RunFile]]) -> tuple[dict[str, Floats], dict[tuple[str, str], Floats]]:
    """Measures and yearly series of some views."""
    values: dict[str, Floats] = {}
    series: dict[tuple[str, str], Floats] = {}
    for view, those in files.items():
        numbers: dict[str, list[float]] = {}
        lists: dict[str, list[Floats]] = {}
        for file in those:
            for row in file.table(MEASURES).to_pylist():
                numbers.setdefault(row["name"], []).append(row["value"])
            for name, part in file.table(SERIES).to_pandas().groupby("name", observed=True):
                lists.setdefault(str(name), []).append(part.sort_values("year")["value"].to_numpy(np.float64))
        values |= {name: np.array(found) for name, found in numbers.items()}
        series |= {(view, name): np.array(found) for name, found in lists.items()}
    return values, series
