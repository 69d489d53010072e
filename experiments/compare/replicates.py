"""The replicates of a comparison: which runs there are, and what they say about the outcomes it is judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.compare.nation.adding import added
from experiments.compare.nation.parts import Part
from experiments.designs.vectors import UNFITTED
from experiments.measure.outcome import Outcome
from experiments.measure.precision import Judged, check_outcomes, judge
from experiments.measure.statistics import Floats
from experiments.runs.executor import Executor
from experiments.runs.progress import Progress
from experiments.runs.records import panel
from experiments.runs.request import Request
from experiments.runs.runfile import RunFile, RunKey
from experiments.runs.store import Store
from experiments.runs.todo import ToDo
from sim.core.errors import UserError

MOST_TRIES = 4


class Replicates:
    """The runs of some scenarios under some seeds.

    Args:
        store: The experiment's folder, begun.
        executor: Where runs execute; closed at the end of the `with` block.
        said: Where progress is said.
        scenarios: By id, the run key with seed 0 and what is called with.
        run: `module:function` that executes a run.
        by_seed: Whether runs of one seed have costly beginnings in common.
        retry_failed: Whether to try again what failed before.
        outcomes: What the comparison is judged by.
        counties: The counties of each scenario, by id, where the world is a nation.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        said: Progress,
        scenarios: Mapping[str, tuple[RunKey, Any]],
        *,
        run: str,
        by_seed: bool,
        retry_failed: bool,
        outcomes: Sequence[Outcome],
        counties: Mapping[str, Sequence[Part]] | None = None,
    ) -> None:
        self._counties = counties or {}
        self._store, self._scenarios, self._outcomes = store, scenarios, outcomes
        self._run, self._by_seed = run, by_seed
        self._todo = ToDo(store, executor, said, retry_failed=retry_failed, noted=self._check_first)
        self._checked = False
        self._values: dict[RunKey, Floats] = {}

    def __enter__(self) -> Replicates:
        return self

    def __exit__(self, *_: object) -> None:
        self._todo.__exit__()

    @property
    def failures(self) -> dict[tuple[str, int], str]:
        """The error of each run that failed, by scenario and seed, in the order of both."""
        places = {scenario: place for place, scenario in enumerate(self._scenarios)}
        failed = self._todo.failures.items()  # those of single counties stand in that of their nation
        met = {(key.scenario, key.seed): error for key, error in failed if key.scenario in places}
        return dict(sorted(met.items(), key=lambda item: (item[0][1], places[item[0][0]])))

    def read(self, scenario: str, seed: int) -> RunFile:
        """A stored run."""
        return self._store.read_run(self._key(scenario, seed))

    def seeds(self, scenario: str, seeds: Sequence[int]) -> list[int]:
        """Those of these seeds for which the scenario has a run."""
        return [seed for seed in seeds if self._key(scenario, seed) in self._todo.stored]

    def do_fitting(self, first: int, count: int) -> Sequence[int]:
        """Do so many seeds and as many more as have vectors that cannot be fitted; returns all that were tried."""
        seeds = range(first, first + count)
        self._do(seeds)
        while len(seeds) < (wanted := min(MOST_TRIES * count, count + len(self.unfitted(seeds)))):
            seeds = range(first, first + wanted)
            self._do(seeds)
        return seeds

    def unfitted(self, seeds: Sequence[int]) -> set[int]:
        """The seeds whose parameter vector cannot be fitted to the county's books."""
        found = {seed for (_, seed), error in self.failures.items() if error.startswith(UNFITTED)}
        return found & set(seeds)

    def judge(
        self,
        compared: Sequence[str],
        baseline: str,
        seeds: Sequence[int],
        precision: float | None,
        sequential: bool = False,
    ) -> tuple[list[int], list[Judged]]:
        """The seeds that every compared scenario has, and the verdict on the differences under them.

        Args:
            compared: Ids of the scenarios that are compared; a twin is none of them.
            baseline: Id of the one they are compared with.
            seeds: The seeds.
            precision: As for `experiments.measure.precision.judge`.
            sequential: Likewise.

        Raises:
            UserError: There is no such seed.
        """
        alive = {scenario: there for scenario in compared if (there := self.seeds(scenario, seeds))}
        pairs = [seed for seed in seeds if all(seed in there for there in alive.values())]
        if baseline not in alive or not pairs:
            (scenario, seed), error = next(item for item in self.failures.items() if item[0][0] in compared)
            raise UserError(
                f"no seed ran in the baseline and every other scenario; the first failure: {error}",
                file=self._store.failure_path(scenario, seed),
                mend="mend what failed and repeat the command with --retry-failed",
            )
        values = {scenario: np.array([self._outcomes_of(scenario, seed) for seed in pairs]).T for scenario in alive}
        return pairs, judge(values, baseline, self._outcomes, precision, sequential)

    def _do(self, seeds: Sequence[int]) -> None:
        requests = [self._request(key, plan, seed) for seed in seeds for key, plan in self._scenarios.values()]
        self._todo.do(requests, f"{len(seeds)} replicates")

    def _request(self, key: RunKey, plan: Any, seed: int) -> Request:
        one = Request(replace(key, seed=seed), plan, (self._run, seed), together=seed if self._by_seed else None)
        counties = self._counties.get(key.scenario, ())
        parts = tuple(county.request(self._run, seed) for county in counties)
        return replace(one, parts=parts, add=added) if parts else one

    def _key(self, scenario: str, seed: int) -> RunKey:
        return replace(self._scenarios[scenario][0], seed=seed)

    def _check_first(self, key: RunKey) -> None:
        # The first run tells whether the chosen outcomes exist; the others are looked into only when judged, since
        # workers wait while the parent computes.
        if not self._checked and key.scenario in self._scenarios:
            check_outcomes(self._outcomes, panel(self._store.read_run(key)))
            self._checked = True

    def _outcomes_of(self, scenario: str, seed: int) -> Floats:
        key = self._key(scenario, seed)
        if key not in self._values:
            found = panel(self._store.read_run(key), [outcome.name for outcome in self._outcomes])
            self._values[key] = np.array([found.get(outcome.cell, np.nan) for outcome in self._outcomes])
        return self._values[key]
