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


class CadreDays:
    """The campaign's stock of cadre-days, and which villages asked for them in which week.

    Attributes:
        given: Days given to the campaign in all.
        asked: Days asked for, by week (row 0 is empty) and village.
        used: Days given, likewise.
        left: Days left as a week begins, all villages together.
    """

    def __init__(self, households: Any, villages: Any, cadres: Any, days_a_cadre: float, clock: Clock) -> None:
        self._rows = (households, villages, cadres)
        self._clock = clock
        cadres["days_left"] = days_a_cadre
        weeks = clock.campaign_weeks + 1
        self.given = days_a_cadre * len(cadres)
        self.asked = np.zeros((weeks, len(villages)))
        self.used = np.zeros((weeks, len(villages)))
        self.left = np.full(weeks, self.given)
        self.week = 1

    def turn_to(self, day_index: int) -> None:
        """Move to the week of this day."""
        week = min(max(1, self._clock.week_of_campaign(day_index)), self._clock.campaign_weeks)
        if week != self.week:
            self.week = week
            self.left[week:] = total(np.ascontiguousarray(self._rows[2]["days_left"]))

    def note(self, asked: NDArray[np.float64], used: NDArray[np.float64]) -> None:
        """Enter days asked for and given this week, by village."""
        self.asked[self.week] += asked
        self.used[self.week] += used

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
