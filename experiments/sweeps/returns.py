"""Where returns fall: what each further step of a lever adds, beside what its best earlier step added.

A step is from one value of a response curve to the next, and what it adds is counted for a unit of the lever, run by
run under the same chance events. Returns are said to fall at the first value from which every further step adds less
than the best step before it, by an interval that leaves out zero (all steps together at 95%); nothing more is gained
from the first value after which no further one is known to be better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from experiments.measure.statistics import Floats, t_limits
from experiments.pages.numbers import Estimate
from experiments.sweeps.result import SweepResult, estimate


@dataclass(frozen=True)
class Returns:
    """What a lever's response curve says of one outcome.

    Attributes:
        scenario: Place of the scenario.
        lever: Its id.
        outcome: Place of the outcome.
        x: The lever's values.
        effects: The paired difference at each from where every lever stands.
        steps: What a unit of the lever adds in each step.
        falls_from: The value from which returns fall; NaN where they are not known to.
        flat_from: The value after which nothing more is known to be gained; the lowest where nothing is known to be
            gained at all, NaN where the last value is known to be better than every one before.
        cost: Money that the plan costs more at each value, where that was kept; NaN elsewhere.
    """

    scenario: int
    lever: str
    outcome: int
    x: tuple[float, ...]
    effects: tuple[Estimate, ...]
    steps: tuple[Estimate, ...]
    falls_from: float
    flat_from: float
    cost: tuple[float, ...]

    @property
    def helps(self) -> bool:
        """Whether any value is known to be better than the lowest."""
        return self.flat_from != self.x[0]


def returns_of(result: SweepResult, outcome: int) -> list[Returns]:
    """The response curve of every lever that has numbers, in every scenario.

    Args:
        result: A sweep one lever at a time.
        outcome: Place of the outcome.
    """
    found = []
    kept = list(result.design.outcomes)
    cost_at = kept.index("plan/cost_yuan") if "plan/cost_yuan" in kept else None
    for scenario in range(len(result.design.scenarios)):
        for lever in result.design.levers:
            places, x = result.curve(scenario, lever)
            if len(places) < 2:
                continue
            gains = result.differences[scenario, list(places), :, outcome]
            better = result.outcomes[outcome].better
            steps = np.diff(gains, axis=0) / np.diff(np.array(x))[:, None]
            cost = result.differences[scenario, list(places), :, cost_at] if cost_at is not None else None
            found.append(
                Returns(
                    scenario,
                    lever.id,
                    outcome,
                    x,
                    tuple(estimate(row, result.of_what) for row in gains),
                    tuple(estimate(row, result.of_what) for row in steps),
                    _falls(steps * better, x),
                    _flat(gains * better, x),
                    tuple(map(_mean, cost)) if cost is not None else (math.nan,) * len(x),
                )
            )
    return found


def _falls(steps: Floats, x: tuple[float, ...]) -> float:
    """The value from which every further step adds less than the best one before it."""
    count = len(steps)
    for place in range(1, count):
        best = int(np.argmax([_mean(step) for step in steps[:place]]))
        if _mean(steps[best]) > 0 and all(_below(steps[later], steps[best], count) for later in range(place, count)):
            return x[place]
    return math.nan


def _flat(gains: Floats, x: tuple[float, ...]) -> float:
    """The first value after which no other is known to be better."""
    for place in range(len(x) - 1):
        later = range(place + 1, len(x))
        if not any(_below(gains[place], gains[one], len(x) - 1) for one in later):
            return x[place]
    return math.nan


def _below(low: Floats, high: Floats, comparisons: int) -> bool:
    """Whether one sample is known to lie below another."""
    known = np.isfinite(low) & np.isfinite(high)
    _, _, upper = t_limits((low - high)[known], comparisons=max(1, comparisons))
    return bool(upper < 0)


def _mean(sample: Floats) -> float:
    known = sample[np.isfinite(sample)]
    return float(known.mean()) if len(known) else math.nan
