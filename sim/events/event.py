"""What an event is: something that befalls the county on a day, whatever anybody has planned.

An event is a class in a file of this folder. It happens on its day, before any measure acts (`happen`), and where it
lasts, weighs on every month that begins while it does (`weigh`). It moves no draw of anything else: what it draws is
keyed by its own name. Two plans that have the same event meet the same one, household by household.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.core.dates import CampaignDay, date_of
from sim.core.draws import number_of
from sim.core.frozen import FrozenModel
from sim.county import County
from sim.economy.market import Market

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]


class Scene(NamedTuple):
    """What an event may touch."""

    county: County
    market: Market


class Event(FrozenModel):
    """One event of a plan. Subclasses set `kind` and say what happens."""

    kind: ClassVar[str] = ""
    title_en: ClassVar[str] = ""
    title_zh: ClassVar[str] = ""

    start: CampaignDay = Field(description="date or campaign day (1 = first) on which it happens")

    def first_day(self, campaign_start: dt.date) -> dt.date:
        """The day on which it happens."""
        return date_of(self.start, campaign_start)

    def last_day(self, campaign_start: dt.date) -> dt.date:
        """The last day on which a month can begin that it weighs on; before its first day if it does not last."""
        return self.first_day(campaign_start) - dt.timedelta(days=1)

    def happen(self, scene: Scene, name: str) -> None:
        """What is done at once, on its day."""

    def weigh(self, scene: Scene, name: str) -> None:
        """What it does to a month that begins while it lasts: written into the market before that opens."""


class Lasting(Event):
    """An event that lasts for months."""

    months: int = Field(
        default=12, ge=1, le=120, description="months that it lasts, from the first that begins on or after it"
    )

    def last_day(self, campaign_start: dt.date) -> dt.date:
        """The day before it is over."""
        return months_on(self.first_day(campaign_start), self.months) - dt.timedelta(days=1)


class Somewhere(FrozenModel):
    """An event in some places: townships by name, and of their villages a share by keyed lottery."""

    townships: tuple[str, ...] = Field(default=(), description="townships by name, as the profile has them; none = all")
    village_share: float = Field(default=1.0, ge=0, le=1, description="share of their villages, drawn by keyed lottery")

    def villages(self, county: County, name: str) -> Mask:
        """Which villages it befalls."""
        v = county.villages
        there = np.ones(len(v), dtype=np.bool_)
        if self.townships:
            names = [(town.name.en, town.name.zh) for town in county.profile.townships]
            named = [k for k, both in enumerate(names) if not set(both).isdisjoint(self.townships)]
            there = np.isin(v["township"] % len(names), named)
        if self.village_share < 1.0:
            everywhere = np.arange(len(v), dtype=np.int64)
            there &= county.village_luck(number(name, "village"), everywhere) < self.village_share
        return there

    def households(self, county: County, name: str) -> Rows:
        """Rows of the households of these villages."""
        return np.flatnonzero(self.villages(county, name)[county.households["village"]]).astype(np.int64)


def number(name: str, what: str) -> int:
    """The number of one of an event's chance events."""
    return number_of(f"event.{name}.{what}")


def months_on(day: dt.date, months: int) -> dt.date:
    """The same day so many months later (the first of the month after where there is none)."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    try:
        return day.replace(year=year, month=month)
    except ValueError:
        return dt.date(year + month // 12, month % 12 + 1, 1)
