"""Carry a campaign out: its plan and each what-if under the same seeds, stored like every experiment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.campaign.curves import read_curves
from experiments.campaign.outcomes import (
    Change,
    GoalFound,
    Levels,
    changes,
    first_review,
    goals_found,
    read_levels,
)
from experiments.campaign.results import Results
from experiments.campaign.tables import frames
from experiments.campaign.variants import PLAN, Asked, Variant, variants
from experiments.compare.replicates import Replicates
from experiments.designs.vectors import RUN, CalibratedSet, Drawn, drawing
from experiments.measure.statistics import Interval, Of, mean_interval, met, wilson
from experiments.runs import records
from experiments.runs.codeversion import code_version
from experiments.runs.command_line import command_line
from experiments.runs.copies import copies, own_profiles, stored_profile, stored_scenarios
from experiments.runs.estimate import Size, check_seeds, expect
from experiments.runs.progress import Progress
from experiments.runs.request import MODEL, Work
from experiments.runs.runfile import RunFile, RunKey
from experiments.runs.store import Store
from experiments.runs.where import Workers, check_workers, executor_for
from sim.core.errors import UserError
from sim.parameters import load_parameters
from sim.parameters.own import with_own
from sim.population.profile_file import load_profile
from sim.recording.recorder import DAY_100
from sim.scenario import Plan
from sim.scenario.tasks import Tasks

if TYPE_CHECKING:
    from pandas import DataFrame

DEFAULT_REPLICATES = 20
KIND = "campaign"


@dataclass(frozen=True)
class Carried:
    """A campaign that was carried out.

    Attributes:
        folder: Where its runs are stored.
        plan: Its plan.
        sizes: How large each what-if is, by name.
        results: How far tasks come.
        levels: What each variant says at yearly marks.
        goals: How far the county's targets are reached.
        changed: What what-ifs change.
        of: What intervals of amounts are of: the mean, or another draw of chance and parameters.
        failures: Errors of the runs that failed, by variant's id and seed.
    """

    folder: Path
    plan: Plan
    sizes: Mapping[str, float]
    results: Results
    levels: Mapping[str, Levels]
    goals: Sequence[GoalFound]
    changed: Sequence[Change]
    of: Of
    failures: Mapping[tuple[str, int], str]

    def tables(self) -> dict[str, DataFrame]:
        """Every table of it as a frame, by name."""
        goals = [(one, self.plan.goals[one.name]) for one in self.goals]
        return frames(self.results, goals, self.changed, self.sizes, self.of)

    def targets(self) -> Iterator[tuple[str, str, float, Interval, Interval]]:
        """Each delivery target of the plan: measure, count, amount, what was delivered in time, the chance of it."""
        delivered = self.levels[PLAN].values
        for label, named in self.plan.targets.items():
            for count in named:
                amount = delivered["delivery", DAY_100, label, f"{count}_target"]
                done = delivered["delivery", DAY_100, label, f"{count}_in_time"]
                times = int(met(done, amount).sum())
                yield label, count, float(amount.mean()), mean_interval(done, of=self.of), wilson(times, len(done))


def carry_out(
    plan: Plan,
    *,
    name: str,
    results: Path,
    replicates: int | None = None,
    asked: Asked | None = None,
    workers: Workers = None,
    seeds_first: int = 1,
    parameters: str = "point",
    load_set: Callable[[], CalibratedSet] | None = None,
    progress: bool = True,
    retry_failed: bool = False,
    fresh: bool = False,
    renew: bool = False,
    inputs: Sequence[Path] = (),
    command: str | None = None,
) -> Carried:
    """Run a campaign and its what-ifs under the same seeds; what is stored already is not done again.

    Args:
        plan: The campaign's plan, with tasks.
        name: Name of the folder under `results`.
        results: Folder of all experiments.
        replicates: How many seeds; 20 by default.
        asked: How large the what-ifs are.
        workers: Worker processes; None = one a processor, 0 = none.
        seeds_first: The first seed.
        parameters: "point", "calibrated" or "ranges", as for a comparison.
        load_set: Finds the calibrated set; that which ships by default.
        progress: Whether to say how far it has come.
        retry_failed: Whether to try again what failed before.
        fresh: Whether to throw away what the folder holds.
        renew: Whether to run again what was made before a change.
        inputs: The files that the plan was read from; none of them is written or deleted.
        command: The command line to record; this process's by default.

    Raises:
        UserError: The plan has no task that a run can count, or the folder cannot be used.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    check_workers(workers)
    tasks = tasks_to_run(plan)
    count = replicates or DEFAULT_REPLICATES
    check_seeds(seeds_first, count, "--replicates")
    vectors = drawing(parameters, load_set, with_own(load_parameters(), plan.own_parameters()))
    chosen = variants(plan, asked or Asked())
    stamp = code_version()
    drawn: list[Any] = [Drawn(one.plan, vectors, MODEL) if vectors.names else one.plan for one in chosen]
    keys = [RunKey(one.plan.id, 0, each.digest(), stamp) for one, each in zip(chosen, drawn, strict=True)]
    ids = [one.plan.id for one in chosen]
    expected = expect(
        results / name,
        count * len(chosen),
        Size.of(plan),
        field="--replicates",
        workers=workers,
        scenarios=ids,
        seeds=range(seeds_first, seeds_first + count),
        afresh=fresh or renew,
    )
    manifest = {
        **_manifest(name, chosen, stamp, command or command_line()),
        "parameters": vectors.manifest(),
        "replicates": {"asked": count, "first_seed": seeds_first},
    }
    work = Work(records.RUN, records.TABLES, MODEL, code_version=stamp)
    of: Of = "draw" if vectors.names else "mean"
    given = [*inputs, *own_profiles([plan])]
    with Store(results, name, KIND, fresh=fresh, renew=renew, inputs=given) as store, Progress(progress) as said:
        kept = copies([(plan.world.profile, plan.code())])
        store.begin(manifest, stored_scenarios([one.plan for one in chosen]), kept)
        said.say(expected.text())
        with Replicates(
            store,
            executor_for(work, workers, store.folder),
            said,
            {key.scenario: (key, each) for key, each in zip(keys, drawn, strict=True)},
            run=RUN if vectors.names else MODEL,
            by_seed=bool(vectors.names),
            retry_failed=retry_failed,
            outcomes=(),
        ) as done:
            tried = done.do_fitting(seeds_first, count)
            said.status("making the tables")
            common = [seed for seed in tried if all(seed in done.seeds(one, tried) for one in ids)]
            if not common:
                error = next(iter(done.failures.values()))
                raise UserError(f"no seed ran in every variant; the first failure: {error}", file=store.folder)
            found = _found(store.folder, plan, tasks, chosen, common, done, of)
        store.write_manifest({**manifest, "complete": True})
    return found


def tasks_to_run(plan: Plan) -> Tasks:
    """The tasks of a plan, of which a run must be able to count one.

    Raises:
        UserError: There is none.
    """
    tasks = Tasks.of(plan.resolved())
    if tasks is None or not any(task.followed for task in tasks.tasks.values()):
        problem = f"the scenario '{plan.id}' has no task that a measure delivers"
        mend = "give a task a measure and an amount (village campaign template shows how)"
        raise UserError(problem, field="tasks", mend=mend)
    return tasks


def _manifest(name: str, chosen: Sequence[Variant], stamp: str, command: str) -> dict[str, Any]:
    plan = chosen[0].plan
    scenarios = [
        {
            "id": one.plan.id,
            "title": {"en": plan.title.en, "zh": plan.title.zh},
            "digest": one.plan.digest(),
            "what_if": one.name,
            "size": one.size,
        }
        for one in chosen
    ]
    world = {**plan.world.model_dump(mode="json"), "profile": stored_profile(plan.world.profile)}
    head = {"name": name, "kind": KIND, "complete": False, "code_version": stamp, "scenarios": scenarios}
    return {**head, "command": command, "world": world, "horizon_months": plan.horizon_months}


def _found(
    folder: Path, plan: Plan, tasks: Tasks, chosen: Sequence[Variant], seeds: Sequence[int], done: Replicates, of: Of
) -> Carried:
    """All that is read from the runs."""

    def read(scenario: str, seed: int) -> RunFile:
        return done.read(scenario, seed)

    readers = {one.name: partial(read, one.plan.id) for one in chosen}
    months = sorted({goal.month for goal in plan.goals.values() if goal.indicator == "income_yuan"})
    curves = {name: read_curves(seeds, reader) for name, reader in readers.items()}
    levels = {name: read_levels(seeds, reader, months if name == PLAN else ()) for name, reader in readers.items()}
    return Carried(
        folder=folder,
        plan=plan,
        sizes={one.name: one.size for one in chosen},
        results=Results(tasks, load_profile(plan.world.profile), curves, seeds),
        levels=levels,
        goals=goals_found(plan.goals, levels[PLAN], of, first_review(plan.campaign.start.month)),
        changed=changes(levels, of),
        of=of,
        failures=done.failures,
    )
