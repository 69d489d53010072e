"""Progress: what was reported, who is behind, the chances from then on, and what catches up at what cost."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.campaign.actual import Report
from experiments.campaign.condition import Floats, carried_on, working_days
from experiments.campaign.curves import COUNTY
from experiments.campaign.results import Results
from experiments.campaign.run import Carried
from experiments.campaign.variants import CADRES, HELPS, MONEY, PLAN
from experiments.measure.statistics import Interval, mean_interval, met, wilson
from sim.calendar.clock import MONTH_DAYS
from sim.scenario.tasks import workable


@dataclass(frozen=True)
class Help:
    """What could catch up with a task that is behind.

    Attributes:
        what_if: `CADRES` or `MONEY`.
        size: How much of it, in cadres or yuan: that of the what-if, in proportion to what is missing.
        cost_yuan: What it costs: cadres their field days from then to the deadline, money itself.
        gain: What the what-if as it was run adds by the deadline.
    """

    what_if: str
    size: float
    cost_yuan: float
    gain: Interval


@dataclass(frozen=True)
class Standing:
    """A task in a place after a report.

    Attributes:
        task: The task.
        place: Identifier of the place.
        day: Campaign day of the report; 0 where a county's is summed up from its townships.
        reported: What was reported.
        planned: What should have been done by then.
        behind_days: Working days by which it is behind the plan; ahead if below zero.
        amount: The task's amount there.
        expected: What is done by the deadline, mean over runs.
        before: Chance of meeting the deadline without the report.
        now: Chance given the report.
        weeks: What is done by the end of each week from the report on, mean over runs; not-a-number before it.
        helps: What could catch up, cheapest first; empty where nothing is needed or neither helps.
    """

    task: str
    place: str
    day: int
    reported: float
    planned: float
    behind_days: float
    amount: float
    expected: Interval
    before: Interval
    now: Interval
    weeks: tuple[float, ...]
    helps: tuple[Help, ...]


def progress(carried: Carried, reports: Sequence[Report]) -> list[Standing]:
    """Where every task stands that something was reported of, place by place, the county's first.

    A county of which only townships are reported is the sum of its townships, each as reported or, if it is not, as its
    own runs have it.

    Args:
        carried: The campaign.
        reports: What was reported; of several of a task and place the latest is gone on from.
    """
    latest: dict[tuple[str, str], Report] = {}
    for one in sorted(reports, key=lambda report: report.day):
        latest[one.task, one.place] = one
    found = []
    for task in [name for name in carried.results.followed if any(key[0] == name for key in latest)]:
        mine = {place: one for (name, place), one in latest.items() if name == task}
        if COUNTY not in mine and any(place.startswith("town_") for place in mine):
            found.append(_summed(carried, task, mine.values()))
        order = [place.ident for place in carried.results.places if place.ident in mine]
        found += [_standing(carried, mine[place]) for place in order]
    return found


def _path(results: Results, one: Report, variant: str) -> Floats:
    """What each run has done by the end of each campaign day, given the report: that much from its day on, before it
    nothing is known. A row a run, a column a day; column 0 is the eve."""
    start, last = results.tasks.clock.start, 7 * results.weeks[-1]
    open_so_far = working_days(workable(results.task(one.task).season, results.tasks.clock), start, last)
    days = range(1, last + 1)
    curves = np.array([results.done(one.task, one.place, day, variant) for day in days]).T
    whole = np.concatenate([np.zeros((len(curves), 1)), curves], axis=1)
    amount = results.amount(one.task, one.place)
    onward = np.array([carried_on(row, one.done, one.day, open_so_far, amount) for row in whole])
    return np.concatenate([np.full((len(whole), one.day), np.nan), onward], axis=1)


def _at_deadline(results: Results, one: Report, path: Floats) -> Floats:
    """What each run has done by the deadline; a report from after it is all that was done."""
    due = results.due(one.task)
    return np.asarray(path[:, due]) if one.day < due else np.full(len(path), one.done)


def _onward(results: Results, one: Report, variant: str) -> Floats:
    return _at_deadline(results, one, _path(results, one, variant))


def _weekly(results: Results, path: Floats) -> tuple[float, ...]:
    """Mean over runs at the end of each week; not-a-number before the report."""
    return tuple(float(path[:, 7 * week].mean()) for week in results.weeks)


def _standing(carried: Carried, one: Report) -> Standing:
    results = carried.results
    amount, path = results.amount(one.task, one.place), _path(results, one, PLAN)
    onward = _at_deadline(results, one, path)
    helps = _helps(carried, [one], onward, amount, lambda what_if: _onward(results, one, what_if))
    return _made(carried, one, onward, _weekly(results, path), helps)


def _summed(carried: Carried, task: str, reports: Iterable[Report]) -> Standing:
    """The county, of which only townships were reported."""
    results, towns = carried.results, [one for one in reports if one.place.startswith("town_")]
    onward = _sum_of_towns(results, task, towns, PLAN)
    day = max(one.day for one in towns)
    others = [place.ident for place in results.places_of(task) if place.level == "township"]
    others = [place for place in others if place not in {one.place for one in towns}]
    done = sum(one.done for one in towns) + sum(float(results.done(task, place, day).mean()) for place in others)
    amount = results.amount(task)
    helps = _helps(carried, towns, onward, amount, lambda what_if: _sum_of_towns(results, task, towns, what_if))
    weeks = [_weekly(results, _path(results, one, PLAN)) for one in towns]
    weeks += [tuple(float(results.done(task, place, 7 * week).mean()) for week in results.weeks) for place in others]
    summed = tuple(float(one) for one in np.array(weeks).sum(axis=0))
    return _made(carried, Report(task, COUNTY, day, done, 0), onward, summed, helps)


def _sum_of_towns(results: Results, task: str, towns: Sequence[Report], variant: str) -> Floats:
    reported = {one.place: one for one in towns}
    total = np.zeros(len(results.seeds))
    for place in results.places_of(task):
        if place.level == "township":
            one = reported.get(place.ident)
            due = results.due(task)
            total += _onward(results, one, variant) if one else results.done(task, place.ident, due, variant)
    return total


def _made(carried: Carried, one: Report, onward: Floats, weeks: tuple[float, ...], helps: tuple[Help, ...]) -> Standing:
    results, (task, place, day, done, _) = carried.results, one
    amount = results.amount(task, place)
    due = results.due(task)
    open_days = working_days(workable(results.task(task).season, results.tasks.clock), results.tasks.clock.start, due)
    first = (results.timetable.slots[task].earliest_start - results.tasks.clock.start).days
    whole = max(1.0, open_days[due] - open_days[first])
    gone = min(whole, max(0.0, open_days[min(day, due)] - open_days[first]))
    planned = amount * gone / whole
    behind = (planned - done) / amount * whole
    return Standing(
        task=task,
        place=place,
        day=day,
        reported=done,
        planned=planned,
        behind_days=behind,
        amount=amount,
        expected=mean_interval(onward, of=carried.of),
        before=results.chance(task, place),
        now=wilson(int(met(onward, amount).sum()), len(onward)),
        weeks=weeks,
        helps=helps,
    )


def _helps(
    carried: Carried, reports: Sequence[Report], onward: Floats, amount: float, under: Callable[[str], Floats]
) -> tuple[Help, ...]:
    """What could bring the runs that are late to the amount: what-ifs that add something for sure, in proportion."""
    results, task = carried.results, reports[0].task
    missing = 0.0 if met(onward, amount).all() else float(np.maximum(0.0, amount - onward).mean())
    found = []
    for what_if in HELPS:
        if what_if not in results.curves or missing <= 0.0:
            continue
        gain = mean_interval(under(what_if) - onward, of=carried.of)
        if not gain.value > 0.0 or not (gain.low > 0.0 or math.isnan(gain.low)):
            continue
        size = carried.sizes[what_if] * missing / gain.value
        size = float(math.ceil(size)) if what_if == CADRES else size
        day = max(report.day for report in reports)
        found.append(Help(what_if, size, _cost(carried, what_if, size, results.due(task) - day), gain))
    return tuple(sorted(found, key=lambda help_: help_.cost_yuan))


def _cost(carried: Carried, what_if: str, size: float, days_left: int) -> float:
    """What it costs from the day of the report to the deadline."""
    if what_if == MONEY:
        return size
    support = carried.results.profile.support
    return size * support.field_days_per_month * max(0, days_left) / MONTH_DAYS * support.day_cost_yuan


def week_of(results: Results, reports: Sequence[Report]) -> int:
    """The campaign week of the latest report."""
    return -(-max(one.day for one in reports) // 7)


def date_of_day(results: Results, day: int) -> dt.date:
    """The date of a campaign day."""
    return results.tasks.clock.start + dt.timedelta(days=day - 1)
