"""A sweep as an experiment: its folder, its runs, its tables and its page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.designs.design import Design
from experiments.designs.outcomes import RUN
from experiments.designs.vectors import drawing
from experiments.designs.write import DESIGN, design_toml
from experiments.measure.statistics import verdict
from experiments.runs.codeversion import code_version
from experiments.runs.command_line import command_line
from experiments.runs.copies import copies, own_profiles, stored_profile, stored_scenarios
from experiments.runs.estimate import BYTES_A_FEW_NUMBERS, Size, check_seeds, expect
from experiments.runs.files import write_atomic
from experiments.runs.progress import Progress
from experiments.runs.request import Work
from experiments.runs.store import Store
from experiments.runs.todo import ToDo
from experiments.runs.where import Workers, check_workers, executor_for
from experiments.sweeps import tables
from experiments.sweeps.blocks import CALL, RUNS, Question, Wanted, carry_out, runs_a_block, settings_of
from experiments.sweeps.page import page
from experiments.sweeps.points import Points, points_of
from experiments.sweeps.result import SweepResult
from experiments.sweeps.returns import Returns, returns_of

LANGUAGES = ("en", "zh")


def sweep(
    design: Design,
    *,
    name: str,
    results: Path,
    replicates: int | None = None,
    precision: float | None = None,
    workers: Workers = None,
    progress: bool = True,
    retry_failed: bool = False,
    fresh: bool = False,
    inputs: Sequence[Path] = (),
    languages: Sequence[str] = LANGUAGES,
    command: str | None = None,
    evaluate: str = RUN,
    program: str | None = None,
) -> tuple[Path, SweepResult]:
    """Run every point of a design in every scenario under every seed; what is stored is not done again.

    Args:
        design: The design.
        name: Name of the experiment, and of its folder under `results`.
        results: Folder of all experiments.
        replicates: Just so many seeds; as the design says by default.
        precision: Add seeds until differences are known so well; as the design says by default.
        workers: Worker processes; None = one a processor, 0 = none (run in this process).
        progress: Whether to say how far it has come.
        retry_failed: Whether to try again what failed before.
        fresh: Whether to throw away what the folder holds.
        inputs: The files that the design was read from; none of them is written or deleted.
        languages: Languages of the page.
        command: The command line to record; this process's by default.
        evaluate: `module:function` called with (plan, seed, outcomes), returning a number each.
        program: The code version to record instead of the hash of the program.

    Returns:
        The folder, and what was found.

    Raises:
        UserError: The design asks for what cannot be, or the folder cannot be used for it; see `Store`.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    check_workers(workers)
    design = _asked(design, replicates, precision)
    points = points_of(design)
    most = design.seeds.limit if design.seeds.precision is not None else design.seeds.replicates
    check_seeds(design.seeds.first, most, "--replicates")
    size = runs_a_block(design.scenarios) if evaluate == RUN else 8
    each = Size.of(design.scenarios[0], few=True) if evaluate == RUN else Size()
    runs = most * len(points) * len(design.scenarios)
    expected = expect(
        results / name,
        runs,
        Size(each.seconds, BYTES_A_FEW_NUMBERS / size, each.memory_bytes),
        field="--replicates, points of the design",
        workers=workers,
        at_most=design.seeds.precision is not None,
    )
    stamp = program or code_version()
    drawn = drawing(design.parameters)
    question = Question(design.scenarios, design.outcomes, drawn, design.uncertainties, evaluate)
    line = command or command_line()
    manifest = _manifest(design, name, stamp, line, drawn.manifest())
    given = [*inputs, *own_profiles(design.scenarios)]
    work = Work(CALL, (RUNS,), evaluate, code_version="" if program else stamp)
    with Store(results, name, "sweep", fresh=fresh, inputs=given) as store, Progress(progress) as said:
        kept = copies((plan.world.profile, plan.code()) for plan in design.scenarios)
        store.begin(manifest, stored_scenarios(design.scenarios), kept)
        files = -(-runs // size)
        said.say(f"points: {len(points):,}; scenarios: {len(design.scenarios)}; files of {size} runs: {files:,}")
        said.say(expected.text())
        with ToDo(store, executor_for(work, workers, store.folder), said, retry_failed=retry_failed) as todo:
            result = _until_known(design, points, question, size, todo, store, stamp)
        said.status("making the tables")
        products = _write(store.folder, result, languages, line)
        manifest |= {"complete": True, "replicates": len(result.seeds), "failed": len(result.cube.failures)}
        manifest["unfitted_seeds"] = result.unfitted
        store.write_manifest(manifest, products)
    return store.folder, result


def _asked(design: Design, replicates: int | None, precision: float | None) -> Design:
    """The design with the options of the command line; so many seeds, or seeds until differences are known."""
    seeds = design.seeds
    if replicates is not None:
        seeds = seeds.model_copy(update={"replicates": replicates, "precision": None})
    if precision is not None:
        seeds = seeds.model_copy(update={"precision": precision, "limit": max(seeds.limit, seeds.replicates)})
    return design.model_copy(update={"seeds": seeds})


def _until_known(
    design: Design, points: Points, question: Question, size: int, todo: ToDo, store: Store, stamp: str
) -> SweepResult:
    """The runs of as many seeds as are asked for, or as it takes; rounds are the same however often it is resumed."""
    asked, seeds = design.seeds, design.seeds.numbers()
    moved = [
        (scenario, place, settings_of(design.settings(plan, point)))
        for scenario, plan in enumerate(design.scenarios)
        for place, point in enumerate(points)
    ]
    wanted: list[Wanted] = []
    done: tuple[int, ...] = ()
    while True:
        new = [Wanted(*one, seed) for seed in seeds[len(done) :] for one in moved]
        wanted += new
        done = seeds
        cube = carry_out(question, wanted, size, todo, store, stamp, f"{len(points):,} points under {len(done)} seeds")
        result = SweepResult.of(design, points, done, cube)
        if asked.precision is None or len(done) >= asked.limit or _known(result, asked.precision):
            return result
        seeds = asked.numbers(min(asked.limit, len(done) + asked.replicates))


def _known(result: SweepResult, precision: float) -> bool:
    """Whether every difference in what is wanted is known so well; one that is nothing in every run is."""
    for outcome in result.judged:
        for scenario in range(len(result.design.scenarios)):
            level = abs(result.level(scenario, outcome).value)
            asked = precision * (level or 1.0) if result.outcomes[outcome].is_amount else precision
            for differences in result.differences[scenario, 1:, :, outcome]:
                known = differences[np.isfinite(differences)]
                if known.any() and not verdict(known, asked, sequential=True).enough:
                    return False
    return True


def _write(folder: Path, result: SweepResult, languages: Sequence[str], line: str) -> list[str]:
    """Tables, the design and a page a language; their names in the folder."""
    alone = result.design.sample.method == "one_at_a_time"
    curves: list[Returns] = [one for outcome in result.judged for one in returns_of(result, outcome)] if alone else []
    frames = frames_of(result, curves)
    made = dict(tables.files(frames))
    made[DESIGN] = design_toml(result.design).encode()
    for language in languages:
        made[f"sweep.{language}.html"] = page(result, curves, language, folder.name, line).encode()
    for name, data in made.items():
        write_atomic(folder / name, data)
    return list(made)


def frames_of(result: SweepResult, curves: list[Returns]) -> dict[str, pd.DataFrame]:
    """Every table of a sweep, by name; the data dictionary last."""
    frames = {
        tables.RUNS: tables.runs(result),
        tables.EFFECTS: tables.effects(result),
        **({tables.RETURNS: tables.returns(result, curves)} if curves else {}),
        tables.FAILURES: tables.failures(result),
    }
    return {**frames, tables.DICTIONARY: tables.dictionary(result, frames)}


def _manifest(design: Design, name: str, stamp: str, line: str, parameters: dict[str, Any]) -> dict[str, Any]:
    plan = design.scenarios[0]
    return {
        "name": name,
        "kind": "sweep",
        "complete": False,
        "code_version": stamp,
        "scenarios": [
            {"id": one.id, "title": {"en": one.title.en, "zh": one.title.zh}, "digest": one.digest()}
            for one in design.scenarios
        ],
        "design": {
            "id": design.id,
            "title": {"en": design.title.en, "zh": design.title.zh},
            "digest": design.digest(),
            "method": design.sample.method,
        },
        "outcomes": list(design.outcomes),
        "parameters": parameters,
        "command": line,
        "world": {**plan.world.model_dump(mode="json"), "profile": stored_profile(plan.world.profile)},
    }
