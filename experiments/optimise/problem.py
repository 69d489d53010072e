"""What is to be decided: levers with amounts, what they cost, and what limits them.

A mix is one amount a lever, in the order of the levers. Every limit is linear in the amounts. Purses with permitted
uses are too: money that may come from several purses fits if, for every union of the purse lists of levers, what can
be paid from nowhere else is at most what that union holds (the theorem of Gale and Hoffman). So a mix either fits or
does not, by arithmetic alone, and nobody has to say beforehand which purse pays for what.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations

import numpy as np

from experiments.measure.statistics import Floats
from sim.core.errors import UserError

Mix = tuple[float, ...]
MOST_PURSE_LISTS = 10
SHARES = 300
"""Into so many parts money is cut to be shared equally."""
TOTAL = "total"
NEARLY = 1e-12
"""Of a limit: what sums of many amounts may differ by for rounding's sake."""


def down(amount: float) -> float:
    """An amount with nine significant digits, not above it: what is handed on never adds up to more than there was."""
    if amount <= 0:
        return amount
    digits = 8 - math.floor(math.log10(amount))
    scale = 10.0 ** abs(digits)
    rounded = math.floor(amount * scale + NEARLY) / scale if digits >= 0 else math.floor(amount / scale) * scale
    return float(rounded)


@dataclass(frozen=True)
class Lever:
    """One thing whose amount is decided.

    Attributes:
        name: Its id.
        most: Largest amount, in the lever's own unit.
        least: Smallest amount; what has to be done in any case.
        lot: Amounts are `least` and whole lots more; 0 = any amount.
        grain: To what amounts are rounded, downward, where any amount is allowed.
        unit_cost_yuan: What a unit costs.
        unit_purse_yuan: What a unit takes from purses; what it costs, if left out. (A loan takes all of its principal
            from a purse and costs interest and losses.)
        purses: Which purses may pay for it; none = only the money in all counts.
        title: Its name in English and Chinese.
    """

    name: str
    most: float
    least: float = 0.0
    lot: float = 0.0
    grain: float = 0.0
    unit_cost_yuan: float = 1.0
    unit_purse_yuan: float | None = None
    purses: tuple[str, ...] = ()
    title: tuple[str, str] = ("", "")

    def nearest_below(self, amount: float) -> float:
        """The largest allowed amount that is not above this one."""
        amount = min(max(amount, self.least), self.most)
        step = self.lot or self.grain
        if not step:
            return max(self.least, down(amount))
        return min(self.most, self.least + math.floor((amount - self.least) / step + 1e-6) * step)

    @property
    def takes_yuan(self) -> float:
        """What a unit takes from purses."""
        return self.unit_cost_yuan if self.unit_purse_yuan is None else self.unit_purse_yuan


@dataclass(frozen=True)
class Limit:
    """A linear limit: the sum of amount times use is at most `most` (and at least `least`).

    Attributes:
        name: Its id.
        per_unit: What a unit of each lever uses; levers that are not named use nothing.
        most: How much there is.
        least: How much has to be used.
        unit: "yuan", "days", or another.
    """

    name: str
    per_unit: Mapping[str, float]
    most: float = math.inf
    least: float = -math.inf
    unit: str = "yuan"
    title: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Objective:
    """An outcome of a run and its weight: positive, more is better."""

    outcome: str
    weight: float = 1.0


@dataclass(frozen=True)
class Measured:
    """A limit of which nobody has said how much a unit of some levers uses: that is measured while each runs alone.

    Attributes:
        constraint: The limit; `TOTAL` = money.
        outcome: The outcome of a run that says how much of it was used.
        levers: Names of the levers.
    """

    constraint: str
    outcome: str
    levers: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """A limit on an outcome of runs, which no sum over levers can foresee; it is looked at where a mix was run.

    Attributes:
        name: Its id.
        outcome: The outcome.
        least: The least that its mean may be.
        most: The most.
    """

    name: str
    outcome: str
    least: float = -math.inf
    most: float = math.inf


@dataclass(frozen=True)
class Row:
    """One inequality between amounts: low <= uses . amounts <= high; it falls if any of `names` is lifted."""

    names: frozenset[str]
    uses: Floats
    low: float
    high: float


@dataclass(frozen=True)
class Problem:
    """A decision.

    Attributes:
        levers: What is decided.
        objectives: What is wanted: the weighted sum.
        total_yuan: Money in all.
        purses: Money by purse.
        limits: What else limits.
        measured: What is still to be measured of them; see `measured.settled`.
        checks: What is looked at in runs.
        fixed_yuan: What is spent whatever the amounts are.
    """

    levers: tuple[Lever, ...]
    objectives: tuple[Objective, ...] = (Objective("gain"),)
    total_yuan: float = math.inf
    purses: Mapping[str, float] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    measured: tuple[Measured, ...] = ()
    checks: tuple[Check, ...] = ()
    fixed_yuan: float = 0.0

    @cached_property
    def costs(self) -> Floats:
        """What a unit of each lever costs, in yuan."""
        return np.array([lever.unit_cost_yuan for lever in self.levers])

    @cached_property
    def claims(self) -> Floats:
        """What a unit of each lever takes from purses, in yuan."""
        return np.array([lever.takes_yuan for lever in self.levers])

    @property
    def nothing(self) -> Mix:
        """The mix with the least of everything, against which gains are counted."""
        return tuple(float(lever.least) for lever in self.levers)

    @property
    def spendable_yuan(self) -> float:
        """The money in all, or what all levers together could take, if that is less."""
        return min(self.total_yuan, float(sum(lever.most * lever.unit_cost_yuan for lever in self.levers)))

    def cost_yuan(self, mix: Mix) -> float:
        """What a mix costs in all."""
        return self.fixed_yuan + float(self.costs @ np.array(mix))

    @property
    def constraints(self) -> tuple[str, ...]:
        """Names of all limits that could be lifted, and of the least amounts."""
        money = (TOTAL,) if math.isfinite(self.total_yuan) else ()
        least = tuple(f"least {lever.name}" for lever in self.levers if lever.least)
        used = tuple(name for name in self.purses if any(name in lever.purses for lever in self.levers))
        return (*money, *used, *(limit.name for limit in self.limits), *least)

    def uses(self, constraint: str, mix: Mix) -> float:
        """How much of a limit (money in all, one of `limits`) a mix uses; of a purse see `payments`."""
        if constraint == TOTAL:
            return self.cost_yuan(mix)
        limit = next(limit for limit in self.limits if limit.name == constraint)
        return sum(limit.per_unit.get(lever.name, 0.0) * at for lever, at in zip(self.levers, mix, strict=True))

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every limit as an inequality between amounts.

        Raises:
            UserError: Too many different lists of purses, or a purse is not there.
        """
        found = []
        if math.isfinite(self.total_yuan):
            found.append(Row(frozenset({TOTAL}), self.costs, -math.inf, self.total_yuan - self.fixed_yuan))
        found += self._purse_rows()
        for limit in self.limits:
            uses = np.array([limit.per_unit.get(lever.name, 0.0) for lever in self.levers])
            found.append(Row(frozenset({limit.name}), uses, limit.least, limit.most))
        for place, lever in enumerate(self.levers):
            if lever.least:
                uses = np.eye(len(self.levers))[place]
                found.append(Row(frozenset({f"least {lever.name}"}), uses, lever.least, math.inf))
        return tuple(found)

    def _purse_rows(self) -> list[Row]:
        for lever in self.levers:
            if missing := set(lever.purses) - set(self.purses):
                raise UserError(f"lever {lever.name!r} names the purse {min(missing)!r}, which is not there")
        lists = sorted({frozenset(lever.purses) for lever in self.levers if lever.purses}, key=sorted)
        if len(lists) > MOST_PURSE_LISTS:
            raise UserError(
                f"the levers have {len(lists)} different lists of purses",
                allowed=f"at most {MOST_PURSE_LISTS}",
                mend="let levers of one kind name the same purses",
            )
        chosen = [some for k in range(1, len(lists) + 1) for some in combinations(lists, k)]
        unions = {frozenset().union(*some) for some in chosen if _hang_together(some)}
        found = []
        for union in sorted(unions, key=sorted):
            within = [bool(lever.purses) and union.issuperset(lever.purses) for lever in self.levers]
            found.append(
                Row(union, np.where(within, self.claims, 0.0), -math.inf, sum(self.purses[name] for name in union))
            )
        return found

    def fits(self, mix: Mix) -> bool:
        """Whether a mix keeps every limit."""
        at = np.array(mix)
        for lever, amount in zip(self.levers, mix, strict=True):
            if not lever.least - NEARLY * abs(lever.least) <= amount <= lever.most * (1 + NEARLY):
                return False
        for row in self.rows:
            used = float(row.uses @ at)
            slack = NEARLY * float(np.abs(row.uses) @ np.abs(at))
            if used > row.high + slack or used < row.low - slack:
                return False
        return True

    def with_limit(self, constraint: str, most: float) -> Problem:
        """The same with another amount of one limit or purse, or of the money in all."""
        if constraint == TOTAL:
            return replace(self, total_yuan=most)
        if constraint in self.purses:
            return replace(self, purses={**self.purses, constraint: most})
        limits = tuple(replace(one, most=most) if one.name == constraint else one for one in self.limits)
        return replace(self, limits=limits)

    def amount_of(self, constraint: str) -> float:
        """How much there is of a limit, a purse, or money in all."""
        if constraint == TOTAL:
            return self.total_yuan
        if constraint in self.purses:
            return self.purses[constraint]
        return next(limit.most for limit in self.limits if limit.name == constraint)

    def equal_shares(self, money: float | None = None) -> Mix:
        """The same money for every lever; what one cannot take, or may not, goes to the others."""
        money = self.total_yuan if money is None else money
        step, spent = money / SHARES, [0.0] * len(self.levers)
        mix, growing = self.nothing, list(range(len(self.levers)))
        while growing:
            for place in list(growing):
                lever = self.levers[place]
                spent[place] += step
                amount = (
                    lever.nearest_below(spent[place] / lever.unit_cost_yuan) if lever.unit_cost_yuan else lever.most
                )
                more = (*mix[:place], amount, *mix[place + 1 :])
                if self.cost_yuan(more) <= money * (1 + NEARLY) and self.fits(more):
                    mix = more
                else:
                    growing.remove(place)
                if amount >= lever.most - lever.lot and place in growing:
                    growing.remove(place)
        return mix

    def payments(self, mix: Mix) -> dict[tuple[str, str], float]:
        """Which purse pays how much for which lever, in yuan: one way of many, the purse named first before others."""
        from scipy.optimize import linprog

        pairs = [(lever, purse) for lever in self.levers for purse in lever.purses]
        if not pairs:
            return {}
        claims = dict(zip((lever.name for lever in self.levers), self.claims * np.array(mix), strict=True))
        scale = max(1.0, *claims.values())
        names = sorted({lever.name for lever, _ in pairs})
        equal = np.array([[float(lever.name == name) for lever, _ in pairs] for name in names])
        most = np.array([[float(purse == name) for _, purse in pairs] for name in self.purses])
        order = [float(lever.purses.index(purse)) for lever, purse in pairs]  # the purse named first pays first
        found = linprog(
            order,
            A_ub=most,
            b_ub=np.array(list(self.purses.values())) / scale * (1 + 1e-9),
            A_eq=equal,
            b_eq=np.array([claims[name] for name in names]) / scale,
        )
        if found.x is None:
            raise ValueError("the mix does not fit its purses")
        paid = zip(pairs, found.x * scale, strict=True)
        return {(lever.name, purse): float(yuan) for (lever, purse), yuan in paid if yuan > 0.5}


def _hang_together(lists: Sequence[frozenset[str]]) -> bool:
    """Whether lists cannot be parted into two that share no purse: of such the inequality is the sum of the parts'."""
    reached, left = set(lists[0]), list(lists[1:])
    while touching := [one for one in left if reached & one]:
        reached = reached.union(*touching)
        left = [one for one in left if one not in touching]
    return not left
