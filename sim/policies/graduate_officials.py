"""Graduate village officials: somebody who looks into households' affairs, knows the rules and writes the papers.

An official gets to so many households a month. Who is known so is counted with fewer errors; for whoever was left out a
case is filed, against whoever is well off and on the list an objection is raised, and some of them go through. An
official also strengthens the committee and helps with forms, as long as the post is filled.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.core.numerics import exp, exp_array, norm_ppf_array
from sim.county import KNOWN
from sim.money.reasons import reason
from sim.policies.going_round import GoingRound
from sim.policies.policy import County, Names, Policy, PolicySettings, RowsOf
from sim.policies.settings import BUDGET, Lever
from sim.population.registry import earned_a_head, missing_causes

PAY = reason("pay of graduate officials", "大学生村官工资")
STRENGTHENED = ("leadership", "papers_done")


class GraduateOfficialsSettings(PolicySettings):
    """Levers of the posts."""

    months: int = Field(default=36, ge=0, le=120, description="months that a post lasts")
    households_month: int = Field(default=20, ge=0, le=1000, description="households an official looks into in a month")


class GraduateOfficials(Policy):
    """One official a village, from the first day on, until the post ends or the graduate leaves."""

    kind: ClassVar[str] = "graduate_officials"
    title_en: ClassVar[str] = "Graduate village officials"
    title_zh: ClassVar[str] = "大学生村官"
    by_months: ClassVar[bool] = True
    may_change: ClassVar[dict[str, Lever]] = {
        "households_month": Lever("Households an official looks into in a month", "每月走访核查户数"),
        **BUDGET,
    }
    counts: ClassVar[dict[str, Names]] = {
        "official_months": ("Months of graduate officials", "大学生村官在岗月数"),
        "looked_into": ("Households looked into", "核查户次"),
        "filed": ("Households left out for whom a case went through", "补录建档立卡户数"),
        "objected": ("Well-off households taken off the list", "异议清退户数"),
    }
    amounts: ClassVar[tuple[str, ...]] = ("months",)
    village_wide: ClassVar[bool] = True
    Settings: ClassVar[type[PolicySettings]] = GraduateOfficialsSettings
    settings: GraduateOfficialsSettings

    def open(self, county: County) -> None:
        """Posts to be filled, and in which order an official goes from house to house."""
        n, everyone = len(county.villages), np.arange(len(county.households), dtype=np.int64)
        self._wanted = self.villages_on(county)
        self._since = np.full(n, -1)
        self._gone = np.zeros(n, dtype=np.bool_)
        self._gained = np.zeros((n, len(STRENGTHENED)))
        self._going = GoingRound(county, self.luck(county, "way", everyone))
        self.book.targets["official_months"] = float(self._wanted.sum() * self.settings.months)

    def month_end(self, county: County) -> None:
        """A month of every official: paid for, or the post ends."""
        day, s = county.today.campaign_day, self.settings
        opens = s.start_day <= day <= self.last_day(county)
        month = county.today.month
        filled = self._since >= 0
        ends = filled & (month - self._since >= s.months)
        leaves = filled & (self._luck_of_villages(county) < county.p.graduate_leaves / 12.0)
        self._end(county, np.flatnonzero(filled & (ends | leaves)))
        seek = self._wanted & ~self._gone & ((self._since >= 0) | opens) & (s.months > 0)
        rows = self.villages_in_turn(county)
        rows = rows[seek[rows]]
        paid = self.ration(county, rows, np.full(len(rows), county.p.graduate_pay_yuan * county.today.cpi))
        self.buy(county, county.p.graduate_pay_yuan * county.today.cpi * len(paid), "administration_yuan", PAY)
        self._end(county, np.setdiff1d(np.flatnonzero(self._since >= 0), paid))
        self._begin(county, paid[self._since[paid] < 0], month)
        self.book.count("official_months", float(len(paid)))
        looked = [self._going.households(int(village), s.households_month) for village in paid]
        if looked:
            self._look_into(county, np.concatenate(looked))

    def _luck_of_villages(self, county: County) -> np.ndarray:
        everywhere = np.arange(len(county.villages), dtype=np.int64)
        return county.village_luck(self.number("leaves"), everywhere, county.today.month)

    def _begin(self, county: County, villages: RowsOf, month: int) -> None:
        """Graduates take up their posts."""
        self._since[villages] = month
        for village in villages.tolist():
            self.book.reach(self.households_of(county, village))
        if not self.settings.effects:
            return
        for k, (name, gain) in enumerate(
            zip(STRENGTHENED, (county.p.graduate_leadership, county.p.graduate_papers), strict=True)
        ):
            now = county.villages[name][villages]
            self._gained[villages, k] = gain * (1.0 - now)
            county.villages[name][villages] = now + self._gained[villages, k]

    def _end(self, county: County, villages: RowsOf) -> None:
        """Graduates leave for good, and take along what they brought to the office."""
        self._gone[villages], self._since[villages] = True, -1
        for k, name in enumerate(STRENGTHENED):
            county.villages[name][villages] = np.maximum(
                0.0, county.villages[name][villages] - self._gained[villages, k]
            )
            self._gained[villages, k] = 0.0

    def _look_into(self, county: County, rows: RowsOf) -> None:
        """What is seen of them, and the cases and objections that come of it."""
        self.book.count("looked_into", float(len(rows)))
        if not self.settings.effects:
            return
        h, p, seen = county.households, county.p, county.world.perceived_yuan
        day = county.day
        county.shared_mask(KNOWN)[rows] = True
        noise = p.review_noise * (1.0 - p.ledger_corrected)
        z = norm_ppf_array(self.luck(county, "seen", rows, day))
        seen[rows] = np.maximum(1.0, earned_a_head(h[rows])) * exp_array(noise * z)
        goes_through = self.luck(county, "case", rows, day)
        low, high = county.line_now * exp(-p.review_margin), county.line_now * exp(p.review_margin)
        outside = h["registered"][rows] == 0
        enter = rows[outside & (seen[rows] < low) & (goes_through < p.graduate_files)]
        leave = rows[~outside & (seen[rows] > high) & (goes_through < p.graduate_objects)]
        h["registered"][enter], h["registered"][leave] = 1, 0
        new, causes = missing_causes(h, p, county.today, illness=False)
        h["cause"][new] = causes
        self.book.count("filed", float(len(enter)))
        self.book.count("objected", float(len(leave)))
