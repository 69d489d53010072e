"""Public-service posts: paid part-time work in the village, kept for those who cannot go away for work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.facts.topics import POST
from sim.money.reasons import reason
from sim.policies import bends
from sim.policies.monitoring import WATCHED
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, Yuan
from sim.policies.settings import BUDGET, Lever, TargetedSettings

WAGE = reason("pay of public-service posts", "公益性岗位补贴")


class PublicPostsSettings(TargetedSettings):
    """Levers of the posts."""

    places: float = Field(default=2000.0, ge=0, le=1_000_000, description="posts in the whole county")
    pay_yuan: float = Field(default=600.0, ge=0, le=10_000, description="pay of a month")
    months: int = Field(default=12, ge=1, le=120, description="months for which a post is given")
    round_days: int = Field(default=30, ge=7, le=365, description="days between rounds in which posts are filled")


class PublicPosts(Policy):
    """A post a household: some days a month that no other work can have, paid every month from the purse.

    Households that are monitored come first, then those of the setting. Who would earn more in those days elsewhere
    nearby declines; who has nobody at home any more gives the post up.
    """

    kind: ClassVar[str] = "public_posts"
    title_en: ClassVar[str] = "Public-service posts"
    title_zh: ClassVar[str] = "公益性岗位"
    may_change: ClassVar[dict[str, Lever]] = {
        "places": Lever("Posts", "岗位数"),
        "pay_yuan": Lever("Pay of a month", "岗位月补贴"),
        **BUDGET,
    }
    amounts: ClassVar[tuple[str, ...]] = ("budget_yuan", "places", "pay_yuan")
    counts: ClassVar[dict[str, Names]] = {
        "posts": ("Posts given", "安排公益性岗位数"),
        "post_months": ("Months of posts paid", "公益性岗位发放月数"),
    }
    beside: ClassVar[dict[str, dict[str, object]]] = {
        "months": {"end_day": 300, "places": 5.0, "pay_yuan": 200.0},
        "round_days": {"end_day": 300, "places": 300.0},
    }
    Settings: ClassVar[type[PolicySettings]] = PublicPostsSettings
    settings: PublicPostsSettings

    def open(self, county: County) -> None:
        """No post is filled yet."""
        self._on = self.households_on(county)
        self._until = np.zeros(len(county.households), dtype=np.int64)  # month at whose end it is over
        self.book.targets["posts"] = self.settings.places * county.share

    def days(self, county: County) -> Iterable[int]:
        """Rounds."""
        return self.rounds(county, self.settings.round_days)

    def eligible(self, county: County) -> Mask:
        """Has a worker at home without a slot nearby, and no post."""
        h = county.households
        return np.asarray(self._on & (h["workers"] > h["migrants"] + h["slots"]) & (self._until == 0))

    def accepts(self, county: County, rows: RowsOf) -> Yuan:
        """The pay of a month for those to whom it is worth more than the same days at what is to be found nearby."""
        h, v, s = county.households, county.villages, self.settings
        village = h["village"][rows]
        elsewhere = county.p.post_days * v["local_wage_yuan"][village] * v["jobs_now"][village] * h["ability"][rows]
        return np.where(s.pay_yuan > elsewhere, s.pay_yuan, 0.0)

    def day(self, county: County) -> None:
        """Fill what is free."""
        if not self.in_season(county):
            return
        rows = np.flatnonzero(self.eligible(county)).astype(np.int64)
        rows = bends.not_held_up(county, self.label, rows[self.accepts(county, rows) > 0.0])
        rows = self.in_turn(county, rows)
        rows = rows[np.argsort(~county.shared_mask(WATCHED)[rows], kind="stable")]
        free = int(self.settings.places * county.share) - int((self._until > 0).sum())
        affordable = int(self.left_yuan(county) / self.settings.pay_yuan) if self.settings.pay_yuan > 0.0 else 0
        wanted, rows = rows, rows[: max(0, min(free, affordable))]
        bends.passed_over(county, self.label, wanted, rows)
        self.book.lost_yuan["quota"] = self.settings.pay_yuan * (len(wanted) - len(rows))
        if not len(rows):
            return
        self._until[rows] = county.today.month + self.settings.months
        self.book.reach(rows)
        self.book.count("posts", float(len(rows)))
        if self.settings.effects:
            county.households["knows"][rows] |= 1 << POST

    def month_end(self, county: County) -> None:
        """Pay of the month; posts that end, or that nobody is there for."""
        h = county.households
        rows = np.flatnonzero(self._until > 0).astype(np.int64)
        rows = self.ration(county, rows, np.full(len(rows), self.settings.pay_yuan))
        if len(rows):
            pay = np.full(len(rows), self.settings.pay_yuan)
            self.grant(county, rows, pay, WAGE, counts_as="wage")
            if self.settings.effects:
                bends.charge(county, self.label, rows, pay)
            self.book.worth_yuan[rows] += pay
            self.book.count("post_months", float(len(rows)))
        left = self.left_yuan(county) < self.settings.pay_yuan
        over = (self._until > 0) & ((self._until <= county.today.month) | (h["workers"] <= h["migrants"]) | left)
        self._until[over] = 0
        h["knows"][over] &= ~(1 << POST)
