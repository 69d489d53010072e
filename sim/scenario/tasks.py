"""`[tasks.NAME]`: what a campaign is to do by when, and the timetable that follows, counted back from the deadlines.

A task may stand for something that a measure delivers; then its amount is a target of that measure, and a run says how
far it comes. One that stands for nothing in the model (a meeting, a plan to be drawn up) is in the timetable alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import Field

from sim.calendar.clock import Clock
from sim.campaign.delivery import Delivery
from sim.core.dates import CampaignDay, date_of
from sim.core.errors import UserError
from sim.core.frozen import FrozenModel
from sim.core.text import OneLine
from sim.facts.limits import MOST_COUNT, MOST_YUAN

Ground = Literal["any", "open_ground", "idle_season", "sowing"]
Level = Literal["province", "city", "county", "township", "village", "unit"]
Split = Literal["households", "linked", "registered", "villages"]


class TaskTitle(FrozenModel):
    """What a task is called."""

    en: OneLine = Field(min_length=1, max_length=200, description="English title")
    zh: OneLine = Field(min_length=1, max_length=200, description="Chinese title")


class Task(FrozenModel):
    """One task of a campaign."""

    title: TaskTitle
    measure: str | None = Field(default=None, description="label of the measure that delivers it; left out: none does")
    counts: str | None = Field(default=None, description="what of the measure counts; its first count by default")
    amount: float | None = Field(
        default=None, gt=0, le=MOST_YUAN, description="how much, in the whole county or in its townships"
    )
    townships: tuple[str, ...] = Field(default=(), description="townships by name, as the profile has them; none = all")
    split: Split = Field(default="households", description="by what the amount is divided among townships and units")
    start: CampaignDay | None = Field(default=None, description="not before; the campaign's first day by default")
    deadline: CampaignDay | None = Field(default=None, description="by when; the campaign's last day by default")
    working_days: int = Field(default=1, ge=1, le=1000, description="working days that it takes at least")
    season: Ground = Field(default="any", description="when it can be worked on")
    after: tuple[str, ...] = Field(default=(), description="tasks that have to be finished before")
    level: Level = Field(default="county", description="level that answers for it")
    responsible: OneLine | None = Field(default=None, max_length=200, description="who answers for it")
    purse: str | None = Field(default=None, description="purse that pays for it")
    cadre_days: float | None = Field(default=None, ge=0, le=MOST_COUNT, description="cadre-days meant for it")
    acceptance: tuple[TaskTitle, ...] = Field(default=(), description="items by which it is accepted, as it names them")

    @property
    def followed(self) -> bool:
        """Whether a measure delivers it and an amount is set, so that a run counts how far it comes."""
        return bool(self.measure and self.counts and self.amount)


def diary_days(tasks: Mapping[str, Task], clock: Clock) -> frozenset[int]:
    """Campaign days at whose end a run notes how far tasks have come: ends of weeks, deadlines, the campaign's last.

    Weeks go on to that of the last deadline.
    """
    followed = [task for task in tasks.values() if task.followed]
    due = [(deadline_of(task, clock) - clock.start).days + 1 for task in followed]
    if not due:
        return frozenset()
    last = max(*due, clock.campaign_days)
    return frozenset({*range(7, last + 1, 7), *due, clock.campaign_days})


def follow(tasks: Mapping[str, Task], books: Mapping[str, Delivery], villages: int, clock: Clock) -> None:
    """Let policies' books keep account, village by village, of what tasks are counted by; of nothing else.

    Args:
        tasks: The tasks of a plan.
        books: What each policy did, by its label.
        villages: How many villages the world has.
        clock: The campaign's calendar.
    """
    days = diary_days(tasks, clock)
    for label, book in books.items():
        if names := {str(task.counts) for task in tasks.values() if task.measure == label and task.followed}:
            book.follow(names, villages, days)


class Tasks(NamedTuple):
    """The tasks of a plan with its title and calendar."""

    title: Mapping[str, str]
    tasks: Mapping[str, Task]
    clock: Clock

    @classmethod
    def of(cls, plan: Mapping[str, Any]) -> Tasks | None:
        """Those of a resolved plan (`Plan.resolved`); None if it has none."""
        if not plan.get("tasks"):
            return None
        named = {name: Task.model_validate(table) for name, table in plan["tasks"].items()}
        campaign = plan["campaign"]
        return cls(plan["title"], named, Clock(campaign["start"], campaign["days"], plan["horizon_months"]))


class Slot(NamedTuple):
    """When a task can be done.

    Attributes:
        earliest_start: First day on which it can be begun.
        earliest_finish: The day on which it is done, begun then.
        latest_start: Last day on which it can be begun and everything still be done by its deadline.
        latest_finish: Last day on which it can be finished for that.
        slack_days: Working days between the two starts.
        waits_for: The task whose end decides its earliest start; "" = none.
        decides: The task whose start decides its latest finish; "" = its own deadline.
    """

    earliest_start: dt.date
    earliest_finish: dt.date
    latest_start: dt.date
    latest_finish: dt.date
    slack_days: int
    waits_for: str
    decides: str


def workable(season: Ground, clock: Clock) -> Callable[[dt.date], bool]:
    """On which days a task of a season can be worked on: festivals and days off stop everything."""
    holds: dict[str, Callable[[int], bool]] = {
        "any": lambda day: True,
        "open_ground": lambda day: not clock.is_frozen(day),
        "idle_season": clock.is_idle_season,
        "sowing": clock.is_sowing,
    }
    return lambda date: clock.is_working_day(clock.day_index(date)) and holds[season](clock.day_index(date))


def in_order(tasks: Mapping[str, Task]) -> list[str]:
    """Names of the tasks, each behind those it comes after.

    Raises:
        UserError: Tasks wait for one another in a circle.
    """
    order: list[str] = []
    seen: dict[str, bool] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if seen.get(name):
            return
        if name in path:
            ring = " -> ".join((*path[path.index(name) :], name))
            raise UserError(f"tasks wait for one another: {ring}", field="tasks", mend="take one out of `after`")
        for before in tasks[name].after:
            visit(before, (*path, name))
        seen[name] = True
        order.append(name)

    for name in tasks:
        visit(name, ())
    return order


def timetable(tasks: Mapping[str, Task], clock: Clock) -> dict[str, Slot]:
    """When each task can be done at the earliest and has to be done at the latest.

    Args:
        tasks: The tasks, every predecessor among them.
        clock: The campaign's calendar.

    Raises:
        UserError: Tasks wait in a circle, or one cannot be finished by its deadline; says what binds.
    """
    order = in_order(tasks)
    early: dict[str, tuple[dt.date, dt.date, str]] = {}
    for name in order:
        early[name] = _forward(name, tasks[name], early, clock)
        if early[name][1] > deadline_of(tasks[name], clock):
            _refuse(name, tasks[name], early, clock)
    late: dict[str, tuple[dt.date, dt.date, str]] = {}
    followers = {name: [other for other in order if name in tasks[other].after] for name in order}
    for name in reversed(order):
        late[name] = _backward(name, tasks[name], late, followers[name], clock)
    slots = {}
    for name in order:
        (start, finish, waits), (last_start, last_finish, decides) = early[name], late[name]
        open_days = workable(tasks[name].season, clock)
        slack = len(list(filter(open_days, _days(start, last_start)))) - 1
        slots[name] = Slot(start, finish, last_start, last_finish, slack, waits, decides)
    return slots


def deadline_of(task: Task, clock: Clock) -> dt.date:
    """The last day of a task."""
    return date_of(task.deadline or clock.end, clock.start)


def _forward(
    name: str, task: Task, early: Mapping[str, tuple[dt.date, dt.date, str]], clock: Clock
) -> tuple[dt.date, dt.date, str]:
    start, waits = date_of(task.start or clock.start, clock.start), ""
    for before in task.after:
        if early[before][1] >= start:
            start, waits = early[before][1] + dt.timedelta(days=1), before
    open_days = workable(task.season, clock)
    days = [day for day in _days(start, clock.date(clock.last_day_index)) if open_days(day)][: task.working_days]
    if len(days) < task.working_days:
        there = f"{len(days)} of {task.working_days} working days are left from {start} to the end of the run"
        raise UserError(there, field=f"tasks.{name}", mend="begin it earlier, let it take fewer days, or look further")
    return days[0], days[-1], waits


def _backward(
    name: str,
    task: Task,
    late: Mapping[str, tuple[dt.date, dt.date, str]],
    followers: list[str],
    clock: Clock,
) -> tuple[dt.date, dt.date, str]:
    finish, decides = deadline_of(task, clock), ""
    for follower in followers:
        if late[follower][0] <= finish:
            finish, decides = late[follower][0] - dt.timedelta(days=1), follower
    open_days = workable(task.season, clock)
    days = [day for day in _days(clock.date(0), finish) if open_days(day)][-task.working_days :]
    return days[0], days[-1], decides


def _refuse(name: str, task: Task, early: Mapping[str, tuple[dt.date, dt.date, str]], clock: Clock) -> None:
    """Say why a task cannot be in time: the days it takes, what it waits for, the season."""
    start, finish, waits = early[name]
    deadline = deadline_of(task, clock)
    why = f"it takes {task.working_days} working days from {start}"
    if waits:
        why += f", after '{waits}' is done on {early[waits][1]}"
    if task.season != "any":
        why += f", on days of {task.season.replace('_', ' ')}"
    problem = f"is due on {deadline} and cannot be done before {finish}: {why}"
    allowed = f"a deadline of {finish} or later"
    raise UserError(problem, field=f"tasks.{name}", allowed=allowed, mend="move the deadline, or what comes before")


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield dt.date.fromordinal(ordinal)
