"""What a run leaves behind: panels at yearly marks, months, delivery and costs by week and month, purses, money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.campaign.delivery import COST_ITEMS
from sim.core.numerics import add_up
from sim.county import County
from sim.facts.sources import SOURCES
from sim.indicators import coverage
from sim.indicators.arrays import group_means, group_totals, ratio
from sim.indicators.income import percentile_means
from sim.population.opening import income
from sim.recording.chart import book_rows, chart_rows
from sim.recording.observer import Observer
from sim.recording.own_results import OwnResults, refuse_taken
from sim.recording.pairs import pair_rows
from sim.recording.panel import groups_of, panel
from sim.recording.records import Records

DAY_100 = -1
"""The month under which the campaign's last day is recorded."""
MONTHLY_GROUPS = ("all", "poor_at_start", "fifth_1", "linked", "registered")


class Recorder(Observer):
    """Writes the long records.

    Args:
        monthly: Whether to keep rows of every household at each month's end, not at yearly marks alone.

    Attributes:
        records: What has been written so far.
        masks: Masks of households by group, fixed as the run opens.
        own: Asks the plan's own observers for their results and groups.
    """

    trusted = True

    def __init__(self, monthly: bool = False) -> None:
        self.monthly = monthly
        self.records = Records()
        self.masks: dict[str, NDArray[np.bool_]] = {}
        self.own = OwnResults()

    def columns(self) -> dict[str, NDArray[Any]]:
        """All records as equally long arrays: table, month, group, name, item, value."""
        return self.records.columns()

    # ---- through the run ---------------------------------------------------------------------------------------

    def open(self, county: County) -> None:
        """The world on the eve of the run."""
        h = county.households
        self.masks = groups_of(county)
        self.masks |= self.own.members(county, self.masks)
        self._month_so_far: dict[str, dict[str, float]] = {}
        self._so_far_yuan = [np.zeros(len(h)), np.zeros(len(h))]
        self._standings: dict[int, dict[str, dict[str, float]]] = {}
        self._lines: list[float] = []
        self._away_at_opening = float(h["migrants"].sum())
        self._poor: list[NDArray[np.bool_]] = [h["poor_at_start"] == 1]
        self._household_rows(county, 0)
        self._panel(county, 0, county.line_yuan)

    def week(self, county: County) -> None:
        """What has been delivered so far."""
        week = county.clock.week_of_campaign(county.day)
        for label, book in county.books.items():
            for name in sorted(book.counts):
                self.records.add("delivery", DAY_100, label, name, book.counts[name], week)

    def campaign_end(self, county: County) -> None:
        """The state on the last campaign day."""
        h = county.households
        left = float(h["migrants"].sum()) - self._away_at_opening
        self.records.add("day100", DAY_100, "all", "jobs_begun", left)
        served = np.zeros(len(h), dtype=np.bool_)
        for book in county.books.values():
            served |= book.served
        columns = {
            "awareness": h["awareness"], "drive": h["drive"], "satisfaction": h["satisfaction"],
            "farm_skill": h["farm_skill"], "work_skill": h["work_skill"],
            "served_share": served.astype(np.float64),
        }  # fmt: skip
        for group, means in group_means(columns, self.masks, persons_of(county)).items():
            for name, value in means.items():
                self.records.add("day100", DAY_100, group, name, value)
            mask = self.masks[group]
            away = ratio(float(h["migrants"][mask].sum()), float(h["workers"][mask].sum()))
            self.records.add("day100", DAY_100, group, "migrants_per_worker", away)
        self._weights(county, DAY_100, self.masks)
        self._own(county, "day100", DAY_100, self.masks, {*columns, "migrants_per_worker", "jobs_begun"})
        pair_rows(county, self.records, DAY_100)

    def month_end(self, county: County) -> None:
        """Income and consumption of the month, a head; what has been delivered and spent so far."""
        self._standings[county.today.month] = _standing(county)
        h, month = county.households, county.today.month
        self._lines.append(county.today.line_yuan)
        columns = {f"income_{s}_yuan": h["income_year"][:, k] for k, s in enumerate(SOURCES)}
        columns["consumption_yuan"] = h["consumption_year_yuan"]
        masks = {name: self.masks[name] for name in (*MONTHLY_GROUPS, *self.own.groups)}
        sums = group_totals({**columns, "persons": persons_of(county)}, masks)
        for group, now in sums.items():
            before = {} if month % 12 == 1 else self._month_so_far.get(group, {})
            flows = {name: (now[name] - before.get(name, 0.0)) / max(1.0, now["persons"]) for name in columns}
            flows["income_yuan"] = add_up(flows[f"income_{s}_yuan"] for s in SOURCES)
            for name, value in flows.items():
                self.records.add("monthly", month, group, name, value)
        self._weights(county, month, masks)
        self._own(county, "monthly", month, masks, {*columns, "income_yuan"})
        self._month_so_far = sums
        if self.monthly:
            self._household_month(county, month)

    def year_end(self, county: County) -> None:
        """The panel at a 12-month mark, and each household's income."""
        line = add_up(self._lines[-12:]) / len(self._lines[-12:])
        self._poor.append(income(county.households) / persons_of(county) < line)
        self._panel(county, county.today.month, line)
        self._household_rows(county, county.today.month)

    def close(self, county: County) -> None:
        """What has been delivered by month, costs, purses, spending, what bound, money flows, who was served."""
        self._last = county.today.month
        self._targets(county)
        self._months(county)
        self._costs(county)
        self._spending(county)
        self._purses(county)
        self._cadre_days(county)
        if county.charted:
            chart_rows(county, self.records)
        for (payer, payee, reason), amount in county.accounts.matrix().items():
            self.records.add("money", self._last, f"{payer}>{payee}", reason, amount)
        served = np.zeros(len(county.keys), dtype=np.int64)
        for bit, book in enumerate(county.books.values()):
            served |= book.served.astype(np.int64) << bit
        self.records.add_block("household", self._last, "all", "served", county.keys, served)

    # ---- tables ------------------------------------------------------------------------------------------------

    def _panel(self, county: County, month: int, line_yuan: float) -> None:
        for group, values in panel(county, self.masks, line_yuan, self._poor).items():
            for name, value in values.items():
                self.records.add("panel", month, group, name, value)
        self._own(county, "panel", month, self.masks, {*values, "line_yuan", "entries", "exits", "returns"})
        self.records.add("panel", month, "all", "line_yuan", line_yuan)
        self._weights(county, month, self.masks, "_at_mark")
        if county.charted:
            book_rows(county, self.records, month, self.masks, line_yuan)

    def _weights(self, county: County, month: int, masks: Mapping[str, NDArray[np.bool_]], when: str = "") -> None:
        """What a nation's means weigh this county's by: persons and workers of each group."""
        if county.number is None:
            return
        columns = {"persons": persons_of(county), "workers": county.households["workers"]}
        for group, sums in group_totals(columns, masks).items():
            for name, value in sums.items():
                self.records.add("weight", month, group, f"{name}{when}", value)

    def _own(
        self, county: County, table: str, month: int, groups: Mapping[str, NDArray[np.bool_]], taken: set[str]
    ) -> None:
        """What the plan's own observers say; `taken` are the model's names."""
        for group, values in self.own.values(county, groups, persons_of(county)).items():
            for name, value in values.items():
                if name in taken:
                    raise refuse_taken(name)
                self.records.add(table, month, group, name, value)

    def _household_rows(self, county: County, month: int) -> None:
        h, keys = county.households, county.keys
        means = income(h) / persons_of(county)
        add = self.records.add_block
        add("household", month, "all", "income_yuan", keys, means.astype(np.float32))
        after = (income(h) - h["burden_last_yuan"]) / persons_of(county)
        add("household", month, "all", "income_after_yuan", keys, after.astype(np.float32))
        add("household", month, "all", "persons", keys, h["persons"])
        if month == 0:
            for name in ("poor_at_start", "fifth", "village"):
                add("household", 0, "all", name, keys, h[name])
        items = np.arange(1, 101)
        add("percentile", month, "all", "income_yuan", items, percentile_means(means, persons_of(county)))

    def _household_month(self, county: County, month: int) -> None:
        """Each household's month, a head, and what it holds and owes at its end."""
        h = county.households
        year = [h["income_year"].sum(axis=1), h["consumption_year_yuan"].copy()]
        before = [np.zeros(len(h))] * len(year) if month % 12 == 1 else self._so_far_yuan
        for name, now, then in zip(("income", "consumption"), year, before, strict=True):
            means = (now - then) / persons_of(county)
            block = means.astype(np.float32)
            self.records.add_block("household", month, "all", f"{name}_month_yuan", county.keys, block)
        for name in ("cash_yuan", "debt_yuan", "informal_yuan"):
            self.records.add_block("household", month, "all", name, county.keys, h[name].astype(np.float32))
        if month % 12 != 0:  # year marks have it among their own rows
            self.records.add_block("household", month, "all", "persons", county.keys, h["persons"])
        self._so_far_yuan = year

    def _targets(self, county: County) -> None:
        add = self.records.add
        for label, book in county.books.items():
            for name, target in sorted(book.targets.items()):
                add("delivery", DAY_100, label, f"{name}_target", target)
            for name, day in sorted(book.deadlines.items()):
                add("delivery", DAY_100, label, f"{name}_deadline", day)
                add("delivery", DAY_100, label, f"{name}_in_time", book.at_deadline.get(name, book.counts[name]))

    def _months(self, county: County) -> None:
        """What had been delivered and spent by the end of each month; costs booked as the run ends are the last's."""
        if self._standings:
            self._standings[max(self._standings)] = _standing(county)
        for month, groups in self._standings.items():
            for group, values in groups.items():
                for name, value in values.items():
                    self.records.add("by_month", month, group, name, value)

    def _costs(self, county: County) -> None:
        add = self.records.add
        for label, book in county.books.items():
            if book.started_day is not None:
                add("start", self._last, label, "campaign_day", book.started_day)
            for name in COST_ITEMS:
                add("cost", self._last, label, name, book.costs[name])
            add("cost", self._last, label, "cost_yuan", book.cost_yuan)
            add("cost", self._last, label, "cash_outlay_yuan", book.cash_outlay_yuan)
            add("cost", self._last, label, "principal_yuan", book.principal_yuan)
            add("cost", self._last, label, "households_served", float(book.served.sum()))
            for constraint, share in book.binding().items():
                add("binding", self._last, label, constraint, share)

    def _spending(self, county: County) -> None:
        h = county.households
        poor, every = h["poor_at_start"] == 1, np.zeros(len(h))
        worths = {label: book.worth_yuan for label, book in county.books.items() if book.worth_yuan.any()}
        for worth in worths.values():
            every = every + worth
        for label, worth in (*worths.items(), ("all", every)):
            for k, part in enumerate(coverage.spending_by_fifth(worth, h["fifth"]), start=1):
                self.records.add("spending", self._last, label, "fifth", float(part), k)
            if worth.sum() > 0:
                wrong = coverage.inclusion_error(worth, poor)
                left_out = coverage.exclusion_error(worth > 0, poor, persons_of(county))
                self.records.add("spending", self._last, label, "targeting_inclusion_error", wrong)
                self.records.add("spending", self._last, label, "targeting_exclusion_error", left_out)

    def _purses(self, county: County) -> None:
        for held in county.purses.held:
            released = held.amount_yuan if held.release <= county.clock.end else 0.0
            values = {
                "amount_yuan": held.amount_yuan, "released_yuan": released,
                "spent_yuan": held.amount_yuan - held.left_yuan, "unspent_yuan": held.left_yuan,
                "infeasible_yuan": held.refused_yuan,
            }  # fmt: skip
            for name, value in values.items():
                self.records.add("purse", self._last, held.id, name, value)

    def _cadre_days(self, county: County) -> None:
        """Cadre-days asked for, given and left by week: all together, and each unit's."""
        add, block, days = self.records.add, self.records.add_block, county.cadre_days
        weeks = np.arange(1, county.clock.campaign_weeks + 1)
        block("cadre_days", DAY_100, "all", "available", weeks, days.left[1:-1])
        add("cadre_days", DAY_100, "all", "given", days.given)
        for name, table in (("asked", days.asked), ("used", days.used)):
            block("cadre_days", DAY_100, "all", name, weeks, table[1:-1].sum(axis=1))
            for unit, column in enumerate(days.by_unit(table)[1:-1].T):
                block("cadre_days", DAY_100, f"unit_{int(county.units['key'][unit])}", name, weeks, column)


def watchers(own: Sequence[Observer], given: Sequence[Observer]) -> tuple[Observer, ...]:
    """All who watch a run.

    Args:
        own: The plan's own observers; every recorder asks them for their results, after they have been told.
        given: The others.
    """
    for observer in given:
        if isinstance(observer, Recorder):
            observer.own = OwnResults(own)
    return (*own, *given)


def persons_of(county: County) -> NDArray[np.float64]:
    """Persons of each household today: families change."""
    return np.asarray(county.households["persons"].astype(np.float64))


def _standing(county: County) -> dict[str, dict[str, float]]:
    """What each policy has delivered and cost so far, and what cadre-days there were."""
    groups = {}
    for label, book in county.books.items():
        counts = {name: book.counts.get(name, 0.0) for name in sorted({*book.counts, *book.targets})}
        money = {"cost_yuan": book.cost_yuan, "cash_outlay_yuan": book.cash_outlay_yuan}
        groups[label] = counts | money | {"households_served": float(book.served.sum())}
    given, asked, used = (add_up(column) for column in county.cadre_days.months.T.tolist())
    groups["all"] = {"cadre_days_given": given, "cadre_days_asked": asked, "cadre_days_used": used}
    return groups
