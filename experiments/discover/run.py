"""A discovery as an experiment: sampled worlds under two plans, the box in which one fails, and shares of measures.

A world is a vector of the design's uncertainties, spread as a Latin hypercube. A case of interest is a world in which
the second plan does no better than the first, or, with one plan, in which a stated limit on an outcome is missed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import qmc

from experiments.designs.design import Constraint, Design
from experiments.designs.outcomes import RUN, parse
from experiments.designs.sweep import EVALUATIONS, Question, Vector, stored_values, task_of
from experiments.designs.sweep import RUN as TASK
from experiments.designs.write import DESIGN, design_toml
from experiments.discover.page import page
from experiments.discover.prim import Mask, certainty, prim
from experiments.discover.result import Found, answer, tables
from experiments.discover.shapley import Group, Share, shapley
from experiments.measure.statistics import Floats
from experiments.runs.codeversion import code_version
from experiments.runs.command_line import command_line
from experiments.runs.copies import copies, own_profiles, stored_scenarios
from experiments.runs.estimate import Size, expect
from experiments.runs.files import write_atomic, write_json
from experiments.runs.progress import Progress
from experiments.runs.request import Work
from experiments.runs.store import Store
from experiments.runs.todo import ToDo
from experiments.runs.where import Workers, executor_for
from sim.core.errors import UserError
from sim.core.frozen import FrozenDict
from sim.scenario import Plan

ANSWER = "answer.json"
LANGUAGES = ("en", "zh")
LEAST_SAMPLES = 20


@dataclass(frozen=True)
class Asked:
    """What is asked beside the design.

    Attributes:
        samples: How many worlds.
        seeds: Seeds of each, averaged.
        sample_seed: Seed of their spread.
        shares: Whether to share out what the last plan does among its measures.
    """

    samples: int = 64
    seeds: int = 4
    sample_seed: int = 1
    shares: bool = True


class _Runs:
    """Runs plans under vectors through a folder; each task is one vector under all plans and seeds."""

    def __init__(self, outcomes: Sequence[str], seeds: Sequence[int], store: Store, todo: ToDo, stamp: str, run: str):
        self._outcomes, self._seeds, self._store, self._todo = tuple(outcomes), tuple(seeds), store, todo
        self._stamp, self._run = stamp, run

    def __call__(self, plans: Sequence[Plan], vectors: Sequence[Vector], title: str) -> Floats:
        """Values by vector, outcome, plan and seed; NaN where the county's books rule a vector out."""
        question = Question(tuple(plans), self._outcomes, self._run)
        tasks = [task_of(question, vector, self._seeds, self._stamp) for vector in vectors]
        self._todo.do(tasks, title, "worlds")
        found = np.full((len(vectors), len(self._outcomes), len(plans), len(self._seeds)), np.nan)
        for place, task in enumerate(tasks):
            error = self._todo.failures.get(task.key)
            if error is None:
                found[place] = stored_values(self._store, task.key, question)
            elif not vectors[place]:
                raise UserError(f"the plans themselves cannot be run: {error}")
        return found


def discover(
    design: Design,
    asked: Asked,
    *,
    name: str,
    results: Path,
    workers: Workers = None,
    progress: bool = True,
    retry_failed: bool = False,
    fresh: bool = False,
    inputs: Sequence[Path] = (),
    languages: Sequence[str] = LANGUAGES,
    command: str | None = None,
    evaluate: str = RUN,
    program: str | None = None,
) -> tuple[Path, Found]:
    """Find when a plan loses or misses a limit, and what each measure adds; what is stored is not done again.

    Args:
        design: The design: two scenarios, or one and a constraint on an outcome; its uncertainties are what is sampled.
        asked: What is asked beside it.
        name: Name of the experiment's folder.
        results: Folder of all experiments.
        workers: Worker processes; None = one a processor, 0 = none.
        progress: Whether to say how far it has come.
        retry_failed: Whether to try again what failed before.
        fresh: Whether to throw away what the folder holds.
        inputs: The files that the design was read from; none of them is written or deleted.
        languages: Languages of the page.
        command: The command line to record; this process's by default.
        evaluate: `module:function` called with (plan, seed, outcomes), returning a number each.
        program: The code version to record instead of the hash of the program.

    Raises:
        UserError: The design asks nothing that can be discovered, a run failed, or the folder cannot be used.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    outcome, limit = _question(design, asked)
    plans = design.scenarios[:2] if limit is None else design.scenarios[:1]
    stamp, line = program or code_version(), command or command_line()
    seeds = design.seeds.numbers(asked.seeds)
    measures = _measures(plans) if asked.shares else []
    manifest: dict[str, Any] = {
        "name": name,
        "kind": "discover",
        "complete": False,
        "code_version": stamp,
        "scenarios": [
            {"id": plan.id, "title": {"en": plan.title.en, "zh": plan.title.zh}, "digest": plan.digest()}
            for plan in plans
        ],
        "design": {"id": design.id, "digest": design.digest()},
        "outcomes": [outcome],
        "command": line,
    }
    size = Size.of(plans[0], few=True).times(len(plans) * asked.seeds) if evaluate == RUN else Size()
    expected = expect(results / name, asked.samples, size, field="--samples", workers=workers, what="worlds")
    with ExitStack() as stack:
        given = [*inputs, *own_profiles(plans)]
        store = stack.enter_context(Store(results, name, "discover", fresh=fresh, inputs=given))
        said = stack.enter_context(Progress(progress))
        store.begin(manifest, stored_scenarios(plans), copies((plan.world.profile, plan.code()) for plan in plans))
        (store.folder / ANSWER).unlink(missing_ok=True)
        said.say(expected.text())
        work = Work(TASK, (EVALUATIONS,), evaluate, code_version="" if program else stamp)
        executor = executor_for(work, workers, store.folder)
        todo = stack.enter_context(ToDo(store, executor, said, retry_failed=retry_failed))
        runs = _Runs([outcome], seeds, store, todo, stamp, evaluate)
        points = sampled(design, asked.samples, asked.sample_seed)
        names = [one.name for one in design.uncertainties]
        vectors = [dict(zip(names, map(float, point), strict=True)) for point in points]
        values = runs(plans, vectors, "sampled worlds")[:, 0].mean(axis=2)
        shares = _shares(measures, plans, runs) if measures else []
        found = _found(design, outcome, limit, points, values, shares)
        made = {**tables(found), DESIGN: design_toml(design)}
        for file, text in made.items():
            write_atomic(store.folder / file, text)
        for language in languages:
            write_atomic(store.folder / f"discover.{language}.html", page(found, language, name, line))
        write_json(store.folder / ANSWER, answer(found))
        manifest["complete"] = True
        store.write_manifest(manifest, [*made])
    return store.folder, found


def _question(design: Design, asked: Asked) -> tuple[str, Constraint | None]:
    """The outcome that decides, and the limit on it; None if two plans are compared."""
    if not design.uncertainties:
        raise UserError(
            "the design names nothing uncertain", field="uncertainties", mend="write [[uncertainties]] with a name each"
        )
    if asked.samples < LEAST_SAMPLES:
        raise UserError(f"{asked.samples} worlds are too few", field="--samples", allowed=f"{LEAST_SAMPLES} or more")
    limit = next((one for one in design.constraints if one.kind == "outcome"), None)
    if len(design.scenarios) > 1:
        if design.objectives:
            return design.objectives[0].outcome, None
        raise UserError("nothing says which plan is better", field="objectives", mend="write [[objectives]]")
    if limit is None or limit.outcome is None:
        raise UserError(
            "the design has one scenario, and no outcome that it could miss",
            field="scenarios",
            mend="name two scenarios, or write a constraint of kind 'outcome'",
        )
    return limit.outcome, limit


def sampled(design: Design, samples: int, seed: int) -> Floats:
    """So many worlds, spread evenly over every uncertainty's range."""
    known = design.scenarios[0].parameters()
    ends = []
    for one in design.uncertainties:
        entry = known.find(one.name)
        low = entry.low if one.low is None else one.low
        high = entry.high if one.high is None else one.high
        if isinstance(low, tuple) or isinstance(high, tuple):
            raise UserError(f"'{one.name}' is a list of numbers", field="uncertainties", mend="state low and high")
        ends.append((float(low), float(high)))
    spread = qmc.LatinHypercube(len(ends), seed=seed).random(samples)
    low, high = np.array(ends).T
    points: Floats = low + spread * (high - low)
    return points


def _found(
    design: Design, outcome: str, limit: Constraint | None, points: Floats, values: Floats, shares: Sequence[Share]
) -> Found:
    there = np.isfinite(values).all(axis=1)
    points, values = points[there], values[there]
    better = parse(outcome, design.scenarios[0].horizon_months).better
    if limit is None:
        aim = next((one.aim for one in design.objectives if one.outcome == outcome), "most")
        margin = (values[:, 1] - values[:, 0]) * (1.0 if aim == "most" else -1.0)
        cases: Mask = margin <= 0
    else:
        level = values[:, 0]
        margin = level * better
        cases = np.zeros(len(level), dtype=bool)
        if limit.at_most is not None:
            cases |= level > limit.at_most
        if limit.at_least is not None:
            cases |= level < limit.at_least
    box = sure = None
    if cases.any() and not cases.all():
        box = prim(points, cases)
        sure = certainty(points, cases, box)
    return Found(design, outcome, limit, points, values, cases, margin, int((~there).sum()), box, sure, tuple(shares))


def _measures(plans: Sequence[Plan]) -> list[str]:
    """Labels of the measures of the last plan that the first does not have in the same way."""
    base = plans[0].policies if len(plans) > 1 else ()
    return [policy.label for policy in plans[-1].policies if policy not in base]


def _shares(measures: Sequence[str], plans: Sequence[Plan], runs: _Runs) -> list[Share]:
    def values(groups: Sequence[Group]) -> dict[Group, Floats]:
        found = {}
        for group in groups:
            plan = without(plans[-1], set(measures) - group)
            found[group] = runs([plan], [{}], "mixes without some of their measures")[0, 0, 0]
        return found

    return shapley(measures, values)


def without(plan: Plan, labels: set[str] | frozenset[str]) -> Plan:
    """A plan without some of its measures, and without what was to be delivered or done by them."""
    targets: Mapping[str, Any] = {label: one for label, one in plan.targets.items() if label not in labels}
    tasks = {name: one for name, one in plan.tasks.items() if one.measure not in labels}
    return plan.model_copy(
        update={
            "policies": tuple(policy for policy in plan.policies if policy.label not in labels),
            "targets": FrozenDict(targets),
            "tasks": FrozenDict(tasks),
        }
    )
