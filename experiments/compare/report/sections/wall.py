"""The wall chart: every task of a campaign by week, what is done of it, whether it will be in time, and what binds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from experiments.compare.report.context import Context
from experiments.measure.statistics import NEAR_ENOUGH
from experiments.pages.blocks import Cell, Table
from experiments.pages.numbers import Estimate, delivery_unit
from experiments.pages.timetable import Timetable
from experiments.pages.words import Words
from sim.scenario.tasks import Task, Tasks, deadline_of

BEHIND = 0.1
"""A task is behind where so much less of it is done than its working days that have passed would have it."""


def tables(ctx: Context) -> list[Table]:
    """A wall chart for every scenario that has tasks."""
    return [chart(ctx, s.id, tasks) for s in ctx.exp.scenarios if (tasks := Tasks.of(s.plan))]


def chart(ctx: Context, scenario: str, tasks: Tasks) -> Table:
    """One scenario's tasks by week."""
    words = Words(ctx.language, "schedule", era=ctx.era.id)
    timetable = Timetable(tasks, ctx.language)
    weeks = range(1, tasks.clock.campaign_weeks + 1)
    done = _done(ctx, scenario)
    rows = []
    for name in timetable.order:
        task = tasks.tasks[name]
        whole = task.followed and not task.townships  # what townships have done is in the campaign's own report
        found = done.get((task.measure or "", task.counts or ""), {}) if whole else {}
        marks = [_week(timetable, name, week, found.get(week)) for week in weeks]
        rows.append([Cell(timetable.title(name)), *marks, *_end(ctx, scenario, timetable, task, found, words)])
    header = (words("task"), *map(str, weeks), words("deadline"), words("amount"), words("in_time"), words("binds"))
    return Table(words("wall", plan=ctx.title(scenario)), header, rows, note=words("wall_note"))


def _week(timetable: Timetable, name: str, week: int, row: Mapping[str, Any] | None) -> Cell:
    """A week of a task: its mark in the timetable, or the share of its amount that is done, and whether it is late."""
    mark = timetable.bar(name)[week - 1]
    if row is None:
        return Cell(mark, number=True)
    share = float(row["mean"]) / float(row["target"])
    if share >= NEAR_ENOUGH:
        return Cell("✓", number=True)
    late = share < timetable.planned(name, week) - BEHIND
    percent = str(math.floor(100 * share + 1e-6))
    return Cell(percent + ("▼" if late else ""), number=True, mark="bad" if late else "")


def _end(
    ctx: Context, scenario: str, timetable: Timetable, task: Task, found: Mapping[int, Mapping[str, Any]], words: Words
) -> list[Cell]:
    """Its deadline, its amount, the chance of meeting it and what stands against that."""
    due = Cell(ctx.num.day(deadline_of(task, timetable.clock)))
    if not found:
        return [due, Cell("–"), Cell(words("not_counted")), Cell(timetable.decides_of(task))]
    last = found[max(found)]
    amount = ctx.num.show(Estimate(float(last["target"])), delivery_unit(str(task.counts)))
    chance = float(last["chance_met"])
    return [
        due,
        Cell(amount, number=True),
        Cell(ctx.num.chance(chance, ctx.exp.replicates), mark="bad" if chance < 0.5 else ""),
        Cell(_binds(ctx, scenario, str(task.measure), words) if chance < 1.0 else "–"),
    ]


def _binds(ctx: Context, scenario: str, label: str, words: Words) -> str:
    """What kept the measure from more, strongest first."""
    frame = ctx.exp.table("binding")
    mine = frame[(frame["scenario"] == scenario) & (frame["group"] == label) & (frame["mean"] >= 0.005)]
    top = mine.sort_values(["mean", "name"], ascending=[False, True]).head(2)
    named = [
        words("bound", what=ctx.say.term("constraint", str(row["name"])), share=ctx.num.share(float(row["mean"])))
        for row in top.to_dict("records")
    ]
    return ctx.num.join(named) if named else words("bound_by_time")


def _done(ctx: Context, scenario: str) -> dict[tuple[str, str], dict[int, dict[str, Any]]]:
    """What was delivered by the end of each week, by measure and count."""
    frame = ctx.exp.table("delivery")
    found: dict[tuple[str, str], dict[int, dict[str, Any]]] = {}
    for row in frame[frame["scenario"] == scenario].to_dict("records"):
        found.setdefault((str(row["policy"]), str(row["name"])), {})[int(row["week"])] = row
    return found
