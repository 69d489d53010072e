"""School fee waiver: fees of senior school are paid for those who apply, as each term begins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.facts.months import MARCH, SEPTEMBER
from sim.money.reasons import reason
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, TargetedSettings, Yuan
from sim.policies.settings import BUDGET, TURNS, Lever

WAIVED = reason("school fees waived", "减免学费")
TERMS = (MARCH, SEPTEMBER)  # months on whose first day a term begins


class FeeWaiverSettings(TargetedSettings):
    """Levers of the waiver."""

    share: float = Field(default=1.0, gt=0, le=1, description="share of the fees that is waived")


class FeeWaiver(Policy):
    """The fees of a term, paid to the household as it falls due, so that they burden it no longer."""

    kind: ClassVar[str] = "fee_waiver"
    title_en: ClassVar[str] = "School fee waiver"
    title_zh: ClassVar[str] = "高中学费减免"
    may_change: ClassVar[dict[str, Lever]] = {
        "share": Lever("Share of the fees that is waived", "学费减免比例", "share"),
        **BUDGET,
        **TURNS,
    }
    counts: ClassVar[dict[str, Names]] = {"waived": ("Terms for which a household's fees were waived", "减免学费户次")}
    beside: ClassVar[dict[str, dict[str, object]]] = {name: {"budget_yuan": 5000} for name in ("priority", "capture")}
    Settings: ClassVar[type[PolicySettings]] = FeeWaiverSettings
    settings: FeeWaiverSettings

    def open(self, county: County) -> None:
        """Who applies belongs to the household: one draw for all terms."""
        everyone = np.arange(len(county.households))
        self._applies = self.luck(county, "apply", everyone) < county.p.waiver_applied_for
        self._on = self.households_on(county)

    def days(self, county: County) -> Iterable[int]:
        """The first days of terms within the campaign."""
        opens = county.clock.day_index(county.clock.start)
        dates = {day: county.clock.date(opens + day - 1) for day in super().days(county)}
        return [day for day, date in dates.items() if date.month in TERMS and date.day == 1]

    def eligible(self, county: County) -> Mask:
        """Has somebody in senior school."""
        return self._on & (county.households["seniors"] > 0)

    def accepts(self, county: County, rows: RowsOf) -> Yuan:
        """Half a year's fees of those who apply."""
        h = county.households
        fees = 0.5 * county.p.senior_fee_yuan * county.today.cpi * h["seniors"][rows]
        fees *= 1.0 - county.villages["fees_met"][h["village"][rows]]
        return np.where(self._applies[rows], self.settings.share * fees, 0.0)

    def pay(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Money to the household, before the fees fall due at the month's end: they burden it no longer."""
        self.grant(county, rows, worth_yuan, WAIVED, counts_as="relief")
