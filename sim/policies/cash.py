"""Cash to households: the equal-cost comparison, for calculation only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.money.reasons import reason
from sim.policies import bends
from sim.policies.policy import County, Names, Policy, PolicySettings, RowsOf, TargetedSettings, Yuan

DELIVERY = reason("delivery of cash", "现金发放费用")
CASH = reason("cash payments", "现金补助")


class CashSettings(TargetedSettings):
    """Levers of the cash comparison."""

    amount_yuan: float = Field(default=1000.0, ge=1, le=50_000, description="amount a household and month")
    months: int = Field(default=3, ge=1, le=120, description="months of payment")
    end_day: int | None = Field(
        default=None, ge=1, le=3650, description="last campaign day on which it pays; left out: all months are paid"
    )
    delivery_share: float = Field(default=0.03, ge=0, le=0.3, description="administration on top of the amount")


class Cash(Policy):
    """Payments in turn of need. They are transfer income while they last."""

    kind: ClassVar[str] = "cash"
    title_en: ClassVar[str] = "Equal-cash comparison"
    title_zh: ClassVar[str] = "等额现金对照（仅测算）"
    comparison: ClassVar[bool] = True
    counts: ClassVar[dict[str, Names]] = {"paid": ("Payments to households", "发放户次")}
    Settings: ClassVar[type[PolicySettings]] = CashSettings
    settings: CashSettings

    def open(self, county: County) -> None:
        """Who is on the list: in turn, as far as the money reaches for all the months."""
        s = self.settings
        rows = self.in_turn(county, np.flatnonzero(self.households_on(county)).astype(np.int64))
        payments = len(self.days(county))
        whole = s.amount_yuan * payments * (1.0 + s.delivery_share)
        self._list = rows[: int(self.money_yuan(county) / whole) if payments else 0]
        bends.passed_over(county, self.label, rows, self._list)
        self.book.met_yuan = whole * len(self._list)
        self.book.lost_yuan["purse"] = whole * (len(rows) - len(self._list))
        self.book.targets["paid"] = float(len(self._list) * payments)

    def days(self, county: County) -> Sequence[int]:
        """A payment every thirty days."""
        s = self.settings
        days = [s.start_day + 30 * k for k in range(s.months)]
        return days if s.end_day is None else [day for day in days if day <= s.end_day]

    def day(self, county: County) -> None:
        """Pay everyone on the list, as far as what is left reaches."""
        s = self.settings
        rows = self._list[: int(self.left_yuan(county) / (s.amount_yuan * (1.0 + s.delivery_share)))]
        rows = bends.not_held_up(county, self.label, rows)
        if not len(rows):
            return
        amounts = np.full(len(rows), s.amount_yuan)
        self.pay(county, rows, amounts)
        self.book.reach(rows, amounts)
        self.book.count("paid", float(len(rows)), county.households["village"][rows])
        if s.effects:
            bends.charge(county, self.label, rows, amounts)
            self.hand_over(county, rows, amounts)

    def pay(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """The amounts, and what bringing them costs."""
        s = self.settings
        self.buy(county, s.amount_yuan * s.delivery_share * len(rows), "administration_yuan", DELIVERY)
        self.grant(county, rows, worth_yuan, CASH, counts_as="transfer")

    def hand_over(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Part of it is spent over the coming year, as a shock in reverse."""
        county.households["deferred_cut_yuan"][rows] -= county.p.cash_spent * worth_yuan
