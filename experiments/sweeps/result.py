"""What a sweep found: values by run, and paired differences from the point where every lever stands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from experiments.designs.design import Design, Lever, Value
from experiments.designs.outcomes import Kept, parse
from experiments.measure.statistics import Floats, Of, t_limits
from experiments.pages.numbers import Estimate
from experiments.sweeps.blocks import Cube
from experiments.sweeps.points import Points
from sim.scenario import Plan


@dataclass(frozen=True)
class SweepResult:
    """A sweep that has ended.

    Attributes:
        design: What was asked.
        points: The points; the first is where every lever stands.
        seeds: The run seeds.
        cube: What came out.
        values: By scenario, point, seed and outcome; NaN where a run failed or its parameters fit no county.
    """

    design: Design
    points: Points
    seeds: tuple[int, ...]
    cube: Cube
    values: Floats

    @classmethod
    def of(cls, design: Design, points: Points, seeds: Sequence[int], cube: Cube) -> SweepResult:
        """The result of a cube."""
        seed_at = {seed: place for place, seed in enumerate(seeds)}
        values = np.full((len(design.scenarios), len(points), len(seeds), len(design.outcomes)), math.nan)
        for run, found in cube.values.items():
            if run.seed in seed_at:
                values[run.scenario, run.point, seed_at[run.seed]] = found
        return cls(design, points, tuple(seeds), cube, values)

    @cached_property
    def outcomes(self) -> tuple[Kept, ...]:
        """What was kept of each run."""
        plan = self.design.scenarios[0]
        return tuple(parse(text, plan.horizon_months, plan.own_results()) for text in self.design.outcomes)

    @cached_property
    def of_what(self) -> Of:
        """What intervals are of: the mean over chance, or another draw where parameters differ from seed to seed."""
        return "draw" if self.design.parameters != "point" or self.design.uncertainties else "mean"

    @cached_property
    def differences(self) -> Floats:
        """`values` less those of the first point under the same scenario and seed."""
        found: Floats = self.values - self.values[:, :1]
        return found

    def effect(self, scenario: int, point: int, outcome: int) -> Estimate:
        """A point's paired difference with its 95% interval, over the seeds that both have."""
        return estimate(self.differences[scenario, point, :, outcome], self.of_what)

    def level(self, scenario: int, outcome: int) -> Estimate:
        """The outcome where every lever stands."""
        return estimate(self.values[scenario, 0, :, outcome], self.of_what)

    def where(self, plan: Plan, point: int) -> dict[str, Value]:
        """Where each lever that a scenario has stands in a point."""
        at = self.design.at(plan)
        return {**at, **{name: value for name, value in self.points[point].items() if name in at}}

    @property
    def judged(self) -> tuple[int, ...]:
        """Places of the outcomes that are wanted; the first one, where nothing is."""
        wanted = [self.design.outcomes.index(one.outcome) for one in self.design.objectives]
        return tuple(dict.fromkeys(wanted)) or (0,)

    @property
    def unfitted(self) -> int:
        """How many seeds have parameters that fit no county: they are left out of every point."""
        return int(sum(self._is_unfitted(place) for place in range(len(self.seeds))))

    def _is_unfitted(self, place: int) -> bool:
        done = [found for run, found in self.cube.values.items() if run.seed == self.seeds[place]]
        return bool(done) and all(math.isnan(value) for found in done for value in found)

    def curve(self, scenario: int, lever: Lever) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """The points of a lever's response curve in order, and its value at each; empty where it has no numbers."""
        plan = self.design.scenarios[scenario]
        if not self.design.has(plan, lever):
            return (), ()
        own = [0, *(place for place, point in enumerate(self.points) if set(point) == {lever.id})]
        at = {place: self.where(plan, place)[lever.id] for place in own}
        if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in at.values()):
            return (), ()
        order = sorted(own, key=lambda place: float(at[place]))  # type: ignore[arg-type]
        return tuple(order), tuple(float(at[place]) for place in order)  # type: ignore[arg-type]


def estimate(sample: Floats, of: Of = "mean") -> Estimate:
    """Mean of what is known with its interval."""
    known = sample[np.isfinite(sample)]
    mean, low, high = t_limits(known, of=of)
    return Estimate(float(mean), float(low), float(high))


def titles(pair: tuple[str, str] | Mapping[str, str]) -> tuple[str, str]:
    """English and Chinese."""
    return (pair["en"], pair["zh"]) if isinstance(pair, Mapping) else pair
