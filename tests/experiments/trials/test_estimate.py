"""The estimators against answers worked by hand, and what a trial's statistics must do whatever the data."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from experiments.trials.estimate import (
    Estimate,
    Sample,
    estimate,
    of_statistic,
    over_villages,
    permuted,
    quantile_effects,
    quantile_of,
)

# Four clusters of two: means 5 and 7 among the treated, 1 and 3 among the controls.
BY_HAND = Sample(
    y=np.array([4.0, 6.0, 6.0, 8.0, 0.0, 2.0, 2.0, 4.0]),
    treated=np.array([1.0, 1, 1, 1, 0, 0, 0, 0]),
    cluster=np.array([10, 10, 11, 11, 12, 12, 13, 13]),
    took_up=np.array([1.0, 1, 1, 0, 0, 0, 0, 0]),
)


def simulated(seed: int, effect: float = 0.0, clusters: int = 20, size: int = 15) -> Sample:
    """Households in villages: village luck, a lasting household part, noise; half of the villages treated."""
    luck = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), size)
    treated = luck.permutation(np.arange(clusters) % 2)[cluster].astype(float)
    lasting = luck.normal(0, 1, clusters)[cluster] + luck.normal(0, 2, clusters * size)
    before = 10 + lasting + luck.normal(0, 1, clusters * size)
    before[luck.random(clusters * size) < 0.1] = np.nan
    village = luck.normal(0, 1, clusters)[cluster]
    took_up = treated * (luck.random(clusters * size) < 0.5)
    y = 10 + lasting + village + luck.normal(0, 1, clusters * size) + effect * took_up
    y[luck.random(clusters * size) < 0.1] = np.nan
    return Sample(y, treated, cluster, before, took_up)


def test_a_difference_in_means_worked_by_hand() -> None:
    found = estimate(BY_HAND)
    # Scores of the clusters -2, 2, -2, 2 over four rows an arm: 8/16 + 8/16, times 4/3 (G/(G-1)) and 7/6.
    assert found.effect == pytest.approx(4.0)
    assert found.se == pytest.approx(math.sqrt(4 / 3 * 7 / 6))
    assert (found.dof, found.n, found.clusters, found.control_mean) == (3, 8, 4, 2.0)
    assert found.control_sd == pytest.approx(math.sqrt(8 / 3))
    assert found.interval()[1] == pytest.approx(4 + 3.182446 * math.sqrt(14 / 9), rel=1e-6)
    assert found.covers(0.1) and not found.covers(-0.1)


def test_units_of_control() -> None:
    assert estimate(BY_HAND, unit="percent").effect == pytest.approx(2.0)
    assert estimate(BY_HAND, unit="sd").effect == pytest.approx(4 / math.sqrt(8 / 3))
    assert estimate(BY_HAND, unit="sd").se == pytest.approx(estimate(BY_HAND).se / math.sqrt(8 / 3))
    assert estimate(BY_HAND, unit="yuan") == estimate(BY_HAND, unit="level")
    nobody_earns = replace(BY_HAND, y=BY_HAND.y * BY_HAND.treated)
    assert math.isnan(estimate(nobody_earns, unit="percent").effect)


def test_the_mean_of_either_arm_and_statistics_over_villages_by_hand() -> None:
    assert estimate(BY_HAND, "arm").effect == pytest.approx(6.0)
    assert estimate(BY_HAND, "control").effect == pytest.approx(2.0)
    villages = replace(BY_HAND, village=BY_HAND.cluster, y=np.array([4.0, 6, 8, 10, 0, 2, 2, 4]))  # means 5 9, 1 3
    for what, arm, control in (("least", 5.0, 1.0), ("greatest", 9.0, 3.0), ("spread", 4 / 2**0.5, 2 / 2**0.5)):
        found = of_statistic(villages, over_villages(what))
        assert found.effect == pytest.approx(arm - control) and found.control_mean == 2.0
        assert of_statistic(villages, over_villages(what), which="arm").effect == pytest.approx(arm)
        assert of_statistic(villages, over_villages(what), which="control").effect == pytest.approx(control)
    assert math.isnan(of_statistic(BY_HAND, over_villages("least")).effect)


def test_a_quantile_has_the_error_of_its_clusters() -> None:
    effects, errors = [], []
    for seed in range(40):
        found = of_statistic(simulated(seed, effect=1.0), quantile_of(0.75), "sd")
        (plain,) = quantile_effects(simulated(seed, effect=1.0), [0.75], "sd")
        assert found.effect == plain
        effects.append(found.effect)
        errors.append(found.se)
    assert 0.6 < np.mean(errors) / np.std(effects, ddof=1) < 1.7


def test_the_effect_on_those_who_took_it_up_worked_by_hand() -> None:
    found = estimate(BY_HAND, "late")
    assert found.effect == pytest.approx(4.0 / 0.75)
    # Residuals y - 2 - (16/3) d sum to -14/3, 14/3, -2, 2 by cluster; over 4 rows an arm and the first stage 0.75.
    rest = BY_HAND.y - 2 - 16 / 3 * BY_HAND.took_up  # type: ignore[operator]
    scores = [rest[:2].sum(), rest[2:4].sum(), rest[4:6].sum(), rest[6:].sum()]
    assert scores == pytest.approx([-14 / 3, 14 / 3, -2, 2])
    variance = sum(score * score for score in scores) / 16 / 0.75**2
    assert found.se == pytest.approx(math.sqrt(variance * 4 / 3 * 7 / 6))
    nobody = replace(BY_HAND, took_up=np.zeros(8))
    assert math.isnan(estimate(nobody, "late").effect) and not estimate(nobody, "late").covers(0)


def test_households_of_their_own_give_the_usual_robust_error() -> None:
    found = estimate(replace(BY_HAND, cluster=np.arange(8)))
    assert found.se == pytest.approx(math.sqrt(8 / 6 * (8 / 16 + 8 / 16)))  # HC1: N/(N-2)
    assert found.dof == 7


def test_the_level_of_the_controls_is_an_estimate_too() -> None:
    found = estimate(BY_HAND, "control")
    assert found.effect == 2.0 and found.clusters == 2 and found.dof == 1
    assert found.se == pytest.approx(math.sqrt(2 * 8 / 16))


def test_ancova_agrees_with_the_textbook_matrices() -> None:
    sample = simulated(1, effect=1.0)
    there = np.isfinite(sample.y)
    y, t, c = sample.y[there], sample.treated[there], sample.cluster[there]
    before = sample.baseline_y[there]  # type: ignore[index]
    missing = np.isnan(before)
    x = np.column_stack([np.ones(len(y)), np.where(missing, np.nanmean(before), before), missing, t])
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    inverse = np.linalg.inv(x.T @ x)
    rest = y - x @ beta
    scores = [x[c == g].T @ rest[c == g] for g in range(20)]
    cr1 = 20 / 19 * (len(y) - 1) / (len(y) - 4)
    variance = cr1 * inverse @ sum(np.outer(s, s) for s in scores) @ inverse
    found = estimate(sample, "ancova")
    assert found.effect == pytest.approx(beta[3])
    assert found.se == pytest.approx(math.sqrt(variance[3, 3]))
    assert found.se < estimate(sample).se


def test_weights_count_as_so_many_rows() -> None:
    weighted = estimate(replace(BY_HAND, weight=np.array([1.0, 3, 1, 1, 1, 1, 1, 1])))
    assert weighted.effect == pytest.approx(36 / 6 - 2)
    assert estimate(replace(BY_HAND, weight=np.full(8, 7.0))).se == pytest.approx(estimate(BY_HAND).se)


def test_one_group_minus_the_other() -> None:
    one, two = simulated(1, effect=3.0), simulated(2)
    parts = {
        name: np.concatenate([vars(one)[name], vars(two)[name]])
        for name in ("y", "treated", "cluster", "baseline_y", "took_up")
    }
    joined = replace(Sample(**parts), group=np.repeat([1.0, 0.0], len(one.y)))
    for estimator in ("difference", "ancova", "late"):
        both = [estimate(sample, estimator).effect for sample in (one, two)]
        assert estimate(joined, estimator).effect == pytest.approx(both[0] - both[1], rel=1e-6)
    effects = [quantile_effects(sample, [0.5])[0] for sample in (one, two)]
    assert quantile_effects(joined, [0.5])[0] == pytest.approx(effects[0] - effects[1])


@pytest.mark.parametrize("estimator", ["difference", "ancova", "late", "control", "arm"])
def test_the_order_of_rows_changes_not_one_bit(estimator: str) -> None:
    sample = simulated(3, effect=1.0)
    weight = np.random.default_rng(0).uniform(0.5, 2, len(sample.y))
    group = (np.arange(len(sample.y)) % 3 == 0).astype(float)
    sample = replace(sample, weight=weight, group=group)
    sample = replace(sample, village=sample.cluster // 2)

    def everything(sample: Sample) -> tuple[object, ...]:
        plain = estimate(sample, estimator, "sd"), quantile_effects(sample, [0.1, 0.5])
        return *plain, of_statistic(sample, over_villages("spread")), of_statistic(sample, quantile_of(0.9), "sd")

    first = everything(sample)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(sample.y))
        rows = {name: column[order] for name, column in vars(sample).items() if column is not None}
        assert everything(Sample(**rows)) == first


@pytest.mark.parametrize("estimator", ["difference", "ancova", "late"])
def test_with_no_effect_95_in_100_intervals_cover_zero(estimator: str) -> None:
    covered = sum(estimate(simulated(seed), estimator).covers(0.0) for seed in range(100, 200))
    assert 90 <= covered <= 99
    # The check has teeth: as if households were their own clusters, far fewer do.
    alone = (replace(s, cluster=np.arange(len(s.y))) for s in map(simulated, range(100, 200)))
    assert sum(estimate(sample, estimator).covers(0.0) for sample in alone) < 85


@pytest.mark.parametrize(("estimator", "truth"), [("difference", 1.0), ("ancova", 1.0), ("late", 2.0)])
def test_an_injected_effect_is_found(estimator: str, truth: float) -> None:
    found = [estimate(simulated(seed, effect=2.0), estimator) for seed in range(150)]
    effects = np.array([one.effect for one in found])
    assert abs(effects.mean() - truth) < 3 * effects.std(ddof=1) / math.sqrt(len(effects))
    assert sum(one.covers(truth) for one in found) >= 0.9 * len(found)
    assert np.mean([one.se for one in found]) == pytest.approx(effects.std(ddof=1), rel=0.2)


def test_treatment_dealt_out_anew_finds_nothing() -> None:
    sample = simulated(5, effect=20.0)
    assert estimate(sample).effect > 5
    effects = np.array([estimate(permuted(sample, seed)).effect for seed in range(200)])
    assert abs(effects.mean()) < 3 * effects.std(ddof=1) / math.sqrt(200)
    again = permuted(sample, 1)
    assert again.treated.sum() == sample.treated.sum()  # equally large clusters
    assert all(len(set(again.treated[again.cluster == g])) == 1 for g in range(20))


def test_quantile_effects_worked_by_hand() -> None:
    spread = Sample(
        y=np.array([0.0, 10, 20, 30, 0, 1, 2, 3]), treated=np.repeat([1.0, 0.0], 4), cluster=np.repeat([0, 1, 2, 3], 2)
    )
    assert quantile_effects(spread, [0.125, 0.5, 0.875]) == pytest.approx((0.0, 13.5, 27.0))
    assert quantile_effects(spread, [0.5], "percent") == pytest.approx((13.5 / 1.5,))


def test_too_little_to_go_by_is_no_estimate() -> None:
    nothing = Sample(np.array([]), np.array([]), np.array([], dtype=np.int64))
    for sample in (nothing, replace(BY_HAND, y=np.full(8, np.nan)), replace(BY_HAND, treated=np.ones(8))):
        found = estimate(sample)
        assert isinstance(found, Estimate) and math.isnan(found.effect) and math.isnan(found.interval()[0])
    assert math.isnan(quantile_effects(nothing, [0.5])[0])
    with pytest.raises(ValueError, match="differ in length"):
        estimate(replace(BY_HAND, cluster=np.arange(3)))
    with pytest.raises(ValueError, match="unknown estimator"):
        estimate(BY_HAND, "magic")
    with pytest.raises(ValueError, match="month 0"):
        estimate(BY_HAND, "ancova")


def test_an_effect_that_is_rounding_is_nought() -> None:
    rng = np.random.default_rng(5)
    before = rng.lognormal(7.0, 1.0, 400)
    sample = Sample(before * 1.1, np.repeat([0.0, 1.0], 200), np.arange(400) // 10, before)
    found = estimate(sample, "ancova")
    assert found.effect == 0.0 and found.covers(0.0)
