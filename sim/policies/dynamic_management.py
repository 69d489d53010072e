"""Dynamic management: every so many months the strongest cadres, projects and credit go to the hardest places.

What a place is hardest by is the scenario's to say. A cadre who moves takes along what they know and how they work, and
changes posts with the weakest cadre of the place; both lose field days, and are strangers where they come. Projects and
credit need not be moved: the hardest places come first where measures go by turn.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.policies.policy import HARDEST, County, Names, Policy, PolicySettings, RowsOf
from sim.policies.posts import change_posts, take_moving_days
from sim.policies.settings import Lever

Floats = NDArray[np.float64]


class DynamicManagementSettings(PolicySettings):
    """Levers of moving."""

    no_use: ClassVar[dict[str, str]] = {
        "budget_yuan": "moving takes field days of cadres, and pays nobody",
        "purses": "moving takes field days of cadres, and pays nobody",
    }

    every_months: int = Field(default=3, ge=1, le=24, description="months from one round to the next")
    hardest: Literal["registered", "poorest", "committee"] = Field(
        default="registered",
        description="what makes a place hard: many registered households, low incomes as the registry believes them, or"
        " a weak committee",
    )
    share: float = Field(default=0.2, ge=0, le=1, description="share of villages that count as the hardest")
    moves: Literal["all", "cadres", "projects", "credit"] = Field(
        default="all", description="what goes there: cadres, projects, credit, or all three"
    )


class DynamicManagement(Policy):
    """Rounds at months' ends: which places are hardest, and which cadres change posts.

    Attributes:
        there: By village, whether it counted among the hardest at the last round.
    """

    kind: ClassVar[str] = "dynamic_management"
    title_en: ClassVar[str] = "Dynamic management"
    title_zh: ClassVar[str] = "动态管理"
    by_months: ClassVar[bool] = True
    from_purses: ClassVar[bool] = False
    village_wide: ClassVar[bool] = True
    most: ClassVar[int | None] = 1
    may_change: ClassVar[dict[str, Lever]] = {
        "share": Lever("Share of villages counted as hardest", "列为最难村的比例", "share"),
    }
    amounts: ClassVar[tuple[str, ...]] = ("share",)
    counts: ClassVar[dict[str, Names]] = {
        "moved": ("Cadres moved to the hardest places", "调往最难村的干部人次"),
        "hardest": ("Villages that counted as hardest, in all rounds", "列为最难村的村次"),
    }
    beside: ClassVar[dict[str, dict[str, object]]] = {
        name: dict[str, object](every_months=1, share=0.4)
        for name in ("hardest", "end_day", "start_day", "moves", "effects", "share")
    }
    Settings: ClassVar[type[PolicySettings]] = DynamicManagementSettings
    settings: DynamicManagementSettings

    def open(self, county: County) -> None:
        """No place comes first yet."""
        self.there = np.zeros(len(county.villages), dtype=np.bool_)
        self._next = 0
        for what in ("projects", "credit"):
            if self.settings.effects and self.settings.moves in ("all", what):
                county.shared[HARDEST + what] = self.there
        if self.settings.moves in ("all", "cadres"):
            self.book.targets["moved"] = float(self._how_many(county))

    def month_end(self, county: County) -> None:
        """A round, if one is due; after the last day no place comes first any more."""
        today, month = county.today.campaign_day, county.today.month
        if today > self.last_day(county):
            self.there[:] = False
        elif today >= self.settings.start_day and month >= self._next:
            self._next = month + self.settings.every_months
            self._round(county)

    def _how_many(self, county: County) -> int:
        return int(self.settings.share * float(np.count_nonzero(self.villages_on(county))) + 0.5)

    def _round(self, county: County) -> None:
        """The hardest places anew; each gets one of the strongest cadres of the others."""
        on = np.flatnonzero(self.villages_on(county)).astype(np.int64)
        keys = county.villages["key"][on].astype(np.int64)
        worst = on[np.lexsort((keys, -self.hardness(county)[on]))][: self._how_many(county)]
        self.there[:] = False
        self.there[worst] = True
        self.book.count("hardest", float(len(worst)))
        if self.settings.moves in ("all", "cadres"):
            self._move(county, worst, on)

    def hardness(self, county: County) -> Floats:
        """How hard each village is, by the scenario's rule."""
        v, h = county.villages, county.households
        if self.settings.hardest == "committee":
            return np.asarray(1.0 - v["leadership"], dtype=np.float64)
        if self.settings.hardest == "registered":
            of_each = h["registered"].astype(np.float64)
        else:
            of_each = -np.asarray(county.world.perceived_yuan, dtype=np.float64)
        homes = np.maximum(1.0, (v["last"] - v["first"]).astype(np.float64))
        return np.asarray(np.bincount(h["village"], weights=of_each, minlength=len(v)) / homes)

    def _move(self, county: County, worst: RowsOf, on: RowsOf) -> None:
        """The strongest of the other villages change posts with the weakest of these, place by place."""
        c, p = county.cadres, county.p
        strong = c["effort"] * (c["farm"] + c["finance"] + c["jobs"])
        ready = c["days_left"] >= p.move_days
        others = np.flatnonzero(ready & np.isin(c["village"], on) & ~self.there[c["village"]]).astype(np.int64)
        others = others[np.lexsort((c["key"][others], -strong[others]))]
        pairs: list[tuple[int, int]] = []
        for village in worst.tolist():
            team = np.flatnonzero(ready & (c["village"] == village))
            if len(pairs) == len(others) or not len(team):
                continue
            weakest, best = int(team[np.lexsort((c["key"][team], strong[team]))[0]]), int(others[len(pairs)])
            if strong[best] > strong[weakest]:
                pairs.append((best, weakest))
        if not pairs:
            return
        one, other = np.array(pairs, dtype=np.int64).T
        posts, comes = np.concatenate([one, other]), np.concatenate([other, one])
        take_moving_days(self, county, posts)
        self.book.count("moved", float(len(one)), c["village"][other].astype(np.int64))
        if self.settings.effects:
            change_posts(county, posts, comes, county.p.move_contact)
