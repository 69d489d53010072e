"""Travel money: the way to work away is paid for households that send somebody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.rule import kernel
from sim.economy.labour import set_out, would_set_out
from sim.money.reasons import reason
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, TargetedSettings, Yuan
from sim.policies.settings import BUDGET, TURNS, Lever

TRAVEL = reason("travel money", "务工路费补助发放")


class TravelMoneySettings(TargetedSettings):
    """Levers of the travel money."""

    amount_yuan: float = Field(default=500.0, ge=0, le=20_000, description="paid to a household that sends somebody")
    round_days: int = Field(default=14, ge=1, le=100, description="days between rounds")


class TravelMoney(Policy):
    """Paid on the day somebody leaves, one worker a household: it goes toward the fare, and what is over is theirs."""

    kind: ClassVar[str] = "travel_money"
    title_en: ClassVar[str] = "Travel money for work away"
    title_zh: ClassVar[str] = "外出务工路费补助"
    may_change: ClassVar[dict[str, Lever]] = {
        "amount_yuan": Lever("Travel money a household", "每户路费补助金额"),
        **BUDGET,
        **TURNS,
    }
    amounts: ClassVar[tuple[str, ...]] = ("amount_yuan",)
    counts: ClassVar[dict[str, Names]] = {"sent": ("Households that sent a worker", "派出务工户数")}
    warm: ClassVar[dict[str, object]] = {"amount_yuan": 2000.0}
    beside: ClassVar[dict[str, dict[str, object]]] = {"round_days": {"campaign.days": 300, "horizon_months": 24}}
    Settings: ClassVar[type[PolicySettings]] = TravelMoneySettings
    settings: TravelMoneySettings

    def open(self, county: County) -> None:
        """Whom it is offered to."""
        self._on = self.households_on(county)

    def days(self, county: County) -> Iterable[int]:
        """Rounds."""
        return self.rounds(county, self.settings.round_days)

    def eligible(self, county: County) -> Mask:
        """Has somebody at home who can go, and has not been paid before."""
        h = county.households
        return np.asarray(self._on & (h["workers"] > h["migrants"]) & ~self.book.served)

    def accepts(self, county: County, rows: RowsOf) -> Yuan:
        """Who sends somebody if that much of the way is paid."""
        goes = np.zeros(len(rows), dtype=np.bool_)
        county.apply(leaves_if_paid, rows, self.settings.amount_yuan, goes)
        return np.where(goes, self.settings.amount_yuan, 0.0)

    def pay(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Money to the household."""
        self.grant(county, rows, worth_yuan, TRAVEL)

    def hand_over(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """They pay the fare and go."""
        county.apply(pay_and_go, rows, county.tills)


@kernel
def leaves_if_paid(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    amount: float,
    out: NDArray[np.bool_],
) -> None:
    """Whether each of `rows` sends its next worker if it is paid `amount` yuan for it."""
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        out[i] = would_set_out(h, villages[h.village], params[0], todays[0], amount)


@kernel
def pay_and_go(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    tills: NDArray[np.float64],
) -> None:
    """A worker of each of `rows` leaves."""
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        set_out(h, params[0], todays[0], tills[h.village])
