"""The analysis from its first evaluation to its last: screening, indices, one at a time, and where it turns round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.measure.statistics import Floats
from experiments.sensitivity.evaluations import Evaluator
from experiments.sensitivity.factors import Factor, vectors
from experiments.sensitivity.indices import (
    Convergence,
    Screening,
    Shares,
    morris_design,
    ranked,
    screen,
    screening_convergence,
    shares,
    shares_convergence,
    shares_if_any,
    sobol_design,
)
from experiments.sensitivity.one_at_a_time import Swing, Turn, swings, turns
from sim.core.errors import UserError

Method = Literal["morris", "sobol", "both"]
MOST_REDRAWN = 3
"""Trajectories drawn for each that is wanted, before the ranges are said to be too wide."""
MOST_LEFT_OUT = 0.1
"""Share of Sobol's samples that may hold a world ruled out."""


@dataclass(frozen=True)
class SensitivityRequest:
    """The question.

    Attributes:
        factors: What is moved, to the ends of its range.
        method: Morris's screening, Sobol's indices, or the one to choose parameters for the other.
        trajectories: Trajectories of the screening, half of them from each of two independent designs.
        samples: Base samples of Sobol's design.
        keep: How many parameters go on from the screening to indices, swings and turning points.
        reach: How far designs move a parameter from its value towards its ends; one at a time, it goes all the way.
        seed: Of the designs.
    """

    factors: tuple[Factor, ...]
    method: Method = "morris"
    trajectories: int = 10
    samples: int = 64
    keep: int = 8
    reach: float = 1.0
    seed: int = 1

    def points(self) -> dict[str, int]:
        """How many points each part takes; of the screening, when no world is ruled out."""
        count = len(self.factors)
        kept = min(self.keep, count)
        parts = {}
        if self.method != "sobol":
            parts["screening"] = self.trajectories * (count + 1)
        if self.method != "morris":
            parts["Sobol indices"] = self.samples * ((count if self.method == "sobol" else kept) + 2)
        return {**parts, "one at a time": 1 + 4 * kept}


@dataclass(frozen=True)
class Screened:
    """A screening: indices for each outcome, whether they settled (first outcome), and what it met on the way."""

    indices: tuple[Screening, ...]
    settled: Convergence
    trajectories: int
    redrawn: int
    reversed_share: float


@dataclass(frozen=True)
class Shared:
    """Sobol's indices of some factors (their places), for each outcome."""

    of: tuple[int, ...]
    indices: tuple[Shares, ...]
    settled: Convergence
    samples: int
    left_out: int


@dataclass(frozen=True)
class AnalysisResult:
    """All that an analysis found.

    Attributes:
        base: The outcomes with every parameter at its value, by outcome and seed.
        order: Places of the factors with any effect on the first outcome, the largest first.
        swings: The first `keep` of them moved alone through their whole range.
        turns: Where the sign of the first outcome turns, of two scenarios.
        points: Points evaluated in all.
    """

    base: Floats
    screened: Screened | None
    shared: Shared | None
    order: tuple[int, ...]
    swings: tuple[Swing, ...]
    turns: tuple[Turn, ...]
    points: int

    @property
    def judged(self) -> Screened | Shared:
        """What a verdict on the whole is of: the last method used, or the screening before it if that lacks some."""
        if self.shared and (not self.screened or self.screened.settled.enough):
            return self.shared
        assert self.screened is not None
        return self.screened

    @property
    def settled(self) -> Convergence:
        """Whether there were enough evaluations, of `judged`."""
        return self.judged.settled

    @property
    def enough(self) -> bool:
        """Whether every method used had enough evaluations."""
        return all(one.settled.enough for one in (self.screened, self.shared) if one)


def analyse(asked: SensitivityRequest, evaluator: Evaluator) -> AnalysisResult:
    """Answer the question; stored evaluations are not done again.

    Raises:
        UserError: An evaluation failed, too many worlds are ruled out, or nothing moves the outcome.
    """
    base = evaluator([{}], "values as they are")
    if base.ruled_out:
        raise UserError("the scenarios themselves cannot be run", mend="try `village run` on each")
    sign = float(np.sign(base.values[0, 0])) if len(evaluator.plans) == 2 else 0.0
    near = tuple(factor.narrowed(asked.reach) for factor in asked.factors)
    screened = _screen(asked, near, evaluator, sign) if asked.method != "sobol" else None
    order = ranked(screened.indices[0].mu_star.value) if screened else list(range(len(near)))
    if not order:
        if len(evaluator.plans) == 2 and not base.values[0].any():
            raise UserError(
                f"{evaluator.plans[0].id!r} and {evaluator.plans[1].id!r} do not differ in {evaluator.outcomes[0]}, "
                "whatever these parameters are",
                mend="compare scenarios that differ, or take another outcome",
            )
        raise UserError("none of these parameters moves the outcome", field="--parameters", mend="choose others")
    shared = None
    if asked.method != "morris":
        kept = order[: asked.keep] if screened else order
        shared = _shares(asked, near, tuple(kept), evaluator)
        total = shared.indices[0].total.value  # an estimate of next to nothing may come out below nought
        largest = [place for place in np.argsort(-total, kind="stable") if total[place]]
        order = [kept[place] for place in largest] + [place for place in order if place not in kept]
    chosen = {place: asked.factors[place] for place in order[: asked.keep]}
    alone = swings(chosen, float(base.values[0, 0]), evaluator)
    turned = turns(asked.factors, alone, float(base.values[0, 0]), evaluator) if len(evaluator.plans) == 2 else ()
    return AnalysisResult(
        base.by_seed[:, 0], screened, shared, tuple(order), tuple(alone), tuple(turned), evaluator.points
    )


def _screen(asked: SensitivityRequest, factors: Sequence[Factor], evaluator: Evaluator, sign: float) -> Screened:
    """Morris's screening on two independent designs, a trajectory through a world that cannot be drawn anew."""
    count = len(factors)
    halves, redrawn = [], 0
    wanted = (asked.trajectories + 1) // 2, asked.trajectories // 2
    for half, enough in enumerate(wanted):
        drawn = 0
        complete: list[tuple[Floats, Floats]] = []
        while len(complete) < enough:
            more = enough - len(complete)
            if drawn + more > MOST_REDRAWN * enough:
                raise UserError(
                    f"{drawn - len(complete)} of {drawn} trajectories of the screening lead through worlds that the "
                    "county's books rule out: so many parameters cannot all be moved so far at once",
                    field="--reach",
                    allowed=f"less than {asked.reach:g}, or fewer parameters",
                )
            seeds = [(2 * asked.seed + half) * 100_000 + drawn + number for number in range(more)]
            complete += _trajectories([morris_design(count, 1, seed) for seed in seeds], factors, evaluator)
            drawn += more
        redrawn += drawn - enough
        halves += complete
    design = np.concatenate([points for points, _ in halves])
    values = np.concatenate([found for _, found in halves], axis=1)
    indices = tuple(screen(design, one) for one in values)
    against = float((values[0] * sign < 0).mean())
    return Screened(indices, screening_convergence(design, values[0]), asked.trajectories, redrawn, against)


def _trajectories(
    designs: Sequence[Floats], factors: Sequence[Factor], evaluator: Evaluator
) -> list[tuple[Floats, Floats]]:
    """Those trajectories all of whose worlds can be, with their values; their ends are looked at first."""
    ends = evaluator([one for design in designs for one in vectors(factors, design[[0, -1]])], "screening, first look")
    hopeful = [design for place, design in enumerate(designs) if not ends.ruled_out & {2 * place, 2 * place + 1}]
    if not hopeful:
        return []
    evaluator.say_how_long(len(hopeful) * (len(factors) - 1))
    rest = evaluator([one for design in hopeful for one in vectors(factors, design)], "screening")
    found = []
    length = len(factors) + 1
    for place, design in enumerate(hopeful):
        span = range(place * length, (place + 1) * length)
        if not rest.ruled_out & set(span):
            found.append((design, rest.values[:, span.start : span.stop]))
    return found


def _shares(
    asked: SensitivityRequest, factors: Sequence[Factor], kept: tuple[int, ...], evaluator: Evaluator
) -> Shared:
    """Sobol's indices of the kept factors, the others at their values; samples with a world that cannot be left out."""
    design = sobol_design(len(kept), asked.samples, asked.seed)
    length = len(kept) + 2
    evaluator.say_how_long(len(design))
    found = evaluator(vectors([factors[place] for place in kept], design), "Sobol indices")
    whole = [
        sample
        for sample in range(asked.samples)
        if not found.ruled_out & set(range(sample * length, (sample + 1) * length))
    ]
    if len(whole) < (1 - MOST_LEFT_OUT) * asked.samples:
        raise UserError(
            f"{asked.samples - len(whole)} of {asked.samples} samples hold worlds that the county's books rule out",
            field="--reach",
            allowed=f"less than {asked.reach:g}, or fewer parameters",
        )
    rows = np.concatenate([np.arange(sample * length, (sample + 1) * length) for sample in whole])
    values = found.values[:, rows]
    indices = (shares(values[0], len(kept)), *(shares_if_any(one, len(kept)) for one in values[1:]))
    left_out = asked.samples - len(whole)
    return Shared(kept, indices, shares_convergence(values[0], len(kept)), len(whole), left_out)
