"""Deprivation in several dimensions: the counting measures of Alkire and Foster (2011)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.core.numerics import total
from sim.indicators.arrays import Floats, floats, ratio, weights

ROUNDING = 1e-12
"""Weights such as 1/3 and 1/6 do not add up exactly; a score this close to the cutoff has reached it."""


class AlkireFoster(NamedTuple):
    """H: share deprived. A: their mean share of deprivations, not-a-number if there are none. M0 = H A."""

    h: float
    a: float
    m0: float


def censored_scores(deprived: NDArray[np.bool_], dimension_weights: ArrayLike, cutoff: float) -> Floats:
    """Each household's weighted share of deprivations, or 0 if that is below the cutoff.

    The persons-weighted mean of `score > 0` is H, and of the score M0: with these columns any group is a
    mean.

    Args:
        deprived: A household a row, a dimension a column.
        dimension_weights: A weight a dimension; only their proportions matter.
        cutoff: Share of the total weight from which a household counts as deprived, over 0 and at most 1
            (k of d equal dimensions is k/d; 1/d is the union, 1 the intersection).

    Returns:
        A share a row, within 0..1.

    Raises:
        ValueError: If shapes do not fit, `deprived` is not boolean, weights are negative or all zero, or the
            cutoff is out of range.
    """
    matrix = np.asarray(deprived)
    if matrix.dtype != np.bool_ or matrix.ndim != 2:
        raise ValueError(f"deprived is {matrix.ndim}-dimensional {matrix.dtype}, not a true-false matrix")
    share = weights(dimension_weights, "dimension_weights", matrix.shape[1])
    if not total(share) > 0:
        raise ValueError("dimension_weights are all zero")
    if not 0 < cutoff <= 1:
        raise ValueError(f"cutoff is {cutoff}, not within 0..1 (0 excluded)")
    score = np.zeros(matrix.shape[0])
    for column, weight in zip(matrix.T, share / total(share), strict=True):
        score += weight * column
    return np.where(score >= cutoff - ROUNDING, score, 0.0)


def alkire_foster(
    deprived: NDArray[np.bool_], dimension_weights: ArrayLike, cutoff: float, persons: ArrayLike
) -> AlkireFoster:
    """H, A and M0, weighted by persons; arguments and errors as `censored_scores`."""
    score = floats(censored_scores(deprived, dimension_weights, cutoff), "scores")
    w = weights(persons, rows=score.size)
    people, poor, depth = total(w), total(w * (score > 0)), total(w * score)
    return AlkireFoster(ratio(poor, people), ratio(depth, poor), ratio(depth, people))
