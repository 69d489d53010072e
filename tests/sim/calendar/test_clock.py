"""The calendar against dates that anyone can look up."""

from __future__ import annotations

import doctest
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from sim.calendar import clock as clock_module
from sim.calendar.clock import SPRING_FESTIVAL, Clock, Seasons, Window
from sim.core.errors import UserError

WINTER = Clock(date(2012, 12, 24), 100, 36)
SPRINT = Clock(date(2023, 9, 28), 95, 12)


def days(clock: Clock, column: str) -> list[date]:
    """The dates on which a flag of the calendar stands."""
    return [clock.date(int(i)) for i in np.flatnonzero(clock.calendar[column])]


def test_example_in_the_documentation() -> None:
    assert doctest.testmod(clock_module).failed == 0


def test_winter_campaign_counts_both_ends() -> None:
    assert WINTER.end == date(2013, 4, 2)
    assert WINTER.opening == date(2012, 12, 1)
    first = WINTER.day_index(date(2012, 12, 24))
    assert (first, WINTER.campaign_day(first), WINTER.campaign_day(first - 1)) == (23, 1, 0)
    assert WINTER.campaign_day(WINTER.last_campaign_day_index) == 100
    assert [i for i in range(WINTER.last_day_index + 1) if WINTER.is_campaign(i)] == list(range(23, 123))
    assert WINTER.campaign_weeks == 15
    weeks = [WINTER.week_of_campaign(first + day - 1) for day in (0, 1, 7, 8, 98, 99, 100)]
    assert weeks == [0, 1, 1, 2, 14, 15, 15]


def test_sprint_of_2023_ends_with_the_year() -> None:
    assert SPRINT.opening == date(2023, 9, 1)
    assert SPRINT.end == date(2023, 12, 31)
    assert SPRINT.date(SPRINT.last_day_index) == date(2024, 8, 31)


def test_months_and_marks() -> None:
    ends = [WINTER.date(i) for i in range(WINTER.last_day_index + 1) if WINTER.is_month_end(i)]
    assert len(ends) == 36
    assert ends[:3] == [date(2012, 12, 31), date(2013, 1, 31), date(2013, 2, 28)]
    assert ends[-1] == date(2015, 11, 30) == WINTER.date(WINTER.last_day_index)
    assert {m: WINTER.date(i) for m, i in WINTER.marks().items()} == {
        12: date(2013, 11, 30),
        24: date(2014, 11, 30),
        36: date(2015, 11, 30),
    }
    assert [WINTER.month_index(i) for i in (-1, 0, 30, 31)] == [0, 1, 1, 2]
    assert not Clock(date(2012, 12, 24), 10, 11).marks()


def test_leap_day_is_a_frozen_month_end() -> None:
    clock = Clock(date(2024, 2, 1), 29, 1)
    leap_day = clock.day_index(date(2024, 2, 29))
    assert clock.last_day_index == leap_day == 28
    assert clock.is_month_end(leap_day) and clock.is_frozen(leap_day)
    assert not clock.is_month_end(leap_day - 1)
    assert not clock.is_frozen(leap_day + 1)


@pytest.mark.parametrize(
    ("year", "day"),
    [(2005, "02-09"), (2013, "02-10"), (2015, "02-19"), (2023, "01-22"), (2024, "02-10"), (2035, "02-08")],
)
def test_known_spring_festivals(year: int, day: str) -> None:
    assert SPRING_FESTIVAL[year] == date.fromisoformat(f"{year}-{day}")


def test_every_spring_festival_is_at_a_new_moon() -> None:
    assert list(SPRING_FESTIVAL) == list(range(2005, 2036))
    new_moon = 2451550.1 + 8 / 24  # mean new moon of 6 January 2000, Beijing time, as a Julian day
    for day in SPRING_FESTIVAL.values():
        assert date(day.year, 1, 21) <= day <= date(day.year, 2, 20)
        moons = (day.toordinal() + 1721425 - new_moon) / 29.530588861
        assert abs(moons - round(moons)) * 29.53 < 1.2, day  # the true moon strays 0.6 days from the mean one


def test_festivals_stop_work_and_sundays_rest() -> None:
    stopped = days(WINTER, "festival")
    assert [d for d in stopped if d.year == 2013 and d.month < 6] == [
        date(2013, 2, 5) + timedelta(days=i) for i in range(14)
    ]
    assert [d for d in stopped if d.year == 2013 and d.month > 6] == [date(2013, 10, i) for i in range(1, 8)]
    sunday, monday = WINTER.day_index(date(2012, 12, 30)), WINTER.day_index(date(2012, 12, 31))
    assert not WINTER.is_working_day(sunday)
    assert WINTER.is_working_day(monday) and WINTER.is_working_day(sunday - 1)
    assert not WINTER.is_working_day(WINTER.day_index(date(2013, 2, 11)))
    assert Clock(date(2012, 12, 24), 100, 12, Seasons(days_off=())).is_working_day(sunday)
    working = sum(WINTER.is_working_day(i) for i in range(23, 123))
    assert working == 100 - 14 - 12  # 14 Sundays, two of them in the festival


def test_seasons_of_the_winter_campaign() -> None:
    campaign = range(23, 123)
    frozen = [WINTER.date(i) for i in campaign if WINTER.is_frozen(i)]
    assert (frozen[0], frozen[-1], len(frozen)) == (date(2012, 12, 24), date(2013, 2, 28), 67)
    sowing = [WINTER.date(i) for i in campaign if WINTER.is_sowing(i)]
    assert (sowing[0], sowing[-1]) == (date(2013, 3, 15), date(2013, 4, 2))
    assert WINTER.is_idle_season(0) and not WINTER.is_idle_season(WINTER.day_index(date(2013, 3, 1)))
    assert WINTER.is_idle_season(WINTER.day_index(date(2013, 11, 1)))
    assert {d.month for d in days(WINTER, "wheat_harvest")} == {7}
    assert {d.month for d in days(WINTER, "maize_harvest")} == {10}
    assert days(WINTER, "apple_harvest")[0] == date(2013, 9, 20)
    assert date(2013, 9, 25) in days(WINTER, "sowing")


def test_window_over_new_year() -> None:
    window = Window((12, 20), (1, 10))
    inside = [date(2012, 12, 20), date(2012, 12, 31), date(2013, 1, 1), date(2013, 1, 10)]
    assert all(window.holds(day) for day in inside)
    assert not window.holds(date(2012, 12, 19)) and not window.holds(date(2013, 1, 11))


@given(
    st.dates(date(2005, 1, 1), date(2025, 12, 31)),
    st.integers(1, 400),
    st.integers(0, 24),
)
def test_calendar_says_what_the_methods_say(start: date, campaign_days: int, more_months: int) -> None:
    end = start + timedelta(days=campaign_days - 1)
    needed = 12 * (end.year - start.year) + end.month - start.month + 1
    clock = Clock(start, campaign_days, needed + more_months)
    rows = clock.calendar
    assert len(rows) == clock.last_day_index + 1
    assert rows["month_end"].sum() == clock.horizon_months
    assert (np.diff(rows["ordinal"]) == 1).all()
    for i in {0, clock.last_campaign_day_index, clock.last_day_index, 17}:
        row, day = rows[i], clock.date(i)
        assert (row["year"], row["month"], row["day"], row["ordinal"]) == (
            *(day.year, day.month, day.day),
            day.toordinal(),
        )
        assert row["campaign_day"] == clock.campaign_day(i)
        assert row["month_index"] == clock.month_index(i)
        assert clock.month_end_index(row["month_index"]) >= i > clock.month_end_index(row["month_index"] - 1)
        assert row["festival"] == clock.is_festival(i)
        assert row["working"] == clock.is_working_day(i)
        assert row["frozen"] == clock.is_frozen(i)
        assert row["sowing"] == clock.is_sowing(i)
        assert row["idle"] == clock.is_idle_season(i)


@pytest.mark.bounds
def test_calendar_can_be_read_by_compiled_code_and_not_written() -> None:
    @njit
    def frozen_days(calendar):
        count = 0
        for i in range(calendar.size):
            if calendar[i].frozen and not calendar[i].festival:
                count += 1
        return count

    plain = sum(WINTER.is_frozen(i) and not WINTER.is_festival(i) for i in range(WINTER.last_day_index + 1))
    assert frozen_days(WINTER.calendar) == plain
    with pytest.raises(ValueError, match="read-only"):
        WINTER.calendar["frozen"] = False


@pytest.mark.parametrize(
    ("start", "campaign_days", "horizon", "message"),
    [
        (date(2012, 12, 24), 0, 12, "campaign_days: 0 is too small; allowed: 1 or more"),
        (date(2012, 12, 24), 100, 0, "horizon_months: 0 is too small; allowed: 1 or more"),
        (date(2012, 12, 24), 100, 4, "horizon_months: the campaign ends on 2013-04-02.*allowed: 5 or more"),
        (date(2004, 12, 31), 100, 12, "campaign.start: the run goes from 2004 to 2005; .* 2005 to 2035"),
        (date(2033, 1, 1), 100, 37, "campaign.start: the run goes from 2033 to 2036"),
    ],
)
def test_errors_say_what_is_allowed(start: date, campaign_days: int, horizon: int, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Clock(start, campaign_days, horizon)
