"""A forecast distribution: one normal curve about each replicate's effect, and the scores it is given.

Each replicate is one draw of chance (and of parameters); the curve about it is the model's own discrepancy. Without a
discrepancy the distribution is that of the replicates themselves, each a step of 1/n.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]
LEVELS = (0.5, 0.8)
"""Levels of the intervals that every forecast states."""
_STEPS = 200  # halvings: more than any pair of floats needs


@dataclass(frozen=True)
class Forecast:
    """A mixture of normal distributions with equal weights.

    Attributes:
        centres: Their means: a replicate's effect each.
        sd: The standard deviation of each: the discrepancy. At least 0.
    """

    centres: tuple[float, ...]
    sd: float

    @property
    def mean(self) -> float:
        """Its mean."""
        return float(np.mean(self.centres))

    def below(self, value: float) -> float:
        """The chance of a result of at most `value`."""
        away = value - np.asarray(self.centres)
        steps = ndtr(away / self.sd) if self.sd > 0 else (away >= 0).astype(np.float64)
        return float(np.mean(steps))

    def quantile(self, share: float) -> float:
        """The value below which this share lies; between replicates without a discrepancy, linear (Hazen's rule)."""
        centres = np.sort(np.asarray(self.centres))
        if self.sd <= 0:
            places = (np.arange(len(centres)) + 0.5) / len(centres)
            return float(np.interp(share, places, centres))
        low, high = float(centres[0]) - 40 * self.sd, float(centres[-1]) + 40 * self.sd
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.below(middle) < share else (low, middle)
        return (low + high) / 2

    def interval(self, level: float) -> tuple[float, float]:
        """The central interval of a level."""
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)

    def crps(self, result: float) -> float:
        """The continuous ranked probability score of a result, in its unit: smaller is better.

        It is the mean distance from the result less half the mean distance between two draws of the forecast (Gneiting
        and Raftery 2007), which for a mixture of normals has a closed form (Grimit, Gneiting, Berrocal and Johnson
        2006); without a discrepancy it is that of the replicates' own steps, and of one number the absolute error.
        """
        centres = np.asarray(self.centres)
        apart = centres[:, None] - centres[None, :]
        near = _mean_distance(result - centres, self.sd).mean()
        return float(near - _mean_distance(apart, math.sqrt(2.0) * self.sd).mean() / 2)


def _mean_distance(mean: Floats, sd: float) -> Floats:
    """The mean of |x| where x is normal."""
    if sd <= 0:
        return np.abs(mean)
    z = mean / sd
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    return np.asarray(mean * (2 * ndtr(z) - 1) + 2 * sd * density)


def parts_of_variance(groups: Sequence[Sequence[float]]) -> tuple[float, float]:
    """How far chance and how far parameters move an effect: standard deviations within and between vectors.

    One-way analysis of variance: the spread within a vector is chance; what the vectors' means spread beyond what
    chance alone makes of them is the parameters' (never below 0).

    Args:
        groups: Effects of the replicates under each vector.

    Returns:
        Standard deviation by chance, and by parameters; not-a-number where replicates are too few to say.
    """
    rows = [np.asarray(group, dtype=np.float64) for group in groups if len(group)]
    n, k = sum(map(len, rows)), len(rows)
    if n <= k:
        return math.nan, math.nan
    within = sum(float(((row - row.mean()) ** 2).sum()) for row in rows) / (n - k)
    if k < 2:
        return math.sqrt(within), 0.0
    whole = np.concatenate(rows).mean()
    between = sum(len(row) * float((row.mean() - whole) ** 2) for row in rows) / (k - 1)
    size = (n - sum(len(row) ** 2 for row in rows) / n) / (k - 1)
    return math.sqrt(within), math.sqrt(max(0.0, (between - within) / size))
