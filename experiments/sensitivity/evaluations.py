"""The evaluations of an analysis: points of a design in, one number an outcome and point out.

With two scenarios the number is the second's outcome less the first's, under the same vector and seeds. What fails
stops the analysis, but for one thing: some vectors contradict the county's books (no world with that much risk, say,
has so few poor), and the generator refuses them. Such a world is not missing, it cannot be; it is reported as ruled
out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.designs.sweep import PANEL, RULED_OUT, Sweep, Vector, sweep
from experiments.measure.statistics import Floats
from experiments.runs.progress import Progress
from experiments.runs.store import Store
from experiments.runs.where import Workers
from experiments.sensitivity.indices import SHOWN, check_complete
from sim.core.errors import UserError
from sim.scenario import Plan


@dataclass(frozen=True)
class Answers:
    """Values by outcome and point; which points the county's books rule out; the values by outcome, point and seed."""

    values: Floats
    ruled_out: frozenset[int]
    by_seed: Floats


class Evaluator:
    """Evaluates points under fixed scenarios, seeds and outcomes.

    Args:
        plans: One scenario, or two of which the difference is taken.
        outcomes: See `experiments.measure.outcome`.
        seeds: Replicates, averaged.
        store: An experiment's folder, begun.
        said: Where progress is said.
        workers: As for `sweep`.
        retry_failed: As for `sweep`.
        evaluate: As for `sweep`.
        program: As for `sweep`.
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        outcomes: Sequence[str],
        seeds: Sequence[int],
        store: Store,
        said: Progress,
        workers: Workers = None,
        retry_failed: bool = False,
        evaluate: str = PANEL,
        program: str | None = None,
    ) -> None:
        self.plans, self.outcomes, self.said = plans, tuple(outcomes), said
        self.workers = workers
        self._seen: set[int] = set()
        self._seconds = math.nan
        self._with: dict[str, Any] = {
            "plans": plans, "outcomes": self.outcomes, "seeds": tuple(seeds), "store": store, "said": said,
            "workers": workers, "retry_failed": retry_failed, "evaluate": evaluate, "program": program,
        }  # fmt: skip

    @property
    def points(self) -> int:
        """How many different points have been evaluated so far."""
        return len(self._seen)

    @property
    def runs_a_point(self) -> int:
        """Runs of the model that one point takes."""
        return len(self.plans) * len(self._with["seeds"])

    def __call__(self, points: Sequence[Vector], title: str) -> Answers:
        """Evaluate points.

        Raises:
            UserError: An evaluation failed for another reason than the county's books, or gave no number; the points
                are named.
        """
        found = sweep(points, **self._with, title=title, stop_at=_is_fault)
        self._seen |= {hash(frozenset(point.items())) for point in points}
        if math.isfinite(found.seconds):
            self._seconds = found.seconds
        faults = {point: error for point, error in found.failures.items() if _is_fault(error)}
        if faults:
            raise _stopped(found, faults, title)
        by_seed = np.array([_difference(found.values(outcome)) for outcome in self.outcomes])
        ruled_out = frozenset(found.failures)
        there = [point for point in range(len(points)) if point not in ruled_out]
        for one in by_seed.mean(axis=2):
            check_complete(one[there], lambda index: f"point {there[index] + 1} of {title}")
        return Answers(by_seed.mean(axis=2), ruled_out, by_seed)

    def say_how_long(self, points: int) -> None:
        """Say how long so many points will take at the pace of the last ones, if that is known and worth saying."""
        seconds = self._seconds * points
        if seconds > 20:
            much = f"{seconds / 60:.0f} min" if seconds > 100 else f"{seconds:.0f} s"
            self.said.say(f"next: up to {points:,} points, about {much} at the pace so far")


def _difference(values: Floats) -> Floats:
    """Point by seed: of two scenarios, the second less the first."""
    found: Floats = values[:, 1] - values[:, 0] if values.shape[1] == 2 else values[:, 0]
    return found


def _is_fault(error: str) -> bool:
    return not error.startswith(RULED_OUT)


def _stopped(found: Sweep, faults: Mapping[int, str], title: str) -> UserError:
    if not any(found.vectors):  # no parameter has been moved yet
        return UserError(f"the scenarios themselves cannot be evaluated: {faults[0]}")
    points = sorted(faults)
    named = ", ".join(str(point + 1) for point in points[:SHOWN]) + (" ..." if len(points) > SHOWN else "")
    return UserError(
        f"{len(points)} of {len(found.vectors)} points failed ({title}: point {named}), so the design has holes and is "
        f"not analysed; the first: {faults[points[0]]}",
        mend="fix the cause, or leave that parameter out; then run the command again with --retry-failed",
    )
