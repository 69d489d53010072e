"""Pairing of support units with villages: as listed, by lot, by trade or the hardest first, and anew at set intervals.

Units change the villages they stand beside, within the group that one leader coordinates; what they own and know goes
with them, and so do their cadres; what they have under way they finish where it stands. The first pairing is free;
later ones cost days, and a stranger's standing. Which cadre calls on which household of a village is dealt out by
`visits`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.draws import uniforms
from sim.core.numerics import total
from sim.facts.trades import HANDS, TRADES
from sim.policies.policy import County, Names, Policy, PolicySettings, RowsOf
from sim.policies.posts import change_posts, take_moving_days
from sim.policies.projects import NAMES, needs

Floats = NDArray[np.float64]


class PairingSettings(PolicySettings):
    """Levers of pairing."""

    no_use: ClassVar[dict[str, str]] = {
        "budget_yuan": "pairing takes field days of cadres, and pays nobody",
        "purses": "pairing takes field days of cadres, and pays nobody",
    }

    rule: Literal["listed", "random", "trade", "hardest"] = Field(
        default="trade",
        description="which unit stands beside which villages: as the profile lists them, by lot, by what its trade has"
        " a hand for and they lack, or whoever has most money of its own beside those with most registered households",
    )
    again_days: int = Field(
        default=0, ge=0, le=3650, description="days after which units are paired anew by the rule; 0 = never"
    )


class Pairing(Policy):
    """Rounds: which villages each unit stands beside from today on."""

    kind: ClassVar[str] = "pairing_units"
    title_en: ClassVar[str] = "Pairing of units and villages"
    title_zh: ClassVar[str] = "单位联村结对"
    from_purses: ClassVar[bool] = False
    village_wide: ClassVar[bool] = True
    most: ClassVar[int | None] = 1
    counts: ClassVar[dict[str, Names]] = {
        "paired": ("Villages paired, in all rounds", "结对村次"),
        "new_units": ("Villages given another unit", "调整联村单位村次"),
        "fit": (
            "Need of villages for what their unit's trade has a hand for, in all",
            "各村对联村单位行业专长的需要程度合计",
        ),
    }
    beside: ClassVar[dict[str, dict[str, object]]] = {
        name: {"again_days": 20, "rule": "random"} for name in ("again_days", "start_day", "end_day")
    }
    Settings: ClassVar[type[PolicySettings]] = PairingSettings
    settings: PairingSettings

    def open(self, county: County) -> None:
        """Pair for the first time, if the run has not begun: nobody knows anybody yet, and nobody has to move."""
        self.book.targets["paired"] = float(self.villages_on(county).sum())
        self._before_all = county.day < 0 and self.settings.start_day == 1
        if self._before_all:
            self._round(county, 0, free=True)

    def days(self, county: County) -> Iterable[int]:
        """Days of later rounds; the first too, where the run has begun."""
        s = self.settings
        rounds = self.rounds(county, s.again_days) if s.again_days else range(s.start_day, s.start_day + 1)
        return rounds[1:] if self._before_all else rounds

    def day(self, county: County) -> None:
        """A round, at the price of days and standing."""
        self._round(county, county.today.campaign_day, free=False)

    def _round(self, county: County, day: int, free: bool) -> None:
        """Give every place of the pairing, village by village, the unit that the rule says."""
        u, v = county.units, county.villages
        on = self.villages_on(county)
        places = np.array(
            [i for i in range(len(u)) if u["last_village"][i] > u["first_village"][i] and
             on[u["first_village"][i] : u["last_village"][i]].all()],
            dtype=np.int64,
        )  # fmt: skip
        holder = np.arange(len(u), dtype=np.int64)  # whose place each unit gets
        for group in np.unique(u["group"][places]):
            mine = places[u["group"][places] == group]
            holder[mine] = self._assign(county, mine, day)
        spans = u[["first_village", "last_village"]].copy()
        posts, comes = self._posts(county, holder)
        villages = np.flatnonzero(np.isin(v["unit"], places)).astype(np.int64)
        changed = villages[holder[v["unit"][villages]] != v["unit"][villages]]
        self.book.count("paired", float(len(villages)), villages)
        self.book.count("new_units", float(len(changed)), changed)
        if not free:
            take_moving_days(self, county, posts)
        if self.settings.effects:
            for name in ("first_village", "last_village"):
                u[name] = spans[name][holder]
            for unit in places.tolist():
                first, last = int(u["first_village"][unit]), int(u["last_village"][unit])
                v["unit"][first:last] = unit
                county.cadres["unit"][v["first_cadre"][first] : v["last_cadre"][last - 1]] = unit
            change_posts(county, posts, comes, 0.0 if free else county.p.move_contact)
        fit = np.diag(self._fit(county, v["unit"][villages], villages)).copy()
        self.book.count("fit", total(fit), villages, fit)

    # ---- who goes where ----------------------------------------------------------------------------------------

    def _assign(self, county: County, mine: RowsOf, day: int) -> RowsOf:
        """Whose place each of these units gets."""
        u, rule = county.units, self.settings.rule
        keys = u["key"][mine].astype(np.int64)
        if rule == "random":
            lot = uniforms(county.seed, self.number("lot"), keys, day)
            return mine[np.lexsort((keys, lot))]
        if rule == "hardest":
            found = mine.copy()
            hard = np.array([self._hardness(county, self._villages(county, int(i))) for i in mine])
            richest = np.lexsort((keys, -u["money_yuan"][mine]))
            found[richest] = mine[np.lexsort((keys, -hard))]
            return found
        return self._by_trade(county, mine) if rule == "trade" else mine

    def _by_trade(self, county: County, mine: RowsOf) -> RowsOf:
        """As listed; then the two units by whose exchange most need is met change places, until no two do better."""
        lacks = self._fit(county, mine, np.arange(len(county.villages), dtype=np.int64))
        fit = np.array([lacks[:, self._villages(county, int(place))].sum(axis=1) for place in mine]).T
        at, met = np.arange(len(mine)), float(np.trace(fit))
        while True:
            now = fit[:, at]
            gain = now + now.T - np.diag(now)[:, None] - np.diag(now)[None, :]
            one, other = divmod(int(np.argmax(gain)), len(mine))
            then = at.copy()
            then[[one, other]] = at[[other, one]]
            if float(np.trace(fit[:, then])) <= met:  # so that rounding never sends two units back and forth
                return mine[at]
            at, met = then, float(np.trace(fit[:, then]))

    def _villages(self, county: County, unit: int) -> RowsOf:
        u = county.units
        return np.arange(u["first_village"][unit], u["last_village"][unit], dtype=np.int64)

    def _fit(self, county: County, units: RowsOf, villages: RowsOf) -> Floats:
        """How far each village (columns) lacks what each unit's trade has a hand for; 0 where it has none."""
        lacks = needs(county, villages, list(range(len(NAMES))))
        found = np.zeros((len(units), len(villages)))
        for i, trade in enumerate(county.units["trade"][units].tolist()):
            if hands := [NAMES.index(kind) for kind in HANDS.get(list(TRADES)[trade], ())]:
                found[i] = lacks[:, hands].max(axis=1)
        return found

    def _hardness(self, county: County, villages: RowsOf) -> float:
        """Share of their households that are registered."""
        v = county.villages
        rows = slice(int(v["first"][villages[0]]), int(v["last"][villages[-1]]))
        return float((county.households["registered"][rows] > 0).mean())

    def _posts(self, county: County, holder: RowsOf) -> tuple[RowsOf, RowsOf]:
        """Posts that get another cadre, and the post that each of these comes from.

        A unit's cadres take the posts of its place in their order; where these are fewer or more, whoever is left over
        fills up where somebody is wanting.
        """
        c = county.cadres
        comes = np.arange(len(c), dtype=np.int64)
        over: list[int] = []
        wanting: list[int] = []
        for unit in np.flatnonzero(holder != np.arange(len(holder))).tolist():
            theirs, there = np.flatnonzero(c["unit"] == unit), np.flatnonzero(c["unit"] == holder[unit])
            n = min(len(theirs), len(there))
            comes[there[:n]] = theirs[:n]
            over += theirs[n:].tolist()
            wanting += there[n:].tolist()
        comes[wanting] = over
        posts = np.flatnonzero(comes != np.arange(len(c))).astype(np.int64)
        return posts, comes[posts]
