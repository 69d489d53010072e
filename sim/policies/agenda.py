"""Who acts on which day: policies that have opened, by kind and label, not in the order of the scenario's list."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence

from sim.county import County
from sim.policies.policy import Policy


class Agenda:
    """Policies that have opened, and the days that each has asked for.

    Attributes:
        opened: Those that have opened, in turn.
    """

    def __init__(self) -> None:
        self.opened: list[Policy] = []
        self._days: dict[int, list[Policy]] = {}

    def enter(self, policy: Policy, county: County) -> None:
        """Enter a policy that has just opened; days that have passed are not made up for."""
        insort(self.opened, policy, key=_turn)
        before_first = county.clock.day_index(county.clock.start) - 1
        for campaign_day in policy.days(county):
            if before_first + campaign_day >= county.day:
                insort(self._days.setdefault(before_first + campaign_day, []), policy, key=_turn)

    def on(self, day: int) -> Sequence[Policy]:
        """Who acts on a day of the run, in turn."""
        return self._days.get(day, ())

    def with_hook(self, hook: str) -> list[Policy]:
        """Those that do something at `month_end` or `books_closed`, in turn: to hold others to the books takes long."""
        return [policy for policy in self.opened if getattr(type(policy), hook) is not getattr(Policy, hook)]


def in_turn(policies: Iterable[Policy]) -> list[Policy]:
    """Policies in the order in which they open, and act on one day."""
    return sorted(policies, key=_turn)


def _turn(policy: Policy) -> tuple[str, str]:
    return policy.kind, policy.label
