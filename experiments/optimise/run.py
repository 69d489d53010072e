"""A search as an experiment: its folder, its runs, its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.designs.design import Design
from experiments.designs.outcomes import RUN, scale_of
from experiments.designs.sweep import EVALUATIONS
from experiments.designs.sweep import RUN as TASK
from experiments.designs.vectors import drawing
from experiments.designs.write import DESIGN, design_toml
from experiments.optimise.answer import Answer, answer, tables
from experiments.optimise.contest import contest
from experiments.optimise.evaluations import SCENARIO, ModelRuns, plan_of
from experiments.optimise.finals import Beside
from experiments.optimise.from_design import COST, Stated, stated
from experiments.optimise.front import front
from experiments.optimise.page import page
from experiments.optimise.problem import Mix
from experiments.optimise.reference import reference
from experiments.optimise.rivals import EXTRA, RIVALS, left_out
from experiments.optimise.search import Effort, check_effort, search
from experiments.optimise.trials import Trials, Vector
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
from sim.scenario import Plan, check_comparable, load_plans

ANSWER = "answer.json"
LANGUAGES = ("en", "zh")
CASH = "cash"
"""The shipped scenario whose measure stands for cash of equal cost."""


@dataclass(frozen=True)
class Asked:
    """What is asked beside the design.

    Attributes:
        effort: How thoroughly to search; a design's own seeds by default (see `effort_of`).
        beside: Shipped scenarios, or files, to compare with as they are.
        cash: Whether to compare with cash of equal cost.
        screen_villages: Search over so many villages and finish at the design's; 0 = search where the design is.
        vectors: Parameter vectors for the regret.
        parameters: How they are drawn: "calibrated" or "ranges".
        contest: Whether to run other methods with as many runs, and write contest.csv.
        reference: Search on to so many runs, and say how far the answer is from the best of them; 0 = no.
    """

    effort: Effort | None = None
    beside: tuple[str, ...] = ("mix",)
    cash: bool = True
    screen_villages: int = 0
    vectors: int = 0
    parameters: str = "calibrated"
    contest: bool = False
    reference: int = 0


def effort_of(design: Design, screen_villages: int = 0) -> Effort:
    """How thoroughly a design asks to be searched: its seeds, and runs in runs of the whole county."""
    plan = design.scenarios[0]
    scale = scale_of(plan) * plan.world.villages / (screen_villages or plan.world.villages)
    seeds = design.seeds
    return Effort(
        seeds_first=seeds.first,
        fresh_first=seeds.fresh_first,
        search_seeds=seeds.replicates,
        ranking_seeds=seeds.fresh,
        last_seeds=seeds.fresh,
        most_runs=int(seeds.budget_runs * scale),
    )


def optimise(
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
) -> tuple[Path, Answer]:
    """Search a design and write answer.json, its tables and a page a language; what is stored is not done again.

    Args:
        design: The design.
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
        evaluate: See `evaluations.ModelRuns`.
        program: The code version to record instead of the hash of the program.

    Returns:
        The folder, and the answer.

    Raises:
        UserError: The design cannot be searched, no mix keeps its limits, a run failed, or the folder cannot be used.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    said_so = stated(design)
    effort = asked.effort or effort_of(design, asked.screen_villages)
    check_effort(effort)
    small = _smaller(design, asked.screen_villages)
    others = _others(design, asked.beside)
    stamp, line = program or code_version(), command or command_line()
    own = {plan.id: plan for plan in design.scenarios}
    plans = list({**own, **others, **own}.values())
    manifest = _manifest(design, name, stamp, line, said_so, plans)
    size = Size.of(small.scenarios[0], few=True) if evaluate == RUN else Size()
    expected = expect(
        results / name, _most_runs(asked, effort), size, field="budget_runs", workers=workers, at_most=True
    )
    given = [*inputs, *own_profiles(plans)]
    with ExitStack() as stack:
        store = stack.enter_context(Store(results, name, "optimise", fresh=fresh, inputs=given))
        said = stack.enter_context(Progress(progress))
        store.begin(manifest, stored_scenarios(plans), copies((plan.world.profile, plan.code()) for plan in plans))
        (store.folder / ANSWER).unlink(missing_ok=True)  # nobody should quote it while it is being made anew
        said.say(expected.text())
        work = Work(TASK, (EVALUATIONS,), evaluate, code_version="" if program else stamp)
        executor = executor_for(work, workers, store.folder)
        todo = stack.enter_context(ToDo(store, executor, said, retry_failed=retry_failed))

        def runs_of(one: Design) -> ModelRuns:
            return ModelRuns(one, said_so.outcomes, store, todo, stamp, evaluate, _others(one, asked.beside))

        titles = {plan.id: (plan.title.en, plan.title.zh) for plan in others.values()}
        if asked.contest and (missing := left_out()):
            said.say(f"left out of the contest: {', '.join(missing)}; install them: pip install 'villagesim[{EXTRA}]'")
        comes_to = _searched(design, small, said_so, asked, effort, runs_of, titles)
        made = {**tables(comes_to), DESIGN: design_toml(design)}
        for file, text in made.items():
            write_atomic(store.folder / file, text)
        for language in languages:
            write_atomic(store.folder / f"optimise.{language}.html", page(comes_to, language, name, line))
        write_json(store.folder / ANSWER, answer(comes_to))
        manifest["complete"] = True
        store.write_manifest(manifest, [*made])
    return store.folder, comes_to


def _searched(
    design: Design,
    small: Design,
    said_so: Stated,
    asked: Asked,
    effort: Effort,
    runs_of: Callable[[Design], ModelRuns],
    titles: Mapping[str, tuple[str, str]],
) -> Answer:
    """Search over the small design, and judge over the whole one if that is larger."""
    runs = runs_of(small)
    trials = Trials(said_so.problem, runs)
    at_county = runs if small is design else runs_of(design)
    county = None if small is design else Trials(said_so.problem, at_county)
    beside = _beside(design, asked, trials, effort.seeds[0], at_county)
    found = search(trials, effort, vectors=_vectors(asked), beside=beside, large=county)
    choices = front(trials, said_so.front, found.winner, effort.seeds, effort.sizes) if said_so.front else []
    large_runs = county.runs if county else 0  # without those of other methods
    best = reference(trials, found, asked.reference, county) if asked.reference else None
    methods = contest(trials, found, county) if asked.contest else None
    return Answer(design, small, said_so, found, large_runs, titles, tuple(choices), methods, best)


def _most_runs(asked: Asked, effort: Effort) -> int:
    """The most runs of all that is asked for.

    Raises:
        UserError: A reference would have no more runs than the search.
    """
    if asked.reference and asked.reference <= effort.most_runs:
        raise UserError(
            f"a reference of {asked.reference} runs is no more than the search itself may take",
            field="--reference",
            allowed=f"more than {effort.most_runs}",
            mend="ask for more, or give the search fewer runs (--runs)",
        )
    methods = 1 + (len(RIVALS) - len(left_out()) if asked.contest else 0)
    return effort.most_runs * methods + max(0, asked.reference - effort.most_runs)


def _manifest(
    design: Design, name: str, stamp: str, line: str, said_so: Stated, plans: Sequence[Plan]
) -> dict[str, Any]:
    return {
        "name": name,
        "kind": "optimise",
        "complete": False,
        "code_version": stamp,
        "scenarios": [
            {"id": plan.id, "title": {"en": plan.title.en, "zh": plan.title.zh}, "digest": plan.digest()}
            for plan in plans
        ],
        "design": {"id": design.id, "title": {"en": design.title.en, "zh": design.title.zh}, "digest": design.digest()},
        "outcomes": list(said_so.outcomes),
        "command": line,
    }


def _smaller(design: Design, villages: int) -> Design:
    """The design over fewer villages; itself where it has no more anyway."""
    plan = design.scenarios[0]
    if not 0 < villages < plan.world.villages:
        return design
    return moved(design, {"world.villages": villages})


def moved(design: Design, settings: Mapping[str, object]) -> Design:
    """A design whose scenarios have other settings."""
    return design.model_copy(update={"scenarios": tuple(plan.with_settings(settings) for plan in design.scenarios)})


def _others(design: Design, names: Sequence[str]) -> dict[str, Plan]:
    """Scenarios to compare with, in the design's world."""
    base = design.scenarios[0]
    found = {}
    for plan in load_plans(list(names)) if names else []:
        settings = {"horizon_months": base.horizon_months, "world.villages": base.world.villages}
        if plan.world.profile != base.world.profile:
            settings["world.profile"] = base.world.profile  # type: ignore[assignment]
        there = plan.with_settings(settings)
        check_comparable([base, there])
        found[plan.id] = there
    if len(found) < len(names):
        raise UserError("two scenarios to compare with have one name", field="--beside")
    return found


def _beside(design: Design, asked: Asked, trials: Trials, seeds: Sequence[int], runs: ModelRuns) -> Beside:
    """What the finals run beside the winner: scenarios as they are, and cash of equal cost."""

    def beside(winner: Mix) -> dict[str, Vector]:
        found: dict[str, Vector] = {name: {SCENARIO: name} for name in runs.others if name != CASH}
        if asked.cash:
            cost = float(trials.outcome(COST, [winner], seeds, "").mean())
            runs.others[CASH] = _cash(design, trials, winner, round(cost, -4))
            found[CASH] = {SCENARIO: CASH}
        return found

    return beside


def _cash(design: Design, trials: Trials, winner: Mix, yuan: float) -> Plan:
    """The winner's measures that cost no money, and its money as cash."""
    problem = trials.problem
    free = tuple(
        amount if lever.unit_cost_yuan == 0 else lever.least
        for lever, amount in zip(problem.levers, winner, strict=True)
    )
    plan = plan_of(design, free)
    cash = load_plans([CASH])[0].with_settings({f"policies.{CASH}.budget_yuan": yuan})
    policy = next(policy for policy in cash.policies if policy.kind == CASH)
    return plan.model_copy(update={"id": CASH, "policies": (*plan.policies, policy)})


def _vectors(asked: Asked) -> list[Vector]:
    """Different vectors: the calibrated set may hold fewer than were asked for."""
    if not asked.vectors:
        return []
    drawn = drawing(asked.parameters)
    return list(dict.fromkeys(FrozenDict(drawn.vector(number + 1)) for number in range(asked.vectors)))
