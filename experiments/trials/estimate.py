"""What one replicate trial finds: differences in means, ANCOVA and effects on the treated, with clustered errors.

Rows are put in one canonical order first and every sum runs down that order, so the same households in any order give
the same bits. Errors are the sandwich with clusters (CR1: times G/(G-1) x (N-1)/(N-k)), intervals use t with G-1
degrees of freedom; with every row its own cluster that is the usual robust error (HC1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
ROUNDING = 1e-11  # of an outcome's size: an effect below it is rounding, and has no sign


@dataclass(frozen=True)
class Sample:
    """One arm beside another, a row for each surveyed household.

    Attributes:
        y: The outcome; not-a-number where the household was lost.
        treated: 1 in the arm, 0 in the arm it is compared with, by assignment.
        cluster: Village, branch or household, by what was randomised.
        baseline_y: The outcome at month 0; not-a-number where it is missing.
        took_up: 1 where the household took up what was offered.
        weight: Weight of each row; 1 by default.
        group: 1 for the subgroup meant, 0 for the one whose effect is subtracted; None if there is only one.
    """

    y: Floats
    treated: NDArray[np.float64]
    cluster: NDArray[np.int64]
    baseline_y: Floats | None = None
    took_up: NDArray[np.float64] | None = None
    weight: Floats | None = None
    group: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Estimate:
    """An estimated effect in its unit; everything not-a-number where it is not defined.

    Attributes:
        effect: The effect (percent: 0.21 is 21%).
        se: Its standard error, clustered.
        dof: Degrees of freedom of its t interval.
        control_mean: Mean of the outcome among controls, in the outcome's own unit.
        control_sd: Standard deviation among controls, in the outcome's own unit.
        n: Rows.
        clusters: Clusters.
    """

    effect: float
    se: float
    dof: float
    control_mean: float
    control_sd: float
    n: int
    clusters: int

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """The t interval."""
        if not (self.dof > 0 and self.se >= 0):
            return math.nan, math.nan
        half = float(stdtrit(self.dof, (1 + level) / 2)) * self.se
        return self.effect - half, self.effect + half

    def covers(self, value: float) -> bool:
        """Whether the 95% interval holds a value."""
        low, high = self.interval()
        return low <= value <= high


def estimate(sample: Sample, estimator: str = "difference", unit: str = "level") -> Estimate:
    """Estimate the effect of the arm against the other.

    With two groups it is the effect in the first minus the effect in the second; percent and sd then refer to the
    controls of both together.

    Args:
        sample: The rows.
        estimator: "difference" in means; "ancova", with the baseline outcome as covariate (a missing one is replaced
            by the mean and marked); "late", the effect on those who took it up, with the assignment as instrument (and
            the baseline outcome, where there is one, as covariate);
            "control", the mean of the controls itself.
        unit: "percent" of the control mean (as a fraction), "sd" of control; else as measured.

    Raises:
        ValueError: Columns differ in length, or the estimator is unknown or lacks its column.
    """
    s = _canonical(sample)
    control = s.treated == 0
    mean, sd = _moments(s.y[control], _weights(s)[control])
    clusters = _count(s.cluster)
    nothing = Estimate(math.nan, math.nan, math.nan, mean, sd, len(s.y), clusters)
    if estimator == "control":
        s = _rows(s, control)
        columns = instruments = [np.ones(len(s.y))]
        wanted, clusters = 0, _count(s.cluster)
    else:
        columns, instruments, wanted = _design(s, estimator)
    found = _fit(s.y, columns, instruments, wanted, _weights(s), s.cluster)
    scale = {"percent": mean, "sd": sd}.get(unit, 1.0)
    if found is None or not scale > 0:
        return nothing
    effect, se = found
    return Estimate(effect / scale, se / scale, clusters - 1.0, mean, sd, len(s.y), clusters)


def quantile_effects(sample: Sample, quantiles: Sequence[float], unit: str = "level") -> tuple[float, ...]:
    """Differences between the arms' quantiles, in the unit of `estimate`; their error comes from replicates.

    With two groups each is the difference in the first minus the difference in the second.
    """
    s = _canonical(sample)
    weight = _weights(s)
    mean, sd = _moments(s.y[s.treated == 0], weight[s.treated == 0])
    scale = {"percent": mean, "sd": sd}.get(unit, 1.0)
    group = np.ones(len(s.y)) if s.group is None else s.group
    found = []
    for q in quantiles:
        cells = {
            (g, t): _quantile(s.y[inside], weight[inside], q)
            for g in (1, 0)
            for t in (1, 0)
            if (inside := (group == g) & (s.treated == t)).any() or g == 1
        }
        effect = cells[1, 1] - cells[1, 0]
        if s.group is not None:
            effect -= cells.get((0, 1), math.nan) - cells.get((0, 0), math.nan)
        found.append(effect / scale if scale > 0 else math.nan)
    return tuple(found)


def permuted(sample: Sample, seed: int) -> Sample:
    """The same households with the treatment dealt out anew among clusters: whatever is found then is chance."""
    labels, index = np.unique(sample.cluster, return_inverse=True)
    treated = np.zeros(len(labels))
    np.maximum.at(treated, index, sample.treated)
    return replace(sample, treated=np.random.default_rng(seed).permutation(treated)[index])


def _canonical(s: Sample) -> Sample:
    """Rows with an outcome, in an order that only what is in them decides."""
    n = len(s.y)
    columns = [s.treated, s.cluster, s.baseline_y, s.took_up, s.weight, s.group]
    if any(column is not None and len(column) != n for column in columns):
        raise ValueError("the columns of a sample differ in length")
    whole = replace(
        s,
        y=np.asarray(s.y, dtype=np.float64),
        treated=np.asarray(s.treated, dtype=np.float64),
        cluster=np.asarray(s.cluster),
        baseline_y=None if s.baseline_y is None else np.asarray(s.baseline_y, dtype=np.float64),
        took_up=None if s.took_up is None else np.asarray(s.took_up, dtype=np.float64),
        weight=None if s.weight is None else np.asarray(s.weight, dtype=np.float64),
        group=None if s.group is None else np.asarray(s.group, dtype=np.float64),
    )
    there = _rows(whole, np.flatnonzero(np.isfinite(whole.y)))
    keys = [there.group, there.weight, there.took_up, there.baseline_y, there.y, there.treated, there.cluster]
    return _rows(there, np.lexsort([key for key in keys if key is not None]))


def _rows(s: Sample, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Sample:
    def of(column: Floats | None) -> Floats | None:
        return None if column is None else column[rows]

    return Sample(
        s.y[rows], s.treated[rows], s.cluster[rows], of(s.baseline_y), of(s.took_up), of(s.weight), of(s.group)
    )


def _weights(s: Sample) -> Floats:
    return np.ones(len(s.y)) if s.weight is None else s.weight


def _design(s: Sample, estimator: str) -> tuple[list[Floats], list[Floats], int]:
    """Regressors, instruments and which coefficient is the effect."""
    one = np.ones(len(s.y))
    covariates: list[Floats] = []
    regressor = s.treated
    if estimator == "ancova":
        if s.baseline_y is None:
            raise ValueError("ancova needs the outcome at month 0")
        covariates = _baseline(s.baseline_y)
    elif estimator == "late":
        if s.took_up is None:
            raise ValueError("late needs to know who took it up")
        regressor = s.took_up
        covariates = [] if s.baseline_y is None else _baseline(s.baseline_y)
    elif estimator != "difference":
        raise ValueError(f"unknown estimator {estimator!r}")
    ones = [one]
    if s.group is not None:  # each group its own regression: what the first adds to the second
        ones.append(s.group)
        covariates += [column * s.group for column in covariates]
    kept = _independent(ones, covariates)
    offers = [regressor], [s.treated]
    columns, instruments = ([*kept, *offer, *(() if s.group is None else [offer[0] * s.group])] for offer in offers)
    return columns, instruments, len(columns) - 1


def _independent(columns: Sequence[Floats], more: Sequence[Floats]) -> list[Floats]:
    """The columns, and those of `more` that say anything new: a covariate may not vary at all within a group."""
    kept = list(columns)
    for column in more:
        basis = np.stack(kept, axis=1)
        rest = column - basis @ np.linalg.lstsq(basis, column, rcond=None)[0]
        if _sum(rest**2) > 1e-12 * _sum(column**2):
            kept.append(column)
    return kept


def _baseline(values: Floats) -> list[Floats]:
    """The baseline outcome about its mean, and a mark for those who lack it (columns that never vary are left out)."""
    missing = ~np.isfinite(values)
    if missing.all():
        return []
    kept = values[~missing]
    centred = np.where(missing, 0.0, values - _sum(kept) / len(kept))
    columns = [centred, missing.astype(np.float64)]
    return [column for column in columns if len(column) and column.min() < column.max()]


def _fit(
    y: Floats,
    columns: Sequence[Floats],
    instruments: Sequence[Floats],
    wanted: int,
    weight: Floats,
    cluster: NDArray[np.int64],
) -> tuple[float, float] | None:
    """Weighted least squares or (instruments differ) two-stage least squares; the coefficient and its error."""
    n, k, groups = len(y), len(columns), _count(cluster)
    if groups < 2 or n <= k:
        return None
    x, z = np.stack(columns, axis=1), np.stack(instruments, axis=1)
    cross = np.array([[_sum(weight * z[:, i] * x[:, j]) for j in range(k)] for i in range(k)])
    # Each column's own length, so that units play no part in whether the columns can be told apart.
    size = np.sqrt([_sum(weight * z[:, i] ** 2) * _sum(weight * x[:, i] ** 2) for i in range(k)])
    if not (size > 0).all() or np.linalg.matrix_rank(cross / np.sqrt(np.outer(size, size))) < k:
        return None
    bread = np.linalg.inv(cross)
    beta = bread @ np.array([_sum(weight * z[:, i] * y) for i in range(k)])
    rest = y - x @ beta
    number = np.unique(cluster, return_inverse=True)[1]
    scores = np.stack([np.bincount(number, weights=weight * rest * z[:, i], minlength=groups) for i in range(k)])
    meat = np.array([[_sum(scores[i] * scores[j]) for j in range(k)] for i in range(k)])
    correction = groups / (groups - 1) * (n - 1) / (n - k)
    variance = correction * (bread @ meat @ bread.T)[wanted, wanted]
    effect, rounding = float(beta[wanted]), ROUNDING * math.sqrt(_sum(y**2) / n)
    return (effect if abs(effect) > rounding else 0.0), math.sqrt(max(0.0, float(variance)))


def _sum(values: Floats) -> float:
    """A sum from the first to the last, one after the other."""
    return float(np.cumsum(values)[-1]) if len(values) else 0.0


def _count(cluster: NDArray[np.int64]) -> int:
    return len(np.unique(cluster))


def _moments(values: Floats, weight: Floats) -> tuple[float, float]:
    """Weighted mean and standard deviation (n - 1)."""
    n, total = len(values), _sum(weight)
    if n < 2 or not total > 0:
        return (float(values[0]) if n else math.nan), math.nan
    mean = _sum(weight * values) / total
    variance = _sum(weight * (values - mean) ** 2) / total * n / (n - 1)
    return mean, math.sqrt(variance)


def _quantile(values: Floats, weight: Floats, q: float) -> float:
    """Weighted quantile: linear between the middles of the steps of the distribution (Hazen's rule)."""
    if not len(values):
        return math.nan
    order = np.argsort(values, kind="stable")
    steps = np.cumsum(weight[order])
    return float(np.interp(q * steps[-1], steps - weight[order] / 2, values[order]))
