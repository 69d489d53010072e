"""Aid for pupils of junior school, paid term by term while they attend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.facts.months import AUGUST, FEBRUARY, MARCH, SEPTEMBER
from sim.money.reasons import reason
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, TargetedSettings, Yuan
from sim.policies.settings import BUDGET, TURNS, Lever

AID = reason("aid for pupils who attend", "义务教育阶段助学补助")
TERMS = (MARCH, SEPTEMBER)  # months on whose first day a term begins
ENDS = (FEBRUARY, AUGUST)  # months at whose end one is over


class SchoolAidSettings(TargetedSettings):
    """Levers of the aid."""

    amount_yuan: float = Field(default=1000.0, ge=0, le=30_000, description="aid for a pupil and year")


class SchoolAid(Policy):
    """Half a year's aid as a term begins, for the pupils that a household's children are at an even age.

    It is income, and for the term it makes up for part of what attending costs, so that fewer leave before the end.
    Whoever is not paid in the next term has it no longer.
    """

    kind: ClassVar[str] = "school_aid"
    title_en: ClassVar[str] = "Aid for pupils of junior school"
    title_zh: ClassVar[str] = "初中生助学补助"
    may_change: ClassVar[dict[str, Lever]] = {
        "amount_yuan": Lever("Aid for a pupil and year", "每生每年补助金额"),
        **BUDGET,
        **TURNS,
    }
    amounts: ClassVar[tuple[str, ...]] = ("amount_yuan",)
    counts: ClassVar[dict[str, Names]] = {"aided": ("Terms for which a household's pupils were aided", "补助学期户次")}
    beside: ClassVar[dict[str, dict[str, object]]] = {name: {"budget_yuan": 5000} for name in ("priority", "capture")}
    Settings: ClassVar[type[PolicySettings]] = SchoolAidSettings
    settings: SchoolAidSettings

    def open(self, county: County) -> None:
        """Nobody is aided yet."""
        self._on = self.households_on(county)
        self._aided: RowsOf = np.empty(0, dtype=np.int64)
        self._each = 0

    def days(self, county: County) -> Iterable[int]:
        """The first days of terms."""
        opens = county.clock.day_index(county.clock.start)
        dates = {day: county.clock.date(opens + day - 1) for day in super().days(county)}
        return [day for day, date in dates.items() if date.month in TERMS and date.day == 1]

    def eligible(self, county: County) -> Mask:
        """Has children."""
        return self._on & (county.households["children"] > 0)

    def accepts(self, county: County, rows: RowsOf) -> Yuan:
        """Half a year's aid for its pupils; everyone takes it."""
        p = county.p
        pupils = county.households["children"][rows] * (p.junior_years / p.childhood_years)
        return np.asarray(0.5 * self.settings.amount_yuan * pupils, dtype=np.float64)

    def pay(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Money to the household."""
        self.grant(county, rows, worth_yuan, AID)

    def hand_over(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """What it counts on for the term."""
        self._aided, self._each = rows, round(self.settings.amount_yuan)
        county.households["pupil_aid_yuan"][rows] += self._each

    def books_closed(self, county: County) -> None:
        """A term is over, and with it what was promised for it."""
        if county.today.calendar_month in ENDS:
            county.households["pupil_aid_yuan"][self._aided] -= self._each
            self._aided = self._aided[:0]
