"""The patient rule induction method: a box of the uncertain numbers that holds most of the cases of interest.

Friedman and Fisher (1999), as used for scenario discovery by Bryant and Lempert (2010). From all cases a thin slice is
peeled off at one side of one number, the one that leaves the greatest share of cases of interest, again and again; then
the box is pasted outward as long as its share does not fall. Of the boxes on the way the one is taken that has both
coverage (the part of all cases of interest inside) and density (the share of them inside) at the highest harmonic mean.
Restrictions without which the box is as dense are dropped, so that what is left can be said in a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.measure.statistics import Floats, wilson

Mask = NDArray[np.bool_]
PEELED = 0.05
"""Share of the cases inside that a slice takes."""
FEWEST = 8
"""Cases that a box holds at least."""
AS_DENSE = 0.02
"""By so much a box may lose density for one restriction less."""
DRAWS = 200


@dataclass(frozen=True)
class Box:
    """A box.

    Attributes:
        low, high: Its sides, by number; infinite where nothing restricts it.
        coverage: The part of all cases of interest that it holds.
        density: The share of cases of interest inside.
        inside: How many cases it holds.
    """

    low: Floats
    high: Floats
    coverage: float
    density: float
    inside: int

    @property
    def restricted(self) -> tuple[int, ...]:
        """Places of the numbers that it restricts."""
        return tuple(np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high)).tolist())

    def holds(self, points: Floats) -> Mask:
        """Which cases lie in it."""
        return np.asarray(((points >= self.low) & (points <= self.high)).all(axis=1))

    @property
    def quality(self) -> float:
        """Harmonic mean of coverage and density."""
        both = self.coverage + self.density
        return 2 * self.coverage * self.density / both if both else 0.0


def box_of(points: Floats, cases: Mask, low: Floats, high: Floats) -> Box:
    """A box with its coverage and density."""
    inside = ((points >= low) & (points <= high)).all(axis=1)
    hits = int(np.count_nonzero(cases & inside))
    return Box(low, high, hits / max(1, int(cases.sum())), hits / max(1, int(inside.sum())), int(inside.sum()))


def prim(points: Floats, cases: Mask) -> Box:
    """The box of the cases of interest.

    Args:
        points: The uncertain numbers, by case and number.
        cases: Which cases are of interest; some, but not all.
    """
    width = points.shape[1]
    box = box_of(points, cases, np.full(width, -np.inf), np.full(width, np.inf))
    best = box
    while box.inside > FEWEST:
        peeled = [one for one in _peels(points, cases, box) if FEWEST <= one.inside < box.inside]
        if not peeled:
            break
        box = max(peeled, key=lambda one: (one.density, one.inside))
        best = max(best, box, key=lambda one: one.quality)
    return _simplest(points, cases, _pasted(points, cases, best))


def _peels(points: Floats, cases: Mask, box: Box) -> list[Box]:
    inside = points[box.holds(points)]
    found = []
    for place in range(points.shape[1]):
        low, high = box.low.copy(), box.high.copy()
        low[place] = np.quantile(inside[:, place], PEELED, method="higher")
        found.append(box_of(points, cases, low, box.high))
        high[place] = np.quantile(inside[:, place], 1 - PEELED, method="lower")
        found.append(box_of(points, cases, box.low, high))
    return found


def _pasted(points: Floats, cases: Mask, box: Box) -> Box:
    """The box with every side as far out as it may go without its share falling."""
    for place in box.restricted:
        for side, step in (("low", -1), ("high", 1)):
            for value in np.sort(points[:, place])[::step]:
                ends = {"low": box.low.copy(), "high": box.high.copy()}
                if not np.isfinite(ends[side][place]) or (value - ends[side][place]) * step <= 0:
                    continue
                ends[side][place] = value
                wider = box_of(points, cases, **ends)
                if wider.density >= box.density and wider.coverage > box.coverage:
                    box = wider
    return box


def _simplest(points: Floats, cases: Mask, box: Box) -> Box:
    while len(box.restricted) > 1:
        fewer = []
        for place in box.restricted:
            low, high = box.low.copy(), box.high.copy()
            low[place], high[place] = -np.inf, np.inf
            fewer.append(box_of(points, cases, low, high))
        best = max(fewer, key=lambda one: one.density)
        if best.density < box.density - AS_DENSE:
            return box
        box = best
    return box


@dataclass(frozen=True)
class Certainty:
    """How far another draw of the cases would say the same.

    Attributes:
        coverage, density: Middle 95% over resampled cases, of the box as it is; the density also as Wilson has it,
            since resamples of a box without a miss have none either.
        again: By number, in what share of the resamples the method restricts it anew.
    """

    coverage: tuple[float, float]
    density: tuple[float, float]
    again: Floats


def certainty(points: Floats, cases: Mask, box: Box, draws: int = DRAWS, seed: int = 1) -> Certainty:
    """Resample the cases: what the box then holds, and what the method would restrict."""
    chance = np.random.default_rng(seed)
    kept: list[tuple[float, float]] = []
    again = np.zeros(points.shape[1])
    for _ in range(draws):
        some = chance.integers(0, len(points), len(points))
        if cases[some].all() or not cases[some].any():
            continue
        there = box_of(points[some], cases[some], box.low, box.high)
        kept.append((there.coverage, there.density))
        for place in prim(points[some], cases[some]).restricted:
            again[place] += 1
    ends = np.quantile(np.array(kept), [0.025, 0.975], axis=0)
    exact = wilson(round(box.density * box.inside), box.inside)
    density = min(float(ends[0, 1]), exact.low), max(float(ends[1, 1]), exact.high)
    return Certainty((float(ends[0, 0]), float(ends[1, 0])), density, again / max(1, len(kept)))


def restrictions(box: Box, names: Sequence[str]) -> list[tuple[str, float, float]]:
    """The box's sides by name; infinite where one side is open."""
    return [(names[place], float(box.low[place]), float(box.high[place])) for place in box.restricted]
