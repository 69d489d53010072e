"""Publicity: village meetings and broadcasts that make programmes and lines known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.facts.topics import TOPICS as SUBJECTS
from sim.money.reasons import reason
from sim.policies.policy import County, Names, Policy, PolicySettings
from sim.policies.settings import BUDGET, Lever

MEETINGS = reason("meetings and broadcasts", "会议和广播")


class PublicitySettings(PolicySettings):
    """Levers of publicity."""

    meetings: int = Field(default=4, ge=0, le=60, description="meetings or broadcasts a village")
    cost_yuan: float = Field(default=400.0, ge=1, le=50_000, description="cost a meeting")
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
    may_change: ClassVar[dict[str, Lever]] = {
        "cost_yuan": Lever("Cost of a meeting", "每场会议费用"),
        "subjects": Lever("What is spoken of", "宣传内容"),
        **BUDGET,
    }
    amounts: ClassVar[tuple[str, ...]] = ("meetings",)
    counts: ClassVar[dict[str, Names]] = {
        "meetings": ("Meetings held", "召开会议场次"),
        "told": ("Times told of a programme", "政策告知户次"),
    }
    village_wide: ClassVar[bool] = True
    Settings: ClassVar[type[PolicySettings]] = PublicitySettings
    settings: PublicitySettings

    def open(self, county: County) -> None:
        """How many meetings there are to hold."""
        self._on = self.villages_in_turn(county)
        self.book.targets["meetings"] = float(self.settings.meetings * len(self._on))

    def days(self, county: County) -> Iterable[int]:
        """Days of meetings: evenly through the campaign."""
        s = self.settings
        last = self.last_day(county)
        if s.meetings == 0:
            return ()
        step = max(1, (last - s.start_day + 1) // s.meetings)
        return list(range(s.start_day, last + 1, step))[: s.meetings]

    def day(self, county: County) -> None:
        """One meeting in every village; one that falls on a festival is not held."""
        cost = self.settings.cost_yuan
        if not self.in_season(county):
            self.book.lost_yuan["season"] += cost * len(self._on)
            return
        can = int(min(len(self._on), self.left_yuan(county) // cost))
        self.book.met_yuan += cost * can
        self.book.lost_yuan["purse"] += cost * (len(self._on) - can)
        self.buy(county, cost * can, "administration_yuan", MEETINGS)
        self.book.count("meetings", float(can), self._on[:can])
        h, p = county.households, county.p
        rows = np.flatnonzero(np.isin(h["village"], self._on[:can])).astype(np.int64)
        came = rows[self.luck(county, "come", rows, county.day) < p.meeting_reach]
        self.book.count("told", float(len(came)), h["village"][came])
        self.book.reach(came, cost * can / max(1, len(came)))
        if not self.settings.effects:
            return
        h["awareness"][came] += p.meeting_awareness * (1.0 - h["awareness"][came])
        for k, subject in enumerate(self.settings.subjects):
            heard = came[self.luck(county, "remember", came, county.day, k) < p.meeting_tells]
            h["knows"][heard] |= 1 << SUBJECTS[subject]
