"""The co-operative medical scheme: households join for a year against a premium, the state pays the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.numerics import total
from sim.core.rule import kernel
from sim.economy.events import bill_expected
from sim.money.reasons import reason
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, Yuan
from sim.policies.settings import BUDGET, Lever

SUBSIDY = reason("medical scheme, state's part", "新农合财政补助")
PREMIUM = reason("medical scheme, premiums", "新农合个人缴费")


class HealthSchemeSettings(PolicySettings):
    """Levers of the scheme."""

    premium_yuan: float = Field(default=60.0, ge=0, le=5_000, description="what a household pays a person and year")
    subsidy_yuan: float = Field(default=240.0, ge=0, le=5_000, description="what the state pays a person and year")


class HealthScheme(Policy):
    """Once a year every household without cover, or with cover of this scheme, is asked to join for a year.

    It joins if the bills it expects to be spared are worth the premium and the money is in hand; who does not is out.
    """

    kind: ClassVar[str] = "health_scheme"
    title_en: ClassVar[str] = "Co-operative medical scheme"
    title_zh: ClassVar[str] = "新型农村合作医疗"
    may_change: ClassVar[dict[str, Lever]] = {
        "premium_yuan": Lever("Premium a person and year", "个人缴费标准"),
        "subsidy_yuan": Lever("State's part a person and year", "财政补助标准"),
        **BUDGET,
    }
    counts: ClassVar[dict[str, Names]] = {"joined": ("Household-years in the medical scheme", "参合户年数")}
    warm: ClassVar[dict[str, object]] = {"premium_yuan": 1.0}
    Settings: ClassVar[type[PolicySettings]] = HealthSchemeSettings
    settings: HealthSchemeSettings

    def open(self, county: County) -> None:
        """Whom it may cover: those who are not covered already."""
        self._on = self.households_on(county) & (county.households["insured"] == 0)
        self.book.targets["joined"] = float(self._on.sum() * len(list(self.days(county))))

    def days(self, county: County) -> Iterable[int]:
        """The first day, and every anniversary of it."""
        days, opens = self.rounds(county, 1), county.clock.day_index(county.clock.start)
        dates = {day: county.clock.date(opens + day - 1) for day in days}
        first = dates[days[0]] if len(days) else None
        return [day for day, date in dates.items() if first and (date.month, date.day) == (first.month, first.day)]

    def in_season(self, county: County) -> bool:
        """A year begins when it begins."""
        return True

    def day(self, county: County) -> None:
        """A new year of the scheme: last year's cover is over."""
        if self.settings.effects:
            county.households["insured"][self._on & self.book.served] = 0
        super().day(county)

    def eligible(self, county: County) -> Mask:
        """Not covered otherwise."""
        return np.asarray(self._on & (county.households["insured"] == 0))

    def accepts(self, county: County, rows: RowsOf) -> Yuan:
        """A year's contributions, the state's among them, for those who join."""
        h, s = county.households, self.settings
        expected = np.zeros(len(rows))
        county.apply(spared_by_cover, rows, expected)
        premium = s.premium_yuan * h["persons"][rows]
        joins = (expected >= premium) & (h["cash_yuan"][rows] >= premium)
        worth = (s.premium_yuan + s.subsidy_yuan) * h["persons"][rows]
        return np.asarray(np.where(joins, worth, 0.0), dtype=np.float64)

    def cost_yuan(self, county: County, worth_yuan: Yuan) -> Yuan:
        """The state's part of them."""
        s = self.settings
        whole = s.premium_yuan + s.subsidy_yuan
        return worth_yuan * (s.subsidy_yuan / whole) if whole > 0.0 else worth_yuan

    def pay(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """The state's part, to the scheme's fund."""
        self.buy(county, total(self.cost_yuan(county, worth_yuan)), "grants_yuan", SUBSIDY)

    def hand_over(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Premiums to the same fund, and a year of cover."""
        h = county.households
        premiums = self.settings.premium_yuan * h["persons"][rows]
        county.accounts.collect_households(rows, "market", premiums, PREMIUM)
        h["insured"][rows] = 1


@kernel
def spared_by_cover(
    rows: NDArray[np.int64], households: Any, villages: Any, params: Any, todays: Any, out: NDArray[np.float64]
) -> None:
    """What each of `rows` expects a year's cover to spare it, in yuan."""
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        v = villages[h.village]
        out[i] = params[0].hospital_reimbursed * bill_expected(h, v, params[0], todays[0])
