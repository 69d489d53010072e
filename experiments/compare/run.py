"""Compare scenarios: the same chance events for each, replicates until the differences are known well enough.

Replicates are added in fixed steps, and precision is judged only when every run up to a step is done. So a comparison
that was interrupted and resumed ends after the same replicates, with the same tables, as one that was not.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from experiments.compare.gather import Evidence
from experiments.compare.provenance import calibration_of, conclusion_for
from experiments.compare.spillover import choose, spillovers_of, twins
from experiments.compare.summary import print_summary, write_summary
from experiments.compare.tables import Comparison, rebuild
from experiments.designs.vectors import RUN, UNFITTED, CalibratedSet, Drawn, drawing
from experiments.measure.precision import Judged, Outcome, check_outcomes, judge, parse_outcomes
from experiments.measure.statistics import Floats, Of
from experiments.runs.codeversion import code_version, file_hash
from experiments.runs.local import Job, Pool, default_workers
from experiments.runs.progress import Progress, compile_first
from experiments.runs.runfile import RunFile, RunKey
from experiments.runs.store import Store
from sim.core.errors import UserError
from sim.scenario import Plan, check_comparable

__all__ = ["DEFAULT_REPLICATES", "compare", "print_summary"]

DEFAULT_REPLICATES = 8
MOST_TRIES = 4


def compare(
    plans: Sequence[Plan],
    *,
    name: str,
    results: Path,
    replicates: int | None = None,
    precision: float | None = None,
    limit: int = 64,
    step: int = 4,
    workers: int | None = None,
    baseline: str | None = None,
    outcomes: Sequence[str] | None = None,
    spillovers: Sequence[str] | None = None,
    seeds_first: int = 1,
    progress: bool = True,
    retry_failed: bool = False,
    fresh: bool = False,
    command: str | None = None,
    parameters: str = "point",
    load_set: Callable[[], CalibratedSet] | None = None,
    sensitivity: Path | None = None,
    run: str = "sim.running:run",
    program: str | None = None,
) -> Path:
    """Run every scenario under the same seeds, store each run, and write the tables of their differences.

    What is stored already is not done again. With `replicates`, just so many seeds are run; else with `precision`,
    seeds are added `step` by `step` until every outcome of every scenario is known so well or `limit` is reached; else
    8. Seeds whose parameter vector cannot be fitted to the county's books do not count: others are tried in their
    place, up to `MOST_TRIES` times as many. A failed run is recorded and its seed left out for all scenarios; a
    scenario none of whose runs succeeds is left out itself.

    Args:
        plans: The scenarios; ids differ, and eras, worlds and horizons agree.
        name: Name of the experiment, and of its folder under `results`.
        results: Folder of all experiments.
        replicates: How many seeds.
        precision: How well differences are to be known; see `experiments.measure.precision` for its meaning.
        limit: Most seeds that `precision` may lead to.
        step: How many seeds are added at a time.
        workers: Worker processes; None = one a processor, 0 = none (run in this process).
        baseline: Id of the scenario to compare with; the one called "baseline" by default, else the first.
        outcomes: Outcomes to judge, as `name[@month][:group]`; income and headcount at month 36 by default.
        spillovers: Ids of scenarios to run under the fixed closure too, which shows what comes through prices and
            jobs; the one with the most policies by default, if every closure is endogenous. See
            `experiments.compare.spillover`.
        seeds_first: The first seed.
        progress: Whether to say how far it has come.
        retry_failed: Whether to try again what failed before.
        fresh: Whether to throw away what the folder holds.
        command: The command line to record; this process's by default.
        parameters: "point": every parameter at its value, and intervals of the mean over chance events. "calibrated"
            or "ranges": another parameter vector with each seed, the same for all scenarios (see
            `experiments.designs.vectors`), and intervals of where another such draw would lie.
        load_set: Finds the calibrated set; that which ships by default.
        sensitivity: A sensitivity experiment whose conclusion the report is to quote; by default one beside this
            experiment that is about two of these scenarios.
        run: `module:function` that executes a run.
        program: The code version to record instead of the hash of the program.

    Returns:
        The experiment's folder.

    Raises:
        UserError: The question is not a comparison, or the folder cannot be used for it; see `Store`.
        KeyboardInterrupt: Interrupted; what is done is stored.
    """
    counts = _counts(replicates, precision, step, limit)
    if workers is not None and workers < 0:
        raise UserError(f"{workers} worker processes are not possible", field="--workers", allowed="0 or more")
    base = _baseline(plans, baseline)
    twinned = choose(plans, base, spillovers)
    everything = [*plans, *twins(plans, base, twinned)]
    chosen = parse_outcomes(outcomes, plans[0].horizon_months)
    code = sorted({Path(policy.code.path) for plan in plans for policy in plan.policies if policy.code})
    stamp = program or code_version(code)
    vectors = drawing(parameters, load_set)
    drawn: list[Any] = [Drawn(plan, vectors, run) for plan in everything] if vectors.names else everything
    keys = [RunKey(plan.id, 0, one.digest(), stamp) for plan, one in zip(everything, drawn, strict=True)]
    manifest: dict[str, Any] = {
        "name": name,
        "kind": "compare",
        "complete": False,
        "code_version": stamp,
        "code": {file.name: file_hash(file) for file in code},
        "scenarios": [
            {
                "id": plan.id,
                "title": {"en": plan.title.en, "zh": plan.title.zh},
                "digest": plan.digest(),
                "policies": [policy.label for policy in plan.policies],
                "closure": plan.closure,
            }
            for plan in plans
        ],
        "baseline": base,
        "spillovers": list(twinned),
        "outcomes": [{"name": one.name, "month": one.month, "group": one.group} for one in chosen],
        "precision": precision,
        "replicates": {
            "done": 0,
            "asked": counts[-1],
            "step": step,
            "limit": limit,
            "first_seed": seeds_first,
        },
        "closure": plans[0].closure if len({plan.closure for plan in plans}) == 1 else "mixed",
        "horizon_months": plans[0].horizon_months,
        "parameters": vectors.manifest(),
        **calibration_of(plans, vectors, load_set),
        "sensitivity": conclusion_for([plan.id for plan in plans], results, sensitivity, stamp),
        "command": command or shlex.join(["village", *map(_from_here, sys.argv[1:])]),
        "versions": _versions(),
        "world": plans[0].world.model_dump(mode="json"),
    }
    job = Job(drawn, keys, RUN if vectors.names else run, code, program is None, by_seed=bool(vectors.names))
    of: Of = "draw" if vectors.names else "mean"
    with Store(results, name, fresh=fresh) as store, Progress(progress) as said:
        store.begin(manifest, {plan.id: plan.resolved_toml() for plan in plans})
        with Pool(job, min(default_workers() if workers is None else workers, len(keys) * counts[-1])) as pool:
            work = _Work(store, pool, [plan.id for plan in plans], base, chosen, retry_failed, said, run)
            judged: list[Judged] = []
            for count in counts:
                seeds = work.do_fitting(seeds_first, count)
                pairs, judged = work.judge(seeds, precision)
                if replicates is None and judged and all(one.verdict.enough for one in judged):
                    break
        said.status("making the tables")
        alive = [plan for plan in plans if work.done(plan.id, seeds)]
        done = {plan.id: work.done(plan.id, seeds) for plan in alive}
        evidence = Evidence(alive, base, pairs, done, work.read, of)
        under_both = spillovers_of(plans, base, twinned, lambda scenario: work.done(scenario, pairs), work.read, of)
        failures = {key: error for key, error in work.failures.items() if error}
        rebuild(store.folder, evidence, judged, failures, under_both, _reconciled(plans[_index(plans, base)], run))
        manifest["replicates"]["done"] = len(pairs)
        manifest["replicates"]["asked"] = count
        if vectors.names:
            manifest["replicates"] |= {"tried": len(seeds), "unfitted": len(work.unfitted(seeds))}
        manifest["complete"] = True
        write_summary(Comparison(store.folder, manifest))
        store.write_manifest(manifest)
    return store.folder


def _from_here(word: str) -> str:
    """A word of the command line, with a path below the current folder said from there, so that it holds elsewhere."""
    option, equals, value = word.rpartition("=") if word.startswith("-") else ("", "", word)
    path = Path(value)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        value = path.relative_to(Path.cwd()).as_posix()
    return f"{option}{equals}{value}"


def _counts(replicates: int | None, precision: float | None, step: int, limit: int) -> list[int]:
    for value, field in ((replicates, "--replicates"), (step, "--step"), (limit, "--limit")):
        if value is not None and value < 1:
            raise UserError(f"{value} is not possible: it must be at least 1", field=field)
    if precision is not None and not 0 < precision < 1:
        raise UserError(f"{precision} is not a precision", field="--precision", allowed="more than 0 and less than 1")
    if replicates is not None or precision is None:
        return [replicates or DEFAULT_REPLICATES]
    return [*range(step, limit, step), limit]


def _baseline(plans: Sequence[Plan], asked: str | None) -> str:
    ids = [plan.id for plan in plans]
    if not ids:
        raise UserError("there is no scenario to compare", mend="name one scenario file or more")
    # Folders on some machines do not tell capitals apart.
    seen: dict[str, str] = {}
    for one in ids:
        if one.casefold() in seen:
            raise UserError(f"two scenarios are called {one!r}", mend="give the files different names")
        seen[one.casefold()] = one
    check_comparable(plans)
    if asked is not None and asked not in ids:
        raise UserError(f"there is no scenario {asked!r}", field="--baseline", allowed=", ".join(ids))
    return asked or ("baseline" if "baseline" in ids else ids[0])


def _index(plans: Sequence[Plan], scenario: str) -> int:
    return [plan.id for plan in plans].index(scenario)


def _versions() -> dict[str, str]:
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for package in ("mesa", "numpy", "numba", "pyarrow"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = ""
    return found


def _reconciled(plan: Plan, run: str) -> Sequence[Any]:
    """Model beside profile, where it is sim's own run."""
    if run != Job.run:
        return ()
    from sim.population.describe import reconcile

    return reconcile(plan)


class _Work:
    """Which runs are stored, failed or missing, and what the stored ones say about the chosen outcomes."""

    def __init__(
        self,
        store: Store,
        pool: Pool,
        compared: Sequence[str],
        baseline: str,
        outcomes: Sequence[Outcome],
        retry_failed: bool,
        said: Progress,
        run: str,
    ) -> None:
        self.store, self.pool, self.baseline, self.outcomes = store, pool, baseline, outcomes
        self.compared = compared  # all but the twins
        self.retry_failed, self.said, self.run = retry_failed, said, run
        self.failures: dict[tuple[str, int], str] = {}
        self._there: dict[tuple[str, int], Floats | None] = {}
        self._scenarios = {key.scenario: index for index, key in enumerate(pool.job.keys)}

    def key(self, scenario: str, seed: int) -> RunKey:
        """The run key of a scenario and seed."""
        return self.pool.job.key(self._scenarios[scenario], seed)

    def read(self, scenario: str, seed: int) -> RunFile:
        """A stored run."""
        return self.store.read_run(self.key(scenario, seed))

    def do(self, seeds: Sequence[int]) -> None:
        """Do every run of these seeds that is neither stored nor known to fail."""
        self.said.status("looking at what is stored")
        missing = [
            (index, seed)
            for seed in seeds
            for scenario, index in self._scenarios.items()
            if (scenario, seed) not in self._there and not self._stored(self.key(scenario, seed))
        ]
        if not missing:
            return
        compile_first(self.said.say, self.run)  # so that workers only load what is compiled
        self.said.begin(len(missing), f"{len(seeds)} replicates")
        try:
            for done in self.pool.results(missing):
                where = done.key.scenario, done.key.seed
                if done.data is None:
                    self.store.write_failure(done.key, done.error, done.traceback)
                    self.failures[where] = done.error
                else:
                    self.store.write_run(done.key, done.data)
                    self._note(done.key)
                self.said.advance(failed=done.data is None)
        except KeyboardInterrupt:
            self.said.say("stopped; what is done is stored, and the same command continues")
            raise

    def do_fitting(self, first: int, count: int) -> Sequence[int]:
        """Do so many seeds and as many more as have vectors that cannot be fitted; returns all that were tried."""
        seeds = range(first, first + count)
        self.do(seeds)
        while len(seeds) < (wanted := min(MOST_TRIES * count, count + len(self.unfitted(seeds)))):
            seeds = range(first, first + wanted)
            self.do(seeds)
        return seeds

    def unfitted(self, seeds: Sequence[int]) -> set[int]:
        """The seeds whose parameter vector cannot be fitted to the county's books."""
        found = {seed for (_, seed), error in self.failures.items() if error.startswith(UNFITTED)}
        return found & set(seeds)

    def _stored(self, key: RunKey) -> bool:
        where = key.scenario, key.seed
        if where in self.failures:
            return True
        if self.store.has_run(key):
            self._note(key)
            return True
        error = None if self.retry_failed else self.store.failure(key)
        if error is not None:
            self.failures[where] = error
        return error is not None

    def _note(self, key: RunKey) -> None:
        # The first run tells whether the chosen outcomes exist; the others are looked into only when judged, since
        # workers wait while the parent computes.
        if not self._there:
            check_outcomes(self.outcomes, self.read(key.scenario, key.seed).panel())
        self._there[key.scenario, key.seed] = None

    def _outcomes(self, scenario: str, seed: int) -> Floats:
        """The chosen outcomes of a stored run."""
        found = self._there[scenario, seed]
        if found is None:
            panel = self.read(scenario, seed).panel([outcome.name for outcome in self.outcomes])
            found = np.array([panel.get(outcome.cell, np.nan) for outcome in self.outcomes])
            self._there[scenario, seed] = found
        return found

    def done(self, scenario: str, seeds: Sequence[int]) -> list[int]:
        """Those of these seeds for which the scenario has a run."""
        return [seed for seed in seeds if (scenario, seed) in self._there]

    def judge(self, seeds: Sequence[int], precision: float | None) -> tuple[list[int], list[Judged]]:
        """The seeds that every compared scenario has, and the verdict on the differences under them.

        Raises:
            UserError: There is no such seed.
        """
        alive = [scenario for scenario in self.compared if self.done(scenario, seeds)]
        pairs = [seed for seed in seeds if all((scenario, seed) in self._there for scenario in alive)]
        if self.baseline not in alive or not pairs:
            (scenario, seed), error = next(item for item in self.failures.items() if item[0][0] in self.compared)
            raise UserError(
                f"no seed ran in the baseline and every other scenario; the first failure: {error}",
                file=self.store.failure_path(scenario, seed),
                mend="fix the cause and run the command again with --retry-failed",
            )
        values = {scenario: np.array([self._outcomes(scenario, seed) for seed in pairs]).T for scenario in alive}
        return pairs, judge(values, self.baseline, self.outcomes, precision)
