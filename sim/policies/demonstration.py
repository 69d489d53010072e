"""Demonstration: show households and site meetings, so that others see what a line brings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.facts.lines import BUSINESS, GREENHOUSE, HOLDING, LIVESTOCK, ORCHARD
from sim.money.reasons import reason
from sim.policies.policy import County, Names, Policy, PolicySettings
from sim.policies.settings import BUDGET, Lever

MEETINGS = reason("site meetings", "现场会")
SHOW_HOUSEHOLDS = reason("show households", "示范户扶持")
LINE_OF = {"fruit": ORCHARD, "livestock": LIVESTOCK, "vegetables": GREENHOUSE, "business": BUSINESS}


class DemonstrationSettings(PolicySettings):
    """Levers of demonstration."""

    line: Literal["fruit", "livestock", "vegetables", "business"] = Field(
        default="livestock", description="what is shown"
    )
    households: int = Field(default=2, ge=0, le=20, description="show households a village")
    weak_share: float = Field(
        default=0.0, ge=0, le=1, description="share of show households and site meetings that have nothing to show"
    )
    cost_yuan: float = Field(
        default=1500.0, ge=1, le=100_000, description="cost a show household (sign, visits, upkeep)"
    )
    meetings: int = Field(default=2, ge=0, le=20, description="site meetings a village")
    meeting_yuan: float = Field(default=600.0, ge=0, le=50_000, description="cost a site meeting")


class Demonstration(Policy):
    """Good examples, made visible."""

    kind: ClassVar[str] = "demonstration"
    title_en: ClassVar[str] = "Demonstration"
    title_zh: ClassVar[str] = "典型示范"
    may_change: ClassVar[dict[str, Lever]] = {
        "meeting_yuan": Lever("Cost of a site meeting", "每场现场会费用"),
        **BUDGET,
    }
    counts: ClassVar[dict[str, Names]] = {
        "show_households": ("Show households", "示范户"),
        "meetings": ("Meetings held", "召开会议场次"),
        "told": ("Times told of a programme", "政策告知户次"),
    }
    village_wide: ClassVar[bool] = True
    beside: ClassVar[dict[str, dict[str, object]]] = {"effects": {"line": "livestock"}}
    Settings: ClassVar[type[PolicySettings]] = DemonstrationSettings
    settings: DemonstrationSettings

    def open(self, county: County) -> None:
        """Villages that have it."""
        self._on = self.villages_in_turn(county)
        self.book.targets["show_households"] = float(self.settings.households * len(self._on))
        self.book.targets["meetings"] = float(self.settings.meetings * len(self._on))
        self._line = LINE_OF[self.settings.line]
        self._chosen = False

    def days(self, county: County) -> Iterable[int]:
        """The day of choosing, then site meetings spread over the rest."""
        s = self.settings
        last = self.last_day(county)
        span = max(1, (last - s.start_day) // (s.meetings + 1))
        return sorted({s.start_day, *(s.start_day + span * (k + 1) for k in range(s.meetings))})

    def day(self, county: County) -> None:
        """Choose first; then hold site meetings."""
        if not self._chosen:
            self._chosen = True
            self._choose(county)
            return
        if not self.in_season(county):
            return
        cost = self.settings.meeting_yuan
        can = int(min(len(self._on), self.left_yuan(county) // cost)) if cost else len(self._on)
        self.book.met_yuan += cost * can
        self.book.lost_yuan["purse"] += cost * (len(self._on) - can)
        self.buy(county, cost * can, "administration_yuan", MEETINGS)
        self.book.count("meetings", float(can), self._on[:can])
        h = county.households
        rows = np.flatnonzero(np.isin(h["village"], self._on[:can])).astype(np.int64)
        came = rows[self.luck(county, "come", rows, county.day) < county.p.site_meeting_reach]
        self.book.count("told", float(len(came)), h["village"][came])
        self.book.reach(came, cost * can / max(1, len(came)))
        if self.settings.effects:
            h["knows"][came] |= 1 << self._line
            trust = h["trust"][came, self._line - 1]
            seen = county.villages["seen_result"][h["village"][came], self._line - 1]
            moved = county.p.site_meeting_trust * (1.0 - self.settings.weak_share)
            h["trust"][came, self._line - 1] = trust + moved * (seen - trust)

    def _choose(self, county: County) -> None:
        """The households with most of the line and best skill; where there is none, none is shown."""
        h, v, s = county.households, county.villages, self.settings
        column = HOLDING[self._line]
        for i in self._on:
            rows = np.arange(v["first"][i], v["last"][i])
            has = rows[h[column][rows] > 0]
            merit = h["farm_skill"][has] if self._line != BUSINESS else h["talent"][has]
            best = has[np.lexsort((h["key"][has], -merit))][: s.households]
            can = int(min(len(best), self.left_yuan(county) // s.cost_yuan))
            best = best[:can].astype(np.int64)
            self.book.met_yuan += s.cost_yuan * can
            self.book.lost_yuan["eligible"] += s.cost_yuan * (s.households - can)
            if not can:
                continue
            self.buy(county, s.cost_yuan * can, "grants_yuan", SHOW_HOUSEHOLDS)
            self.book.reach(best, s.cost_yuan)
            self.book.count("show_households", float(can), h["village"][best])
            if s.effects:
                v["shown"][i, self._line - 1] += can * (1.0 - s.weak_share)
