"""Levels and coordination: an instruction goes from the county to townships and from there to villages, or gets lost.

What it asks is that projects be kept together. Each level has odds, a delay and losses of its own; townships differ in
capacity, and their attention fades while other tasks come in. Consultations put back what is missing.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.draws import uniforms
from sim.core.numerics import add_up
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf
from sim.policies.settings import Lever

INSTRUCTED = "share of what coordination asks that is in force in a village"
"""Name of an array that other policies may read; villages without this policy have 1."""
NEVER = np.inf

Floats = NDArray[np.float64]


class LevelsSettings(PolicySettings):
    """Levers of passing on and of consulting."""

    no_use: ClassVar[dict[str, str]] = {
        "budget_yuan": "consultations take field days of cadres, and pay nobody",
        "purses": "consultations take field days of cadres, and pay nobody",
    }

    consultation_days: float = Field(
        default=1.0, ge=0, le=10, description="days a month that a cadre of each informed village consults"
    )
    leader: Literal["none", "group"] = Field(
        default="group", description="who leads: nobody (what is lost stays lost), or a group leader who asks after it"
    )
    waiting: float = Field(
        default=0.0, ge=0, le=1, description="share of townships, by lot, that begin only when a neighbour has begun"
    )
    end_day: int | None = Field(
        default=365, ge=1, le=3650, description="last campaign day on which anything is passed on or consulted about"
    )


class Levels(Policy):
    """Every month's end: what arrived where, what is passed on, who consults, and how much of it is in force.

    Attributes:
        capacity: By township, 1 on the mean: it shortens the way to villages and keeps more of what is meant.
        attention: By township, 1 = full.
        arrived: Campaign day on which the instruction arrives in a township; infinite while it is not on its way.
        passed: Campaign day on which a township passed it on, likewise.
        village_day: Campaign day on which it arrives in a village, likewise.
        left: By village, share of what was meant that arrives there.
        in_force: By village, what is in force of it now.
    """

    kind: ClassVar[str] = "levels"
    title_en: ClassVar[str] = "Levels and coordination"
    title_zh: ClassVar[str] = "逐级传达与统筹会商"
    by_months: ClassVar[bool] = True
    may_change: ClassVar[dict[str, Lever]] = {
        "consultation_days": Lever("Days of consultation a village and month", "每村每月会商天数"),
    }
    from_purses: ClassVar[bool] = False
    counts: ClassVar[dict[str, Names]] = {
        "townships": ("Townships informed", "收到部署的乡镇"),
        "informed": ("Villages informed", "收到部署的村"),
        "days_until": ("Days until villages were informed", "各村收到部署所用天数合计"),
        "lost": ("Instructions lost on the way", "未传达到位次数"),
        "consulted": ("Days of consultation", "会商天数"),
        "in_force": ("Village-months of the instruction in force", "部署有效落实的村月数"),
    }
    village_wide: ClassVar[bool] = True
    Settings: ClassVar[type[PolicySettings]] = LevelsSettings
    settings: LevelsSettings
    most: ClassVar[int | None] = 1

    def open(self, county: County) -> None:
        """The county sends its instruction to every township on the first day."""
        v = county.villages
        on = self._on = self.villages_on(county)
        self._keys, first, self._town = np.unique(
            v["township"].astype(np.int64), return_index=True, return_inverse=True
        )
        self._group = v["county"][first]
        n = len(self._keys)
        self._takes_part = np.bincount(self._town, weights=on, minlength=n) > 0
        lot = uniforms(county.seed, self.number("capacity"), self._keys, 0)
        self.capacity = 1.0 + county.p.township_spread * (2.0 * lot - 1.0)
        self._waits = uniforms(county.seed, self.number("waits"), self._keys, 0) < self.settings.waiting
        self.attention = np.ones(n)
        self.arrived, self.passed = np.full(n, NEVER), np.full(n, NEVER)
        self.village_day = np.full(len(v), NEVER)
        self.left = np.zeros(len(v))
        self._knew, self._town_knew = np.zeros(len(v), dtype=np.bool_), np.zeros(n, dtype=np.bool_)
        self.in_force = np.where(on, 0.0, 1.0)
        if self.settings.effects:
            county.shared[INSTRUCTED] = self.in_force
        self.book.targets["townships"] = float(self._takes_part.sum())
        self.book.targets["informed"] = float(on.sum())
        self._to_townships(county, self._takes_part, float(self.settings.start_day))

    def month_end(self, county: County) -> None:
        """What gets lost is asked after, what has arrived is passed on and talked over, the rest fades."""
        today = float(county.today.campaign_day)
        if today < self.settings.start_day:
            return
        self.attention[self._town_knew] *= 1.0 - county.p.attention_fades
        if today <= self.last_day(county):
            if self.settings.leader == "group":
                self._ask_after(county, today)
            self._pass_on(county, today)
        self._note_arrivals(today)
        if today <= self.last_day(county):
            self._consult(county)
        self.in_force[self._on] = (self._knew * self.left * self.attention[self._town])[self._on]
        if self.settings.effects:
            self.book.count("in_force", add_up(self.in_force[self._on].tolist()))

    def _arrival(self, county: County, level: int, keys: RowsOf, sent: Floats, capacity: Floats) -> Floats:
        """Days on which what was `sent` arrives a level below; infinite for what gets lost."""
        p, day = county.p, max(0, county.day)
        delay = p.level_days[level] * 2.0 * uniforms(county.seed, self.number("delay"), keys, day, level) / capacity
        lost = uniforms(county.seed, self.number("lost"), keys, day, level) >= p.level_arrives[level]
        self.book.count("lost", float(lost.sum()))
        return np.where(lost, NEVER, sent + delay)

    def _to_townships(self, county: County, towns: Mask, sent: float) -> None:
        keys = self._keys[towns]
        self.arrived[towns] = self._arrival(county, 0, keys, np.full(len(keys), sent), np.ones(len(keys)))

    def _to_villages(self, county: County, villages: Mask, sent: Floats) -> None:
        """Send to `villages` what their townships have of it; `sent` by village."""
        p, capacity = county.p, self.capacity[self._town[villages]]
        keys = county.villages["key"][villages].astype(np.int64)
        self.village_day[villages] = self._arrival(county, 1, keys, sent[villages], capacity)
        self.left[villages] = np.minimum(1.0, p.level_keeps[0] * p.level_keeps[1] * capacity)

    def _ask_after(self, county: County, today: float) -> None:
        """A group leader has what got lost sent again."""
        self._to_townships(county, self._takes_part & np.isinf(self.arrived), today)
        lost = self._on & np.isfinite(self.passed[self._town]) & np.isinf(self.village_day)
        self._to_villages(county, lost, np.full(len(lost), today))

    def _pass_on(self, county: County, today: float) -> None:
        """Townships pass on what has arrived, at once or, if they wait, once a neighbour of their group has begun."""
        begun = np.isfinite(self.passed)
        beside = np.zeros(len(begun), dtype=np.bool_)
        same = self._group[1:] == self._group[:-1]
        beside[1:] |= begun[:-1] & same
        beside[:-1] |= begun[1:] & same
        now = (self.arrived <= today) & ~begun & (~self._waits | beside)
        self.passed[now] = np.where(self._waits, today, self.arrived)[now]
        self._to_villages(county, self._on & now[self._town], self.passed[self._town])

    def _note_arrivals(self, today: float) -> None:
        towns = (self.arrived <= today) & ~self._town_knew
        villages = (self.village_day <= today) & ~self._knew
        self._town_knew |= towns
        self._knew |= villages
        self.book.count("townships", float(towns.sum()))
        self.book.count("informed", float(villages.sum()), np.flatnonzero(villages))
        days = self.village_day[villages] - self.settings.start_day
        self.book.count("days_until", add_up(days.tolist()))

    def _consult(self, county: County) -> None:
        """A cadre of each informed village goes to talk it over: attention and what was left out come back in part."""
        days = self.settings.consultation_days
        villages = self.villages_in_turn(county)
        villages = villages[self._knew[villages]]
        if days <= 0.0 or not len(villages):
            return
        each_yuan = days * county.profile.support.day_cost_yuan
        self.book.met_yuan += each_yuan * len(villages)
        homes = self.take_days(county, county.villages["first"][villages].astype(np.int64), days, each_yuan)
        came = county.households["village"][homes].astype(np.int64)
        self.book.count("consulted", days * len(came), came, np.full(len(came), days))
        part = days / (days + county.p.consultation_half_days)
        self.left[came] += part * (1.0 - self.left[came])
        there, all_of_it = (
            np.bincount(self._town[who], minlength=len(self._keys)).astype(np.float64)
            for who in (came, np.flatnonzero(self._on))
        )
        self.attention += part * there / np.maximum(1.0, all_of_it) * (1.0 - self.attention)
