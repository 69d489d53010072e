"""The tasks that files and settings ask for, every one checked against measures, purses, days and one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.calendar.clock import Clock
from sim.core.dates import date_of
from sim.core.errors import UserError
from sim.money.purse import Purse
from sim.scenario.happenings import NAME, NAME_IS
from sim.scenario.layers import Layers
from sim.scenario.parts import Campaign, PolicyPlan
from sim.scenario.tasks import Task, timetable
from sim.toml.check import check
from sim.toml.source import meant, show


def tasks_of(
    layers: Layers,
    policies: Sequence[PolicyPlan],
    purses: Sequence[Purse],
    when: tuple[Campaign, int],
    towns: Sequence[str],
    problems: list[UserError],
) -> dict[str, Task]:
    """The tasks of a plan, in the order of their names.

    Args:
        layers: Files laid over one another, and settings over them.
        policies: The plan's policies.
        purses: Its purses.
        when: Its campaign, and the months of the run.
        towns: Names of the townships that its profile has, in both languages.
        problems: Takes what is wrong.
    """
    tables = layers.data.get("tasks", {})
    if not isinstance(tables, Mapping):
        problem, mend = f"must be a table of tasks, found {show(tables)}", "write [tasks.NAME] before each"
        problems.append(layers.place(("tasks",)).error(problem, field="tasks", mend=mend))
        return {}
    found = len(problems)
    tasks: dict[str, Task] = {}
    for name, table in sorted(tables.items()):
        task = _task(layers, name, table, policies, problems)
        if task is not None:
            tasks[name] = task
            _check(layers, name, task, tables, purses, problems)
            _check_towns(layers, name, task, towns, problems)
    campaign, months = when
    if tasks and len(problems) == found:
        _check_days(layers, tasks, Clock(campaign.start, campaign.days, months), problems)
    return tasks


def _task(
    layers: Layers, name: str, table: Any, policies: Sequence[PolicyPlan], problems: list[UserError]
) -> Task | None:
    if not NAME.fullmatch(name):
        problem, allowed = f"'{name}' cannot name a task", NAME_IS
        problems.append(layers.place(("tasks", name)).error(problem, field="tasks", allowed=allowed))
        return None
    task, wrong = check(Task, table, layers.place, at=("tasks", name), name=f"tasks.{name}")
    problems += wrong
    if task is None:
        return None

    def no(key: str, problem: str, **hint: str) -> None:
        problems.append(layers.place(("tasks", name, key)).error(problem, field=f"tasks.{name}.{key}", **hint))

    counts = {plan.label: plan.policy_class().counts for plan in policies}
    if task.measure is None:
        for key in ("counts", "amount"):
            if getattr(task, key) is not None:
                no(key, "there is no measure to count it by", mend="name the measure, or leave it out")
        return task
    if task.measure not in counts:
        no("measure", f"there is no policy '{task.measure}'", **meant(task.measure, counts))
        return task
    known = counts[task.measure]
    if task.counts is not None and task.counts not in known:
        no("counts", f"'{task.measure}' does not count '{task.counts}'", **meant(task.counts, known))
    return task.model_copy(update={"counts": task.counts or next(iter(known), None)})


def _check(
    layers: Layers,
    name: str,
    task: Task,
    tasks: Mapping[str, Any],
    purses: Sequence[Purse],
    problems: list[UserError],
) -> None:
    """Its predecessors are tasks, its purse is a purse."""
    for index, before in enumerate(task.after):
        if before not in tasks:
            where = layers.place(("tasks", name, "after", index))
            problem = f"there is no task '{before}'"
            problems.append(where.error(problem, field=f"tasks.{name}.after", **meant(before, tasks)))
    ids = [purse.id for purse in purses]
    if task.purse is not None and task.purse not in ids:
        where = layers.place(("tasks", name, "purse"))
        problem = f"there is no purse '{task.purse}'"
        problems.append(where.error(problem, field=f"tasks.{name}.purse", **meant(task.purse, ids)))


def _check_towns(layers: Layers, name: str, task: Task, towns: Sequence[str], problems: list[UserError]) -> None:
    """Its townships are townships of the profile."""
    for index, town in enumerate(task.townships):
        if town not in towns:
            where = layers.place(("tasks", name, "townships", index))
            problem = f"there is no township '{town}'"
            problems.append(where.error(problem, field=f"tasks.{name}.townships", **meant(town, towns)))


def _check_days(layers: Layers, tasks: Mapping[str, Task], clock: Clock, problems: list[UserError]) -> None:
    """Every day lies in the run, and every deadline can be met."""
    first, last = clock.date(0), clock.date(clock.last_day_index)
    found = len(problems)
    for name, task in tasks.items():
        for key in ("start", "deadline"):
            day = getattr(task, key)
            if day is not None and not first <= date_of(day, clock.start) <= last:
                where = layers.place(("tasks", name, key))
                problem, allowed = f"is {date_of(day, clock.start)}", f"{first} to {last}, the days of the run"
                problems.append(where.error(problem, field=f"tasks.{name}.{key}", allowed=allowed))
    if len(problems) > found:
        return
    try:
        timetable(tasks, clock)
    except UserError as error:
        name = (error.field or "").partition(".")[2]
        problems.append(layers.place(("tasks", name) if name else ("tasks",)).of(error))
