"""Income: means, quantiles, fifths, percentiles and who gained along the distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.core.numerics import ascending, total
from sim.indicators.arrays import Floats, floats, ratio, weights


def mean(values: ArrayLike, persons: ArrayLike) -> float:
    """Person-weighted mean, in the unit of `values`; not-a-number where there is nobody.

    Raises:
        ValueError: If lengths differ, a value is not finite or a weight is negative.
    """
    x, w = _sorted(values, persons)
    return ratio(total(x * w), total(w))


def quantile(values: ArrayLike, persons: ArrayLike, share: float) -> float:
    """The value below which `share` of the persons lie.

    The inverse of the distribution function, averaged where it is flat (Hyndman and Fan's second definition),
    so that a weight of two means the same as two rows and the median of 1, 2, 3, 4 is 2.5.

    Raises:
        ValueError: If `share` is not within 0..1, or as `mean`.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}, not within 0..1")
    x, w = _sorted(values, persons)
    x, w = x[w > 0], w[w > 0]
    if not x.size:
        return float("nan")
    reached = np.cumsum(w)
    target = share * reached[-1]
    low = min(int(np.searchsorted(reached, target, side="left")), x.size - 1)
    high = min(int(np.searchsorted(reached, target, side="right")), x.size - 1)
    return float(x[low] + 0.5 * (x[high] - x[low]))


def median(values: ArrayLike, persons: ArrayLike) -> float:
    """The value of the person in the middle; see `quantile`."""
    return quantile(values, persons, 0.5)


def fifths(income: ArrayLike, persons: ArrayLike, keys: ArrayLike | None = None, n: int = 5) -> NDArray[np.int8]:
    """Which fifth of the persons a household is in: 1 (poorest) to n.

    A household is not cut: it goes where its middle person stands. Equal incomes are ordered by key.

    Args:
        income: Yuan a head.
        persons: Weights.
        keys: The households' keys; rows as they stand if not given.
        n: How many parts; at most 127.

    Returns:
        A number a row; 0 everywhere if there are no persons at all.

    Raises:
        ValueError: If lengths differ, a value is not finite, a weight is negative or `n` is out of range.
    """
    if not 1 <= n <= 127:
        raise ValueError(f"n is {n}, not within 1..127")
    x = floats(income, "income")
    w = weights(persons, rows=x.size)
    ties = np.arange(x.size) if keys is None else np.asarray(keys)
    if ties.shape != x.shape:
        raise ValueError(f"keys have the shape {ties.shape} where {x.shape} is expected")
    part = np.zeros(x.size, dtype=np.int8)
    order = ascending(x, ties)
    reached = np.cumsum(w[order])
    if x.size and reached[-1] > 0:
        middle = reached - 0.5 * w[order]
        part[order] = np.minimum(np.floor(middle * n / reached[-1]), n - 1) + 1
    return part


def percentile_means(income: ArrayLike, persons: ArrayLike, n: int = 100) -> Floats:
    """Mean income within each of `n` equal parts of the persons, from the poorest part to the richest.

    A household that straddles a boundary is shared out, so the parts are equal in persons and their mean is
    the mean.

    Returns:
        `n` means in the unit of `income`; not-a-number where there is nobody.

    Raises:
        ValueError: If lengths differ, a value is not finite, a weight is negative or `n` is not positive.
    """
    if n < 1:
        raise ValueError(f"n is {n}, not positive")
    x, w = _sorted(income, persons)
    people = np.concatenate(([0.0], np.cumsum(w)))
    if people[-1] <= 0:
        return np.full(n, np.nan)
    money = np.concatenate(([0.0], np.cumsum(w * x)))
    bounds = people[-1] * np.arange(n + 1) / n
    bounds[-1] = people[-1]
    parts: Floats = np.diff(np.interp(bounds, people, money)) * n / people[-1]
    return parts


def growth_incidence(
    before: ArrayLike,
    after: ArrayLike,
    persons_before: ArrayLike,
    persons_after: ArrayLike | None = None,
    n: int = 100,
) -> Floats:
    """Growth of mean income at each of `n` places of the distribution (Ravallion and Chen 2003), as a share.

    Anonymous: it compares places, not households. Between two scenarios it says how much more a place has.

    Returns:
        `n` shares; not-a-number where the first income is not positive.

    Raises:
        ValueError: As `percentile_means`.
    """
    old = percentile_means(before, persons_before, n)
    new = percentile_means(after, persons_before if persons_after is None else persons_after, n)
    growth = np.full(n, np.nan)
    np.divide(new - old, old, out=growth, where=old > 0)
    return growth


def _sorted(values: ArrayLike, persons: ArrayLike) -> tuple[Floats, Floats]:
    """Values and weights in one order, whatever order they came in (rows alike in both are the same row)."""
    x = floats(values, "values")
    w = weights(persons, rows=x.size)
    order = ascending(x, w)
    return x[order], w[order]
