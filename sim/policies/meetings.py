"""Meetings and examinations of a campaign: dated occasions that take field days of cadres, and what a site visit shows.

One entry of a scenario is one occasion. Nobody is paid: a meeting costs the days on which its cadres visit nobody. Who
has no days left for it stays away.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.core.dates import CampaignDay, date_of
from sim.core.numerics import total
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings

OCCASIONS: dict[str, Names] = {
    "mobilisation": ("Mobilisation meeting", "动员大会"),
    "progress": ("Progress meeting", "推进会"),
    "site_visit": ("Site visit", "现场观摩"),
    "inspection": ("Half-yearly inspection", "半年督查"),
    "review": ("Year-end review", "年终考核"),
    "ranking": ("Ranking", "排名通报"),
}
"""What is held, in both languages."""
KNOWLEDGE = ("farm", "finance", "jobs")
"""What cadres know, and can see of one another."""

Occasion = Literal["mobilisation", "progress", "site_visit", "inspection", "review", "ranking"]


class MeetingSettings(PolicySettings):
    """Levers of a meeting."""

    no_use: ClassVar[dict[str, str]] = {
        "budget_yuan": "meetings take field days of cadres, and pay nobody",
        "purses": "meetings take field days of cadres, and pay nobody",
    }

    occasion: Occasion = Field(default="mobilisation", description="what is held; a site visit also teaches")
    on: CampaignDay = Field(default=1, description="its date, or campaign day (1 = first)")
    prepare_days: float = Field(
        default=1.0, ge=0, le=60, description="field days it takes of each cadre, the day itself and its preparation"
    )


class Meeting(Policy):
    """On its day every cadre who still has the days gives them to it; on a site visit they see the township's best."""

    kind: ClassVar[str] = "meeting"
    title_en: ClassVar[str] = "Meeting or examination"
    title_zh: ClassVar[str] = "会议与督查考核"
    from_purses: ClassVar[bool] = False
    amounts: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[dict[str, Names]] = {"attended": ("Cadres who took part", "参加干部人次")}
    village_wide: ClassVar[bool] = True
    beside: ClassVar[dict[str, dict[str, object]]] = {
        "effects": {"occasion": "site_visit"},
        "end_day": {"on": 20},
        "on": {"prepare_days": 12, "policies.visits.visits_per_household": 60},  # nearly all days: who is out before?
    }
    Settings: ClassVar[type[PolicySettings]] = MeetingSettings
    settings: MeetingSettings

    def open(self, county: County) -> None:
        """Who is called."""
        self._called: Mask = self.villages_on(county)[county.cadres["village"]]
        self.book.targets["attended"] = float(np.count_nonzero(self._called))

    def days(self, county: County) -> Iterable[int]:
        """Its day, if it lies among the days that the policy has."""
        start = county.clock.start
        day = (date_of(self.settings.on, start) - start).days + 1
        return (day,) if day in self.rounds(county, 1) else ()

    def day(self, county: County) -> None:
        """It is held, also on a day off: its days are taken, and what is to be seen is seen."""
        each, cadres, villages = self.settings.prepare_days, county.cadres, len(county.villages)
        come = self._called & (cadres["days_left"] >= each)
        cadres["days_left"][come] -= each
        cadres["days_used"][come] += each
        asked, used = (
            each * np.bincount(cadres["village"][who], minlength=villages).astype(np.float64)
            for who in (self._called, come)
        )
        county.cadre_days.note(asked, used)
        day_cost_yuan = county.profile.support.day_cost_yuan
        self.book.costs["cadre_days_yuan"] += total(used) * day_cost_yuan
        self.book.met_yuan += total(used) * day_cost_yuan
        self.book.lost_yuan["cadre_days"] = total(asked - used) * day_cost_yuan
        self.book.count("attended", float(np.count_nonzero(come)), cadres["village"][come].astype(np.int64))
        if self.settings.effects and self.settings.occasion == "site_visit":
            self._show_the_best(county, np.flatnonzero(come))

    def _show_the_best(self, county: County, rows: np.ndarray) -> None:
        """Who is there comes nearer to the best of those of the township who are, subject by subject."""
        cadres = county.cadres
        towns = county.villages["township"][cadres["village"][rows]]
        best = np.zeros(int(county.villages["township"].max()) + 1)
        for subject in KNOWLEDGE:
            best[:] = 0.0
            np.maximum.at(best, towns, cadres[subject][rows])
            cadres[subject][rows] += county.p.site_visit_learn * (best[towns] - cadres[subject][rows])
