"""Hearing and calming: disputes among households that come up, stand, are heard, settled, or grow.

A dispute takes days of both its households as long as it stands. Cadres hear them, and lawyers where the campaign sends
some. What has stood for long wears out cohesion, by which neighbours lend to one another; what is settled mends some.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.numerics import total
from sim.facts.topics import DISPUTE
from sim.money.reasons import reason
from sim.policies.policy import County, Names, Policy, PolicySettings, RowsOf
from sim.policies.settings import BUDGET, Lever

LAW = reason("lawyers and mediators in villages", "律师调解进村支出")
YEAR = 12


class DisputesSettings(PolicySettings):
    """Levers of hearing."""

    hear_days: float = Field(
        default=1.0,
        ge=0,
        le=10,
        description="cadre-days given to each dispute a month, or as many as there are for each",
    )
    law_share: float = Field(
        default=0.0, ge=0, le=1, description="share of disputes heard by a law firm or justice unit each month"
    )
    end_day: int | None = Field(default=365, ge=1, le=3650, description="last campaign day on which disputes are heard")


class Disputes(Policy):
    """Every month's end: disputes come up, are heard in turn, settled, or stand and grow.

    Attributes:
        other: By household, with whom it stands in a dispute; -1 = with nobody.
        since: By household, the month in which the dispute came up.
    """

    kind: ClassVar[str] = "hearing"
    title_en: ClassVar[str] = "Hearing and calming disputes"
    title_zh: ClassVar[str] = "疏导情绪与化解矛盾"
    by_months: ClassVar[bool] = True
    may_change: ClassVar[dict[str, Lever]] = {
        "hear_days": Lever("Cadre-days for each dispute a month", "每件纠纷每月调处天数"),
        "law_share": Lever("Disputes heard by law units", "律师和司法单位介入比例", "share"),
        **BUDGET,
    }
    from_purses: ClassVar[bool] = False
    warm: ClassVar[dict[str, object]] = {"law_share": 1.0, "hear_days": 0.0}  # money moves what lawyers hear
    counts: ClassVar[dict[str, Names]] = {
        "settled": ("Disputes settled", "化解纠纷件数"),
        "arisen": ("Disputes that came up", "新增纠纷件数"),
        "heard": ("Hearings of disputes", "调处纠纷件次"),
        "escalated": ("Disputes that grew", "激化纠纷件数"),
        "backlog": ("Disputes that stand", "未化解纠纷件数"),
    }
    amounts: ClassVar[tuple[str, ...]] = ()
    village_wide: ClassVar[bool] = True
    most: ClassVar[int | None] = 1  # a household stands in one dispute
    Settings: ClassVar[type[PolicySettings]] = DisputesSettings
    settings: DisputesSettings

    def open(self, county: County) -> None:
        """Nobody stands in a dispute."""
        self._on = self.villages_on(county)
        self.other: NDArray[np.int64] = np.full(len(county.households), -1, dtype=np.int64)
        self.since = np.zeros(len(county.households), dtype=np.int64)

    def month_end(self, county: County) -> None:
        """The month."""
        today = county.today.campaign_day
        if self.settings.start_day <= today <= self.last_day(county):
            self._hear(county)
        self._grow(county)
        self._arise(county)
        standing = self.other >= 0
        if self.settings.effects:
            county.households["knows"] &= ~(1 << DISPUTE)
            county.households["knows"][standing] |= 1 << DISPUTE
        self.book.count("backlog", 0.5 * float(standing.sum()) - self.book.counts.get("backlog", 0.0))

    def _standing(self) -> RowsOf:
        """Disputes that stand, each by the household that comes first."""
        rows = np.flatnonzero(self.other >= 0).astype(np.int64)
        return rows[rows < self.other[rows]]

    def _arise(self, county: County) -> None:
        """More disputes come up where cohesion is weak; each is with a household of the village, drawn by lot."""
        h, v, month = county.households, county.villages, county.today.month
        free = np.flatnonzero((self.other < 0) & self._on[h["village"]]).astype(np.int64)
        rate = county.p.dispute_rate / YEAR * 2.0 * (1.0 - v["cohesion"][h["village"][free]])
        starts = free[self.luck(county, "arises", free, month) < rate]
        where = h["village"][starts]
        lot = self.luck(county, "with", starts, month)
        against = v["first"][where] + (lot * (v["last"] - v["first"])[where]).astype(np.int64)
        for one, other in zip(starts.tolist(), against.tolist(), strict=True):
            if one != other and self.other[one] < 0 and self.other[other] < 0:
                self.other[[one, other]] = other, one
                self.since[[one, other]] = month
                self.book.count("arisen", 1.0)

    def _hear(self, county: County) -> None:
        """Cadres hear disputes in turn, as far as they have days; lawyers some more, as far as the money goes."""
        s, p, month = self.settings, county.p, county.today.month
        rows = self.in_turn(county, self._standing())
        chance = np.zeros(len(county.households))
        law = rows[self.luck(county, "law", rows, month) < s.law_share]
        each = p.dispute_law_yuan * county.today.cpi
        law = self.ration(county, law, np.full(len(law), each))
        self.buy(county, each * len(law), "administration_yuan", LAW)
        chance[law] = p.dispute_settled[1]
        days = county.cadre_days.share_out(rows, s.hear_days)
        self.book.costs["cadre_days_yuan"] += total(days) * county.profile.support.day_cost_yuan
        share = days / (days + p.dispute_half_days)
        lead = county.villages["leadership"][county.households["village"][rows]]
        chance[rows] = 1.0 - (1.0 - chance[rows]) * (1.0 - p.dispute_settled[0] * share * 2.0 * np.minimum(0.5, lead))
        self.book.count("heard", float((chance > 0.0).sum()))
        self._settle(county, rows[self.luck(county, "settles", rows, month) < chance[rows]])

    def _settle(self, county: County, rows: RowsOf) -> None:
        """These are settled; both are content with it, and neighbours trust one another a little more."""
        both = np.concatenate([rows, self.other[rows]])
        self.other[both] = -1
        self.book.reach(both)
        self.book.count("settled", float(len(rows)), county.households["village"][rows].astype(np.int64))
        if self.settings.effects:
            satisfaction = county.households["satisfaction"]
            satisfaction[both] += county.p.dispute_content * (1.0 - satisfaction[both])
            self._move_cohesion(county, rows, county.p.dispute_mends)

    def _grow(self, county: County) -> None:
        """What has stood for just so long grows: others take sides."""
        rows = self._standing()
        rows = rows[county.today.month - self.since[rows] == int(county.p.dispute_grows_months)]
        self.book.count("escalated", float(len(rows)))
        if self.settings.effects:
            self._move_cohesion(county, rows, -county.p.dispute_harms)

    @staticmethod
    def _move_cohesion(county: County, rows: RowsOf, by: float) -> None:
        """Move the villages' cohesion toward 1 or 0, by so much if all households had a dispute of that kind."""
        v = county.villages
        share = np.bincount(county.households["village"][rows], minlength=len(v)) / (v["last"] - v["first"])
        part = np.minimum(1.0, abs(by) * share)
        v["cohesion"] += part * ((1.0 - v["cohesion"]) if by > 0.0 else -v["cohesion"])
