"""Coverage: whom a policy reached, who got the money, and how far that was from the poor."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.core.numerics import total
from sim.indicators.arrays import Floats, bools, ratio, weights


def reached_share(reached: ArrayLike, eligible: ArrayLike, persons: ArrayLike) -> float:
    """Share of the eligible persons who were reached; not-a-number if nobody is eligible.

    Raises:
        ValueError: If lengths differ, a mask is not boolean or a weight is negative.
    """
    w = weights(persons)
    meant = bools(eligible, "eligible", w.size)
    return ratio(total(w * (meant & bools(reached, "reached", w.size))), total(w * meant))


def inclusion_error(benefit_yuan: ArrayLike, poor: ArrayLike) -> float:
    """Share of the benefit that went to households that are not poor; not-a-number if nothing was given.

    Raises:
        ValueError: If lengths differ, `poor` is not boolean or a benefit is negative.
    """
    given = weights(benefit_yuan, "benefit_yuan")
    return ratio(total(given * ~bools(poor, "poor", given.size)), total(given))


def exclusion_error(reached: ArrayLike, poor: ArrayLike, persons: ArrayLike) -> float:
    """Share of the poor persons who were not reached; not-a-number if nobody is poor.

    Raises:
        ValueError: As `reached_share`.
    """
    return 1.0 - reached_share(reached, poor, persons)


def spending_by_fifth(benefit_yuan: ArrayLike, fifth: ArrayLike, n: int = 5) -> Floats:
    """Yuan that went to each fifth (1..n, as `income.fifths` numbers them); rows of fifth 0 count nowhere.

    Raises:
        ValueError: If lengths differ, a benefit is negative or a fifth is out of range.
    """
    given = weights(benefit_yuan, "benefit_yuan")
    part = np.asarray(fifth)
    if part.shape != given.shape or not np.issubdtype(part.dtype, np.integer):
        raise ValueError(f"fifth is {part.dtype} of shape {part.shape}, not {given.size} whole numbers")
    if part.size and (part.min() < 0 or part.max() > n):
        raise ValueError(f"fifth goes from {part.min()} to {part.max()}, not within 0..{n}")
    return np.array([total(given * (part == number)) for number in range(1, n + 1)])
