"""Support units: each month they choose projects for their villages, from their own money."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.agents.unit import IRRIGATION, MARKET, ROAD, WATER
from sim.core.numerics import add_up
from sim.facts.trades import TRADES
from sim.policies.policy import Policy, PolicySettings

if TYPE_CHECKING:
    from sim.model import VillageModel

SKILLED_AT = {
    "transport": ROAD, "construction": ROAD, "water": WATER, "health": WATER, "agrotechnology": IRRIGATION,
    "livestock": MARKET, "fruit": MARKET, "supply_coop": MARKET, "enterprise": MARKET, "bank": MARKET,
}  # fmt: skip


class SupportUnitsSettings(PolicySettings):
    """Levers of the units' own projects."""

    coordination: float = Field(default=0.5, ge=0, le=1, description="how far group leaders keep projects together")
    supervision: float = Field(default=0.5, ge=0, le=1, description="supervision of the money")
    end_day: int = Field(default=365, ge=1, le=3650, description="last campaign day on which a project is begun")


class SupportUnits(Policy):
    """Units' months: choose by need, trade and coordination; build when the ground is not frozen."""

    kind: ClassVar[str] = "support_units"
    title_en: ClassVar[str] = "Support units' projects"
    title_zh: ClassVar[str] = "联村单位项目"
    Settings: ClassVar[type[PolicySettings]] = SupportUnitsSettings
    settings: SupportUnitsSettings
    most: ClassVar[int] = 1  # a unit has one project under way

    def begin(self, model: VillageModel) -> None:
        """What each unit's trade is good at; the target is what its money could pay for."""
        trades = list(TRADES)
        skilled = [SKILLED_AT.get(trades[t], -1) for t in model.units["trade"]]
        self._skilled = np.array(skilled, dtype=np.int64)
        self._on = self.villages_on(model)
        self._unpaid: dict[int, float] = {}
        usual_cost = add_up(model.p.project_cost_yuan) / 4.0
        self.targets["finished"] = float(int(model.units["money_yuan"].sum() / usual_cost))

    def days(self, model: VillageModel) -> tuple[int, ...]:
        """None: units work by months."""
        return ()

    def month_end(self, model: VillageModel) -> None:
        """A unit's month, unit by unit."""
        u = model.units
        for i in range(len(u)):
            if u["project"][i] < 0:
                self._choose(model, i)
            elif not model.today.frozen:
                self._build(model, i)

    def _needs(self, model: VillageModel, villages: NDArray[np.int64]) -> NDArray[np.float64]:
        """Need of each village for each kind of project, 0 to 1."""
        v, h = model.villages, model.households
        water = [1.0 - float(h["water"][v["first"][k] : v["last"][k]].mean()) for k in villages]
        return np.stack(
            [
                1.0 - v["road"][villages],
                np.array(water),
                model.p.project_enough[2] - v["irrigation"][villages],
                model.p.project_enough[3] - v["cooperative"][villages],
            ],
            axis=1,
        )

    def _choose(self, model: VillageModel, i: int) -> None:
        u, s = model.units, self.settings
        if not 1 <= model.today.campaign_day <= s.end_day:
            return
        villages = np.arange(u["first_village"][i], u["last_village"][i])
        villages = villages[self._on[villages]]
        if not len(villages):
            return
        needs = self._needs(model, villages)
        bent = np.zeros(4)
        if self._skilled[i] >= 0:
            bent[self._skilled[i]] = model.p.project_trade
        # Coordination weighs need; without it the unit does what its trade is good at.
        p = model.p
        heed = 1.0 - p.project_heedless * (1.0 - s.coordination)
        score = needs * heed + bent * (1.0 - p.project_restraint * s.coordination)
        where, kind = divmod(int(np.argmax(score)), 4)
        cost = model.p.project_cost_yuan[kind]
        if u["money_yuan"][i] < cost or self.left_yuan(model) < cost:
            self._unpaid[i] = cost  # it will ask again next month
            self.lost_yuan["purse"] = add_up(self._unpaid.values())
            return
        self._unpaid.pop(i, None)
        self.met_yuan += cost
        leak = model.p.project_leakage * (1.0 - s.supervision) * (1.5 - s.coordination)
        self.buy(model, cost, "grants_yuan", "projects of support units")
        u["money_yuan"][i] -= cost
        u["leaked_yuan"][i] += leak * cost
        u["project"][i], u["project_village"][i], u["cost_yuan"][i] = kind, villages[where], cost * (1.0 - leak)
        u["progress"][i] = 0.0
        self.count("begun", 1.0)

    def _build(self, model: VillageModel, i: int) -> None:
        u, v, p = model.units, model.villages, model.p
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
        self.count("finished", 1.0)
        rows = np.arange(v["first"][k], v["last"][k])
        self.mark_served(model, rows)
        self.benefit(model, rows, p.project_cost_yuan[kind] / len(rows))
        if not self.settings.effects:
            return
        if kind == ROAD:
            v["road"][k] += (1.0 - v["road"][k]) * p.project_road * worth
        elif kind == WATER:
            lucky = self.luck(model, "tap", rows, model.today.month) < p.project_water * worth
            model.households["water"][rows[lucky]] = 1
        elif kind == IRRIGATION:
            v["irrigation"][k] = min(1.0, v["irrigation"][k] + p.project_irrigation * worth)
        else:
            v["cooperative"][k] += (1.0 - v["cooperative"][k]) * p.project_market * worth
            v["contract"][k] += (1.0 - v["contract"][k]) * p.contract_of_market * p.project_market * worth
