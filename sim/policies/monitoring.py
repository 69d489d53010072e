"""Return-to-poverty monitoring: who is about to fall is found, checked, helped by cause, and watched until it is safe.

A household is at risk where its income of the last twelve months, less its own medical and school payments, is below
the line, and the most it had in hand in those months would not last long. Nobody sees that as it is: a cadre calls now
and then, departments compare bills, a household speaks up itself. What was seen is checked, which takes time and errs;
only then does help come, and meanwhile the household copes as it can: it borrows, sells animals, goes without care,
takes a pupil out of school.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from sim.core.numerics import total
from sim.facts.monitored import GROUPS, NEAR_LINE, STRUCK, UNSTABLE
from sim.money.reasons import reason
from sim.policies import bends
from sim.policies.policy import County, Mask, Names, Policy, PolicySettings, RowsOf, Yuan
from sim.policies.settings import BUDGET, Lever

BILLS = reason("help with bills of monitored households", "监测户医疗教育支出救助")
LIVING = reason("living aid for monitored households", "监测户临时生活救助")
WATCHED = "watched by the return-to-poverty monitoring"
"""The name of a mask that policies share: households that are watched now."""
YEAR = 12

Channel = Literal["visit", "data", "report"]
Measure = Literal["bills", "living", "care"]


class MonitoringSettings(PolicySettings):
    """Levers of the monitoring."""

    line: Literal["province", "national"] = Field(
        default="province",
        description="province: the county's own line; national: 1.5 times the standard of 2010 at today's prices",
    )
    line_share: float = Field(default=1.0, ge=0.3, le=3, description="factor on that line")
    look: tuple[Channel, ...] = Field(
        default=("visit", "data", "report"),
        description="who finds: visit (a cadre's call), data (bills), report (itself)",
    )
    called: Literal["linked", "registered", "everyone"] = Field(
        default="registered", description="whom cadres call on: linked, lifted out of poverty or linked, everyone"
    )
    call_days: int = Field(default=90, ge=30, le=730, description="days between calls")
    delay_days: int = Field(default=30, ge=0, le=730, description="days from being seen to a decision")
    accuracy: float = Field(default=0.85, ge=0, le=1, description="chance that a call or a check sees what is so")
    measures: tuple[Measure, ...] = Field(
        default=("bills", "living", "care"),
        description="what is done, by cause: bills (part is paid), living (part of what income lacks), care (referral)",
    )
    pays: float = Field(default=0.6, ge=0, le=1, description="share of bills, and of what income lacks, that is paid")
    most_yuan: float = Field(default=8000.0, ge=0, le=200_000, description="most that a household gets while watched")
    round_days: int = Field(default=30, ge=7, le=365, description="days between rounds of decisions and payments")


class Monitoring(Policy):
    """Every round: who is at risk now, who is seen, what the checks say, who gets help, who is safe again."""

    kind: ClassVar[str] = "monitoring"
    title_en: ClassVar[str] = "Return-to-poverty monitoring"
    title_zh: ClassVar[str] = "防返贫动态监测帮扶"
    may_change: ClassVar[dict[str, Lever]] = {
        "delay_days": Lever("Days from being seen to a decision", "从发现到认定的天数"),
        "accuracy": Lever("Accuracy of calls and checks", "识别准确率", "share"),
        "pays": Lever("Share of the need that is paid", "救助比例", "share"),
        "most_yuan": Lever("Most that a household gets", "每户救助上限"),
        **BUDGET,
    }
    amounts: ClassVar[tuple[str, ...]] = ("budget_yuan", "most_yuan")
    counts: ClassVar[dict[str, Names]] = {
        "helped": ("Payments to monitored households", "监测对象救助户次"),
        "found": ("Households found at risk", "识别纳入监测户数"),
        **{f"found_{group}": (f"Found: {en}", f"纳入监测：{zh}") for group, (en, zh) in GROUPS.items()},
        "in_time": ("Found at risk in time", "及时发现户数"),
        "false_alarms": ("False alarms", "误纳入户数"),
        "missed": ("Risks that passed unseen", "未被发现的风险户次"),
        "removed": ("Risks removed", "风险消除户数"),
    }
    beside: ClassVar[dict[str, dict[str, object]]] = {
        "round_days": {"end_day": 360},
        "call_days": {"end_day": 360, "look": ("visit",)},
        "called": {"look": ("visit",)},
        "most_yuan": {"pays": 1.0},
    }
    warm: ClassVar[dict[str, object]] = {"line_share": 2.0, "delay_days": 0, "accuracy": 0.9}
    Settings: ClassVar[type[PolicySettings]] = MonitoringSettings
    settings: MonitoringSettings

    def open(self, county: County) -> None:
        """Nobody is watched; what households earned and paid in the year before is known to themselves."""
        h, n = county.households, len(county.households)
        self._on = self.households_on(county)
        season = (county.clock.start.month - 2 + np.arange(YEAR)) % YEAR  # of the months to come, this time last year
        self._income = np.ascontiguousarray(h["counted_yuan"].T[season])
        self._savings = np.repeat(h["cash_yuan"][None, :], YEAR, axis=0)
        usual = self._income.mean(axis=0)
        for month in range(YEAR - 1, 0, -1):  # reckoned back from the opening's (0): a year spends what it earns
            later = (month + 1) % YEAR
            self._savings[month] = self._savings[later] - self._income[later] + usual
        self._bills = np.repeat(h["burden_last_yuan"][None, :] / YEAR, YEAR, axis=0)
        self._till = np.stack([h["income_year"].sum(axis=1), h["burden_year_yuan"]])
        self.watched = county.shared_mask(WATCHED)
        self.group = np.zeros(n, dtype=np.int8)
        self._began = np.full(n, -1, dtype=np.int64)  # day on which the risk that lasts began
        self._decided = np.full(n, -1, dtype=np.int64)  # day on which what was seen is decided on
        self._safe_since = np.full(n, -1, dtype=np.int64)
        self._again = np.zeros(n, dtype=np.bool_)  # safe, and watched on
        self._given = np.zeros(n)
        self._next_call = 0

    def days(self, county: County) -> Iterable[int]:
        """Rounds."""
        return self.rounds(county, self.settings.round_days)

    def month_end(self, county: County) -> None:
        """Another month of everybody's income, payments and savings."""
        h, month = county.households, county.today.month % YEAR
        now = np.stack([h["income_year"].sum(axis=1), h["burden_year_yuan"]])
        self._income[month], self._bills[month] = now - self._till
        self._savings[month] = h["cash_yuan"]
        self._till = np.zeros_like(now) if month == 0 else now  # the accounting year closes tonight

    # ---- what is so --------------------------------------------------------------------------------------------

    def line_yuan(self, county: County) -> float:
        """The line a head and year."""
        s, p = self.settings, county.p
        if s.line == "province":
            return s.line_share * county.line_now
        return s.line_share * p.monitoring_times * p.monitoring_standard_yuan * county.today.cpi

    def at_risk(self, county: County) -> Mask:
        """Households that are about to fall, whoever knows of it."""
        line = self.line_yuan(county) * county.households["persons"]
        left = self._income.sum(axis=0) - self._bills.sum(axis=0)
        short = self._savings.max(axis=0) < county.p.monitoring_savings_months / YEAR * line
        return np.asarray(self._on & (left < line) & short)

    def groups(self, county: County, rows: RowsOf) -> RowsOf:
        """Which of the three each belongs to: struck suddenly, else once lifted out of poverty, else near the line."""
        h, p = county.households, county.p
        usual = YEAR * h["expected_yuan"][rows]
        paid = self._lately(county, self._bills)[rows] > p.monitoring_struck_bill * usual
        lost = self._income[:, rows].sum(axis=0) < (1.0 - p.monitoring_struck_loss) * usual
        return np.where(paid | lost, STRUCK, np.where(h["registered"][rows] == 1, UNSTABLE, NEAR_LINE))

    @staticmethod
    def _lately(county: County, ring: Yuan) -> Yuan:
        """The last months, added up."""
        last = county.today.month - 1
        return np.asarray(ring[[(last - k) % YEAR for k in range(int(county.p.monitoring_recent_months))]].sum(axis=0))

    # ---- a round -----------------------------------------------------------------------------------------------

    def day(self, county: County) -> None:
        """A round."""
        if not self.in_season(county):
            return
        risk = self.at_risk(county)
        self._note(county, risk)
        seen = self._seen(county, risk) & self._on & ~self.watched & (self._decided < 0)
        self._decided[seen] = county.day + self.settings.delay_days
        self._decide(county, risk)
        self._let_go(county, risk)
        self._help(county, risk)

    def _note(self, county: County, risk: Mask) -> None:
        """Risks that began, and those that are over without anybody having seen them."""
        over = ~risk & (self._began >= 0)
        self.book.count("missed", float((over & ~self.watched).sum()))
        self._began[over] = -1
        self._began[risk & (self._began < 0)] = county.day

    def _seen(self, county: County, risk: Mask) -> Mask:
        """Whom somebody takes to be at risk: rightly or not."""
        everyone, s, p, month = np.arange(len(risk)), self.settings, county.p, county.today.month
        seen = risk & self._again  # who is watched on is seen at once
        if "visit" in s.look and county.day >= self._next_call:
            self._next_call = county.day + s.call_days
            rows = self._called(county)
            errs = self.luck(county, "call", rows, month) >= s.accuracy
            rows = rows[np.where(risk[rows], ~errs, errs & (self._misread(county, rows)))]
            seen[rows] = True
        if "data" in s.look:
            seen |= self._lately(county, self._bills) > p.monitoring_bill_yuan * county.today.cpi
        if "report" in s.look:
            speaks = self.luck(county, "report", everyone, month) < p.monitoring_report * county.households["awareness"]
            seen |= risk & speaks
        return np.asarray(seen)

    def _called(self, county: County) -> RowsOf:
        """Households called on in this round, as far as cadres have days."""
        h, called = county.households, self.settings.called
        mine = np.ones(len(h), dtype=np.bool_) if called == "everyone" else h["linked"] == 1
        if called == "registered":
            mine = mine | (h["registered"] == 1)
        rows = self.in_turn(county, np.flatnonzero(mine & self._on & ~self.watched).astype(np.int64))
        served, used = county.cadre_days.take(rows, county.p.monitoring_call_days)
        self.book.costs["cadre_days_yuan"] += used * county.profile.support.day_cost_yuan
        bends.passed_over(county, self.label, rows, rows[served])
        return rows[served]

    def _misread(self, county: County, rows: RowsOf) -> Mask:
        """Those who are not at risk, but near enough for it to be thought."""
        left = self._income[:, rows].sum(axis=0) - self._bills[:, rows].sum(axis=0)
        near = county.p.monitoring_near * self.line_yuan(county) * county.households["persons"][rows]
        return np.asarray(left < near)

    def _decide(self, county: County, risk: Mask) -> None:
        """What was seen is checked: the check errs now and then, both ways."""
        due = np.flatnonzero((self._decided >= 0) & (self._decided <= county.day)).astype(np.int64)
        self._decided[due] = -1
        right = self.luck(county, "check", due, county.today.month) < self.settings.accuracy
        rows = due[risk[due] == right]
        if not len(rows):
            return
        self.watched[rows], self._again[rows], self._safe_since[rows] = True, False, -1
        self._given[rows] = 0.0
        self.group[rows] = self.groups(county, rows)
        self.book.count("found", float(len(rows)))
        for number, group in enumerate(GROUPS, start=1):
            self.book.count(f"found_{group}", float((self.group[rows] == number).sum()))
        true = rows[risk[rows]]
        self.book.count("false_alarms", float(len(rows) - len(true)))
        self.book.count("in_time", float((county.day - self._began[true] <= county.p.monitoring_in_time_days).sum()))

    def _let_go(self, county: County, risk: Mask) -> None:
        """Who has been safe for long enough is watched on, but no longer helped."""
        self._safe_since[risk] = -1
        self._safe_since[~risk & self.watched & (self._safe_since < 0)] = county.day
        safe = self.watched & (self._safe_since >= 0)
        done = safe & (county.day - self._safe_since >= county.p.monitoring_hold_days)
        self.book.count("removed", float(done.sum()))
        self.watched[done], self._again[done], self.group[done], self._safe_since[done] = False, True, 0, -1

    def _help(self, county: County, risk: Mask) -> None:
        """Who is watched gets what fits the cause; those struck suddenly come first."""
        s, h = self.settings, county.households
        rows = self.in_turn(county, np.flatnonzero(self.watched).astype(np.int64))
        rows = rows[np.argsort(self.group[rows] != STRUCK, kind="stable")]
        new = self._given[rows] == 0.0
        last = (county.today.month - 1) % YEAR
        bills = np.where(new, self._bills[:, rows].sum(axis=0), self._bills[last, rows])
        lacks = (self.line_yuan(county) * h["persons"][rows] - self._income[:, rows].sum(axis=0)) / YEAR
        self._bills_part = np.zeros(len(h))
        worth = np.zeros(len(h))
        room = np.maximum(0.0, s.most_yuan - self._given[rows])
        if "bills" in s.measures:
            self._bills_part[rows] = np.minimum(room, s.pays * np.maximum(0.0, bills))
        if "living" in s.measures:
            worth[rows] = np.where(risk[rows], s.pays * np.maximum(0.0, lacks), 0.0)
        worth[rows] = np.minimum(room, worth[rows] + self._bills_part[rows])
        if "care" in s.measures and s.effects and s.most_yuan > 0.0:
            self._refer(county, rows[new])
        self.deliver(county, rows[worth[rows] > 0.0], worth)

    def _refer(self, county: County, rows: RowsOf) -> None:
        """Who is newly watched and ill is brought to care sooner."""
        months = county.households["ill_months"]
        months[rows] = (months[rows] * (1.0 - county.p.visit_referral)).astype(months.dtype)

    def days_each(self, county: County) -> float:
        """Papers and a call."""
        return float(county.p.monitoring_help_days)

    def pay(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """Bills are relief of what a household paid; living aid is income."""
        bills = self._bills_part[rows]
        if total(bills) > 0.0:
            self.grant(county, rows, bills, BILLS, counts_as="relief")
        if total(worth_yuan - bills) > 0.0:
            self.grant(county, rows, worth_yuan - bills, LIVING)

    def hand_over(self, county: County, rows: RowsOf, worth_yuan: Yuan) -> None:
        """What each has had while watched."""
        self._given[rows] += worth_yuan

    @classmethod
    def ways(cls, settings: PolicySettings) -> Mapping[str, tuple[Names, Mapping[str, object]]]:
        """Its measures."""
        open_ = settings.measures if isinstance(settings, MonitoringSettings) and settings.effects else ()
        names = {
            "bills": ("help with bills", "医疗教育支出救助"),
            "living": ("living aid", "临时生活救助"),
            "care": ("brought to care", "转介就医"),
        }
        return {one: (names[one], {"measures": tuple(each for each in open_ if each != one)}) for one in open_}
