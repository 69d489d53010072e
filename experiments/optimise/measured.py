"""What a unit of a lever uses of a limit, where nobody has said it: measured while the lever runs alone.

A quota for loans costs what lending it costs, and a visit takes the days it takes; runs tell. The figure taken is the
highest of all amounts and seeds, so that a sum over levers promises no more room than there is. What levers do to one
another's use no such sum knows, so the finalists' own runs are looked at once more (`finals`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from experiments.optimise.curve import Curve
from experiments.optimise.curves import alone
from experiments.optimise.problem import TOTAL, Check, Measured, Mix, Problem
from experiments.optimise.trials import Trials


def settled(trials: Trials, curves: Sequence[Curve], seeds: Sequence[int]) -> Problem:
    """The problem with all that was to be measured; what the least of everything uses is taken off each limit.

    Args:
        trials: What ran the curves.
        curves: One a lever; its runs are not done again.
        seeds: The seeds of the curves.
    """
    problem = trials.problem
    for one in trials.problem.measured:
        known = {name: _each(trials, curves, seeds, one, name) for name in one.levers}
        least = trials.outcome(one.outcome, [problem.nothing], seeds, "").mean()
        problem = _with_uses(problem, one, known, float(least))
    return replace(problem, measured=())


def _each(trials: Trials, curves: Sequence[Curve], seeds: Sequence[int], one: Measured, name: str) -> float:
    """The most that a unit of a lever was seen to use."""
    place = next(at for at, lever in enumerate(trials.problem.levers) if lever.name == name)
    amounts = curves[place].at[1:]
    if not len(amounts):
        return 0.0
    points: list[Mix] = [alone(trials.problem, place, float(amount)) for amount in amounts]
    used = trials.outcome(one.outcome, [trials.problem.nothing, *points], seeds, "")
    above = (used[1:] - used[0]) / (amounts - curves[place].at[0])[:, None]
    return float(np.maximum(0.0, above.max()))


def _with_uses(problem: Problem, one: Measured, known: dict[str, float], least: float) -> Problem:
    """The problem with what units use; the outcome itself is looked at in runs besides."""
    if one.constraint == TOTAL:
        levers = tuple(
            replace(lever, unit_cost_yuan=known[lever.name], unit_purse_yuan=lever.takes_yuan)
            if lever.name in known
            else lever
            for lever in problem.levers
        )
        check = Check(TOTAL, one.outcome, most=problem.total_yuan)
        fixed = max(0.0, least - sum(lever.least * lever.unit_cost_yuan for lever in levers))
        return replace(problem, levers=levers, checks=(*problem.checks, check), fixed_yuan=fixed)
    limits = []
    for limit in problem.limits:
        if limit.name == one.constraint:
            needs = sum(
                lever.least * {**limit.per_unit, **known}.get(lever.name, 0.0) for lever in problem.levers
            )  # what the least amounts use is counted in the sum already
            fixed = max(0.0, least - needs)
            check = Check(limit.name, one.outcome, most=limit.most)
            problem = replace(problem, checks=(*problem.checks, check))
            limit = replace(limit, per_unit={**limit.per_unit, **known}, most=limit.most - fixed)
        limits.append(limit)
    return replace(problem, limits=tuple(limits))


def kept_in_runs(trials: Trials, mix: Mix, seeds: Sequence[int], hair: float = 1e-6) -> tuple[str, ...]:
    """Names of the limits that a mix does not keep in its own runs, on average over the seeds."""
    broken = []
    for check in trials.problem.checks:
        mean = float(trials.outcome(check.outcome, [mix], seeds, "").mean())
        if mean > check.most + hair * abs(check.most) or mean < check.least - hair * abs(check.least):
            broken.append(check.name)
    return tuple(broken)
