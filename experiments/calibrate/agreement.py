"""Whether two calibrations of the same parameters landed on the same set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.designs.sets import CalibratedSet

_INNER = (10, 90)
_NEAR = 2.0


@dataclass(frozen=True)
class Agreement:
    """How far two sets agree.

    Attributes:
        shared: For each parameter, what its inner ranges (80% of the vectors) have in common, as a share of the
            narrower one.
        distance: How far apart their middles are, in standard deviations of the wider set along that way.
    """

    shared: Mapping[str, float]
    distance: float

    @property
    def overlaps(self) -> bool:
        """Whether every parameter's inner ranges overlap and the middles lie within each other's spread."""
        return min(self.shared.values()) > 0 and self.distance <= _NEAR


def agreement(one: CalibratedSet, other: CalibratedSet) -> Agreement:
    """Compare two sets of the same parameters."""
    a, b = _units(one, one), _units(other, one)
    shared = {}
    for i, name in enumerate(one.parameters):
        (low_a, high_a), (low_b, high_b) = np.percentile(a[:, i], _INNER), np.percentile(b[:, i], _INNER)
        common = min(high_a, high_b) - max(low_a, low_b)
        narrower = min(high_a - low_a, high_b - low_b)
        shared[name] = float(common / narrower) if narrower > 0 else float(common >= 0)
    way = b.mean(axis=0) - a.mean(axis=0)
    length = float(np.linalg.norm(way))
    if length == 0.0:
        return Agreement(shared, 0.0)
    spread = max(float((points @ (way / length)).std()) for points in (a, b))
    return Agreement(shared, length / spread if spread > 0 else float("inf"))


def _units(vectors: CalibratedSet, ranges: CalibratedSet) -> NDArray[np.float64]:
    """The vectors as shares of the ranges."""
    low, high = (np.array([ranges.ranges[name][k] for name in ranges.parameters]) for k in (0, 1))
    values = np.array([[vector[name] for name in ranges.parameters] for vector in vectors.vectors])
    return np.asarray((values - low) / (high - low))
