"""Rectification: inspections look for wrong entries and omissions of the register, have them mended, and come again.

A problem is a household that is on the list though well off, or off it though poor. It stays hidden until an inspection
looks, is closed for days and money, and comes back where what brought it about is still there: a weak committee.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from pydantic import Field

from sim.core.numerics import exp
from sim.money.reasons import reason
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf
from sim.policies.settings import BUDGET, Lever
from sim.population.registry import earned_a_head, missing_causes

CLOSING = reason("problems of the register put right", "问题整改支出")


class RectificationSettings(PolicySettings):
    """Levers of the inspections."""

    every_days: int = Field(default=30, ge=7, le=730, description="days from one inspection to the next")
    depth: float = Field(default=0.3, ge=0, le=1, description="share of households that an inspection looks at")


class Rectification(Policy):
    """Problems are found, closed, and come back.

    Attributes:
        closed: By household, whether a problem was closed and has not come back.
        before: By household, whether it was on the list before it was closed.
    """

    kind: ClassVar[str] = "rectification"
    title_en: ClassVar[str] = "Rectification of the register"
    title_zh: ClassVar[str] = "建档立卡问题整改"
    may_change: ClassVar[dict[str, Lever]] = {
        "depth": Lever("Share of households inspected", "核查农户比例", "share"),
        **BUDGET,
    }
    counts: ClassVar[dict[str, Names]] = {
        "problems_closed": ("Problems closed", "整改完成问题"),
        "problems_found": ("Problems found", "发现问题"),
        "hidden": ("Problems that stood at the last inspection", "最近一次核查时实有问题"),
        "rebounded": ("Problems that came back", "反弹问题"),
    }
    amounts: ClassVar[tuple[str, ...]] = ("depth",)
    most: ClassVar[int | None] = 1  # a household's problem is closed once
    Settings: ClassVar[type[PolicySettings]] = RectificationSettings
    settings: RectificationSettings

    def open(self, county: County) -> None:
        """Nothing has been looked at."""
        n = len(county.households)
        self.closed: Mask = np.zeros(n, dtype=np.bool_)
        self.before: Mask = np.zeros(n, dtype=np.bool_)
        self._on = self.households_on(county)
        self.book.targets["problems_closed"] = float(self._problems(county).sum())

    def days(self, county: County) -> Iterable[int]:
        """Days of inspections."""
        return self.rounds(county, self.settings.every_days)

    def day(self, county: County) -> None:
        """An inspection: look at some households, and put right what is found as far as money and days reach."""
        p, day = county.p, county.day
        problems = self._problems(county)
        self.book.count("hidden", float(problems.sum()) - self.book.counts.get("hidden", 0.0))
        there = np.flatnonzero(problems).astype(np.int64)
        looked = there[self.luck(county, "looks", there, day) < self.settings.depth]
        found = looked[self.luck(county, "finds", looked, day) < p.rectify_finds]
        self.book.count("problems_found", float(len(found)))
        each = p.rectify_yuan * county.today.cpi
        self.deliver(county, self.in_turn(county, found), np.where(problems, each, 0.0))

    def days_each(self, county: County) -> float:
        """A cadre's time for the papers of a household."""
        return county.p.rectify_days

    def pay(self, county: County, rows: RowsOf, worth_yuan: np.ndarray) -> None:
        """Papers, a meeting, a notice on the wall."""
        self.buy(county, float(worth_yuan.sum()), "administration_yuan", CLOSING)

    def hand_over(self, county: County, rows: RowsOf, worth_yuan: np.ndarray) -> None:
        """Who is left out enters, who is well off leaves."""
        h = county.households
        self.before[rows], self.closed[rows] = h["registered"][rows] == 1, True
        self._list(county, rows, ~self.before[rows])

    def month_end(self, county: County) -> None:
        """What was closed comes back, sooner where the committee is weak."""
        rows = np.flatnonzero(self.closed).astype(np.int64)
        weak = 1.0 - county.villages["leadership"][county.households["village"][rows]]
        back = self.luck(county, "back", rows, county.today.month) < county.p.rectify_rebounds * weak / 12.0
        self.closed[rows[back]] = False
        self._list(county, rows[back], self.before[rows[back]])
        self.book.count("rebounded", float(back.sum()))

    def _list(self, county: County, rows: RowsOf, listed: Mask) -> None:
        h = county.households
        h["registered"][rows] = listed
        new, causes = missing_causes(h, county.p, county.today, illness=False)
        h["cause"][new] = causes

    def _problems(self, county: County) -> Mask:
        """Households on the list though well above the line, or off it though well below."""
        h, margin = county.households, exp(county.p.review_margin)
        a_head, listed = earned_a_head(h), h["registered"] == 1
        wrong = np.where(listed, a_head > county.line_now * margin, a_head < county.line_now / margin)
        return np.asarray(wrong & self._on)
