"""The means of a plan: money that comes late or is cut, cadres who come or are called away."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.events.event import Event, Scene, Somewhere
from sim.money.reasons import reason

CUT = reason("cut of a purse", "资金核减")


class PurseEvent(Event):
    """An event of one purse."""

    purse: str = Field(min_length=1, description="id of the purse")


class PurseLate(PurseEvent):
    """A purse that has not been released by then is released later."""

    kind: ClassVar[str] = "purse_late"
    title_en: ClassVar[str] = "Money comes late"
    title_zh: ClassVar[str] = "资金到位推迟"

    days: int = Field(default=30, ge=1, le=3650, description="days by which it is late")

    def happen(self, scene: Scene, name: str) -> None:
        """Another release date."""
        for held in scene.county.purses.held:
            if held.id == self.purse and held.release >= scene.county.date:
                held.release += dt.timedelta(days=self.days)


class PurseCut(PurseEvent):
    """Part of what a purse was to hold is taken back, as far as it is still there."""

    kind: ClassVar[str] = "purse_cut"
    title_en: ClassVar[str] = "Money is cut"
    title_zh: ClassVar[str] = "资金核减"

    share: float = Field(default=0.3, ge=0, le=1, description="share of its whole amount that is taken back")

    def happen(self, scene: Scene, name: str) -> None:
        """Money back to the state."""
        county = scene.county
        for held in county.purses.held:
            if held.id == self.purse:
                taken = min(held.left_yuan, self.share * held.amount_yuan)
                held.left_yuan -= taken
                held.amount_yuan -= taken
                county.accounts.pay(held.account, "state", taken, CUT)


class Cadres(Event, Somewhere):
    """Cadres come or are called away: the field days of those in these places are more or less by their number."""

    kind: ClassVar[str] = "cadres"
    title_en: ClassVar[str] = "Cadres come or are called away"
    title_zh: ClassVar[str] = "干部增派或抽调"

    number: int = Field(default=10, ge=-100_000, le=100_000, description="how many more; fewer if below zero")

    def happen(self, scene: Scene, name: str) -> None:
        """Days for the rest of the campaign and the months after it."""
        county = scene.county
        there = self.villages(county, name)[county.cadres["village"]]
        if there.any():
            more = max(-1.0, self.number * county.share / float(np.count_nonzero(there)))
            county.cadre_days.reinforce(there, more)
