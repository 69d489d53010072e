"""Movement, deprivation, credit and coverage against hand-worked and published answers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.indicators.coverage import exclusion_error, inclusion_error, reached_share, spending_by_fifth
from sim.indicators.credit import at_risk_yuan, portfolio_at_risk
from sim.indicators.deprivation import alkire_foster, censored_scores
from sim.indicators.movement import movers, transitions


def flags(text: str) -> Any:
    return np.array([letter == "1" for letter in text])


# Alkire and Foster (2011), Journal of Public Economics 95, section 5: four persons, four dimensions, their
# cutoffs.
ACHIEVEMENTS = np.array([[13.1, 14, 4, 1], [15.2, 7, 5, 0], [12.5, 10, 1, 0], [20.0, 11, 3, 1]])
CUTOFFS = np.array([13.0, 12, 3, 1])


def test_alkire_foster_of_the_2011_paper() -> None:
    deprived = ACHIEVEMENTS < CUTOFFS
    assert deprived.sum(axis=1).tolist() == [0, 2, 4, 1]
    h, a, m0 = alkire_foster(deprived, np.ones(4), 2 / 4, np.ones(4))
    assert (h, a, m0) == (0.5, 0.75, 0.375)
    # The paper's comparison: union (k = 1) and intersection (k = 4).
    assert alkire_foster(deprived, np.ones(4), 1 / 4, np.ones(4)).h == 0.75
    assert alkire_foster(deprived, np.ones(4), 1, np.ones(4)) == (0.25, 1.0, 0.25)


def test_alkire_foster_weights_and_empty_groups() -> None:
    deprived = ACHIEVEMENTS < CUTOFFS
    # Person 3 counts twice: as if there were five persons.
    assert alkire_foster(deprived, np.ones(4), 0.5, [1, 1, 2, 1]).h == pytest.approx(3 / 5)
    # Thirds and sixths do not add up exactly in binary; half of the weight is reached all the same.
    score = censored_scores(np.array([[True, True, False]]), [1 / 3, 1 / 6, 1 / 2], 0.5)
    assert score == pytest.approx([0.5])
    none = alkire_foster(np.zeros((2, 3), bool), np.ones(3), 0.5, np.ones(2))
    assert (none.h, none.m0) == (0, 0)
    assert math.isnan(none.a)
    assert math.isnan(alkire_foster(np.zeros((0, 3), bool), np.ones(3), 0.5, []).h)


@pytest.mark.parametrize(
    ("matrix", "share", "cutoff", "message"),
    [
        (np.zeros((2, 2)), [1, 1], 0.5, "true-false"),
        (np.zeros((2, 2), bool), [1, 1, 1], 0.5, "3 rows where 2"),
        (np.zeros((2, 2), bool), [0, 0], 0.5, "all zero"),
        (np.zeros((2, 2), bool), [1, 1], 0.0, "cutoff"),
    ],
)
def test_wrong_deprivations_are_refused(matrix: Any, share: Any, cutoff: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        censored_scores(matrix, share, cutoff)


@given(
    st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=12),
    st.lists(st.integers(1, 9), min_size=3, max_size=3),
    st.sampled_from([0.1, 0.4, 0.7, 1.0]),
)
@settings(max_examples=60)
def test_m0_is_h_times_a(rows: list[list[bool]], share: list[int], cutoff: float) -> None:
    h, a, m0 = alkire_foster(np.array(rows), share, cutoff, np.ones(len(rows)))
    assert m0 == pytest.approx(h * a if h else 0.0)
    assert 0 <= m0 <= h <= 1


def test_entries_exits_and_returns() -> None:
    start, first, second = flags("110010"), flags("100101"), flags("011101")
    moved = transitions(start, first)
    assert moved.entries.tolist() == flags("000101").tolist()
    assert moved.exits.tolist() == flags("010010").tolist()
    assert not moved.returns.any()
    later = transitions(start, first, second)
    # The second household was poor, rose, and is poor again; the third is poor for the first time.
    assert later.entries.tolist() == flags("011000").tolist()
    assert later.returns.tolist() == flags("010000").tolist()
    assert later.exits.tolist() == flags("100000").tolist()
    assert not any(flag.any() for flag in transitions(start))
    with pytest.raises(ValueError, match="5 rows"):
        transitions(start, flags("11001"))
    with pytest.raises(ValueError, match="at least one"):
        transitions()


@given(st.lists(st.lists(st.booleans(), min_size=8, max_size=8), min_size=2, max_size=5))
@settings(max_examples=60)
def test_the_poor_of_a_mark_are_those_before_plus_entries_less_exits(rows: list[list[bool]]) -> None:
    marks = [np.array(row) for row in rows]
    moved = transitions(*marks)
    assert ((marks[-2] | moved.entries) & ~moved.exits).tolist() == marks[-1].tolist()
    assert not (moved.returns & ~moved.entries).any()
    assert not moved.returns.any() or len(marks) > 2


def test_movers_are_counted_in_persons() -> None:
    shares = movers([100.0, 100, 100, 100], [110.0, 101, 95, 100], [4, 3, 2, 1], threshold_yuan=1)
    assert shares == pytest.approx((0.4, 0.2, 0.4))
    assert all(math.isnan(share) for share in movers([], [], [], 1))
    with pytest.raises(ValueError, match="threshold"):
        movers([1.0], [1.0], [1], -1)


def test_portfolio_at_risk_counts_the_whole_principal_of_a_late_loan() -> None:
    owed, late = [1000.0, 3000.0, 6000.0, 0.0], [0, 2, 1, 9]
    assert portfolio_at_risk(owed, late) == pytest.approx(0.3)
    assert portfolio_at_risk(owed, late, months=0) == pytest.approx(0.9)
    assert at_risk_yuan(owed, late).tolist() == [0, 3000, 0, 0]
    assert math.isnan(portfolio_at_risk([0.0], [5]))
    with pytest.raises(ValueError, match="negative"):
        portfolio_at_risk([-1.0], [0])


def test_targeting_errors_and_spending() -> None:
    poor, persons = flags("1100"), [5, 3, 4, 4]
    assert inclusion_error([60.0, 0, 30, 10], poor) == pytest.approx(0.4)
    assert exclusion_error(flags("1011"), poor, persons) == pytest.approx(3 / 8)
    assert reached_share(flags("1010"), flags("1110"), persons) == pytest.approx(9 / 12)
    assert spending_by_fifth([60.0, 0, 30, 10], np.array([1, 2, 5, 5])).tolist() == [60, 0, 0, 0, 40]
    assert math.isnan(inclusion_error([0.0], flags("1")))
    assert math.isnan(exclusion_error(flags("1"), flags("0"), [3]))
    assert spending_by_fifth([], np.zeros(0, int)).tolist() == [0.0] * 5
    with pytest.raises(ValueError, match=r"not within 0\.\.5"):
        spending_by_fifth([1.0], np.array([6]))
    with pytest.raises(ValueError, match="whole numbers"):
        spending_by_fifth([1.0], [1.5])
