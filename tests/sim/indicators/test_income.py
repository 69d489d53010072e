"""Means, quantiles, fifths, percentiles, and totals by group."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.numerics import ascending
from sim.indicators.arrays import group_means, group_totals
from sim.indicators.income import fifths, growth_incidence, mean, median, percentile_means, quantile
from sim.indicators.poverty import PovertyTable

populations = st.lists(st.tuples(st.integers(-500, 5000), st.integers(0, 6)), min_size=1, max_size=30)


def test_mean_and_median_by_hand() -> None:
    assert mean([1.0, 4.0], [3, 1]) == 1.75
    assert median([1.0, 2.0, 3.0, 4.0], np.ones(4)) == 2.5
    assert median([4.0, 1.0], [3, 1]) == 4.0
    assert quantile([1.0, 2.0, 3.0], np.ones(3), 0) == 1.0
    assert quantile([1.0, 2.0, 3.0], np.ones(3), 1) == 3.0
    assert math.isnan(median([], []))
    assert math.isnan(mean([1.0], [0]))
    with pytest.raises(ValueError, match="share"):
        quantile([1.0], [1], 1.5)


@given(populations, st.integers(0, 20))
@settings(max_examples=80)
def test_a_quantile_is_numpys_averaged_inverse(rows: list[tuple[int, int]], step: int) -> None:
    values, persons = np.array(rows, dtype=float).T
    spread = np.repeat(values, persons.astype(int))
    found = quantile(values, persons, step / 20)
    if not spread.size:
        assert math.isnan(found)
        return
    assert found == pytest.approx(np.quantile(spread, step / 20, method="averaged_inverted_cdf"))
    table = PovertyTable(values, persons, 2300, floor_yuan=1).overall()
    assert table["income_median_yuan"] == median(values, persons)
    assert table["income_yuan"] == mean(values, persons)


def test_fifths_of_persons_not_of_households() -> None:
    assert fifths([50.0, 10, 20, 30, 40], np.ones(5)).tolist() == [5, 1, 2, 3, 4]
    # The big household alone is three fifths of the persons: it stands where its middle person stands.
    assert fifths([1.0, 2.0, 3.0], [6, 2, 2]).tolist() == [2, 4, 5]


def test_equal_incomes_fall_into_fifths_by_key() -> None:
    income, persons = np.full(5, 7.0), np.ones(5)
    assert fifths(income, persons).tolist() == [1, 2, 3, 4, 5]
    assert fifths(income, persons, keys=[9, 7, 5, 3, 1]).tolist() == [5, 4, 3, 2, 1]
    assert fifths([], []).size == 0
    assert fifths([1.0, 2.0], [0, 0]).tolist() == [0, 0]
    with pytest.raises(ValueError, match="keys"):
        fifths(income, persons, keys=[1])


@given(populations, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_fifths_follow_the_key_not_the_row(rows: list[tuple[int, int]], chance: Any) -> None:
    income, persons = np.array(rows, dtype=float).T
    keys = np.arange(len(rows)) * 3
    order = list(range(len(rows)))
    chance.shuffle(order)
    assert np.array_equal(fifths(income, persons, keys)[order], fifths(income[order], persons[order], keys[order]))


def test_percentile_means_share_out_who_straddles() -> None:
    assert percentile_means([3.0, 1.0, 2.0, 4.0], np.ones(4), n=2).tolist() == [1.5, 3.5]
    # Three persons in halves: the middle one belongs to both.
    assert percentile_means([0.0, 3.0, 9.0], np.ones(3), n=2) == pytest.approx([1.0, 7.0])
    assert np.isnan(percentile_means([], [], n=3)).all()


@given(populations, st.integers(1, 12))
@settings(max_examples=60)
def test_percentile_means_rise_and_average_to_the_mean(rows: list[tuple[int, int]], n: int) -> None:
    values, persons = np.array(rows, dtype=float).T
    parts = percentile_means(values, persons, n)
    if persons.sum() == 0:
        assert np.isnan(parts).all()
        return
    assert parts.size == n
    assert parts.mean() == pytest.approx(mean(values, persons), abs=1e-8)
    assert (np.diff(parts) >= -1e-8).all()


def test_growth_incidence() -> None:
    before = np.arange(1.0, 101.0)
    assert growth_incidence(before, before * 1.14, np.ones(100)) == pytest.approx(np.full(100, 0.14))
    # Everybody gets 10 yuan: the poorest place grows by 1000%, the richest by 10%; the order of rows is no
    # matter.
    shifted = growth_incidence(before, (before + 10)[::-1], np.ones(100))
    assert shifted[[0, 99]] == pytest.approx([10.0, 0.1])
    assert math.isnan(growth_incidence([0.0, 5.0], [1.0, 5.0], np.ones(2), n=2)[0])


def test_equal_values_are_ordered_by_their_ties() -> None:
    values = np.array([2.0, 1.0, 2.0, 1.0, 2.0, 0.0])
    assert ascending(values, np.array([5, 9, 4, 8, 6, 7])).tolist() == [5, 3, 1, 2, 0, 4]
    assert ascending(values, np.zeros(6)).tolist() == [5, 1, 3, 0, 2, 4]
    assert ascending(np.array([]), np.array([])).size == 0


@pytest.mark.bounds
def test_group_totals_and_means() -> None:
    columns = {"yuan": [100.0, 200.0, 300.0], "flag": [True, False, True]}
    masks = {"all": np.ones(3, bool), "last": np.array([False, False, True]), "none": np.zeros(3, bool)}
    persons = [2.0, 4.0, 4.0]
    assert group_totals(columns, masks)["all"] == {"yuan": 600.0, "flag": 2.0}
    assert group_totals(columns, masks, persons)["last"] == {"yuan": 1200.0, "flag": 4.0}
    means = group_means(columns, masks, persons)
    assert means["all"] == pytest.approx({"yuan": 220.0, "flag": 0.6})
    assert math.isnan(means["none"]["yuan"])
    with pytest.raises(ValueError, match="yuan has 3 rows where 2"):
        group_totals({"flag": [1.0, 2.0], "yuan": [1.0, 2.0, 3.0]}, masks)
    assert group_totals({}, {}) == {}
