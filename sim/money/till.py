"""The till: inside kernels a household pays and is paid with `spend` and `receive`.

Both also write its village's till, which has one slot a reason; after each phase the tills are posted to the accounts
(`Accounts.post`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.agents.household import Household
from sim.core.rule import rule


@rule
def receive(h: Household, till: NDArray[np.float64], amount: float, reason: int) -> None:
    """Money comes to the household."""
    h.cash_yuan += amount
    till[reason] += amount


@rule
def spend(h: Household, till: NDArray[np.float64], amount: float, reason: int) -> None:
    """Money leaves the household."""
    h.cash_yuan -= amount
    till[reason] += amount
