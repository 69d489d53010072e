"""Credit: how much of what is lent is at risk."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.core.numerics import total
from sim.indicators.arrays import Floats, floats, ratio, weights


def at_risk_yuan(outstanding_yuan: ArrayLike, months_overdue: ArrayLike, months: float = 1) -> Floats:
    """The whole outstanding principal of each loan with an instalment overdue by more than `months`; 0 for
    others.

    Summed over a group and divided by its outstanding principal this is the group's portfolio at risk.

    Raises:
        ValueError: If lengths differ, a number is not finite or a principal is negative.
    """
    owed = weights(outstanding_yuan, "outstanding_yuan")
    late = floats(months_overdue, "months_overdue", owed.size)
    return np.where(late > months, owed, 0.0)


def portfolio_at_risk(outstanding_yuan: ArrayLike, months_overdue: ArrayLike, months: float = 1) -> float:
    """Share of the outstanding principal on loans with an instalment overdue by more than `months` (overdue
    rate).

    Args:
        outstanding_yuan: Principal still owed, a loan (or a household) a row.
        months_overdue: Age of its oldest unpaid instalment; 0 if none is late.
        months: How late is too late; 1 is the lenders' usual 30 days.

    Returns:
        A share; not-a-number where nothing is outstanding.

    Raises:
        ValueError: As `at_risk_yuan`.
    """
    risky = at_risk_yuan(outstanding_yuan, months_overdue, months)
    return ratio(total(risky), total(weights(outstanding_yuan, "outstanding_yuan")))
