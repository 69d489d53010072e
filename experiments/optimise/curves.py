"""Response curves: what each lever does alone, paired against nothing of it at the same seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.optimise.curve import Curve
from experiments.optimise.problem import Mix, Problem
from experiments.optimise.programme import largest
from experiments.optimise.trials import Trials

SIZES = (0.125, 0.25, 0.5, 0.75, 1.0)
"""Shares of the largest amount that the limits allow a lever alone."""


def sizes(problem: Problem, shares: Sequence[float] = SIZES) -> list[list[float]]:
    """The amounts at which each lever is run, beside the least."""
    found = []
    for place, lever in enumerate(problem.levers):
        most = largest(problem, place)
        wanted = [lever.nearest_below(lever.least + share * (most - lever.least)) for share in shares]
        found.append(sorted({amount for amount in wanted if amount > lever.least}))
    return found


def alone(problem: Problem, place: int, amount: float) -> Mix:
    """The mix with so much of one lever and the least of the others."""
    nothing = problem.nothing
    return (*nothing[:place], amount, *nothing[place + 1 :])


def response_curves(trials: Trials, seeds: Sequence[int], shares: Sequence[float] = SIZES) -> list[Curve]:
    """The curve of every lever.

    Args:
        trials: What evaluates mixes.
        seeds: The seeds.
        shares: See `SIZES`.
    """
    problem = trials.problem
    wanted = sizes(problem, shares)
    points = [alone(problem, place, amount) for place, amounts in enumerate(wanted) for amount in amounts]
    gains = trials.gains(points, seeds, "each lever alone")
    found, start = [], 0
    for lever, amounts in zip(problem.levers, wanted, strict=True):
        rows = gains[start : start + len(amounts)]
        at = np.array([lever.least, *amounts], dtype=np.float64)
        found.append(Curve(at, np.vstack([np.zeros((1, len(seeds))), rows])))
        start += len(amounts)
    return found


def forecast(curves: Sequence[Curve], mix: Mix) -> float:
    """What the curves add up to for a mix: its gain if no lever changed what another does."""
    return sum(curve.gain(amount) for curve, amount in zip(curves, mix, strict=True))
