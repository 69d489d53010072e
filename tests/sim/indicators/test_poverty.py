"""Poverty and inequality measures against published examples and the axioms they are known for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.indicators.inequality import gini
from sim.indicators.poverty import PovertyTable, fgt, headcount, sen, watts

# Haughton and Khandker (2009), Handbook on Poverty and Inequality, World Bank, chapter 4: country C, line
# 125.
COUNTRY_C = np.array([100.0, 110.0, 150.0, 160.0])
LINE_C = 125.0
# The example vector of the R package ineq (Zeileis), with its printed results.
INEQ = np.array([541.0, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261])

incomes = st.lists(st.integers(1, 5000), min_size=1, max_size=25)
populations = st.lists(st.tuples(st.integers(-500, 5000), st.integers(0, 7)), min_size=1, max_size=25)


def one(values: Any) -> np.ndarray[Any, Any]:
    """A person a row."""
    return np.ones(len(values))


def close(left: float, right: float) -> bool:
    return (math.isnan(left) and math.isnan(right)) or math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)


def test_fgt_of_the_world_bank_handbook() -> None:
    assert headcount(COUNTRY_C, one(COUNTRY_C), LINE_C) == 0.5
    assert fgt(COUNTRY_C, one(COUNTRY_C), LINE_C, 1) == pytest.approx(0.08, abs=1e-15)
    assert fgt(COUNTRY_C, one(COUNTRY_C), LINE_C, 2) == pytest.approx(0.0136, abs=1e-15)


def test_watts_of_the_r_package_ineq() -> None:
    # ineq::pov(x, 2000) prints 0.162014123921756.
    assert watts(INEQ, one(INEQ), 2000, floor_yuan=1) == pytest.approx(0.162014123921756, abs=1e-14)


def test_headcount_of_the_r_package_ineq() -> None:
    # pov(y, 2000, parameter = 1, type = "Foster") is 0.1 in its documentation.
    other = np.array([841.0, 2063, 2445, 3438, 4437, 5401, 6392, 8304, 11304, 21961])
    assert headcount(other, one(other), 2000) == pytest.approx(0.1)


def test_gini_of_published_examples() -> None:
    # Gini(x) of DescTools and ineq.
    assert gini(INEQ, one(INEQ)) == pytest.approx(0.4620911, abs=5e-8)
    # Gini(y, corr = TRUE) of ineq is 4/9; without the correction by n/(n-1) that is 0.4.
    halves = np.repeat([2.0, 18.0], 5)
    assert gini(halves, one(halves)) * 10 / 9 == pytest.approx(4 / 9, abs=1e-15)
    # A teaching sheet of twenty incomes (in thousands) that prints 0.38625.
    sheet = np.array([1.0, 3, 4, 5, 6, 8, 8, 9, 11, 12, 14, 17, 19, 21, 23, 27, 29, 32, 33, 38])
    assert gini(sheet, one(sheet)) == pytest.approx(0.38625, abs=1e-15)


def test_sen_by_its_three_published_forms() -> None:
    """Sen (1976): sum of ranks; H [1 - (1 - I)(1 - G q/(q+1))]; and, for many persons, H [I + (1 - I) G]."""
    # Handbook chapter 4: P_S = P0 G + P1 (1 - G), with G = 10/420 among the two poor of country C.
    among_poor = gini(COUNTRY_C[:2], one(COUNTRY_C[:2]))
    assert among_poor == pytest.approx(10 / 420)
    assert sen(COUNTRY_C, one(COUNTRY_C), LINE_C) == pytest.approx(0.5 * among_poor + 0.08 * (1 - among_poor))
    assert sen(COUNTRY_C, one(COUNTRY_C), LINE_C) == pytest.approx(0.09, abs=1e-15)

    def ranks(income: Any, line: float) -> float:
        poor = np.sort(income[income < line])
        q = poor.size
        return float(2 / ((q + 1) * income.size * line) * np.sum((line - poor) * np.arange(q, 0, -1)))

    q, h, i = 2, 0.5, 0.16
    assert ranks(COUNTRY_C, LINE_C) == pytest.approx(h * (1 - (1 - i) * (1 - among_poor * q / (q + 1))))
    many = np.repeat(COUNTRY_C, 5000)
    assert ranks(many, LINE_C) == pytest.approx(sen(COUNTRY_C, one(COUNTRY_C), LINE_C), abs=1e-5)


def test_who_has_just_the_line_is_not_poor() -> None:
    assert headcount([99.0, 100.0, 101.0], [1, 1, 1], 100) == pytest.approx(1 / 3)


def test_watts_counts_what_is_below_the_floor_as_the_floor() -> None:
    assert watts([-50.0, 0.0, 10.0, 200.0], np.ones(4), 100, floor_yuan=10) == pytest.approx(3 / 4 * math.log(10))


def test_nobody_and_weightless_rows_have_no_measure() -> None:
    for income, persons in (([], []), ([1.0, 2.0], [0.0, 0.0])):
        measures = PovertyTable(income, persons, 10, floor_yuan=1).overall()
        assert measures["persons"] == 0
        assert measures["households"] == len(income)
        assert all(math.isnan(measures[name]) for name in ("headcount", "income_yuan", "sen", "gini", "watts"))
    assert math.isnan(gini([], []))
    assert math.isnan(gini([-5.0, 5.0], [1, 1]))


def test_nobody_poor_is_zero_poverty() -> None:
    measures = PovertyTable([200.0, 300.0], [1, 1], 100, floor_yuan=1).overall()
    assert [measures["headcount"], measures["poverty_gap"], measures["watts"], measures["sen"]] == [
        0,
        0,
        0,
        0,
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0], [1.0], 10.0, 1.0), "1 rows where 2"),
        (([1.0, math.nan], [1.0, 1.0], 10.0, 1.0), "not a finite number"),
        (([1.0], [-1.0], 10.0, 1.0), "negative weight"),
        (([[1.0]], [1.0], 10.0, 1.0), "2 dimensions"),
        (([1.0], [1.0], 0.0, 1.0), "poverty line"),
        (([1.0], [1.0], 10.0, 0.0), "floor_yuan"),
        (([1.0], [1.0], 10.0, 11.0), "floor_yuan"),
    ],
)
def test_wrong_columns_are_refused(arguments: Any, message: str) -> None:
    income, persons, line, floor = arguments
    with pytest.raises(ValueError, match=message):
        PovertyTable(income, persons, line, floor_yuan=floor)
    with pytest.raises(ValueError, match="alpha"):
        fgt([1.0], [1.0], 2.0, 3)


def test_wrong_masks_are_refused() -> None:
    table = PovertyTable([1.0, 2.0], [1, 1], 10, floor_yuan=1)
    with pytest.raises(ValueError, match="group 'a'"):
        table.for_groups({"a": np.array([True])})
    with pytest.raises(ValueError, match="not true and false"):
        table.for_groups({"a": np.array([0, 1])})


@pytest.mark.bounds
@given(populations, st.integers(0, 2**25 - 1))
@settings(max_examples=60)
def test_a_group_is_measured_as_if_it_stood_alone(rows: list[tuple[int, int]], pattern: int) -> None:
    income, persons = np.array(rows, dtype=float).T
    mask = np.array([bool(pattern >> place & 1) for place in range(len(rows))])
    table = PovertyTable(income, persons, 2300, floor_yuan=100)
    found = table.for_groups({"nobody": mask & ~mask, "some": mask, "all": mask | ~mask})
    alone = PovertyTable(income[mask], persons[mask], 2300, floor_yuan=100).overall()
    assert list(found) == ["nobody", "some", "all"]
    assert np.array_equal(list(found["some"].values()), list(alone.values()), equal_nan=True)
    assert np.array_equal(list(found["all"].values()), list(table.overall().values()), equal_nan=True)
    assert found["nobody"]["persons"] == 0


@given(populations, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_of_rows_changes_no_bit(rows: list[tuple[int, int]], chance: Any) -> None:
    income, persons = np.array(rows, dtype=float).T / 3
    order = list(range(len(rows)))
    chance.shuffle(order)
    first = PovertyTable(income, persons, 900, floor_yuan=30).overall()
    second = PovertyTable(income[order], persons[order], 900, floor_yuan=30).overall()
    assert np.array_equal(list(first.values()), list(second.values()), equal_nan=True)
    assert np.array_equal(gini(income, persons), gini(income[order], persons[order]), equal_nan=True)


@given(populations)
@settings(max_examples=60)
def test_a_weight_of_two_is_two_rows(rows: list[tuple[int, int]]) -> None:
    income, persons = np.array(rows, dtype=float).T
    weighted = PovertyTable(income, persons, 2300, floor_yuan=100).overall()
    spread = np.repeat(income, persons.astype(int))
    repeated = PovertyTable(spread, one(spread), 2300, floor_yuan=100).overall()
    for name in set(weighted) - {"households"}:
        assert close(weighted[name], repeated[name]), name
    assert close(weighted["gini"], gini(income, persons))


@given(incomes, st.integers(2, 4), st.integers(2, 9))
@settings(max_examples=60)
def test_replication_and_scale_change_nothing(values: list[int], copies: int, factor: int) -> None:
    income = np.array(values, dtype=float)
    alone = PovertyTable(income, one(income), 2300, floor_yuan=1).overall()
    repeated = np.tile(income, copies)
    copied = PovertyTable(repeated, one(repeated), 2300, floor_yuan=1).overall()
    scaled = PovertyTable(income * factor, one(income), 2300 * factor, floor_yuan=factor).overall()
    for name in ("headcount", "poverty_gap", "severity", "watts", "sen", "gini"):
        assert close(alone[name], copied[name]), name
        assert close(alone[name], scaled[name]), name


@given(incomes.filter(lambda values: len(values) > 1), st.data())
@settings(max_examples=60)
def test_a_transfer_to_a_poorer_person_lowers_what_looks_at_the_spread(values: list[int], data: Any) -> None:
    income = np.sort(np.array(values, dtype=float))
    line = float(income[-1] + 1)  # everybody is poor, before and after
    low = data.draw(st.integers(0, len(values) - 2))
    high = data.draw(st.integers(low + 1, len(values) - 1))
    given_away = (income[high] - income[low]) / 4
    after = income.copy()
    after[low] += given_away
    after[high] -= given_away
    old = PovertyTable(income, one(income), line, floor_yuan=1e-3).overall()
    new = PovertyTable(after, one(income), line, floor_yuan=1e-3).overall()
    assert close(old["headcount"], new["headcount"])
    assert close(old["poverty_gap"], new["poverty_gap"])
    for name in ("severity", "watts", "sen", "gini"):
        if given_away:
            assert new[name] < old[name], name
        else:
            assert close(new[name], old[name])


@given(incomes, st.integers(1, 1000))
@settings(max_examples=60)
def test_focus_and_monotonicity(values: list[int], gain: int) -> None:
    income = np.array(values, dtype=float)
    richer_rich = np.where(income >= 2300, income + gain, income)
    names = ("headcount", "poverty_gap", "severity", "watts", "sen")
    old = PovertyTable(income, one(income), 2300, floor_yuan=1).overall()
    new = PovertyTable(richer_rich, one(income), 2300, floor_yuan=1).overall()
    assert all(old[name] == new[name] for name in names)
    richer_poor = np.where(income < 2300, np.minimum(income + gain, 2299), income)
    newer = PovertyTable(richer_poor, one(income), 2300, floor_yuan=1).overall()
    assert all(newer[name] <= old[name] + 1e-12 for name in names)


@given(populations)
@settings(max_examples=40)
def test_fgt_adds_up_over_groups(rows: list[tuple[int, int]]) -> None:
    income, persons = np.array(rows, dtype=float).T
    half = np.arange(len(rows)) % 2 == 0
    found = PovertyTable(income, persons, 2300, floor_yuan=100).for_groups(
        {"all": half | ~half, "even": half, "odd": ~half}
    )
    if persons.sum() == 0:
        return
    for name in ("headcount", "poverty_gap", "severity", "watts"):
        parts = sum(
            found[group][name] * found[group]["persons"] for group in ("even", "odd") if found[group]["persons"]
        )
        assert close(found["all"][name] * persons.sum(), parts)
