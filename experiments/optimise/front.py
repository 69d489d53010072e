"""Several objectives beside one another: mixes of which none is better in everything than another.

For a handful of weights between the objectives, each scaled by what its curves reach at most, the best mix by the
curves joins the search's winner. All are run on the last fresh seeds, and a mix that another beats in every objective
is named with that other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from experiments.measure.statistics import Floats, Interval, mean_interval
from experiments.optimise.curves import response_curves
from experiments.optimise.problem import Mix, Objective
from experiments.optimise.programme import best_by_curves
from experiments.optimise.trials import Trials

PARTS = 4
"""Into so many parts weight is shared among the objectives."""


@dataclass(frozen=True)
class Choice:
    """A mix among several objectives.

    Attributes:
        mix: The mix.
        gains: Gain in each objective, more being better, in the order of the objectives.
        beaten_by: Place of a choice that is better in each of them; None for one of the front.
    """

    mix: Mix
    gains: tuple[Interval, ...]
    beaten_by: int | None


def front(
    trials: Trials,
    objectives: Sequence[Objective],
    winner: Mix,
    seeds: tuple[Sequence[int], Sequence[int], Sequence[int]],
    shares: Sequence[float],
) -> list[Choice]:
    """The choices among several objectives, the winner first.

    Args:
        trials: What evaluates mixes; the curves of the search are not run again.
        objectives: The objectives, each with the sign of its weight.
        winner: The search's winner.
        seeds: Of the search, the ranking and the last look.
        shares: The sizes of the search's curves.
    """
    scales = [_reach(trials.weighted([_unit(one)]), seeds[0], shares) for one in objectives]
    mixes = [winner]
    for weights in _weights(len(objectives)):
        mixed = [
            Objective(one.outcome, _unit(one).weight * weight / scale)
            for one, weight, scale in zip(objectives, weights, scales, strict=True)
        ]
        curves = response_curves(trials.weighted(mixed), seeds[0], shares)
        mixes.append(best_by_curves(trials.problem, curves))
    mixes = list(dict.fromkeys(mixes))
    gains = [trials.weighted([_unit(one)]).gains(mixes, seeds[2], "the front") for one in objectives]
    means = np.array([one.mean(axis=1) for one in gains])
    return [
        Choice(mix, tuple(mean_interval(one[place]) for one in gains), _beaten_by(means, place))
        for place, mix in enumerate(mixes)
    ]


def _unit(one: Objective) -> Objective:
    return Objective(one.outcome, 1.0 if one.weight > 0 else -1.0)


def _reach(trials: Trials, seeds: Sequence[int], shares: Sequence[float]) -> float:
    curves = response_curves(trials, seeds, shares)
    return max((float(np.abs(curve.mean()).max()) for curve in curves), default=1.0) or 1.0


def _weights(count: int) -> list[tuple[float, ...]]:
    """All ways to share the weight in parts; none of an objective is allowed, nothing of all is not."""
    return [
        tuple(part / PARTS for part in parts)
        for parts in product(range(PARTS + 1), repeat=count)
        if sum(parts) == PARTS
    ]


def _beaten_by(means: Floats, place: int) -> int | None:
    """A mix that is at least as good in every objective and better in one; the best such in the first."""
    others = [
        other
        for other in range(means.shape[1])
        if (means[:, other] >= means[:, place]).all() and (means[:, other] > means[:, place]).any()
    ]
    return max(others, key=lambda other: float(means[0, other]), default=None)
