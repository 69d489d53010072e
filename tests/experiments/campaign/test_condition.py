"""Going on from what was reported: curves that can be worked out by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from experiments.campaign.condition import carried_on, position, working_days

EVERY_DAY = np.arange(21, dtype=np.float64)
LINE = 10.0 * EVERY_DAY  # ten a day, 200 by day 20


def test_a_run_whose_own_figure_is_reported_goes_on_as_it_did() -> None:
    jumps = np.array([0.0, 0, 0, 30, 30, 30, 80, 80, 81, 90, 90])
    for day in range(1, 11):
        np.testing.assert_allclose(carried_on(jumps, jumps[day], day, np.arange(11.0), 500.0), jumps[day:])


def test_a_run_that_is_behind_keeps_its_pace() -> None:
    onward = carried_on(LINE, 50.0, 10, EVERY_DAY, 1000.0)
    assert position(LINE, 50.0, 10) == 5
    np.testing.assert_allclose(onward, 50.0 + 10.0 * np.arange(11))


def test_between_two_days_nothing_is_given_twice() -> None:
    np.testing.assert_allclose(carried_on(LINE, 54.0, 10, EVERY_DAY, 1000.0)[:3], [54.0, 60.0, 70.0])


def test_a_run_has_its_own_limits() -> None:
    limited = np.minimum(LINE, 120.0)  # households for twelve days
    assert carried_on(limited, 40.0, 15, EVERY_DAY, 200.0)[-1] == 90.0, "five days at ten a day"
    assert carried_on(limited, 100.0, 10, EVERY_DAY, 200.0)[-1] == 120.0
    assert (carried_on(limited, 150.0, 10, EVERY_DAY, 200.0) == 150.0).all(), "more than it ever does: nothing is added"


def test_no_more_than_the_amount_is_looked_for() -> None:
    assert carried_on(LINE, 60.0, 2, EVERY_DAY, 100.0)[-1] == 100.0


def test_days_without_work_do_not_count() -> None:
    # Days 6 to 10 are a festival: from day 5 on nothing is done until day 11.
    is_open = np.array([0.0] + [float(not 6 <= day <= 10) for day in range(1, 21)])
    open_so_far, done = np.cumsum(is_open), 10.0 * np.cumsum(is_open)
    behind = carried_on(done, 20.0, 5, open_so_far, 1000.0)
    assert behind[5] == 20.0 and behind[6] == 30.0, "the festival stops who is behind as well"
    assert behind[-1] == 20.0 + 10.0 * 10


def test_a_better_report_never_makes_a_worse_end() -> None:
    rng = np.random.default_rng(3)
    done = np.concatenate([[0.0], np.cumsum(rng.integers(0, 9, 20))])
    ends = [carried_on(done, float(said), 8, EVERY_DAY, 1000.0)[-1] for said in range(0, 120, 3)]
    assert (np.diff(ends) >= -1e-9).all()


def test_working_days_are_counted_from_the_eve() -> None:
    start = dt.date(2012, 12, 24)  # a Monday
    counted = working_days(lambda day: day.weekday() != 6, start, 8)
    assert list(counted) == [0, 1, 2, 3, 4, 5, 6, 6, 7]


@pytest.mark.parametrize("reported", [0.0, 35.0, 199.0])
def test_what_was_reported_is_taken_as_it_stands(reported: float) -> None:
    assert carried_on(LINE, reported, 7, EVERY_DAY, 500.0)[0] == reported
