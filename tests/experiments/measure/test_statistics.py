"""Intervals, verdicts, chances and rounding against published answers and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.measure.statistics import (
    COVERS_AFTER_LOOKS,
    LEAST,
    Interval,
    mean_interval,
    met,
    needed_replicates,
    paired_difference,
    share_at_most,
    share_positive,
    t_critical,
    t_limits,
    variance_ratio,
    verdict,
    wilson,
)
from experiments.pages.numbers import decimals

# Student's sleep data (1908), as printed by R's t.test(..., paired = TRUE).
DRUG_1 = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
DRUG_2 = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


@pytest.mark.parametrize(("degrees", "printed"), [(1, 12.706), (4, 2.776), (9, 2.262), (29, 2.045), (120, 1.980)])
def test_t_quantiles_of_the_printed_tables(degrees: int, printed: float) -> None:
    assert t_critical(degrees) == pytest.approx(printed, abs=5e-4)


def test_paired_difference_of_students_sleep_data() -> None:
    found = paired_difference(DRUG_2, DRUG_1)
    assert found.value == pytest.approx(1.58)
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)
    assert found.replicates == 10
    assert found.excludes_zero


def test_mean_interval_of_a_published_exercise() -> None:
    # Eight score differences of an introductory course (UMSL Math 1320, exercise 10.5.161).
    found = mean_interval([-30, 30, -40, -40, 80, 60, -50, -20])
    assert (found.value, found.low, found.high) == pytest.approx((-1.25, -43.51131, 41.01131), abs=5e-6)
    assert not found.excludes_zero


def test_one_replicate_has_no_interval() -> None:
    found = paired_difference([5.0], [3.0])
    assert found.value == 2.0
    assert not found.defined
    assert not found.excludes_zero
    assert math.isnan(found.halfwidth)
    assert verdict([3.0], 1.0).enough is False
    assert verdict([3.0], 1.0).needed is None
    assert math.isnan(mean_interval([]).value)


def test_an_undefined_indicator_makes_its_interval_undefined() -> None:
    assert not mean_interval([1.0, math.nan, 2.0]).defined


def test_a_constant_has_no_spread() -> None:
    found = mean_interval(np.full(7, 0.1))
    assert (found.value, found.low, found.high) == (0.1, 0.1, 0.1)


def test_tables_are_done_at_once() -> None:
    mean, low, high = t_limits(np.stack([DRUG_2 - DRUG_1, np.full(10, 4.0)]))
    one = paired_difference(DRUG_2, DRUG_1)
    assert (mean[0], low[0], high[0]) == (one.value, one.low, one.high)
    assert (mean[1], low[1], high[1]) == (4.0, 4.0, 4.0)
    assert t_limits(np.empty((3, 0)))[0].shape == (3,)


def test_wrong_samples_and_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes"):
        paired_difference([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="level"):
        mean_interval([1.0, 2.0], level=1.0)
    with pytest.raises(ValueError, match="comparisons"):
        mean_interval([1.0, 2.0], comparisons=0)
    with pytest.raises(ValueError, match="precision"):
        needed_replicates(1.0, 5, 0.0)
    with pytest.raises(ValueError, match="successes"):
        wilson(3, 2)


def test_intervals_cover_as_often_as_they_say() -> None:
    """1,000 samples of 6: the truth is inside in 95 of 100; of four at once all hold in 95 of 100."""
    chance = np.random.default_rng(7)
    _, low, high = t_limits(chance.normal(3.0, 2.0, (1000, 6)))
    assert np.mean((low <= 3) & (high >= 3)) == pytest.approx(0.95, abs=0.021)
    _, low, high = t_limits(chance.normal(3.0, 2.0, (1000, 4, 6)), comparisons=4)
    assert np.mean(((low <= 3) & (high >= 3)).all(axis=1)) == pytest.approx(0.95, abs=0.021)


@given(st.floats(0.01, 100), st.integers(2, 60), st.floats(0.05, 50))
@settings(max_examples=80)
def test_needed_replicates_is_the_least_that_is_enough(halfwidth: float, n: int, asked: float) -> None:
    needed = needed_replicates(halfwidth, n, asked)
    assert needed is not None
    spread = halfwidth * math.sqrt(n) / t_critical(n - 1)
    assert t_critical(needed - 1) * spread / math.sqrt(needed) <= asked * (1 + 1e-12)
    assert needed == 2 or t_critical(needed - 2) * spread / math.sqrt(needed - 1) > asked * (1 - 1e-12)
    assert (needed <= n) == (halfwidth <= asked)


def test_verdict() -> None:
    judged = verdict([1.0, 2.0, 3.0, 4.0], 1.0)
    assert (judged.enough, judged.replicates) == (False, 4)
    assert judged.needed == 9  # s = 1.291: t(7) s / sqrt(8) = 1.079, t(8) s / sqrt(9) = 0.992
    assert verdict([1.0, 2.0, 3.0, 4.0] * 2, 3.0).enough
    assert (judged.same, judged.may_differ) == (0, 0.0)
    assert verdict([math.nan] * 9, 1.0).same == 0  # an outcome that is not defined is no constant


@pytest.mark.parametrize(("same", "others", "enough"), [(4, 0, False), (64, 0, False), (20, 4, False), (20, 5, True)])
def test_what_hardly_varies_is_never_known_well_enough(same: int, others: int, enough: bool) -> None:
    for sequential in (False, True):
        judged = verdict([0.0] * same + [0.1 * (k + 1) for k in range(others)], 1.0, sequential)
        assert judged.enough is enough and judged.halfwidth < 1.0
        assert judged.same == (0 if enough else same)


def test_the_share_that_may_differ_is_exact() -> None:
    assert share_at_most(0, 4) == pytest.approx(1 - 0.05**0.25)
    assert share_at_most(0, 300) == pytest.approx(3 / 300, rel=0.01)  # the rule of three
    share = share_at_most(2, 24)
    assert sum(math.comb(24, k) * share**k * (1 - share) ** (24 - k) for k in range(3)) == pytest.approx(0.05)
    assert share_at_most(3, 3) == 1.0


def test_what_is_enough_after_many_looks_is_known_as_well_as_it_says() -> None:
    """Normal differences with a spread of 1, a look after every replicate: how often the truth is within 0.55."""
    asked = 0.55
    draws = np.random.default_rng(11).normal(size=(700, 64))
    judges = {
        "as judged": lambda seen: verdict(seen, asked, sequential=True).enough,
        "by its 95% interval": lambda seen: mean_interval(seen).halfwidth <= asked,
    }
    held: dict[str, list[bool]] = {name: [] for name in judges}
    for sample in draws:
        for name, enough in judges.items():
            n = next((n for n in range(2, 65) if enough(sample[:n])), None)
            if n is not None:
                held[name].append(abs(sample[:n].mean()) <= asked)
    assert np.mean(held["as judged"]) > 0.945 > 0.94 > np.mean(held["by its 95% interval"])


def test_a_few_runs_that_nearly_agree_are_not_enough() -> None:
    for n in (2, 3, 7):
        judged = verdict([1.0 + 0.001 * k for k in range(n)], 1.0)
        assert judged.halfwidth < 1.0 and not judged.enough
        assert judged.needed == LEAST
    assert verdict([1.0 + 0.001 * k for k in range(LEAST)], 1.0).enough


def test_an_interval_printed_after_many_looks_holds_as_often_as_is_said() -> None:
    held = []
    for sample in np.random.default_rng(7).normal(size=(2500, 64)):
        n = next((n for n in range(8, 64, 4) if verdict(sample[:n], 0.55, sequential=True).enough), 64)
        found = mean_interval(sample[:n])
        held.append(found.low <= 0 <= found.high)
    assert np.mean(held) == pytest.approx(COVERS_AFTER_LOOKS, abs=0.012)


def test_share_positive() -> None:
    assert share_positive([1.0, -1.0, 0.0, 2.0]) == 0.5
    assert math.isnan(share_positive([]))


def test_shared_chance_events_save_replicates() -> None:
    """With shared variance s² and own variance e² a scenario the ratio is (s² + e²) / e²."""
    chance = np.random.default_rng(3)
    shared, own, other = chance.normal(size=(3, 4000))
    assert variance_ratio(3 * shared + own, 3 * shared + other) == pytest.approx(10, rel=0.08)
    assert variance_ratio(own, other) == pytest.approx(1, rel=0.08)
    assert variance_ratio([6.0, 8.0], [1.0, 3.0]) == math.inf
    assert math.isnan(variance_ratio([1.0, 1.0], [2.0, 2.0]))
    assert math.isnan(variance_ratio([1.0], [2.0]))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_of_newcombe(successes: int, n: int, low: float, high: float) -> None:
    found = wilson(successes, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_an_interval_knows_its_sign() -> None:
    assert Interval(-2, -3, -1, 5).excludes_zero
    assert not Interval(0, -1, 1, 5).excludes_zero


def test_the_share_of_replicates_that_meet_a_target() -> None:
    found = met([90.0, 100.0, 110.0, 120.0, 80.0, 100.0, 130.0, 105.0, 70.0, 101.0], 100)
    share = wilson(int(found.sum()), len(found))
    assert share.value == 0.7
    assert (share.low, share.high) == pytest.approx((0.3968, 0.8922), abs=5e-5)  # vassarstats.net, 7 of 10
    assert met([99.5, 99.4, 100.0, 0.0], 100).tolist() == [True, False, True, False]  # loans cannot be divided
    assert wilson(20, 20).high == 1.0 and not wilson(0, 0).defined


@pytest.mark.parametrize(
    ("half", "places"),
    [
        (11.8, 0), (0.119, 2), (0.367, 1),  # Review of Particle Physics, introduction, section 5.3
        (0.06515, 2),  # README of the pdground package
        (96.2, -1), (9.99, 0), (23456, -3), (4.0, 0),
    ],
)  # fmt: skip
def test_decimals_follow_the_half_width(half: float, places: int) -> None:
    assert decimals(half) == places


def test_without_a_half_width_there_are_no_decimals() -> None:
    for half in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="half-width"):
            decimals(half)
