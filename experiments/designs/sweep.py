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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from experiments.measure.outcome import parse_outcome
from experiments.measure.statistics import Floats
from experiments.runs.codeversion import code_version
from experiments.runs.progress import Progress
from experiments.runs.request import Request, Work, load_function
from experiments.runs.runfile import Columns, RunKey, Table
from experiments.runs.store import Store
from experiments.runs.todo import ToDo
from experiments.runs.where import Workers, executor_for
from sim.core.errors import Unfittable, UserError
from sim.core.frozen import FrozenDict
from sim.toml.source import meant

if TYPE_CHECKING:
    from sim.scenario import Plan

Vector = Mapping[str, float | tuple[float, ...]]
"""Values of some parameters, by "topic.name"; the others keep the scenario's."""

EVALUATIONS = Table("evaluations", {"scenario": "int16", "seed": "int64", "outcome": "text", "value": "float64"})
"""What is stored of a task; `scenario` is its place among the scenarios."""
RUN = "experiments.designs.sweep:evaluations"
PANEL = "experiments.designs.sweep:panel_values"
RULED_OUT = "the county's books rule this world out"
"""How the error of a point begins whose world cannot be fitted to the books, whatever scenarios and seeds."""


@dataclass(frozen=True)
class Question:
    """What every task of a sweep asks.

    Attributes:
        plans: The scenarios.
        outcomes: What is kept of each run.
        evaluate: `module:function` that gives it.
    """

    plans: tuple[Plan, ...]
    outcomes: tuple[str, ...]
    evaluate: str = PANEL

    @cached_property
    def text(self) -> str:
        """All of it that decides the answers, as text."""
        return json.dumps([[plan.digest() for plan in self.plans], self.outcomes, self.evaluate])


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


def evaluations(question: Question, vector: Vector, seeds: Sequence[int]) -> dict[str, Columns]:
    """Every evaluation of a task: one row an outcome, scenario and seed.

    Raises:
        Unfittable: The vector's world cannot be fitted to the county's books (the message begins with `RULED_OUT`).
    """
    evaluate = load_function(question.evaluate)
    found = []
    for plan in question.plans:
        known = {entry.key for entry in plan.parameters().entries}  # without a policy, none of the policy's own
        moved = {key: value for key, value in vector.items() if key in known}
        changed = plan.model_copy(update={"uncertainties": FrozenDict({**plan.uncertainties, **moved})})
        try:
            found.append([list(evaluate(changed, one, question.outcomes)) for one in seeds])
        except Unfittable as error:
            raise Unfittable(f"{RULED_OUT}: {error}") from error
    cube = np.array(found, dtype=np.float64)
    scenario, turn, outcome = (axis.ravel() for axis in np.indices(cube.shape))
    columns = {
        "scenario": scenario.astype(np.int16),
        "seed": np.array(seeds, dtype=np.int64)[turn],
        "outcome": np.array(question.outcomes, dtype=object)[outcome],
        "value": cube.ravel(),
    }
    return {EVALUATIONS.name: columns}


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
    workers: Workers = None,
    said: Progress | None = None,
    title: str = "evaluating",
    evaluate: str = PANEL,
    stop_at: Callable[[str], bool] = lambda error: False,
    retry_failed: bool = False,
    program: str | None = None,
) -> Sweep:
    """Evaluate every vector under every scenario and seed; what the folder holds already is not done again.

    Args:
        vectors: Parameter values by full name; out of range counts as a failure of that point.
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
        UserError: A vector names a parameter that no scenario has, or the folder cannot be used; see `Store`.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    _check_names(vectors, plans)
    question, seeds = Question(tuple(plans), tuple(outcomes), evaluate), tuple(seeds)
    said = said or Progress(False)
    stamp = program or code_version()
    size = block or len(seeds)
    tasks = [
        (index, first, task_of(question, vector, seeds[first : first + size], stamp))
        for index, vector in enumerate(vectors)
        for first in range(0, len(seeds), size)
    ]
    work = Work(RUN, (EVALUATIONS,), evaluate, code_version="" if program else stamp)
    cube = np.full((len(outcomes), len(vectors), len(plans), len(seeds)), math.nan)
    failures: dict[int, str] = {}
    with ToDo(store, executor_for(work, workers, store.folder), said, retry_failed=retry_failed) as todo:
        did = todo.do([request for *_, request in tasks], title, "points", stop_at)
    for index, first, request in tasks:
        if request.key in todo.failures:
            failures.setdefault(index, todo.failures[request.key])
        elif request.key in todo.stored:
            cube[:, index, :, first : first + size] = stored_values(store, request.key, question)
    ids = tuple(plan.id for plan in plans)
    return Sweep(vectors, ids, seeds, question.outcomes, cube, failures, did.done, did.seconds)


def _check_names(vectors: Sequence[Vector], plans: Sequence[Plan]) -> None:
    """Refuse a name that no scenario knows: that number would stay where it is without a word."""
    known = {entry.key for plan in plans for entry in plan.parameters().entries}
    for name in sorted(set().union(*vectors) - known):
        raise UserError(f"unknown parameter '{name}'", field="vectors", **meant(name, known))


def task_of(question: Question, vector: Vector, seeds: tuple[int, ...], stamp: str) -> Request:
    """One task; its key is a hash of all that it asks."""
    stir = hashlib.blake2b(question.text.encode())
    stir.update(json.dumps([sorted(vector.items()), seeds]).encode())
    digest = stir.hexdigest()
    about = tuple(f"{name} = {value!r}" for name, value in vector.items())
    return Request(RunKey(digest[:20], seeds[0], digest, stamp), question, (dict(vector), seeds), about=about)


def stored_values(store: Store, key: RunKey, question: Question) -> Floats:
    """The values of a stored task, by outcome, scenario and seed."""
    values = store.read_run(key).table(EVALUATIONS)["value"].to_numpy()
    return np.moveaxis(values.reshape(len(question.plans), -1, len(question.outcomes)), 2, 0)
