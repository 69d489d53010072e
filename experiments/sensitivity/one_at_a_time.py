"""One parameter at a time through its whole range: how far the outcome swings, and where its sign turns round."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from experiments.sensitivity.evaluations import Evaluator
from experiments.sensitivity.factors import Factor

ROUNDS = 2
"""How often a turning point is looked for again between the two values that hold it."""


@dataclass(frozen=True)
class Swing:
    """One factor (its place) moved alone: values tried in rising order, and the outcome at each (NaN: ruled out)."""

    place: int
    at: tuple[float, ...]
    outcome: tuple[float, ...]

    @property
    def size(self) -> float:
        """How far apart the outcomes at the two ends are; what lies beyond an end that is ruled out is not known."""
        known = [value for value in self.outcome if math.isfinite(value)]
        return abs(known[-1] - known[0])

    @property
    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """(value, outcome) at the lowest and the highest value that can be."""
        known = [pair for pair in zip(self.at, self.outcome, strict=True) if math.isfinite(pair[1])]
        return known[0], known[-1]


@dataclass(frozen=True)
class Turn:
    """Where the outcome changes sign when one factor (its place) rises above, or falls below, a value."""

    place: int
    value: float
    direction: str
    """ "above" or "below"."""


def swings(factors: Mapping[int, Factor], base: float, evaluator: Evaluator) -> list[Swing]:
    """Move each factor alone to its ends and half-way there."""
    tried = {place: _values(factor) for place, factor in factors.items()}
    points = [{factors[place].key: factors[place].value(x)} for place, values in tried.items() for x in values]
    found = evaluator(points, "one at a time").values[0]
    moved, start = [], 0
    for place, values in tried.items():
        pairs = [(factors[place].base, base), *zip(values, found[start : start + len(values)], strict=True)]
        start += len(values)
        pairs.sort()
        moved.append(Swing(place, tuple(x for x, _ in pairs), tuple(float(y) for _, y in pairs)))
    return moved


def _values(factor: Factor) -> list[float]:
    middle = factor.base
    values = (factor.low, (factor.low + middle) / 2, (middle + factor.high) / 2, factor.high)
    return [value for value in dict.fromkeys(values) if value != middle]


def turns(factors: Sequence[Factor], moved: Sequence[Swing], base: float, evaluator: Evaluator) -> list[Turn]:
    """Where the sign turns first on either side of the values, found between two tried values and looked for again."""
    held = {
        (swing.place, direction): pair
        for swing in moved
        for direction in ("above", "below")
        if (pair := _bracket(swing, factors[swing.place].base, base, direction))
    }
    for _ in range(ROUNDS):
        if not held:
            break
        guesses = {key: _zero(*pair) for key, pair in held.items()}
        points = [{factors[place].key: factors[place].value(guesses[place, side])} for place, side in held]
        found = evaluator(points, "where it is reversed").values[0]
        for (key, (same, other)), y in zip(list(held.items()), found, strict=True):
            if np.isfinite(y):
                here = (guesses[key], float(y))
                held[key] = (here, other) if y * base > 0 else (same, here)
    return [Turn(place, _zero(*pair), side) for (place, side), pair in held.items()]


Pair = tuple[float, float]


def _bracket(swing: Swing, start: float, base: float, direction: str) -> tuple[Pair, Pair] | None:
    """The two neighbouring values between which the sign first turns, going one way from where the factor stands."""
    up = direction == "above"
    pairs = [pair for pair in zip(swing.at, swing.outcome, strict=True) if math.isfinite(pair[1])]
    way = [pair for pair in (pairs if up else pairs[::-1]) if (pair[0] >= start if up else pair[0] <= start)]
    return next(((a, b) for a, b in pairwise(way) if a[1] * base > 0 >= b[1] * base), None)


def _zero(a: Pair, b: Pair) -> float:
    """Where the line through two points meets zero."""
    return a[0] + (b[0] - a[0]) * a[1] / (a[1] - b[1])
