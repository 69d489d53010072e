"""Cash to households: the equal-cost comparison, for calculation only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.policies.policy import Mask, Policy, PolicySettings, TargetedSettings

if TYPE_CHECKING:
    from sim.model import VillageModel


class CashSettings(TargetedSettings):
    """Levers of the cash comparison."""

    amount_yuan: float = Field(default=1000.0, gt=0, le=50_000, description="amount a household and month")
    months: int = Field(default=3, ge=1, le=36, description="months of payment")
    delivery_share: float = Field(default=0.03, ge=0, le=0.3, description="administration on top of the amount")


class Cash(Policy):
    """Payments in turn of need. They are transfer income while they last."""

    kind: ClassVar[str] = "cash"
    title_en: ClassVar[str] = "Equal-cash comparison"
    title_zh: ClassVar[str] = "等额现金对照（仅测算）"
    Settings: ClassVar[type[PolicySettings]] = CashSettings
    settings: CashSettings

    def days(self, model: VillageModel) -> Iterable[int]:
        """A payment every thirty days."""
        return [self.settings.start_day + 30 * k for k in range(self.settings.months)]

    def begin(self, model: VillageModel) -> None:
        """Who is on the list: in turn, as far as the money reaches for all the months."""
        s = self.settings
        rows = self.in_turn(model, np.flatnonzero(self.eligible(model)).astype(np.int64))
        whole = s.amount_yuan * s.months * (1.0 + s.delivery_share)
        money = self.money_yuan(model)
        self._list = rows[: int(money / whole)]
        self.met_yuan = whole * len(self._list)
        self.lost_yuan["purse"] = whole * (len(rows) - len(self._list))
        self.targets["paid"] = float(len(self._list) * s.months)

    def eligible(self, model: VillageModel) -> Mask:
        """Everyone in a village that has it; all who are offered cash accept."""
        return self.households_on(model)

    def day(self, model: VillageModel) -> None:
        """Pay everyone on the list."""
        s = self.settings
        rows = self._list
        each = s.amount_yuan * (1.0 + s.delivery_share)
        can = rows[: int(self.left_yuan(model) / each)]
        if not len(can):
            return
        amounts = np.full(len(can), s.amount_yuan)
        self.buy(model, s.amount_yuan * s.delivery_share * len(can), "administration_yuan", "delivery of cash")
        self.mark_served(model, can)
        self.count("paid", float(len(can)))
        if s.effects:
            self.pay_households(model, can, amounts, "cash payments")
            model.households["income_year"][can, 3] += amounts
            # Part of it is spent over the coming year, as a shock in reverse.
            model.households["squeeze_yuan"][can] -= model.p.cash_spent * amounts
        else:
            self.buy(model, s.amount_yuan * len(can), "grants_yuan", "cash withheld (null check)")
