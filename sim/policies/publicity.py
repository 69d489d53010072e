"""Publicity: village meetings and broadcasts that make programmes and lines known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from sim.facts.topics import TOPICS as SUBJECTS
from sim.policies.policy import Policy, PolicySettings

if TYPE_CHECKING:
    from sim.model import VillageModel


class PublicitySettings(PolicySettings):
    """Levers of publicity."""

    meetings: int = Field(default=4, ge=0, le=60, description="meetings or broadcasts a village")
    cost_yuan: float = Field(default=400.0, gt=0, le=50_000, description="cost a meeting")
    subjects: tuple[str, ...] = Field(
        default=("credit", "training", "industry", "jobs"),
        description=f"what is spoken of: {', '.join(SUBJECTS)}",
        json_schema_extra={"items": {"enum": list(SUBJECTS)}},
    )


class Publicity(Policy):
    """Meetings in turn through the villages."""

    kind: ClassVar[str] = "publicity"
    title_en: ClassVar[str] = "Publicity"
    title_zh: ClassVar[str] = "政策宣传"
    Settings: ClassVar[type[PolicySettings]] = PublicitySettings
    settings: PublicitySettings

    def begin(self, model: VillageModel) -> None:
        """How many meetings there are to hold."""
        self._on = self.villages_in_turn(model)
        self.targets["meetings"] = float(self.settings.meetings * len(self._on))
        self._held = 0

    def days(self, model: VillageModel) -> Iterable[int]:
        """Days of meetings: evenly through the campaign."""
        s = self.settings
        last = min(s.end_day, model.clock.campaign_days)
        if s.meetings == 0:
            return ()
        step = max(1, (last - s.start_day + 1) // s.meetings)
        return list(range(s.start_day, last + 1, step))[: s.meetings]

    def day(self, model: VillageModel) -> None:
        """One meeting in every village, put off to nobody's benefit if it falls on the festival."""
        if model.today.festival:
            self.lost_yuan["season"] += self.settings.cost_yuan * len(self._on)
            return
        asked = self.settings.cost_yuan * len(self._on)
        can = int(min(len(self._on), self.left_yuan(model) // self.settings.cost_yuan))
        self.met_yuan += can * self.settings.cost_yuan
        self.lost_yuan["purse"] += asked - can * self.settings.cost_yuan
        here = self._on[:can]
        self.buy(model, can * self.settings.cost_yuan, "administration_yuan", "meetings and broadcasts")
        self.count("meetings", float(can))
        h, p = model.households, model.p
        rows = np.flatnonzero(np.isin(h["village"], here)).astype(np.int64)
        came = rows[self.luck(model, "come", rows, model.day) < p.meeting_reach]
        self.mark_served(model, came)
        self.count("told", float(len(came)))
        self.benefit(model, came, can * self.settings.cost_yuan / max(1, len(came)))
        if not self.settings.effects:
            return
        h["awareness"][came] += p.meeting_awareness * (1.0 - h["awareness"][came])
        for k, subject in enumerate(self.settings.subjects):
            heard = came[self.luck(model, "remember", came, model.day, k) < p.meeting_tells]
            h["knows"][heard] |= 1 << SUBJECTS[subject]
