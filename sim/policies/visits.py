"""Visits by cadres to the households they are linked to, or to every household."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.campaign.visits import cadres_go_out
from sim.core.numerics import total
from sim.policies.policy import Policy, PolicySettings

if TYPE_CHECKING:
    from sim.model import VillageModel


class VisitsSettings(PolicySettings):
    """Levers of the visits."""

    coverage: Literal["linked", "everyone"] = Field(default="linked", description="who has a contact cadre")
    visits_per_household: float = Field(default=4.0, ge=0, le=60, description="visits each should get in the campaign")
    visits_per_day: float = Field(default=3.0, ge=1, le=20, description="calls a cadre can make on a good field day")
    substance: float = Field(
        default=1.0, ge=0, le=2, description="factor on the chance of substance (training, preparation, spot checks)"
    )


class Visits(Policy):
    """Cadres call on households; some calls have substance."""

    kind: ClassVar[str] = "visits"
    title_en: ClassVar[str] = "Household visits"
    title_zh: ClassVar[str] = "入户走访"
    Settings: ClassVar[type[PolicySettings]] = VisitsSettings
    settings: VisitsSettings
    most: ClassVar[int] = 1  # a cadre has one list of households

    def begin(self, model: VillageModel) -> None:
        """Give every cadre their households: those of the village, dealt out in turn."""
        h, v, c = model.households, model.villages, model.cadres
        covered = np.ones(len(h), dtype=np.bool_) if self.settings.coverage == "everyone" else h["linked"] == 1
        covered = covered & self.households_on(model)
        self._on = self.villages_on(model)
        lists: list[np.ndarray] = []
        start = 0
        for i in range(len(v)):
            mine = v["first"][i] + np.flatnonzero(covered[v["first"][i] : v["last"][i]])
            team = range(int(v["first_cadre"][i]), int(v["last_cadre"][i]))
            if not self._on[i] or not len(team):
                continue
            for k, cadre in enumerate(team):
                hers = mine[k :: len(team)]
                c["first"][cadre], c["count"][cadre] = start, len(hers)
                h["cadre"][hers] = cadre
                lists.append(hers)
                start += len(hers)
        self._mine = np.concatenate(lists).astype(np.int64) if lists else np.zeros(0, dtype=np.int64)
        self._told = np.zeros((len(v), 4))
        self._reached = np.zeros(len(h), dtype=np.bool_)
        self.targets["visited"] = float(len(self._mine)) * self.settings.visits_per_household
        self.targets["reached"] = float(len(self._mine))
        s = self.settings
        self._lever = np.array([s.visits_per_day, s.visits_per_household, s.substance, float(s.effects)])

    def days(self, model: VillageModel) -> Iterable[int]:
        """Working days of the campaign."""
        first = model.clock.day_index(model.clock.start)
        last = min(self.settings.end_day, model.clock.campaign_days)
        working = [d for d in range(self.settings.start_day, last + 1) if model.clock.is_working_day(first + d - 1)]
        self._to_come = {d: len(working) - n for n, d in enumerate(working)}
        return working

    def day(self, model: VillageModel) -> None:
        """Every cadre's day."""
        before = self._told.copy()
        model.engine.run(
            cadres_go_out,
            model.households,
            model.villages,
            model.cadres,
            self._mine,
            model._p_row,
            model.today_rows,
            self._lever,
            self._to_come[model.today.campaign_day],
            self._on,
            self._told,
            self._reached,
            self.bit,
        )
        by_village = self._told - before
        gained = by_village.sum(axis=0)
        for name, amount in zip(("visited", "visited_substance", "told"), gained[:3], strict=True):
            self.count(name, float(amount))
        self.delivered["reached"] = float(self._reached.sum())
        model.cadre_days.note(by_village[:, 3], by_village[:, 3])
        self.costs["cadre_days_yuan"] += float(gained[3]) * model.profile.support.day_cost_yuan

    def month_end(self, model: VillageModel) -> None:
        """What visits asked for and could not have: households still short of their visits when the campaign ends."""
        if model.day >= model.clock.last_campaign_day_index and not self.met_yuan:
            call_yuan = model.profile.support.day_cost_yuan / self.settings.visits_per_day
            self.met_yuan = self.delivered["visited"] * call_yuan
            c = model.cadres
            short = np.maximum(0.0, self.settings.visits_per_household * c["count"] - c["visits"])
            spent = c["days_left"] < 1.0
            # Cadres without a day left were short of days; the others of working days or of road.
            self.lost_yuan["cadre_days"] = total(np.where(spent, short, 0.0)) * call_yuan
            self.lost_yuan["season"] = total(np.where(spent, 0.0, short)) * call_yuan
