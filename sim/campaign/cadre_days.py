"""Field days of cadres: given by rule, asked for by policies, never more than there are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calendar.clock import Clock
from sim.core.numerics import total
from sim.core.rule import kernel


@kernel
def take_days(
    rows: NDArray[np.int64], households: Any, villages: Any, cadres: Any, days_each: float, served: NDArray[np.bool_]
) -> None:
    """Serve households in turn from the days their village's cadres have left."""
    for i in range(rows.shape[0]):
        v = villages[households[rows[i]].village]
        for c in range(v.first_cadre, v.last_cadre):
            if cadres[c].days_left >= days_each:
                cadres[c].days_left -= days_each
                cadres[c].days_used += days_each
                served[i] = True
                break


MONTHLY = ("given", "asked", "used")
"""What is kept of each month."""


class CadreDays:
    """Cadre-days: a stock for the campaign, then so many a month; and which villages asked for them when.

    Attributes:
        given: Days given to the campaign in all.
        asked: Days asked for, by week (row 0 is empty; the last row is what comes after the campaign) and village.
        used: Days given, likewise.
        left: Days left as a week begins, all villages together.
        months: `MONTHLY` by month, all villages together; row 0 is empty.
    """

    def __init__(
        self, households: Any, villages: Any, cadres: Any, days_a_cadre: float, days_after: float, clock: Clock
    ) -> None:
        """Give every cadre its days.

        Args:
            households: Rows; likewise `villages`, `cadres`.
            days_a_cadre: Days each has for the campaign.
            days_after: Days each has in a month that begins after the campaign; what is left of a month lapses.
            clock: The calendar.
        """
        self._rows = (households, villages, cadres)
        self._clock, self._days_after = clock, days_after
        self._days_a_cadre, self._staff = days_a_cadre, np.ones(len(cadres))
        cadres["days_left"] = days_a_cadre
        weeks = clock.campaign_weeks + 2
        self.given = days_a_cadre * len(cadres)
        self.asked = np.zeros((weeks, len(villages)))
        self.used = np.zeros((weeks, len(villages)))
        self.left = np.full(weeks, self.given)
        self.months = np.zeros((clock.horizon_months + 1, len(MONTHLY)))
        self.months[1, 0] = self.given
        self.week = self.month = 1
        self._today = 0

    def turn_to(self, day_index: int) -> None:
        """Move to the week and month of this day."""
        self._today = day_index
        week = max(1, self._clock.week_of_campaign(day_index))
        if day_index > self._clock.last_campaign_day_index:
            week = self._clock.campaign_weeks + 1
        if week != self.week:
            self.week = week
            self.left[week:] = total(np.ascontiguousarray(self._rows[2]["days_left"]))
        month = self._clock.month_index(day_index)
        if month != self.month:
            self.month = month
            if day_index > self._clock.last_campaign_day_index:
                self._rows[2]["days_left"] = self._days_after * self._staff
                self.months[month, 0] = total(self._days_after * self._staff)

    def reinforce(self, cadres: NDArray[np.bool_], more: float) -> None:
        """Give some cadres more days (or fewer), from the days of the campaign that are left on.

        Args:
            cadres: Which of them.
            more: By what share of a cadre's days; -1 leaves them none.
        """
        left = max(0, self._clock.last_campaign_day_index - self._today + 1) / self._clock.campaign_days
        days = self._rows[2]["days_left"]
        before = total(np.ascontiguousarray(days))
        days[cadres] = np.maximum(0.0, days[cadres] + more * left * self._days_a_cadre)
        self._staff[cadres] *= 1.0 + more
        self.given += total(np.ascontiguousarray(days)) - before
        self.months[self.month, 0] += total(np.ascontiguousarray(days)) - before
        self.left[self.week :] = total(np.ascontiguousarray(days))

    def note(self, asked: NDArray[np.float64], used: NDArray[np.float64]) -> None:
        """Enter days asked for and given today, by village."""
        self.asked[self.week] += asked
        self.used[self.week] += used
        self.months[self.month, 1:] += total(asked), total(used)

    def by_unit(self, days: NDArray[np.float64]) -> NDArray[np.float64]:
        """Days by week and support unit, from days by week and village."""
        units = self._rows[1]["unit"]
        sums = np.zeros((len(days), int(units.max()) + 1))
        for village, unit in enumerate(units):
            sums[:, unit] += days[:, village]
        return sums

    def take(self, rows: NDArray[np.int64], days_each: float) -> tuple[NDArray[np.bool_], float]:
        """Serve as many of `rows`, in turn, as their villages' cadres have days for.

        Returns:
            Which of them are served, and the days given.
        """
        if days_each <= 0 or not len(rows):
            return np.ones(len(rows), dtype=np.bool_), 0.0
        households, villages, _ = self._rows
        served = np.zeros(len(rows), dtype=np.bool_)
        take_days(rows.astype(np.int64), *self._rows, days_each, served)
        where = households["village"][rows]
        asked = np.bincount(where, minlength=len(villages)).astype(np.float64)
        used = np.bincount(where[served], minlength=len(villages)).astype(np.float64)
        self.note(days_each * asked, days_each * used)
        return served, days_each * int(served.sum())

    def share_out(self, rows: NDArray[np.int64], most: float) -> NDArray[np.float64]:
        """Give every one of `rows` the same part of what its village's cadres have, at most so many days each.

        Returns:
            Days that each of them gets.
        """
        households, villages, cadres = self._rows
        where = households["village"][rows]
        given, n = np.zeros(len(rows)), len(villages)
        used = np.zeros(n)
        for village in np.unique(where).tolist():
            team = slice(int(villages["first_cadre"][village]), int(villages["last_cadre"][village]))
            left, here = cadres["days_left"][team], where == village
            number = int(here.sum())
            each = min(most, total(np.ascontiguousarray(left)) / number)
            part = np.diff(np.minimum(np.concatenate([[0.0], np.cumsum(left)]), each * number))
            cadres["days_left"][team] = np.maximum(0.0, left - part)
            cadres["days_used"][team] += part
            given[here], used[village] = each, total(part)
        self.note(most * np.bincount(where, minlength=n).astype(np.float64), used)
        return given
