"""First secretaries: officials posted to a village full time, with the unit that sends them and its money behind them.

A secretary calls on households all year, strengthens the committee as long as the post lasts, and has projects carried
out from a fund of the post. How hard a secretary works and how large the fund is depends on who sends.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.agents.cadre import Cadre
from sim.agents.village import Village
from sim.campaign.visits import visit
from sim.core.draws import mix
from sim.core.numerics import add_up
from sim.core.rule import kernel, rule
from sim.county import KNOWN
from sim.facts.channels import ADVICE, CAUSE, PAPERS, WARNING
from sim.facts.limits import MOST_YUAN
from sim.facts.topics import HELPED
from sim.facts.units import COUNTY, LEVELS
from sim.money.reasons import reason
from sim.parameters.packed import P
from sim.policies.duplicates import DUPLICATES, consulted, not_found
from sim.policies.gifts import coached_in
from sim.policies.going_round import GoingRound
from sim.policies.policy import County, Names, Policy, PolicySettings, RowsOf
from sim.policies.projects import NAMES, needs, prices_yuan
from sim.policies.settings import BUDGET, Lever
from sim.policies.under_way import UnderWay

PAY = reason("pay of first secretaries", "第一书记工资及补助")
PROJECTS = reason("projects of first secretaries", "第一书记专项资金项目支出")
KINDS = list(range(len(NAMES)))
CHANNELS = add_up(1 << channel for channel in (CAUSE, PAPERS, ADVICE, WARNING))
"""What a call with substance brings there and then; that gifts are looked after and a household known comes beside."""


class FirstSecretariesSettings(PolicySettings):
    """Levers of the posts."""

    months: int = Field(default=24, ge=0, le=120, description="months that a post lasts")
    sender: Literal["county", "city", "province"] = Field(
        default="county", description="whose unit sends them: sets how hard they work, and the fund unless it is stated"
    )
    households_month: int = Field(default=20, ge=0, le=1000, description="households a secretary calls on in a month")
    fund_yuan: float | None = Field(
        default=None,
        ge=0,
        le=MOST_YUAN,
        description="fund of a post for projects, a year; left out: what such senders give",
    )


class FirstSecretaries(Policy):
    """One secretary a village, from the first day on, until the post ends or cannot be paid."""

    kind: ClassVar[str] = "first_secretaries"
    title_en: ClassVar[str] = "First secretaries"
    title_zh: ClassVar[str] = "第一书记驻村"
    by_months: ClassVar[bool] = True
    may_change: ClassVar[dict[str, Lever]] = {
        "households_month": Lever("Households a first secretary calls on in a month", "第一书记每月走访户数"),
        **BUDGET,
    }
    counts: ClassVar[dict[str, Names]] = {
        "secretary_months": ("Months of first secretaries", "第一书记在岗月数"),
        "calls": ("Calls of first secretaries", "第一书记走访户次"),
        "calls_substance": ("Calls with substance", "第一书记有实效的走访户次"),
        "told": ("Times told of a programme", "政策告知户次"),
        "begun": ("Projects begun", "开工项目"),
        "finished": ("Projects finished", "完工项目"),
        **DUPLICATES,
    }
    amounts: ClassVar[tuple[str, ...]] = ("months",)
    village_wide: ClassVar[bool] = True
    warm: ClassVar[dict[str, object]] = {}
    Settings: ClassVar[type[PolicySettings]] = FirstSecretariesSettings
    settings: FirstSecretariesSettings

    def open(self, county: County) -> None:
        """Posts to be filled, who would fill them, and in which order they go from house to house."""
        n, p = len(county.villages), county.p
        everyone = np.arange(len(county.households), dtype=np.int64)
        self._level = list(LEVELS).index(self.settings.sender)
        self._effort = p.level_effort[self._level]
        self._wanted = self.villages_on(county)
        self._since = np.full(n, -1)
        self._gone = np.zeros(n, dtype=np.bool_)
        self._gained = np.zeros(n)  # leadership, by the secretary
        self._going = GoingRound(county, self.luck(county, "way", everyone))
        self._secretaries = self._officials(county)
        self._fund_yuan = np.zeros(n)  # not yet spent
        self._works = UnderWay(county)
        self.book.targets["secretary_months"] = float(self._wanted.sum() * self.settings.months)

    def _officials(self, county: County) -> NDArray[Any]:
        """A secretary for each village: knows and is taken as cadres are, works as the sending unit does, never tires.

        Their keys are their own, so that their luck is neither a cadre's nor another secretary's.
        """
        p, number = county.p, self.number("secretary")
        officials = Cadre.rows(len(county.villages))
        officials["key"] = [mix(number, int(key)) // 2 for key in county.villages["key"]]
        officials["village"] = np.arange(len(officials))
        for name, mean in zip(("farm", "finance", "jobs", "standing"), p.cadre_means, strict=True):
            officials[name] = mean
        effort = p.cadre_effort * self._effort / p.level_effort[COUNTY]
        officials["effort"] = min(max(effort, p.effort_limits[0]), p.effort_limits[1])
        return officials

    def month_end(self, county: County) -> None:
        """A month of every secretary, paid for, or the post ends; what is built goes on without them."""
        s, month = self.settings, county.today.month
        opens = s.start_day <= county.today.campaign_day <= self.last_day(county)
        self._end(county, np.flatnonzero((self._since >= 0) & (month - self._since >= s.months)))
        seek = self._wanted & ~self._gone & ((self._since >= 0) | opens) & (s.months > 0)
        rows = self.villages_in_turn(county)
        rows = rows[seek[rows]]
        pay_yuan = county.p.secretary_pay_yuan * county.today.cpi
        paid = self.ration(county, rows, np.full(len(rows), pay_yuan))
        self.buy(county, pay_yuan * len(paid), "administration_yuan", PAY)
        self._end(county, np.setdiff1d(np.flatnonzero(self._since >= 0), paid))
        self._begin(county, paid[self._since[paid] < 0])
        self.book.count("secretary_months", float(len(paid)), paid)
        if len(paid):
            visited = [self._going.households(int(village), s.households_month) for village in paid]
            self._call(county, np.concatenate(visited))
        self._choose(county, paid)
        luck = (lambda rows, _: self.luck(county, "reached", rows, month)) if s.effects else None
        self._works.month(self, county, self._effort, luck)

    def _begin(self, county: County, villages: RowsOf) -> None:
        """Secretaries take up their posts."""
        self._since[villages] = county.today.month
        for village in villages.tolist():
            self.book.reach(self.households_of(county, village))
        if self.settings.effects:
            county.apply(take_up_posts, villages, self._effort, self._gained)

    def _end(self, county: County, villages: RowsOf) -> None:
        """Secretaries go back for good, and with them what they brought to the committee and the rest of the fund."""
        self._gone[villages], self._since[villages] = True, -1
        leadership = county.villages["leadership"]
        leadership[villages] = np.maximum(0.0, leadership[villages] - self._gained[villages])
        self._gained[villages] = self._fund_yuan[villages] = 0.0

    def _call(self, county: County, rows: RowsOf) -> None:
        """Calls at these households; after one with substance they are known, and what they were given is seen to."""
        services = np.zeros(len(rows), dtype=np.int64)
        county.apply(call_on, rows, self._secretaries, CHANNELS, int(self.settings.effects), services)
        where, helped = county.households["village"], services >= 0
        told = helped & (services < HELPED)
        for name, which in (("calls", services >= -1), ("calls_substance", helped), ("told", told)):
            self.book.count(name, float(which.sum()), where[rows[which]])
        if self.settings.effects:
            coached_in(county)[rows[helped]] = county.today.month
            county.shared_mask(KNOWN)[rows[helped]] = True

    def _choose(self, county: County, posted: RowsOf) -> None:
        """Each year's fund comes in; whoever has nothing under way begins what the village needs most, with all of it.

        What costs more than the fund holds is done in part, and brings as much less.
        """
        s, p = self.settings, county.p
        fund_yuan = p.secretary_fund_yuan[self._level] if s.fund_yuan is None else s.fund_yuan
        self._fund_yuan[posted[(county.today.month - self._since[posted]) % 12 == 0]] += fund_yuan
        rows = posted[~(self._works.worth_yuan[posted] > 0.0).any(axis=1) & (self._fund_yuan[posted] > 0.0)]
        if not len(rows):
            return
        need = not_found(self, county, rows, KINDS, needs(county, rows, KINDS), consulted(county))
        rows, kinds = rows[need.any(axis=1)], np.argmax(need, axis=1)[need.any(axis=1)]
        spent = np.minimum(self._fund_yuan[rows], prices_yuan(county)[kinds])
        short = self.book.lost_yuan["purse"]
        rows = self.ration(county, rows, spent)
        self.book.lost_yuan["purse"] += short
        spent = spent[: len(rows)]
        self.buy(county, add_up(spent.tolist()), "grants_yuan", PROJECTS)
        self._fund_yuan[rows] -= spent
        self._works.begin(self, county, rows, kinds[: len(rows)], spent)
        self.book.count("begun", float(len(rows)), rows)


@rule
def take_up(v: Village, p: P, effort: float) -> float:
    """A secretary takes up the post.

    Returns:
        What the committee's leadership gains by it, to be taken back when the secretary goes.
    """
    gained = p.secretary_leadership * effort * (1.0 - v.leadership)
    v.leadership += gained
    return gained


@kernel
def take_up_posts(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    effort: float,
    gained: NDArray[np.float64],
) -> None:
    """Secretaries take up their posts in these villages; `gained` has a place for each village."""
    for i in range(rows.shape[0]):
        gained[rows[i]] = take_up(villages[rows[i]], params[0], effort)


@kernel
def call_on(
    rows: NDArray[np.int64],
    households: Any,
    villages: Any,
    params: Any,
    todays: Any,
    secretaries: Any,
    channels: int,
    effects: int,
    services: NDArray[np.int64],
) -> None:
    """A call at each of `rows` by its village's secretary: the service it carried, or -1 without substance."""
    for i in range(rows.shape[0]):
        h = households[rows[i]]
        services[i] = visit(secretaries[h.village], h, params[0], todays[0], 1.0, effects, channels)
