"""Many replicates of trials: done once, stored one small file each, and gathered into what they show together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from experiments.designs.vectors import UNFITTED
from experiments.runs.codeversion import code_version
from experiments.runs.command_line import command_line
from experiments.runs.copies import copies, stored_profile
from experiments.runs.estimate import Expected, Size, check_runs, expect, mean_size
from experiments.runs.progress import Progress, compile_first
from experiments.runs.request import Request, Work, load_function
from experiments.runs.runfile import RunKey
from experiments.runs.store import Store
from experiments.runs.todo import ToDo
from experiments.runs.where import Workers, check_workers, executor_for
from experiments.trials import replicate_result as stored
from experiments.trials.file import Trial
from experiments.trials.load import load_trials
from experiments.trials.replicate_result import read_replicate_result
from experiments.trials.results import TrialResult, combine
from experiments.trials.vectors import Vectors
from experiments.trials.world import flat
from sim.core.errors import UserError
from sim.toml.source import read_toml

_HERE = Path(__file__).parent
RUN = "experiments.trials.replicate:run"
_DECIDES = (
    *("arms", "estimate", "file", "local_conditions", "observed", "outcome", "questions", "replicate"),
    *("replicate_result", "survey_measures", "vectors", "world"),
)
"""Modules of this folder that a replicate's result depends on, beside all of sim."""


def run_trials(
    trials: Sequence[Trial | str | Path],
    *,
    name: str | None = None,
    results: Path = Path("results"),
    replicates: int | None = None,
    workers: Workers = None,
    progress: bool = True,
    fresh: bool = False,
    inputs: Sequence[Path] = (),
    command: str | None = None,
    run: str = RUN,
    prepare: str = "experiments.trials.replicate:prepare",
    program: str | None = None,
    vectors: Vectors | None = None,
) -> list[TrialResult]:
    """Do every replicate that is not stored yet, and gather all of them.

    What is stored under results/NAME/runs is not done again; a replicate that failed before is tried again. A trial
    whose file has changed in what is simulated has runs of its own; a change of rules or titles asks for no new runs.

    Args:
        trials: Trials, trial files, folders of them, or names of shipped ones.
        name: Name of the folder under `results`; the trial's id, or "trials" if there are several.
        results: Folder of all experiments.
        replicates: How many replicates of each, instead of what its file says.
        workers: Worker processes; None = one a processor, 0 = none (run in this process).
        progress: Whether to say how far it has come.
        fresh: Whether to throw away what the folder holds.
        inputs: The files that were given; none of them is written or deleted.
        command: The command line to record; this process's by default.
        run: `module:function` that executes a replicate, called with (prepared trial, seed).
        prepare: `module:function` that prepares a trial once for all its replicates.
        program: The code version to record instead of the hash of the program.
        vectors: Parameter vectors over which the replicates are spread; every parameter at its value by default.

    Returns:
        A result a trial, in the order given (trials before files).

    Raises:
        UserError: A trial file is wrong or asks what the model cannot carry over, or the folder cannot be used.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    chosen = _loaded(trials)
    if replicates is not None:
        if replicates < 2:
            raise UserError(f"{replicates} is not enough: it must be at least 2", field="--replicates")
        chosen = [_with_replicates(trial, replicates) for trial in chosen]
    check_runs(sum(trial.design.replicates for trial in chosen), "--replicates", "replicates")
    check_workers(workers)
    name = name or (chosen[0].id if len(chosen) == 1 else "trials")
    code = [_HERE / f"{module}.py" for module in _DECIDES]
    kept = copies((one.world.profile, [policy.code for arm in one.arms for policy in arm.policies]) for one in chosen)
    stamp = program or code_version(code)
    wanted = [_Replicates.of(trial, vectors or Vectors(), stamp) for trial in chosen]
    parts = [part for one in wanted for part in one.parts]
    manifest = {
        "name": name,
        "kind": "trial",
        "complete": False,
        "code_version": stamp,
        "scenarios": [{"id": one.key.scenario, "digest": one.key.digest, "trial": one.trial.id} for one in parts],
        "replicates": {one.trial.id: one.trial.design.replicates for one in wanted},
        "command": command or command_line(),
    }
    expected = _expected(results / name, wanted, _size(chosen, run), workers, fresh)
    work = Work(stored.RUN, stored.TABLES, code=tuple(code), code_version="" if program else stamp)
    with Store(results, name, "trial", fresh=fresh, inputs=inputs) as store, Progress(progress) as said:
        store.begin(manifest, {one.key.scenario: stored_text(one.trial) for one in parts}, kept)
        said.say(expected.text())
        with ToDo(store, executor_for(work, workers, store.folder), said, retry_failed=True) as todo:
            _do(wanted, todo, said, run, load_function(prepare))
        found = [one.result(store, todo, stamp) for one in wanted]
        store.write_manifest({**manifest, "complete": True})
    if not any(result.replicates for result in found):
        first = next(error for result in found for error in result.failures.values())
        raise UserError(
            f"no replicate ran; the first failure: {first}",
            file=store.folder / "runs",
            mend="fix the cause and run the command again",
        )
    return found


@dataclass(frozen=True)
class _Part:
    """The replicates of a trial that share a parameter vector.

    Attributes:
        trial: The trial under that vector.
        number: The vector's number.
        key: The run key with seed 0.
        seeds: Numbers of the replicates.
    """

    trial: Trial
    number: int
    key: RunKey
    seeds: tuple[int, ...]

    @property
    def keys(self) -> dict[int, RunKey]:
        """The run key of each replicate, by its number."""
        return {seed: replace(self.key, seed=seed) for seed in self.seeds}


@dataclass(frozen=True)
class _Replicates:
    """One trial's replicates, in parts by parameter vector."""

    trial: Trial
    vectors: Vectors
    parts: tuple[_Part, ...]

    @classmethod
    def of(cls, trial: Trial, vectors: Vectors, stamp: str) -> _Replicates:
        """The replicates that a trial asks for."""
        parts = []
        everyone = range(1, trial.design.replicates + 1)
        for number in vectors.numbers:
            under = vectors.under(trial, number)
            key = RunKey(f"{trial.id}-{under.digest()[:8]}", 0, under.digest(), stamp)
            seeds = tuple(seed for seed in everyone if vectors.number_of(seed) == number)
            parts += [_Part(under, number, key, seeds)] if seeds else []
        return cls(trial, vectors, tuple(parts))

    @property
    def keys(self) -> dict[int, RunKey]:
        """The run key of each replicate, by its number."""
        return dict(sorted((seed, key) for part in self.parts for seed, key in part.keys.items()))

    def result(self, store: Store, todo: ToDo, stamp: str) -> TrialResult:
        """What all of them show together."""
        stored = {seed: key for seed, key in self.keys.items() if key in todo.stored}
        found = {seed: read_replicate_result(store.read_run(key)) for seed, key in stored.items()}
        failures = {seed: todo.failures[key] for seed, key in self.keys.items() if key in todo.failures}
        unfitted = [p.number for p in self.parts if any(_is_unfitted(todo.failures.get(k)) for k in p.keys.values())]
        whole = combine(self.trial, found, failures, store.folder)
        return replace(whole, vectors=self.vectors, unfitted=tuple(unfitted), code_version=stamp)


def _is_unfitted(error: str | None) -> bool:
    return error is not None and error.startswith(UNFITTED)


def _do(wanted: Sequence[_Replicates], todo: ToDo, said: Progress, run: str, prepare: Callable[[Trial], Any]) -> None:
    """Do what is missing, trial after trial; only a trial of which something is missing is prepared.

    A parameter vector under which no world is found is no fault of the file: its replicates fail, and the others go on.
    """
    requests = []
    trials = set()
    for one in wanted:
        for part in one.parts:
            if not (missing := todo.missing(part.keys.values())):
                continue
            compile_first(said.say)
            said.status(f"fitting the world of {one.trial.id}")
            try:
                prepared = _prepared(prepare, part.trial)
            except UserError as error:
                if one.vectors.drawing.mode == "point":
                    raise
                todo.failures.update(dict.fromkeys(missing, f"{UNFITTED}: {error.problem}"))
                continue
            trials.add(one.trial.id)
            requests += [Request(key, prepared, (run, key.seed)) for key in missing]
    todo.do(requests, f"{len(trials)} {'trials' if len(trials) > 1 else 'trial'}")


def _prepared(prepare: Callable[[Trial], Any], trial: Trial) -> Any:
    """The trial, prepared; what is wrong with its books is placed in its file."""
    try:
        return prepare(trial)
    except UserError as error:
        if error.line is not None or str(error.file) != trial.file or not error.field:
            raise
        source = read_toml(Path(trial.file))
        parts = error.field.split(".")
        dotted = (*parts[:2], ".".join(parts[2:]))
        place = source.place(dotted if source.place(dotted).line else tuple(parts))
        raise place.of(error) from error


def _expected(folder: Path, wanted: Sequence[_Replicates], size: Size, workers: Workers, fresh: bool) -> Expected:
    return expect(
        folder,
        sum(one.trial.design.replicates for one in wanted),
        size,
        field="--replicates",
        workers=workers,
        scenarios=[part.key.scenario for one in wanted for part in one.parts],
        seeds=range(1, max(one.trial.design.replicates for one in wanted) + 1),
        afresh=fresh,
        what="replicates",
    )


def _size(trials: Sequence[Trial], run: str) -> Size:
    """What a replicate takes, on average; of another function than the model's own, nothing is known."""
    sizes: list[tuple[Size, int]] = []
    if run != RUN:
        return Size()
    for one in trials:
        stated = flat(one.world.books).get("size.households_per_village")
        size = Size.of_world(one.world.profile, one.design.village_count, one.months, few=True, households=stated)
        sizes.append((size, one.design.replicates))
    return mean_size(sizes)


def _loaded(trials: Sequence[Trial | str | Path]) -> list[Trial]:
    """Files read; trials as they are."""
    paths = [one for one in trials if not isinstance(one, Trial)]
    found = [one for one in trials if isinstance(one, Trial)]
    if paths or not found:
        found += load_trials(paths)
    ids = [trial.id.casefold() for trial in found]
    for trial in found:
        if ids.count(trial.id.casefold()) > 1:
            raise UserError(f"two trials are called {trial.id!r}", mend="give the files different names")
    return found


def _with_replicates(trial: Trial, count: int) -> Trial:
    return trial.model_copy(update={"design": trial.design.model_copy(update={"replicates": count})})


def stored_text(trial: Trial) -> str:
    """The trial's text, its profile named as the folder keeps it."""
    world = trial.world.model_copy(update={"profile": stored_profile(trial.world.profile)})
    return trial.model_copy(update={"world": world}).resolved_toml()
