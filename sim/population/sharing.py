"""Totals shared out over places so that more places change nothing for the first ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.core.numerics import add_up

Ints = NDArray[np.int64]
_NEARLY = 1e-6  # 4205 / 215 * 215 must come to 4205, whatever is lost in rounding


def share_out(each: float, n: int, phase: float = 0.0) -> Ints:
    """Whole numbers for n places that average to `each`, as even as can be.

    Place i gets floor(each * (i + 1)) - floor(each * i): the first m places together get the whole part of
    each * m, and what a place gets does not depend on how many follow.

    Args:
        each: What a place gets on average (a total divided by the places that share it).
        n: Places.
        phase: From 0 up to 1: where the odd ones fall, so that two scarce things need not fall together.
    """
    marks = np.floor(each * np.arange(n + 1) + (phase + _NEARLY)).astype(np.int64)
    return np.asarray(marks[1:] - marks[:-1])


def in_pairs(n: int, block: int) -> tuple[Ints, Ints]:
    """Places two by two, so that what one has above the mean the other has below, and totals do not depend on chance.

    Args:
        n: Places.
        block: Pairs do not reach across blocks of so many places; where a block is odd its first place stands alone.

    Returns:
        For each place the first place of its pair, and its sign: 1, -1, or 0 if it stands alone.
    """
    place = np.arange(n, dtype=np.int64)
    here = place % block - block % 2
    second = here % 2 * (here >= 0)
    return place - second, np.where(here < 0, 0, 1 - 2 * second)


def interleave(weights: Sequence[float], n: int) -> Ints:
    """n places given to kinds in proportion to their weights, each kind spread out evenly.

    With whole weights, the first sum(weights) places have exactly these counts.

    Returns:
        The kind (index into weights) at each place.
    """
    scale = add_up(weights)
    given = [0] * len(weights)
    order = np.empty(n, dtype=np.int64)
    for i in range(n):
        # The kind that lags most behind its share; the first of them if several do.
        lag = [weight * (i + 1) - scale * have for weight, have in zip(weights, given, strict=True)]
        kind = lag.index(max(lag))
        given[kind] += 1
        order[i] = kind
    return order
