"""The guarantee company: its deposit backs loans of all lenders up to a multiple of it, and pays for what fails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.county import County
from sim.money.reasons import reason

CALLED = reason("guarantee called", "担保代偿")
USE = "loan_guarantee"
BACKED = "principal under a guarantee, in yuan"


def room_yuan(county: County) -> float:
    """Principal that the deposit could still back today, in yuan.

    A deposit backs what is outstanding up to deposit / `guarantee_deposit`; what has been called has left it. Where
    the plan has no purse for guarantees, or no deposit is asked for, nothing bounds them.
    """
    if county.p.guarantee_deposit <= 0.0 or not any(USE in held.uses for held in county.purses.held):
        return float("inf")
    deposit = county.purses.available(USE, (), county.date)
    return max(0.0, deposit / county.p.guarantee_deposit - float(_backed(county)[0]))


def take_on(county: County, principal_yuan: float) -> None:
    """Loans of so much are under a guarantee from today on (negative: so much of them has been repaid)."""
    backed = _backed(county)
    backed[0] = max(0.0, float(backed[0]) + principal_yuan)


def call(county: County, lender: str, lost_yuan: float) -> None:
    """Pay a lender's account for principal that has failed, as far as the deposit reaches."""
    called = min(lost_yuan, county.purses.available(USE, (), county.date))
    for purse, part in county.purses.draw(USE, (), county.date, called):
        county.accounts.pay(purse, lender, part, CALLED)


def _backed(county: County) -> NDArray[np.float64]:
    return county.shared.setdefault(BACKED, np.zeros(1))
