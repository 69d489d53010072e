"""Real dates, the campaign's own count of days, and what a day allows: festivals, frost, sowing, harvest.

Day 0 is the day the world opens: the first of the month in which the campaign starts. Months count from 1
(that one), campaign days from 1 (the first); what lies before counts on downwards: 0, -1, ...

>>> clock = Clock(start=dt.date(2012, 12, 24), campaign_days=100, horizon_months=36)
>>> clock.date(0), clock.campaign_day(0), clock.date(clock.day_index(clock.end))
(datetime.date(2012, 12, 1), -22, datetime.date(2013, 4, 2))
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.errors import UserError

# First day of the lunar year, as announced by the Purple Mountain Observatory (rules of GB/T 33661-2017).
_SPRING_FESTIVALS = """
2005-02-09 2006-01-29 2007-02-18 2008-02-07 2009-01-26 2010-02-14 2011-02-03 2012-01-23 2013-02-10 2014-01-31
2015-02-19 2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10
2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19
2035-02-08
"""
MONTH_DAYS = 30.4
"""Days of a mean month, to turn rates a month into amounts of a campaign."""
SPRING_FESTIVAL = {day.year: day for day in map(dt.date.fromisoformat, _SPRING_FESTIVALS.split())}


@dataclass(frozen=True)
class Window:
    """A season: the same days every year, first and last included; it may run over New Year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def holds(self, day: dt.date) -> bool:
        """Whether the day lies in the season."""
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


@dataclass(frozen=True)
class Seasons:
    """What the year allows in eastern Gansu. Every `Window` becomes a column of `Clock.calendar`.

    Sources: the winter campaign of 2012-13 rests on winter being the idle season, on frozen ground in which
    nothing is planted or poured, and on a festival that stops everything for two weeks; National Day is the
    holiday week of the State Council. Dates of frost, sowing and harvest are assumed, after the crop year of
    the loess uplands, where wheat ripens a month later than in the plains. Another region sets its own.
    """

    frozen: Window = Window((12, 1), (2, 29))
    idle: Window = Window((11, 1), (2, 29))
    spring_sowing: Window = Window((3, 15), (4, 30))
    autumn_sowing: Window = Window((9, 20), (9, 30))
    wheat_harvest: Window = Window((7, 1), (7, 31))
    maize_harvest: Window = Window((10, 1), (10, 31))
    apple_harvest: Window = Window((9, 20), (10, 31))
    national_day: Window = Window((10, 1), (10, 7))
    festival_days_before: int = 5
    festival_days_after: int = 8  # with the day itself and the five before: two weeks
    days_off: tuple[int, ...] = (6,)  # Monday is 0; a campaign works through Saturdays

    def is_spring_festival(self, day: dt.date) -> bool:
        """Whether Spring Festival stops everything on this day."""
        since = (day - SPRING_FESTIVAL[day.year]).days
        return -self.festival_days_before <= since <= self.festival_days_after


_WINDOWS = tuple(field.name for field in fields(Seasons) if isinstance(field.default, Window))

CALENDAR = np.dtype(
    [(name, "i4") for name in ("ordinal", "year", "month", "day", "campaign_day", "month_index")]
    + [(name, "?") for name in ("month_end", "spring_festival", "festival", "sowing", "working", *_WINDOWS)],
    align=True,
)


@dataclass(frozen=True)
class Clock:
    """The days of one run.

    Args:
        start: First campaign day.
        campaign_days: Length of the campaign in days, first and last included.
        horizon_months: Calendar months of the run, the campaign's first month being 1.
        seasons: What each day of the year allows.

    Raises:
        UserError: If the campaign is empty or outlasts the run, or a year's Spring Festival is not known.
    """

    start: dt.date
    campaign_days: int
    horizon_months: int
    seasons: Seasons = Seasons()

    def __post_init__(self) -> None:
        for name in ("campaign_days", "horizon_months"):
            if getattr(self, name) < 1:
                raise UserError(f"{getattr(self, name)} is too small", field=name, allowed="1 or more")
        first, last = min(SPRING_FESTIVAL), max(SPRING_FESTIVAL)
        years = self.start.year + (self.start.month + self.horizon_months - 2) // 12
        if self.start.year < first or years > last:
            raise UserError(
                f"the run goes from {self.start.year} to {years}",
                field="campaign.start",
                allowed=f"the years {first} to {last}, whose Spring Festivals are known",
            )
        if self.end > self.date(self.last_day_index):
            raise UserError(
                f"the campaign ends on {self.end}, after month {self.horizon_months}, the run's last",
                field="horizon_months",
                allowed=f"{self.month_index(self.day_index(self.end))} or more",
            )

    @cached_property
    def end(self) -> dt.date:
        """Last campaign day."""
        return self.start + dt.timedelta(days=self.campaign_days - 1)

    @cached_property
    def opening(self) -> dt.date:
        """Day 0: the first of the campaign's first month."""
        return self.start.replace(day=1)

    @cached_property
    def last_day_index(self) -> int:
        """The run's last day: the end of its last month."""
        return self.month_end_index(self.horizon_months)

    @cached_property
    def last_campaign_day_index(self) -> int:
        """Day index of the campaign's last day."""
        return self.day_index(self.end)

    @property
    def campaign_weeks(self) -> int:
        """Weeks of the campaign; the last one may be short."""
        return -(-self.campaign_days // 7)

    def date(self, day_index: int) -> dt.date:
        """The date of a day."""
        return self.opening + dt.timedelta(days=day_index)

    def day_index(self, day: dt.date) -> int:
        """The day of a date."""
        return (day - self.opening).days

    def campaign_day(self, day_index: int) -> int:
        """1 on the first day of the campaign; 0 and less before, more than `campaign_days` after."""
        return (self.date(day_index) - self.start).days + 1

    def week_of_campaign(self, day_index: int) -> int:
        """1 for campaign days 1-7, 2 for 8-14, and so on; 0 and less before."""
        return (self.campaign_day(day_index) + 6) // 7

    def month_index(self, day_index: int) -> int:
        """1 in the campaign's first calendar month."""
        day = self.date(day_index)
        return 12 * (day.year - self.start.year) + day.month - self.start.month + 1

    def month_end_index(self, month_index: int) -> int:
        """The last day of a month."""
        year, month = divmod(self.start.month + month_index - 1, 12)
        return self.day_index(dt.date(self.start.year + year, month + 1, 1)) - 1

    def marks(self) -> dict[int, int]:
        """The yearly marks: months 12, 24, ... of the run, each with its last day."""
        return {month: self.month_end_index(month) for month in range(12, self.horizon_months + 1, 12)}

    def is_campaign(self, day_index: int) -> bool:
        """Whether the campaign is on."""
        return 1 <= self.campaign_day(day_index) <= self.campaign_days

    def is_month_end(self, day_index: int) -> bool:
        """Whether households close their accounts today."""
        return self.date(day_index + 1).day == 1

    def is_festival(self, day_index: int) -> bool:
        """Whether Spring Festival or National Day stops everything."""
        day = self.date(day_index)
        return self.seasons.is_spring_festival(day) or self.seasons.national_day.holds(day)

    def is_working_day(self, day_index: int) -> bool:
        """Whether cadres, units and lenders work."""
        return self.date(day_index).weekday() not in self.seasons.days_off and not self.is_festival(day_index)

    def is_frozen(self, day_index: int) -> bool:
        """Whether the ground is frozen: nothing is planted or poured."""
        return self.seasons.frozen.holds(self.date(day_index))

    def is_sowing(self, day_index: int) -> bool:
        """Whether it is time to sow, in spring or in autumn."""
        day = self.date(day_index)
        return self.seasons.spring_sowing.holds(day) or self.seasons.autumn_sowing.holds(day)

    def is_idle_season(self, day_index: int) -> bool:
        """Whether fields leave people free."""
        return self.seasons.idle.holds(self.date(day_index))

    @cached_property
    def calendar(self) -> NDArray[Any]:
        """One row a day from day 0 to the last, read-only, for compiled rules (columns: `CALENDAR`)."""
        return _calendar(self)

    def _row(self, i: int) -> tuple[int | bool, ...]:
        day = self.date(i)
        seasons = self.seasons
        return (
            *(day.toordinal(), day.year, day.month, day.day, self.campaign_day(i), self.month_index(i)),
            *(self.is_month_end(i), seasons.is_spring_festival(day), self.is_festival(i)),
            *(self.is_sowing(i), self.is_working_day(i)),
            *(getattr(seasons, name).holds(day) for name in _WINDOWS),
        )


@lru_cache(maxsize=16)
def _calendar(clock: Clock) -> NDArray[Any]:
    """Equal clocks share a calendar: many short runs have the same one."""
    rows = np.array([clock._row(i) for i in range(clock.last_day_index + 1)], dtype=CALENDAR)
    rows.flags.writeable = False
    return rows
