"""From any point of a cube to a mix that keeps the limits, so that methods which know no limits can propose mixes.

A number a lever: in the lower half the lever is out, above it is its share of the money, spread as a broken stick. The
mix then grows from the least of everything in these shares; a lever that reaches a limit stays there, and the others
share what is left. So a point drawn evenly from the cube gives every lever the toss of a coin and uses the money up.
"""

from __future__ import annotations

import numpy as np

from experiments.measure.statistics import Floats
from experiments.optimise.problem import NEARLY, Mix, Problem

TRIES = 200
"""Into so many parts a mix is cut that breaks a limit by its rounding, or uses too little of one."""


def mix_of(problem: Problem, point: Floats) -> Mix:
    """The mix of a point.

    Args:
        problem: What is decided.
        point: A number from 0 to 1 for each lever.
    """
    inside = np.clip(2 * np.asarray(point) - 1, 0.0, 1 - 1e-9)
    least, most = np.array(problem.nothing), np.array([lever.most for lever in problem.levers])
    costly = problem.costs > 0
    shares = np.where(costly, -np.log1p(-inside), 0.0)
    speed = shares / max(shares.sum(), 1e-12) * problem.spendable_yuan / np.where(costly, problem.costs, 1.0)
    lots = np.array([lever.lot for lever in problem.levers])
    free = np.minimum(
        inside * (most - least + lots), most - least
    )  # of what costs no money: every number of lots alike
    return filled(problem, np.where(costly, speed, free), np.where(costly, most, least + free))


def filled(problem: Problem, speed: Floats, most: Floats) -> Mix:
    """The mix in which every lever has grown from the least, as fast as is said, until it reached a limit.

    Args:
        problem: What is decided.
        speed: By how much each lever grows at a time, in its own unit; nothing, or more.
        most: Where each lever stops in any case.
    """
    least = at = np.array(problem.nothing)
    growing = (speed > 0) & (at < most)
    while growing.any():
        step = np.where(growing, speed, 0.0)
        used = [(row, float(row.uses @ step)) for row in problem.rows]
        room = [(row, (row.high - float(row.uses @ at)) / use) for row, use in used if use > 0]
        ends = np.where(growing, (most - at) / np.where(growing, speed, 1.0), np.inf)
        far = max(0.0, min([float(ends.min()), *(left for _, left in room)]))
        at = at + far * step
        growing = growing & (ends > far * (1 + NEARLY))
        for row, left in room:
            if left <= far * (1 + NEARLY):
                growing = growing & ~(row.uses > 0)
    for part in np.linspace(1.0, 0.0, TRIES):
        mix = tuple(
            lever.nearest_below(float(amount))
            for lever, amount in zip(problem.levers, least + part * (at - least), strict=True)
        )
        if problem.fits(mix):
            return mix
    return problem.nothing
