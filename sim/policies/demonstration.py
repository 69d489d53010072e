"""Demonstration: show households and site meetings, so that others see what a line brings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.economy.industries import BUSINESS
from sim.policies.policy import Policy, PolicySettings

if TYPE_CHECKING:
    from sim.model import VillageModel

LINE_OF = {"fruit": 1, "livestock": 2, "vegetables": 3, "business": 4}
HOLDING = {1: "orchard_mu", 2: "livestock_head", 3: "greenhouse_mu", 4: "business_yuan"}


class DemonstrationSettings(PolicySettings):
    """Levers of demonstration."""

    line: Literal["fruit", "livestock", "vegetables", "business"] = Field(
        default="livestock", description="what is shown"
    )
    households: int = Field(default=2, ge=0, le=20, description="show households a village")
    cost_yuan: float = Field(
        default=1500.0, gt=0, le=100_000, description="cost a show household (sign, visits, upkeep)"
    )
    meetings: int = Field(default=2, ge=0, le=20, description="site meetings a village")
    meeting_yuan: float = Field(default=600.0, ge=0, le=50_000, description="cost a site meeting")


class Demonstration(Policy):
    """Good examples, made visible."""

    kind: ClassVar[str] = "demonstration"
    title_en: ClassVar[str] = "Demonstration"
    title_zh: ClassVar[str] = "典型示范"
    Settings: ClassVar[type[PolicySettings]] = DemonstrationSettings
    settings: DemonstrationSettings

    def begin(self, model: VillageModel) -> None:
        """Villages that have it."""
        self._on = self.villages_in_turn(model)
        self.targets["show_households"] = float(self.settings.households * len(self._on))
        self.targets["meetings"] = float(self.settings.meetings * len(self._on))
        self._line = LINE_OF[self.settings.line]
        self._chosen = False

    def days(self, model: VillageModel) -> Iterable[int]:
        """The day of choosing, then site meetings spread over the rest."""
        s = self.settings
        last = min(s.end_day, model.clock.campaign_days)
        span = max(1, (last - s.start_day) // (s.meetings + 1))
        return sorted({s.start_day, *(s.start_day + span * (k + 1) for k in range(s.meetings))})

    def day(self, model: VillageModel) -> None:
        """Choose first; then hold site meetings."""
        if not self._chosen:
            self._chosen = True
            self._choose(model)
            return
        if model.today.festival:
            return
        cost = self.settings.meeting_yuan
        can = int(min(len(self._on), self.left_yuan(model) // cost)) if cost else len(self._on)
        self.met_yuan += cost * can
        self.lost_yuan["purse"] += cost * (len(self._on) - can)
        self.buy(model, cost * can, "administration_yuan", "site meetings")
        self.count("meetings", float(can))
        h = model.households
        rows = np.flatnonzero(np.isin(h["village"], self._on[:can])).astype(np.int64)
        came = rows[self.luck(model, "come", rows, model.day) < model.p.site_meeting_reach]
        self.mark_served(model, came)
        self.count("told", float(len(came)))
        self.benefit(model, came, cost * can / max(1, len(came)))
        if self.settings.effects:
            h["knows"][came] |= 1 << self._line
            trust = h["trust"][came, self._line - 1]
            seen = model.villages["seen_result"][h["village"][came], self._line - 1]
            h["trust"][came, self._line - 1] = trust + model.p.site_meeting_trust * (seen - trust)

    def _choose(self, model: VillageModel) -> None:
        """The households with most of the line and best skill; where there is none, none is shown."""
        h, v, s = model.households, model.villages, self.settings
        column = HOLDING[self._line]
        for i in self._on:
            rows = np.arange(v["first"][i], v["last"][i])
            has = rows[h[column][rows] > 0]
            merit = h["farm_skill"][has] if self._line != BUSINESS else h["talent"][has]
            best = has[np.lexsort((h["key"][has], -merit))][: s.households]
            can = int(min(len(best), self.left_yuan(model) // s.cost_yuan))
            best = best[:can].astype(np.int64)
            self.met_yuan += s.cost_yuan * can
            self.lost_yuan["eligible"] += s.cost_yuan * (s.households - can)
            if not can:
                continue
            self.buy(model, s.cost_yuan * can, "grants_yuan", "show households")
            self.benefit(model, best, s.cost_yuan)
            self.mark_served(model, best)
            self.count("show_households", float(can))
            if s.effects:
                h["show"][best] = 1
                v["shown"][i, self._line - 1] += can
