"""Support units: each month they choose projects for their villages, from their own money and by their own trade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.core.numerics import add_up
from sim.facts.trades import HANDS, TRADES
from sim.facts.units import BUILT
from sim.money.reasons import reason
from sim.policies.duplicates import DUPLICATES, begin, consulted, finish, not_found
from sim.policies.gifts import Gifts
from sim.policies.policy import County, Names, Policy, PolicySettings
from sim.policies.projects import (
    GENERAL,
    LINES_GIVEN,
    NAMES,
    Site,
    bring,
    built_in_month,
    can_finish,
    gain_of,
    needs,
    pay_hands,
    prices_yuan,
)
from sim.policies.settings import BUDGET, Lever

PROJECTS = reason("projects of support units", "单位项目支出")


class SupportUnitsSettings(PolicySettings):
    """Levers of the units' own projects."""

    coordination: float = Field(default=0.5, ge=0, le=1, description="how far group leaders keep projects together")
    supervision: float = Field(default=0.5, ge=0, le=1, description="supervision of the money")
    end_day: int | None = Field(default=365, ge=1, le=3650, description="last campaign day on which a project is begun")


class SupportUnits(Policy):
    """Units' months: choose what their trade has a hand for, by need and coordination; build in open ground.

    Who has no such hand, or whose villages have enough of it, pays for the works that are most needed.
    """

    kind: ClassVar[str] = "support_units"
    title_en: ClassVar[str] = "Support units' projects"
    title_zh: ClassVar[str] = "联村单位项目"
    by_months: ClassVar[bool] = True
    may_change: ClassVar[dict[str, Lever]] = {
        "coordination": Lever("Coordination of projects", "项目统筹程度", "share"),
        "supervision": Lever("Supervision of the money", "资金监管程度", "share"),
        **BUDGET,
    }
    counts: ClassVar[dict[str, Names]] = {
        "finished": ("Projects finished", "完工项目"),
        "begun": ("Projects begun", "开工项目"),
        **DUPLICATES,
    }
    Settings: ClassVar[type[PolicySettings]] = SupportUnitsSettings
    settings: SupportUnitsSettings
    village_wide: ClassVar[bool] = True
    beside: ClassVar[dict[str, dict[str, object]]] = {
        name: {"campaign.days": 300, "horizon_months": 24} for name in ("coordination", "supervision")
    }
    most: ClassVar[int | None] = 1  # a unit has one project under way

    @classmethod
    def ways(cls, settings: PolicySettings) -> Mapping[str, tuple[Names, Mapping[str, object]]]:
        """What the units build with their own money; without effects it is spent all the same."""
        names = ("money and trade of the units", "单位资金和行业项目")
        return {"money": (names, {"effects": False})} if settings.effects else {}

    def open(self, county: County) -> None:
        """What each unit's trade has a hand for; the target is what its money could pay for."""
        trades = list(TRADES)
        self._hands = [[NAMES.index(kind) for kind in HANDS.get(trades[t], ())] for t in county.units["trade"]]
        self._on = self.villages_on(county)
        self._unpaid: dict[int, float] = {}
        self._gifts = {line: Gifts(county, line) for line in LINES_GIVEN}
        cost = prices_yuan(county)
        self._price_yuan = np.ones(len(county.units))  # of the project under way, when it was begun
        usual = [add_up(cost[k] for k in hand or GENERAL) / len(hand or GENERAL) for hand in self._hands]
        self.book.targets["finished"] = float(
            add_up(int(money / each) for money, each in zip(county.units["money_yuan"].tolist(), usual, strict=True))
        )

    def month_end(self, county: County) -> None:
        """A unit's month, unit by unit; then what they have given lives on, or not."""
        u = county.units
        for i in range(len(u)):
            if u["project"][i] < 0:
                self._choose(county, i)
            elif not county.today.frozen:
                self._build(county, i)
        for line, gifts in self._gifts.items():
            gifts.month(county, self.number(f"gift {line}"))

    def _choose(self, county: County, i: int) -> None:
        u, s, p = county.units, self.settings, county.p
        if not s.start_day <= county.today.campaign_day <= self.last_day(county):
            return
        villages = np.arange(u["first_village"][i], u["last_village"][i])
        villages = villages[self._on[villages]]
        if not len(villages):
            return
        kinds = self._hands[i] or GENERAL
        talked = consulted(county, s.coordination)
        need = not_found(self, county, villages, kinds, needs(county, villages, kinds), talked)
        if not need.any():
            kinds = GENERAL
            need = not_found(self, county, villages, kinds, needs(county, villages, kinds), talked)
        # Coordination weighs need; without it the unit does first what its own craft is.
        craft = np.array([float(k == self._hands[i][0]) if self._hands[i] else 0.0 for k in kinds])
        together = talked[villages]
        heed = 1.0 - p.project_heedless * (1.0 - together[:, None])
        bent = p.project_trade * craft * (1.0 - p.project_restraint * together[:, None])
        where, which = divmod(int(np.argmax(np.where(need > 0.0, need * heed + bent, 0.0))), len(kinds))
        kind = kinds[which]
        cost = float(prices_yuan(county)[kind])
        if u["money_yuan"][i] < cost or self.left_yuan(county) < cost:
            self._unpaid[i] = cost  # it will ask again next month
            self.book.lost_yuan["purse"] = add_up(self._unpaid.values())
            return
        self._unpaid.pop(i, None)
        self.book.met_yuan += cost
        leak = p.project_leakage * (1.0 - s.supervision) * (p.project_scatter - float(together[where]))
        self.buy(county, cost, "grants_yuan", PROJECTS)
        u["money_yuan"][i] -= cost
        u["leaked_yuan"][i] += leak * cost
        u["project"][i], u["project_village"][i], u["cost_yuan"][i] = kind, villages[where], cost * (1.0 - leak)
        u["progress"][i], self._price_yuan[i] = 0.0, cost
        self.book.count("begun", 1.0, villages[[where]])
        begin(self, county, villages[where], kind, cost)

    def _build(self, county: County, i: int) -> None:
        u, v, p = county.units, county.villages, county.p
        k, kind = int(u["project_village"][i]), int(u["project"][i])
        step = built_in_month(p, v["leadership"][k], u["effort"][i])
        if NAMES[kind] in BUILT and self.settings.effects:
            pay_hands(county, k, step, u["progress"][i], u["cost_yuan"][i])
        u["progress"][i] += step
        if u["progress"][i] < 1.0 or not can_finish(county, kind):
            return
        u["project"][i] = -1
        u["finished"][i] += 1
        finish(self, county, k, kind)
        self.book.count("finished", 1.0, u["project_village"][[i]])
        rows = self.households_of(county, k)
        self.book.reach(rows, float(self._price_yuan[i]) / len(rows))
        if not self.settings.effects:
            return
        money = float(u["cost_yuan"][i])
        gain = gain_of(p, kind) * money / float(self._price_yuan[i])
        luck = self.luck(county, NAMES[kind], rows, county.today.month)
        bring(county, NAMES[kind], Site(k, rows[luck < gain], gain, money, self._gifts))
