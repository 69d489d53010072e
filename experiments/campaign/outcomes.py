"""What a campaign comes to: each of the county's targets, in truth and by the books, and what each what-if changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.campaign.curves import Floats
from experiments.campaign.variants import PLAN
from experiments.measure.statistics import Interval, Of, mean_interval, wilson
from experiments.runs.records import RECORDS, household_rows
from experiments.runs.runfile import RunFile
from sim.scenario.goals import Goal

TRUE, BOOKS = "true", "books"
SHOWN = ("income_yuan", "headcount")
GROUPS = ("all", "fifth_1", "poor_at_start")
"""Whose income and poverty what-ifs are asked about: the average, and the few beside it."""
FEW = "fifth_1"
OF_BOOKS = ("registered_headcount",)


@dataclass(frozen=True)
class Levels:
    """What runs of one variant say at yearly marks.

    Attributes:
        values: By table (`panel`, `books` or `delivery`), month, group and name: a run each.
        cost_yuan: Cost of all measures, a run each.
        incomes: Income a head and persons of every household, by month, a pair a run.
    """

    values: Mapping[tuple[str, int, str, str], Floats]
    cost_yuan: Floats
    incomes: Mapping[int, Sequence[tuple[Floats, Floats]]]


def read_levels(seeds: Sequence[int], read: Callable[[int], RunFile], months: Sequence[int] = ()) -> Levels:
    """What runs say at yearly marks.

    Args:
        seeds: Their seeds.
        read: Opens the run of a seed.
        months: Marks at which every household is looked at.
    """
    values: dict[tuple[str, int, str, str], Floats] = {}
    cost = np.zeros(len(seeds))
    incomes: dict[int, list[tuple[Floats, Floats]]] = {month: [] for month in months}
    for row, seed in enumerate(seeds):
        run = read(seed)
        rows = run.table(RECORDS)
        wanted = pc.is_in(rows["table"].cast("string"), pa.array(["panel", "books", "cost", "delivery"]))
        rows = rows.filter(wanted)
        columns = (rows[name].to_pylist() for name in ("table", "month", "group", "name", "value"))
        for table, month, group, name, value in zip(*columns, strict=True):
            if table == "cost":
                cost[row] += value if name == "cost_yuan" else 0.0
            else:
                values.setdefault((table, month, group, name), np.full(len(seeds), np.nan))[row] = value
        if months:
            households = household_rows(run)
            for month in months:
                pair = (households[month, name]["value"] for name in ("income_yuan", "persons"))
                incomes[month].append(tuple(map(np.asarray, pair)))  # type: ignore[arg-type]
    return Levels(values, cost, incomes)


@dataclass(frozen=True)
class GoalFound:
    """How far one of the county's targets is reached.

    Attributes:
        name: Its name in the plan.
        by: `TRUE` or `BOOKS`.
        opening: Level as the run opened.
        asked: Level asked for.
        value: Level reached.
        chance: Chance of reaching it.
        few: The level among the poorest fifth, which the average hides; undefined where the goal is of one group.
        reached: Share of persons whose own household has the level asked for; incomes in truth alone.
    """

    name: str
    by: str
    opening: Interval
    asked: Interval
    value: Interval
    chance: Interval
    few: Interval
    reached: Interval


def first_review(start_month: int) -> int:
    """The first month of a run at whose end the registry is reviewed: a December, a year or more after the opening.

    Args:
        start_month: Calendar month in which the run opens.
    """
    return 12 + (1 - start_month) % 12


def goals_found(goals: Mapping[str, Goal], levels: Levels, of: Of = "mean", first_review: int = 0) -> list[GoalFound]:
    """Every goal, in truth and, where the registry has a figure of its own, by the books.

    The books have a level of their own, so that what is asked of them is as much more, or less, than they opened with.
    How many are registered is a figure of the books alone. Before the month of the registry's first review the books
    know nothing of what has become of incomes, and are left out.
    """
    found = []
    for name, goal in goals.items():
        for by, table in ((TRUE, "panel"), (BOOKS, "books")):
            opening, value = (
                levels.values.get((table, month, goal.group, goal.indicator), np.zeros(0)) for month in (0, goal.month)
            )
            unseen = by == BOOKS and goal.indicator not in OF_BOOKS and goal.month < first_review
            if not len(opening) or not len(value) or unseen:
                continue
            true = levels.values["panel", 0, goal.group, goal.indicator]
            asked = np.array([goal.asked(float(one)) for one in true]) * opening / true
            times = int((value <= asked).sum() if goal.down else (value >= asked).sum())
            few = levels.values.get((table, goal.month, FEW, goal.indicator)) if goal.group == "all" else None
            nothing = np.full(len(value), np.nan)
            found.append(
                GoalFound(
                    name,
                    BOOKS if goal.indicator in OF_BOOKS else by,
                    opening=mean_interval(opening, of=of),
                    asked=mean_interval(asked, of=of),
                    value=mean_interval(value, of=of),
                    chance=wilson(times, len(value)),
                    few=mean_interval(nothing if few is None else few, of=of),
                    reached=mean_interval(_reached(goal, asked, levels) if by == TRUE else nothing, of=of),
                )
            )
    return found


def _reached(goal: Goal, asked: Floats, levels: Levels) -> Floats:
    """Share of persons whose own household has the income that the average is to have."""
    pairs = levels.incomes.get(goal.month)
    if not pairs or goal.indicator != "income_yuan" or goal.group != "all":
        return np.full(len(asked), np.nan)
    return np.array([
        float(persons[income >= level].sum() / persons.sum())
        for level, (income, persons) in zip(asked, pairs, strict=True)
    ])  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What a what-if changes at a yearly mark, paired by seed; `name` is an indicator or `cost_yuan`."""

    what_if: str
    month: int
    group: str
    name: str
    planned: float
    difference: Interval


def changes(levels: Mapping[str, Levels], of: Of = "mean") -> list[Change]:
    """What each what-if changes of income, poverty and cost."""
    plan, found = levels[PLAN], []
    for what_if, other in levels.items():
        if what_if == PLAN:
            continue
        marks = sorted({month for table, month, _, _ in plan.values if table == "panel" and month > 0})
        for month in marks:
            for group in GROUPS:
                for name in SHOWN:
                    key = ("panel", month, group, name)
                    here, there = plan.values[key], other.values[key]
                    interval = mean_interval(there - here, of=of)
                    found.append(Change(what_if, month, group, name, float(here.mean()), interval))
        cost = mean_interval(other.cost_yuan - plan.cost_yuan, of=of)
        last = marks[-1] if marks else 0
        found.append(Change(what_if, last, "all", "cost_yuan", float(plan.cost_yuan.mean()), cost))
    return found
