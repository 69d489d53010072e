"""What one replicate trial finds: differences in means, ANCOVA and effects on the treated, with clustered errors.

Rows are put in one canonical order first and every sum runs down that order, so the same households in any order give
the same bits. Errors are the sandwich with clusters (CR1: times G/(G-1) x (N-1)/(N-k)), intervals use t with G-1
degrees of freedom; with every row its own cluster that is the usual robust error (HC1).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
DRAWS = 200  # of a bootstrap of clusters
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
        village: Village of each row, where villages are compared.
    """

    y: Floats
    treated: NDArray[np.float64]
    cluster: NDArray[np.int64]
    baseline_y: Floats | None = None
    took_up: NDArray[np.float64] | None = None
    weight: Floats | None = None
    group: NDArray[np.float64] | None = None
    village: NDArray[np.int64] | None = None


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


Statistic = Callable[[Sample], float]


def estimate(sample: Sample, estimator: str = "difference", unit: str = "level") -> Estimate:
    """Estimate the effect of the arm against the other.

    With two groups it is the effect in the first minus the effect in the second; percent and sd then refer to the
    controls of both together.

    Args:
        sample: The rows.
        estimator: "difference" in means; "ancova", with the baseline outcome as covariate (a missing one is replaced
            by the mean and marked); "late", the effect on those who took it up, with the assignment as instrument (and
            the baseline outcome, where there is one, as covariate);
            "control" and "arm", the mean of the controls, or of the arm, itself.
        unit: "percent" of the control mean (as a fraction), "sd" of control; else as measured.

    Raises:
        ValueError: Columns differ in length, or the estimator is unknown or lacks its column.
    """
    s = _canonical(sample)
    control = s.treated == 0
    mean, sd = _moments(s.y[control], _weights(s)[control])
    clusters = _count(s.cluster)
    nothing = Estimate(math.nan, math.nan, math.nan, mean, sd, len(s.y), clusters)
    if estimator in ("control", "arm"):
        s = _rows(s, control if estimator == "control" else ~control)
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
    scale = _scale(s, unit)
    effects = [_compared(s, quantile_of(q), "difference") for q in quantiles]
    return tuple(effect / scale if scale > 0 else math.nan for effect in effects)


def quantile_of(q: float) -> Statistic:
    """The quantile of some rows."""
    return lambda s: _quantile(s.y, _weights(s), q)


def over_villages(what: str) -> Statistic:
    """Of the means of villages: their "spread" (standard deviation), the "least" or the "greatest"."""

    def of(s: Sample) -> float:
        if s.village is None or not len(s.y):
            return math.nan
        weight = _weights(s)
        where = np.unique(s.village, return_inverse=True)[1]
        means = np.bincount(where, weights=weight * s.y) / np.bincount(where, weights=weight)
        if what == "spread":
            return float(means.std(ddof=1)) if len(means) > 1 else math.nan
        return float(means.min() if what == "least" else means.max())

    return of


def of_statistic(sample: Sample, statistic: Statistic, unit: str = "level", which: str = "difference") -> Estimate:
    """What a statistic is in the arm less what it is in the other, or in one of them alone.

    Its standard error is that of a bootstrap of clusters within each arm (of villages, where the sample has them).

    Args:
        sample: The rows.
        statistic: Of some rows.
        unit: As for `estimate`.
        which: "difference", "control" or "arm".
    """
    s = _canonical(sample)
    control = s.treated == 0
    mean, sd = _moments(s.y[control], _weights(s)[control])
    clusters, scale = _count(s.cluster), _scale(s, unit)
    effect = _compared(s, statistic, which)
    if not (scale > 0 and math.isfinite(effect)):
        return Estimate(math.nan, math.nan, math.nan, mean, sd, len(s.y), clusters)
    again = np.random.default_rng(0)
    drawn = np.array([_compared(_drawn_anew(s, again), statistic, which) for _ in range(DRAWS)])
    drawn = drawn[np.isfinite(drawn)]
    se = float(drawn.std(ddof=1)) if len(drawn) > 1 else math.nan
    return Estimate(effect / scale, se / scale, clusters - 1.0, mean, sd, len(s.y), clusters)


def _scale(s: Sample, unit: str) -> float:
    control = s.treated == 0
    mean, sd = _moments(s.y[control], _weights(s)[control])
    return {"percent": mean, "sd": sd}.get(unit, 1.0)


def _compared(s: Sample, statistic: Statistic, which: str) -> float:
    group = np.ones(len(s.y)) if s.group is None else s.group

    def of(g: int) -> float:
        arm, other = (statistic(_rows(s, (group == g) & (s.treated == t))) for t in (1, 0))
        return {"arm": arm, "control": other}.get(which, arm - other)

    return of(1) if s.group is None else of(1) - of(0)


def _drawn_anew(s: Sample, again: np.random.Generator) -> Sample:
    """As many clusters of each arm, drawn with replacement; a village that is drawn twice counts as two."""
    label = s.cluster if s.village is None else s.village
    rows, copies = [], []
    for t in (1, 0):
        mine = np.flatnonzero(s.treated == t)
        sizes = np.unique(label[mine], return_counts=True)[1]
        by_label = np.split(mine[np.argsort(label[mine], kind="stable")], np.cumsum(sizes))
        there = [one for one in by_label if len(one)]
        picked = again.integers(0, len(there), len(there)) if there else ()
        rows += [there[k] for k in picked]
        copies += [np.full(len(there[k]), place) for place, k in enumerate(picked)]
    drawn = _rows(s, np.concatenate(rows))
    return drawn if s.village is None else replace(drawn, village=np.concatenate(copies))


def permuted(sample: Sample, seed: int) -> Sample:
    """The same households with the treatment dealt out anew among clusters: whatever is found then is chance."""
    labels, index = np.unique(sample.cluster, return_inverse=True)
    treated = np.zeros(len(labels))
    np.maximum.at(treated, index, sample.treated)
    return replace(sample, treated=np.random.default_rng(seed).permutation(treated)[index])


def _canonical(s: Sample) -> Sample:
    """Rows with an outcome, in an order that only what is in them decides."""
    n = len(s.y)
    columns = [s.treated, s.cluster, s.baseline_y, s.took_up, s.weight, s.group, s.village]
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
    keys = [there.village, there.group, there.weight, there.took_up, there.baseline_y, there.y, there.treated]
    return _rows(there, np.lexsort([key for key in (*keys, there.cluster) if key is not None]))


def _rows(s: Sample, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Sample:
    def of(column: Floats | None) -> Floats | None:
        return None if column is None else column[rows]

    plain = (s.y[rows], s.treated[rows], s.cluster[rows], of(s.baseline_y), of(s.took_up), of(s.weight), of(s.group))
    return Sample(*plain, village=None if s.village is None else s.village[rows])


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
