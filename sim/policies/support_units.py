"""Support units: each month they choose projects for their villages, from their own money."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.numerics import add_up
from sim.facts.trades import TRADES
from sim.facts.units import IRRIGATION, MARKET, ROAD, WATER
from sim.money.reasons import reason
from sim.policies.policy import County, Names, Policy, PolicySettings
from sim.policies.settings import BUDGET, Lever

PROJECTS = reason("projects of support units", "单位项目支出")
SKILLED_AT = {
    "transport": ROAD, "construction": ROAD, "water": WATER, "health": WATER, "agrotechnology": IRRIGATION,
    "livestock": MARKET, "fruit": MARKET, "supply_coop": MARKET, "enterprise": MARKET, "bank": MARKET,
}  # fmt: skip


class SupportUnitsSettings(PolicySettings):
    """Levers of the units' own projects."""

    coordination: float = Field(default=0.5, ge=0, le=1, description="how far group leaders keep projects together")
    supervision: float = Field(default=0.5, ge=0, le=1, description="supervision of the money")
    end_day: int | None = Field(default=365, ge=1, le=3650, description="last campaign day on which a project is begun")


class SupportUnits(Policy):
    """Units' months: choose by need, trade and coordination; build when the ground is not frozen."""

    kind: ClassVar[str] = "support_units"
    title_en: ClassVar[str] = "Support units' projects"
    title_zh: ClassVar[str] = "联村单位项目"
    may_change: ClassVar[dict[str, Lever]] = {
        "coordination": Lever("Coordination of projects", "项目统筹程度", "share"),
        "supervision": Lever("Supervision of the money", "资金监管程度", "share"),
        **BUDGET,
    }
    counts: ClassVar[dict[str, Names]] = {
        "finished": ("Projects finished", "完工项目"),
        "begun": ("Projects begun", "开工项目"),
    }
    Settings: ClassVar[type[PolicySettings]] = SupportUnitsSettings
    settings: SupportUnitsSettings
    village_wide: ClassVar[bool] = True
    most: ClassVar[int | None] = 1  # a unit has one project under way

    def open(self, county: County) -> None:
        """What each unit's trade is good at; the target is what its money could pay for."""
        trades = list(TRADES)
        skilled = [SKILLED_AT.get(trades[t], -1) for t in county.units["trade"]]
        self._skilled = np.array(skilled, dtype=np.int64)
        self._on = self.villages_on(county)
        self._unpaid: dict[int, float] = {}
        usual_cost = add_up(county.p.project_cost_yuan) / len(county.p.project_cost_yuan)
        self.book.targets["finished"] = float(int(county.units["money_yuan"].sum() / usual_cost))

    def days(self, county: County) -> tuple[int, ...]:
        """None: units work by months."""
        return ()

    def month_end(self, county: County) -> None:
        """A unit's month, unit by unit."""
        u = county.units
        for i in range(len(u)):
            if u["project"][i] < 0:
                self._choose(county, i)
            elif not county.today.frozen:
                self._build(county, i)

    def _needs(self, county: County, villages: NDArray[np.int64]) -> NDArray[np.float64]:
        """Need of each village for each kind of project, 0 to 1."""
        v, h = county.villages, county.households
        water = [1.0 - float(h["water"][v["first"][k] : v["last"][k]].mean()) for k in villages]
        return np.stack(
            [
                1.0 - v["road"][villages],
                np.array(water),
                county.p.project_enough[2] - v["irrigation"][villages],
                county.p.project_enough[3] - v["cooperative"][villages],
            ],
            axis=1,
        )

    def _choose(self, county: County, i: int) -> None:
        u, s = county.units, self.settings
        if not s.start_day <= county.today.campaign_day <= self.last_day(county):
            return
        villages = np.arange(u["first_village"][i], u["last_village"][i])
        villages = villages[self._on[villages]]
        if not len(villages):
            return
        needs = self._needs(county, villages)
        bent = np.zeros(needs.shape[1])
        if self._skilled[i] >= 0:
            bent[self._skilled[i]] = county.p.project_trade
        # Coordination weighs need; without it the unit does what its trade is good at.
        p = county.p
        heed = 1.0 - p.project_heedless * (1.0 - s.coordination)
        score = needs * heed + bent * (1.0 - p.project_restraint * s.coordination)
        where, kind = divmod(int(np.argmax(score)), score.shape[1])
        cost = county.p.project_cost_yuan[kind]
        if u["money_yuan"][i] < cost or self.left_yuan(county) < cost:
            self._unpaid[i] = cost  # it will ask again next month
            self.book.lost_yuan["purse"] = add_up(self._unpaid.values())
            return
        self._unpaid.pop(i, None)
        self.book.met_yuan += cost
        leak = county.p.project_leakage * (1.0 - s.supervision) * (county.p.project_scatter - s.coordination)
        self.buy(county, cost, "grants_yuan", PROJECTS)
        u["money_yuan"][i] -= cost
        u["leaked_yuan"][i] += leak * cost
        u["project"][i], u["project_village"][i], u["cost_yuan"][i] = kind, villages[where], cost * (1.0 - leak)
        u["progress"][i] = 0.0
        self.book.count("begun", 1.0)

    def _build(self, county: County, i: int) -> None:
        u, v, p = county.units, county.villages, county.p
        pace = (
            u["effort"][i]
            * (1.0 + p.project_leadership * (v["leadership"][u["project_village"][i]] - 0.5))
            / p.project_months
        )
        u["progress"][i] += pace
        if u["progress"][i] < 1.0:
            return
        k, kind = int(u["project_village"][i]), int(u["project"][i])
        worth = float(u["cost_yuan"][i]) / p.project_cost_yuan[kind]
        u["project"][i] = -1
        u["finished"][i] += 1
        self.book.count("finished", 1.0)
        rows = np.arange(v["first"][k], v["last"][k])
        self.book.reach(rows, p.project_cost_yuan[kind] / len(rows))
        if not self.settings.effects:
            return
        if kind == ROAD:
            v["road"][k] += (1.0 - v["road"][k]) * p.project_road * worth
        elif kind == WATER:
            lucky = self.luck(county, "tap", rows, county.today.month) < p.project_water * worth
            county.households["water"][rows[lucky]] = 1
        elif kind == IRRIGATION:
            v["irrigation"][k] = min(1.0, v["irrigation"][k] + p.project_irrigation * worth)
        else:
            v["cooperative"][k] += (1.0 - v["cooperative"][k]) * p.project_market * worth
            v["contract"][k] += (1.0 - v["contract"][k]) * p.contract_of_market * p.project_market * worth
