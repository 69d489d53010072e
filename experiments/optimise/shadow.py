"""Shadow prices: what a little more or less of each limit is worth, run and not only reckoned.

The duals of a programme over noisy curves are as optimistic as the curves, and carry no interval. So for each limit
that the winner nearly uses up, the limit is moved by a twentieth to either side, the curves say which amounts to change
near the winner, both mixes are run on fresh seeds, and the price is the paired difference by unit of the limit. A limit
that is not used up has the price nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.measure.statistics import Interval, mean_interval
from experiments.optimise.curve import Curve
from experiments.optimise.problem import TOTAL, Mix, Problem
from experiments.optimise.programme import best_by_curves
from experiments.optimise.trials import Trials
from sim.core.errors import UserError

MOVED = 0.05
NEARLY_USED = 0.005
"""Share of a limit that may be left over for it to count as used up: lots and steps leave some."""


@dataclass(frozen=True)
class Price:
    """What a limit is worth.

    Attributes:
        constraint: Its name.
        amount: How much there is.
        used: How much the winner uses.
        binds: Whether it is used up, or stops what the curves would do with more.
        per: By how much of it the price is.
        price: Score by so much more of the limit.
        less, more: The mixes with a twentieth less and more.
    """

    constraint: str
    amount: float
    used: float
    binds: bool
    per: float
    price: Interval
    less: Mix
    more: Mix


def shadow_prices(trials: Trials, curves: Sequence[Curve], winner: Mix, seeds: Sequence[int]) -> list[Price]:
    """The price of every limit.

    Args:
        trials: What evaluates mixes.
        curves: One a lever, from the search.
        winner: The mix.
        seeds: Fresh ones.
    """
    problem = trials.problem
    found = []
    for name in problem.constraints:
        if name.startswith("least "):
            continue
        amount, used = problem.amount_of(name), used_of(problem, name, winner)
        less, more = winner, winner
        if amount > 0 and used >= amount * (1 - MOVED) - _lots(problem, name):
            less, more = (
                _near(problem.with_limit(name, amount * (1 + side * MOVED)), problem, curves, winner, name)
                for side in (-1, 1)
            )
        per = _per(problem, name)
        binds = less != more or used >= amount * (1 - NEARLY_USED)
        if less == more:
            found.append(Price(name, amount, used, binds, per, mean_interval([0.0] * len(seeds)), less, more))
            continue
        low, high = (
            trials.scores([mix], seeds, f"what {name} is worth", _purse(problem, name, amount * (1 + side * MOVED)))[0]
            for side, mix in ((-1, less), (1, more))
        )
        price = mean_interval((high - low) / (2 * MOVED * amount) * per)
        found.append(Price(name, amount, used, binds, per, price, less, more))
    return found


def _purse(problem: Problem, name: str, amount: float) -> dict[str, float]:
    """What a purse then holds in the run itself, which else would stop the money at what it holds now."""
    return {f"purses.{name}.amount_yuan": amount} if name in problem.purses else {}


def used_of(problem: Problem, name: str, mix: Mix) -> float:
    """How much of a limit a mix uses: of a purse at least as much as nothing else can pay."""
    if name not in problem.purses:
        return problem.uses(name, mix)
    return sum(yuan for (_, purse), yuan in problem.payments(mix).items() if purse == name)


def _lots(problem: Problem, name: str) -> float:
    """What lots may leave over of a limit."""
    rows = [row for row in problem.rows if name in row.names]
    return max(
        (float(use) * lever.lot for row in rows for use, lever in zip(row.uses, problem.levers, strict=True)),
        default=0.0,
    )


def _per(problem: Problem, name: str) -> float:
    """10,000 yuan, 100 days, or one of another unit."""
    if name == TOTAL or name in problem.purses:
        return 10_000.0
    unit = next(limit.unit for limit in problem.limits if limit.name == name)
    return {"yuan": 10_000.0, "days": 100.0}.get(unit, 1.0)


def _near(moved: Problem, problem: Problem, curves: Sequence[Curve], winner: Mix, name: str) -> Mix:
    """The best mix by the curves under the moved limit, no farther from the winner than the limit was moved."""
    change = 2 * MOVED * problem.amount_of(name)
    within = []
    for place, lever in enumerate(problem.levers):
        use = max((float(row.uses[place]) for row in problem.rows if name in row.names), default=0.0)
        reach = change / use if use > 0 else change / max(lever.unit_cost_yuan, 1e-12)
        within.append((max(lever.least, winner[place] - reach), min(lever.most, winner[place] + reach)))
    try:
        return best_by_curves(moved, curves, within=within, lots=False)
    except UserError:  # with less of it no mix near the winner is left
        return winner
