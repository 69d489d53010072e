"""What start conditions look at: the panel's measures as they stand at a month's end, the opening's first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sim.calendar.clock import Clock
from sim.core.dates import date_of
from sim.core.numerics import add_up
from sim.county import County
from sim.policies.policy import Policy
from sim.policies.settings import StartWhen
from sim.recording.panel import SHARES, groups_of, panel


class Watch:
    """Policies that wait for their condition.

    What is measured of a closed year (income, poverty) is that of the last one and moves at months 12, 24, ...; what is
    held, owed or known is that of the day.

    Args:
        policies: The plan's policies.
        county: The county as it opens; a condition that holds then is met at once.
    """

    def __init__(self, policies: Iterable[Policy], county: County) -> None:
        self._waiting = [policy for policy in policies if policy.settings.start_when]
        self._met: list[Policy] = []
        self._lines: list[float] = []
        self._line_yuan = county.line_yuan
        self._groups = groups_of(county) if self._waiting else {}
        self._look(county, county.clock.start)
        self._met.clear()  # they open with the run
        for policy in self._waiting:
            policy.book.waits = True

    def waits(self, policy: Policy) -> bool:
        """Whether a policy has yet to open."""
        return _among(policy, self._waiting)

    def month_end(self, county: County) -> None:
        """Look again, once the month's books (and a year's) are closed."""
        if not self._waiting:
            return
        self._lines.append(county.today.line_yuan)
        if county.today.month % 12 == 0:
            self._line_yuan = add_up(self._lines[-12:]) / len(self._lines[-12:])
        self._look(county, county.date)

    def _look(self, county: County, date: dt.date) -> None:
        asked = [(policy, when) for policy in self._waiting if (when := policy.settings.start_when)]
        asked = [(policy, when) for policy, when in asked if _looked_at(when, date, county.clock.start)]
        groups = {when.of: self._groups[when.of] for _, when in asked}
        if not groups:
            return
        now = panel(county, groups, self._line_yuan, [county.households["poor_at_start"] == 1])
        self._met += [policy for policy, when in asked if when.holds(now[when.of][when.measure])]
        self._waiting = [policy for policy in self._waiting if not _among(policy, self._met)]

    def take(self) -> list[Policy]:
        """The policies whose condition was met at the last look, each given once."""
        met, self._met = self._met, []
        return met


def earliest_opening(when: StartWhen, clock: Clock) -> dt.date:
    """The first day on which a policy may open: the campaign's first, or the first of the month after `not_before`."""
    if _looked_at(when, clock.start, clock.start):
        return clock.start
    first = clock.day_index(date_of(when.not_before or clock.start, clock.start))
    return clock.date(clock.month_end_index(clock.month_index(first)) + 1)


def never_met(when: StartWhen) -> bool:
    """Whether no value that the measure can have meets it."""
    return when.measure in SHARES and (when.above == 1 or when.below == 0)


def _looked_at(when: StartWhen, date: dt.date, start: dt.date) -> bool:
    return when.not_before is None or date >= date_of(when.not_before, start)


def _among(policy: Policy, policies: Iterable[Policy]) -> bool:
    return any(policy is one for one in policies)
