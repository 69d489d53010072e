"""What replicates can support: paired intervals, verdicts, chances, bands of what cannot be told apart,
rounding.

Samples are one number a replicate, ordered by seed, so that the same place in two samples shares its chance
events. Intervals are Student's t at 95% unless said otherwise; one replicate gives none (not-a-number,
`defined` false). An undefined indicator (not-a-number) in a sample makes its interval undefined.

An interval is of the mean, or of another draw: where the next replicate would lie, whose chance events (and
parameters, where replicates differ in these) nobody knows yet. The former shrinks with more replicates, the
latter does not. It is mean +- t sd sqrt(1 + 1/n), which is exact for normal samples, and asks for no more of
few replicates than they can tell, as quantiles would.

Several intervals read together mislead: of twenty, one is expected to miss. `comparisons` widens each so that
all of that many hold together at the level (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri, stdtrit

from experiments.pages.numbers import Estimate

Floats = NDArray[np.float64]
Samples = Mapping[str, ArrayLike]
Of = Literal["mean", "draw"]
LEVEL = 0.95
LEAST = 8  # replicates before an interval is trusted to be as narrow as it looks; see `verdict`
LEVEL_LOOKED = 0.97  # where replicates are added until an interval is narrow; see `verdict`
COVERS_AFTER_LOOKS = 0.935  # what a 95% interval then holds in; counted in the tests
FEW = 5  # replicates that must differ from the commonest value before an interval says anything of the others
NEAR_ENOUGH = 0.995  # share of a target from which it counts as met: loans and gifts cannot be divided


@dataclass(frozen=True)
class Interval:
    """A mean with its limits, in the unit of the sample; limits are not-a-number where undefined."""

    value: float
    low: float
    high: float
    replicates: int

    @property
    def defined(self) -> bool:
        """Whether there were replicates enough for limits."""
        return not math.isnan(self.low)

    @property
    def halfwidth(self) -> float:
        """Half the distance between the limits."""
        return (self.high - self.low) / 2

    @property
    def excludes_zero(self) -> bool:
        """Whether the sign is known at the interval's level; never of an undefined interval."""
        return self.low > 0 or self.high < 0


def t_critical(degrees: int, level: float = LEVEL, comparisons: int = 1) -> float:
    """Two-sided quantile of Student's t.

    Raises:
        ValueError: If the level is not within 0..1 (both excluded) or a count is not positive.
    """
    return float(stdtrit(_positive(degrees, "degrees"), _upper_tail(level, comparisons)))


def variance_of(of: Of, n: int) -> float:
    """By what a sample's variance is multiplied to get that of its mean, or of another draw about that mean."""
    return 1 / n if of == "mean" else 1 + 1 / n


def t_limits(
    samples: ArrayLike, level: float = LEVEL, comparisons: int = 1, of: Of = "mean"
) -> tuple[Floats, Floats, Floats]:
    """Mean, lower and upper limit along the last axis (the replicates); for whole tables at once.

    Raises:
        ValueError: As `t_critical`.
    """
    table = np.asarray(samples, dtype=np.float64)
    n = table.shape[-1]
    if n == 0:
        nothing = np.full(table.shape[:-1], np.nan)
        return nothing, nothing.copy(), nothing.copy()
    # A constant has itself as its mean and no spread, whatever rounding says.
    constant = table.min(axis=-1) == table.max(axis=-1)
    mean = np.where(constant, table[..., 0], table.mean(axis=-1))
    if n == 1:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    half = t_critical(n - 1, level, comparisons) * table.std(axis=-1, ddof=1)
    half = half / math.sqrt(n) if of == "mean" else half * math.sqrt(variance_of(of, n))
    half = np.where(constant, 0.0, half)
    return mean, mean - half, mean + half


def mean_interval(sample: ArrayLike, level: float = LEVEL, comparisons: int = 1, of: Of = "mean") -> Interval:
    """Mean of one sample with its interval; errors as `t_critical`."""
    values = np.asarray(sample, dtype=np.float64)
    mean, low, high = t_limits(values, level, comparisons, of)
    return Interval(float(mean), float(low), float(high), values.size)


def mean_of(samples: Sequence[float] | Floats, comparisons: int = 1, of: Of = "mean") -> Estimate:
    """Mean over the replicates that have a value, with its 95% interval; one replicate has no interval.

    Args:
        samples: A value a replicate.
        comparisons: How many intervals are to hold together.
        of: What the interval is of; see the head of this module.
    """
    values = np.asarray(samples, dtype=np.float64)
    found = mean_interval(values[np.isfinite(values)], comparisons=comparisons, of=of)
    return Estimate(found.value, found.low, found.high)


def descending(value: float, name: str) -> tuple[bool, float, str]:
    """A sorting key: the highest value first, equal ones by name, undefined ones last."""
    return (True, 0.0, name) if math.isnan(value) else (False, -value, name)


def paired(left: ArrayLike, right: ArrayLike) -> tuple[Floats, Floats]:
    """Two samples as columns of one length.

    Raises:
        ValueError: If they differ in length or are not one-dimensional.
    """
    one, other = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if one.ndim != 1 or one.shape != other.shape:
        raise ValueError(f"paired samples have the shapes {one.shape} and {other.shape}")
    return one, other


def paired_difference(
    scenario: ArrayLike, baseline: ArrayLike, level: float = LEVEL, comparisons: int = 1, of: Of = "mean"
) -> Interval:
    """Mean of scenario minus baseline over replicates that share their chance events.

    Raises:
        ValueError: If the samples differ in length, or as `t_critical`.
    """
    left, right = paired(scenario, baseline)
    return mean_interval(left - right, level, comparisons, of)


def share_positive(differences: ArrayLike) -> float:
    """Share of replicates in which the difference is above zero; not-a-number without replicates."""
    values = np.asarray(differences, dtype=np.float64)
    return float(np.count_nonzero(values > 0) / values.size) if values.size else math.nan


def sign_share(values: ArrayLike, positive: bool, draws: int = 4000, seed: int = 1) -> float:
    """Share of bootstrap means over the replicates that have the sign; drawn alike every time. NaN of no replicate.

    Args:
        values: A number a replicate.
        positive: Which sign.
        draws: How many bootstrap samples.
        seed: Of the draws.
    """
    sample = np.asarray(values, dtype=np.float64)
    if not len(sample):
        return math.nan
    means = sample[np.random.default_rng(seed).integers(0, len(sample), (draws, len(sample)))].mean(axis=1)
    return float((means > 0).mean() if positive else (means < 0).mean())


def needed_replicates(halfwidth: float, n: int, asked: float, level: float = LEVEL, comparisons: int = 1) -> int | None:
    """About how many replicates would make the interval's half-width as small as asked.

    Args:
        halfwidth: Half-width seen so far.
        n: Replicates it rests on.
        asked: Half-width wanted.
        level: Level of the interval.
        comparisons: As the half-width was computed with.

    Returns:
        The least number (2 or more, at most `MOST_NEEDED`) whose t interval is narrow enough if the spread stays as
        seen, or None if one replicate or an undefined half-width says nothing of the spread.

    Raises:
        ValueError: If `asked` is not positive, or as `t_critical`.
    """
    if not asked > 0:
        raise ValueError(f"the precision asked for is {asked}, not a positive number")
    if n < 2 or not math.isfinite(halfwidth):
        return None

    def width(count: int) -> float:
        return t_critical(count - 1, level, comparisons) / math.sqrt(count)

    def enough(count: int) -> bool:
        return halfwidth * (width(count) / width(n)) <= asked

    high = 2
    while high < MOST_NEEDED and not enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


MOST_NEEDED = 2**40
"""Replicates beyond which nobody counts."""


@dataclass(frozen=True)
class Verdict:
    """Whether an interval is as narrow as asked, and about how many replicates would make it so.

    Attributes:
        asked: Half-width wanted.
        halfwidth: Half-width of the interval it is judged by.
        replicates: How many it rests on.
        enough: Whether it is as narrow as asked, and to be trusted.
        needed: About how many replicates would be; None if that cannot be said.
        same: In how many replicates the difference is the same, where it varies in so few that no interval can be
            trusted; else 0.
        may_differ: Then, the share of replicates that may have another difference (95%, exact).
    """

    asked: float
    halfwidth: float
    replicates: int
    enough: bool
    needed: int | None
    same: int = 0
    may_differ: float = 0.0


def verdict(differences: ArrayLike, asked: float, sequential: bool = False) -> Verdict:
    """Judge the interval of a mean difference; `enough` is false of an undefined one, and without spread.

    Whoever adds replicates until the interval is narrow stops too soon whenever the spread happens to look small: with
    normal differences and a look after every one, a 95% interval then holds in 88% (after every four, in 92%). So the
    interval is judged at `LEVEL_LOOKED`: what is then called enough is known so well in at least 95%
    (`tests/experiments/measure/test_statistics.py` counts it).

    Of a few replicates the spread is hardly known: two that nearly agree by chance look precise. So below `LEAST`
    nothing is enough, however many were asked for.

    Args:
        differences: One a replicate.
        asked: Half-width wanted.
        sequential: Whether replicates are added until it is enough.

    Raises:
        ValueError: If `asked` is not positive.
    """
    values = np.asarray(differences, dtype=np.float64)
    level = LEVEL_LOOKED if sequential else LEVEL
    interval = mean_interval(values, level)
    half, n = interval.halfwidth, values.size
    needed = needed_replicates(half, n, asked, level)
    known = n > 0 and np.isfinite(values).all()
    same = int(np.unique(np.round(values / asked, 9), return_counts=True)[1].max()) if known else 0
    if same > 1 and n - same < FEW:
        return Verdict(asked, half, n, False, None, same, share_at_most(n - same, n))
    return Verdict(asked, half, n, half <= asked and n >= LEAST, max(needed, LEAST) if needed else None)


def share_at_most(successes: int, n: int, level: float = LEVEL) -> float:
    """The largest share that so few successes do not speak against (Clopper and Pearson 1934, one-sided).

    Of no successes in n it is about 3/n ("rule of three").
    """
    return 1.0 if successes >= n else float(betaincinv(successes + 1, n - successes, level))


def variance_ratio(scenario: ArrayLike, baseline: ArrayLike) -> float:
    """How many times fewer replicates shared chance events need than independent seeds, for the same
    half-width.

    Independent samples' difference has the sum of their variances; the paired difference has its own.

    Returns:
        A ratio; infinite if the difference never varies, not-a-number if nothing varies or with one
        replicate.

    Raises:
        ValueError: If the samples differ in length.
    """
    left, right = paired(scenario, baseline)
    if left.size < 2:
        return math.nan
    apart = float(left.var(ddof=1) + right.var(ddof=1))
    together = float((left - right).var(ddof=1))
    if together == 0:
        return math.inf if apart > 0 else math.nan
    return apart / together


def wilson(successes: int, n: int, level: float = LEVEL) -> Interval:
    """Share of successes with Wilson's score interval (1927); undefined without trials.

    Raises:
        ValueError: If successes are not within 0..n or the level not within 0..1.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}")
    if n == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    z = float(ndtri(_upper_tail(level, 1)))
    share, weight = successes / n, z * z / n
    centre = (share + weight / 2) / (1 + weight)
    half = z * math.sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half), n)


def met(delivered: ArrayLike, target: ArrayLike) -> NDArray[np.bool_]:
    """Which replicates have met their target: at least 99.5% of it is delivered.

    A loan or a gift is given whole or not at all, so money for a target ends a little short of it.
    """
    return np.asarray(delivered, dtype=np.float64) >= NEAR_ENOUGH * np.asarray(target, dtype=np.float64)


def _positive(count: int, name: str) -> int:
    if count < 1:
        raise ValueError(f"{name} is {count}, not positive")
    return count


def _upper_tail(level: float, comparisons: int) -> float:
    if not 0 < level < 1:
        raise ValueError(f"the level is {level}, not within 0..1")
    return 1 - (1 - level) / (2 * _positive(comparisons, "comparisons"))
