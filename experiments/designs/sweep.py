"""Many evaluations of one question: parameter vectors x scenarios x seeds, each kept as a few numbers.

A task is one vector under all scenarios and a block of seeds, done by one worker one after the other, so that the world
fitted to the vector is fitted and opened once. What is stored is named by its content (scenarios, vector, seeds,
outcomes), so every sweep in a folder shares what another has done, whatever the order of its points, and a sweep that
was interrupted goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.measure.outcome import parse_outcome
from experiments.measure.statistics import Floats
from experiments.runs.codeversion import code_version
from experiments.runs.local import Job, Pool, default_workers, load_function
from experiments.runs.progress import Progress, compile_first
from experiments.runs.runfile import RunKey
from experiments.runs.store import Store
from sim.core.errors import Unfittable
from sim.core.frozen import FrozenDict

if TYPE_CHECKING:
    from sim.scenario import Plan

Vector = Mapping[str, float | tuple[float, ...]]
"""Values of some parameters, by "topic.name"; the others keep the scenario's."""

RUN = "experiments.designs.sweep:small_run"
PANEL = "experiments.designs.sweep:panel_values"
RULED_OUT = "the county's books rule this world out"
"""How the error of a point begins whose world cannot be fitted to the books, whatever scenarios and seeds."""


@dataclass(frozen=True)
class Point:
    """One task of a sweep: a vector, and all that is to be run with it."""

    plans: tuple[Plan, ...]
    values: Vector
    seeds: tuple[int, ...]
    outcomes: tuple[str, ...]
    evaluate: str = PANEL


def panel_values(plan: Plan, seed: int, outcomes: Sequence[str]) -> list[float]:
    """Run the model and read outcomes (see `experiments.measure.outcome`).

    Raises:
        UserError: One is misspelt, or the run reports no such number.
    """
    from sim.running import run

    wanted = [parse_outcome(text, plan.horizon_months) for text in outcomes]
    records = run(plan, seed).records
    return [outcome.of(records) for outcome in wanted]


def warm_up() -> None:
    """Compile the model once, before workers start."""
    from sim.running import warm_up as compile_all

    compile_all()


def small_run(point: Point, seed: int) -> Any:
    """Every evaluation of a task, as records: one row an outcome, scenario (`item`) and seed (`month` counts them).

    Raises:
        Unfittable: The vector's world cannot be fitted to the county's books (the message begins with `RULED_OUT`).
    """
    evaluate = load_function(point.evaluate)
    found = []
    for plan in point.plans:
        changed = plan.model_copy(update={"uncertainties": FrozenDict({**plan.uncertainties, **point.values})})
        try:
            found.append([list(evaluate(changed, one, point.outcomes)) for one in point.seeds])
        except Unfittable as error:
            raise Unfittable(f"{RULED_OUT}: {error}") from error
    cube = np.array(found, dtype=np.float64)
    scenario, turn, outcome = (axis.ravel() for axis in np.indices(cube.shape))
    columns = {
        "table": np.full(cube.size, "sweep", dtype=object),
        "month": turn.astype(np.int16),
        "group": np.full(cube.size, "all", dtype=object),
        "name": np.array(point.outcomes, dtype=object)[outcome],
        "item": scenario.astype(np.int64),
        "value": cube.ravel(),
    }
    return SimpleNamespace(records=columns)


@dataclass(frozen=True)
class Sweep:
    """What a sweep found.

    Attributes:
        vectors: The points.
        scenarios: Ids of the scenarios.
        seeds: The seeds.
        outcomes: Names of the outcomes.
        cube: Values by outcome, point, scenario and seed; NaN where an evaluation failed.
        failures: For each point that failed, why.
        done: How many tasks were done now; the others were stored.
        seconds: What a task took on average, with all workers at it, once they were warm; NaN where it is not known.
    """

    vectors: Sequence[Vector]
    scenarios: tuple[str, ...]
    seeds: tuple[int, ...]
    outcomes: tuple[str, ...]
    cube: Floats
    failures: Mapping[int, str] = field(default_factory=dict)
    done: int = 0
    seconds: float = math.nan

    def values(self, outcome: str) -> Floats:
        """One outcome by point, scenario and seed; NaN where an evaluation failed."""
        found: Floats = self.cube[self.outcomes.index(outcome)]
        return found


def sweep(
    vectors: Sequence[Vector],
    *,
    plans: Sequence[Plan],
    outcomes: Sequence[str],
    seeds: Sequence[int],
    store: Store,
    block: int | None = None,
    workers: int | None = None,
    said: Progress | None = None,
    title: str = "evaluating",
    evaluate: str = PANEL,
    stop_at: Callable[[str], bool] = lambda error: False,
    retry_failed: bool = False,
    program: str | None = None,
) -> Sweep:
    """Evaluate every vector under every scenario and seed; what the folder holds already is not done again.

    Args:
        vectors: Parameter values; out of range counts as a failure of that point.
        plans: The scenarios; where a scenario sets a parameter itself, the vector has the last word.
        outcomes: What is kept, as `evaluate` understands it (see `experiments.measure.outcome`).
        seeds: Run seeds, the same for every vector and scenario.
        store: Where, open and begun (see `Store.begin`).
        block: Seeds done in one task; None = all. Fewer, where there are fewer vectors than workers.
        workers: Worker processes; None = one a processor, 0 = none (run in this process).
        said: Where progress is said.
        title: What is going on, for the progress.
        evaluate: `module:function` called with (plan, seed, outcomes), returning one number an outcome. If the module
            has a `warm_up`, it is called once before workers start.
        stop_at: Whether not to begin further points once one has failed with this error.
        retry_failed: Try again what failed before.
        program: The code version to record instead of the hash of the program.

    Raises:
        UserError: The folder cannot be used; see `Store`.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    plans, outcomes, seeds = tuple(plans), tuple(outcomes), tuple(seeds)
    said = said or Progress(False)
    code = sorted({Path(policy.code.path) for plan in plans for policy in plan.policies if policy.code})
    stamp = program or code_version(code)
    base = hashlib.blake2b(json.dumps([[plan.digest() for plan in plans], outcomes, evaluate]).encode())
    blocks = [seeds[start : start + (block or len(seeds))] for start in range(0, len(seeds), block or len(seeds))]
    points, keys, where = [], [], []
    for index, values in enumerate(vectors):
        for number, some in enumerate(blocks):
            points.append(Point(plans, dict(values), some, outcomes, evaluate))
            keys.append(_key(base, values, some, stamp))
            where.append((index, number))
    waiting: dict[RunKey, int] = {}
    failed: dict[RunKey, str] = {}
    said.status("looking at what is stored")
    for task, key in enumerate(keys):
        if key in waiting or key in failed or store.has_run(key):
            continue
        error = None if retry_failed else store.failure(key)
        if error is None:
            waiting[key] = task
        else:
            failed[key] = error
    seconds = math.nan
    if waiting and not any(stop_at(error) for error in failed.values()):
        compile_first(said.say, evaluate)
        seconds = _do(points, keys, waiting, store, workers, said, title, code, stop_at, program is None, failed)
    cube = np.full((len(outcomes), len(vectors), len(plans), len(seeds)), math.nan)
    failures: dict[int, str] = {}
    for key, (index, number) in zip(keys, where, strict=True):
        if key in failed:
            failures.setdefault(index, failed[key])
        elif key not in waiting or store.has_run(key):
            first = number * (block or len(seeds))
            cube[:, index, :, first : first + len(blocks[number])] = _stored(store, key, outcomes, len(plans))
    return Sweep(vectors, tuple(plan.id for plan in plans), seeds, outcomes, cube, failures, len(waiting), seconds)


def _key(base: Any, values: Vector, seeds: Sequence[int], stamp: str) -> RunKey:
    stir = base.copy()
    stir.update(json.dumps([sorted(values.items()), seeds]).encode())
    digest = stir.hexdigest()
    return RunKey(digest[:20], seeds[0], digest, stamp)


def _do(
    points: Sequence[Point],
    keys: Sequence[RunKey],
    waiting: Mapping[RunKey, int],
    store: Store,
    workers: int | None,
    said: Progress,
    title: str,
    code: Sequence[Path],
    stop_at: Callable[[str], bool],
    check_version: bool,
    failed: dict[RunKey, str],
) -> float:
    """Do tasks and store them; returns what one took on average, from the first result to the last."""
    ended: list[float] = []
    tasks = list(waiting.values())
    job = Job([points[task] for task in tasks], [keys[task] for task in tasks], RUN, code, check_version)
    said.begin(len(tasks), title, "points")
    with Pool(job, min(default_workers() if workers is None else workers, len(tasks))) as pool:
        try:
            for done in pool.results([(place, keys[task].seed) for place, task in enumerate(tasks)]):
                if done.data is None:
                    vector = points[waiting[done.key]].values
                    lines = [f"{name} = {value!r}" for name, value in vector.items()]
                    store.write_failure(done.key, done.error, "\n".join([*lines, done.traceback]))
                    failed[done.key] = done.error
                else:
                    store.write_run(done.key, done.data)
                said.advance(failed=done.data is None)
                ended.append(time.monotonic())
                if done.data is None and stop_at(done.error):
                    break
        except KeyboardInterrupt:
            said.say("stopped; what is done is stored, and the same command continues")
            raise
    return (ended[-1] - ended[0]) / (len(ended) - 1) if len(ended) > 1 else math.nan


def _stored(store: Store, key: RunKey, outcomes: Sequence[str], scenarios: int) -> Floats:
    """The values of a stored task, by outcome, scenario and seed."""
    rows = store.read_run(key).small()
    values = rows["value"].to_numpy().reshape(scenarios, -1, len(outcomes))
    return np.moveaxis(values, 2, 0)
