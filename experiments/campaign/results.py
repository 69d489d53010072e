"""How far the tasks of a campaign come: planned, done, in time or not, and what stands against them; place by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.campaign.curves import COUNTY, Curves, Floats, size_of
from experiments.campaign.variants import PLAN
from experiments.measure.statistics import Interval, met, wilson
from experiments.pages.timetable import Timetable
from sim.facts.trades import TRADES
from sim.population.profile import Profile
from sim.recording.chart import UNIT
from sim.scenario.tasks import Task, Tasks, deadline_of

BEHIND = 0.1
"""Share of the amount by which a task may be behind its plan before that is called late."""
RISK = 0.8
"""Chance of meeting its deadline below which a task is at risk."""
NEVER = 0.02
"""Share of what was asked for below which nothing is said to have bound."""
KINDS = {
    "purse": "money", "quota": "money", "guarantee": "money", "cadre_days": "cadre_days", "staff": "places",
    "season": "calendar", "demand": "applicants", "eligible": "applicants", "trust": "applicants",
}  # fmt: skip
"""What each constraint of a policy's book (`Delivery.lost_yuan`) is to a planner."""


class Place(NamedTuple):
    """A place of a campaign.

    Attributes:
        ident: "all", "town_K" or "unit_K".
        level: county, township or unit.
        en: English name.
        zh: Chinese name.
    """

    ident: str
    level: str
    en: str
    zh: str


@dataclass(frozen=True)
class Results:
    """A campaign carried out.

    Attributes:
        tasks: Its tasks, with title and calendar.
        profile: The county.
        curves: What runs delivered, by variant; rows of all variants are of the same seeds.
        seeds: These seeds.
    """

    tasks: Tasks
    profile: Profile
    curves: Mapping[str, Curves]
    seeds: Sequence[int]

    @cached_property
    def timetable(self) -> Timetable:
        """When each task can be done."""
        return Timetable(self.tasks, "en")

    @property
    def followed(self) -> list[str]:
        """Tasks that a measure delivers, in the order in which they can begin."""
        return [name for name in self.timetable.order if self.task(name).followed]

    def task(self, name: str) -> Task:
        """A task by its name."""
        return self.tasks.tasks[name]

    def due(self, name: str) -> int:
        """Campaign day on which a task is due."""
        return (deadline_of(self.task(name), self.tasks.clock) - self.tasks.clock.start).days + 1

    # ---- places and amounts ------------------------------------------------------------------------------------

    @cached_property
    def places(self) -> list[Place]:
        """The county, its townships, its support units."""
        plan, towns = self.curves[PLAN], self.profile.townships
        found = [Place(COUNTY, "county", "whole county", "全县")]
        for town in plan.towns:
            turn, k = divmod(int(town.rpartition("_")[2]), len(towns))
            again = f" ({turn + 1})" if turn else ""
            found.append(Place(town, "township", towns[k].name.en + again, towns[k].name.zh + again))
        trades = list(TRADES.values())
        for unit in plan.units:
            en, zh = trades[int(plan.sizes[unit]["trade"])]
            number = unit.removeprefix(UNIT)
            found.append(Place(unit, "unit", f"unit {number}: {en}", f"第{number}联村单位（{zh}）"))
        return found

    def places_of(self, name: str) -> list[Place]:
        """The places in which a task has something to do."""
        return [place for place in self.places if self.amount(name, place.ident) > 0.0]

    def amount(self, name: str, place: str = COUNTY) -> float:
        """How much of a task is to be done in a place of this world.

        The whole is divided among townships and units by their size (`Task.split`). A task of some townships is for
        these alone, so that it says nothing of units.
        """
        task, curves = self.task(name), self.curves[PLAN]
        if not task.townships:
            whole = float(task.amount or 0.0) * curves.share
            size = size_of(curves, COUNTY, task.split)
            return whole * (size_of(curves, place, task.split) / size if size else float(place == COUNTY))
        mine = [one for one in self.places if one.level == "township" and {one.en, one.zh} & set(task.townships)]
        named = [town for town in self.profile.townships if {town.name.en, town.name.zh} & set(task.townships)]
        here = sum(size_of(curves, one.ident, "villages") for one in mine)
        whole = float(task.amount or 0.0) * here / sum(town.villages for town in named)
        if place == COUNTY:
            return whole
        size = sum(size_of(curves, one.ident, task.split) for one in mine)
        inside = place in {one.ident for one in mine}
        return whole * size_of(curves, place, task.split) / size if inside and size else 0.0

    # ---- done --------------------------------------------------------------------------------------------------

    def done(self, name: str, place: str, day: int, variant: str = PLAN) -> Floats:
        """What each run had done of a task in a place by the end of a campaign day."""
        task, curves = self.task(name), self.curves[variant]
        count = f"{task.measure}/{task.counts}"
        if place == COUNTY and task.townships:
            mine = [one.ident for one in self.places_of(name) if one.level == "township"]
            return np.asarray(sum((curves.at(one, count, day) for one in mine), np.zeros(len(self.seeds))))
        found = curves.at(place, count, day)
        return found if len(found) else np.zeros(len(self.seeds))

    def met(self, name: str, place: str = COUNTY, variant: str = PLAN) -> NDArray[np.bool_]:
        """Whether each run met a task's deadline in a place."""
        return met(self.done(name, place, self.due(name), variant), self.amount(name, place))

    def finished(self, name: str, place: str = COUNTY, variant: str = PLAN) -> Floats:
        """The campaign day on which each run had done a task in a place; not-a-number where it never did.

        Between two days that were noted it is the later one.
        """
        days = self.curves[variant].days
        done = np.array([met(self.done(name, place, int(day), variant), self.amount(name, place)) for day in days])
        return np.where(done.any(axis=0), days[done.argmax(axis=0)].astype(np.float64), np.nan)

    def chance(self, name: str, place: str = COUNTY, variant: str = PLAN) -> Interval:
        """The chance of meeting a task's deadline, with Wilson's interval."""
        return wilson(int(self.met(name, place, variant).sum()), len(self.seeds))

    def planned(self, name: str, week: int) -> float:
        """Share of a task that should be done by the end of a week: evenly over its working days to the deadline."""
        return self.timetable.planned(name, week)

    @property
    def weeks(self) -> range:
        """Weeks of the wall chart: the campaign's, and as many more as deadlines reach beyond it."""
        last = max([self.tasks.clock.campaign_days, *map(self.due, self.followed)])
        return range(1, -(-last // 7) + 1)

    # ---- what binds --------------------------------------------------------------------------------------------

    def binds(self, name: str, place: str = COUNTY) -> dict[str, float]:
        """What stood against a task where it was not in time: shares of the runs that missed, strongest first.

        Where means never allowed the amount, money (or places); where the rest came after the deadline, the calendar;
        else what the measure lost most to. A township short of more than a tenth of its own cadre-days is bound by
        these.
        """
        missed = np.flatnonzero(~self.met(name, place))
        found: dict[str, int] = {}
        for row in missed:
            kind = self._binds_in(name, place, int(row))
            found[kind] = found.get(kind, 0) + 1
        order = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return {kind: count / len(missed) for kind, count in order}

    def _binds_in(self, name: str, place: str, row: int) -> str:
        task, curves = self.task(name), self.curves[PLAN]
        means = curves.means.get(f"{task.measure}/{task.counts}")
        if means is not None and not met(means[row], self.amount(name)):
            return "money"
        size = curves.sizes.get(place, {})
        if place != COUNTY and size.get("days_used", 0.0) < (1.0 - BEHIND) * size.get("days_asked", 0.0):
            return "cadre_days"
        if met(self.done(name, place, int(curves.days[-1]))[row], self.amount(name, place)):
            return "calendar"
        due = int(np.searchsorted(curves.days, self.due(name)))
        shares: dict[str, float] = {}
        for key, values in curves.bound.items():
            label, _, constraint = key.rpartition("/")
            if label == task.measure:
                kind = KINDS.get(constraint, constraint)
                shares[kind] = shares.get(kind, 0.0) + float(values[row, due])
        strongest = max(shares, key=lambda kind: (shares[kind], kind), default="calendar")
        return strongest if shares.get(strongest, 0.0) >= NEVER else "calendar"
