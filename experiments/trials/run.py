"""Many replicates of trials: done once, stored one small file each, and gathered into what they show together."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.runs.codeversion import code_version, file_hash
from experiments.runs.local import Job, Pool, default_workers, load_function
from experiments.runs.progress import Progress, compile_first
from experiments.runs.runfile import RunKey
from experiments.runs.store import Store
from experiments.trials.file import Trial, load_trials
from experiments.trials.found import Found, read_found
from experiments.trials.gather import TrialResult, gather
from sim.core.errors import UserError
from sim.toml.source import read_toml

_HERE = Path(__file__).parent
_DECIDES = ("arms", "ask", "estimate", "file", "found", "outcomes", "place", "replicate", "world")
"""Modules of this folder that a replicate's result depends on, beside all of sim."""


def run_trials(
    trials: Sequence[Trial | str | Path],
    *,
    name: str | None = None,
    results: Path = Path("results"),
    replicates: int | None = None,
    workers: int | None = None,
    progress: bool = True,
    fresh: bool = False,
    command: str | None = None,
    run: str = "experiments.trials.replicate:run",
    prepare: str = "experiments.trials.replicate:prepare",
    program: str | None = None,
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
        command: The command line to record; this process's by default.
        run: `module:function` that executes a replicate, called with (prepared trial, seed).
        prepare: `module:function` that prepares a trial once for all its replicates.
        program: The code version to record instead of the hash of the program.

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
    if workers is not None and workers < 0:
        raise UserError(f"{workers} worker processes are not possible", field="--workers", allowed="0 or more")
    name = name or (chosen[0].id if len(chosen) == 1 else "trials")
    code = _code(chosen)
    stamp = program or code_version(code)
    work = [_Work(trial, RunKey(f"{trial.id}-{trial.digest()[:8]}", 0, trial.digest(), stamp)) for trial in chosen]
    manifest = {
        "name": name,
        "kind": "trial",
        "complete": False,
        "code_version": stamp,
        "code": {file.name: file_hash(file) for file in code},
        "scenarios": [{"id": one.key.scenario, "digest": one.key.digest, "trial": one.trial.id} for one in work],
        "replicates": {one.trial.id: one.trial.design.replicates for one in work},
        "command": command or shlex.join(["village", *sys.argv[1:]]),
    }
    with Store(results, name, fresh=fresh) as store, Progress(progress) as said:
        store.begin(manifest, {one.key.scenario: one.trial.resolved_toml() for one in work})
        said.status("looking at what is stored")
        for one in work:
            one.look(store)
        _do([one for one in work if one.missing], store, said, workers, run, prepare, code, program is None)
        found = [gather(one.trial, one.read(store), one.failures, store.folder) for one in work]
        store.write_manifest({**manifest, "complete": True})
    if not any(result.replicates for result in found):
        first = next(error for result in found for error in result.failures.values())
        raise UserError(
            f"no replicate ran; the first failure: {first}",
            file=store.folder / "runs",
            mend="fix the cause and run the command again",
        )
    return found


@dataclass
class _Work:
    """One trial's replicates: which are stored, missing or failed."""

    trial: Trial
    key: RunKey
    missing: list[int] = field(default_factory=list)
    failures: dict[int, str] = field(default_factory=dict)

    @property
    def seeds(self) -> range:
        return range(1, self.trial.design.replicates + 1)

    def look(self, store: Store) -> None:
        self.missing = [seed for seed in self.seeds if not store.has_run(replace(self.key, seed=seed))]

    def read(self, store: Store) -> Mapping[int, Found]:
        return {
            seed: read_found(store.read_run(replace(self.key, seed=seed)))
            for seed in self.seeds
            if seed not in self.failures
        }


def _do(
    work: Sequence[_Work],
    store: Store,
    said: Progress,
    workers: int | None,
    run: str,
    prepare: str,
    code: Sequence[Path],
    check_version: bool,
) -> None:
    """Do what is missing, trial after trial."""
    if not work:
        return
    compile_first(said.say)
    plans = []
    for one in work:
        said.status(f"fitting the world of {one.trial.id}")
        plans.append(_prepared(load_function(prepare), one.trial))
    job = Job(plans, [one.key for one in work], run, code, check_version)
    tasks = [(index, seed) for index, one in enumerate(work) for seed in one.missing]
    by_key = {one.key.scenario: one for one in work}
    with Pool(job, min(default_workers() if workers is None else workers, len(tasks))) as pool:
        said.begin(len(tasks), f"{len(work)} {'trials' if len(work) > 1 else 'trial'}")
        try:
            for done in pool.results(tasks):
                if done.data is None:
                    store.write_failure(done.key, done.error, done.traceback)
                    by_key[done.key.scenario].failures[done.key.seed] = done.error
                else:
                    store.write_run(done.key, done.data)
                said.advance(failed=done.data is None)
        except KeyboardInterrupt:
            said.say("stopped; what is done is stored, and the same command continues")
            raise


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


def _code(trials: Sequence[Trial]) -> list[Path]:
    own = {_HERE / f"{module}.py" for module in _DECIDES}
    users = {Path(policy.code.path) for trial in trials for arm in trial.arms for policy in arm.policies if policy.code}
    return sorted(file for file in own | users if file.is_file())
