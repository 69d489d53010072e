"""What mixes do together and for their money: synergy, cost by effect, dominance.

Samples and intervals are those of `experiments.measure.statistics`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from experiments.measure.statistics import (
    LEVEL,
    Floats,
    Interval,
    Of,
    Samples,
    mean_interval,
    paired,
    paired_difference,
    t_critical,
    variance_of,
)


@dataclass(frozen=True)
class Synergy:
    """What parts do together beyond what they do apart.

    `total` is the mix less the sum of its parts' effects; an `interaction` is what is left to just these
    `parts` when all smaller groups among them are taken out. Of two parts the total is the interaction.
    Interactions of all orders from two up add up to the total.
    """

    kind: Literal["total", "interaction"]
    parts: tuple[str, ...]
    interval: Interval

    @property
    def order(self) -> int:
        """How many parts."""
        return len(self.parts)


def synergy(
    outcomes: Mapping[frozenset[str], ArrayLike], level: float = LEVEL, comparisons: int = 1, of: Of = "mean"
) -> list[Synergy]:
    """Additive synergy of a full factorial, worked out in each replicate: mix - sum of parts + (k - 1) none.

    Args:
        outcomes: A sample for every set of parts, from the empty set (none) to all of them (the mix).
        level: Level of the intervals.
        comparisons: How many intervals are to hold together.
        of: What the intervals are of.

    Returns:
        The total first; with more than two parts then every interaction, pairs first.

    Raises:
        ValueError: If a set is missing, there are fewer than two parts, or samples differ in length.
    """
    parts = tuple(sorted(frozenset().union(*outcomes)))
    if len(parts) < 2:
        raise ValueError(f"a factorial needs two parts or more, not {len(parts)}")
    runs = {key: np.asarray(sample, dtype=np.float64) for key, sample in outcomes.items()}
    for group in _subsets(parts):
        if frozenset(group) not in runs:
            raise ValueError(f"the factorial lacks the combination {' + '.join(group) or 'none'}")
    none = runs[frozenset()]
    if any(sample.shape != none.shape for sample in runs.values()):
        raise ValueError("the factorial's samples differ in length")

    def interval(values: Floats) -> Interval:
        return mean_interval(values, level, comparisons, of)

    apart = sum((runs[frozenset({part})] - none for part in parts), np.zeros_like(none))
    found = [Synergy("total", parts, interval(runs[frozenset(parts)] - none - apart))]
    for group in _subsets(parts) if len(parts) > 2 else []:
        if len(group) > 1:
            signed = ((-1) ** (len(group) - len(some)) * runs[frozenset(some)] for some in _subsets(group))
            found.append(Synergy("interaction", group, interval(sum(signed, np.zeros_like(none)))))
    return found


@dataclass(frozen=True)
class Ratio:
    """A ratio of two means. Where not `defined`, value and limits are not-a-number and `reason` says why."""

    value: float
    low: float
    high: float
    defined: bool
    reason: Literal["", "one replicate", "an outcome is undefined", "denominator may be zero"] = ""


def fieller(numerator: ArrayLike, denominator: ArrayLike, level: float = LEVEL, of: Of = "mean") -> Ratio:
    """Ratio of two paired means with Fieller's interval (Fieller 1954), such as yuan by point of poverty gap.

    It is undefined when the denominator's own interval holds zero: then no bounded set of ratios can be
    named. A negative ratio of cost to gain is defined but means paying for harm. Of another draw, it holds the
    ratios r for which zero lies within the interval of that draw's numerator less r times its denominator.

    Raises:
        ValueError: If the samples differ in length, or as `t_critical`.
    """
    above, below = paired(numerator, denominator)
    n = above.size
    a, b = mean_interval(above).value, mean_interval(below).value
    if n < 2:
        return Ratio(math.nan, math.nan, math.nan, False, "one replicate")
    if not (math.isfinite(a) and math.isfinite(b)):
        return Ratio(math.nan, math.nan, math.nan, False, "an outcome is undefined")
    covariances = np.cov(above, below)
    (var_a, cov), (_, var_b) = covariances / n if of == "mean" else covariances * variance_of(of, n)
    limits = fieller_limits(a, b, float(var_a), float(var_b), float(cov), t_critical(n - 1, level))
    if limits is None:
        return Ratio(math.nan, math.nan, math.nan, False, "denominator may be zero")
    value = a / b
    return Ratio(value, min(limits[0], value), max(limits[1], value), True)


def fieller_limits(
    a: float, b: float, var_a: float, var_b: float, cov: float, critical: float
) -> tuple[float, float] | None:
    """Fieller's limits of a / b from the two means' variances and covariance; None if they are not bounded.

    They are the ratios r for which a - r b lies within `critical` standard errors of zero.
    """
    square = critical * critical
    lead = b * b - square * var_b
    if not lead > 0:
        return None
    centre = a * b - square * cov
    root = math.sqrt(max(0.0, centre * centre - lead * (a * a - square * var_a)))
    return (centre - root) / lead, (centre + root) / lead


def dominated(
    costs: Samples, effects: Samples, level: float = LEVEL, comparisons: int = 1, of: Of = "mean"
) -> dict[str, str]:
    """Which mixes are beaten by another both on cost and on effect.

    A mix is dominated only if the other costs less and does more with both paired differences' intervals
    clear of zero; what cannot be told apart dominates nothing.

    Args:
        costs: Cost, a sample a mix.
        effects: Effect, a sample a mix; more is better.
        level: Level of the intervals.
        comparisons: How many intervals are to hold together.
        of: What the intervals are of.

    Returns:
        For each dominated mix the best that dominates it: most effect, then least cost, then by name.

    Raises:
        ValueError: If costs and effects name different mixes, or samples differ in length.
    """
    if set(costs) != set(effects):
        raise ValueError("costs and effects name different mixes")

    def beats(other: str, name: str) -> bool:
        saving = paired_difference(costs[name], costs[other], level, comparisons, of)
        gain = paired_difference(effects[other], effects[name], level, comparisons, of)
        return saving.low > 0 and gain.low > 0

    def rank(name: str) -> tuple[float, float, str]:
        return -mean_interval(effects[name]).value, mean_interval(costs[name]).value, name

    better = {name: [other for other in costs if other != name and beats(other, name)] for name in costs}
    return {name: min(others, key=rank) for name, others in better.items() if others}


def _subsets(parts: tuple[str, ...]) -> list[tuple[str, ...]]:
    return list(chain.from_iterable(combinations(parts, size) for size in range(len(parts) + 1)))
