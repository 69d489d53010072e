"""Inequality: the Gini coefficient."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.core.numerics import ascending, total
from sim.core.rule import rule
from sim.indicators.arrays import floats, weights


@rule
def gini_of(area: float, persons: float, income: float) -> float:
    """Gini from sums over sorted rows: Σ w x (persons poorer + w/2), Σ w and Σ w x."""
    if persons <= 0.0 or income <= 0.0:
        return np.nan
    return max(0.0, 2.0 * area / (persons * income) - 1.0)


def gini(income: ArrayLike, persons: ArrayLike) -> float:
    """Gini coefficient: half the mean absolute difference between two persons, over the mean.

    Of the whole population (no n/(n-1)), so a weight of two means the same as two rows. It may exceed 1 when
    some incomes are negative.

    Args:
        income: Yuan a head.
        persons: Weights.

    Returns:
        A number; not-a-number where there is nobody or total income is not positive.

    Raises:
        ValueError: If lengths differ, an income is not finite or a weight is negative.
    """
    x = floats(income, "income")
    w = weights(persons, rows=x.size)
    order = ascending(x, w)
    x, w = x[order], w[order]
    poorer = np.cumsum(w) - 0.5 * w
    return float(gini_of(total(w * x * poorer), total(w), total(w * x)))
