"""Publicity: meetings, broadcasts, text messages, leaflets and banners that make programmes and lines known.

What they say is heard, and not seen: beliefs about a line are mended by results seen (`sim.policies.demonstration`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from sim.facts.topics import TOPICS as SUBJECTS
from sim.money.reasons import reason
from sim.parameters.packed import P
from sim.policies.policy import County, Names, Policy, PolicySettings
from sim.policies.settings import BUDGET, Lever

MEETINGS = reason("meetings and broadcasts", "会议和广播")
MEETING = "meetings"
OTHERS = ("broadcast", "text_messages", "leaflets", "banners")
"""Media beside meetings, in the order of the parameters `medium_*`."""


class Round(NamedTuple):
    """What a round of a medium does in a village.

    Attributes:
        cost_yuan: What it costs in a village.
        reach: Share of households whom it comes to.
        awareness: Share of what they do not know of programmes in general that it makes known to them.
        tells: Chance that one of them remembers a subject.
    """

    cost_yuan: float
    reach: float
    awareness: float
    tells: float


class PublicitySettings(PolicySettings):
    """Levers of publicity."""

    medium: Literal["meetings", "broadcast", "text_messages", "leaflets", "banners"] = Field(
        default="meetings", description="what carries it"
    )
    meetings: int = Field(default=4, ge=0, le=60, description="meetings a village, or rounds of another medium")
    cost_yuan: float = Field(
        default=400.0, ge=1, le=50_000, description="cost a meeting; other media cost what `medium_yuan` says"
    )
    subjects: tuple[str, ...] = Field(
        default=("credit", "training", "industry", "jobs"),
        description=f"what is spoken of: {', '.join(SUBJECTS)}",
        json_schema_extra={"items": {"enum": list(SUBJECTS)}},
    )

    @model_validator(mode="after")
    def _cost_of_meetings(self) -> Self:
        if self.medium != MEETING and self.cost_yuan != type(self).model_fields["cost_yuan"].default:
            raise ValueError(
                f"cost_yuan: has no use here: it is what a meeting costs, and the medium is {self.medium}, whose cost"
                " stands in policies.medium_yuan; leave cost_yuan out"
            )
        return self


class Publicity(Policy):
    """Rounds of one medium, in turn through the villages."""

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
        """One round in every village; a meeting that falls on a festival is not held."""
        this = self._round(county)
        cost = this.cost_yuan
        if self.settings.medium == MEETING and not self.in_season(county):
            self.book.lost_yuan["season"] += cost * len(self._on)
            return
        can = int(min(len(self._on), self.left_yuan(county) // cost)) if cost else len(self._on)
        self.book.met_yuan += cost * can
        self.book.lost_yuan["purse"] += cost * (len(self._on) - can)
        self.buy(county, cost * can, "administration_yuan", MEETINGS)
        self.book.count("meetings", float(can), self._on[:can])
        h = county.households
        rows = np.flatnonzero(np.isin(h["village"], self._on[:can])).astype(np.int64)
        came = rows[self.luck(county, "come", rows, county.day) < this.reach]
        self.book.count("told", float(len(came)), h["village"][came])
        self.book.reach(came, cost * can / max(1, len(came)))
        if not self.settings.effects:
            return
        h["awareness"][came] += this.awareness * (1.0 - h["awareness"][came])
        for k, subject in enumerate(self.settings.subjects):
            heard = came[self.luck(county, "remember", came, county.day, k) < this.tells]
            h["knows"][heard] |= 1 << SUBJECTS[subject]

    def _round(self, county: County) -> Round:
        """What a round does; what is paid by the household is reckoned for villages of the county's mean size."""
        homes = len(county.households) / len(county.villages)
        return round_of(county.p, self.settings.medium, homes, self.settings.cost_yuan)


def round_of(p: P, medium: str, homes: float, meeting_yuan: float) -> Round:
    """What a round of a medium does in a village, and what it costs there.

    Args:
        p: The parameters.
        medium: `MEETING` or one of `OTHERS`.
        homes: Households of the village.
        meeting_yuan: What a meeting costs.
    """
    if medium == MEETING:
        return Round(meeting_yuan, p.meeting_reach, p.meeting_awareness, p.meeting_tells)
    k = OTHERS.index(medium)
    cost_yuan = p.medium_yuan[k] + p.medium_household_yuan[k] * homes
    return Round(cost_yuan, p.medium_reach[k], p.medium_awareness[k], p.medium_tells[k])
