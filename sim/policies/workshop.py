"""Local workshops: a building in the village, an outside firm that runs it, and places beside field and child."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.calendar.clock import MONTH_DAYS
from sim.core.numerics import total
from sim.money.reasons import reason
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings
from sim.policies.settings import BUDGET, Lever

BUILT = reason("local workshops fitted out", "帮扶车间建设")
KEPT = reason("subsidy for places in local workshops", "帮扶车间吸纳就业补贴")


class WorkshopSettings(PolicySettings):
    """Levers of the workshops."""

    workshops: float = Field(default=20.0, ge=0, le=10_000, description="workshops in the whole county, one a village")
    size: int = Field(default=20, ge=1, le=1000, description="full-time places of a workshop")
    skill: float = Field(default=0.2, ge=0, le=1, description="skill for work that a place asks for")
    cost_yuan: float = Field(default=200_000.0, ge=0, le=10_000_000, description="what fitting out a workshop takes")
    subsidy_yuan: float = Field(default=1000.0, ge=0, le=50_000, description="paid to it for a filled place and year")


class Workshop(Policy):
    """Places are work nearby like any other: its pay is the wage there, and hands that have the days find them.

    A workshop opens no more places than its village has hands at home that are skilled enough, and may close.
    """

    kind: ClassVar[str] = "workshop"
    title_en: ClassVar[str] = "Local workshops"
    title_zh: ClassVar[str] = "帮扶车间"
    moved_as: ClassVar[Literal["", "projects", "credit"]] = "projects"
    village_wide: ClassVar[bool] = True
    may_change: ClassVar[dict[str, Lever]] = {
        "subsidy_yuan": Lever("Subsidy for a place and year", "每岗每年补贴"),
        **BUDGET,
    }
    amounts: ClassVar[tuple[str, ...]] = ("budget_yuan", "workshops")
    counts: ClassVar[dict[str, Names]] = {
        "opened": ("Workshops opened", "建成帮扶车间数"),
        "workshop_years": ("Worker-years in workshops", "帮扶车间用工人年"),
        "closed": ("Workshops closed", "关停帮扶车间数"),
    }
    warm: ClassVar[dict[str, object]] = {"workshops": 2.0, "cost_yuan": 20_000.0}
    beside: ClassVar[dict[str, dict[str, object]]] = {"end_day": {"purses": ("second",)}}
    Settings: ClassVar[type[PolicySettings]] = WorkshopSettings
    settings: WorkshopSettings

    def open(self, county: County) -> None:
        """Nothing is built; the free days of a month in the year before say how large a share of them a place is."""
        n = len(county.villages)
        self._free = county.villages["free_days_open"].sum(axis=1) / 12.0
        self._jobs, self._places = np.zeros(n), np.zeros(n)
        self._here: Mask = np.zeros(n, dtype=np.bool_)
        self.book.targets["opened"] = float(self._wanted(county))

    def _wanted(self, county: County) -> int:
        return int(self.settings.workshops * county.share + 0.5)

    def days(self, county: County) -> Iterable[int]:
        """The first day on which there is money for all; rounds until then."""
        return self.rounds(county, int(MONTH_DAYS))

    def day(self, county: County) -> None:
        """Open what is still to be opened."""
        turn = self.villages_in_turn(county)
        turn = turn[~self._here[turn]][: max(0, self._wanted(county) - int(self._here.sum()))]
        villages = self.deliver_villages(county, turn, self.settings.cost_yuan, BUILT)
        self._here[villages] = True
        if self.settings.effects:
            for village in villages:
                self._hire(county, int(village))

    def _hire(self, county: County, village: int) -> None:
        """Its places join the work nearby, as far as there are hands for them."""
        h, p, rows = county.households, county.p, self.households_of(county, village)
        able = (h["workers"][rows] > h["migrants"][rows]) & (h["work_skill"][rows] >= self.settings.skill)
        places = float(min(self.settings.size, int(able.sum())))
        if self._free[village] <= 0.0:
            return
        wanted = places * p.work_days_month / self._free[village]
        added = min(wanted, max(0.0, p.firm_jobs_most - float(county.villages["jobs"][village])))
        county.villages["jobs"][village] += added
        self._jobs[village], self._places[village] = added, places * added / wanted if wanted > 0.0 else 0.0

    def month_end(self, county: County) -> None:
        """A month's subsidy for the places; some workshops close."""
        county_villages = county.villages
        places = total(self._places)
        owed = min(self.left_yuan(county), places * self.settings.subsidy_yuan / 12.0)
        self.buy(county, owed, "grants_yuan", KEPT)
        self.book.count("workshop_years", places / 12.0)
        rows = np.flatnonzero(self._here & (self._places > 0.0)).astype(np.int64)
        luck = county.village_luck(self.number("closes"), rows, county.today.month)
        shut = rows[luck < county.p.workshop_fails / 12.0]
        county_villages["jobs"][shut] = np.maximum(0.0, county_villages["jobs"][shut] - self._jobs[shut])
        self._jobs[shut], self._places[shut] = 0.0, 0.0
        self.book.count("closed", float(len(shut)))
