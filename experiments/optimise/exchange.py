"""Paired exchanges: move money from one lever to another wherever that gains, with all others as they are.

What curves of levers alone cannot see is what levers do to one another. So at a mix each lever is run a step up and a
step down (twice as many runs as levers, not its square), the pairs that promise most together are run as they would
be, and the best is taken if it gains more than its standard error. If none does, two levers are raised together: those
that are missed most, since what only works together shows nothing when one is raised alone. Steps get smaller when
nothing gains. A candidate that half of the seeds show to be worse is given up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from experiments.measure.statistics import Floats
from experiments.optimise.problem import Mix, Problem
from experiments.optimise.trials import Trials

MISSED = 4
"""Levers that are missed most when less is done of them: any two of these are raised together if nothing else gains."""
TRIED = 6
"""Pairs that are run of those that promise most."""
KEPT = 5
"""Levers that are looked at again, upward and downward, after all have been looked at once at a step."""
HOPELESS = 1.0
"""Standard errors below nothing at which half of the seeds suffice."""


@dataclass
class Climb:
    """How a mix was improved.

    Attributes:
        mix: Where it ended.
        path: The mixes on the way, from the start.
        looks: How often all levers, or the kept ones, were looked at.
        stopped: Whether the allowed runs ended it.
    """

    mix: Mix
    path: list[Mix] = field(default_factory=list)
    looks: int = 0
    stopped: bool = False


def moved(problem: Problem, mix: Mix, place: int, yuan: float) -> Mix:
    """The mix with so much more (or less) money for one lever, as far as it goes; limits are not looked at."""
    lever = problem.levers[place]
    step = yuan / lever.unit_cost_yuan if lever.unit_cost_yuan else math.copysign(lever.most / 10, yuan)
    if lever.lot:
        step = math.copysign(max(lever.lot, round(abs(step) / lever.lot) * lever.lot), step)
    amount = lever.nearest_below(mix[place] + step)
    return (*mix[:place], amount, *mix[place + 1 :])


def exchanged(problem: Problem, mix: Mix, up: int | None, down: int | None, yuan: float) -> Mix | None:
    """The mix with money moved from one lever to another, or only given or taken; None if it breaks a limit."""
    taken = mix if down is None else moved(problem, mix, down, -yuan)
    if up is None:
        given = taken
    else:
        freed = problem.cost_yuan(mix) - problem.cost_yuan(taken) if down is not None else yuan
        given = moved(problem, taken, up, freed or yuan)
    return given if given != mix and problem.fits(given) else None


def climb(trials: Trials, start: Mix, seeds: Sequence[int], steps_yuan: Sequence[float], most_runs: int) -> Climb:
    """Improve a mix by exchanges until none of the steps gains.

    Args:
        trials: What evaluates mixes.
        start: A mix that keeps the limits.
        seeds: The seeds; half of them decide about hopeless candidates.
        steps_yuan: Money moved at a time, from the most to the least.
        most_runs: Where to stop, in runs of `trials` in all.
    """
    found = Climb(start, [start])
    for step in steps_yuan:
        ups, downs = list(range(len(start))), list(range(len(start)))
        while True:
            if trials.runs + (len(ups) + len(downs) + 2 * TRIED) * len(seeds) > most_runs:
                found.stopped = True
                return found
            better, ups, downs = _look(trials, found.mix, seeds, step, ups, downs)
            found.looks += 1
            if better is None or better in found.path:
                break
            found.mix = better
            found.path.append(better)
    return found


def _look(
    trials: Trials, mix: Mix, seeds: Sequence[int], step: float, ups: Sequence[int], downs: Sequence[int]
) -> tuple[Mix | None, list[int], list[int]]:
    """The best exchange at a mix, if any gains, and the levers worth looking at next time."""
    problem = trials.problem
    higher = {place: moved(problem, mix, place, step) for place in ups}
    lower = {place: moved(problem, mix, place, -step) for place in downs}
    points = [one for one in {**dict.fromkeys(higher.values()), **dict.fromkeys(lower.values())} if one != mix]
    change = _changes(trials, mix, points, seeds)
    up = {place: change[one] for place, one in higher.items() if one != mix}
    down = {place: change[one] for place, one in lower.items() if one != mix}
    nothing = np.zeros(len(seeds))
    pairs = [
        (_promise(up, to, nothing) + _promise(down, frm, nothing), -1 if to is None else to, frm, candidate)
        for to in (None, *up)
        for frm in (None, *down)
        if to != frm and (candidate := exchanged(problem, mix, to, frm, step)) is not None
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], -1 if pair[2] is None else pair[2]))
    order_up = sorted(up, key=lambda place: -float(up[place].mean()))
    order_down = sorted(down, key=lambda place: -float(down[place].mean()))
    best = _best(trials, mix, [candidate for promise, *_, candidate in pairs[:TRIED] if promise > 0], seeds)
    if best is None:
        best = _best(trials, mix, _together(problem, mix, order_down, step), seeds)
    return best, order_up[:KEPT], order_down[:KEPT]


def _promise(changes: Mapping[int, Floats], place: int | None, nothing: Floats) -> float:
    return float(np.mean(nothing if place is None else changes[place]))


def _together(problem: Problem, mix: Mix, order_down: Sequence[int], step: float) -> list[Mix]:
    """Two levers that are missed most, raised together at the cost of those missed least."""
    found = []
    for pair in combinations(order_down[::-1][:MISSED], 2):
        for payer in (None, *(place for place in order_down if place not in pair)):
            freed = mix if payer is None else moved(problem, mix, payer, -step)
            both = moved(problem, moved(problem, freed, pair[0], step / 2), pair[1], step / 2)
            if both != mix and problem.fits(both):
                found.append(both)
                break
    return found[:TRIED]


def _best(trials: Trials, mix: Mix, candidates: Sequence[Mix], seeds: Sequence[int]) -> Mix | None:
    """The candidate that gains most, if more than its standard error."""
    gains = _changes(trials, mix, _hopeful(trials, mix, list(dict.fromkeys(candidates)), seeds), seeds)
    best = max(gains, key=lambda one: float(gains[one].mean()), default=None)
    return best if best is not None and float(gains[best].mean()) > _error(gains[best]) else None


def _hopeful(trials: Trials, mix: Mix, candidates: Sequence[Mix], seeds: Sequence[int]) -> list[Mix]:
    """The candidates that half of the seeds do not show to be worse."""
    half = seeds[: len(seeds) // 2]
    if len(half) < 2:
        return list(candidates)
    seen = _changes(trials, mix, candidates, half)
    return [one for one in candidates if float(seen[one].mean()) > -HOPELESS * _error(seen[one])]


def _changes(trials: Trials, mix: Mix, candidates: Sequence[Mix], seeds: Sequence[int]) -> dict[Mix, Floats]:
    """By how much each candidate scores above the mix, seed by seed."""
    if not candidates:
        return {}
    scores = trials.scores([mix, *candidates], seeds, "exchanges")
    return {one: scores[place + 1] - scores[0] for place, one in enumerate(candidates)}


def _error(sample: Floats) -> float:
    """The standard error of a mean; nothing for one replicate."""
    return float(sample.std(ddof=1) / math.sqrt(sample.size)) if sample.size > 1 else 0.0
