"""What a trial writes down of its households month by month, so that the flows of any twelve months can be had.

The model closes its accounts at the yearly marks only: `income_year` and its like are emptied into `income_last` there,
and the diary adds those years up. What no account holds it counts itself: stays in hospital, pupils who left school.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.county import County
from sim.facts.months import SEPTEMBER
from sim.recording.livelihoods import work_days

FLOWS = {
    "income_year": "income_last",
    "consumption_year_yuan": "consumption_last_yuan",
    "burden_year_yuan": "burden_last_yuan",
}
"""Columns of flows, and where their closed years go."""
COUNTED = ("stays", "dropped", "children")
"""Counted here: months with a stay in hospital; children who left school in September, of so many who might have."""
DAYS = ("farm_days", "local_days")
"""Days of work, in the order of `work_days`, added up by month; those of the closed year as households stand now."""

Totals = Mapping[str, NDArray[np.float64]]


class Diary:
    """Running totals of the flows."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._closed = {name: np.zeros(county.households[name].shape) for name in FLOWS}
        self._counted = {name: np.zeros(len(county.households)) for name in (*COUNTED, *DAYS)}
        self._children = county.households["children"].astype(np.float64)
        self._first: Totals = self._now()
        self._totals: dict[int, Totals] = {0: self._first}
        nothing = {name: np.zeros(len(county.households)) for name in COUNTED}
        self._opening = {name: county.households[last].copy() for name, last in FLOWS.items()} | nothing
        self._opening |= dict(zip(DAYS, work_days(county, year=True), strict=True))

    def note(self, month: int) -> None:
        """Note the totals at a month's end; to be called at every month end."""
        self._count()
        if month % 12 == 0:
            for name, last in FLOWS.items():
                self._closed[name] += self._county.households[last]
        self._totals[month] = self._now()
        self._totals.pop(month - 13, None)

    def last_year(self, month: int) -> Totals:
        """The flows of the twelve months up to the end of `month` (the newest one noted)."""
        if month == 0:
            return self._opening
        return _less(self._totals[month], self._totals[max(0, month - 12)])

    def since_opening(self, month: int) -> Totals:
        """The flows of all months up to the end of `month` (the newest one noted)."""
        return _less(self._totals[month], self._first)

    def _count(self) -> None:
        h = self._county.households
        children = h["children"].astype(np.float64)
        self._counted["stays"] += h["medical_month_yuan"] > 0.0
        if self._county.today.calendar_month == SEPTEMBER:
            self._counted["dropped"] += np.maximum(0.0, self._children - children)
            self._counted["children"] += self._children
        self._children = children
        for name, days in zip(DAYS, work_days(self._county), strict=True):
            self._counted[name] += days

    def _now(self) -> Totals:
        closed = {name: years + self._county.households[name] for name, years in self._closed.items()}
        return closed | {name: count.copy() for name, count in self._counted.items()}


def _less(now: Totals, before: Totals) -> Totals:
    return {name: total - before[name] for name, total in now.items()}
