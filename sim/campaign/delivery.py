"""What one policy did: whom it reached, what they got, what it cost, and what it could not do for want of what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.core.numerics import add_up

Mask = NDArray[np.bool_]
RowsOf = NDArray[np.int64]
Yuan = NDArray[np.float64]

COST_ITEMS = (
    "grants_yuan",
    "interest_subsidy_yuan",
    "loan_losses_yuan",
    "capital_cost_yuan",
    "administration_yuan",
    "cadre_days_yuan",
)


@dataclass
class Delivery:
    """The book of one policy.

    Attributes:
        label: The policy's name in the plan.
        kind: Its kind.
        households: How many households the world has.
        costs: Yuan by item of `COST_ITEMS`.
        cash_outlay_yuan: Money that left a purse or a lender's books for good.
        principal_yuan: Principal lent; never a cost.
        targets: What its money, staff or settings could deliver at most, by count; it is judged by the first.
        deadlines: Campaign day by which a target of the plan is due; other targets are what its means allow.
        at_deadline: What had been delivered on that day.
        counts: What has been delivered, by count (visited, told, trained, lent, started, finished, ...).
        met_yuan: What was asked for and could be given.
        lost_yuan: What was asked for and could not, by what bound (purse, cadre_days, season, quota, staff, ...).
        means: What its money, staff or settings allow of what the plan states a target for, before that is entered.
        followed: What has been delivered in each village of that which the plan's tasks follow, by count; what was
            delivered nowhere in particular stands behind the villages.
        diary: The same as it stood at the end of the days asked for, by count and campaign day.
        bound_by: What had bound by then, as shares of what was asked for, by campaign day.
        served: Households reached so far.
        worth_yuan: What each household received, in money or money's worth.
        waits: Whether its condition has yet to be met, so that nothing could be delivered.
        started_day: Campaign day on which its condition let it start; None = it had none, or still waits.
    """

    label: str
    kind: str
    households: int
    costs: dict[str, float] = field(default_factory=lambda: dict.fromkeys(COST_ITEMS, 0.0))
    cash_outlay_yuan: float = 0.0
    principal_yuan: float = 0.0
    targets: dict[str, float] = field(default_factory=dict)
    deadlines: dict[str, int] = field(default_factory=dict)
    at_deadline: dict[str, float] = field(default_factory=dict)
    counts: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    met_yuan: float = 0.0
    lost_yuan: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    means: dict[str, float] = field(default_factory=dict)
    followed: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    diary: dict[str, dict[int, NDArray[np.float64]]] = field(default_factory=dict)
    bound_by: dict[int, dict[str, float]] = field(default_factory=dict)
    waits: bool = False
    started_day: int | None = None
    served: Mask = field(init=False)
    worth_yuan: Yuan = field(init=False)

    def __post_init__(self) -> None:
        self.served = np.zeros(self.households, dtype=np.bool_)
        self.worth_yuan = np.zeros(self.households)
        self._diary_days: Collection[int] = ()

    def reach(self, rows: RowsOf, worth_yuan: Yuan | float = 0.0) -> None:
        """Enter households as reached, with what each of them received."""
        self.served[rows] = True
        self.worth_yuan[rows] += worth_yuan

    def count(self, name: str, amount: float, villages: RowsOf | None = None, each: Yuan | None = None) -> None:
        """Add to what has been delivered.

        Args:
            name: Which count.
            amount: How much in all.
            villages: Row of the village of each part of it; left out: nowhere in particular.
            each: How much each part is; 1 by default.
        """
        self.counts[name] += amount
        if name in self.followed:
            now = self.followed[name]
            if villages is None:
                now[-1] += amount
            else:
                now += np.bincount(villages, weights=each, minlength=len(now))

    def follow(self, names: Collection[str], villages: int, days: Collection[int]) -> None:
        """Keep account of some counts by village, and note how they stand at the end of some campaign days."""
        self.followed = {name: np.zeros(villages + 1) for name in names}
        self.diary = {name: {} for name in names}
        self._diary_days = days

    def promise(self, name: str, amount: float, deadline: int) -> None:
        """Enter a target that the plan states, due by the end of a campaign day."""
        if name in self.targets:
            self.means[name] = self.targets[name]
        self.targets[name] = amount
        self.deadlines[name] = deadline

    def end_day(self, campaign_day: int) -> None:
        """Note what has been delivered of that which falls due today."""
        for name, deadline in self.deadlines.items():
            if deadline == campaign_day:
                self.at_deadline[name] = self.counts.get(name, 0.0)
        if campaign_day in self._diary_days:
            for name, now in self.followed.items():
                self.diary[name][campaign_day] = now.copy()
            self.bound_by[campaign_day] = self.binding()

    def spend(self, item: str, amount_yuan: float) -> None:
        """Enter a cost that was paid in money."""
        self.costs[item] += amount_yuan
        self.cash_outlay_yuan += amount_yuan

    @property
    def cost_yuan(self) -> float:
        """All costs together."""
        return add_up(self.costs.values())

    @property
    def asked_yuan(self) -> float:
        """All that was asked for, given or not."""
        return self.met_yuan + add_up(self.lost_yuan.values())

    def binding(self) -> dict[str, float]:
        """What bound so far, by constraint, as shares of what was asked for; `demand` where too few wanted it."""
        asked = self.asked_yuan
        bound = {what: lost / asked if asked > 0 else 0.0 for what, lost in sorted(self.lost_yuan.items())}
        return bound | {"demand": self.short_of_takers}

    @property
    def short_of_takers(self) -> float:
        """Share of the target that neither money nor days nor staff explain: too few were eligible and willing."""
        name, target = next(iter(self.targets.items()), ("", 0.0))
        if target <= 0 or self.waits:
            return 0.0
        lost = add_up(self.lost_yuan.values())
        explained = lost / (self.met_yuan + lost) if lost > 0 else 0.0
        return max(0.0, 1.0 - self.counts.get(name, 0.0) / target - explained)
